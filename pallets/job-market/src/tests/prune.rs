use crate::{mock::*, Error, Event, Jobs, Params, ReviewOf};
use frame::testing_prelude::*;
use tercet_primitives::{JobId, JobRequest};

fn prune(id: JobId) -> DispatchResult {
	JobMarket::prune(RuntimeOrigin::signed(OTHER), id)
}

#[test]
fn prune_returns_the_deposit_to_the_requester_when_retention_is_over() {
	build_and_execute(|| {
		let id = submit_and_draw();
		assert_ok!(settle(id));
		run_to(3 + PARAMS.retention - 1);
		assert_noop!(prune(id), Error::<Test>::RetentionNotOver);
		run_to(3 + PARAMS.retention);
		assert_ok!(prune(id));
		assert_eq!((deposited(REQUESTER), free(REQUESTER)), (0, ENDOWMENT - COST));
		assert_eq!(free(OTHER), ENDOWMENT);
		assert_eq!((JobMarket::job(id), Jobs::<Test>::iter().count()), (None, 0));
		assert_eq!(Forgotten::get(), [id]);
		let deposit = deposit(3);
		let event = Event::Pruned { job: id, requester: REQUESTER, deposit };
		assert_eq!(events().last(), Some(&event));
		// Its id is not given out again.
		assert_eq!(submit(request()), JobId(1));
		assert_noop!(prune(id), Error::<Test>::UnknownJob);
	});
}

#[test]
fn prune_works_whatever_ended_the_job() {
	build_and_execute(|| {
		let jobs: Vec<_> = (0..3).map(|_| submit(patient_request())).collect();
		run_to(3);
		assert_ok!(settle_invalid(jobs[0], 3));
		assert_ok!(refund(jobs[1]));
		assert_ok!(settle_part(jobs[2], items([0])));
		assert_ok!(refund(jobs[2]));
		let cancelled = submit(request());
		assert_ok!(JobMarket::cancel(RuntimeOrigin::signed(REQUESTER), cancelled));
		run_to(3 + PARAMS.retention);
		for id in jobs.into_iter().chain([cancelled]) {
			assert_ok!(prune(id));
		}
		assert_eq!((deposited(REQUESTER), Jobs::<Test>::iter().count()), (0, 0));
	});
}

#[test]
fn prune_goes_by_the_retention_that_stands() {
	build_and_execute(|| {
		let id = submit_and_draw();
		assert_ok!(settle(id));
		Params::<Test>::mutate(|params| params.retention = 60);
		run_to(62);
		assert_noop!(prune(id), Error::<Test>::RetentionNotOver);
		run_to(63);
		assert_ok!(prune(id));
	});
}

#[test]
fn prune_fails_when_the_job_is_unknown_or_open() {
	build_and_execute(|| {
		assert_noop!(prune(JobId(0)), Error::<Test>::UnknownJob);
		let id = submit(JobRequest { deadline: 900, ..request() });
		assert_noop!(prune(id), Error::<Test>::NotTerminal);
		run_to(3);
		assert_noop!(prune(id), Error::<Test>::NotTerminal);
		run_to(500);
		assert_noop!(prune(id), Error::<Test>::NotTerminal);
	});
}

#[test]
fn prune_fails_when_the_origin_is_not_signed() {
	build_and_execute(|| {
		for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
			assert_noop!(JobMarket::prune(origin, JobId(0)), DispatchError::BadOrigin);
		}
	});
}

#[test]
fn prune_fails_while_the_job_is_under_review() {
	build_and_execute(|| {
		let id = submit_and_draw();
		assert_ok!(settle(id));
		run_to(40);
		let review = open_review(id, Some(OTHER), 140).unwrap();
		run_to(100);
		assert_noop!(prune(id), Error::<Test>::UnderReview);
		assert_ok!(settle_with(review, 5));
		assert_ok!(prune(id));
		assert!(!ReviewOf::<Test>::contains_key(id));
		// The review is a job like any other.
		run_to(150);
		assert_ok!(prune(review));
		assert_eq!((deposited(REQUESTER), deposited(OTHER)), (0, 0));
	});
}
