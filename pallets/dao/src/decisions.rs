//! What the house decides.

use crate::{Config, Enactments, Error, Event, Featured, Pallet};
use frame::prelude::*;
use tercet_primitives::{
	traits::{FeeSplit, ModelCatalog, RedundancyFloor},
	ModelId, VariantId,
};

impl<T: Config> Pallet<T> {
	pub(crate) fn do_feature(model: ModelId) -> DispatchResult {
		// Every model has a first variant.
		T::Catalog::terms(VariantId { model, index: 0 })?;
		Featured::<T>::try_mutate(|featured| {
			ensure!(!featured.contains(&model), Error::<T>::AlreadyFeatured);
			featured.try_push(model).map_err(|_| Error::<T>::TooManyFeatured)
		})?;
		Self::deposit_event(Event::ModelFeatured { model });
		Ok(())
	}

	pub(crate) fn do_unfeature(model: ModelId) -> DispatchResult {
		Featured::<T>::try_mutate(|featured| {
			let before = featured.len();
			featured.retain(|other| *other != model);
			ensure!(featured.len() < before, Error::<T>::NotFeatured);
			Ok::<_, Error<T>>(())
		})?;
		Self::deposit_event(Event::ModelUnfeatured { model });
		Ok(())
	}

	pub(crate) fn do_set_redundancy_floor(executors: u8) -> DispatchResult {
		T::Redundancy::set_redundancy_floor(executors)?;
		Self::deposit_event(Event::RedundancyFloorSet { executors });
		Ok(())
	}

	pub(crate) fn do_set_fee_split(to_workers: Permill) -> DispatchResult {
		let bounds = T::LeastFeeSplit::get()..=T::MostFeeSplit::get();
		ensure!(bounds.contains(&to_workers), Error::<T>::FeeSplitOutOfBounds);
		T::FeeSplit::set_fee_split(to_workers)?;
		Self::deposit_event(Event::FeeSplitSet { to_workers });
		Ok(())
	}

	pub(crate) fn do_veto(referendum: u32) -> DispatchResult {
		T::Enactments::cancel(referendum)?;
		Self::deposit_event(Event::Vetoed { referendum });
		Ok(())
	}
}
