//! The seats of pools, numbered without gaps.
//!
//! Whoever leaves a pool hands its number to the one with the last number, so that any number below
//! the pool's size is a seat: that is what lets a draw pick a seat with a single read. The functions
//! here write seats and, where numbers move, the records of *other* providers; the record of the
//! provider that is passed in is the caller's to store.

use crate::{Config, Offer, Pallet, PoolSeat, PoolSeats, PoolSize, ProviderOf, Providers};
use alloc::{collections::BTreeMap, vec::Vec};
use frame::prelude::*;
use tercet_primitives::{apis::Supply, Balance, PoolId};

/// Seats that [`Pallet::supply`] looks at.
pub const MAX_SUPPLY_SEATS: u32 = 1_024;

impl<T: Config> Pallet<T> {
	/// Seats `provider` in the pools of those of its offers that have no seat.
	pub(crate) fn seat(who: &T::AccountId, provider: &mut ProviderOf<T>) -> DispatchResult {
		let counted = provider.counted;
		for offer in provider.offers.iter_mut().filter(|offer| offer.seat.is_none()) {
			let number = PoolSize::<T>::get(offer.pool);
			let size = number.checked_add(1).ok_or(ArithmeticError::Overflow)?;
			let least_price = offer.least_price;
			let seat = PoolSeat { provider: who.clone(), counted, least_price };
			PoolSeats::<T>::insert(offer.pool, number, seat);
			PoolSize::<T>::insert(offer.pool, size);
			offer.seat = Some(number);
		}
		Ok(())
	}

	/// Gives up the seat of `offer`, if it has one.
	pub(crate) fn unseat(offer: &Offer) {
		let (Some(number), pool) = (offer.seat, offer.pool) else { return };
		// Cannot saturate: the pool has at least this seat.
		let last = PoolSize::<T>::get(pool).saturating_sub(1);
		let moved = PoolSeats::<T>::take(pool, last);
		if let Some(moved) = moved.filter(|_| number != last) {
			Self::renumber(&moved.provider, pool, number);
			PoolSeats::<T>::insert(pool, number, moved);
		}
		if last == 0 {
			PoolSize::<T>::remove(pool);
		} else {
			PoolSize::<T>::insert(pool, last);
		}
	}

	/// Tells `provider` that its seat in `pool` now has this number.
	fn renumber(provider: &T::AccountId, pool: PoolId, number: u32) {
		Providers::<T>::mutate(provider, |provider| {
			let offers = provider.iter_mut().flat_map(|provider| provider.offers.iter_mut());
			for offer in offers.filter(|offer| offer.pool == pool) {
				offer.seat = Some(number);
			}
		});
	}

	/// Counts the stake of `provider` after it changed, in its record and its seats; returns the
	/// number of seats. The caller stores the record.
	pub(crate) fn recount(provider: &mut ProviderOf<T>) -> u32 {
		provider.counted = provider.counted.changed(provider.stake(), Self::epoch());
		let counted = provider.counted;
		let seats = provider.offers.iter().filter_map(|offer| Some((offer.pool, offer.seat?)));
		seats.fold(0u32, |count, (pool, number)| {
			PoolSeats::<T>::mutate(pool, number, |seat| {
				if let Some(seat) = seat {
					seat.counted = counted;
				}
			});
			// Cannot saturate: a provider has at most `MAX_OFFERS` seats.
			count.saturating_add(1)
		})
	}

	/// Writes the price of `offer` into its seat, if it has one.
	pub(crate) fn reprice(offer: &Offer) {
		let Some(number) = offer.seat else { return };
		PoolSeats::<T>::mutate(offer.pool, number, |seat| {
			if let Some(seat) = seat {
				seat.least_price = offer.least_price;
			}
		});
	}

	/// Supply curve of a pool: for each price that somebody in its first [`MAX_SUPPLY_SEATS`] seats
	/// asks, in rising order, how many of these would serve at it. For runtime APIs only: no
	/// transaction pays for it.
	pub fn supply(pool: &PoolId) -> Vec<Supply> {
		let mut asks = BTreeMap::<Balance, u32>::new();
		for number in 0..PoolSize::<T>::get(pool).min(MAX_SUPPLY_SEATS) {
			if let Some(seat) = PoolSeats::<T>::get(pool, number) {
				let count = asks.entry(seat.least_price).or_default();
				// Neither can saturate: both are at most `MAX_SUPPLY_SEATS`.
				*count = count.saturating_add(1);
			}
		}
		let mut providers = 0u32;
		asks.into_iter()
			.map(|(price, count)| {
				providers = providers.saturating_add(count);
				Supply { price, providers }
			})
			.collect()
	}
}
