//! Processes that wait for the next job: one per open model, and a spare one.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tercet_primitives::H256;
use tokio_util::sync::CancellationToken;

use super::{parent::Runner, RunnerSettings};
use crate::compute::{Compute, Failure, FailureKind, Opening, Request, Results, Runnable};

/// Runs models in processes of their own.
///
/// A process has one model open and one job at a time. Between jobs it waits, with its model open, as
/// long as the memory for that suffices; jobs that overlap get a process each. A spare one, locked in
/// and without a model, saves the next model the start.
pub struct Runners {
	settings: RunnerSettings,
	idle: Arc<Mutex<Idle>>,
}

#[derive(Default)]
struct Idle {
	/// The one used least recently first.
	open: Vec<(Key, Runner)>,
	spare: Option<Runner>,
}

/// What two jobs must have in common to use the same process.
type Key = (H256, Option<u64>);

impl Runners {
	/// Starts the first process, and says which walls it stands behind.
	///
	/// # Errors
	/// [`FailureKind::Machine`] if it cannot be started, or a wall is missing and all are required.
	pub fn new(settings: RunnerSettings) -> Result<Self, Failure> {
		let first = Runner::start(&settings)?;
		let (there, missing): (Vec<_>, Vec<_>) =
			first.walls().iter().partition(|wall| wall.missing.is_none());
		let list = |walls: &[&super::sandbox::Wall]| {
			walls.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
		};
		tracing::info!(walls = list(&there), "models run in a process of their own");
		if !missing.is_empty() {
			let missing = list(&missing);
			if settings.require_sandbox {
				let text = format!("models cannot be locked in on this machine: {missing}");
				return Err(Failure::new(FailureKind::Machine, text));
			}
			tracing::warn!(missing, "models are locked in less well than they could be");
		}
		let idle = Idle { open: Vec::new(), spare: Some(first) };
		Ok(Self { settings, idle: Arc::new(Mutex::new(idle)) })
	}

	/// A process without a model.
	fn fresh(&self) -> Result<Runner, Failure> {
		let spare = lock(&self.idle).spare.take();
		let runner = match spare {
			Some(runner) => runner,
			None => Runner::start(&self.settings)?,
		};
		let (idle, settings) = (self.idle.clone(), self.settings.clone());
		std::thread::spawn(move || match Runner::start(&settings) {
			Ok(runner) => lock(&idle).spare = Some(runner),
			Err(failure) => tracing::warn!(%failure, "no spare runner"),
		});
		Ok(runner)
	}
}

// What is idle is consistent after each of its operations, whatever panicked.
fn lock(idle: &Mutex<Idle>) -> MutexGuard<'_, Idle> {
	idle.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Compute for Runners {
	fn loaded(&self, opening: &Opening) -> Option<Box<dyn Runnable>> {
		if opening.confirming {
			return None;
		}
		let key = (opening.digest, opening.declared);
		let mut idle = lock(&self.idle);
		let position = idle.open.iter().rposition(|(open, _)| *open == key)?;
		let (_, runner) = idle.open.remove(position);
		drop(idle);
		Some(Box::new(self.lease(*opening, runner)))
	}

	fn load(
		&self,
		opening: Opening,
		bytes: &[u8],
		cancel: &CancellationToken,
	) -> Result<Box<dyn Runnable>, Failure> {
		let mut runner = self.fresh()?;
		runner.open(&opening, bytes, cancel)?;
		Ok(Box::new(self.lease(opening, runner)))
	}
}

impl Runners {
	fn lease(&self, opening: Opening, runner: Runner) -> Lease {
		let (idle, idle_memory) = (self.idle.clone(), self.settings.idle_memory);
		let gpu = self.settings.device.gpu();
		Lease { opening, runner: Some(runner), idle, idle_memory, gpu }
	}
}

/// A process in the hands of one job.
struct Lease {
	opening: Opening,
	runner: Option<Runner>,
	idle: Arc<Mutex<Idle>>,
	idle_memory: u64,
	gpu: Option<u32>,
}

impl Runnable for Lease {
	fn run(&mut self, request: &Request<'_>) -> Result<Results, Failure> {
		let gone = || Failure::new(FailureKind::Machine, "the runner is gone");
		self.runner.as_mut().ok_or_else(gone)?.run(&self.opening, request)
	}

	fn gpu(&self) -> Option<u32> {
		self.gpu
	}
}

impl Drop for Lease {
	fn drop(&mut self) {
		let Some(runner) = self.runner.take() else { return };
		// A process that got more memory than was promised is for one job.
		if !runner.is_alive() || self.opening.confirming {
			return;
		}
		let mut idle = lock(&self.idle);
		idle.open.push(((self.opening.digest, self.opening.declared), runner));
		let mut memory = 0u64;
		// The one used last stays in any case.
		let keep = idle.open.iter().rev().take_while(|(_, runner)| {
			let first = memory == 0;
			memory = memory.saturating_add(runner.resident().max(1));
			first || memory <= self.idle_memory
		});
		let excess = idle.open.len() - keep.count();
		let closed: Vec<_> = idle.open.drain(..excess).collect();
		drop(idle);
		drop(closed);
	}
}
