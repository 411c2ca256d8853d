//! Slashing: decided at once, taken later, and cancelled by governance in between.
//!
//! A decision fixes the two parts of a slash, in proportion to the provider's own stake and to what
//! is delegated to it as they are then, and sets them aside: the provider cannot withdraw its part,
//! and delegators who withdraw leave theirs behind. After `slash_delay` blocks a hook takes them, in
//! the order of decisions, at most `MaxSlashesPerBlock` in a block; the rest waits.

use crate::{
	pot::scale, Config, Error, Event, HoldReason, Pallet, Params, PendingSlash, PendingSlashes,
	ProviderOf, Providers, SlashQueue, TotalBurned, WeightInfo, MAX_OFFERS,
};
use frame::{
	arithmetic::Rounding,
	prelude::*,
	token::{Fortitude, Precision},
	traits::{fungible::hold::Mutate, tokens::Restriction},
};
use tercet_primitives::{Balance, BlockNumber};

impl<T: Config> Pallet<T> {
	/// Decides to slash `amount` of the stake of `who`, or what is left of it. The caller stores the
	/// provider.
	pub(crate) fn punish(who: &T::AccountId, provider: &mut ProviderOf<T>, amount: Balance) {
		let (own, delegated) = (provider.own(), provider.delegated());
		// None of these can saturate: stake is part of the issuance, a part is at most the whole, and
		// pending slashes are at most what they are taken from.
		let all = own.saturating_add(delegated);
		let amount = amount.min(all);
		let share = scale(amount, delegated, all, Rounding::Down).unwrap_or(0);
		let pending = provider.pending;
		let of_own = amount.saturating_sub(share).min(own.saturating_sub(pending.own));
		let of_delegated = share.min(delegated.saturating_sub(pending.delegated));
		let amount = of_own.saturating_add(of_delegated);
		let queue = SlashQueue::<T>::get();
		let due = Self::now().saturating_add(Params::<T>::get().slash_delay);
		let (Some(end), true) = (queue.end.checked_add(1), amount > 0) else { return };

		provider.pending.own = pending.own.saturating_add(of_own);
		provider.pending.delegated = pending.delegated.saturating_add(of_delegated);
		let id = queue.end;
		let slash =
			PendingSlash { provider: who.clone(), own: of_own, delegated: of_delegated, due };
		PendingSlashes::<T>::insert(id, slash);
		SlashQueue::<T>::put(crate::Queue { end, ..queue });
		Self::deposit_event(Event::SlashPending { id, provider: who.clone(), amount, due });
	}

	/// Forgives a slash that has not been applied yet.
	pub(crate) fn do_cancel_slash(id: u32) -> DispatchResult {
		let slash = PendingSlashes::<T>::take(id).ok_or(Error::<T>::NoSuchSlash)?;
		if let Some(mut provider) = Providers::<T>::get(&slash.provider) {
			settle_pending(&mut provider, &slash);
			Self::empty_ownerless_pot(&slash.provider, &mut provider);
			Self::store(&slash.provider, provider);
		}
		let amount = slash.own.saturating_add(slash.delegated);
		Self::deposit_event(Event::SlashCancelled { id, provider: slash.provider, amount });
		Ok(())
	}

	/// Applies slashes that are due, as many as fit into a block.
	pub(crate) fn apply_slashes(now: BlockNumber) -> Weight {
		let mut queue = SlashQueue::<T>::get();
		let before = queue.begin;
		let mut weight = T::WeightInfo::slash_queue();
		for _ in 0..T::MaxSlashesPerBlock::get() {
			if queue.begin == queue.end {
				break;
			}
			match PendingSlashes::<T>::get(queue.begin) {
				Some(slash) if slash.due > now => {
					weight.saturating_accrue(T::WeightInfo::cancelled_slash());
					break;
				},
				Some(slash) => {
					Self::apply(queue.begin, slash);
					weight.saturating_accrue(T::WeightInfo::apply_slash(MAX_OFFERS));
				},
				// It was cancelled.
				None => weight.saturating_accrue(T::WeightInfo::cancelled_slash()),
			}
			// Cannot saturate: it is below `end`.
			queue.begin = queue.begin.saturating_add(1);
		}
		if queue.begin != before {
			SlashQueue::<T>::put(queue);
		}
		weight
	}

