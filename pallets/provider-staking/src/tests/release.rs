use crate::mock::*;
use frame::testing_prelude::*;
use tercet_primitives::{traits::ProviderPool, Conduct};

const CONDUCTS: [Conduct; 7] = [
	Conduct::Verified,
	Conduct::Unresolved,
	Conduct::Alone,
	Conduct::Silent,
	Conduct::Withheld,
	Conduct::Wrong,
	Conduct::Abstained,
];

#[test]
fn release_counts_each_conduct_and_frees_its_risk_when_a_job_ends() {
	build_and_execute(|| {
		drawable([ALICE], 3 * MIN_BOND);
		for risk in 1..=8 {
			draw_all(risk);
		}
		assert_eq!(view(ALICE).at_risk, 36);
		for (risk, conduct) in (1..).zip(CONDUCTS) {
			Staking::release(&ALICE, risk, conduct);
		}
		let view = view(ALICE);
		assert_eq!((view.in_flight, view.assigned, view.at_risk), (1, 8, 8));
		assert_eq!((view.verified, view.unresolved, view.alone), (1, 1, 1));
		assert_eq!((view.silent, view.withheld, view.wrong, view.abstained), (1, 1, 1, 1));
	});
}

#[test]
fn release_slashes_only_when_wrong_withheld_or_silent() {
	build_and_execute(|| {
		drawable([ALICE], MIN_BOND);
		for (conduct, slash) in CONDUCTS.into_iter().zip([0, 0, 0, 4, 16, 40, 0]) {
			let before = view(ALICE).pending_slashes;
			work(ALICE, 40, conduct);
			assert_eq!(view(ALICE).pending_slashes - before, slash, "{conduct:?}");
		}
	});
}

#[test]
fn release_has_no_effect_when_no_job_is_in_hand() {
	build_and_execute(|| {
		available(ALICE, MIN_BOND);
		assert_storage_noop!(Staking::release(&ALICE, 1, Conduct::Wrong));
		assert_storage_noop!(Staking::release(&BOB, 1, Conduct::Wrong));
	});
}

#[test]
fn release_counts_when_the_provider_went_unavailable() {
	build_and_execute(|| {
		drawable([ALICE], MIN_BOND);
		draw_all(0);
		assert_ok!(Staking::go_unavailable(signed(ALICE)));
		Staking::release(&ALICE, 0, Conduct::Verified);
		assert_eq!(view(ALICE).verified, 1);
		assert_eq!(view(ALICE).in_flight, 0);
	});
}

#[test]
fn release_forgets_the_provider_when_its_stake_is_gone_by_then() {
	build_and_execute(|| {
		drawable([ALICE], MIN_BOND);
		draw_all(0);
		assert_ok!(Staking::go_unavailable(signed(ALICE)));
		assert_ok!(Staking::unbond(signed(ALICE), MIN_BOND));
		run(UNBONDING_PERIOD);
		assert_ok!(Staking::withdraw_unbonded(signed(ALICE)));
		assert!(is_provider(ALICE));
		Staking::release(&ALICE, 0, Conduct::Verified);
		assert!(!is_provider(ALICE));
	});
}

#[test]
fn overrule_turns_a_verified_job_into_a_wrong_one_and_slashes() {
	build_and_execute(|| {
		drawable([ALICE], MIN_BOND);
		work(ALICE, 40, Conduct::Verified);
		let before = view(ALICE).reputation;
		Staking::overrule(&ALICE, 40);
		let view = view(ALICE);
		assert_eq!((view.assigned, view.verified, view.wrong), (1, 0, 1));
		assert_eq!(view.pending_slashes, 40);
		assert_eq!(view.reputation.deconstruct(), before.deconstruct() / 4);
	});
}

#[test]
fn overrule_slashes_when_the_provider_came_back_as_a_new_one() {
	build_and_execute(|| {
		drawable([ALICE], MIN_BOND);
		Staking::overrule(&ALICE, 40);
		assert_eq!((view(ALICE).wrong, view(ALICE).pending_slashes), (0, 40));
	});
}

#[test]
fn overrule_has_no_effect_when_the_provider_left() {
	build_and_execute(|| {
		assert_storage_noop!(Staking::overrule(&ALICE, 40));
	});
}
