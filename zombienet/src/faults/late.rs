//! A node joins that has nothing. It fetches proofs of finality, and the newest state, instead of
//! every block since the first.

use std::time::Duration;

use anyhow::{ensure, Context, Result};
use codec::Decode;
use tercet_chain_client::ChainClient;
use tercet_cli::storage;
use tokio::time::Instant;

use super::{everyone, Outcome};
use crate::{watch, Network, NodeSpec};

/// How long the first change of validators may take: eras of a hasty chain are minutes.
const FIRST_ERA: Duration = Duration::from_secs(600);

/// Slots that it may take.
const LIMIT: u64 = 60;

pub async fn happen(net: &mut Network) -> Result<Outcome> {
	let chain = net.node(0)?.chain().await?;
	wait_for_new_set(&chain).await?;
	let known = everyone(net);
	let mark = watch::mark(net, &known).await?;
	let joiner = net.add(&NodeSpec { warp: true, ..Default::default() }).await?;
	let took = watch::resumed(net, &[joiner], mark, LIMIT).await?;

	// It has the state, and did not compute it.
	let theirs = net.node(joiner)?.chain().await?;
	let finalized = theirs.finalized().await?;
	ensure!(theirs.at(finalized.hash).total_issuance().await? > 0, "it has no state");
	let log = net.node(joiner)?.log()?;
	ensure!(log.contains("Warp sync is complete"), "it did not use warp sync");
	crate::checks::one_chain(net).await?;
	let set = set_id(&chain, chain.finalized().await?.hash).await?;
	net.node(joiner)?.server.stop().await;
	net.remove_last();
	let note = format!("from block {}, validator set {set}", mark.finalized);
	Ok(Outcome { healed: vec![took], note })
}

/// Waits until the validators have changed once, so that a joiner has something to follow.
async fn wait_for_new_set(chain: &ChainClient) -> Result<()> {
	let deadline = Instant::now() + FIRST_ERA;
	while set_id(chain, chain.finalized().await?.hash).await? == 0 {
		ensure!(Instant::now() < deadline, "the set of validators never changes");
		watch::pass(2).await;
	}
	Ok(())
}

async fn set_id(chain: &ChainClient, at: tercet_primitives::H256) -> Result<u64> {
	let id = chain.at(at).storage(&storage::value("Grandpa", "CurrentSetId")).await?;
	let id = id.context("there is no set of GRANDPA voters")?;
	Ok(u64::decode(&mut &id[..])?)
}
