//! # Job market
//!
//! Where requesters post jobs at a price, and where the escrow behind each job ends: paid to those
//! who ran it, or returned.
//!
//! ## Glossary
//!
//! - **job**: one request over one model variant, of 1..=`MAX_ITEMS` items.
//! - **escrow**: the most that a job can cost, set aside from the requester at submission: the pay
//!   of all seats that an escalation may need, royalties and treasury share included, and the fee.
//! - **credit**: money that a requester has on hold for many jobs. The escrow of a job funded by
//!   credit is a part of it; what the job does not cost is free for the next one.
//! - **fee**: paid to the treasury by every job that was ever drawn, however it ends. Nobody tries
//!   again for a luckier committee without paying it.
//!   It is [`MarketParams::job_fee`] and the job's share of an audit: the audit rate of what five
//!   executors would cost. A review, which is not audited, pays the flat part.
//! - **deposit**: held for the bytes of a job's record, its answers included, until it is pruned.
//! - **risk**: what each executor has at stake in a job.
//! - **open**: queued or running. **terminal**: settled, invalid or refunded; never changes again.
//! - **queue**: the jobs that wait for executors, oldest first. **retries**: those whose draw
//!   failed, by the block in which they return to the queue.
//! - **agenda**: for each block, the jobs whose deadline has passed by then.
//! - **review**: a job that asks a second committee about the answer of a first one.
//!
//! ## Life of a job
//!
//! 1. [`submit`](Pallet::submit) in block N checks the request, sets the escrow aside, holds the
//!    deposit and queues the job.
//! 2. **Draw.** At the end of block N + 1 or later, with that block's own randomness, the executors
//!    are drawn that the committee wants: never in N, so nobody who built N knew the seed. The
//!    weight is set aside in `on_initialize`; `on_finalize` goes on with the next job while what is
//!    left of it covers the worst case of one more. A job whose turn may come can be neither topped
//!    up nor cancelled in that block. Queued jobs with less time left than half the shortest
//!    deadline are not drawn any more: nobody is blamed for a hopeless job.
//! 3. **Retry.** After a failed draw a job waits 1 block, then 2, 4, 8, and 16 from then on. The
//!    retries of one block take no more than half of the weight for draws, unless nobody else waits.
//!    So jobs that nobody takes do not hold up others.
//! 4. **Settle** or **refund**, through [`Settlement`](tercet_primitives::traits::Settlement), by
//!    the pallet that compares the answers; once in part before, when some items are in dispute.
//!    When that pallet wants more executors, a running job waits in the queue again.
//! 5. **Expire.** In the block after its deadline an open job is refunded, after its committee was
//!    closed. A cap per block leaves a backlog that later blocks work off. A refund that fails is
//!    tried again [`RETRY_AFTER`](expiry::RETRY_AFTER) blocks later.
//! 6. **Prune.** From [`retention`](MarketParams::retention) blocks after its end on, anyone can
//!    remove a job that is not under review; the deposit returns to the requester.
//!
//! The terms of a job (royalties, units) are those of the block of its submission; its price can be
//! raised by [`top_up`](Pallet::top_up), with the fee that goes with it, and the job be given up by
//! [`cancel`](Pallet::cancel), until it is drawn.
//!
//! ## Who is paid
//!
//! | end | executors who agreed | authors | treasury | requester |
//! |---|---|---|---|---|
//! | settled | price × units each | royalties | its share, the fee | the rest |
//! | invalid | `invalid_share` of that | | its share, the fee | the rest |
//! | refunded, drawn | | | the fee | the rest |
//! | refunded, never drawn | | | | everything |
//!
//! A part that was settled before is paid in any case, and never takes more of the escrow than its
//! items' share. A job of which a part was settled ends settled, whatever becomes of the rest; when
//! a quorum finds that the rest cannot be run, it is paid the minimum for it, and the items count
//! as refunded.
//!
//! ## Scenario
//!
#![doc = "```ignore"]
#![doc = include_str!("tests/scenario.rs")]
#![doc = "```"]
//!
//! ## Invariants
//!
//! Checked by [`Pallet::do_try_state`]:
//!
//! 1. Jobs are stored for ids below [`NextJobId`] only.
//! 2. What each requester has on hold for [`HoldReason::Escrow`] is the sum of what is left of the
//!    escrows of its open jobs that are funded by a hold.
//! 3. What each account has on hold for [`HoldReason::Credit`] is the total of its [`Credits`],
//!    which is not zero; what of it is committed is what is left of the escrows of its open jobs
//!    that are funded by credit.
//! 4. What each requester has on hold for [`HoldReason::Deposit`] is the sum of the deposits of its
//!    stored jobs.
//! 5. A job in [`Waiting`] is open, and is in the queue or among the retries, at the place noted
//!    there; nothing else is in either. Every queued job with enough time left waits. The queue
//!    reaches from head to tail; no retry is before the cursor.
//! 6. Every open job is on the agenda exactly once, later than its deadline and not before the
//!    cursor. Nothing else is on it, but for jobs that ended after a refund of theirs was put off.
//! 7. The statement of a terminal job sums to its escrow, that of an open one to no more. Items
//!    settled apart are some of the job's, but not all.
//! 8. [`ReviewOf`] leads from a stored job to a later one; what is [`Reimbursable`] is stored.

