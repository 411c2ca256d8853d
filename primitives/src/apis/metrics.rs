//! What a node's metrics say about the market. Asked off chain, of finalized states, so answers may
//! cost more than a transaction could pay for.

use alloc::vec::Vec;
use codec::{Decode, Encode};
use polkadot_sdk::sp_api;
use scale_info::TypeInfo;

use crate::{Balance, BlockNumber, RefundReason, Stage, Statement};

/// The market at the end of a block.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct MarketState {
	/// Jobs that wait for their first committee.
	pub queued: u32,
	/// Jobs with a committee that have not ended.
	pub running: u32,
	/// Running jobs, by what their committees wait for; stages of none are left out.
	pub stages: Vec<(Stage, u32)>,
	/// Jobs in the draw queue.
	pub in_queue: u32,
	/// Jobs that wait for another draw after one that failed.
	pub in_retry: u32,
	/// Escrows of all open jobs, without what has been paid of them, in planck.
	pub escrow: Balance,
	/// Slashes of providers that are decided and not applied.
	pub slashes: u32,
	/// What they will take, in planck.
	pub slashed_stake: Balance,
}

/// What happened in a block.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct MarketActivity {
	/// Jobs submitted.
	pub submitted: u32,
	/// Committees drawn or enlarged.
	pub draws: u32,
	/// Jobs that ended.
	pub ended: Vec<End>,
	/// Slashes of providers that were decided.
	pub slashes_pending: u32,
	/// Slashes of providers that were applied.
	pub slashes_applied: u32,
	/// Slashes of providers that were cancelled.
	pub slashes_cancelled: u32,
	/// What the applied ones took, in planck.
	pub slashed_stake: Balance,
	/// Part of it that was burned, in planck.
	pub burned_stake: Balance,
	/// Minted for verified work, in planck.
	pub work_rewards: Balance,
	/// Offences of validators that were reported.
	pub offences: u32,
}

/// The end of a job.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct End {
	/// How it ended.
	pub outcome: Outcome,
	/// Blocks since its submission.
	pub latency: BlockNumber,
	/// Where its escrow went.
	pub statement: Statement,
}

/// How a job ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub enum Outcome {
	/// A quorum agreed and was paid, for some items at least.
	#[codec(index = 0)]
	Settled,
	/// A quorum agreed that it cannot be run.
	#[codec(index = 1)]
	Invalid,
	/// The requester got the escrow back.
	#[codec(index = 2)]
	Refunded(RefundReason),
}

sp_api::decl_runtime_apis! {
	/// Questions of a node about the market, for its metrics.
	///
	/// Whatever changes the encoding of an answer is another version: a node that does not know it
	/// does not ask.
	#[api_version(1)]
	pub trait MetricsApi {
		/// The market as it is. Takes time in proportion to the number of open jobs.
		fn market_state() -> MarketState;

		/// What happened in the block whose state is asked.
		fn market_activity() -> MarketActivity;
	}
}
