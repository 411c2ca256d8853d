//! Reviews: jobs that ask a second committee, and who pays for them.

use crate::{submission::Terms, Config, Error, Event, Jobs, Pallet, Reimbursable, ReviewOf};
use frame::{
	prelude::*,
	traits::fungible::{Inspect, Mutate},
};
use tercet_primitives::{
	traits::ProviderPool, Balance, BlockNumber, Funding, JobId, JobRequest, Redundancy, Statement,
	H256,
};

/// Who reviews: enough to outvote three that agree.
pub const REVIEWERS: Redundancy = Redundancy { executors: 5, quorum: 4 };

impl<T: Config> Pallet<T> {
	/// Submits a job again. Leaves traces when it fails.
	pub(crate) fn do_open_review(
		of: JobId,
		payer: Option<&T::AccountId>,
		deadline: BlockNumber,
	) -> Result<JobId, DispatchError> {
		let job = Jobs::<T>::get(of).ok_or(Error::<T>::UnknownJob)?;
		ensure!(!Self::under_review(of), Error::<T>::UnderReview);
		let request = JobRequest {
			redundancy: REVIEWERS,
			deadline,
			canary: H256::zero(),
			funding: Funding::Hold,
			..job.request
		};
		// It is looked at one block later at the soonest, and must have time then.
		let least = (T::MinDeadline::get() / 2).saturating_add(1);
		Self::ensure_deadline(&request, least)?;
		let terms = Terms {
			units_per_item: job.units_per_item,
			artifact: job.artifact,
			agreement: job.agreement,
			royalties: job.royalties,
		};
		let requester = payer.cloned().unwrap_or_else(T::TreasuryAccount::get);
		// Without enough for two disjoint committees the review would only hold the job up.
		let executors = job.request.redundancy.executors.saturating_add(REVIEWERS.executors);
		ensure!(
			T::Pool::available(&request.pool()) >= executors.into(),
			Error::<T>::TooFewProviders
		);
		let review = Self::create(requester, request, terms, Permill::zero())?;
		ReviewOf::<T>::insert(of, review);
		if payer.is_some() {
			Reimbursable::<T>::insert(review, ());
		}
		Ok(review)
	}

	/// Pays back what a review cost. Leaves traces when it fails.
	pub(crate) fn do_reimburse_review(review: JobId) -> Result<Balance, DispatchError> {
		let job = Jobs::<T>::get(review).ok_or(Error::<T>::UnknownJob)?;
		ensure!(job.state.is_terminal(), Error::<T>::NotTerminal);
		// At most once.
		Reimbursable::<T>::take(review).ok_or(Error::<T>::UnknownJob)?;
		let cost = Statement { refunded: 0, ..job.state.statement() }.total();
		let treasury = T::TreasuryAccount::get();
		let (alive, polite) = (Preservation::Preserve, Fortitude::Polite);
		let affordable = T::Currency::reducible_balance(&treasury, alive, polite);
		let amount = cost.ok_or(Error::<T>::EscrowExceeded)?.min(affordable);
		if amount > 0 {
			T::Currency::transfer(&treasury, &job.requester, amount, alive)?;
			let to = job.requester;
			Self::deposit_event(Event::Reimbursed { job: review, to, amount });
		}
		Ok(amount)
	}

	/// Whether the verdict of another job is awaited on this one.
	pub(crate) fn under_review(of: JobId) -> bool {
		ReviewOf::<T>::get(of)
			.and_then(Jobs::<T>::get)
			.is_some_and(|review| !review.state.is_terminal())
	}
}
