use crate::{
	mock::*, Credit, Credits, Expiries, ExpiryCursor, HoldReason, Jobs, NextJobId, Place, Queue,
	QueueHead, QueueTail, Reimbursable, Retries, RetryCursor, ReviewOf, Wait, Waiting,
};
use frame::{testing_prelude::*, traits::fungible::MutateHold};
use tercet_primitives::{Disputed, JobId, JobState};

/// Breaks something, expects the invariant to notice, and puts it back.
fn assert_broken(message: &'static str, break_it: impl FnOnce()) {
	hypothetically!({
		JobMarket::do_try_state().unwrap();
		break_it();
		assert_err!(JobMarket::do_try_state(), message);
	});
}

/// Breaks one hold of the requester in both directions.
fn assert_hold_broken(message: &'static str, reason: HoldReason) {
	let reason = reason.into();
	assert_broken(message, || {
		assert_ok!(Balances::hold(&reason, &REQUESTER, 1));
	});
	assert_broken(message, || {
		assert_ok!(Balances::release(&reason, &REQUESTER, 1, Precision::Exact));
	});
}

#[test]
fn try_state_fails_when_an_id_was_not_given_out() {
	build_and_execute(|| {
		let id = submit(request());
		let message = "invariant 1: a job has an id that was not given out";
		assert_broken(message, || NextJobId::<Test>::put(0));
		assert_broken(message, || Jobs::<Test>::insert(JobId(7), job(id)));
	});
}

#[test]
fn try_state_fails_when_a_hold_is_not_the_sum_of_open_escrows() {
	build_and_execute(|| {
		let id = submit_and_draw();
		let message = "invariant 2: a hold is not the sum of the escrows of open jobs";
		assert_hold_broken(message, HoldReason::Escrow);
		assert_ok!(settle_part(id, items([0])));
		assert_hold_broken(message, HoldReason::Escrow);
		assert_ok!(refund(id));
		assert_broken(message, || {
			assert_ok!(Balances::hold(&HoldReason::Escrow.into(), &REQUESTER, 1));
		});
	});
}

#[test]
fn try_state_fails_when_credit_is_not_held_or_not_committed() {
	build_and_execute(|| {
		add_credit(ESCROW);
		submit(credit_request());
		let hold = "invariant 3: a hold is not the credit of its account";
		let cover = "invariant 3: a credit does not cover the escrows of its open jobs";
		assert_hold_broken(hold, HoldReason::Credit);
		let (total, committed) = (ESCROW, ESCROW);
		let put = |credit| move || Credits::<Test>::insert(REQUESTER, credit);
		assert_broken(hold, put(Credit { total: total + 1, committed }));
		assert_broken(cover, put(Credit { total, committed: committed - 1 }));
		assert_broken(cover, put(Credit { total: total - 1, committed }));
		assert_broken(cover, || Credits::<Test>::remove(REQUESTER));
		assert_broken(cover, || Credits::<Test>::insert(OTHER, Credit::default()));
	});
}

#[test]
fn try_state_fails_when_a_deposit_is_not_held() {
	build_and_execute(|| {
		let id = submit_and_draw();
		assert_ok!(settle(id));
		let message =
			"invariant 4: a hold is not the sum of the deposits of the jobs that are stored";
		assert_hold_broken(message, HoldReason::Deposit);
	});
}

#[test]
fn try_state_fails_when_queue_and_waiting_do_not_match() {
	build_and_execute(|| {
		let id = submit(request());
		submit(request());
		let range = "invariant 5: the queue has an entry before its head or after its tail";
		let stranger = "invariant 5: a job is in the queue that does not wait there";
		let missing = "invariant 5: a job waits where it is not";
		assert_broken(range, || QueueHead::<Test>::put(1));
		assert_broken(range, || QueueTail::<Test>::put(1));
		assert_broken(range, || Queue::<Test>::insert(5, id));
		assert_broken(missing, || Queue::<Test>::remove(0));
		assert_broken(stranger, || {
			Queue::<Test>::insert(2, id);
			QueueTail::<Test>::put(3);
		});
		assert_broken(stranger, || Waiting::<Test>::remove(id));
		assert_broken("invariant 5: a queued job does not wait", || JobMarket::stop_waiting(id));
		assert_broken("invariant 5: a job waits that is not open", || {
			JobMarket::enqueue(JobId(9), 0)
		});
		assert_ok!(refund(id));
		assert_broken("invariant 5: a job waits that is not open", || JobMarket::enqueue(id, 0));
	});
}

