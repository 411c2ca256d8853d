//! What pallets know of each other.

use alloc::vec::Vec;
use polkadot_sdk::sp_runtime::{DispatchError, DispatchResult};

use crate::{
	Answer, Balance, BlockNumber, Conduct, Invalidity, ItemSet, Job, JobId, Permill, PoolId,
	Redundancy, RefundReason, Royalties, Statement, VariantId, VariantTerms, WorkUnits, H256,
};

/// The models that can be asked for. Implemented by `model-registry`.
pub trait ModelCatalog<AccountId> {
	/// Terms of a variant, or an error that names what is unknown: the model or the variant.
	fn terms(variant: VariantId) -> Result<VariantTerms<AccountId>, DispatchError>;
}

/// The providers that can be drawn. Implemented by `provider-staking`.
pub trait ProviderPool<AccountId> {
	/// Draws distinct available providers with probability proportional to capped stake ×
	/// reputation, counts the job as in their hands, and sets `risk` of each one's stake aside.
	///
	/// Costs a bounded number of storage reads however many providers there are. Fails, without
	/// effect, if the pool is too small or the draw was out of luck; the caller tries again later
	/// with another seed.
	fn draw(draw: Draw<'_, AccountId>) -> Drawn<AccountId>;

	/// The most [`Drawn::reads`] of a draw of so many seats, with so many accounts excluded.
	fn most_reads(seats: u32, excluded: u32) -> u32;

	/// Number of available providers in a pool.
	fn available(pool: &PoolId) -> u32;

	/// Takes one job out of `executor`'s hands, frees its `risk`, and records what it did. Slashes
	/// all of `risk` for [`Conduct::Wrong`], a part of it for [`Conduct::Withheld`], and a smaller
	/// one for [`Conduct::Silent`].
	fn release(executor: &AccountId, risk: Balance, conduct: Conduct);

	/// Records that an answer of `executor` which was taken as [`Conduct::Verified`] turned out
	/// wrong, and slashes `risk`.
	fn overrule(executor: &AccountId, risk: Balance);
}

/// Whom to draw.
#[derive(Clone, Copy, Debug)]
pub struct Draw<'a, AccountId> {
	/// From where.
	pub pool: &'a PoolId,
	/// Nobody who asks for more per work unit is drawn.
	pub price: Balance,
	/// How many.
	pub seats: u32,
	/// Who is not drawn, nor anybody with the same operator.
	pub exclude: &'a [AccountId],
	/// Whether only providers with a long verified record are drawn.
	pub proven: bool,
	/// Stake that each one needs to have free, and that is set aside.
	pub risk: Balance,
	/// The randomness.
	pub seed: &'a H256,
}

/// What came of a draw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drawn<AccountId> {
	/// Who was drawn, or why nobody was.
	pub executors: Result<Vec<AccountId>, DrawError>,
	/// How often a seat of the pool or the record of a provider was read to find them: that is what
	/// makes one draw weigh more than another. In a pool that is read whole, a seat and the record
	/// of who sits there by turns.
	pub reads: u32,
}

/// Why a draw failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DrawError {
	/// The pool has fewer available providers than seats.
	TooFewProviders,
	/// The bounded number of samples did not fill every seat: prices, stake set aside, or bad luck.
	OutOfSamples,
}

/// Who is a provider. Implemented by `provider-staking`.
pub trait ProviderRegistry<AccountId> {
	/// Whether `who` has stake, its own or delegated, or a job in hand.
	fn is_provider(who: &AccountId) -> bool;
}

/// Those who take and compare answers. Implemented by `verification`.
pub trait Committees<AccountId> {
	/// Whom `job` waits for; `None` when it does not wait for anybody (any more).
	fn wanted(job: JobId) -> Option<Wanted<AccountId>>;

	/// Seats the executors that were drawn as [`Self::wanted`] asked, and begins a round.
	fn seat(job: JobId, executors: Vec<AccountId>) -> DispatchResult;

	/// The deadline of `job` has passed, or it was cancelled: ends its committee if it has one, and
	/// whatever waits for its verdict. Records who fell silent, takes the job out of everyone's
	/// hands, and says why the requester is refunded. The caller refunds.
	fn close(job: JobId) -> Result<RefundReason, DispatchError>;

	/// Share of the jobs with this redundancy that are audited. Every one of them pays that share of
	/// an audit in advance.
	fn audit_rate(redundancy: &Redundancy) -> Permill;

	/// The job's record is removed; so is its committee.
	fn forget(job: JobId);
}

/// Executors that a job waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted<AccountId> {
	/// How many.
	pub seats: u32,
	/// The round that they begin, counted from 0.
	pub round: u8,
	/// Who must not be among them.
	pub exclude: Vec<AccountId>,
}

/// Where a decided job is paid or refunded. Implemented by `job-market`.
pub trait Settlement<AccountId> {
	/// The job as it stands, if it is known.
	fn job(job: JobId) -> Option<Job<AccountId>>;

