//! The invariants in the crate's documentation, checked.

use crate::{
	Config, Credits, Expiries, ExpiryCursor, HoldReason, Jobs, NextJobId, Pallet, Place, Queue,
	QueueHead, QueueTail, Reimbursable, Retries, RetryCursor, ReviewOf, Waiting,
};
use alloc::collections::BTreeMap;
use frame::{deps::sp_runtime::TryRuntimeError, prelude::*, traits::fungible::InspectHold};
use tercet_primitives::{Balance, Disputed, Funding, ItemSet, Job, JobId, JobState};

/// What each account should have on hold for one reason.
struct Sums<T: Config>(BTreeMap<T::AccountId, Balance>);

impl<T: Config> Sums<T> {
	fn add(&mut self, who: &T::AccountId, amount: Balance) -> Result<(), TryRuntimeError> {
		let sum = self.0.entry(who.clone()).or_default();
		*sum = sum.checked_add(amount).ok_or("a sum over jobs overflows")?;
		Ok(())
	}

	fn are_held(&self, reason: HoldReason) -> bool {
		let reason = reason.into();
		self.0.iter().all(|(who, sum)| T::Currency::balance_on_hold(&reason, who) == *sum)
	}
}

impl<T: Config> Pallet<T> {
	/// Checks the invariants in the crate's documentation.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::check_ids()?;
		Self::check_holds()?;
		Self::check_queue()?;
		Self::check_retries()?;
		Self::check_waiting()?;
		Self::check_agenda()?;
		Self::check_statements()?;
		Self::check_reviews()
	}

	fn check_ids() -> Result<(), TryRuntimeError> {
		let next = NextJobId::<T>::get();
		ensure!(
			Jobs::<T>::iter_keys().all(|id| id.0 < next),
			"invariant 1: a job has an id that was not given out"
		);
		Ok(())
	}

	fn check_holds() -> Result<(), TryRuntimeError> {
		let (mut escrows, mut deposits) = (Sums::<T>(BTreeMap::new()), Sums::<T>(BTreeMap::new()));
		let (mut committed, mut credits) = (Sums::<T>(BTreeMap::new()), Sums::<T>(BTreeMap::new()));
		for job in Jobs::<T>::iter_values() {
			let open = if job.state.is_terminal() { 0 } else { Self::left(&job)? };
			let sums = match job.request.funding {
				Funding::Hold => &mut escrows,
				Funding::Credit => &mut committed,
			};
			sums.add(&job.requester, open)?;
			deposits.add(&job.requester, job.deposit)?;
			// Whoever has no credit has none on hold.
			credits.add(&job.requester, 0)?;
		}
		for (who, credit) in Credits::<T>::iter() {
			let sum = committed.0.remove(&who).unwrap_or_default();
			ensure!(
				sum == credit.committed && sum <= credit.total && credit.total > 0,
				"invariant 3: a credit does not cover the escrows of its open jobs"
			);
			credits.add(&who, credit.total)?;
		}
		ensure!(
			committed.0.values().all(|sum| *sum == 0),
			"invariant 3: a credit does not cover the escrows of its open jobs"
		);
		ensure!(
			escrows.are_held(HoldReason::Escrow),
			"invariant 2: a hold is not the sum of the escrows of open jobs"
		);
		ensure!(
			credits.are_held(HoldReason::Credit),
			"invariant 3: a hold is not the credit of its account"
		);
		ensure!(
			deposits.are_held(HoldReason::Deposit),
			"invariant 4: a hold is not the sum of the deposits of the jobs that are stored"
		);
		Ok(())
	}

	fn check_queue() -> Result<(), TryRuntimeError> {
		let positions = QueueHead::<T>::get()..=QueueTail::<T>::get();
		for (position, id) in Queue::<T>::iter() {
			ensure!(
				positions.contains(&position) && position < *positions.end(),
				"invariant 5: the queue has an entry before its head or after its tail"
			);
			let place = Waiting::<T>::get(id).map(|wait| wait.place);
			ensure!(
				place == Some(Place::Queue(position)),
				"invariant 5: a job is in the queue that does not wait there"
			);
		}
		Ok(())
	}

	fn check_retries() -> Result<(), TryRuntimeError> {
		let cursor = RetryCursor::<T>::get().unwrap_or_default();
		for (at, id, ()) in Retries::<T>::iter() {
			ensure!(at >= cursor, "invariant 5: a retry was passed over");
			let place = Waiting::<T>::get(id).map(|wait| wait.place);
			ensure!(
				place == Some(Place::Retry(at)),
				"invariant 5: a retry is due for a job that does not wait for it"
			);
		}
		Ok(())
	}

	fn check_waiting() -> Result<(), TryRuntimeError> {
		for (id, wait) in Waiting::<T>::iter() {
			let there = match wait.place {
				Place::Queue(position) => Queue::<T>::get(position) == Some(id),
				Place::Retry(at) => Retries::<T>::contains_key(at, id),
			};
			ensure!(there, "invariant 5: a job waits where it is not");
			let open = Jobs::<T>::get(id).is_some_and(|job| !job.state.is_terminal());
			ensure!(open, "invariant 5: a job waits that is not open");
		}
		for (id, job) in Jobs::<T>::iter() {
			let waits = job.state != JobState::Queued
				|| Waiting::<T>::contains_key(id)
				|| !Self::has_time(&job, Self::now());
			ensure!(waits, "invariant 5: a queued job does not wait");
		}
		Ok(())
	}

	fn check_agenda() -> Result<(), TryRuntimeError> {
		let cursor = ExpiryCursor::<T>::get().unwrap_or_default();
		let mut due = BTreeMap::<JobId, _>::new();
		for (at, id, ()) in Expiries::<T>::iter() {
			ensure!(at >= cursor, "invariant 6: an entry of the agenda was passed over");
			ensure!(due.insert(id, at).is_none(), "invariant 6: a job is on the agenda twice");
			ensure!(id.0 < NextJobId::<T>::get(), "invariant 6: an unknown job is on the agenda");
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
				"invariant 6: the agenda has an open job at the wrong time, or an ended one"
			);
		}
		Ok(())
	}

	fn check_statements() -> Result<(), TryRuntimeError> {
		for job in Jobs::<T>::iter_values() {
			let total = job.state.statement().total();
			let sums = if job.state.is_terminal() {
				total == Some(job.escrow)
			} else {
				job.state.statement().refunded == 0
					&& total.is_some_and(|total| total <= job.escrow)
			};
			ensure!(sums, "invariant 7: a statement does not sum to its escrow");
			ensure!(
				items_fit(&job),
				"invariant 7: the items settled apart are none, all, or not the job's"
			);
		}
		Ok(())
	}

	fn check_reviews() -> Result<(), TryRuntimeError> {
		for (of, review) in ReviewOf::<T>::iter() {
			ensure!(
				Jobs::<T>::contains_key(of) && of < review && review.0 < NextJobId::<T>::get(),
				"invariant 8: a review is of an unknown or a later job"
			);
		}
		ensure!(
			Reimbursable::<T>::iter_keys().all(Jobs::<T>::contains_key),
			"invariant 8: the review to reimburse is unknown"
		);
		Ok(())
	}
}

/// Whether the items that were settled apart are some of the job's, but not all.
fn items_fit<AccountId>(job: &Job<AccountId>) -> bool {
	let items = match &job.state {
		JobState::Running { part: Some(part), .. } => &part.items,
		JobState::Settled { disputed: Disputed::Resolved(patch), .. } => &patch.items,
		JobState::Settled { disputed: Disputed::Refunded { items, .. }, .. } => items,
		_ => return true,
	};
	let all = ItemSet::first(job.request.items);
	!items.is_empty() && items.without(&all).is_empty() && *items != all
}
