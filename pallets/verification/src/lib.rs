//! # Verification
//!
//! Seats the executors of a job, takes their answers step by step, compares them, asks more
//! executors where they differ, and has the job settled or refunded. Reviews some of the jobs with a
//! second, disjoint committee.
//!
//! ## Glossary
//!
//! - **committee**: the executors of one job, each with a **seat**. It grows in **rounds**: the
//!   first as the requester asked, those of an **escalation** to 3, 5, then 7 seats with a quorum of
//!   3, 4 and 5 over all seats so far.
//! - **stage**: what a committee waits for. **duty**: what a seat owes in a stage.
//! - **commitment**: a hash that binds a seat to its response. **reveal**: what opens it.
//! - **seal**: under `Similar`, a hash that binds a seat to its fingerprints. Their **seed** is drawn
//!   after commitments have closed, and other fingerprints are seen only once all are sealed.
//! - **votes**: 32 bytes per item: fingerprints under `Similar`, item digests under `Exact`.
//! - **narrowing**: settling the items on which all results agree, so that fresh executors run the
//!   others only.
//! - **verdict**: the largest set of seats that agree with each other, if it is a quorum, and the
//!   seat whose response counts. **decision**: how a committee ended. **conduct**: what one executor
//!   did with its seat.
//! - **review**: an ordinary job, with a committee of its own that shares no seat with the one under
//!   review: an **audit**, drawn by lottery and paid by the treasury; or a **challenge** or opened
//!   **canary**, paid by the requester.
//!
//! ## Stages
//!
//! ```text
//!            all committed                        audit drawn
//!  Commit ──────────────────▶ Lottery ─────────────────────────▶ Held
//!    ▲                        │  │  no quorum can be reached        │ the audit's committee
//!    │ fresh executors        │  ▼                                 │ has committed too
//!  Draw ◀───────────────────────┐                                  │
//!    ▲                        │                                    │
//!    │ no quorum              ├─ Similar ─▶ Seal ─▶ Reveal ◀───────┤
//!    ├────────────────────────┼──────────────────────┤             │
//!    │            roots differ└─ Exact ─────────▶ Reveal ◀─────────┘
//!    └──── Itemize ◀─────────────────────────────────┤
//!             │ quorum                               │ quorum
//!             ▼                                      ▼
//!           Ended ◀──────────────────────────────  Audit, while one is running
//! ```
//!
//! With `L` blocks left to the deadline when a stage begins, `Commit` lasts `max(1, L/4)` blocks,
//! `Seal`, `Reveal` and `Itemize` `max(1, L/8)` each, `Held` `L/2`; all but `Held` end as soon as
//! nothing is due any more. `Lottery` ends with the block after the one in which `Commit` ended, so
//! that nobody knew its randomness while commitments were taken. Both bounds of a window are part of
//! it. Whoever lets a stage pass falls **silent**, and its answer does not count any more. After a
//! commitment that is **withholding**: in `Seal`, `Reveal` or `Itemize`, also when another round asks
//! again for fingerprints or digests of an answer that is known. Whoever has committed may have seen
//! that its answer will lose, or that it is audited; whoever has not has learned nothing.
//!
//! Stages that time out end in `on_finalize`, with that block's randomness, from an agenda with a
//! backlog. The weight is set aside in `on_initialize`; the next stage is ended while what is left of
//! it covers the worst case of one more.
//!
//! A committee without quorum ends when it has seven seats, or when less than [`LEAST_ROUND`] blocks
//! would be left to a fresh round.
//!
//! ## Comparison
//!
//! Two seats agree if both say that the job is invalid for the same reason, or both gave a result
//! and: under `Exact`, root and output are equal, or, where one covers more items than the other,
//! the roots over the open items; under `Similar`, the fingerprints of every open item are within
//! the model's distance. Of the seats that agree, one is picked by the round's randomness, and its
//! response counts.
//!
//! ## Conduct
//!
//! | seat | quorum for a verdict | verdict, then overruled by an audit | no quorum |
//! |---|---|---|---|
//! | in the verdict | [`Verified`](Conduct::Verified) | [`Wrong`](Conduct::Wrong) | |
//! | revealed, outside of it | [`Wrong`](Conduct::Wrong) | [`Unresolved`](Conduct::Unresolved) | [`Alone`](Conduct::Alone) if others answered and all differ, else [`Unresolved`](Conduct::Unresolved) |
//! | committed, never asked to reveal | [`Unresolved`](Conduct::Unresolved) | [`Unresolved`](Conduct::Unresolved) | [`Unresolved`](Conduct::Unresolved) |
//! | let `Commit` pass | [`Silent`](Conduct::Silent) | [`Silent`](Conduct::Silent) | [`Silent`](Conduct::Silent) |
//! | let a later stage pass | [`Withheld`](Conduct::Withheld) | [`Withheld`](Conduct::Withheld) | [`Withheld`](Conduct::Withheld) |
//! | abstained | [`Abstained`](Conduct::Abstained) | [`Abstained`](Conduct::Abstained) | [`Abstained`](Conduct::Abstained) |
//!
//! Where either the seat or the quorum says that a blob is missing, the seat outside the quorum is
//! `Unresolved`: a store may answer some and not others. So is, under `Similar`, whoever is within the
//! distance of one of the quorum and too far from another.
//!
//! ## Reviews
//!
//! An audit is opened when commitments have closed. The audited committee waits until the audit's
//! has committed too, so that neither can copy, and both use one seed. If it agrees, it is paid when
//! the audit agrees as well or comes to nothing; if the audit's quorum agrees on something else,
//! those who agreed are slashed and the requester is refunded.
//!
//! A challenge reviews a settled job: those who agreed are slashed if it is contradicted, and the
//! requester gets back what the review cost. Under `Similar` its committee uses the seed of the
//! settled job, so that fingerprints can be compared. That seed is old; but a review's response
//! never becomes anybody's answer, and its seats cannot see each other's fingerprints either before
//! they have sealed their own.
//!
//! Results of a job that was paid in parts are compared item by item: by the digests of its parts
//! under `Exact`; under `Similar` by the fingerprints of the first part, since the rest, which was
//! run again by more executors, has another seed. Where the seeds differ, nobody is blamed. Under
//! `Similar` a review contradicts only if everyone of its quorum is too far from everyone whose
//! fingerprints it is held against: those of the quorum of a job under audit, and the canonical one of
//! a settled job. Reviews and audited jobs are never narrowed.
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
//! 1. [`Assignments`] has an entry for every seat of every undecided committee, and no other.
//! 2. A committee has 1 to [`MAX_SEATS`](tercet_primitives::MAX_SEATS) seats, of which a majority is
//!    its quorum; nobody sits on two of them, nor on one of its review's.
//! 3. Every undecided committee is on the [`Agenda`] once, for the last block of its stage, which is
//!    not after its deadline; unless the deadline has passed. Nothing else is on it.
//! 4. The stage fits the seats: while one waits for answers, somebody owes one; nobody is awaited
//!    after commitments have closed; seals are for `Similar`, itemizing for `Exact`; it has ended if
//!    there is a decision.
//! 5. Votes are kept for the seats that have voted in undecided committees, and in audits of such, one
//!    per item, and for no other.
//! 6. A verdict names seats that have answered, and the canonical one is among them. Committees that
//!    agreed have one, of a quorum.
//! 7. The job fits the decision: running while undecided; settled, invalid or refunded as decided.
//! 8. A job's review reviews that job; only audits hold a committee back; a review that was held
//!    against its job has ended.
//! 9. The parameters are in range.

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

