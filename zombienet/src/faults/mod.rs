//! Everything that is done to a network. Each fault is done to a running network of four validators
//! some times in a row, measures what it is about, and leaves the network as it found it, so that
//! [`checks`](crate::checks) can say whether it was harmless.

mod clock;
mod crash;
mod disk;
mod equivocation;
mod late;
mod lifecycle;
mod partition;
mod stop;
mod upgrade;

use std::path::Path;

use anyhow::{Context, Result};
use tercet_e2e::clocks_missing;
use tercet_primitives::JobState;

use crate::{network::wires_missing, watch::Took, Builder, Network};

/// What can be done to a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Fault {
	/// Nothing: jobs whose requester and workers are on different nodes.
	Lifecycle,
	/// A validator is killed in the middle of a job, and comes back.
	Crash,
	/// Two validators are killed at once, so nothing is finalized, and come back.
	TwoCrashes,
	/// Two validators are cut off from the other two.
	Partition,
	/// A validator's clock is wrong by a little, or by much.
	ClockSkew,
	/// A node joins late, and starts from the newest finalized state.
	LateJoiner,
	/// Two nodes have the same session keys.
	Equivocation,
	/// A validator's disk is full.
	DiskFull,
	/// Every program is asked to stop.
	Stop,
	/// The runtime is replaced while jobs are open.
	Upgrade,
}

/// What a fault did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
	/// How long finality took to go on, each time that it could again.
	pub healed: Vec<Took>,
	/// What else is worth knowing.
	pub note: String,
}

impl Fault {
	/// All, in the order of this file.
	pub const ALL: [Self; 10] = [
		Self::Lifecycle,
		Self::Crash,
		Self::TwoCrashes,
		Self::Partition,
		Self::ClockSkew,
		Self::LateJoiner,
		Self::Equivocation,
		Self::DiskFull,
		Self::Stop,
		Self::Upgrade,
	];

	/// For people.
	pub fn name(self) -> &'static str {
		match self {
			Self::Lifecycle => "none: jobs across nodes",
			Self::Crash => "one validator killed",
			Self::TwoCrashes => "two validators killed",
			Self::Partition => "partition, two against two",
			Self::ClockSkew => "clock skew",
			Self::LateJoiner => "late joiner by warp sync",
			Self::Equivocation => "equivocating validator",
			Self::DiskFull => "disk full",
			Self::Stop => "SIGTERM",
			Self::Upgrade => "runtime upgrade",
		}
	}

	/// What this machine lacks for it, if anything.
	pub fn missing(self) -> Option<&'static str> {
		match self {
			// Both need root, and for nothing else.
			Self::Partition | Self::DiskFull => wires_missing(),
			Self::ClockSkew => clocks_missing(),
			_ => None,
		}
	}

	/// How often it is repeated unless somebody says otherwise.
	pub fn repetitions(self) -> usize {
		match self {
			Self::Crash | Self::Partition => 5,
			Self::DiskFull => 4,
			Self::Lifecycle | Self::TwoCrashes | Self::LateJoiner => 3,
			// Each of its repetitions has four parts.
			Self::ClockSkew => 2,
			// A validator is slashed once, and a runtime upgraded.
			Self::Equivocation | Self::Upgrade | Self::Stop => 1,
		}
	}

	/// The network that it is done to.
	pub fn network(self) -> Builder {
		let net = Network::builder().validators(4);
		match self {
			Self::Lifecycle | Self::Crash | Self::TwoCrashes | Self::Stop => net.workers(3),
			Self::Upgrade => net.workers(3).haste(upgrade::HASTE),
			Self::Partition => net.workers(4).isolated(),
			Self::ClockSkew => net.workers(3).special(VICTIM, |node| node.clock = true),
			Self::DiskFull => net.workers(3).special(VICTIM, |node| node.disk = Some(disk::SIZE)),
			Self::LateJoiner | Self::Equivocation => net,
		}
	}

	/// Does it once; `repetition` counts from 0, and `code` is a runtime to upgrade to.
	///
	/// # Errors
	/// If the network does not take it as it should.
	pub async fn happen(
		self,
		net: &mut Network,
		repetition: usize,
		code: Option<&Path>,
	) -> Result<Outcome> {
		match self {
			Self::Lifecycle => lifecycle::happen(net).await,
			Self::Crash => crash::one(net, repetition).await,
			Self::TwoCrashes => crash::two(net, repetition).await,
			Self::Partition => partition::happen(net, repetition).await,
			Self::ClockSkew => clock::happen(net).await,
			Self::LateJoiner => late::happen(net).await,
			Self::Equivocation => equivocation::happen(net).await,
			Self::DiskFull => disk::happen(net, repetition).await,
			Self::Stop => stop::happen(net).await,
			Self::Upgrade => upgrade::happen(net, code.context("no runtime was named")?).await,
		}
	}
}

/// The node that things happen to, where it has to be a certain one. No requester is on it.
const VICTIM: usize = 2;

/// All nodes of the network.
fn everyone(net: &Network) -> Vec<usize> {
	(0..net.count()).collect()
}

/// All nodes but these.
fn except(net: &Network, nodes: &[usize]) -> Vec<usize> {
	(0..net.count()).filter(|node| !nodes.contains(node)).collect()
}

/// For a report: how a job ended.
fn end(state: &JobState) -> &'static str {
	match state {
		JobState::Settled { .. } => "settled",
		JobState::Refunded { .. } => "refunded",
		JobState::Invalid { .. } => "invalid",
		JobState::Queued | JobState::Running { .. } => "open",
	}
}
