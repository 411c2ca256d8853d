//! What the pallet stores and says.

use frame::prelude::*;
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
	/// Publishing the model.
	#[codec(index = 1)]
	Author,
	/// Carrying the network.
	#[codec(index = 2)]
	Treasury,
}

/// Sums over all statements, in planck. Never decreases.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Ledger {
	/// Escrow distributed.
	pub escrow: Balance,
	/// Paid to executors.
	pub executors: Balance,
	/// Paid to authors.
	pub authors: Balance,
	/// Paid to the treasury.
	pub treasury: Balance,
	/// Returned to payers.
	pub refunded: Balance,
}

impl Ledger {
	/// The sum of the four parts; `None` on overflow.
	pub fn parts(&self) -> Option<Balance> {
		self.executors
			.checked_add(self.authors)?
			.checked_add(self.treasury)?
			.checked_add(self.refunded)
	}

	/// The ledger with one more statement; `None` on overflow.
	pub fn with(self, escrow: Balance, statement: &Statement) -> Option<Self> {
		let executors = statement.per_executor.checked_mul(statement.executors.into())?;
		Some(Self {
			escrow: self.escrow.checked_add(escrow)?,
			executors: self.executors.checked_add(executors)?,
			authors: self.authors.checked_add(statement.royalty)?,
			treasury: self.treasury.checked_add(statement.treasury)?,
			refunded: self.refunded.checked_add(statement.refunded)?,
		})
	}
}
