//! Agreement by fingerprints.

use super::play::*;
use crate::{mock::*, Error, Event};
use frame::testing_prelude::*;
use tercet_primitives::{
	hamming_distance,
	Conduct::{Silent, Unresolved, Verified, Withheld, Wrong},
	Duty, JobState, Response, SeatState, Stage, H256,
};

#[test]
fn similar_seats_agree_when_fingerprints_are_close() {
	build_and_execute(|| {
		let job = open(3, SIMILAR);
		// Each within 20 bits of each other.
		play(by_seat(&[HONEST, Plan::Noisy(12), Plan::Noisy(20)]));
		assert_eq!(conducts(job), [Verified; 3]);
		assert!(matches!(state(job), JobState::Settled { .. }));
	});
}

#[test]
fn similar_seats_differ_when_one_bit_is_too_many() {
	build_and_execute(|| {
		for (bits, rounds) in [(20, 0), (21, 1)] {
			let job = open(3, SIMILAR);
			play(in_job(job, &[HONEST, HONEST, Plan::Noisy(bits)]));
			assert_eq!(committee(job).round, rounds, "{bits} bits");
		}
	});
}

#[test]
fn similar_largest_set_counts_when_distance_is_not_transitive() {
	build_and_execute(|| {
		let redundancy = tercet_primitives::Redundancy { executors: 5, quorum: 3 };
		let job = open_request(request(1, redundancy), SIMILAR);
		// The ends are too far from each other. Who is close to some of the largest set, but not to
		// all, is not paid and not blamed.
		let plans = [HONEST, Plan::Noisy(10), Plan::Noisy(20), Plan::Noisy(33), Plan::Noisy(41)];
		play(by_seat(&plans));
		assert_eq!(conducts(job), [Verified, Verified, Verified, Unresolved, Wrong]);
	});
}

#[test]
fn similar_minority_of_colluders_is_slashed() {
	build_and_execute(|| {
		let job = open(3, SIMILAR);
		play(by_seat(&[Plan::Wrong(1), HONEST, Plan::Wrong(1)]));
		assert_eq!(conducts(job), [Wrong, Verified, Wrong, Verified, Verified, Verified, Verified]);
	});
}

#[test]
fn similar_seed_is_unknown_until_commitments_are_in_and_new_in_every_round() {
	build_and_execute(|| {
		let job = open(3, SIMILAR);
		answer_all(&by_seat(&[]));
		assert_eq!(committee(job).seed, H256::zero());
		skip(2);
		let first = committee(job).seed;
		assert_ne!(first, H256::zero());
		let plans = [HONEST, HONEST, Plan::SilentFrom(Stage::Seal)];
		play_to(job, Stage::Draw, by_seat(&plans));
		play_to(job, Stage::Seal, by_seat(&plans));
		assert_ne!(committee(job).seed, first);
		// Those who have revealed take part again.
		let [a, b, ..] = executors(job)[..] else { panic!() };
		for who in [a, b] {
			let seat = seat_of(job, who);
			assert!(matches!(seat.state, SeatState::Revealed(Response::Result(_))));
			assert_eq!((seat.seal, seat.voted), (None, false));
			assert_ok!(one(who, seal_duty(job, who, HONEST)));
		}
		play(by_seat(&plans));
		assert_eq!(conducts(job), [Verified, Verified, Withheld, Verified, Verified]);
	});
}

#[test]
fn similar_seat_withholds_when_it_does_not_seal_again() {
	build_and_execute(|| {
		let job = open(3, SIMILAR);
		play_to(job, Stage::Draw, by_seat(&[HONEST, HONEST, SILENT]));
		play_to(job, Stage::Commit, by_seat(&[]));
		play(by_seat(&[HONEST, Plan::SilentFrom(Stage::Seal), SILENT]));
		assert_eq!(
			conducts(job),
			[Verified, Withheld, Silent, Verified, Verified, Verified, Verified]
		);
	});
}

