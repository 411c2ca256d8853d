//! Publishing models and adding variants: what is checked, and what it costs.

use crate::{Config, Error, Event, HoldReason, Models, NextModelId, Pallet, Variants};
use frame::{prelude::*, traits::fungible::hold::Mutate};
use tercet_primitives::{
	model::Label, Balance, BlockNumber, Model, ModelId, Permill, Variant, VariantId,
};

impl<T: Config> Pallet<T> {
	pub(crate) fn do_publish(
		author: T::AccountId,
		name: Label,
		task: Label,
		licence: Label,
		royalty: Permill,
		variants: Variants,
	) -> DispatchResult {
		ensure!(!name.is_empty(), Error::<T>::EmptyName);
		ensure!(!task.is_empty(), Error::<T>::EmptyTask);
		for label in [&name, &task, &licence] {
			ensure!(core::str::from_utf8(label).is_ok(), Error::<T>::InvalidUtf8);
		}
		ensure!(royalty <= T::MaxRoyalty::get(), Error::<T>::RoyaltyTooHigh);
		Self::check_variants(&variants)?;

		let id = NextModelId::<T>::get();
		let next = ModelId(id.0.checked_add(1).ok_or(Error::<T>::ModelIdOverflow)?);
		let published_at = Self::now();
		let mut model =
			Model { author, name, task, licence, royalty, variants, published_at, deposit: 0 };
		model.deposit = Self::price_of(model.encoded_size())?
			.checked_add(T::ModelDepositBase::get())
			.ok_or(ArithmeticError::Overflow)?;
		T::Currency::hold(&HoldReason::ModelDeposit.into(), &model.author, model.deposit)?;

		Self::deposit_event(Event::Published {
			model: id,
			author: model.author.clone(),
			variants: Self::count(&model.variants),
			deposit: model.deposit,
		});
		Models::<T>::insert(id, model);
		NextModelId::<T>::put(next);
		Ok(())
	}

	pub(crate) fn do_add_variant(
		caller: T::AccountId,
		id: ModelId,
		variant: Variant,
	) -> DispatchResult {
		let mut model = Models::<T>::get(id).ok_or(Error::<T>::UnknownModel)?;
		ensure!(model.author == caller, Error::<T>::NotAuthor);
		Self::check_variant(&variant)?;
		ensure!(!model.variants.iter().any(|v| same(v, &variant)), Error::<T>::DuplicateVariant);

		let index = Self::count(&model.variants);
		let before = model.encoded_size();
		model.variants.try_push(variant).map_err(|_| Error::<T>::TooManyVariants)?;
		let growth = Self::price_of(model.encoded_size().saturating_sub(before))?;
		model.deposit = model.deposit.checked_add(growth).ok_or(ArithmeticError::Overflow)?;
		T::Currency::hold(&HoldReason::ModelDeposit.into(), &caller, growth)?;

		Self::deposit_event(Event::VariantAdded {
			variant: VariantId { model: id, index },
			deposit: model.deposit,
		});
		Models::<T>::insert(id, model);
		Ok(())
	}

	/// Checks the variants of a new model.
	fn check_variants(variants: &[Variant]) -> DispatchResult {
		ensure!(!variants.is_empty(), Error::<T>::NoVariants);
		for (position, variant) in variants.iter().enumerate() {
			Self::check_variant(variant)?;
			let earlier = variants.iter().take(position);
			ensure!(!earlier.into_iter().any(|v| same(v, variant)), Error::<T>::DuplicateVariant);
		}
		Ok(())
	}

	/// Checks one variant for itself.
	fn check_variant(variant: &Variant) -> DispatchResult {
		ensure!(variant.units_per_item.0 > 0, Error::<T>::ZeroUnits);
		ensure!(variant.artifact.size > 0, Error::<T>::EmptyArtifact);
		ensure!(variant.artifact.size <= T::MaxArtifactBytes::get(), Error::<T>::ArtifactTooLarge);
		Ok(())
	}

	/// Deposit for `bytes` of a record.
	fn price_of(bytes: usize) -> Result<Balance, ArithmeticError> {
		Balance::try_from(bytes)
			.ok()
			.and_then(|bytes| bytes.checked_mul(T::ModelDepositPerByte::get()))
			.ok_or(ArithmeticError::Overflow)
	}

	/// Number of variants. Saturation cannot happen: `MAX_VARIANTS` fits, see `integrity_test`.
	fn count(variants: &Variants) -> u8 {
		variants.len().saturated_into()
	}

	/// The block under construction. Saturation cannot happen: blocks are numbered by `u32` on
	/// every Tercet chain.
	pub(crate) fn now() -> BlockNumber {
		frame_system::Pallet::<T>::block_number().saturated_into()
	}
}

/// Whether two variants are the same file in the same precision: only then does a second one add
/// nothing.
pub(crate) fn same(a: &Variant, b: &Variant) -> bool {
	a.precision == b.precision && a.artifact.digest == b.artifact.digest
}
