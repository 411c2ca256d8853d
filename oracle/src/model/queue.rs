//! Waiting for executors, being drawn, and running out of time.

use tercet_primitives::{JobId, JobState, RefundReason};

use super::{jobs::Wait, slot, take_due, Oracle, Place};

/// Blocks to wait after each failed draw.
const BACK_OFF: [u32; 5] = [1, 2, 4, 8, 16];

impl Oracle {
	pub(crate) fn enqueue(&mut self, job: JobId, failures: u8) {
		let place = Place::Queue(self.market.tail);
		self.market.queue.insert(self.market.tail, job);
		self.market.waiting.insert(job, Wait { failures, place });
		self.market.tail += 1;
	}

	pub(crate) fn stop_waiting(&mut self, job: JobId) {
		match self.market.waiting.remove(&job).map(|wait| wait.place) {
			Some(Place::Queue(position)) => drop(self.market.queue.remove(&position)),
			Some(Place::Retry(at)) => drop(self.market.retries.remove(&slot(at, job))),
			None => {},
		}
	}

	/// Puts retries that are due at the tail: no more than half of the draws that a block has room
	/// for in any case, unless nobody else waits.
	pub(crate) fn requeue(&mut self) {
		let draws = self.rules.market.sure_draws;
		let others = (self.market.tail - self.market.head).min(draws.into()) as u32;
		let cap = (draws / 2).max(1).max(draws - others);
		for job in take_due(&mut self.market.retries, self.now, cap) {
			let failures = self.market.waiting[&job].failures;
			self.enqueue(job, failures);
		}
	}

	/// Jobs that begin to wait from now on are not drawn when this block ends.
	pub(crate) fn reserve_draws(&mut self) {
		let waiting = self.market.tail - self.market.head;
		self.market.reserved = waiting.min(self.rules.market.max_draws.into()) as u32;
	}

	/// How many of those counted have their turn is not the model's to know, but that it is the first
	/// ones, and no fewer than there is room for in any case.
	pub(crate) fn draw_reserved(&mut self) {
		let (turns, due) = (self.luck.turns, std::mem::take(&mut self.market.reserved));
		let sure = due.min(self.rules.market.sure_draws);
		let fine = (sure as usize..=due as usize).contains(&turns);
		assert!(fine, "{turns} turns, of {due} that were due and {sure} for sure");
		for _ in 0..turns {
			let position = self.market.head;
			self.market.head += 1;
			// A gap uses up a turn.
			let Some(job) = self.market.queue.remove(&position) else { continue };
			let wait = self.market.waiting.remove(&job).expect("it was in the queue");
			if self.draw(job) == Turn::Failed {
				let longest = BACK_OFF[BACK_OFF.len() - 1];
				let blocks = BACK_OFF.get(usize::from(wait.failures)).copied().unwrap_or(longest);
				let (at, failures) = (self.now + blocks, wait.failures.saturating_add(1));
				self.market.retries.insert(slot(at, job));
				self.market.waiting.insert(job, Wait { failures, place: Place::Retry(at) });
			}
		}
	}

	/// One job's turn. Whom it gets is a matter of luck; whether it gets anybody is not.
	fn draw(&mut self, id: JobId) -> Turn {
		let mut job = self.job(id).expect("jobs that wait are known").clone();
		let first = job.state == JobState::Queued;
		let left = job.request.deadline.saturating_sub(self.now);
		if first && left < self.rules.market.min_deadline / 2 {
			return Turn::Over;
		}
		let Some(wanted) = self.wanted(id) else {
			return if first { Turn::Failed } else { Turn::Over };
		};
		let pool = job.request.pool();
		let proven = job.request.redundancy.executors < self.rules.market.min_executors;
		let exclude = self.excluded(id);
		let fit = self.can_be_drawn(&pool, job.request.price, &exclude, proven, job.risk);
		let size = self.staking.pools.get(&pool).map_or(0, Vec::len);
		let drawn = self.luck.drawn.get(&(id, wanted.round)).cloned();
		if size < wanted.seats || self.most_seats(&fit) < wanted.seats {
			assert_eq!(drawn, None, "{id} is drawn though only {fit:?} can be");
			return Turn::Failed;
		}
		let drawn = drawn.unwrap_or_else(|| panic!("{id} is not drawn though {fit:?} can be"));
		let distinct = self.most_seats(&drawn) == drawn.len();
		let allowed = distinct && drawn.iter().all(|who| fit.contains(who));
		assert!(
			allowed && drawn.len() == wanted.seats,
			"{id} is drawn wrong: {drawn:?} of {fit:?}"
		);

		for who in &drawn {
			self.take_job(who, job.risk);
		}
		if first {
			job.state = JobState::Running { drawn_at: self.now, part: None };
			self.keep_job(id, job);
		}
		self.seat(id, drawn, wanted);
		Turn::Drawn
	}

	/// Refunds what is open after its deadline.
	pub(crate) fn expire(&mut self) {
		let cap = self.rules.market.max_expiries;
		for id in take_due(&mut self.market.expiries, self.now, cap) {
			let Ok(job) = self.job(id) else { continue };
			if job.state.is_terminal() {
				continue;
			}
			let queued = job.state == JobState::Queued;
			let reason = self.close(id);
			self.refund(id, if queued { RefundReason::NoCommittee } else { reason });
		}
	}
}

/// How one turn of the queue ended.
#[derive(PartialEq, Eq)]
enum Turn {
	Drawn,
	Failed,
	Over,
}
