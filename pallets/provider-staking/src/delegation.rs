//! Stake that others put behind a provider.

use crate::{
	pot::Pot, Config, Delegation, Delegations, Error, Event, HoldReason, NextPot, Pallet, Params,
	ProviderOf, Providers, UnbondChunk,
};
use frame::{
	prelude::*,
	token::{Fortitude, Precision, Preservation},
	traits::{
		fungible::{hold::Mutate as _, Inspect as _, Mutate as _},
		tokens::Restriction,
	},
};
use tercet_primitives::Balance;

/// Planck, besides one, that rounding may cost a delegation: one in this many.
const MOST_LOSS: Balance = 1_000_000;

impl<T: Config> Pallet<T> {
	/// Moves stake into the pot of `target`; returns the number of seats that were written.
	pub(crate) fn do_delegate(
		who: &T::AccountId,
		target: &T::AccountId,
		amount: Balance,
	) -> Result<u32, DispatchError> {
		let mut provider = Self::existing(target)?;
		ensure!(amount > 0, Error::<T>::ZeroAmount);
		ensure!(provider.bonded >= T::MinBond::get(), Error::<T>::BelowMinimumBond);
		// Whoever comes now has no part in what happened before.
		ensure!(provider.pending.delegated == 0, Error::<T>::SlashPending);

		let opened = provider.pot.is_none();
		let mut pot = provider.pot.unwrap_or_else(|| Pot::new(NextPot::<T>::get()));
		let shares = pot.bought_by(amount).ok_or(ArithmeticError::Overflow)?;
		pot.value = pot.value.checked_add(amount).ok_or(ArithmeticError::Overflow)?;
		pot.shares = pot.shares.checked_add(shares).ok_or(ArithmeticError::Overflow)?;
		// Neither can saturate: the worth of a part is at most `amount`, and `MOST_LOSS` is no zero.
		let loss = amount.saturating_sub(pot.worth(shares)).saturating_sub(1);
		ensure!(loss.saturating_mul(MOST_LOSS) <= amount, Error::<T>::LostInRounding);

		let mut delegation = Self::live_delegation(target, who, &pot)
			.unwrap_or_else(|| Delegation { pot: pot.id, ..Default::default() });
		delegation.shares =
			delegation.shares.checked_add(shares).ok_or(ArithmeticError::Overflow)?;
		let least = Params::<T>::get().min_delegation;
		ensure!(
			amount >= least || pot.worth(delegation.shares) >= least,
			Error::<T>::BelowMinimumDelegation
		);

		// An account with nothing but holds cannot exist, so whoever opens a pot brings it to life.
		let birth = if opened { T::Currency::minimum_balance() } else { 0 };
		let all = amount.checked_add(birth).ok_or(ArithmeticError::Overflow)?;
		let spendable =
			T::Currency::reducible_balance(who, Preservation::Preserve, Fortitude::Polite);
		ensure!(all <= spendable, TokenError::FundsUnavailable);
		let account = Self::pot_account(target);
		if opened {
			T::Currency::transfer(who, &account, birth, Preservation::Preserve)?;
			NextPot::<T>::put(pot.id.checked_add(1).ok_or(ArithmeticError::Overflow)?);
		}
		T::Currency::transfer_and_hold(
			&HoldReason::Delegation.into(),
			who,
			&account,
			amount,
			Precision::Exact,
			Preservation::Preserve,
			Fortitude::Polite,
		)?;

		provider.pot = Some(pot);
		let seats = Self::recount(&mut provider);
		Self::store(target, provider);
		Delegations::<T>::insert(target, who, delegation);
		Self::deposit_event(Event::Delegated {
			provider: target.clone(),
			delegator: who.clone(),
			amount,
		});
		Ok(seats)
	}

	/// Starts to take delegated stake out; returns the number of seats that were written.
	pub(crate) fn do_undelegate(
		who: &T::AccountId,
		target: &T::AccountId,
		amount: Balance,
	) -> Result<u32, DispatchError> {
		let mut provider = Self::existing(target)?;
		ensure!(amount > 0, Error::<T>::ZeroAmount);
		let mut pot = provider.pot.ok_or(Error::<T>::NothingDelegated)?;
		let mut delegation = Self::live_delegation(target, who, &pot)
			.filter(|delegation| delegation.shares > 0)
			.ok_or(Error::<T>::NothingDelegated)?;

		let shares = if amount >= pot.worth(delegation.shares) {
			delegation.shares
		} else {
			let shares = pot.for_value(amount).ok_or(ArithmeticError::Overflow)?;
			shares.min(delegation.shares)
		};
		// Cannot saturate: it is at most what there is.
		let rest = delegation.shares.saturating_sub(shares);
		ensure!(
			rest == 0 || pot.worth(rest) >= Params::<T>::get().min_delegation,
			Error::<T>::BelowMinimumDelegation
		);
		let at = Self::unbonded_at()?;
		match delegation.unbonding.last_mut() {
			Some(last) if last.at == at => {
				last.amount = last.amount.checked_add(shares).ok_or(ArithmeticError::Overflow)?
			},
			_ => delegation
				.unbonding
				.try_push(UnbondChunk { amount: shares, at })
				.map_err(|_| Error::<T>::TooManyUnbonding)?,
		}
		delegation.shares = rest;
		pot.unbonding = pot.unbonding.checked_add(shares).ok_or(ArithmeticError::Overflow)?;

		provider.pot = Some(pot);
		let seats = Self::recount(&mut provider);
		Self::store(target, provider);
		Delegations::<T>::insert(target, who, delegation);
		Self::deposit_event(Event::Undelegated {
			provider: target.clone(),
			delegator: who.clone(),
			amount: pot.worth(shares),
			at,
		});
		Ok(seats)
	}

