use crate::{mock::*, weights::SubstrateWeight, WeightInfo};
use frame::traits::Hooks;

#[test]
fn integrity_test_passes_when_the_configuration_is_sound() {
	build_and_execute(<Dao as Hooks<_>>::integrity_test);
}

#[test]
fn clearing_weighs_more_when_there_are_more_votes() {
	let weight = SubstrateWeight::<Test>::clear_votes;
	assert!(weight(100).ref_time() > weight(1).ref_time());
}
