//! The invariants of the crate documentation, as code.

use crate::{
	Config, Delegations, Epochs, HoldReason, NextPot, Offer, Pallet, Params, Pending,
	PendingSlashes, PoolSeats, PoolSize, ProviderOf, Providers, SlashQueue, UnbondChunk,
};
use alloc::collections::BTreeMap;
use frame::{deps::sp_runtime::TryRuntimeError, prelude::*, traits::fungible::hold::Inspect};
use tercet_primitives::Balance;

type Checked = Result<(), TryRuntimeError>;

impl<T: Config> Pallet<T> {
	/// Checks every invariant of this pallet; the error names the one that does not hold. Reads all
	/// providers and pools: for tests and `try-runtime` only.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		for (who, provider) in Providers::<T>::iter() {
			Self::check_hold(&who, &provider)?;
			Self::check_stake(&provider)?;
			Self::check_standing(&provider)?;
			Self::check_offers(&who, &provider)?;
			Self::check_record(&provider)?;
			Self::check_pot(&who, &provider)?;
			Self::check_counted(&provider)?;
		}
		Self::check_pools()?;
		Self::check_delegations()?;
		Self::check_slashes()?;
		Self::check_params()
	}

	fn check_hold(who: &T::AccountId, provider: &ProviderOf<T>) -> Checked {
		let held = T::Currency::balance_on_hold(&HoldReason::Bond.into(), who);
		ensure!(held == provider.own(), "invariant 1: hold differs from the stake");
		let pot = Self::pot_account(who);
		let held = T::Currency::balance_on_hold(&HoldReason::Delegation.into(), &pot);
		ensure!(held == provider.delegated(), "invariant 1: hold differs from the pot's value");
		Ok(())
	}

	fn check_stake(provider: &ProviderOf<T>) -> Checked {
		ensure!(!provider.is_gone(), "invariant 2: provider with nothing left");
		Self::check_chunks(&provider.unbonding)
	}

	fn check_chunks(chunks: &[UnbondChunk]) -> Checked {
		ensure!(chunks.iter().all(|chunk| chunk.amount > 0), "invariant 2: empty chunk");
		let mut neighbours = chunks.iter().zip(chunks.iter().skip(1));
		ensure!(neighbours.all(|(a, b)| a.at <= b.at), "invariant 2: chunks out of order");
		Ok(())
	}

	fn check_standing(provider: &ProviderOf<T>) -> Checked {
		ensure!(
			provider.bonded > 0 || !provider.available,
			"invariant 3: available without a bond"
		);
		ensure!(
			!provider.available || !provider.offers.is_empty(),
			"invariant 3: available without an offer"
		);
		ensure!(
			provider.in_flight > 0 || provider.at_risk == 0,
			"invariant 3: stake at risk without a job"
		);
		Ok(())
	}

	fn check_offers(who: &T::AccountId, provider: &ProviderOf<T>) -> Checked {
		for (position, offer) in provider.offers.iter().enumerate() {
			let mut earlier = provider.offers.iter().take(position);
			ensure!(
				!earlier.any(|other| other.pool == offer.pool),
				"invariant 4: two offers for one pool"
			);
			ensure!(offer.least_price > 0, "invariant 4: offer without a price");
			ensure!(
				offer.seat.is_some() == provider.available,
				"invariant 4: seated without being available, or the reverse"
			);
			Self::check_seat(who, provider, offer)?;
		}
		Ok(())
	}

	fn check_seat(who: &T::AccountId, provider: &ProviderOf<T>, offer: &Offer) -> Checked {
		let Some(number) = offer.seat else { return Ok(()) };
		let seat = PoolSeats::<T>::get(offer.pool, number).ok_or("invariant 4: no such seat")?;
		ensure!(&seat.provider == who, "invariant 4: seat of somebody else");
		ensure!(seat.counted == provider.counted, "invariant 4: stake differs from the provider's");
		ensure!(
			seat.least_price == offer.least_price,
			"invariant 4: price differs from the offer's"
		);
		Ok(())
	}

	fn check_pools() -> Checked {
		let mut sizes = 0u64;
		for (pool, size) in PoolSize::<T>::iter() {
			ensure!(size > 0, "invariant 5: record of an empty pool");
			let dense = (0..size).all(|number| PoolSeats::<T>::contains_key(pool, number));
			ensure!(dense, "invariant 5: pool has a gap");
			sizes = sizes.saturating_add(size.into());
		}
		let seats: u64 = PoolSeats::<T>::iter_keys().count().saturated_into();
		ensure!(seats == sizes, "invariant 5: seat beyond the pool's size");
		let seated =
			|provider: ProviderOf<T>| provider.offers.iter().filter(|o| o.seat.is_some()).count();
		let offers: usize = Providers::<T>::iter_values().map(seated).sum();
		ensure!(seats == offers.saturated_into::<u64>(), "invariant 5: seat without an offer");
		Ok(())
	}

	fn check_record(provider: &ProviderOf<T>) -> Checked {
		let record = &provider.record;
		let ended = [
			record.verified,
			record.unresolved,
			record.alone,
			record.silent,
			record.withheld,
			record.wrong,
			record.abstained,
		];
		let jobs =
			ended.iter().try_fold(provider.in_flight.into(), |sum: u64, n| sum.checked_add(*n));
		ensure!(jobs == Some(record.assigned), "invariant 6: jobs do not add up");
		Ok(())
	}

	fn check_pot(who: &T::AccountId, provider: &ProviderOf<T>) -> Checked {
		let Some(pot) = provider.pot else { return Ok(()) };
		let (mut shares, mut unbonding) = (0, 0);
		for delegation in Delegations::<T>::iter_prefix_values(who).filter(|d| d.pot == pot.id) {
			let leaving = sum(delegation.unbonding.iter().map(|chunk| chunk.amount))?;
			shares = sum([shares, delegation.shares, leaving])?;
			unbonding = sum([unbonding, leaving])?;
		}
		ensure!(shares == pot.shares, "invariant 7: shares do not add up");
		ensure!(unbonding == pot.unbonding, "invariant 7: unbonding shares do not add up");
		ensure!(pot.value > 0, "invariant 7: pot without value");
		ensure!(
			pot.shares > 0 || pot.value <= provider.pending.delegated,
			"invariant 7: value without an owner"
		);
		ensure!(pot.id < NextPot::<T>::get(), "invariant 7: pot that was never opened");
		Ok(())
	}

	fn check_delegations() -> Checked {
		for (_, _, delegation) in Delegations::<T>::iter() {
			Self::check_chunks(&delegation.unbonding)?;
			ensure!(
				delegation.shares > 0 || !delegation.unbonding.is_empty(),
				"invariant 7: delegation of nothing"
			);
			ensure!(delegation.pot < NextPot::<T>::get(), "invariant 7: pot that was never opened");
		}
		Ok(())
	}

	fn check_slashes() -> Checked {
		let queue = SlashQueue::<T>::get();
		let mut pending = BTreeMap::<_, Pending>::new();
		for (id, slash) in PendingSlashes::<T>::iter() {
			ensure!(
				(queue.begin..queue.end).contains(&id),
				"invariant 8: slash outside of the queue"
			);
			let of = pending.entry(slash.provider).or_default();
			of.own = sum([of.own, slash.own])?;
			of.delegated = sum([of.delegated, slash.delegated])?;
		}
		for (who, provider) in Providers::<T>::iter() {
			let slashes = pending.remove(&who).unwrap_or_default();
			ensure!(slashes == provider.pending, "invariant 8: pending slashes do not add up");
			ensure!(
				slashes.own <= provider.own() && slashes.delegated <= provider.delegated(),
				"invariant 8: more to slash than there is"
			);
		}
		ensure!(pending.is_empty(), "invariant 8: slash of a stranger");
		Ok(())
	}

	fn check_counted(provider: &ProviderOf<T>) -> Checked {
		let most = provider.stake();
		let epoch = Self::epoch();
		ensure!(
			provider.counted.at(epoch) <= most && provider.counted.next <= most,
			"invariant 9: more counts than there is"
		);
		Ok(())
	}

	fn check_params() -> Checked {
		ensure!(
			Params::<T>::get().are_in_range(T::UnbondingPeriod::get(), T::StakeCap::get())
				&& Epochs::<T>::get().at <= Self::now(),
			"invariant 10: parameters out of range"
		);
		Ok(())
	}
}

fn sum(parts: impl IntoIterator<Item = Balance>) -> Result<Balance, TryRuntimeError> {
	let total = parts.into_iter().try_fold(0, |sum: Balance, part| sum.checked_add(part));
	total.ok_or("a sum of balances overflows".into())
}
