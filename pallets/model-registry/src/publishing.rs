//! Publishing models and adding variants.

use crate::{Config, Error, Event, Models, NextModelId, Pallet, Variants};
use frame::prelude::*;
use tercet_primitives::{
	model::Label, Agreement, BlockNumber, Model, ModelId, Permill, Variant, VariantId,
	FINGERPRINT_BITS,
};

impl<T: Config> Pallet<T> {
	pub(crate) fn do_publish(
		author: T::AccountId,
		name: Label,
		task: Label,
		licence: Label,
		royalty: Permill,
		parent: Option<ModelId>,
		derivative_share: Permill,
		variants: Variants,
	) -> DispatchResult {
		ensure!(!name.is_empty(), Error::<T>::EmptyName);
		ensure!(!task.is_empty(), Error::<T>::EmptyTask);
		for label in [&name, &task, &licence] {
			ensure!(core::str::from_utf8(label).is_ok(), Error::<T>::InvalidUtf8);
		}
		ensure!(royalty <= T::MaxRoyalty::get(), Error::<T>::RoyaltyTooHigh);
		if let Some(parent) = parent {
			ensure!(Models::<T>::contains_key(parent), Error::<T>::UnknownParent);
		}
		Self::check_variants(&variants)?;

		let id = NextModelId::<T>::get();
		let next = ModelId(id.0.checked_add(1).ok_or(Error::<T>::ModelIdOverflow)?);
		let mut model = Model {
			author,
			managers: BoundedVec::new(),
			name,
			task,
			licence,
			royalty,
			parent,
			derivative_share,
			variants,
			published_at: Self::now(),
			deprecated: None,
			deposit: 0,
		};
		Self::adjust_deposit(&mut model)?;

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
		let mut model = Self::managed_by(&caller, id)?;
		Self::check_variant(&variant)?;
		ensure!(!model.variants.iter().any(|v| same(v, &variant)), Error::<T>::DuplicateVariant);

		let index = Self::count(&model.variants);
		model.variants.try_push(variant).map_err(|_| Error::<T>::TooManyVariants)?;
		Self::adjust_deposit(&mut model)?;

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
		ensure!(variant.memory > 0, Error::<T>::ZeroMemory);
		ensure!(separates(&variant.agreement), Error::<T>::DistanceTooLarge);
		Ok(())
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

/// Whether an agreement can tell answers apart. Fingerprints of vectors that have nothing to do
/// with each other differ in half of the bits on average, so a distance of half would accept
/// anything.
pub(crate) fn separates(agreement: &Agreement) -> bool {
	match agreement {
		Agreement::Exact => true,
		Agreement::Similar { max_distance, .. } => *max_distance < FINGERPRINT_BITS / 2,
	}
}
