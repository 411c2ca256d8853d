use crate::{mock::*, Credit, Credits, Error, Event};
use frame::{testing_prelude::*, traits::fungible::Mutate};
use tercet_primitives::{Funding, JobRequest, JobState};

fn add(amount: u128) -> DispatchResult {
	JobMarket::add_credit(RuntimeOrigin::signed(REQUESTER), amount)
}

fn withdraw(amount: u128) -> DispatchResult {
	JobMarket::withdraw_credit(RuntimeOrigin::signed(REQUESTER), amount)
}

fn credit() -> Credit {
	JobMarket::credit(REQUESTER)
}

#[test]
fn add_credit_holds_the_amount() {
	build_and_execute(|| {
		assert_ok!(add(1_000));
		assert_ok!(add(500));
		assert_eq!(credit(), Credit { total: 1_500, committed: 0 });
		assert_eq!((free(REQUESTER), credited(REQUESTER)), (ENDOWMENT - 1_500, 1_500));
		let event = Event::CreditAdded { who: REQUESTER, amount: 500 };
		assert_eq!(events().last(), Some(&event));
	});
}

#[test]
fn add_credit_fails_when_the_amount_is_below_the_existential_deposit_or_not_there() {
	build_and_execute(|| {
		for amount in [0, EXISTENTIAL_DEPOSIT - 1] {
			assert_noop!(add(amount), Error::<Test>::CreditTooSmall);
		}
		let all = ENDOWMENT - EXISTENTIAL_DEPOSIT;
		assert_noop!(add(all + 1), Error::<Test>::InsufficientBalance);
		assert_noop!(add(u128::MAX), Error::<Test>::InsufficientBalance);
		assert_ok!(add(all));
		assert_noop!(add(u128::MAX), ArithmeticError::Overflow);
		let pauper = RuntimeOrigin::signed(PAUPER);
		assert_noop!(JobMarket::add_credit(pauper, 100), Error::<Test>::InsufficientBalance);
	});
}

#[test]
fn withdraw_credit_returns_what_no_job_needs() {
	build_and_execute(|| {
		assert_ok!(add(2 * ESCROW));
		submit(credit_request());
		assert_noop!(withdraw(0), Error::<Test>::CreditTooSmall);
		assert_noop!(withdraw(ESCROW + 1), Error::<Test>::InsufficientCredit);
		assert_ok!(withdraw(ESCROW));
		assert_eq!(credit(), Credit { total: ESCROW, committed: ESCROW });
		let event = Event::CreditWithdrawn { who: REQUESTER, amount: ESCROW };
		assert_eq!(events().last(), Some(&event));
		assert_noop!(withdraw(1), Error::<Test>::InsufficientCredit);
		let other = RuntimeOrigin::signed(OTHER);
		assert_noop!(JobMarket::withdraw_credit(other, 1), Error::<Test>::InsufficientCredit);
	});
}

#[test]
fn withdraw_credit_leaves_nothing_behind_when_all_of_it_returns() {
	build_and_execute(|| {
		assert_ok!(add(1_000));
		assert_ok!(withdraw(1_000));
		assert!(!Credits::<Test>::contains_key(REQUESTER));
		assert_eq!((free(REQUESTER), credited(REQUESTER)), (ENDOWMENT, 0));
	});
}

#[test]
fn withdraw_credit_fails_when_a_dead_account_cannot_receive_so_little() {
	build_and_execute(|| {
		assert_ok!(add(1_000));
		System::inc_providers(&REQUESTER);
		let rest = free(REQUESTER);
		assert_ok!(<Balances as Mutate<_>>::transfer(
			&REQUESTER,
			&OTHER,
			rest,
			Preservation::Expendable
		));
		assert_noop!(withdraw(EXISTENTIAL_DEPOSIT - 1), TokenError::CannotCreate);
		assert_ok!(withdraw(EXISTENTIAL_DEPOSIT));
	});
}

#[test]
fn credit_calls_fail_when_the_origin_is_not_signed() {
	build_and_execute(|| {
		for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
			let error = DispatchError::BadOrigin;
			assert_noop!(JobMarket::add_credit(origin.clone(), 1_000), error);
			assert_noop!(JobMarket::withdraw_credit(origin, 1_000), error);
		}
	});
}

