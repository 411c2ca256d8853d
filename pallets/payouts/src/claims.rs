//! Rewards for verified work: computed when somebody asks for them, and minted then.

use crate::{
	distribution::can_receive, Config, Distributed, Error, Event, Pallet, WorkOf, WorkOfEras,
};
use alloc::vec::Vec;
use frame::{
	prelude::*,
	traits::fungible::{Inspect, Mutate},
};
use tercet_primitives::{traits::StakeRewards, Balance};

impl<T: Config> Pallet<T> {
	pub(crate) fn do_claim(provider: T::AccountId, era: u32) -> DispatchResult {
		let current = Self::era();
		ensure!(era < current, Error::<T>::EraNotOver);
		let value = WorkOf::<T>::get(era, &provider).ok_or(Error::<T>::NothingToClaim)?;
		let mut work = WorkOfEras::<T>::get(era).ok_or(Error::<T>::NothingToClaim)?;

		let expired = Self::is_expired(era, current);
		let amount = work.reward_for(value);
		if !expired && amount > 0 {
			Self::mint(&provider, amount)?;
		}

		// Cannot saturate: the record just read is one of those counted, see invariant 2.
		work.unclaimed = work.unclaimed.saturating_sub(1);
		if work.unclaimed == 0 {
			WorkOfEras::<T>::remove(era);
		} else {
			WorkOfEras::<T>::insert(era, work);
		}
		WorkOf::<T>::remove(era, &provider);
		Self::deposit_event(if expired {
			Event::Expired { provider, era }
		} else {
			Event::Claimed { provider, era, amount }
		});
		Ok(())
	}

	/// Mints a reward and hands it on: to the provider and its delegators, or to the provider alone
	/// once it has left.
	fn mint(provider: &T::AccountId, amount: Balance) -> DispatchResult {
		let pot = Self::pot();
		let before = T::Currency::balance(&pot);
		T::Currency::mint_into(&pot, amount)?;
		if !T::Rewards::reward(provider, &pot, amount) {
			ensure!(can_receive::<T>(provider, amount), Error::<T>::CannotReceive);
			T::Currency::transfer(&pot, provider, amount, Preservation::Expendable)?;
		}
		ensure!(T::Currency::balance(&pot) == before, Error::<T>::RewardNotCredited);

		Distributed::<T>::try_mutate(|ledger| {
			ledger.minted = ledger.minted.checked_add(amount).ok_or(Error::<T>::AmountOverflow)?;
			Ok(())
		})
	}

	/// Whether rewards of `era` cannot be claimed any more in the era `current`.
	fn is_expired(era: u32, current: u32) -> bool {
		// Saturates for the current and future eras, which have not expired.
		current.saturating_sub(era) > T::HistoryDepth::get()
	}

	/// Rewards that can be claimed for `who` now, by rising era: era and amount, in planck. Looks
	/// at `HistoryDepth` eras.
	pub fn claimable_of(who: &T::AccountId) -> Vec<(u32, Balance)> {
		let current = Self::era();
		// Saturates at the first era.
		let first = current.saturating_sub(T::HistoryDepth::get());
		(first..current)
			.filter_map(|era| {
				let value = WorkOf::<T>::get(era, who)?;
				Some((era, WorkOfEras::<T>::get(era)?.reward_for(value)))
			})
			.collect()
	}

	/// Where rewards are minted to, before they are handed on in the same call.
	pub fn pot() -> T::AccountId {
		T::PalletId::get().into_account_truncating()
	}
}
