//! # Payouts
//!
//! Splits the escrow of a settled job between those who earned it, and rewards verified work.
//!
//! ## Glossary
//!
//! - **pay**: what one executor earns with a job, `units × price`; the **work** is what all of them
//!   earn together.
//! - **royalties**: what the authors of the model and of its ancestors earn on top, shares of the
//!   work.
//! - **treasury share**: what the network earns on top, a share of the work; the **fee** is what it
//!   earns besides.
//! - **escrow**: what the payer has on hold for the job.
//! - **value** of an executor's work: the treasury share that was paid for it.
//! - **era**: the period for which rewards are computed. **half-life**: the eras in which work
//!   credits halve.
//! - **work credits**: the pay for verified work, decayed; they cannot be sent.
//! - **snapshot period**: work credits are known as they were when any of the last periods began.
//!
//! ## How a split works
//!
//! [`worst_case`](tercet_primitives::traits::Payouts::worst_case) rounds every share up and says
//! what to hold; [`distribute`](tercet_primitives::traits::Payouts::distribute) rounds every share
//! down and pays. What rounding leaves, and whatever else of the escrow is not owed, returns to the
//! payer or stays on hold, as the invoice says, so the parts of a
//! [`Statement`](tercet_primitives::Statement) always sum to what left the escrow.
//!
//! Three rules keep one account from holding up everybody else's pay:
//!
//! - **Who cannot receive is paid to the treasury.** A payment below the existential deposit cannot
//!   bring an account to life. That part goes to the treasury account and is counted as the
//!   treasury's; the work is not counted as that executor's.
//! - **What the treasury cannot receive returns to the payer**, and a remainder that the payer
//!   cannot receive (below the existential deposit, with nothing free) goes to the treasury.
//! - **Freezes of the payer do not count.** The money was put on hold for this very purpose, so
//!   voting with it elsewhere does not take it back.
//!
//! A treasury share that was raised after submission takes no more than the escrow leaves once
//! executors, authors and fee are paid.
//!
//! ## How work is rewarded
//!
//! Everybody who was paid as an executor did verified work: for a whole job, a part of one, a job
//! found invalid, or a review. An era rewards `min(reward_rate, reward_of_fees × income)`, where the
//! income is the treasury share of all the era's work that somebody else than the treasury paid for,
//! and each provider's part is in proportion to the value of its work, rounded down. Anyone
//! [claims](Pallet::claim) it for a provider within `HistoryDepth` eras; only then it is minted, and
//! handed on through [`StakeRewards`]. What is not claimed in time is never minted.
//!
//! **Whoever works for itself loses money.** Income never exceeds value, so work of value `v` earns
//! at most `reward_of_fees × v`, whatever others do, and `v` is what its payer gave to the treasury
//! for it. As `reward_of_fees` stays [below one](params::MAX_REWARD_OF_FEES), the rewards of work
//! that somebody paid for to itself are less than that payment. This is why value is counted in
//! what the treasury earned, and neither in pay, nor with the fee: a share in what others pay to the
//! treasury could be bought with work that pays it less. `docs/economics.md` has the details.
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
//! 1. The [`Ledger`] balances: what executors, authors and treasury were paid and what payers got
//!    back sums to the escrow that was ever spent.
//! 2. Every era with unclaimed work, none of them in the future, has its record: it counts the
//!    providers, and the values of their work sum to its value (to at most that once the era is over
//!    and claims have begun), of which income is a part.
//! 3. No work credits are from a future half-life, and together they do not exceed their total.
//! 4. Every parameter is in its range.
//! 5. Past credits, an account's and the total, are of rising periods up to the present one, and none
//!    was written after the next one, or after the present ones.

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
mod claims;
mod clock;
mod distribution;
#[cfg(test)]
mod mock;
pub mod params;
mod snapshots;
#[cfg(test)]
mod tests;
mod try_state;
mod types;
pub mod weights;
mod work;

#[cfg(feature = "runtime-benchmarks")]
pub use benchmarking::BenchmarkHelper;
pub use clock::Clock;
pub use pallet::*;
pub use params::Parameters;
pub use snapshots::{Past, PastCredits, SNAPSHOT_PERIODS};
pub use types::{Credits, EraWork, Ledger, Role};
pub use weights::WeightInfo;

use alloc::vec::Vec;
use frame::{
	prelude::*,
	traits::fungible::{Inspect, Mutate, MutateHold},
};
use tercet_primitives::{traits::StakeRewards, Balance, BlockNumber, JobId};

#[frame::pallet]
pub mod pallet {
	use super::*;

	#[pallet::pallet]
	pub struct Pallet<T>(_);

	#[pallet::config]
	pub trait Config: frame_system::Config {
		/// The overarching hold reason.
		type RuntimeHoldReason: Parameter + Member + MaxEncodedLen + Copy + VariantCount;

