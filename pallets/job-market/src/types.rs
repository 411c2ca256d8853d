//! What the pallet stores besides jobs.

use frame::prelude::*;
use tercet_primitives::{Balance, BlockNumber, WorkUnits};

/// Money that a requester put on hold once, for many jobs. In planck.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Credit {
	/// All that is on hold.
	pub total: Balance,
	/// What of it is the escrow of open jobs.
	pub committed: Balance,
}

impl Credit {
	/// What the next jobs can be paid from.
	pub fn free(&self) -> Balance {
		// Never more is committed than there is: invariant 3.
		self.total.saturating_sub(self.committed)
	}
}

/// A job that waits for executors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Wait {
	/// Draws that have failed since it began to wait.
	pub failures: u8,
	/// Where it waits.
	pub place: Place,
}

/// Where a job waits for executors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub enum Place {
	/// In the queue, at this position.
	#[codec(index = 0)]
	Queue(u64),
	/// On the agenda of retries, for this block.
	#[codec(index = 1)]
	Retry(BlockNumber),
}

/// What a job would cost. Amounts are in planck.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct Estimate {
	/// Compute that each executor is paid for.
	pub units: WorkUnits,
	/// What the job costs if its first round agrees, fee, royalties and treasury share included.
	pub cost: Balance,
	/// What submission holds for pay: the worst case.
	pub escrow: Balance,
	/// Held besides for the bytes of the job's record, with an input of no inline bytes.
	pub deposit: Balance,
}
