//! The order of slashes: cap, backlog, cancellation.

use crate::{mock::*, Error, Event, PendingSlashes, Queue, SlashQueue, WeightInfo, MAX_OFFERS};
use frame::testing_prelude::*;
use tercet_primitives::traits::ProviderPool;

type Weights = crate::weights::SubstrateWeight<Test>;

/// Decides `number` slashes of 10 each.
fn slashes(number: u32) {
	drawable([ALICE], STAKE_CAP);
	(0..number).for_each(|_| Staking::overrule(&ALICE, 10));
}

fn cancel(id: u32) -> DispatchResult {
	Staking::cancel_slash(signed(JUDGE), id)
}

#[test]
fn hook_applies_as_many_as_fit_and_leaves_the_rest_to_later_blocks() {
	build_and_execute(|| {
		slashes(2 * SLASHES_PER_BLOCK + 1);
		assert_eq!(SlashQueue::<Test>::get(), Queue { begin: 0, end: 7 });
		run(SLASH_DELAY - 1);
		assert_eq!(held(ALICE), STAKE_CAP);
		for left in [4, 1, 0, 0] {
			run(1);
			assert_eq!(PendingSlashes::<Test>::iter().count(), left);
			assert_eq!(held(ALICE), STAKE_CAP - 10 * (7 - left as u128));
			Staking::do_try_state().unwrap();
		}
		assert_eq!(SlashQueue::<Test>::get(), Queue { begin: 7, end: 7 });
	});
}

#[test]
fn hook_skips_the_cancelled_within_its_cap() {
	build_and_execute(|| {
		slashes(5);
		run(SLASH_DELAY - 1);
		for id in [0, 1, 3] {
			assert_ok!(cancel(id));
		}
		run(1);
		// Two that were cancelled and one that was not.
		assert_eq!(held(ALICE), STAKE_CAP - 10);
		run(1);
		assert_eq!(held(ALICE), STAKE_CAP - 20);
		assert_eq!(SlashQueue::<Test>::get(), Queue { begin: 5, end: 5 });
	});
}

#[test]
fn hook_keeps_the_order_when_the_delay_gets_shorter() {
	build_and_execute(|| {
		slashes(1);
		set_params(|params| params.slash_delay = 1);
		Staking::overrule(&ALICE, 10);
		run(SLASH_DELAY - 1);
		// The second is due, and waits for the first.
		assert_eq!(held(ALICE), STAKE_CAP);
		run(1);
		assert_eq!(held(ALICE), STAKE_CAP - 20);
	});
}

#[test]
fn hook_declares_what_it_does() {
	build_and_execute(|| {
		let hook = || Staking::on_initialize(System::block_number());
		assert_eq!(hook(), Weights::slash_queue());
		slashes(3);
		assert_ok!(cancel(1));
		assert_eq!(hook(), Weights::slash_queue() + Weights::cancelled_slash());
		System::set_block_number(System::block_number() + SLASH_DELAY);
		let two = Weights::apply_slash(MAX_OFFERS) * 2;
		assert_eq!(hook(), Weights::slash_queue() + Weights::cancelled_slash() + two);
	});
}

#[test]
fn cancel_slash_forgives_when_it_is_in_time_and_not_a_block_later() {
	build_and_execute(|| {
		slashes(2);
		run(SLASH_DELAY - 1);
		assert_ok!(cancel(0));
		System::assert_last_event(
			Event::SlashCancelled { id: 0, provider: ALICE, amount: 10 }.into(),
		);
		assert_eq!(view(ALICE).pending_slashes, 10);
		run(1);
		assert_eq!((held(ALICE), view(ALICE).pending_slashes), (STAKE_CAP - 10, 0));
		assert_noop!(cancel(1), Error::<Test>::NoSuchSlash);
	});
}

#[test]
fn cancel_slash_refuses_when_there_is_no_such_slash() {
	build_and_execute(|| {
		assert_noop!(cancel(0), Error::<Test>::NoSuchSlash);
		slashes(1);
		assert_noop!(cancel(1), Error::<Test>::NoSuchSlash);
		assert_ok!(cancel(0));
		assert_noop!(cancel(0), Error::<Test>::NoSuchSlash);
	});
}

#[test]
fn cancel_slash_refuses_when_the_origin_may_not() {
	build_and_execute(|| {
		slashes(1);
		for origin in [signed(ALICE), RuntimeOrigin::root(), RuntimeOrigin::none()] {
			assert_noop!(Staking::cancel_slash(origin, 0), BadOrigin);
		}
	});
}
