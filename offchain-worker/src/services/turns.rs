//! Turns at something of which there is only so much: who has the least time left goes first.

use std::{
	collections::BTreeMap,
	sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tercet_primitives::BlockNumber;
use tokio::sync::oneshot;

/// Gives out turns. Cheap to clone; all clones share them.
#[derive(Clone)]
pub(super) struct Turns(Arc<Mutex<Queue>>);

struct Queue {
	free: usize,
	/// By the block until which they have time, and then by when they came.
	waiting: BTreeMap<(BlockNumber, u64), oneshot::Sender<Turn>>,
	came: u64,
}

/// A turn. When it is dropped, wherever that is, the next in line has it.
pub(super) struct Turn(Option<Turns>);

impl Turns {
	/// That many at a time, one at least.
	pub fn new(number: usize) -> Self {
		let queue = Queue { free: number.max(1), waiting: BTreeMap::new(), came: 0 };
		Self(Arc::new(Mutex::new(queue)))
	}

	/// Waits for a turn, in front of those who have time beyond block `until`.
	pub async fn take(&self, until: BlockNumber) -> Turn {
		let turn = {
			let mut queue = self.queue();
			if queue.free > 0 {
				queue.free -= 1;
				return Turn(Some(self.clone()));
			}
			queue.waiting.retain(|_, waiting| !waiting.is_closed());
			queue.came += 1;
			let place = (until, queue.came);
			let (sender, turn) = oneshot::channel();
			queue.waiting.insert(place, sender);
			turn
		};
		match turn.await {
			Ok(turn) => turn,
			// Whoever waits has a clone, so the queue is there, and nobody leaves it but with a turn.
			Err(_) => std::future::pending().await,
		}
	}

	/// Hands a turn that has ended to the next in line.
	fn pass(&self) {
		let mut queue = self.queue();
		while let Some((_, next)) = queue.waiting.pop_first() {
			match next.send(Turn(Some(self.clone()))) {
				Ok(()) => return,
				// Gave up waiting. What comes back must not be passed on from here.
				Err(mut turn) => turn.0 = None,
			}
		}
		queue.free += 1;
	}

	// Each operation leaves the queue consistent, whatever panicked.
	fn queue(&self) -> MutexGuard<'_, Queue> {
		self.0.lock().unwrap_or_else(PoisonError::into_inner)
	}
}

impl Drop for Turn {
	fn drop(&mut self) {
		if let Some(turns) = self.0.take() {
			turns.pass();
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use futures::{poll, FutureExt};
	use std::{pin::pin, task::Poll};

	fn now(turns: &Turns) -> Option<Turn> {
		turns.take(0).now_or_never()
	}

	#[tokio::test]
	async fn turns_go_to_who_has_the_least_time_and_then_to_who_came_first() {
		let turns = Turns::new(1);
		let mut turn = now(&turns).unwrap();
		let waits = [30, 10, 20, 10].map(|until| Box::pin(turns.take(until)));
		let mut waits: Vec<_> = waits.into_iter().enumerate().collect();
		for (_, wait) in &mut waits {
			assert!(poll!(wait).is_pending());
		}
		for expected in [1, 3, 2, 0] {
			drop(turn);
			let mut came = None;
			for (number, wait) in &mut waits {
				if *number == expected {
					came = Some(wait.await);
				}
			}
			waits.retain(|(number, _)| *number != expected);
			for (_, wait) in &mut waits {
				assert!(poll!(wait).is_pending());
			}
			turn = came.unwrap();
		}
		drop(turn);
		assert!(now(&turns).is_some());
	}

	#[tokio::test]
	async fn turns_are_not_lost_when_those_who_wait_give_up() {
		let turns = Turns::new(2);
		let held = [now(&turns).unwrap(), now(&turns).unwrap()];
		let mut impatient = Box::pin(turns.take(1));
		let mut late = Box::pin(turns.take(2));
		let mut patient = pin!(turns.take(3));
		assert!(poll!(&mut impatient).is_pending() && poll!(&mut late).is_pending());
		assert!(poll!(&mut patient).is_pending());
		drop(impatient);
		// Both get one: `late` gives up with the turn in its hands.
		drop(held);
		drop(late);
		let Poll::Ready(turn) = poll!(&mut patient) else { panic!("a turn is free") };
		let other = now(&turns).unwrap();
		assert!(now(&turns).is_none());
		drop((turn, other));
		assert!(now(&turns).is_some());
	}
}
