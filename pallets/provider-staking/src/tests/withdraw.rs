use crate::{mock::*, Error, Event};
use frame::testing_prelude::*;

#[test]
fn withdraw_releases_what_is_due_and_not_a_block_earlier() {
	build_and_execute(|| {
		assert_ok!(Staking::bond(signed(ALICE), 4 * MIN_BOND));
		assert_ok!(Staking::unbond(signed(ALICE), MIN_BOND));
		System::set_block_number(2);
		assert_ok!(Staking::unbond(signed(ALICE), 2 * MIN_BOND));

		System::set_block_number(UNBONDING_PERIOD);
		assert_noop!(Staking::withdraw_unbonded(signed(ALICE)), Error::<Test>::NothingToWithdraw);
		System::set_block_number(1 + UNBONDING_PERIOD);
		assert_ok!(Staking::withdraw_unbonded(signed(ALICE)));
		assert_eq!(view(ALICE).unbonding, 2 * MIN_BOND);
		assert_eq!(held(ALICE), 3 * MIN_BOND);
		System::assert_last_event(Event::Withdrawn { provider: ALICE, amount: MIN_BOND }.into());
		assert_noop!(Staking::withdraw_unbonded(signed(ALICE)), Error::<Test>::NothingToWithdraw);

		System::set_block_number(2 + UNBONDING_PERIOD);
		assert_ok!(Staking::withdraw_unbonded(signed(ALICE)));
		assert_eq!(view(ALICE).unbonding, 0);
		assert_eq!(held(ALICE), MIN_BOND);
	});
}

#[test]
fn withdraw_forgets_the_provider_when_no_stake_is_left() {
	build_and_execute(|| {
		available(ALICE, MIN_BOND);
		assert_ok!(Staking::go_unavailable(signed(ALICE)));
		assert_ok!(Staking::unbond(signed(ALICE), MIN_BOND));
		assert!(is_provider(ALICE));
		System::set_block_number(1 + UNBONDING_PERIOD);
		assert_ok!(Staking::withdraw_unbonded(signed(ALICE)));
		assert!(!is_provider(ALICE));
		assert_eq!(held(ALICE), 0);
		assert_eq!(Balances::free_balance(ALICE), RICH);
		System::assert_last_event(Event::Left { provider: ALICE }.into());
		// Nothing holds the account back any more.
		assert_ok!(Balances::transfer_allow_death(signed(ALICE), BOB, RICH));
		assert!(!System::account_exists(&ALICE));
	});
}

#[test]
fn withdraw_keeps_the_provider_when_it_bonded_again() {
	build_and_execute(|| {
		assert_ok!(Staking::bond(signed(ALICE), MIN_BOND));
		assert_ok!(Staking::offer(signed(ALICE), POOL, PRICE));
		assert_ok!(Staking::unbond(signed(ALICE), MIN_BOND));
		assert_ok!(Staking::bond(signed(ALICE), MIN_BOND));
		System::set_block_number(1 + UNBONDING_PERIOD);
		assert_ok!(Staking::withdraw_unbonded(signed(ALICE)));
		assert_eq!(view(ALICE).offers, vec![(POOL, PRICE)]);
		assert_eq!(held(ALICE), MIN_BOND);
	});
}

#[test]
fn withdraw_refuses_when_the_caller_is_not_a_provider() {
	build_and_execute(|| {
		assert_noop!(Staking::withdraw_unbonded(signed(ALICE)), Error::<Test>::NotAProvider);
		assert_noop!(Staking::withdraw_unbonded(RuntimeOrigin::root()), BadOrigin);
		assert_noop!(Staking::withdraw_unbonded(RuntimeOrigin::none()), BadOrigin);
	});
}

#[test]
fn withdraw_refuses_when_nothing_was_unbonded() {
	build_and_execute(|| {
		assert_ok!(Staking::bond(signed(ALICE), MIN_BOND));
		System::set_block_number(10 * UNBONDING_PERIOD);
		assert_noop!(Staking::withdraw_unbonded(signed(ALICE)), Error::<Test>::NothingToWithdraw);
	});
}
