//! Who may change a model, and how it comes into other hands.

use crate::{Config, Error, Event, HoldReason, Managers, Models, Pallet, TransferOffers};
use frame::{prelude::*, token::Precision, traits::fungible::hold::Mutate};
use tercet_primitives::{Balance, Model, ModelId};

impl<T: Config> Pallet<T> {
	pub(crate) fn do_offer_transfer(
		caller: T::AccountId,
		id: ModelId,
		to: Option<T::AccountId>,
	) -> DispatchResult {
		let model = Self::owned_by(&caller, id)?;
		match &to {
			Some(to) => {
				ensure!(*to != model.author, Error::<T>::TransferToAuthor);
				TransferOffers::<T>::insert(id, to);
			},
			None => {
				ensure!(TransferOffers::<T>::contains_key(id), Error::<T>::NoTransferOffer);
				TransferOffers::<T>::remove(id);
			},
		}
		Self::deposit_event(Event::TransferOffered { model: id, to });
		Ok(())
	}

	pub(crate) fn do_accept_transfer(caller: T::AccountId, id: ModelId) -> DispatchResult {
		let mut model = Models::<T>::get(id).ok_or(Error::<T>::UnknownModel)?;
		let to = TransferOffers::<T>::get(id).ok_or(Error::<T>::NoTransferOffer)?;
		ensure!(to == caller, Error::<T>::NotOffered);

		// The new author does not inherit whom the old one trusts.
		model.managers = BoundedVec::new();
		let returned: Balance = core::mem::take(&mut model.deposit);
		let from = core::mem::replace(&mut model.author, to.clone());
		Self::adjust_deposit(&mut model)?;
		let reason = HoldReason::ModelDeposit.into();
		T::Currency::release(&reason, &from, returned, Precision::Exact)?;

		let deposit = model.deposit;
		Self::deposit_event(Event::Transferred { model: id, from, to, deposit });
		Models::<T>::insert(id, model);
		TransferOffers::<T>::remove(id);
		Ok(())
	}

	pub(crate) fn do_set_managers(
		caller: T::AccountId,
		id: ModelId,
		managers: Managers<T>,
	) -> DispatchResult {
		let mut model = Self::owned_by(&caller, id)?;
		ensure!(!managers.contains(&model.author), Error::<T>::AuthorAsManager);
		for (position, manager) in managers.iter().enumerate() {
			let mut earlier = managers.iter().take(position);
			ensure!(!earlier.any(|other| other == manager), Error::<T>::DuplicateManager);
		}
		model.managers = managers.clone();
		Self::adjust_deposit(&mut model)?;
		let deposit = model.deposit;
		Self::deposit_event(Event::ManagersSet { model: id, managers, deposit });
		Models::<T>::insert(id, model);
		Ok(())
	}

	/// The model, if `who` is its author.
	fn owned_by(who: &T::AccountId, id: ModelId) -> Result<Model<T::AccountId>, Error<T>> {
		let model = Models::<T>::get(id).ok_or(Error::<T>::UnknownModel)?;
		ensure!(model.author == *who, Error::<T>::NotAuthor);
		Ok(model)
	}

	/// The model, if `who` is its author or one of its managers.
	pub(crate) fn managed_by(
		who: &T::AccountId,
		id: ModelId,
	) -> Result<Model<T::AccountId>, Error<T>> {
		let model = Models::<T>::get(id).ok_or(Error::<T>::UnknownModel)?;
		ensure!(model.author == *who || model.managers.contains(who), Error::<T>::NotManager);
		Ok(model)
	}
}
