//! What must hold, whatever has happened.

use std::collections::BTreeMap;

use anyhow::{ensure, Context, Result};
use codec::Decode;
use serde_json::{json, Value};
use tercet_chain_client::ChainClient;
use tercet_cli::storage;
use tercet_primitives::{Balance, BlockNumber, JobId, JobState};

use crate::{network::Rpc, Network};

/// What was found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Checked {
	/// Finalized blocks that were compared.
	pub heights: BlockNumber,
	/// Jobs that a committee agreed on, and paid.
	pub settled: u32,
	/// Jobs whose escrow went back.
	pub refunded: u32,
}

/// Waits for the end of all jobs, and checks everything on the nodes that run.
///
/// # Errors
/// If something does not hold.
pub async fn all(net: &mut Network) -> Result<Checked> {
	let mut checked = jobs(net).await?;
	checked.heights = one_chain(net).await?;
	let first = *net.running().first().context("no node runs")?;
	let node = net.node(first)?;
	money(&node.chain().await?, &node.rpc.clone()).await?;
	Ok(checked)
}

/// No two nodes have finalized different blocks of one height.
///
/// # Errors
/// If two have.
pub async fn one_chain(net: &mut Network) -> Result<BlockNumber> {
	let mut seen = BTreeMap::<BlockNumber, (Value, String)>::new();
	for index in net.running() {
		let node = net.node(index)?;
		let finalized = node.chain().await?.finalized().await?.number;
		let numbers = (0..=finalized).collect::<Vec<_>>();
		// What a node has finalized is on its best chain.
		let hashes = node.rpc.ask("chain_getBlockHash", json!([numbers])).await?;
		let hashes = hashes.as_array().context("chain_getBlockHash gives no list")?;
		for (number, hash) in numbers.into_iter().zip(hashes) {
			// A node that started from a later state may not have everything yet.
			if hash.is_null() {
				continue;
			}
			let name = node.name.clone();
			let (known, whose) = seen.entry(number).or_insert_with(|| (hash.clone(), name));
			ensure!(
				known == hash,
				"{} and {whose} have finalized different blocks {number}: {hash}, {known}",
				node.name
			);
		}
	}
	Ok(seen.keys().next_back().copied().unwrap_or_default())
}

/// Every job that was submitted has ended, once, and its whole escrow went somewhere.
///
/// # Errors
/// If one has not.
pub async fn jobs(net: &mut Network) -> Result<Checked> {
	let mut checked = Checked::default();
	let mut last = 0;
	for job in net.submitted.clone() {
		let view = net.ended(job).await?;
		let statement = view.job.state.statement();
		ensure!(
			statement.total() == Some(view.job.escrow),
			"job {job}: of {} the chain accounts for {statement:?}",
			view.job.escrow
		);
		last = last.max(match view.job.state {
			JobState::Settled { at, .. } | JobState::Invalid { at, .. } => {
				checked.settled += 1;
				at
			},
			JobState::Refunded { at, .. } => {
				checked.refunded += 1;
				at
			},
			state => anyhow::bail!("job {job} has not ended: {state:?}"),
		});
	}
	let first = *net.running().first().context("no node runs")?;
	let ends = ends(&net.node(first)?.chain().await?, last).await?;
	for job in &net.submitted {
		let times = ends.get(job).copied().unwrap_or_default();
		ensure!(times == 1, "job {job} ended {times} times");
	}
	Ok(checked)
}

/// How often each job ended, by the events of all blocks up to `last`.
async fn ends(chain: &ChainClient, last: BlockNumber) -> Result<BTreeMap<JobId, u32>> {
	let mut ends = BTreeMap::new();
	for number in 1..=last {
		let hash = chain.hash_of(number).await?.with_context(|| format!("no block {number}"))?;
		for event in chain.at(hash).events().await? {
			if ["Settled", "Invalid", "Refunded"].iter().any(|name| event.is("JobMarket", name)) {
				*ends.entry(event.decode::<JobId>()?).or_default() += 1;
			}
		}
	}
	Ok(ends)
}

/// All accounts together have what the chain has issued: nothing was made or lost on the way.
///
/// # Errors
/// If they have not.
pub async fn money(chain: &ChainClient, rpc: &Rpc) -> Result<()> {
	/// Accounts that are asked for at once.
	const PAGE: usize = 500;
	let head = chain.finalized().await?;
	let at = hex(head.hash);
	let prefix = hex(storage::value("System", "Account"));
	let (mut sum, mut start) = (0, Value::Null);
	loop {
		let keys = rpc.ask("state_getKeysPaged", json!([prefix, PAGE, start, at])).await?;
		let keys = keys.as_array().context("state_getKeysPaged gives no list")?.clone();
		let values = rpc.ask("state_queryStorageAt", json!([keys, at])).await?;
		let changes = values[0]["changes"].as_array().context("state_queryStorageAt")?.clone();
		for change in &changes {
			sum += total(change[1].as_str().unwrap_or_default())?;
		}
		match keys.last() {
			Some(last) if keys.len() == PAGE => start = last.clone(),
			_ => break,
		}
	}
	let issued = chain.at(head.hash).total_issuance().await?;
	ensure!(sum == issued, "accounts have {sum}, but {issued} were issued");
	Ok(())
}

/// Free and held balance of an encoded account.
fn total(account: &str) -> Result<Balance> {
	let digits = account.strip_prefix("0x").context("an account without 0x")?;
	let bytes = hex::decode(digits)?;
	// Nonce and three counters come first.
	let (_, free, held) = <([u32; 4], Balance, Balance)>::decode(&mut &bytes[..])?;
	Ok(free + held)
}

fn hex(bytes: impl AsRef<[u8]>) -> String {
	format!("0x{}", hex::encode(bytes))
}

#[cfg(test)]
mod tests {
	use super::*;
	use codec::Encode;

	#[test]
	fn total_adds_what_is_free_and_what_is_held() {
		let account = ([1u32, 2, 3, 4], 5u128, 6u128, 7u128, 8u128).encode();
		assert_eq!(total(&hex(&account)).unwrap(), 11);
	}
}
