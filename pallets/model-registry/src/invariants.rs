//! The invariants of the crate documentation, as code.

use crate::{publishing::same, Config, HoldReason, Models, NextModelId, Pallet};
use alloc::collections::BTreeMap;
use frame::{deps::sp_runtime::TryRuntimeError, prelude::*, traits::fungible::hold::Inspect};
use tercet_primitives::{Balance, Model};

impl<T: Config> Pallet<T> {
	/// Checks every invariant of this pallet; the error names the one that does not hold. Reads all
	/// models: for tests and `try-runtime` only.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::check_ids()?;
		Models::<T>::iter_values().try_for_each(|model| Self::check_record(&model))?;
		Self::check_deposits()
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
			let mut earlier = model.variants.iter().take(position);
			ensure!(!earlier.any(|other| same(other, variant)), "invariant 2: duplicate variant");
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
