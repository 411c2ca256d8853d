//! What each duty is refused for, with nothing changed.

use super::play::*;
use crate::{mock::*, Error, WeightInfo};
use frame::testing_prelude::*;
use tercet_primitives::{
	hashing, Agreement, BlobRef, Duty, Invalidity, JobId, Payload, Response, SeatState, Stage,
	Votes, H256, MAX_ITEMS,
};

const EXACT: Agreement = Agreement::Exact;

/// A job in `stage`, answered honestly so far, or with one wrong item where that is needed.
fn job_in(stage: Stage, agreement: Agreement) -> (JobId, [AccountId; 3]) {
	let job = open(4, agreement);
	play_to(job, stage, plans);
	(job, executors(job)[..3].try_into().unwrap())
}

fn plans(job: JobId, who: AccountId) -> Plan {
	by_seat(&[HONEST, HONEST, Plan::WrongAt(2, 1)])(job, who)
}

fn refused(who: AccountId, duty: Duty, error: Error<Test>) {
	assert!(!Verification::owes(&who, std::slice::from_ref(&duty)));
	assert_noop!(one(who, duty), error);
}

#[test]
fn answer_is_refused_when_the_origin_is_not_signed() {
	build_and_execute(|| {
		let (job, [a, ..]) = job_in(Stage::Commit, EXACT);
		let duties: BoundedVec<_, _> = vec![commit_duty(job, a, HONEST)].try_into().unwrap();
		for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
			assert_noop!(Verification::answer(origin, duties.clone()), DispatchError::BadOrigin);
		}
	});
}

#[test]
fn answer_is_refused_when_there_is_no_duty_or_one_twice() {
	build_and_execute(|| {
		let (job, [a, ..]) = job_in(Stage::Commit, EXACT);
		assert_noop!(call(a, vec![]), Error::<Test>::NoDuties);
		let duty = commit_duty(job, a, HONEST);
		assert_noop!(call(a, vec![duty.clone(), duty]), Error::<Test>::DuplicateDuty);
	});
}

#[test]
fn answer_does_all_duties_or_none() {
	build_and_execute(|| {
		let (first, [a, ..]) = job_in(Stage::Commit, EXACT);
		let second = open(1, EXACT);
		// Whoever sits in both, or else in the first only.
		let stranger = !executors(second).contains(&a);
		let duties = vec![commit_duty(first, a, HONEST), Duty::Abstain { job: second }];
		if stranger {
			assert_noop!(call(a, duties), Error::<Test>::NotExecutor);
			return;
		}
		let mut wrong = duties.clone();
		wrong.push(Duty::Abstain { job: JobId(9) });
		assert_noop!(call(a, wrong), Error::<Test>::UnknownJob);
		assert_ok!(call(a, duties));
		assert!(matches!(seat_of(first, a).state, SeatState::Committed(_)));
		assert_eq!(seat_of(second, a).state, SeatState::Abstained);
	});
}

#[test]
fn answer_reveals_one_job_with_the_commitment_of_the_next() {
	build_and_execute(|| {
		Available::set(&vec![11, 12, 13]);
		let (first, executors) = job_in(Stage::Reveal, EXACT);
		let second = submit(1, EXACT);
		skip(2);
		for who in executors {
			let plan = plans(first, who);
			let duties = vec![reveal_duty(first, who, plan), commit_duty(second, who, HONEST)];
			assert!(Verification::owes(&who, &duties));
			assert_ok!(call(who, duties));
		}
		assert_eq!(stage(first).0, Stage::Itemize);
		assert_eq!(stage(second).0, Stage::Lottery);
	});
}

#[test]
fn answer_is_refused_when_the_job_or_the_seat_is_unknown() {
	build_and_execute(|| {
		let (job, [a, ..]) = job_in(Stage::Commit, EXACT);
		refused(a, Duty::Abstain { job: JobId(7) }, Error::UnknownJob);
		// Known to the market, but not drawn.
		let queued = submit(1, EXACT);
		refused(a, Duty::Abstain { job: queued }, Error::UnknownJob);
		for who in [STRANGER, REQUESTER] {
			refused(who, Duty::Abstain { job }, Error::NotExecutor);
		}
	});
}

