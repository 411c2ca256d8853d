//! The end of a job: paid, or refunded. Once, whoever asks how often.

use crate::{Config, Error, Event, Expiries, HoldReason, Jobs, Pallet};
use frame::{
	deps::frame_support::storage::with_storage_layer, prelude::*, traits::fungible::MutateHold,
};
use tercet_primitives::{
	traits::{Invoice, Payouts, Settlement},
	Answer, Job, JobId, JobState, RefundReason,
};

impl<T: Config> Settlement<T::AccountId> for Pallet<T> {
	fn job(job: JobId) -> Option<Job<T::AccountId>> {
		Jobs::<T>::get(job)
	}

	fn settle(id: JobId, executors: &[T::AccountId], answer: Answer) -> DispatchResult {
		let job = Self::open_job(id)?;
		ensure!(matches!(job.state, JobState::Running { .. }), Error::<T>::NotRunning);
		with_storage_layer(|| {
			let statement = T::Payouts::distribute(
				&HoldReason::Escrow.into(),
				&job.requester,
				job.escrow,
				Invoice {
					job: id,
					units: job.units,
					price: job.request.price,
					executors,
					author: &job.author,
					royalty: job.royalty,
				},
			)?;
			let at = Self::now();
			Self::close_job(id, job, JobState::Settled { at, answer, statement });
			Self::deposit_event(Event::Settled { job: id, statement });
			Ok(())
		})
	}

	fn refund(id: JobId, reason: RefundReason) -> DispatchResult {
		let job = Self::open_job(id)?;
		with_storage_layer(|| {
			let hold = HoldReason::Escrow.into();
			T::Currency::release(&hold, &job.requester, job.escrow, Precision::Exact)?;
			let at = Self::now();
			Self::close_job(id, job, JobState::Refunded { at, reason });
			Self::deposit_event(Event::Refunded { job: id, reason });
			Ok(())
		})
	}
}

impl<T: Config> Pallet<T> {
	/// The job, if it has not ended yet.
	fn open_job(id: JobId) -> Result<Job<T::AccountId>, DispatchError> {
		let job = Jobs::<T>::get(id).ok_or(Error::<T>::UnknownJob)?;
		ensure!(!job.state.is_terminal(), Error::<T>::AlreadyTerminal);
		Ok(job)
	}

	/// Records how the job ended and takes it off the agenda.
	fn close_job(id: JobId, job: Job<T::AccountId>, state: JobState) {
		Expiries::<T>::remove(job.request.deadline.saturating_add(1), id);
		Jobs::<T>::insert(id, Job { state, ..job });
	}
}
