use crate::{mock::*, Error, Event, Jobs};
use frame::{
	testing_prelude::*,
	traits::fungible::{Mutate, MutateHold},
};
use tercet_primitives::{
	traits::Settlement, Disputed, Fault, JobId, JobRequest, JobState, Redundancy, RefundReason,
	Statement,
};

#[test]
fn settle_fails_when_the_job_is_unknown_or_queued() {
	build_and_execute(|| {
		assert_noop!(settle(JobId(0)), Error::<Test>::UnknownJob);
		let id = submit(request());
		assert_noop!(settle(id), Error::<Test>::NotRunning);
	});
}

/// Whatever ended a job, nothing ends it again.
fn assert_terminal(id: JobId) {
	assert!(state(id).is_terminal());
	let error: DispatchError = Error::<Test>::AlreadyTerminal.into();
	assert_noop!(settle(id), error);
	assert_noop!(settle_part(id, items([0])), error);
	assert_noop!(settle_invalid(id, 3), error);
	assert_noop!(refund(id), error);
	assert_noop!(request_draw(id), error);
	let origin = RuntimeOrigin::signed(REQUESTER);
	assert_noop!(JobMarket::cancel(origin.clone(), id), error);
	assert_noop!(JobMarket::top_up(origin, id, 100), error);
}

#[test]
fn nothing_happens_to_a_job_when_it_is_terminal() {
	build_and_execute(|| {
		let jobs: Vec<_> = (0..5).map(|_| submit(patient_request())).collect();
		run_to(4);
		assert_ok!(settle(jobs[0]));
		assert_ok!(settle_invalid(jobs[1], 3));
		assert_ok!(refund(jobs[2]));
		assert_ok!(settle_part(jobs[3], items([0])));
		assert_ok!(settle(jobs[3]));
		assert_ok!(settle_part(jobs[4], items([0])));
		assert_ok!(refund(jobs[4]));
		jobs.into_iter().for_each(assert_terminal);
		let queued = submit(request());
		assert_ok!(refund(queued));
		assert_terminal(queued);
	});
}

#[test]
fn settle_pays_as_many_as_agreed_when_there_are_more_or_fewer_than_three() {
	build_and_execute(|| {
		let paid: Vec<_> = [2, 3, 5, 7]
			.into_iter()
			.map(|count| {
				let redundancy = Redundancy { executors: 7, quorum: 4 };
				let id = submit_and_draw_of(JobRequest { redundancy, ..patient_request() });
				assert_ok!(settle_with(id, count));
				let JobState::Settled { statement, .. } = state(id) else { panic!("not settled") };
				assert_eq!(statement.total(), Some(ESCROW));
				(statement.executors, statement.refunded)
			})
			.collect();
		assert_eq!(paid, [(200, 575), (300, 460), (500, 230), (700, 0)]);
	});
}

#[test]
fn settle_changes_nothing_when_the_payout_fails() {
	build_and_execute(|| {
		let id = submit_and_draw();
		hypothetically!({
			// The split then needs more than is in escrow.
			Jobs::<Test>::mutate(id, |job| job.as_mut().unwrap().escrow = COST - 15 - 1);
			assert_noop!(settle(id), "the escrow is too small");
		});
		hypothetically!({
			// The hold is gone, which the split notices after it has paid the executors.
			let reason = crate::HoldReason::Escrow.into();
			assert_ok!(Balances::release(&reason, &REQUESTER, ESCROW - 300, Precision::Exact));
			assert_noop!(settle(id), TokenError::FundsUnavailable);
			assert_noop!(settle_invalid(id, 3), TokenError::FundsUnavailable);
			assert_noop!(refund(id), TokenError::FundsUnavailable);
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
fn refund_returns_everything_when_the_job_was_never_drawn() {
	build_and_execute(|| {
		let id = submit(request());
		assert_ok!(refund(id));
		let (at, reason, statement) = (1, RefundReason::Disagreement, all_refunded());
		assert_eq!(state(id), JobState::Refunded { at, reason, statement });
		assert_eq!((total(REQUESTER), held(REQUESTER)), (ENDOWMENT, 0));
		assert_eq!(events().last(), Some(&Event::Refunded { job: id, reason, statement }));
	});
}

#[test]
fn refund_keeps_the_fee_when_the_job_was_drawn() {
	build_and_execute(|| {
		let id = submit_and_draw();
		assert_ok!(refund(id));
		let (at, reason, statement) = (3, RefundReason::Disagreement, fee_kept());
		assert_eq!(state(id), JobState::Refunded { at, reason, statement });
		assert_eq!((total(REQUESTER), held(REQUESTER)), (ENDOWMENT - FEE, 0));
		assert_eq!(free(TREASURY), ENDOWMENT + FEE);
		assert_eq!(events().last(), Some(&Event::Refunded { job: id, reason, statement }));
		assert_eq!(JobMarket::fault(id), Some(Fault::Executor));
	});
}

#[test]
fn refund_fails_when_the_job_is_unknown() {
	build_and_execute(|| {
		assert_noop!(refund(JobId(0)), Error::<Test>::UnknownJob);
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
fn settle_takes_no_fee_from_a_job_of_before_when_the_fee_is_raised() {
	build_and_execute(|| {
		let id = submit_and_draw();
		crate::Params::<Test>::mutate(|params| params.job_fee = 14);
		assert_ok!(settle(id));
		let statement =
			Statement { executors: 300, royalties: 30, treasury: 22, refunded: ESCROW - COST };
		let (answer, disputed) = (usual_answer(), Disputed::None);
		assert_eq!(state(id), JobState::Settled { at: 3, answer, disputed, statement });
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
