//! Stages that time out: a share of each block, and a backlog.

use super::play::*;
use crate::{mock::*, AgendaCursor, ReservedTransitions, WeightInfo};
use frame::testing_prelude::*;
use tercet_primitives::{metering::Reserved, Agreement, Decision, JobId, RefundReason, Stage};

#[test]
fn on_initialize_reserves_the_weight_of_what_is_due() {
	build_and_execute(|| {
		(0..3).for_each(|_| {
			submit(1, Agreement::Exact);
		});
		skip(2);
		let (_, until) = stage(JobId(0));
		run_to(until - 1);
		assert_eq!(ReservedTransitions::<Test>::get(), Reserved::default());
		finalize();
		System::set_block_number(until);
		let weight = Verification::on_initialize(until);
		let reserved = Reserved { entries: 3, weight: Weights::transition().saturating_mul(3) };
		assert_eq!(ReservedTransitions::<Test>::get(), reserved);
		let looking = Weights::reserve_transitions(1, 3);
		assert_eq!(weight, looking.saturating_add(reserved.weight));
		finalize();
		assert_eq!(ReservedTransitions::<Test>::get(), Reserved::default());
		assert_eq!(AgendaCursor::<Test>::get(), Some(until + 1));
		begin(until + 1);
	});
}

#[test]
fn on_initialize_reserves_no_more_than_the_share_when_more_is_due() {
	build_and_execute(|| {
		MaxTransitions::set(&2);
		(0..3).for_each(|_| {
			submit(1, Agreement::Exact);
		});
		skip(2);
		run_to(stage(JobId(0)).1);
		let Reserved { entries, weight } = ReservedTransitions::<Test>::get();
		assert_eq!((entries, weight.ref_time()), (3, MaxTransitionWeight::get().ref_time()));
	});
}

#[test]
fn on_finalize_goes_on_while_the_worst_case_of_one_more_is_left() {
	build_and_execute(|| {
		MaxTransitions::set(&2);
		let most = Verification::most_transitions();
		let jobs: Vec<_> = (0..=most).map(|_| submit(1, Agreement::Exact)).collect();
		skip(2);
		run_to(stage(jobs[0]).1);
		assert_eq!(ReservedTransitions::<Test>::get().entries, most);
		// All that happens is that everybody falls silent.
		let [worst, each] = [Weights::transition(), Weights::advance()].map(|it| it.ref_time());
		let expected = (2 * worst - worst) / each + 1;
		assert!(expected > 2 && expected <= most.into());
		let due = System::block_number();
		skip(1);
		let ended = jobs.iter().filter(|job| stage(**job).0 == Stage::Lottery).count();
		assert_eq!(ended as u64, expected);
		assert_eq!(AgendaCursor::<Test>::get(), Some(due), "some are left");
		run_to(START + TIME + 50);
		assert!(jobs.iter().all(|job| stage(*job).0 == Stage::Ended));
	});
}

#[test]
fn on_finalize_leaves_a_backlog_when_one_fills_the_share() {
	build_and_execute(|| {
		MaxTransitions::set(&1);
		(0..5).for_each(|_| {
			submit(1, Agreement::Exact);
		});
		skip(2);
		let (_, until) = stage(JobId(0));
		let waiting = || (0..5).filter(|id| stage(JobId(*id)).0 == Stage::Commit).count();
		run_to(until);
		for left in [4, 3, 2, 1, 0] {
			skip(1);
			assert_eq!(waiting(), left);
			Verification::do_try_state().unwrap();
		}
		let waiting = ReservedTransitions::<Test>::get().entries;
		assert_eq!(waiting, 5, "the lotteries of all of them");
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
