use crate::{mock::*, Assignments, CommitteesOf};
use frame::testing_prelude::*;
use tercet_primitives::{Committee, Decision, JobId, JobState, SeatState};

/// Breaks something, expects the invariant to notice, and puts it back.
fn assert_broken(message: &'static str, break_it: impl FnOnce()) {
	hypothetically!({
		Verification::do_try_state().unwrap();
		break_it();
		assert_err!(Verification::do_try_state(), message);
	});
}

fn change(job: JobId, change: impl FnOnce(&mut Committee<AccountId>)) {
	CommitteesOf::<Test>::mutate(job, |committee| change(committee.as_mut().unwrap()));
}

fn change_state(state: JobState) {
	let mut jobs = Jobs::get();
	jobs[0].1.state = state;
	Jobs::set(&jobs);
}

#[test]
fn try_state_fails_when_assignments_are_not_the_open_seats() {
	build_and_execute(|| {
		let message = "invariant 1: the assignments are not the seats of undecided committees";
		let job = open(0);
		assert_broken(message, || Assignments::<Test>::remove(A, job));
		assert_broken(message, || Assignments::<Test>::insert(STRANGER, job, ()));
		assert_broken(message, || Assignments::<Test>::insert(A, JobId(9), ()));
		commit_all(job, [1, 1, 1]);
		reveal_all(job, [1, 1, 1]);
		assert_broken(message, || Assignments::<Test>::insert(A, job, ()));
	});
}

#[test]
fn try_state_fails_when_seats_are_missing_or_repeated() {
	build_and_execute(|| {
		let message = "invariant 2: a committee is empty, or somebody sits on two seats";
		let job = open(0);
		assert_broken(message, || {
			change(job, |committee| committee.seats.truncate(0));
			let _ = Assignments::<Test>::clear(9, None);
		});
		assert_broken(message, || {
			change(job, |committee| committee.seats[1].executor = A);
			Assignments::<Test>::remove(B, job);
		});
	});
}

#[test]
fn try_state_fails_when_windows_are_out_of_order() {
	build_and_execute(|| {
		let message = "invariant 3: the windows of a committee are out of order";
		let job = open(0);
		assert_broken(message, || change(job, |committee| committee.commit_until = START));
		assert_broken(message, || change(job, |committee| committee.commit_until = DEADLINE));
	});
}

#[test]
fn try_state_fails_when_the_decision_does_not_fit_the_answers() {
	build_and_execute(|| {
		let message = "invariant 4: a decision does not fit the answers";
		let job = open(0);
		let reveal = |committee: &mut Committee<_>| {
			for seat in &mut committee.seats {
				seat.state = SeatState::Revealed(answer(1));
			}
		};
		assert_broken(message, || change(job, reveal));
		commit_all(job, [1, 1, 2]);
		reveal_all(job, [1, 1, 2]);
		for decision in [Decision::Agreed, Decision::TimedOut] {
			assert_broken(message, || change(job, |it| it.decision = Some(decision)));
		}
		assert_broken(message, || change(job, reveal));
		assert_broken(message, || {
			change(job, |committee| committee.seats[0].state = SeatState::Awaited)
		});
	});
}

#[test]
fn try_state_fails_when_the_job_does_not_fit_the_decision() {
	build_and_execute(|| {
		let message = "invariant 5: a job does not fit the decision of its committee";
		let job = open(0);
		assert_broken(message, || change_state(JobState::Queued));
		assert_broken(message, || change_state(JobState::Running { drawn_at: START + 1 }));
		assert_broken(message, || change(job, |committee| committee.reveal_until += 1));
		assert_broken("invariant 5: a committee has no job", || Jobs::set(&Vec::new()));
		commit_all(job, [1, 1, 1]);
		reveal_all(job, [1, 1, 1]);
		assert_broken(message, || change_state(JobState::Running { drawn_at: START }));
		assert_broken(message, || {
			let JobState::Settled { at, statement, .. } = state(job) else { unreachable!() };
			change_state(JobState::Settled { at, answer: answer(2), statement });
		});
	});
}