#[test]
fn similar_copy_of_a_seal_or_its_fingerprints_is_worthless() {
	build_and_execute(|| {
		let job = open(3, SIMILAR);
		// The copier has run nothing: it copies a commitment, and a seal.
		let [a, copier, c] = executors(job).try_into().unwrap();
		assert_ok!(one(a, commit_duty(job, a, HONEST)));
		let Duty::Commit { commitment, .. } = commit_duty(job, a, HONEST) else { panic!() };
		assert_ok!(one(copier, Duty::Commit { job, commitment }));
		assert_ok!(one(c, commit_duty(job, c, HONEST)));
		skip(2);
		assert_ok!(one(a, seal_duty(job, a, HONEST)));
		let Duty::Seal { seal, .. } = seal_duty(job, a, HONEST) else { panic!() };
		assert_ok!(one(copier, Duty::Seal { job, seal }));
		assert_ok!(one(c, seal_duty(job, c, HONEST)));
		assert_ok!(call(a, duties(job, a, HONEST)));
		// Everything of the first one's is public now.
		let Duty::Reveal { response, .. } = reveal_duty(job, a, HONEST) else { panic!() };
		let reveal = Duty::Reveal { job, response, salt: salt(a) };
		assert_noop!(one(copier, reveal), Error::<Test>::CommitmentMismatch);
		let plans = [HONEST, Plan::SilentFrom(Stage::Reveal)];
		play(by_seat(&plans));
		assert_eq!(conducts(job), [Verified, Withheld, Verified, Verified, Verified]);
	});
}

#[test]
fn similar_fingerprints_cannot_be_chosen_after_others_were_seen() {
	build_and_execute(|| {
		let job = open(3, SIMILAR);
		play_to(job, Stage::Reveal, by_seat(&[HONEST, HONEST, Plan::Wrong(1)]));
		let [a, _, c] = executors(job).try_into().unwrap();
		assert_ok!(call(a, duties(job, a, HONEST)));
		assert_ok!(one(c, reveal_duty(job, c, Plan::Wrong(1))));
		let close = Duty::OpenSeal {
			job,
			fingerprints: fingerprints(HONEST, &committee(job)),
			salt: salt(c),
		};
		assert_noop!(one(c, close), Error::<Test>::SealMismatch);
	});
}

#[test]
fn similar_canonical_response_is_one_of_those_that_agree_and_not_always_the_same() {
	let mut places = [0; 3];
	for nonce in 0..24 {
		build_and_execute(|| {
			Nonce::set(&nonce);
			let job = open(2, SIMILAR);
			play(by_seat(&[]));
			let verdict = crate::Verdicts::<Test>::get(job).unwrap();
			assert_eq!(verdict.seats.len(), 3);
			places[usize::from(verdict.canonical)] += 1;
		});
	}
	assert!(places.iter().all(|count| *count > 0), "{places:?}");
}

#[test]
fn similar_reveal_and_opened_seal_may_come_in_two_calls() {
	build_and_execute(|| {
		let job = open(2, SIMILAR);
		play_to(job, Stage::Reveal, by_seat(&[]));
		for who in executors(job) {
			assert_ok!(one(who, reveal_duty(job, who, HONEST)));
		}
		assert_eq!(stage(job).0, Stage::Reveal);
		for who in executors(job) {
			assert_ok!(one(who, open_duty(job, who, HONEST)));
			assert!(events().contains(&Event::Opened { job, executor: who }));
		}
		assert_eq!(conducts(job), [Verified; 3]);
	});
}

#[test]
fn noise_flips_as_many_bits_as_it_says() {
	let seed = H256::repeat_byte(1);
	for bits in [0, 7, 33] {
		let (a, b) = (fingerprint(HONEST, &seed, 0), fingerprint(Plan::Noisy(bits), &seed, 0));
		assert_eq!(hamming_distance(&a, &b), u16::from(bits));
	}
}
