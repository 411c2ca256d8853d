//! Reputation: how well a provider did lately, as one number that weighs in draws.
//!
//! A score between 0 and 1, in parts per million, that starts at [`START`], moves with every job,
//! and decays towards the start: half of the distance is forgotten every `reputation_half_life`
//! epochs. So a good name has to be kept up, and a bad one can be lived down.
//!
//! | conduct | score becomes |
//! |---|---|
//! | verified | `score + (1 − score) / 32` |
//! | unresolved | unchanged |
//! | alone, abstained | `score × 31/32` |
//! | silent | `score × 7/8` |
//! | withheld | `score / 2` |
//! | wrong | `score / 4` |
//!
//! All divisions round down. Withholding an answer counts for more than silence and less than a wrong
//! one: whoever does it may hide something, but machines break down after a commitment too.

use frame::prelude::*;
use tercet_primitives::Conduct;

/// Score of a provider that has done nothing yet, in parts per million.
pub const START: u32 = 500_000;

/// Weight in draws of a score of zero, in parts per million; that of a score of one is one.
pub const LEAST_MULTIPLIER: u32 = 250_000;

const ONE: u32 = 1_000_000;

/// A provider's score, and since when it decays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Reputation {
	/// The score, as it was in epoch `since`.
	pub score: Permill,
	/// Epoch up to which decay is in the score.
	pub since: u32,
}

impl Default for Reputation {
	fn default() -> Self {
		Self { score: Permill::from_parts(START), since: 0 }
	}
}

impl Reputation {
	/// The same with the decay up to `epoch` applied. Only whole half-lives count, so asking often
	/// gives the same as asking once.
	pub fn decayed(self, epoch: u32, half_life: u32) -> Self {
		let elapsed = epoch.saturating_sub(self.since);
		let halvings = elapsed.checked_div(half_life).unwrap_or(0);
		// Cannot saturate: it is at most `elapsed`.
		let since = self.since.saturating_add(halvings.saturating_mul(half_life));
		let score = self.score.deconstruct();
		let distance = score.abs_diff(START).checked_shr(halvings).unwrap_or(0);
		// Neither can saturate: the distance is at most what it was.
		let score = if score > START {
			START.saturating_add(distance)
		} else {
			START.saturating_sub(distance)
		};
		Self { score: Permill::from_parts(score), since }
	}

	/// The same after one more job.
	pub(crate) fn after(self, conduct: Conduct) -> Self {
		let score = self.score.deconstruct();
		// `score × numerator / denominator`; cannot saturate: a score is at most a million.
		let scaled = |numerator: u32, denominator: u32| {
			score.saturating_mul(numerator).checked_div(denominator).unwrap_or(0)
		};
		let score = match conduct {
			// Cannot saturate: the sum is at most a million.
			Conduct::Verified => {
				let missing = ONE.saturating_sub(score).checked_div(32).unwrap_or(0);
				score.saturating_add(missing)
			},
			Conduct::Unresolved => score,
			Conduct::Alone | Conduct::Abstained => scaled(31, 32),
			Conduct::Silent => scaled(7, 8),
			Conduct::Withheld => scaled(1, 2),
			Conduct::Wrong => scaled(1, 4),
		};
		Self { score: Permill::from_parts(score), since: self.since }
	}

	/// What stake is multiplied by in draws, in parts per million: between [`LEAST_MULTIPLIER`] and
	/// a million.
	pub fn multiplier(&self) -> u32 {
		let room = ONE.saturating_sub(LEAST_MULTIPLIER);
		// Cannot saturate: the sum is at most a million.
		LEAST_MULTIPLIER.saturating_add(self.score.mul_floor(room))
	}
}