	/// Pays the delegated stake that is due, less its part of the slashes that are pending.
	pub(crate) fn do_withdraw_undelegated(
		who: &T::AccountId,
		target: &T::AccountId,
	) -> DispatchResult {
		let mut delegation =
			Delegations::<T>::get(target, who).ok_or(Error::<T>::NothingDelegated)?;
		let found = Providers::<T>::get(target)
			.and_then(|provider| Some((provider.pot?, provider)))
			.filter(|(pot, _)| pot.id == delegation.pot);
		let Some((mut pot, mut provider)) = found else {
			// The pot was slashed to nothing: only the record is left.
			Delegations::<T>::remove(target, who);
			Self::deposit_withdrawn(target, who, 0);
			return Ok(());
		};

		let (now, mut due) = (Self::now(), 0u128);
		for chunk in delegation.unbonding.iter().filter(|chunk| chunk.at <= now) {
			due = due.checked_add(chunk.amount).ok_or(ArithmeticError::Overflow)?;
		}
		ensure!(due > 0, Error::<T>::NothingToWithdraw);
		delegation.unbonding.retain(|chunk| chunk.at > now);
		let amount = pot.worth_after(due, provider.pending.delegated);
		pot.value = pot.value.checked_sub(amount).ok_or(ArithmeticError::Underflow)?;
		pot.shares = pot.shares.checked_sub(due).ok_or(ArithmeticError::Underflow)?;
		pot.unbonding = pot.unbonding.checked_sub(due).ok_or(ArithmeticError::Underflow)?;

		T::Currency::transfer_on_hold(
			&HoldReason::Delegation.into(),
			&Self::pot_account(target),
			who,
			amount,
			Precision::Exact,
			Restriction::Free,
			Fortitude::Polite,
		)?;
		provider.pot = Some(pot);
		Self::close_empty_pot(target, &mut provider, who);
		Self::store(target, provider);
		if delegation.shares == 0 && delegation.unbonding.is_empty() {
			Delegations::<T>::remove(target, who);
		} else {
			Delegations::<T>::insert(target, who, delegation);
		}
		Self::deposit_withdrawn(target, who, amount);
		Ok(())
	}

	/// Forgets a pot without value, and gives what its account lives on to `heir`. The caller stores
	/// the provider.
	pub(crate) fn close_empty_pot(
		target: &T::AccountId,
		provider: &mut ProviderOf<T>,
		heir: &T::AccountId,
	) {
		if provider.pot.is_none_or(|pot| pot.value > 0) {
			return;
		}
		provider.pot = None;
		let account = Self::pot_account(target);
		let rest = T::Currency::balance(&account);
		// If the heir cannot take it, the account lives on, for the next pot.
		let _paid = T::Currency::transfer(&account, heir, rest, Preservation::Expendable);
	}

	/// What `delegator` has in the pot of `provider`: value, in planck, that is not on its way out,
	/// and each amount that is, with the first block in which it can be withdrawn.
	pub fn delegation_of(
		provider: &T::AccountId,
		delegator: &T::AccountId,
	) -> Option<(Balance, alloc::vec::Vec<UnbondChunk>)> {
		let pot = Providers::<T>::get(provider)?.pot?;
		let delegation = Self::live_delegation(provider, delegator, &pot)?;
		let chunks = delegation.unbonding.iter();
		let unbonding = chunks.map(|c| UnbondChunk { amount: pot.worth(c.amount), at: c.at });
		Some((pot.worth(delegation.shares), unbonding.collect()))
	}

	/// The account that holds what is delegated to `provider`. Nobody has its key.
	pub fn pot_account(provider: &T::AccountId) -> T::AccountId {
		let hash = (b"tercet/pot/1", T::PalletId::get(), provider)
			.using_encoded(frame::hashing::blake2_256);
		T::AccountId::decode(&mut TrailingZeroInput::new(&hash))
			.expect("an account decodes from input that never ends; qed")
	}

	/// The delegation of `who`, if it is in this pot and not in one that was slashed to nothing.
	fn live_delegation(target: &T::AccountId, who: &T::AccountId, pot: &Pot) -> Option<Delegation> {
		Delegations::<T>::get(target, who).filter(|delegation| delegation.pot == pot.id)
	}

	fn deposit_withdrawn(target: &T::AccountId, who: &T::AccountId, amount: Balance) {
		Self::deposit_event(Event::DelegationWithdrawn {
			provider: target.clone(),
			delegator: who.clone(),
			amount,
		});
	}
}
