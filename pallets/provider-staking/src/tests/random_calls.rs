//! Random sequences of calls: whatever is called, money is conserved, every invariant holds, and
//! everyone can leave with all of their stake.

use crate::mock::*;
use frame::{testing_prelude::*, traits::fungible::Inspect};
use proptest::prelude::*;
use tercet_primitives::{traits::ProviderPool, Balance, Conduct, PoolId};

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
	/// Not by anybody: the market's side, and time.
	Draw(PoolId, Balance, u32, u64),
	Release(usize, u8),
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
		3 => (pool(), 0..5u128, 0..4u32, any::<u64>())
			.prop_map(|(pool, price, seats, seed)| Action::Draw(pool, price, seats, seed)),
		3 => (any::<usize>(), 0..4u8).prop_map(|(which, how)| Action::Release(which, how)),
		2 => (1..2 * UNBONDING_PERIOD).prop_map(Action::Wait),
	]
}

/// Every outcome of a call is fine here; what may not happen is that an invariant breaks. `busy`
/// holds one entry for each job in somebody's hands.
fn apply(who: u64, action: Action, busy: &mut Vec<u64>) {
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
		Action::Draw(pool, price, seats, number) => {
			busy.extend(Staking::draw(&pool, price, seats, &seed(number)).unwrap_or_default());
			true
		},
		Action::Release(which, how) => {
			if !busy.is_empty() {
				let who = busy.swap_remove(which % busy.len());
				let conduct =
					[Conduct::Verified, Conduct::Unresolved, Conduct::Alone, Conduct::Silent];
				Staking::release(&who, conduct[usize::from(how)]);
			}
			true
		},
		Action::Wait(blocks) => {
			System::set_block_number(System::block_number() + blocks);
			true
		},
	};
}

/// Everyone finishes their jobs, leaves, and waits for the stake.
fn leave(busy: Vec<u64>) {
	busy.into_iter().for_each(release);
	for who in (1..=ACCOUNTS).filter(|who| is_provider(*who)) {
		let _ = Staking::go_unavailable(signed(who));
		// Room for one more chunk, in case there is none.
		System::set_block_number(System::block_number() + UNBONDING_PERIOD);
		let _ = Staking::withdraw_unbonded(signed(who));
		if is_provider(who) && view(who).bonded > 0 {
			assert_ok!(Staking::unbond(signed(who), view(who).bonded));
			System::set_block_number(System::block_number() + UNBONDING_PERIOD);
			assert_ok!(Staking::withdraw_unbonded(signed(who)));
		}
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
			let total: Balance = (1..=ACCOUNTS).map(|who| Balances::total_balance(&who)).sum();
			assert_eq!(total, Balance::from(ACCOUNTS) * RICH);

			leave(busy);
			let free: Balance = (1..=ACCOUNTS).map(|who| Balances::balance(&who)).sum();
			assert_eq!(free, Balance::from(ACCOUNTS) * RICH);
			assert_eq!(Staking::pool_size(&POOL), 0);
		});
	}
}
