use crate::{mock::*, Distributed, Error, Event, WorkOf, WorkOfEras};
use frame::testing_prelude::*;

fn claim(provider: AccountId, era: u32) -> DispatchResult {
	Payouts::claim(RuntimeOrigin::signed(AUTHOR), provider, era)
}

#[test]
fn claim_mints_and_hands_on_when_the_era_is_over() {
	build_and_execute(|| {
		work(PAYER, &EXECUTORS, 1_000);
		go_to_era(1);
		let issuance = Balances::total_issuance();
		// Half of the 50 that the treasury got for this one; a tenth of it is the delegator's.
		assert_eq!(Payouts::claimable(EXECUTORS[1]), [(0, 25)]);
		assert_ok!(claim(EXECUTORS[1], 0));
		assert_eq!(free(EXECUTORS[1]), ENDOWMENT + 1_000 + 23);
		assert_eq!(free(DELEGATOR), ENDOWMENT + 2);
		assert_eq!(free(Payouts::pot()), EXISTENTIAL_DEPOSIT);
		assert_eq!(Balances::total_issuance(), issuance + 25);
		assert_eq!(Distributed::<Test>::get().minted, 25);
		let provider = EXECUTORS[1];
		assert_eq!(events().pop(), Some(Event::Claimed { provider, era: 0, amount: 25 }));
	});
}

#[test]
fn claim_mints_one_planck_when_no_more_is_due() {
	build_and_execute(|| {
		// Below the existential deposit, through a pot that is alive.
		work(PAYER, &EXECUTORS, 40);
		go_to_era(1);
		assert_ok!(claim(EXECUTORS[0], 0));
		assert_eq!(free(EXECUTORS[0]), ENDOWMENT + 40 + 1);
	});
}

#[test]
fn claim_forgets_the_era_when_it_was_the_last() {
	build_and_execute(|| {
		work(PAYER, &EXECUTORS, 1_000);
		go_to_era(1);
		for executor in EXECUTORS {
			assert!(WorkOfEras::<Test>::contains_key(0));
			assert_ok!(claim(executor, 0));
		}
		assert_eq!(WorkOfEras::<Test>::iter().count(), 0);
		assert_eq!(WorkOf::<Test>::iter().count(), 0);
	});
}

#[test]
fn claim_pays_the_same_when_others_claimed_before() {
	build_and_execute(|| {
		work(PAYER, &EXECUTORS, 777);
		work(PAYER, &EXECUTORS[1..], 333);
		go_to_era(1);
		let due = |who| Payouts::claimable(who)[0].1;
		let before = EXECUTORS.map(due);
		assert_ok!(claim(EXECUTORS[2], 0));
		assert_ok!(claim(EXECUTORS[0], 0));
		assert_eq!(due(EXECUTORS[1]), before[1]);
		assert_ok!(claim(EXECUTORS[1], 0));
		assert_eq!(Distributed::<Test>::get().minted, before.iter().sum());
	});
}

#[test]
fn claim_rewards_no_more_than_the_rate_when_income_is_high() {
	build_and_execute(|| {
		let low = crate::Parameters { reward_rate: 100, ..params() };
		crate::Params::<Test>::put(low);
		work(PAYER, &EXECUTORS, 10_000);
		go_to_era(1);
		// A third each, and a planck that is never minted.
		assert_eq!(EXECUTORS.map(Payouts::claimable), [(); 3].map(|()| vec![(0, 33)]));
		for executor in EXECUTORS {
			assert_ok!(claim(executor, 0));
		}
		assert_eq!(Distributed::<Test>::get().minted, 99);
		crate::Params::<Test>::put(params());
	});
}

#[test]
fn claim_pays_nothing_when_the_treasury_alone_paid() {
	build_and_execute(|| {
		work(TREASURY, &EXECUTORS, 1_000);
		go_to_era(1);
		assert_eq!(Payouts::claimable(EXECUTORS[0]), [(0, 0)]);
		assert_ok!(claim(EXECUTORS[0], 0));
		assert_eq!(free(EXECUTORS[0]), ENDOWMENT + 1_000);
		let provider = EXECUTORS[0];
		assert_eq!(events().pop(), Some(Event::Claimed { provider, era: 0, amount: 0 }));
		assert_noop!(claim(EXECUTORS[0], 0), Error::<Test>::NothingToClaim);
	});
}

#[test]
fn claim_fails_when_the_origin_is_not_signed() {
	build_and_execute(|| {
		work(PAYER, &EXECUTORS, 1_000);
		go_to_era(1);
		assert_noop!(Payouts::claim(RuntimeOrigin::root(), EXECUTORS[0], 0), BadOrigin);
		assert_noop!(Payouts::claim(RuntimeOrigin::none(), EXECUTORS[0], 0), BadOrigin);
	});
}

