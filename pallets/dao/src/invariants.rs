//! The invariants of the crate documentation, as code.

use crate::{Ballots, Config, Featured, Pallet, PollIndex, Tally};
use alloc::collections::{BTreeMap, BTreeSet};
use frame::{deps::sp_runtime::TryRuntimeError, prelude::*, traits::Polling};
use tercet_primitives::Balance;

impl<T: Config> Pallet<T> {
	/// Checks every invariant of this pallet; the error names the one that does not hold. Reads all
	/// votes: for tests and `try-runtime` only.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		let mut polls = BTreeMap::<PollIndex, Tally>::new();
		for (poll, _, ballot) in Ballots::<T>::iter() {
			ensure!(ballot.power > 0, "invariant 2: a vote without power");
			polls.entry(poll).or_default().add(&ballot);
		}
		for (poll, sums) in polls {
			let Some((tally, _)) = T::Polls::as_ongoing(poll) else { continue };
			ensure!(
				sums == Tally { total: 0, ..tally },
				"invariant 1: votes do not sum up to their tally"
			);
			let cast = [sums.ayes, sums.nays, sums.abstentions]
				.into_iter()
				.try_fold(0, |sum: Balance, part| sum.checked_add(part));
			ensure!(
				cast.is_some_and(|cast| cast <= tally.total),
				"invariant 2: more power than credits"
			);
		}

		let featured = Featured::<T>::get();
		let distinct: BTreeSet<_> = featured.iter().collect();
		ensure!(distinct.len() == featured.len(), "invariant 3: a model is featured twice");
		Ok(())
	}
}
