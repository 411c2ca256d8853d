//! Silence and disagreement: more executors, then a refund.

use super::play::*;
use crate::mock::*;
use frame::testing_prelude::*;
use tercet_primitives::{
	Agreement,
	Conduct::{self, Abstained, Alone, Silent, Unresolved, Verified, Withheld, Wrong},
	Decision, Fault, Job, JobId, JobState, Redundancy, RefundReason, Stage,
};

const EXACT: Agreement = Agreement::Exact;

/// Plays a job of one item and returns it with its conducts.
fn conducts_of(plans: &[Plan]) -> (JobId, Vec<Conduct>) {
	let job = open(1, EXACT);
	play(by_seat(plans));
	(job, conducts(job))
}

fn rounds(job: JobId) -> (u8, usize, u8) {
	let committee = committee(job);
	(committee.round, committee.seats.len(), committee.quorum)
}

/// The requester has everything back but the fee.
fn assert_refunded(job: JobId, reason: RefundReason) {
	let Job { state, escrow, .. } = record(job);
	let JobState::Refunded { reason: found, statement, .. } = &state else { panic!("{state:?}") };
	assert_eq!((*found, statement.refunded, statement.treasury), (reason, escrow - FEE, FEE));
	assert_eq!(state.fault(), Some(Fault::Executor));
	assert_eq!(gain(REQUESTER), -(FEE as i128));
}

#[test]
fn escalation_brings_two_more_when_one_is_silent() {
	build_and_execute(|| {
		let (job, conducts) = conducts_of(&[HONEST, SILENT, HONEST]);
		assert_eq!(rounds(job), (1, 5, 4));
		assert_eq!(conducts, [Verified, Silent, Verified, Verified, Verified]);
		let executors = executors(job);
		assert_eq!(gain(executors[1]), -(RISK as i128) / 10);
		assert_eq!(gain(executors[4]), PAY as i128);
	});
}

#[test]
fn escalation_brings_two_more_before_anybody_reveals_when_one_abstains() {
	build_and_execute(|| {
		let job = open(1, EXACT);
		play_to(job, Stage::Draw, by_seat(&[HONEST, HONEST, Plan::Abstain]));
		let committed = |seat: &tercet_primitives::Seat<_>| {
			matches!(seat.state, tercet_primitives::SeatState::Committed(_))
		};
		assert_eq!(committee(job).seats.iter().filter(|seat| committed(seat)).count(), 2);
		play(by_seat(&[HONEST, HONEST, Plan::Abstain]));
		assert_eq!(conducts(job), [Verified, Verified, Abstained, Verified, Verified]);
		assert_eq!(gain(executors(job)[2]), 0);
	});
}

#[test]
fn escalation_brings_two_more_when_one_withholds_its_answer() {
	build_and_execute(|| {
		let plans = [HONEST, HONEST, Plan::SilentFrom(Stage::Reveal)];
		let (job, conducts) = conducts_of(&plans);
		assert_eq!(rounds(job), (1, 5, 4));
		assert_eq!(conducts, [Verified, Verified, Withheld, Verified, Verified]);
		assert_eq!(gain(executors(job)[2]), -(RISK as i128) / 2);
	});
}

#[test]
fn escalation_slashes_whoever_differs_when_the_larger_committee_agrees() {
	build_and_execute(|| {
		let (job, conducts) = conducts_of(&[HONEST, Plan::Wrong(1), HONEST]);
		assert_eq!(rounds(job), (1, 5, 4));
		assert_eq!(conducts, [Verified, Wrong, Verified, Verified, Verified]);
		assert_eq!(committee(job).decision, Some(Decision::Agreed));
		assert_eq!(gain(executors(job)[1]), -(RISK as i128));
		assert_eq!(gain(TREASURY), (FEE + RISK) as i128);
	});
}

#[test]
fn escalation_never_settles_two_against_one() {
	build_and_execute(|| {
		let job = open(1, EXACT);
		play_to(job, Stage::Draw, by_seat(&[Plan::Wrong(1), Plan::Wrong(1), HONEST]));
		assert!(Released::get().is_empty());
		// Those who are two become those who are wrong.
		play(by_seat(&[Plan::Wrong(1), Plan::Wrong(1), HONEST]));
		assert_eq!(rounds(job), (2, 7, 5));
		assert_eq!(conducts(job), [Wrong, Wrong, Verified, Verified, Verified, Verified, Verified]);
	});
}

#[test]
fn escalation_brings_seven_when_five_do_not_agree() {
	build_and_execute(|| {
		let (job, conducts) = conducts_of(&[HONEST, HONEST, SILENT, SILENT]);
		assert_eq!(rounds(job), (2, 7, 5));
		assert_eq!(conducts, [Verified, Verified, Silent, Silent, Verified, Verified, Verified]);
	});
}

