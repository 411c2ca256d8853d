//! Audits: a fresh committee, before payout.

use super::play::*;
use crate::{mock::*, params::VerificationParams, Cause, Event, Params, ReviewOf, Reviews, Status};
use frame::testing_prelude::*;
use tercet_primitives::{
	Agreement,
	Conduct::{Unresolved, Verified, Wrong},
	Decision, Invalidity, JobId, JobState, Redundancy, RefundReason, Stage,
};

const AGREEMENTS: [Agreement; 2] = [Agreement::Exact, SIMILAR];

/// A job that is held for its audit.
fn audited(agreement: Agreement, plans: &[Plan]) -> (JobId, JobId) {
	let job = open(4, agreement);
	play_to(job, Stage::Held, in_job(job, plans));
	let review = ReviewOf::<Test>::get(job).unwrap();
	let record = Reviews::<Test>::get(review).unwrap();
	assert_eq!((record.of, record.cause, record.status), (job, Cause::Audit, Status::Open));
	(job, review)
}

fn always(test: impl Fn(Agreement)) {
	for agreement in AGREEMENTS {
		build_with_audits(Permill::one(), || test(agreement));
	}
}

fn ended(job: JobId, review: JobId, upheld: bool) -> bool {
	events().contains(&Event::ReviewEnded { job, review, upheld })
}

#[test]
fn audit_pays_both_committees_when_they_agree() {
	always(|agreement| {
		let (job, review) = audited(agreement, &[]);
		play(by_seat(&[]));
		assert!(matches!(state(job), JobState::Settled { .. }));
		assert_eq!((conducts(job), conducts(review)), (vec![Verified; 3], vec![Verified; 5]));
		assert_eq!(Reviews::<Test>::get(review).unwrap().status, Status::Upheld);
		assert!(ended(job, review, true));
		// The treasury pays for the audit, its fee to itself.
		assert_eq!(gain(TREASURY), FEE as i128 - 5 * 4 * PAY as i128);
		assert!(!executors(review).iter().any(|who| executors(job).contains(who)));
	});
}

#[test]
fn audit_overrules_a_whole_committee_of_colluders() {
	always(|agreement| {
		let (job, review) = audited(agreement, &[Plan::Wrong(1); 3]);
		play(in_job(job, &[Plan::Wrong(1); 3]));
		let JobState::Refunded { reason, .. } = state(job) else { panic!() };
		assert_eq!(reason, RefundReason::Overruled);
		assert_eq!(committee(job).decision, Some(Decision::Overruled));
		assert_eq!((conducts(job), conducts(review)), (vec![Wrong; 3], vec![Verified; 5]));
		for who in executors(job) {
			assert_eq!(gain(who), -(RISK as i128));
		}
		assert_eq!(gain(REQUESTER), -(FEE as i128));
		assert!(ended(job, review, false));
	});
}

/// Whichever responses are canonical.
#[test]
fn audit_overrules_only_those_who_are_close_to_nobody_of_its_quorum() {
	for (bits, upheld) in [(33, true), (41, false)] {
		for nonce in 0..12 {
			build_with_audits(Permill::one(), || {
				Nonce::set(&nonce);
				let plans = [HONEST, Plan::Noisy(12), Plan::Noisy(20)];
				let (job, review) = audited(SIMILAR, &plans);
				play(|of, who| match of == job {
					true => by_seat(&plans)(of, who),
					false => Plan::Noisy(bits),
				});
				assert!(ended(job, review, upheld));
				let conduct = if upheld { Verified } else { Wrong };
				assert_eq!(conducts(job), [conduct; 3], "{bits} bits");
			});
		}
	}
}

#[test]
fn audit_overrules_those_who_claim_that_a_good_job_is_invalid() {
	always(|agreement| {
		let plans = [Plan::Invalid(Invalidity::ModelRefused); 3];
		let (job, _) = audited(agreement, &plans);
		play(in_job(job, &plans));
		assert_eq!(committee(job).decision, Some(Decision::Overruled));
		assert_eq!(conducts(job), [Wrong; 3]);
	});
}

#[test]
fn audit_blames_nobody_when_a_blob_is_missing_for_one_side() {
	always(|agreement| {
		let missing = [Plan::Invalid(Invalidity::BlobMissing); 5];
		let (job, review) = audited(agreement, &[]);
		play(in_job(review, &missing));
		assert!(matches!(state(job), JobState::Settled { .. }));
		assert!(matches!(state(review), JobState::Invalid { .. }));
		assert_eq!(conducts(job), [Verified; 3]);
	});
}

#[test]
fn audit_lets_the_first_verdict_stand_when_it_has_none_itself() {
	always(|agreement| {
		let (job, review) = audited(agreement, &[]);
		play(in_job(review, &[SILENT; 7]));
		assert!(matches!(state(job), JobState::Settled { .. }));
		assert!(matches!(state(review), JobState::Refunded { .. }));
		assert_eq!(conducts(job), [Verified; 3]);
		assert_eq!(Reviews::<Test>::get(review).unwrap().status, Status::Ended);
	});
}

#[test]
fn audit_lets_the_first_verdict_stand_when_nobody_can_be_drawn() {
	always(|agreement| {
		Available::set(&vec![11, 12, 13, 14]);
		let (job, review) = audited(agreement, &[]);
		play(by_seat(&[]));
		let JobState::Settled { at, .. } = state(job) else { panic!() };
		assert!(at <= START + TIME);
		assert!(matches!(
			state(review),
			JobState::Refunded { reason: RefundReason::NoCommittee, .. }
		));
		assert_eq!(conducts(job), [Verified; 3]);
	});
}

