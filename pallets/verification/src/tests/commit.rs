use crate::{mock::*, Config, Error, WeightInfo};
use frame::testing_prelude::*;
use tercet_primitives::{JobId, SeatState, H256};

#[test]
fn commit_is_refused_when_the_origin_is_not_signed() {
	build_and_execute(|| {
		let job = open(0);
		for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
			assert_noop!(Verification::commit(origin, job, H256::zero()), DispatchError::BadOrigin);
		}
	});
}

#[test]
fn commit_costs_nothing_when_it_succeeds() {
	build_and_execute(|| {
		let job = open(0);
		let post = commit(A, job, &answer(1)).unwrap();
		assert_eq!((post.pays_fee, post.actual_weight), (Pays::No, None));
		assert_eq!(seat(job, A), SeatState::Committed(commitment(A, job, &answer(1))));
		assert_eq!(seat(job, B), SeatState::Awaited);

		let call = crate::Call::<Test>::commit { job, commitment: H256::zero() };
		let info = call.get_dispatch_info();
		assert_eq!(info.call_weight, <Test as Config>::WeightInfo::commit());
		// Whoever fails to answer pays for trying.
		assert_eq!(info.pays_fee, Pays::Yes);
		let error = commit(STRANGER, job, &answer(1)).unwrap_err();
		assert_eq!(error.post_info.pays_fee, Pays::Yes);
	});
}

#[test]
fn commit_is_refused_when_the_job_is_unknown() {
	build_and_execute(|| {
		assert_noop!(commit(A, JobId(0), &answer(1)), Error::<Test>::UnknownJob);
		// Known to the market, but not drawn.
		market_job(1, DEADLINE);
		assert_noop!(commit(A, JobId(1), &answer(1)), Error::<Test>::UnknownJob);
	});
}

#[test]
fn commit_is_refused_when_the_signer_is_a_stranger() {
	build_and_execute(|| {
		let job = open(0);
		assert_noop!(commit(STRANGER, job, &answer(1)), Error::<Test>::NotExecutor);
		assert_noop!(commit(REQUESTER, job, &answer(1)), Error::<Test>::NotExecutor);
	});
}

#[test]
fn commit_is_refused_when_the_signer_has_answered() {
	build_and_execute(|| {
		let job = open(0);
		assert_ok!(commit(A, job, &answer(1)));
		assert_noop!(commit(A, job, &answer(1)), Error::<Test>::AlreadyCommitted);
		assert_noop!(commit(A, job, &answer(2)), Error::<Test>::AlreadyCommitted);
		assert_ok!(commit(B, job, &answer(1)));
		assert_ok!(commit(C, job, &answer(1)));
		assert_ok!(reveal(A, job, &answer(1)));
		assert_noop!(commit(A, job, &answer(2)), Error::<Test>::AlreadyRevealed);
	});
}

#[test]
fn commit_is_refused_when_the_window_has_closed() {
	build_and_execute(|| {
		let job = open(0);
		run_to(COMMIT_UNTIL);
		assert_ok!(commit(A, job, &answer(1)));
		run_to(COMMIT_UNTIL + 1);
		assert_noop!(commit(B, job, &answer(1)), Error::<Test>::CommitWindowClosed);
	});
}

#[test]
fn commit_is_refused_when_the_committee_has_ended() {
	build_and_execute(|| {
		let job = open(0);
		commit_all(job, [1, 1, 1]);
		reveal_all(job, [1, 1, 1]);
		assert_noop!(commit(A, job, &answer(1)), Error::<Test>::AlreadyDecided);
	});
}
