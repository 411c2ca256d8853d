//! How a job begins, and what its requester can change before it is drawn.

use crate::{
	pricing::{inline_bytes, Price},
	Config, Error, Event, Expiries, HoldReason, Jobs, NextJobId, Pallet, Reimbursable,
};
use frame::prelude::*;
use tercet_primitives::{
	traits::{Committees, ModelCatalog, Settlement},
	Agreement, Balance, Job, JobId, JobRequest, JobState, RefundReason, Royalties, WorkUnits, H256,
};

/// What a job owes to its model: fixed when it is submitted.
pub(crate) struct Terms<AccountId> {
	/// Compute that one item takes.
	pub units_per_item: WorkUnits,
	/// BLAKE2b-256 of the ONNX file.
	pub artifact: H256,
	/// How answers are compared.
	pub agreement: Agreement,
	/// Who earns the royalty.
	pub royalties: Royalties<AccountId>,
}

impl<T: Config> Pallet<T> {
	/// Checks the request and makes a job of it.
	pub(crate) fn do_submit(requester: T::AccountId, request: JobRequest) -> DispatchResult {
		Self::ensure_input(&request)?;
		Self::ensure_deadline(&request, T::MinDeadline::get())?;
		Self::ensure_items(request.items)?;
		Self::ensure_redundancy(&request.redundancy)?;
		let terms = T::Catalog::terms(request.variant)?;
		let terms = Terms {
			units_per_item: terms.units_per_item,
			artifact: terms.artifact.digest,
			agreement: terms.agreement,
			royalties: terms.royalties,
		};
		let audit_rate = T::Committees::audit_rate(&request.redundancy);
		Self::create(requester, request, terms, audit_rate).map(|_| ())
	}

	/// Holds escrow and deposit of a job, queues it and puts it on the agenda.
	pub(crate) fn create(
		requester: T::AccountId,
		request: JobRequest,
		terms: Terms<T::AccountId>,
		audit_rate: Permill,
	) -> Result<JobId, DispatchError> {
		let Terms { units_per_item, artifact, agreement, royalties } = terms;
		let units = Self::units(units_per_item, request.items)?;
		let Price { escrow, fee, risk } =
			Self::price(units, request.price, &royalties, audit_rate)?;
		let deposit = Self::deposit(inline_bytes(&request.input))?;
		Self::ensure_funds(&requester, request.funding, escrow, deposit)?;
		let expires_at = request.deadline.checked_add(1).ok_or(Error::<T>::DeadlineTooFar)?;
		let id = NextJobId::<T>::get();
		let next = id.checked_add(1).ok_or(ArithmeticError::Overflow)?;

		Self::set_aside(&requester, request.funding, escrow)?;
		Self::hold(HoldReason::Deposit, &requester, deposit)?;
		NextJobId::<T>::put(next);
		let id = JobId(id);
		let job = Job {
			requester: requester.clone(),
			request,
			units_per_item,
			artifact,
			agreement,
			royalties,
			escrow,
			fee,
			risk,
			deposit,
			submitted_at: Self::now(),
			state: JobState::Queued,
		};
		Jobs::<T>::insert(id, job);
		Expiries::<T>::insert(expires_at, id, ());
		Self::enqueue(id, 0);
		Self::deposit_event(Event::Submitted { job: id, requester, escrow });
		Ok(id)
	}

	/// Raises the price of a job that has not been drawn.
	pub(crate) fn do_top_up(who: T::AccountId, id: JobId, price: Balance) -> DispatchResult {
		let mut job = Self::own_undrawn_job(&who, id)?;
		ensure!(price > job.request.price, Error::<T>::PriceNotRaised);
		// A review is not audited, and only those that can be reimbursed have a requester to raise.
		let audit_rate = if Reimbursable::<T>::contains_key(id) {
			Permill::zero()
		} else {
			T::Committees::audit_rate(&job.request.redundancy)
		};
		let Price { escrow, fee, risk } =
			Self::price(job.units(), price, &job.royalties, audit_rate)?;
		// Not below what is held, should the treasury's share have fallen since.
		let escrow = escrow.max(job.escrow);
		let more = escrow.checked_sub(job.escrow).ok_or(Error::<T>::PriceOverflow)?;
		Self::ensure_funds(&who, job.request.funding, more, 0)?;

		Self::set_aside(&who, job.request.funding, more)?;
		(job.request.price, job.escrow, job.fee, job.risk) = (price, escrow, fee, risk);
		Jobs::<T>::insert(id, job);
		// At the tail: it is not drawn in this block, whose author knows the seed.
		Self::stop_waiting(id);
		Self::enqueue(id, 0);
		Self::deposit_event(Event::ToppedUp { job: id, price, escrow });
		Ok(())
	}

	/// Ends a job that has not been drawn.
	pub(crate) fn do_cancel(who: T::AccountId, id: JobId) -> DispatchResult {
		Self::own_undrawn_job(&who, id)?;
		// It has no committee, but another job may wait for its verdict.
		T::Committees::close(id)?;
		Self::deposit_event(Event::Cancelled { job: id });
		<Self as Settlement<T::AccountId>>::refund(id, RefundReason::Cancelled)
	}

	/// A queued job of `who` that is not drawn at the end of this block.
	fn own_undrawn_job(who: &T::AccountId, id: JobId) -> Result<Job<T::AccountId>, DispatchError> {
		let job = Self::open_job(id)?;
		ensure!(job.requester == *who, Error::<T>::NotRequester);
		ensure!(job.state == JobState::Queued, Error::<T>::NotQueued);
		// Who builds this block knows whom it draws, and must not be able to prevent it.
		ensure!(!Self::is_due(id), Error::<T>::DrawDue);
		Ok(job)
	}

	fn ensure_input(request: &JobRequest) -> DispatchResult {
		let size = request.input.size();
		ensure!(size > 0, Error::<T>::EmptyInput);
		ensure!(size <= T::MaxInputBytes::get(), Error::<T>::InputTooLarge);
		Ok(())
	}

	/// Checks that the deadline is at least `least` blocks ahead, and not too far.
	pub(crate) fn ensure_deadline(request: &JobRequest, least: u32) -> DispatchResult {
		let ahead = request.deadline.checked_sub(Self::now()).ok_or(Error::<T>::DeadlineTooSoon)?;
		ensure!(ahead >= least, Error::<T>::DeadlineTooSoon);
		ensure!(ahead <= T::MaxDeadline::get(), Error::<T>::DeadlineTooFar);
		Ok(())
	}
}
