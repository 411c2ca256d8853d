//! Processes that wait for the next job: one per open model, and a spare one.

use std::sync::{Arc, Mutex, PoisonError};

use tokio_util::sync::CancellationToken;

use super::{
	open::{Key, Open, Place},
	parent::Runner,
	RunnerSettings,
};
use crate::compute::{Compute, Failure, FailureKind, Opening, Request, Results, Runnable};

/// Runs models in processes of their own.
///
/// A process has one model open and one job at a time. Between jobs it waits, with its model open, as
/// long as the memory for that suffices; jobs that overlap get a process each. A spare one, locked in
/// and without a model, saves the next model the start.
pub struct Runners {
	settings: RunnerSettings,
	open: Arc<Open>,
	spare: Arc<Mutex<Option<Runner>>>,
	/// Memory of a process without a model, in bytes.
	base: u64,
}

impl Runners {
	/// Starts the first process, and says which walls it stands behind.
	///
	/// # Errors
	/// [`FailureKind::Machine`] if it cannot be started, or a wall is missing and all are required.
	pub fn new(settings: RunnerSettings) -> Result<Self, Failure> {
		let open = Open::new(settings.memory, settings.counts.clone());
		Self::within(settings, open)
	}

	/// As [`Self::new`], on another device, with the same memory for the models of both.
	///
	/// # Errors
	/// As [`Self::new`].
	pub fn beside(&self, settings: RunnerSettings) -> Result<Self, Failure> {
		Self::within(settings, self.open.clone())
	}

	fn within(settings: RunnerSettings, open: Arc<Open>) -> Result<Self, Failure> {
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
		let base = first.resident();
		Ok(Self { settings, open, spare: Arc::new(Mutex::new(Some(first))), base })
	}

	/// A process without a model.
	fn fresh(&self) -> Result<Runner, Failure> {
		// Whatever panicked with the lock, a process is there or not.
		let take = || self.spare.lock().unwrap_or_else(PoisonError::into_inner).take();
		let runner = match take() {
			Some(runner) => runner,
			None => Runner::start(&self.settings)?,
		};
		let (spare, settings) = (self.spare.clone(), self.settings.clone());
		std::thread::spawn(move || match Runner::start(&settings) {
			Ok(runner) => {
				*spare.lock().unwrap_or_else(PoisonError::into_inner) = Some(runner);
			},
			Err(failure) => tracing::warn!(%failure, "no spare runner"),
		});
		Ok(runner)
	}

	fn key(&self, opening: &Opening) -> Option<Key> {
		Key::of(self.settings.device, opening)
	}

	fn lease(&self, opening: Opening, runner: Runner, place: Place) -> Box<dyn Runnable> {
		let (key, gpu) = (self.key(&opening), self.settings.device.gpu());
		Box::new(Lease { opening, key, held: Some((runner, place)), gpu })
	}
}

impl Compute for Runners {
	fn is_open(&self, opening: &Opening) -> bool {
		self.key(opening).is_some_and(|key| self.open.has(&key))
	}

	fn loaded(&self, opening: &Opening) -> Option<Box<dyn Runnable>> {
		let (runner, place) = self.open.take(self.key(opening)?)?;
		Some(self.lease(*opening, runner, place))
	}

	fn load(
		&self,
		opening: Opening,
		bytes: &[u8],
		cancel: &CancellationToken,
	) -> Result<Box<dyn Runnable>, Failure> {
		// Without a record there is a guess: the file and the session's weights.
		let needs = opening.declared.unwrap_or((bytes.len() as u64).saturating_mul(2));
		let needs = needs.saturating_add(self.base);
		let place = self.open.reserve(self.key(&opening), needs, cancel)?;
		let mut runner = self.fresh()?;
		runner.open(&opening, bytes, cancel)?;
		place.takes(runner.resident());
		Ok(self.lease(opening, runner, place))
	}
}

/// A process in the hands of one job.
struct Lease {
	opening: Opening,
	/// Whom it may serve afterwards.
	key: Option<Key>,
	/// In this order: memory is free once its process is gone.
	held: Option<(Runner, Place)>,
	gpu: Option<u32>,
}

impl Runnable for Lease {
	fn run(&mut self, request: &Request<'_>) -> Result<Results, Failure> {
		let gone = || Failure::new(FailureKind::Machine, "the runner is gone");
		let (runner, place) = self.held.as_mut().ok_or_else(gone)?;
		let results = runner.run(&self.opening, request);
		place.takes(runner.resident());
		results
	}

	fn gpu(&self) -> Option<u32> {
		self.gpu
	}
}

impl Drop for Lease {
	fn drop(&mut self) {
		let Some((runner, place)) = self.held.take() else { return };
		match self.key {
			Some(key) if runner.is_alive() => place.give_back(key, runner),
			// A process that got more memory than was promised is for one job.
			_ => {
				drop(runner);
				drop(place);
			},
		}
	}
}
