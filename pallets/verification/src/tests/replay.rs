//! A commitment or a seal is worth nothing to anybody else, anywhere else, ever.

use super::play::*;
use crate::{mock::*, CommitteesOf, Error};
use frame::testing_prelude::*;
use tercet_primitives::{hashing, Agreement, Duty, JobId, Stage, H256};

#[test]
fn reveal_is_refused_when_the_commitment_is_from_elsewhere() {
	build_and_execute(|| {
		let job = open(1, Agreement::Exact);
		let [a, b, c] = executors(job).try_into().unwrap();
		let response = response(HONEST, &committee(job).items);
		let make = |genesis: &H256, job, round, who: AccountId| {
			hashing::commitment(genesis, job, round, &who, &response, &salt(a))
		};
		for (commitment, counts) in [
			(make(&GENESIS, job, 0, a), true),
			// Another chain, another job, another round, another executor.
			(make(&H256::zero(), job, 0, a), false),
			(make(&GENESIS, JobId(9), 0, a), false),
			(make(&GENESIS, job, 1, a), false),
			(make(&GENESIS, job, 0, b), false),
		] {
			hypothetically!({
				assert_ok!(one(a, Duty::Commit { job, commitment }));
				for who in [b, c] {
					assert_ok!(one(who, commit_duty(job, who, HONEST)));
				}
				skip(2);
				let duty = reveal_duty(job, a, HONEST);
				if counts {
					assert_ok!(one(a, duty));
				} else {
					assert_noop!(one(a, duty), Error::<Test>::CommitmentMismatch);
				}
			});
		}
	});
}

#[test]
fn open_seal_is_refused_when_the_seal_is_from_elsewhere() {
	build_and_execute(|| {
		let job = open(1, SIMILAR);
		play_to(job, Stage::Seal, by_seat(&[]));
		let [a, b, c] = executors(job).try_into().unwrap();
		let votes = fingerprints(HONEST, &committee(job));
		let make = |genesis: &H256, job, round, who: AccountId| {
			hashing::seal(genesis, job, round, &who, &votes, &salt(a))
		};
		for (seal, counts) in [
			(make(&GENESIS, job, 0, a), true),
			(make(&H256::zero(), job, 0, a), false),
			(make(&GENESIS, JobId(9), 0, a), false),
			(make(&GENESIS, job, 1, a), false),
			(make(&GENESIS, job, 0, b), false),
		] {
			hypothetically!({
				assert_ok!(one(a, Duty::Seal { job, seal }));
				for who in [b, c] {
					assert_ok!(one(who, seal_duty(job, who, HONEST)));
				}
				assert_ok!(one(a, reveal_duty(job, a, HONEST)));
				let duty = open_duty(job, a, HONEST);
				if counts {
					assert_ok!(one(a, duty));
				} else {
					assert_noop!(one(a, duty), Error::<Test>::SealMismatch);
				}
			});
		}
	});
}

#[test]
fn seal_of_one_round_does_not_open_in_the_next() {
	build_and_execute(|| {
		let job = open(1, SIMILAR);
		let plans = [HONEST, HONEST, Plan::SilentFrom(Stage::Reveal)];
		play_to(job, Stage::Reveal, by_seat(&plans));
		let a = executors(job)[0];
		let old = open_duty(job, a, HONEST);
		let old_seal = seal_of(job, a);
		play_to(job, Stage::Draw, by_seat(&plans));
		play_to(job, Stage::Seal, by_seat(&plans));
		assert_ok!(one(a, Duty::Seal { job, seal: old_seal }));
		for who in &executors(job)[1..] {
			let duties = duties(job, *who, HONEST);
			if !duties.is_empty() {
				assert_ok!(call(*who, duties));
			}
		}
		assert_eq!(stage(job).0, Stage::Reveal);
		assert_noop!(one(a, old), Error::<Test>::SealMismatch);
	});
}

fn seal_of(job: JobId, who: AccountId) -> H256 {
	seat_of(job, who).seal.unwrap()
}

#[test]
fn commitment_of_an_earlier_round_opens_after_an_escalation() {
	build_and_execute(|| {
		let job = open(1, Agreement::Exact);
		play_to(job, Stage::Draw, by_seat(&[HONEST, HONEST, SILENT]));
		play_to(job, Stage::Reveal, by_seat(&[]));
		let (old, fresh) = (executors(job)[0], executors(job)[3]);
		assert_eq!((seat_of(job, old).round, seat_of(job, fresh).round), (0, 1));
		// Each by the round of its own seat.
		assert_ok!(one(old, reveal_duty(job, old, HONEST)));
		assert_ok!(one(fresh, reveal_duty(job, fresh, HONEST)));
	});
}

#[test]
fn reveal_is_refused_when_a_commitment_was_copied_with_its_answer() {
	build_and_execute(|| {
		let job = open(1, Agreement::Exact);
		let [a, b, c] = executors(job).try_into().unwrap();
		let copied = commit_duty(job, a, HONEST);
		for (who, duty) in [(a, copied.clone()), (b, copied), (c, commit_duty(job, c, HONEST))] {
			assert_ok!(one(who, duty));
		}
		skip(2);
		let public = reveal_duty(job, a, HONEST);
		assert_ok!(one(a, public.clone()));
		assert_noop!(one(b, public), Error::<Test>::CommitmentMismatch);
	});
}

#[test]
fn reveal_is_refused_when_round_or_genesis_changed_since_the_commitment() {
	build_and_execute(|| {
		let job = open(1, Agreement::Exact);
		play_to(job, Stage::Reveal, by_seat(&[]));
		let a = executors(job)[0];
		let duty = reveal_duty(job, a, HONEST);
		hypothetically!({
			CommitteesOf::<Test>::mutate(job, |committee| {
				committee.as_mut().unwrap().seats[0].round = 1;
			});
			assert_noop!(one(a, duty.clone()), Error::<Test>::CommitmentMismatch);
		});
		hypothetically!({
			frame_system::BlockHash::<Test>::insert(0, H256::repeat_byte(0x68));
			assert_noop!(one(a, duty.clone()), Error::<Test>::CommitmentMismatch);
		});
		assert_ok!(one(a, duty));
	});
}
