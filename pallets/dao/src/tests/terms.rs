use crate::{mock::*, Error, Event};
use frame::testing_prelude::*;

fn split(percent: u32) -> DispatchResult {
	Dao::set_fee_split(RuntimeOrigin::root(), Permill::from_percent(percent))
}

#[test]
fn set_redundancy_floor_sets_it_when_its_owner_accepts() {
	build_and_execute(|| {
		assert_ok!(Dao::set_redundancy_floor(RuntimeOrigin::root(), 5));
		assert_eq!(Floor::get(), 5);
		assert_eq!(events(), [Event::RedundancyFloorSet { executors: 5 }]);
		assert_noop!(
			Dao::set_redundancy_floor(RuntimeOrigin::root(), 8),
			DispatchError::Other("out of range")
		);
	});
}

#[test]
fn set_fee_split_sets_it_when_it_is_within_bounds() {
	build_and_execute(|| {
		for percent in [25, 75, 60] {
			assert_ok!(split(percent));
			assert_eq!(Split::get(), Permill::from_percent(percent));
		}
		let to_workers = Permill::from_percent(60);
		assert_eq!(events().last(), Some(&Event::FeeSplitSet { to_workers }));
	});
}

#[test]
fn set_fee_split_fails_when_it_is_out_of_bounds() {
	build_and_execute(|| {
		assert_noop!(split(24), Error::<Test>::FeeSplitOutOfBounds);
		assert_noop!(split(76), Error::<Test>::FeeSplitOutOfBounds);
	});
}

#[test]
fn terms_fail_when_the_origin_is_not_the_track() {
	build_and_execute(|| {
		for origin in [RuntimeOrigin::signed(WORKERS[0]), RuntimeOrigin::none()] {
			assert_noop!(Dao::set_redundancy_floor(origin.clone(), 3), BadOrigin);
			assert_noop!(Dao::set_fee_split(origin, Permill::from_percent(50)), BadOrigin);
		}
	});
}