	/// Whether only proven providers are drawn for jobs with this redundancy in their first round.
	fn is_for_proven(redundancy: &Redundancy) -> bool;

	/// Pays `executors` for `items`, on which `answer` counts, while others are in dispute. At most
	/// once per job.
	fn settle_part(
		job: JobId,
		executors: &[AccountId],
		answer: Answer,
		items: ItemSet,
	) -> DispatchResult;

	/// Pays `executors`, who agreed on `answer` for all items not paid yet, and ends the job.
	fn settle(job: JobId, executors: &[AccountId], answer: Answer) -> DispatchResult;

	/// Pays `executors`, who agreed that the job cannot be run, the minimum, and ends the job.
	fn settle_invalid(job: JobId, executors: &[AccountId], why: Invalidity) -> DispatchResult;

	/// Returns what is left of the escrow to the requester, but for the fee if the job was ever
	/// drawn, and ends the job.
	fn refund(job: JobId, reason: RefundReason) -> DispatchResult;

	/// Puts a running job back into the queue, for [`Committees::wanted`] executors more.
	fn request_draw(job: JobId) -> DispatchResult;

	/// Submits `of` again, by the same terms but a redundancy of five with a quorum of four, a
	/// deadline of its own and no canary: as `payer`'s job, or as the treasury's if there is none.
	/// Fails if the pool has too few providers for a disjoint committee.
	fn open_review(
		of: JobId,
		payer: Option<&AccountId>,
		deadline: BlockNumber,
	) -> Result<JobId, DispatchError>;

	/// Pays `payer` from the treasury what the review cost, as far as the treasury has it; says how
	/// much.
	fn reimburse_review(review: JobId) -> Balance;
}

/// How money is split. Implemented by `payouts`; `Reason` is the runtime's hold reason.
pub trait Payouts<AccountId, Reason> {
	/// The most that a job can cost besides its fee, rounded up. `None` on overflow.
	fn worst_case(
		units: WorkUnits,
		price: Balance,
		executors: u32,
		royalties: &Royalties<AccountId>,
	) -> Option<Balance>;

	/// Pays executors, authors and treasury from what `payer` has on hold for `reason`, and says
	/// where everything went. All or nothing.
	fn distribute(
		reason: &Reason,
		payer: &AccountId,
		invoice: Invoice<'_, AccountId>,
	) -> Result<Statement, DispatchError>;
}

/// What is owed for a job or a part of it.
#[derive(Clone, Copy, Debug)]
pub struct Invoice<'a, AccountId> {
	/// The job.
	pub job: JobId,
	/// What is left of the job's escrow.
	pub escrow: Balance,
	/// Compute that each executor is paid for.
	pub units: WorkUnits,
	/// Paid to each executor per work unit.
	pub price: Balance,
	/// Who agreed.
	pub executors: &'a [AccountId],
	/// Who earns royalties, of the executors' pay.
	pub royalties: &'a Royalties<AccountId>,
	/// Paid to the treasury besides its share.
	pub fee: Balance,
	/// What happens to the rest of the escrow.
	pub rest: Rest,
}

/// What happens to the rest of an escrow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rest {
	/// It returns to the payer's free balance.
	Release,
	/// It stays on hold.
	Keep,
}

/// What is earned besides pay. Implemented by `provider-staking`, which shares it with delegators.
pub trait StakeRewards<AccountId> {
	/// Credits `amount`, which has been minted to `pot`, to `provider` and its delegators. `false`,
	/// without effect, if it is no provider any more.
	fn reward(provider: &AccountId, pot: &AccountId, amount: Balance) -> bool;
}

/// Randomness of the block under construction, unknown to everyone while its parent was built.
pub trait BlockVrf {
	/// The VRF output of this block; `None` if it has none. Only valid in `on_finalize`.
	fn current() -> Option<[u8; 32]>;
}

/// Work credits as they were. Implemented by `payouts`.
pub trait CreditSnapshots<AccountId> {
	/// Work credits of `who` and of everybody, as they were when the snapshot period of block `at`
	/// began. `None` if that is too long ago to tell, or in the future. The same block has the same
	/// answer for as long as it has one.
	fn credits_at(who: &AccountId, at: BlockNumber) -> Option<CreditShare>;
}

/// Work credits of an account among all. They are halved as of one moment, so only what they are of
/// each other has a meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CreditShare {
	/// Of the account: at most `total`, and so are those of all accounts together.
	pub own: Balance,
	/// Of everybody.
	pub total: Balance,
}

/// Where it is set from how many executors on a job may be run by anybody: fewer must be proven, and
/// are audited more often. Implemented by `job-market`.
pub trait RedundancyFloor {
	/// Sets the number, within the range and the rate of the implementer's parameters.
	fn set_redundancy_floor(executors: u8) -> DispatchResult;
}

/// Where it is set how much of what the treasury earns by jobs is given to those who work.
/// Implemented by `payouts`.
pub trait FeeSplit {
	/// Sets the share, within the range and the rate of the implementer's parameters.
	fn set_fee_split(to_workers: Permill) -> DispatchResult;
}
