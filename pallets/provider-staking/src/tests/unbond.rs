use crate::{mock::*, Error, Event};
use frame::testing_prelude::*;
use tercet_primitives::{traits::ProviderPool, Balance, Conduct};

#[test]
fn unbond_moves_stake_out_of_the_bond_but_holds_it_when_the_minimum_remains() {
	build_and_execute(|| {
		assert_ok!(Staking::bond(signed(ALICE), 3 * MIN_BOND));
		assert_ok!(Staking::unbond(signed(ALICE), 2 * MIN_BOND));
		assert_eq!(view(ALICE).bonded, MIN_BOND);
		assert_eq!(view(ALICE).unbonding, 2 * MIN_BOND);
		assert_eq!(held(ALICE), 3 * MIN_BOND);
		let at = 1 + UNBONDING_PERIOD;
		System::assert_last_event(
			Event::Unbonded { provider: ALICE, amount: 2 * MIN_BOND, at }.into(),
		);
	});
}

#[test]
fn unbond_refuses_when_one_planck_less_than_the_minimum_would_remain() {
	build_and_execute(|| {
		assert_ok!(Staking::bond(signed(ALICE), 3 * MIN_BOND));
		assert_noop!(
			Staking::unbond(signed(ALICE), 2 * MIN_BOND + 1),
			Error::<Test>::BelowMinimumBond
		);
		assert_noop!(
			Staking::unbond(signed(ALICE), 3 * MIN_BOND - 1),
			Error::<Test>::BelowMinimumBond
		);
		assert_ok!(Staking::unbond(signed(ALICE), 3 * MIN_BOND));
	});
}

#[test]
fn unbond_refuses_when_there_is_not_that_much() {
	build_and_execute(|| {
		assert_ok!(Staking::bond(signed(ALICE), MIN_BOND));
		for amount in [MIN_BOND + 1, Balance::MAX] {
			assert_noop!(Staking::unbond(signed(ALICE), amount), Error::<Test>::InsufficientBond);
		}
		assert_noop!(Staking::unbond(signed(ALICE), 0), Error::<Test>::ZeroAmount);
		assert_noop!(Staking::unbond(signed(BOB), MIN_BOND), Error::<Test>::NotAProvider);
	});
}

#[test]
fn unbond_refuses_when_the_origin_is_not_signed() {
	build_and_execute(|| {
		assert_noop!(Staking::unbond(RuntimeOrigin::root(), MIN_BOND), BadOrigin);
		assert_noop!(Staking::unbond(RuntimeOrigin::none(), MIN_BOND), BadOrigin);
	});
}

#[test]
fn unbond_refuses_when_one_planck_would_be_missing_for_the_work_in_hand() {
	build_and_execute(|| {
		drawable([ALICE], 3 * MIN_BOND);
		draw_all(MIN_BOND / 2);
		draw_all(MIN_BOND);
		// Half a minimum bond more than the least that may remain is at risk.
		let most = 3 * MIN_BOND - MIN_BOND * 3 / 2;
		assert_noop!(Staking::unbond(signed(ALICE), most + 1), Error::<Test>::WorkInHand);
		assert_ok!(Staking::unbond(signed(ALICE), most));
		assert_noop!(Staking::unbond(signed(ALICE), 1), Error::<Test>::WorkInHand);
		Staking::release(&ALICE, MIN_BOND, Conduct::Verified);
		assert_ok!(Staking::unbond(signed(ALICE), MIN_BOND / 2));
		Staking::release(&ALICE, MIN_BOND / 2, Conduct::Verified);
	});
}

#[test]
fn unbond_is_possible_when_delegated_stake_covers_the_work_in_hand() {
	build_and_execute(|| {
		assert_ok!(Staking::bond(signed(ALICE), 3 * MIN_BOND));
		assert_ok!(Staking::delegate(signed(BOB), ALICE, 2 * MIN_BOND));
		assert_ok!(Staking::offer(signed(ALICE), POOL, PRICE));
		assert_ok!(Staking::go_available(signed(ALICE)));
		next_epoch();
		draw_all(3 * MIN_BOND);
		assert_ok!(Staking::unbond(signed(ALICE), 2 * MIN_BOND));
		assert_ok!(Staking::go_unavailable(signed(ALICE)));
		assert_noop!(Staking::unbond(signed(ALICE), MIN_BOND), Error::<Test>::WorkInHand);
	});
}

#[test]
fn unbond_refuses_when_pending_slashes_need_what_would_remain() {
	build_and_execute(|| {
		drawable([ALICE], 3 * MIN_BOND);
		draw_all(MIN_BOND);
		work(ALICE, MIN_BOND, Conduct::Wrong);
		assert_noop!(Staking::unbond(signed(ALICE), MIN_BOND + 1), Error::<Test>::WorkInHand);
		assert_ok!(Staking::unbond(signed(ALICE), MIN_BOND));
	});
}

#[test]
fn unbond_refuses_everything_when_still_available() {
	build_and_execute(|| {
		available(ALICE, 3 * MIN_BOND);
		assert_noop!(Staking::unbond(signed(ALICE), 3 * MIN_BOND), Error::<Test>::StillAvailable);
		assert_ok!(Staking::unbond(signed(ALICE), 2 * MIN_BOND));
		assert_ok!(Staking::go_unavailable(signed(ALICE)));
		assert_ok!(Staking::unbond(signed(ALICE), MIN_BOND));
	});
}

#[test]
fn unbond_refuses_when_too_many_amounts_are_unbonding() {
	build_and_execute(|| {
		assert_ok!(Staking::bond(signed(ALICE), 2 * MIN_BOND));
		for block in 1..=8 {
			System::set_block_number(block);
			// Amounts of the same block share a chunk.
			assert_ok!(Staking::unbond(signed(ALICE), 1));
			assert_ok!(Staking::unbond(signed(ALICE), 1));
		}
		assert_eq!(view(ALICE).unbonding, 16);
		System::set_block_number(9);
		assert_noop!(Staking::unbond(signed(ALICE), 1), Error::<Test>::TooManyUnbonding);

		System::set_block_number(1 + UNBONDING_PERIOD);
		assert_ok!(Staking::withdraw_unbonded(signed(ALICE)));
		assert_ok!(Staking::unbond(signed(ALICE), 1));
	});
}
