//! What a slash takes, from whom, and where it goes.

use crate::{mock::*, Error, Event, PendingSlashes, Providers, TotalBurned};
use frame::{testing_prelude::*, traits::fungible::Inspect};
use tercet_primitives::{traits::ProviderPool, Balance, Conduct};

fn treasury() -> Balance {
	Balances::balance(&TREASURY) - EXISTENTIAL_DEPOSIT
}

fn wrong(risk: Balance) {
	work(ALICE, risk, Conduct::Wrong);
}

/// Alice is available with 300 of her own and 100 of Bob's.
fn delegated_stake() {
	available(ALICE, 3 * MIN_BOND);
	assert_ok!(Staking::delegate(signed(BOB), ALICE, MIN_BOND));
	next_epoch();
}

#[test]
fn slash_waits_and_is_taken_in_its_block_and_not_a_block_earlier() {
	build_and_execute(|| {
		drawable([ALICE], 3 * MIN_BOND);
		wrong(MIN_BOND);
		let due = System::block_number() + SLASH_DELAY;
		System::assert_last_event(
			Event::SlashPending { id: 0, provider: ALICE, amount: MIN_BOND, due }.into(),
		);
		run_to(due - 1);
		assert_eq!((held(ALICE), view(ALICE).pending_slashes), (3 * MIN_BOND, MIN_BOND));
		run_to(due);
		assert_eq!((held(ALICE), view(ALICE).pending_slashes), (2 * MIN_BOND, 0));
		assert_eq!((treasury(), TotalBurned::<Test>::get()), (50, 50));
		let slashed = Event::Slashed { id: 0, provider: ALICE, own: 100, delegated: 0, burned: 50 };
		System::assert_has_event(slashed.into());
		assert_eq!(view(ALICE).counted, 2 * MIN_BOND);
		assert!(!PendingSlashes::<Test>::contains_key(0));
	});
}

#[test]
fn slash_takes_own_and_delegated_stake_in_proportion_and_rounds_against_the_provider() {
	build_and_execute(|| {
		delegated_stake();
		wrong(99);
		run(SLASH_DELAY);
		// A quarter of 99 is 24, rounded down.
		assert_eq!((held(ALICE), pot_held(ALICE)), (300 - 75, 100 - 24));
		assert_eq!(delegated(ALICE, BOB), 76);
		// Half of 75 and of 24 is burned, rounded down.
		assert_eq!((treasury(), TotalBurned::<Test>::get()), (38 + 12, 37 + 12));
	});
}

#[test]
fn slash_takes_what_was_there_when_it_was_decided() {
	build_and_execute(|| {
		delegated_stake();
		wrong(100);
		// What comes later is no part of it.
		assert_ok!(Staking::bond(signed(ALICE), 5 * MIN_BOND));
		assert!(reward(ALICE, 90));
		let before = (held(ALICE), pot_held(ALICE));
		run(SLASH_DELAY);
		assert_eq!((held(ALICE), pot_held(ALICE)), (before.0 - 75, before.1 - 25));
	});
}

#[test]
fn slash_takes_the_bond_first_and_then_what_is_unbonding_newest_first() {
	build_and_execute(|| {
		drawable([ALICE], 4 * MIN_BOND);
		for _ in 0..2 {
			assert_ok!(Staking::unbond(signed(ALICE), MIN_BOND));
			run(1);
		}
		draw_all(0);
		// 200 bonded, and twice 100 on the way out.
		hypothetically!({
			slash_now(199);
			assert_eq!((view(ALICE).bonded, view(ALICE).unbonding), (1, 200));
			// Below the minimum, it cannot be drawn any more.
			assert!(!view(ALICE).available);
			assert_eq!(Staking::pool_size(&POOL), 0);
		});
		slash_now(230);
		assert_eq!((view(ALICE).bonded, view(ALICE).unbonding), (0, 170));
		let chunks: Vec<_> = record(ALICE).unbonding.iter().map(|chunk| chunk.amount).collect();
		assert_eq!(chunks, [100, 70]);
		slash_now(80);
		assert_eq!(record(ALICE).unbonding.len(), 1);
		assert_eq!(view(ALICE).unbonding, 90);
	});
}

