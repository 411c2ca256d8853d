//! Advising against a model. It can still be asked for: what a job has named stays.

use crate::{Config, Error, Event, Models, Pallet};
use frame::prelude::*;
use tercet_primitives::{Deprecation, ModelId};

impl<T: Config> Pallet<T> {
	pub(crate) fn do_deprecate(
		caller: T::AccountId,
		id: ModelId,
		successor: Option<ModelId>,
	) -> DispatchResult {
		let mut model = Self::managed_by(&caller, id)?;
		if let Some(successor) = successor {
			ensure!(successor != id, Error::<T>::SuccessorIsItself);
			ensure!(Models::<T>::contains_key(successor), Error::<T>::UnknownSuccessor);
		}
		let at = model.deprecated.map_or_else(Self::now, |deprecation| deprecation.at);
		model.deprecated = Some(Deprecation { at, successor });
		Self::adjust_deposit(&mut model)?;
		Models::<T>::insert(id, model);
		Self::deposit_event(Event::Deprecated { model: id, successor });
		Ok(())
	}

	pub(crate) fn do_undeprecate(caller: T::AccountId, id: ModelId) -> DispatchResult {
		let mut model = Self::managed_by(&caller, id)?;
		ensure!(model.deprecated.take().is_some(), Error::<T>::NotDeprecated);
		Self::adjust_deposit(&mut model)?;
		Models::<T>::insert(id, model);
		Self::deposit_event(Event::Undeprecated { model: id });
		Ok(())
	}
}
