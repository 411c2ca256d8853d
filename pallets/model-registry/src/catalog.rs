//! What other pallets ask of the registry.

use crate::{Config, Error, Models, Pallet};
use frame::prelude::*;
use tercet_primitives::{traits::ModelCatalog, VariantId, VariantTerms};

impl<T: Config> ModelCatalog<T::AccountId> for Pallet<T> {
	/// Errors: [`Error::UnknownModel`], [`Error::UnknownVariant`]. Reads at most
	/// [`MAX_LINEAGE`](tercet_primitives::MAX_LINEAGE) records.
	fn terms(id: VariantId) -> Result<VariantTerms<T::AccountId>, DispatchError> {
		let model = Models::<T>::get(id.model).ok_or(Error::<T>::UnknownModel)?;
		let variant =
			model.variants.get(usize::from(id.index)).ok_or(Error::<T>::UnknownVariant)?;
		Ok(VariantTerms {
			royalties: Self::royalties_of(&model),
			units_per_item: variant.units_per_item,
			artifact: variant.artifact,
			agreement: variant.agreement,
		})
	}
}
