//! Drawing executors: proportional to counted stake × reputation, without replacement, never two of
//! one operator, and in a bounded number of reads.
//!
//! **Large pools** are drawn from by rejection sampling. Sample `i` takes
//! `BLAKE2b-256(seed ‖ i as u32 LE)`: bytes 0..8 pick a seat, bytes 8..24 make it a hit, with
//! probability `counted stake / StakeCap` up to one, and bytes 24..32 accept the hit, with
//! probability of the reputation's [multiplier](crate::Reputation::multiplier). Accepted samples are
//! distributed in proportion to capped stake × multiplier; passing over those who are excluded, who
//! have not enough stake free, or whose operator has a seat already makes it a draw without
//! replacement among the others. The remainders that map hashes to ranges are off from uniform by
//! less than `2^-32` for a pool of any size, `StakeCap / 2^128` for a hit, and `2^-44` for its
//! acceptance.
//!
//! A sample reads one seat, a hit one provider besides; there are at most [`MAX_SAMPLES_PER_SEAT`]
//! samples and [`MAX_HITS_PER_SEAT`] hits for each executor asked for, so [`max_reads`] is the same
//! for any number of providers. Most draws read far less, and each one says how much it did. The hardest pool that is not out of order is one in which everyone
//! is new, has the least stake, and the cap is [`MAX_CAP_IN_MIN_BONDS`] times that: a sample is
//! accepted with a chance of one sixteenth (1/10 × 5/8), three executors get 192, and fewer than
//! three are accepted once in 2,500 draws (`p^192 (1 + 192/15 + 192·191/2/225)` with `p = 15/16`).
//! With everyone's reputation at its best it is once in 2.4 million. The caller then tries again in
//! another block.
//!
//! **Small pools**, up to [`SMALL_POOL`] seats, would make rejection sampling wait for the last seat
//! that it has not seen. They are read whole and drawn from exactly: the same distribution, and a
//! draw that only fails if too few can be drawn.

pub use crate::sampling::{MAX_HITS_PER_SEAT, MAX_SAMPLES_PER_SEAT, SMALL_POOL};

use crate::{
	sampling::{Candidate, Sampler},
	Config, Pallet, Params, PoolSeats, PoolSize, ProviderOf, Providers,
};
use alloc::vec::Vec;
use core::cell::Cell;
use frame::prelude::*;
use tercet_primitives::{
	traits::{Draw, Drawn, ProviderPool},
	Balance, Conduct, PoolId,
};

/// `StakeCap` is at most this many times `MinBond`.
pub const MAX_CAP_IN_MIN_BONDS: Balance = 10;

/// The most seats and providers that a draw of `seats` executors reads when `excluded` accounts are
/// excluded. It reads besides the parameters, the count of epochs and the pool's size, and once more
/// the record of everyone drawn, which it writes.
pub const fn max_reads(seats: u32, excluded: u32) -> u32 {
	let samples = seats.saturating_mul(MAX_SAMPLES_PER_SEAT);
	let hits = seats.saturating_mul(MAX_HITS_PER_SEAT);
	let sampled = samples.saturating_add(hits);
	let whole = SMALL_POOL.saturating_mul(2);
	let pool = if sampled > whole { sampled } else { whole };
	// And the operators of those excluded.
	pool.saturating_add(excluded)
}

impl<T: Config> ProviderPool<T::AccountId> for Pallet<T> {
	fn available(pool: &PoolId) -> u32 {
		PoolSize::<T>::get(pool)
	}

	fn draw(draw: Draw<'_, T::AccountId>) -> Drawn<T::AccountId> {
		let params = Params::<T>::get();
		let epoch = Self::epoch_by(&params);
		let cap = T::StakeCap::get();
		let size = PoolSize::<T>::get(draw.pool);
		let excluded: Vec<_> = draw.exclude.iter().map(Self::operator).collect();
		let reads = Cell::new(u32::try_from(excluded.len()).unwrap_or(u32::MAX));
		let count = || reads.set(reads.get().saturating_add(1));

		let seat = |number| {
			count();
			let seat = PoolSeats::<T>::get(draw.pool, number)?;
			let wanted = seat.least_price <= draw.price && !draw.exclude.contains(&seat.provider);
			wanted.then(|| (seat.provider, seat.counted.at(epoch).min(cap)))
		};
		let candidate = |who: &T::AccountId| {
			count();
			let provider = Providers::<T>::get(who)?;
			let operator = provider.operator_of(who);
			let reputation = provider.reputation.decayed(epoch, params.reputation_half_life);
			let proven = provider.record.verified >= params.proven_verified.into()
				&& reputation.score >= params.proven_score;
			let fits = !excluded.contains(&operator)
				&& provider.in_flight < params.max_in_flight
				&& provider.free_stake() >= draw.risk
				&& (proven || !draw.proven);
			fits.then(|| Candidate { operator, multiplier: reputation.multiplier() })
		};
		let sampler = Sampler { seed: draw.seed, size, seats: draw.seats, cap };
		let executors = sampler.run(seat, candidate);
		for executor in executors.iter().flatten() {
			Self::change(executor, |provider| provider.take_job(draw.risk));
		}
		Drawn { executors, reads: reads.get() }
	}

	fn most_reads(seats: u32, excluded: u32) -> u32 {
		max_reads(seats, excluded)
	}

	/// Without effect if `executor` has no job in hand.
	fn release(executor: &T::AccountId, risk: Balance, conduct: Conduct) {
		Self::do_release(executor, risk, conduct);
	}

	/// Without effect if `executor` is no provider any more.
	fn overrule(executor: &T::AccountId, risk: Balance) {
		Self::do_overrule(executor, risk);
	}
}

impl<T: Config> Pallet<T> {
	/// Who runs `who`: itself, unless its record says otherwise.
	fn operator(who: &T::AccountId) -> T::AccountId {
		Providers::<T>::get(who).map_or_else(|| who.clone(), |provider| provider.operator_of(who))
	}

	fn change(who: &T::AccountId, change: impl FnOnce(&mut ProviderOf<T>)) {
		Providers::<T>::mutate(who, |provider| {
			if let Some(provider) = provider {
				change(provider);
			}
		});
	}
}
