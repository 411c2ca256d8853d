//! All pallets together, along one job.

mod common;

use common::*;
use polkadot_sdk::sp_keyring::Sr25519Keyring::{Alice, AliceStash, Bob, Charlie, Dave, Ferdie};
use tercet_primitives::{JobState, RefundReason, EXECUTORS, MILLI_TCT};
use tercet_runtime::{
	configs::TreasuryAccount, Balances, JobMarket, ProviderStaking, System, Verification,
};

fn three_providers() {
	[Bob, Charlie, Dave].into_iter().for_each(|key| provide(account(key), BOND));
}

#[test]
fn job_settles_in_the_block_of_the_last_reveal_when_all_agree() {
	on_a_chain(|| {
		three_providers();
		let issuance = Balances::total_issuance();
		let executors = [Bob, Charlie, Dave].map(account);
		let before = executors.clone().map(|who| wealth(&who));
		let author = wealth(&account(Ferdie));
		let treasury = wealth(&TreasuryAccount::get());
		let requester = wealth(&account(Alice));

		let job = submit(account(Alice), request(10, MILLI_TCT, 30)).unwrap();
		assert!(Verification::committee(job).is_none(), "never drawn in its own block");
		next_block();
		assert!(Verification::committee(job).is_none(), "drawn at the end of the next block");
		next_block();
		assert!(Verification::committee(job).is_some());

		for who in &executors {
			assert!(reveal(who.clone(), job, 0).is_err(), "not before everyone has committed");
			commit(who.clone(), job, 0).unwrap();
		}
		next_block();
		for who in &executors {
			reveal(who.clone(), job, 0).unwrap();
		}

		let JobState::Settled { at, statement, answer: agreed } =
			JobMarket::job(job).unwrap().state
		else {
			panic!("not settled")
		};
		assert_eq!((at, agreed), (System::block_number(), answer(0)));
		// Two units per item, ten items.
		let each = 20 * MILLI_TCT;
		assert_eq!(statement.per_executor, each);
		for (who, before) in executors.iter().zip(before) {
			assert_eq!(wealth(who) - before, each);
		}
		assert_eq!(wealth(&account(Ferdie)) - author, statement.royalty);
		assert_eq!(wealth(&TreasuryAccount::get()) - treasury, statement.treasury);
		let paid = u128::from(EXECUTORS) * each + statement.royalty + statement.treasury;
		assert_eq!(requester - wealth(&account(Alice)), paid);
		assert_eq!(Balances::total_issuance(), issuance);
	});
}

#[test]
fn job_is_refunded_and_conduct_recorded_when_one_answer_differs() {
	on_a_chain(|| {
		three_providers();
		let requester = wealth(&account(Alice));
		let job = submit(account(Alice), request(1, MILLI_TCT, 30)).unwrap();
		next_block();
		next_block();
		for (key, lie) in [(Bob, 0), (Charlie, 0), (Dave, 1)] {
			commit(account(key), job, lie).unwrap();
		}
		for (key, lie) in [(Bob, 0), (Charlie, 0), (Dave, 1)] {
			reveal(account(key), job, lie).unwrap();
		}
		let state = JobMarket::job(job).unwrap().state;
		let reason = RefundReason::Disagreement;
		assert_eq!(state, JobState::Refunded { at: System::block_number(), reason });
		assert_eq!(wealth(&account(Alice)), requester);
		let counts = |key| {
			let view = ProviderStaking::provider_view(&account(key)).unwrap();
			(view.unresolved, view.alone)
		};
		assert_eq!([counts(Bob), counts(Charlie), counts(Dave)], [(1, 0), (1, 0), (0, 1)]);
	});
}

#[test]
fn unbond_fails_when_work_is_in_hand() {
	on_a_chain(|| {
		three_providers();
		submit(account(Alice), request(1, MILLI_TCT, 30)).unwrap();
		next_block();
		next_block();
		let call = pallet_provider_staking::Call::unbond { amount: BOND };
		let error = dispatch(account(Bob), call).unwrap_err().error;
		let expected = pallet_provider_staking::Error::<tercet_runtime::Runtime>::WorkInHand;
		assert_eq!(error, expected.into());
	});
}

#[test]
fn draw_spreads_over_providers_when_there_are_more_than_seats() {
	on_a_chain(|| {
		three_providers();
		provide(account(AliceStash), BOND);
		for _ in 0..20 {
			submit(account(Alice), request(1, MILLI_TCT, 30)).unwrap();
		}
		next_block();
		next_block();
		let assigned = [Bob, Charlie, Dave, AliceStash]
			.map(|key| ProviderStaking::provider_view(&account(key)).unwrap().assigned);
		assert_eq!(assigned.iter().sum::<u64>(), 60);
		// Each sits in three of four committees on average; in all 20 with a chance of 0.3 %.
		assert!(assigned.iter().all(|jobs| *jobs < 20), "{assigned:?}");
	});
}