#[test]
fn submit_takes_the_escrow_from_credit_when_the_request_says_so() {
	build_and_execute(|| {
		assert_ok!(add(2 * ESCROW));
		submit(credit_request());
		assert_eq!(credit(), Credit { total: 2 * ESCROW, committed: ESCROW });
		// The deposit is a hold of its own.
		assert_eq!((held(REQUESTER), deposited(REQUESTER)), (0, deposit(3)));
		submit(credit_request());
		assert_noop!(
			JobMarket::submit(RuntimeOrigin::signed(REQUESTER), credit_request()),
			Error::<Test>::InsufficientCredit
		);
		// Nobody pays from another's credit.
		assert_noop!(
			JobMarket::submit(RuntimeOrigin::signed(OTHER), credit_request()),
			Error::<Test>::InsufficientCredit
		);
	});
}

#[test]
fn submit_fails_when_credit_is_short_by_one() {
	build_and_execute(|| {
		assert_ok!(add(ESCROW - 1));
		let submit = || JobMarket::submit(RuntimeOrigin::signed(REQUESTER), credit_request());
		assert_noop!(submit(), Error::<Test>::InsufficientCredit);
		hypothetically!({
			Credits::<Test>::mutate(REQUESTER, |credit| credit.total += 1);
			assert_ok!(submit());
		});
	});
}

#[test]
fn submit_fails_when_credit_is_there_but_not_the_deposit() {
	build_and_execute(|| {
		let rest = deposit(3) + EXISTENTIAL_DEPOSIT;
		assert_ok!(add(ENDOWMENT - rest + 1));
		assert_noop!(
			JobMarket::submit(RuntimeOrigin::signed(REQUESTER), credit_request()),
			Error::<Test>::InsufficientBalance
		);
		assert_ok!(withdraw(1));
		submit(credit_request());
	});
}

#[test]
fn credit_serves_many_jobs_when_what_they_do_not_cost_is_free_again() {
	build_and_execute(|| {
		// Three times what one job costs and the rest of one escrow.
		assert_ok!(add(ESCROW + 2 * COST));
		for done in 1..=3 {
			let id = submit_and_draw_of(credit_request());
			assert_ok!(settle(id));
			let total = ESCROW + 2 * COST - done * COST;
			assert_eq!(credit(), Credit { total, committed: 0 });
		}
		assert_noop!(
			JobMarket::submit(RuntimeOrigin::signed(REQUESTER), credit_request()),
			Error::<Test>::InsufficientCredit
		);
	});
}

/// Runs the same jobs to all of their ends; says how these are, and what everybody owns then.
fn outcomes(funding: Funding) -> (Vec<JobState>, Vec<u128>) {
	let mut outcome = (Vec::new(), Vec::new());
	build_and_execute(|| {
		assert_ok!(add(20 * ESCROW));
		let jobs: Vec<_> =
			(0..8).map(|_| submit(JobRequest { funding, ..patient_request() })).collect();
		let origin = RuntimeOrigin::signed(REQUESTER);
		assert_ok!(JobMarket::top_up(origin.clone(), jobs[7], 9));
		run_to(5);
		assert_ok!(settle(jobs[0]));
		assert_ok!(settle_invalid(jobs[1], 3));
		assert_ok!(refund(jobs[2]));
		assert_ok!(settle_part(jobs[3], items([1])));
		assert_ok!(settle_with(jobs[3], 4));
		assert_ok!(settle_part(jobs[4], items([1])));
		assert_ok!(refund(jobs[4]));
		assert_ok!(settle_part(jobs[5], items([1])));
		assert_ok!(settle_invalid(jobs[5], 5));
		assert_ok!(settle_with(jobs[7], 7));
		let queued = submit(JobRequest { funding, ..patient_request() });
		assert_ok!(JobMarket::cancel(origin, queued));
		JobMarket::do_try_state().unwrap();
		// Job 6 passes its deadline.
		run_to(600);
		assert_ok!(withdraw(credit().total));
		outcome = (
			jobs.into_iter().chain([queued]).map(state).collect(),
			accounts().map(|who| free(who) + deposited(who)).collect(),
		);
		assert_eq!((held(REQUESTER), credited(REQUESTER)), (0, 0));
	});
	outcome
}

#[test]
fn credit_ends_as_holds_do_when_the_jobs_are_the_same() {
	let by_hold = outcomes(Funding::Hold);
	assert!(by_hold.0.iter().all(JobState::is_terminal));
	assert_eq!(by_hold, outcomes(Funding::Credit));
}
