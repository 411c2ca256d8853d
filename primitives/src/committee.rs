//! Committees and their answers.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

use crate::{
	hashing::Salt, Agreement, BlockNumber, BoundedVec, ConstU32, Fault, Fingerprint, ItemSet,
	JobId, Payload, H256, MAX_ITEMS,
};

/// Seats that a committee may grow to.
pub const MAX_SEATS: u32 = 7;

/// What the results of a set of items are.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub struct Answer {
	/// Merkle root over the item results; see [`hashing::result_root`](crate::hashing::result_root).
	pub root: H256,
	/// The results of the items, as canonical safetensors. The encoding is canonical and blob ids
	/// follow from the content, so executors with equal results name the same payload.
	pub output: Payload,
}

/// An answer that covers some items of a job only.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub struct Patch {
	/// The items, whose results the answer lists in rising order.
	pub items: ItemSet,
	/// The answer.
	pub answer: Answer,
}

/// What an executor says about a job.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub enum Response {
	/// The results of the items that were asked for.
	#[codec(index = 0)]
	Result(Answer),
	/// The job cannot be run by anybody.
	#[codec(index = 1)]
	Invalid(Invalidity),
}

/// Why a job cannot be run by anybody.
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
#[cfg_attr(feature = "std", serde(rename_all = "kebab-case"))]
pub enum Invalidity {
	/// The input or the model is not in the store, though it was asked again and again.
	#[codec(index = 0)]
	BlobMissing,
	/// The input does not have the digest or the size that the job names.
	#[codec(index = 1)]
	BlobMismatch,
	/// The model file is malformed, or asks for what workers refuse.
	#[codec(index = 2)]
	ModelRefused,
	/// The input is malformed, or not what the model takes.
	#[codec(index = 3)]
	InputRefused,
	/// The job needs more memory than the model's record says.
	#[codec(index = 4)]
	OutOfMemory,
}

impl Invalidity {
	/// Whose fault it is.
	pub fn fault(&self) -> Fault {
		match self {
			Self::BlobMissing => Fault::Store,
			_ => Fault::Requester,
		}
	}
}

/// One 32-byte vote per item, in rising order of items: the [digest](crate::hashing::item_digest) of
/// its result under [`Agreement::Exact`], its [`Fingerprint`] under [`Agreement::Similar`].
pub type Votes = BoundedVec<Fingerprint, ConstU32<MAX_ITEMS>>;

/// Duties that one transaction may do.
pub const MAX_DUTIES: u32 = 16;

/// One step of an executor's answer.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub enum Duty {
	/// Bind oneself to a response.
	#[codec(index = 0)]
	Commit {
		/// The job.
		job: JobId,
		/// [`hashing::commitment`](crate::hashing::commitment), with the round of the seat.
		commitment: H256,
	},
	/// Bind oneself to fingerprints under the committee's seed.
	#[codec(index = 1)]
	Seal {
		/// The job.
		job: JobId,
		/// [`hashing::seal`](crate::hashing::seal), with the round of the committee.
		seal: H256,
	},
	/// Open a commitment.
	#[codec(index = 2)]
	Reveal {
		/// The job.
		job: JobId,
		/// What was committed to.
		response: Response,
		/// The salt of the commitment.
		salt: Salt,
	},
	/// Open a seal.
	#[codec(index = 3)]
	OpenSeal {
		/// The job.
		job: JobId,
		/// What was sealed: a fingerprint for every open item; none for an invalid job.
		fingerprints: Votes,
		/// The salt of the seal.
		salt: Salt,
	},
	/// Show the item digests behind the root of a revealed answer.
	#[codec(index = 4)]
	Itemize {
		/// The job.
		job: JobId,
		/// A digest for every item that the answer covers.
		digests: Votes,
	},
	/// Say that one will not answer, while commitments are taken.
	#[codec(index = 5)]
	Abstain {
		/// The job.
		job: JobId,
	},
}

impl Duty {
	/// The job that it is about.
	pub fn job(&self) -> JobId {
		match self {
			Self::Commit { job, .. }
			| Self::Seal { job, .. }
			| Self::Reveal { job, .. }
			| Self::OpenSeal { job, .. }
			| Self::Itemize { job, .. }
			| Self::Abstain { job } => *job,
		}
	}
}

