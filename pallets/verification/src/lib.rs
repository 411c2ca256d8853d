//! # Verification
//!
//! Takes the answers of a job's executors in two steps, compares them, and has the job settled or
//! refunded.
//!
//! ## Glossary
//!
//! - **committee**: the executors of one round of one job, each with a **seat**.
//! - **commitment**: a hash that binds an executor to an answer without showing it.
//! - **reveal**: the answer and the salt that open a commitment.
//! - **decision**: how a committee ended. **conduct**: what one executor did with its seat.
//!
//! ## Windows
//!
//! A committee drawn at the end of block `d` for a job with deadline `t` takes
//! [`commitments`](Pallet::commit) up to block `d + max(1, ⌊2(t − d)/3⌋)`, but never later than
//! `t − 1`; then, or as soon as everyone has committed, [`reveals`](Pallet::reveal) up to block
//! `t`.
//! So nobody sees an answer while commitments are still taken.
//!
//! The reveal that fills the last seat decides, in its own block: equal answers (root and output)
//! settle the job, different ones refund it. If the deadline passes first, `job-market` closes the
//! committee and refunds.
//!
//! ## Conduct
//!
//! | all answers equal | answered | another gave the same answer | others answered | conduct |
//! |---|---|---|---|---|
//! | yes | yes | | | [`Verified`](Conduct::Verified) |
//! | no | yes | yes | | [`Unresolved`](Conduct::Unresolved) |
//! | no | yes | no | no | [`Unresolved`](Conduct::Unresolved) |
//! | no | yes | no | yes | [`Alone`](Conduct::Alone) |
//! | no | no | | | [`Silent`](Conduct::Silent) |
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
//! 2. A committee has at least one seat, and nobody sits on two of its seats.
//! 3. The windows of a committee are in order: drawn, last commitment, last reveal.
//! 4. The decision fits the answers: undecided or timed out while one is missing, agreed when all
//!    are equal, disagreed otherwise.
//! 5. The job fits the decision: running while undecided, settled with the answer agreed on,
//!    refunded otherwise.

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

mod answers;
mod committees;
mod decision;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;
mod try_state;
mod views;
pub mod weights;

pub use pallet::*;
pub use weights::WeightInfo;

use frame::prelude::*;
use tercet_primitives::{
	hashing::Salt,
	traits::{ProviderPool, Settlement},
	Answer, BlockNumber, Committee, Conduct, Decision, JobId, Payload, H256, MAX_INLINE_BYTES,
};

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

		/// Weights.
		type WeightInfo: WeightInfo;
	}

	/// The committee of each job that has one.
	#[pallet::storage]
	pub type CommitteesOf<T: Config> =
		StorageMap<_, Blake2_128Concat, JobId, Committee<T::AccountId>>;

	/// The jobs in each executor's hands.
	#[pallet::storage]
	pub type Assignments<T: Config> =
		StorageDoubleMap<_, Blake2_128Concat, T::AccountId, Blake2_128Concat, JobId, ()>;

	#[pallet::event]
	#[pallet::generate_deposit(pub(crate) fn deposit_event)]
	pub enum Event<T: Config> {
		/// An executor committed to an answer.
		Committed {
			/// The job.
			job: JobId,
			/// Who.
			executor: T::AccountId,
			/// To what.
			commitment: H256,
		},
		/// An executor opened its commitment.
		Revealed {
			/// The job.
			job: JobId,
			/// Who.
			executor: T::AccountId,
			/// The root of its answer.
			root: H256,
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
	}

	#[pallet::error]
	pub enum Error<T> {
		/// The job is unknown, or has no committee.
		UnknownJob,
		/// The signer has no seat in the committee.
		NotExecutor,
		/// The signer has committed before.
		AlreadyCommitted,
		/// The signer has revealed before.
		AlreadyRevealed,
		/// The committee has ended.
		AlreadyDecided,
		/// Commitments are not taken any more.
		CommitWindowClosed,
		/// Reveals are not taken yet: somebody may still commit.
		RevealWindowNotOpen,
		/// Reveals are not taken any more: the deadline has passed.
		RevealWindowClosed,
		/// The signer has not committed.
		NotCommitted,
		/// Answer and salt do not open the commitment.
		CommitmentMismatch,
		/// The job has a committee already.
		AlreadyOpen,
		/// A committee has 1 to [`MAX_SEATS`](tercet_primitives::MAX_SEATS) seats.
		BadSeatCount,
		/// Somebody was drawn twice.
		DuplicateExecutor,
		/// The deadline leaves no block for commitments and one after it for reveals.
		DeadlineTooSoon,
		/// The committee can still answer.
		DeadlineNotPassed,
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn integrity_test() {
			assert!(
				T::WeightInfo::reveal(0).all_lte(T::WeightInfo::decide(0)),
				"a reveal that decides weighs at least as much as one that does not"
			);
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), frame::deps::sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Commits the signer to an answer for a job it was drawn for.
		///
		/// `commitment` is [`hashing::commitment`](tercet_primitives::hashing::commitment). Owed by
		/// the executor, so no fee is paid when it succeeds.
		///
		/// ## Errors
		///
		/// [`Error::UnknownJob`], [`Error::NotExecutor`], [`Error::AlreadyDecided`],
		/// [`Error::AlreadyCommitted`], [`Error::AlreadyRevealed`],
		/// [`Error::CommitWindowClosed`].
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::commit())]
		pub fn commit(
			origin: OriginFor<T>,
			job: JobId,
			commitment: H256,
		) -> DispatchResultWithPostInfo {
			let executor = ensure_signed(origin)?;
			Self::do_commit(executor, job, commitment)?;
			Ok(Pays::No.into())
		}

		/// Opens the signer's commitment. The last reveal of a committee decides the job.
		///
		/// Owed by the executor, so no fee is paid when it succeeds.
		///
		/// ## Errors
		///
		/// [`Error::UnknownJob`], [`Error::NotExecutor`], [`Error::AlreadyDecided`],
		/// [`Error::NotCommitted`], [`Error::AlreadyRevealed`], [`Error::RevealWindowNotOpen`],
		/// [`Error::RevealWindowClosed`], [`Error::CommitmentMismatch`]; and, for a reveal that
		/// decides, whatever keeps the job from being settled or refunded.
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::decide(inline_bytes(answer)))]
		pub fn reveal(
			origin: OriginFor<T>,
			job: JobId,
			answer: Answer,
			salt: Salt,
		) -> DispatchResultWithPostInfo {
			let executor = ensure_signed(origin)?;
			let bytes = inline_bytes(&answer);
			let weight = match Self::do_reveal(executor, job, answer, salt)? {
				Some(_) => T::WeightInfo::decide(bytes),
				None => T::WeightInfo::reveal(bytes),
			};
			Ok((Some(weight), Pays::No).into())
		}
	}
}

/// Bytes of an answer's output that travel in the transaction.
fn inline_bytes(answer: &Answer) -> u32 {
	match &answer.output {
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
