use super::play::*;
use crate::{
	mock::*, Agenda, Assignments, CommitteesOf, Params, ReviewOf, Reviews, Status, Verdict,
	Verdicts, VotesOf,
};
use frame::testing_prelude::*;
use tercet_primitives::{
	Agreement, Committee, Decision, Job, JobId, JobState, SeatState, Stage, Votes, H256,
};

const EXACT: Agreement = Agreement::Exact;

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

fn change_job(job: JobId, change: impl FnOnce(&mut Job<AccountId>)) {
	let mut jobs = Jobs::get();
	change(&mut jobs.iter_mut().find(|(id, _)| *id == job).unwrap().1);
	Jobs::set(&jobs);
}

#[test]
fn try_state_fails_when_assignments_are_not_the_open_seats() {
	build_and_execute(|| {
		let message = "invariant 1: the assignments are not the seats of undecided committees";
		let job = open(1, EXACT);
		let a = executors(job)[0];
		assert_broken(message, || Assignments::<Test>::remove(a, job));
		assert_broken(message, || Assignments::<Test>::insert(STRANGER, job, ()));
		assert_broken(message, || Assignments::<Test>::insert(a, JobId(9), ()));
		play(by_seat(&[]));
		assert_broken(message, || Assignments::<Test>::insert(a, job, ()));
	});
}

#[test]
fn try_state_fails_when_seats_are_missing_or_repeated_or_shared_with_a_review() {
	build_with_audits(Permill::one(), || {
		let job = open(1, EXACT);
		let [a, b, _] = executors(job).try_into().unwrap();
		let message = "invariant 2: a committee is empty, or somebody sits on two seats";
		assert_broken(message, || {
			change(job, |committee| committee.seats.truncate(0));
			let _ = Assignments::<Test>::clear(9, None);
		});
		assert_broken(message, || {
			change(job, |committee| committee.seats[1].executor = a);
			Assignments::<Test>::remove(b, job);
		});
		let message = "invariant 2: a quorum is not a majority";
		assert_broken(message, || change(job, |committee| committee.quorum = 1));
		assert_broken(message, || change(job, |committee| committee.quorum = 4));
		play_to(job, Stage::Held, by_seat(&[]));
		skip(1);
		let review = ReviewOf::<Test>::get(job).unwrap();
		let message = "invariant 2: somebody sits in a committee and in its review's";
		assert_broken(message, || {
			let seat = executors(review)[0];
			change(review, |committee| committee.seats[0].executor = a);
			Assignments::<Test>::remove(seat, review);
			Assignments::<Test>::insert(a, review, ());
		});
	});
}

#[test]
fn try_state_fails_when_the_agenda_does_not_fit_the_stages() {
	build_and_execute(|| {
		let job = open(1, EXACT);
		let (_, until) = stage(job);
		let message = "invariant 3: a committee is on the agenda twice";
		assert_broken(message, || Agenda::<Test>::insert(until + 1, job, ()));
		let message = "invariant 3: the agenda does not fit a stage";
		assert_broken(message, || Agenda::<Test>::insert(until, JobId(9), ()));
		assert_broken(message, || change(job, |committee| committee.until += 1));
		assert_broken(message, || change(job, |committee| committee.deadline = until - 1));
		let message = "invariant 3: a committee is not on the agenda";
		assert_broken(message, || Agenda::<Test>::remove(until, job));
	});
}

#[test]
fn try_state_fails_when_the_stage_does_not_fit_the_seats() {
	build_and_execute(|| {
		let job = open(1, EXACT);
		let message = "invariant 4: a stage does not fit its committee";
		assert_broken(message, || change(job, |committee| committee.stage = Stage::Seal));
		assert_broken(message, || change(job, |committee| committee.stage = Stage::Ended));
		assert_broken(message, || {
			change(job, |committee| {
				committee.agreement = SIMILAR;
				committee.stage = Stage::Itemize;
			});
		});
		assert_broken("invariant 4: a stage waits for nobody", || {
			change(job, |committee| {
				committee.seats.iter_mut().for_each(|seat| seat.state = SeatState::Silent);
			});
		});
		let message = "invariant 4: somebody is awaited after commitments have closed";
		assert_broken(message, || change(job, |committee| committee.stage = Stage::Reveal));
		let message = "invariant 4: fingerprints are sealed where there are none";
		assert_broken(message, || {
			change(job, |committee| committee.seats[0].seal = Some(H256::zero()));
		});
	});
}