		/// The native token.
		type Currency: MutateHold<Self::AccountId, Reason = Self::RuntimeHoldReason, Balance = Balance>
			+ Mutate<Self::AccountId>;

		/// What the network earns on top of the executors' pay, as a share of it. The escrow of an
		/// open job was sized by the value at its submission, so it changes with the runtime only.
		#[pallet::constant]
		type TreasuryShare: Get<Permill>;

		/// Who receives the treasury share and the fees, and what others cannot receive. Keep it
		/// alive: what it cannot receive either stays with the payer.
		type TreasuryAccount: Get<Self::AccountId>;

		/// Who shares a provider's reward with its delegators.
		type Rewards: StakeRewards<Self::AccountId>;

		/// Names the account that rewards are minted to before they are handed on.
		#[pallet::constant]
		type PalletId: Get<PalletId>;

		/// Eras after the end of which rewards can be claimed.
		#[pallet::constant]
		type HistoryDepth: Get<u32>;

		/// Blocks in a snapshot period. Never changes on a running chain.
		#[pallet::constant]
		type SnapshotPeriod: Get<BlockNumber>;

		/// The highest `reward_rate`, in planck for each era.
		#[pallet::constant]
		type MaxRewardRate: Get<Balance>;

		/// Blocks that must pass between two changes of the parameters.
		#[pallet::constant]
		type ParamsCooldown: Get<BlockNumber>;

		/// Who sets the parameters.
		type AdminOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// Weights of the calls.
		type WeightInfo: WeightInfo;

		/// What benchmarks need of other pallets.
		#[cfg(feature = "runtime-benchmarks")]
		type BenchmarkHelper: BenchmarkHelper<Self::AccountId, Self::RuntimeHoldReason>;
	}

	/// Everything ever distributed and minted.
	#[pallet::storage]
	pub type Distributed<T: Config> = StorageValue<_, Ledger, ValueQuery>;

	/// What governance tunes.
	#[pallet::storage]
	pub type Params<T: Config> = StorageValue<_, Parameters, ValueQuery>;

	/// When the parameters last changed.
	#[pallet::storage]
	pub type ParamsChangedAt<T: Config> = StorageValue<_, BlockNumber, OptionQuery>;

	/// Counts eras, in blocks.
	#[pallet::storage]
	pub type Eras<T: Config> = StorageValue<_, Clock, ValueQuery>;

	/// Counts half-lives of work credits, in eras.
	#[pallet::storage]
	pub type HalfLives<T: Config> = StorageValue<_, Clock, ValueQuery>;

	/// The verified work of each era that has unclaimed work.
	#[pallet::storage]
	pub type WorkOfEras<T: Config> = StorageMap<_, Twox64Concat, u32, EraWork, OptionQuery>;

	/// Value of the verified work of each provider in each era, until it is claimed, in planck.
	/// Anyone can remove it once the era is over: by claiming, or when that has expired.
	#[pallet::storage]
	pub type WorkOf<T: Config> = StorageDoubleMap<
		_,
		Twox64Concat,
		u32,
		Blake2_128Concat,
		T::AccountId,
		Balance,
		OptionQuery,
	>;

	/// Work credits of each account that was ever paid for verified work.
	#[pallet::storage]
	pub type WorkCredits<T: Config> =
		StorageMap<_, Blake2_128Concat, T::AccountId, Credits, ValueQuery>;

	/// All work credits, halved as one sum: at least the sum of all accounts', which round down for
	/// themselves.
	#[pallet::storage]
	pub type TotalCredits<T: Config> = StorageValue<_, Credits, ValueQuery>;

	/// Work credits of each account before the periods in which they last changed.
	#[pallet::storage]
	pub type CreditsBefore<T: Config> =
		StorageMap<_, Blake2_128Concat, T::AccountId, PastCredits, ValueQuery>;

	/// All work credits before the periods in which they last changed.
	#[pallet::storage]
	pub type TotalCreditsBefore<T: Config> = StorageValue<_, PastCredits, ValueQuery>;

	/// What the pallet starts with.
	#[pallet::genesis_config]
	#[derive(frame::derive::DefaultNoBound)]
	pub struct GenesisConfig<T: Config> {
		/// What governance tunes.
		pub params: Parameters,
		/// The runtime.
		#[serde(skip)]
		pub _config: PhantomData<T>,
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		/// Sets the parameters, which must be in their ranges, and mints the existential deposit to
		/// the pot, so that the smallest reward can pass through it.
		fn build(&self) {
			assert!(
				self.params.is_in_range(T::MaxRewardRate::get()),
				"every parameter must be in its range"
			);
			Params::<T>::put(&self.params);
			let pot = Pallet::<T>::pot();
			if T::Currency::balance(&pot) == 0 {
				let minted = T::Currency::mint_into(&pot, T::Currency::minimum_balance());
				assert!(minted.is_ok(), "the pot must be able to receive the existential deposit");
			}
		}
	}