pub mod agenda;
mod answers;
#[cfg(feature = "runtime-benchmarks")]
pub mod benchmarking;
pub mod branch;
pub mod comparison;
mod decision;
mod escalation;
#[cfg(test)]
mod mock;
pub mod owed;
pub mod params;
pub mod reviews;
pub mod stages;
#[cfg(test)]
mod tests;
mod try_state;
mod views;
pub mod weights;

pub use branch::Branch;
pub use comparison::{SeatSet, Verdict};
pub use pallet::*;
pub use params::VerificationParams;
pub use reviews::{Cause, Reference, Review, Status};
pub use stages::LEAST_ROUND;
pub use weights::WeightInfo;

use frame::{prelude::*, traits::Get};
use tercet_primitives::{
	committee::MAX_DUTIES,
	hashing::Salt,
	metering::Reserved,
	traits::{BlockVrf, ProviderPool, Settlement},
	BlockNumber, Committee, Conduct, Decision, Duty, JobId, Stage, Votes, H256,
};

/// Sibling hashes that show one item of a job of the most items, with room to spare.
pub const MAX_PROOF: u32 = 16;

#[frame::pallet]
pub mod pallet {
	use super::*;

	#[pallet::pallet]
	pub struct Pallet<T>(_);

	#[pallet::config]
	pub trait Config: frame_system::Config {
		/// Where decided jobs are paid or refunded.
		type Settlement: Settlement<Self::AccountId>;

		/// Where executors were drawn from, and what they did is recorded.
		type Pool: ProviderPool<Self::AccountId>;

