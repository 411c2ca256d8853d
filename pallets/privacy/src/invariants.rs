//! The invariants of the crate documentation, as code.

use crate::{Config, Envelopes, HoldReason, Keys, Pallet};
use alloc::collections::BTreeMap;
use frame::{deps::sp_runtime::TryRuntimeError, prelude::*, traits::fungible::hold::Inspect};

impl<T: Config> Pallet<T> {
	/// Checks every invariant of this pallet; the error names the one that does not hold. Reads all
	/// keys and envelopes: for tests and `try-runtime` only.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		let mut counts = BTreeMap::<T::AccountId, usize>::new();
		for ((owner, _), _) in Envelopes::<T>::iter_keys() {
			let count = counts.entry(owner).or_default();
			*count = count.checked_add(1).ok_or("invariant 1: too many envelopes to count")?;
		}
		for (owner, count) in counts {
			let deposit = Self::deposit_for(count).map_err(|_| "invariant 1: deposits overflow")?;
			let held = T::Currency::balance_on_hold(&HoldReason::Envelope.into(), &owner);
			ensure!(held == deposit, "invariant 1: hold differs from the deposits");
		}
		ensure!(Keys::<T>::iter_values().all(|key| !key.is_zero()), "invariant 2: a key is zero");
		Ok(())
	}
}
