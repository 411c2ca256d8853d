//! The first and the last block of every stage.

use super::play::*;
use crate::{mock::*, stages::window, Error};
use frame::testing_prelude::*;
use tercet_primitives::{Agreement, Duty, JobId, JobState, Redundancy, SeatState, Stage};

const EXACT: Agreement = Agreement::Exact;
/// Block at whose end the first executors of [`open`] are drawn.
const DRAWN: u32 = START + 1;
const DEADLINE: u32 = START + TIME;

/// In the last block of its stage, the duty of the last seat is taken; one block later it is not,
/// and the seat is silent, or withholds.
fn assert_last_block(job: JobId, last: AccountId, duties: Vec<Duty>) {
	let (_, until) = stage(job);
	run_to(until);
	hypothetically!({
		assert_ok!(call(last, duties.clone()));
	});
	run_to(until + 1);
	assert!(call(last, duties).is_err());
}

#[test]
fn window_is_a_part_of_the_time_left_and_at_least_one_block() {
	assert_eq!(window(10, 10, 4), None);
	assert_eq!(window(11, 10, 4), None);
	for (left, blocks) in [(1, 1), (4, 1), (7, 1), (8, 2), (100, 25)] {
		assert_eq!(window(10, 10 + left, 4), Some(10 + blocks), "{left} blocks left");
	}
	assert_eq!(window(0, u32::MAX, 8), Some(u32::MAX / 8));
	assert_eq!(window(u32::MAX - 1, u32::MAX, 8), Some(u32::MAX));
}

#[test]
fn commit_window_begins_after_the_draw_and_ends_after_a_quarter_of_the_time() {
	build_and_execute(|| {
		let job = open(4, EXACT);
		assert_eq!(stage(job), (Stage::Commit, DRAWN + (DEADLINE - DRAWN) / 4));
		let [a, b, c] = executors(job).try_into().unwrap();
		for who in [a, b] {
			assert_ok!(one(who, commit_duty(job, who, HONEST)));
		}
		let (_, until) = stage(job);
		assert_last_block(job, c, vec![commit_duty(job, c, HONEST)]);
		assert_eq!(seat_of(job, c).state, SeatState::Silent);
		assert_eq!(stage(job), (Stage::Lottery, until + 1));
	});
}

#[test]
fn abstain_is_taken_in_the_commit_window_only() {
	build_and_execute(|| {
		let job = open(4, EXACT);
		let [a, b, c] = executors(job).try_into().unwrap();
		for who in [a, b] {
			assert_ok!(one(who, commit_duty(job, who, HONEST)));
		}
		assert_last_block(job, c, vec![Duty::Abstain { job }]);
	});
}

#[test]
fn lottery_ends_with_the_block_after_the_last_commitment() {
	build_and_execute(|| {
		let job = open(4, EXACT);
		let before = System::block_number();
		answer_all(&by_seat(&[]));
		assert_eq!(stage(job), (Stage::Lottery, before + 1));
		skip(1);
		let a = executors(job)[0];
		assert_noop!(one(a, reveal_duty(job, a, HONEST)), Error::<Test>::WrongStage);
		skip(1);
		assert_eq!(stage(job), (Stage::Reveal, before + 1 + (DEADLINE - before - 1) / 8));
		assert_ok!(one(a, reveal_duty(job, a, HONEST)));
	});
}

#[test]
fn seal_and_reveal_windows_end_after_an_eighth_of_the_time() {
	build_and_execute(|| {
		for stage_to_end in [Stage::Seal, Stage::Reveal] {
			hypothetically!({
				let job = open(4, SIMILAR);
				play_to(job, stage_to_end, by_seat(&[]));
				let begun = System::block_number() - 1;
				assert_eq!(stage(job).1, begun + (DEADLINE - begun) / 8);
				let [a, b, c] = executors(job).try_into().unwrap();
				for who in [a, b] {
					assert_ok!(call(who, duties(job, who, HONEST)));
				}
				assert_last_block(job, c, duties(job, c, HONEST));
				assert_eq!(seat_of(job, c).state, SeatState::Withheld);
			});
		}
	});
}

#[test]
fn itemize_window_ends_after_an_eighth_of_the_time() {
	build_and_execute(|| {
		let job = open(4, EXACT);
		let plans = [HONEST, HONEST, Plan::WrongAt(1, 1)];
		play_to(job, Stage::Itemize, by_seat(&plans));
		let [a, b, c] = executors(job).try_into().unwrap();
		for who in [a, b] {
			assert_ok!(call(who, duties(job, who, HONEST)));
		}
		assert_last_block(job, c, duties(job, c, plans[2]));
		assert_eq!(seat_of(job, c).state, SeatState::Withheld);
	});
}

#[test]
fn stage_ends_at_once_when_nothing_is_due_any_more() {
	build_and_execute(|| {
		let job = open(4, SIMILAR);
		let mut passed = vec![];
		while stage(job).0 != Stage::Ended {
			passed.push((System::block_number(), stage(job).0));
			answer_all(&by_seat(&[]));
			skip(1);
		}
		use Stage::{Commit, Lottery, Reveal, Seal};
		let now = START + 2;
		assert_eq!(passed, [(now, Commit), (now + 1, Lottery), (now + 2, Seal), (now + 3, Reveal)]);
	});
}

#[test]
fn shortest_round_leaves_one_block_for_each_stage() {
	build_and_execute(|| {
		for agreement in [EXACT, SIMILAR] {
			hypothetically!({
				// Drawn one block after its submission.
				let deadline = START + 1 + crate::LEAST_ROUND;
				let request =
					tercet_primitives::JobRequest { deadline, ..request(2, Redundancy::DEFAULT) };
				let job = open_request(request, agreement);
				play(by_seat(&[]));
				assert!(matches!(state(job), JobState::Settled { .. }), "{agreement:?}");
			});
		}
	});
}

#[test]
fn lottery_waits_when_a_block_has_no_randomness() {
	build_and_execute(|| {
		let job = open(4, EXACT);
		answer_all(&by_seat(&[]));
		HasVrf::set(&false);
		skip(3);
		let now = System::block_number();
		assert_eq!(stage(job), (Stage::Lottery, now));
		HasVrf::set(&true);
		skip(1);
		assert_eq!(stage(job).0, Stage::Reveal);
	});
}

#[test]
fn lottery_ends_the_committee_when_randomness_never_comes() {
	build_and_execute(|| {
		let job = open(4, EXACT);
		answer_all(&by_seat(&[]));
		HasVrf::set(&false);
		run_to(DEADLINE + 1);
		assert_eq!(stage(job).0, Stage::Ended);
		assert_eq!(conducts(job), [tercet_primitives::Conduct::Unresolved; 3]);
	});
}
