//! Two nodes have the same session keys, as after a careless failover: they sign different blocks of
//! one slot, and different votes of one round. Others prove it, and the stake behind the keys is
//! slashed.

use std::time::Duration;

use anyhow::{bail, ensure, Context, Result};
use codec::Decode;
use tercet_chain_client::{keys, ChainClient, Event};
use tercet_primitives::{AccountId32, Balance, BlockNumber};
use tokio::time::Instant;

use super::{except, Outcome};
use crate::{
	watch::{self, HEAL},
	Network, NodeSpec,
};

/// Whose keys are used twice.
const TWIN: (usize, &str, &str) = (3, "dave", "//Dave//stash");

/// How long it may take to prove it.
const PROOF: Duration = Duration::from_secs(300);

/// How long the slash may take after that: two eras of a hasty chain, and more.
const SLASH: Duration = Duration::from_secs(900);

pub async fn happen(net: &mut Network) -> Result<Outcome> {
	let (original, keys, stash) = TWIN;
	let stash = keys::account_id(&keys::from_uri(stash)?);
	let chain = net.node(0)?.chain().await?;
	let before = watch::mark(net, &except(net, &[original])).await?;
	let stake = chain.at(chain.finalized().await?.hash).balance(stash.clone()).await?.total();
	let twin = net.add(&NodeSpec { keys: Some(keys), ..Default::default() }).await?;

	let mut events = Events { chain: chain.clone(), next: before.finalized + 1 };
	events.find(PROOF, is_of_author).await.context("no author was reported")?;
	// Two votes of one round may have been reported before that.
	events.next = before.finalized + 1;
	let reported = events.find(PROOF, |event| is_about(event, "SlashReported", &stash)).await?;
	let slots = watch::mark(net, &[0]).await?.slot - before.slot;

	// The copy goes away; the network has gone on meanwhile, and goes on.
	net.node(twin)?.server.stop().await;
	net.remove_last();
	let honest = except(net, &[original]);
	let mark = watch::mark(net, &honest).await?;
	let healed = watch::resumed(net, &honest, mark, HEAL).await?;

	let slashed = events.find(SLASH, |event| is_about(event, "Slashed", &stash)).await?;
	let (_, amount) = slashed.0.decode::<(AccountId32, Balance)>()?;
	let left = chain.at(chain.finalized().await?.hash).balance(stash).await?.total();
	ensure!(amount > 0 && left == stake - amount, "{stake} − {amount} ≠ {left}");
	let fraction = reported.0.decode::<Reported>()?.fraction;
	let note = format!(
		"an author of two blocks reported after {slots} slots; {:.2} % of the stake slashed {} blocks \
		 later",
		f64::from(fraction) / 1e7,
		slashed.1 - reported.1
	);
	Ok(Outcome { healed: vec![healed], note })
}

/// `Staking.SlashReported`, up to what is wanted.
#[derive(Decode)]
struct Reported {
	_validator: AccountId32,
	/// In parts per billion.
	fraction: u32,
}

/// Whether BABE has accepted a proof that an author has signed two blocks of one slot.
fn is_of_author(event: &Event) -> bool {
	const KIND: [u8; 16] = *b"babe:equivocatio";
	event.is("Offences", "Offence") && event.decode().is_ok_and(|kind: [u8; 16]| kind == KIND)
}

fn is_about(event: &Event, name: &str, stash: &AccountId32) -> bool {
	event.is("Staking", name)
		&& event.decode::<AccountId32>().is_ok_and(|account| account == *stash)
}

/// Events of finalized blocks, each read once.
struct Events {
	chain: ChainClient,
	next: BlockNumber,
}

impl Events {
	/// The first wanted one from here on, and its block. What comes after it in the same block is
	/// looked at again.
	async fn find(
		&mut self,
		limit: Duration,
		wanted: impl Fn(&Event) -> bool,
	) -> Result<(Event, BlockNumber)> {
		let deadline = Instant::now() + limit;
		loop {
			let finalized = self.chain.finalized().await?.number;
			while self.next <= finalized {
				let hash = self.chain.hash_of(self.next).await?.context("a block is gone")?;
				let mut events = self.chain.at(hash).events().await?.into_iter();
				if let Some(event) = events.find(&wanted) {
					return Ok((event, self.next));
				}
				self.next += 1;
			}
			if Instant::now() > deadline {
				bail!("nothing happened up to block {finalized}");
			}
			watch::pass(1).await;
		}
	}
}
