use crate::{mock::*, Error, Event, Reimbursable, ReviewOf, REVIEWERS};
use frame::{testing_prelude::*, traits::fungible::Mutate};
use tercet_primitives::{
	traits::Settlement, Funding, Job, JobId, JobRequest, JobState, Redundancy, Statement, H256,
};

#[test]
fn open_review_submits_the_job_again_when_somebody_pays() {
	build_and_execute(|| {
		add_credit(2 * ESCROW);
		let id = submit_and_draw_of(credit_request());
		assert_ok!(settle(id));
		// What the job was submitted by counts, not what the model says now.
		TotalRoyalty::set(&Permill::from_percent(90));
		let review = open_review(id, Some(OTHER), 20).unwrap();
		let of = job(id);
		let request = JobRequest {
			redundancy: Redundancy { executors: 5, quorum: 4 },
			deadline: 20,
			canary: H256::zero(),
			funding: Funding::Hold,
			..of.request
		};
		let expected =
			Job { requester: OTHER, request, submitted_at: 3, state: JobState::Queued, ..of };
		assert_eq!(job(review), expected);
		assert_eq!((held(OTHER), deposited(OTHER)), (ESCROW, deposit(3)));
		assert_eq!(ReviewOf::<Test>::get(id), Some(review));
		let event = Event::Submitted { job: review, requester: OTHER, escrow: ESCROW };
		assert_eq!(events().last(), Some(&event));
		run_to(5);
		assert_eq!(drawn(), [id, review]);
		let (_, _, seats, _, proven, ..) = Draws::get().pop().unwrap();
		assert_eq!((seats, proven), (u32::from(REVIEWERS.executors), false));
	});
}

#[test]
fn open_review_is_paid_by_the_treasury_when_nobody_else_does() {
	build_and_execute(|| {
		let id = submit_and_draw();
		let review = open_review(id, None, 30).unwrap();
		assert_eq!(job(review).requester, TREASURY);
		assert_eq!((held(TREASURY), deposited(TREASURY)), (ESCROW, deposit(3)));
		run_to(5);
		assert_ok!(settle_with(review, 5));
		// Its fee and its share are its own.
		assert_eq!((held(TREASURY), total(TREASURY)), (0, ENDOWMENT - 550));
		run_to(5 + PARAMS.retention);
		assert_ok!(JobMarket::prune(RuntimeOrigin::signed(OTHER), review));
		assert_eq!(free(TREASURY), ENDOWMENT - 550 + FEE);
	});
}

#[test]
fn open_review_changes_nothing_when_the_payer_cannot_pay() {
	build_and_execute(|| {
		let id = submit_and_draw();
		let enough = ESCROW + deposit(3) + EXISTENTIAL_DEPOSIT;
		for (who, payer) in [(TREASURY, None), (OTHER, Some(OTHER))] {
			hypothetically!({
				Balances::set_balance(&who, enough - 1);
				let error = Error::<Test>::InsufficientBalance;
				assert_noop!(open_review(id, payer, 30), error);
			});
			hypothetically!({
				Balances::set_balance(&who, enough);
				assert_ok!(open_review(id, payer, 30));
			});
		}
	});
}

#[test]
fn open_review_fails_when_the_deadline_leaves_no_time_or_is_too_far() {
	build_and_execute(|| {
		let id = submit_and_draw();
		for deadline in [0, 3, 3 + MIN_DEADLINE / 2] {
			assert_noop!(open_review(id, None, deadline), Error::<Test>::DeadlineTooSoon);
		}
		let far = 3 + MAX_DEADLINE + 1;
		assert_noop!(open_review(id, None, far), Error::<Test>::DeadlineTooFar);
		// Just enough to be drawn in the next block.
		let review = open_review(id, None, 3 + MIN_DEADLINE / 2 + 1).unwrap();
		run_to(5);
		assert_eq!(drawn(), [id, review]);
	});
}

#[test]
fn open_review_fails_when_the_job_is_unknown_or_under_review() {
	build_and_execute(|| {
		assert_noop!(open_review(JobId(0), None, 30), Error::<Test>::UnknownJob);
		let id = submit_and_draw();
		let review = open_review(id, None, 30).unwrap();
		assert_noop!(open_review(id, None, 30), Error::<Test>::UnderReview);
		assert_noop!(open_review(id, Some(OTHER), 30), Error::<Test>::UnderReview);
		assert_ok!(refund(review));
		let second = open_review(id, Some(OTHER), 30).unwrap();
		assert_eq!(ReviewOf::<Test>::get(id), Some(second));
	});
}

