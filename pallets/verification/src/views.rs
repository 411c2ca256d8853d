//! What the runtime APIs answer about committees.

use crate::{reviews::Review, Assignments, CommitteesOf, Config, Pallet, ReviewOf, Reviews};
use alloc::vec::Vec;
use tercet_primitives::{Committee, JobId, Seat};

impl<T: Config> Pallet<T> {
	/// The committee of a job.
	pub fn committee(job: JobId) -> Option<Committee<T::AccountId>> {
		CommitteesOf::<T>::get(job)
	}

	/// Every job in the hands of `who`, with its committee, oldest first.
	pub fn assignments(who: &T::AccountId) -> Vec<(JobId, Committee<T::AccountId>)> {
		let mut jobs: Vec<_> = Assignments::<T>::iter_key_prefix(who).collect();
		jobs.sort_unstable();
		jobs.into_iter()
			.filter_map(|job| CommitteesOf::<T>::get(job).map(|committee| (job, committee)))
			.collect()
	}

	/// The seat of `who` in `committee`.
	pub fn seat_of<'a>(
		committee: &'a Committee<T::AccountId>,
		who: &T::AccountId,
	) -> Option<&'a Seat<T::AccountId>> {
		committee.seats.iter().find(|seat| seat.executor == *who)
	}

	/// The latest review of a job, with the review's own id.
	pub fn review_of(job: JobId) -> Option<(JobId, Review<T::AccountId>)> {
		let review = ReviewOf::<T>::get(job)?;
		Reviews::<T>::get(review).map(|record| (review, record))
	}
}
