//! Runtime APIs: every question that a wallet, a worker or the CLI asks of the chain.

use alloc::vec::Vec;
use codec::{Decode, Encode};
use polkadot_sdk::{sp_api, sp_runtime::DispatchError};
use scale_info::TypeInfo;

use crate::{
	AccountId32, Balance, BlobRef, BlockNumber, Committee, DeterminismClass, Job, JobId, Model,
	ModelId, Payload, PoolId, SeatState, VariantId, WorkUnits, H256,
};

/// What a job would cost.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub struct Quote {
	/// Compute that each executor is paid for.
	pub units: WorkUnits,
	/// What submission holds.
	pub escrow: Balance,
	/// Available providers in the pool, whatever they ask.
	pub providers: u32,
}

/// A job with its committee.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub struct JobView {
	/// The job.
	pub job: Job<AccountId32>,
	/// Its committee, once it was drawn.
	pub committee: Option<Committee<AccountId32>>,
}

/// A job in a provider's hands: all that a worker needs to know to answer it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub struct Assignment {
	/// The job.
	pub job: JobId,
	/// The round in which the provider was drawn.
	pub round: u8,
	/// What to run.
	pub variant: VariantId,
	/// The ONNX file.
	pub artifact: BlobRef,
	/// Under which class.
	pub class: DeterminismClass,
	/// Number of items in the input.
	pub items: u32,
	/// The input.
	pub input: Payload,
	/// Last block that takes a commitment.
	pub commit_until: BlockNumber,
	/// Last block that takes a reveal.
	pub reveal_until: BlockNumber,
	/// Whether a reveal would be taken in the next block.
	pub reveal_open: bool,
	/// How far the provider's answer has come on chain.
	pub state: SeatState,
}

/// A provider as the chain sees it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub struct ProviderView {
	/// Stake that counts for draws.
	pub bonded: Balance,
	/// Stake on its way out.
	pub unbonding: Balance,
	/// Whether it sits in the pools of its offers.
	pub available: bool,
	/// Jobs in its hands.
	pub in_flight: u32,
	/// Jobs it was ever drawn for.
	pub assigned: u64,
	/// Jobs in which its whole committee agreed.
	pub verified: u64,
	/// Jobs without agreement in which nothing speaks against it.
	pub unresolved: u64,
	/// Jobs in which every other answer differed from its own.
	pub alone: u64,
	/// Jobs it did not answer in time.
	pub silent: u64,
	/// What it offers, and the least price per work unit it accepts.
	pub offers: Vec<(PoolId, Balance)>,
}

/// Why an item was not shown to belong to a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub enum ItemProofError {
	/// There is no such job.
	UnknownJob,
	/// The job has not settled, so nothing was agreed.
	NotSettled,
	/// The job has fewer items.
	IndexOutOfRange,
	/// The proof does not lead to the agreed root.
	Mismatch,
}

sp_api::decl_runtime_apis! {
	/// Questions about models.
	pub trait ModelApi {
		/// Number of models published so far; their ids are `0..count`.
		fn model_count() -> u32;

		/// One model.
		fn model(id: ModelId) -> Option<Model<AccountId32>>;
	}

	/// Questions about jobs.
	pub trait JobApi {
		/// Number of jobs submitted so far; their ids are `0..count`.
		fn job_count() -> u64;

		/// One job with its committee.
		fn job(id: JobId) -> Option<JobView>;

		/// What a job would cost, or why it would be refused.
		fn quote(pool: PoolId, items: u32, price: Balance) -> Result<Quote, DispatchError>;

		/// Checks that `digest` is what the executors of `job` agreed on for item `index`.
		fn verify_item(
			job: JobId,
			index: u32,
			digest: H256,
			proof: Vec<H256>,
		) -> Result<(), ItemProofError>;
	}

	/// Questions about providers.
	pub trait ProviderApi {
		/// One provider.
		fn provider(who: AccountId32) -> Option<ProviderView>;

		/// Every job in a provider's hands, oldest first.
		fn assignments(who: AccountId32) -> Vec<Assignment>;
	}
}
