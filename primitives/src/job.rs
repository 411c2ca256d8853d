//! Jobs and their lifecycle.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

use crate::{
	Answer, Balance, BlockNumber, DeterminismClass, Payload, Permill, PoolId, VariantId, WorkUnits,
};

/// Items that one job may carry.
pub const MAX_ITEMS: u32 = 512;

/// Executors drawn for a job, all of whom must agree.
pub const EXECUTORS: u32 = 3;

/// What a requester asks for.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub struct JobRequest {
	/// What to run.
	pub variant: VariantId,
	/// Which pool of that variant to draw from.
	pub class: DeterminismClass,
	/// Number of items in `input`, 1..=[`MAX_ITEMS`].
	pub items: u32,
	/// A safetensors map whose tensors have `items` as their first dimension.
	pub input: Payload,
	/// What each executor is paid per work unit.
	pub price: Balance,
	/// Last block in which the job may settle; in the next one it is refunded.
	pub deadline: BlockNumber,
}

impl JobRequest {
	/// The pool that executors are drawn from.
	pub fn pool(&self) -> PoolId {
		PoolId { variant: self.variant, class: self.class }
	}
}

/// A job on chain.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub struct Job<AccountId> {
	/// Who pays.
	pub requester: AccountId,
	/// What was asked for.
	pub request: JobRequest,
	/// Compute that each executor is paid for: the model's units per item × items.
	pub units: WorkUnits,
	/// Who earned the model's royalty when the job was submitted.
	pub author: AccountId,
	/// The model's royalty when the job was submitted.
	pub royalty: Permill,
	/// Held from the requester at submission: the worst case. Nothing of it is held any more once
	/// the state is terminal.
	pub escrow: Balance,
	/// When it was submitted.
	pub submitted_at: BlockNumber,
	/// Where it stands.
	pub state: JobState,
}

/// Where a job stands. `Queued → Running → Settled`, or `Refunded` from either of the first two.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub enum JobState {
	/// Waits for a committee.
	#[codec(index = 0)]
	Queued,
	/// A committee was drawn and may answer.
	#[codec(index = 1)]
	Running {
		/// Block at whose end the committee was drawn.
		drawn_at: BlockNumber,
	},
	/// The committee agreed and was paid. Terminal.
	#[codec(index = 2)]
	Settled {
		/// Block of the deciding reveal.
		at: BlockNumber,
		/// What they agreed on.
		answer: Answer,
		/// Where the escrow went.
		statement: Statement,
	},
	/// The requester got the whole escrow back. Terminal.
	#[codec(index = 3)]
	Refunded {
		/// Block of the refund.
		at: BlockNumber,
		/// Why.
		reason: RefundReason,
	},
}

impl JobState {
	/// Whether the escrow has been paid out or returned.
	pub fn is_terminal(&self) -> bool {
		matches!(self, Self::Settled { .. } | Self::Refunded { .. })
	}
}

/// Where an escrow went. The four parts add up to it: `executors × per_executor + royalty +
/// treasury + refunded`.
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
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub struct Statement {
	/// Number of executors paid.
	pub executors: u32,
	/// Paid to each executor.
	pub per_executor: Balance,
	/// Paid to the model's author.
	pub royalty: Balance,
	/// Paid to the treasury.
	pub treasury: Balance,
	/// Returned to the requester.
	pub refunded: Balance,
}

/// Why a requester got the escrow back.
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
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub enum RefundReason {
	/// No committee could be drawn by the deadline: too few providers at this price.
	#[codec(index = 0)]
	NoCommittee,
	/// At least one executor had not answered by the deadline.
	#[codec(index = 1)]
	Silence,
	/// Every executor answered, and the answers differ.
	#[codec(index = 2)]
	Disagreement,
}
