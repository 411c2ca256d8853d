use crate::{mock::*, Event, Params};
use frame::{
	testing_prelude::*,
	traits::fungible::{Inspect, Mutate},
};
use tercet_primitives::{traits::StakeRewards, Balance, Conduct};

#[test]
fn reward_is_all_the_provider_s_when_nothing_is_delegated() {
	build_and_execute(|| {
		assert_ok!(Staking::bond(signed(ALICE), MIN_BOND));
		let before = Balances::balance(&ALICE);
		assert!(reward(ALICE, 1_001));
		assert_eq!(Balances::balance(&ALICE), before + 1_001);
		System::assert_last_event(
			Event::Rewarded { provider: ALICE, amount: 1_001, delegated: 0 }.into(),
		);
	});
}

#[test]
fn reward_is_split_by_commission_and_stake_and_the_rest_of_the_rounding_is_the_provider_s() {
	build_and_execute(|| {
		assert_ok!(Staking::bond(signed(ALICE), MIN_BOND));
		assert_ok!(Staking::set_commission(signed(ALICE), Permill::from_percent(10)));
		assert_ok!(Staking::delegate(signed(BOB), ALICE, MIN_BOND));
		assert_ok!(Staking::delegate(signed(CHARLIE), ALICE, 2 * MIN_BOND));
		let before = Balances::balance(&ALICE);
		// 100 of 1,001 is commission; three quarters of 901 are 675.
		assert!(reward(ALICE, 1_001));
		assert_eq!(Balances::balance(&ALICE), before + 1_001 - 675);
		assert_eq!(pot_held(ALICE), 3 * MIN_BOND + 675);
		assert_eq!((delegated(ALICE, BOB), delegated(ALICE, CHARLIE)), (325, 650));
		System::assert_last_event(
			Event::Rewarded { provider: ALICE, amount: 1_001, delegated: 675 }.into(),
		);
		assert_eq!(Balances::total_balance(&REWARDS), EXISTENTIAL_DEPOSIT);
	});
}

#[test]
fn reward_is_shared_by_what_is_unbonding_and_still_answers() {
	build_and_execute(|| {
		assert_ok!(Staking::bond(signed(ALICE), 2 * MIN_BOND));
		assert_ok!(Staking::delegate(signed(BOB), ALICE, 2 * MIN_BOND));
		assert_ok!(Staking::unbond(signed(ALICE), MIN_BOND));
		assert_ok!(Staking::undelegate(signed(BOB), ALICE, Balance::MAX));
		assert!(reward(ALICE, 100));
		assert_eq!(pot_held(ALICE), 2 * MIN_BOND + 50);
		run(UNBONDING_PERIOD);
		assert_ok!(Staking::withdraw_undelegated(signed(BOB), ALICE));
		assert_eq!(Balances::balance(&BOB), RICH + 50);
	});
}

#[test]
fn reward_stands_behind_jobs_at_once_and_counts_from_the_next_change_of_stake() {
	build_and_execute(|| {
		available(ALICE, MIN_BOND);
		assert_ok!(Staking::delegate(signed(BOB), ALICE, MIN_BOND));
		next_epoch();
		assert!(reward(ALICE, 100));
		next_epoch();
		assert_eq!(view(ALICE).counted, 2 * MIN_BOND);
		hypothetically!({
			assert_ok!(draw_at(2 * MIN_BOND + 50, 1, 1));
		});
		assert_ok!(Staking::bond(signed(ALICE), 1));
		next_epoch();
		assert_eq!(view(ALICE).counted, 2 * MIN_BOND + 51);
	});
}

#[test]
fn reward_has_no_effect_when_there_is_no_such_provider() {
	build_and_execute(|| {
		Balances::mint_into(&REWARDS, 100).unwrap();
		Minted::set(100);
		assert_storage_noop!(assert!(!Staking::reward(&ALICE, &REWARDS, 100)));
	});
}

#[test]
fn reward_has_no_effect_when_the_provider_s_account_is_dead_and_the_reward_too_small() {
	build_and_execute(|| {
		assert_ok!(Staking::bond(signed(ALICE), MIN_BOND));
		assert_ok!(Staking::delegate(signed(BOB), ALICE, MIN_BOND));
		assert_ok!(Staking::unbond(signed(ALICE), MIN_BOND));
		run(UNBONDING_PERIOD);
		assert_ok!(Staking::withdraw_unbonded(signed(ALICE)));
		assert_ok!(Balances::transfer_allow_death(signed(ALICE), DAVE, RICH));

		Balances::mint_into(&REWARDS, 100).unwrap();
		Minted::set(100);
		let less = EXISTENTIAL_DEPOSIT - 1;
		assert_storage_noop!(assert!(!Staking::reward(&ALICE, &REWARDS, less)));
		// Once the delegators' part is paid, less than the deposit may be left of a larger one.
		assert_storage_noop!(assert!(!Staking::reward(&ALICE, &REWARDS, 50)));
		assert!(Staking::set_commission(signed(ALICE), Permill::from_percent(10)).is_ok());
		assert!(Staking::reward(&ALICE, &REWARDS, 100));
		assert_eq!((Balances::balance(&ALICE), pot_held(ALICE)), (10, MIN_BOND + 90));
	});
}

#[test]
fn reward_after_a_slash_goes_to_what_is_left() {
	build_and_execute(|| {
		available(ALICE, 2 * MIN_BOND);
		assert_ok!(Staking::delegate(signed(BOB), ALICE, 2 * MIN_BOND));
		next_epoch();
		work(ALICE, MIN_BOND, Conduct::Wrong);
		run(Params::<Test>::get().slash_delay);
		assert_eq!(delegated(ALICE, BOB), MIN_BOND * 3 / 2);
		assert!(reward(ALICE, 100));
		assert_eq!(delegated(ALICE, BOB), MIN_BOND * 3 / 2 + 50);
	});
}
