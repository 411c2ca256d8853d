//! Deadlines: jobs are refunded in the block after theirs, or as soon after as the cap per block
//! allows.

use crate::{
	agenda::{self, Due},
	Config, Event, Expiries, ExpiryCursor, Jobs, Pallet, WeightInfo,
};
use frame::{deps::frame_support::storage::with_storage_layer, prelude::*};
use tercet_primitives::{
	traits::{Committees, Settlement},
	BlockNumber, JobId, JobState, RefundReason,
};

/// Blocks until a refund that failed is tried again.
pub const RETRY_AFTER: BlockNumber = 100;

impl<T: Config> Pallet<T> {
	/// Refunds jobs whose deadline has passed, oldest first, at most
	/// [`Config::MaxExpiriesPerBlock`]. Returns the weight used.
	pub(crate) fn expire(now: BlockNumber) -> Weight {
		let cap = T::MaxExpiriesPerBlock::get();
		let Due { jobs, steps } = agenda::take_due::<Expiries<T>, ExpiryCursor<T>>(now, cap);
		let mut weight = T::WeightInfo::expire_agenda(steps);
		for job in jobs {
			weight.saturating_accrue(T::WeightInfo::expire_job());
			Self::expire_job(job, now);
		}
		weight
	}

	/// Refunds one job that is due, or puts it off.
	fn expire_job(job: JobId, now: BlockNumber) {
		if let Err(error) = with_storage_layer(|| Self::refund_expired(job)) {
			let retry_at = now.saturating_add(RETRY_AFTER);
			Expiries::<T>::insert(retry_at, job, ());
			frame::log::error!(target: "job-market", "job {job} not refunded: {error:?}");
			Self::deposit_event(Event::ExpiryFailed { job, error, retry_at });
		}
	}

	fn refund_expired(id: JobId) -> DispatchResult {
		let Some(job) = Jobs::<T>::get(id) else { return Ok(()) };
		if job.state.is_terminal() {
			return Ok(());
		}
		// Even for a job that has none: another one may wait for its verdict.
		let reason = T::Committees::close(id)?;
		let reason = match job.state {
			JobState::Queued => RefundReason::NoCommittee,
			_ => reason,
		};
		<Self as Settlement<T::AccountId>>::refund(id, reason)
	}
}
