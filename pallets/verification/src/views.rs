//! What the runtime APIs answer about committees.

use crate::{Assignments, CommitteesOf, Config, Pallet};
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

	/// Whether `committee` takes reveals in the block after this one, which is the earliest that a
	/// transaction sent now can be in.
	pub fn reveal_open(committee: &Committee<T::AccountId>) -> bool {
		committee.takes_reveals(Self::now().saturating_add(1))
	}

	/// The seat of `who` in `committee`.
	pub fn seat_of<'a>(
		committee: &'a Committee<T::AccountId>,
		who: &T::AccountId,
	) -> Option<&'a Seat<T::AccountId>> {
		committee.seats.iter().find(|seat| seat.executor == *who)
	}
}
