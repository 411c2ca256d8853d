//! Configurations that would not work are refused before a chain starts.

use crate::mock::*;
use frame::testing_prelude::*;

fn check(min_bond: u128) {
	LeastBond::set(min_bond);
	<Staking as Hooks<u32>>::integrity_test();
}

#[test]
fn integrity_test_passes_when_the_minimum_is_between_a_tenth_of_the_cap_and_the_cap() {
	check(STAKE_CAP / 10);
	check(STAKE_CAP);
}

#[test]
#[should_panic(expected = "MinBond must be positive")]
fn integrity_test_fails_when_the_minimum_is_zero() {
	check(0);
}

#[test]
#[should_panic(expected = "StakeCap must not be below MinBond")]
fn integrity_test_fails_when_the_cap_is_below_the_minimum() {
	check(STAKE_CAP + 1);
}

#[test]
#[should_panic(expected = "StakeCap must be at most")]
fn integrity_test_fails_when_the_cap_is_far_above_the_minimum() {
	check(STAKE_CAP / 10 - 1);
}

#[test]
#[should_panic(expected = "slashes must be applied some time")]
fn integrity_test_fails_when_no_slash_fits_into_a_block() {
	SlashCap::set(0);
	check(STAKE_CAP);
}

#[test]
#[should_panic(expected = "out of range")]
fn genesis_fails_when_parameters_are_out_of_range() {
	let params = crate::Parameters { stake_epoch: 0, ..parameters() };
	let _storage = RuntimeGenesisConfig {
		staking: crate::GenesisConfig { params, ..Default::default() },
		..Default::default()
	}
	.build_storage();
}
