//! # Provider staking
//!
//! Who offers compute, what stands behind it, and who is drawn for a job.
//!
//! - **provider**: an account with stake that offers compute.
//! - **bond**: a provider's own stake. It is on hold from the first block to the last, also while it
//!   is **unbonding**.
//! - **delegation**: stake that another account puts behind a provider, on hold in the provider's
//!   **pot** and owned in **shares**; see [`pot`].
//! - **counted stake**: bond and delegations, less what is unbonding, as draws see it: what is added
//!   counts from the next **stake epoch** on, what goes counts no more at once.
//! - **reputation**: how well a provider did lately; see [`reputation`].
//! - **operator**: who runs a provider. Two providers of one operator never share a job.
//! - **risk**: the stake that each executor of a job has set aside for it, and that an answer against
//!   the quorum costs.
//! - **pool**: the interchangeable providers for one variant and determinism class
//!   ([`PoolId`](tercet_primitives::PoolId)).
//! - **offer**: a provider's word that it serves a pool, and the least price per work unit that it
//!   accepts.
//! - **seat**: an available provider's place in a pool. A pool's seats are numbered without gaps, so
//!   that a draw reads one seat per sample.
//! - **weight**: a provider's counted stake, capped at [`Config::StakeCap`], times the
//!   [multiplier](Reputation::multiplier) of its reputation. Draws are proportional to weight, so
//!   splitting a stake into many identities gains nothing.
//! - **proven**: a provider with many verified jobs and a high reputation, as the
//!   [parameters](Parameters) say.
//!
//! ## Scenario: a provider's life
//!
//! 1. [`bond`](Pallet::bond) at least [`Config::MinBond`], [`offer`](Pallet::offer) one or more
//!    pools, [`go_available`](Pallet::go_available): the provider gets a seat in every pool that it
//!    offers, and can be drawn from the next stake epoch on.
//! 2. The market [draws](tercet_primitives::traits::ProviderPool::draw) it for a job, which is then
//!    in its hands until the market
//!    [releases](tercet_primitives::traits::ProviderPool::release) it and says how it went. It has
//!    at most [`Parameters::max_in_flight`] jobs in hand, and at most its stake at risk in them.
//! 3. [`go_unavailable`](Pallet::go_unavailable) gives up the seats; jobs in hand remain and must be
//!    answered.
//! 4. [`unbond`](Pallet::unbond) what is not at risk. The stake stays on hold for
//!    [`Config::UnbondingPeriod`] blocks, then [`withdraw_unbonded`](Pallet::withdraw_unbonded)
//!    releases it. A provider without any stake, delegation or job left is forgotten, offers
//!    included.
//!
//! ## Scenario: a delegator's
//!
//! 1. [`delegate`](Pallet::delegate): the stake moves into the provider's pot. Whoever opens a pot
//!    also brings its account to life with the existential deposit, which goes to whoever empties it.
//! 2. [Rewards](tercet_primitives::traits::StakeRewards) raise the value of its shares, after the
//!    provider's [commission](Pallet::set_commission); slashes lower it.
//! 3. [`undelegate`](Pallet::undelegate), whatever the provider does, and
//!    [`withdraw_undelegated`](Pallet::withdraw_undelegated) after `UnbondingPeriod` blocks.
//!
//! ## Scenario: a slash
//!
//! 1. A quorum is against an answer: `risk` is to be slashed. Or an executor has committed to an
//!    answer and does not show it, or was silent from the beginning: then
//!    [`Parameters::withheld_share`] or [`Parameters::silent_share`] of it. That comes from own and
//!    delegated stake in proportion to what they are in this block, rounded against the provider. It
//!    is *pending*: the provider cannot withdraw its part, no new delegation is taken that would
//!    share in it, and a delegator who withdraws leaves its part behind.
//! 2. [`cancel_slash`](Pallet::cancel_slash) by governance within [`Parameters::slash_delay`] blocks
//!    forgives it. What delegators left behind is then the pot's; without anybody in the pot, the
//!    treasury's.
//! 3. Else a hook [applies](slashing) it: from the bond, then from what is unbonding, newest first,
//!    and from the pot. A share is burned, the rest goes to the treasury. A provider whose bond falls
//!    below the minimum becomes unavailable. A pot slashed to nothing is closed, and its shares are
//!    worth nothing for good.
//!
//! ## Drawing
//!
//! See [`draw`]: proportional to weight, without replacement, and in a number of storage reads that
//! does not depend on how many providers there are.
//!
//! As a test:
//!
#![doc = "```ignore"]
#![doc = include_str!("tests/scenario.rs")]
#![doc = "```"]
//!
//! ## Invariants
//!
//! Checked by [`Pallet::do_try_state`].
//!
//! 1. What is on hold from a provider for [`HoldReason::Bond`] is what it has bonded and unbonding;
//!    what is on hold in its pot's account for [`HoldReason::Delegation`] is the pot's value.
//! 2. A provider has stake, its own or delegated, or a job in hand; every unbonding chunk has
//!    something, in the order in which chunks fall due.
//! 3. An available provider has a bond and at least one offer. Without a job in hand nothing is at
//!    risk.
//! 4. A provider's offers are for distinct pools and have a price. An offer has a seat if and only if
//!    the provider is available, and the seat names the provider, its counted stake and its price.
//! 5. Pools are dense: the seats of a pool are exactly those numbered below its size, there is no
//!    record of an empty pool, and every seat belongs to an offer.
//! 6. Every job that a provider was ever drawn for is in its hands or has ended one way: `assigned =
//!    in_flight + verified + unresolved + alone + silent + withheld + wrong + abstained`.
//! 7. The shares of a pot are those of its delegations, on their way out or not. A pot has value; one
//!    without shares has no more than pending slashes will take. A pot's id was given out.
//! 8. Pending slashes add up to what their providers have pending, and are at most what they will be
//!    taken from. Their ids are in the queue.
//! 9. No more stake counts, in this epoch or the next, than there is.
//! 10. The parameters are in range.

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
pub mod benchmarking;
mod conduct;
mod delegation;
pub mod draw;
mod invariants;
mod offers;
mod operators;
pub mod params;
mod pools;
pub mod pot;
pub mod reputation;
mod rewards;
mod sampling;
pub mod slashing;
mod stake;
mod types;
mod views;
pub mod weights;

