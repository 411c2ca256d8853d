//! How an escrow is sized and split.

use crate::{Config, Distributed, Error, Event, Pallet, Role};
use frame::{
	deps::frame_support::storage::with_storage_layer,
	prelude::*,
	traits::{
		fungible::{Inspect, MutateHold},
		tokens::Restriction,
	},
};
use tercet_primitives::{
	traits::{Invoice, Payouts},
	Balance, JobId, Statement, WorkUnits,
};

impl<T: Config> Payouts<T::AccountId, T::RuntimeHoldReason> for Pallet<T> {
	fn worst_case(
		units: WorkUnits,
		price: Balance,
		executors: u32,
		royalty: Permill,
	) -> Option<Balance> {
		let work = per_executor(units, price)?.checked_mul(executors.into())?;
		work.checked_add(royalty.mul_ceil(work))?
			.checked_add(T::TreasuryShare::get().mul_ceil(work))
	}

	fn distribute(
		reason: &T::RuntimeHoldReason,
		payer: &T::AccountId,
		escrow: Balance,
		invoice: Invoice<'_, T::AccountId>,
	) -> Result<Statement, DispatchError> {
		with_storage_layer(|| Split::<T> { reason, payer, job: invoice.job }.pay(escrow, invoice))
	}
}

/// What one executor earns.
fn per_executor(units: WorkUnits, price: Balance) -> Option<Balance> {
	Balance::from(units.0).checked_mul(price)
}

/// One distribution under way.
struct Split<'a, T: Config> {
	reason: &'a T::RuntimeHoldReason,
	payer: &'a T::AccountId,
	job: JobId,
}

impl<T: Config> Split<'_, T> {
	/// Pays everybody. Leaves partial payments behind when it fails.
	fn pay(
		&self,
		escrow: Balance,
		invoice: Invoice<'_, T::AccountId>,
	) -> Result<Statement, DispatchError> {
		let per_executor =
			per_executor(invoice.units, invoice.price).ok_or(Error::<T>::AmountOverflow)?;
		let seats =
			Balance::try_from(invoice.executors.len()).map_err(|_| Error::<T>::AmountOverflow)?;
		let work = per_executor.checked_mul(seats).ok_or(Error::<T>::AmountOverflow)?;
		let royalty = invoice.royalty.mul_floor(work);
		let left = escrow
			.checked_sub(work)
			.and_then(|left| left.checked_sub(royalty))
			.ok_or(Error::<T>::EscrowTooSmall)?;
		let share = T::TreasuryShare::get().mul_floor(work).min(left);
		let left = left.checked_sub(share).ok_or(Error::<T>::EscrowTooSmall)?;

		// What its payee cannot receive.
		let mut redirected: Balance = 0;
		let mut executors = 0u32;
		for executor in invoice.executors {
			if self.transfer(executor, per_executor, Role::Executor)? {
				executors = executors.checked_add(1).ok_or(Error::<T>::AmountOverflow)?;
			} else {
				redirected =
					redirected.checked_add(per_executor).ok_or(Error::<T>::AmountOverflow)?;
			}
		}
		let royalty = if self.transfer(invoice.author, royalty, Role::Author)? {
			royalty
		} else {
			redirected = redirected.checked_add(royalty).ok_or(Error::<T>::AmountOverflow)?;
			0
		};

		let due = share.checked_add(redirected).ok_or(Error::<T>::AmountOverflow)?;
		let (treasury, refunded) = self.close(due, left)?;

		let statement = Statement { executors, per_executor, royalty, treasury, refunded };
		let ledger =
			Distributed::<T>::get().with(escrow, &statement).ok_or(Error::<T>::AmountOverflow)?;
		Distributed::<T>::put(ledger);
		Ok(statement)
	}

	/// Pays the treasury what is `due` and returns what is `left` to the payer; says what each got.
	fn close(&self, due: Balance, left: Balance) -> Result<(Balance, Balance), DispatchError> {
		let treasury = T::TreasuryAccount::get();
		let all = due.checked_add(left).ok_or(Error::<T>::AmountOverflow)?;
		let (due, left) = if !can_receive::<T>(self.payer, left) {
			(all, 0)
		} else if !can_receive::<T>(&treasury, due) {
			(0, all)
		} else {
			(due, left)
		};

		ensure!(
			self.transfer(&treasury, due, Role::Treasury)? && can_receive::<T>(self.payer, left),
			Error::<T>::NobodyCanReceive
		);
		if left > 0 {
			T::Currency::release(self.reason, self.payer, left, Precision::Exact)?;
			let (job, to) = (self.job, self.payer.clone());
			Pallet::<T>::deposit_event(Event::Refunded { job, to, amount: left });
		}
		Ok((due, left))
	}

	/// Pays `payee` out of the escrow; `false`, without effect, if it cannot receive that little.
	fn transfer(
		&self,
		payee: &T::AccountId,
		amount: Balance,
		role: Role,
	) -> Result<bool, DispatchError> {
		if amount == 0 {
			return Ok(true);
		}
		let (job, payee) = (self.job, payee.clone());
		if !can_receive::<T>(&payee, amount) {
			Pallet::<T>::deposit_event(Event::Redirected { job, payee, amount, role });
			return Ok(false);
		}
		T::Currency::transfer_on_hold(
			self.reason,
			self.payer,
			&payee,
			amount,
			Precision::Exact,
			Restriction::Free,
			// The payer put this on hold for this purpose; freezing it since does not take it back.
			Fortitude::Force,
		)?;
		Pallet::<T>::deposit_event(Event::Paid { job, payee, amount, role });
		Ok(true)
	}
}

/// Whether `who` is alive, or `amount` is enough to bring it to life.
fn can_receive<T: Config>(who: &T::AccountId, amount: Balance) -> bool {
	T::Currency::can_deposit(who, amount, Provenance::Extant) == DepositConsequence::Success
}
