//! Two validators are cut off from the other two, with workers on both sides. Both sides make blocks,
//! and neither has the votes to finalize any.

use anyhow::{ensure, Result};

use super::{end, everyone, Outcome};
use crate::{
	watch::{self, HEAL},
	Network,
};

/// How long it lasts, in slots, in turn: shorter and longer than connections wait before they give
/// up.
const LENGTHS: [u64; 5] = [4, 8, 15, 30, 60];

pub async fn happen(net: &mut Network, repetition: usize) -> Result<Outcome> {
	let [left, right] = [[0, 1], [2, 3]];
	let job = net.submit(32).await?;
	net.jobs()?.drawn(job).await?;

	net.split(&right)?;
	watch::stalls(net, &everyone(net), LENGTHS[repetition % LENGTHS.len()]).await?;
	let [ours, theirs] = [watch::mark(net, &left).await?, watch::mark(net, &right).await?];
	ensure!(ours.best > ours.finalized && theirs.best > theirs.finalized, "{ours:?}, {theirs:?}");
	let forks = forks(net, ours.best.min(theirs.best)).await?;
	ensure!(forks == 2, "there is but one chain");

	let mark = watch::mark(net, &everyone(net)).await?;
	net.join()?;
	let healed = watch::resumed(net, &everyone(net), mark, HEAL).await?;
	let view = net.ended(job).await?;
	let length = mark.best.max(1) - mark.finalized;
	let note = format!("{length} blocks were open; the job was {}", end(&view.job.state));
	Ok(Outcome { healed: vec![healed], note })
}

/// How many different blocks of that height are on best chains.
async fn forks(net: &Network, height: u32) -> Result<usize> {
	let mut hashes = Vec::new();
	for chain in net.chains(&everyone(net)).await? {
		hashes.extend(chain.hash_of(height).await?);
	}
	hashes.sort_unstable();
	hashes.dedup();
	Ok(hashes.len())
}