#[test]
fn open_review_pays_the_fee_of_today() {
	build_and_execute(|| {
		let id = submit_and_draw();
		crate::Params::<Test>::mutate(|params| params.job_fee = 9);
		let review = open_review(id, None, 30).unwrap();
		assert_eq!((job(review).fee, job(review).escrow), (9, ESCROW + 2));
	});
}

#[test]
fn reimburse_review_pays_what_it_cost_once() {
	build_and_execute(|| {
		let id = submit_and_draw();
		assert_ok!(settle(id));
		let review = open_review(id, Some(OTHER), 30).unwrap();
		assert!(Reimbursable::<Test>::contains_key(review));
		// Not before it has ended.
		assert_eq!(reimburse(review), 0);
		run_to(5);
		assert_ok!(settle_with(review, 5));
		// Five agreed: 500, 50, 25, and the fee.
		assert_eq!(total(OTHER), ENDOWMENT - 582);
		let treasury = free(TREASURY);
		assert_eq!(reimburse(review), 582);
		assert_eq!((total(OTHER), free(TREASURY)), (ENDOWMENT, treasury - 582));
		let event = Event::Reimbursed { job: review, to: OTHER, amount: 582 };
		assert_eq!(events().last(), Some(&event));
		assert_eq!(reimburse(review), 0);
		assert_eq!(total(OTHER), ENDOWMENT);
	});
}

#[test]
fn reimburse_review_pays_the_fee_when_the_review_was_refunded() {
	build_and_execute(|| {
		let id = submit_and_draw();
		let review = open_review(id, Some(OTHER), 30).unwrap();
		run_to(5);
		assert_ok!(refund(review));
		assert_eq!((reimburse(review), total(OTHER)), (FEE, ENDOWMENT));
	});
}

#[test]
fn reimburse_review_pays_what_the_treasury_can_spare() {
	build_and_execute(|| {
		let id = submit_and_draw();
		let review = open_review(id, Some(OTHER), 30).unwrap();
		run_to(5);
		assert_ok!(settle_with(review, 5));
		hypothetically!({
			Balances::set_balance(&TREASURY, EXISTENTIAL_DEPOSIT + 40);
			assert_eq!((reimburse(review), free(TREASURY)), (40, EXISTENTIAL_DEPOSIT));
		});
		hypothetically!({
			Balances::set_balance(&TREASURY, EXISTENTIAL_DEPOSIT);
			assert_eq!((reimburse(review), free(TREASURY)), (0, EXISTENTIAL_DEPOSIT));
		});
	});
}

#[test]
fn reimburse_review_pays_nothing_when_it_is_no_paid_review() {
	build_and_execute(|| {
		assert_eq!(reimburse(JobId(0)), 0);
		let id = submit_and_draw();
		let audit = open_review(id, None, 30).unwrap();
		run_to(5);
		assert_ok!(settle(id));
		assert_ok!(settle_with(audit, 5));
		assert_storage_noop!(assert_eq!(reimburse(id), 0));
		assert_storage_noop!(assert_eq!(reimburse(audit), 0));
	});
}

#[test]
fn reimburse_review_counts_a_part_that_was_settled() {
	build_and_execute(|| {
		let id = submit_and_draw();
		let review = open_review(id, Some(OTHER), 30).unwrap();
		run_to(5);
		assert_ok!(settle_part(review, items([0])));
		assert_ok!(settle_with(review, 5));
		let statement = state(review).statement();
		let cost = Statement { refunded: 0, ..statement }.total().unwrap();
		assert_eq!((reimburse(review), total(OTHER)), (cost, ENDOWMENT));
	});
}

#[test]
fn cancel_of_a_review_tells_whoever_waits_for_it() {
	build_and_execute(|| {
		let id = submit_and_draw();
		assert_ok!(settle(id));
		let review = open_review(id, Some(OTHER), 30).unwrap();
		assert_ok!(JobMarket::cancel(RuntimeOrigin::signed(OTHER), review));
		assert_eq!(Closed::get(), [review]);
		assert_eq!((reimburse(review), total(OTHER)), (0, ENDOWMENT));
		let job = <JobMarket as Settlement<AccountId>>::job(review);
		assert!(job.is_some_and(|job| job.state.is_terminal()));
	});
}

#[test]
fn open_review_fails_when_the_pool_is_too_small_for_two_disjoint_committees() {
	build_and_execute(|| {
		let id = submit_and_draw();
		PoolSize::set(&7);
		let deadline = System::block_number() + MIN_DEADLINE;
		assert_noop!(open_review(id, None, deadline), Error::<Test>::TooFewProviders);
		PoolSize::set(&8);
		assert_ok!(open_review(id, None, deadline));
	});
}
