use crate::{mock::*, pricing::pro_rata, Error, Event};
use frame::testing_prelude::*;
use tercet_primitives::{
	traits::Settlement, Disputed, Fault, Funding, ItemSet, JobId, JobRequest, JobState, Part,
	Patch, RefundReason, Statement, H256,
};

/// What is paid to three for one of the two items of a job.
const PART: Statement = Statement { executors: 150, royalties: 14, treasury: 7, refunded: 0 };

fn settle_rest(id: JobId) -> DispatchResult {
	let rest = answer(H256::repeat_byte(2));
	<JobMarket as Settlement<AccountId>>::settle(id, &EXECUTORS[..4], rest)
}

#[test]
fn settle_part_pays_for_some_items_when_others_are_in_dispute() {
	build_and_execute(|| {
		let id = submit_and_draw();
		assert_ok!(settle_part(id, items([0])));
		let part = Part { answer: usual_answer(), items: items([0]), statement: PART };
		assert_eq!(state(id), JobState::Running { drawn_at: 2, part: Some(part) });
		assert_eq!((held(REQUESTER), free(EXECUTORS[0])), (ESCROW - 171, ENDOWMENT + 50));
		let event = Event::PartSettled { job: id, items: 1, statement: PART };
		assert_eq!(events().last(), Some(&event));
		JobMarket::do_try_state().unwrap();
	});
}

#[test]
fn settle_pays_for_the_rest_when_a_part_was_settled() {
	build_and_execute(|| {
		let id = submit_and_draw();
		assert_ok!(settle_part(id, items([0])));
		assert_ok!(settle_rest(id));
		// Four are paid for the other item, 20 and 10 on top, and the fee.
		let statement = Statement { executors: 350, royalties: 34, treasury: 24, refunded: 404 };
		let patch = Patch { items: items([1]), answer: answer(H256::repeat_byte(2)) };
		let (answer, disputed) = (usual_answer(), Disputed::Resolved(patch));
		assert_eq!(state(id), JobState::Settled { at: 3, answer, disputed, statement });
		assert_eq!((total(REQUESTER), held(REQUESTER)), (ENDOWMENT - 408, 0));
		assert_eq!(events().last(), Some(&Event::Settled { job: id, statement }));
		assert_eq!(JobMarket::fault(id), None);
	});
}

#[test]
fn refund_settles_the_job_when_a_part_was_settled() {
	build_and_execute(|| {
		let id = submit_and_draw();
		assert_ok!(settle_part(id, items([1])));
		assert_ok!(refund(id));
		let statement = Statement { treasury: 7 + FEE, refunded: ESCROW - 171 - FEE, ..PART };
		let reason = RefundReason::Disagreement;
		let (answer, disputed) = (usual_answer(), Disputed::Refunded { items: items([0]), reason });
		assert_eq!(state(id), JobState::Settled { at: 3, answer, disputed, statement });
		assert_eq!((total(REQUESTER), held(REQUESTER)), (ENDOWMENT - 171 - FEE, 0));
		assert_eq!(events().last(), Some(&Event::Settled { job: id, statement }));
		assert_eq!(JobMarket::fault(id), Some(Fault::Executor));
	});
}

#[test]
fn settle_invalid_pays_the_minimum_for_the_rest_when_a_part_was_settled() {
	build_and_execute(|| {
		let id = submit_and_draw();
		assert_ok!(settle_part(id, items([0])));
		assert_ok!(settle_invalid(id, 5));
		// Five are paid 10 for the other item, 2 on top, and the fee.
		let statement = Statement { executors: 200, royalties: 14, treasury: 16, refunded: 582 };
		let reason = RefundReason::Disagreement;
		let (answer, disputed) = (usual_answer(), Disputed::Refunded { items: items([1]), reason });
		assert_eq!(state(id), JobState::Settled { at: 3, answer, disputed, statement });
		assert_eq!(total(REQUESTER), ENDOWMENT - 230);
	});
}

