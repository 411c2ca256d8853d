//! What a job costs.

use crate::{reviews::REVIEWERS, Config, Error, Estimate, Pallet, Params};
use frame::{prelude::*, traits::fungible::Inspect};
use tercet_primitives::{
	traits::{Committees, ModelCatalog, Payouts},
	Balance, Job, Payload, PoolId, Redundancy, Royalties, WorkUnits, MAX_INLINE_BYTES, MAX_ITEMS,
	MAX_SEATS,
};

/// What is held for a job, and what its executors risk. In planck.
pub(crate) struct Price {
	/// The most that the job can cost, its fee included.
	pub escrow: Balance,
	/// Its fee.
	pub fee: Balance,
	/// What each executor has at stake.
	pub risk: Balance,
}

/// Bytes of a payload that travel in the transaction.
pub(crate) fn inline_bytes(payload: &Payload) -> u32 {
	match payload {
		Payload::Inline(bytes) => u32::try_from(bytes.len()).unwrap_or(MAX_INLINE_BYTES),
		Payload::Blob(_) => 0,
	}
}

impl<T: Config> Pallet<T> {
	/// What a job by the terms of today would cost, or why it would be refused.
	pub(crate) fn estimate(
		pool: PoolId,
		items: u32,
		price: Balance,
		redundancy: Redundancy,
	) -> Result<Estimate, DispatchError> {
		Self::ensure_items(items)?;
		Self::ensure_redundancy(&redundancy)?;
		let terms = T::Catalog::terms(pool.variant)?;
		let units = Self::units(terms.units_per_item, items)?;
		let audit_rate = T::Committees::audit_rate(&redundancy);
		let Price { escrow, fee, .. } = Self::price(units, price, &terms.royalties, audit_rate)?;
		let executors = redundancy.executors.into();
		let cost = T::Payouts::worst_case(units, price, executors, &terms.royalties)
			.and_then(|cost| cost.checked_add(fee))
			.ok_or(Error::<T>::PriceOverflow)?;
		Ok(Estimate { units, cost, escrow, deposit: Self::deposit(0)? })
	}

	/// What a job of `units` costs at most, and what it puts at stake.
	///
	/// The fee is the flat one and `audit_rate` of what an audit costs: what audits cost the
	/// treasury in the long run, so that nobody can live on audits of jobs of its own.
	pub(crate) fn price(
		units: WorkUnits,
		price: Balance,
		royalties: &Royalties<T::AccountId>,
		audit_rate: Permill,
	) -> Result<Price, DispatchError> {
		ensure!(price > 0, Error::<T>::ZeroPrice);
		let reviewers = REVIEWERS.executors.into();
		let fee = T::Payouts::worst_case(units, price, reviewers, royalties)
			.and_then(|audit| audit_rate.mul_ceil(audit).checked_add(Params::<T>::get().job_fee))
			.ok_or(Error::<T>::PriceOverflow)?;
		// An escalation may need every seat that there is.
		let pay = T::Payouts::worst_case(units, price, MAX_SEATS, royalties)
			.ok_or(Error::<T>::PriceOverflow)?;
		// So a refund can always be received, even by a requester with nothing free.
		ensure!(pay >= T::Currency::minimum_balance(), Error::<T>::PriceTooLow);
		let escrow = pay.checked_add(fee).ok_or(Error::<T>::PriceOverflow)?;
		let risk = Balance::from(units.0)
			.checked_mul(price)
			.and_then(|work| work.checked_mul(Params::<T>::get().risk_factor.into()))
			.ok_or(Error::<T>::PriceOverflow)?;
		Ok(Price { escrow, fee, risk })
	}

	/// Compute that `items` take.
	pub(crate) fn units(per_item: WorkUnits, items: u32) -> Result<WorkUnits, DispatchError> {
		let units = per_item.0.checked_mul(items.into()).ok_or(Error::<T>::PriceOverflow)?;
		Ok(WorkUnits(units))
	}

	/// What is held for the record of a job with an input of `inline` bytes: for as many bytes as
	/// it can grow to, its answers included.
	pub(crate) fn deposit(inline: u32) -> Result<Balance, DispatchError> {
		let params = Params::<T>::get();
		// The input takes no more than its share of the largest record.
		let bytes = Job::<T::AccountId>::max_encoded_len()
			.saturating_sub(MAX_INLINE_BYTES as usize)
			.saturating_add(inline as usize);
		Balance::try_from(bytes)
			.ok()
			.and_then(|bytes| params.deposit_per_byte.checked_mul(bytes))
			.and_then(|sum| sum.checked_add(params.deposit_base))
			.ok_or_else(|| Error::<T>::PriceOverflow.into())
	}

	/// Checks the number of items.
	pub(crate) fn ensure_items(items: u32) -> DispatchResult {
		ensure!(items > 0, Error::<T>::ZeroItems);
		ensure!(items <= MAX_ITEMS, Error::<T>::TooManyItems);
		Ok(())
	}

	/// Checks that a first round can be held by as many.
	pub(crate) fn ensure_redundancy(redundancy: &Redundancy) -> DispatchResult {
		ensure!(redundancy.is_valid(), Error::<T>::InvalidRedundancy);
		let floor = Params::<T>::get().adaptive_floor;
		ensure!(redundancy.executors >= floor, Error::<T>::TooFewExecutors);
		Ok(())
	}

	/// What is left of the escrow of a job.
	pub(crate) fn left(job: &Job<T::AccountId>) -> Result<Balance, DispatchError> {
		let gone = job.state.statement().total();
		gone.and_then(|gone| job.escrow.checked_sub(gone))
			.ok_or_else(|| Error::<T>::EscrowExceeded.into())
	}
}

/// What a share of `part` in `whole` makes of `amount`, rounded down; `None` if `whole` is zero or
/// less than `part`.
pub(crate) fn pro_rata(amount: Balance, part: u32, whole: u32) -> Option<Balance> {
	if part > whole {
		return None;
	}
	let (part, whole) = (Balance::from(part), Balance::from(whole));
	// By quotient and remainder: the product might not fit, and these do.
	let quotient = amount.checked_div(whole)?.checked_mul(part)?;
	let remainder = amount.checked_rem(whole)?.checked_mul(part)?.checked_div(whole)?;
	quotient.checked_add(remainder)
}
