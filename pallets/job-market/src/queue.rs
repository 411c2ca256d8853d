//! Where jobs wait for executors: a queue, and an agenda of retries behind it.
//!
//! The queue is a ring over ever-growing positions, so that each operation touches one entry. A job
//! that leaves it before its turn leaves a gap, which uses up a turn.

use crate::{
	agenda::{self, Due},
	Config, Pallet, Place, Queue, QueueHead, QueueTail, ReservedDraws, Retries, RetryCursor, Wait,
	Waiting, WeightInfo,
};
use frame::prelude::*;
use tercet_primitives::{BlockNumber, JobId};

/// Blocks that a job waits after its first failed draw, its second, and so on; the last one stands
/// for all that follow.
pub const BACK_OFF: [BlockNumber; 5] = [1, 2, 4, 8, 16];

impl<T: Config> Pallet<T> {
	/// Adds a job at the tail, after as many failed draws as `failures`.
	pub(crate) fn enqueue(job: JobId, failures: u8) {
		QueueTail::<T>::mutate(|tail| {
			Queue::<T>::insert(*tail, job);
			Waiting::<T>::insert(job, Wait { failures, place: Place::Queue(*tail) });
			// 2^64 entries are out of reach: at a million a block, for 500,000 years.
			*tail = tail.saturating_add(1);
		});
	}

	/// Moves on from the head. Says which job it was, if it was not a gap, and how often its draw
	/// has failed.
	pub(crate) fn dequeue() -> Option<(JobId, u8)> {
		let head = QueueHead::<T>::get();
		if head >= QueueTail::<T>::get() {
			return None;
		}
		// Below the tail, so it does not saturate.
		QueueHead::<T>::put(head.saturating_add(1));
		let job = Queue::<T>::take(head)?;
		let failures = Waiting::<T>::take(job).map(|wait| wait.failures).unwrap_or_default();
		Some((job, failures))
	}

	/// The job does not wait any more, wherever it did.
	pub(crate) fn stop_waiting(job: JobId) {
		match Waiting::<T>::take(job).map(|wait| wait.place) {
			Some(Place::Queue(position)) => Queue::<T>::remove(position),
			Some(Place::Retry(at)) => Retries::<T>::remove(at, job),
			None => (),
		}
	}

	/// A draw failed that had failed as often as `failures` before: the job waits for longer.
	pub(crate) fn put_off(job: JobId, failures: u8, now: BlockNumber) {
		let [.., longest] = BACK_OFF;
		let wait = BACK_OFF.get(usize::from(failures)).copied().unwrap_or(longest);
		let at = now.saturating_add(wait);
		Retries::<T>::insert(at, job, ());
		let failures = failures.saturating_add(1);
		Waiting::<T>::insert(job, Wait { failures, place: Place::Retry(at) });
	}

	/// Moves jobs whose retry is due to the tail of the queue. Returns the weight used.
	///
	/// In one block no more than half of the draws, or as many as nobody else waits for: those that
	/// are tried again and again do not fill the queue. Of the draws, those count that there is
	/// weight for in any case: a draw that fails for want of luck is among the heaviest.
	pub(crate) fn requeue(now: BlockNumber) -> Weight {
		let draws = Self::sure_turns();
		let waiting = u32::try_from(Self::queue_length()).unwrap_or(draws);
		let cap = (draws / 2).max(1).max(draws.saturating_sub(waiting));
		let Due { jobs, steps } = agenda::take_due::<Retries<T>, RetryCursor<T>>(now, cap);
		let weight = T::WeightInfo::requeue(steps, jobs.len().saturated_into());
		for job in jobs {
			let failures = Waiting::<T>::get(job).map(|wait| wait.failures).unwrap_or_default();
			Self::enqueue(job, failures);
		}
		weight
	}

	/// Whether the job is among those that may be drawn at the end of this block: what the draws
	/// before its own weigh, and so whether its turn comes, nobody knows yet.
	pub(crate) fn is_due(job: JobId) -> bool {
		let due = QueueHead::<T>::get().saturating_add(ReservedDraws::<T>::get().entries.into());
		match Waiting::<T>::get(job).map(|wait| wait.place) {
			Some(Place::Queue(position)) => position < due,
			Some(Place::Retry(_)) | None => false,
		}
	}
}
