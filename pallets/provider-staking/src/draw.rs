//! Drawing executors: proportional to weight, without replacement, in a bounded number of reads.
//!
//! **Large pools** are drawn from by rejection sampling. Sample `i` takes
//! `BLAKE2b-256(seed ‖ i as u32 LE)`: bytes 0..8 pick a seat, bytes 8..24 decide whether it is
//! accepted, with probability `weight / StakeCap`. Accepted seats are distributed in proportion to
//! weight, and skipping those that were drawn already makes it a draw without replacement. The
//! remainders that map hashes to ranges are off from uniform by less than `2^-32` for a pool of any
//! size and by less than `StakeCap / 2^128` for acceptance.
//!
//! A sample is one storage read, and there are at most [`MAX_SAMPLES_PER_SEAT`] for each executor
//! asked for. Every provider has at least `MinBond`, and `StakeCap` is at most
//! [`MAX_CAP_IN_MIN_BONDS`] times that, so a sample is accepted with a chance of at least one tenth.
//! Three executors get 144 samples; even if everyone has the minimum and the cap is ten times that,
//! fewer than three are accepted only once in 27,000 draws (`0.9^144 (1 + 144/9 + 144·143/2/81)`),
//! not counting those who ask for more than the price. The caller then tries again in another block.
//!
//! **Small pools**, up to [`SMALL_POOL`] seats, would make rejection sampling wait for the last seat
//! that it has not seen. They are read whole and drawn from exactly: the same distribution, and a
//! draw that only fails if too few accept the price.

use crate::{Config, Pallet, PoolSeat, PoolSeats, PoolSize, Providers};
use alloc::vec::Vec;
use frame::{hashing::blake2_256, prelude::*};
use tercet_primitives::{
	traits::{DrawError, ProviderPool},
	Balance, Conduct, PoolId,
};

/// Samples, and so storage reads, for each executor to be drawn from a large pool.
pub const MAX_SAMPLES_PER_SEAT: u32 = 48;

/// Pools up to this size are read whole.
pub const SMALL_POOL: u32 = 32;

/// `StakeCap` is at most this many times `MinBond`.
pub const MAX_CAP_IN_MIN_BONDS: Balance = 10;

/// The most storage reads that a draw of `seats` executors makes. It makes one write for each
/// executor drawn.
pub const fn max_reads(seats: u32) -> u32 {
	let samples = seats.saturating_mul(MAX_SAMPLES_PER_SEAT);
	let seats_read = if samples > SMALL_POOL { samples } else { SMALL_POOL };
	// The pool's size, and the record of everyone drawn.
	seats_read.saturating_add(seats).saturating_add(1)
}

impl<T: Config> ProviderPool<T::AccountId> for Pallet<T> {
	fn draw(
		pool: &PoolId,
		price: Balance,
		seats: u32,
		seed: &H256,
	) -> Result<Vec<T::AccountId>, DrawError> {
		let size = PoolSize::<T>::get(pool);
		let draw = Draw { seed, size, seats, price, cap: T::StakeCap::get() };
		let drawn = draw.run(|number| PoolSeats::<T>::get(pool, number))?;
		for executor in &drawn {
			Providers::<T>::mutate(executor, |provider| {
				if let Some(provider) = provider {
					provider.take_job();
				}
			});
		}
		Ok(drawn)
	}

	/// Without effect if `executor` has no job in hand.
	fn release(executor: &T::AccountId, conduct: Conduct) {
		Providers::<T>::mutate(executor, |provider| {
			if let Some(provider) = provider {
				provider.end_job(conduct);
			}
		});
	}
}

/// A draw from a pool whose seats are read through a function.
pub(crate) struct Draw<'a> {
	pub seed: &'a H256,
	/// Seats of the pool.
	pub size: u32,
	/// Executors to draw.
	pub seats: u32,
	/// Nobody who asks for more is drawn.
	pub price: Balance,
	/// Weight with which a sample is always accepted.
	pub cap: Balance,
}

impl Draw<'_> {
	/// Draws, reading seat `number` through `read(number)`.
	pub fn run<AccountId: PartialEq>(
		&self,
		read: impl FnMut(u32) -> Option<PoolSeat<AccountId>>,
	) -> Result<Vec<AccountId>, DrawError> {
		if self.size < self.seats {
			return Err(DrawError::TooFewProviders);
		}
		let drawn =
			if self.size <= SMALL_POOL { self.exact(read) } else { self.by_rejection(read) };
		// Cannot saturate: at most `seats` are drawn.
		let complete = drawn.len().saturated_into::<u32>() == self.seats;
		complete.then_some(drawn).ok_or(DrawError::OutOfSamples)
	}

	/// Reads every seat and takes them out of the hat one by one.
	fn exact<AccountId>(
		&self,
		read: impl FnMut(u32) -> Option<PoolSeat<AccountId>>,
	) -> Vec<AccountId> {
		let mut hat: Vec<_> = (0..self.size).filter_map(read).filter(|s| self.affords(s)).collect();
		let mut drawn = Vec::new();
		for counter in 0..self.seats {
			// Cannot saturate: see `integrity_test`.
			let total = hat.iter().fold(0, |sum: Balance, seat| sum.saturating_add(seat.weight));
			let Some(mut point) = self.sample(counter).point.checked_rem(total) else { break };
			let hit = hat.iter().position(|seat| match point.checked_sub(seat.weight) {
				Some(rest) => {
					point = rest;
					false
				},
				None => true,
			});
			let Some(hit) = hit else { break };
			drawn.push(hat.remove(hit).provider);
		}
		drawn
	}

	/// Reads seats at random and accepts them by their weight.
	fn by_rejection<AccountId: PartialEq>(
		&self,
		mut read: impl FnMut(u32) -> Option<PoolSeat<AccountId>>,
	) -> Vec<AccountId> {
		let mut drawn = Vec::new();
		let samples = self.seats.saturating_mul(MAX_SAMPLES_PER_SEAT);
		for counter in 0..samples {
			let sample = self.sample(counter);
			let Some(number) = sample.pick.checked_rem(self.size.into()) else { break };
			let accepted = |seat: &PoolSeat<AccountId>| {
				self.affords(seat)
					&& sample.point.checked_rem(self.cap).is_some_and(|p| p < seat.weight)
			};
			// Cannot saturate: it is less than `size`.
			let Some(seat) = read(number.saturated_into()).filter(accepted) else { continue };
			if !drawn.contains(&seat.provider) {
				drawn.push(seat.provider);
			}
			if drawn.len().saturated_into::<u32>() == self.seats {
				break;
			}
		}
		drawn
	}

	fn affords<AccountId>(&self, seat: &PoolSeat<AccountId>) -> bool {
		seat.least_price <= self.price
	}

	/// Sample number `counter` of the stream that the seed determines.
	fn sample(&self, counter: u32) -> Sample {
		let hash = (self.seed, counter).using_encoded(blake2_256);
		let number = U256::from_little_endian(&hash);
		#[allow(
			clippy::arithmetic_side_effects,
			reason = "shifting by less than the width is total"
		)]
		let rest = number >> 64;
		Sample { pick: number.low_u64(), point: rest.low_u128() }
	}
}

/// Random numbers for one sample.
struct Sample {
	/// Picks a seat.
	pick: u64,
	/// Decides by weight.
	point: u128,
}
