//! A commitment is worth nothing to anybody else, anywhere else, ever.

use crate::{mock::*, CommitteesOf, Error};
use frame::testing_prelude::*;
use tercet_primitives::{hashing, H256};

/// Everyone commits to `commitment`; then A cannot open it with its own answer and salt.
fn assert_worthless(commitment: H256) {
	hypothetically!({
		let job = open(0);
		assert_ok!(Verification::commit(RuntimeOrigin::signed(A), job, commitment));
		assert_ok!(commit(B, job, &answer(1)));
		assert_ok!(commit(C, job, &answer(1)));
		assert_noop!(reveal(A, job, &answer(1)), Error::<Test>::CommitmentMismatch);
	});
}

#[test]
fn reveal_is_refused_when_the_commitment_is_from_elsewhere() {
	build_and_execute(|| {
		let make = |genesis: &H256, job: u64, round: u8, who: AccountId| {
			let job = tercet_primitives::JobId(job);
			hashing::commitment(genesis, job, round, &who, &answer(1), &salt(A))
		};
		// Another chain, another job, another round, another executor.
		assert_worthless(make(&H256::zero(), 0, 0, A));
		assert_worthless(make(&GENESIS, 1, 0, A));
		assert_worthless(make(&GENESIS, 0, 1, A));
		assert_worthless(make(&GENESIS, 0, 0, B));
	});
}

#[test]
fn reveal_is_refused_when_a_commitment_was_copied_with_its_answer() {
	build_and_execute(|| {
		let job = open(0);
		let copied = commitment(A, job, &answer(1));
		assert_ok!(commit(A, job, &answer(1)));
		assert_ok!(Verification::commit(RuntimeOrigin::signed(B), job, copied));
		assert_ok!(commit(C, job, &answer(1)));
		assert_ok!(reveal(A, job, &answer(1)));
		// Answer and salt of A are public now.
		assert_noop!(
			Verification::reveal(RuntimeOrigin::signed(B), job, answer(1), salt(A)),
			Error::<Test>::CommitmentMismatch
		);
	});
}

#[test]
fn reveal_is_refused_when_round_or_genesis_changed_since_the_commitment() {
	build_and_execute(|| {
		let job = open(0);
		commit_all(job, [1, 1, 1]);
		hypothetically!({
			CommitteesOf::<Test>::mutate(job, |committee| committee.as_mut().unwrap().round = 1);
			assert_noop!(reveal(A, job, &answer(1)), Error::<Test>::CommitmentMismatch);
		});
		hypothetically!({
			frame_system::BlockHash::<Test>::insert(0, H256::repeat_byte(0x68));
			assert_noop!(reveal(A, job, &answer(1)), Error::<Test>::CommitmentMismatch);
		});
		assert_ok!(reveal(A, job, &answer(1)));
	});
}