#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

#[cfg(feature = "runtime-benchmarks")]
pub use benchmarking::BenchmarkHelper;
pub use pallet::*;
pub use params::{EpochBase, Parameters};
pub use pools::MAX_SUPPLY_SEATS;
pub use pot::Pot;
pub use reputation::Reputation;
pub use types::{
	Counted, Delegation, Offer, Pending, PendingSlash, PoolSeat, Provider, Queue, Record,
	UnbondChunk, MAX_OFFERS, MAX_UNBOND_CHUNKS,
};
pub use weights::WeightInfo;

use alloc::vec::Vec;
use frame::prelude::*;
use tercet_primitives::{apis::ProviderView, traits::ModelCatalog, Balance, BlockNumber, PoolId};

/// A provider on this chain.
pub(crate) type ProviderOf<T> = Provider<<T as frame_system::Config>::AccountId>;

#[frame::pallet]
pub mod pallet {
	use super::*;

	#[pallet::pallet]
	pub struct Pallet<T>(_);

	#[pallet::config]
	pub trait Config: frame_system::Config {
		/// The overarching hold reason.
		type RuntimeHoldReason: From<HoldReason>;

		/// Where stake is held.
		type Currency: fungible::hold::Mutate<
				Self::AccountId,
				Reason = Self::RuntimeHoldReason,
				Balance = Balance,
			> + fungible::Mutate<Self::AccountId, Balance = Balance>;

		/// The models that can be offered.
		type Models: ModelCatalog<Self::AccountId>;

		/// The least stake with which a provider may be available, in planck.
		#[pallet::constant]
		type MinBond: Get<Balance>;

		/// Stake above this adds nothing to a provider's chance of being drawn, in planck. At most
		/// [`draw::MAX_CAP_IN_MIN_BONDS`] times `MinBond`.
		#[pallet::constant]
		type StakeCap: Get<Balance>;

		/// Blocks from unbonding to the first block in which the stake can be withdrawn. Longer than
		/// any job can take, with the time to challenge it and [`Parameters::slash_delay`].
		#[pallet::constant]
		type UnbondingPeriod: Get<BlockNumber>;

		/// Slashes that one block applies at most.
		#[pallet::constant]
		type MaxSlashesPerBlock: Get<u32>;

		/// Blocks between two changes of the parameters at least.
		#[pallet::constant]
		type ParamsCooldown: Get<BlockNumber>;

