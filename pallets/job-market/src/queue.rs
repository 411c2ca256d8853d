//! The queue of jobs that wait for a committee: a ring over ever-growing positions, so that each
//! operation touches one entry.

use crate::{Config, Pallet, Queue, QueueHead, QueueTail};
use tercet_primitives::JobId;

impl<T: Config> Pallet<T> {
	/// Entries in the queue.
	pub fn queue_length() -> u64 {
		QueueTail::<T>::get().saturating_sub(QueueHead::<T>::get())
	}

	/// Adds a job at the tail.
	pub(crate) fn enqueue(job: JobId) {
		QueueTail::<T>::mutate(|tail| {
			Queue::<T>::insert(*tail, job);
			// 2^64 entries are out of reach: at a million a block, for 500,000 years.
			*tail = tail.saturating_add(1);
		});
	}

	/// Takes the job at the head.
	pub(crate) fn dequeue() -> Option<JobId> {
		let head = QueueHead::<T>::get();
		if head >= QueueTail::<T>::get() {
			return None;
		}
		// Below the tail, so it does not saturate.
		QueueHead::<T>::put(head.saturating_add(1));
		Queue::<T>::take(head)
	}
}
