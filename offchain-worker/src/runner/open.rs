//! Models that are open, and the memory that they take together.

use std::{
	collections::VecDeque,
	sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
	time::Duration,
};

use tercet_primitives::H256;
use tokio_util::sync::CancellationToken;

use super::parent::Runner;
use crate::{
	compute::{Failure, FailureKind, Opening},
	engine::Device,
	metrics::ModelCounts,
};

/// Time between looks at what may end a wait.
const TICK: Duration = Duration::from_millis(50);

/// What two jobs must have in common to use the same process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key {
	device: Device,
	digest: H256,
	declared: Option<u64>,
}

impl Key {
	/// What a job needs on `device`. Nothing that is open serves a [confirming](Opening::confirming)
	/// attempt, and what that opens serves no other.
	pub fn of(device: Device, opening: &Opening) -> Option<Self> {
		let Opening { digest, declared, confirming } = *opening;
		(!confirming).then_some(Self { device, digest, declared })
	}
}

/// Processes with a model open, those of all devices.
///
/// Together they take no more memory than the budget. Those that wait for a job are closed when it is
/// needed, the one used least recently first; then whoever wants to open a model waits for jobs to
/// end, in order. One model alone may take more than the budget: what it declares is looked at before
/// it comes here.
pub(super) struct Open {
	budget: u64,
	counts: ModelCounts,
	state: Mutex<State>,
	changed: Condvar,
}

#[derive(Default)]
struct State {
	/// Those that wait for a job, the one used least recently first.
	idle: Vec<(Key, Runner)>,
	/// Those that a job has, or opens.
	busy: Vec<Busy>,
	/// Who waits for memory, in order.
	waiting: VecDeque<u64>,
	/// Number of the next place.
	next: u64,
}

struct Busy {
	place: u64,
	key: Option<Key>,
	/// Memory that it counts for, in bytes.
	bytes: u64,
}

/// The memory of a model in the hands of a job, until it is dropped.
pub(super) struct Place {
	open: Arc<Open>,
	number: u64,
}

impl State {
	fn memory(&self) -> u64 {
		let busy = self.busy.iter().map(|busy| busy.bytes);
		let idle = self.idle.iter().map(|(_, runner)| runner.resident());
		busy.chain(idle).fold(0, u64::saturating_add)
	}

	/// The next to be closed, if there must be room for `bytes`.
	fn excess(&mut self, bytes: u64, budget: u64) -> Option<Runner> {
		let full = self.memory().saturating_add(bytes) > budget;
		(full && !self.idle.is_empty()).then(|| self.idle.remove(0).1)
	}

	fn number(&mut self) -> u64 {
		self.next += 1;
		self.next
	}
}

impl Open {
	/// Nothing yet, of `budget` bytes at most.
	pub fn new(budget: u64, counts: ModelCounts) -> Arc<Self> {
		let (state, changed) = Default::default();
		Arc::new(Self { budget, counts, state, changed })
	}

	/// Whether a process has it open, or is about to, busy or not.
	pub fn has(&self, key: &Key) -> bool {
		let state = self.state();
		let busy = state.busy.iter().filter_map(|busy| busy.key.as_ref());
		state.idle.iter().map(|(key, _)| key).chain(busy).any(|open| open == key)
	}

	/// The process that used it last, if one waits for a job. None goes ahead of those who wait for
	/// memory.
	pub fn take(self: &Arc<Self>, key: Key) -> Option<(Runner, Place)> {
		let mut state = self.state();
		if !state.waiting.is_empty() {
			return None;
		}
		let position = state.idle.iter().rposition(|(open, _)| *open == key)?;
		let (_, runner) = state.idle.remove(position);
		let place = state.number();
		state.busy.push(Busy { place, key: Some(key), bytes: runner.resident() });
		self.counts.reused.inc();
		self.show(&state);
		Some((runner, Place { open: self.clone(), number: place }))
	}

