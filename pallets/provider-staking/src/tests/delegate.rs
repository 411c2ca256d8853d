use crate::{mock::*, Delegations, Error, Event, MAX_OFFERS};
use frame::{testing_prelude::*, traits::fungible::Inspect};
use tercet_primitives::{Balance, Conduct};

fn bonded() {
	assert_ok!(Staking::bond(signed(ALICE), MIN_BOND));
}

#[test]
fn delegate_moves_the_stake_into_the_pot_when_it_reaches_the_minimum() {
	build_and_execute(|| {
		bonded();
		assert_ok!(Staking::delegate(signed(BOB), ALICE, MIN_DELEGATION));
		assert_eq!(delegated(ALICE, BOB), MIN_DELEGATION);
		assert_eq!(view(ALICE).delegated, MIN_DELEGATION);
		assert_eq!(pot_held(ALICE), MIN_DELEGATION);
		// The first also brings the pot's account to life.
		let pot = Staking::pot_account(&ALICE);
		assert_eq!(Balances::balance(&pot), EXISTENTIAL_DEPOSIT);
		assert_eq!(Balances::balance(&BOB), RICH - MIN_DELEGATION - EXISTENTIAL_DEPOSIT);
		let amount = MIN_DELEGATION;
		System::assert_last_event(
			Event::Delegated { provider: ALICE, delegator: BOB, amount }.into(),
		);

		assert_ok!(Staking::delegate(signed(CHARLIE), ALICE, 2 * MIN_DELEGATION));
		assert_eq!(Balances::balance(&CHARLIE), RICH - 2 * MIN_DELEGATION);
		assert_eq!(Balances::balance(&pot), EXISTENTIAL_DEPOSIT);
		assert_eq!(view(ALICE).delegated, 3 * MIN_DELEGATION);
	});
}

#[test]
fn delegate_adds_when_called_again() {
	build_and_execute(|| {
		bonded();
		assert_ok!(Staking::delegate(signed(BOB), ALICE, MIN_DELEGATION));
		// The minimum is for all of it, so a single planck may follow.
		assert_ok!(Staking::delegate(signed(BOB), ALICE, 1));
		assert_eq!(delegated(ALICE, BOB), MIN_DELEGATION + 1);
	});
}

#[test]
fn delegate_is_possible_for_the_provider_itself() {
	build_and_execute(|| {
		bonded();
		assert_ok!(Staking::delegate(signed(ALICE), ALICE, MIN_DELEGATION));
		assert_eq!((held(ALICE), pot_held(ALICE)), (MIN_BOND, MIN_DELEGATION));
	});
}

#[test]
fn delegate_keeps_pots_apart_when_there_are_several() {
	build_and_execute(|| {
		bonded();
		assert_ok!(Staking::bond(signed(BOB), MIN_BOND));
		assert_ok!(Staking::delegate(signed(CHARLIE), ALICE, MIN_DELEGATION));
		assert_ok!(Staking::delegate(signed(CHARLIE), BOB, 2 * MIN_DELEGATION));
		assert_eq!((pot_held(ALICE), pot_held(BOB)), (MIN_DELEGATION, 2 * MIN_DELEGATION));
		assert_ne!(record(ALICE).pot.unwrap().id, record(BOB).pot.unwrap().id);
	});
}

#[test]
fn delegate_refuses_when_the_amount_is_zero_or_too_small() {
	build_and_execute(|| {
		bonded();
		let delegate = |amount| Staking::delegate(signed(BOB), ALICE, amount);
		assert_noop!(delegate(0), Error::<Test>::ZeroAmount);
		assert_noop!(delegate(MIN_DELEGATION - 1), Error::<Test>::BelowMinimumDelegation);
	});
}

#[test]
fn delegate_refuses_when_the_provider_is_none_or_leaves() {
	build_and_execute(|| {
		let delegate = || Staking::delegate(signed(BOB), ALICE, MIN_DELEGATION);
		assert_noop!(delegate(), Error::<Test>::NotAProvider);
		bonded();
		assert_ok!(Staking::unbond(signed(ALICE), MIN_BOND));
		assert_noop!(delegate(), Error::<Test>::BelowMinimumBond);
	});
}