#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(
	not(test),
	deny(
		clippy::arithmetic_side_effects,
		clippy::indexing_slicing,
		clippy::panic,
		clippy::unwrap_used
	)
)]

extern crate alloc;

mod agenda;
#[cfg(feature = "runtime-benchmarks")]
pub mod benchmarking;
pub mod expiry;
mod funding;
mod matching;
#[cfg(test)]
mod mock;
pub mod params;
mod pricing;
mod pruning;
mod queue;
mod reviews;
mod settlement;
mod submission;
#[cfg(test)]
mod tests;
mod try_state;
mod types;
mod views;
pub mod weights;

pub use pallet::*;
pub use params::MarketParams;
pub use queue::BACK_OFF;
pub use reviews::REVIEWERS;
pub use types::{Credit, Estimate, Place, Wait};
pub use weights::WeightInfo;

use alloc::vec::Vec;
use frame::{
	prelude::*,
	traits::fungible::{Mutate, MutateHold},
};
use tercet_primitives::{
	apis::ItemProofError,
	metering::Reserved,
	traits::{BlockVrf, Committees, ModelCatalog, Payouts, ProviderPool},
	Balance, BlockNumber, Fault, Invalidity, ItemSet, Job, JobId, JobRequest, PoolId, Redundancy,
	RefundReason, Statement, H256, MAX_INLINE_BYTES,
};

#[frame::pallet]
pub mod pallet {
	use super::*;

	#[pallet::pallet]
	pub struct Pallet<T>(_);

	#[pallet::config]
	pub trait Config: frame_system::Config {
		/// The overarching hold reason.
		type RuntimeHoldReason: Parameter
			+ Member
			+ MaxEncodedLen
			+ Copy
			+ VariantCount
			+ From<HoldReason>;

		/// The native token.
		type Currency: MutateHold<Self::AccountId, Reason = Self::RuntimeHoldReason, Balance = Balance>
			+ Mutate<Self::AccountId>;

		/// The models that can be asked for.
		type Catalog: ModelCatalog<Self::AccountId>;

		/// The providers that can be drawn.
		type Pool: ProviderPool<Self::AccountId>;

		/// Those who take and compare answers.
		type Committees: Committees<Self::AccountId>;

		/// How money is split.
		type Payouts: Payouts<Self::AccountId, Self::RuntimeHoldReason>;

		/// Randomness of the block under construction. Its pallet is listed before this one, so
		/// that it is up to date in this pallet's `on_finalize`.
		type Vrf: BlockVrf;

		/// Who pays for reviews that nobody asked for.
		type TreasuryAccount: Get<Self::AccountId>;

		/// Who sets the parameters.
		type AdminOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// Blocks between two changes of the parameters at least.
		#[pallet::constant]
		type ParamsCooldown: Get<BlockNumber>;

		/// Blocks that a job's record stays after its end at least: as long as its answer can be
		/// challenged.
		#[pallet::constant]
		type MinRetention: Get<BlockNumber>;

		/// Blocks that a deadline lies ahead at least.
		#[pallet::constant]
		type MinDeadline: Get<BlockNumber>;

		/// Blocks that a deadline lies ahead at most.
		#[pallet::constant]
		type MaxDeadline: Get<BlockNumber>;

		/// Bytes of input at most, inline or stored.
		#[pallet::constant]
		type MaxInputBytes: Get<u64>;