		/// What the accounts of the pots are derived from.
		#[pallet::constant]
		type PalletId: Get<PalletId>;

		/// Who gets what is slashed and not burned.
		type Treasury: Get<Self::AccountId>;

		/// Who may change the parameters.
		type AdminOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// Who may cancel a slash.
		type CancelOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// Weights of the calls.
		type WeightInfo: WeightInfo;

		/// What benchmarks need of other pallets.
		#[cfg(feature = "runtime-benchmarks")]
		type BenchmarkHelper: BenchmarkHelper;
	}

	/// Every account with stake, its own or delegated, or a job in hand.
	#[pallet::storage]
	pub type Providers<T: Config> =
		StorageMap<_, Blake2_128Concat, T::AccountId, ProviderOf<T>, OptionQuery>;

	/// Stake delegated to a provider (first key) by an account. A record whose pot was slashed to
	/// nothing stays until its owner withdraws or delegates again; it was paid for with the stake.
	#[pallet::storage]
	pub type Delegations<T: Config> = StorageDoubleMap<
		_,
		Blake2_128Concat,
		T::AccountId,
		Blake2_128Concat,
		T::AccountId,
		Delegation,
		OptionQuery,
	>;

	/// Id of the next pot.
	#[pallet::storage]
	pub type NextPot<T: Config> = StorageValue<_, u64, ValueQuery>;

	/// Slashes that have been decided and not applied yet.
	#[pallet::storage]
	pub type PendingSlashes<T: Config> =
		StorageMap<_, Twox64Concat, u32, PendingSlash<T::AccountId>, OptionQuery>;

	/// In which order they are applied.
	#[pallet::storage]
	pub type SlashQueue<T: Config> = StorageValue<_, Queue, ValueQuery>;

	/// All that was ever slashed and burned, in planck.
	#[pallet::storage]
	pub type TotalBurned<T: Config> = StorageValue<_, Balance, ValueQuery>;

	/// Values that governance may tune.
	#[pallet::storage]
	pub type Params<T: Config> = StorageValue<_, Parameters, ValueQuery>;

	/// Where the count of stake epochs stands.
	#[pallet::storage]
	pub type Epochs<T: Config> = StorageValue<_, EpochBase, ValueQuery>;

	/// Number of seats in each pool.
	#[pallet::storage]
	pub type PoolSize<T: Config> = StorageMap<_, Blake2_128Concat, PoolId, u32, ValueQuery>;

	/// The seats of each pool, numbered from 0 without gaps.
	#[pallet::storage]
	pub type PoolSeats<T: Config> = StorageDoubleMap<
		_,
		Blake2_128Concat,
		PoolId,
		Twox64Concat,
		u32,
		PoolSeat<T::AccountId>,
		OptionQuery,
	>;

	/// Why this pallet holds money.
	#[pallet::composite_enum]
	pub enum HoldReason {
		/// A provider's stake, bonded or unbonding.
		#[codec(index = 0)]
		Bond,
		/// Stake delegated to a provider, in the account of its pot.
		#[codec(index = 1)]
		Delegation,
	}

	/// The parameters of a new chain.
	#[pallet::genesis_config]
	pub struct GenesisConfig<T: Config> {
		/// Have to be in range.
		pub params: Parameters,
		#[serde(skip)]
		#[doc(hidden)]
		pub _config: PhantomData<T>,
	}