#[test]
fn escalation_ends_in_a_refund_when_seven_do_not_agree() {
	build_and_execute(|| {
		let wrong = Plan::Wrong;
		let (job, conducts) =
			conducts_of(&[HONEST, wrong(1), wrong(2), HONEST, wrong(1), wrong(3)]);
		assert_eq!(rounds(job), (2, 7, 5));
		assert_eq!(committee(job).decision, Some(Decision::Disagreed));
		assert_refunded(job, RefundReason::Disagreement);
		// Nobody was proven wrong.
		assert_eq!(
			conducts,
			[Unresolved, Unresolved, Alone, Unresolved, Unresolved, Alone, Unresolved]
		);
		assert_eq!(gain(executors(job)[2]), 0);
	});
}

#[test]
fn escalation_ends_in_a_refund_when_all_are_silent() {
	build_and_execute(|| {
		let (job, conducts) = conducts_of(&[SILENT; 7]);
		assert_eq!(rounds(job), (2, 7, 5));
		assert_eq!(committee(job).decision, Some(Decision::TimedOut));
		assert_refunded(job, RefundReason::Silence);
		assert_eq!(conducts, [Silent; 7]);
	});
}

#[test]
fn escalation_ends_in_a_refund_when_nobody_else_can_be_drawn() {
	build_and_execute(|| {
		Available::set(&vec![11, 12, 13, 14]);
		let job = open(1, EXACT);
		play_to(job, Stage::Draw, by_seat(&[HONEST, HONEST, Plan::Wrong(1)]));
		let until = START + TIME - crate::LEAST_ROUND;
		assert_eq!(stage(job), (Stage::Draw, until));
		run_to(until);
		assert_eq!(stage(job).0, Stage::Draw);
		// The executors get their hands free before the deadline.
		skip(1);
		assert_eq!(stage(job).0, Stage::Ended);
		assert_refunded(job, RefundReason::Disagreement);
		assert_eq!(conducts(job), [Unresolved, Unresolved, Alone]);
	});
}

#[test]
fn escalation_leads_from_one_and_two_executors_to_three() {
	build_and_execute(|| {
		let one = open_request(request(1, Redundancy { executors: 1, quorum: 1 }), EXACT);
		play(by_seat(&[SILENT]));
		// Three of three cannot do without the silent one, four of five can.
		assert_eq!(rounds(one), (2, 5, 4));
		assert_eq!(conducts(one), [Silent, Verified, Verified, Verified, Verified]);
		let two = open_request(request(1, Redundancy { executors: 2, quorum: 2 }), EXACT);
		play(by_seat(&[HONEST, Plan::Wrong(1)]));
		assert_eq!(rounds(two), (2, 5, 4));
		assert_eq!(conducts(two), [Verified, Wrong, Verified, Verified, Verified]);
	});
}

#[test]
fn quorum_below_all_settles_without_the_silent_and_against_the_wrong() {
	build_and_execute(|| {
		let job = open_request(request(1, Redundancy { executors: 5, quorum: 3 }), EXACT);
		play(by_seat(&[HONEST, SILENT, HONEST, Plan::Wrong(1)]));
		assert_eq!(rounds(job), (0, 5, 3));
		assert_eq!(conducts(job), [Verified, Silent, Verified, Wrong, Verified]);
	});
}

#[test]
fn equal_roots_with_different_outputs_do_not_agree() {
	build_and_execute(|| {
		use tercet_primitives::{hashing, Duty, Payload, Response};
		let job = open(1, EXACT);
		let all = executors(job);
		let other = |who: AccountId| {
			let mut answer = answer(HONEST, &committee(job).items);
			if who == all[2] {
				answer.output = Payload::Inline(vec![9].try_into().unwrap());
			}
			Response::Result(answer)
		};
		for who in &all {
			let response = other(*who);
			let commitment = hashing::commitment(&GENESIS, job, 0, who, &response, &salt(*who));
			assert_ok!(one(*who, Duty::Commit { job, commitment }));
		}
		skip(2);
		for who in &all {
			let (response, salt) = (other(*who), salt(*who));
			assert_ok!(one(*who, Duty::Reveal { job, response, salt }));
		}
		assert_eq!(stage(job).0, Stage::Draw);
	});
}

#[test]
fn answer_counts_when_the_job_does_not_settle_yet() {
	build_and_execute(|| {
		let job = open(1, EXACT);
		play_to(job, Stage::Reveal, by_seat(&[]));
		SettlementFails::set(&true);
		answer_all(&by_seat(&[]));
		// Recorded, not decided, nobody paid or slashed.
		let revealed = |seat: &tercet_primitives::Seat<_>| {
			matches!(seat.state, tercet_primitives::SeatState::Revealed(_))
		};
		assert!(committee(job).seats.iter().all(revealed));
		assert_eq!((committee(job).decision, Released::get().len()), (None, 0));
		assert!(matches!(events().last(), Some(crate::Event::StageFailed { .. })));
		let retry_at = System::block_number() + crate::agenda::RETRY_AFTER;
		assert_eq!(stage(job), (Stage::Reveal, retry_at));
		SettlementFails::set(&false);
		run_to(retry_at + 1);
		assert_eq!(conducts(job), [Verified; 3]);
	});
}
