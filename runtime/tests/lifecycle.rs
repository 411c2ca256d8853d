//! All pallets together, along one job.

mod common;

use common::*;
use polkadot_sdk::sp_keyring::Sr25519Keyring::{
	self, Alice, AliceStash, Bob, BobStash, Charlie, CharlieStash, Dave, DaveStash, Eve, Ferdie,
};
use tercet_primitives::{
	Disputed, Fault, JobState, RefundReason, Stage, Statement, MILLI_TCT, TCT,
};
use tercet_runtime::{
	configs::TreasuryAccount, AccountId, Balances, JobMarket, ProviderStaking, System, Verification,
};

fn providers(keys: &[Sr25519Keyring]) {
	keys.iter().for_each(|key| provide(account(*key), BOND));
	// Stake counts from the next epoch on.
	next_block();
	next_block();
}

fn stage(job: tercet_primitives::JobId) -> Stage {
	Verification::committee(job).expect("drawn").stage
}

/// Blocks until the committee of `job` is at `wanted`.
fn run_to_stage(job: tercet_primitives::JobId, wanted: Stage) {
	for _ in 0..500 {
		if Verification::committee(job).is_some_and(|committee| committee.stage == wanted) {
			return;
		}
		next_block();
	}
	panic!("{wanted:?} never came: {:?}", Verification::committee(job));
}

fn view(who: &AccountId) -> tercet_primitives::apis::ProviderView {
	ProviderStaking::provider_view(who).expect("a provider")
}

#[test]
fn job_settles_in_the_block_of_the_last_reveal_when_all_agree() {
	on_a_chain(|| {
		providers(&[Bob, Charlie, Dave]);
		let issuance = Balances::total_issuance();
		let executors = [Bob, Charlie, Dave].map(account);
		let before = executors.clone().map(|who| wealth(&who));
		let author = wealth(&account(Ferdie));
		let treasury = wealth(&TreasuryAccount::get());
		let requester = wealth(&account(Alice));

		let job = submit(account(Alice), request(10, MILLI_TCT, 60)).unwrap();
		assert!(Verification::committee(job).is_none(), "never drawn in its own block");
		next_block();
		assert!(Verification::committee(job).is_none(), "drawn at the end of the next block");
		next_block();
		assert_eq!(stage(job), Stage::Commit);
		let drawn_in = System::block_number();

		for who in &executors {
			assert!(reveal(who.clone(), job, 0).is_err(), "not before everyone has committed");
			commit(who.clone(), job, 0).unwrap();
		}
		next_block();
		assert_eq!(stage(job), Stage::Lottery);
		next_block();
		for who in &executors {
			reveal(who.clone(), job, 0).unwrap();
		}

		let JobState::Settled { at, statement, answer: agreed, disputed } =
			JobMarket::job(job).unwrap().state
		else {
			panic!("not settled")
		};
		assert_eq!((at, agreed), (System::block_number(), answer(0)));
		assert_eq!(at, drawn_in + 2);
		assert_eq!(disputed, Disputed::None);
		// Two units per item, ten items.
		let each = 20 * MILLI_TCT;
		assert_eq!(statement.executors, 3 * each);
		for (who, before) in executors.iter().zip(before) {
			assert_eq!(wealth(who) - before, each);
		}
		assert_eq!(wealth(&account(Ferdie)) - author, statement.royalties);
		assert_eq!(wealth(&TreasuryAccount::get()) - treasury, statement.treasury);
		let deposit = JobMarket::job(job).unwrap().deposit;
		assert!(deposit > 0);
		let paid = statement.executors + statement.royalties + statement.treasury;
		assert_eq!(requester - wealth(&account(Alice)), paid, "a deposit is still one's own");
		assert_eq!(Balances::total_issuance(), issuance);
	});
}

