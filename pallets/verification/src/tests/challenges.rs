//! Challenges and canaries: a settled job is reviewed, and its requester pays.

use super::play::*;
use crate::{mock::*, Cause, Error, Event, Params, ReviewOf, Reviews, Status};
use frame::testing_prelude::*;
use tercet_primitives::{
	hashing, Agreement,
	Conduct::{Verified, Wrong},
	Disputed, Invalidity, ItemSet, JobId, JobRequest, JobState, Redundancy, H256,
};

const EXACT: Agreement = Agreement::Exact;
const AGREEMENTS: [Agreement; 2] = [EXACT, SIMILAR];
const ITEMS: u32 = 4;
const CANARY_SALT: hashing::Salt = [7; 32];

fn challenge(who: AccountId, job: JobId) -> DispatchResult {
	Verification::challenge(RuntimeOrigin::signed(who), job)
}

fn settled(agreement: Agreement, plans: &[Plan]) -> JobId {
	let job = open(ITEMS, agreement);
	play(in_job(job, plans));
	job
}

fn review_of(job: JobId) -> JobId {
	ReviewOf::<Test>::get(job).unwrap()
}

/// A job with a canary at item 2, whose committee does as planned.
fn with_canary(plans: &[Plan]) -> JobId {
	let canary = hashing::canary(&GENESIS, 2, &digest(HONEST, 2), &CANARY_SALT);
	let request = JobRequest { canary, ..request(ITEMS, Redundancy::DEFAULT) };
	let job = open_request(request, EXACT);
	play(in_job(job, plans));
	job
}

/// Opens the canary against a committee that agreed on what `plan` says.
fn open_canary(who: AccountId, job: JobId, plan: Plan) -> DispatchResult {
	let items = ItemSet::first(ITEMS);
	let proof = hashing::item_proof(&items, &digests(plan, &items), 2).unwrap();
	Verification::open_canary(
		RuntimeOrigin::signed(who),
		job,
		2,
		digest(HONEST, 2),
		CANARY_SALT,
		digest(plan, 2),
		proof.try_into().unwrap(),
	)
}

/// Five are paid for each item of a review.
const REVIEW_COST: i128 = (5 * ITEMS as i128) * PAY as i128 + FEE as i128;
const JOB_COST: i128 = (3 * ITEMS as i128) * PAY as i128 + FEE as i128;

#[test]
fn challenge_costs_the_requester_when_the_answer_was_right() {
	for agreement in AGREEMENTS {
		build_and_execute(|| {
			let job = settled(agreement, &[]);
			assert_ok!(challenge(REQUESTER, job));
			let review = review_of(job);
			assert!(events().contains(&Event::ReviewOpened { job, review }));
			assert!(Verification::is_under_review(job));
			play(by_seat(&[]));
			assert!(!Verification::is_under_review(job));
			assert!(events().contains(&Event::ReviewEnded { job, review, upheld: true }));
			assert_eq!(Reviews::<Test>::get(review).unwrap().status, Status::Upheld);
			assert_eq!(gain(REQUESTER), -JOB_COST - REVIEW_COST);
			assert_eq!(Overruled::get(), Vec::<AccountId>::new());
			assert!(!executors(review).iter().any(|who| executors(job).contains(who)));
		});
	}
}

#[test]
fn challenge_slashes_those_who_agreed_when_the_answer_was_wrong() {
	for agreement in AGREEMENTS {
		build_and_execute(|| {
			let job = settled(agreement, &[Plan::Wrong(1); 3]);
			assert_ok!(challenge(REQUESTER, job));
			let review = review_of(job);
			play(by_seat(&[]));
			assert!(events().contains(&Event::ReviewEnded { job, review, upheld: false }));
			assert_eq!(Overruled::get(), executors(job));
			for who in executors(job) {
				assert_eq!(gain(who), (ITEMS as i128) * PAY as i128 - RISK as i128);
			}
			// The review is free.
			assert_eq!(gain(REQUESTER), -JOB_COST);
			assert_eq!(conducts(review), [Verified; 5]);
		});
	}
}

#[test]
fn challenge_changes_nothing_when_its_review_has_no_quorum() {
	for agreement in AGREEMENTS {
		build_and_execute(|| {
			let job = settled(agreement, &[Plan::Wrong(1); 3]);
			assert_ok!(challenge(REQUESTER, job));
			play(by_seat(&[SILENT; 7]));
			assert_eq!(Overruled::get(), Vec::<AccountId>::new());
			assert_eq!(gain(REQUESTER), -JOB_COST - FEE as i128);
			// Once is enough.
			assert_noop!(challenge(REQUESTER, job), Error::<Test>::AlreadyReviewed);
		});
	}
}