#[test]
fn answer_is_refused_when_the_committee_has_ended() {
	build_and_execute(|| {
		let (job, [a, ..]) = job_in(Stage::Ended, EXACT);
		let duties = [Duty::Abstain { job }, reveal_duty(job, a, HONEST)];
		for duty in duties.into_iter().chain([itemize_duty(job, a, HONEST)]) {
			refused(a, duty, Error::AlreadyDecided);
		}
	});
}

#[test]
fn commit_is_refused_when_the_seat_has_answered() {
	build_and_execute(|| {
		let (job, [a, b, _]) = job_in(Stage::Commit, EXACT);
		assert_ok!(one(a, commit_duty(job, a, HONEST)));
		refused(a, commit_duty(job, a, HONEST), Error::AlreadyCommitted);
		refused(a, commit_duty(job, a, Plan::Wrong(1)), Error::AlreadyCommitted);
		refused(a, Duty::Abstain { job }, Error::AlreadyCommitted);
		assert_ok!(one(b, Duty::Abstain { job }));
		refused(b, Duty::Abstain { job }, Error::AlreadyAbstained);
		refused(b, commit_duty(job, b, HONEST), Error::AlreadyAbstained);
	});
}

#[test]
fn duties_are_refused_when_the_stage_is_another() {
	build_and_execute(|| {
		for agreement in [EXACT, SIMILAR] {
			hypothetically!({
				let (job, [a, ..]) = job_in(Stage::Commit, agreement);
				refused(a, seal_duty(job, a, HONEST), Error::WrongStage);
				refused(a, reveal_duty(job, a, HONEST), Error::NotCommitted);
				refused(a, itemize_duty(job, a, HONEST), Error::WrongStage);
				assert_ok!(one(a, commit_duty(job, a, HONEST)));
				refused(a, reveal_duty(job, a, HONEST), Error::WrongStage);
				refused(a, seal_duty(job, a, HONEST), Error::WrongStage);
			});
		}
		let (job, [a, ..]) = job_in(Stage::Seal, SIMILAR);
		refused(a, reveal_duty(job, a, HONEST), Error::WrongStage);
		refused(a, open_duty(job, a, HONEST), Error::WrongStage);
		assert_ok!(one(a, seal_duty(job, a, HONEST)));
		refused(a, seal_duty(job, a, HONEST), Error::AlreadySealed);
		play_to(job, Stage::Reveal, plans);
		refused(a, itemize_duty(job, a, HONEST), Error::WrongStage);
		refused(a, Duty::Abstain { job }, Error::AlreadyCommitted);
	});
}

#[test]
fn duties_are_refused_when_the_seat_fell_silent() {
	build_and_execute(|| {
		let job = open(4, EXACT);
		// With a quorum of two, a job goes on without the third.
		let two = tercet_primitives::Redundancy { executors: 3, quorum: 2 };
		let other = open_request(request(4, two), EXACT);
		let late = executors(other)[2];
		play_to(other, Stage::Reveal, in_job(other, &[HONEST, HONEST, SILENT]));
		assert_eq!(seat_of(other, late).state, SeatState::Silent);
		refused(late, commit_duty(other, late, HONEST), Error::FellSilent);
		refused(late, reveal_duty(other, late, HONEST), Error::FellSilent);
		// The same for whoever fell silent after its commitment.
		let last = open_request(request(4, two), EXACT);
		let plans = [HONEST, Plan::WrongAt(1, 1), Plan::SilentFrom(Stage::Reveal)];
		play_to(last, Stage::Itemize, in_job(last, &plans));
		let late = executors(last)[2];
		assert_eq!(seat_of(last, late).state, SeatState::Withheld);
		refused(late, reveal_duty(last, late, HONEST), Error::FellSilent);
		assert!(matches!(state(job), tercet_primitives::JobState::Settled { .. }));
	});
}