#[test]
fn fresh_executors_outvote_a_liar_who_is_slashed_when_one_of_three_differs() {
	on_a_chain(|| {
		providers(&[Bob, Charlie, Dave, Eve, AliceStash]);
		let job = submit(account(Alice), request(1, MILLI_TCT, 200)).unwrap();
		run_to_stage(job, Stage::Commit);
		let first = executors(job);
		assert_eq!(first.len(), 3);
		let lies = |who: &AccountId| u8::from(*who == first[2]);
		first.iter().for_each(|who| assert!(commit(who.clone(), job, lies(who)).is_ok()));
		run_to_stage(job, Stage::Reveal);
		first.iter().for_each(|who| assert!(reveal(who.clone(), job, lies(who)).is_ok()));
		// One item: there is nothing to narrow down.
		assert_eq!(stage(job), Stage::Draw);
		run_to_stage(job, Stage::Commit);
		let all = executors(job);
		assert_eq!(all.len(), 5);
		all[3..].iter().for_each(|who| assert!(commit(who.clone(), job, 0).is_ok()));
		run_to_stage(job, Stage::Reveal);
		all[3..].iter().for_each(|who| assert!(reveal(who.clone(), job, 0).is_ok()));

		let JobState::Settled { statement, .. } = JobMarket::job(job).unwrap().state else {
			panic!("not settled: {:?}", JobMarket::job(job))
		};
		assert_eq!(statement.executors, 4 * 2 * MILLI_TCT);
		let risk = JobMarket::job(job).unwrap().risk;
		let liar = view(&first[2]);
		assert_eq!((liar.wrong, liar.pending_slashes), (1, risk));
		assert!(all.iter().filter(|who| **who != first[2]).all(|who| view(who).verified == 1));
	});
}

#[test]
fn job_is_refunded_but_for_the_fee_when_nobody_answers() {
	on_a_chain(|| {
		providers(&[Bob, Charlie, Dave]);
		let requester = wealth(&account(Alice));
		let job = submit(account(Alice), request(1, MILLI_TCT, 40)).unwrap();
		run_to(System::block_number() + 45);
		let stored = JobMarket::job(job).unwrap();
		let JobState::Refunded { reason, statement, .. } = stored.state else {
			panic!("not refunded: {stored:?}")
		};
		assert_eq!(reason, RefundReason::Silence);
		assert_eq!(stored.state.fault(), Some(Fault::Executor));
		let fee = stored.fee;
		let expected =
			Statement { treasury: fee, refunded: stored.escrow - fee, ..Statement::default() };
		assert_eq!(statement, expected);
		assert_eq!(requester - wealth(&account(Alice)), fee);
		for who in [Bob, Charlie, Dave].map(account) {
			let silent = view(&who);
			assert_eq!((silent.silent, silent.pending_slashes), (1, stored.risk / 20));
		}
	});
}

#[test]
fn executor_loses_half_of_its_risk_when_it_withholds_its_answer() {
	on_a_chain(|| {
		let all = [Bob, Charlie, Dave, Eve, AliceStash];
		providers(&all);
		let job = submit(account(Alice), request(1, MILLI_TCT, 200)).unwrap();
		run_to_stage(job, Stage::Commit);
		let first = executors(job);
		first.iter().for_each(|who| assert!(commit(who.clone(), job, 0).is_ok()));
		run_to_stage(job, Stage::Reveal);
		first[..2].iter().for_each(|who| assert!(reveal(who.clone(), job, 0).is_ok()));
		run_to_stage(job, Stage::Commit);
		let fresh = &executors(job)[3..];
		fresh.iter().for_each(|who| assert!(commit(who.clone(), job, 0).is_ok()));
		run_to_stage(job, Stage::Reveal);
		fresh.iter().for_each(|who| assert!(reveal(who.clone(), job, 0).is_ok()));

		let stored = JobMarket::job(job).unwrap();
		assert!(matches!(stored.state, JobState::Settled { .. }), "{stored:?}");
		for who in all.map(account) {
			let seen = view(&who);
			let expected = if who == first[2] { (0, 1, stored.risk / 2) } else { (1, 0, 0) };
			assert_eq!((seen.verified, seen.withheld, seen.pending_slashes), expected);
		}
	});
}

