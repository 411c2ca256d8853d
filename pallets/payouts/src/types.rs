//! What the pallet stores and says.

use frame::{
	arithmetic::{helpers_128bit::multiply_by_rational_with_rounding, Rounding},
	prelude::*,
};
use tercet_primitives::{Balance, Statement};

/// What someone is paid for.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum Role {
	/// Running the job.
	#[codec(index = 0)]
	Executor,
	/// Publishing the model or one that it was made from.
	#[codec(index = 1)]
	Author,
	/// Carrying the network.
	#[codec(index = 2)]
	Treasury,
}

/// Sums since genesis, in planck. None ever decreases.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Ledger {
	/// Escrow that was paid out or returned.
	pub escrow: Balance,
	/// Paid to executors.
	pub executors: Balance,
	/// Paid to authors.
	pub royalties: Balance,
	/// Paid to the treasury.
	pub treasury: Balance,
	/// Returned to payers.
	pub refunded: Balance,
	/// Minted as rewards, and counted in total issuance since; not a part of any escrow.
	pub minted: Balance,
}

impl Ledger {
	/// The sum of the four parts of the escrow; `None` on overflow.
	pub fn parts(&self) -> Option<Balance> {
		self.executors
			.checked_add(self.royalties)?
			.checked_add(self.treasury)?
			.checked_add(self.refunded)
	}

	/// The ledger with one more statement over `escrow`; `None` on overflow.
	pub fn with(self, escrow: Balance, statement: &Statement) -> Option<Self> {
		Some(Self {
			escrow: self.escrow.checked_add(escrow)?,
			executors: self.executors.checked_add(statement.executors)?,
			royalties: self.royalties.checked_add(statement.royalties)?,
			treasury: self.treasury.checked_add(statement.treasury)?,
			refunded: self.refunded.checked_add(statement.refunded)?,
			minted: self.minted,
		})
	}
}

/// Verified work of one era. The two parameters are those of the era's first work, so that nothing
/// changes for work that is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct EraWork {
	/// Value of all verified work, in planck.
	pub value: Balance,
	/// The part of it that somebody else than the treasury paid for.
	pub income: Balance,
	/// The most that the era rewards, in planck.
	pub rate: Balance,
	/// The most that the era rewards, as a share of the income.
	pub of_income: Permill,
	/// Providers whose work of this era is recorded; the record goes with the last of theirs.
	pub unclaimed: u32,
}

impl EraWork {
	/// An era in which nobody has worked yet.
	pub fn new(rate: Balance, of_income: Permill) -> Self {
		Self { value: 0, income: 0, rate, of_income, unclaimed: 0 }
	}

	/// What the era rewards to everybody together, in planck.
	pub fn reward(&self) -> Balance {
		self.rate.min(self.of_income.mul_floor(self.income))
	}

	/// What it rewards for work of `value`, rounded down: at most `of_income × value`, because the
	/// income never exceeds the value.
	pub fn reward_for(&self, value: Balance) -> Balance {
		let value = value.min(self.value);
		multiply_by_rational_with_rounding(self.reward(), value, self.value, Rounding::Down)
			.unwrap_or(0)
	}
}

/// Pay for verified work, halved again and again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Credits {
	/// As of `half_life`, in planck.
	pub amount: Balance,
	/// The half-life in which the amount was last written.
	pub half_life: u32,
}

impl Credits {
	/// What is left of them in `half_life`: a halving, rounded down, for each one passed since.
	pub fn at(&self, half_life: u32) -> Balance {
		// Half-lives only count up, so nothing saturates.
		let halvings = half_life.saturating_sub(self.half_life);
		self.amount.checked_shr(halvings).unwrap_or(0)
	}

	/// The credits with `amount` more, in `half_life`; `None` on overflow.
	pub fn plus(&self, amount: Balance, half_life: u32) -> Option<Self> {
		Some(Self { amount: self.at(half_life).checked_add(amount)?, half_life })
	}
}
