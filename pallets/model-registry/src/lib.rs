//! # Model registry
//!
//! The models that anybody may ask for: who made them, what they are, and which ONNX files run
//! them. The chain stores a digest and a Walrus blob id per file, never the file.
//!
//! A **model** has an author, a royalty and up to [`MAX_VARIANTS`](tercet_primitives::MAX_VARIANTS)
//! **variants**, one per precision and file. What a job has named once, it names for ever: variants
//! are only added, terms never change, nothing is deleted. A model that should not be used any more
//! is **deprecated**, with a successor if there is one; it can still be run.
//!
//! The author may name **managers**, who may add variants and deprecate, and may transfer the model
//! to somebody who accepts. The bytes of a record are paid for by a deposit on hold from its author,
//! whoever made it grow.
//!
//! A model may name the **parent** that it was made from. Then its royalty flows on: the parent takes
//! its **derivative share** of what the model would earn, its own parent its derivative share of
//! that, and so on. At most [`MAX_LINEAGE`](tercet_primitives::MAX_LINEAGE) models share in a job;
//! what would flow further stays with the last one. Shares are rounded down to parts in a million,
//! and what rounding leaves stays with the model that would have passed it on, so the shares sum to
//! exactly the royalty of the model that is run.
//!
//! ## Scenario: publishing a model
//!
//! 1. The author stores an ONNX file on Walrus and calls [`publish`](Pallet::publish) with its
//!    [`BlobRef`](tercet_primitives::BlobRef). The model gets the next id and the deposit is held.
//! 2. A provider offers `VariantId { model, index: 0 }`, a requester submits a job for it; both are
//!    checked through [`ModelCatalog`](tercet_primitives::traits::ModelCatalog).
//! 3. The author quantizes the model and calls [`add_variant`](Pallet::add_variant): the new file
//!    becomes `index: 1`, and the deposit grows with the record.
//! 4. Somebody else publishes a model made from it; jobs for that one pay the first author too.
//! 5. The author sells the model: it [offers](Pallet::offer_transfer) the transfer, and the buyer
//!    [accepts](Pallet::accept_transfer). From then on the buyer earns the royalty, and has the
//!    deposit on hold.
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
//!    one variant, every variant has a file, takes work and memory, and is compared in a way that can
//!    tell answers apart, and no two have the same precision and file.
//! 3. What is on hold from an account for [`HoldReason::ModelDeposit`] is the sum of the deposits in
//!    its models' records.
//! 4. Parents are older than their children, so no lineage is a circle; successors exist, and none is
//!    the model itself.
//! 5. No model has its author among its managers, or a manager twice.
//! 6. Every offer to transfer is of a model that exists, to somebody else than its author.

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
mod catalog;
mod deposit;
mod deprecation;
mod invariants;
mod lineage;
mod ownership;
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
	model::Label, Balance, Model, ModelId, Permill, Royalties, Variant, VariantId, MAX_MANAGERS,
	MAX_VARIANTS,
};

/// The variants of one model.
pub type Variants = BoundedVec<Variant, ConstU32<MAX_VARIANTS>>;

