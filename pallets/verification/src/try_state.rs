//! The invariants in the crate's documentation, checked.

use crate::{
	decision::{agreed, verdict},
	Assignments, CommitteesOf, Config, Pallet,
};
use alloc::collections::BTreeSet;
use frame::{deps::sp_runtime::TryRuntimeError, prelude::*};
use tercet_primitives::{traits::Settlement, Committee, Decision, Job, JobState};

impl<T: Config> Pallet<T> {
	/// Checks the invariants in the crate's documentation.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::check_assignments()?;
		for (id, committee) in CommitteesOf::<T>::iter() {
			check_seats(&committee)?;
			check_windows(&committee)?;
			check_decision(&committee)?;
			check_job(&committee, T::Settlement::job(id))?;
		}
		Ok(())
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
}

fn check_seats<AccountId: Ord>(committee: &Committee<AccountId>) -> Result<(), TryRuntimeError> {
	let distinct: BTreeSet<_> = committee.seats.iter().map(|seat| &seat.executor).collect();
	ensure!(
		!distinct.is_empty() && distinct.len() == committee.seats.len(),
		"invariant 2: a committee is empty, or somebody sits on two seats"
	);
	Ok(())
}

fn check_windows<AccountId>(committee: &Committee<AccountId>) -> Result<(), TryRuntimeError> {
	ensure!(
		committee.drawn_at < committee.commit_until
			&& committee.commit_until < committee.reveal_until,
		"invariant 3: the windows of a committee are out of order"
	);
	Ok(())
}

fn check_decision<AccountId>(committee: &Committee<AccountId>) -> Result<(), TryRuntimeError> {
	let fits = match verdict(committee) {
		Some(decision) => committee.decision == Some(decision),
		None => matches!(committee.decision, None | Some(Decision::TimedOut)),
	};
	ensure!(fits, "invariant 4: a decision does not fit the answers");
	Ok(())
}

fn check_job<AccountId>(
	committee: &Committee<AccountId>,
	job: Option<Job<AccountId>>,
) -> Result<(), TryRuntimeError> {
	let job = job.ok_or("invariant 5: a committee has no job")?;
	let fits = match (committee.decision, &job.state) {
		(None, JobState::Running { drawn_at }) => {
			*drawn_at == committee.drawn_at && job.request.deadline == committee.reveal_until
		},
		(Some(Decision::Agreed), JobState::Settled { answer, .. }) => {
			agreed(committee) == Some(answer)
		},
		(Some(Decision::Disagreed | Decision::TimedOut), JobState::Refunded { .. }) => true,
		_ => false,
	};
	ensure!(fits, "invariant 5: a job does not fit the decision of its committee");
	Ok(())
}
