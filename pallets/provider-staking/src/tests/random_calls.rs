//! Random sequences of calls: whatever is called, money is conserved, every invariant holds, and
//! everyone can leave with all that was not slashed.

use crate::{mock::*, Delegations, TotalBurned};
use frame::{testing_prelude::*, traits::fungible::Inspect};
use proptest::prelude::*;
use tercet_primitives::{
	traits::{Draw, ProviderPool},
	Balance, Conduct, PoolId,
};

#[derive(Clone, Debug)]
enum Action {
	Bond(Balance),
	Unbond(Balance),
	Withdraw,
	Offer(PoolId, Balance),
	UpdateOffer(PoolId, Balance),
	WithdrawOffer(PoolId),
	GoAvailable,
	GoUnavailable,
	Transfer(u64, Balance),
	Delegate(u64, Balance),
	Undelegate(u64, Balance),
	WithdrawUndelegated(u64),
	SetCommission(u32),
	SetOperator(Option<u64>),
	AcceptProvider(u64),
	/// Not by anybody: the market's side, governance, and time.
	Draw(PoolId, Balance, u32, u64, Balance),
	Release(usize, usize),
	Overrule(u64, Balance),
	Reward(u64, Balance),
	CancelSlash(u32),
	Wait(u32),
}

fn action() -> impl Strategy<Value = Action> {
	let amount =
		|| prop_oneof![0..3 * MIN_BOND, Just(MIN_BOND), Just(STAKE_CAP), 0..2 * RICH].boxed();
	let pool = || prop_oneof![2 => Just(POOL), 1 => (0..3u8).prop_map(pinned)];
	prop_oneof![
		3 => amount().prop_map(Action::Bond),
		2 => amount().prop_map(Action::Unbond),
		2 => Just(Action::Withdraw),
		3 => (pool(), 0..5u128).prop_map(|(pool, price)| Action::Offer(pool, price)),
		1 => (pool(), 0..5u128).prop_map(|(pool, price)| Action::UpdateOffer(pool, price)),
		1 => pool().prop_map(Action::WithdrawOffer),
		3 => Just(Action::GoAvailable),
		1 => Just(Action::GoUnavailable),
		1 => (1..=ACCOUNTS, amount()).prop_map(|(to, amount)| Action::Transfer(to, amount)),
		3 => (1..=ACCOUNTS, amount()).prop_map(|(to, amount)| Action::Delegate(to, amount)),
		2 => (1..=ACCOUNTS, amount()).prop_map(|(to, amount)| Action::Undelegate(to, amount)),
		2 => (1..=ACCOUNTS).prop_map(Action::WithdrawUndelegated),
		1 => (0..=100u32).prop_map(Action::SetCommission),
		1 => prop::option::of(1..=ACCOUNTS).prop_map(Action::SetOperator),
		1 => (1..=ACCOUNTS).prop_map(Action::AcceptProvider),
		3 => (pool(), 0..5u128, 0..4u32, any::<u64>(), 0..2 * MIN_BOND)
			.prop_map(|(pool, price, seats, seed, risk)| {
				Action::Draw(pool, price, seats, seed, risk)
			}),
		3 => (any::<usize>(), 0..CONDUCTS.len()).prop_map(|(which, how)| Action::Release(which, how)),
		1 => (1..=ACCOUNTS, amount()).prop_map(|(who, risk)| Action::Overrule(who, risk)),
		1 => (1..=ACCOUNTS, 1..1_000u128).prop_map(|(who, amount)| Action::Reward(who, amount)),
		1 => (0..10u32).prop_map(Action::CancelSlash),
		3 => (1..2 * UNBONDING_PERIOD).prop_map(Action::Wait),
	]
}

