use crate::{mock::*, Error, Event};
use frame::{deps::sp_runtime::TokenError, testing_prelude::*};
use tercet_primitives::{Balance, MAX_SEATS};

#[test]
fn hand_over_holds_a_deposit_when_the_recipient_had_no_envelope() {
	build_and_execute(|| {
		announce();
		assert_ok!(hand_over(OWNER, COMMITMENT, &PROVIDERS, 1));
		let deposit = 3 * DEPOSIT;
		assert_eq!(held(OWNER), deposit);
		let recipients = PROVIDERS.to_vec().try_into().unwrap();
		let event = Event::HandedOver { owner: OWNER, commitment: COMMITMENT, recipients, deposit };
		System::assert_last_event(event.into());
	});
}

#[test]
fn hand_over_replaces_the_envelope_when_there_is_one() {
	build_and_execute(|| {
		announce();
		let [first, second, _] = PROVIDERS;
		assert_ok!(hand_over(OWNER, COMMITMENT, &[first], 1));
		assert_ok!(hand_over(OWNER, COMMITMENT, &[first, second], 2));
		assert_eq!(held(OWNER), 2 * DEPOSIT);
		assert_eq!(Privacy::envelope(OWNER, COMMITMENT, first), Some(envelope(2)));

		// Replacing costs nothing, so it works without anything left to hold.
		assert_ok!(hand_over(POOR, COMMITMENT, &[first, second], 3));
		assert_ok!(hand_over(POOR, COMMITMENT, &[first, second], 4));
		assert_eq!(held(POOR), 2 * DEPOSIT);
		assert_eq!(Privacy::envelope(POOR, COMMITMENT, second), Some(envelope(4)));
	});
}

#[test]
fn hand_over_keeps_envelopes_apart_when_owner_or_commitment_differ() {
	build_and_execute(|| {
		announce();
		let [first, ..] = PROVIDERS;
		assert_ok!(hand_over(OWNER, COMMITMENT, &[first], 1));
		assert_ok!(hand_over(OTHER, COMMITMENT, &[first], 2));
		assert_ok!(hand_over(OWNER, ANOTHER, &[first], 3));
		assert_eq!(Privacy::envelope(OWNER, COMMITMENT, first), Some(envelope(1)));
		assert_eq!(Privacy::envelope(OTHER, COMMITMENT, first), Some(envelope(2)));
		assert_eq!(Privacy::envelope(OWNER, ANOTHER, first), Some(envelope(3)));
		assert_eq!((held(OWNER), held(OTHER)), (2 * DEPOSIT, DEPOSIT));
	});
}

#[test]
fn hand_over_takes_a_whole_committee_when_all_have_keys() {
	build_and_execute(|| {
		let committee = (20..).take(MAX_SEATS as usize).collect::<Vec<u64>>();
		Bonded::set(committee.clone());
		for provider in &committee {
			assert_ok!(Privacy::announce_key(RuntimeOrigin::signed(*provider), key(1)));
		}
		assert_ok!(hand_over(OWNER, COMMITMENT, &committee, 1));
		assert_eq!(held(OWNER), Balance::from(MAX_SEATS) * DEPOSIT);
	});
}

#[test]
fn hand_over_fails_when_a_recipient_has_no_key() {
	build_and_execute(|| {
		announce();
		let [first, second, _] = PROVIDERS;
		let mixed = hand_over(OWNER, COMMITMENT, &[first, OTHER], 1);
		assert_noop!(mixed, Error::<Test>::NoKey);
		assert_ok!(Privacy::withdraw_key(RuntimeOrigin::signed(second)));
		let withdrawn = hand_over(OWNER, COMMITMENT, &[second], 1);
		assert_noop!(withdrawn, Error::<Test>::NoKey);
	});
}

#[test]
fn hand_over_fails_when_it_names_nobody_or_somebody_twice() {
	build_and_execute(|| {
		announce();
		let [first, second, _] = PROVIDERS;
		assert_noop!(hand_over(OWNER, COMMITMENT, &[], 1), Error::<Test>::NoRecipients);
		let twice = hand_over(OWNER, COMMITMENT, &[first, second, first], 1);
		assert_noop!(twice, Error::<Test>::DuplicateRecipient);
	});
}

#[test]
fn hand_over_fails_when_the_owner_cannot_pay_the_deposit() {
	build_and_execute(|| {
		announce();
		let all = hand_over(POOR, COMMITMENT, &PROVIDERS, 1);
		assert_noop!(all, TokenError::FundsUnavailable);
	});
}

#[test]
fn hand_over_fails_when_nobody_signs() {
	build_and_execute(|| {
		announce();
		for origin in [RuntimeOrigin::none(), RuntimeOrigin::root()] {
			let envelopes = vec![(PROVIDERS[0], envelope(1))].try_into().unwrap();
			let handed_over = Privacy::hand_over(origin, COMMITMENT, envelopes);
			assert_noop!(handed_over, DispatchError::BadOrigin);
		}
	});
}
