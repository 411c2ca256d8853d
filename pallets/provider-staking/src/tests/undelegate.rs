use crate::{mock::*, Delegations, Error, Event};
use frame::{testing_prelude::*, traits::fungible::Inspect};
use tercet_primitives::{traits::ProviderPool, Balance, Conduct};

const STAKE: Balance = 4 * MIN_DELEGATION;

/// Bob and Charlie delegate to Alice.
fn delegations() {
	available(ALICE, 2 * MIN_BOND);
	assert_ok!(Staking::delegate(signed(BOB), ALICE, STAKE));
	assert_ok!(Staking::delegate(signed(CHARLIE), ALICE, STAKE));
	next_epoch();
}

fn undelegate(who: u64, amount: Balance) -> DispatchResultWithPostInfo {
	Staking::undelegate(signed(who), ALICE, amount)
}

fn withdraw(who: u64) -> DispatchResult {
	Staking::withdraw_undelegated(signed(who), ALICE)
}

#[test]
fn undelegate_keeps_the_stake_in_the_pot_until_it_is_due() {
	build_and_execute(|| {
		delegations();
		let at = System::block_number() + UNBONDING_PERIOD;
		assert_ok!(undelegate(BOB, MIN_DELEGATION));
		System::assert_last_event(
			Event::Undelegated { provider: ALICE, delegator: BOB, amount: MIN_DELEGATION, at }
				.into(),
		);
		assert_eq!(delegated(ALICE, BOB), STAKE - MIN_DELEGATION);
		assert_eq!((view(ALICE).delegated, pot_held(ALICE)), (2 * STAKE, 2 * STAKE));

		run_to(at - 1);
		assert_noop!(withdraw(BOB), Error::<Test>::NothingToWithdraw);
		run_to(at);
		let before = Balances::balance(&BOB);
		assert_ok!(withdraw(BOB));
		assert_eq!(Balances::balance(&BOB), before + MIN_DELEGATION);
		assert_eq!((view(ALICE).delegated, pot_held(ALICE)), (2 * STAKE - 50, 2 * STAKE - 50));
		System::assert_last_event(
			Event::DelegationWithdrawn { provider: ALICE, delegator: BOB, amount: MIN_DELEGATION }
				.into(),
		);
		assert_noop!(withdraw(BOB), Error::<Test>::NothingToWithdraw);
	});
}

#[test]
fn undelegate_takes_everything_when_asked_for_as_much_or_more() {
	build_and_execute(|| {
		delegations();
		assert_ok!(undelegate(BOB, STAKE));
		assert_ok!(undelegate(CHARLIE, Balance::MAX));
		run(UNBONDING_PERIOD);
		assert_ok!(withdraw(CHARLIE));
		assert_eq!(Balances::balance(&CHARLIE), RICH);
		assert!(!Delegations::<Test>::contains_key(ALICE, CHARLIE));
		// Whoever is last gets what the pot's account lived on: here the one who paid it.
		assert_ok!(withdraw(BOB));
		assert_eq!(Balances::balance(&BOB), RICH);
		assert_eq!(record(ALICE).pot, None);
		assert!(!System::account_exists(&Staking::pot_account(&ALICE)));
	});
}

#[test]
fn undelegate_refuses_when_less_than_the_minimum_would_remain() {
	build_and_execute(|| {
		delegations();
		let error = Error::<Test>::BelowMinimumDelegation;
		assert_noop!(undelegate(BOB, STAKE - MIN_DELEGATION + 1), error);
		assert_ok!(undelegate(BOB, STAKE - MIN_DELEGATION));
		assert_noop!(undelegate(BOB, 1), Error::<Test>::BelowMinimumDelegation);
		assert_ok!(undelegate(BOB, MIN_DELEGATION));
	});
}