#[test]
fn try_state_fails_when_votes_are_missing_or_left_over() {
	build_and_execute(|| {
		let job = open(4, EXACT);
		play_to(job, Stage::Itemize, by_seat(&[HONEST, HONEST, Plan::WrongAt(0, 1)]));
		let a = executors(job)[0];
		assert_ok!(one(a, itemize_duty(job, a, HONEST)));
		let message = "invariant 5: the votes of a seat are missing or incomplete";
		assert_broken(message, || VotesOf::<Test>::remove(job, 0));
		assert_broken(message, || {
			VotesOf::<Test>::mutate(job, 0, |votes| votes.as_mut().unwrap().truncate(3));
		});
		let message = "invariant 5: votes of a seat that has not voted";
		assert_broken(message, || VotesOf::<Test>::insert(job, 1, Votes::default()));
		assert_broken(message, || VotesOf::<Test>::insert(JobId(9), 0, Votes::default()));
	});
}

#[test]
fn try_state_fails_when_the_verdict_does_not_fit_the_seats() {
	build_and_execute(|| {
		let job = open(1, EXACT);
		play(by_seat(&[]));
		let verdict = |change: &dyn Fn(&mut Verdict)| {
			Verdicts::<Test>::mutate(job, |it| change(it.as_mut().unwrap()));
		};
		let message = "invariant 6: a committee that agreed has no verdict";
		assert_broken(message, || Verdicts::<Test>::remove(job));
		let message = "invariant 6: a verdict names seats that are not there";
		assert_broken(message, || verdict(&|it| it.canonical = 3));
		assert_broken(message, || verdict(&|it| it.seats.0 |= 1 << 3));
		let message = "invariant 6: a verdict without a quorum";
		assert_broken(message, || verdict(&|it| (it.seats.0, it.canonical) = (0b11, 0)));
		assert_broken(message, || {
			change(job, |committee| committee.seats[0].state = SeatState::Silent);
		});
	});
}

#[test]
fn try_state_fails_when_the_job_does_not_fit_the_decision() {
	build_and_execute(|| {
		let message = "invariant 7: a job does not fit the decision of its committee";
		let job = open(1, EXACT);
		assert_broken(message, || change_job(job, |it| it.state = JobState::Queued));
		assert_broken(message, || change_job(job, |it| it.request.deadline += 1));
		play(by_seat(&[]));
		assert_broken(message, || {
			change_job(job, |it| it.state = JobState::Running { drawn_at: 0, part: None });
		});
		for decision in [Decision::Invalid, Decision::Overruled] {
			assert_broken(message, || change(job, |it| it.decision = Some(decision)));
		}
	});
}

#[test]
fn try_state_fails_when_reviews_do_not_fit_their_jobs() {
	build_with_audits(Permill::one(), || {
		let job = open(1, EXACT);
		play_to(job, Stage::Held, by_seat(&[]));
		let review = ReviewOf::<Test>::get(job).unwrap();
		let message = "invariant 8: a committee waits for no audit";
		assert_broken(message, || {
			ReviewOf::<Test>::remove(job);
			Reviews::<Test>::remove(review);
		});
		let message = "invariant 8: the review of a job reviews another";
		assert_broken(message, || ReviewOf::<Test>::insert(JobId(9), review));
		let message = "invariant 8: a review has come to something before it has ended";
		assert_broken(message, || {
			Reviews::<Test>::mutate(review, |it| it.as_mut().unwrap().status = Status::Upheld);
		});
		play(by_seat(&[]));
	});
}

#[test]
fn try_state_fails_when_the_parameters_are_out_of_range() {
	build_and_execute(|| {
		assert_broken("invariant 9: the parameters are out of range", || {
			Params::<Test>::mutate(|params| params.challenge_window = 0);
		});
	});
}
