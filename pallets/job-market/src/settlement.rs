//! The end of a job: paid, or refunded. Once, whoever asks how often.

use crate::{
	pricing::pro_rata, Config, Error, Event, Expiries, HoldReason, Jobs, Pallet, Params, Waiting,
};
use frame::{deps::frame_support::storage::with_storage_layer, prelude::*};
use tercet_primitives::{
	traits::{Invoice, Payouts, Rest, Settlement},
	Answer, Balance, BlockNumber, Disputed, Funding, Invalidity, ItemSet, Job, JobId, JobState,
	Part, Patch, Redundancy, RefundReason, Royalties, Statement, WorkUnits,
};

/// Who is paid how much of a job's escrow.
struct Bill<'a, AccountId> {
	/// Part of the escrow that may be spent.
	escrow: Balance,
	/// Compute that each executor is paid for.
	units: WorkUnits,
	/// Per work unit.
	price: Balance,
	/// Who is paid.
	executors: &'a [AccountId],
	/// Who else.
	royalties: &'a Royalties<AccountId>,
	/// What the treasury is paid besides its share.
	fee: Balance,
}

impl<T: Config> Settlement<T::AccountId> for Pallet<T> {
	fn job(job: JobId) -> Option<Job<T::AccountId>> {
		Jobs::<T>::get(job)
	}

	fn is_for_proven(redundancy: &Redundancy) -> bool {
		Params::<T>::get().is_for_proven(redundancy)
	}

	fn settle_part(
		id: JobId,
		executors: &[T::AccountId],
		answer: Answer,
		items: ItemSet,
	) -> DispatchResult {
		let (mut job, drawn_at, part) = Self::running_job(id)?;
		ensure!(part.is_none(), Error::<T>::PartAlreadySettled);
		let (all, count) = (ItemSet::first(job.request.items), items.len());
		let proper = count > 0 && items.without(&all).is_empty() && count < all.len();
		ensure!(proper, Error::<T>::InvalidItems);
		with_storage_layer(|| {
			// No more than the share of these items, whatever the treasury takes: the rest can
			// still be paid.
			let pay = job.escrow.checked_sub(job.fee).ok_or(Error::<T>::EscrowExceeded)?;
			let escrow = pro_rata(pay, count, all.len()).ok_or(Error::<T>::EscrowExceeded)?;
			let bill = Bill {
				escrow,
				units: Self::units(job.units_per_item, count)?,
				price: job.request.price,
				executors,
				royalties: &job.royalties,
				fee: 0,
			};
			let statement = Self::pay_part(id, &job, bill)?;
			let part = Some(Part { answer, items, statement });
			job.state = JobState::Running { drawn_at, part };
			Jobs::<T>::insert(id, job);
			Self::deposit_event(Event::PartSettled { job: id, items: count, statement });
			Ok(())
		})
	}

	fn settle(id: JobId, executors: &[T::AccountId], answer: Answer) -> DispatchResult {
		let (job, _, part) = Self::running_job(id)?;
		let items = Self::open_items(&job, part.as_ref());
		with_storage_layer(|| {
			let bill = Bill {
				escrow: Self::left(&job)?,
				units: Self::units(job.units_per_item, items.len())?,
				price: job.request.price,
				executors,
				royalties: &job.royalties,
				fee: job.fee,
			};
			let statement = Self::pay_rest(id, &job, bill)?;
			let at = Self::now();
			let state = match part {
				None => JobState::Settled { at, answer, disputed: Disputed::None, statement },
				Some(part) => {
					let disputed = Disputed::Resolved(Patch { items, answer });
					Self::settled_in_part(at, part, disputed, &statement)?
				},
			};
			Self::end(id, job, state);
			Ok(())
		})
	}

	fn settle_invalid(id: JobId, executors: &[T::AccountId], why: Invalidity) -> DispatchResult {
		let (job, _, part) = Self::running_job(id)?;
		let items = Self::open_items(&job, part.as_ref());
		with_storage_layer(|| {
			let bill = Bill {
				escrow: Self::left(&job)?,
				units: Self::units(job.units_per_item, items.len())?,
				price: Params::<T>::get().invalid_share.mul_ceil(job.request.price),
				executors,
				// Nothing was run.
				royalties: &Royalties::default(),
				fee: job.fee,
			};
			let statement = Self::pay_rest(id, &job, bill)?;
			let at = Self::now();
			let state = match part {
				None => JobState::Invalid { at, why, statement },
				// The job could be run: it is the rest of it that nobody agrees on a result for.
				Some(part) => {
					let disputed = Disputed::Refunded { items, reason: RefundReason::Disagreement };
					Self::settled_in_part(at, part, disputed, &statement)?
				},
			};
			Self::end(id, job, state);
			Ok(())
		})
	}

	fn refund(id: JobId, reason: RefundReason) -> DispatchResult {
		let job = Self::open_job(id)?;
		with_storage_layer(|| {
			let at = Self::now();
			let state = match &job.state {
				JobState::Running { part, .. } => {
					let bill = Bill {
						escrow: Self::left(&job)?,
						units: WorkUnits(0),
						price: 0,
						executors: &[],
						royalties: &Royalties::default(),
						fee: job.fee,
					};
					let statement = Self::pay_rest(id, &job, bill)?;
					match part.clone() {
						None => JobState::Refunded { at, reason, statement },
						Some(part) => {
							let items = Self::open_items(&job, Some(&part));
							let disputed = Disputed::Refunded { items, reason };
							Self::settled_in_part(at, part, disputed, &statement)?
						},
					}
				},
				// Never drawn: nothing was earned.
				_ => {
					Self::give_back(&job.requester, job.request.funding, job.escrow)?;
					let statement = Statement { refunded: job.escrow, ..Default::default() };
					JobState::Refunded { at, reason, statement }
				},
			};
			Self::end(id, job, state);
			Ok(())
		})
	}