		/// What the draws of one block may weigh: the worst case of one at least.
		#[pallet::constant]
		type MaxDrawWeight: Get<Weight>;

		/// Jobs that one block refunds because their deadline has passed.
		#[pallet::constant]
		type MaxExpiriesPerBlock: Get<u32>;

		/// Weights.
		type WeightInfo: WeightInfo;

		/// Has other pallets make what benchmarks work on.
		#[cfg(feature = "runtime-benchmarks")]
		type BenchmarkHelper: benchmarking::BenchmarkHelper<Self::AccountId>;
	}

	/// The jobs that have not been pruned.
	#[pallet::storage]
	pub type Jobs<T: Config> = StorageMap<_, Blake2_128Concat, JobId, Job<T::AccountId>>;

	/// Id of the next job; the number of jobs so far.
	#[pallet::storage]
	pub type NextJobId<T: Config> = StorageValue<_, u64, ValueQuery>;

	/// What governance has tuned.
	#[pallet::storage]
	pub type Params<T: Config> = StorageValue<_, MarketParams, ValueQuery>;

	/// When the parameters were changed last.
	#[pallet::storage]
	pub type ParamsChangedAt<T: Config> = StorageValue<_, BlockNumber>;

	/// What requesters have on hold for many jobs.
	#[pallet::storage]
	pub type Credits<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, Credit, ValueQuery>;

	/// Jobs that wait for executors, by position.
	#[pallet::storage]
	pub type Queue<T: Config> = StorageMap<_, Blake2_128Concat, u64, JobId>;

	/// First position of [`Queue`] that may have an entry.
	#[pallet::storage]
	pub type QueueHead<T: Config> = StorageValue<_, u64, ValueQuery>;

	/// Position after the newest entry of [`Queue`].
	#[pallet::storage]
	pub type QueueTail<T: Config> = StorageValue<_, u64, ValueQuery>;

	/// Jobs whose draw failed, by the block in which they return to the queue.
	#[pallet::storage]
	pub type Retries<T: Config> =
		StorageDoubleMap<_, Blake2_128Concat, BlockNumber, Blake2_128Concat, JobId, ()>;

	/// First block of [`Retries`] that may have entries left; `None` before the first block.
	#[pallet::storage]
	pub type RetryCursor<T: Config> = StorageValue<_, BlockNumber>;

	/// Where each job waits that waits for executors.
	#[pallet::storage]
	pub type Waiting<T: Config> = StorageMap<_, Blake2_128Concat, JobId, Wait>;

	/// Positions of [`Queue`] that `on_finalize` of this block may look at, and the weight set aside
	/// for that. Only lives from `on_initialize` to `on_finalize`.
	#[pallet::storage]
	pub type ReservedDraws<T: Config> = StorageValue<_, Reserved, ValueQuery>;

	/// The agenda: jobs to refund from a block on, if they are still open then.
	#[pallet::storage]
	pub type Expiries<T: Config> =
		StorageDoubleMap<_, Blake2_128Concat, BlockNumber, Blake2_128Concat, JobId, ()>;

	/// First block of [`Expiries`] that may have entries left; `None` before the first block.
	#[pallet::storage]
	pub type ExpiryCursor<T: Config> = StorageValue<_, BlockNumber>;

	/// The newest review of each job that had one.
	#[pallet::storage]
	pub type ReviewOf<T: Config> = StorageMap<_, Blake2_128Concat, JobId, JobId>;

	/// Reviews that their requesters paid for and have not been reimbursed for.
	#[pallet::storage]
	pub type Reimbursable<T: Config> = StorageMap<_, Blake2_128Concat, JobId, ()>;

	/// What the parameters are at first.
	#[pallet::genesis_config]
	#[derive(frame::prelude::DefaultNoBound)]
	pub struct GenesisConfig<T: Config> {
		/// The parameters.
		pub params: MarketParams,
		#[serde(skip)]
		#[doc(hidden)]
		pub _config: PhantomData<T>,
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		fn build(&self) {
			assert!(self.params.in_range::<T>(), "the market's parameters are out of range");
			Params::<T>::put(self.params);
		}
	}

