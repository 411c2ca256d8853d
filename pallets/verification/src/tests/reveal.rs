use crate::{mock::*, Config, Error, WeightInfo};
use frame::testing_prelude::*;
use tercet_primitives::{Answer, BlobRef, JobId, Payload, SeatState, H256};

#[test]
fn reveal_is_refused_when_the_origin_is_not_signed() {
	build_and_execute(|| {
		let job = open(0);
		commit_all(job, [1, 1, 1]);
		for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
			assert_noop!(
				Verification::reveal(origin, job, answer(1), salt(A)),
				DispatchError::BadOrigin
			);
		}
	});
}

#[test]
fn reveal_costs_nothing_and_weighs_what_it_did_when_it_succeeds() {
	build_and_execute(|| {
		type Weights = <Test as Config>::WeightInfo;
		let job = open(0);
		commit_all(job, [1, 1, 1]);
		let call = crate::Call::<Test>::reveal { job, answer: answer(1), salt: salt(A) };
		assert_eq!(call.get_dispatch_info().call_weight, Weights::decide(1));
		for (who, weight) in
			[(A, Weights::reveal(1)), (B, Weights::reveal(1)), (C, Weights::decide(1))]
		{
			let post = reveal(who, job, &answer(1)).unwrap();
			assert_eq!((post.pays_fee, post.actual_weight), (Pays::No, Some(weight)));
		}
	});
}

#[test]
fn reveal_weighs_inline_bytes_only() {
	let weight = |output| {
		let answer = Answer { root: H256::zero(), output };
		let call = crate::Call::<Test>::reveal { job: JobId(0), answer, salt: salt(A) };
		call.get_dispatch_info().call_weight
	};
	let blob = BlobRef { blob_id: [0; 32], digest: H256::zero(), size: 1_000 };
	let inline = Payload::Inline(vec![0; 1_000].try_into().unwrap());
	assert_eq!(weight(Payload::Blob(blob)), <Test as Config>::WeightInfo::decide(0));
	assert_eq!(weight(inline), <Test as Config>::WeightInfo::decide(1_000));
}

#[test]
fn reveal_is_refused_when_the_job_is_unknown() {
	build_and_execute(|| {
		assert_noop!(reveal(A, JobId(0), &answer(1)), Error::<Test>::UnknownJob);
	});
}

#[test]
fn reveal_is_refused_when_the_signer_is_a_stranger() {
	build_and_execute(|| {
		let job = open(0);
		commit_all(job, [1, 1, 1]);
		assert_noop!(reveal(STRANGER, job, &answer(1)), Error::<Test>::NotExecutor);
	});
}

#[test]
fn reveal_is_refused_when_the_signer_has_not_committed() {
	build_and_execute(|| {
		let job = open(0);
		assert_ok!(commit(A, job, &answer(1)));
		assert_noop!(reveal(B, job, &answer(1)), Error::<Test>::NotCommitted);
		run_to(COMMIT_UNTIL + 1);
		assert_noop!(reveal(B, job, &answer(1)), Error::<Test>::NotCommitted);
	});
}

#[test]
fn reveal_is_refused_when_the_signer_has_revealed() {
	build_and_execute(|| {
		let job = open(0);
		commit_all(job, [1, 1, 1]);
		assert_ok!(reveal(A, job, &answer(1)));
		assert_noop!(reveal(A, job, &answer(1)), Error::<Test>::AlreadyRevealed);
	});
}

#[test]
fn reveal_is_refused_when_somebody_may_still_commit() {
	build_and_execute(|| {
		let job = open(0);
		assert_ok!(commit(A, job, &answer(1)));
		assert_ok!(commit(B, job, &answer(1)));
		run_to(COMMIT_UNTIL);
		assert_noop!(reveal(A, job, &answer(1)), Error::<Test>::RevealWindowNotOpen);
		// The last commitment opens the window at once.
		hypothetically!({
			assert_ok!(commit(C, job, &answer(1)));
			assert_ok!(reveal(A, job, &answer(1)));
		});
		// So does the end of the commit window.
		run_to(COMMIT_UNTIL + 1);
		assert_ok!(reveal(A, job, &answer(1)));
		assert_eq!(seat(job, A), SeatState::Revealed(answer(1)));
	});
}

#[test]
fn reveal_is_refused_when_the_deadline_has_passed() {
	build_and_execute(|| {
		let job = open(0);
		commit_all(job, [1, 1, 1]);
		run_to(DEADLINE);
		assert_ok!(reveal(A, job, &answer(1)));
		run_to(DEADLINE + 1);
		assert_noop!(reveal(B, job, &answer(1)), Error::<Test>::RevealWindowClosed);
	});
}

#[test]
fn reveal_is_refused_when_it_does_not_match_the_commitment() {
	build_and_execute(|| {
		let job = open(0);
		commit_all(job, [1, 1, 1]);
		let mismatch = |answer, salt| {
			assert_noop!(
				Verification::reveal(RuntimeOrigin::signed(A), job, answer, salt),
				Error::<Test>::CommitmentMismatch
			);
		};
		mismatch(answer(2), salt(A));
		mismatch(answer(1), salt(B));
		mismatch(Answer { root: H256::zero(), ..answer(1) }, salt(A));
		mismatch(Answer { output: answer(2).output, ..answer(1) }, salt(A));
		assert_ok!(reveal(A, job, &answer(1)));
	});
}

#[test]
fn reveal_is_refused_when_the_committee_has_ended() {
	build_and_execute(|| {
		let job = open(0);
		commit_all(job, [1, 1, 1]);
		reveal_all(job, [1, 1, 1]);
		assert_noop!(reveal(A, job, &answer(1)), Error::<Test>::AlreadyDecided);
		assert_eq!(free(A), ENDOWMENT + PAY);
	});
}
