use crate::{
	mock::*,
	params::{Parameters, MAX_MAX_IN_FLIGHT, MAX_STAKE_EPOCH},
	Error, Event, Params,
};
use frame::testing_prelude::*;

fn set(change: impl FnOnce(&mut Parameters)) -> DispatchResult {
	let mut params = Params::<Test>::get();
	change(&mut params);
	Staking::set_params(RuntimeOrigin::root(), params)
}

#[test]
fn set_params_changes_them_when_in_range_and_slow() {
	build_and_execute(|| {
		assert_eq!(Params::<Test>::get(), parameters());
		let params = Parameters { slash_delay: 40, min_delegation: 25, ..parameters() };
		assert_ok!(Staking::set_params(RuntimeOrigin::root(), params));
		assert_eq!(Params::<Test>::get(), params);
		System::assert_last_event(Event::ParamsSet { params }.into());
	});
}

#[test]
fn set_params_refuses_when_the_origin_is_not_the_admin() {
	build_and_execute(|| {
		for origin in [signed(ALICE), signed(JUDGE), RuntimeOrigin::none()] {
			assert_noop!(Staking::set_params(origin, parameters()), BadOrigin);
		}
	});
}

#[test]
fn set_params_refuses_each_value_when_out_of_range() {
	build_and_execute(|| {
		let changes: [fn(&mut Parameters); 11] = [
			|params| params.stake_epoch = 0,
			|params| params.stake_epoch = MAX_STAKE_EPOCH + 1,
			|params| params.slash_delay = 0,
			|params| params.slash_delay = UNBONDING_PERIOD,
			|params| params.withheld_share = Permill::from_percent(9),
			|params| params.max_in_flight = 0,
			|params| params.max_in_flight = MAX_MAX_IN_FLIGHT + 1,
			|params| params.reputation_half_life = 0,
			|params| params.proven_verified = 0,
			|params| params.min_delegation = 0,
			|params| params.min_delegation = STAKE_CAP + 1,
		];
		for change in changes {
			assert_noop!(set(change), Error::<Test>::ParamOutOfRange);
		}
		let in_range = |params: Parameters| params.are_in_range(UNBONDING_PERIOD, STAKE_CAP);
		assert!(in_range(Parameters { slash_delay: UNBONDING_PERIOD - 1, ..parameters() }));
		assert!(in_range(Parameters { min_delegation: STAKE_CAP, ..parameters() }));
		let silent_share = parameters().silent_share;
		assert!(in_range(Parameters { withheld_share: silent_share, ..parameters() }));
		assert!(Parameters::default().are_in_range(302_400, u128::MAX));
	});
}

#[test]
fn set_params_refuses_each_value_when_it_more_than_doubles_or_halves() {
	build_and_execute(|| {
		let changes: [fn(&mut Parameters); 14] = [
			|params| params.stake_epoch = 2 * EPOCH + 1,
			|params| params.stake_epoch = EPOCH / 2 - 1,
			|params| params.slash_delay = 2 * SLASH_DELAY + 1,
			|params| params.slash_burn = Permill::from_percent(24),
			|params| params.silent_share = Permill::from_percent(21),
			|params| params.withheld_share = Permill::from_percent(81),
			|params| params.withheld_share = Permill::from_percent(19),
			|params| params.max_in_flight = 4_999,
			|params| params.reputation_half_life = 21,
			|params| params.proven_verified = 7,
			|params| params.proven_score = Permill::from_percent(26),
			|params| params.commission_step = Permill::from_percent(21),
			|params| params.min_delegation = 2 * MIN_DELEGATION + 1,
			|params| params.min_delegation = MIN_DELEGATION / 2 - 1,
		];
		for change in changes {
			assert_noop!(set(change), Error::<Test>::RateTooFast);
		}
		// Exactly double and half is fine, for all at once.
		assert_ok!(set(|params| {
			params.stake_epoch = 2 * EPOCH;
			params.slash_burn = Permill::from_percent(100);
			params.max_in_flight = 5_000;
			params.min_delegation = MIN_DELEGATION / 2;
		}));
	});
}

#[test]
fn set_params_moves_a_share_from_and_to_zero_by_one_step() {
	build_and_execute(|| {
		let share =
			|percent| move |p: &mut Parameters| p.silent_share = Permill::from_percent(percent);
		set_params(share(0));
		assert_noop!(set(share(6)), Error::<Test>::RateTooFast);
		hypothetically!({
			assert_ok!(set(share(5)));
		});
		set_params(share(6));
		assert_noop!(set(share(0)), Error::<Test>::RateTooFast);
		set_params(share(5));
		assert_ok!(set(share(0)));
	});
}

#[test]
fn set_params_refuses_a_second_change_within_the_cooldown_and_not_a_block_longer() {
	build_and_execute(|| {
		assert_ok!(set(|params| params.slash_delay += 1));
		run(COOLDOWN - 1);
		assert_noop!(set(|params| params.slash_delay += 1), Error::<Test>::ParamsCoolingDown);
		run(1);
		assert_ok!(set(|params| params.slash_delay += 1));
	});
}
