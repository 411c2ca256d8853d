//! Which duties travel together, and when those that failed travel again.

use std::collections::HashMap;

use codec::Encode;
use tercet_primitives::{committee::MAX_DUTIES, BlockNumber, Duty};

use crate::{duty::Act, journal::Seat};

/// Blocks to wait before a duty that the chain refused is tried again.
const REFUSAL_PAUSE: BlockNumber = 4;

/// Bytes of duties in one transaction, at most, unless a single one has more.
const MAX_BYTES: usize = 64 * 1024;

/// One duty of one seat in one round of its committee.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key {
	/// Whose.
	pub seat: Seat,
	/// What.
	pub act: Act,
	/// The committee's round.
	pub round: u8,
}

/// A duty that can be done in the next block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Due {
	/// Which.
	pub key: Key,
	/// What to say.
	pub duty: Duty,
	/// Last block that takes it.
	pub until: BlockNumber,
}

/// How a transaction ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
	/// In that block, or it was said before.
	Taken(BlockNumber),
	/// It may be taken if it is sent again.
	Lost,
	/// The chain refuses it, or one of its duties. It costs a fee when that is found out late.
	Refused,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Attempt {
	/// First best block at which it may be sent again; `None` while it is on its way.
	again: Option<BlockNumber>,
	/// Whether it was refused in company.
	alone: bool,
}

/// What has been sent, and what became of it.
///
/// One transaction per best block takes everything that is due then; what becomes due later in the
/// same block waits for the next, unless that would be too late. When a transaction with several
/// duties is refused, each of them goes again alone, so that a bad one does not hold up the others.
#[derive(Debug, Default)]
pub(super) struct Schedule {
	attempts: HashMap<Key, Attempt>,
	/// Best block at which the last transaction was sent.
	sent_at: Option<BlockNumber>,
}

impl Schedule {
	/// Whether this duty may be sent at best block `block`.
	pub fn is_open(&self, key: &Key, block: BlockNumber) -> bool {
		self.attempts
			.get(key)
			.is_none_or(|attempt| attempt.again.is_some_and(|again| block >= again))
	}

	/// Groups what may be sent at best block `block` into transactions. From now on all of that is on
	/// its way.
	pub fn send(&mut self, block: BlockNumber, due: Vec<Due>) -> Vec<Vec<Due>> {
		let last_call = |due: &Due| due.until <= block.saturating_add(1);
		let mut due: Vec<Due> =
			due.into_iter().filter(|due| self.is_open(&due.key, block)).collect();
		// What was refused has waited for its block already.
		let waits = |due: &Due| self.sent_at == Some(block) && !self.alone(&due.key);
		if !due.iter().any(|due| last_call(due) && waits(due)) {
			due.retain(|due| !waits(due));
		}
		let (alone, together): (Vec<_>, Vec<_>) =
			due.into_iter().partition(|due| self.alone(&due.key));
		let mut batches: Vec<Vec<Due>> = alone.into_iter().map(|due| vec![due]).collect();
		let mut bytes = usize::MAX;
		for due in together {
			let size = due.duty.encoded_size();
			bytes = bytes.saturating_add(size);
			match batches.last_mut() {
				Some(batch) if bytes <= MAX_BYTES && batch.len() < MAX_DUTIES as usize => {
					batch.push(due);
				},
				_ => {
					batches.push(vec![due]);
					bytes = size;
				},
			}
		}
		if !batches.is_empty() {
			self.sent_at = Some(block);
		}
		for due in batches.iter().flatten() {
			let alone = self.alone(&due.key);
			self.attempts.insert(due.key, Attempt { again: None, alone });
		}
		batches
	}

	/// Notes, at best block `block`, how a transaction with these duties ended.
	pub fn ended(&mut self, block: BlockNumber, keys: &[Key], ended: Ended) {
		let company = keys.len() > 1;
		for key in keys {
			let alone = self.alone(key);
			let attempt = match ended {
				// The best block known here may be older than that one; from it on, the chain's state
				// tells.
				Ended::Taken(block) => Attempt { again: Some(block), alone: false },
				Ended::Lost => Attempt { again: Some(block.saturating_add(1)), alone },
				Ended::Refused if company => Attempt { again: Some(block), alone: true },
				Ended::Refused => {
					Attempt { again: Some(block.saturating_add(REFUSAL_PAUSE)), alone: true }
				},
			};
			self.attempts.insert(*key, attempt);
		}
	}

	/// Nothing is on its way any more: what was, may be sent again.
	pub fn reset(&mut self) {
		self.attempts.retain(|_, attempt| attempt.again.is_some());
	}

	/// Forgets seats that are not among `seats`.
	pub fn retain(&mut self, seats: &[Seat]) {
		self.attempts.retain(|key, _| seats.contains(&key.seat));
	}