#[test]
fn reveal_is_refused_when_it_does_not_open_the_commitment() {
	build_and_execute(|| {
		let (job, [a, b, _]) = job_in(Stage::Reveal, EXACT);
		let honest = answer(HONEST, &committee(job).items);
		let reveal = |response, salt| Duty::Reveal { job, response, salt };
		let other = answer(Plan::Wrong(1), &committee(job).items);
		for (response, salt) in [
			(Response::Result(honest.clone()), salt(b)),
			(Response::Result(other.clone()), salt(a)),
			(
				Response::Result(tercet_primitives::Answer {
					root: H256::zero(),
					..honest.clone()
				}),
				salt(a),
			),
			(
				Response::Result(tercet_primitives::Answer { output: other.output, ..honest }),
				salt(a),
			),
			(Response::Invalid(Invalidity::BlobMissing), salt(a)),
		] {
			refused(a, reveal(response, salt), Error::CommitmentMismatch);
		}
		assert_ok!(one(a, reveal_duty(job, a, HONEST)));
		refused(a, reveal_duty(job, a, HONEST), Error::AlreadyRevealed);
		refused(a, commit_duty(job, a, HONEST), Error::AlreadyRevealed);
		// Nothing was sealed, and nothing is, under this agreement.
		refused(a, open_duty(job, a, HONEST), Error::NotSealed);
	});
}

#[test]
fn open_seal_is_refused_when_it_does_not_open_the_seal() {
	build_and_execute(|| {
		let (job, [a, b, c]) = job_in(Stage::Reveal, SIMILAR);
		refused(a, open_duty(job, a, HONEST), Error::NotRevealed);
		assert_ok!(one(a, reveal_duty(job, a, HONEST)));
		let open = |votes: Vec<_>, salt| Duty::OpenSeal {
			job,
			fingerprints: votes.try_into().unwrap(),
			salt,
		};
		let votes = fingerprints(HONEST, &committee(job)).into_inner();
		refused(a, open(votes[..3].to_vec(), salt(a)), Error::WrongVoteCount);
		refused(a, open(vec![], salt(a)), Error::WrongVoteCount);
		refused(a, open(votes.clone(), salt(b)), Error::SealMismatch);
		refused(a, open(vec![[0; 32]; 4], salt(a)), Error::SealMismatch);
		assert_ok!(one(a, open(votes, salt(a))));
		refused(a, open_duty(job, a, HONEST), Error::AlreadyVoted);
		// In one call, in this order only.
		let both = [open_duty(job, b, HONEST), reveal_duty(job, b, HONEST)];
		assert_noop!(call(b, both.to_vec()), Error::<Test>::NotRevealed);
		assert_ok!(call(b, both.into_iter().rev().collect()));
		assert_ok!(call(c, duties(job, c, Plan::WrongAt(2, 1))));
	});
}

#[test]
fn itemize_is_refused_when_digests_do_not_lead_to_the_root() {
	build_and_execute(|| {
		let (job, [a, _, c]) = job_in(Stage::Itemize, EXACT);
		let itemize =
			|digests: Vec<[u8; 32]>| Duty::Itemize { job, digests: digests.try_into().unwrap() };
		let items = committee(job).items;
		let right: Vec<_> = digests(HONEST, &items).into_iter().map(|it| it.0).collect();
		refused(a, itemize(right[..3].to_vec()), Error::WrongVoteCount);
		refused(a, itemize(vec![[0; 32]; MAX_ITEMS as usize]), Error::WrongVoteCount);
		let mut swapped = right.clone();
		swapped.swap(0, 1);
		refused(a, itemize(swapped), Error::RootMismatch);
		refused(c, itemize(right.clone()), Error::RootMismatch);
		assert_ok!(one(a, itemize(right)));
		refused(a, itemize_duty(job, a, HONEST), Error::AlreadyVoted);
	});
}

#[test]
fn itemize_is_refused_when_the_response_is_no_result() {
	build_and_execute(|| {
		let two = tercet_primitives::Redundancy { executors: 3, quorum: 2 };
		let job = open_request(request(4, two), EXACT);
		let invalid = Plan::Invalid(Invalidity::InputRefused);
		play_to(job, Stage::Itemize, by_seat(&[HONEST, Plan::Wrong(1), invalid]));
		let c = executors(job)[2];
		let digests = Votes::default();
		refused(c, Duty::Itemize { job, digests }, Error::NoResult);
	});
}

#[test]
fn answer_is_free_and_weighs_what_it_did() {
	build_and_execute(|| {
		let (job, [a, b, c]) = job_in(Stage::Commit, EXACT);
		let post = one(a, commit_duty(job, a, HONEST)).unwrap();
		let weight = Weights::commit();
		assert_eq!((post.pays_fee, post.actual_weight), (Pays::No, Some(weight)));
		play_to(job, Stage::Reveal, by_seat(&[]));
		for who in [a, b, c] {
			let duties = vec![reveal_duty(job, who, HONEST)];
			let at_most = crate::weights::answer_at_most::<Weights>(&duties);
			let mut weight = Weights::reveal(32);
			if who == c {
				// Equal roots say all.
				weight.saturating_accrue(Weights::compare(1));
			}
			let post = call(who, duties).unwrap();
			assert_eq!(post.actual_weight, Some(weight));
			assert!(weight.all_lte(at_most));
		}
	});
}

