use crate::{mock::*, Error, Event};
use frame::testing_prelude::*;
use tercet_primitives::ModelId;

fn feature(model: u32) -> DispatchResult {
	Dao::feature(RuntimeOrigin::root(), ModelId(model))
}

fn unfeature(model: u32) -> DispatchResult {
	Dao::unfeature(RuntimeOrigin::root(), ModelId(model))
}

#[test]
fn feature_appends_the_model_when_it_exists() {
	build_and_execute(|| {
		for model in [4, 0, LAST_MODEL] {
			assert_ok!(feature(model));
		}
		assert_eq!(Dao::featured(), [ModelId(4), ModelId(0), ModelId(LAST_MODEL)]);
		assert!(events().contains(&Event::ModelFeatured { model: ModelId(0) }));
		assert_ok!(unfeature(0));
		assert_eq!(Dao::featured(), [ModelId(4), ModelId(LAST_MODEL)]);
		assert!(events().contains(&Event::ModelUnfeatured { model: ModelId(0) }));
	});
}

#[test]
fn feature_fails_when_the_model_is_unknown() {
	build_and_execute(|| {
		assert_noop!(feature(LAST_MODEL + 1), DispatchError::Other("unknown model"));
	});
}

#[test]
fn feature_fails_when_the_model_is_featured_already() {
	build_and_execute(|| {
		assert_ok!(feature(1));
		assert_noop!(feature(1), Error::<Test>::AlreadyFeatured);
	});
}

#[test]
fn feature_fails_when_the_list_is_full() {
	build_and_execute(|| {
		for model in 0..MAX_FEATURED {
			assert_ok!(feature(model));
		}
		assert_noop!(feature(MAX_FEATURED), Error::<Test>::TooManyFeatured);
	});
}

#[test]
fn unfeature_fails_when_the_model_is_not_featured() {
	build_and_execute(|| {
		assert_ok!(feature(1));
		assert_noop!(unfeature(2), Error::<Test>::NotFeatured);
	});
}

#[test]
fn feature_and_unfeature_fail_when_the_origin_is_not_the_track() {
	build_and_execute(|| {
		for origin in [RuntimeOrigin::signed(WORKERS[0]), RuntimeOrigin::none()] {
			assert_noop!(Dao::feature(origin.clone(), ModelId(0)), BadOrigin);
			assert_noop!(Dao::unfeature(origin, ModelId(0)), BadOrigin);
		}
	});
}
