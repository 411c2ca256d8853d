//! What a request must be like, and what it costs.

use crate::{Config, Error, Event, Expiries, HoldReason, Jobs, NextJobId, Pallet};
use frame::{
	prelude::*,
	traits::fungible::{Inspect, MutateHold},
};
use tercet_primitives::{
	traits::{ModelCatalog, Payouts},
	Balance, Job, JobId, JobRequest, JobState, VariantId, VariantTerms, WorkUnits, EXECUTORS,
	MAX_ITEMS,
};

/// What a job costs.
pub(crate) struct Cost<AccountId> {
	/// Terms of the variant as they stand.
	pub terms: VariantTerms<AccountId>,
	/// Compute that each executor is paid for.
	pub units: WorkUnits,
	/// The most that the job can cost.
	pub escrow: Balance,
}

impl<T: Config> Pallet<T> {
	/// Checks the request, holds its escrow, queues it and puts it on the agenda.
	pub(crate) fn do_submit(requester: T::AccountId, request: JobRequest) -> DispatchResult {
		let now = Self::now();
		Self::ensure_input(&request)?;
		Self::ensure_deadline(&request)?;
		let Cost { terms, units, escrow } =
			Self::cost(request.variant, request.items, request.price)?;
		// Preserve: the requester stays alive whatever other references its account has.
		ensure!(
			T::Currency::reducible_balance(&requester, Preservation::Preserve, Fortitude::Force)
				>= escrow,
			Error::<T>::InsufficientBalance
		);
		let expires_at = request.deadline.checked_add(1).ok_or(Error::<T>::DeadlineTooFar)?;
		let id = NextJobId::<T>::get();
		let next = id.checked_add(1).ok_or(ArithmeticError::Overflow)?;

		T::Currency::hold(&HoldReason::Escrow.into(), &requester, escrow)
			.map_err(|_| Error::<T>::InsufficientBalance)?;
		NextJobId::<T>::put(next);
		let id = JobId(id);
		let job = Job {
			requester: requester.clone(),
			request,
			units,
			author: terms.author,
			royalty: terms.royalty,
			escrow,
			submitted_at: now,
			state: JobState::Queued,
		};
		Jobs::<T>::insert(id, job);
		Expiries::<T>::insert(expires_at, id, ());
		Self::enqueue(id);
		Self::deposit_event(Event::Submitted { job: id, requester, escrow });
		Ok(())
	}

	/// What `items` at `price` per unit cost, or why they would be refused.
	pub(crate) fn cost(
		variant: VariantId,
		items: u32,
		price: Balance,
	) -> Result<Cost<T::AccountId>, DispatchError> {
		ensure!(items > 0, Error::<T>::ZeroItems);
		ensure!(items <= MAX_ITEMS, Error::<T>::TooManyItems);
		ensure!(price > 0, Error::<T>::ZeroPrice);
		let terms = T::Catalog::terms(variant)?;
		let units = terms
			.units_per_item
			.0
			.checked_mul(items.into())
			.map(WorkUnits)
			.ok_or(Error::<T>::PriceOverflow)?;
		let escrow = T::Payouts::worst_case(units, price, EXECUTORS, terms.royalty)
			.ok_or(Error::<T>::PriceOverflow)?;
		// So a refund can always be received, even by a requester with nothing free.
		ensure!(escrow >= T::Currency::minimum_balance(), Error::<T>::PriceTooLow);
		Ok(Cost { terms, units, escrow })
	}

	fn ensure_input(request: &JobRequest) -> DispatchResult {
		let size = request.input.size();
		ensure!(size > 0, Error::<T>::EmptyInput);
		ensure!(size <= T::MaxInputBytes::get(), Error::<T>::InputTooLarge);
		Ok(())
	}

	fn ensure_deadline(request: &JobRequest) -> DispatchResult {
		let ahead = request.deadline.checked_sub(Self::now()).ok_or(Error::<T>::DeadlineTooSoon)?;
		ensure!(ahead >= T::MinDeadline::get(), Error::<T>::DeadlineTooSoon);
		ensure!(ahead <= T::MaxDeadline::get(), Error::<T>::DeadlineTooFar);
		Ok(())
	}
}
