//! A validator's clock is wrong: by less than a slot, as clocks without a time server are, and by
//! more than others believe.

use anyhow::{Context, Result};

use super::{end, everyone, except, Outcome, VICTIM};
use crate::{
	watch::{self, HEAL},
	Network,
};

/// How wrong, in seconds.
const OFFSETS: [f64; 4] = [1.5, -1.5, 20.0, -20.0];

/// For how many slots.
const LENGTH: u64 = 12;

pub async fn happen(net: &mut Network) -> Result<Outcome> {
	let others = except(net, &[VICTIM]);
	let mut healed = Vec::new();
	let mut notes = Vec::new();
	for offset in OFFSETS {
		let job = net.submit(8).await?;
		let before = watch::mark(net, &others).await?;
		set(net, offset)?;
		watch::pass(LENGTH).await;
		let chains = net.chains(&[others[0]]).await?;
		let now = watch::mark(net, &others).await?;
		let filled = watch::filled(&chains[0], before.best, now.best).await?;
		// The others go on all the time.
		watch::resumed(net, &others, now, HEAL).await.context("with the wrong clock")?;

		let mark = watch::mark(net, &everyone(net)).await?;
		set(net, 0.0)?;
		let took = watch::resumed(net, &everyone(net), mark, HEAL).await;
		healed.push(took.with_context(|| format!("after {offset} s"))?);
		let view = net.ended(job).await?;
		let state = end(&view.job.state);
		notes.push(format!("{offset:+} s: {:.0} % of slots filled, {state}", filled.percent()));
	}
	Ok(Outcome { healed, note: notes.join("; ") })
}

fn set(net: &mut Network, offset: f64) -> Result<()> {
	net.node(VICTIM)?.clock.as_ref().context("it has no clock of its own")?.set(offset)
}
