//! The invariants of the crate documentation, as code.

use crate::{
	Config, CreditsBefore, Distributed, Pallet, Params, TotalCredits, TotalCreditsBefore,
	WorkCredits, WorkOf, WorkOfEras,
};
use frame::{deps::sp_runtime::TryRuntimeError, prelude::*};
use tercet_primitives::Balance;

impl<T: Config> Pallet<T> {
	/// Checks every invariant of this pallet; the error names the one that does not hold. Reads all
	/// records: for tests and `try-runtime` only.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::check_ledger()?;
		Self::check_work()?;
		Self::check_credits()?;
		ensure!(
			Params::<T>::get().is_in_range(T::MaxRewardRate::get()),
			"invariant 4: a parameter is out of its range"
		);
		Self::check_past()
	}

	fn check_ledger() -> Result<(), TryRuntimeError> {
		let ledger = Distributed::<T>::get();
		ensure!(
			ledger.parts() == Some(ledger.escrow),
			"invariant 1: the parts of the ledger do not sum to the escrow distributed"
		);
		Ok(())
	}

	fn check_work() -> Result<(), TryRuntimeError> {
		let current = Self::era();
		for (era, work) in WorkOfEras::<T>::iter() {
			ensure!(era <= current, "invariant 2: work of a future era");
			ensure!(work.income <= work.value, "invariant 2: more income than work");
			let mut count = 0u32;
			let mut sum: Balance = 0;
			for value in WorkOf::<T>::iter_prefix_values(era) {
				count = count.checked_add(1).ok_or("invariant 2: too many records")?;
				sum = sum.checked_add(value).ok_or("invariant 2: work overflows")?;
			}
			ensure!(count == work.unclaimed && count > 0, "invariant 2: records were miscounted");
			let complete = era < current || sum == work.value;
			ensure!(sum <= work.value && complete, "invariant 2: work does not sum up");
		}
		let orphan = WorkOf::<T>::iter_keys().any(|(era, _)| !WorkOfEras::<T>::contains_key(era));
		ensure!(!orphan, "invariant 2: work without its era");
		Ok(())
	}

	fn check_credits() -> Result<(), TryRuntimeError> {
		let half_life = Self::half_life();
		let mut sum: Balance = 0;
		for credits in WorkCredits::<T>::iter_values() {
			ensure!(credits.half_life <= half_life, "invariant 3: credits of the future");
			sum = sum.checked_add(credits.at(half_life)).ok_or("invariant 3: credits overflow")?;
		}
		let total = TotalCredits::<T>::get().at(half_life);
		ensure!(sum <= total, "invariant 3: credits exceed their total");
		Ok(())
	}

	fn check_past() -> Result<(), TryRuntimeError> {
		let period = Self::snapshot_period(Self::now());
		let total = TotalCreditsBefore::<T>::get().is_sound(period, TotalCredits::<T>::get());
		let each = CreditsBefore::<T>::iter()
			.all(|(who, past)| past.is_sound(period, WorkCredits::<T>::get(who)));
		ensure!(total && each, "invariant 5: past credits are out of order");
		Ok(())
	}
}