#[test]
fn undelegate_refuses_when_there_is_nothing() {
	build_and_execute(|| {
		assert_noop!(undelegate(BOB, 1), Error::<Test>::NotAProvider);
		assert_noop!(withdraw(BOB), Error::<Test>::NothingDelegated);
		available(ALICE, MIN_BOND);
		assert_noop!(undelegate(BOB, 1), Error::<Test>::NothingDelegated);
		assert_ok!(Staking::delegate(signed(BOB), ALICE, STAKE));
		assert_noop!(undelegate(CHARLIE, 1), Error::<Test>::NothingDelegated);
		assert_noop!(undelegate(BOB, 0), Error::<Test>::ZeroAmount);
		assert_ok!(undelegate(BOB, STAKE));
		assert_noop!(undelegate(BOB, 1), Error::<Test>::NothingDelegated);
	});
}

#[test]
fn undelegate_refuses_when_too_many_amounts_are_unbonding() {
	build_and_execute(|| {
		delegations();
		for _ in 0..8 {
			// Amounts of the same block share a chunk.
			assert_ok!(undelegate(BOB, 1));
			assert_ok!(undelegate(BOB, 1));
			run(1);
		}
		assert_noop!(undelegate(BOB, 1), Error::<Test>::TooManyUnbonding);
		run(UNBONDING_PERIOD - 8);
		assert_ok!(withdraw(BOB));
		assert_ok!(undelegate(BOB, 1));
	});
}

#[test]
fn undelegate_is_possible_when_jobs_are_in_hand_and_the_stake_still_answers_for_them() {
	build_and_execute(|| {
		delegations();
		let all = 2 * MIN_BOND + 2 * STAKE;
		draw_all(all);
		assert_ok!(undelegate(BOB, STAKE));
		Staking::release(&ALICE, all, Conduct::Wrong);
		run(SLASH_DELAY);
		assert_eq!((pot_held(ALICE), held(ALICE)), (0, 0));
		run(UNBONDING_PERIOD);
		assert_ok!(withdraw(BOB));
		assert_eq!(Balances::balance(&BOB), RICH - STAKE - EXISTENTIAL_DEPOSIT);
	});
}

#[test]
fn delegators_can_leave_when_the_provider_has_left() {
	build_and_execute(|| {
		delegations();
		assert_ok!(Staking::go_unavailable(signed(ALICE)));
		assert_ok!(Staking::unbond(signed(ALICE), 2 * MIN_BOND));
		run(UNBONDING_PERIOD);
		assert_ok!(Staking::withdraw_unbonded(signed(ALICE)));
		// The account may even die.
		assert_ok!(Balances::transfer_allow_death(signed(ALICE), DAVE, RICH));
		assert!(!System::account_exists(&ALICE));
		assert!(is_provider(ALICE));

		for who in [BOB, CHARLIE] {
			assert_ok!(undelegate(who, Balance::MAX));
		}
		run(UNBONDING_PERIOD);
		for who in [BOB, CHARLIE] {
			assert!(is_provider(ALICE));
			assert_ok!(withdraw(who));
		}
		assert!(!is_provider(ALICE));
		let both = Balances::balance(&BOB) + Balances::balance(&CHARLIE);
		assert_eq!(both, 2 * RICH);
	});
}

#[test]
fn withdraw_undelegated_pays_a_dead_account_only_what_can_revive_it() {
	build_and_execute(|| {
		delegations();
		for amount in [EXISTENTIAL_DEPOSIT - 1, EXISTENTIAL_DEPOSIT] {
			hypothetically!({
				assert_ok!(undelegate(BOB, amount));
				let rest = Balances::balance(&BOB);
				assert_ok!(Balances::transfer_allow_death(signed(BOB), DAVE, rest));
				assert!(!System::account_exists(&BOB));
				run(UNBONDING_PERIOD);
				if amount < EXISTENTIAL_DEPOSIT {
					assert_noop!(withdraw(BOB), TokenError::CannotCreate);
					// More that is due makes it possible.
					assert_ok!(undelegate(BOB, 1));
					run(UNBONDING_PERIOD);
					assert_ok!(withdraw(BOB));
				} else {
					assert_ok!(withdraw(BOB));
				}
				assert_eq!(Balances::balance(&BOB), EXISTENTIAL_DEPOSIT);
			});
		}
	});
}
