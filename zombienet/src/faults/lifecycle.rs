//! Nothing goes wrong. Each worker is on another node, and the requester on yet another one.

use anyhow::{ensure, Result};
use tercet_primitives::JobState;

use super::{everyone, Outcome};
use crate::{watch, Network};

pub async fn happen(net: &mut Network) -> Result<Outcome> {
	let before = watch::mark(net, &everyone(net)).await?;
	let mut latencies = Vec::new();
	for items in [1, 64] {
		let job = net.submit(items).await?;
		let view = net.ended(job).await?;
		let JobState::Settled { at, .. } = view.job.state else {
			anyhow::bail!("job {job}: {:?}", view.job.state)
		};
		latencies.push(at - view.job.submitted_at);
		// Everybody sees the same, once it is final there.
		for chain in net.chains(&everyone(net)).await? {
			while chain.finalized().await?.number < at {
				watch::pass(1).await;
			}
			let finalized = chain.finalized().await?;
			let theirs = chain.at(finalized.hash).job(job).await?;
			ensure!(theirs.is_some_and(|theirs| theirs.job == view.job), "job {job} differs");
		}
	}
	let after = watch::mark(net, &everyone(net)).await?;
	ensure!(after.behind > before.finalized, "nothing was finalized: {before:?} → {after:?}");
	Ok(Outcome { healed: Vec::new(), note: format!("blocks to settlement: {latencies:?}") })
}