/// The managers of one model.
pub type Managers<T> = BoundedVec<<T as frame_system::Config>::AccountId, ConstU32<MAX_MANAGERS>>;

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

		/// Deposit for a record of any size, and for an offer to transfer it, in planck.
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

	/// Whom the author of a model wants to transfer it to.
	#[pallet::storage]
	pub type TransferOffers<T: Config> =
		StorageMap<_, Blake2_128Concat, ModelId, T::AccountId, OptionQuery>;

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
		/// The author of a model offers to transfer it, or does not any more.
		TransferOffered {
			/// The model.
			model: ModelId,
			/// To whom.
			to: Option<T::AccountId>,
		},
		/// A model changed hands.
		Transferred {
			/// The model.
			model: ModelId,
			/// Who earned its royalty until now.
			from: T::AccountId,
			/// Who does from now on.
			to: T::AccountId,
			/// What is now held from the new author for it.
			deposit: Balance,
		},
		/// The managers of a model were named.
		ManagersSet {
			/// The model.
			model: ModelId,
			/// All of them.
			managers: Managers<T>,
			/// What is now held from the author for the model.
			deposit: Balance,
		},
		/// Somebody who may change a model advises against it.
		Deprecated {
			/// The model.
			model: ModelId,
			/// What to use instead.
			successor: Option<ModelId>,
		},
		/// Nobody advises against a model any more.
		Undeprecated {
			/// The model.
			model: ModelId,
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
		/// Only the author may do this.
		NotAuthor,
		/// Every model id is taken.
		ModelIdOverflow,
		/// A session of the variant needs no memory, which cannot be.
		ZeroMemory,
		/// The variant's fingerprints may differ in half of their bits or more, so that any answer
		/// would agree with any other.
		DistanceTooLarge,
		/// There is no model with the id of the parent.
		UnknownParent,
		/// Only the author and the managers may do this.
		NotManager,
		/// The author is no manager; it may do everything anyway.
		AuthorAsManager,
		/// The same manager is named twice.
		DuplicateManager,
		/// The model is offered to its own author.
		TransferToAuthor,
		/// The author does not offer to transfer the model.
		NoTransferOffer,
		/// The model is offered to somebody else.
		NotOffered,
		/// A model cannot be its own successor.
		SuccessorIsItself,
		/// There is no model with the id of the successor.
		UnknownSuccessor,
		/// The model is not deprecated.
		NotDeprecated,
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
		/// - `royalty`: what is paid on top of the executors' pay, as a share of it: to the author,
		///   who passes a part on if there is a parent. At most `MaxRoyalty`.
		/// - `parent`: the model that this one was made from.
		/// - `derivative_share`: of the royalty of models made from this one, what they pass on to
		///   it.
		/// - `variants`: at least one.
		///
		/// Holds `ModelDepositBase + bytes of the encoded record × ModelDepositPerByte` from the
		/// caller.
		///
		/// Errors: [`Error::EmptyName`], [`Error::EmptyTask`], [`Error::InvalidUtf8`],
		/// [`Error::RoyaltyTooHigh`], [`Error::UnknownParent`], [`Error::NoVariants`],
		/// [`Error::ZeroUnits`], [`Error::EmptyArtifact`], [`Error::ArtifactTooLarge`],
		/// [`Error::ZeroMemory`], [`Error::DistanceTooLarge`], [`Error::DuplicateVariant`],
		/// [`Error::ModelIdOverflow`], or a token error if the caller cannot pay the deposit.
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::publish(variants.len() as u32))]
		pub fn publish(
			origin: OriginFor<T>,
			name: Label,
			task: Label,
			licence: Label,
			royalty: Permill,
			parent: Option<ModelId>,
			derivative_share: Permill,
			variants: Variants,
		) -> DispatchResult {
			let author = ensure_signed(origin)?;
			Self::do_publish(
				author,
				name,
				task,
				licence,
				royalty,
				parent,
				derivative_share,
				variants,
			)
		}

		/// Appends a variant to a model. The caller is the model's author or a manager.
		///
		/// Holds `ModelDepositPerByte` more from the author for each byte by which the record grows.
		///
		/// Errors: [`Error::UnknownModel`], [`Error::NotManager`], [`Error::ZeroUnits`],
		/// [`Error::EmptyArtifact`], [`Error::ArtifactTooLarge`], [`Error::ZeroMemory`],
		/// [`Error::DistanceTooLarge`], [`Error::DuplicateVariant`], [`Error::TooManyVariants`], or
		/// a token error if the author cannot pay the deposit.
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

		/// Offers to transfer a model, or takes the offer back. The caller is the model's author.
		///
		/// - `to`: whom to offer it to, in place of anybody it was offered to before; nobody if
		///   `None`.
		///
		/// Errors: [`Error::UnknownModel`], [`Error::NotAuthor`], [`Error::TransferToAuthor`],
		/// [`Error::NoTransferOffer`] if there is nothing to take back.
		#[pallet::call_index(2)]
		#[pallet::weight(T::WeightInfo::offer_transfer())]
		pub fn offer_transfer(
			origin: OriginFor<T>,
			model: ModelId,
			to: Option<T::AccountId>,
		) -> DispatchResult {
			let caller = ensure_signed(origin)?;
			Self::do_offer_transfer(caller, model, to)
		}

		/// Takes over a model that its author offers to the caller. It has no managers then.
		///
		/// Holds its deposit from the caller, and returns the old author's.
		///
		/// Errors: [`Error::UnknownModel`], [`Error::NoTransferOffer`], [`Error::NotOffered`], or a
		/// token error if the caller cannot pay the deposit.
		#[pallet::call_index(3)]
		#[pallet::weight(T::WeightInfo::accept_transfer())]
		pub fn accept_transfer(origin: OriginFor<T>, model: ModelId) -> DispatchResult {
			let caller = ensure_signed(origin)?;
			Self::do_accept_transfer(caller, model)
		}

		/// Names all managers of a model, in place of those it had. The caller is the model's
		/// author.
		///
		/// Holds or returns `ModelDepositPerByte` for each byte by which the record grows or
		/// shrinks.
		///
		/// Errors: [`Error::UnknownModel`], [`Error::NotAuthor`], [`Error::AuthorAsManager`],
		/// [`Error::DuplicateManager`], or a token error if the author cannot pay the deposit.
		#[pallet::call_index(4)]
		#[pallet::weight(T::WeightInfo::set_managers(managers.len() as u32))]
		pub fn set_managers(
			origin: OriginFor<T>,
			model: ModelId,
			managers: Managers<T>,
		) -> DispatchResult {
			let caller = ensure_signed(origin)?;
			Self::do_set_managers(caller, model, managers)
		}

		/// Advises against a model, or names another successor. The caller is the model's author or
		/// a manager. The model can still be asked for.
		///
		/// - `successor`: what to use instead.
		///
		/// Errors: [`Error::UnknownModel`], [`Error::NotManager`], [`Error::SuccessorIsItself`],
		/// [`Error::UnknownSuccessor`], or a token error if the author cannot pay for the few bytes.
		#[pallet::call_index(5)]
		#[pallet::weight(T::WeightInfo::deprecate())]
		pub fn deprecate(
			origin: OriginFor<T>,
			model: ModelId,
			successor: Option<ModelId>,
		) -> DispatchResult {
			let caller = ensure_signed(origin)?;
			Self::do_deprecate(caller, model, successor)
		}

		/// Takes the advice against a model back. The caller is the model's author or a manager.
		///
		/// Errors: [`Error::UnknownModel`], [`Error::NotManager`], [`Error::NotDeprecated`].
		#[pallet::call_index(6)]
		#[pallet::weight(T::WeightInfo::undeprecate())]
		pub fn undeprecate(origin: OriginFor<T>, model: ModelId) -> DispatchResult {
			let caller = ensure_signed(origin)?;
			Self::do_undeprecate(caller, model)
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

		/// Who earns how much of the royalty of a model: its author first, then the authors of its
		/// ancestors.
		pub fn royalties(id: ModelId) -> Option<Royalties<T::AccountId>> {
			Models::<T>::get(id).map(|model| Self::royalties_of(&model))
		}

		/// Whom the author of a model offers to transfer it to.
		pub fn transfer_offer(id: ModelId) -> Option<T::AccountId> {
			TransferOffers::<T>::get(id)
		}
	}
}
