//! A validator's clock is wrong: by less than a slot, as clocks without a time server are, and by
//! more than others believe.
//!
//! The others never notice. The node itself, once its clock is right, has to be forgiven: while it was
//! slow it refused their blocks as of the future, and gave them up as peers.

use anyhow::{Context, Result};

use super::{end, everyone, except, Outcome, VICTIM};
use crate::{
	watch::{self, HEAL},
	Network,
};

/// How wrong, in seconds.
const OFFSETS: [f64; 4] = [1.5, -1.5, 20.0, -20.0];

/// Slots that the node may take until it follows again.
const CATCH_UP: u64 = 90;

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
		let took = watch::resumed(net, &others, now, HEAL).await.context("with the wrong clock")?;
		healed.push(took);

		let mark = watch::mark(net, &everyone(net)).await?;
		set(net, 0.0)?;
		let back = watch::resumed(net, &everyone(net), mark, CATCH_UP).await;
		let back = back.with_context(|| format!("after {offset} s"))?.slots;
		let view = net.ended(job).await?;
		let state = end(&view.job.state);
		let filled = filled.percent();
		notes.push(format!(
			"{offset:+} s: {filled:.0} % of slots filled, back after {back} slots, job {state}"
		));
	}
	Ok(Outcome { healed, note: notes.join("; ") })
}

fn set(net: &mut Network, offset: f64) -> Result<()> {
	net.node(VICTIM)?.clock.as_ref().context("it has no clock of its own")?.set(offset)
}
