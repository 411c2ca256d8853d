use crate::{
	expiry::RETRY_AFTER, mock::*, Config, Event, Expiries, ExpiryCursor, Waiting, WeightInfo,
};
use frame::testing_prelude::*;
use tercet_primitives::{Disputed, JobId, JobRequest, JobState, RefundReason};

type Weights = <Test as Config>::WeightInfo;

fn refunded(jobs: &[JobId]) -> usize {
	jobs.iter().filter(|id| matches!(state(**id), JobState::Refunded { .. })).count()
}

#[test]
fn expiry_refunds_a_queued_job_when_the_deadline_has_passed() {
	build_and_execute(|| {
		LeastPrice::set(&6);
		let id = submit(request());
		run_to(1 + MIN_DEADLINE);
		assert_eq!(state(id), JobState::Queued);
		assert_eq!(held(REQUESTER), ESCROW);
		next_block();
		let (at, reason) = (2 + MIN_DEADLINE, RefundReason::NoCommittee);
		let statement = all_refunded();
		assert_eq!(state(id), JobState::Refunded { at, reason, statement });
		assert_eq!((total(REQUESTER), held(REQUESTER)), (ENDOWMENT, 0));
		assert_eq!(events().last(), Some(&Event::Refunded { job: id, reason, statement }));
		// Somebody else may have waited for it.
		assert_eq!(Closed::get(), [id]);
		assert_eq!(Waiting::<Test>::iter().count(), 0);
	});
}

#[test]
fn expiry_closes_the_committee_when_a_running_job_passes_its_deadline() {
	build_and_execute(|| {
		let id = submit_and_draw();
		run_to(1 + MIN_DEADLINE);
		assert_eq!(state(id), running(2));
		hypothetically_ok!(settle(id));
		next_block();
		let (at, reason, statement) = (2 + MIN_DEADLINE, RefundReason::Silence, fee_kept());
		assert_eq!(state(id), JobState::Refunded { at, reason, statement });
		assert!(Open::get().is_empty());
		assert_eq!((total(REQUESTER), free(TREASURY)), (ENDOWMENT - FEE, ENDOWMENT + FEE));
	});
}

#[test]
fn expiry_settles_what_was_agreed_on_when_the_rest_passes_the_deadline() {
	build_and_execute(|| {
		let id = submit_and_draw();
		assert_ok!(settle_part(id, items([0])));
		run_to(2 + MIN_DEADLINE);
		let disputed = Disputed::Refunded { items: items([1]), reason: RefundReason::Silence };
		assert!(matches!(state(id), JobState::Settled { disputed: d, .. } if d == disputed));
		assert!(Open::get().is_empty());
	});
}

#[test]
fn expiry_passes_over_a_job_when_it_has_settled() {
	build_and_execute(|| {
		let id = submit_and_draw();
		assert_ok!(settle(id));
		assert_eq!(Expiries::<Test>::iter().count(), 0);
		run_to(MIN_DEADLINE + 5);
		assert!(matches!(state(id), JobState::Settled { .. }));
	});
}

#[test]
fn expiry_leaves_a_backlog_when_more_jobs_are_due_than_the_cap() {
	build_and_execute(|| {
		LeastPrice::set(&6);
		// Five due in one block, one in the next, and two a little later.
		let mut jobs: Vec<_> = (0..5).map(|_| submit(request())).collect();
		let deadline = 1 + MIN_DEADLINE;
		jobs.push(submit(JobRequest { deadline: deadline + 1, ..request() }));
		jobs.push(submit(JobRequest { deadline: deadline + 4, ..request() }));
		jobs.push(submit(JobRequest { deadline: deadline + 4, ..request() }));

		run_to(deadline);
		assert_eq!(refunded(&jobs), 0);
		for (block, expected) in [(1, 2), (2, 4), (3, 6), (4, 6), (5, 8)] {
			run_to(deadline + block);
			assert_eq!(refunded(&jobs), expected, "in block {block} after the deadline");
			JobMarket::do_try_state().unwrap();
		}
		assert_eq!(ExpiryCursor::<Test>::get(), Some(deadline + 6));
	});
}

