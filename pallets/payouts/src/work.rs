//! Who did how much verified work, in which era.

use crate::{
	Config, Credits, EraWork, Eras, Error, HalfLives, Pallet, Params, TotalCredits, WorkCredits,
	WorkOf, WorkOfEras,
};
use frame::prelude::*;
use tercet_primitives::{Balance, BlockNumber};

impl<T: Config> Pallet<T> {
	/// Records that each of `executors` was paid `pay` for verified work, worth `value` to the
	/// treasury; `income` if it was not the treasury itself that paid.
	pub(crate) fn record_work(
		executors: &[&T::AccountId],
		pay: Balance,
		value: Balance,
		income: bool,
	) -> DispatchResult {
		if value > 0 && !executors.is_empty() {
			Self::record_value(executors, value, income)?;
		}
		if pay > 0 && !executors.is_empty() {
			Self::record_credits(executors, pay)?;
		}
		Ok(())
	}

	/// Adds to the work of the current era.
	fn record_value(
		executors: &[&T::AccountId],
		value: Balance,
		income: bool,
	) -> Result<(), Error<T>> {
		let era = Self::era();
		let mut work = WorkOfEras::<T>::get(era).unwrap_or_else(|| {
			let params = Params::<T>::get();
			EraWork::new(params.reward_rate, params.reward_of_fees)
		});
		for executor in executors {
			let before = WorkOf::<T>::get(era, executor);
			let after = before.unwrap_or(0).checked_add(value).ok_or(Error::<T>::AmountOverflow)?;
			WorkOf::<T>::insert(era, executor, after);

			work.value = work.value.checked_add(value).ok_or(Error::<T>::AmountOverflow)?;
			if income {
				work.income = work.income.checked_add(value).ok_or(Error::<T>::AmountOverflow)?;
			}
			if before.is_none() {
				work.unclaimed = work.unclaimed.checked_add(1).ok_or(Error::<T>::AmountOverflow)?;
			}
		}
		WorkOfEras::<T>::insert(era, work);
		Ok(())
	}

	/// Adds to the work credits.
	fn record_credits(executors: &[&T::AccountId], pay: Balance) -> Result<(), Error<T>> {
		let half_life = Self::half_life();
		let period = Self::snapshot_period(Self::now());
		let more =
			|credits: Credits| credits.plus(pay, half_life).ok_or(Error::<T>::AmountOverflow);
		let mut total = TotalCredits::<T>::get();
		Self::remember_total(period, total);
		for executor in executors {
			let credits = WorkCredits::<T>::get(executor);
			Self::remember(executor, period, credits);
			WorkCredits::<T>::insert(executor, more(credits)?);
			total = more(total)?;
		}
		TotalCredits::<T>::put(total);
		Ok(())
	}

	/// The current era.
	pub fn era() -> u32 {
		Eras::<T>::get().at(Self::now(), Params::<T>::get().era_length)
	}

	/// The current half-life of work credits.
	pub(crate) fn half_life() -> u32 {
		HalfLives::<T>::get().at(Self::era(), Params::<T>::get().credit_half_life)
	}

	/// What is left of the work credits of `who`, in planck.
	pub fn credits_of(who: &T::AccountId) -> Balance {
		WorkCredits::<T>::get(who).at(Self::half_life())
	}

	/// The block under construction. Saturation cannot happen: blocks are numbered by `u32` on
	/// every Tercet chain.
	pub(crate) fn now() -> BlockNumber {
		frame_system::Pallet::<T>::block_number().saturated_into()
	}
}
