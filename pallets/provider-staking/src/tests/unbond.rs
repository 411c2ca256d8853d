use crate::{mock::*, Error, Event, PoolSeats};
use frame::testing_prelude::*;
use tercet_primitives::Balance;

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
fn unbond_refuses_when_work_is_in_hand() {
	build_and_execute(|| {
		available(ALICE, 3 * MIN_BOND);
		draw_all();
		draw_all();
		assert_noop!(Staking::unbond(signed(ALICE), 1), Error::<Test>::WorkInHand);
		assert_ok!(Staking::go_unavailable(signed(ALICE)));
		release(ALICE);
		assert_noop!(Staking::unbond(signed(ALICE), 1), Error::<Test>::WorkInHand);
		release(ALICE);
		assert_ok!(Staking::unbond(signed(ALICE), 1));
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
fn unbond_lowers_the_weight_of_seats_when_available() {
	build_and_execute(|| {
		available(ALICE, STAKE_CAP + 10);
		let weight = || PoolSeats::<Test>::get(POOL, 0).unwrap().weight;
		assert_ok!(Staking::unbond(signed(ALICE), 10));
		assert_eq!(weight(), STAKE_CAP);
		assert_ok!(Staking::unbond(signed(ALICE), 1));
		assert_eq!(weight(), STAKE_CAP - 1);
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
