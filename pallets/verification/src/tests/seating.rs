use super::play::*;
use crate::{mock::*, Agenda, Assignments, CommitteesOf, Error};
use frame::testing_prelude::*;
use tercet_primitives::{
	traits::{Committees, Wanted},
	Agreement, Decision, ItemSet, JobId, JobRequest, JobState, Redundancy, RefundReason, Stage,
	MAX_SEATS,
};

const EXACT: Agreement = Agreement::Exact;

fn wanted(job: JobId) -> Option<Wanted<AccountId>> {
	<Verification as Committees<AccountId>>::wanted(job)
}

fn try_seat(job: JobId, executors: Vec<AccountId>) -> DispatchResult {
	<Verification as Committees<AccountId>>::seat(job, executors)
}

fn close(job: JobId) -> Result<RefundReason, DispatchError> {
	<Verification as Committees<AccountId>>::close(job)
}

#[test]
fn seat_begins_the_first_round() {
	build_and_execute(|| {
		let job = submit(4, EXACT);
		assert_eq!(wanted(job), Some(Wanted { seats: 3, round: 0, exclude: vec![] }));
		assert_ok!(seat(job, vec![11, 12, 13]));
		let committee = committee(job);
		assert_eq!((committee.round, committee.quorum, committee.stage), (0, 3, Stage::Commit));
		assert_eq!(committee.items, ItemSet::first(4));
		assert_eq!(committee.deadline, START + TIME);
		assert_eq!(executors(job), [11, 12, 13]);
		for who in [11, 12, 13] {
			assert!(Assignments::<Test>::contains_key(who, job));
		}
		assert!(Agenda::<Test>::contains_key(committee.until, job));
		assert_eq!(wanted(job), None);
	});
}

#[test]
fn seat_fails_when_seats_are_too_few_or_many_or_repeated() {
	build_and_execute(|| {
		let job = submit(4, EXACT);
		for executors in [vec![], vec![11, 12], vec![11, 12, 13, 14]] {
			assert_noop!(try_seat(job, executors), Error::<Test>::BadSeatCount);
		}
		let many = (11..=11 + u64::from(MAX_SEATS)).collect();
		assert_noop!(try_seat(job, many), Error::<Test>::BadSeatCount);
		assert_noop!(try_seat(job, vec![11, 12, 11]), Error::<Test>::DuplicateExecutor);
	});
}

#[test]
fn seat_fails_when_the_job_is_unknown_or_awaits_nobody() {
	build_and_execute(|| {
		assert_eq!(wanted(JobId(0)), None);
		assert_noop!(try_seat(JobId(0), vec![11]), Error::<Test>::UnknownJob);
		let job = open(4, EXACT);
		assert_noop!(try_seat(job, vec![31, 32]), Error::<Test>::NotAwaited);
		play(by_seat(&[]));
		assert_eq!(wanted(job), None);
		assert_noop!(try_seat(job, vec![31, 32]), Error::<Test>::NotAwaited);
	});
}

#[test]
fn seat_fails_when_the_deadline_leaves_no_room() {
	build_and_execute(|| {
		for (left, room) in [(3, false), (4, true)] {
			let deadline = START + left;
			let request = JobRequest { deadline, ..request(1, Redundancy::DEFAULT) };
			let job = Market::insert(REQUESTER, request, EXACT).unwrap();
			assert_eq!(wanted(job).is_some(), room);
			if room {
				hypothetically!({
					assert_ok!(seat(job, vec![11, 12, 13]));
				});
			} else {
				let result = try_seat(job, vec![11, 12, 13]);
				assert_noop!(result, Error::<Test>::DeadlineTooSoon);
			}
		}
	});
}

#[test]
fn seat_fails_in_an_escalation_when_somebody_sits_there_already() {
	build_and_execute(|| {
		let job = open(1, EXACT);
		play_to(job, Stage::Draw, by_seat(&[HONEST, HONEST, Plan::Wrong(1)]));
		let sitting = executors(job);
		let wanted = wanted(job).unwrap();
		assert_eq!((wanted.seats, wanted.round, &wanted.exclude), (2, 1, &sitting));
		let fresh = PROVIDERS.into_iter().find(|who| !sitting.contains(who)).unwrap();
		let result = try_seat(job, vec![fresh, sitting[1]]);
		assert_noop!(result, Error::<Test>::DuplicateExecutor);
	});
}

#[test]
fn close_says_that_there_was_no_committee_when_none_was_drawn() {
	build_and_execute(|| {
		Available::set(&vec![]);
		let job = submit(1, EXACT);
		assert_eq!(close(job), Ok(RefundReason::NoCommittee));
		run_to(START + TIME + 1);
		let JobState::Refunded { at, reason, .. } = state(job) else { panic!() };
		assert_eq!((at, reason), (START + TIME + 1, RefundReason::NoCommittee));
		assert_eq!(gain(REQUESTER), 0);
	});
}

#[test]
fn close_is_refused_when_the_committee_has_ended_or_is_in_time() {
	build_and_execute(|| {
		let job = open(1, EXACT);
		assert_noop!(close(job), Error::<Test>::DeadlineNotPassed);
		System::set_block_number(START + TIME);
		assert_noop!(close(job), Error::<Test>::DeadlineNotPassed);
		// The stage has ended, and the agenda has not been worked off.
		System::set_block_number(START + TIME + 1);
		assert_noop!(close(job), Error::<Test>::DecisionPending);
		System::set_block_number(START + 2);
		play(by_seat(&[]));
		assert_noop!(close(job), Error::<Test>::AlreadyDecided);
	});
}

#[test]
fn close_ends_a_committee_that_could_not_end_itself() {
	build_and_execute(|| {
		let job = open(1, EXACT);
		SettlementFails::set(&true);
		run_to(START + TIME + 5);
		assert_eq!(committee(job).decision, None);
		SettlementFails::set(&false);
		skip(1);
		assert_eq!(committee(job).decision, Some(Decision::TimedOut));
		assert!(matches!(state(job), JobState::Refunded { reason: RefundReason::Silence, .. }));
		assert_eq!(conducts(job), [tercet_primitives::Conduct::Silent; 3]);
	});
}

#[test]
fn forget_removes_all_that_is_kept_of_an_ended_committee() {
	build_and_execute(|| {
		let job = open(2, SIMILAR);
		<Verification as Committees<AccountId>>::forget(job);
		assert!(CommitteesOf::<Test>::contains_key(job), "not while it is open");
		play(by_seat(&[]));
		assert!(crate::References::<Test>::contains_key(job));
		Released::set(&vec![]);
		<Verification as Committees<AccountId>>::forget(job);
		assert!(!CommitteesOf::<Test>::contains_key(job));
		assert!(!crate::Verdicts::<Test>::contains_key(job));
		assert!(!crate::References::<Test>::contains_key(job));
	});
}

#[test]
fn assignments_lists_open_jobs_oldest_first() {
	build_and_execute(|| {
		Available::set(&vec![11, 12, 13]);
		for _ in 0..6 {
			submit(1, EXACT);
		}
		skip(2);
		let jobs = |who| -> Vec<_> {
			Verification::assignments(&who).into_iter().map(|(job, _)| job.0).collect()
		};
		assert_eq!(jobs(11), [0, 1, 2, 3, 4, 5]);
		assert!(jobs(STRANGER).is_empty());
		play_to(JobId(2), Stage::Ended, |job, _| match job.0 {
			2 => HONEST,
			_ => Plan::SilentFrom(Stage::Reveal),
		});
		assert_eq!(jobs(11), [0, 1, 3, 4, 5]);
	});
}
