//! # Job market
//!
//! Where requesters post jobs at a price, and where the escrow behind each job ends: paid to those
//! who ran it, or returned.
//!
//! ## Glossary
//!
//! - **job**: one request over one model variant, of 1..=`MAX_ITEMS` items.
//! - **escrow**: the most that a job can cost, held from the requester at submission.
//! - **open**: queued or running. **terminal**: settled or refunded; never changes again.
//! - **queue**: the jobs that wait for a committee, oldest first. A job whose draw failed goes to
//!   the tail.
//! - **agenda**: for each block, the jobs whose deadline has passed by then.
//!
//! ## Life of a job
//!
//! 1. [`submit`](Pallet::submit) in block N checks the request, holds the escrow and queues the
//!    job.
//! 2. **Draw.** At the end of block N + 1 or later, with that block's own randomness, a committee
//!    is drawn: never in N, so nobody who built N knew the seed. The weight is set aside in
//!    `on_initialize`, for as many jobs as `on_finalize` will look at. Jobs with less time left
//!    than half the shortest deadline are not drawn any more: nobody is blamed for a hopeless job.
//! 3. **Settle** or **refund**, through [`Settlement`](tercet_primitives::traits::Settlement), by
//!    the pallet that compares the answers.
//! 4. **Expire.** In the block after its deadline an open job is refunded: a queued one for want of
//!    a committee, a running one after its committee was closed. A cap per block leaves a backlog
//!    that later blocks work off. A refund that fails is tried again
//!    [`RETRY_AFTER`](expiry::RETRY_AFTER) blocks later.
//!
//! The terms of a job (price, royalty, author) are those of the block of its submission.
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
//! 1. Job ids are dense: a job is stored for every id below [`NextJobId`], and for no other.
//! 2. What each requester has on hold for [`HoldReason::Escrow`] is the sum of the escrows of its
//!    open jobs.
//! 3. The queue has an entry at every position from head to tail and nowhere else; every queued job
//!    has exactly one, and nothing else has one but refunded jobs whose turn has not come.
//! 4. Every open job is on the agenda exactly once, later than its deadline and not before the
//!    cursor. Nothing else is on it, but for jobs that ended after a refund of theirs was put off.
//! 5. The statement of a settled job sums to its escrow.

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

pub mod expiry;
mod matching;
#[cfg(test)]
mod mock;
mod queue;
mod settlement;
mod submission;
#[cfg(test)]
mod tests;
mod try_state;
mod views;
pub mod weights;

pub use pallet::*;
pub use weights::WeightInfo;

use alloc::vec::Vec;
use frame::{prelude::*, traits::fungible::MutateHold};
use tercet_primitives::{
	traits::{BlockVrf, Committees, ModelCatalog, Payouts, ProviderPool},
	Balance, BlockNumber, Job, JobId, JobRequest, Payload, RefundReason, Statement, EXECUTORS,
	MAX_INLINE_BYTES, MAX_SEATS,
};

