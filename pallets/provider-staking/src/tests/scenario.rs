use crate::mock::*;
use frame::testing_prelude::*;
use tercet_primitives::{traits::ProviderPool, Conduct};

#[test]
fn providers_are_drawn_and_get_their_stake_back_when_they_leave() {
	build_and_execute(|| {
		for who in [ALICE, BOB, CHARLIE] {
			assert_ok!(Staking::bond(signed(who), MIN_BOND));
			assert_ok!(Staking::offer(signed(who), POOL, PRICE));
			assert_ok!(Staking::go_available(signed(who)));
		}

		let executors = Staking::draw(&POOL, PRICE, 3, &seed(1)).unwrap();
		assert_eq!(executors.len(), 3);
		assert_eq!(view(ALICE).in_flight, 1);

		for executor in executors {
			Staking::release(&executor, Conduct::Verified);
		}
		assert_eq!(view(ALICE).verified, 1);

		assert_ok!(Staking::go_unavailable(signed(ALICE)));
		assert_ok!(Staking::unbond(signed(ALICE), MIN_BOND));
		System::set_block_number(1 + UNBONDING_PERIOD);
		assert_ok!(Staking::withdraw_unbonded(signed(ALICE)));
		assert_eq!(Balances::free_balance(ALICE), RICH);
		assert_eq!(Staking::pool_size(&POOL), 2);
	});
}
