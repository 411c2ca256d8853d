use crate::{mock::*, Expiries, ExpiryCursor, HoldReason, Jobs, NextJobId, Queue, QueueHead};
use frame::{testing_prelude::*, traits::fungible::MutateHold};
use tercet_primitives::{JobId, JobState};

/// Breaks something, expects the invariant to notice, and puts it back.
fn assert_broken(message: &'static str, break_it: impl FnOnce()) {
	hypothetically!({
		JobMarket::do_try_state().unwrap();
		break_it();
		assert_err!(JobMarket::do_try_state(), message);
	});
}

#[test]
fn try_state_fails_when_ids_are_not_dense() {
	build_and_execute(|| {
		let id = submit(request());
		let message = "invariant 1: job ids are not dense";
		assert_broken(message, || NextJobId::<Test>::put(2));
		assert_broken(message, || Jobs::<Test>::insert(JobId(7), job(id)));
		assert_broken(message, || Jobs::<Test>::remove(id));
	});
}

#[test]
fn try_state_fails_when_a_hold_is_not_the_sum_of_open_escrows() {
	build_and_execute(|| {
		let id = submit(request());
		let message = "invariant 2: a hold is not the sum of the escrows of open jobs";
		let reason = HoldReason::Escrow.into();
		assert_broken(message, || {
			assert_ok!(Balances::hold(&reason, &REQUESTER, 1));
		});
		assert_broken(message, || {
			assert_ok!(Balances::release(&reason, &REQUESTER, 1, Precision::Exact));
		});
		assert_ok!(refund(id));
		assert_broken(message, || {
			assert_ok!(Balances::hold(&reason, &REQUESTER, 1));
		});
	});
}

#[test]
fn try_state_fails_when_the_queue_has_gaps_strangers_or_repeats() {
	build_and_execute(|| {
		let id = submit(request());
		submit(request());
		let gap = "invariant 3: the queue does not reach from head to tail";
		let count = "invariant 3: a job is in the queue too often or not at all";
		assert_broken(gap, || Queue::<Test>::remove(0));
		assert_broken(gap, || Queue::<Test>::insert(5, id));
		assert_broken(count, || JobMarket::enqueue(id));
		assert_broken(count, || {
			Queue::<Test>::remove(0);
			QueueHead::<Test>::put(1);
		});
		assert_broken(count, || {
			Jobs::<Test>::mutate(id, |job| {
				job.as_mut().unwrap().state = JobState::Running { drawn_at: 1 }
			});
		});
		assert_broken("invariant 3: an unknown job is in the queue", || {
			JobMarket::enqueue(JobId(9))
		});
	});
}

#[test]
fn try_state_fails_when_the_agenda_misses_or_repeats_a_job() {
	build_and_execute(|| {
		let id = submit(request());
		let due = job(id).request.deadline + 1;
		let wrong = "invariant 4: the agenda has an open job at the wrong time, or an ended one";
		assert_broken(wrong, || Expiries::<Test>::remove(due, id));
		assert_broken(wrong, || {
			Expiries::<Test>::remove(due, id);
			Expiries::<Test>::insert(due - 1, id, ());
		});
		assert_broken("invariant 4: a job is on the agenda twice", || {
			Expiries::<Test>::insert(due + 1, id, ())
		});
		assert_broken("invariant 4: an entry of the agenda was passed over", || {
			ExpiryCursor::<Test>::put(due + 1)
		});
		assert_broken("invariant 4: an unknown job is on the agenda", || {
			Expiries::<Test>::insert(due, JobId(9), ())
		});
		assert_ok!(refund(id));
		assert_broken(wrong, || Expiries::<Test>::insert(due, id, ()));
	});
}

#[test]
fn try_state_fails_when_a_statement_does_not_sum_to_its_escrow() {
	build_and_execute(|| {
		let id = submit_and_draw();
		assert_ok!(settle(id));
		assert_broken("invariant 5: a statement does not sum to its escrow", || {
			Jobs::<Test>::mutate(id, |job| job.as_mut().unwrap().escrow += 1);
		});
	});
}
