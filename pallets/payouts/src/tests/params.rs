use crate::{
	mock::*,
	params::{
		MAX_CREDIT_HALF_LIFE, MAX_ERA_LENGTH, MAX_REWARD_OF_FEES, MIN_ERA_LENGTH, REWARD_RATE_STEP,
	},
	Error, Event, Parameters, Params, ParamsChangedAt,
};
use frame::{testing_prelude::*, traits::Hooks};

fn set(params: Parameters) -> DispatchResult {
	Payouts::set_params(RuntimeOrigin::root(), params)
}

/// Whether the step from `old` to `new` is refused as too fast, or taken.
fn refused(old: Parameters, new: Parameters) -> bool {
	hypothetically!({
		Params::<Test>::put(old);
		match set(new) {
			Ok(()) => false,
			error => {
				assert_eq!(error, Err(Error::<Test>::RateTooFast.into()));
				true
			},
		}
	})
}

#[test]
fn set_params_stores_them_when_they_are_in_range() {
	build_and_execute(|| {
		let new = Parameters { reward_rate: 2 * REWARD_RATE, ..params() };
		assert_ok!(set(new.clone()));
		assert_eq!(Params::<Test>::get(), new);
		assert_eq!(ParamsChangedAt::<Test>::get(), Some(1));
		assert_eq!(events(), [Event::ParamsSet { params: new }]);
	});
}

#[test]
fn set_params_fails_when_the_origin_is_not_the_administrators() {
	build_and_execute(|| {
		assert_noop!(Payouts::set_params(RuntimeOrigin::signed(PAYER), params()), BadOrigin);
		assert_noop!(Payouts::set_params(RuntimeOrigin::none(), params()), BadOrigin);
	});
}

#[test]
fn set_params_fails_when_a_value_is_one_out_of_its_range() {
	build_and_execute(|| {
		let one = Permill::from_parts(1);
		let bad = [
			Parameters { era_length: MIN_ERA_LENGTH - 1, ..params() },
			Parameters { era_length: MAX_ERA_LENGTH + 1, ..params() },
			Parameters { reward_rate: MAX_REWARD_RATE + 1, ..params() },
			Parameters { reward_of_fees: MAX_REWARD_OF_FEES + one, ..params() },
			Parameters { credit_half_life: 0, ..params() },
			Parameters { credit_half_life: MAX_CREDIT_HALF_LIFE + 1, ..params() },
		];
		for bad in bad {
			assert_noop!(set(bad), Error::<Test>::ParamOutOfRange);
		}
		let (low, high) = (
			Parameters {
				era_length: MIN_ERA_LENGTH,
				reward_rate: 0,
				reward_of_fees: Permill::zero(),
				credit_half_life: 1,
			},
			Parameters {
				era_length: MAX_ERA_LENGTH,
				reward_rate: MAX_REWARD_RATE,
				reward_of_fees: MAX_REWARD_OF_FEES,
				credit_half_life: MAX_CREDIT_HALF_LIFE,
			},
		);
		assert!(low.is_in_range(MAX_REWARD_RATE) && high.is_in_range(MAX_REWARD_RATE));
	});
}

#[test]
fn set_params_fails_when_a_value_is_more_than_doubled_or_halved() {
	build_and_execute(|| {
		let era = |era_length| Parameters { era_length, ..params() };
		assert!(!refused(era(10), era(20)) && refused(era(10), era(21)));
		assert!(!refused(era(20), era(10)) && refused(era(21), era(10)));

		let life = |credit_half_life| Parameters { credit_half_life, ..params() };
		assert!(!refused(life(3), life(6)) && refused(life(3), life(7)));
		assert!(!refused(life(6), life(3)) && refused(life(7), life(3)));

		let rate = |reward_rate| Parameters { reward_rate, ..params() };
		let step = REWARD_RATE_STEP;
		assert!(!refused(rate(2 * step), rate(4 * step)));
		assert!(refused(rate(2 * step), rate(4 * step + 1)));
		assert!(refused(rate(4 * step + 1), rate(2 * step)));
		assert!(!refused(rate(0), rate(step)) && refused(rate(0), rate(step + 1)));
		assert!(!refused(rate(step), rate(0)) && refused(rate(step + 1), rate(0)));

		let of_fees =
			|percent| Parameters { reward_of_fees: Permill::from_percent(percent), ..params() };
		assert!(!refused(of_fees(40), of_fees(80)) && refused(of_fees(40), of_fees(81)));
		assert!(!refused(of_fees(40), of_fees(20)) && refused(of_fees(40), of_fees(19)));
		assert!(!refused(of_fees(0), of_fees(10)) && refused(of_fees(0), of_fees(11)));
		assert!(!refused(of_fees(10), of_fees(0)) && refused(of_fees(11), of_fees(0)));
	});
}

#[test]
fn set_params_fails_when_the_last_change_is_one_block_too_recent() {
	build_and_execute(|| {
		assert_ok!(set(Parameters { era_length: 20, ..params() }));
		System::set_block_number(COOLDOWN);
		assert_noop!(set(params()), Error::<Test>::ParamsCoolingDown);
		System::set_block_number(1 + COOLDOWN);
		assert_ok!(set(params()));
		assert_eq!(ParamsChangedAt::<Test>::get(), Some(1 + COOLDOWN));
	});
}

#[test]
fn integrity_test_passes_when_the_configuration_is_sound() {
	build_and_execute(<Payouts as Hooks<_>>::integrity_test);
}

#[test]
fn genesis_keeps_the_pot_alive_when_it_is_built() {
	build_and_execute(|| {
		assert_eq!(Params::<Test>::get(), params());
		assert_eq!(free(Payouts::pot()), EXISTENTIAL_DEPOSIT);
	});
}

#[test]
#[should_panic(expected = "every parameter must be in its range")]
fn genesis_panics_when_a_parameter_is_out_of_range() {
	let bad = Parameters { credit_half_life: 0, ..params() };
	let _ = genesis(bad).build_storage();
}

#[test]
fn set_fee_split_changes_that_parameter_alone_when_it_is_in_range() {
	use tercet_primitives::traits::FeeSplit;
	build_and_execute(|| {
		assert_ok!(Payouts::set_fee_split(Permill::from_percent(70)));
		let new = Parameters { reward_of_fees: Permill::from_percent(70), ..params() };
		assert_eq!(Params::<Test>::get(), new);
		assert_noop!(
			Payouts::set_fee_split(Permill::from_percent(91)),
			Error::<Test>::ParamOutOfRange
		);
	});
}