	/// Memory for a model that is about to be opened, once there is as much.
	///
	/// # Errors
	/// [`FailureKind::Time`] if `cancel` comes first.
	pub fn reserve(
		self: &Arc<Self>,
		key: Option<Key>,
		bytes: u64,
		cancel: &CancellationToken,
	) -> Result<Place, Failure> {
		let mut state = self.state();
		let number = state.number();
		state.waiting.push_back(number);
		loop {
			if cancel.is_cancelled() {
				state.waiting.retain(|waiting| *waiting != number);
				self.changed.notify_all();
				let text = "stopped, as the job's time is up before there was memory for its model";
				return Err(Failure::new(FailureKind::Time, text));
			}
			if state.waiting.front() == Some(&number) {
				if let Some(excess) = state.excess(bytes, self.budget) {
					drop(state);
					self.close(excess);
					state = self.state();
					continue;
				}
				let fits = state.memory().saturating_add(bytes) <= self.budget;
				if fits || state.busy.is_empty() {
					state.waiting.pop_front();
					state.busy.push(Busy { place: number, key, bytes });
					self.counts.opened.inc();
					self.show(&state);
					self.changed.notify_all();
					return Ok(Place { open: self.clone(), number });
				}
			}
			let waited = self.changed.wait_timeout(state, TICK);
			(state, _) = waited.unwrap_or_else(PoisonError::into_inner);
		}
	}

	/// Ends a process. Its memory is free when this returns.
	fn close(&self, runner: Runner) {
		drop(runner);
		self.counts.evicted.inc();
	}

	fn show(&self, state: &State) {
		let gauge = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
		self.counts.open.set(gauge((state.idle.len() + state.busy.len()) as u64));
		self.counts.memory.set(gauge(state.memory()));
	}

	// What is open is consistent after each operation on it, whatever panicked.
	fn state(&self) -> MutexGuard<'_, State> {
		self.state.lock().unwrap_or_else(PoisonError::into_inner)
	}
}

impl Place {
	/// Notes how much memory the model really takes.
	pub fn takes(&self, bytes: u64) {
		let mut state = self.open.state();
		if let Some(busy) = state.busy.iter_mut().find(|busy| busy.place == self.number) {
			busy.bytes = bytes;
		}
		self.open.show(&state);
		drop(state);
		self.open.changed.notify_all();
	}

	/// Lets `runner` wait for the next job, as far as there is memory.
	pub fn give_back(self, key: Key, runner: Runner) {
		let open = self.open.clone();
		let mut state = open.state();
		state.busy.retain(|busy| busy.place != self.number);
		state.idle.push((key, runner));
		while let Some(excess) = state.excess(0, open.budget) {
			drop(state);
			open.close(excess);
			state = open.state();
		}
		open.show(&state);
		drop(state);
		// Dropping this notifies those who wait.
	}
}

impl Drop for Place {
	fn drop(&mut self) {
		let mut state = self.open.state();
		state.busy.retain(|busy| busy.place != self.number);
		self.open.show(&state);
		drop(state);
		self.open.changed.notify_all();
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	/// Memory, unless it would have to be waited for.
	fn reserve(open: &Arc<Open>, bytes: u64) -> Result<Place, Failure> {
		let cancel = CancellationToken::new();
		let waits = {
			let state = open.state();
			state.memory() + bytes > open.budget && !state.busy.is_empty()
		};
		if waits {
			cancel.cancel();
		}
		open.reserve(None, bytes, &cancel)
	}

	#[test]
	fn reserve_waits_when_models_in_use_take_the_memory() {
		let open = Open::new(100, ModelCounts::default());
		let alone = reserve(&open, 1000).unwrap();
		assert_eq!(reserve(&open, 1).err().unwrap().kind, FailureKind::Time);
		// It took less than it said.
		alone.takes(60);
		let beside = reserve(&open, 40).unwrap();
		assert_eq!(open.counts.memory.get(), 100);
		assert!(reserve(&open, 1).is_err());
		drop(alone);
		assert!(reserve(&open, 60).is_ok());
		drop(beside);
		assert_eq!((open.counts.open.get(), open.counts.memory.get()), (0, 0));
	}

	#[test]
	fn reserve_goes_in_order_when_several_wait() {
		let open = Open::new(100, ModelCounts::default());
		let held = reserve(&open, 90).unwrap();
		let (sender, came) = std::sync::mpsc::channel();
		let wait = |bytes: u64| {
			let (open, sender) = (open.clone(), sender.clone());
			let before = open.state().waiting.len();
			let waiting = std::thread::spawn({
				let open = open.clone();
				move || {
					let place = open.reserve(None, bytes, &CancellationToken::new()).unwrap();
					sender.send(bytes).unwrap();
					place
				}
			});
			while open.state().waiting.len() == before {
				std::thread::yield_now();
			}
			waiting
		};
		// The second would fit now, and would go on and on ahead of the first.
		let waiting = [wait(100), wait(10)];
		drop(held);
		assert_eq!(came.recv(), Ok(100));
		let [large, small] = waiting;
		drop(large.join().unwrap());
		assert_eq!(came.recv(), Ok(10));
		drop(small.join().unwrap());
	}
}
