//! Random calls on the whole runtime: the invariants of every pallet hold after each of them, and in
//! the end no money was made or lost.

mod common;

use common::*;
use polkadot_sdk::sp_keyring::Sr25519Keyring::{
	self, Alice, AliceStash, Bob, BobStash, Charlie, Dave, Eve,
};
use proptest::prelude::*;
use tercet_primitives::{
	Duty, Envelope, ExecutorPublicKey, Funding, JobId, Permill, ENVELOPE_BYTES, H256, MILLI_TCT,
	TCT,
};
use tercet_runtime::{Balances, JobMarket, ProviderStaking, Runtime, System};

type Staking = pallet_provider_staking::Call<Runtime>;
type Market = pallet_job_market::Call<Runtime>;
type Private = pallet_privacy::Call<Runtime>;

const PROVIDERS: [Sr25519Keyring; 5] = [Bob, Charlie, Dave, Eve, AliceStash];
const REQUESTERS: [Sr25519Keyring; 2] = [Alice, BobStash];

#[derive(Clone, Debug)]
enum Action {
	Bond(usize, u128),
	Unbond(usize, u128),
	Withdraw(usize),
	Offer(usize, u128),
	WithdrawOffer(usize),
	GoAvailable(usize),
	GoUnavailable(usize),
	Delegate(usize, usize, u128),
	Undelegate(usize, usize, u128),
	WithdrawUndelegated(usize, usize),
	SetCommission(usize, u32),
	AddCredit(usize, u128),
	WithdrawCredit(usize, u128),
	Submit(usize, u32, u128, u32, bool),
	TopUp(usize, u64, u128),
	Cancel(usize, u64),
	Prune(usize, u64),
	Challenge(usize, u64),
	Abstain(usize, u64),
	Itemize(u64),
	Claim(usize, u32),
	Commit(usize, u64, u8),
	Reveal(usize, u64, u8),
	AnnounceKey(usize, u8),
	WithdrawKey(usize),
	ForgetKey(usize),
	HandOver(usize, Vec<usize>),
	TakeBack(usize, Vec<usize>),
	/// Every executor of a job commits to, or reveals, the honest answer.
	AllAnswer(u64),
	Blocks(u32),
}

fn any_provider() -> core::ops::Range<usize> {
	0..PROVIDERS.len()
}

fn recipients() -> impl Strategy<Value = Vec<usize>> {
	prop::collection::vec(any_provider(), 0..4)
}