#[test]
fn try_state_fails_when_retries_and_waiting_do_not_match() {
	build_and_execute(|| {
		LeastPrice::set(&6);
		let id = submit(patient_request());
		run_to(4);
		let at = 5;
		assert_eq!(Retries::<Test>::iter_keys().collect::<Vec<_>>(), [(at, id)]);
		let stranger = "invariant 5: a retry is due for a job that does not wait for it";
		assert_broken("invariant 5: a retry was passed over", || RetryCursor::<Test>::put(at + 1));
		assert_broken(stranger, || Retries::<Test>::insert(at + 1, id, ()));
		assert_broken(stranger, || Retries::<Test>::insert(at, JobId(9), ()));
		assert_broken("invariant 5: a job waits where it is not", || {
			Retries::<Test>::remove(at, id)
		});
		assert_broken(stranger, || {
			Waiting::<Test>::insert(id, Wait { failures: 0, place: Place::Retry(at + 1) })
		});
	});
}

#[test]
fn try_state_fails_when_the_agenda_misses_or_repeats_a_job() {
	build_and_execute(|| {
		let id = submit(request());
		let due = job(id).request.deadline + 1;
		let wrong = "invariant 6: the agenda has an open job at the wrong time, or an ended one";
		assert_broken(wrong, || Expiries::<Test>::remove(due, id));
		assert_broken(wrong, || {
			Expiries::<Test>::remove(due, id);
			Expiries::<Test>::insert(due - 1, id, ());
		});
		assert_broken("invariant 6: a job is on the agenda twice", || {
			Expiries::<Test>::insert(due + 1, id, ())
		});
		assert_broken("invariant 6: an entry of the agenda was passed over", || {
			ExpiryCursor::<Test>::put(due + 1)
		});
		assert_broken("invariant 6: an unknown job is on the agenda", || {
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
		let open = submit(request());
		let message = "invariant 7: a statement does not sum to its escrow";
		let raise =
			|id| move || Jobs::<Test>::mutate(id, |job: &mut Option<_>| raise_escrow(job.as_mut()));
		let ends: [fn(JobId) -> DispatchResult; 3] = [settle, refund, |id| settle_invalid(id, 3)];
		for end in ends {
			hypothetically!({
				assert_ok!(end(id));
				assert_broken(message, raise(id));
			});
		}
		assert_ok!(refund(open));
		assert_broken(message, raise(open));
	});
}

fn raise_escrow(job: Option<&mut tercet_primitives::Job<AccountId>>) {
	job.unwrap().escrow += 1;
}

#[test]
fn try_state_fails_when_a_part_is_none_or_all_of_the_items() {
	build_and_execute(|| {
		let id = submit_and_draw();
		assert_ok!(settle_part(id, items([0])));
		let message = "invariant 7: the items settled apart are none, all, or not the job's";
		let wrong = [items([]), items([0, 1]), items([5])];
		for set in wrong {
			assert_broken(message, || {
				Jobs::<Test>::mutate(id, |job| match &mut job.as_mut().unwrap().state {
					JobState::Running { part: Some(part), .. } => part.items = set,
					_ => panic!("no part"),
				})
			});
		}
		assert_ok!(refund(id));
		for set in wrong {
			assert_broken(message, || {
				Jobs::<Test>::mutate(id, |job| match &mut job.as_mut().unwrap().state {
					JobState::Settled { disputed: Disputed::Refunded { items, .. }, .. } => {
						*items = set
					},
					_ => panic!("nothing in dispute"),
				})
			});
		}
	});
}

#[test]
fn try_state_fails_when_a_review_is_of_nothing() {
	build_and_execute(|| {
		let id = submit_and_draw();
		let review = open_review(id, Some(OTHER), 30).unwrap();
		let message = "invariant 8: a review is of an unknown or a later job";
		assert_broken(message, || ReviewOf::<Test>::insert(JobId(9), review));
		assert_broken(message, || ReviewOf::<Test>::insert(review, id));
		assert_broken(message, || ReviewOf::<Test>::insert(id, JobId(9)));
		assert_broken("invariant 8: the review to reimburse is unknown", || {
			Reimbursable::<Test>::insert(JobId(9), ())
		});
	});
}