	fn request_draw(id: JobId) -> DispatchResult {
		Self::running_job(id)?;
		if !Waiting::<T>::contains_key(id) {
			Self::enqueue(id, 0);
		}
		Ok(())
	}

	fn open_review(
		of: JobId,
		payer: Option<&T::AccountId>,
		deadline: BlockNumber,
	) -> Result<JobId, DispatchError> {
		with_storage_layer(|| Self::do_open_review(of, payer, deadline))
	}

	fn reimburse_review(review: JobId) -> Balance {
		// Nothing was paid then, and whoever asks says so; the review itself has ended either way.
		with_storage_layer(|| Self::do_reimburse_review(review))
			.inspect_err(|error| {
				frame::log::error!(target: "job-market", "review {review} not reimbursed: {error:?}");
			})
			.unwrap_or_default()
	}
}

impl<T: Config> Pallet<T> {
	/// The job, if it has not ended yet.
	pub(crate) fn open_job(id: JobId) -> Result<Job<T::AccountId>, DispatchError> {
		let job = Jobs::<T>::get(id).ok_or(Error::<T>::UnknownJob)?;
		ensure!(!job.state.is_terminal(), Error::<T>::AlreadyTerminal);
		Ok(job)
	}

	/// The job, when it was drawn, and what of it has been settled, if it is running.
	fn running_job(
		id: JobId,
	) -> Result<(Job<T::AccountId>, BlockNumber, Option<Part>), DispatchError> {
		let job = Self::open_job(id)?;
		let JobState::Running { drawn_at, part } = job.state.clone() else {
			return Err(Error::<T>::NotRunning.into());
		};
		Ok((job, drawn_at, part))
	}

	/// Items that have not been settled.
	fn open_items(job: &Job<T::AccountId>, part: Option<&Part>) -> ItemSet {
		let all = ItemSet::first(job.request.items);
		part.map_or(all, |part| all.without(&part.items))
	}

	/// How a job ends of which a part was settled before.
	fn settled_in_part(
		at: BlockNumber,
		part: Part,
		disputed: Disputed,
		rest: &Statement,
	) -> Result<JobState, DispatchError> {
		let statement = part.statement.checked_add(rest).ok_or(Error::<T>::EscrowExceeded)?;
		Ok(JobState::Settled { at, answer: part.answer, disputed, statement })
	}

	/// Pays what is owed for some items. The rest of the escrow stays on hold.
	fn pay_part(
		id: JobId,
		job: &Job<T::AccountId>,
		bill: Bill<'_, T::AccountId>,
	) -> Result<Statement, DispatchError> {
		let (statement, paid) = Self::pay(id, job, bill, Rest::Keep)?;
		if job.request.funding == Funding::Credit {
			Self::spend_credit(&job.requester, paid, paid)?;
		}
		Ok(Statement { refunded: 0, ..statement })
	}

	/// Pays what is owed at last, and returns what is left.
	fn pay_rest(
		id: JobId,
		job: &Job<T::AccountId>,
		bill: Bill<'_, T::AccountId>,
	) -> Result<Statement, DispatchError> {
		let left = bill.escrow;
		let rest = match job.request.funding {
			Funding::Hold => Rest::Release,
			Funding::Credit => Rest::Keep,
		};
		let (statement, paid) = Self::pay(id, job, bill, rest)?;
		let refunded = left.checked_sub(paid).ok_or(Error::<T>::EscrowExceeded)?;
		if job.request.funding == Funding::Credit {
			Self::spend_credit(&job.requester, paid, left)?;
		}
		Ok(Statement { refunded, ..statement })
	}

	/// Has `bill` paid out of the hold of the job's funding. Says what went where, and how much of
	/// it to others than the requester.
	fn pay(
		id: JobId,
		job: &Job<T::AccountId>,
		bill: Bill<'_, T::AccountId>,
		rest: Rest,
	) -> Result<(Statement, Balance), DispatchError> {
		let reason = match job.request.funding {
			Funding::Hold => HoldReason::Escrow,
			Funding::Credit => HoldReason::Credit,
		};
		let Bill { escrow, units, price, executors, royalties, fee } = bill;
		let invoice = Invoice { job: id, escrow, units, price, executors, royalties, fee, rest };
		let statement = T::Payouts::distribute(&reason.into(), &job.requester, invoice)?;
		let paid = Statement { refunded: 0, ..statement }.total();
		let paid = paid.ok_or(Error::<T>::EscrowExceeded)?;
		ensure!(paid <= escrow, Error::<T>::EscrowExceeded);
		Ok((statement, paid))
	}

	/// Records how the job ended, says so, and takes it off the agenda and out of the queue.
	fn end(id: JobId, job: Job<T::AccountId>, state: JobState) {
		Expiries::<T>::remove(job.request.deadline.saturating_add(1), id);
		Self::stop_waiting(id);
		match &state {
			JobState::Settled { statement, .. } => {
				Self::deposit_event(Event::Settled { job: id, statement: *statement });
			},
			JobState::Invalid { why, statement, .. } => {
				let (why, statement) = (*why, *statement);
				Self::deposit_event(Event::Invalid { job: id, why, statement });
			},
			JobState::Refunded { reason, statement, .. } => {
				let (reason, statement) = (*reason, *statement);
				Self::deposit_event(Event::Refunded { job: id, reason, statement });
			},
			JobState::Queued | JobState::Running { .. } => (),
		}
		Jobs::<T>::insert(id, Job { state, ..job });
	}
}