#[test]
fn expiry_catches_up_when_the_cursor_lags_behind() {
	build_and_execute(|| {
		submit(request());
		// As if the hooks had not run for a while.
		System::set_block_number(60);
		for block in 60..100 {
			JobMarket::on_initialize(block);
			System::set_block_number(block + 1);
		}
		assert_eq!(refunded(&[JobId(0)]), 1);
		assert_eq!(ExpiryCursor::<Test>::get(), Some(100));
	});
}

#[test]
fn expiry_is_put_off_when_the_committee_does_not_close() {
	build_and_execute(|| {
		let id = submit_and_draw();
		CloseFails::set(&true);
		let due = 2 + MIN_DEADLINE;
		run_to(due);
		assert!(matches!(state(id), JobState::Running { .. }));
		assert_eq!(held(REQUESTER), ESCROW);
		// Nothing of the attempt is left.
		assert_eq!(Open::get().len(), 1);
		let retry_at = due + RETRY_AFTER;
		let error = DispatchError::Unavailable;
		assert_eq!(events().last(), Some(&Event::ExpiryFailed { job: id, error, retry_at }));
		JobMarket::do_try_state().unwrap();

		CloseFails::set(&false);
		run_to(retry_at - 1);
		assert!(matches!(state(id), JobState::Running { .. }));
		run_to(retry_at);
		let (reason, statement) = (RefundReason::Silence, fee_kept());
		assert_eq!(state(id), JobState::Refunded { at: retry_at, reason, statement });
		assert_eq!(Expiries::<Test>::iter().count(), 0);
	});
}

#[test]
fn expiry_weight_counts_steps_and_refunds() {
	build_and_execute(|| {
		LeastPrice::set(&6);
		Vrf::set(&None);
		let idle = next_block();
		let looking = Weights::expire_agenda(1) + Weights::requeue(1, 0);
		assert_eq!(idle, looking + Weights::reserve_draws());
		let jobs: Vec<_> = (0..MAX_EXPIRIES + 1).map(|_| submit(request())).collect();
		run_to(2 + MIN_DEADLINE);
		let draws = JobMarket::heaviest_turn() * jobs.len() as u64;
		// As many as the cap; then one, and the block of its own beside the one of the backlog.
		assert_eq!(next_block(), idle + draws + Weights::expire_job() * u64::from(MAX_EXPIRIES));
		let step = Weights::expire_agenda(2) - Weights::expire_agenda(1);
		assert_eq!(next_block(), idle + draws + Weights::expire_job() + step);
		assert_eq!(next_block(), idle + draws);
	});
}

#[test]
fn expiry_passes_over_a_job_when_it_ended_after_it_was_put_off() {
	build_and_execute(|| {
		let id = submit_and_draw();
		CloseFails::set(&true);
		let due = 2 + MIN_DEADLINE;
		run_to(due);
		assert_ok!(refund(id));
		JobMarket::do_try_state().unwrap();
		run_to(due + RETRY_AFTER);
		assert!(matches!(state(id), JobState::Refunded { at, .. } if at == due));
		assert_eq!(Expiries::<Test>::iter().count(), 0);
		assert_eq!(total(REQUESTER), ENDOWMENT - FEE);
	});
}

#[test]
fn expiry_passes_over_a_job_when_it_was_pruned_after_it_was_put_off() {
	build_and_execute(|| {
		let id = submit_and_draw();
		CloseFails::set(&true);
		let due = 2 + MIN_DEADLINE;
		run_to(due);
		assert_ok!(refund(id));
		run_to(due + PARAMS.retention);
		assert_ok!(JobMarket::prune(RuntimeOrigin::signed(OTHER), id));
		JobMarket::do_try_state().unwrap();
		run_to(due + RETRY_AFTER);
		assert_eq!(Expiries::<Test>::iter().count(), 0);
	});
}
