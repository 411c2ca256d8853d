//! What pallets know of each other.

use alloc::vec::Vec;
use polkadot_sdk::sp_runtime::{DispatchError, DispatchResult};

use crate::{
	Answer, Balance, BlockNumber, Conduct, Job, JobId, Permill, PoolId, RefundReason, Statement,
	VariantId, VariantTerms, WorkUnits, H256,
};

/// The models that can be asked for. Implemented by `model-registry`.
pub trait ModelCatalog<AccountId> {
	/// Terms of a variant, or an error that names what is unknown: the model or the variant.
	fn terms(variant: VariantId) -> Result<VariantTerms<AccountId>, DispatchError>;
}

/// The providers that can be drawn. Implemented by `provider-staking`.
pub trait ProviderPool<AccountId> {
	/// Draws `seats` distinct available providers of `pool` that accept `price` per work unit, with
	/// probability proportional to capped stake, and counts the job as in their hands.
	///
	/// Costs a bounded number of storage reads however many providers there are. Fails, without
	/// effect, if the pool is too small or the draw was out of luck; the caller tries again later
	/// with another seed.
	fn draw(
		pool: &PoolId,
		price: Balance,
		seats: u32,
		seed: &H256,
	) -> Result<Vec<AccountId>, DrawError>;

	/// Takes one job out of `executor`'s hands and records what it did.
	fn release(executor: &AccountId, conduct: Conduct);
}

/// Why a draw failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DrawError {
	/// The pool has fewer available providers than seats.
	TooFewProviders,
	/// The bounded number of samples did not fill every seat: prices, or bad luck.
	OutOfSamples,
}

/// Those who take and compare answers. Implemented by `verification`.
pub trait Committees<AccountId> {
	/// Opens the first round of `job` for `executors`, who may reveal until `deadline`.
	fn open(job: JobId, executors: Vec<AccountId>, deadline: BlockNumber) -> DispatchResult;

	/// Closes the committee of `job` because its deadline has passed: records who was silent and
	/// who was alone, takes the job out of everyone's hands, and says why the requester is refunded.
	fn close(job: JobId) -> Result<RefundReason, DispatchError>;
}

/// Where a decided job is paid or refunded. Implemented by `job-market`.
pub trait Settlement<AccountId> {
	/// The job as it stands, if it is known.
	fn job(job: JobId) -> Option<Job<AccountId>>;

	/// Pays `executors`, who agreed on `answer`, and ends the job.
	fn settle(job: JobId, executors: &[AccountId], answer: Answer) -> DispatchResult;

	/// Returns the escrow to the requester and ends the job.
	fn refund(job: JobId, reason: RefundReason) -> DispatchResult;
}

/// How money is split. Implemented by `payouts`; `Reason` is the runtime's hold reason.
pub trait Payouts<AccountId, Reason> {
	/// The most that a job can cost, rounded up: what to hold. `None` on overflow.
	fn worst_case(
		units: WorkUnits,
		price: Balance,
		executors: u32,
		royalty: Permill,
	) -> Option<Balance>;

	/// Pays executors, author and treasury from what `payer` has on hold for `reason`, returns what
	/// is left of `escrow` to `payer`, and says where everything went. All or nothing.
	fn distribute(
		reason: &Reason,
		payer: &AccountId,
		escrow: Balance,
		invoice: Invoice<'_, AccountId>,
	) -> Result<Statement, DispatchError>;
}

/// What is owed for a settled job.
#[derive(Clone, Copy, Debug)]
pub struct Invoice<'a, AccountId> {
	/// The job.
	pub job: JobId,
	/// Compute that each executor is paid for.
	pub units: WorkUnits,
	/// Paid to each executor per work unit.
	pub price: Balance,
	/// Who agreed.
	pub executors: &'a [AccountId],
	/// Who earns the royalty.
	pub author: &'a AccountId,
	/// Royalty, as a share of the executors' pay.
	pub royalty: Permill,
}

/// Randomness of the block under construction, unknown to everyone while its parent was built.
pub trait BlockVrf {
	/// The VRF output of this block; `None` if it has none. Only valid in `on_finalize`.
	fn current() -> Option<[u8; 32]>;
}
