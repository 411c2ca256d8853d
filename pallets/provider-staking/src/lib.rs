//! # Provider staking
//!
//! Who offers compute, what stands behind it, and who is drawn for a job.
//!
//! - **provider**: an account with stake that offers compute.
//! - **bond**: a provider's stake. It is on hold from the first block to the last, also while it is
//!   **unbonding**.
//! - **pool**: the interchangeable providers for one variant and determinism class
//!   ([`PoolId`](tercet_primitives::PoolId)).
//! - **offer**: a provider's word that it serves a pool, and the least price per work unit that it
//!   accepts.
//! - **seat**: an available provider's place in a pool. A pool's seats are numbered without gaps, so
//!   that a draw reads one seat per sample.
//! - **weight** of a seat: the provider's bond, capped at [`Config::StakeCap`]. Draws are
//!   proportional to weight, so splitting a stake into many identities gains nothing.
//!
//! ## Scenario: a provider's life
//!
//! 1. [`bond`](Pallet::bond) at least [`Config::MinBond`], [`offer`](Pallet::offer) one or more
//!    pools, [`go_available`](Pallet::go_available): the provider gets a seat in every pool that it
//!    offers.
//! 2. The market [draws](tercet_primitives::traits::ProviderPool::draw) it for a job, which is then
//!    in its hands until the market
//!    [releases](tercet_primitives::traits::ProviderPool::release) it and says how it went.
//! 3. [`go_unavailable`](Pallet::go_unavailable) gives up the seats; jobs in hand remain and must be
//!    answered.
//! 4. With no job in hand, [`unbond`](Pallet::unbond). The stake stays on hold for
//!    [`Config::UnbondingPeriod`] blocks, then [`withdraw_unbonded`](Pallet::withdraw_unbonded)
//!    releases it. A provider without any stake left is forgotten, offers included.
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
//! 1. What is on hold from a provider for [`HoldReason::Bond`] is what it has bonded and unbonding.
//! 2. A provider has stake, bonded or unbonding, and every unbonding chunk has some, in the order in
//!    which chunks fall due.
//! 3. A provider with nothing bonded is unavailable and has no job in hand; an available one has at
//!    least one offer.
//! 4. A provider's offers are for distinct pools and have a price. An offer has a seat if and only if
//!    the provider is available, and the seat names the provider, its weight and its price.
//! 5. Pools are dense: the seats of a pool are exactly those numbered below its size, there is no
//!    record of an empty pool, and every seat belongs to an offer.
//! 6. Every job that a provider was ever drawn for is in its hands or has ended one way:
//!    `assigned = in_flight + verified + unresolved + alone + silent`.

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

pub mod draw;
mod invariants;
mod offers;
mod pools;
mod stake;
mod types;
pub mod weights;

#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

pub use pallet::*;
pub use types::{Offer, PoolSeat, Provider, Record, UnbondChunk, MAX_OFFERS, MAX_UNBOND_CHUNKS};
pub use weights::WeightInfo;

use frame::prelude::*;
use tercet_primitives::{apis::ProviderView, traits::ModelCatalog, Balance, BlockNumber, PoolId};

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
		>;

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
		/// any job can take.
		#[pallet::constant]
		type UnbondingPeriod: Get<BlockNumber>;

		/// Weights of the calls.
		type WeightInfo: WeightInfo;
	}

	/// Every account with stake, bonded or unbonding.
	#[pallet::storage]
	pub type Providers<T: Config> =
		StorageMap<_, Blake2_128Concat, T::AccountId, Provider, OptionQuery>;

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
		/// A provider withdrew its last stake and was forgotten.
		Left {
			/// Who.
			provider: T::AccountId,
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
		/// The provider has jobs in hand, which its stake answers for.
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
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn integrity_test() {
			let (least, cap) = (T::MinBond::get(), T::StakeCap::get());
			assert!(least > 0, "MinBond must be positive: draws are proportional to stake");
			assert!(cap >= least, "StakeCap must not be below MinBond");
			assert!(
				least.checked_mul(draw::MAX_CAP_IN_MIN_BONDS).is_none_or(|most| cap <= most),
				"StakeCap must be at most MAX_CAP_IN_MIN_BONDS × MinBond, or draws in large pools \
				 would run out of samples"
			);
			assert!(
				cap.checked_mul(draw::SMALL_POOL.into()).is_some(),
				"the weights of a small pool must add up to a Balance"
			);
			assert!(
				T::UnbondingPeriod::get() > 0,
				"UnbondingPeriod must be positive, or unbonding stake would answer for nothing"
			);
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
		/// Errors: [`Error::NotAProvider`], [`Error::ZeroAmount`], [`Error::WorkInHand`],
		/// [`Error::InsufficientBond`], [`Error::BelowMinimumBond`], [`Error::StillAvailable`] if
		/// nothing would remain and the provider is available, [`Error::TooManyUnbonding`].
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

		/// Releases all of the caller's unbonding stake that is due. If no stake is left at all, the
		/// provider is forgotten together with its offers.
		///
		/// Errors: [`Error::NotAProvider`], [`Error::NothingToWithdraw`].
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
	}
}

impl<T: Config> Pallet<T> {
	/// A provider as the chain sees it.
	pub fn provider_view(who: &T::AccountId) -> Option<ProviderView> {
		Providers::<T>::get(who).map(ProviderView::from)
	}

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
