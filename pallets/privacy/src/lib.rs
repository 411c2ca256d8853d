//! # Privacy
//!
//! How the key of a private job comes from its requester to those who were drawn to run it.
//!
//! To everybody else a private job is like any other: its input and its output are blobs, and that
//! they are encrypted is no concern of the market, nor of those who compare answers. Whoever runs it
//! needs the **job key**. Nobody knows who that will be until they are drawn, so the key is handed
//! over here, afterwards, sealed for each of them.
//!
//! - **executor key**: an X25519 public key that a provider has announced, and opens envelopes with.
//! - **envelope**: a job key sealed for one executor key, of
//!   [`ENVELOPE_BYTES`](tercet_primitives::ENVELOPE_BYTES) bytes. The chain cannot look inside.
//! - **commitment**: a digest of the job key, which the job's input names. With the account of the
//!   requester it says which envelope is meant: nobody else can put one in its place.
//! - **owner**: who handed an envelope over, and has a deposit on hold for it.
//! - **recipient**: the provider that it is sealed for.
//!
//! ## Scenario: a private job
//!
//! 1. Providers [announce](Pallet::announce_key) their keys.
//! 2. A requester encrypts an input, and submits the job as usual.
//! 3. Executors are drawn. The requester seals the job key for each of their keys and
//!    [hands it over](Pallet::hand_over); a deposit is held for each envelope. The executors open
//!    theirs, run, and answer. If there are more of them later, it hands over to those too.
//! 4. When the job has ended, the requester [takes the envelopes back](Pallet::take_back), and gets
//!    the deposits.
//!
//! A provider that was handed nothing, or something that does not open, cannot run the job and
//! abstains: that costs the requester its job, and the provider nothing.
//!
//! Whoever announces another key cannot be handed anything by the old one any more, but what was
//! sealed for the old one stays until its owner replaces it or takes it back. The key of a provider
//! that has left may be [removed by anybody](Pallet::forget_key).
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
//! 1. What is on hold from an account for [`HoldReason::Envelope`] is
//!    [`Config::EnvelopeDeposit`] for each envelope that it owns.
//! 2. No announced key is zero.

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
mod envelopes;
mod invariants;
mod keys;
pub mod weights;

#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

#[cfg(feature = "runtime-benchmarks")]
pub use benchmarking::BenchmarkHelper;
pub use pallet::*;
pub use weights::WeightInfo;

use frame::prelude::*;
use tercet_primitives::{
	traits::ProviderRegistry, Balance, Envelope, ExecutorPublicKey, H256, MAX_SEATS,
};

/// Providers that one call is about: no more than a committee has.
pub type Recipients<T> = BoundedVec<<T as frame_system::Config>::AccountId, ConstU32<MAX_SEATS>>;

/// Envelopes that are handed over in one call, each with its recipient.
pub type Addressed<T> =
	BoundedVec<(<T as frame_system::Config>::AccountId, Envelope), ConstU32<MAX_SEATS>>;

#[frame::pallet]
pub mod pallet {
	use super::*;

	#[pallet::pallet]
	pub struct Pallet<T>(_);

	#[pallet::config]
	pub trait Config: frame_system::Config {
		/// The overarching hold reason.
		type RuntimeHoldReason: From<HoldReason>;

		/// Where deposits are held.
		type Currency: fungible::hold::Mutate<
			Self::AccountId,
			Reason = Self::RuntimeHoldReason,
			Balance = Balance,
		>;

		/// Who may announce keys.
		type Providers: ProviderRegistry<Self::AccountId>;

		/// Deposit for an envelope, in planck. All envelopes there are have it on hold: a chain that
		/// changes it moves what is held.
		#[pallet::constant]
		type EnvelopeDeposit: Get<Balance>;

		/// Weights of the calls.
		type WeightInfo: WeightInfo;

		/// What benchmarks need of other pallets.
		#[cfg(feature = "runtime-benchmarks")]
		type BenchmarkHelper: BenchmarkHelper<Self::AccountId>;
	}

	/// The key that a provider has announced. Its stake is what pays for the bytes, and when it is a
	/// provider no more, anybody may remove them.
	#[pallet::storage]
	pub type Keys<T: Config> =
		StorageMap<_, Blake2_128Concat, T::AccountId, ExecutorPublicKey, OptionQuery>;

	/// Envelopes, by owner and commitment, and by recipient.
	#[pallet::storage]
	pub type Envelopes<T: Config> = StorageDoubleMap<
		_,
		Blake2_128Concat,
		(T::AccountId, H256),
		Blake2_128Concat,
		T::AccountId,
		Envelope,
		OptionQuery,
	>;

