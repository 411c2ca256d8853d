//! What the bytes of a record cost its author.

use crate::{Config, HoldReason, Pallet};
use frame::{prelude::*, token::Precision, traits::fungible::hold::Mutate};
use tercet_primitives::{Balance, Model};

impl<T: Config> Pallet<T> {
	/// The deposit for a record as it is: `ModelDepositBase`, which also covers an offer to
	/// transfer it, and `ModelDepositPerByte` for each byte.
	pub(crate) fn deposit_of(model: &Model<T::AccountId>) -> Result<Balance, ArithmeticError> {
		Balance::try_from(model.encoded_size())
			.ok()
			.and_then(|bytes| bytes.checked_mul(T::ModelDepositPerByte::get()))
			.and_then(|bytes| bytes.checked_add(T::ModelDepositBase::get()))
			.ok_or(ArithmeticError::Overflow)
	}

	/// Holds from the author of a changed record, or returns, what its deposit differs by.
	pub(crate) fn adjust_deposit(model: &mut Model<T::AccountId>) -> DispatchResult {
		let deposit = Self::deposit_of(model)?;
		let reason = HoldReason::ModelDeposit.into();
		// One of the two differences saturates: the other one is what moves.
		let more = deposit.saturating_sub(model.deposit);
		let less = model.deposit.saturating_sub(deposit);
		if more > 0 {
			T::Currency::hold(&reason, &model.author, more)?;
		} else if less > 0 {
			T::Currency::release(&reason, &model.author, less, Precision::Exact)?;
		}
		model.deposit = deposit;
		Ok(())
	}
}
