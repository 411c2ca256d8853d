use crate::{mock::*, Assignments, CommitteesOf};
use frame::testing_prelude::*;
use tercet_primitives::{
	Answer,
	Conduct::{self, Alone, Unresolved},
	Decision, JobId, JobState, RefundReason,
};

/// Has everyone answer and returns what was recorded of them.
fn conducts(job: JobId, bytes: [u8; 3]) -> [Conduct; 3] {
	commit_all(job, bytes);
	reveal_all(job, bytes);
	let released = Released::get();
	assert_eq!(released.len(), 3);
	EXECUTORS.map(|who| released.iter().find(|(other, _)| *other == who).unwrap().1)
}

#[test]
fn decide_refunds_at_once_when_one_answer_differs() {
	build_and_execute(|| {
		let job = open(0);
		assert_eq!(conducts(job, [1, 1, 2]), [Unresolved, Unresolved, Alone]);
		let reason = RefundReason::Disagreement;
		assert_eq!(state(job), JobState::Refunded { at: START, reason });
		assert_eq!(committee(job).decision, Some(Decision::Disagreed));
		assert_eq!(Assignments::<Test>::iter().count(), 0);
		assert_eq!((free(REQUESTER), held()), (ENDOWMENT, 0));
		assert_eq!(EXECUTORS.map(free), [ENDOWMENT; 3]);
	});
}

#[test]
fn decide_finds_everyone_alone_when_all_answers_differ() {
	build_and_execute(|| {
		let job = open(0);
		assert_eq!(conducts(job, [1, 2, 3]), [Alone, Alone, Alone]);
	});
}

#[test]
fn decide_disagrees_when_roots_are_equal_but_outputs_are_not() {
	build_and_execute(|| {
		let job = open(0);
		let other = Answer { output: answer(2).output, ..answer(1) };
		for (who, answer) in [(A, answer(1)), (B, answer(1)), (C, other.clone())] {
			assert_ok!(commit(who, job, &answer));
		}
		assert_ok!(reveal(A, job, &answer(1)));
		assert_ok!(reveal(B, job, &answer(1)));
		assert_ok!(reveal(C, job, &other));
		assert_eq!(committee(job).decision, Some(Decision::Disagreed));
	});
}

#[test]
fn decide_waits_when_a_seat_is_missing() {
	build_and_execute(|| {
		let job = open(0);
		assert_ok!(commit(A, job, &answer(1)));
		assert_ok!(commit(B, job, &answer(1)));
		run_to(COMMIT_UNTIL + 1);
		assert_ok!(reveal(A, job, &answer(1)));
		assert_ok!(reveal(B, job, &answer(1)));
		assert_eq!(committee(job).decision, None);
		assert!(Released::get().is_empty());
		assert_eq!(held(), ESCROW);
	});
}

#[test]
fn decide_takes_reveals_in_any_order() {
	build_and_execute(|| {
		let job = open(0);
		commit_all(job, [1, 1, 1]);
		for who in [C, A, B] {
			assert_ok!(reveal(who, job, &answer(1)));
		}
		assert_eq!(committee(job).decision, Some(Decision::Agreed));
	});
}

#[test]
fn decide_changes_nothing_when_the_job_does_not_settle() {
	build_and_execute(|| {
		for bytes in [[1, 1, 1], [1, 1, 2]] {
			hypothetically!({
				let job = open(0);
				commit_all(job, bytes);
				assert_ok!(reveal(A, job, &answer(bytes[0])));
				assert_ok!(reveal(B, job, &answer(bytes[1])));
				SettlementFails::set(&true);
				assert_noop!(reveal(C, job, &answer(bytes[2])), "settlement fails");
				assert!(Released::get().is_empty());
				// Nothing is lost: the same reveal decides once the cause is gone.
				SettlementFails::set(&false);
				assert_ok!(reveal(C, job, &answer(bytes[2])));
				Verification::do_try_state().unwrap();
			});
		}
	});
}

#[test]
fn decide_leaves_other_jobs_alone_when_executors_have_several() {
	build_and_execute(|| {
		let (first, second) = (open(0), open(1));
		commit_all(first, [1, 1, 1]);
		commit_all(second, [1, 1, 1]);
		reveal_all(first, [1, 1, 1]);
		assert_eq!(CommitteesOf::<Test>::get(second).unwrap().decision, None);
		assert_eq!(Assignments::<Test>::iter_keys().count(), 3);
		assert_eq!(held(), ESCROW);
	});
}