fn action() -> impl Strategy<Value = Action> {
	use Action::*;
	let provider = 0..PROVIDERS.len();
	let requester = 0..REQUESTERS.len();
	let job = 0..12u64;
	let lie = prop_oneof![4 => Just(0u8), 1 => Just(1u8)];
	prop_oneof![
		2 => (provider.clone(), 1..3_000u128).prop_map(|(who, tct)| Bond(who, tct * TCT)),
		1 => (provider.clone(), 1..3_000u128).prop_map(|(who, tct)| Unbond(who, tct * TCT)),
		1 => provider.clone().prop_map(Withdraw),
		2 => (provider.clone(), 1..4u128).prop_map(|(who, price)| Offer(who, price * MILLI_TCT)),
		1 => provider.clone().prop_map(WithdrawOffer),
		3 => provider.clone().prop_map(GoAvailable),
		1 => provider.clone().prop_map(GoUnavailable),
		1 => (requester.clone(), provider.clone(), 1..2_000u128)
			.prop_map(|(from, to, tct)| Delegate(from, to, tct * TCT)),
		1 => (requester.clone(), provider.clone(), 1..2_000u128)
			.prop_map(|(from, to, tct)| Undelegate(from, to, tct * TCT)),
		1 => (requester.clone(), provider.clone()).prop_map(|(f, t)| WithdrawUndelegated(f, t)),
		1 => (provider.clone(), 0..100u32).prop_map(|(who, percent)| SetCommission(who, percent)),
		1 => (requester.clone(), 1..50u128).prop_map(|(who, tct)| AddCredit(who, tct * TCT)),
		1 => (requester.clone(), 1..50u128).prop_map(|(who, tct)| WithdrawCredit(who, tct * TCT)),
		6 => (requester.clone(), 0..3u32, 0..6u128, 15..120u32, any::<bool>()).prop_map(
			|(who, items, price, due, credit)| Submit(who, items, price * MILLI_TCT, due, credit)
		),
		1 => (requester.clone(), job.clone(), 1..9u128)
			.prop_map(|(who, job, price)| TopUp(who, job, price * MILLI_TCT)),
		1 => (requester.clone(), job.clone()).prop_map(|(who, job)| Cancel(who, job)),
		1 => (requester.clone(), job.clone()).prop_map(|(who, job)| Prune(who, job)),
		1 => (requester, job.clone()).prop_map(|(who, job)| Challenge(who, job)),
		1 => (provider.clone(), job.clone()).prop_map(|(who, job)| Abstain(who, job)),
		2 => job.clone().prop_map(Itemize),
		1 => (provider.clone(), 0..10u32).prop_map(|(who, era)| Claim(who, era)),
		4 => (provider.clone(), job.clone(), lie.clone()).prop_map(|(w, j, l)| Commit(w, j, l)),
		4 => (provider, job.clone(), lie).prop_map(|(w, j, l)| Reveal(w, j, l)),
		2 => (any_provider(), 0..4u8).prop_map(|(who, byte)| AnnounceKey(who, byte)),
		1 => any_provider().prop_map(WithdrawKey),
		1 => any_provider().prop_map(ForgetKey),
		2 => (0..REQUESTERS.len(), recipients()).prop_map(|(by, to)| HandOver(by, to)),
		1 => (0..REQUESTERS.len(), recipients()).prop_map(|(by, from)| TakeBack(by, from)),
		8 => job.prop_map(AllAnswer),
		6 => (1..8u32).prop_map(Blocks),
	]
}

