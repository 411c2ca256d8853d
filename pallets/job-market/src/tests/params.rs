use crate::{mock::*, params::*, Error, Event, MarketParams, Params};
use frame::testing_prelude::*;

fn set(params: MarketParams) -> DispatchResult {
	JobMarket::set_params(RuntimeOrigin::root(), params)
}

#[test]
fn set_params_changes_what_the_next_job_costs() {
	build_and_execute(|| {
		assert_eq!(JobMarket::params(), PARAMS);
		let params = MarketParams { job_fee: 14, risk_factor: 6, deposit_base: 150, ..PARAMS };
		assert_ok!(set(params));
		assert_eq!(Params::<Test>::get(), params);
		assert_eq!(events(), [Event::ParamsSet { params }]);
		let id = submit(request());
		let job = job(id);
		assert_eq!((job.fee, job.risk, job.deposit), (14, 6 * PAY, deposit(3) + 50));
	});
}

#[test]
fn set_params_fails_when_the_origin_is_not_the_admin() {
	build_and_execute(|| {
		for origin in [RuntimeOrigin::signed(REQUESTER), RuntimeOrigin::none()] {
			assert_noop!(JobMarket::set_params(origin, PARAMS), DispatchError::BadOrigin);
		}
	});
}

#[test]
fn set_params_fails_when_a_value_is_out_of_range() {
	build_and_execute(|| {
		let wrong = [
			MarketParams { job_fee: MAX_AMOUNT + 1, ..PARAMS },
			MarketParams { risk_factor: 0, ..PARAMS },
			MarketParams { risk_factor: MAX_RISK_FACTOR + 1, ..PARAMS },
			MarketParams { deposit_base: EXISTENTIAL_DEPOSIT - 1, ..PARAMS },
			MarketParams { deposit_base: MAX_AMOUNT + 1, ..PARAMS },
			MarketParams { deposit_per_byte: MAX_AMOUNT + 1, ..PARAMS },
			MarketParams { retention: MIN_RETENTION - 1, ..PARAMS },
			MarketParams { retention: MAX_RETENTION + 1, ..PARAMS },
			MarketParams { min_executors: 0, adaptive_floor: 0, ..PARAMS },
			MarketParams { min_executors: 8, ..PARAMS },
			MarketParams { adaptive_floor: 0, ..PARAMS },
			MarketParams { adaptive_floor: 4, ..PARAMS },
		];
		for params in wrong {
			// However fast it may move.
			Params::<Test>::put(params);
			assert_noop!(set(params), Error::<Test>::ParamOutOfRange);
		}
		Params::<Test>::put(PARAMS);
	});
}

#[test]
fn set_params_accepts_the_ends_of_each_range() {
	build_and_execute(|| {
		let ends = [
			MarketParams { job_fee: MAX_AMOUNT, ..PARAMS },
			MarketParams { job_fee: 0, ..PARAMS },
			MarketParams { risk_factor: 1, ..PARAMS },
			MarketParams { risk_factor: MAX_RISK_FACTOR, ..PARAMS },
			MarketParams { deposit_base: EXISTENTIAL_DEPOSIT, ..PARAMS },
			MarketParams { deposit_base: MAX_AMOUNT, ..PARAMS },
			MarketParams { deposit_per_byte: 0, ..PARAMS },
			MarketParams { deposit_per_byte: MAX_AMOUNT, ..PARAMS },
			MarketParams { retention: MIN_RETENTION, ..PARAMS },
			MarketParams { retention: MAX_RETENTION, ..PARAMS },
			MarketParams { min_executors: 7, adaptive_floor: 7, ..PARAMS },
			MarketParams { min_executors: 1, adaptive_floor: 1, ..PARAMS },
			MarketParams { invalid_share: Permill::zero(), ..PARAMS },
			MarketParams { invalid_share: Permill::one(), ..PARAMS },
			MarketParams::default(),
		];
		for params in ends {
			hypothetically!({
				Params::<Test>::put(params);
				assert_ok!(set(params));
			});
		}
	});
}

