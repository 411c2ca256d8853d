use crate::{mock::*, views::account_id, Error, Event};
use frame::testing_prelude::*;

fn operator(who: u64) -> u64 {
	record(who).operator_of(&who)
}

#[test]
fn set_operator_counts_when_the_operator_accepts_and_not_before() {
	build_and_execute(|| {
		assert_ok!(Staking::bond(signed(ALICE), MIN_BOND));
		assert_eq!(operator(ALICE), ALICE);
		assert_ok!(Staking::set_operator(signed(ALICE), Some(BOB)));
		System::assert_last_event(
			Event::OperatorProposed { provider: ALICE, operator: BOB }.into(),
		);
		assert_eq!(operator(ALICE), ALICE);
		assert_ok!(Staking::accept_provider(signed(BOB), ALICE));
		System::assert_last_event(Event::OperatorSet { provider: ALICE, operator: BOB }.into());
		assert_eq!(view(ALICE).operator, account_id(&BOB));

		// Until somebody else accepts, it stays.
		assert_ok!(Staking::set_operator(signed(ALICE), Some(CHARLIE)));
		assert_eq!(operator(ALICE), BOB);
		assert_ok!(Staking::accept_provider(signed(CHARLIE), ALICE));
		assert_eq!(operator(ALICE), CHARLIE);
	});
}

#[test]
fn set_operator_counts_at_once_when_it_is_the_provider_itself() {
	build_and_execute(|| {
		assert_ok!(Staking::bond(signed(ALICE), MIN_BOND));
		for itself in [None, Some(ALICE)] {
			assert_ok!(Staking::set_operator(signed(ALICE), Some(BOB)));
			assert_ok!(Staking::accept_provider(signed(BOB), ALICE));
			assert_ok!(Staking::set_operator(signed(ALICE), Some(CHARLIE)));
			assert_ok!(Staking::set_operator(signed(ALICE), itself));
			assert_eq!(operator(ALICE), ALICE);
			System::assert_last_event(
				Event::OperatorSet { provider: ALICE, operator: ALICE }.into(),
			);
			let accept = || Staking::accept_provider(signed(CHARLIE), ALICE);
			assert_noop!(accept(), Error::<Test>::NotProposed);
		}
	});
}

#[test]
fn accept_provider_refuses_when_not_proposed() {
	build_and_execute(|| {
		let accept = |who| Staking::accept_provider(signed(who), ALICE);
		assert_noop!(accept(BOB), Error::<Test>::NotAProvider);
		assert_ok!(Staking::bond(signed(ALICE), MIN_BOND));
		assert_noop!(accept(BOB), Error::<Test>::NotProposed);
		assert_ok!(Staking::set_operator(signed(ALICE), Some(BOB)));
		assert_noop!(accept(CHARLIE), Error::<Test>::NotProposed);
		assert_ok!(accept(BOB));
		assert_noop!(accept(BOB), Error::<Test>::NotProposed);
	});
}

#[test]
fn operator_calls_refuse_when_the_caller_is_not_a_provider_or_not_signed() {
	build_and_execute(|| {
		let set = |origin| Staking::set_operator(origin, Some(BOB));
		assert_noop!(set(signed(ALICE)), Error::<Test>::NotAProvider);
		for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
			assert_noop!(set(origin.clone()), BadOrigin);
			assert_noop!(Staking::accept_provider(origin, ALICE), BadOrigin);
		}
	});
}
