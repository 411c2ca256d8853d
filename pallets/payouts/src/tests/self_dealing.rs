//! Whoever pays itself for work loses money, whatever others do.

use crate::{mock::*, params::MAX_REWARD_OF_FEES, Distributed, Params};
use frame::testing_prelude::*;
use proptest::prelude::*;
use tercet_primitives::{
	traits::{Invoice, Payouts as _},
	Balance, Royalties, WorkUnits,
};

/// Requester, author and all three executors in one.
const SELF: AccountId = PAYER;

/// A job of `payer` with a fee.
fn job(payer: AccountId, executors: &[AccountId], pay: Balance, fee: Balance) {
	let none = Royalties::default();
	let seats = executors.len() as u32;
	let escrow = Payouts::worst_case(WorkUnits(1), pay, seats, &none).unwrap() + fee;
	hold(payer, escrow);
	let bill = Invoice { fee, ..invoice(1, pay, executors, &none) };
	distribute_from(payer, escrow, bill).unwrap();
}

#[test]
fn claim_returns_less_than_was_paid_when_others_pay_high_fees_for_little_work() {
	build_and_execute(|| {
		Params::<Test>::mutate(|params| params.reward_of_fees = MAX_REWARD_OF_FEES);
		for _ in 0..20 {
			job(AUTHOR, &EXECUTORS, 20, 10_000);
		}
		job(SELF, &[SELF, SELF, SELF], 100_000, 1);
		assert_eq!(free(SELF), ENDOWMENT - 15_000 - 1);
		go_to_era(1);
		assert_ok!(Payouts::claim(RuntimeOrigin::signed(SELF), SELF, 0));
		let reward = Distributed::<Test>::get().minted;
		assert!(reward <= MAX_REWARD_OF_FEES.mul_floor(15_000u128));
		assert!(free(SELF) < ENDOWMENT - 1_500);
	});
}

proptest! {
	/// Of `SELF`, `AUTHOR` and the treasury, each pays for jobs of any size, with any fee, run by
	/// itself or the other executors.
	#[test]
	fn claim_returns_less_than_was_paid_when_jobs_are_random(
		jobs in prop::collection::vec(
			(prop_oneof![Just(SELF), Just(AUTHOR), Just(TREASURY)], 1u128..5_000, 0u128..5_000, 0usize..=3),
			1..20,
		),
		share in 0u32..100,
		rate in 0u128..20_000,
	) {
		build_and_execute(|| {
			Share::set(&Permill::from_percent(share));
			Params::<Test>::mutate(|params| {
				params.reward_of_fees = MAX_REWARD_OF_FEES;
				params.reward_rate = rate;
			});
			let mut income = 0;
			// What `SELF` was paid by others, who get their work for it.
			let mut earned = 0;
			let mut given = 0;
			let mut reward_of_others = 0;
			for (payer, pay, fee, own) in jobs {
				let mut executors = EXECUTORS;
				executors[..own].fill(SELF);
				job(payer, &executors, pay, fee);
				let share = Share::get().mul_floor(3 * pay);
				if payer == SELF {
					given += share + fee + pay * (3 - own as u128);
				} else {
					earned += pay * own as u128;
					// The most that work for others can be rewarded with.
					reward_of_others += MAX_REWARD_OF_FEES.mul_floor(share / 3 * own as u128) + 1;
				}
				if payer != TREASURY {
					income += share;
				}
			}
			assert_eq!(free(SELF) + given, ENDOWMENT + earned);

			go_to_era(1);
			for who in EXECUTORS.into_iter().chain([SELF]) {
				for (era, _) in Payouts::claimable(who) {
					assert_ok!(Payouts::claim(RuntimeOrigin::signed(SELF), who, era));
				}
			}
			assert!(free(SELF) <= ENDOWMENT + earned + reward_of_others);
			let minted = Distributed::<Test>::get().minted;
			assert!(minted <= rate.min(MAX_REWARD_OF_FEES.mul_floor(income)));
		});
	}

	/// Votes can be bought by paying oneself for work; each planck of credit costs the treasury
	/// share, less what of it is minted again, whatever others do in the same era.
	#[test]
	fn credits_cost_their_price_when_somebody_works_for_itself(
		jobs in prop::collection::vec((any::<bool>(), 1u128..50_000, 0u128..500), 1..20),
		share in 1u32..100,
		of_fees in 0u32..=90,
	) {
		build_and_execute(|| {
			// It has left, so that nobody else gets a part of its rewards.
			Gone::set(&vec![SELF]);
			Share::set(&Permill::from_percent(share));
			let of_fees = Permill::from_percent(of_fees);
			Params::<Test>::mutate(|params| params.reward_of_fees = of_fees);
			let (mut own, mut funded) = (0, 0);
			for (is_own, pay, fee) in jobs {
				if free(if is_own { SELF } else { AUTHOR }) < 7 * pay + fee + EXISTENTIAL_DEPOSIT {
					continue;
				}
				if is_own {
					own += 1;
					funded += 3 * pay;
					job(SELF, &[SELF, SELF, SELF], pay, fee);
				} else {
					job(AUTHOR, &EXECUTORS, pay, fee);
				}
			}
			let credits = Payouts::work_credits(SELF);
			assert_eq!(credits, funded);
			go_to_era(1);
			let _ = Payouts::claim(RuntimeOrigin::signed(SELF), SELF, 0);
			let price = (Permill::one() - of_fees).mul_floor(Share::get().mul_floor(credits));
			// The treasury share of each job is rounded down.
			assert!(ENDOWMENT - free(SELF) + own >= price);
		});
	}
}
