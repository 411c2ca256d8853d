use crate::{
	mock::*, snapshots::SNAPSHOT_PERIODS, CreditsBefore, TotalCredits, TotalCreditsBefore,
	WorkCredits,
};
use proptest::prelude::*;
use tercet_primitives::{
	traits::{CreditShare, CreditSnapshots},
	Balance,
};

fn at(who: AccountId, block: u32) -> Option<(Balance, Balance)> {
	Payouts::credits_at(&who, block).map(|CreditShare { own, total }| (own, total))
}

#[test]
fn credits_at_are_those_of_the_begin_of_the_period_when_they_changed_in_it() {
	build_and_execute(|| {
		let [worker, other, _] = EXECUTORS;
		System::set_block_number(SNAPSHOT);
		work(PAYER, &[worker], 1_000);
		System::set_block_number(SNAPSHOT + 1);
		work(PAYER, &[worker, other], 500);
		// Whatever happens later.
		System::set_block_number(2 * SNAPSHOT + 1);
		work(PAYER, &[other], 50);

		assert_eq!(at(worker, SNAPSHOT - 1), Some((0, 0)));
		assert_eq!(at(worker, SNAPSHOT), Some((0, 0)));
		assert_eq!(at(worker, 2 * SNAPSHOT - 1), Some((0, 0)));
		assert_eq!(at(worker, 2 * SNAPSHOT), Some((1_500, 2_000)));
		assert_eq!(at(other, 2 * SNAPSHOT + 1), Some((500, 2_000)));
		System::set_block_number(3 * SNAPSHOT);
		assert_eq!(at(other, 3 * SNAPSHOT), Some((550, 2_050)));
		assert_eq!(at(other, 2 * SNAPSHOT + 1), Some((500, 2_000)));
		assert_eq!(at(DEAD, 3 * SNAPSHOT), Some((0, 2_050)));
	});
}

#[test]
fn credits_at_are_halved_as_of_one_moment_when_accounts_worked_at_different_ones() {
	build_and_execute(|| {
		let [early, late, _] = EXECUTORS;
		work(PAYER, &[early], 1_000);
		// A half-life is two eras.
		go_to_era(2);
		work(PAYER, &[late], 1_000);
		let block = System::block_number() + SNAPSHOT;
		System::set_block_number(block);
		assert_eq!(at(early, block), Some((500, 1_500)));
		assert_eq!(at(late, block), Some((1_000, 1_500)));
		// Nobody's part changes as they halve.
		go_to_era(4);
		assert_eq!(at(early, block), Some((500, 1_500)));
		assert_eq!(at(late, System::block_number()), Some((1_000, 1_500)));
	});
}

#[test]
fn credits_at_are_unknown_when_the_block_is_too_old_or_in_the_future() {
	build_and_execute(|| {
		let who = EXECUTORS[0];
		work(PAYER, &[who], 1_000);
		let last = (SNAPSHOT_PERIODS + 1) * SNAPSHOT - 1;
		System::set_block_number(last);
		assert_eq!(at(who, SNAPSHOT - 1), Some((0, 0)));
		assert_eq!(at(who, SNAPSHOT), Some((1_000, 1_000)));
		assert_eq!(at(who, last + 1), None);
		System::set_block_number(last + 1);
		assert_eq!(at(who, SNAPSHOT - 1), None);
		assert_eq!(at(who, SNAPSHOT), Some((1_000, 1_000)));
	});
}

#[test]
fn past_credits_are_forgotten_when_they_are_too_old() {
	build_and_execute(|| {
		let who = EXECUTORS[0];
		for period in 0..=SNAPSHOT_PERIODS + 5 {
			System::set_block_number(period * SNAPSHOT);
			work(PAYER, &[who], 100);
			let kept = CreditsBefore::<Test>::get(who).0;
			assert_eq!(kept.len() as u32, (period + 1).min(SNAPSHOT_PERIODS + 1));
			assert_eq!(kept.last().unwrap().period, period);
			assert_eq!(CreditsBefore::<Test>::get(who), TotalCreditsBefore::<Test>::get());
		}
	});
}

proptest! {
	/// Whatever was worked and halved since, a block has the answer that a full record would give.
	#[test]
	fn credits_at_are_those_of_a_full_record(
		steps in prop::collection::vec((0u32..9, 11u64..=13, 1u128..1_000, any::<bool>()), 1..60),
	) {
		build_and_execute(|| {
			// What everybody had when each period began, by the period.
			let mut record = Vec::new();
			let now = |record: &mut Vec<_>| {
				while record.len() as u32 <= System::block_number() / SNAPSHOT {
					let credits = EXECUTORS.map(|who| WorkCredits::<Test>::get(who));
					record.push((credits, TotalCredits::<Test>::get()));
				}
			};
			now(&mut record);
			for (wait, who, pay, both) in steps {
				System::set_block_number(System::block_number() + wait);
				now(&mut record);
				if both {
					work(PAYER, &EXECUTORS, pay);
				}
				work(PAYER, &[who], pay);
				Payouts::do_try_state().unwrap();

				let block = System::block_number();
				let first = (block / SNAPSHOT).saturating_sub(SNAPSHOT_PERIODS) * SNAPSHOT;
				for block in first..=block {
					let (credits, total) = record[(block / SNAPSHOT) as usize];
					for (who, credits) in EXECUTORS.into_iter().zip(credits) {
						let share = (credits.at(total.half_life), total.amount);
						assert_eq!(at(who, block), Some(share));
					}
				}
			}
		});
	}
}