#[test]
fn claim_fails_when_the_era_is_not_over() {
	build_and_execute(|| {
		work(PAYER, &EXECUTORS, 1_000);
		System::set_block_number(ERA - 1);
		assert_noop!(claim(EXECUTORS[0], 0), Error::<Test>::EraNotOver);
		assert_noop!(claim(EXECUTORS[0], 1), Error::<Test>::EraNotOver);
		assert_noop!(claim(EXECUTORS[0], u32::MAX), Error::<Test>::EraNotOver);
		System::set_block_number(ERA);
		assert_ok!(claim(EXECUTORS[0], 0));
	});
}

#[test]
fn claim_fails_when_nothing_was_done_or_it_was_claimed_before() {
	build_and_execute(|| {
		work(PAYER, &EXECUTORS, 1_000);
		go_to_era(2);
		let nothing = Error::<Test>::NothingToClaim;
		assert_noop!(claim(PAYER, 0), nothing);
		let nothing = Error::<Test>::NothingToClaim;
		assert_noop!(claim(EXECUTORS[0], 1), nothing);
		assert_ok!(claim(EXECUTORS[0], 0));
		let nothing = Error::<Test>::NothingToClaim;
		assert_noop!(claim(EXECUTORS[0], 0), nothing);
		assert_eq!(Distributed::<Test>::get().minted, 25);
	});
}

#[test]
fn claim_forgets_without_reward_when_the_era_is_one_too_old() {
	build_and_execute(|| {
		work(PAYER, &EXECUTORS, 1_000);
		go_to_era(HISTORY_DEPTH);
		assert_eq!(Payouts::claimable(EXECUTORS[0]), [(0, 25)]);
		assert_ok!(claim(EXECUTORS[0], 0));
		assert_eq!(Distributed::<Test>::get().minted, 25);

		go_to_era(HISTORY_DEPTH + 1);
		assert_eq!(Payouts::claimable(EXECUTORS[1]), []);
		for provider in &EXECUTORS[1..] {
			assert_ok!(claim(*provider, 0));
			assert_eq!(events().pop(), Some(Event::Expired { provider: *provider, era: 0 }));
		}
		assert_eq!(Distributed::<Test>::get().minted, 25);
		assert_eq!(free(EXECUTORS[1]), ENDOWMENT + 1_000);
		assert_eq!(WorkOfEras::<Test>::iter().count(), 0);
	});
}

#[test]
fn claim_pays_the_account_itself_when_the_provider_has_left() {
	build_and_execute(|| {
		work(PAYER, &EXECUTORS, 1_000);
		Gone::set(&vec![EXECUTORS[0]]);
		go_to_era(1);
		assert_ok!(claim(EXECUTORS[0], 0));
		assert_eq!(free(EXECUTORS[0]), ENDOWMENT + 1_000 + 25);
		assert_eq!(free(DELEGATOR), ENDOWMENT);
	});
}

#[test]
fn claim_fails_when_the_provider_has_left_and_its_account_is_dead() {
	build_and_execute(|| {
		let executors = [EXECUTORS[0], DEAD];
		work(PAYER, &executors, 1_000);
		let all = free(DEAD);
		assert_ok!(Balances::transfer_allow_death(RuntimeOrigin::signed(DEAD), AUTHOR, all));
		Gone::set(&vec![DEAD]);
		go_to_era(1);
		assert_noop!(claim(DEAD, 0), Error::<Test>::CannotReceive);
		assert_eq!(Distributed::<Test>::get().minted, 0);
		// It can be claimed later.
		let alive = EXISTENTIAL_DEPOSIT;
		assert_ok!(Balances::transfer_allow_death(RuntimeOrigin::signed(AUTHOR), DEAD, alive));
		assert_ok!(claim(DEAD, 0));
		assert_eq!(free(DEAD), alive + 25);
	});
}

#[test]
fn claim_fails_when_the_reward_is_not_handed_on_in_full() {
	build_and_execute(|| {
		work(PAYER, &EXECUTORS, 1_000);
		go_to_era(1);
		Forgotten::set(&1);
		assert_noop!(claim(EXECUTORS[0], 0), Error::<Test>::RewardNotCredited);
		Forgotten::set(&0);
		assert_ok!(claim(EXECUTORS[0], 0));
	});
}

#[test]
fn claim_fails_when_the_ledger_is_full() {
	build_and_execute(|| {
		work(PAYER, &EXECUTORS, 1_000);
		go_to_era(1);
		hypothetically!({
			Distributed::<Test>::mutate(|ledger| ledger.minted = u128::MAX);
			assert_noop!(claim(EXECUTORS[0], 0), Error::<Test>::AmountOverflow);
		});
	});
}

#[test]
fn claimable_lists_eras_in_rising_order_when_there_are_many() {
	build_and_execute(|| {
		for (era, pay) in [(0, 1_000), (1, 2_000), (3, 400)] {
			go_to_era(era);
			work(PAYER, &EXECUTORS, pay);
		}
		// The current era cannot be claimed yet.
		assert_eq!(Payouts::claimable(EXECUTORS[0]), [(0, 25), (1, 50)]);
		go_to_era(5);
		assert_eq!(Payouts::claimable(EXECUTORS[0]), [(1, 50), (3, 10)]);
		assert_eq!(Payouts::claimable(PAYER), []);
	});
}