fn perform(action: Action) {
	let provider = |index: usize| account(PROVIDERS[index]);
	let requester = |index: usize| account(REQUESTERS[index]);
	match action {
		Action::Bond(who, amount) => attempt(dispatch(provider(who), Staking::bond { amount })),
		Action::Unbond(who, amount) => attempt(dispatch(provider(who), Staking::unbond { amount })),
		Action::Withdraw(who) => attempt(dispatch(provider(who), Staking::withdraw_unbonded {})),
		Action::Offer(who, least_price) => {
			attempt(dispatch(provider(who), Staking::offer { pool: POOL, least_price }))
		},
		Action::WithdrawOffer(who) => {
			attempt(dispatch(provider(who), Staking::withdraw_offer { pool: POOL }))
		},
		Action::GoAvailable(who) => attempt(dispatch(provider(who), Staking::go_available {})),
		Action::GoUnavailable(who) => attempt(dispatch(provider(who), Staking::go_unavailable {})),
		Action::Delegate(from, to, amount) => {
			attempt(dispatch(requester(from), Staking::delegate { provider: provider(to), amount }))
		},
		Action::Undelegate(from, to, amount) => {
			let call = Staking::undelegate { provider: provider(to), amount };
			attempt(dispatch(requester(from), call))
		},
		Action::WithdrawUndelegated(from, to) => {
			let call = Staking::withdraw_undelegated { provider: provider(to) };
			attempt(dispatch(requester(from), call))
		},
		Action::SetCommission(who, percent) => {
			let commission = Permill::from_percent(percent);
			attempt(dispatch(provider(who), Staking::set_commission { commission }))
		},
		Action::AddCredit(who, amount) => {
			attempt(dispatch(requester(who), Market::add_credit { amount }))
		},
		Action::WithdrawCredit(who, amount) => {
			attempt(dispatch(requester(who), Market::withdraw_credit { amount }))
		},
		Action::Submit(who, items, price, due, credit) => {
			let funding = if credit { Funding::Credit } else { Funding::Hold };
			let request = tercet_primitives::JobRequest { funding, ..request(items, price, due) };
			attempt(submit(requester(who), request))
		},
		Action::TopUp(who, job, price) => {
			attempt(dispatch(requester(who), Market::top_up { job: JobId(job), price }))
		},
		Action::Cancel(who, job) => {
			attempt(dispatch(requester(who), Market::cancel { job: JobId(job) }))
		},
		Action::Prune(who, job) => {
			attempt(dispatch(requester(who), Market::prune { job: JobId(job) }))
		},
		Action::Challenge(who, job) => {
			let call = pallet_verification::Call::challenge { job: JobId(job) };
			attempt(dispatch(requester(who), call))
		},
		Action::Abstain(who, job) => {
			let duty = Duty::Abstain { job: JobId(job) };
			attempt(dispatch(provider(who), duties(vec![duty])))
		},
		Action::AnnounceKey(who, byte) => {
			let key = ExecutorPublicKey([byte; 32]);
			attempt(dispatch(provider(who), Private::announce_key { key }))
		},
		Action::WithdrawKey(who) => attempt(dispatch(provider(who), Private::withdraw_key {})),
		Action::ForgetKey(who) => {
			let call = Private::forget_key { provider: provider(who) };
			attempt(dispatch(requester(0), call))
		},
		Action::HandOver(by, to) => {
			let envelope = Envelope([1; ENVELOPE_BYTES]);
			let envelopes = to.into_iter().map(|who| (provider(who), envelope)).collect::<Vec<_>>();
			let envelopes = envelopes.try_into().expect("few");
			let call = Private::hand_over { commitment: H256::zero(), envelopes };
			attempt(dispatch(requester(by), call))
		},
		Action::TakeBack(by, from) => {
			let recipients = from.into_iter().map(provider).collect::<Vec<_>>();
			let recipients = recipients.try_into().expect("few");
			let call = Private::take_back { commitment: H256::zero(), recipients };
			attempt(dispatch(requester(by), call))
		},
		Action::Itemize(job) => {
			for key in PROVIDERS {
				let digests = vec![[0; 32]].try_into().expect("one");
				let duty = Duty::Itemize { job: JobId(job), digests };
				attempt(dispatch(account(key), duties(vec![duty])));
			}
		},
		Action::Claim(who, era) => {
			let call = pallet_payouts::Call::claim { provider: provider(who), era };
			attempt(dispatch(requester(0), call))
		},
		Action::Commit(who, job, lie) => attempt(commit(provider(who), JobId(job), lie)),
		Action::Reveal(who, job, lie) => attempt(reveal(provider(who), JobId(job), lie)),
		Action::AllAnswer(job) => {
			for key in PROVIDERS {
				let who = account(key);
				if commit(who.clone(), JobId(job), 0).is_err() {
					attempt(reveal(who, JobId(job), 0));
				}
			}
		},
		Action::Blocks(count) => (0..count).for_each(|_| next_block()),
	}
}

/// A random call may well be refused; what counts is what it leaves behind.
fn attempt<T, E>(_: Result<T, E>) {}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(64))]

	#[test]
	fn nothing_is_made_or_lost_when_calls_are_random(
		actions in prop::collection::vec(action(), 1..120),
	) {
		on_a_chain(|| {
			let issuance = Balances::total_issuance();
			PROVIDERS.iter().take(4).for_each(|key| provide(account(*key), BOND));
			for action in actions {
				perform(action);
				check_invariants();
			}
			run_to(System::block_number() + 400);
			check_invariants();

			for id in (0..JobMarket::job_count()).map(JobId) {
				// Pruned, or ended.
				let Some(job) = JobMarket::job(id) else { continue };
				prop_assert!(job.state.is_terminal(), "job {id} is past every deadline: {job:?}");
				prop_assert_eq!(job.state.statement().total(), Some(job.escrow));
			}
			let minted = pallet_payouts::Distributed::<Runtime>::get().minted;
			let burned = pallet_provider_staking::TotalBurned::<Runtime>::get();
			prop_assert_eq!(Balances::total_issuance() + burned, issuance + minted);
			for key in PROVIDERS {
				let view = ProviderStaking::provider_view(&account(key));
				prop_assert!(view.is_none_or(|view| (view.in_flight, view.at_risk) == (0, 0)));
			}
			Ok(())
		})?;
	}
}
