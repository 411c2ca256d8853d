//! # The contributor house
//!
//! Votes that are earned by verified work, and what they decide.
//!
//! This is the voting pallet of a second instance of `pallet-referenda`. That one keeps referenda,
//! tracks and deposits; this one keeps who voted for what with how many work credits. What the house
//! decides is dispatched from the origins of its tracks, to calls of this pallet and to
//! `pallet-whitelist`.
//!
//! ## Glossary
//!
//! - **poll**: a referendum of the contributor house.
//! - **deciding**: the part of a poll's life in which it can pass: after its deposit was placed, its
//!   preparation is over, and its track has room.
//! - **power** of an account in a poll: its work credits as they were when deciding began.
//! - **support**: power of those who voted aye or abstained, as a share of all credits there were
//!   when deciding began. **approval**: power of the ayes, as a share of ayes and nays.
//! - **featured models**: a short list that wallets and explorers show first.
//! - **redundancy floor**: executors of a job from which they may be anybody.
//! - **fee split**: how much of what the treasury earns by jobs is given to those who work.
//! - **veto**: taking back what the token house has approved, before it comes into force.
//!
//! ## How votes are counted
//!
//! Work credits are never locked and cannot be sent, so nothing is taken from those who vote, and
//! nobody can vote twice with the same credits. They change while a poll is decided: by work, and by
//! decay. Therefore a poll counts them [as they were](CreditSnapshots) when the snapshot period
//! began in which deciding began. Every vote on a poll, whenever it is cast, is counted as of that
//! one moment, and so is the total that support is measured against: work done after a poll has
//! begun to be decided moves nothing in it.
//!
//! That moment is unknown before, so there are no votes before: they are refused with
//! [`Error::NotDeciding`]. Voting again replaces the vote.
//!
//! Votes on a poll that has ended change nothing any more; anyone can clear them away.
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
//! 1. The votes on an ongoing poll sum up to its [`Tally`].
//! 2. They have no more power than there were credits, and none has no power.
//! 3. No model is featured twice.

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

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod decisions;
mod invariants;
#[cfg(test)]
mod mock;
mod renamed;
mod tally;
#[cfg(test)]
mod tests;
mod voting;
pub mod weights;

#[cfg(feature = "runtime-benchmarks")]
pub use benchmarking::BenchmarkHelper;
pub use pallet::*;
pub use renamed::Renamed;
pub use tally::{Ballot, Tally, Vote};
pub use weights::WeightInfo;

use alloc::vec::Vec;
use frame::{prelude::*, traits::Polling};
use tercet_primitives::{
	traits::{CreditSnapshots, FeeSplit, ModelCatalog, RedundancyFloor},
	Balance, BlockNumber, ModelId,
};

/// Names a poll: the index of a referendum of the contributor house.
pub type PollIndex = u32;

/// When polls began to be decided. Implemented where the polls are.
pub trait Decisions {
	/// The block in which `poll` began to be decided; `None` if it has not, or is not ongoing.
	fn since(poll: PollIndex) -> Option<BlockNumber>;
}

/// What the token house has approved and is not in force yet. Implemented where its referenda are.
pub trait Enactments {
	/// Cancels what referendum `index` of the token house has approved. Fails, without effect, if
	/// nothing of it is scheduled, or nothing that may be vetoed.
	fn cancel(index: u32) -> DispatchResult;
}

#[frame::pallet]
pub mod pallet {
	use super::*;

	#[pallet::pallet]
	pub struct Pallet<T>(_);

	#[pallet::config]
	pub trait Config: frame_system::Config {
		/// The polls that are voted on.
		type Polls: Polling<Tally, Index = PollIndex, Votes = Balance>;

		/// When they began to be decided.
		type Decisions: Decisions;

		/// Where votes come from. It must remember credits for as long as a poll can be decided.
		type Credits: CreditSnapshots<Self::AccountId>;

		/// The models that can be featured.
		type Catalog: ModelCatalog<Self::AccountId>;

		/// Where the redundancy floor is set.
		type Redundancy: RedundancyFloor;

		/// Where the fee split is set.
		type FeeSplit: FeeSplit;

		/// What can be vetoed.
		type Enactments: Enactments;

