//! Where escrow comes from: a hold for each job, or the requester's credit.

use crate::{Config, Credit, Credits, Error, Event, HoldReason, Pallet};
use frame::{
	prelude::*,
	traits::fungible::{Inspect, MutateHold},
};
use tercet_primitives::{Balance, Funding};

impl<T: Config> Pallet<T> {
	/// Puts money on hold for many jobs.
	pub(crate) fn do_add_credit(who: T::AccountId, amount: Balance) -> DispatchResult {
		ensure!(amount >= T::Currency::minimum_balance(), Error::<T>::CreditTooSmall);
		let mut credit = Credits::<T>::get(&who);
		credit.total = credit.total.checked_add(amount).ok_or(ArithmeticError::Overflow)?;
		Self::ensure_reducible(&who, amount)?;
		Self::hold(HoldReason::Credit, &who, amount)?;
		Credits::<T>::insert(&who, credit);
		Self::deposit_event(Event::CreditAdded { who, amount });
		Ok(())
	}

	/// Returns credit that no job needs.
	pub(crate) fn do_withdraw_credit(who: T::AccountId, amount: Balance) -> DispatchResult {
		let credit = Credits::<T>::get(&who);
		ensure!(amount > 0, Error::<T>::CreditTooSmall);
		ensure!(credit.free() >= amount, Error::<T>::InsufficientCredit);
		Self::spend_credit(&who, amount, 0)?;
		Self::release(HoldReason::Credit, &who, amount)?;
		Self::deposit_event(Event::CreditWithdrawn { who, amount });
		Ok(())
	}

	/// Checks that `who` can put up `escrow` and `deposit`.
	pub(crate) fn ensure_funds(
		who: &T::AccountId,
		funding: Funding,
		escrow: Balance,
		deposit: Balance,
	) -> DispatchResult {
		let to_hold = match funding {
			Funding::Hold => deposit.checked_add(escrow).ok_or(Error::<T>::PriceOverflow)?,
			Funding::Credit => {
				let free = Credits::<T>::get(who).free();
				ensure!(free >= escrow, Error::<T>::InsufficientCredit);
				deposit
			},
		};
		Self::ensure_reducible(who, to_hold)
	}

	/// Sets `amount` aside as escrow, which [`Self::ensure_funds`] has found to be there.
	pub(crate) fn set_aside(
		who: &T::AccountId,
		funding: Funding,
		amount: Balance,
	) -> DispatchResult {
		match funding {
			Funding::Hold => Self::hold(HoldReason::Escrow, who, amount),
			Funding::Credit => Credits::<T>::try_mutate(who, |credit| {
				ensure!(credit.free() >= amount, Error::<T>::InsufficientCredit);
				credit.committed =
					credit.committed.checked_add(amount).ok_or(ArithmeticError::Overflow)?;
				Ok(())
			}),
		}
	}

	/// Returns `amount` of an escrow of which nothing has been paid.
	pub(crate) fn give_back(
		who: &T::AccountId,
		funding: Funding,
		amount: Balance,
	) -> DispatchResult {
		match funding {
			Funding::Hold => Self::release(HoldReason::Escrow, who, amount),
			Funding::Credit => Self::spend_credit(who, 0, amount),
		}
	}

	/// Records that `amount` left the credit's hold, and that `committed` is escrow no more.
	pub(crate) fn spend_credit(
		who: &T::AccountId,
		amount: Balance,
		committed: Balance,
	) -> DispatchResult {
		Credits::<T>::try_mutate_exists(who, |entry| {
			let Credit { total, committed: before } = entry.unwrap_or_default();
			let credit = Credit {
				total: total.checked_sub(amount).ok_or(Error::<T>::InsufficientCredit)?,
				committed: before.checked_sub(committed).ok_or(Error::<T>::InsufficientCredit)?,
			};
			*entry = (credit.total > 0).then_some(credit);
			Ok(())
		})
	}

	/// Checks that `who` can spare `amount` and stay alive, whatever other references its account
	/// has.
	pub(crate) fn ensure_reducible(who: &T::AccountId, amount: Balance) -> DispatchResult {
		let (alive, force) = (Preservation::Preserve, Fortitude::Force);
		ensure!(
			T::Currency::reducible_balance(who, alive, force) >= amount,
			Error::<T>::InsufficientBalance
		);
		Ok(())
	}

	pub(crate) fn hold(reason: HoldReason, who: &T::AccountId, amount: Balance) -> DispatchResult {
		T::Currency::hold(&reason.into(), who, amount)
			.map_err(|_| Error::<T>::InsufficientBalance.into())
	}

	pub(crate) fn release(
		reason: HoldReason,
		who: &T::AccountId,
		amount: Balance,
	) -> DispatchResult {
		T::Currency::release(&reason.into(), who, amount, Precision::Exact).map(|_| ())
	}
}