		/// Randomness of the block, known when it ends. This pallet comes after the one that
		/// provides it, and after the job market, in the order of the runtime.
		type Vrf: BlockVrf;

		/// Who sets the parameters.
		type AdminOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// What the stages may weigh that end at the end of one block because their time is over: the
		/// worst case of one at least. The others wait.
		#[pallet::constant]
		type MaxTransitionWeight: Get<Weight>;

		/// Blocks between two changes of the parameters.
		#[pallet::constant]
		type ParamsCooldown: Get<BlockNumber>;

		/// Weights.
		type WeightInfo: WeightInfo;

		/// Has other pallets make what benchmarks work on.
		#[cfg(feature = "runtime-benchmarks")]
		type BenchmarkHelper: benchmarking::BenchmarkHelper;
	}

	/// The committee of each job that has one.
	#[pallet::storage]
	pub type CommitteesOf<T: Config> =
		StorageMap<_, Blake2_128Concat, JobId, Committee<T::AccountId>>;

	/// The jobs in each executor's hands.
	#[pallet::storage]
	pub type Assignments<T: Config> =
		StorageDoubleMap<_, Blake2_128Concat, T::AccountId, Blake2_128Concat, JobId, ()>;

	/// Votes of each seat, by its place, of committees that have not ended.
	#[pallet::storage]
	pub type VotesOf<T: Config> =
		StorageDoubleMap<_, Blake2_128Concat, JobId, Blake2_128Concat, u8, Votes>;

	/// For each block, the jobs whose committees' stage ends with it.
	#[pallet::storage]
	pub type Agenda<T: Config> =
		StorageDoubleMap<_, Blake2_128Concat, BlockNumber, Blake2_128Concat, JobId, ()>;

	/// The first block on the agenda that has not been worked off.
	#[pallet::storage]
	pub type AgendaCursor<T: Config> = StorageValue<_, BlockNumber>;

	/// Stages that may end with this block, and the weight set aside for that; none outside of it.
	#[pallet::storage]
	pub type ReservedTransitions<T: Config> = StorageValue<_, Reserved, ValueQuery>;

	/// What a quorum agreed on, for all of a job or for a part of it.
	#[pallet::storage]
	pub type Verdicts<T: Config> = StorageMap<_, Blake2_128Concat, JobId, Verdict>;

	/// What a review is held against, item by item, where responses do not suffice.
	#[pallet::storage]
	pub type References<T: Config> = StorageMap<_, Blake2_128Concat, JobId, Reference>;

	/// The jobs that review others.
	#[pallet::storage]
	pub type Reviews<T: Config> = StorageMap<_, Blake2_128Concat, JobId, Review<T::AccountId>>;

	/// The latest review of each job that was reviewed.
	#[pallet::storage]
	pub type ReviewOf<T: Config> = StorageMap<_, Blake2_128Concat, JobId, JobId>;

	/// The parameters.
	#[pallet::storage]
	pub type Params<T: Config> = StorageValue<_, VerificationParams, ValueQuery>;

	/// When the parameters were last changed.
	#[pallet::storage]
	pub type ParamsSetAt<T: Config> = StorageValue<_, BlockNumber>;

	#[pallet::genesis_config]
	#[derive(frame::prelude::DefaultNoBound)]
	pub struct GenesisConfig<T: Config> {
		/// The parameters that the chain starts with.
		pub params: VerificationParams,
		#[serde(skip)]
		#[doc(hidden)]
		pub _config: PhantomData<T>,
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		fn build(&self) {
			assert!(self.params.is_in_range(), "the parameters are in range");
			Params::<T>::put(self.params);
		}
	}

