//! Jobs and their lifecycle.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

use crate::{
	Agreement, Answer, Balance, BlockNumber, DeterminismClass, Invalidity, ItemSet, Patch, Payload,
	PoolId, Royalties, VariantId, WorkUnits, H256, MAX_SEATS,
};

/// Items that one job may carry.
pub const MAX_ITEMS: u32 = 512;

/// How many executors run a job, and how many of them must agree.
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
pub struct Redundancy {
	/// Executors of the first round.
	pub executors: u8,
	/// How many of them must agree; more than half.
	pub quorum: u8,
}

impl Redundancy {
	/// Three of three: the default.
	pub const DEFAULT: Self = Self { executors: 3, quorum: 3 };

	/// Rounds after the first are held by these, from the first that has more executors on.
	pub const LADDER: [Self; 3] =
		[Self::DEFAULT, Self { executors: 5, quorum: 4 }, Self { executors: 7, quorum: 5 }];

	/// Whether a quorum exists, is a majority, and the executors fit into a committee.
	pub fn is_valid(&self) -> bool {
		let (executors, quorum) = (u32::from(self.executors), u32::from(self.quorum));
		quorum <= executors && quorum * 2 > executors && executors <= MAX_SEATS
	}

	/// What an escalation leads to: the next rung of the [`LADDER`](Self::LADDER); `None` at its
	/// top.
	pub fn escalated(&self) -> Option<Self> {
		Self::LADDER.into_iter().find(|rung| rung.executors > self.executors)
	}
}

impl Default for Redundancy {
	fn default() -> Self {
		Self::DEFAULT
	}
}

/// Where a job's escrow comes from.
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
#[cfg_attr(feature = "std", serde(rename_all = "lowercase"))]
pub enum Funding {
	/// A hold of its own.
	#[codec(index = 0)]
	Hold,
	/// The requester's credit, which was put on hold before for many jobs.
	#[codec(index = 1)]
	Credit,
}

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
	/// Executors and quorum of the first round.
	pub redundancy: Redundancy,
	/// Last block in which the job may settle; then it is refunded.
	pub deadline: BlockNumber,
	/// [Commitment](crate::hashing::canary) to the expected answer of one item; any bytes when there
	/// is none, so that nobody can tell which jobs have one.
	pub canary: H256,
	/// Where the escrow comes from.
	pub funding: Funding,
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
	/// Compute that each executor is paid for one item: the model's units per item.
	pub units_per_item: WorkUnits,
	/// BLAKE2b-256 of the variant's artifact.
	pub artifact: H256,
	/// How answers are compared.
	pub agreement: Agreement,
	/// Who earns the model's royalty.
	pub royalties: Royalties<AccountId>,
	/// Held from the requester for pay: the worst case, the fee included. What has been paid out or
	/// returned of it is in the statement; nothing is held any more once the state is terminal.
	pub escrow: Balance,
	/// Part of the escrow that goes to the treasury once a committee was drawn, however the job
	/// ends.
	pub fee: Balance,
	/// What each executor has at stake in this job.
	pub risk: Balance,
	/// Held from the requester for the bytes of this record until it is pruned.
	pub deposit: Balance,
	/// When it was submitted.
	pub submitted_at: BlockNumber,
	/// Where it stands.
	pub state: JobState,
}

impl<AccountId> Job<AccountId> {
	/// Compute that each executor of all items is paid for. Saturation cannot happen: checked at
	/// submission.
	pub fn units(&self) -> WorkUnits {
		WorkUnits(self.units_per_item.0.saturating_mul(self.request.items.into()))
	}
}

/// Where a job stands. `Queued → Running → Settled | Invalid | Refunded`, or `Refunded` from
/// `Queued`.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub enum JobState {
	/// Waits for a committee.
	#[codec(index = 0)]
	Queued,
	/// A committee was drawn and may answer.
	#[codec(index = 1)]
	Running {
		/// Block at whose end the first executors were drawn.
		drawn_at: BlockNumber,
		/// What has been agreed on and paid already, when only some items are in dispute.
		part: Option<Part>,
	},
	/// A quorum agreed and was paid. Terminal.
	#[codec(index = 2)]
	Settled {
		/// Block of the decision.
		at: BlockNumber,
		/// What they agreed on.
		answer: Answer,
		/// Where items that were in dispute ended; the answer does not count for these.
		disputed: Disputed,
		/// Where the escrow went.
		statement: Statement,
	},
	/// The requester got the escrow back, but for the fee. Terminal.
	#[codec(index = 3)]
	Refunded {
		/// Block of the refund.
		at: BlockNumber,
		/// Why.
		reason: RefundReason,
		/// Where the escrow went.
		statement: Statement,
	},
	/// A quorum agreed that the job cannot be run, and was paid the minimum. Terminal.
	#[codec(index = 4)]
	Invalid {
		/// Block of the decision.
		at: BlockNumber,
		/// What they agreed on.
		why: Invalidity,
		/// Where the escrow went.
		statement: Statement,
	},
}