/// The executors of one job.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub struct Committee<AccountId> {
	/// Counted from 0; each escalation begins another.
	pub round: u8,
	/// What is awaited.
	pub stage: Stage,
	/// Last block of the stage; later ones begin when it has ended.
	pub until: BlockNumber,
	/// The job's deadline: last block of any stage.
	pub deadline: BlockNumber,
	/// How answers are compared.
	pub agreement: Agreement,
	/// How many seats must agree in this round.
	pub quorum: u8,
	/// Items that have not been agreed on.
	pub items: ItemSet,
	/// Under [`Agreement::Similar`], the seed of this round's fingerprints; zero until it is drawn.
	pub seed: H256,
	/// The executors, those of earlier rounds first.
	pub seats: BoundedVec<Seat<AccountId>, ConstU32<MAX_SEATS>>,
	/// How it ended, once it has.
	pub decision: Option<Decision>,
}

/// What a committee is waiting for.
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
pub enum Stage {
	/// Commitments of the seats that have none.
	#[codec(index = 0)]
	Commit,
	/// The randomness of the block after the last commitment.
	#[codec(index = 1)]
	Lottery,
	/// The committee of an audit to commit, so that it cannot copy.
	#[codec(index = 2)]
	Held,
	/// Under [`Agreement::Similar`], commitments to fingerprints under the round's seed.
	#[codec(index = 3)]
	Seal,
	/// Whatever opens the commitments.
	#[codec(index = 4)]
	Reveal,
	/// Under [`Agreement::Exact`], the item digests behind roots that differ.
	#[codec(index = 5)]
	Itemize,
	/// Fresh executors.
	#[codec(index = 6)]
	Draw,
	/// The verdict of an audit's committee; this one has agreed.
	#[codec(index = 7)]
	Audit,
	/// Nothing: it has ended.
	#[codec(index = 8)]
	Ended,
}

/// One executor's place in a committee.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub struct Seat<AccountId> {
	/// Who sits here.
	pub executor: AccountId,
	/// Round in which it was drawn; bound by its commitment.
	pub round: u8,
	/// Items that its response covers: those in dispute when it was drawn.
	pub items: ItemSet,
	/// How far its answer has come.
	pub state: SeatState,
	/// Under [`Agreement::Similar`], its commitment to this round's fingerprints.
	pub seal: Option<H256>,
	/// Whether its votes of this round are in.
	pub voted: bool,
}

/// How far an executor's answer has come.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub enum SeatState {
	/// Nothing yet.
	#[codec(index = 0)]
	Awaited,
	/// Committed to a response; see [`hashing::commitment`](crate::hashing::commitment).
	#[codec(index = 1)]
	Committed(H256),
	/// Opened the commitment.
	#[codec(index = 2)]
	Revealed(Response),
	/// Said in time that it will not answer.
	#[codec(index = 3)]
	Abstained,
	/// Let the stage of the commitments pass without a word.
	#[codec(index = 4)]
	Silent,
	/// Committed, and then let a stage pass in which it had something to show.
	#[codec(index = 5)]
	Withheld,
}

/// How a committee ended.
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
pub enum Decision {
	/// A quorum agrees on a result.
	#[codec(index = 0)]
	Agreed,
	/// A quorum agrees that the job cannot be run.
	#[codec(index = 1)]
	Invalid,
	/// Enough answered, and no quorum agrees.
	#[codec(index = 2)]
	Disagreed,
	/// Too few answered for any quorum.
	#[codec(index = 3)]
	TimedOut,
	/// A quorum agreed, and the committee of an audit agreed on something else.
	#[codec(index = 4)]
	Overruled,
}

/// What an executor did with its seat.
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
pub enum Conduct {
	/// Answered like the quorum.
	#[codec(index = 0)]
	Verified,
	/// Answered, but the committee came to no agreement, and at least one other executor gave the
	/// same answer or nobody else answered: nothing speaks against it.
	#[codec(index = 1)]
	Unresolved,
	/// Answered without agreement in the committee, and every other answer given differs from it.
	#[codec(index = 2)]
	Alone,
	/// Did not commit in time. Slashed a little.
	#[codec(index = 3)]
	Silent,
	/// Committed to an answer, and did not show in time what it had to show of it. Slashed by more:
	/// it may have seen that its answer would lose.
	#[codec(index = 4)]
	Withheld,
	/// Answered, and a quorum agreed on something else. Slashed.
	#[codec(index = 5)]
	Wrong,
	/// Said in time that it will not answer.
	#[codec(index = 6)]
	Abstained,
}
