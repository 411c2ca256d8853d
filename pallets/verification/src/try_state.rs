//! The invariants in the crate's documentation, checked.

use crate::{
	answers::{is_complete, is_due},
	comparison::response_of,
	reviews::Status,
	Agenda, Assignments, CommitteesOf, Config, Pallet, Params, ReviewOf, Reviews, Verdict,
	Verdicts, VotesOf,
};
use alloc::collections::{BTreeMap, BTreeSet};
use frame::{deps::sp_runtime::TryRuntimeError, prelude::*};
use tercet_primitives::{
	traits::Settlement, Agreement, BlockNumber, Committee, Decision, Job, JobState, RefundReason,
	SeatState, Stage,
};

impl<T: Config> Pallet<T> {
	/// Checks the invariants in the crate's documentation.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::check_assignments()?;
		Self::check_agenda()?;
		Self::check_votes()?;
		for (id, committee) in CommitteesOf::<T>::iter() {
			check_seats(&committee, Self::counterpart(id).and_then(CommitteesOf::<T>::get))?;
			check_stage(&committee, Self::now())?;
			check_verdict(&committee, Verdicts::<T>::get(id))?;
			check_job(&committee, T::Settlement::job(id))?;
			let holds = matches!(committee.stage, Stage::Held | Stage::Audit);
			ensure!(
				!holds || Self::awaits_audit_or_retries(id),
				"invariant 8: a committee waits for no audit"
			);
		}
		Self::check_reviews()?;
		ensure!(Params::<T>::get().is_in_range(), "invariant 9: the parameters are out of range");
		Ok(())
	}

	/// A committee whose audit has ended still waits for the next block's randomness, or for another
	/// try.
	fn awaits_audit_or_retries(job: tercet_primitives::JobId) -> bool {
		let review = ReviewOf::<T>::get(job).and_then(Reviews::<T>::get);
		review.is_some_and(|review| review.cause.is_audit())
	}

	fn check_assignments() -> Result<(), TryRuntimeError> {
		let assigned: BTreeSet<_> = Assignments::<T>::iter_keys().collect();
		let mut seated = BTreeSet::new();
		for (id, committee) in CommitteesOf::<T>::iter().filter(|(_, c)| c.decision.is_none()) {
			seated.extend(committee.seats.into_iter().map(|seat| (seat.executor, id)));
		}
		ensure!(
			assigned == seated,
			"invariant 1: the assignments are not the seats of undecided committees"
		);
		Ok(())
	}

	fn check_agenda() -> Result<(), TryRuntimeError> {
		let now = Self::now();
		let mut listed = BTreeSet::new();
		for (block, job) in Agenda::<T>::iter_keys() {
			ensure!(listed.insert(job), "invariant 3: a committee is on the agenda twice");
			let fits = CommitteesOf::<T>::get(job).is_some_and(|committee| {
				committee.decision.is_none()
					&& committee.until == block
					&& block <= committee.deadline
			});
			ensure!(fits, "invariant 3: the agenda does not fit a stage");
		}
		for (job, committee) in CommitteesOf::<T>::iter() {
			ensure!(
				committee.decision.is_some() || now >= committee.deadline || listed.contains(&job),
				"invariant 3: a committee is not on the agenda"
			);
		}
		Ok(())
	}

	fn check_votes() -> Result<(), TryRuntimeError> {
		let mut kept: BTreeMap<_, _> =
			VotesOf::<T>::iter().map(|(job, place, votes)| ((job, place), votes.len())).collect();
		for (job, committee) in CommitteesOf::<T>::iter() {
			if committee.decision.is_some() && !Self::is_yet_to_be_held_against(job) {
				continue;
			}
			for (seat, place) in committee.seats.iter().zip(0u8..).filter(|(seat, _)| seat.voted) {
				let votes = kept.remove(&(job, place));
				let possible = [0, seat.items.len(), committee.items.len()];
				ensure!(
					votes.is_some_and(|votes| possible.iter().any(|it| *it as usize == votes)),
					"invariant 5: the votes of a seat are missing or incomplete"
				);
			}
		}
		ensure!(kept.is_empty(), "invariant 5: votes of a seat that has not voted");
		Ok(())
	}

	fn check_reviews() -> Result<(), TryRuntimeError> {
		for (job, review) in ReviewOf::<T>::iter() {
			let fits = Reviews::<T>::get(review).is_none_or(|record| record.of == job);
			ensure!(fits, "invariant 8: the review of a job reviews another");
		}
		for (review, record) in Reviews::<T>::iter() {
			let ended = T::Settlement::job(review).is_none_or(|job| job.state.is_terminal())
				|| CommitteesOf::<T>::get(review).is_some_and(|it| it.decision.is_some());
			ensure!(
				ended || record.status == Status::Open,
				"invariant 8: a review has come to something before it has ended"
			);
		}
		Ok(())
	}
}