		/// Who features models.
		type FeaturedOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// Who sets the redundancy floor and the fee split.
		type TermsOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// Who vetoes.
		type VetoOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// Models that can be featured at the same time.
		#[pallet::constant]
		type MaxFeatured: Get<u32>;

		/// The least share that the house may give to those who work.
		#[pallet::constant]
		type LeastFeeSplit: Get<Permill>;

		/// The largest share that the house may give to those who work.
		#[pallet::constant]
		type MostFeeSplit: Get<Permill>;

		/// Weights of the calls.
		type WeightInfo: WeightInfo;

		/// What benchmarks need of other pallets.
		#[cfg(feature = "runtime-benchmarks")]
		type BenchmarkHelper: BenchmarkHelper<Self::AccountId>;
	}

	/// Votes, by poll and account. They go when their owners take them back, and once the poll has
	/// ended anyone can remove them.
	#[pallet::storage]
	pub type Ballots<T: Config> = StorageDoubleMap<
		_,
		Twox64Concat,
		PollIndex,
		Blake2_128Concat,
		T::AccountId,
		Ballot,
		OptionQuery,
	>;

	/// The featured models, first featured first.
	#[pallet::storage]
	pub type Featured<T: Config> = StorageValue<_, BoundedVec<ModelId, T::MaxFeatured>, ValueQuery>;

	#[pallet::event]
	#[pallet::generate_deposit(pub(crate) fn deposit_event)]
	pub enum Event<T: Config> {
		/// Somebody voted, or changed a vote.
		Voted {
			/// On what.
			poll: PollIndex,
			/// Who.
			who: T::AccountId,
			/// How, and with which power.
			ballot: Ballot,
		},
		/// Somebody took a vote back.
		VoteRemoved {
			/// On what.
			poll: PollIndex,
			/// Who.
			who: T::AccountId,
		},
		/// Votes on a poll that has ended were cleared away.
		VotesCleared {
			/// On what.
			poll: PollIndex,
			/// How many.
			count: u32,
		},
		/// A model is featured now.
		ModelFeatured {
			/// Which.
			model: ModelId,
		},
		/// A model is not featured any more.
		ModelUnfeatured {
			/// Which.
			model: ModelId,
		},
		/// The redundancy floor was set.
		RedundancyFloorSet {
			/// Executors of a job from which they may be anybody.
			executors: u8,
		},
		/// The fee split was set.
		FeeSplitSet {
			/// What those who work are given of what the treasury earns by jobs.
			to_workers: Permill,
		},
		/// What the token house had approved will not come into force.
		Vetoed {
			/// Which of its referenda.
			referendum: u32,
		},
	}

