//! Records of jobs that ended are removed once their retention is over, by anyone.

use crate::{Config, Error, Event, HoldReason, Jobs, Pallet, Params, Reimbursable, ReviewOf};
use frame::prelude::*;
use tercet_primitives::{traits::Committees, BlockNumber, JobId, JobState};

impl<T: Config> Pallet<T> {
	/// Removes a job, its committee, and what else is stored of it; its deposit returns.
	pub(crate) fn do_prune(id: JobId) -> DispatchResult {
		let job = Jobs::<T>::get(id).ok_or(Error::<T>::UnknownJob)?;
		let ended_at = ended_at(&job.state).ok_or(Error::<T>::NotTerminal)?;
		let free_from = ended_at.saturating_add(Params::<T>::get().retention);
		ensure!(Self::now() >= free_from, Error::<T>::RetentionNotOver);
		ensure!(!Self::under_review(id), Error::<T>::UnderReview);

		Self::release(HoldReason::Deposit, &job.requester, job.deposit)?;
		Jobs::<T>::remove(id);
		ReviewOf::<T>::remove(id);
		Reimbursable::<T>::remove(id);
		T::Committees::forget(id);
		let (requester, deposit) = (job.requester, job.deposit);
		Self::deposit_event(Event::Pruned { job: id, requester, deposit });
		Ok(())
	}
}

/// When a job ended; `None` if it has not.
fn ended_at(state: &JobState) -> Option<BlockNumber> {
	match state {
		JobState::Queued | JobState::Running { .. } => None,
		JobState::Settled { at, .. }
		| JobState::Refunded { at, .. }
		| JobState::Invalid { at, .. } => Some(*at),
	}
}
