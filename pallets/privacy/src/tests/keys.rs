use crate::{mock::*, Error, Event};
use frame::testing_prelude::*;

const PROVIDER: u64 = PROVIDERS[0];

fn announce_key(who: u64, byte: u8) -> DispatchResult {
	Privacy::announce_key(RuntimeOrigin::signed(who), key(byte))
}

#[test]
fn announce_key_replaces_the_key_when_there_is_one() {
	build_and_execute(|| {
		for byte in [1, 2, 2] {
			assert_ok!(announce_key(PROVIDER, byte));
			assert_eq!(Privacy::executor_key(PROVIDER), Some(key(byte)));
			let event = Event::KeyAnnounced { provider: PROVIDER, key: key(byte) };
			System::assert_last_event(event.into());
		}
	});
}

#[test]
fn announce_key_leaves_envelopes_when_another_key_takes_its_place() {
	build_and_execute(|| {
		announce();
		assert_ok!(hand_over(OWNER, COMMITMENT, &[PROVIDER], 1));
		assert_ok!(announce_key(PROVIDER, 9));
		assert_eq!(Privacy::envelope(OWNER, COMMITMENT, PROVIDER), Some(envelope(1)));
	});
}

#[test]
fn announce_key_fails_when_the_key_is_zero() {
	build_and_execute(|| {
		assert_noop!(announce_key(PROVIDER, 0), Error::<Test>::WeakKey);
	});
}

#[test]
fn announce_key_fails_when_the_caller_is_no_provider() {
	build_and_execute(|| {
		assert_noop!(announce_key(OTHER, 1), Error::<Test>::NotAProvider);
	});
}

#[test]
fn withdraw_key_removes_the_key_when_there_is_one() {
	build_and_execute(|| {
		announce();
		assert_ok!(Privacy::withdraw_key(RuntimeOrigin::signed(PROVIDER)));
		assert_eq!(Privacy::executor_key(PROVIDER), None);
		assert_eq!(Privacy::executor_key(PROVIDERS[1]), Some(key(2)));
		System::assert_last_event(Event::KeyWithdrawn { provider: PROVIDER }.into());
	});
}

#[test]
fn withdraw_key_succeeds_when_the_caller_is_no_provider_any_more() {
	build_and_execute(|| {
		announce();
		Bonded::set(vec![]);
		assert_ok!(Privacy::withdraw_key(RuntimeOrigin::signed(PROVIDER)));
		assert_eq!(Privacy::executor_key(PROVIDER), None);
	});
}

#[test]
fn withdraw_key_fails_when_there_is_none() {
	build_and_execute(|| {
		let withdraw = || Privacy::withdraw_key(RuntimeOrigin::signed(PROVIDER));
		assert_noop!(withdraw(), Error::<Test>::NoKey);
		announce();
		assert_ok!(withdraw());
		assert_noop!(withdraw(), Error::<Test>::NoKey);
	});
}

#[test]
fn forget_key_removes_the_key_when_its_provider_has_left() {
	build_and_execute(|| {
		announce();
		Bonded::set(vec![]);
		assert_ok!(Privacy::forget_key(RuntimeOrigin::signed(OTHER), PROVIDER));
		assert_eq!(Privacy::executor_key(PROVIDER), None);
		System::assert_last_event(Event::KeyWithdrawn { provider: PROVIDER }.into());
	});
}

#[test]
fn forget_key_fails_when_the_account_is_a_provider() {
	build_and_execute(|| {
		announce();
		for caller in [OTHER, PROVIDER] {
			let origin = RuntimeOrigin::signed(caller);
			assert_noop!(Privacy::forget_key(origin, PROVIDER), Error::<Test>::StillAProvider);
		}
	});
}

#[test]
fn forget_key_fails_when_there_is_none() {
	build_and_execute(|| {
		let origin = RuntimeOrigin::signed(OWNER);
		assert_noop!(Privacy::forget_key(origin, OTHER), Error::<Test>::NoKey);
	});
}

#[test]
fn keys_are_left_alone_when_nobody_signs() {
	build_and_execute(|| {
		for origin in [RuntimeOrigin::none(), RuntimeOrigin::root()] {
			let announced = Privacy::announce_key(origin.clone(), key(1));
			assert_noop!(announced, DispatchError::BadOrigin);
			assert_noop!(Privacy::withdraw_key(origin.clone()), DispatchError::BadOrigin);
			assert_noop!(Privacy::forget_key(origin, PROVIDER), DispatchError::BadOrigin);
		}
	});
}
