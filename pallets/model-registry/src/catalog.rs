//! What other pallets ask of the registry.

use crate::{Config, Error, Models, Pallet};
use frame::prelude::*;
use tercet_primitives::{traits::ModelCatalog, VariantId, VariantTerms};

impl<T: Config> ModelCatalog<T::AccountId> for Pallet<T> {
	/// Errors: [`Error::UnknownModel`], [`Error::UnknownVariant`]. One storage read.
	fn terms(id: VariantId) -> Result<VariantTerms<T::AccountId>, DispatchError> {
		let model = Models::<T>::get(id.model).ok_or(Error::<T>::UnknownModel)?;
		let variant =
			model.variants.get(usize::from(id.index)).ok_or(Error::<T>::UnknownVariant)?;
		Ok(VariantTerms {
			author: model.author,
			royalty: model.royalty,
			units_per_item: variant.units_per_item,
			artifact: variant.artifact,
			agreement: variant.agreement,
		})
	}

	/// The largest record there can be, asked for its last variant. It has no deposit, so the author
	/// needs no funds.
	#[cfg(feature = "runtime-benchmarks")]
	fn publish(author: T::AccountId) -> VariantId {
		use crate::{NextModelId, Variants};
		use tercet_primitives::{
			model::{Label, MAX_LABEL_BYTES},
			Agreement, BlobRef, Model, ModelId, Precision, Variant, WorkUnits, H256, MAX_VARIANTS,
		};

		let label = Label::truncate_from(alloc::vec![b'x'; MAX_LABEL_BYTES as usize]);
		let variants = (0..MAX_VARIANTS).map(|index| Variant {
			precision: Precision::Int8,
			artifact: BlobRef {
				blob_id: [0; 32],
				digest: H256::from_low_u64_be(index.into()),
				size: 1,
			},
			units_per_item: WorkUnits(1),
			memory: 1,
			agreement: Agreement::Exact,
		});
		let id = NextModelId::<T>::get();
		let model = Model {
			author,
			name: label.clone(),
			task: label.clone(),
			licence: label,
			royalty: T::MaxRoyalty::get(),
			variants: Variants::truncate_from(variants.collect()),
			published_at: Self::now(),
			deposit: 0,
		};
		Models::<T>::insert(id, model);
		NextModelId::<T>::put(ModelId(id.0.saturating_add(1)));
		VariantId { model: id, index: MAX_VARIANTS.saturating_sub(1).saturated_into() }
	}
}
