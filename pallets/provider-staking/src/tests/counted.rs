//! From when to when stake counts.

use crate::{mock::*, Counted, PoolSeats};
use frame::testing_prelude::*;
use tercet_primitives::traits::DrawError;

#[test]
fn stake_counts_from_the_first_block_of_the_next_epoch_and_not_a_block_earlier() {
	build_and_execute(|| {
		run_to(EPOCH - 1);
		available(ALICE, MIN_BOND);
		assert_eq!(view(ALICE).counted, 0);
		assert_noop!(draw_at(0, 1, 1), DrawError::OutOfSamples);
		run_to(EPOCH);
		assert_eq!(view(ALICE).counted, MIN_BOND);
		assert_ok!(draw_at(0, 1, 1));

		// What comes in the first block of an epoch waits until its end.
		assert_ok!(Staking::bond(signed(ALICE), 7));
		assert_ok!(Staking::delegate(signed(BOB), ALICE, MIN_BOND));
		run_to(2 * EPOCH - 1);
		assert_eq!(view(ALICE).counted, MIN_BOND);
		run_to(2 * EPOCH);
		assert_eq!(view(ALICE).counted, 2 * MIN_BOND + 7);
	});
}

#[test]
fn stake_that_goes_counts_no_more_at_once() {
	build_and_execute(|| {
		available(ALICE, 3 * MIN_BOND);
		assert_ok!(Staking::delegate(signed(BOB), ALICE, 2 * MIN_BOND));
		next_epoch();
		assert_eq!(view(ALICE).counted, 5 * MIN_BOND);
		assert_ok!(Staking::unbond(signed(ALICE), MIN_BOND));
		assert_eq!(view(ALICE).counted, 4 * MIN_BOND);
		assert_ok!(Staking::undelegate(signed(BOB), ALICE, MIN_BOND));
		assert_eq!(view(ALICE).counted, 3 * MIN_BOND);
		assert_eq!(PoolSeats::<Test>::get(POOL, 0).unwrap().counted, record(ALICE).counted);
	});
}

#[test]
fn stake_that_goes_is_not_made_up_for_by_what_came_in_the_same_epoch() {
	build_and_execute(|| {
		available(ALICE, 3 * MIN_BOND);
		next_epoch();
		// More comes than goes: only what was there and stays counts until the next epoch.
		assert_ok!(Staking::bond(signed(ALICE), 5 * MIN_BOND));
		assert_ok!(Staking::unbond(signed(ALICE), 6 * MIN_BOND));
		assert_eq!(view(ALICE).counted, 2 * MIN_BOND);
		assert_ok!(Staking::bond(signed(ALICE), 5 * MIN_BOND));
		assert_eq!(view(ALICE).counted, 2 * MIN_BOND);
		next_epoch();
		assert_eq!(view(ALICE).counted, 7 * MIN_BOND);
	});
}

#[test]
fn stake_is_written_into_every_seat_when_it_changes() {
	build_and_execute(|| {
		assert_ok!(Staking::bond(signed(ALICE), MIN_BOND));
		assert_ok!(Staking::offer(signed(ALICE), POOL, PRICE));
		assert_ok!(Staking::offer(signed(ALICE), pinned(1), PRICE));
		assert_ok!(Staking::go_available(signed(ALICE)));
		assert_ok!(Staking::bond(signed(ALICE), 50));
		for pool in [POOL, pinned(1)] {
			let seat = PoolSeats::<Test>::get(pool, 0).unwrap();
			assert_eq!(seat.counted, Counted { now: 0, next: MIN_BOND + 50, from: 1 });
		}
	});
}

#[test]
fn epochs_go_on_when_their_length_changes() {
	build_and_execute(|| {
		run_to(5 * EPOCH + 3);
		assert_eq!(Staking::epoch(), 5);
		let params = crate::Parameters { stake_epoch: EPOCH / 2, ..parameters() };
		assert_ok!(Staking::set_params(RuntimeOrigin::root(), params));
		assert_eq!(Staking::epoch(), 5);
		assert_ok!(Staking::bond(signed(ALICE), MIN_BOND));
		run(EPOCH / 2 - 1);
		assert_eq!((Staking::epoch(), view(ALICE).counted), (5, 0));
		run(1);
		assert_eq!((Staking::epoch(), view(ALICE).counted), (6, MIN_BOND));

		run(COOLDOWN);
		let before = Staking::epoch();
		assert_ok!(Staking::set_params(RuntimeOrigin::root(), parameters()));
		assert_eq!(Staking::epoch(), before);
		run(EPOCH);
		assert_eq!(Staking::epoch(), before + 1);
	});
}
