//! What a provider and its delegators earn besides pay, and how they share it.
//!
//! A reward is shared by those who are in the pot when it is paid, whenever it was earned. Coming
//! for one reward costs an unbonding period at the provider's risk, and anyone can have a reward
//! paid as soon as it is due.

use crate::{pot::scale, Config, Error, Event, HoldReason, Pallet, Params};
use frame::{
	arithmetic::Rounding,
	deps::frame_support::storage::with_storage_layer,
	prelude::*,
	token::{Fortitude, Precision, Preservation},
	traits::fungible::{hold::Mutate as _, Mutate as _},
};
use tercet_primitives::{traits::StakeRewards, Balance};

impl<T: Config> StakeRewards<T::AccountId> for Pallet<T> {
	/// The provider gets its commission and its own stake's part of the rest, free to spend.
	/// Delegators get theirs as value of their shares, rounded down. That value stands behind jobs
	/// at once; it counts for draws from the provider's next change of stake, so that a reward costs
	/// the same however many seats the provider has. `false` also if the provider's account cannot
	/// take it: it is dead, and the reward below the existential deposit.
	fn reward(provider: &T::AccountId, pot: &T::AccountId, amount: Balance) -> bool {
		with_storage_layer(|| Self::do_reward(provider, pot, amount)).is_ok()
	}
}

impl<T: Config> Pallet<T> {
	fn do_reward(who: &T::AccountId, source: &T::AccountId, amount: Balance) -> DispatchResult {
		let mut provider = Self::existing(who)?;
		let (own, delegated) = (provider.own(), provider.delegated());
		let all = own.checked_add(delegated).ok_or(ArithmeticError::Overflow)?;
		// Cannot saturate: a share is at most the whole.
		let shared = amount.saturating_sub(provider.commission.mul_floor(amount));
		let for_pot = match provider.pot {
			Some(pot) if pot.shares > 0 => scale(shared, delegated, all, Rounding::Down),
			_ => None,
		}
		.unwrap_or(0);

		T::Currency::transfer(source, who, amount, Preservation::Expendable)?;
		if let Some(pot) = provider.pot.as_mut().filter(|_| for_pot > 0) {
			pot.value = pot.value.checked_add(for_pot).ok_or(ArithmeticError::Overflow)?;
			T::Currency::transfer_and_hold(
				&HoldReason::Delegation.into(),
				who,
				&Self::pot_account(who),
				for_pot,
				Precision::Exact,
				Preservation::Preserve,
				Fortitude::Polite,
			)?;
			Self::store(who, provider);
		}
		Self::deposit_event(Event::Rewarded { provider: who.clone(), amount, delegated: for_pot });
		Ok(())
	}

	/// Sets what the provider keeps of rewards. Lowering it is free; raising it takes small steps, an
	/// unbonding period apart, once there are delegators, so that they can leave before it hurts.
	pub(crate) fn do_set_commission(who: &T::AccountId, commission: Permill) -> DispatchResult {
		let mut provider = Self::existing(who)?;
		let now = Self::now();
		if commission > provider.commission {
			let most = provider.commission.saturating_add(Params::<T>::get().commission_step);
			let rested = provider
				.raised_at
				.is_none_or(|at| now.saturating_sub(at) >= T::UnbondingPeriod::get());
			ensure!(
				provider.pot.is_none() || (commission <= most && rested),
				Error::<T>::CommissionTooFast
			);
			provider.raised_at = Some(now);
		}
		provider.commission = commission;
		Self::store(who, provider);
		Self::deposit_event(Event::CommissionSet { provider: who.clone(), commission });
		Ok(())
	}
}
