//! One test per invariant that breaks it, so that `do_try_state` is known to look.

use crate::{mock::*, Envelopes, Keys};
use frame::{deps::sp_runtime::TryRuntimeError, testing_prelude::*};

fn breaks(error: &'static str, damage: impl FnOnce()) {
	build_and_execute(|| {
		announce();
		assert_ok!(hand_over(OWNER, COMMITMENT, &PROVIDERS, 1));
		hypothetically!({
			damage();
			assert_eq!(Privacy::do_try_state(), Err(TryRuntimeError::Other(error)));
		});
	});
}

#[test]
fn try_state_fails_when_the_hold_differs_from_the_deposits() {
	breaks("invariant 1: hold differs from the deposits", || {
		Envelopes::<Test>::remove((OWNER, COMMITMENT), PROVIDERS[0]);
	});
	breaks("invariant 1: hold differs from the deposits", || {
		Envelopes::<Test>::insert((OTHER, COMMITMENT), PROVIDERS[0], envelope(1));
	});
}

#[test]
fn try_state_fails_when_a_key_is_zero() {
	breaks("invariant 2: a key is zero", || Keys::<Test>::insert(PROVIDERS[0], key(0)));
}