	fn alone(&self, key: &Key) -> bool {
		self.attempts.get(key).is_some_and(|attempt| attempt.alone)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use tercet_primitives::{JobId, Votes, H256};

	fn due(job: u64, until: BlockNumber) -> Due {
		let seat = Seat { job: JobId(job), round: 0, asked: H256::zero() };
		let key = Key { seat, act: Act::Abstain, round: 0 };
		Due { key, duty: Duty::Abstain { job: JobId(job) }, until }
	}

	fn jobs(batches: &[Vec<Due>]) -> Vec<Vec<u64>> {
		let jobs = |batch: &Vec<Due>| batch.iter().map(|due| due.duty.job().0).collect();
		batches.iter().map(jobs).collect()
	}

	fn keys(batch: &[Due]) -> Vec<Key> {
		batch.iter().map(|due| due.key).collect()
	}

	#[test]
	fn send_puts_everything_that_is_due_into_one_transaction() {
		let mut schedule = Schedule::default();
		let all = || (0..16).map(|job| due(job, 100)).collect::<Vec<_>>();
		let batches = schedule.send(5, all());
		assert_eq!(batches.len(), 1);
		assert_eq!(batches[0].len(), 16);
		assert_eq!(schedule.send(6, all()), Vec::<Vec<Due>>::new());
	}

	#[test]
	fn send_makes_several_transactions_when_there_is_too_much_for_one() {
		let mut schedule = Schedule::default();
		let batches = schedule.send(5, (0..20).map(|job| due(job, 100)).collect());
		assert_eq!(batches.iter().map(Vec::len).collect::<Vec<_>>(), [16, 4]);

		let long = |job| {
			let digests = Votes::try_from(vec![[0; 32]; 512]).unwrap();
			Due { duty: Duty::Itemize { job: JobId(job), digests }, ..due(job, 100) }
		};
		let batches = schedule.send(6, (30..40).map(long).collect());
		assert_eq!(batches.iter().map(Vec::len).collect::<Vec<_>>(), [3, 3, 3, 1]);
	}

	#[test]
	fn send_waits_for_the_next_block_unless_that_would_be_too_late() {
		let mut schedule = Schedule::default();
		assert_eq!(jobs(&schedule.send(5, vec![due(1, 100)])), [[1]]);
		assert_eq!(schedule.send(5, vec![due(2, 100)]), Vec::<Vec<Due>>::new());
		// Who must go now takes the others along.
		let batches = schedule.send(5, vec![due(2, 100), due(3, 6)]);
		assert_eq!(jobs(&batches), [[2, 3]]);
		assert_eq!(jobs(&schedule.send(6, vec![due(4, 100)])), [[4]]);
	}

	#[test]
	fn send_tries_each_duty_alone_when_they_were_refused_together() {
		let mut schedule = Schedule::default();
		let all = || vec![due(1, 100), due(2, 100), due(3, 100)];
		let batch = schedule.send(5, all()).remove(0);
		schedule.ended(5, &keys(&batch), Ended::Refused);
		assert_eq!(jobs(&schedule.send(5, all())), [[1], [2], [3]]);
		schedule.ended(5, &keys(&batch[..1]), Ended::Taken(6));
		schedule.ended(5, &keys(&batch[1..2]), Ended::Refused);
		schedule.ended(5, &keys(&batch[2..]), Ended::Lost);
		// The bad one pauses, and stays alone; others are as before.
		assert_eq!(
			jobs(&schedule.send(6, vec![due(2, 100), due(3, 100), due(4, 100)])),
			[[3], [4]]
		);
		assert_eq!(jobs(&schedule.send(8, vec![due(2, 100)])), Vec::<Vec<u64>>::new());
		assert_eq!(jobs(&schedule.send(9, vec![due(2, 100), due(5, 100)])), [[2], [5]]);
	}

	#[test]
	fn send_repeats_what_was_lost_at_the_next_block_and_together() {
		let mut schedule = Schedule::default();
		let all = || vec![due(1, 100), due(2, 100)];
		let batch = schedule.send(5, all()).remove(0);
		schedule.ended(5, &keys(&batch), Ended::Lost);
		assert_eq!(schedule.send(5, all()), Vec::<Vec<Due>>::new());
		assert_eq!(jobs(&schedule.send(6, all())), [[1, 2]]);
		schedule.reset();
		assert_eq!(jobs(&schedule.send(7, all())), [[1, 2]]);
		schedule.retain(&[]);
		assert_eq!(jobs(&schedule.send(8, all())), [[1, 2]]);
	}

	#[test]
	fn send_does_not_repeat_what_was_taken_before_the_block_that_took_it_is_known() {
		let mut schedule = Schedule::default();
		let batch = schedule.send(5, vec![due(1, 100)]).remove(0);
		schedule.ended(5, &keys(&batch), Ended::Taken(7));
		for block in [5, 6] {
			assert_eq!(schedule.send(block, vec![due(1, 100)]), Vec::<Vec<Due>>::new());
		}
		// A fork without it: it is still due.
		assert_eq!(jobs(&schedule.send(7, vec![due(1, 100)])), [[1]]);
	}
}
