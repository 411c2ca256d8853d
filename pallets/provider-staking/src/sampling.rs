//! Drawing by weight and reputation, without replacement, from seats that are read one by one.

use alloc::vec::Vec;
use frame::{hashing::blake2_256, prelude::*};
use tercet_primitives::{traits::DrawError, Balance};

/// Samples, and so reads of seats, for each executor to be drawn from a large pool.
pub const MAX_SAMPLES_PER_SEAT: u32 = 64;

/// Candidates looked at, and so reads of providers, for each executor to be drawn from a large pool.
pub const MAX_HITS_PER_SEAT: u32 = 24;

/// Pools up to this size are read whole.
pub const SMALL_POOL: u32 = 32;

/// Reputation multipliers are in parts per million.
pub const ONE: u32 = 1_000_000;

/// A draw from one pool.
pub(crate) struct Sampler<'a> {
	pub seed: &'a H256,
	/// Seats of the pool.
	pub size: u32,
	/// Executors to draw.
	pub seats: u32,
	/// Weight with which a sample is always a hit.
	pub cap: Balance,
}

/// Someone who may be drawn.
pub(crate) struct Candidate<AccountId> {
	/// Who runs it.
	pub operator: AccountId,
	/// What its weight is multiplied by, in parts per million.
	pub multiplier: u32,
}

/// A candidate with its chance, in a small pool.
struct Ball<AccountId> {
	provider: AccountId,
	operator: AccountId,
	weight: Balance,
}

impl Sampler<'_> {
	/// Draws providers of different operators. `seat(number)` reads who sits there and its weight,
	/// at most `cap`; `candidate(provider)` reads the rest. Either passes over it with `None`.
	pub fn run<AccountId: PartialEq>(
		&self,
		seat: impl FnMut(u32) -> Option<(AccountId, Balance)>,
		candidate: impl FnMut(&AccountId) -> Option<Candidate<AccountId>>,
	) -> Result<Vec<AccountId>, DrawError> {
		if self.size < self.seats {
			return Err(DrawError::TooFewProviders);
		}
		let drawn = if self.size <= SMALL_POOL {
			self.exact(seat, candidate)
		} else {
			self.by_rejection(seat, candidate)
		};
		self.is_full(&drawn).then_some(drawn).ok_or(DrawError::OutOfSamples)
	}

	/// Reads everyone and takes them out of the hat one by one.
	fn exact<AccountId: PartialEq>(
		&self,
		mut seat: impl FnMut(u32) -> Option<(AccountId, Balance)>,
		mut candidate: impl FnMut(&AccountId) -> Option<Candidate<AccountId>>,
	) -> Vec<AccountId> {
		let ball = |number| {
			let (provider, weight) = seat(number)?;
			let Candidate { operator, multiplier } = candidate(&provider)?;
			// Cannot saturate, nor can the sum below: see `integrity_test`.
			Some(Ball { provider, operator, weight: weight.saturating_mul(multiplier.into()) })
		};
		let mut hat: Vec<_> = (0..self.size).filter_map(ball).collect();
		let mut drawn = Vec::new();
		for counter in 0..self.seats {
			let total = hat.iter().fold(0, |sum: Balance, ball| sum.saturating_add(ball.weight));
			let Some(mut point) = self.sample(counter).point.checked_rem(total) else { break };
			let hit = hat.iter().position(|ball| match point.checked_sub(ball.weight) {
				Some(rest) => {
					point = rest;
					false
				},
				None => true,
			});
			let Some(hit) = hit else { break };
			let ball = hat.remove(hit);
			hat.retain(|other| other.operator != ball.operator);
			drawn.push(ball.provider);
		}
		drawn
	}

	/// Reads seats at random, takes them for hits by their weight and accepts hits by reputation.
	fn by_rejection<AccountId: PartialEq>(
		&self,
		mut seat: impl FnMut(u32) -> Option<(AccountId, Balance)>,
		mut candidate: impl FnMut(&AccountId) -> Option<Candidate<AccountId>>,
	) -> Vec<AccountId> {
		let (mut drawn, mut operators) = (Vec::new(), Vec::new());
		let mut hits = self.seats.saturating_mul(MAX_HITS_PER_SEAT);
		for counter in 0..self.seats.saturating_mul(MAX_SAMPLES_PER_SEAT) {
			if hits == 0 || self.is_full(&drawn) {
				break;
			}
			let sample = self.sample(counter);
			let Some(number) = sample.pick.checked_rem(self.size.into()) else { break };
			// Cannot saturate: it is less than `size`.
			let Some((provider, weight)) = seat(number.saturated_into()) else { continue };
			let hit = sample.point.checked_rem(self.cap).is_some_and(|point| point < weight);
			if !hit || drawn.contains(&provider) {
				continue;
			}
			hits = hits.saturating_sub(1);
			let Some(candidate) = candidate(&provider) else { continue };
			let accepted = sample.coin.checked_rem(ONE.into()).unwrap_or(0);
			if accepted < candidate.multiplier.into() && !operators.contains(&candidate.operator) {
				drawn.push(provider);
				operators.push(candidate.operator);
			}
		}
		drawn
	}

	fn is_full<AccountId>(&self, drawn: &[AccountId]) -> bool {
		// Cannot saturate: at most `seats` are drawn.
		drawn.len().saturated_into::<u32>() == self.seats
	}

	/// Sample number `counter` of the stream that the seed determines.
	fn sample(&self, counter: u32) -> Sample {
		let hash = (self.seed, counter).using_encoded(blake2_256);
		let number = U256::from_little_endian(&hash);
		#[allow(
			clippy::arithmetic_side_effects,
			reason = "shifting by less than the width is total"
		)]
		let (rest, last) = (number >> 64, number >> 192);
		Sample { pick: number.low_u64(), point: rest.low_u128(), coin: last.low_u64() }
	}
}

/// Random numbers for one sample.
struct Sample {
	/// Picks a seat.
	pick: u64,
	/// Decides by weight.
	point: u128,
	/// Decides by reputation.
	coin: u64,
}