#[test]
fn set_params_fails_when_a_value_more_than_doubles_or_halves() {
	build_and_execute(|| {
		// Odd, and above the step up to which everything moves freely.
		let fee = 10 * AMOUNT_STEP + 1;
		let share = |n: u32| Permill::from_parts(n * (10 * SHARE_STEP.deconstruct() + 1));
		let now = MarketParams {
			job_fee: fee,
			risk_factor: 9,
			deposit_base: 1_001,
			deposit_per_byte: fee,
			retention: 101,
			min_executors: 3,
			adaptive_floor: 2,
			invalid_share: share(1),
		};
		Params::<Test>::put(now);
		let too_fast = [
			MarketParams { job_fee: 2 * fee + 1, ..now },
			MarketParams { job_fee: fee / 2, ..now },
			MarketParams { job_fee: 0, ..now },
			MarketParams { risk_factor: 19, ..now },
			MarketParams { risk_factor: 4, ..now },
			MarketParams { deposit_base: 2_003, ..now },
			MarketParams { deposit_base: 500, ..now },
			MarketParams { deposit_per_byte: 2 * fee + 1, ..now },
			MarketParams { deposit_per_byte: fee / 2, ..now },
			MarketParams { retention: 203, ..now },
			MarketParams { retention: 50, ..now },
			MarketParams { min_executors: 7, ..now },
			MarketParams { min_executors: 1, adaptive_floor: 1, ..now },
			MarketParams { adaptive_floor: 5, min_executors: 6, ..now },
			MarketParams { invalid_share: share(2) + Permill::from_parts(1), ..now },
			MarketParams { invalid_share: Permill::from_parts(share(1).deconstruct() / 2), ..now },
		];
		for params in too_fast {
			assert_noop!(set(params), Error::<Test>::RateTooFast);
		}
		let largest = MarketParams {
			job_fee: 2 * fee,
			risk_factor: 18,
			deposit_base: 2_002,
			deposit_per_byte: 2 * fee,
			retention: 202,
			min_executors: 6,
			adaptive_floor: 4,
			invalid_share: share(2),
		};
		let smallest = MarketParams {
			job_fee: fee / 2 + 1,
			risk_factor: 5,
			deposit_base: 501,
			deposit_per_byte: fee / 2 + 1,
			retention: 51,
			min_executors: 2,
			adaptive_floor: 1,
			invalid_share: Permill::from_parts(share(1).deconstruct() / 2 + 1),
		};
		hypothetically_ok!(set(largest));
		hypothetically_ok!(set(smallest));
	});
}

#[test]
fn set_params_moves_a_zero_by_its_step_at_most() {
	build_and_execute(|| {
		let now = MarketParams {
			job_fee: 0,
			deposit_per_byte: 0,
			invalid_share: Permill::zero(),
			..PARAMS
		};
		Params::<Test>::put(now);
		let too_fast = [
			MarketParams { job_fee: AMOUNT_STEP + 1, ..now },
			MarketParams { deposit_per_byte: AMOUNT_STEP + 1, ..now },
			MarketParams { invalid_share: SHARE_STEP + Permill::from_parts(1), ..now },
		];
		for params in too_fast {
			assert_noop!(set(params), Error::<Test>::RateTooFast);
		}
		let (job_fee, deposit_per_byte, invalid_share) = (AMOUNT_STEP, AMOUNT_STEP, SHARE_STEP);
		hypothetically_ok!(set(MarketParams { job_fee, deposit_per_byte, invalid_share, ..now }));
	});
}

#[test]
fn set_params_fails_when_the_last_change_is_too_recent() {
	build_and_execute(|| {
		run_to(5);
		assert_ok!(set(MarketParams { job_fee: 10, ..PARAMS }));
		let next = MarketParams { job_fee: 15, ..PARAMS };
		assert_noop!(set(next), Error::<Test>::ParamsCoolingDown);
		run_to(5 + COOLDOWN - 1);
		assert_noop!(set(next), Error::<Test>::ParamsCoolingDown);
		run_to(5 + COOLDOWN);
		assert_ok!(set(next));
	});
}

#[test]
fn set_redundancy_floor_lowers_the_adaptive_floor_when_it_must() {
	use tercet_primitives::traits::RedundancyFloor;
	build_and_execute(|| {
		assert_noop!(JobMarket::set_redundancy_floor(8), Error::<Test>::ParamOutOfRange);
		assert_noop!(JobMarket::set_redundancy_floor(7), Error::<Test>::RateTooFast);
		hypothetically!({
			assert_ok!(JobMarket::set_redundancy_floor(5));
			let params = MarketParams { min_executors: 5, ..PARAMS };
			assert_eq!(Params::<Test>::get(), params);
			assert_noop!(JobMarket::set_redundancy_floor(4), Error::<Test>::ParamsCoolingDown);
		});
		let proven = MarketParams { adaptive_floor: 3, ..PARAMS };
		Params::<Test>::put(proven);
		assert_ok!(JobMarket::set_redundancy_floor(2));
		let params = MarketParams { min_executors: 2, adaptive_floor: 2, ..PARAMS };
		assert_eq!(Params::<Test>::get(), params);
	});
}