/// A committee has a seat for every executor.
const _: () = assert!(EXECUTORS <= MAX_SEATS);

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
		type Currency: MutateHold<
			Self::AccountId,
			Reason = Self::RuntimeHoldReason,
			Balance = Balance,
		>;

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

		/// Blocks that a deadline lies ahead at least.
		#[pallet::constant]
		type MinDeadline: Get<BlockNumber>;

		/// Blocks that a deadline lies ahead at most.
		#[pallet::constant]
		type MaxDeadline: Get<BlockNumber>;

		/// Bytes of input at most, inline or stored.
		#[pallet::constant]
		type MaxInputBytes: Get<u64>;

		/// Queued jobs that one block looks at.
		#[pallet::constant]
		type MaxDrawsPerBlock: Get<u32>;

		/// Jobs that one block refunds because their deadline has passed.
		#[pallet::constant]
		type MaxExpiriesPerBlock: Get<u32>;

		/// Weights.
		type WeightInfo: WeightInfo;
	}

	/// Every job ever submitted.
	#[pallet::storage]
	pub type Jobs<T: Config> = StorageMap<_, Blake2_128Concat, JobId, Job<T::AccountId>>;

	/// Id of the next job; the number of jobs so far.
	#[pallet::storage]
	pub type NextJobId<T: Config> = StorageValue<_, u64, ValueQuery>;

	/// Jobs that wait for a committee, by position.
	#[pallet::storage]
	pub type Queue<T: Config> = StorageMap<_, Blake2_128Concat, u64, JobId>;

	/// Position of the oldest entry of [`Queue`].
	#[pallet::storage]
	pub type QueueHead<T: Config> = StorageValue<_, u64, ValueQuery>;

	/// Position after the newest entry of [`Queue`].
	#[pallet::storage]
	pub type QueueTail<T: Config> = StorageValue<_, u64, ValueQuery>;

	/// Entries of [`Queue`] that `on_finalize` of this block will look at. Only lives from
	/// `on_initialize` to `on_finalize`.
	#[pallet::storage]
	pub type ReservedDraws<T: Config> = StorageValue<_, u32, ValueQuery>;

	/// The agenda: jobs to refund from a block on, if they are still open then.
	#[pallet::storage]
	pub type Expiries<T: Config> =
		StorageDoubleMap<_, Blake2_128Concat, BlockNumber, Blake2_128Concat, JobId, ()>;

	/// First block of [`Expiries`] that may have entries left; `None` before the first block.
	#[pallet::storage]
	pub type ExpiryCursor<T: Config> = StorageValue<_, BlockNumber>;

	/// Why this pallet holds money.
	#[pallet::composite_enum]
	pub enum HoldReason {
		/// The most that the requester's open jobs can cost.
		#[codec(index = 0)]
		Escrow,
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
			/// What was put on hold.
			escrow: Balance,
		},
		/// A committee was drawn.
		Drawn {
			/// The job.
			job: JobId,
			/// The executors.
			executors: Vec<T::AccountId>,
		},
		/// The committee agreed and was paid.
		Settled {
			/// The job.
			job: JobId,
			/// Where the escrow went.
			statement: Statement,
		},
		/// The requester got the escrow back.
		Refunded {
			/// The job.
			job: JobId,
			/// Why.
			reason: RefundReason,
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
		/// The requester cannot put the escrow on hold and keep the existential deposit.
		InsufficientBalance,
		/// There is no such job.
		UnknownJob,
		/// The job has no committee yet.
		NotRunning,
		/// The job was settled or refunded before.
		AlreadyTerminal,
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn on_initialize(_: BlockNumberFor<T>) -> Weight {
			Self::expire(Self::now()).saturating_add(Self::reserve_draws())
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
			assert!(T::MaxDrawsPerBlock::get() > 0, "a queue that nobody serves never ends");
			assert!(T::MaxExpiriesPerBlock::get() > 0, "a job that never expires locks its escrow");
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), frame::deps::sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Submits a job and puts the most that it can cost on hold.
		///
		/// Executors are drawn from the next block on. What is not earned returns when the job
		/// settles; all of it returns when no committee was found, somebody stayed silent, or the
		/// answers differ.
		///
		/// Besides the errors below, fails as the catalog does when it does not know the model or
		/// the variant.
		///
		/// ## Errors
		///
		/// [`Error::ZeroItems`], [`Error::TooManyItems`], [`Error::ZeroPrice`],
		/// [`Error::EmptyInput`], [`Error::InputTooLarge`], [`Error::DeadlineTooSoon`],
		/// [`Error::DeadlineTooFar`], [`Error::PriceOverflow`], [`Error::PriceTooLow`],
		/// [`Error::InsufficientBalance`].
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::submit(inline_bytes(&request.input)))]
		pub fn submit(origin: OriginFor<T>, request: JobRequest) -> DispatchResult {
			let requester = ensure_signed(origin)?;
			Self::do_submit(requester, request)
		}
	}
}

/// Bytes of a payload that travel in the transaction.
fn inline_bytes(payload: &Payload) -> u32 {
	match payload {
		Payload::Inline(bytes) => u32::try_from(bytes.len()).unwrap_or(MAX_INLINE_BYTES),
		Payload::Blob(_) => 0,
	}
}

impl<T: Config> Pallet<T> {
	/// The block under construction.
	pub(crate) fn now() -> BlockNumber {
		frame_system::Pallet::<T>::block_number().saturated_into()
	}
}