	#[pallet::event]
	#[pallet::generate_deposit(pub(crate) fn deposit_event)]
	pub enum Event<T: Config> {
		/// An executor committed to a response.
		Committed {
			/// The job.
			job: JobId,
			/// Who.
			executor: T::AccountId,
			/// To what.
			commitment: H256,
		},
		/// An executor committed to fingerprints.
		Sealed {
			/// The job.
			job: JobId,
			/// Who.
			executor: T::AccountId,
		},
		/// An executor opened its commitment.
		Revealed {
			/// The job.
			job: JobId,
			/// Who.
			executor: T::AccountId,
		},
		/// An executor opened its seal.
		Opened {
			/// The job.
			job: JobId,
			/// Who.
			executor: T::AccountId,
		},
		/// An executor showed the item digests behind its root.
		Itemized {
			/// The job.
			job: JobId,
			/// Who.
			executor: T::AccountId,
		},
		/// An executor will not answer.
		Abstained {
			/// The job.
			job: JobId,
			/// Who.
			executor: T::AccountId,
		},
		/// A committee began to wait for something else.
		StageBegan {
			/// The job.
			job: JobId,
			/// The round.
			round: u8,
			/// For what.
			stage: Stage,
			/// Until the end of which block.
			until: BlockNumber,
		},
		/// A stage could not be ended, and nothing has changed.
		StageFailed {
			/// The job.
			job: JobId,
			/// Why.
			error: DispatchError,
			/// When it is tried again, unless the deadline has passed.
			retry_at: BlockNumber,
		},
		/// Some items were agreed on; the others are in dispute.
		Narrowed {
			/// The job.
			job: JobId,
			/// Number of items in dispute.
			open: u32,
		},
		/// A committee ended.
		Decided {
			/// The job.
			job: JobId,
			/// How.
			decision: Decision,
		},
		/// What an executor did was recorded.
		ConductRecorded {
			/// The job.
			job: JobId,
			/// Who.
			executor: T::AccountId,
			/// What.
			conduct: Conduct,
		},
		/// A settled job is reviewed. Audits are not announced.
		ReviewOpened {
			/// The job.
			job: JobId,
			/// The job that reviews it.
			review: JobId,
		},
		/// A review was held against the job under review.
		ReviewEnded {
			/// The job.
			job: JobId,
			/// The job that reviewed it.
			review: JobId,
			/// Whether what the job's committee agreed on stands.
			upheld: bool,
		},
		/// The parameters were changed.
		ParamsSet {
			/// To what.
			params: VerificationParams,
		},
	}

	#[pallet::error]
	pub enum Error<T> {
		/// The job is unknown, or has no committee.
		UnknownJob,
		/// The signer has no seat in the committee.
		NotExecutor,
		/// The committee has ended.
		AlreadyDecided,
		/// There is nothing to do.
		NoDuties,
		/// One duty is listed twice.
		DuplicateDuty,
		/// The committee waits for something else.
		WrongStage,
		/// The time for this is over.
		StageOver,
		/// The signer let a stage pass, before its commitment or after it, and its answer does not
		/// count any more.
		FellSilent,
		/// The signer has said that it will not answer.
		AlreadyAbstained,
		/// The signer has committed before.
		AlreadyCommitted,
		/// The signer has sealed its fingerprints of this round before.
		AlreadySealed,
		/// The signer has revealed before.
		AlreadyRevealed,
		/// The signer's votes of this round are in already.
		AlreadyVoted,
		/// The signer has not committed.
		NotCommitted,
		/// The signer has not sealed any fingerprints.
		NotSealed,
		/// The signer has not revealed its response.
		NotRevealed,
		/// There is no result to show the items of.
		NoResult,
		/// Response and salt do not open the commitment.
		CommitmentMismatch,
		/// Fingerprints and salt do not open the seal.
		SealMismatch,
		/// The digests do not lead to the root of the answer.
		RootMismatch,
		/// There is not one vote per item.
		WrongVoteCount,
		/// The job does not wait for executors.
		NotAwaited,
		/// These are not as many seats as the round has.
		BadSeatCount,
		/// Somebody was drawn twice, or sits in the committee or in its review's already.
		DuplicateExecutor,
		/// The deadline leaves too little time for a round.
		DeadlineTooSoon,
		/// The committee can still answer.
		DeadlineNotPassed,
		/// The last stage has ended, but what follows from it has not happened yet.
		DecisionPending,
		/// Only the requester may doubt a job.
		NotRequester,
		/// The job has not settled with an answer.
		NotSettled,
		/// The job is a review itself.
		IsReview,
		/// The job has been reviewed, or is.
		AlreadyReviewed,
		/// It is too late to doubt the job.
		ChallengeWindowClosed,
		/// Canaries compare bits, which only `Exact` promises.
		CanaryNeedsExact,
		/// This is not what the job's canary commits to.
		CanaryMismatch,
		/// The proof does not show that this was agreed on for the item.
		BadProof,
		/// Nothing was agreed on for the item.
		ItemNotSettled,
		/// What was agreed on is what the canary expects.
		CanaryAgrees,
		/// A parameter is out of its range.
		ParamOutOfRange,
		/// A parameter would move too far at once.
		RateTooFast,
		/// The parameters were changed too recently.
		ParamsCoolingDown,
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn on_initialize(_: BlockNumberFor<T>) -> Weight {
			Self::reserve_transitions()
		}