	/// Takes one slash.
	fn apply(id: u32, slash: PendingSlash<T::AccountId>) {
		PendingSlashes::<T>::remove(id);
		let who = slash.provider.clone();
		let Some(mut provider) = Providers::<T>::get(&who) else { return };
		settle_pending(&mut provider, &slash);

		let own = provider.take_own(slash.own);
		let delegated = slash.delegated.min(provider.delegated());
		if let Some(pot) = provider.pot.as_mut() {
			// Cannot saturate: see the line above.
			pot.value = pot.value.saturating_sub(delegated);
		}
		let account = Self::pot_account(&who);
		let burned = Self::seize(HoldReason::Bond, &who, own).saturating_add(Self::seize(
			HoldReason::Delegation,
			&account,
			delegated,
		));

		Self::empty_ownerless_pot(&who, &mut provider);
		if provider.available && provider.bonded < T::MinBond::get() {
			Self::retire(&who, &mut provider);
		}
		Self::recount(&mut provider);
		Self::deposit_event(Event::Slashed { id, provider: who.clone(), own, delegated, burned });
		Self::store(&who, provider);
	}

	/// Takes `amount` from what `from` has on hold: a share is burned, the rest is the treasury's.
	/// Returns how much was burned.
	fn seize(reason: HoldReason, from: &T::AccountId, amount: Balance) -> Balance {
		// Cannot saturate: a share is at most the whole.
		let kept = amount.saturating_sub(Params::<T>::get().slash_burn.mul_floor(amount));
		Self::forfeit(reason, from, amount, kept)
	}

	/// Gives `kept` of `amount` to the treasury and burns the rest; returns how much was burned. A
	/// treasury that does not exist cannot take less than the existential deposit; then that is
	/// burned too.
	fn forfeit(reason: HoldReason, from: &T::AccountId, amount: Balance, kept: Balance) -> Balance {
		let reason = T::RuntimeHoldReason::from(reason);
		let given = T::Currency::transfer_on_hold(
			&reason,
			from,
			&T::Treasury::get(),
			kept,
			Precision::Exact,
			Restriction::Free,
			Fortitude::Force,
		)
		.unwrap_or(0);
		let rest = amount.saturating_sub(given);
		let burned =
			T::Currency::burn_held(&reason, from, rest, Precision::BestEffort, Fortitude::Force)
				.unwrap_or(0);
		TotalBurned::<T>::mutate(|total| *total = total.saturating_add(burned));
		burned
	}

	/// Closes the pot if it is empty. What is in it without an owner goes to the treasury: those who
	/// withdrew while a slash was pending left it behind, and the slash was cancelled. The caller
	/// stores the provider.
	fn empty_ownerless_pot(who: &T::AccountId, provider: &mut ProviderOf<T>) {
		let Some(pot) = provider.pot.as_mut() else { return };
		if pot.shares == 0 {
			// Neither can saturate: pending slashes are at most the value.
			let ownerless = pot.value.saturating_sub(provider.pending.delegated);
			pot.value = pot.value.saturating_sub(ownerless);
			let account = Self::pot_account(who);
			Self::forfeit(HoldReason::Delegation, &account, ownerless, ownerless);
		}
		Self::close_empty_pot(who, provider, &T::Treasury::get());
	}
}

/// Takes `slash` out of what is pending. Cannot saturate: it is a part of it.
fn settle_pending<AccountId>(
	provider: &mut crate::Provider<AccountId>,
	slash: &PendingSlash<AccountId>,
) {
	let pending = &mut provider.pending;
	pending.own = pending.own.saturating_sub(slash.own);
	pending.delegated = pending.delegated.saturating_sub(slash.delegated);
}
