use crate::{
	mock::*,
	params::{FIRST_RATE, LEAST_AUDIT_TIME, LONGEST_CHALLENGE_WINDOW},
	Error, Event, Params, VerificationParams,
};
use frame::testing_prelude::*;

fn set(params: VerificationParams) -> DispatchResult {
	Verification::set_params(RuntimeOrigin::root(), params)
}

fn params() -> VerificationParams {
	Params::<Test>::get()
}

#[test]
fn set_params_is_refused_when_the_origin_is_not_the_admin() {
	build_and_execute(|| {
		for origin in [RuntimeOrigin::signed(STRANGER), RuntimeOrigin::none()] {
			let result = Verification::set_params(origin, params());
			assert_noop!(result, DispatchError::BadOrigin);
		}
	});
}

#[test]
fn set_params_is_refused_when_a_value_is_out_of_range() {
	build_and_execute(|| {
		let p = params();
		let out_of_range = [
			VerificationParams { proven_audit_rate: Permill::zero(), audit_rate: FIRST_RATE, ..p },
			VerificationParams { min_audit_time: LEAST_AUDIT_TIME - 1, ..p },
			VerificationParams { challenge_window: 0, ..p },
			VerificationParams { challenge_window: LONGEST_CHALLENGE_WINDOW + 1, ..p },
		];
		for params in out_of_range {
			assert_noop!(set(params), Error::<Test>::ParamOutOfRange);
		}
	});
}

#[test]
fn set_params_is_refused_when_a_step_is_too_large() {
	build_and_execute(|| {
		let p = params();
		let (time, window) = (p.min_audit_time, p.challenge_window);
		let above = FIRST_RATE.saturating_add(Permill::from_parts(1));
		let too_large = [
			VerificationParams { proven_audit_rate: above, ..p },
			VerificationParams { audit_rate: above, proven_audit_rate: above, ..p },
			VerificationParams { min_audit_time: time * 2 + 1, ..p },
			VerificationParams { min_audit_time: time / 2 - 1, ..p },
			VerificationParams { challenge_window: window * 2 + 1, ..p },
			VerificationParams { challenge_window: window / 2 - 1, ..p },
		];
		for params in too_large {
			assert_noop!(set(params), Error::<Test>::RateTooFast);
		}
		let most = VerificationParams {
			audit_rate: FIRST_RATE,
			proven_audit_rate: FIRST_RATE,
			min_audit_time: time * 2,
			challenge_window: window / 2,
		};
		assert_ok!(set(most));
		assert_eq!(params(), most);
		assert!(System::events()
			.iter()
			.any(|record| { record.event == Event::<Test>::ParamsSet { params: most }.into() }));
	});
}

#[test]
fn set_params_lets_a_rate_fall_to_zero_from_the_first_step_only() {
	let rates = |rate| VerificationParams {
		audit_rate: rate,
		proven_audit_rate: rate,
		..Default::default()
	};
	assert!(rates(FIRST_RATE).allows(&rates(Permill::zero())));
	let above = FIRST_RATE.saturating_add(Permill::from_parts(1));
	assert!(!rates(above).allows(&rates(Permill::zero())));
	assert!(rates(above).allows(&rates(Permill::from_parts(above.deconstruct() * 2))));
}

#[test]
fn set_params_is_refused_when_the_last_change_was_too_recent() {
	build_and_execute(|| {
		let p = params();
		assert_ok!(set(p));
		let at = System::block_number();
		run_to(at + 9);
		assert_noop!(set(p), Error::<Test>::ParamsCoolingDown);
		run_to(at + 10);
		assert_ok!(set(p));
	});
}

#[test]
#[should_panic = "the parameters are in range"]
fn genesis_is_refused_when_a_value_is_out_of_range() {
	let params = VerificationParams { challenge_window: 0, ..Default::default() };
	let genesis = crate::GenesisConfig::<Test> { params, ..Default::default() };
	let _ = genesis.build_storage();
}
