use crate::{mock::*, Error, Event};
use frame::testing_prelude::*;

fn percent(percent: u32) -> Permill {
	Permill::from_percent(percent)
}

fn set(commission: u32) -> DispatchResult {
	Staking::set_commission(signed(ALICE), percent(commission))
}

#[test]
fn set_commission_takes_anything_when_there_are_no_delegators() {
	build_and_execute(|| {
		assert_ok!(Staking::bond(signed(ALICE), MIN_BOND));
		for commission in [100, 0, 50] {
			assert_ok!(set(commission));
			assert_eq!(view(ALICE).commission, percent(commission));
		}
		System::assert_last_event(
			Event::CommissionSet { provider: ALICE, commission: percent(50) }.into(),
		);
	});
}

#[test]
fn set_commission_rises_by_one_step_an_unbonding_period_apart_when_there_are_delegators() {
	build_and_execute(|| {
		assert_ok!(Staking::bond(signed(ALICE), MIN_BOND));
		assert_ok!(Staking::delegate(signed(BOB), ALICE, MIN_DELEGATION));
		let one_more = Permill::from_parts(100_001);
		let raise = Staking::set_commission(signed(ALICE), one_more);
		assert_eq!(raise, Err(Error::<Test>::CommissionTooFast.into()));
		assert_ok!(set(10));
		run(UNBONDING_PERIOD - 1);
		assert_noop!(set(11), Error::<Test>::CommissionTooFast);
		run(1);
		assert_noop!(set(21), Error::<Test>::CommissionTooFast);
		assert_ok!(set(20));
		// Lowering it is free at any time, but does not make room for more.
		assert_ok!(set(1));
		assert_noop!(set(2), Error::<Test>::CommissionTooFast);
		assert_ok!(set(0));
	});
}

#[test]
fn set_commission_refuses_when_the_caller_is_not_a_provider() {
	build_and_execute(|| {
		assert_noop!(set(1), Error::<Test>::NotAProvider);
		assert_noop!(Staking::set_commission(RuntimeOrigin::root(), percent(1)), BadOrigin);
		assert_noop!(Staking::set_commission(RuntimeOrigin::none(), percent(1)), BadOrigin);
	});
}