#[test]
fn challenge_of_a_job_paid_in_parts_is_held_against_it_item_by_item() {
	for agreement in AGREEMENTS {
		build_and_execute(|| {
			// The part was right or wrong; the rest is resolved by four of five either way.
			for wrong in [false, true] {
				hypothetically!({
					let common = if wrong { Plan::Wrong(1) } else { HONEST };
					let job = open(ITEMS, agreement);
					let plans = [common, common, odd(wrong), common, common];
					play(in_job(job, &plans));
					let JobState::Settled { disputed, .. } = state(job) else { panic!() };
					assert!(matches!(disputed, Disputed::Resolved(_)));
					assert_eq!(conducts(job), [Verified, Verified, Wrong, Verified, Verified]);
					assert_ok!(challenge(REQUESTER, job));
					let review = review_of(job);
					play(by_seat(&[]));
					let upheld = !wrong;
					assert!(
						events().contains(&Event::ReviewEnded { job, review, upheld }),
						"{agreement:?}"
					);
					assert_eq!(Overruled::get().len(), if wrong { 4 } else { 0 });
					assert_eq!(conducts(review), [Verified; 5]);
				});
			}
		});
	}
}

/// Differs from the others at one item only.
fn odd(wrong: bool) -> Plan {
	if wrong {
		Plan::WrongBut(2)
	} else {
		Plan::WrongAt(2, 3)
	}
}

#[test]
fn challenge_of_a_part_reaches_those_who_kept_the_rest_in_dispute() {
	for agreement in AGREEMENTS {
		build_and_execute(|| {
			// Three colluders agree on wrong items, and have the rest refunded by never agreeing.
			let job = open(ITEMS, agreement);
			let at = |byte| Plan::WrongAnd(2, byte);
			let plans = [at(2), at(3), at(4), SILENT, SILENT, SILENT, SILENT];
			play(in_job(job, &plans));
			let JobState::Settled { disputed, .. } = state(job) else { panic!() };
			assert!(matches!(disputed, Disputed::Refunded { .. }));
			assert_ok!(challenge(REQUESTER, job));
			play(by_seat(&[]));
			assert_eq!(Overruled::get(), executors(job)[..3]);
		});
	}
}

#[test]
fn challenge_is_refused_when_the_origin_is_not_the_requester() {
	build_and_execute(|| {
		let job = settled(EXACT, &[]);
		for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
			assert_noop!(Verification::challenge(origin, job), DispatchError::BadOrigin);
		}
		for who in [STRANGER, executors(job)[0]] {
			assert_noop!(challenge(who, job), Error::<Test>::NotRequester);
		}
	});
}

#[test]
fn challenge_is_refused_when_the_job_is_unknown_or_has_not_settled() {
	build_and_execute(|| {
		assert_noop!(challenge(REQUESTER, JobId(0)), Error::<Test>::UnknownJob);
		let job = open(1, EXACT);
		assert_noop!(challenge(REQUESTER, job), Error::<Test>::NotSettled);
		play(by_seat(&[SILENT; 7]));
		assert_noop!(challenge(REQUESTER, job), Error::<Test>::NotSettled);
		let job = settled(EXACT, &[Plan::Invalid(Invalidity::InputRefused); 3]);
		assert_noop!(challenge(REQUESTER, job), Error::<Test>::NotSettled);
	});
}

#[test]
fn challenge_is_refused_when_the_window_has_closed() {
	build_and_execute(|| {
		let mut params = Params::<Test>::get();
		params.challenge_window = 20;
		Params::<Test>::put(params);
		let job = settled(EXACT, &[]);
		let JobState::Settled { at, .. } = state(job) else { panic!() };
		run_to(at + 20);
		hypothetically!({
			assert_ok!(challenge(REQUESTER, job));
		});
		run_to(at + 21);
		assert_noop!(challenge(REQUESTER, job), Error::<Test>::ChallengeWindowClosed);
	});
}

#[test]
fn challenge_is_refused_when_there_was_one_or_it_is_of_a_review() {
	build_and_execute(|| {
		let job = settled(EXACT, &[]);
		assert_ok!(challenge(REQUESTER, job));
		assert_noop!(challenge(REQUESTER, job), Error::<Test>::AlreadyReviewed);
		play(by_seat(&[]));
		assert_noop!(challenge(REQUESTER, job), Error::<Test>::AlreadyReviewed);
		assert_noop!(challenge(REQUESTER, review_of(job)), Error::<Test>::IsReview);
	});
}

#[test]
fn challenge_is_refused_when_the_requester_cannot_pay_for_the_review() {
	build_and_execute(|| {
		let job = settled(EXACT, &[]);
		ReviewsFail::set(&true);
		assert_noop!(challenge(REQUESTER, job), "no reviews");
	});
}

#[test]
fn challenge_is_possible_after_an_audit_only_if_that_came_to_nothing() {
	for inconclusive in [true, false] {
		build_with_audits(Permill::one(), || {
			let job = open(ITEMS, EXACT);
			let plans: &[Plan] = if inconclusive { &[SILENT; 7] } else { &[] };
			play(|it, who| match it == job {
				true => HONEST,
				false => by_seat(plans)(it, who),
			});
			if inconclusive {
				assert_ok!(challenge(REQUESTER, job));
				let cause = Reviews::<Test>::get(review_of(job)).unwrap().cause;
				assert_eq!(cause, Cause::Challenge { by: REQUESTER });
				play(by_seat(&[]));
			} else {
				assert_noop!(challenge(REQUESTER, job), Error::<Test>::AlreadyReviewed);
			}
		});
	}
}