	impl<T: Config> Default for GenesisConfig<T> {
		fn default() -> Self {
			let (period, cap) = (T::UnbondingPeriod::get(), T::StakeCap::get());
			Self { params: Parameters::default().within(period, cap), _config: PhantomData }
		}
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		fn build(&self) {
			let (period, cap) = (T::UnbondingPeriod::get(), T::StakeCap::get());
			assert!(
				self.params.are_in_range(period, cap),
				"parameters of provider-staking out of range"
			);
			Params::<T>::put(self.params);
		}
	}

	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A provider added stake.
		Bonded {
			/// Who.
			provider: T::AccountId,
			/// How much was added.
			amount: Balance,
			/// How much is bonded now.
			bonded: Balance,
		},
		/// A provider began to take out stake.
		Unbonded {
			/// Who.
			provider: T::AccountId,
			/// How much is on its way out.
			amount: Balance,
			/// First block in which it can be withdrawn.
			at: BlockNumber,
		},
		/// Stake was released to its provider.
		Withdrawn {
			/// Who.
			provider: T::AccountId,
			/// How much.
			amount: Balance,
		},
		/// A provider has no stake, delegation or job any more and was forgotten.
		Left {
			/// Who.
			provider: T::AccountId,
		},
		/// Somebody put stake behind a provider.
		Delegated {
			/// The provider.
			provider: T::AccountId,
			/// Who.
			delegator: T::AccountId,
			/// How much.
			amount: Balance,
		},
		/// A delegator began to take out stake.
		Undelegated {
			/// The provider.
			provider: T::AccountId,
			/// Who.
			delegator: T::AccountId,
			/// Its value now.
			amount: Balance,
			/// First block in which it can be withdrawn, at its value then.
			at: BlockNumber,
		},
		/// Delegated stake was paid back.
		DelegationWithdrawn {
			/// The provider.
			provider: T::AccountId,
			/// Who.
			delegator: T::AccountId,
			/// How much.
			amount: Balance,
		},
		/// A provider and its delegators were rewarded.
		Rewarded {
			/// The provider.
			provider: T::AccountId,
			/// All of the reward.
			amount: Balance,
			/// The delegators' part of it.
			delegated: Balance,
		},
		/// A provider changed its commission.
		CommissionSet {
			/// Who.
			provider: T::AccountId,
			/// Share of the rewards that it keeps before delegators get theirs.
			commission: Permill,
		},
		/// A provider named its operator, who has not accepted yet.
		OperatorProposed {
			/// The provider.
			provider: T::AccountId,
			/// Who is to run it.
			operator: T::AccountId,
		},
		/// A provider has this operator from now on.
		OperatorSet {
			/// The provider.
			provider: T::AccountId,
			/// Who runs it.
			operator: T::AccountId,
		},
		/// A slash was decided.
		SlashPending {
			/// Its id.
			id: u32,
			/// Whose stake.
			provider: T::AccountId,
			/// How much, own and delegated.
			amount: Balance,
			/// First block in which it is applied.
			due: BlockNumber,
		},
		/// A slash was cancelled.
		SlashCancelled {
			/// Its id.
			id: u32,
			/// Whose stake.
			provider: T::AccountId,
			/// How much, own and delegated.
			amount: Balance,
		},
		/// Stake was slashed.
		Slashed {
			/// Id of the slash.
			id: u32,
			/// Whose stake.
			provider: T::AccountId,
			/// How much of its own.
			own: Balance,
			/// How much of what is delegated to it.
			delegated: Balance,
			/// How much of both was burned; the treasury has the rest.
			burned: Balance,
		},
		/// The parameters changed.
		ParamsSet {
			/// What they are now.
			params: Parameters,
		},
		/// A provider offers to serve a pool.
		Offered {
			/// Who.
			provider: T::AccountId,
			/// What.
			pool: PoolId,
			/// The least it accepts per work unit.
			least_price: Balance,
		},
		/// A provider changed the price of an offer.
		OfferUpdated {
			/// Who.
			provider: T::AccountId,
			/// What.
			pool: PoolId,
			/// The least it now accepts per work unit.
			least_price: Balance,
		},
		/// A provider took an offer back.
		OfferWithdrawn {
			/// Who.
			provider: T::AccountId,
			/// What.
			pool: PoolId,
		},
		/// A provider can be drawn from now on.
		WentAvailable {
			/// Who.
			provider: T::AccountId,
		},
		/// A provider can no longer be drawn.
		WentUnavailable {
			/// Who.
			provider: T::AccountId,
		},
	}

	#[pallet::error]
	pub enum Error<T> {
		/// The amount is zero.
		ZeroAmount,
		/// The stake that stays bonded would be, or is, less than `MinBond`.
		BelowMinimumBond,
		/// The account is not a provider: it has no stake.
		NotAProvider,
		/// More than what is bonded.
		InsufficientBond,
		/// Jobs in the provider's hands need this stake to stand behind them.
		WorkInHand,
		/// The provider has to go unavailable first.
		StillAvailable,
		/// Too many amounts are unbonding at once; withdraw those that are due.
		TooManyUnbonding,
		/// No unbonding amount is due yet.
		NothingToWithdraw,
		/// The provider already offers this pool.
		DuplicateOffer,
		/// The provider has as many offers as a provider may have.
		TooManyOffers,
		/// The provider does not offer this pool.
		NoSuchOffer,
		/// The least price is zero.
		ZeroPrice,
		/// The provider is available already.
		AlreadyAvailable,
		/// The provider is not available.
		NotAvailable,
		/// The provider offers nothing.
		NoOffers,
		/// The stake is to be slashed; or, for a delegation, some of the provider's is.
		SlashPending,
		/// The delegation that remains would be, or is, less than the least.
		BelowMinimumDelegation,
		/// The delegation would lose more than a millionth to rounding.
		LostInRounding,
		/// The caller has nothing delegated to this provider.
		NothingDelegated,
		/// With delegators, commission rises by small steps, an unbonding period apart.
		CommissionTooFast,
		/// The provider has not named the caller as its operator.
		NotProposed,
		/// There is no such pending slash: it was applied or cancelled, or never decided.
		NoSuchSlash,
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
			Self::apply_slashes(Self::now())
		}

		fn integrity_test() {
			let (least, cap) = (T::MinBond::get(), T::StakeCap::get());
			assert!(least > 0, "MinBond must be positive: draws are proportional to stake");
			assert!(cap >= least, "StakeCap must not be below MinBond");
			assert!(
				least.checked_mul(draw::MAX_CAP_IN_MIN_BONDS).is_none_or(|most| cap <= most),
				"StakeCap must be at most MAX_CAP_IN_MIN_BONDS × MinBond, or draws in large pools \
				 would run out of samples"
			);
			let seats = Balance::from(draw::SMALL_POOL).saturating_mul(sampling::ONE.into());
			assert!(
				cap.checked_mul(seats).is_some(),
				"the weights of a small pool must add up to a Balance"
			);
			assert!(
				T::UnbondingPeriod::get() > 1,
				"UnbondingPeriod must leave room for a slash delay, or unbonding stake would answer \
				 for nothing"
			);
			assert!(T::MaxSlashesPerBlock::get() > 0, "slashes must be applied some time");
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), frame::deps::sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Adds `amount` planck to the caller's stake, which makes the caller a provider.
		///
		/// Errors: [`Error::ZeroAmount`], [`Error::BelowMinimumBond`] if the total stays below
		/// `MinBond`, or a token error if the caller does not have `amount` to hold.
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::bond(MAX_OFFERS))]
		pub fn bond(
			origin: OriginFor<T>,
			#[pallet::compact] amount: Balance,
		) -> DispatchResultWithPostInfo {
			let who = ensure_signed(origin)?;
			let seats = Self::do_bond(&who, amount)?;
			Ok(Some(T::WeightInfo::bond(seats)).into())
		}

		/// Takes `amount` planck out of the caller's stake: it no longer counts for draws, and can be
		/// withdrawn after `UnbondingPeriod` blocks. Either everything or so much that at least
		/// `MinBond` remains.
		///
		/// Errors: [`Error::NotAProvider`], [`Error::ZeroAmount`], [`Error::InsufficientBond`],
		/// [`Error::WorkInHand`] if the stake that remains, own and delegated, would not cover jobs in
		/// hand and pending slashes, [`Error::BelowMinimumBond`], [`Error::StillAvailable`] if nothing
		/// would remain and the provider is available, [`Error::TooManyUnbonding`].
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::unbond(MAX_OFFERS))]
		pub fn unbond(
			origin: OriginFor<T>,
			#[pallet::compact] amount: Balance,
		) -> DispatchResultWithPostInfo {
			let who = ensure_signed(origin)?;
			let seats = Self::do_unbond(&who, amount)?;
			Ok(Some(T::WeightInfo::unbond(seats)).into())
		}

		/// Releases all of the caller's unbonding stake that is due, but for pending slashes. If
		/// nothing is left at all, the provider is forgotten together with its offers.
		///
		/// Errors: [`Error::NotAProvider`], [`Error::NothingToWithdraw`], [`Error::SlashPending`] if
		/// pending slashes will take all that is due.
		#[pallet::call_index(2)]
		#[pallet::weight(T::WeightInfo::withdraw_unbonded())]
		pub fn withdraw_unbonded(origin: OriginFor<T>) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_withdraw_unbonded(&who)
		}

		/// Offers to serve `pool` for at least `least_price` planck per work unit. An available
		/// provider gets its seat at once.
		///
		/// Errors: [`Error::NotAProvider`], [`Error::ZeroPrice`], [`Error::DuplicateOffer`],
		/// [`Error::TooManyOffers`], or the model catalog's error if model or variant is unknown.
		#[pallet::call_index(3)]
		#[pallet::weight(T::WeightInfo::offer())]
		pub fn offer(
			origin: OriginFor<T>,
			pool: PoolId,
			#[pallet::compact] least_price: Balance,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_offer(&who, pool, least_price)
		}

		/// Changes the least price of an offer, for jobs that are drawn from now on.
		///
		/// Errors: [`Error::NotAProvider`], [`Error::ZeroPrice`], [`Error::NoSuchOffer`].
		#[pallet::call_index(4)]
		#[pallet::weight(T::WeightInfo::update_offer())]
		pub fn update_offer(
			origin: OriginFor<T>,
			pool: PoolId,
			#[pallet::compact] least_price: Balance,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_update_offer(&who, pool, least_price)
		}

		/// Takes an offer back. Jobs in hand remain.
		///
		/// Errors: [`Error::NotAProvider`], [`Error::NoSuchOffer`], [`Error::StillAvailable`] if it
		/// is the last offer of an available provider.
		#[pallet::call_index(5)]
		#[pallet::weight(T::WeightInfo::withdraw_offer())]
		pub fn withdraw_offer(origin: OriginFor<T>, pool: PoolId) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_withdraw_offer(&who, pool)
		}

		/// Takes a seat in every pool that the caller offers, so that it can be drawn.
		///
		/// Errors: [`Error::NotAProvider`], [`Error::AlreadyAvailable`],
		/// [`Error::BelowMinimumBond`], [`Error::NoOffers`].
		#[pallet::call_index(6)]
		#[pallet::weight(T::WeightInfo::go_available(MAX_OFFERS))]
		pub fn go_available(origin: OriginFor<T>) -> DispatchResultWithPostInfo {
			let who = ensure_signed(origin)?;
			let seats = Self::do_go_available(&who)?;
			Ok(Some(T::WeightInfo::go_available(seats)).into())
		}

		/// Gives up the caller's seats, so that it is not drawn any more. Jobs in hand remain.
		///
		/// Errors: [`Error::NotAProvider`], [`Error::NotAvailable`].
		#[pallet::call_index(7)]
		#[pallet::weight(T::WeightInfo::go_unavailable(MAX_OFFERS))]
		pub fn go_unavailable(origin: OriginFor<T>) -> DispatchResultWithPostInfo {
			let who = ensure_signed(origin)?;
			let seats = Self::do_go_unavailable(&who)?;
			Ok(Some(T::WeightInfo::go_unavailable(seats)).into())
		}

		/// Puts `amount` planck of the caller's behind `provider`. Whoever is the first also gives the
		/// pot's account the existential deposit, which goes to whoever leaves it last.
		///
		/// Errors: [`Error::NotAProvider`], [`Error::ZeroAmount`], [`Error::BelowMinimumBond`] if the
		/// provider itself has less than `MinBond` bonded, [`Error::SlashPending`],
		/// [`Error::LostInRounding`], [`Error::BelowMinimumDelegation`], or a token error if the
		/// caller does not have the amount to spend.
		#[pallet::call_index(8)]
		#[pallet::weight(T::WeightInfo::delegate(MAX_OFFERS))]
		pub fn delegate(
			origin: OriginFor<T>,
			provider: T::AccountId,
			#[pallet::compact] amount: Balance,
		) -> DispatchResultWithPostInfo {
			let who = ensure_signed(origin)?;
			let seats = Self::do_delegate(&who, &provider, amount)?;
			Ok(Some(T::WeightInfo::delegate(seats)).into())
		}

		/// Takes shares worth `amount` planck, or all if there is less, out of what the caller has
		/// delegated to `provider`: they no longer count for draws, and can be withdrawn after
		/// `UnbondingPeriod` blocks, at their value then. Either everything or so much that at least
		/// [`Parameters::min_delegation`] remains. Possible at any time, whatever the provider does.
		///
		/// Errors: [`Error::NotAProvider`], [`Error::ZeroAmount`], [`Error::NothingDelegated`],
		/// [`Error::BelowMinimumDelegation`], [`Error::TooManyUnbonding`].
		#[pallet::call_index(9)]
		#[pallet::weight(T::WeightInfo::undelegate(MAX_OFFERS))]
		pub fn undelegate(
			origin: OriginFor<T>,
			provider: T::AccountId,
			#[pallet::compact] amount: Balance,
		) -> DispatchResultWithPostInfo {
			let who = ensure_signed(origin)?;
			let seats = Self::do_undelegate(&who, &provider, amount)?;
			Ok(Some(T::WeightInfo::undelegate(seats)).into())
		}

		/// Pays all of the caller's delegation to `provider` that is due, at its value less its part
		/// of the slashes that are pending; who waits until these are applied or cancelled gets what
		/// it is worth then. Also clears away what is left of a delegation to a pot that was slashed
		/// to nothing.
		///
		/// Errors: [`Error::NothingDelegated`], [`Error::NothingToWithdraw`], or a token error if the
		/// caller's account is dead and the amount below the existential deposit.
		#[pallet::call_index(10)]
		#[pallet::weight(T::WeightInfo::withdraw_undelegated())]
		pub fn withdraw_undelegated(
			origin: OriginFor<T>,
			provider: T::AccountId,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_withdraw_undelegated(&who, &provider)
		}

		/// Sets the share of rewards that the caller keeps before its delegators get theirs.
		///
		/// Errors: [`Error::NotAProvider`], [`Error::CommissionTooFast`].
		#[pallet::call_index(11)]
		#[pallet::weight(T::WeightInfo::set_commission())]
		pub fn set_commission(origin: OriginFor<T>, commission: Permill) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_set_commission(&who, commission)
		}

		/// Names who runs the caller; it counts once `operator` [accepts](Self::accept_provider).
		/// `None` is the caller itself, at once.
		///
		/// Errors: [`Error::NotAProvider`].
		#[pallet::call_index(12)]
		#[pallet::weight(T::WeightInfo::set_operator())]
		pub fn set_operator(
			origin: OriginFor<T>,
			operator: Option<T::AccountId>,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_set_operator(&who, operator)
		}

		/// The caller agrees that it runs `provider`.
		///
		/// Errors: [`Error::NotAProvider`], [`Error::NotProposed`].
		#[pallet::call_index(13)]
		#[pallet::weight(T::WeightInfo::accept_provider())]
		pub fn accept_provider(origin: OriginFor<T>, provider: T::AccountId) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_accept_provider(&who, &provider)
		}

		/// Forgives a slash that has not been applied yet. By `CancelOrigin`.
		///
		/// Errors: [`Error::NoSuchSlash`].
		#[pallet::call_index(14)]
		#[pallet::weight(T::WeightInfo::cancel_slash())]
		pub fn cancel_slash(origin: OriginFor<T>, id: u32) -> DispatchResult {
			T::CancelOrigin::ensure_origin(origin)?;
			Self::do_cancel_slash(id)
		}

		/// Changes the parameters. By `AdminOrigin`.
		///
		/// Errors: [`Error::ParamOutOfRange`], [`Error::RateTooFast`], [`Error::ParamsCoolingDown`].
		#[pallet::call_index(15)]
		#[pallet::weight(T::WeightInfo::set_params())]
		pub fn set_params(origin: OriginFor<T>, params: Parameters) -> DispatchResult {
			T::AdminOrigin::ensure_origin(origin)?;
			Self::do_set_params(params)
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// A provider as the chain sees it.
		pub fn provider(who: T::AccountId) -> Option<ProviderView> {
			Self::provider_view(&who)
		}

		/// Number of available providers in a pool.
		pub fn providers_in(pool: PoolId) -> u32 {
			Self::pool_size(&pool)
		}

		/// What `delegator` has delegated to `provider`: value, in planck, that is not on its way out,
		/// and each amount that is, with the first block in which it can be withdrawn.
		pub fn delegation(
			provider: T::AccountId,
			delegator: T::AccountId,
		) -> Option<(Balance, Vec<UnbondChunk>)> {
			Self::delegation_of(&provider, &delegator)
		}

		/// A slash that is pending.
		pub fn pending_slash(id: u32) -> Option<PendingSlash<T::AccountId>> {
			PendingSlashes::<T>::get(id)
		}
	}
}

impl<T: Config> Pallet<T> {
	/// Number of available providers in a pool.
	pub fn pool_size(pool: &PoolId) -> u32 {
		PoolSize::<T>::get(pool)
	}

	/// The block under construction. Saturation cannot happen: blocks are numbered by `u32` on every
	/// Tercet chain.
	fn now() -> BlockNumber {
		frame_system::Pallet::<T>::block_number().saturated_into()
	}
}