/// Slashes Alice, for a job in the past, by `amount`, and waits until it is taken.
fn slash_now(amount: Balance) {
	Staking::overrule(&ALICE, amount);
	run(SLASH_DELAY);
}

#[test]
fn slash_stays_available_when_exactly_the_minimum_is_left() {
	build_and_execute(|| {
		drawable([ALICE, BOB], 2 * MIN_BOND);
		slash_now(MIN_BOND);
		assert!(view(ALICE).available);
		slash_now(1);
		assert!(!view(ALICE).available);
		System::assert_has_event(Event::WentUnavailable { provider: ALICE }.into());
		assert!(view(BOB).available);
	});
}

#[test]
fn slash_takes_all_there_is_when_it_is_more() {
	build_and_execute(|| {
		delegated_stake();
		draw_all(0);
		slash_now(Balance::MAX);
		assert_eq!((held(ALICE), pot_held(ALICE)), (0, 0));
		assert_eq!((view(ALICE).bonded, record(ALICE).pot), (0, None));
		assert_eq!(TotalBurned::<Test>::get(), 200);
		// What the pot's account lived on, too.
		assert_eq!(treasury(), 200 + EXISTENTIAL_DEPOSIT);
		assert_eq!(view(ALICE).in_flight, 1);
	});
}

#[test]
fn slashes_add_up_to_no_more_than_there_is_when_there_are_many() {
	build_and_execute(|| {
		delegated_stake();
		for _ in 0..5 {
			wrong(0);
			Staking::overrule(&ALICE, 150);
		}
		assert_eq!(view(ALICE).pending_slashes, 400);
		assert_eq!(PendingSlashes::<Test>::iter().count(), 3);
		run(SLASH_DELAY);
		assert!(!is_provider(ALICE));
	});
}

#[test]
fn slash_of_nothing_is_none() {
	build_and_execute(|| {
		drawable([ALICE], MIN_BOND);
		wrong(0);
		// A tenth of nine planck.
		work(ALICE, 9, Conduct::Silent);
		assert_eq!(PendingSlashes::<Test>::iter().count(), 0);
		work(ALICE, 10, Conduct::Silent);
		assert_eq!(view(ALICE).pending_slashes, 1);
		// Four tenths of two planck.
		work(ALICE, 2, Conduct::Withheld);
		assert_eq!(view(ALICE).pending_slashes, 1);
	});
}

#[test]
fn provider_cannot_withdraw_what_is_about_to_be_slashed() {
	build_and_execute(|| {
		drawable([ALICE], 2 * MIN_BOND);
		assert_ok!(Staking::unbond(signed(ALICE), MIN_BOND));
		run(UNBONDING_PERIOD);
		Staking::overrule(&ALICE, MIN_BOND);
		// The bond covers it.
		hypothetically!({
			assert_ok!(Staking::withdraw_unbonded(signed(ALICE)));
			assert_eq!(held(ALICE), MIN_BOND);
		});
		// And now it does not.
		Staking::overrule(&ALICE, MIN_BOND);
		assert_noop!(Staking::withdraw_unbonded(signed(ALICE)), Error::<Test>::SlashPending);
		run(SLASH_DELAY);
		assert!(!is_provider(ALICE));
		assert_eq!(Balances::total_balance(&ALICE), RICH - 2 * MIN_BOND);
	});
}

#[test]
fn provider_withdraws_in_part_when_a_slash_needs_the_rest() {
	build_and_execute(|| {
		drawable([ALICE], 2 * MIN_BOND);
		assert_ok!(Staking::go_unavailable(signed(ALICE)));
		assert_ok!(Staking::unbond(signed(ALICE), 2 * MIN_BOND));
		run(UNBONDING_PERIOD);
		Staking::overrule(&ALICE, 30);
		assert_ok!(Staking::withdraw_unbonded(signed(ALICE)));
		assert_eq!((held(ALICE), view(ALICE).unbonding), (30, 30));
		assert_noop!(Staking::withdraw_unbonded(signed(ALICE)), Error::<Test>::SlashPending);
		hypothetically!({
			assert_ok!(Staking::cancel_slash(signed(JUDGE), 0));
			assert_ok!(Staking::withdraw_unbonded(signed(ALICE)));
			assert_eq!(Balances::balance(&ALICE), RICH);
		});
		run(SLASH_DELAY);
		assert!(!is_provider(ALICE));
		assert_eq!(Balances::balance(&ALICE), RICH - 30);
	});
}

