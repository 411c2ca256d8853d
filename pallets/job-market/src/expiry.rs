//! The agenda: jobs are refunded in the block after their deadline, or as soon after as the cap per
//! block allows.

use crate::{Config, Event, Expiries, ExpiryCursor, Jobs, Pallet, WeightInfo};
use alloc::vec::Vec;
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
		// Each step looks at one block of the agenda. One more than there are jobs to refund, so
		// the cursor catches up with the present even at the smallest cap.
		let mut steps = cap.saturating_add(1);
		let mut refunds = cap;
		let mut weight = T::WeightInfo::expire_base();

		let mut cursor = ExpiryCursor::<T>::get().unwrap_or(now);
		while cursor <= now && steps > 0 {
			steps = steps.saturating_sub(1);
			weight.saturating_accrue(T::WeightInfo::expire_step());
			// One more than is refunded, to see whether the block is done.
			let take = refunds.saturating_add(1);
			let due: Vec<_> = Expiries::<T>::iter_key_prefix(cursor).take(take as usize).collect();
			for job in due.iter().take(refunds as usize) {
				weight.saturating_accrue(T::WeightInfo::expire_job());
				Self::expire_job(cursor, *job, now);
			}
			let found = u32::try_from(due.len()).unwrap_or(take);
			if found > refunds {
				break;
			}
			refunds = refunds.saturating_sub(found);
			cursor = cursor.saturating_add(1);
		}
		ExpiryCursor::<T>::put(cursor);
		weight
	}

	/// Refunds one job of the agenda at `due`, or puts it off.
	fn expire_job(due: BlockNumber, job: JobId, now: BlockNumber) {
		Expiries::<T>::remove(due, job);
		if let Err(error) = with_storage_layer(|| Self::refund_expired(job)) {
			let retry_at = now.saturating_add(RETRY_AFTER);
			Expiries::<T>::insert(retry_at, job, ());
			frame::log::error!(target: "job-market", "job {job} not refunded: {error:?}");
			Self::deposit_event(Event::ExpiryFailed { job, error, retry_at });
		}
	}

	fn refund_expired(id: JobId) -> DispatchResult {
		let Some(job) = Jobs::<T>::get(id) else { return Ok(()) };
		let reason = match job.state {
			JobState::Queued => RefundReason::NoCommittee,
			JobState::Running { .. } => T::Committees::close(id)?,
			JobState::Settled { .. } | JobState::Refunded { .. } => return Ok(()),
		};
		<Self as Settlement<T::AccountId>>::refund(id, reason)
	}
}
