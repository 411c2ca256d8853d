use crate::{mock::*, Config, ReservedDraws, WeightInfo};
use frame::testing_prelude::*;
use tercet_primitives::{
	hashing, metering::Reserved, JobId, JobRequest, JobState, Redundancy, RefundReason,
};

type Weights = <Test as Config>::WeightInfo;

#[test]
fn draw_happens_in_the_next_block_when_a_job_is_submitted() {
	build_and_execute(|| {
		let id = submit(request());
		// Block 1 ends without it, block 2 with it.
		next_block();
		assert_eq!(state(id), JobState::Queued);
		let reserved = Reserved { entries: 1, weight: JobMarket::heaviest_turn() };
		assert_eq!(ReservedDraws::<Test>::get(), reserved);
		next_block();
		assert_eq!(state(id), running(2));
		assert_eq!(Open::get(), [(id, EXECUTORS[..3].to_vec())]);
		assert_eq!(JobMarket::queue_length(), 0);
		assert_eq!(ReservedDraws::<Test>::get(), Reserved::default());
	});
}

#[test]
fn draw_asks_for_what_the_job_says() {
	build_and_execute(|| {
		submit(request());
		submit(JobRequest { price: 6, redundancy: Redundancy::LADDER[2], ..request() });
		next_block();
		Vrf::set(&Some([0x11; 32]));
		next_block();
		let seed = |id| hashing::draw_seed(&[0x11; 32], &GENESIS, JobId(id), 0);
		let pool = request().pool();
		// The risk is three times the pay.
		let draws = [
			(pool, 5, 3, vec![], false, 3 * PAY, seed(0)),
			(pool, 6, 7, vec![], false, 360, seed(1)),
		];
		assert_eq!(Draws::get(), draws);
		assert_ne!(seed(0), seed(1));
	});
}

#[test]
fn draw_takes_proven_providers_when_the_job_has_fewer_executors_than_the_floor() {
	build_and_execute(|| {
		submit(JobRequest { redundancy: Redundancy { executors: 2, quorum: 2 }, ..request() });
		submit(JobRequest { redundancy: Redundancy { executors: 3, quorum: 2 }, ..request() });
		run_to(3);
		let proven: Vec<_> = Draws::get().into_iter().map(|draw| (draw.2, draw.4)).collect();
		assert_eq!(proven, [(2, true), (3, false)]);
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
		assert_eq!(state(id), running(3));
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
fn draw_leaves_no_trace_when_executors_are_not_seated() {
	build_and_execute(|| {
		let id = submit(request());
		next_block();
		SeatFails::set(&true);
		next_block();
		assert_eq!(state(id), JobState::Queued);
		assert!(Open::get().is_empty() && Draws::get().is_empty() && drawn().is_empty());
		SeatFails::set(&false);
		next_block();
		assert_eq!(drawn(), [id]);
	});
}

#[test]
fn draw_is_put_off_when_nobody_is_wanted_for_a_queued_job() {
	build_and_execute(|| {
		let id = submit(request());
		WantNobody::set(&true);
		run_to(3);
		assert!(drawn().is_empty());
		WantNobody::set(&false);
		next_block();
		assert_eq!(drawn(), [id]);
	});
}

#[test]
fn draw_stops_when_less_than_half_the_shortest_deadline_is_left() {
	build_and_execute(|| {
		// Deadline 11: drawn at the end of block 6 at the latest.
		let on_time = submit(request());
		Vrf::set(&None);
		run_to(6);
		hypothetically!({
			Vrf::set(&Some([1; 32]));
			next_block();
			assert_eq!(state(on_time), running(6));
		});
		run_to(7);
		Vrf::set(&Some([1; 32]));
		next_block();
		// It does not even wait any more.
		assert_eq!((JobMarket::queue_length(), state(on_time)), (0, JobState::Queued));
		JobMarket::do_try_state().unwrap();
		run_to(12);
		let (reason, statement) = (RefundReason::NoCommittee, all_refunded());
		assert_eq!(state(on_time), JobState::Refunded { at: 12, reason, statement });
	});
}

#[test]
fn draw_uses_up_a_turn_when_a_job_was_refunded_in_the_queue() {
	build_and_execute(|| {
		let gone = submit(request());
		let jobs: Vec<_> = (0..MAX_DRAWS).map(|_| submit(request())).collect();
		assert_ok!(refund(gone));
		next_block();
		assert_eq!(JobMarket::queue_length(), 4);
		next_block();
		assert_eq!(drawn(), jobs[..2]);
		next_block();
		assert_eq!(drawn(), jobs);
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
		assert_eq!(full, idle + JobMarket::heaviest_turn() * u64::from(MAX_DRAWS));
		let rest = next_block();
		assert_eq!(rest, idle + JobMarket::heaviest_turn());
		assert_eq!(next_block(), idle);
	});
}

#[test]
fn draw_goes_on_while_the_heaviest_still_fits_when_draws_are_light() {
	build_and_execute(|| {
		let jobs: Vec<_> = (0..JobMarket::most_turns()).map(|_| submit(request())).collect();
		let mut fewer = jobs.len();
		for reads in [0, 46, 200, MOST_READS] {
			Reads::set(&reads);
			hypothetically!({
				let idle = Weights::expire_agenda(1) + Weights::requeue(1, 0);
				let reserved = next_block() - idle - Weights::reserve_draws();
				assert_eq!(reserved, JobMarket::heaviest_turn() * u64::from(MAX_DRAWS));
				next_block();
				let each = JobMarket::weight_of_turn(reads).ref_time();
				let heaviest = JobMarket::heaviest_turn().ref_time();
				let expected = (reserved.ref_time() - heaviest) / each + 1;
				assert_eq!(drawn(), jobs[..expected as usize], "{reads} reads");
				assert!(drawn().len() <= fewer);
				fewer = drawn().len();
			});
		}
		assert_eq!(fewer as u32, JobMarket::sure_turns());
	});
}

#[test]
fn draw_weighs_more_the_more_it_reads() {
	let weight = |reads| Weights::draw_by(reads, MOST_READS);
	assert_eq!(weight(0), Weights::draw(0));
	assert!((0..MOST_READS).all(|reads| weight(reads).all_lte(weight(reads + 1))));
	// A pool that is read whole, and a large one out of luck.
	assert!(weight(64).all_gte(Weights::draw(32)));
	assert!(weight(MOST_READS).all_gte(Weights::draw_worst()));
	assert!(weight(MOST_READS).all_gte(Weights::draw(MOST_READS / 2)));
}