#[test]
fn unbond_fails_when_the_stake_answers_for_work_in_hand() {
	on_a_chain(|| {
		providers(&[Bob, Charlie, Dave]);
		let job = submit(account(Alice), request(1, MILLI_TCT, 60)).unwrap();
		run_to_stage(job, Stage::Commit);
		let call = pallet_provider_staking::Call::unbond { amount: BOND };
		assert!(dispatch(account(Bob), call).is_err());
	});
}

#[test]
fn draw_spreads_over_providers_when_there_are_more_than_seats() {
	on_a_chain(|| {
		providers(&[Bob, Charlie, Dave, AliceStash]);
		for _ in 0..20 {
			submit(account(Alice), request(1, MILLI_TCT, 60)).unwrap();
		}
		for _ in 0..=20u32.div_ceil(JobMarket::sure_turns()) {
			next_block();
		}
		let assigned = [Bob, Charlie, Dave, AliceStash].map(|key| view(&account(key)).assigned);
		assert_eq!(assigned.iter().sum::<u64>(), 60);
		// Each sits in three of four committees on average; in all 20 with a chance of 0.3 %.
		assert!(assigned.iter().all(|jobs| *jobs < 20), "{assigned:?}");
	});
}

#[test]
fn audit_refunds_and_slashes_when_a_disjoint_committee_agrees_on_something_else() {
	on_a_chain(|| {
		let keys = [Bob, Charlie, Dave, Eve, AliceStash, BobStash, CharlieStash, DaveStash];
		providers(&keys);
		audit_everything();
		let job = submit(account(Alice), request(1, MILLI_TCT, 400)).unwrap();
		run_to_stage(job, Stage::Commit);
		let liars = executors(job);
		liars.iter().for_each(|who| assert!(commit(who.clone(), job, 1).is_ok()));
		run_to_stage(job, Stage::Held);
		let review = tercet_primitives::JobId(job.0 + 1);
		run_to_stage(review, Stage::Commit);
		let auditors = executors(review);
		assert!(auditors.iter().all(|who| !liars.contains(who)), "committees are disjoint");
		assert_eq!(auditors.len(), 5);
		auditors.iter().for_each(|who| assert!(commit(who.clone(), review, 0).is_ok()));
		run_to_stage(job, Stage::Reveal);
		liars.iter().for_each(|who| assert!(reveal(who.clone(), job, 1).is_ok()));
		assert_eq!(stage(job), Stage::Audit);
		run_to_stage(review, Stage::Reveal);
		auditors.iter().for_each(|who| assert!(reveal(who.clone(), review, 0).is_ok()));

		let JobState::Refunded { reason, .. } = JobMarket::job(job).unwrap().state else {
			panic!("not refunded: {:?}", JobMarket::job(job))
		};
		assert_eq!(reason, RefundReason::Overruled);
		assert!(matches!(JobMarket::job(review).unwrap().state, JobState::Settled { .. }));
		assert!(liars.iter().all(|who| view(who).wrong == 1));
		assert!(auditors.iter().all(|who| view(who).verified == 1));
		assert_eq!(JobMarket::job(review).unwrap().requester, TreasuryAccount::get());
	});
}

/// Has every job audited.
fn audit_everything() {
	use polkadot_sdk::{frame_support::traits::fungible::Mutate, sp_runtime::Permill};
	Balances::mint_into(&TreasuryAccount::get(), 1_000 * TCT).unwrap();
	pallet_verification::Params::<tercet_runtime::Runtime>::mutate(|params| {
		(params.audit_rate, params.proven_audit_rate) = (Permill::one(), Permill::one());
	});
}
