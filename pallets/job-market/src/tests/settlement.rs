use crate::{mock::*, Error, Event, Jobs};
use frame::{
	testing_prelude::*,
	traits::fungible::{Mutate, MutateHold},
};
use tercet_primitives::{traits::Settlement, JobId, JobState, RefundReason};

#[test]
fn settle_fails_when_the_job_is_unknown_or_queued() {
	build_and_execute(|| {
		assert_noop!(settle(JobId(0)), Error::<Test>::UnknownJob);
		let id = submit(request());
		assert_noop!(settle(id), Error::<Test>::NotRunning);
	});
}

#[test]
fn settle_fails_when_the_job_is_terminal() {
	build_and_execute(|| {
		let id = submit_and_draw();
		assert_ok!(settle(id));
		assert_noop!(settle(id), Error::<Test>::AlreadyTerminal);
		assert_noop!(refund(id), Error::<Test>::AlreadyTerminal);
	});
}

#[test]
fn settle_changes_nothing_when_the_payout_fails() {
	build_and_execute(|| {
		let id = submit_and_draw();
		hypothetically!({
			// The split then needs more than is in escrow.
			Jobs::<Test>::mutate(id, |job| job.as_mut().unwrap().escrow -= 1);
			assert_noop!(settle(id), "the escrow is too small");
		});
		hypothetically!({
			// The hold is gone, which the split notices after it has paid the executors.
			let reason = crate::HoldReason::Escrow.into();
			assert_ok!(Balances::release(&reason, &REQUESTER, 30, Precision::Exact));
			assert_noop!(settle(id), TokenError::Frozen);
		});
	});
}

#[test]
fn settle_leaves_other_escrows_alone_when_the_requester_has_more_jobs() {
	build_and_execute(|| {
		submit(request());
		let id = submit_and_draw();
		assert_ok!(settle(id));
		assert_eq!(held(REQUESTER), ESCROW);
	});
}

#[test]
fn refund_returns_the_escrow_when_the_job_is_open() {
	build_and_execute(|| {
		let queued = submit(request());
		assert_ok!(refund(queued));
		let running = submit_and_draw();
		assert_ok!(refund(running));
		assert_eq!((free(REQUESTER), held(REQUESTER)), (ENDOWMENT, 0));
		let reason = RefundReason::Disagreement;
		assert_eq!(state(running), JobState::Refunded { at: 3, reason });
		assert_eq!(events().last(), Some(&Event::Refunded { job: running, reason }));
	});
}

#[test]
fn refund_fails_when_the_job_is_unknown_or_terminal() {
	build_and_execute(|| {
		assert_noop!(refund(JobId(0)), Error::<Test>::UnknownJob);
		let id = submit_and_draw();
		assert_ok!(refund(id));
		assert_noop!(refund(id), Error::<Test>::AlreadyTerminal);
		assert_noop!(settle(id), Error::<Test>::AlreadyTerminal);
	});
}

#[test]
fn refund_revives_the_requester_when_nothing_is_free() {
	build_and_execute(|| {
		let id = submit(request());
		// Another reference keeps the account alive, so everything free can leave it.
		System::inc_providers(&REQUESTER);
		let all = free(REQUESTER);
		assert_ok!(<Balances as Mutate<_>>::transfer(
			&REQUESTER,
			&OTHER,
			all,
			Preservation::Expendable
		));
		assert_eq!(free(REQUESTER), 0);
		assert_ok!(refund(id));
		assert_eq!(free(REQUESTER), ESCROW);
	});
}

#[test]
fn job_is_none_when_it_is_unknown() {
	build_and_execute(|| {
		assert_eq!(<JobMarket as Settlement<AccountId>>::job(JobId(0)), None);
		let id = submit(request());
		assert_eq!(<JobMarket as Settlement<AccountId>>::job(id), Some(job(id)));
	});
}
