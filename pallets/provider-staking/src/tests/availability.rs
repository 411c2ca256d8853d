use crate::{mock::*, Counted, Error, Event, PoolSeat, PoolSeats, PoolSize, MAX_OFFERS};
use frame::testing_prelude::*;

fn seats() -> Vec<u64> {
	(0..Staking::pool_size(&POOL))
		.map(|number| PoolSeats::<Test>::get(POOL, number).unwrap().provider)
		.collect()
}

#[test]
fn go_available_takes_a_seat_in_every_pool_when_bonded() {
	build_and_execute(|| {
		assert_ok!(Staking::bond(signed(ALICE), STAKE_CAP + 1));
		assert_ok!(Staking::offer(signed(ALICE), POOL, PRICE));
		assert_ok!(Staking::offer(signed(ALICE), pinned(1), PRICE + 1));
		assert_ok!(Staking::go_available(signed(ALICE)));
		assert!(view(ALICE).available);
		let counted = Counted { now: 0, next: STAKE_CAP + 1, from: 1 };
		for (pool, least_price) in [(POOL, PRICE), (pinned(1), PRICE + 1)] {
			assert_eq!(
				PoolSeats::<Test>::get(pool, 0),
				Some(PoolSeat { provider: ALICE, counted, least_price })
			);
			assert_eq!(Staking::pool_size(&pool), 1);
		}
		System::assert_last_event(Event::WentAvailable { provider: ALICE }.into());
	});
}

#[test]
fn go_available_refuses_when_available_already() {
	build_and_execute(|| {
		available(ALICE, MIN_BOND);
		assert_noop!(Staking::go_available(signed(ALICE)), Error::<Test>::AlreadyAvailable);
	});
}

#[test]
fn go_available_refuses_when_nothing_is_offered() {
	build_and_execute(|| {
		assert_ok!(Staking::bond(signed(ALICE), MIN_BOND));
		assert_noop!(Staking::go_available(signed(ALICE)), Error::<Test>::NoOffers);
	});
}

#[test]
fn go_available_refuses_when_the_bond_is_below_the_minimum() {
	build_and_execute(|| {
		assert_ok!(Staking::bond(signed(ALICE), MIN_BOND));
		assert_ok!(Staking::offer(signed(ALICE), POOL, PRICE));
		LeastBond::set(MIN_BOND + 1);
		assert_noop!(Staking::go_available(signed(ALICE)), Error::<Test>::BelowMinimumBond);
		assert_ok!(Staking::bond(signed(ALICE), 1));
		assert_ok!(Staking::go_available(signed(ALICE)));
	});
}

#[test]
fn go_available_refuses_when_everything_is_unbonding() {
	build_and_execute(|| {
		assert_ok!(Staking::bond(signed(ALICE), MIN_BOND));
		assert_ok!(Staking::offer(signed(ALICE), POOL, PRICE));
		assert_ok!(Staking::unbond(signed(ALICE), MIN_BOND));
		assert_noop!(Staking::go_available(signed(ALICE)), Error::<Test>::BelowMinimumBond);
	});
}

#[test]
fn availability_calls_refuse_when_the_caller_is_not_a_provider() {
	build_and_execute(|| {
		assert_noop!(Staking::go_available(signed(ALICE)), Error::<Test>::NotAProvider);
		assert_noop!(Staking::go_unavailable(signed(ALICE)), Error::<Test>::NotAProvider);
		for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
			assert_noop!(Staking::go_available(origin.clone()), BadOrigin);
			assert_noop!(Staking::go_unavailable(origin), BadOrigin);
		}
	});
}

#[test]
fn go_unavailable_hands_its_number_to_the_last_seat_when_others_remain() {
	build_and_execute(|| {
		for who in [ALICE, BOB, CHARLIE] {
			available(who, MIN_BOND);
		}
		assert_eq!(seats(), [ALICE, BOB, CHARLIE]);
		assert_ok!(Staking::go_unavailable(signed(ALICE)));
		assert!(!view(ALICE).available);
		assert_eq!(seats(), [CHARLIE, BOB]);
		System::assert_last_event(Event::WentUnavailable { provider: ALICE }.into());
		// The moved seat is still Charlie's in every respect.
		assert_ok!(Staking::bond(signed(CHARLIE), 5));
		assert_eq!(PoolSeats::<Test>::get(POOL, 0).unwrap().counted.next, MIN_BOND + 5);
		assert_ok!(Staking::go_unavailable(signed(BOB)));
		assert_ok!(Staking::go_unavailable(signed(CHARLIE)));
		assert!(!PoolSize::<Test>::contains_key(POOL));
		assert_ok!(Staking::go_available(signed(BOB)));
		assert_eq!(seats(), [BOB]);
	});
}

#[test]
fn go_unavailable_gives_up_every_seat_when_there_are_as_many_as_can_be() {
	build_and_execute(|| {
		for who in [ALICE, BOB] {
			assert_ok!(Staking::bond(signed(who), MIN_BOND));
			for threads in 0..MAX_OFFERS as u8 {
				assert_ok!(Staking::offer(signed(who), pinned(threads), PRICE));
			}
			assert_ok!(Staking::go_available(signed(who)));
		}
		assert_ok!(Staking::go_unavailable(signed(ALICE)));
		for threads in 0..MAX_OFFERS as u8 {
			assert_eq!(PoolSeats::<Test>::get(pinned(threads), 0).unwrap().provider, BOB);
		}
	});
}

#[test]
fn go_unavailable_keeps_jobs_when_they_are_in_hand() {
	build_and_execute(|| {
		drawable([ALICE], MIN_BOND);
		draw_all(0);
		assert_ok!(Staking::go_unavailable(signed(ALICE)));
		assert_eq!(view(ALICE).in_flight, 1);
	});
}

#[test]
fn go_unavailable_refuses_when_not_available() {
	build_and_execute(|| {
		assert_ok!(Staking::bond(signed(ALICE), MIN_BOND));
		assert_noop!(Staking::go_unavailable(signed(ALICE)), Error::<Test>::NotAvailable);
	});
}

#[test]
fn actual_weight_is_at_most_the_declared_when_seats_are_many() {
	build_and_execute(|| {
		assert_ok!(Staking::bond(signed(ALICE), MIN_BOND));
		for threads in 0..MAX_OFFERS as u8 {
			assert_ok!(Staking::offer(signed(ALICE), pinned(threads), PRICE));
		}
		let declared = |call| RuntimeCall::Staking(call).get_dispatch_info().call_weight;
		let up = Staking::go_available(signed(ALICE)).unwrap().actual_weight.unwrap();
		assert_eq!(up, declared(crate::Call::go_available {}));
		let down = Staking::go_unavailable(signed(ALICE)).unwrap().actual_weight.unwrap();
		assert_eq!(down, declared(crate::Call::go_unavailable {}));
	});
}