/// Every outcome of a call is fine here; what may not happen is that an invariant breaks. `busy`
/// holds one entry for each job in somebody's hands, with its risk.
fn apply(who: u64, action: Action, busy: &mut Vec<(u64, Balance)>) {
	let _succeeded = match action {
		Action::Bond(amount) => Staking::bond(signed(who), amount).is_ok(),
		Action::Unbond(amount) => Staking::unbond(signed(who), amount).is_ok(),
		Action::Withdraw => Staking::withdraw_unbonded(signed(who)).is_ok(),
		Action::Offer(pool, price) => Staking::offer(signed(who), pool, price).is_ok(),
		Action::UpdateOffer(pool, price) => Staking::update_offer(signed(who), pool, price).is_ok(),
		Action::WithdrawOffer(pool) => Staking::withdraw_offer(signed(who), pool).is_ok(),
		Action::GoAvailable => Staking::go_available(signed(who)).is_ok(),
		Action::GoUnavailable => Staking::go_unavailable(signed(who)).is_ok(),
		Action::Transfer(to, amount) => {
			Balances::transfer_keep_alive(signed(who), to, amount).is_ok()
		},
		Action::Delegate(to, amount) => Staking::delegate(signed(who), to, amount).is_ok(),
		Action::Undelegate(to, amount) => Staking::undelegate(signed(who), to, amount).is_ok(),
		Action::WithdrawUndelegated(to) => Staking::withdraw_undelegated(signed(who), to).is_ok(),
		Action::SetCommission(percent) => {
			Staking::set_commission(signed(who), Permill::from_percent(percent)).is_ok()
		},
		Action::SetOperator(operator) => Staking::set_operator(signed(who), operator).is_ok(),
		Action::AcceptProvider(provider) => Staking::accept_provider(signed(who), provider).is_ok(),
		Action::Draw(pool, price, seats, number, risk) => {
			let seed = seed(number);
			let draw = Draw { pool: &pool, price, seats, risk, ..wanted(&seed) };
			let drawn = Staking::draw(draw).executors.unwrap_or_default();
			busy.extend(drawn.into_iter().map(|who| (who, risk)));
			true
		},
		Action::Release(which, how) => {
			if !busy.is_empty() {
				let (who, risk) = busy.swap_remove(which % busy.len());
				Staking::release(&who, risk, CONDUCTS[how]);
			}
			true
		},
		Action::Overrule(who, risk) => {
			Staking::overrule(&who, risk);
			true
		},
		Action::Reward(who, amount) => {
			is_provider(who) && System::account_exists(&who) && reward(who, amount)
		},
		Action::CancelSlash(id) => Staking::cancel_slash(signed(JUDGE), id).is_ok(),
		Action::Wait(blocks) => {
			run(blocks);
			true
		},
	};
}

const CONDUCTS: [Conduct; 7] = [
	Conduct::Verified,
	Conduct::Unresolved,
	Conduct::Alone,
	Conduct::Silent,
	Conduct::Withheld,
	Conduct::Wrong,
	Conduct::Abstained,
];

/// Everyone finishes their jobs, waits until pending slashes are taken, leaves, and waits for the
/// stake.
fn leave(busy: Vec<(u64, Balance)>) {
	for (who, risk) in busy {
		Staking::release(&who, risk, Conduct::Verified);
	}
	for who in 1..=ACCOUNTS {
		let _ = Staking::go_unavailable(signed(who));
	}
	// Time for every slash, and room for one more chunk.
	run(UNBONDING_PERIOD + 100);
	for (provider, who, _) in Delegations::<Test>::iter().collect::<Vec<_>>() {
		let _ = Staking::withdraw_undelegated(signed(who), provider);
		let _ = Staking::undelegate(signed(who), provider, Balance::MAX);
	}
	for who in (1..=ACCOUNTS).filter(|who| is_provider(*who)) {
		let _ = Staking::withdraw_unbonded(signed(who));
		if is_provider(who) && view(who).bonded > 0 {
			assert_ok!(Staking::unbond(signed(who), view(who).bonded));
		}
	}
	run(UNBONDING_PERIOD);
	for (provider, who, _) in Delegations::<Test>::iter().collect::<Vec<_>>() {
		assert_ok!(Staking::withdraw_undelegated(signed(who), provider));
	}
	for who in (1..=ACCOUNTS).filter(|who| is_provider(*who)) {
		assert_ok!(Staking::withdraw_unbonded(signed(who)));
		assert!(!is_provider(who));
	}
}

proptest! {
	#[test]
	fn random_calls_conserve_money_and_keep_invariants(
		actions in prop::collection::vec((1..=ACCOUNTS, action()), 1..120),
	) {
		build_and_execute(|| {
			let mut busy = Vec::new();
			for (who, action) in actions {
				apply(who, action, &mut busy);
				Staking::do_try_state().unwrap();
				let in_flight: u32 =
					(1..=ACCOUNTS).filter(|w| is_provider(*w)).map(|w| view(w).in_flight).sum();
				assert_eq!(in_flight as usize, busy.len());
			}
			let everyone = || (1..=ACCOUNTS).chain([TREASURY, REWARDS]);
			let total = || -> Balance {
				let pots = (1..=ACCOUNTS).map(|who| Staking::pot_account(&who));
				everyone().chain(pots).map(|who| Balances::total_balance(&who)).sum()
			};
			let started = Balance::from(ACCOUNTS) * RICH + 2 * EXISTENTIAL_DEPOSIT;
			let expected = || started + Minted::get() - TotalBurned::<Test>::get();
			assert_eq!(total(), expected());

			leave(busy);
			let free: Balance = everyone().map(|who| Balances::balance(&who)).sum();
			assert_eq!(free, expected());
			assert_eq!(Staking::pool_size(&POOL), 0);
			assert_eq!(Delegations::<Test>::iter().count(), 0);
		});
	}
}
