//! Random calls on the whole runtime: the invariants of every pallet hold after each of them, and in
//! the end no money was made or lost.

mod common;

use common::*;
use polkadot_sdk::sp_keyring::Sr25519Keyring::{
	self, Alice, AliceStash, Bob, BobStash, Charlie, Dave, Eve,
};
use proptest::prelude::*;
use tercet_primitives::{JobId, JobState, MILLI_TCT, TCT};
use tercet_runtime::{Balances, JobMarket, ProviderStaking, Runtime, System};

type Staking = pallet_provider_staking::Call<Runtime>;

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
	Submit(usize, u32, u128, u32),
	Commit(usize, u64, u8),
	Reveal(usize, u64, u8),
	/// Every executor of a job commits to, or reveals, the honest answer.
	AllAnswer(u64),
	Blocks(u32),
}

fn action() -> impl Strategy<Value = Action> {
	use Action::*;
	let provider = 0..PROVIDERS.len();
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
		5 => (0..REQUESTERS.len(), 0..600u32, 0..6u128, 5..40u32)
			.prop_map(|(who, items, price, due)| Submit(who, items, price * MILLI_TCT, due)),
		4 => (provider.clone(), job.clone(), lie.clone()).prop_map(|(w, j, l)| Commit(w, j, l)),
		4 => (provider, job.clone(), lie).prop_map(|(w, j, l)| Reveal(w, j, l)),
		8 => job.prop_map(AllAnswer),
		6 => (1..8u32).prop_map(Blocks),
	]
}

fn perform(action: Action) {
	let provider = |index: usize| account(PROVIDERS[index]);
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
		Action::Submit(who, items, price, due) => {
			attempt(submit(account(REQUESTERS[who]), request(items, price, due)))
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
			run_to(System::block_number() + 60);

			let (mut deposited, mut paid, mut refunded) = (0, 0, 0);
			for id in 0..JobMarket::job_count() {
				let job = JobMarket::job(JobId(id)).expect("ids are dense");
				deposited += job.escrow;
				match job.state {
					JobState::Settled { statement, .. } => {
						paid += u128::from(statement.executors) * statement.per_executor +
							statement.royalty + statement.treasury;
						refunded += statement.refunded;
					},
					JobState::Refunded { .. } => refunded += job.escrow,
					open => panic!("job {id} is past every deadline and still {open:?}"),
				}
			}
			assert_eq!(deposited, paid + refunded);
			assert_eq!(Balances::total_issuance(), issuance);
			for key in PROVIDERS {
				let view = ProviderStaking::provider_view(&account(key));
				assert!(view.is_none_or(|view| view.in_flight == 0));
			}
		});
	}
}
