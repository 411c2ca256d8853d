use crate::mock::*;
use frame::testing_prelude::*;
use tercet_primitives::JobId;

#[test]
fn assignments_lists_open_jobs_oldest_first() {
	build_and_execute(|| {
		// In an order that differs from that of the ids and, surely, of their hashes.
		for id in [5, 300, 2, 1, 4, 3] {
			open(id);
		}
		let jobs = |who| -> Vec<_> {
			Verification::assignments(&who).into_iter().map(|(job, _)| job.0).collect()
		};
		assert_eq!(jobs(A), [1, 2, 3, 4, 5, 300]);
		assert!(jobs(STRANGER).is_empty());
		commit_all(JobId(2), [1, 1, 1]);
		reveal_all(JobId(2), [1, 1, 1]);
		assert_eq!(jobs(A), [1, 3, 4, 5, 300]);
	});
}

#[test]
fn reveal_open_looks_at_the_next_block() {
	build_and_execute(|| {
		let job = open(0);
		let is_open = || Verification::reveal_open(&committee(job));
		assert_ok!(commit(A, job, &answer(1)));
		run_to(COMMIT_UNTIL - 1);
		assert!(!is_open());
		run_to(COMMIT_UNTIL);
		assert!(is_open());
		run_to(DEADLINE - 1);
		assert!(is_open());
		run_to(DEADLINE);
		assert!(!is_open());
	});
}

#[test]
fn committee_is_none_when_the_job_has_none() {
	build_and_execute(|| {
		assert_eq!(Verification::committee(JobId(0)), None);
		let job = open(0);
		assert!(Verification::seat_of(&committee(job), &STRANGER).is_none());
	});
}
