use crate::{mock::*, Error, Event, Expiries, Waiting};
use frame::testing_prelude::*;
use tercet_primitives::{Fault, JobId, JobState, RefundReason};

fn cancel(id: JobId) -> DispatchResult {
	JobMarket::cancel(RuntimeOrigin::signed(REQUESTER), id)
}

#[test]
fn cancel_returns_everything_when_the_job_was_not_drawn() {
	build_and_execute(|| {
		let id = submit(request());
		assert_ok!(cancel(id));
		let (at, reason, statement) = (1, RefundReason::Cancelled, all_refunded());
		assert_eq!(state(id), JobState::Refunded { at, reason, statement });
		assert_eq!((held(REQUESTER), free(REQUESTER)), (0, ENDOWMENT - deposit(3)));
		assert_eq!(free(TREASURY), ENDOWMENT);
		assert_eq!(JobMarket::fault(id), Some(Fault::Requester));
		assert_eq!((Waiting::<Test>::get(id), Expiries::<Test>::iter().count()), (None, 0));
		// Whatever waits for it hears of it.
		assert_eq!(Closed::get(), [id]);
		let events = events();
		let refunded = Event::Refunded { job: id, reason, statement };
		assert_eq!(events[1..], [Event::Cancelled { job: id }, refunded]);
	});
}

#[test]
fn cancel_frees_the_credit_when_the_job_is_funded_by_it() {
	build_and_execute(|| {
		add_credit(ESCROW);
		let id = submit(credit_request());
		assert_ok!(cancel(id));
		let credit = JobMarket::credit(REQUESTER);
		assert_eq!((credit.total, credit.committed), (ESCROW, 0));
	});
}

#[test]
fn cancel_works_between_two_draws_when_nobody_takes_the_job() {
	build_and_execute(|| {
		LeastPrice::set(&6);
		let id = submit(patient_request());
		run_to(3);
		assert_noop!(cancel(id), Error::<Test>::DrawDue);
		run_to(4);
		assert_ok!(cancel(id));
		run_to(10);
		assert!(drawn().is_empty());
	});
}

#[test]
fn cancel_fails_when_the_job_may_be_drawn_at_the_end_of_the_block() {
	build_and_execute(|| {
		let most = JobMarket::most_turns();
		assert!(most > MAX_DRAWS);
		let jobs: Vec<_> = (0..=most).map(|_| submit(request())).collect();
		next_block();
		// Whether those behind the first ones are drawn depends on what these weigh.
		for id in &jobs[..most as usize] {
			assert_noop!(cancel(*id), Error::<Test>::DrawDue);
		}
		assert_ok!(cancel(jobs[most as usize]));
		next_block();
		assert_eq!(drawn(), jobs[..MAX_DRAWS as usize]);
	});
}

#[test]
fn cancel_fails_when_the_job_is_unknown_running_or_another_accounts() {
	build_and_execute(|| {
		assert_noop!(cancel(JobId(0)), Error::<Test>::UnknownJob);
		let id = submit(request());
		for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
			assert_noop!(JobMarket::cancel(origin, id), DispatchError::BadOrigin);
		}
		let other = RuntimeOrigin::signed(OTHER);
		assert_noop!(JobMarket::cancel(other, id), Error::<Test>::NotRequester);
		run_to(3);
		assert_noop!(cancel(id), Error::<Test>::NotQueued);
		// Not even while it waits for more executors.
		escalate(id, 2, 1);
		assert_noop!(cancel(id), Error::<Test>::NotQueued);
	});
}

#[test]
fn cancel_changes_nothing_when_the_committee_does_not_close() {
	build_and_execute(|| {
		let id = submit(request());
		CloseFails::set(&true);
		assert_noop!(cancel(id), DispatchError::Unavailable);
	});
}
