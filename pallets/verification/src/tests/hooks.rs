//! Stages that time out: a cap per block, and a backlog.

use super::play::*;
use crate::{mock::*, AgendaCursor, Config, ReservedTransitions, WeightInfo};
use frame::testing_prelude::*;
use tercet_primitives::{Agreement, Decision, JobId, RefundReason, Stage};

#[test]
fn on_initialize_reserves_the_weight_of_what_is_due() {
	build_and_execute(|| {
		type Weights = <Test as Config>::WeightInfo;
		(0..3).for_each(|_| {
			submit(1, Agreement::Exact);
		});
		skip(2);
		let (_, until) = stage(JobId(0));
		run_to(until - 1);
		assert_eq!(ReservedTransitions::<Test>::get(), 0);
		finalize();
		System::set_block_number(until);
		let weight = Verification::on_initialize(until);
		assert_eq!(ReservedTransitions::<Test>::get(), 3);
		let looking = Weights::reserve_transitions(1, 3);
		let expected = looking.saturating_add(Weights::transition().saturating_mul(3));
		assert_eq!(weight, expected);
		finalize();
		assert_eq!(ReservedTransitions::<Test>::get(), 0);
		assert_eq!(AgendaCursor::<Test>::get(), Some(until + 1));
		begin(until + 1);
	});
}

#[test]
fn on_finalize_leaves_a_backlog_when_more_is_due_than_the_cap() {
	build_and_execute(|| {
		MaxTransitions::set(&2);
		(0..5).for_each(|_| {
			submit(1, Agreement::Exact);
		});
		skip(2);
		let (_, until) = stage(JobId(0));
		let waiting = || (0..5).filter(|id| stage(JobId(*id)).0 == Stage::Commit).count();
		run_to(until);
		for left in [3, 1, 0] {
			skip(1);
			assert_eq!(waiting(), left);
			Verification::do_try_state().unwrap();
		}
		assert_eq!(ReservedTransitions::<Test>::get(), 2, "those of the first two wait already");
	});
}

#[test]
fn backlog_is_worked_off_when_it_outlasts_the_deadline() {
	build_and_execute(|| {
		MaxTransitions::set(&1);
		(0..6).for_each(|_| {
			submit(1, Agreement::Exact);
		});
		run_to(START + TIME + 20);
		for id in 0..6 {
			assert_eq!(committee(JobId(id)).decision, Some(Decision::TimedOut));
			assert!(matches!(
				state(JobId(id)),
				tercet_primitives::JobState::Refunded { reason: RefundReason::Silence, .. }
			));
		}
	});
}

#[test]
#[should_panic = "a stage that nobody ends locks its executors' stake"]
fn integrity_test_fails_when_no_stage_ends() {
	build_and_execute(|| {
		MaxTransitions::set(&0);
		Verification::integrity_test();
	});
}
