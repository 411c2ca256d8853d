//! The invariants in the crate's documentation, checked.

use crate::{
	Config, Expiries, ExpiryCursor, HoldReason, Jobs, NextJobId, Pallet, Queue, QueueHead,
	QueueTail,
};
use alloc::collections::BTreeMap;
use frame::{deps::sp_runtime::TryRuntimeError, prelude::*, traits::fungible::InspectHold};
use tercet_primitives::{Balance, JobId, JobState};

impl<T: Config> Pallet<T> {
	/// Checks the invariants in the crate's documentation.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::check_ids()?;
		Self::check_holds()?;
		Self::check_queue()?;
		Self::check_agenda()?;
		Self::check_statements()
	}

	fn check_ids() -> Result<(), TryRuntimeError> {
		let next = NextJobId::<T>::get();
		ensure!(
			Jobs::<T>::iter_keys().all(|id| id.0 < next)
				&& Jobs::<T>::iter_keys().count() as u64 == next,
			"invariant 1: job ids are not dense"
		);
		Ok(())
	}

	fn check_holds() -> Result<(), TryRuntimeError> {
		let mut escrows = BTreeMap::<T::AccountId, Balance>::new();
		for job in Jobs::<T>::iter_values() {
			let open = if job.state.is_terminal() { 0 } else { job.escrow };
			let sum = escrows.entry(job.requester).or_default();
			*sum = sum.checked_add(open).ok_or("invariant 2: the escrows overflow")?;
		}
		let reason = HoldReason::Escrow.into();
		ensure!(
			escrows.iter().all(|(who, sum)| T::Currency::balance_on_hold(&reason, who) == *sum),
			"invariant 2: a hold is not the sum of the escrows of open jobs"
		);
		Ok(())
	}

	fn check_queue() -> Result<(), TryRuntimeError> {
		let positions = QueueHead::<T>::get()..QueueTail::<T>::get();
		ensure!(
			positions.clone().all(Queue::<T>::contains_key)
				&& Queue::<T>::iter_keys().all(|position| positions.contains(&position)),
			"invariant 3: the queue does not reach from head to tail"
		);
		let mut entries = BTreeMap::<JobId, u32>::new();
		for id in Queue::<T>::iter_values() {
			let count = entries.entry(id).or_default();
			*count = count.saturating_add(1);
		}
		for (id, job) in Jobs::<T>::iter() {
			let count = entries.remove(&id).unwrap_or_default();
			let fits = match job.state {
				JobState::Queued => count == 1,
				JobState::Refunded { .. } => count <= 1,
				JobState::Running { .. } | JobState::Settled { .. } => count == 0,
			};
			ensure!(fits, "invariant 3: a job is in the queue too often or not at all");
		}
		ensure!(entries.is_empty(), "invariant 3: an unknown job is in the queue");
		Ok(())
	}

	fn check_agenda() -> Result<(), TryRuntimeError> {
		let cursor = ExpiryCursor::<T>::get().unwrap_or_default();
		let mut due = BTreeMap::new();
		for (at, id, ()) in Expiries::<T>::iter() {
			ensure!(at >= cursor, "invariant 4: an entry of the agenda was passed over");
			ensure!(due.insert(id, at).is_none(), "invariant 4: a job is on the agenda twice");
		}
		for (id, job) in Jobs::<T>::iter() {
			// When a refund is due that was not put off.
			let first = job.request.deadline.saturating_add(1);
			let fits = match due.remove(&id) {
				Some(at) if job.state.is_terminal() => at > first,
				Some(at) => at >= first,
				None => job.state.is_terminal(),
			};
			ensure!(
				fits,
				"invariant 4: the agenda has an open job at the wrong time, or an ended one"
			);
		}
		ensure!(due.is_empty(), "invariant 4: an unknown job is on the agenda");
		Ok(())
	}

	fn check_statements() -> Result<(), TryRuntimeError> {
		for job in Jobs::<T>::iter_values() {
			let JobState::Settled { statement, .. } = job.state else { continue };
			let parts = statement
				.per_executor
				.checked_mul(statement.executors.into())
				.and_then(|sum| sum.checked_add(statement.royalty))
				.and_then(|sum| sum.checked_add(statement.treasury))
				.and_then(|sum| sum.checked_add(statement.refunded));
			ensure!(
				parts == Some(job.escrow),
				"invariant 5: a statement does not sum to its escrow"
			);
		}
		Ok(())
	}
}
