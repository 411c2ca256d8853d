//! Runtime APIs: every question that a wallet, a worker or the CLI asks of the chain.

pub mod metrics;

use alloc::vec::Vec;
use codec::{Decode, Encode};
use polkadot_sdk::{sp_api, sp_runtime::DispatchError};
use scale_info::TypeInfo;

use crate::{
	AccountId32, Agreement, Balance, BlobRef, BlockNumber, Committee, DeterminismClass, ItemSet,
	Job, JobId, Model, ModelId, Payload, Permill, PoolId, Redundancy, SeatState, Stage, VariantId,
	WorkUnits, H256,
};

/// What a job would cost.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub struct Quote {
	/// Compute that each executor is paid for.
	pub units: WorkUnits,
	/// What the job costs if its first round agrees, fee, royalties and treasury share included.
	pub cost: Balance,
	/// What submission holds for pay: the worst case.
	pub escrow: Balance,
	/// Held besides for the bytes of the job's record, with an input of no inline bytes.
	pub deposit: Balance,
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
	/// The variant's ONNX file or package.
	pub artifact: BlobRef,
	/// Under which class.
	pub class: DeterminismClass,
	/// Number of items in the input.
	pub items: u32,
	/// The input.
	pub input: Payload,
	/// Items that are asked for, and that the response covers.
	pub asked: ItemSet,
	/// How answers are compared.
	pub agreement: Agreement,
	/// The committee's round, which seals are bound to.
	pub committee_round: u8,
	/// What the committee waits for in the next block.
	pub stage: Stage,
	/// Last block of the stage.
	pub until: BlockNumber,
	/// Items in dispute, which votes are about.
	pub items_open: ItemSet,
	/// Seed of this round's fingerprints; zero until it is drawn.
	pub seed: H256,
	/// The job's deadline.
	pub deadline: BlockNumber,
	/// How far the provider's answer has come on chain.
	pub state: SeatState,
	/// Whether its fingerprints of this round are sealed.
	pub sealed: bool,
	/// Whether its votes of this round are in.
	pub voted: bool,
}

/// A provider as the chain sees it. Amounts are in planck.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub struct ProviderView {
	/// The provider's own stake.
	pub bonded: Balance,
	/// The provider's own stake on its way out.
	pub unbonding: Balance,
	/// Stake delegated to it.
	pub delegated: Balance,
	/// Stake, its own and delegated, that counts for draws in this epoch.
	pub counted: Balance,
	/// Stake set aside for the jobs in its hands.
	pub at_risk: Balance,
	/// Slashes decided but not applied yet.
	pub pending_slashes: Balance,
	/// Share of the rewards that it keeps before delegators get theirs.
	pub commission: Permill,
	/// Who runs it; providers with the same operator never share a job.
	pub operator: AccountId32,
	/// Its reputation, which weighs in draws.
	pub reputation: Permill,
	/// Whether it sits in the pools of its offers.
	pub available: bool,
	/// Jobs in its hands.
	pub in_flight: u32,
	/// Jobs it was ever drawn for.
	pub assigned: u64,
	/// Jobs in which it answered like the quorum.
	pub verified: u64,
	/// Jobs without agreement in which nothing speaks against it.
	pub unresolved: u64,
	/// Jobs without agreement in which every other answer differed from its own.
	pub alone: u64,
	/// Jobs for which it did not commit in time.
	pub silent: u64,
	/// Jobs for which it committed to an answer and did not show it in time.
	pub withheld: u64,
	/// Jobs in which a quorum agreed on something else than its answer.
	pub wrong: u64,
	/// Jobs that it said in time it would not answer.
	pub abstained: u64,
	/// What it offers, and the least price per work unit it accepts.
	pub offers: Vec<(PoolId, Balance)>,
}

/// How much is on offer in a pool at one price.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub struct Supply {
	/// Per work unit, in planck.
	pub price: Balance,
	/// Available providers that accept it or less.
	pub providers: u32,
}

/// Why an item was not shown to belong to a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub enum ItemProofError {
	/// There is no such job.
	UnknownJob,
	/// Nothing has been agreed on for this item.
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
		fn quote(
			pool: PoolId,
			items: u32,
			price: Balance,
			redundancy: Redundancy,
		) -> Result<Quote, DispatchError>;

		/// Supply curve of a pool: for each price that somebody asks, in rising order, how many
		/// would serve at it. Looks at the first 1,024 seats.
		fn supply(pool: PoolId) -> Vec<Supply>;

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
		/// Era rewards that can be claimed for a provider: era and amount, in planck.
		fn claimable(who: AccountId32) -> Vec<(u32, Balance)>;

		/// Verified work of an account, decayed to now.
		fn work_credits(who: AccountId32) -> Balance;

		/// One provider.
		fn provider(who: AccountId32) -> Option<ProviderView>;

		/// Every job in a provider's hands, oldest first.
		fn assignments(who: AccountId32) -> Vec<Assignment>;
	}
}
