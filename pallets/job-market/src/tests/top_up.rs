use crate::{mock::*, Error, Event, Place, Waiting};
use frame::{testing_prelude::*, traits::fungible::Mutate};
use tercet_primitives::JobId;

fn top_up(id: JobId, price: u128) -> DispatchResult {
	JobMarket::top_up(RuntimeOrigin::signed(REQUESTER), id, price)
}

/// Escrow of an ordinary request at 8 planck.
const ESCROW_AT_8: u128 = 1_120 + 113 + 56 + FEE;

#[test]
fn top_up_raises_price_escrow_and_risk_of_a_queued_job() {
	build_and_execute(|| {
		let id = submit(request());
		assert_ok!(top_up(id, 8));
		let job = job(id);
		assert_eq!((job.request.price, job.escrow, job.risk), (8, ESCROW_AT_8, 480));
		assert_eq!((held(REQUESTER), deposited(REQUESTER)), (ESCROW_AT_8, deposit(3)));
		let event = Event::ToppedUp { job: id, price: 8, escrow: ESCROW_AT_8 };
		assert_eq!(events().last(), Some(&event));
		run_to(3);
		assert_eq!((Draws::get()[0].1, Draws::get()[0].5), (8, 480));
		assert_ok!(settle(id));
		assert_eq!(free(EXECUTORS[0]), ENDOWMENT + 160);
	});
}

#[test]
fn top_up_takes_from_credit_when_the_job_is_funded_by_it() {
	build_and_execute(|| {
		add_credit(ESCROW_AT_8);
		let id = submit(credit_request());
		assert_ok!(top_up(id, 8));
		assert_eq!(JobMarket::credit(REQUESTER).committed, ESCROW_AT_8);
		assert_noop!(top_up(id, 9), Error::<Test>::InsufficientCredit);
	});
}

#[test]
fn top_up_ends_the_wait_for_a_retry() {
	build_and_execute(|| {
		LeastPrice::set(&8);
		let id = submit(patient_request());
		run_to(10);
		let waits = |id| Waiting::<Test>::get(id).unwrap();
		assert_eq!(waits(id).place, Place::Retry(17));
		assert_ok!(top_up(id, 8));
		assert_eq!(waits(id).failures, 0);
		assert!(matches!(waits(id).place, Place::Queue(_)));
		// Not in this block, whose author knows the seed.
		run_to(11);
		assert!(drawn().is_empty());
		run_to(12);
		assert_eq!(drawn(), [id]);
	});
}

#[test]
fn top_up_sends_the_job_to_the_tail_of_the_queue() {
	build_and_execute(|| {
		let jobs: Vec<_> = (0..3).map(|_| submit(request())).collect();
		assert_ok!(top_up(jobs[0], 8));
		run_to(3);
		// Its old place uses up a turn.
		assert_eq!(drawn(), jobs[1..]);
		run_to(4);
		assert_eq!(drawn()[2], jobs[0]);
	});
}

#[test]
fn top_up_fails_when_the_job_may_be_drawn_at_the_end_of_the_block() {
	build_and_execute(|| {
		let most = JobMarket::most_turns();
		assert!(most > MAX_DRAWS);
		let jobs: Vec<_> = (0..=most).map(|_| submit(request())).collect();
		next_block();
		// Whether those behind the first ones are drawn depends on what these weigh.
		for id in &jobs[..most as usize] {
			assert_noop!(top_up(*id, 8), Error::<Test>::DrawDue);
		}
		assert_ok!(top_up(jobs[most as usize], 8));
		next_block();
		assert_eq!(drawn(), jobs[..MAX_DRAWS as usize]);
	});
}

#[test]
fn top_up_fails_when_the_price_is_not_above_the_old_one() {
	build_and_execute(|| {
		let id = submit(request());
		for price in [0, 4, 5] {
			assert_noop!(top_up(id, price), Error::<Test>::PriceNotRaised);
		}
		assert_noop!(top_up(id, u128::MAX), Error::<Test>::PriceOverflow);
		assert_ok!(top_up(id, 6));
	});
}

#[test]
fn top_up_fails_when_the_balance_is_short_by_one() {
	build_and_execute(|| {
		let id = submit(request());
		let more = ESCROW_AT_8 - ESCROW;
		hypothetically!({
			Balances::set_balance(&REQUESTER, more + EXISTENTIAL_DEPOSIT - 1);
			assert_noop!(top_up(id, 8), Error::<Test>::InsufficientBalance);
		});
		hypothetically!({
			Balances::set_balance(&REQUESTER, more + EXISTENTIAL_DEPOSIT);
			assert_ok!(top_up(id, 8));
		});
	});
}

#[test]
fn top_up_keeps_the_escrow_when_the_treasury_takes_less_than_before() {
	build_and_execute(|| {
		TreasuryShare::set(&Permill::from_percent(100));
		let id = submit(request());
		let before = job(id).escrow;
		TreasuryShare::set(&Permill::zero());
		assert_ok!(top_up(id, 6));
		assert_eq!((job(id).request.price, job(id).escrow, held(REQUESTER)), (6, before, before));
	});
}

#[test]
fn top_up_fails_when_the_job_is_unknown_running_or_another_accounts() {
	build_and_execute(|| {
		assert_noop!(top_up(JobId(0), 8), Error::<Test>::UnknownJob);
		let id = submit(request());
		for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
			assert_noop!(JobMarket::top_up(origin, id, 8), DispatchError::BadOrigin);
		}
		let other = RuntimeOrigin::signed(OTHER);
		assert_noop!(JobMarket::top_up(other, id, 8), Error::<Test>::NotRequester);
		run_to(3);
		assert_noop!(top_up(id, 8), Error::<Test>::NotQueued);
	});
}

#[test]
fn top_up_does_not_draw_a_job_when_there_is_no_time_left() {
	build_and_execute(|| {
		LeastPrice::set(&8);
		let id = submit(request());
		// Deadline 11; less than five blocks are left from block 7 on.
		run_to(10);
		assert_eq!(Waiting::<Test>::get(id), None);
		assert_ok!(top_up(id, 8));
		run_to(12);
		assert!(drawn().is_empty());
		// It could have been cancelled as well; either way all of it returns.
		assert_eq!((held(REQUESTER), total(REQUESTER)), (0, ENDOWMENT));
	});
}