#[test]
fn delegate_refuses_when_a_slash_is_pending_that_newcomers_have_no_part_in() {
	build_and_execute(|| {
		available(ALICE, MIN_BOND);
		assert_ok!(Staking::delegate(signed(BOB), ALICE, MIN_BOND));
		next_epoch();
		work(ALICE, 40, Conduct::Wrong);
		let delegate = |who| Staking::delegate(signed(who), ALICE, MIN_DELEGATION);
		assert_noop!(delegate(CHARLIE), Error::<Test>::SlashPending);
		assert_noop!(delegate(BOB), Error::<Test>::SlashPending);
		run(SLASH_DELAY);
		// Alice is below the minimum now, but comes back.
		assert_noop!(delegate(CHARLIE), Error::<Test>::BelowMinimumBond);
		assert_ok!(Staking::bond(signed(ALICE), MIN_BOND));
		assert_ok!(delegate(CHARLIE));
		// All of it, but for the planck that rounding takes.
		assert_eq!(delegated(ALICE, CHARLIE), MIN_DELEGATION - 1);
	});
}

#[test]
fn delegate_refuses_when_funds_are_missing() {
	build_and_execute(|| {
		bonded();
		let delegate = |who, amount| Staking::delegate(signed(who), ALICE, amount);
		let error = TokenError::FundsUnavailable;
		assert_noop!(delegate(POOR, MIN_DELEGATION), error);
		// Its own existential deposit remains, and the pot's is to be paid.
		let most = RICH - 2 * EXISTENTIAL_DEPOSIT;
		assert_noop!(delegate(BOB, most + 1), error);
		assert_ok!(delegate(BOB, most));
		assert_eq!(Balances::balance(&BOB), EXISTENTIAL_DEPOSIT);
		let most = RICH - EXISTENTIAL_DEPOSIT;
		assert_noop!(delegate(CHARLIE, most + 1), error);
		assert_ok!(delegate(CHARLIE, most));
		assert_noop!(delegate(DAVE, Balance::MAX), ArithmeticError::Overflow);
	});
}

#[test]
fn delegate_refuses_when_the_origin_is_not_signed() {
	build_and_execute(|| {
		bonded();
		for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
			assert_noop!(Staking::delegate(origin.clone(), ALICE, MIN_DELEGATION), BadOrigin);
			assert_noop!(Staking::undelegate(origin.clone(), ALICE, 1), BadOrigin);
			assert_noop!(Staking::withdraw_undelegated(origin, ALICE), BadOrigin);
		}
	});
}

#[test]
fn delegate_does_not_count_what_was_sent_to_the_pot() {
	build_and_execute(|| {
		bonded();
		let pot = Staking::pot_account(&ALICE);
		// Before it is opened, and after.
		assert_ok!(Balances::transfer_allow_death(signed(DAVE), pot, 1_000));
		assert_ok!(Staking::delegate(signed(BOB), ALICE, MIN_DELEGATION));
		assert_ok!(Balances::transfer_allow_death(signed(DAVE), pot, 1_000));
		assert_eq!(delegated(ALICE, BOB), MIN_DELEGATION);
		assert_ok!(Staking::delegate(signed(CHARLIE), ALICE, MIN_DELEGATION));
		let shares = |who| Delegations::<Test>::get(ALICE, who).unwrap().shares;
		assert_eq!(shares(BOB), shares(CHARLIE));
	});
}

#[test]
fn delegation_calls_refund_weight_when_there_are_few_seats() {
	build_and_execute(|| {
		bonded();
		for threads in 0..MAX_OFFERS as u8 {
			assert_ok!(Staking::offer(signed(ALICE), pinned(threads), PRICE));
		}
		let amount = 2 * MIN_DELEGATION;
		let declared = |call| RuntimeCall::Staking(call).get_dispatch_info().call_weight;
		let delegate = declared(crate::Call::delegate { provider: ALICE, amount });
		let undelegate = declared(crate::Call::undelegate { provider: ALICE, amount });
		let actual = |result: DispatchResultWithPostInfo| result.unwrap().actual_weight.unwrap();
		let few = actual(Staking::delegate(signed(BOB), ALICE, amount));
		assert!(few.ref_time() < delegate.ref_time());
		assert_ok!(Staking::go_available(signed(ALICE)));
		assert_eq!(actual(Staking::delegate(signed(BOB), ALICE, amount)), delegate);
		assert_eq!(actual(Staking::undelegate(signed(BOB), ALICE, amount)), undelegate);
	});
}
