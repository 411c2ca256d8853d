use crate::{mock::*, Event};
use frame::testing_prelude::*;

#[test]
fn veto_cancels_the_enactment_when_it_is_scheduled() {
	build_and_execute(|| {
		Scheduled::set(&vec![3, 4]);
		assert_ok!(Dao::veto(RuntimeOrigin::root(), 4));
		assert_eq!(Scheduled::get(), [3]);
		assert_eq!(events(), [Event::Vetoed { referendum: 4 }]);
	});
}

#[test]
fn veto_fails_when_nothing_is_scheduled() {
	build_and_execute(|| {
		assert_noop!(Dao::veto(RuntimeOrigin::root(), 4), DispatchError::Unavailable);
	});
}

#[test]
fn veto_fails_when_the_origin_is_not_the_track() {
	build_and_execute(|| {
		Scheduled::set(&vec![4]);
		assert_noop!(Dao::veto(RuntimeOrigin::signed(WORKERS[0]), 4), BadOrigin);
		assert_noop!(Dao::veto(RuntimeOrigin::none(), 4), BadOrigin);
	});
}