impl JobState {
	/// Whether the escrow has been paid out or returned.
	pub fn is_terminal(&self) -> bool {
		!matches!(self, Self::Queued | Self::Running { .. })
	}

	/// Where the escrow has gone so far.
	pub fn statement(&self) -> Statement {
		match self {
			Self::Queued => Statement::default(),
			Self::Running { part, .. } => {
				part.as_ref().map(|part| part.statement).unwrap_or_default()
			},
			Self::Settled { statement, .. }
			| Self::Refunded { statement, .. }
			| Self::Invalid { statement, .. } => *statement,
		}
	}

	/// Whose fault it is that not all was paid; `None` if all was, or the job has not ended.
	pub fn fault(&self) -> Option<Fault> {
		match self {
			Self::Queued | Self::Running { .. } => None,
			Self::Settled { disputed: Disputed::Refunded { reason, .. }, .. }
			| Self::Refunded { reason, .. } => Some(reason.fault()),
			Self::Settled { .. } => None,
			Self::Invalid { why, .. } => Some(why.fault()),
		}
	}
}

/// Items that were agreed on while others were in dispute.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub struct Part {
	/// The answer, which counts for the items agreed on.
	pub answer: Answer,
	/// The items agreed on.
	pub items: ItemSet,
	/// What was paid for them.
	pub statement: Statement,
}

/// Where the items of a settled job ended that were in dispute.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub enum Disputed {
	/// There were none.
	#[codec(index = 0)]
	None,
	/// Fresh executors ran them again, and a quorum agreed.
	#[codec(index = 1)]
	Resolved(Patch),
	/// No quorum agreed, and they were not paid.
	#[codec(index = 2)]
	Refunded {
		/// The items.
		items: ItemSet,
		/// Why.
		reason: RefundReason,
	},
}

/// Where an escrow went. The parts of a terminal job add up to its escrow.
#[derive(
	Clone,
	Copy,
	Debug,
	Default,
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
	/// Paid to executors, all together.
	pub executors: Balance,
	/// Paid to the authors of the model and its ancestors.
	pub royalties: Balance,
	/// Paid to the treasury: its share, the fee, and what others could not receive.
	pub treasury: Balance,
	/// Returned to the requester.
	pub refunded: Balance,
}

impl Statement {
	/// The sum of the four parts; `None` on overflow.
	pub fn total(&self) -> Option<Balance> {
		self.executors
			.checked_add(self.royalties)?
			.checked_add(self.treasury)?
			.checked_add(self.refunded)
	}

	/// Both statements, part by part; `None` on overflow.
	pub fn checked_add(&self, other: &Self) -> Option<Self> {
		Some(Self {
			executors: self.executors.checked_add(other.executors)?,
			royalties: self.royalties.checked_add(other.royalties)?,
			treasury: self.treasury.checked_add(other.treasury)?,
			refunded: self.refunded.checked_add(other.refunded)?,
		})
	}
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
	/// Too few executors answered by the deadline for any quorum.
	#[codec(index = 1)]
	Silence,
	/// The answers differ, and no more executors could be drawn or were left to ask.
	#[codec(index = 2)]
	Disagreement,
	/// The requester cancelled the job before the draw.
	#[codec(index = 3)]
	Cancelled,
	/// A quorum agreed, and a larger, disjoint committee agreed on something else.
	#[codec(index = 4)]
	Overruled,
}

impl RefundReason {
	/// Whose fault it is.
	pub fn fault(&self) -> Fault {
		match self {
			Self::NoCommittee => Fault::Nobody,
			Self::Silence | Self::Disagreement | Self::Overruled => Fault::Executor,
			Self::Cancelled => Fault::Requester,
		}
	}
}

/// Whose fault it is that a job was not answered or not paid.
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
#[cfg_attr(feature = "std", serde(rename_all = "lowercase"))]
pub enum Fault {
	/// Who asked.
	#[codec(index = 0)]
	Requester,
	/// Where the input or the model is stored.
	#[codec(index = 1)]
	Store,
	/// One or more of those who were drawn.
	#[codec(index = 2)]
	Executor,
	/// Nobody.
	#[codec(index = 3)]
	Nobody,
}
