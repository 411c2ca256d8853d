//! What jobs cost that do not go smoothly: one executor is silent, or 1 % of the items are disputed.

use anyhow::{ensure, Context, Result};
use tercet_cli::devnet::Devnet;
use tercet_e2e::{dishonest, Net, DEADLINE};
use tercet_primitives::{Disputed, JobState};

use crate::cost::{self, Cost};

/// Who misbehaves.
const CULPRIT: usize = 2;

/// Who is asked only when there is an escalation.
const FRESH: [usize; 2] = [3, 4];

/// Measures on a network of its own: three workers are drawn first, two for the escalation.
pub async fn measure(items: &[u32]) -> Result<Vec<Cost>> {
	let mut net = Net::start(Devnet::builder().workers(5), 5).await?;
	let mut costs = Vec::new();
	for items in items.iter().copied() {
		net.leave(&FRESH).await?;
		net.devnet.kill_worker(CULPRIT)?;
		costs.push(escalated(&net, "one silent", items).await.context("one silent")?);
		net.reform(&[CULPRIT])?;
	}
	net.leave(&FRESH).await?;
	net.corrupt(&[CULPRIT], &dishonest("partly_wrong.onnx"))?;
	costs.push(escalated(&net, "1 % disputed", 512).await.context("1 % disputed")?);
	net.shutdown().await;
	Ok(costs)
}

async fn escalated(net: &Net, case: &'static str, items: u32) -> Result<Cost> {
	let job = net.submit(items, 2 * DEADLINE).await?;
	net.drawn(job).await?;
	net.enter(&FRESH).await?;
	let (_, view) = net.end_of(job).await?;
	let JobState::Settled { disputed: Disputed::None | Disputed::Resolved(_), .. } = view.job.state
	else {
		anyhow::bail!("not settled: {:?}", view.job.state)
	};
	let seats = view.committee.as_ref().map_or(0, |committee| committee.seats.len());
	ensure!(seats == 5, "the committee has {seats} seats");
	cost::of(net, case, job, &view).await
}
