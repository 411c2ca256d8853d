//! Opening committees, and closing those whose deadline has passed.

use crate::{Assignments, CommitteesOf, Config, Error, Pallet};
use alloc::vec::Vec;
use frame::{deps::frame_support::storage::with_storage_layer, prelude::*};
use tercet_primitives::{
	traits::Committees, BlockNumber, Committee, Decision, JobId, RefundReason, Seat, SeatState,
};

/// Share of the time from draw to deadline in which commitments are taken: running the model is
/// what takes long, revealing does not.
const COMMIT_SHARE: (BlockNumber, BlockNumber) = (2, 3);

/// Last block that takes commitments; `None` when there is no room for one and a reveal after it.
pub(crate) fn commit_until(drawn_at: BlockNumber, deadline: BlockNumber) -> Option<BlockNumber> {
	let time = deadline.checked_sub(drawn_at).filter(|time| *time >= 2)?;
	let (numerator, denominator) = (u64::from(COMMIT_SHARE.0), u64::from(COMMIT_SHARE.1));
	let window = u64::from(time).checked_mul(numerator)?.checked_div(denominator)?;
	let window = BlockNumber::try_from(window).ok()?.max(1);
	Some(drawn_at.checked_add(window)?.min(deadline.checked_sub(1)?))
}

impl<T: Config> Committees<T::AccountId> for Pallet<T> {
	fn open(job: JobId, executors: Vec<T::AccountId>, deadline: BlockNumber) -> DispatchResult {
		ensure!(!CommitteesOf::<T>::contains_key(job), Error::<T>::AlreadyOpen);
		ensure!(!executors.is_empty(), Error::<T>::BadSeatCount);
		let repeated = |(place, who): (usize, &T::AccountId)| {
			executors.iter().take(place).any(|other| other == who)
		};
		ensure!(!executors.iter().enumerate().any(repeated), Error::<T>::DuplicateExecutor);
		let drawn_at = Self::now();
		let commit_until = commit_until(drawn_at, deadline).ok_or(Error::<T>::DeadlineTooSoon)?;
		let seats: BoundedVec<_, _> = executors
			.iter()
			.map(|executor| Seat { executor: executor.clone(), state: SeatState::Awaited })
			.collect::<Vec<_>>()
			.try_into()
			.map_err(|_| Error::<T>::BadSeatCount)?;

		let committee = Committee {
			round: 0,
			drawn_at,
			commit_until,
			reveal_until: deadline,
			seats,
			decision: None,
		};
		CommitteesOf::<T>::insert(job, committee);
		for executor in executors {
			Assignments::<T>::insert(executor, job, ());
		}
		Ok(())
	}

	fn close(job: JobId) -> Result<RefundReason, DispatchError> {
		let committee = Self::undecided(job)?;
		ensure!(Self::now() > committee.reveal_until, Error::<T>::DeadlineNotPassed);
		with_storage_layer(|| {
			Self::end(job, committee, Decision::TimedOut);
			Ok(RefundReason::Silence)
		})
	}
}