		fn on_finalize(_: BlockNumberFor<T>) {
			Self::end_due_stages(Self::now());
		}

		fn integrity_test() {
			assert!(
				T::MaxTransitionWeight::get().all_gte(T::WeightInfo::transition()),
				"a stage that nobody ends locks its executors' stake"
			);
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), frame::deps::sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Does duties that the signer owes as an executor, of one job or of several: all or none,
		/// in this order. Costs no fee if all of them are owed.
		///
		/// ## Errors
		///
		/// That of the first duty which fails:
		///
		/// - [`Error::NoDuties`], [`Error::DuplicateDuty`]
		/// - [`Error::UnknownJob`], [`Error::AlreadyDecided`], [`Error::NotExecutor`]
		/// - [`Error::FellSilent`], [`Error::AlreadyAbstained`], [`Error::AlreadyCommitted`],
		///   [`Error::AlreadySealed`], [`Error::AlreadyRevealed`], [`Error::AlreadyVoted`]
		/// - [`Error::WrongStage`], [`Error::StageOver`]
		/// - [`Error::NotCommitted`], [`Error::NotSealed`], [`Error::NotRevealed`],
		///   [`Error::NoResult`]
		/// - [`Error::CommitmentMismatch`], [`Error::SealMismatch`], [`Error::RootMismatch`],
		///   [`Error::WrongVoteCount`]
		#[pallet::call_index(0)]
		#[pallet::weight(weights::answer_at_most::<T::WeightInfo>(duties))]
		#[pallet::feeless_if(|
			origin: &OriginFor<T>,
			duties: &BoundedVec<Duty, ConstU32<MAX_DUTIES>>,
		| -> bool {
			ensure_signed(origin.clone()).is_ok_and(|who| Pallet::<T>::owes(&who, duties))
		})]
		pub fn answer(
			origin: OriginFor<T>,
			duties: BoundedVec<Duty, ConstU32<MAX_DUTIES>>,
		) -> DispatchResultWithPostInfo {
			let who = ensure_signed(origin)?;
			let recorded = weights::recorded::<T::WeightInfo>(&duties);
			let branches = Self::do_answer(who, duties.into_inner())?;
			let weight = weights::answer_with::<T::WeightInfo>(&recorded, branches.into_iter());
			Ok((Some(weight), Pays::No).into())
		}

		/// Has a settled job of the signer's reviewed by a larger committee, which the signer pays
		/// for like for any job. If that agrees on something else, those who agreed before are
		/// slashed and the treasury pays the signer back.
		///
		/// ## Errors
		///
		/// [`Error::UnknownJob`], [`Error::NotRequester`], [`Error::IsReview`],
		/// [`Error::NotSettled`], [`Error::ChallengeWindowClosed`], [`Error::AlreadyReviewed`], and
		/// those of a submission.
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::challenge())]
		pub fn challenge(origin: OriginFor<T>, job: JobId) -> DispatchResult {
			Self::do_challenge(ensure_signed(origin)?, job)
		}

		/// Shows that the canary of a settled job of the signer's is the digest `digest` of item
		/// `index`, while `agreed` was agreed on, as `proof` shows. Then the job is reviewed as by
		/// [`Self::challenge`].
		///
		/// ## Errors
		///
		/// Those of [`Self::challenge`], [`Error::CanaryNeedsExact`], [`Error::CanaryMismatch`],
		/// [`Error::ItemNotSettled`], [`Error::BadProof`], [`Error::CanaryAgrees`].
		#[pallet::call_index(2)]
		#[pallet::weight(T::WeightInfo::open_canary())]
		pub fn open_canary(
			origin: OriginFor<T>,
			job: JobId,
			index: u32,
			digest: H256,
			salt: Salt,
			agreed: H256,
			proof: BoundedVec<H256, ConstU32<MAX_PROOF>>,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_open_canary(who, job, index, digest, salt, agreed, &proof)
		}

		/// Sets the parameters.
		///
		/// ## Errors
		///
		/// [`Error::ParamOutOfRange`], [`Error::RateTooFast`], [`Error::ParamsCoolingDown`].
		#[pallet::call_index(3)]
		#[pallet::weight(T::WeightInfo::set_params())]
		pub fn set_params(origin: OriginFor<T>, params: VerificationParams) -> DispatchResult {
			T::AdminOrigin::ensure_origin(origin)?;
			Self::do_set_params(params)
		}
	}
}

impl<T: Config> Pallet<T> {
	/// The block under construction.
	pub(crate) fn now() -> BlockNumber {
		frame_system::Pallet::<T>::block_number().saturated_into()
	}
}
