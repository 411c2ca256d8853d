//! Value per share: what rounding, rewards and slashes do to it, and what nobody can do with it.

use crate::{mock::*, Delegations, Error, Pot};
use frame::{testing_prelude::*, traits::fungible::Inspect};
use proptest::prelude::*;
use tercet_primitives::{Balance, Conduct};

fn pot(value: Balance, shares: Balance) -> Pot {
	Pot { id: 0, value, shares, unbonding: 0 }
}

fn pay_out(who: u64) -> Balance {
	let before = Balances::balance(&who);
	assert_ok!(Staking::undelegate(signed(who), ALICE, Balance::MAX));
	run(UNBONDING_PERIOD);
	assert_ok!(Staking::withdraw_undelegated(signed(who), ALICE));
	Balances::balance(&who) - before
}

#[test]
fn shares_are_worth_their_part_of_the_value_rounded_down() {
	let pot = Pot { unbonding: 1, ..pot(100, 3) };
	assert_eq!([0, 1, 2, 3].map(|shares| pot.worth(shares)), [0, 33, 66, 100]);
	assert_eq!(pot.active(), 66);
	assert_eq!([0, 1, 2, 3].map(|shares| pot.worth_after(shares, 40)), [0, 20, 40, 60]);
	// Nothing is left once more is slashed than there is.
	assert_eq!(pot.worth_after(3, 101), 0);
	assert_eq!(Pot::new(7).worth(0), 0);
}

#[test]
fn a_first_delegator_cannot_swallow_what_others_delegate() {
	build_and_execute(|| {
		// The attacker is provider and first delegator. It leaves one share in the pot, drives the
		// value of that share up by rewards, and hopes that others get no shares for their stake.
		assert_ok!(Staking::bond(signed(ALICE), MIN_BOND));
		assert_ok!(Staking::delegate(signed(BOB), ALICE, MIN_DELEGATION));
		let error = Error::<Test>::BelowMinimumDelegation;
		assert_noop!(Staking::undelegate(signed(BOB), ALICE, MIN_DELEGATION - 1), error);
		// Worth the minimum in fewer shares, time and again.
		let shares = || Delegations::<Test>::get(ALICE, BOB).unwrap().shares;
		while shares() > 1 {
			assert!(reward(ALICE, 1_000));
			assert_ok!(Staking::undelegate(signed(BOB), ALICE, delegated(ALICE, BOB) / 2));
			run(UNBONDING_PERIOD);
			assert_ok!(Staking::withdraw_undelegated(signed(BOB), ALICE));
		}
		assert!(reward(ALICE, 100_000));

		// A victim either loses next to nothing, or is refused.
		let mut refused = 0;
		for amount in [MIN_DELEGATION, 10_001, 77_777, 123_456, 500_000] {
			hypothetically!({
				match Staking::delegate(signed(CHARLIE), ALICE, amount) {
					Ok(_) => assert!(pay_out(CHARLIE) + 1 + amount / 1_000_000 >= amount),
					Err(error) => {
						assert_eq!(error.error, Error::<Test>::LostInRounding.into());
						refused += 1;
					},
				}
			});
		}
		assert!(refused > 0);
	});
}

#[test]
fn a_delegation_is_refused_when_rounding_would_take_more_than_a_millionth() {
	build_and_execute(|| {
		assert_ok!(Staking::bond(signed(ALICE), MIN_BOND));
		assert_ok!(Staking::delegate(signed(BOB), ALICE, 100 * MIN_DELEGATION));
		assert!(reward(ALICE, 40_000));
		// A share is worth about nine planck now.
		let delegate = |amount| Staking::delegate(signed(CHARLIE), ALICE, amount);
		let outcomes: Vec<_> = (50..100)
			.map(|amount| {
				let done = hypothetically!(delegate(amount)).is_ok();
				if !done {
					assert_noop!(delegate(amount), Error::<Test>::LostInRounding);
				}
				done
			})
			.collect();
		assert!(outcomes.contains(&true) && outcomes.contains(&false));
	});
}

#[test]
fn a_pot_slashed_to_nothing_is_closed_and_its_shares_are_worth_nothing_for_good() {
	build_and_execute(|| {
		available(ALICE, MIN_BOND);
		assert_ok!(Staking::delegate(signed(BOB), ALICE, MIN_BOND));
		assert_ok!(Staking::delegate(signed(CHARLIE), ALICE, MIN_BOND));
		next_epoch();
		work(ALICE, 3 * MIN_BOND, Conduct::Wrong);
		run(SLASH_DELAY);
		// Nothing is left, so Alice is forgotten, and her pot's account with her.
		assert!(!is_provider(ALICE));
		assert!(!System::account_exists(&Staking::pot_account(&ALICE)));

		// She comes back, with another pot: old shares are none of it.
		assert_ok!(Staking::bond(signed(ALICE), MIN_BOND));
		assert_ok!(Staking::delegate(signed(DAVE), ALICE, MIN_BOND));
		assert_eq!(delegated(ALICE, BOB), 0);
		let undelegate = |who| Staking::undelegate(signed(who), ALICE, 1);
		assert_noop!(undelegate(BOB), Error::<Test>::NothingDelegated);
		assert_ok!(Staking::delegate(signed(BOB), ALICE, MIN_BOND));
		assert_eq!(delegated(ALICE, BOB), MIN_BOND);
		// Charlie's record can be cleared away.
		let before = Balances::balance(&CHARLIE);
		assert_ok!(Staking::withdraw_undelegated(signed(CHARLIE), ALICE));
		assert_eq!(Balances::balance(&CHARLIE), before);
		assert!(!Delegations::<Test>::contains_key(ALICE, CHARLIE));
		let withdraw = || Staking::withdraw_undelegated(signed(CHARLIE), ALICE);
		assert_noop!(withdraw(), Error::<Test>::NothingDelegated);
		assert_eq!(pay_out(DAVE), MIN_BOND);
	});
}

proptest! {
	#[test]
	fn shares_never_pay_more_than_they_cost_however_values_are(
		value in 1..u128::MAX / 4,
		shares in 1..u128::MAX / 4,
		amount in 1..u128::MAX / 4,
	) {
		let before = pot(value, shares);
		if let Some(bought) = before.bought_by(amount).filter(|bought| *bought < u128::MAX / 4) {
			let after = pot(value + amount, shares + bought);
			prop_assert!(after.worth(bought) <= amount);
			// Those who were there lose nothing.
			prop_assert!(after.worth(shares) >= value);
		}
		if let Some(sold) = before.for_value(amount).filter(|sold| *sold <= shares) {
			prop_assert!(before.worth(sold) >= amount);
			prop_assert!(sold == 0 || before.worth(sold - 1) < amount);
		}
	}
}