	/// Why this pallet holds money.
	#[pallet::composite_enum]
	pub enum HoldReason {
		/// Deposit of an owner for its envelopes.
		#[codec(index = 0)]
		Envelope,
	}

	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A provider announced a key, in place of any it had.
		KeyAnnounced {
			/// Who.
			provider: T::AccountId,
			/// What is sealed for it from now on is sealed for this key.
			key: ExecutorPublicKey,
		},
		/// The key of a provider was removed: nothing can be handed over to it.
		KeyWithdrawn {
			/// Whose.
			provider: T::AccountId,
		},
		/// A job key was handed over.
		HandedOver {
			/// By whom.
			owner: T::AccountId,
			/// Which key.
			commitment: H256,
			/// To whom.
			recipients: Recipients<T>,
			/// What is now held for it in addition, in planck.
			deposit: Balance,
		},
		/// Envelopes were taken back.
		TakenBack {
			/// By whom.
			owner: T::AccountId,
			/// Which key was in them.
			commitment: H256,
			/// Who has no envelope any more.
			recipients: Recipients<T>,
			/// What was returned for it, in planck.
			deposit: Balance,
		},
	}

	#[pallet::error]
	pub enum Error<T> {
		/// Only providers announce keys: bond first.
		NotAProvider,
		/// The key is zero, and everybody could open what is sealed for it.
		WeakKey,
		/// The account has not announced a key.
		NoKey,
		/// The account is a provider, so nobody else removes its key.
		StillAProvider,
		/// The call names no recipient.
		NoRecipients,
		/// The same recipient is named twice.
		DuplicateRecipient,
		/// The caller has not handed a key of that commitment over to one of the recipients.
		NotHandedOver,
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn integrity_test() {
			assert!(
				T::EnvelopeDeposit::get().checked_mul(MAX_SEATS.into()).is_some(),
				"the deposits for the envelopes of one call must fit a Balance"
			);
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), frame::deps::sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Announces the key for which job keys are to be sealed for the caller, in place of any it
		/// had. The caller is a provider.
		///
		/// - `key`: X25519. Zero is refused; so that nobody hands anything over in vain, the other
		///   points of low order should not be announced either: whoever seals refuses them.
		///
		/// Errors: [`Error::WeakKey`], [`Error::NotAProvider`].
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::announce_key())]
		pub fn announce_key(origin: OriginFor<T>, key: ExecutorPublicKey) -> DispatchResult {
			let provider = ensure_signed(origin)?;
			Self::do_announce_key(provider, key)
		}

		/// Removes the caller's key: nothing can be handed over to it any more.
		///
		/// Errors: [`Error::NoKey`].
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::withdraw_key())]
		pub fn withdraw_key(origin: OriginFor<T>) -> DispatchResult {
			let provider = ensure_signed(origin)?;
			Self::do_withdraw_key(provider)
		}

		/// Hands a job key over to providers that have announced a key, in place of what the caller
		/// handed over to them by this commitment before.
		///
		/// - `commitment`: to the job key, as the job's input names it.
		/// - `envelopes`: the job key, sealed for each of the recipients, which must be distinct; at
		///   least one. The chain does not look inside, nor whether the recipients run anything.
		///
		/// Holds `EnvelopeDeposit` from the caller for each recipient that had no envelope yet.
		///
		/// Errors: [`Error::NoRecipients`], [`Error::DuplicateRecipient`], [`Error::NoKey`], or a
		/// token error if the caller cannot pay the deposit.
		#[pallet::call_index(2)]
		#[pallet::weight(T::WeightInfo::hand_over(envelopes.len() as u32))]
		pub fn hand_over(
			origin: OriginFor<T>,
			commitment: H256,
			envelopes: Addressed<T>,
		) -> DispatchResult {
			let owner = ensure_signed(origin)?;
			Self::do_hand_over(owner, commitment, envelopes)
		}

		/// Removes envelopes of the caller, and returns their deposits.
		///
		/// - `recipients`: whose; distinct, at least one.
		///
		/// Errors: [`Error::NoRecipients`], [`Error::DuplicateRecipient`],
		/// [`Error::NotHandedOver`].
		#[pallet::call_index(3)]
		#[pallet::weight(T::WeightInfo::take_back(recipients.len() as u32))]
		pub fn take_back(
			origin: OriginFor<T>,
			commitment: H256,
			recipients: Recipients<T>,
		) -> DispatchResult {
			let owner = ensure_signed(origin)?;
			Self::do_take_back(owner, commitment, recipients)
		}

		/// Removes the key of an account that is no provider any more. By anyone.
		///
		/// Errors: [`Error::NoKey`], [`Error::StillAProvider`].
		#[pallet::call_index(4)]
		#[pallet::weight(T::WeightInfo::forget_key())]
		pub fn forget_key(origin: OriginFor<T>, provider: T::AccountId) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_forget_key(provider)
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// The key that `provider` has announced.
		pub fn executor_key(provider: T::AccountId) -> Option<ExecutorPublicKey> {
			Keys::<T>::get(provider)
		}

		/// What `owner` has handed over to `recipient` by this commitment.
		pub fn envelope(
			owner: T::AccountId,
			commitment: H256,
			recipient: T::AccountId,
		) -> Option<Envelope> {
			Envelopes::<T>::get((owner, commitment), recipient)
		}
	}
}