#[test]
fn audited_committee_is_held_until_the_audit_has_committed() {
	always(|agreement| {
		let (job, review) = audited(agreement, &[]);
		play_to(review, Stage::Lottery, by_seat(&[]));
		assert_eq!(stage(job).0, Stage::Held);
		play_to(
			review,
			if agreement == SIMILAR { Stage::Seal } else { Stage::Reveal },
			by_seat(&[]),
		);
		assert_eq!(stage(job).0, stage(review).0);
		assert_eq!(committee(job).seed, committee(review).seed);
	});
}

#[test]
fn audited_committee_is_held_for_half_of_its_time_at_most() {
	always(|agreement| {
		// Nobody can be drawn for the audit.
		Available::set(&vec![11, 12, 13, 14]);
		let (job, _) = audited(agreement, &[]);
		let begun = System::block_number() - 1;
		let until = begun + (START + TIME - begun) / 2;
		assert_eq!(stage(job), (Stage::Held, until));
		play_while(by_seat(&[]), || System::block_number() < until);
		assert_eq!(stage(job).0, Stage::Held);
		skip(1);
		assert_ne!(stage(job).0, Stage::Held);
	});
}

#[test]
fn audited_committee_waits_for_the_verdict() {
	always(|agreement| {
		let (job, review) = audited(agreement, &[]);
		let late = |it: JobId, who| match it == review && stage(review).0 == Stage::Reveal {
			true => Plan::SilentFrom(Stage::Reveal),
			false => by_seat(&[])(it, who),
		};
		play_to(job, Stage::Audit, late);
		assert_eq!(stage(job), (Stage::Audit, START + TIME));
		assert_eq!(gain(executors(job)[0]), 0);
		play(by_seat(&[]));
		assert_eq!(conducts(job), [Verified; 3]);
	});
}

#[test]
fn audit_counts_when_it_ends_before_the_audited_committee_agrees() {
	always(|agreement| {
		// One of the audited is wrong: they escalate, while the audit ends.
		let plans = [HONEST, HONEST, Plan::Wrong(1)];
		let (job, review) = audited(agreement, &plans);
		play(in_job(job, &plans));
		assert_eq!(conducts(job), [Verified, Verified, Wrong, Verified, Verified]);
		assert_eq!(conducts(review), [Verified; 5]);
		// Fresh executors were not taken from the audit either.
		assert!(!executors(review).iter().any(|who| executors(job).contains(who)));
		assert!(ended(job, review, true));
	});
}

#[test]
fn audited_job_is_not_narrowed() {
	always(|agreement| {
		let plans = [HONEST, HONEST, Plan::WrongAt(2, 1)];
		let (job, _) = audited(agreement, &plans);
		play(in_job(job, &plans));
		let narrowed = |event: &Event<Test>| matches!(event, Event::Narrowed { .. });
		assert!(!events().iter().any(narrowed));
		assert_eq!(conducts(job), [Verified, Verified, Wrong, Verified, Verified]);
	});
}

#[test]
fn overruled_committee_blames_only_those_who_agreed() {
	always(|agreement| {
		let plans = [Plan::Wrong(1), Plan::Wrong(1), HONEST, Plan::Wrong(1), Plan::Wrong(1)];
		let (job, _) = audited(agreement, &plans);
		play(in_job(job, &plans));
		if agreement == Agreement::Exact {
			assert_eq!(conducts(job), [Wrong, Wrong, Unresolved, Wrong, Wrong]);
		} else {
			// Another round has another seed: the verdicts cannot be compared.
			assert_eq!(conducts(job), [Verified, Verified, Wrong, Verified, Verified]);
		}
	});
}

#[test]
fn audit_does_not_begin_when_time_is_short_or_the_treasury_cannot_pay() {
	build_with_audits(Permill::one(), || {
		let reviewed = |job| {
			play(by_seat(&[]));
			ReviewOf::<Test>::contains_key(job)
		};
		// The lottery is two blocks after the draw, which is one after the submission.
		let left = |blocks| START + 3 + blocks;
		let min = VerificationParams::default().min_audit_time;
		for (deadline, audited) in [(left(min - 1), false), (left(min), true)] {
			hypothetically!({
				let request =
					tercet_primitives::JobRequest { deadline, ..request(1, Redundancy::DEFAULT) };
				let job = open_request(request, Agreement::Exact);
				assert_eq!(reviewed(job), audited, "{deadline}");
			});
		}
		ReviewsFail::set(&true);
		let job = open(1, Agreement::Exact);
		assert!(!reviewed(job));
		assert!(matches!(state(job), JobState::Settled { .. }));
		assert_eq!(Jobs::get().len(), 1);
	});
}

#[test]
fn audits_are_as_frequent_as_governance_says_and_reviews_are_not_audited() {
	let rate = Permill::from_percent(25);
	build_with_audits(rate, || {
		let mut params = Params::<Test>::get();
		params.proven_audit_rate = Permill::one();
		Params::<Test>::put(params);
		for _ in 0..200 {
			submit(1, Agreement::Exact);
		}
		MaxTransitions::set(&10_000);
		let single = request(1, Redundancy { executors: 1, quorum: 1 });
		let single = Market::insert(REQUESTER, single, Agreement::Exact).unwrap();
		play(by_seat(&[]));
		let audits = ReviewOf::<Test>::iter_keys().filter(|job| job.0 < 200).count();
		// Three standard deviations are 18.
		assert!((32..=68).contains(&audits), "{audits}");
		assert!(ReviewOf::<Test>::contains_key(single), "proven providers are audited more");
		for review in ReviewOf::<Test>::iter_values() {
			assert!(!ReviewOf::<Test>::contains_key(review));
		}
	});
}
