//! Counting periods whose length governance may change.

use frame::prelude::*;

/// Counts periods of equal length: eras in blocks, half-lives in eras. A new length counts from the
/// next period on, so the number of a moment that has passed never changes, and numbers only count
/// up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Clock {
	/// A period's number.
	pub index: u32,
	/// When that period begins: in the past, or at the end of the current one.
	pub start: u32,
}

impl Clock {
	/// The number of the period of `now`, with periods of `length`.
	pub fn at(&self, now: u32, length: u32) -> u32 {
		match now.checked_sub(self.start) {
			// Cannot saturate: a period is at least one long, so there are no more than moments.
			Some(age) => self.index.saturating_add(age.checked_div(length).unwrap_or(0)),
			// Cannot saturate: the first period that begins later than the clock is number 1.
			None => self.index.saturating_sub(1),
		}
	}

	/// The clock set to the period after that of `now`, with periods of `length` until then.
	pub fn at_next(self, now: u32, length: u32) -> Self {
		let Some(age) = now.checked_sub(self.start) else {
			return self;
		};
		// Saturates at the last moment that can be counted, where time ends anyway.
		let periods = age.checked_div(length).unwrap_or(0).saturating_add(1);
		Self {
			index: self.index.saturating_add(periods),
			start: self.start.saturating_add(periods.saturating_mul(length)),
		}
	}
}
