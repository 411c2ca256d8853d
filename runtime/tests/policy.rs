//! What the runtime's parameters mean for its users.

mod common;

use common::*;
use polkadot_sdk::{
	frame_support::{dispatch::GetDispatchInfo, traits::InstanceFilter},
	pallet_balances,
	sp_keyring::Sr25519Keyring::Bob,
	sp_runtime::{traits::Get, MultiAddress},
};
use tercet_primitives::{
	traits::{Committees, Settlement},
	Duty, ExecutorPublicKey, JobId, Permill, Redundancy, H256, MILLI_TCT, TCT,
};
use tercet_runtime::{
	configs::{
		MaxDrawWeight, MaxExpiries, MaxSlashes, MaxTransitionWeight, ProxyType,
		RuntimeBlockWeights, HOOKS_RATIO,
	},
	AccountId, JobMarket, Runtime, RuntimeCall, TransactionPayment, Verification,
};

fn transfer() -> RuntimeCall {
	let dest = MultiAddress::Id(account(Bob));
	pallet_balances::Call::transfer_keep_alive { dest, value: TCT }.into()
}

#[test]
fn fee_is_small_against_a_job_when_transferring_and_submitting() {
	on_a_chain(|| {
		let fee =
			|call: RuntimeCall| TransactionPayment::compute_fee(300, &call.get_dispatch_info(), 0);
		assert!(fee(transfer()) < MILLI_TCT);
		let request = request(1, MILLI_TCT, 30);
		assert!(fee(pallet_job_market::Call::submit { request }.into()) < 2 * MILLI_TCT);
	});
}

#[test]
fn proxy_of_a_worker_answers_jobs_and_moves_no_money() {
	let answer = duties(vec![Duty::Abstain { job: JobId(0) }]);
	let unbond = pallet_provider_staking::Call::<Runtime>::unbond { amount: 1 };
	assert!(ProxyType::Worker.filter(&answer.into()));
	assert!(!ProxyType::Worker.filter(&unbond.into()));
	assert!(!ProxyType::Worker.filter(&transfer()));
	let key = ExecutorPublicKey([1; 32]);
	let announce = pallet_privacy::Call::<Runtime>::announce_key { key };
	assert!(ProxyType::Worker.filter(&announce.into()));
	assert!(ProxyType::Worker.filter(&pallet_privacy::Call::<Runtime>::withdraw_key {}.into()));
	// Envelopes have a deposit.
	let (commitment, envelopes) = (H256::zero(), Default::default());
	let hand_over = pallet_privacy::Call::<Runtime>::hand_over { commitment, envelopes };
	assert!(!ProxyType::Worker.filter(&hand_over.into()));
	// A challenge is paid by whoever asked for the job.
	let challenge = pallet_verification::Call::<Runtime>::challenge { job: JobId(0) };
	assert!(!ProxyType::Worker.filter(&challenge.into()));
	assert!(ProxyType::Any.is_superset(&ProxyType::Worker));
	assert!(!ProxyType::Worker.is_superset(&ProxyType::Any));
}

#[test]
fn sudo_exists_only_in_the_development_preset() {
	let preset = |id: &str| {
		let bytes = tercet_runtime::genesis::get_preset(&id.into()).unwrap();
		serde_json::from_slice::<serde_json::Value>(&bytes).unwrap()
	};
	assert!(preset("development")["sudo"]["key"].is_string());
	assert!(preset("local_testnet")["sudo"]["key"].is_null());
}

#[test]
fn hooks_leave_most_of_a_block_to_calls_when_as_much_as_possible_is_due() {
	use pallet_job_market::WeightInfo as _;
	use pallet_provider_staking::WeightInfo as _;
	use pallet_verification::WeightInfo as _;
	type Market = <Runtime as pallet_job_market::Config>::WeightInfo;
	type Staking = <Runtime as pallet_provider_staking::Config>::WeightInfo;
	type Verify = <Runtime as pallet_verification::Config>::WeightInfo;
	let (draws, expiries, slashes) =
		(JobMarket::sure_turns(), MaxExpiries::get(), MaxSlashes::get());
	let stages = Verification::most_transitions();
	let weights = [
		MaxDrawWeight::get(),
		Market::reserve_draws(),
		Market::requeue(draws + 1, draws),
		Market::expire_agenda(expiries + 1),
		Market::expire_job() * u64::from(expiries),
		MaxTransitionWeight::get(),
		Verify::reserve_transitions(stages + 1, stages),
		Staking::slash_queue(),
		Staking::apply_slash(pallet_provider_staking::MAX_OFFERS) * u64::from(slashes),
	];
	let most = weights.iter().fold(0, |sum, weight| sum + weight.ref_time());
	let limit = (HOOKS_RATIO * RuntimeBlockWeights::get().max_block).ref_time();
	println!(
		"{draws} draws and {} stages for sure, {} and {stages} at most: {} of {} ms",
		Verification::sure_transitions(),
		JobMarket::most_turns(),
		most / 1_000_000_000,
		limit / 1_000_000_000
	);
	assert!(most <= limit, "{most} of {limit}");
	// Not only the lightest are many.
	assert!(draws >= 5 && Verification::sure_transitions() >= 5);
}

#[test]
fn calls_stay_small() {
	assert!(
		core::mem::size_of::<RuntimeCall>() <= 512,
		"a queue of calls would take {} bytes each",
		core::mem::size_of::<RuntimeCall>()
	);
}

#[test]
fn stake_answers_for_a_job_longer_than_the_job_can_be_contested() {
	use tercet_runtime::configs::DAYS;
	let unbonding: u32 = <Runtime as pallet_provider_staking::Config>::UnbondingPeriod::get();
	let longest_job: u32 = <Runtime as pallet_job_market::Config>::MaxDeadline::get();
	// A challenge is a job of its own.
	let contested: u32 =
		longest_job + pallet_verification::params::LONGEST_CHALLENGE_WINDOW + longest_job;
	assert!(contested + 2 * DAYS < unbonding, "{contested} against {unbonding}");
	let retention: u32 = <Runtime as pallet_job_market::Config>::MinRetention::get();
	assert!(retention >= pallet_verification::params::LONGEST_CHALLENGE_WINDOW);
}

#[test]
fn audits_are_more_frequent_where_the_market_draws_only_proven_providers() {
	on_a_chain(|| {
		let params = pallet_verification::Params::<Runtime>::get();
		let rate = <Verification as Committees<AccountId>>::audit_rate;
		for min_executors in 1..=7 {
			pallet_job_market::Params::<Runtime>::mutate(|it| it.min_executors = min_executors);
			for executors in 1..=7 {
				let proven = executors < min_executors;
				let redundancy = Redundancy { executors, quorum: executors };
				assert_eq!(
					<JobMarket as Settlement<AccountId>>::is_for_proven(&redundancy),
					proven
				);
				assert_eq!(rate(&redundancy), params.rate(proven));
			}
		}
	});
}

#[test]
fn withholding_an_answer_costs_more_than_silence_and_less_than_a_wrong_one() {
	on_a_chain(|| {
		let params = pallet_provider_staking::Params::<Runtime>::get();
		assert!(params.silent_share <= Permill::from_percent(5), "honest machines break down");
		assert!(params.withheld_share >= Permill::from_percent(50), "a way out of audits");
	});
}