fn check_seats<AccountId: Ord>(
	committee: &Committee<AccountId>,
	counterpart: Option<Committee<AccountId>>,
) -> Result<(), TryRuntimeError> {
	let distinct: BTreeSet<_> = committee.seats.iter().map(|seat| &seat.executor).collect();
	let (seats, quorum) = (committee.seats.len(), usize::from(committee.quorum));
	ensure!(
		!distinct.is_empty() && distinct.len() == seats,
		"invariant 2: a committee is empty, or somebody sits on two seats"
	);
	ensure!(
		quorum <= seats && quorum.saturating_mul(2) > seats,
		"invariant 2: a quorum is not a majority"
	);
	let others = counterpart.map(|it| it.seats.into_inner()).unwrap_or_default();
	ensure!(
		!others.iter().any(|seat| distinct.contains(&seat.executor)),
		"invariant 2: somebody sits in a committee and in its review's"
	);
	Ok(())
}

fn check_stage<AccountId: PartialEq>(
	committee: &Committee<AccountId>,
	now: BlockNumber,
) -> Result<(), TryRuntimeError> {
	let exact = committee.agreement == Agreement::Exact;
	let seats = &committee.seats;
	let answering = !matches!(committee.stage, Stage::Commit | Stage::Ended);
	let fits = match committee.stage {
		Stage::Seal => !exact,
		Stage::Itemize => exact,
		_ => true,
	};
	ensure!(
		fits && committee.decision.is_some() == (committee.stage == Stage::Ended),
		"invariant 4: a stage does not fit its committee"
	);
	// A stage that could not be ended keeps its seats, complete or not, until it is tried again.
	let waits = matches!(committee.stage, Stage::Commit | Stage::Seal);
	ensure!(
		!waits || !is_complete(committee) || now >= committee.until,
		"invariant 4: a stage waits for nobody"
	);
	ensure!(
		!answering || seats.iter().all(|seat| seat.state != SeatState::Awaited),
		"invariant 4: somebody is awaited after commitments have closed"
	);
	ensure!(
		!exact || seats.iter().all(|seat| seat.seal.is_none()),
		"invariant 4: fingerprints are sealed where there are none"
	);
	ensure!(
		committee.decision.is_none() || !seats.iter().any(|seat| is_due(committee, seat)),
		"invariant 4: something is due in a committee that has ended"
	);
	Ok(())
}

fn check_verdict<AccountId>(
	committee: &Committee<AccountId>,
	verdict: Option<Verdict>,
) -> Result<(), TryRuntimeError> {
	let agreed = matches!(
		committee.decision,
		Some(Decision::Agreed | Decision::Invalid | Decision::Overruled)
	) || committee.stage == Stage::Audit;
	let Some(verdict) = verdict else {
		ensure!(!agreed, "invariant 6: a committee that agreed has no verdict");
		return Ok(());
	};
	ensure!(
		verdict.seats.contains(verdict.canonical.into())
			&& verdict.seats.iter().all(|place| place < committee.seats.len()),
		"invariant 6: a verdict names seats that are not there"
	);
	let answered = |place| committee.seats.get(place).and_then(response_of).is_some();
	ensure!(
		!agreed
			|| (verdict.seats.len() >= committee.quorum.into()
				&& verdict.seats.iter().all(answered)),
		"invariant 6: a verdict without a quorum"
	);
	Ok(())
}

fn check_job<AccountId>(
	committee: &Committee<AccountId>,
	job: Option<Job<AccountId>>,
) -> Result<(), TryRuntimeError> {
	// The market may forget a job first.
	let Some(job) = job else { return Ok(()) };
	let fits = match (committee.decision, &job.state) {
		(None, JobState::Running { .. }) => job.request.deadline == committee.deadline,
		(Some(Decision::Agreed), JobState::Settled { .. }) => true,
		(Some(Decision::Invalid), JobState::Invalid { .. }) => true,
		(Some(Decision::Overruled), JobState::Refunded { reason, .. }) => {
			*reason == RefundReason::Overruled
		},
		(
			Some(Decision::Disagreed | Decision::TimedOut),
			JobState::Refunded { .. } | JobState::Settled { .. },
		) => true,
		_ => false,
	};
	ensure!(fits, "invariant 7: a job does not fit the decision of its committee");
	Ok(())
}
