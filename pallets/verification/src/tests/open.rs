use crate::{committees::commit_until, mock::*, Assignments, Error};
use frame::testing_prelude::*;
use tercet_primitives::{traits::Committees, JobId, SeatState, MAX_SEATS};

fn try_open(executors: Vec<AccountId>, deadline: u32) -> DispatchResult {
	<Verification as Committees<_>>::open(JobId(0), executors, deadline)
}

#[test]
fn open_seats_and_assigns_everyone() {
	build_and_execute(|| {
		let job = open(0);
		let committee = committee(job);
		assert_eq!((committee.round, committee.drawn_at), (0, START));
		assert_eq!(committee.commit_until, COMMIT_UNTIL);
		assert_eq!(committee.reveal_until, DEADLINE);
		assert_eq!(committee.decision, None);
		for (seat, executor) in committee.seats.iter().zip(EXECUTORS) {
			assert_eq!((seat.executor, &seat.state), (executor, &SeatState::Awaited));
			assert!(Assignments::<Test>::contains_key(executor, job));
		}
	});
}

#[test]
fn open_fails_when_the_job_has_a_committee() {
	build_and_execute(|| {
		open(0);
		assert_noop!(try_open(EXECUTORS.to_vec(), DEADLINE), Error::<Test>::AlreadyOpen);
	});
}

#[test]
fn open_fails_when_seats_are_too_few_or_many_or_repeated() {
	build_and_execute(|| {
		assert_noop!(try_open(vec![], DEADLINE), Error::<Test>::BadSeatCount);
		let many = (0..=u64::from(MAX_SEATS)).collect();
		assert_noop!(try_open(many, DEADLINE), Error::<Test>::BadSeatCount);
		assert_noop!(try_open(vec![A, B, A], DEADLINE), Error::<Test>::DuplicateExecutor);
	});
}

#[test]
fn open_fails_when_the_deadline_leaves_no_room() {
	build_and_execute(|| {
		for deadline in [0, START - 1, START, START + 1] {
			assert_noop!(try_open(EXECUTORS.to_vec(), deadline), Error::<Test>::DeadlineTooSoon);
		}
		market_job(0, START + 2);
		assert_ok!(try_open(EXECUTORS.to_vec(), START + 2));
		assert_eq!(committee(JobId(0)).commit_until, START + 1);
	});
}

#[test]
fn commit_until_leaves_time_for_reveals() {
	assert_eq!(commit_until(10, 11), None);
	assert_eq!(commit_until(10, 9), None);
	// The window is two thirds, rounded down.
	for (time, window) in [(2, 1), (3, 2), (4, 2), (5, 3), (6, 4), (30, 20), (1_000, 666)] {
		assert_eq!(commit_until(10, 10 + time), Some(10 + window), "in {time} blocks");
	}
	assert_eq!(commit_until(0, u32::MAX), Some(2_863_311_530));
	assert_eq!(commit_until(u32::MAX - 2, u32::MAX), Some(u32::MAX - 1));
}