	#[pallet::error]
	pub enum Error<T> {
		/// There is no such poll, or it has ended.
		NotOngoing,
		/// The poll is not being decided yet.
		NotDeciding,
		/// The account had no work credits when the poll began to be decided.
		NoCredits,
		/// Nobody knows any more which credits there were when the poll began to be decided.
		SnapshotLost,
		/// The account has no vote on this poll.
		NotVoter,
		/// The poll is ongoing; its votes count.
		StillOngoing,
		/// There is no vote to clear away.
		NothingToClear,
		/// The model is featured already.
		AlreadyFeatured,
		/// The model is not featured.
		NotFeatured,
		/// As many models are featured as can be.
		TooManyFeatured,
		/// The share is not one that the house may set.
		FeeSplitOutOfBounds,
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn integrity_test() {
			assert!(T::MaxFeatured::get() > 0, "MaxFeatured must be positive");
			assert!(
				T::LeastFeeSplit::get() <= T::MostFeeSplit::get(),
				"LeastFeeSplit must not exceed MostFeeSplit"
			);
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), frame::deps::sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Votes on a poll that is being decided, with all the credits that the caller had when
		/// deciding began. Replaces an earlier vote on it.
		///
		/// Errors: [`Error::NotOngoing`], [`Error::NotDeciding`], [`Error::NoCredits`],
		/// [`Error::SnapshotLost`].
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::vote())]
		pub fn vote(
			origin: OriginFor<T>,
			#[pallet::compact] poll: PollIndex,
			vote: Vote,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_vote(who, poll, vote)
		}

		/// Takes the caller's vote back. On a poll that has ended, this only frees its storage.
		///
		/// Errors: [`Error::NotVoter`].
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::remove_vote())]
		pub fn remove_vote(
			origin: OriginFor<T>,
			#[pallet::compact] poll: PollIndex,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_remove_vote(who, poll)
		}

		/// Clears away at most `limit` votes on a poll that has ended. By anyone.
		///
		/// Errors: [`Error::StillOngoing`], [`Error::NothingToClear`].
		#[pallet::call_index(2)]
		#[pallet::weight(T::WeightInfo::clear_votes(*limit))]
		pub fn clear_votes(
			origin: OriginFor<T>,
			#[pallet::compact] poll: PollIndex,
			limit: u32,
		) -> DispatchResultWithPostInfo {
			ensure_signed(origin)?;
			let count = Self::do_clear_votes(poll, limit)?;
			Ok(Some(T::WeightInfo::clear_votes(count)).into())
		}

		/// Features a model. By `FeaturedOrigin`.
		///
		/// Errors: the catalogue's, if there is no such model; [`Error::AlreadyFeatured`],
		/// [`Error::TooManyFeatured`].
		#[pallet::call_index(3)]
		#[pallet::weight(T::WeightInfo::feature())]
		pub fn feature(origin: OriginFor<T>, model: ModelId) -> DispatchResult {
			T::FeaturedOrigin::ensure_origin(origin)?;
			Self::do_feature(model)
		}

		/// Features a model no more. By `FeaturedOrigin`.
		///
		/// Errors: [`Error::NotFeatured`].
		#[pallet::call_index(4)]
		#[pallet::weight(T::WeightInfo::unfeature())]
		pub fn unfeature(origin: OriginFor<T>, model: ModelId) -> DispatchResult {
			T::FeaturedOrigin::ensure_origin(origin)?;
			Self::do_unfeature(model)
		}

		/// Sets the executors of a job from which they may be anybody: fewer must be proven, and
		/// are audited more often. By `TermsOrigin`.
		///
		/// Errors: those of the parameters that it changes, for their range, rate and cooldown.
		#[pallet::call_index(5)]
		#[pallet::weight(T::WeightInfo::set_redundancy_floor())]
		pub fn set_redundancy_floor(origin: OriginFor<T>, executors: u8) -> DispatchResult {
			T::TermsOrigin::ensure_origin(origin)?;
			Self::do_set_redundancy_floor(executors)
		}

		/// Sets how much of what the treasury earns by jobs is given to those who work. By
		/// `TermsOrigin`.
		///
		/// - `to_workers`: `LeastFeeSplit`..=`MostFeeSplit`.
		///
		/// Errors: [`Error::FeeSplitOutOfBounds`], and those of the parameter that it changes, for
		/// its rate and cooldown.
		#[pallet::call_index(6)]
		#[pallet::weight(T::WeightInfo::set_fee_split())]
		pub fn set_fee_split(origin: OriginFor<T>, to_workers: Permill) -> DispatchResult {
			T::TermsOrigin::ensure_origin(origin)?;
			Self::do_set_fee_split(to_workers)
		}

		/// Cancels what a referendum of the token house has approved, before it comes into force. By
		/// `VetoOrigin`.
		///
		/// Errors: those of [`Config::Enactments`], if nothing is scheduled, or nothing that may be
		/// vetoed.
		#[pallet::call_index(7)]
		#[pallet::weight(T::WeightInfo::veto())]
		pub fn veto(origin: OriginFor<T>, #[pallet::compact] referendum: u32) -> DispatchResult {
			T::VetoOrigin::ensure_origin(origin)?;
			Self::do_veto(referendum)
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// The vote of `who` on `poll`.
		pub fn vote_of(poll: PollIndex, who: T::AccountId) -> Option<Ballot> {
			Ballots::<T>::get(poll, who)
		}

		/// The power of `who` in `poll`: credits, and those of everybody. `None` while the poll is
		/// not being decided.
		pub fn power_of(poll: PollIndex, who: T::AccountId) -> Option<(Balance, Balance)> {
			let credits = T::Credits::credits_at(&who, T::Decisions::since(poll)?)?;
			Some((credits.own, credits.total))
		}

		/// The featured models, first featured first.
		pub fn featured() -> Vec<ModelId> {
			Featured::<T>::get().into_inner()
		}
	}
}
