use crate::{mock::*, Error, Event};
use frame::{testing_prelude::*, traits::fungible::Inspect};
use tercet_primitives::Balance;

#[test]
fn bond_makes_a_provider_and_holds_the_stake_when_it_reaches_the_minimum() {
	build_and_execute(|| {
		assert_ok!(Staking::bond(signed(ALICE), MIN_BOND));
		assert_eq!(view(ALICE).bonded, MIN_BOND);
		assert!(!view(ALICE).available);
		assert_eq!(held(ALICE), MIN_BOND);
		assert_eq!(Balances::free_balance(ALICE), RICH - MIN_BOND);
		System::assert_last_event(
			Event::Bonded { provider: ALICE, amount: MIN_BOND, bonded: MIN_BOND }.into(),
		);
	});
}

#[test]
fn bond_refuses_when_the_total_is_one_planck_short() {
	build_and_execute(|| {
		assert_noop!(Staking::bond(signed(ALICE), MIN_BOND - 1), Error::<Test>::BelowMinimumBond);
	});
}

#[test]
fn bond_adds_when_called_again() {
	build_and_execute(|| {
		assert_ok!(Staking::bond(signed(ALICE), MIN_BOND));
		// The minimum is for the total, so a single planck may follow.
		assert_ok!(Staking::bond(signed(ALICE), 1));
		assert_eq!(view(ALICE).bonded, MIN_BOND + 1);
		assert_eq!(held(ALICE), MIN_BOND + 1);
	});
}

#[test]
fn bond_refuses_when_the_amount_is_zero() {
	build_and_execute(|| {
		assert_noop!(Staking::bond(signed(ALICE), 0), Error::<Test>::ZeroAmount);
		assert_ok!(Staking::bond(signed(ALICE), MIN_BOND));
		assert_noop!(Staking::bond(signed(ALICE), 0), Error::<Test>::ZeroAmount);
	});
}

#[test]
fn bond_refuses_when_the_origin_is_not_signed() {
	build_and_execute(|| {
		assert_noop!(Staking::bond(RuntimeOrigin::root(), MIN_BOND), BadOrigin);
		assert_noop!(Staking::bond(RuntimeOrigin::none(), MIN_BOND), BadOrigin);
	});
}

#[test]
fn bond_refuses_when_funds_are_missing() {
	build_and_execute(|| {
		assert_noop!(Staking::bond(signed(POOR), MIN_BOND), TokenError::FundsUnavailable);
		assert_noop!(Staking::bond(signed(ALICE), Balance::MAX), TokenError::FundsUnavailable);
		assert_ok!(Staking::bond(signed(ALICE), MIN_BOND));
		assert_noop!(Staking::bond(signed(ALICE), Balance::MAX), ArithmeticError::Overflow);
	});
}

#[test]
fn bond_refuses_when_it_would_leave_less_than_the_existential_deposit() {
	build_and_execute(|| {
		let most = RICH - EXISTENTIAL_DEPOSIT;
		assert_noop!(Staking::bond(signed(ALICE), most + 1), TokenError::FundsUnavailable);
		assert_ok!(Staking::bond(signed(ALICE), most));
		assert_eq!(Balances::balance(&ALICE), EXISTENTIAL_DEPOSIT);
		// Held stake keeps the account alive.
		assert!(Balances::transfer_allow_death(signed(ALICE), BOB, EXISTENTIAL_DEPOSIT).is_err());
	});
}

#[test]
fn bond_refunds_weight_when_there_are_few_seats() {
	build_and_execute(|| {
		let info = RuntimeCall::Staking(crate::Call::bond { amount: MIN_BOND }).get_dispatch_info();
		let actual = Staking::bond(signed(ALICE), MIN_BOND).unwrap().actual_weight.unwrap();
		assert!(actual.ref_time() < info.call_weight.ref_time());
	});
}