	#[pallet::event]
	#[pallet::generate_deposit(pub(crate) fn deposit_event)]
	pub enum Event<T: Config> {
		/// Someone was paid for a job.
		Paid {
			/// The job.
			job: JobId,
			/// Who was paid.
			payee: T::AccountId,
			/// How much.
			amount: Balance,
			/// For what.
			role: Role,
		},
		/// Someone could not be paid, because the account is dead and the payment below the
		/// existential deposit; the treasury is paid instead.
		Redirected {
			/// The job.
			job: JobId,
			/// Who could not be paid.
			payee: T::AccountId,
			/// How much.
			amount: Balance,
			/// For what.
			role: Role,
		},
		/// What was left of the escrow returned to the payer.
		Refunded {
			/// The job.
			job: JobId,
			/// Who paid for the job.
			to: T::AccountId,
			/// How much.
			amount: Balance,
		},
		/// The reward for a provider's work in an era was minted for it and its delegators.
		Claimed {
			/// Whose work.
			provider: T::AccountId,
			/// Of which era.
			era: u32,
			/// How much; zero if the era rewards too little.
			amount: Balance,
		},
		/// The work of a provider in an era was forgotten: nobody claimed its reward in time.
		Expired {
			/// Whose work.
			provider: T::AccountId,
			/// Of which era.
			era: u32,
		},
		/// The parameters changed.
		ParamsSet {
			/// What they are now.
			params: Parameters,
		},
	}

	#[pallet::error]
	pub enum Error<T> {
		/// The escrow does not cover executors, authors and fee.
		EscrowTooSmall,
		/// The amounts do not fit into a balance.
		AmountOverflow,
		/// Neither the payer nor the treasury can receive what is left of the escrow.
		NobodyCanReceive,
		/// The era is not over yet.
		EraNotOver,
		/// The provider did no verified work in this era, or its reward was claimed, or forgotten.
		NothingToClaim,
		/// The provider has left, its account is dead, and the reward is below the existential
		/// deposit.
		CannotReceive,
		/// The reward was not handed on in full.
		RewardNotCredited,
		/// A parameter is out of its range.
		ParamOutOfRange,
		/// A parameter would move too far at once.
		RateTooFast,
		/// The parameters were changed too recently.
		ParamsCoolingDown,
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn integrity_test() {
			assert!(T::SnapshotPeriod::get() > 0, "SnapshotPeriod must be positive");
			assert!(
				T::HistoryDepth::get() > 0,
				"HistoryDepth must be positive, or no reward could be claimed"
			);
			assert!(
				params::MAX_REWARD_OF_FEES < Permill::one(),
				"MAX_REWARD_OF_FEES must be below one, or whoever works for itself could gain"
			);
			assert!(
				Parameters::default().is_in_range(T::MaxRewardRate::get()),
				"the default parameters must be in range: MaxRewardRate is too low"
			);
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), frame::deps::sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Mints the reward for what `provider` did in `era`, for it and its delegators, whoever
		/// asks.
		///
		/// - `era`: one that is over, at most `HistoryDepth` eras ago. Work of an earlier one is
		///   forgotten without a reward, so that nothing stays in storage for ever.
		///
		/// Errors: [`Error::EraNotOver`], [`Error::NothingToClaim`], [`Error::CannotReceive`],
		/// [`Error::RewardNotCredited`], [`Error::AmountOverflow`], or a token error if the reward
		/// cannot be minted.
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::claim())]
		pub fn claim(origin: OriginFor<T>, provider: T::AccountId, era: u32) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_claim(provider, era)
		}

		/// Sets the parameters. `AdminOrigin` only.
		///
		/// No value may be more than doubled or halved at once, but for a step from and to zero,
		/// and `ParamsCooldown` blocks must have passed since the last change.
		///
		/// Errors: [`Error::ParamOutOfRange`], [`Error::RateTooFast`], [`Error::ParamsCoolingDown`].
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::set_params())]
		pub fn set_params(origin: OriginFor<T>, params: Parameters) -> DispatchResult {
			T::AdminOrigin::ensure_origin(origin)?;
			Self::do_set_params(params)
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// Rewards that can be claimed for `who` now, by rising era: era and amount, in planck.
		pub fn claimable(who: T::AccountId) -> Vec<(u32, Balance)> {
			Self::claimable_of(&who)
		}

		/// Verified work of `who`, decayed to now, in planck.
		pub fn work_credits(who: T::AccountId) -> Balance {
			Self::credits_of(&who)
		}

		/// Verified work of everybody, decayed to now, in planck.
		pub fn total_work_credits() -> Balance {
			TotalCredits::<T>::get().at(Self::half_life())
		}

		/// The current era.
		pub fn current_era() -> u32 {
			Self::era()
		}
	}
}
