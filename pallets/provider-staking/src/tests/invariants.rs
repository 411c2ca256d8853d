//! Each invariant is broken by hand, so that `do_try_state` is known to look.

use crate::{mock::*, PoolSeat, PoolSeats, PoolSize, Provider, Providers, UnbondChunk};
use frame::{deps::sp_runtime::TryRuntimeError, testing_prelude::*};

/// Alice is available with two offers and some stake unbonding; Bob is bonded and nothing else.
fn breaks(error: &'static str, damage: impl FnOnce()) {
	build_and_execute(|| {
		available(ALICE, 3 * MIN_BOND);
		assert_ok!(Staking::offer(signed(ALICE), pinned(1), PRICE));
		assert_ok!(Staking::unbond(signed(ALICE), MIN_BOND));
		System::set_block_number(2);
		assert_ok!(Staking::unbond(signed(ALICE), 1));
		assert_ok!(Staking::bond(signed(BOB), MIN_BOND));
		assert_ok!(Staking::do_try_state());
		hypothetically!({
			damage();
			assert_eq!(Staking::do_try_state(), Err(TryRuntimeError::Other(error)));
		});
	});
}

fn breaks_provider(error: &'static str, who: u64, damage: impl FnOnce(&mut Provider)) {
	breaks(error, || Providers::<Test>::mutate(who, |provider| damage(provider.as_mut().unwrap())));
}

fn breaks_seat(error: &'static str, damage: impl FnOnce(&mut PoolSeat<u64>)) {
	breaks(error, || PoolSeats::<Test>::mutate(POOL, 0, |seat| damage(seat.as_mut().unwrap())));
}

#[test]
fn try_state_fails_when_the_hold_differs_from_the_stake() {
	let error = "invariant 1: hold differs from the stake";
	breaks_provider(error, ALICE, |p| p.bonded += 1);
	breaks_provider(error, ALICE, |p| p.unbonding[0].amount -= 1);
}

#[test]
fn try_state_fails_when_stake_is_malformed() {
	breaks("invariant 2: provider without any stake", || {
		Providers::<Test>::insert(CHARLIE, Provider::default())
	});
	breaks_provider("invariant 2: empty chunk", ALICE, |p| {
		p.unbonding.try_push(UnbondChunk { amount: 0, at: u32::MAX }).unwrap()
	});
	breaks_provider("invariant 2: chunks out of order", ALICE, |p| p.unbonding[0].at = u32::MAX);
}

#[test]
fn try_state_fails_when_a_provider_is_active_without_a_bond_or_an_offer() {
	let unbonded = |p: &mut Provider| {
		let chunk = UnbondChunk { amount: p.bonded, at: u32::MAX };
		p.unbonding.try_push(chunk).unwrap();
		p.bonded = 0;
	};
	breaks_provider("invariant 3: active without a bond", ALICE, unbonded);
	breaks_provider("invariant 3: active without a bond", BOB, |p| {
		unbonded(p);
		p.in_flight = 1;
	});
	breaks_provider("invariant 3: available without an offer", BOB, |p| p.available = true);
}

#[test]
fn try_state_fails_when_offers_are_malformed() {
	breaks_provider("invariant 4: two offers for one pool", ALICE, |p| p.offers[1] = p.offers[0]);
	breaks_provider("invariant 4: offer without a price", ALICE, |p| p.offers[0].least_price = 0);
	let error = "invariant 4: seated without being available, or the reverse";
	breaks_provider(error, ALICE, |p| p.available = false);
	breaks_provider(error, ALICE, |p| p.offers[0].seat = None);
	breaks_provider("invariant 4: no such seat", ALICE, |p| p.offers[0].seat = Some(7));
}

#[test]
fn try_state_fails_when_a_seat_differs_from_its_offer() {
	breaks_seat("invariant 4: seat of somebody else", |seat| seat.provider = BOB);
	breaks_seat("invariant 4: weight differs from the capped bond", |seat| seat.weight += 1);
	breaks_seat("invariant 4: price differs from the offer's", |seat| seat.least_price += 1);
}

#[test]
fn try_state_fails_when_pools_are_not_dense() {
	let seat = PoolSeat { provider: BOB, weight: MIN_BOND, least_price: PRICE };
	breaks("invariant 5: record of an empty pool", || PoolSize::<Test>::insert(pinned(2), 0));
	breaks("invariant 5: pool has a gap", || PoolSize::<Test>::insert(POOL, 2));
	breaks("invariant 5: seat beyond the pool's size", || {
		PoolSeats::<Test>::insert(POOL, 1, seat.clone())
	});
	breaks("invariant 5: seat without an offer", || {
		PoolSize::<Test>::insert(POOL, 2);
		PoolSeats::<Test>::insert(POOL, 1, seat.clone());
	});
}

#[test]
fn try_state_fails_when_jobs_do_not_add_up() {
	let error = "invariant 6: jobs do not add up";
	breaks_provider(error, ALICE, |p| p.in_flight += 1);
	breaks_provider(error, ALICE, |p| p.record.assigned += 1);
	breaks_provider(error, ALICE, |p| p.record.silent += 1);
}
