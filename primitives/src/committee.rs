//! Committees and their answers.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

use crate::{BlockNumber, BoundedVec, ConstU32, Payload, H256};

/// Seats that a committee may grow to.
pub const MAX_SEATS: u32 = 7;

/// What an executor says the result is.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub struct Answer {
	/// Merkle root over the item results; see [`hashing::result_root`](crate::hashing::result_root).
	pub root: H256,
	/// The results of all items, as canonical safetensors. The encoding is canonical and blob ids
	/// follow from the content, so honest executors name the same payload.
	pub output: Payload,
}

/// The executors of one job in one round.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub struct Committee<AccountId> {
	/// Counted from 0.
	pub round: u8,
	/// Block at whose end the committee was drawn.
	pub drawn_at: BlockNumber,
	/// Last block that takes a commitment.
	pub commit_until: BlockNumber,
	/// Last block that takes a reveal: the job's deadline.
	pub reveal_until: BlockNumber,
	/// The executors.
	pub seats: BoundedVec<Seat<AccountId>, ConstU32<MAX_SEATS>>,
	/// How it ended, once it has.
	pub decision: Option<Decision>,
}

impl<AccountId> Committee<AccountId> {
	/// Whether a reveal is taken in block `now`: everyone has committed or can no longer, and the
	/// deadline has not passed.
	pub fn takes_reveals(&self, now: BlockNumber) -> bool {
		let all_committed = self.seats.iter().all(|seat| seat.state != SeatState::Awaited);
		self.decision.is_none()
			&& now <= self.reveal_until
			&& (all_committed || now > self.commit_until)
	}

	/// Whether a commitment is taken in block `now`.
	pub fn takes_commitments(&self, now: BlockNumber) -> bool {
		self.decision.is_none() && now <= self.commit_until
	}
}

/// One executor's place in a committee.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub struct Seat<AccountId> {
	/// Who sits here.
	pub executor: AccountId,
	/// How far its answer has come.
	pub state: SeatState,
}

/// How far an executor's answer has come.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub enum SeatState {
	/// Nothing yet.
	#[codec(index = 0)]
	Awaited,
	/// Committed to an answer; see [`hashing::commitment`](crate::hashing::commitment).
	#[codec(index = 1)]
	Committed(H256),
	/// Opened the commitment.
	#[codec(index = 2)]
	Revealed(Answer),
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
	/// All answers are equal.
	#[codec(index = 0)]
	Agreed,
	/// All answered, not all equal.
	#[codec(index = 1)]
	Disagreed,
	/// The deadline passed with an answer missing.
	#[codec(index = 2)]
	TimedOut,
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
	/// Answered, and the whole committee agreed.
	#[codec(index = 0)]
	Verified,
	/// Answered, but the committee came to no agreement, and at least one other executor gave the
	/// same answer or nobody else answered: nothing speaks against it.
	#[codec(index = 1)]
	Unresolved,
	/// Answered, and every other answer given differs from it.
	#[codec(index = 2)]
	Alone,
	/// Did not reveal by the deadline.
	#[codec(index = 3)]
	Silent,
}
