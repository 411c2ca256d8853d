//! # Model registry
//!
//! The models that anybody may ask for: who made them, what they are, and which ONNX files run
//! them. The chain stores a digest and a Walrus blob id per file, never the file.
//!
//! A **model** has an author, a royalty and up to [`MAX_VARIANTS`](tercet_primitives::MAX_VARIANTS)
//! **variants**, one per precision and file. A record only ever grows: what a job has named once, it
//! names for ever. Its bytes are paid for by a deposit on hold from the author.
//!
//! ## Scenario: publishing a model
//!
//! 1. The author stores an ONNX file on Walrus and calls [`publish`](Pallet::publish) with its
//!    [`BlobRef`](tercet_primitives::BlobRef). The model gets the next id and the deposit is held.
//! 2. A provider offers `VariantId { model, index: 0 }`, a requester submits a job for it; both are
//!    checked through [`ModelCatalog`](tercet_primitives::traits::ModelCatalog).
//! 3. The author quantizes the model and calls [`add_variant`](Pallet::add_variant): the new file
//!    becomes `index: 1`, and the deposit grows with the record.
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
//! 1. Model ids are dense: exactly the ids below [`NextModelId`] have a record.
//! 2. Every record is well-formed: name and task are not empty, labels are UTF-8, there is at least
//!    one variant, every variant has a file and takes work, and no two have the same precision and
//!    file.
//! 3. What is on hold from an account for [`HoldReason::ModelDeposit`] is the sum of the deposits in
//!    its models' records.

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

mod catalog;
mod invariants;
mod publishing;
pub mod weights;

#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

pub use pallet::*;
pub use weights::WeightInfo;

use frame::prelude::*;
use tercet_primitives::{
	model::Label, Balance, Model, ModelId, Permill, Variant, VariantId, MAX_VARIANTS,
};

/// The variants of one model.
pub type Variants = BoundedVec<Variant, ConstU32<MAX_VARIANTS>>;

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

		/// Deposit for a record of any size, in planck.
		#[pallet::constant]
		type ModelDepositBase: Get<Balance>;

		/// Deposit for each byte of an encoded record, in planck.
		#[pallet::constant]
		type ModelDepositPerByte: Get<Balance>;

		/// The highest royalty that an author may ask for.
		#[pallet::constant]
		type MaxRoyalty: Get<Permill>;

		/// The largest ONNX file that a variant may name, in bytes.
		#[pallet::constant]
		type MaxArtifactBytes: Get<u64>;

		/// Weights of the calls.
		type WeightInfo: WeightInfo;
	}

	/// Every model, by id.
	#[pallet::storage]
	pub type Models<T: Config> =
		StorageMap<_, Blake2_128Concat, ModelId, Model<T::AccountId>, OptionQuery>;

	/// The id that the next model gets: the number of models published so far.
	#[pallet::storage]
	pub type NextModelId<T: Config> = StorageValue<_, ModelId, ValueQuery>;

	/// Why this pallet holds money.
	#[pallet::composite_enum]
	pub enum HoldReason {
		/// Deposit of an author for the bytes of its models' records.
		#[codec(index = 0)]
		ModelDeposit,
	}

	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A model was published.
		Published {
			/// Its id.
			model: ModelId,
			/// Who published it and earns its royalty.
			author: T::AccountId,
			/// Number of its variants.
			variants: u8,
			/// What is now held from the author for it.
			deposit: Balance,
		},
		/// A model got another variant.
		VariantAdded {
			/// The new variant.
			variant: VariantId,
			/// What is now held from the author for the model.
			deposit: Balance,
		},
	}

	#[pallet::error]
	pub enum Error<T> {
		/// A model needs at least one variant.
		NoVariants,
		/// The name is empty.
		EmptyName,
		/// The task is empty.
		EmptyTask,
		/// Name, task or licence is not UTF-8.
		InvalidUtf8,
		/// The royalty is above `MaxRoyalty`.
		RoyaltyTooHigh,
		/// An item of the variant takes no work units, so nobody would be paid for it.
		ZeroUnits,
		/// The variant's file has no bytes.
		EmptyArtifact,
		/// The variant's file is larger than `MaxArtifactBytes`.
		ArtifactTooLarge,
		/// The model already has this file in this precision.
		DuplicateVariant,
		/// The model has as many variants as a model may have.
		TooManyVariants,
		/// There is no model with this id.
		UnknownModel,
		/// The model has no variant at this position.
		UnknownVariant,
		/// Only the author may change a model.
		NotAuthor,
		/// Every model id is taken.
		ModelIdOverflow,
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn integrity_test() {
			assert!(
				T::MaxArtifactBytes::get() > 0,
				"MaxArtifactBytes must be positive, or no model could be published"
			);
			assert!(
				u8::try_from(MAX_VARIANTS).is_ok(),
				"MAX_VARIANTS must fit the index of a VariantId"
			);
			let largest = u128::try_from(Model::<T::AccountId>::max_encoded_len())
				.ok()
				.and_then(|bytes| bytes.checked_mul(T::ModelDepositPerByte::get()))
				.and_then(|bytes| bytes.checked_add(T::ModelDepositBase::get()));
			assert!(largest.is_some(), "the deposit for the largest record must fit a Balance");
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), frame::deps::sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Publishes a model under the next free id, with the caller as its author.
		///
		/// - `name`: for people; UTF-8, not empty.
		/// - `task`: in the vocabulary of the Hugging Face Hub, or `tensor`; UTF-8, not empty.
		/// - `licence`: of the weights, as an SPDX expression; UTF-8; empty if not stated.
		/// - `royalty`: what the author earns on top of the executors' pay, as a share of it.
		/// - `variants`: at least one.
		///
		/// Holds `ModelDepositBase + bytes of the encoded record × ModelDepositPerByte` from the
		/// caller.
		///
		/// Errors: [`Error::EmptyName`], [`Error::EmptyTask`], [`Error::InvalidUtf8`],
		/// [`Error::RoyaltyTooHigh`], [`Error::NoVariants`], [`Error::ZeroUnits`],
		/// [`Error::EmptyArtifact`], [`Error::ArtifactTooLarge`], [`Error::DuplicateVariant`],
		/// [`Error::ModelIdOverflow`], or a token error if the caller cannot pay the deposit.
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::publish(variants.len() as u32))]
		pub fn publish(
			origin: OriginFor<T>,
			name: Label,
			task: Label,
			licence: Label,
			royalty: Permill,
			variants: Variants,
		) -> DispatchResult {
			let author = ensure_signed(origin)?;
			Self::do_publish(author, name, task, licence, royalty, variants)
		}

		/// Appends a variant to a model. The caller is the model's author.
		///
		/// Holds `ModelDepositPerByte` more for each byte by which the record grows.
		///
		/// Errors: [`Error::UnknownModel`], [`Error::NotAuthor`], [`Error::ZeroUnits`],
		/// [`Error::EmptyArtifact`], [`Error::ArtifactTooLarge`], [`Error::DuplicateVariant`],
		/// [`Error::TooManyVariants`], or a token error if the caller cannot pay the deposit.
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::add_variant())]
		pub fn add_variant(
			origin: OriginFor<T>,
			model: ModelId,
			variant: Variant,
		) -> DispatchResult {
			let caller = ensure_signed(origin)?;
			Self::do_add_variant(caller, model, variant)
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// Number of models published so far; their ids are `0..count`.
		pub fn model_count() -> u32 {
			NextModelId::<T>::get().0
		}

		/// One model.
		pub fn model(id: ModelId) -> Option<Model<T::AccountId>> {
			Models::<T>::get(id)
		}
	}
}
