//! How an escrow is sized and split.

use crate::{Config, Distributed, Error, Event, Pallet, Role};
use alloc::vec::Vec;
use frame::{
	deps::frame_support::storage::with_storage_layer,
	prelude::*,
	traits::{
		fungible::{Inspect, MutateHold},
		tokens::Restriction,
	},
};
use tercet_primitives::{
	traits::{Invoice, Payouts, Rest},
	Balance, JobId, Royalties, Statement, WorkUnits,
};

impl<T: Config> Payouts<T::AccountId, T::RuntimeHoldReason> for Pallet<T> {
	fn worst_case(
		units: WorkUnits,
		price: Balance,
		executors: u32,
		royalties: &Royalties<T::AccountId>,
	) -> Option<Balance> {
		let work = per_executor(units, price)?.checked_mul(executors.into())?;
		let mut sum = work.checked_add(T::TreasuryShare::get().mul_ceil(work))?;
		for royalty in royalties {
			sum = sum.checked_add(royalty.share.mul_ceil(work))?;
		}
		Some(sum)
	}

	fn distribute(
		reason: &T::RuntimeHoldReason,
		payer: &T::AccountId,
		invoice: Invoice<'_, T::AccountId>,
	) -> Result<Statement, DispatchError> {
		with_storage_layer(|| {
			Split::<T> { reason, payer, job: invoice.job, rest: invoice.rest }.pay(invoice)
		})
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
	rest: Rest,
}

/// What is owed, rounded down.
struct Bill {
	/// To each executor.
	pay: Balance,
	/// To each earner of royalties, in the order of the invoice.
	royalties: Vec<Balance>,
	/// To the treasury, of the executors' pay.
	share: Balance,
	/// What nobody is owed.
	left: Balance,
}

impl Bill {
	/// Reads an invoice.
	fn of<T: Config>(invoice: &Invoice<'_, T::AccountId>) -> Result<Self, Error<T>> {
		let seats =
			Balance::try_from(invoice.executors.len()).map_err(|_| Error::<T>::AmountOverflow)?;
		let pay = per_executor(invoice.units, invoice.price).ok_or(Error::<T>::AmountOverflow)?;
		let work = pay.checked_mul(seats).ok_or(Error::<T>::AmountOverflow)?;
		let royalties: Vec<_> =
			invoice.royalties.iter().map(|royalty| royalty.share.mul_floor(work)).collect();

		let mut owed = work.checked_add(invoice.fee).ok_or(Error::<T>::AmountOverflow)?;
		for royalty in &royalties {
			owed = owed.checked_add(*royalty).ok_or(Error::<T>::AmountOverflow)?;
		}
		let left = invoice.escrow.checked_sub(owed).ok_or(Error::<T>::EscrowTooSmall)?;
		let share = T::TreasuryShare::get().mul_floor(work).min(left);
		let left = left.checked_sub(share).ok_or(Error::<T>::EscrowTooSmall)?;
		Ok(Self { pay, royalties, share, left })
	}
}

impl<T: Config> Split<'_, T> {
	/// Pays everybody. Leaves partial payments behind when it fails.
	fn pay(&self, invoice: Invoice<'_, T::AccountId>) -> Result<Statement, DispatchError> {
		let bill = Bill::of::<T>(&invoice)?;

		// What its payee cannot receive.
		let mut redirected: Balance = 0;
		let mut executors: Balance = 0;
		let mut paid = Vec::with_capacity(invoice.executors.len());
		for executor in invoice.executors {
			if self.transfer(executor, bill.pay, Role::Executor)? {
				executors = add::<T>(executors, bill.pay)?;
				paid.push(executor);
			} else {
				redirected = add::<T>(redirected, bill.pay)?;
			}
		}
		let mut royalties: Balance = 0;
		for (royalty, amount) in invoice.royalties.iter().zip(bill.royalties) {
			if self.transfer(&royalty.payee, amount, Role::Author)? {
				royalties = add::<T>(royalties, amount)?;
			} else {
				redirected = add::<T>(redirected, amount)?;
			}
		}

		let due = add::<T>(add::<T>(bill.share, invoice.fee)?, redirected)?;
		let (treasury, left) = self.close(due, bill.left)?;
		let (refunded, kept) = match self.rest {
			Rest::Release => (left, 0),
			Rest::Keep => (0, left),
		};

		let statement = Statement { executors, royalties, treasury, refunded };
		let spent = invoice.escrow.checked_sub(kept).ok_or(Error::<T>::EscrowTooSmall)?;
		let ledger =
			Distributed::<T>::get().with(spent, &statement).ok_or(Error::<T>::AmountOverflow)?;
		Distributed::<T>::put(ledger);

		// The share counts once the treasury has it.
		let share = if treasury == 0 { 0 } else { bill.share };
		let seats =
			Balance::try_from(invoice.executors.len()).map_err(|_| Error::<T>::AmountOverflow)?;
		let value = share.checked_div(seats).unwrap_or(0);
		let income = *self.payer != T::TreasuryAccount::get();
		Pallet::<T>::record_work(&paid, bill.pay, value, income)?;
		Ok(statement)
	}

	/// Pays the treasury what is `due` and deals with what is `left`; says what the treasury got,
	/// and what it did not get.
	fn close(&self, due: Balance, left: Balance) -> Result<(Balance, Balance), DispatchError> {
		let treasury = T::TreasuryAccount::get();
		let all = add::<T>(due, left)?;
		let (due, left) = if !self.can_return(left) {
			(all, 0)
		} else if !can_receive::<T>(&treasury, due) {
			(0, all)
		} else {
			(due, left)
		};

		ensure!(
			self.transfer(&treasury, due, Role::Treasury)? && self.can_return(left),
			Error::<T>::NobodyCanReceive
		);
		if left > 0 && self.rest == Rest::Release {
			T::Currency::release(self.reason, self.payer, left, Precision::Exact)?;
			let (job, to) = (self.job, self.payer.clone());
			Pallet::<T>::deposit_event(Event::Refunded { job, to, amount: left });
		}
		Ok((due, left))
	}

	/// Whether `left` can go where the rest of the escrow goes.
	fn can_return(&self, left: Balance) -> bool {
		self.rest == Rest::Keep || can_receive::<T>(self.payer, left)
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

/// The sum of two amounts.
fn add<T: Config>(a: Balance, b: Balance) -> Result<Balance, Error<T>> {
	a.checked_add(b).ok_or(Error::<T>::AmountOverflow)
}

/// Whether `who` is alive, or `amount` is enough to bring it to life.
pub(crate) fn can_receive<T: Config>(who: &T::AccountId, amount: Balance) -> bool {
	T::Currency::can_deposit(who, amount, Provenance::Extant) == DepositConsequence::Success
}
