//! Stake going in and coming out.

use crate::{Config, Error, Event, HoldReason, Pallet, Providers, UnbondChunk};
use frame::{prelude::*, token::Precision, traits::fungible::hold::Mutate};
use tercet_primitives::Balance;

impl<T: Config> Pallet<T> {
	/// Adds stake; returns the number of seats whose weight was written.
	pub(crate) fn do_bond(who: &T::AccountId, amount: Balance) -> Result<u32, DispatchError> {
		ensure!(amount > 0, Error::<T>::ZeroAmount);
		let mut provider = Providers::<T>::get(who).unwrap_or_default();
		provider.bonded = provider.bonded.checked_add(amount).ok_or(ArithmeticError::Overflow)?;
		ensure!(provider.bonded >= T::MinBond::get(), Error::<T>::BelowMinimumBond);
		T::Currency::hold(&HoldReason::Bond.into(), who, amount)?;

		let seats = Self::reweigh(&provider);
		let bonded = provider.bonded;
		Providers::<T>::insert(who, provider);
		Self::deposit_event(Event::Bonded { provider: who.clone(), amount, bonded });
		Ok(seats)
	}

	/// Starts to take stake out; returns the number of seats whose weight was written.
	pub(crate) fn do_unbond(who: &T::AccountId, amount: Balance) -> Result<u32, DispatchError> {
		let mut provider = Providers::<T>::get(who).ok_or(Error::<T>::NotAProvider)?;
		ensure!(amount > 0, Error::<T>::ZeroAmount);
		ensure!(provider.in_flight == 0, Error::<T>::WorkInHand);
		let rest = provider.bonded.checked_sub(amount).ok_or(Error::<T>::InsufficientBond)?;
		if rest == 0 {
			ensure!(!provider.available, Error::<T>::StillAvailable);
		} else {
			ensure!(rest >= T::MinBond::get(), Error::<T>::BelowMinimumBond);
		}

		let at =
			Self::now().checked_add(T::UnbondingPeriod::get()).ok_or(ArithmeticError::Overflow)?;
		match provider.unbonding.last_mut() {
			Some(last) if last.at == at => {
				last.amount = last.amount.checked_add(amount).ok_or(ArithmeticError::Overflow)?
			},
			_ => provider
				.unbonding
				.try_push(UnbondChunk { amount, at })
				.map_err(|_| Error::<T>::TooManyUnbonding)?,
		}
		provider.bonded = rest;

		let seats = Self::reweigh(&provider);
		Providers::<T>::insert(who, provider);
		Self::deposit_event(Event::Unbonded { provider: who.clone(), amount, at });
		Ok(seats)
	}

	/// Releases what is due, and forgets a provider that has no stake left.
	pub(crate) fn do_withdraw_unbonded(who: &T::AccountId) -> DispatchResult {
		let mut provider = Providers::<T>::get(who).ok_or(Error::<T>::NotAProvider)?;
		let now = Self::now();
		let before = provider.total_unbonding();
		provider.unbonding.retain(|chunk| chunk.at > now);
		// Cannot saturate: what remains is a part of what was there.
		let amount = before.saturating_sub(provider.total_unbonding());
		ensure!(amount > 0, Error::<T>::NothingToWithdraw);
		T::Currency::release(&HoldReason::Bond.into(), who, amount, Precision::Exact)?;

		Self::deposit_event(Event::Withdrawn { provider: who.clone(), amount });
		// The stake is what pays for a record's bytes. Without any there is no seat and no job to
		// lose with it: see invariant 3.
		if provider.bonded == 0 && provider.unbonding.is_empty() {
			Providers::<T>::remove(who);
			Self::deposit_event(Event::Left { provider: who.clone() });
		} else {
			Providers::<T>::insert(who, provider);
		}
		Ok(())
	}
}
