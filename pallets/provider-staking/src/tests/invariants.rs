//! Each invariant is broken by hand, so that `do_try_state` is known to look.

use crate::{
	mock::*, Delegations, Epochs, NextPot, Params, PendingSlash, PendingSlashes, PoolSeat,
	PoolSeats, PoolSize, Provider, Providers, UnbondChunk,
};
use frame::{deps::sp_runtime::TryRuntimeError, testing_prelude::*};
use tercet_primitives::Conduct;

/// Alice is available with two offers, some stake unbonding, a delegator and a pending slash; Bob is
/// bonded and nothing else.
fn breaks(error: &'static str, damage: impl FnOnce()) {
	build_and_execute(|| {
		available(ALICE, 3 * MIN_BOND);
		assert_ok!(Staking::offer(signed(ALICE), pinned(1), PRICE));
		assert_ok!(Staking::unbond(signed(ALICE), MIN_BOND));
		System::set_block_number(2);
		assert_ok!(Staking::unbond(signed(ALICE), 1));
		assert_ok!(Staking::bond(signed(BOB), MIN_BOND));
		assert_ok!(Staking::delegate(signed(CHARLIE), ALICE, MIN_BOND));
		assert_ok!(Staking::undelegate(signed(CHARLIE), ALICE, 1));
		next_epoch();
		work(ALICE, 40, Conduct::Wrong);
		assert_ok!(Staking::do_try_state());
		hypothetically!({
			damage();
			assert_eq!(Staking::do_try_state(), Err(TryRuntimeError::Other(error)));
		});
	});
}

fn breaks_provider(error: &'static str, who: u64, damage: impl FnOnce(&mut Provider<u64>)) {
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
	breaks("invariant 2: provider with nothing left", || {
		Providers::<Test>::insert(CHARLIE, Provider::default())
	});
	breaks_provider("invariant 2: empty chunk", ALICE, |p| {
		p.unbonding.try_push(UnbondChunk { amount: 0, at: u32::MAX }).unwrap()
	});
	breaks_provider("invariant 2: chunks out of order", ALICE, |p| p.unbonding[0].at = u32::MAX);
}

#[test]
fn try_state_fails_when_a_provider_is_active_without_a_bond_an_offer_or_a_job() {
	breaks_provider("invariant 3: available without a bond", ALICE, |p| {
		let chunk = UnbondChunk { amount: p.bonded, at: u32::MAX };
		p.unbonding.try_push(chunk).unwrap();
		p.bonded = 0;
	});
	breaks_provider("invariant 3: available without an offer", BOB, |p| p.available = true);
	breaks_provider("invariant 3: stake at risk without a job", BOB, |p| p.at_risk = 1);
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
	let error = "invariant 4: stake differs from the provider's";
	breaks_seat(error, |seat| seat.counted.now += 1);
	breaks_seat(error, |seat| seat.counted.from += 1);
	breaks_seat("invariant 4: price differs from the offer's", |seat| seat.least_price += 1);
}

#[test]
fn try_state_fails_when_pools_are_not_dense() {
	let seat = PoolSeat { provider: BOB, counted: Default::default(), least_price: PRICE };
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
	breaks_provider(error, ALICE, |p| p.record.withheld += 1);
	breaks_provider(error, ALICE, |p| p.record.wrong += 1);
	breaks_provider(error, ALICE, |p| p.record.abstained += 1);
}

#[test]
fn try_state_fails_when_a_pot_differs_from_its_hold_or_its_delegations() {
	breaks_provider("invariant 1: hold differs from the pot's value", ALICE, |p| {
		p.pot.as_mut().unwrap().value += 1
	});
	breaks_provider("invariant 7: shares do not add up", ALICE, |p| {
		p.pot.as_mut().unwrap().shares += 1
	});
	breaks_provider("invariant 7: unbonding shares do not add up", ALICE, |p| {
		p.pot.as_mut().unwrap().unbonding += 1
	});
	breaks("invariant 7: shares do not add up", || Delegations::<Test>::remove(ALICE, CHARLIE));
	breaks("invariant 7: pot that was never opened", || NextPot::<Test>::put(0));
	breaks("invariant 7: delegation of nothing", || {
		Delegations::<Test>::insert(BOB, CHARLIE, crate::Delegation::default())
	});
	breaks_provider("invariant 7: pot without value", BOB, |p| p.pot = Some(crate::Pot::new(0)));
	breaks("invariant 7: value without an owner", || {
		Delegations::<Test>::remove(ALICE, CHARLIE);
		Providers::<Test>::mutate(ALICE, |p| {
			let pot = p.as_mut().unwrap().pot.as_mut().unwrap();
			(pot.shares, pot.unbonding) = (0, 0);
		});
	});
}

#[test]
fn try_state_fails_when_pending_slashes_do_not_add_up() {
	let error = "invariant 8: pending slashes do not add up";
	breaks_provider(error, ALICE, |p| p.pending.own += 1);
	breaks_provider(error, BOB, |p| p.pending.delegated += 1);
	breaks(error, || PendingSlashes::<Test>::remove(0));
	let slash = |provider, own| PendingSlash { provider, own, delegated: 0, due: 1 };
	breaks("invariant 8: slash outside of the queue", || {
		PendingSlashes::<Test>::insert(1, slash(ALICE, 1))
	});
	breaks("invariant 8: slash of a stranger", || {
		crate::SlashQueue::<Test>::mutate(|queue| queue.end += 1);
		PendingSlashes::<Test>::insert(1, slash(DAVE, 1));
	});
	breaks("invariant 8: more to slash than there is", || {
		crate::SlashQueue::<Test>::mutate(|queue| queue.end += 1);
		PendingSlashes::<Test>::insert(1, slash(BOB, 2 * MIN_BOND));
		Providers::<Test>::mutate(BOB, |p| p.as_mut().unwrap().pending.own = 2 * MIN_BOND);
	});
}

#[test]
fn try_state_fails_when_more_counts_than_there_is() {
	let error = "invariant 9: more counts than there is";
	breaks_provider(error, BOB, |p| p.counted.next += 1);
	breaks_provider(error, BOB, |p| {
		(p.counted.now, p.counted.from) = (MIN_BOND + 1, u32::MAX);
	});
}

#[test]
fn try_state_fails_when_parameters_are_out_of_range() {
	let error = "invariant 10: parameters out of range";
	breaks(error, || Params::<Test>::mutate(|p| p.stake_epoch = 0));
	breaks(error, || Epochs::<Test>::mutate(|base| base.at = u32::MAX));
}
