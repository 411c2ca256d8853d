//! Pots: the stake delegated to one provider, owned in shares.
//!
//! A delegation buys shares at the pot's value per share; slashes and rewards change the value and
//! leave the shares alone, so either costs the same however many delegators there are. Stake on its
//! way out stays in the pot, as shares, until it is paid: it still answers for what happened, and
//! still earns.
//!
//! The value is what this pallet put into the pot, not what the pot's account holds, so nobody
//! changes it by sending money there. Shares bought and value paid out are rounded down, in favour
//! of those who stay; a delegation that rounding would cost more than a millionth, and a planck, is
//! refused, so the value per share cannot be driven up to swallow somebody's stake.

use frame::{
	arithmetic::{helpers_128bit::multiply_by_rational_with_rounding, Rounding},
	prelude::*,
};
use tercet_primitives::Balance;

/// Stake delegated to one provider. It has value; without shares only while a slash is pending,
/// which is then all of its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Pot {
	/// Never used again: shares of a pot that was slashed to nothing are not shares of its successor.
	pub id: u64,
	/// What is in it, in planck.
	pub value: Balance,
	/// Shares in the value.
	pub shares: Balance,
	/// Shares on their way out.
	pub unbonding: Balance,
}

impl Pot {
	/// A pot with nothing in it.
	pub(crate) fn new(id: u64) -> Self {
		Self { id, value: 0, shares: 0, unbonding: 0 }
	}

	/// Value of `shares` of it, rounded down.
	pub fn worth(&self, shares: Balance) -> Balance {
		self.worth_after(shares, 0)
	}

	/// Value of `shares` of it once `pending` has been slashed, rounded down.
	pub fn worth_after(&self, shares: Balance, pending: Balance) -> Balance {
		scale(self.value.saturating_sub(pending), shares, self.shares, Rounding::Down).unwrap_or(0)
	}

	/// Value that is not on its way out, rounded down.
	pub fn active(&self) -> Balance {
		// Cannot saturate: shares on their way out are shares.
		self.worth(self.shares.saturating_sub(self.unbonding))
	}

	/// Shares that `amount` planck buy, rounded down; `None` if there are too many.
	pub(crate) fn bought_by(&self, amount: Balance) -> Option<Balance> {
		if self.shares == 0 {
			return Some(amount);
		}
		scale(amount, self.shares, self.value, Rounding::Down)
	}

	/// The fewest shares that are worth at least `amount` planck; `None` if there are too many.
	pub(crate) fn for_value(&self, amount: Balance) -> Option<Balance> {
		scale(amount, self.shares, self.value, Rounding::Up)
	}
}

/// `a × b / c`; `None` if `c` is zero or the result too large.
pub(crate) fn scale(a: Balance, b: Balance, c: Balance, rounding: Rounding) -> Option<Balance> {
	multiply_by_rational_with_rounding(a, b, c, rounding)
}