	/// Why this pallet holds money.
	#[pallet::composite_enum]
	pub enum HoldReason {
		/// The most that the requester's open jobs can cost, but for what has been paid of it.
		#[codec(index = 0)]
		Escrow,
		/// The bytes of the requester's jobs.
		#[codec(index = 1)]
		Deposit,
		/// The requester's credit.
		#[codec(index = 2)]
		Credit,
	}

	#[pallet::event]
	#[pallet::generate_deposit(pub(crate) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A job was submitted.
		Submitted {
			/// The job.
			job: JobId,
			/// Who pays.
			requester: T::AccountId,
			/// What was set aside for pay.
			escrow: Balance,
		},
		/// Executors were drawn.
		Drawn {
			/// The job.
			job: JobId,
			/// The round that they begin.
			round: u8,
			/// The executors.
			executors: Vec<T::AccountId>,
		},
		/// Some items were agreed on and paid; others are in dispute.
		PartSettled {
			/// The job.
			job: JobId,
			/// How many were agreed on.
			items: u32,
			/// What was paid for them.
			statement: Statement,
		},
		/// The committee agreed and was paid.
		Settled {
			/// The job.
			job: JobId,
			/// Where the escrow went.
			statement: Statement,
		},
		/// The committee agreed that the job cannot be run, and was paid the minimum.
		Invalid {
			/// The job.
			job: JobId,
			/// Why it cannot be run.
			why: Invalidity,
			/// Where the escrow went.
			statement: Statement,
		},
		/// The requester got the escrow back, but for the fee.
		Refunded {
			/// The job.
			job: JobId,
			/// Why.
			reason: RefundReason,
			/// Where the escrow went.
			statement: Statement,
		},
		/// The price of a job was raised.
		ToppedUp {
			/// The job.
			job: JobId,
			/// What each executor is paid per work unit now.
			price: Balance,
			/// What is set aside for pay now.
			escrow: Balance,
		},
		/// The requester gave a job up before it was drawn.
		Cancelled {
			/// The job.
			job: JobId,
		},
		/// The record of a job was removed.
		Pruned {
			/// The job.
			job: JobId,
			/// Who got the deposit back.
			requester: T::AccountId,
			/// How much.
			deposit: Balance,
		},
		/// Credit was put on hold.
		CreditAdded {
			/// Whose.
			who: T::AccountId,
			/// How much.
			amount: Balance,
		},
		/// Credit was returned.
		CreditWithdrawn {
			/// Whose.
			who: T::AccountId,
			/// How much.
			amount: Balance,
		},
		/// The treasury paid back what a review had cost.
		Reimbursed {
			/// The review.
			job: JobId,
			/// Who had paid for it.
			to: T::AccountId,
			/// How much.
			amount: Balance,
		},
		/// A job could not be refunded at its deadline; it is tried again.
		ExpiryFailed {
			/// The job.
			job: JobId,
			/// Why.
			error: DispatchError,
			/// Block in which it is tried again.
			retry_at: BlockNumber,
		},
		/// The parameters were changed.
		ParamsSet {
			/// What they are now.
			params: MarketParams,
		},
	}

	#[pallet::error]
	pub enum Error<T> {
		/// A job has at least one item.
		ZeroItems,
		/// A job has at most [`MAX_ITEMS`](tercet_primitives::MAX_ITEMS) items.
		TooManyItems,
		/// The price per work unit is zero.
		ZeroPrice,
		/// The whole job would cost less than the existential deposit.
		PriceTooLow,
		/// The work units, or what the job would cost, do not fit.
		PriceOverflow,
		/// The input has no bytes.
		EmptyInput,
		/// The input has more bytes than [`Config::MaxInputBytes`].
		InputTooLarge,
		/// The deadline has passed, or is nearer than [`Config::MinDeadline`].
		DeadlineTooSoon,
		/// The deadline is farther than [`Config::MaxDeadline`].
		DeadlineTooFar,
		/// The quorum is no majority or more than the executors, or these do not fit into a
		/// committee.
		InvalidRedundancy,
		/// The job asks for fewer executors than [`MarketParams::adaptive_floor`].
		TooFewExecutors,
		/// The pool has too few providers for a disjoint committee.
		TooFewProviders,
		/// The account cannot put the amount on hold and keep the existential deposit.
		InsufficientBalance,
		/// The account's credit, as far as no job needs it, does not cover the amount.
		InsufficientCredit,
		/// Credit is added by the existential deposit at least, and withdrawn by more than nothing.
		CreditTooSmall,
		/// There is no such job, or not any more.
		UnknownJob,
		/// The job is another account's.
		NotRequester,
		/// Executors have been drawn.
		NotQueued,
		/// The job is drawn at the end of this block.
		DrawDue,
		/// The new price is not above the old one.
		PriceNotRaised,
		/// The job has no committee yet.
		NotRunning,
		/// The job was settled, found invalid or refunded before.
		AlreadyTerminal,
		/// The job is still open.
		NotTerminal,
		/// A part of the job was settled before.
		PartAlreadySettled,
		/// A part of a job is at least one of its items, and not all of them.
		InvalidItems,
		/// More would be paid than is left of the escrow.
		EscrowExceeded,
		/// The job's record stays for a while after its end.
		RetentionNotOver,
		/// A second committee has not ended its review of the job.
		UnderReview,
		/// A parameter is out of its range.
		ParamOutOfRange,
		/// A parameter would more than double, fall below half, or leave zero by more than its
		/// step.
		RateTooFast,
		/// The parameters were changed less than [`Config::ParamsCooldown`] blocks ago.
		ParamsCoolingDown,
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn on_initialize(_: BlockNumberFor<T>) -> Weight {
			let now = Self::now();
			Self::expire(now)
				.saturating_add(Self::requeue(now))
				.saturating_add(Self::reserve_draws())
		}

		fn on_finalize(_: BlockNumberFor<T>) {
			Self::draw_reserved(Self::now());
		}

		fn integrity_test() {
			assert!(
				T::MinDeadline::get() >= 4,
				"half the shortest deadline leaves room for a commitment and a reveal"
			);
			assert!(
				T::MinDeadline::get() <= T::MaxDeadline::get(),
				"the shortest deadline is not longer than the longest"
			);
			assert!(
				T::MaxInputBytes::get() >= u64::from(MAX_INLINE_BYTES),
				"whatever fits inline is not too large"
			);
			assert!(
				T::MaxDrawWeight::get().all_gte(Self::heaviest_turn()),
				"a queue that nobody serves never ends"
			);
			assert!(T::MaxExpiriesPerBlock::get() > 0, "a job that never expires locks its escrow");
			assert!(T::ParamsCooldown::get() > 0, "parameters do not change twice in a block");
			assert!(
				T::MinRetention::get() <= params::MAX_RETENTION,
				"there is a retention that is long enough"
			);
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), frame::deps::sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Submits a job: sets the most that it can cost aside, from a hold of its own or from the
		/// requester's credit, and holds the deposit for its record.
		///
		/// Executors are drawn from the next block on. What is not earned returns when the job
		/// ends; all but the fee if nothing is, and the fee as well if nobody was drawn.
		///
		/// Besides the errors below, fails as the catalog does when it does not know the model or
		/// the variant.
		///
		/// ## Errors
		///
		/// [`Error::EmptyInput`], [`Error::InputTooLarge`], [`Error::DeadlineTooSoon`],
		/// [`Error::DeadlineTooFar`], [`Error::ZeroItems`], [`Error::TooManyItems`],
		/// [`Error::InvalidRedundancy`], [`Error::TooFewExecutors`], [`Error::ZeroPrice`],
		/// [`Error::PriceOverflow`], [`Error::PriceTooLow`], [`Error::InsufficientCredit`],
		/// [`Error::InsufficientBalance`].
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::submit(pricing::inline_bytes(&request.input)))]
		pub fn submit(origin: OriginFor<T>, request: JobRequest) -> DispatchResult {
			let requester = ensure_signed(origin)?;
			Self::do_submit(requester, request)
		}

		/// Raises the price per work unit of an own job that has not been drawn, and its escrow
		/// with it. The job goes to the tail of the queue, without waiting for a retry.
		///
		/// ## Errors
		///
		/// [`Error::UnknownJob`], [`Error::AlreadyTerminal`], [`Error::NotRequester`],
		/// [`Error::NotQueued`], [`Error::DrawDue`], [`Error::PriceNotRaised`],
		/// [`Error::PriceOverflow`], [`Error::InsufficientCredit`], [`Error::InsufficientBalance`].
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::top_up())]
		pub fn top_up(
			origin: OriginFor<T>,
			job: JobId,
			#[pallet::compact] price: Balance,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_top_up(who, job, price)
		}

		/// Gives up an own job that has not been drawn. All of the escrow returns at once, the
		/// deposit when the record is pruned.
		///
		/// ## Errors
		///
		/// [`Error::UnknownJob`], [`Error::AlreadyTerminal`], [`Error::NotRequester`],
		/// [`Error::NotQueued`], [`Error::DrawDue`].
		#[pallet::call_index(2)]
		#[pallet::weight(T::WeightInfo::cancel())]
		pub fn cancel(origin: OriginFor<T>, job: JobId) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_cancel(who, job)
		}

		/// Removes the record of a job whose retention is over. Anyone may; the deposit returns to
		/// the requester.
		///
		/// ## Errors
		///
		/// [`Error::UnknownJob`], [`Error::NotTerminal`], [`Error::RetentionNotOver`],
		/// [`Error::UnderReview`].
		#[pallet::call_index(3)]
		#[pallet::weight(T::WeightInfo::prune())]
		pub fn prune(origin: OriginFor<T>, job: JobId) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_prune(job)
		}

		/// Puts `amount` on hold as credit, which jobs funded by credit take their escrow from.
		///
		/// ## Errors
		///
		/// [`Error::CreditTooSmall`], [`Error::InsufficientBalance`].
		#[pallet::call_index(4)]
		#[pallet::weight(T::WeightInfo::add_credit())]
		pub fn add_credit(
			origin: OriginFor<T>,
			#[pallet::compact] amount: Balance,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_add_credit(who, amount)
		}

		/// Returns `amount` of the credit that no open job needs.
		///
		/// ## Errors
		///
		/// [`Error::CreditTooSmall`], [`Error::InsufficientCredit`].
		#[pallet::call_index(5)]
		#[pallet::weight(T::WeightInfo::withdraw_credit())]
		pub fn withdraw_credit(
			origin: OriginFor<T>,
			#[pallet::compact] amount: Balance,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_withdraw_credit(who, amount)
		}

		/// Sets the parameters. Jobs submitted before keep their fee and their deposit.
		///
		/// ## Errors
		///
		/// [`Error::ParamOutOfRange`], [`Error::RateTooFast`], [`Error::ParamsCoolingDown`].
		#[pallet::call_index(6)]
		#[pallet::weight(T::WeightInfo::set_params())]
		pub fn set_params(origin: OriginFor<T>, params: MarketParams) -> DispatchResult {
			T::AdminOrigin::ensure_origin(origin)?;
			Self::do_set_params(params)
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// One job; `None` if it was never submitted, or has been pruned.
		pub fn job(id: JobId) -> Option<Job<T::AccountId>> {
			Jobs::<T>::get(id)
		}

		/// Number of jobs submitted so far; their ids are `0..count`.
		pub fn job_count() -> u64 {
			NextJobId::<T>::get()
		}

		/// Whose fault it is that a job was not answered or not paid; `None` if it was, is still
		/// open, or is unknown.
		pub fn fault(id: JobId) -> Option<Fault> {
			Jobs::<T>::get(id)?.state.fault()
		}

		/// What a job of `items` at `price` per work unit would cost, or why it would be refused.
		pub fn quote(
			pool: PoolId,
			items: u32,
			price: Balance,
			redundancy: Redundancy,
		) -> Result<Estimate, DispatchError> {
			Self::estimate(pool, items, price, redundancy)
		}

		/// The root that the result of item `index` can be shown against, and the items that it is
		/// over: for items that were in dispute that of the patch.
		pub fn item_root(id: JobId, index: u32) -> Result<(H256, ItemSet), ItemProofError> {
			Self::root_of(id, index)
		}

		/// What an account has on hold for many jobs.
		pub fn credit(who: T::AccountId) -> Credit {
			Credits::<T>::get(who)
		}

		/// Positions in the queue: jobs that wait, and gaps that others have left.
		pub fn queue_length() -> u64 {
			QueueTail::<T>::get().saturating_sub(QueueHead::<T>::get())
		}

		/// What governance has tuned.
		pub fn params() -> MarketParams {
			Params::<T>::get()
		}
	}
}

impl<T: Config> Pallet<T> {
	/// The block under construction.
	pub(crate) fn now() -> BlockNumber {
		frame_system::Pallet::<T>::block_number().saturated_into()
	}
}
