//! The invariants of the crate documentation, as code.

use crate::{
	publishing::{same, separates},
	Config, HoldReason, Models, NextModelId, Pallet, TransferOffers,
};
use alloc::collections::BTreeMap;
use frame::{deps::sp_runtime::TryRuntimeError, prelude::*, traits::fungible::hold::Inspect};
use tercet_primitives::{Balance, Model, ModelId};

impl<T: Config> Pallet<T> {
	/// Checks every invariant of this pallet; the error names the one that does not hold. Reads all
	/// models: for tests and `try-runtime` only.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::check_ids()?;
		for (id, model) in Models::<T>::iter() {
			Self::check_record(&model)?;
			Self::check_relations(id, &model)?;
			Self::check_managers(&model)?;
		}
		Self::check_deposits()?;
		Self::check_offers()
	}

	fn check_ids() -> Result<(), TryRuntimeError> {
		let next = NextModelId::<T>::get();
		ensure!(Models::<T>::iter_keys().all(|id| id < next), "invariant 1: id not yet given out");
		let count = Models::<T>::iter_keys().count();
		ensure!(usize::try_from(next.0) == Ok(count), "invariant 1: model ids have a gap");
		Ok(())
	}

	fn check_record(model: &Model<T::AccountId>) -> Result<(), TryRuntimeError> {
		ensure!(!model.name.is_empty(), "invariant 2: empty name");
		ensure!(!model.task.is_empty(), "invariant 2: empty task");
		let labels = [&model.name, &model.task, &model.licence];
		ensure!(
			labels.iter().all(|label| core::str::from_utf8(label).is_ok()),
			"invariant 2: label is not UTF-8"
		);
		ensure!(!model.variants.is_empty(), "invariant 2: model without variants");
		for (position, variant) in model.variants.iter().enumerate() {
			ensure!(variant.units_per_item.0 > 0, "invariant 2: variant takes no work");
			ensure!(variant.artifact.size > 0, "invariant 2: variant without a file");
			ensure!(variant.memory > 0, "invariant 2: variant takes no memory");
			ensure!(separates(&variant.agreement), "invariant 2: variant agrees with anything");
			let mut earlier = model.variants.iter().take(position);
			ensure!(!earlier.any(|other| same(other, variant)), "invariant 2: duplicate variant");
		}
		Ok(())
	}

	fn check_relations(id: ModelId, model: &Model<T::AccountId>) -> Result<(), TryRuntimeError> {
		ensure!(
			model.parent.is_none_or(|parent| parent < id),
			"invariant 4: parent is not older than its child"
		);
		let successor = model.deprecated.and_then(|deprecation| deprecation.successor);
		ensure!(
			successor.is_none_or(|other| other != id && Models::<T>::contains_key(other)),
			"invariant 4: successor is no other model"
		);
		Ok(())
	}

	fn check_managers(model: &Model<T::AccountId>) -> Result<(), TryRuntimeError> {
		let managers = &model.managers;
		ensure!(!managers.contains(&model.author), "invariant 5: author is a manager");
		for (position, manager) in managers.iter().enumerate() {
			let mut earlier = managers.iter().take(position);
			ensure!(!earlier.any(|other| other == manager), "invariant 5: manager named twice");
		}
		Ok(())
	}

	fn check_offers() -> Result<(), TryRuntimeError> {
		for (id, to) in TransferOffers::<T>::iter() {
			let model = Models::<T>::get(id).ok_or("invariant 6: offer of an unknown model")?;
			ensure!(model.author != to, "invariant 6: offer to the author");
		}
		Ok(())
	}

	fn check_deposits() -> Result<(), TryRuntimeError> {
		let mut deposits = BTreeMap::<T::AccountId, Balance>::new();
		for model in Models::<T>::iter_values() {
			let sum = deposits.entry(model.author).or_default();
			*sum = sum.checked_add(model.deposit).ok_or("invariant 3: deposits overflow")?;
		}
		for (author, deposit) in deposits {
			let held = T::Currency::balance_on_hold(&HoldReason::ModelDeposit.into(), &author);
			ensure!(held == deposit, "invariant 3: hold differs from the deposits");
		}
		Ok(())
	}
}
