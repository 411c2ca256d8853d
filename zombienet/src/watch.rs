//! Finality as seen from outside. Time is counted in slots of the chain, not by our clock, so a slow
//! machine is not mistaken for a slow protocol.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{bail, ensure, Result};
use tercet_chain_client::ChainClient;
use tercet_primitives::{BlockNumber, SLOT_MILLIS};
use tokio::time::Instant;

use crate::Network;

/// Wait between looks.
const POLL: Duration = Duration::from_millis(100);

/// Slots within which finality must go on after everything is as it should be again.
pub const HEAL: u64 = 10;

/// Where nodes are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mark {
	/// Slot of the newest best block.
	pub slot: u64,
	/// Its number.
	pub best: BlockNumber,
	/// The highest finalized block of any.
	pub finalized: BlockNumber,
	/// The lowest one of any.
	pub behind: BlockNumber,
}

/// How long something took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Took {
	/// In slots.
	pub slots: u64,
	/// In blocks of the best chain.
	pub blocks: BlockNumber,
}

/// Where these nodes are now.
///
/// # Errors
/// If one does not answer.
pub async fn mark(net: &Network, nodes: &[usize]) -> Result<Mark> {
	look(&net.chains(nodes).await?).await
}

async fn look(chains: &[ChainClient]) -> Result<Mark> {
	let mut mark = Mark { behind: BlockNumber::MAX, ..Mark::default() };
	for chain in chains {
		let (best, finalized) = (chain.best().await?, chain.finalized().await?.number);
		let slot = match best.number {
			0 => 0,
			_ => chain.at(best.hash).slot().await?,
		};
		mark.slot = mark.slot.max(slot);
		mark.best = mark.best.max(best.number);
		mark.finalized = mark.finalized.max(finalized);
		mark.behind = mark.behind.min(finalized);
	}
	Ok(mark)
}

/// Waits until every one of these nodes has finalized more than any had at `since`.
///
/// # Errors
/// If that takes more than `limit` slots; if a node does not answer.
pub async fn resumed(net: &Network, nodes: &[usize], since: Mark, limit: u64) -> Result<Took> {
	let chains = net.chains(nodes).await?;
	// Where no block is made, no slot is counted either.
	let patience = Duration::from_millis((3 * limit + 30) * SLOT_MILLIS);
	let deadline = Instant::now() + patience;
	loop {
		let now = look(&chains).await?;
		let took = Took {
			slots: now.slot.saturating_sub(since.slot),
			blocks: now.best.saturating_sub(since.best),
		};
		if now.behind > since.finalized {
			ensure!(took.slots <= limit, "finality took {} slots", took.slots);
			return Ok(took);
		}
		if Instant::now() > deadline {
			bail!("no finality after {} slots: {since:?} → {now:?}", took.slots);
		}
		tokio::time::sleep(POLL).await;
	}
}

/// Waits for `slots`, by our clock.
pub async fn pass(slots: u64) {
	tokio::time::sleep(Duration::from_millis(slots * SLOT_MILLIS)).await;
}

/// Makes sure that none of these nodes finalizes anything for `slots`, after what was under way.
///
/// # Errors
/// If one does.
pub async fn stalls(net: &Network, nodes: &[usize], slots: u64) -> Result<()> {
	/// Votes that were cast already may still arrive.
	const UNDER_WAY: u64 = 3;
	pass(UNDER_WAY).await;
	let before = mark(net, nodes).await?;
	pass(slots).await;
	let after = mark(net, nodes).await?;
	ensure!(before.finalized == after.finalized, "finality goes on: {before:?} → {after:?}");
	Ok(())
}

/// How far finality lags on one node: for each block that becomes final in the next `slots`, the
/// slots between its own and the one of that moment. Sorted.
///
/// # Errors
/// If the node does not answer.
pub async fn lags(chain: &ChainClient, slots: u64) -> Result<Vec<u64>> {
	let mut lags = Vec::new();
	let mut known = chain.finalized().await?.number;
	let end = current_slot() + slots;
	while current_slot() < end {
		let finalized = chain.finalized().await?;
		let now = current_slot();
		for number in known + 1..=finalized.number {
			let Some(hash) = chain.hash_of(number).await? else { continue };
			lags.push(now.saturating_sub(chain.at(hash).slot().await?));
		}
		known = finalized.number;
		tokio::time::sleep(POLL).await;
	}
	lags.sort_unstable();
	Ok(lags)
}

/// The slot that our clock is in.
fn current_slot() -> u64 {
	let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
	now.as_millis() as u64 / SLOT_MILLIS
}

/// How many of the slots in a stretch of the chain have a block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Filled {
	/// Those with one.
	pub blocks: u64,
	/// All.
	pub slots: u64,
}

impl Filled {
	/// The share, in per cent.
	pub fn percent(self) -> f64 {
		self.blocks as f64 * 100.0 / (self.slots.max(1)) as f64
	}
}

/// Slots after block `first` up to that of block `last`.
///
/// # Errors
/// If the node does not have these blocks.
pub async fn filled(chain: &ChainClient, first: BlockNumber, last: BlockNumber) -> Result<Filled> {
	let mut slots = [0; 2];
	for (slot, number) in slots.iter_mut().zip([first, last]) {
		let Some(hash) = chain.hash_of(number).await? else { bail!("there is no block {number}") };
		*slot = chain.at(hash).slot().await?;
	}
	Ok(Filled { blocks: u64::from(last.saturating_sub(first)), slots: slots[1] - slots[0] })
}

/// The value below or at which a share `p` of all are. `sorted` is.
pub fn percentile(sorted: &[u64], p: f64) -> Option<u64> {
	let last = sorted.len().checked_sub(1)?;
	let rank = (p * sorted.len() as f64).ceil() as usize;
	sorted.get(rank.saturating_sub(1).min(last)).copied()
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn percentile_is_the_nearest_rank() {
		let values = (1..=20).collect::<Vec<_>>();
		assert_eq!(percentile(&values, 0.5), Some(10));
		assert_eq!(percentile(&values, 0.95), Some(19));
		assert_eq!(percentile(&values, 1.0), Some(20));
		assert_eq!(percentile(&[7], 0.0), Some(7));
		assert_eq!(percentile(&[], 0.5), None);
	}
}