#[test]
fn answer_weighs_a_comparison_of_every_item_when_votes_are_held_against_each_other() {
	let last = |job, plans: &[Plan], stage: Stage| {
		play_to(job, stage, by_seat(plans));
		let all = executors(job);
		let weights = all.into_iter().map(|who| {
			let plan = by_seat(plans)(job, who);
			let duties = duties(job, who, plan);
			let recorded = crate::weights::recorded::<Weights>(&duties);
			let at_most = crate::weights::answer_at_most::<Weights>(&duties);
			let weight = call(who, duties).unwrap().actual_weight.unwrap();
			assert!(weight.all_lte(at_most));
			weight - recorded
		});
		let weights: Vec<_> = weights.collect();
		assert_eq!(weights[..2], [Weight::zero(), Weight::zero()]);
		weights[2]
	};
	build_and_execute(|| {
		let differ = [HONEST, HONEST, Plan::WrongAt(2, 1)];
		let job = open(4, EXACT);
		// Roots differ, so items are asked for, and compared.
		assert_eq!(last(job, &differ, Stage::Reveal), Weights::compare(1));
		assert_eq!(last(job, &differ, Stage::Itemize), Weights::compare(4));
		let job = open(3, SIMILAR);
		assert_eq!(last(job, &differ, Stage::Commit), Weight::zero());
		assert_eq!(last(job, &differ, Stage::Seal), Weight::zero());
		assert_eq!(last(job, &differ, Stage::Reveal), Weights::compare(3));
	});
}

#[test]
fn answer_weighs_inline_bytes_and_votes() {
	let weight = |duty| crate::weights::recorded::<Weights>(&[duty]);
	let reveal = |output| {
		let response = Response::Result(tercet_primitives::Answer { root: H256::zero(), output });
		Duty::Reveal { job: JobId(0), response, salt: [0; 32] }
	};
	let blob = BlobRef { blob_id: [0; 32], digest: H256::zero(), size: 1_000 };
	let inline = Payload::Inline(vec![0; 1_000].try_into().unwrap());
	assert_eq!(weight(reveal(Payload::Blob(blob))), Weights::reveal(0));
	assert_eq!(weight(reveal(inline)), Weights::reveal(1_000));
	let digests = vec![[0; 32]; 9].try_into().unwrap();
	assert_eq!(weight(Duty::Itemize { job: JobId(0), digests }), Weights::itemize(9));
}

#[test]
fn answer_is_owed_only_by_the_drawn_only_once_and_only_in_the_window() {
	build_and_execute(|| {
		let (job, [a, b, _]) = job_in(Stage::Commit, EXACT);
		let duties = [commit_duty(job, a, HONEST)];
		assert!(Verification::owes(&a, &duties));
		assert!(!Verification::owes(&STRANGER, &duties));
		assert!(!Verification::owes(&a, &[]));
		let (_, until) = stage(job);
		run_to(until);
		assert!(Verification::owes(&a, &duties));
		assert_ok!(call(a, duties.to_vec()));
		assert!(!Verification::owes(&a, &duties));
		assert!(Verification::owes(&b, &[commit_duty(job, b, HONEST)]));
		run_to(until + 1);
		assert!(!Verification::owes(&b, &[commit_duty(job, b, HONEST)]));
	});
}

#[test]
fn answer_is_owed_when_a_seal_is_opened_with_its_reveal() {
	build_and_execute(|| {
		let (job, [a, ..]) = job_in(Stage::Reveal, SIMILAR);
		let both = [reveal_duty(job, a, HONEST), open_duty(job, a, HONEST)];
		assert!(Verification::owes(&a, &both));
		assert!(!Verification::owes(&a, &both[1..]));
		// Somebody else's hash opens nothing.
		let seal = hashing::seal(&GENESIS, job, 0, &a, &[], &salt(a));
		assert!(!Verification::owes(&a, &[both[0].clone(), Duty::Seal { job, seal }]));
	});
}