#[test]
fn open_canary_slashes_a_whole_committee_that_agreed_on_something_else() {
	build_and_execute(|| {
		let job = with_canary(&[Plan::Wrong(1); 3]);
		assert_ok!(open_canary(REQUESTER, job, Plan::Wrong(1)));
		let cause = Reviews::<Test>::get(review_of(job)).unwrap().cause;
		let canary = Cause::Canary { by: REQUESTER, index: 2, digest: digest(HONEST, 2) };
		assert_eq!(cause, canary);
		play(by_seat(&[]));
		assert_eq!(Overruled::get(), executors(job));
		assert_eq!(gain(REQUESTER), -JOB_COST);
	});
}

#[test]
fn open_canary_costs_the_requester_when_the_larger_committee_does_not_confirm_it() {
	build_and_execute(|| {
		// The requester expects what nobody else finds.
		let canary = hashing::canary(&GENESIS, 2, &digest(Plan::Wrong(9), 2), &CANARY_SALT);
		let request = JobRequest { canary, ..request(ITEMS, Redundancy::DEFAULT) };
		let job = open_request(request, EXACT);
		play(by_seat(&[]));
		let items = ItemSet::first(ITEMS);
		let proof = hashing::item_proof(&items, &digests(HONEST, &items), 2).unwrap();
		assert_ok!(Verification::open_canary(
			RuntimeOrigin::signed(REQUESTER),
			job,
			2,
			digest(Plan::Wrong(9), 2),
			CANARY_SALT,
			digest(HONEST, 2),
			proof.try_into().unwrap(),
		));
		play(by_seat(&[]));
		assert!(Overruled::get().is_empty());
		assert_eq!(gain(REQUESTER), -JOB_COST - REVIEW_COST);
	});
}

#[test]
fn open_canary_is_refused_when_it_shows_nothing() {
	build_and_execute(|| {
		let honest = with_canary(&[]);
		assert_noop!(open_canary(REQUESTER, honest, HONEST), Error::<Test>::CanaryAgrees);
		assert_noop!(open_canary(REQUESTER, honest, Plan::Wrong(1)), Error::<Test>::BadProof);
		assert_noop!(open_canary(STRANGER, honest, HONEST), Error::<Test>::NotRequester);
		let wrong = with_canary(&[Plan::Wrong(1); 3]);
		let root = RuntimeOrigin::root();
		let signed = RuntimeOrigin::signed(REQUESTER);
		let proof = BoundedVec::new;
		let open = |origin, index, digest, salt| {
			Verification::open_canary(origin, wrong, index, digest, salt, H256::zero(), proof())
		};
		let right = digest(HONEST, 2);
		assert_noop!(open(root, 2, right, CANARY_SALT), DispatchError::BadOrigin);
		for (index, digest, salt) in
			[(3, right, CANARY_SALT), (2, H256::zero(), CANARY_SALT), (2, right, [8; 32])]
		{
			let result = open(signed.clone(), index, digest, salt);
			assert_noop!(result, Error::<Test>::CanaryMismatch);
		}
		let result = open(signed, 2, right, CANARY_SALT);
		assert_noop!(result, Error::<Test>::BadProof);
	});
}

/// Whichever response of the review is canonical.
#[test]
fn challenge_upholds_when_one_of_the_review_is_close() {
	for (bits, upheld) in [(20, true), (21, false)] {
		for nonce in 0..12 {
			build_and_execute(|| {
				Nonce::set(&nonce);
				let job = settled(SIMILAR, &[]);
				assert_ok!(challenge(REQUESTER, job));
				let far = Plan::Noisy(bits + 20);
				play(by_seat(&[far, far, Plan::Noisy(bits), far, far]));
				let review = review_of(job);
				let event = Event::ReviewEnded { job, review, upheld };
				assert!(events().contains(&event), "{bits} bits");
			});
		}
	}
}

#[test]
fn open_canary_is_refused_when_answers_are_similar_or_the_item_was_not_settled() {
	build_and_execute(|| {
		let job = settled(SIMILAR, &[]);
		assert_noop!(open_canary(REQUESTER, job, HONEST), Error::<Test>::CanaryNeedsExact);
		let at = |byte| Plan::WrongAt(2, byte);
		let job = with_canary(&[at(1), at(2), at(3), at(4), at(5), at(6), at(7)]);
		assert_noop!(open_canary(REQUESTER, job, at(1)), Error::<Test>::ItemNotSettled);
	});
}

#[test]
fn open_canary_is_refused_when_the_item_is_not_in_the_job() {
	build_and_execute(|| {
		let canary = hashing::canary(&GENESIS, 9, &H256::zero(), &CANARY_SALT);
		let request = JobRequest { canary, ..request(ITEMS, Redundancy::DEFAULT) };
		let job = open_request(request, EXACT);
		play(by_seat(&[]));
		let result = Verification::open_canary(
			RuntimeOrigin::signed(REQUESTER),
			job,
			9,
			H256::zero(),
			CANARY_SALT,
			digest(HONEST, 3),
			BoundedVec::new(),
		);
		assert_noop!(result, Error::<Test>::BadProof);
	});
}
