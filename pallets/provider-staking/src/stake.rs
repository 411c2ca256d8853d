//! A provider's own stake going in and coming out, and the keeping of its record.

use crate::{Config, Error, Event, HoldReason, Pallet, ProviderOf, Providers, UnbondChunk};
use frame::{prelude::*, token::Precision, traits::fungible::hold::Mutate};
use tercet_primitives::{traits::ProviderRegistry, Balance, BlockNumber};

impl<T: Config> Pallet<T> {
	/// Adds stake; returns the number of seats that were written.
	pub(crate) fn do_bond(who: &T::AccountId, amount: Balance) -> Result<u32, DispatchError> {
		ensure!(amount > 0, Error::<T>::ZeroAmount);
		let mut provider = Providers::<T>::get(who).unwrap_or_default();
		provider.bonded = provider.bonded.checked_add(amount).ok_or(ArithmeticError::Overflow)?;
		ensure!(provider.bonded >= T::MinBond::get(), Error::<T>::BelowMinimumBond);
		T::Currency::hold(&HoldReason::Bond.into(), who, amount)?;

		let seats = Self::recount(&mut provider);
		let bonded = provider.bonded;
		Self::store(who, provider);
		Self::deposit_event(Event::Bonded { provider: who.clone(), amount, bonded });
		Ok(seats)
	}

	/// Starts to take stake out; returns the number of seats that were written.
	pub(crate) fn do_unbond(who: &T::AccountId, amount: Balance) -> Result<u32, DispatchError> {
		let mut provider = Self::existing(who)?;
		ensure!(amount > 0, Error::<T>::ZeroAmount);
		let rest = provider.bonded.checked_sub(amount).ok_or(Error::<T>::InsufficientBond)?;
		ensure!(provider.at_risk == 0 || provider.free_stake() >= amount, Error::<T>::WorkInHand);
		if rest == 0 {
			ensure!(!provider.available, Error::<T>::StillAvailable);
		} else {
			ensure!(rest >= T::MinBond::get(), Error::<T>::BelowMinimumBond);
		}

		let at = Self::unbonded_at()?;
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

		let seats = Self::recount(&mut provider);
		Self::store(who, provider);
		Self::deposit_event(Event::Unbonded { provider: who.clone(), amount, at });
		Ok(seats)
	}

	/// Releases what is due and not about to be slashed.
	pub(crate) fn do_withdraw_unbonded(who: &T::AccountId) -> DispatchResult {
		let mut provider = Self::existing(who)?;
		let now = Self::now();
		let due = |chunk: &&mut UnbondChunk| chunk.at <= now;
		ensure!(provider.unbonding.iter_mut().any(|c| due(&c)), Error::<T>::NothingToWithdraw);
		// None of these can saturate: pending slashes are at most the stake, and each chunk gives a
		// part of itself.
		let most = provider.own().saturating_sub(provider.pending.own);
		let mut left = most;
		for chunk in provider.unbonding.iter_mut().filter(due) {
			let part = left.min(chunk.amount);
			chunk.amount = chunk.amount.saturating_sub(part);
			left = left.saturating_sub(part);
		}
		let amount = most.saturating_sub(left);
		ensure!(amount > 0, Error::<T>::SlashPending);
		provider.unbonding.retain(|chunk| chunk.amount > 0);
		T::Currency::release(&HoldReason::Bond.into(), who, amount, Precision::Exact)?;

		Self::deposit_event(Event::Withdrawn { provider: who.clone(), amount });
		Self::store(who, provider);
		Ok(())
	}

	/// First block in which stake that starts to unbond now can be withdrawn.
	pub(crate) fn unbonded_at() -> Result<BlockNumber, ArithmeticError> {
		Self::now().checked_add(T::UnbondingPeriod::get()).ok_or(ArithmeticError::Overflow)
	}

	pub(crate) fn existing(who: &T::AccountId) -> Result<ProviderOf<T>, DispatchError> {
		Providers::<T>::get(who).ok_or_else(|| Error::<T>::NotAProvider.into())
	}

	/// Writes the record of a provider, or removes it when nothing is left to keep: the stake is
	/// what pays for its bytes.
	pub(crate) fn store(who: &T::AccountId, provider: ProviderOf<T>) {
		if provider.is_gone() {
			Providers::<T>::remove(who);
			Self::deposit_event(Event::Left { provider: who.clone() });
		} else {
			Providers::<T>::insert(who, provider);
		}
	}
}

impl<T: Config> ProviderRegistry<T::AccountId> for Pallet<T> {
	fn is_provider(who: &T::AccountId) -> bool {
		Providers::<T>::contains_key(who)
	}
}
