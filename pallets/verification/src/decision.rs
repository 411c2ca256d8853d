//! Comparing answers, and what follows from it.

use crate::{Assignments, CommitteesOf, Config, Event, Pallet};
use alloc::vec::Vec;
use frame::prelude::*;
use tercet_primitives::{
	traits::{ProviderPool, Settlement},
	Answer, Committee, Conduct, Decision, JobId, RefundReason, Seat, SeatState,
};

/// What was answered on a seat.
fn answer<AccountId>(seat: &Seat<AccountId>) -> Option<&Answer> {
	match &seat.state {
		SeatState::Revealed(answer) => Some(answer),
		SeatState::Awaited | SeatState::Committed(_) => None,
	}
}

/// How a committee ends with the answers it has; `None` while one is missing.
pub(crate) fn verdict<AccountId>(committee: &Committee<AccountId>) -> Option<Decision> {
	let mut answers = committee.seats.iter().map(answer);
	let first = answers.next()??;
	let mut equal = true;
	for answer in answers {
		equal &= answer? == first;
	}
	Some(if equal { Decision::Agreed } else { Decision::Disagreed })
}

/// The answer that all gave; only meaningful once they agreed.
pub(crate) fn agreed<AccountId>(committee: &Committee<AccountId>) -> Option<&Answer> {
	committee.seats.first().and_then(answer)
}

/// What the executor on seat `place` did, in a committee that ended with `decision`.
pub(crate) fn conduct<AccountId>(
	committee: &Committee<AccountId>,
	place: usize,
	decision: Decision,
) -> Conduct {
	let Some(own) = committee.seats.get(place).and_then(answer) else { return Conduct::Silent };
	if decision == Decision::Agreed {
		return Conduct::Verified;
	}
	let others = committee.seats.iter().enumerate().filter(|(other, _)| *other != place);
	let mut answers = others.filter_map(|(_, seat)| answer(seat)).peekable();
	if answers.peek().is_some() && answers.all(|other| other != own) {
		Conduct::Alone
	} else {
		Conduct::Unresolved
	}
}

impl<T: Config> Pallet<T> {
	/// Ends the job if every seat has answered, and keeps the committee either way. Leaves partial
	/// changes behind when it fails.
	pub(crate) fn decide_or_keep(
		job: JobId,
		committee: Committee<T::AccountId>,
	) -> Result<Option<Decision>, DispatchError> {
		let Some(decision) = verdict(&committee) else {
			CommitteesOf::<T>::insert(job, committee);
			return Ok(None);
		};
		match agreed(&committee).filter(|_| decision == Decision::Agreed) {
			Some(answer) => {
				let executors: Vec<_> =
					committee.seats.iter().map(|seat| seat.executor.clone()).collect();
				T::Settlement::settle(job, &executors, answer.clone())?;
			},
			None => T::Settlement::refund(job, RefundReason::Disagreement)?,
		}
		Self::end(job, committee, decision);
		Ok(Some(decision))
	}

	/// Records the decision and everyone's conduct, and takes the job out of everyone's hands.
	pub(crate) fn end(job: JobId, mut committee: Committee<T::AccountId>, decision: Decision) {
		Self::deposit_event(Event::Decided { job, decision });
		for (place, seat) in committee.seats.iter().enumerate() {
			let conduct = conduct(&committee, place, decision);
			let executor = seat.executor.clone();
			Assignments::<T>::remove(&executor, job);
			T::Pool::release(&executor, conduct);
			Self::deposit_event(Event::ConductRecorded { job, executor, conduct });
		}
		committee.decision = Some(decision);
		CommitteesOf::<T>::insert(job, committee);
	}
}
