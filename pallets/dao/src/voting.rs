//! Casting votes, taking them back, clearing them away.

use crate::{Ballot, Ballots, Config, Decisions, Error, Event, Pallet, PollIndex, Vote};
use alloc::vec::Vec;
use frame::{
	prelude::*,
	traits::{PollStatus, Polling},
};
use tercet_primitives::traits::CreditSnapshots;

impl<T: Config> Pallet<T> {
	pub(crate) fn do_vote(who: T::AccountId, poll: PollIndex, vote: Vote) -> DispatchResult {
		let since = T::Decisions::since(poll);
		let ballot = T::Polls::try_access_poll(poll, |status| {
			let PollStatus::Ongoing(tally, _) = status else {
				return Err(Error::<T>::NotOngoing.into());
			};
			let since = since.ok_or(Error::<T>::NotDeciding)?;
			let credits = T::Credits::credits_at(&who, since).ok_or(Error::<T>::SnapshotLost)?;
			ensure!(credits.own > 0, Error::<T>::NoCredits);

			let ballot = Ballot { vote, power: credits.own };
			if let Some(former) = Ballots::<T>::get(poll, &who) {
				tally.remove(&former);
			}
			tally.total = credits.total;
			tally.add(&ballot);
			Ok(ballot)
		})?;
		Ballots::<T>::insert(poll, &who, ballot);
		Self::deposit_event(Event::Voted { poll, who, ballot });
		Ok(())
	}

	pub(crate) fn do_remove_vote(who: T::AccountId, poll: PollIndex) -> DispatchResult {
		let ballot = Ballots::<T>::take(poll, &who).ok_or(Error::<T>::NotVoter)?;
		T::Polls::access_poll(poll, |status| {
			if let PollStatus::Ongoing(tally, _) = status {
				tally.remove(&ballot);
			}
		});
		Self::deposit_event(Event::VoteRemoved { poll, who });
		Ok(())
	}

	/// Says how many votes it cleared away.
	pub(crate) fn do_clear_votes(poll: PollIndex, limit: u32) -> Result<u32, Error<T>> {
		ensure!(T::Polls::as_ongoing(poll).is_none(), Error::<T>::StillOngoing);
		let voters: Vec<_> =
			Ballots::<T>::iter_key_prefix(poll).take(limit.saturated_into()).collect();
		let count = u32::try_from(voters.len()).unwrap_or(limit);
		ensure!(count > 0, Error::<T>::NothingToClear);
		for who in voters {
			Ballots::<T>::remove(poll, who);
		}
		Self::deposit_event(Event::VotesCleared { poll, count });
		Ok(count)
	}
}
