use crate::{mock::*, Error, Event};
use frame::testing_prelude::*;

#[test]
fn take_back_returns_deposits_when_the_envelopes_are_there() {
	build_and_execute(|| {
		announce();
		let [first, second, third] = PROVIDERS;
		assert_ok!(hand_over(OWNER, COMMITMENT, &PROVIDERS, 1));
		assert_ok!(hand_over(OTHER, COMMITMENT, &PROVIDERS, 2));
		assert_ok!(take_back(OWNER, COMMITMENT, &[first, third]));
		assert_eq!((held(OWNER), held(OTHER)), (DEPOSIT, 3 * DEPOSIT));
		let recipients = vec![first, third].try_into().unwrap();
		let event = Event::TakenBack {
			owner: OWNER,
			commitment: COMMITMENT,
			recipients,
			deposit: 2 * DEPOSIT,
		};
		System::assert_last_event(event.into());
		let left = PROVIDERS.map(|who| Privacy::envelope(OWNER, COMMITMENT, who));
		assert_eq!(left, [None, Some(envelope(1)), None]);
		assert_ok!(take_back(OWNER, COMMITMENT, &[second]));
		assert_eq!(held(OWNER), 0);
		assert_eq!(Privacy::envelope(OTHER, COMMITMENT, first), Some(envelope(2)));
	});
}

#[test]
fn take_back_succeeds_when_the_recipient_has_withdrawn_its_key() {
	build_and_execute(|| {
		announce();
		let [first, ..] = PROVIDERS;
		assert_ok!(hand_over(OWNER, COMMITMENT, &[first], 1));
		assert_ok!(Privacy::withdraw_key(RuntimeOrigin::signed(first)));
		assert_ok!(take_back(OWNER, COMMITMENT, &[first]));
		assert_eq!(held(OWNER), 0);
	});
}

#[test]
fn take_back_fails_when_an_envelope_is_not_there() {
	build_and_execute(|| {
		announce();
		let [first, second, _] = PROVIDERS;
		assert_ok!(hand_over(OWNER, COMMITMENT, &[first], 1));
		for (owner, commitment, recipients) in [
			(OWNER, COMMITMENT, &[first, second][..]),
			(OWNER, ANOTHER, &[first][..]),
			(OTHER, COMMITMENT, &[first][..]),
		] {
			let taken = take_back(owner, commitment, recipients);
			assert_noop!(taken, Error::<Test>::NotHandedOver);
		}
		assert_ok!(take_back(OWNER, COMMITMENT, &[first]));
		assert_noop!(take_back(OWNER, COMMITMENT, &[first]), Error::<Test>::NotHandedOver);
	});
}

#[test]
fn take_back_fails_when_it_names_nobody_or_somebody_twice() {
	build_and_execute(|| {
		announce();
		let [first, ..] = PROVIDERS;
		assert_ok!(hand_over(OWNER, COMMITMENT, &PROVIDERS, 1));
		assert_noop!(take_back(OWNER, COMMITMENT, &[]), Error::<Test>::NoRecipients);
		let twice = take_back(OWNER, COMMITMENT, &[first, first]);
		assert_noop!(twice, Error::<Test>::DuplicateRecipient);
	});
}

#[test]
fn take_back_fails_when_nobody_signs() {
	build_and_execute(|| {
		for origin in [RuntimeOrigin::none(), RuntimeOrigin::root()] {
			let recipients = PROVIDERS.to_vec().try_into().unwrap();
			let taken = Privacy::take_back(origin, COMMITMENT, recipients);
			assert_noop!(taken, DispatchError::BadOrigin);
		}
	});
}
