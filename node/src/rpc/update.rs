//! What subscribers to a job are told: where it stands, without inputs and outputs.

use polkadot_sdk::sp_runtime::AccountId32;
use serde::Serialize;
use tercet_primitives::{
	apis::JobView, BlockNumber, Committee, Disputed, Invalidity, JobId, JobState, RefundReason,
	Seat, SeatState, Stage, Statement, H256,
};
use tercet_runtime::Hash;

use super::amount::Amount;

/// One message of a subscription.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Update {
	/// The job.
	pub job: JobId,
	/// The block in whose state it stands so.
	pub block: Block,
	/// Whether this is final, and so the last message. Only the end of a job is ever final.
	pub finalized: bool,
	/// Where it stands.
	#[serde(flatten)]
	pub status: Status,
}

/// A block.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Block {
	/// Its height.
	pub number: BlockNumber,
	/// Its hash.
	pub hash: Hash,
}

/// Where a job stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Status {
	/// The block does not have it: the one that had it was reverted.
	Unknown,
	/// It waits for its first committee.
	Queued,
	/// It has a committee.
	Running {
		/// Whether some items have been agreed on and paid.
		part_settled: bool,
		/// Who answers.
		committee: Option<CommitteeStatus>,
	},
	/// A quorum agreed and was paid.
	Settled {
		/// Block of the decision.
		at: BlockNumber,
		/// Merkle root over the results.
		root: H256,
		/// Items without a result that counts.
		unsettled: u32,
		/// Where the escrow went.
		statement: StatementInPlanck,
		/// Who answered.
		committee: Option<CommitteeStatus>,
	},
	/// The requester got the escrow back, but for the fee.
	Refunded {
		/// Block of the refund.
		at: BlockNumber,
		/// Why.
		reason: RefundReason,
		/// Where the escrow went.
		statement: StatementInPlanck,
		/// Who should have answered.
		committee: Option<CommitteeStatus>,
	},
	/// A quorum agreed that it cannot be run.
	Invalid {
		/// Block of the decision.
		at: BlockNumber,
		/// Why it cannot.
		why: Invalidity,
		/// Where the escrow went.
		statement: StatementInPlanck,
		/// Who answered.
		committee: Option<CommitteeStatus>,
	},
	/// Its record was removed.
	Pruned,
}

/// A committee.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CommitteeStatus {
	/// Counted from 0; each escalation begins another.
	round: u8,
	/// What is awaited.
	stage: Stage,
	/// Last block of the stage.
	until: BlockNumber,
	/// How many seats must agree in this round.
	quorum: u8,
	/// Number of items that have not been agreed on.
	open_items: u32,
	/// The executors, those of earlier rounds first.
	seats: Vec<SeatStatus>,
}

/// A seat of a committee.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SeatStatus {
	/// Who sits there.
	executor: AccountId32,
	/// Round in which it was drawn.
	round: u8,
	/// How far its answer has come.
	state: Progress,
}

/// How far an executor's answer has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
enum Progress {
	Awaited,
	Committed,
	Revealed,
	Abstained,
	Silent,
	Withheld,
}

/// Where an escrow went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StatementInPlanck {
	executors: Amount,
	royalties: Amount,
	treasury: Amount,
	refunded: Amount,
}

impl Status {
	/// Whether the job has ended.
	pub fn is_end(&self) -> bool {
		matches!(
			self,
			Self::Settled { .. } | Self::Refunded { .. } | Self::Invalid { .. } | Self::Pruned
		)
	}

	/// Whether nothing new can be said of the job unless its block is reverted or made final.
	pub fn rests(&self) -> bool {
		self.is_end() || *self == Self::Unknown
	}
}

impl From<JobView> for Status {
	fn from(view: JobView) -> Self {
		let JobView { job, committee } = view;
		let committee = committee.map(CommitteeStatus::from);
		match job.state {
			JobState::Queued => Self::Queued,
			JobState::Running { part, .. } => {
				Self::Running { part_settled: part.is_some(), committee }
			},
			JobState::Settled { at, answer, disputed, statement } => {
				let unsettled = match disputed {
					Disputed::Refunded { items, .. } => items.len(),
					Disputed::None | Disputed::Resolved(_) => 0,
				};
				let (root, statement) = (answer.root, statement.into());
				Self::Settled { at, root, unsettled, statement, committee }
			},
			JobState::Refunded { at, reason, statement } => {
				Self::Refunded { at, reason, statement: statement.into(), committee }
			},
			JobState::Invalid { at, why, statement } => {
				Self::Invalid { at, why, statement: statement.into(), committee }
			},
		}
	}
}

impl From<Committee<AccountId32>> for CommitteeStatus {
	fn from(committee: Committee<AccountId32>) -> Self {
		Self {
			round: committee.round,
			stage: committee.stage,
			until: committee.until,
			quorum: committee.quorum,
			open_items: committee.items.len(),
			seats: committee.seats.into_iter().map(SeatStatus::from).collect(),
		}
	}
}

impl From<Seat<AccountId32>> for SeatStatus {
	fn from(seat: Seat<AccountId32>) -> Self {
		let state = match seat.state {
			SeatState::Awaited => Progress::Awaited,
			SeatState::Committed(_) => Progress::Committed,
			SeatState::Revealed(_) => Progress::Revealed,
			SeatState::Abstained => Progress::Abstained,
			SeatState::Silent => Progress::Silent,
			SeatState::Withheld => Progress::Withheld,
		};
		Self { executor: seat.executor, round: seat.round, state }
	}
}

impl From<Statement> for StatementInPlanck {
	fn from(statement: Statement) -> Self {
		Self {
			executors: Amount(statement.executors),
			royalties: Amount(statement.royalties),
			treasury: Amount(statement.treasury),
			refunded: Amount(statement.refunded),
		}
	}
}