#[test]
fn delegators_who_withdraw_leave_their_part_of_pending_slashes_behind() {
	build_and_execute(|| {
		available(ALICE, 2 * MIN_BOND);
		for who in [BOB, CHARLIE] {
			assert_ok!(Staking::delegate(signed(who), ALICE, MIN_BOND));
			assert_ok!(Staking::undelegate(signed(who), ALICE, MIN_BOND));
		}
		run(UNBONDING_PERIOD);
		// Half of it from the two.
		wrong(80);
		let withdraw = |who| {
			let before = Balances::balance(&who);
			assert_ok!(Staking::withdraw_undelegated(signed(who), ALICE));
			Balances::balance(&who) - before
		};
		assert_eq!(withdraw(BOB), MIN_BOND - 20);
		hypothetically!({
			// Who waits gets the same once it is taken, and the deposit of the account as the last.
			run(SLASH_DELAY);
			assert_eq!(withdraw(CHARLIE), MIN_BOND - 20 + EXISTENTIAL_DEPOSIT);
		});
		hypothetically!({
			// And what others left behind if it is cancelled.
			assert_ok!(Staking::cancel_slash(signed(JUDGE), 0));
			assert_eq!(withdraw(CHARLIE), MIN_BOND + 20 + EXISTENTIAL_DEPOSIT);
		});
		// Without anybody left it waits for the slash.
		assert_eq!(withdraw(CHARLIE), MIN_BOND - 20);
		assert_eq!(view(ALICE).delegated, 40);
		Staking::do_try_state().unwrap();
		hypothetically!({
			assert_ok!(Staking::cancel_slash(signed(JUDGE), 0));
			assert_eq!(treasury(), 40 + EXISTENTIAL_DEPOSIT);
			assert_eq!(record(ALICE).pot, None);
			Staking::do_try_state().unwrap();
		});
		run(SLASH_DELAY);
		assert_eq!(record(ALICE).pot, None);
		assert_eq!(treasury(), 40 + EXISTENTIAL_DEPOSIT);
		assert_eq!(TotalBurned::<Test>::get(), 40);
	});
}

#[test]
fn slash_burns_everything_when_the_treasury_cannot_take_its_part() {
	build_and_execute(|| {
		drawable([ALICE], 2 * MIN_BOND);
		let rest = Balances::balance(&TREASURY);
		assert_ok!(Balances::transfer_allow_death(signed(TREASURY), BOB, rest));
		slash_now(2 * EXISTENTIAL_DEPOSIT - 2);
		assert_eq!(TotalBurned::<Test>::get(), 2 * EXISTENTIAL_DEPOSIT - 2);
		assert_eq!(Balances::total_balance(&TREASURY), 0);
		slash_now(2 * EXISTENTIAL_DEPOSIT);
		assert_eq!(Balances::balance(&TREASURY), EXISTENTIAL_DEPOSIT);
	});
}

#[test]
fn slash_burns_all_or_nothing_as_the_parameters_say() {
	for (percent, burned) in [(0, 0), (100, 40)] {
		build_and_execute(|| {
			drawable([ALICE], 2 * MIN_BOND);
			set_params(|params| params.slash_burn = Permill::from_percent(percent));
			slash_now(40);
			assert_eq!((TotalBurned::<Test>::get(), treasury()), (burned, 40 - burned));
		});
	}
}

#[test]
fn slash_leaves_others_alone_and_their_seats_in_place() {
	build_and_execute(|| {
		drawable([ALICE, BOB, CHARLIE], MIN_BOND);
		slash_now(1);
		assert_eq!((held(BOB), held(CHARLIE)), (MIN_BOND, MIN_BOND));
		let seated = |who| Providers::<Test>::get(who).unwrap().offers[0].seat;
		assert_eq!([ALICE, BOB, CHARLIE].map(seated), [None, Some(1), Some(0)]);
	});
}
