//! The seats of pools, numbered without gaps.
//!
//! Whoever leaves a pool hands its number to the one with the last number, so that any number below
//! the pool's size is a seat: that is what lets a draw pick a seat with a single read. The functions
//! here write seats and, where numbers move, the records of *other* providers; the record of the
//! provider that is passed in is the caller's to store.

use crate::{Config, Offer, Pallet, PoolSeat, PoolSeats, PoolSize, Provider, Providers};
use frame::prelude::*;
use tercet_primitives::{Balance, PoolId};

impl<T: Config> Pallet<T> {
	/// Weight of a provider with `bonded` planck of stake.
	pub(crate) fn weight_of(bonded: Balance) -> Balance {
		bonded.min(T::StakeCap::get())
	}

	/// Seats `provider` in the pools of those of its offers that have no seat.
	pub(crate) fn seat(who: &T::AccountId, provider: &mut Provider) -> DispatchResult {
		let weight = Self::weight_of(provider.bonded);
		for offer in provider.offers.iter_mut().filter(|offer| offer.seat.is_none()) {
			let number = PoolSize::<T>::get(offer.pool);
			let size = number.checked_add(1).ok_or(ArithmeticError::Overflow)?;
			let seat = PoolSeat { provider: who.clone(), weight, least_price: offer.least_price };
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

	/// Writes the weight of `provider` into its seats, after its stake changed; returns their number.
	pub(crate) fn reweigh(provider: &Provider) -> u32 {
		let weight = Self::weight_of(provider.bonded);
		let seats = provider.offers.iter().filter_map(|offer| Some((offer.pool, offer.seat?)));
		seats.fold(0u32, |count, (pool, number)| {
			PoolSeats::<T>::mutate(pool, number, |seat| {
				if let Some(seat) = seat {
					seat.weight = weight;
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
}
