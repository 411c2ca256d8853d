//! The invariants of the crate documentation, as code.

use crate::{Config, HoldReason, Offer, Pallet, PoolSeats, PoolSize, Provider, Providers};
use frame::{deps::sp_runtime::TryRuntimeError, prelude::*, traits::fungible::hold::Inspect};

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
		}
		Self::check_pools()
	}

	fn check_hold(who: &T::AccountId, provider: &Provider) -> Checked {
		let held = T::Currency::balance_on_hold(&HoldReason::Bond.into(), who);
		let stake = provider.bonded.checked_add(provider.total_unbonding());
		ensure!(Some(held) == stake, "invariant 1: hold differs from the stake");
		Ok(())
	}

	fn check_stake(provider: &Provider) -> Checked {
		let chunks = &provider.unbonding;
		ensure!(
			provider.bonded > 0 || !chunks.is_empty(),
			"invariant 2: provider without any stake"
		);
		ensure!(chunks.iter().all(|chunk| chunk.amount > 0), "invariant 2: empty chunk");
		let mut neighbours = chunks.iter().zip(chunks.iter().skip(1));
		ensure!(neighbours.all(|(a, b)| a.at <= b.at), "invariant 2: chunks out of order");
		Ok(())
	}

	fn check_standing(provider: &Provider) -> Checked {
		ensure!(
			provider.bonded > 0 || (!provider.available && provider.in_flight == 0),
			"invariant 3: active without a bond"
		);
		ensure!(
			!provider.available || !provider.offers.is_empty(),
			"invariant 3: available without an offer"
		);
		Ok(())
	}

	fn check_offers(who: &T::AccountId, provider: &Provider) -> Checked {
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

	fn check_seat(who: &T::AccountId, provider: &Provider, offer: &Offer) -> Checked {
		let Some(number) = offer.seat else { return Ok(()) };
		let seat = PoolSeats::<T>::get(offer.pool, number).ok_or("invariant 4: no such seat")?;
		ensure!(&seat.provider == who, "invariant 4: seat of somebody else");
		ensure!(
			seat.weight == Self::weight_of(provider.bonded),
			"invariant 4: weight differs from the capped bond"
		);
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
			|provider: Provider| provider.offers.iter().filter(|o| o.seat.is_some()).count();
		let offers: usize = Providers::<T>::iter_values().map(seated).sum();
		ensure!(seats == offers.saturated_into::<u64>(), "invariant 5: seat without an offer");
		Ok(())
	}

	fn check_record(provider: &Provider) -> Checked {
		let record = &provider.record;
		let ended = [record.verified, record.unresolved, record.alone, record.silent];
		let jobs =
			ended.iter().try_fold(provider.in_flight.into(), |sum: u64, n| sum.checked_add(*n));
		ensure!(jobs == Some(record.assigned), "invariant 6: jobs do not add up");
		Ok(())
	}
}
