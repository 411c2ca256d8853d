use crate::mock::*;
use frame::testing_prelude::*;
use tercet_primitives::{
	traits::{Draw, ProviderPool},
	Conduct,
};

#[test]
fn providers_are_drawn_and_get_their_stake_back_when_they_leave() {
	build_and_execute(|| {
		for who in [ALICE, BOB, CHARLIE] {
			assert_ok!(Staking::bond(signed(who), MIN_BOND));
			assert_ok!(Staking::offer(signed(who), POOL, PRICE));
			assert_ok!(Staking::go_available(signed(who)));
		}
		assert_ok!(Staking::delegate(signed(DAVE), BOB, MIN_BOND));
		// Stake counts from the next epoch on.
		next_epoch();

		let risk = MIN_BOND / 2;
		let executors = Staking::draw(Draw {
			pool: &POOL,
			price: PRICE,
			seats: 3,
			exclude: &[],
			proven: false,
			risk,
			seed: &seed(1),
		})
		.executors
		.unwrap();
		assert_eq!(executors.len(), 3);
		assert_eq!((view(ALICE).in_flight, view(ALICE).at_risk), (1, risk));

		// Bob is wrong: a quarter of the stake behind him, his own and Dave's, is slashed.
		Staking::release(&ALICE, risk, Conduct::Verified);
		Staking::release(&BOB, risk, Conduct::Wrong);
		Staking::release(&CHARLIE, risk, Conduct::Verified);
		assert!(view(ALICE).reputation > view(BOB).reputation);
		assert_eq!(view(BOB).pending_slashes, risk);
		run(SLASH_DELAY);
		assert_eq!((held(BOB), delegated(BOB, DAVE)), (MIN_BOND * 3 / 4, MIN_BOND * 3 / 4));
		assert!(!view(BOB).available);

		assert_ok!(Staking::go_unavailable(signed(ALICE)));
		assert_ok!(Staking::unbond(signed(ALICE), MIN_BOND));
		assert_ok!(Staking::undelegate(signed(DAVE), BOB, u128::MAX));
		run(UNBONDING_PERIOD);
		assert_ok!(Staking::withdraw_unbonded(signed(ALICE)));
		assert_ok!(Staking::withdraw_undelegated(signed(DAVE), BOB));
		assert_eq!(Balances::free_balance(ALICE), RICH);
		assert_eq!(Balances::free_balance(DAVE), RICH - MIN_BOND / 4);
		assert_eq!(Staking::pool_size(&POOL), 1);
	});
}
