use crate::{mock::*, Error, Event, Waiting};
use frame::testing_prelude::*;
use tercet_primitives::{hashing, JobId};

#[test]
fn request_draw_seats_fresh_executors_when_a_running_job_wants_them() {
	build_and_execute(|| {
		let id = submit_and_draw();
		escalate(id, 2, 1);
		assert_eq!(JobMarket::queue_length(), 1);
		next_block();
		// Asked for in block 3: drawn at the end of block 4, not 3.
		assert_eq!(Open::get(), [(id, EXECUTORS[..3].to_vec())]);
		next_block();
		assert_eq!(Open::get(), [(id, EXECUTORS[..5].to_vec())]);
		let seed = hashing::draw_seed(&[0x76; 32], &GENESIS, id, 1);
		let (pool, exclude) = (request().pool(), EXECUTORS[..3].to_vec());
		assert_eq!(Draws::get()[1], (pool, 5, 2, exclude, false, 3 * PAY, seed));
		// It is running since its first draw.
		assert_eq!(state(id), running(2));
		let executors = EXECUTORS[3..5].to_vec();
		assert_eq!(events().last(), Some(&Event::Drawn { job: id, round: 1, executors }));
		assert_eq!(JobMarket::queue_length(), 0);
	});
}

#[test]
fn request_draw_changes_nothing_when_the_job_waits_already() {
	build_and_execute(|| {
		let id = submit_and_draw();
		escalate(id, 2, 1);
		assert_storage_noop!(assert_ok!(request_draw(id)));
		LeastPrice::set(&6);
		run_to(6);
		assert!(Waiting::<Test>::get(id).is_some_and(|wait| wait.failures > 0));
		assert_storage_noop!(assert_ok!(request_draw(id)));
	});
}

#[test]
fn request_draw_fails_when_the_job_is_unknown_queued_or_terminal() {
	build_and_execute(|| {
		assert_noop!(request_draw(JobId(0)), Error::<Test>::UnknownJob);
		let id = submit(request());
		assert_noop!(request_draw(id), Error::<Test>::NotRunning);
		run_to(3);
		assert_ok!(settle(id));
		assert_noop!(request_draw(id), Error::<Test>::AlreadyTerminal);
	});
}

#[test]
fn escalation_is_drawn_late_when_the_deadline_is_near() {
	build_and_execute(|| {
		// A committee knows itself whether there is time for another round.
		let id = submit_and_draw();
		run_to(1 + MIN_DEADLINE - 1);
		escalate(id, 2, 1);
		next_block();
		next_block();
		assert_eq!(drawn(), [id, id]);
	});
}

#[test]
fn escalation_ends_when_nobody_is_wanted_any_more() {
	build_and_execute(|| {
		let id = submit_and_draw();
		assert_ok!(request_draw(id));
		run_to(5);
		assert_eq!(drawn(), [id]);
		assert_eq!((JobMarket::queue_length(), Waiting::<Test>::get(id)), (0, None));
	});
}

#[test]
fn escalation_is_tried_again_when_the_draw_fails() {
	build_and_execute(|| {
		let id = submit_and_draw_of(patient_request());
		// Two too many.
		escalate(id, 6, 1);
		run_to(8);
		assert_eq!(drawn(), [id]);
		Wants::set(&vec![(id, 4, 1)]);
		run_to(20);
		assert_eq!(drawn(), [id, id]);
		assert_eq!(Open::get(), [(id, EXECUTORS.to_vec())]);
	});
}

#[test]
fn escalation_leaves_the_queue_when_the_job_is_settled() {
	build_and_execute(|| {
		let id = submit_and_draw();
		escalate(id, 2, 1);
		assert_ok!(settle(id));
		assert_eq!(Waiting::<Test>::get(id), None);
		run_to(6);
		assert_eq!(drawn(), [id]);
	});
}
