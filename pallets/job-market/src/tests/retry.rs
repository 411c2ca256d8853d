use crate::{mock::*, Config, Place, Retries, Waiting, WeightInfo};
use frame::testing_prelude::*;
use tercet_primitives::{JobId, JobRequest};

type Weights = <Test as Config>::WeightInfo;

fn place(id: JobId) -> Option<Place> {
	Waiting::<Test>::get(id).map(|wait| wait.place)
}

/// Submits a job that nobody takes.
fn submit_cheap() -> JobId {
	submit(JobRequest { price: 2, ..patient_request() })
}

#[test]
fn retry_waits_twice_as_long_each_time_up_to_sixteen_blocks() {
	build_and_execute(|| {
		LeastPrice::set(&6);
		let id = submit(patient_request());
		// Drawn at the end of the first block of each pair, and not before the second again.
		for (block, next) in [(2, 3), (3, 5), (5, 9), (9, 17), (17, 33), (33, 49), (49, 65)] {
			run_to(block);
			assert!(matches!(place(id), Some(Place::Queue(_))), "in block {block}");
			for waiting in block + 1..next {
				run_to(waiting);
				assert_eq!(place(id), Some(Place::Retry(next)), "in block {waiting}");
				assert_eq!(JobMarket::queue_length(), 0);
			}
			JobMarket::do_try_state().unwrap();
		}
		LeastPrice::set(&5);
		run_to(66);
		assert_eq!(state(id), running(65));
		assert_eq!((place(id), Retries::<Test>::iter().count()), (None, 0));
	});
}

#[test]
fn retry_does_not_hold_up_others_when_nobody_takes_the_job() {
	build_and_execute(|| {
		LeastPrice::set(&5);
		let cheap: Vec<_> = (0..10 * MAX_DRAWS).map(|_| submit_cheap()).collect();
		// Each of them has its first turns.
		run_to(60);
		assert!(cheap.iter().all(|id| Waiting::<Test>::get(id).is_some_and(|w| w.failures > 2)));
		// From now on a job that can be drawn is drawn in the next block.
		for _ in 0..50 {
			let block = System::block_number();
			let id = submit(patient_request());
			next_block();
			next_block();
			assert_eq!(state(id), running(block + 1));
		}
		assert!(cheap.iter().all(Waiting::<Test>::contains_key));
	});
}

#[test]
fn retry_takes_no_more_than_its_share_of_the_draws_when_others_wait() {
	build_and_execute(|| {
		LeastPrice::set(&5);
		for _ in 0..MAX_DRAWS {
			submit_cheap();
		}
		// At the end of block 2 all three fail; their retries are due in block 3.
		run_to(2);
		let jobs: Vec<_> = (0..2 * MAX_DRAWS).map(|_| submit(patient_request())).collect();
		run_to(3);
		// One of them may return to the queue in each block, behind those that wait.
		assert_eq!(JobMarket::queue_length(), 7);
		run_to(4);
		assert_eq!((drawn().len(), JobMarket::queue_length()), (3, 5));
		// And as many as there are draws left once fewer wait.
		run_to(5);
		assert_eq!((drawn().len(), JobMarket::queue_length()), (6, 3));
		assert_eq!(drawn(), jobs);
	});
}

#[test]
fn retry_catches_up_when_more_are_due_than_the_cap() {
	build_and_execute(|| {
		LeastPrice::set(&5);
		let jobs: Vec<_> = (0..9).map(|_| submit_cheap()).collect();
		run_to(4);
		LeastPrice::set(&2);
		run_to(12);
		assert_eq!(drawn().len(), jobs.len());
		assert_eq!(Retries::<Test>::iter().count(), 0);
	});
}

#[test]
fn retry_is_dropped_when_the_job_ends() {
	build_and_execute(|| {
		LeastPrice::set(&6);
		let id = submit(patient_request());
		run_to(4);
		assert_eq!(place(id), Some(Place::Retry(5)));
		assert_ok!(refund(id));
		assert_eq!((place(id), Retries::<Test>::iter().count()), (None, 0));
	});
}

#[test]
fn retry_weight_counts_steps_and_jobs() {
	build_and_execute(|| {
		LeastPrice::set(&5);
		let idle = next_block();
		submit_cheap();
		submit_cheap();
		let due = JobMarket::heaviest_turn() * 2;
		assert_eq!(next_block(), idle + due);
		let requeued = Weights::requeue(1, 2) - Weights::requeue(1, 0);
		assert_eq!(next_block(), idle + due + requeued);
		assert_eq!(next_block(), idle);
	});
}
