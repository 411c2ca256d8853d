use crate::{mock::*, GenesisConfig, MarketParams, Params};
use frame::testing_prelude::*;

#[test]
fn integrity_test_passes_when_the_configuration_is_sound() {
	build_and_execute(JobMarket::integrity_test);
}

#[test]
#[should_panic = "a queue that nobody serves never ends"]
fn integrity_test_fails_when_no_draw_fits() {
	build_and_execute(|| {
		DrawShare::set(&0);
		JobMarket::integrity_test();
	});
}

#[test]
fn genesis_sets_the_parameters() {
	build_and_execute(|| {
		let params = MarketParams { job_fee: 123, ..PARAMS };
		GenesisConfig::<Test> { params, ..Default::default() }.build();
		assert_eq!(Params::<Test>::get(), params);
	});
}

#[test]
#[should_panic = "the market's parameters are out of range"]
fn genesis_panics_when_a_parameter_is_out_of_range() {
	build_and_execute(|| {
		let params = MarketParams { risk_factor: 0, ..PARAMS };
		GenesisConfig::<Test> { params, ..Default::default() }.build();
	});
}
