//! A validator's disk runs full: slowly, so that the node sees it coming, or at once, so that writes
//! fail. The node may stop, but what is on the disk must be good: with room again it goes on from
//! there.

use std::time::Duration;

use anyhow::{Context, Result};
use tercet_cli::devnet::describe;

use super::{everyone, except, Outcome, VICTIM};
use crate::{
	watch::{self, HEAL},
	Network,
};

/// Size of the disk, in MiB.
pub const SIZE: u32 = 400;

/// How long the node may take to end by itself. One that does not is looked at all the same.
const END: Duration = Duration::from_secs(40);

/// MiB left of the disk, in turn: less than the node wants, and nothing.
const LEFT: [u64; 2] = [32, 0];

pub async fn happen(net: &mut Network, repetition: usize) -> Result<Outcome> {
	let left = LEFT[repetition % LEFT.len()];
	let others = except(net, &[VICTIM]);
	let job = net.submit(8).await?;
	disk(net)?.fill(left)?;
	let ended = net.node(VICTIM)?.ends(END).await;
	let mark = watch::mark(net, &others).await?;
	watch::resumed(net, &others, mark, HEAL).await.context("the others")?;

	disk(net)?.free()?;
	let how = match ended {
		Some(status) => {
			net.restart(VICTIM).await.context("with room again")?;
			describe(status)
		},
		None => "went on running".into(),
	};
	let mark = watch::mark(net, &others).await?;
	let healed = watch::resumed(net, &everyone(net), mark, HEAL).await?;
	net.ended(job).await?;
	Ok(Outcome { healed: vec![healed], note: format!("{left} MiB left: the node {how}") })
}

fn disk(net: &mut Network) -> Result<&tercet_e2e::Disk> {
	net.node(VICTIM)?.disk.as_ref().context("it has no disk of its own")
}
