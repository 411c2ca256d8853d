//! Validators are killed as by a power failure, and start again on what is on their disks.

use anyhow::{Context, Result};

use super::{end, everyone, except, Outcome};
use crate::{
	watch::{self, HEAL},
	Network,
};

/// Slots that a validator stays away, at least.
const AWAY: u64 = 6;

/// Slots after which nothing of what it did is under way any more.
const GONE: u64 = 3;

/// One of four: the others go on, and it catches up.
pub async fn one(net: &mut Network, repetition: usize) -> Result<Outcome> {
	// The requester's node is the last one; workers are on the others.
	let victim = repetition % (net.count() - 1);
	let job = net.submit(32).await?;
	net.jobs()?.drawn(job).await?;

	let others = except(net, &[victim]);
	net.node(victim)?.server.kill();
	watch::pass(GONE).await;
	let mark = watch::mark(net, &others).await?;
	let without = watch::resumed(net, &others, mark, HEAL).await.context("without it")?;
	let meanwhile = net.submit(1).await?;
	watch::pass(AWAY - GONE).await;

	net.restart(victim).await?;
	let mark = watch::mark(net, &others).await?;
	let healed = watch::resumed(net, &everyone(net), mark, HEAL).await?;
	let ends = [net.ended(job).await?, net.ended(meanwhile).await?];
	let [job, meanwhile] = ends.map(|view| end(&view.job.state));
	let note = format!(
		"without it finality went on within {} slots; its job was {job}, the next one {meanwhile}",
		without.slots
	);
	Ok(Outcome { healed: vec![healed], note })
}

/// Two of four: nothing is finalized until one is back.
pub async fn two(net: &mut Network, repetition: usize) -> Result<Outcome> {
	let first = repetition % (net.count() - 2);
	let victims = [first, first + 1];
	let job = net.submit(32).await?;
	net.jobs()?.drawn(job).await?;

	let others = except(net, &victims);
	for victim in victims {
		net.node(victim)?.server.kill();
	}
	watch::stalls(net, &others, AWAY).await?;

	for victim in victims {
		net.node(victim)?.server.restart()?;
	}
	for victim in victims {
		net.node(victim)?.answers().await?;
	}
	let mark = watch::mark(net, &others).await?;
	let healed = watch::resumed(net, &everyone(net), mark, HEAL).await?;
	let view = net.ended(job).await?;
	let note = format!("nothing was finalized without them; the job was {}", end(&view.job.state));
	Ok(Outcome { healed: vec![healed], note })
}
