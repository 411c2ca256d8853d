//! What the services share.

use std::{sync::Arc, time::Duration};

use tercet_primitives::{apis::Assignment, BlockNumber};
use tercet_privacy::ExecutorKey;
use tokio::sync::{watch, Notify};

use crate::{
	cache::Cache,
	chain::Chain,
	compute::Compute,
	health::{About, Vitals},
	host::Host,
	journal::Journal,
	metrics::Metrics,
	pause::Pauses,
	steps::Steps,
	store::Store,
};

/// What the chain says at the best block.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Board {
	/// Number of that block; 0 before the first answer.
	pub block: BlockNumber,
	/// The jobs in this worker's hands, oldest first.
	pub assignments: Vec<Assignment>,
}

/// What the services share. Cheap to clone.
#[derive(Clone)]
pub struct Context {
	/// The chain and this worker's account.
	pub chain: Arc<dyn Chain>,
	/// Where blobs are.
	pub store: Arc<dyn Store>,
	/// What runs models.
	pub compute: Arc<dyn Compute>,
	/// Opens what is sealed for this worker.
	pub executor_key: Arc<ExecutorKey>,
	/// Responses on disk.
	pub journal: Arc<Journal>,
	/// Models on disk.
	pub models: Cache,
	/// Results on disk, until their jobs have ended: fingerprints are made of them.
	pub results: Cache,
	/// Counters.
	pub metrics: Arc<Metrics>,
	/// The newest state of the chain, written by `assignments`.
	pub board: watch::Sender<Board>,
	/// Rung when the journal has something new to say.
	pub journaled: Arc<Notify>,
	/// The machine: what it shows, and what jobs cost it.
	pub host: Arc<Host>,
	/// Who wants the worker to stand aside.
	pub pause: Pauses,
	/// How the worker is otherwise, written by `health` and `rewards`.
	pub vitals: watch::Sender<Vitals>,
	/// What does not change.
	pub about: Arc<About>,
	/// Crash tests.
	pub steps: Steps,
}

/// Waits between attempts: doubling, from `first` to `last`.
#[derive(Clone, Copy, Debug)]
pub struct Backoff {
	next: Duration,
	first: Duration,
	last: Duration,
}

impl Backoff {
	/// Waits from `first` to `last`.
	pub fn new(first: Duration, last: Duration) -> Self {
		Self { next: first, first, last }
	}

	/// Waits for the time that is due.
	pub async fn wait(&mut self) {
		let wait = self.next;
		self.next = (wait * 2).min(self.last);
		tokio::time::sleep(wait).await;
	}

	/// Starts over, after a success.
	pub fn reset(&mut self) {
		self.next = self.first;
	}
}