#[test]
fn settle_part_fails_when_the_items_are_none_or_all_or_others() {
	build_and_execute(|| {
		let id = submit_and_draw();
		let wrong = [items([]), items([0, 1]), items([2]), items([0, 2]), ItemSet::first(512)];
		for set in wrong {
			assert_noop!(settle_part(id, set), Error::<Test>::InvalidItems);
		}
	});
}

#[test]
fn settle_part_fails_when_the_job_is_unknown_or_queued_or_was_settled_in_part() {
	build_and_execute(|| {
		assert_noop!(settle_part(JobId(0), items([0])), Error::<Test>::UnknownJob);
		let id = submit(request());
		assert_noop!(settle_part(id, items([0])), Error::<Test>::NotRunning);
		run_to(3);
		assert_ok!(settle_part(id, items([0])));
		assert_noop!(settle_part(id, items([0])), Error::<Test>::PartAlreadySettled);
		assert_noop!(settle_part(id, items([1])), Error::<Test>::PartAlreadySettled);
	});
}

#[test]
fn settle_part_leaves_enough_for_the_rest_when_the_treasury_takes_more_than_before() {
	build_and_execute(|| {
		let id = submit_and_draw();
		TreasuryShare::set(&Permill::from_percent(100));
		let part = |items| {
			let answer = usual_answer();
			<JobMarket as Settlement<AccountId>>::settle_part(id, &EXECUTORS, answer, items)
		};
		assert_ok!(part(items([0])));
		// Half of the escrow but for the fee, and not a planck more.
		assert_eq!(held(REQUESTER), ESCROW - (ESCROW - FEE) / 2);
		assert_ok!(settle_with(id, 7));
		let statement = state(id).statement();
		assert_eq!((statement.executors, statement.royalties), (700, 68));
		assert_eq!(statement.total(), Some(ESCROW));
	});
}

#[test]
fn settle_part_pays_the_same_when_all_but_one_of_many_items_are_agreed_on() {
	build_and_execute(|| {
		let id = submit_and_draw_of(JobRequest { items: 7, ..request() });
		let most = items([0, 1, 2, 4, 5, 6]);
		assert_ok!(settle_part(id, most));
		assert_ok!(settle(id));
		let statement = state(id).statement();
		// 70 units at 5 planck for each of three, whether in one payment or two; royalties are
		// rounded in each.
		assert_eq!((statement.executors, statement.royalties), (1_050, 104));
		let JobState::Settled { disputed: Disputed::Resolved(patch), .. } = state(id) else {
			panic!("no patch")
		};
		assert_eq!(patch.items, items([3]));
	});
}

#[test]
fn settle_part_takes_from_credit_when_the_job_is_funded_by_it() {
	build_and_execute(|| {
		add_credit(5_000);
		let id = submit_and_draw_of(credit_request());
		assert_eq!(job(id).request.funding, Funding::Credit);
		assert_ok!(settle_part(id, items([0])));
		let credit = JobMarket::credit(REQUESTER);
		assert_eq!((credit.total, credit.committed), (5_000 - 171, ESCROW - 171));
		JobMarket::do_try_state().unwrap();
		assert_ok!(settle_rest(id));
		let credit = JobMarket::credit(REQUESTER);
		assert_eq!((credit.total, credit.committed), (5_000 - 408, 0));
	});
}

#[test]
fn pro_rata_rounds_down_and_does_not_overflow() {
	assert_eq!(pro_rata(100, 1, 3), Some(33));
	assert_eq!(pro_rata(805, 1, 2), Some(402));
	assert_eq!(pro_rata(7, 512, 512), Some(7));
	assert_eq!(pro_rata(7, 0, 512), Some(0));
	// 2^128 - 1 is 2^119 - 1 times 512 and 511.
	assert_eq!(pro_rata(u128::MAX, 511, 512), Some(((1 << 119) - 1) * 511 + 510));
	assert_eq!(pro_rata(7, 1, 0), None);
	assert_eq!(pro_rata(7, 3, 2), None);
}
