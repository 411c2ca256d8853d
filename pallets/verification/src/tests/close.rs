use crate::{mock::*, Error, Event};
use frame::testing_prelude::*;
use tercet_primitives::{
	traits::Committees,
	Conduct::{Alone, Silent, Unresolved},
	Decision, JobId, JobState, RefundReason,
};

#[test]
fn close_fails_when_the_job_is_unknown_or_decided_or_in_time() {
	build_and_execute(|| {
		let close_committee = <Verification as Committees<AccountId>>::close;
		assert_noop!(close_committee(JobId(0)), Error::<Test>::UnknownJob);
		let job = open(0);
		run_to(DEADLINE);
		assert_noop!(close_committee(job), Error::<Test>::DeadlineNotPassed);
		run_to(DEADLINE + 1);
		assert_ok!(close(job));
		assert_noop!(close_committee(job), Error::<Test>::AlreadyDecided);
	});
}

#[test]
fn close_finds_everyone_silent_when_nobody_answered() {
	build_and_execute(|| {
		let job = open(0);
		run_to(DEADLINE + 1);
		assert_ok!(close(job));
		assert_eq!(Released::get(), EXECUTORS.map(|who| (who, Silent)));
		assert_eq!(committee(job).decision, Some(Decision::TimedOut));
		let reason = RefundReason::Silence;
		assert_eq!(state(job), JobState::Refunded { at: DEADLINE + 1, reason });
		assert_eq!(free(REQUESTER), ENDOWMENT);
		assert_eq!(events()[0], Event::Decided { job, decision: Decision::TimedOut });
	});
}

#[test]
fn close_finds_silent_whoever_only_committed() {
	build_and_execute(|| {
		let job = open(0);
		commit_all(job, [1, 1, 1]);
		assert_ok!(reveal(A, job, &answer(1)));
		assert_ok!(reveal(B, job, &answer(1)));
		run_to(DEADLINE + 1);
		assert_ok!(close(job));
		assert_eq!(Released::get(), [(A, Unresolved), (B, Unresolved), (C, Silent)]);
	});
}

#[test]
fn close_blames_nobody_when_only_one_answered() {
	build_and_execute(|| {
		let job = open(0);
		assert_ok!(commit(B, job, &answer(1)));
		run_to(COMMIT_UNTIL + 1);
		assert_ok!(reveal(B, job, &answer(1)));
		run_to(DEADLINE + 1);
		assert_ok!(close(job));
		assert_eq!(Released::get(), [(A, Silent), (B, Unresolved), (C, Silent)]);
	});
}

#[test]
fn close_finds_both_alone_when_two_answers_differ() {
	build_and_execute(|| {
		let job = open(0);
		commit_all(job, [1, 2, 1]);
		assert_ok!(reveal(A, job, &answer(1)));
		assert_ok!(reveal(B, job, &answer(2)));
		run_to(DEADLINE + 1);
		assert_ok!(close(job));
		assert_eq!(Released::get(), [(A, Alone), (B, Alone), (C, Silent)]);
	});
}
