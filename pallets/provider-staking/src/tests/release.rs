use crate::mock::*;
use frame::testing_prelude::*;
use tercet_primitives::{traits::ProviderPool, Conduct};

#[test]
fn release_counts_each_conduct_when_a_job_ends() {
	build_and_execute(|| {
		available(ALICE, MIN_BOND);
		for _ in 0..5 {
			draw_all();
		}
		for conduct in [Conduct::Verified, Conduct::Unresolved, Conduct::Alone, Conduct::Silent] {
			Staking::release(&ALICE, conduct);
		}
		let view = view(ALICE);
		assert_eq!((view.in_flight, view.assigned), (1, 5));
		assert_eq!((view.verified, view.unresolved, view.alone, view.silent), (1, 1, 1, 1));
	});
}

#[test]
fn release_has_no_effect_when_no_job_is_in_hand() {
	build_and_execute(|| {
		available(ALICE, MIN_BOND);
		assert_storage_noop!(Staking::release(&ALICE, Conduct::Silent));
		assert_storage_noop!(Staking::release(&BOB, Conduct::Silent));
	});
}

#[test]
fn release_counts_when_the_provider_went_unavailable() {
	build_and_execute(|| {
		available(ALICE, MIN_BOND);
		draw_all();
		assert_ok!(Staking::go_unavailable(signed(ALICE)));
		Staking::release(&ALICE, Conduct::Verified);
		assert_eq!(view(ALICE).verified, 1);
		assert_eq!(view(ALICE).in_flight, 0);
	});
}
