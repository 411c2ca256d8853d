use crate::{mock::*, Config, Event, ReservedDraws, WeightInfo};
use frame::testing_prelude::*;
use tercet_primitives::{hashing, JobId, JobRequest, JobState, RefundReason};

type Weights = <Test as Config>::WeightInfo;

fn drawn() -> Vec<JobId> {
	events()
		.into_iter()
		.filter_map(|event| match event {
			Event::Drawn { job, .. } => Some(job),
			_ => None,
		})
		.collect()
}

#[test]
fn draw_happens_in_the_next_block_when_a_job_is_submitted() {
	build_and_execute(|| {
		let id = submit(request());
		// Block 1 ends without it, block 2 with it.
		next_block();
		assert_eq!(state(id), JobState::Queued);
		assert_eq!(ReservedDraws::<Test>::get(), 1);
		next_block();
		assert_eq!(state(id), JobState::Running { drawn_at: 2 });
		assert_eq!(Open::get(), [(id, EXECUTORS.to_vec(), 1 + MIN_DEADLINE)]);
		assert_eq!(JobMarket::queue_length(), 0);
		assert_eq!(ReservedDraws::<Test>::get(), 0);
	});
}

#[test]
fn draw_takes_its_seed_from_vrf_genesis_and_job() {
	build_and_execute(|| {
		submit(request());
		submit(request());
		next_block();
		Vrf::set(&Some([0x11; 32]));
		next_block();
		let seed = |id| hashing::draw_seed(&[0x11; 32], &GENESIS, JobId(id), 0);
		let pool = request().pool();
		assert_eq!(Draws::get(), [(pool, 5, seed(0)), (pool, 5, seed(1))]);
		assert_ne!(seed(0), seed(1));
	});
}

#[test]
fn draw_waits_when_the_block_has_no_vrf() {
	build_and_execute(|| {
		let id = submit(request());
		next_block();
		Vrf::set(&None);
		next_block();
		assert_eq!(state(id), JobState::Queued);
		assert_eq!(JobMarket::queue_length(), 1);
		Vrf::set(&Some([1; 32]));
		next_block();
		assert_eq!(state(id), JobState::Running { drawn_at: 3 });
	});
}

#[test]
fn draw_leaves_a_backlog_when_more_jobs_wait_than_the_cap() {
	build_and_execute(|| {
		let jobs: Vec<_> = (0..MAX_DRAWS * 2 + 1).map(|_| submit(request())).collect();
		next_block();
		for drawn_so_far in [3, 6, 7] {
			next_block();
			assert_eq!(drawn(), jobs[..drawn_so_far]);
		}
	});
}

#[test]
fn draw_sends_the_job_to_the_tail_when_it_fails() {
	build_and_execute(|| {
		let cheap = submit(JobRequest { price: 2, ..request() });
		let jobs: Vec<_> = (0..MAX_DRAWS).map(|_| submit(request())).collect();
		LeastPrice::set(&5);
		next_block();
		// The cheap job is looked at first, and goes behind the last of the others.
		next_block();
		assert_eq!(drawn(), jobs[..2]);
		next_block();
		assert_eq!(drawn(), jobs);
		assert_eq!(state(cheap), JobState::Queued);
		assert_eq!(JobMarket::queue_length(), 1);
		LeastPrice::set(&2);
		next_block();
		assert_eq!(drawn().last(), Some(&cheap));
	});
}

#[test]
fn draw_looks_at_each_job_once_when_all_fail() {
	build_and_execute(|| {
		LeastPrice::set(&6);
		let first = submit(request());
		let second = submit(request());
		next_block();
		next_block();
		assert_eq!(crate::QueueHead::<Test>::get(), 2);
		let order: Vec<_> = (2..4).map(crate::Queue::<Test>::get).collect();
		assert_eq!(order, [Some(first), Some(second)]);
	});
}

#[test]
fn draw_leaves_no_trace_when_the_committee_does_not_open() {
	build_and_execute(|| {
		let id = submit(request());
		next_block();
		OpenFails::set(&true);
		next_block();
		assert_eq!(state(id), JobState::Queued);
		assert!(Open::get().is_empty() && Draws::get().is_empty() && drawn().is_empty());
		OpenFails::set(&false);
		next_block();
		assert_eq!(drawn(), [id]);
	});
}

#[test]
fn draw_stops_when_less_than_half_the_shortest_deadline_is_left() {
	build_and_execute(|| {
		// Deadline 11: drawn at the end of block 6 at the latest.
		LeastPrice::set(&6);
		let late = submit(request());
		run_to(6);
		hypothetically!({
			LeastPrice::set(&1);
			next_block();
			assert_eq!(state(late), JobState::Running { drawn_at: 6 });
		});
		run_to(7);
		LeastPrice::set(&1);
		run_to(12);
		let reason = RefundReason::NoCommittee;
		assert_eq!(state(late), JobState::Refunded { at: 12, reason });
	});
}

#[test]
fn draw_skips_a_job_when_it_was_refunded_in_the_queue() {
	build_and_execute(|| {
		let gone = submit(request());
		let next = submit(request());
		assert_ok!(refund(gone));
		next_block();
		assert_eq!(JobMarket::queue_length(), 2);
		next_block();
		assert_eq!(drawn(), [next]);
		assert_eq!(JobMarket::queue_length(), 0);
	});
}

#[test]
fn draw_weight_is_reserved_when_jobs_wait() {
	build_and_execute(|| {
		let idle = next_block();
		let waiting = MAX_DRAWS + 1;
		for _ in 0..waiting {
			submit(request());
		}
		let full = next_block();
		assert_eq!(full, idle + Weights::draw() * u64::from(MAX_DRAWS));
		let rest = next_block();
		assert_eq!(rest, idle + Weights::draw());
		assert_eq!(next_block(), idle);
	});
}
