//! Items on which all agree are settled at once; fresh executors run the others only.

use super::play::*;
use crate::{mock::*, Event, References};
use tercet_primitives::{
	Agreement,
	Conduct::{Alone, Silent, Unresolved, Verified, Withheld, Wrong},
	Decision, Disputed, ItemSet, JobId, JobState, Redundancy, RefundReason, Stage, MAX_ITEMS,
};

const EXACT: Agreement = Agreement::Exact;

fn only(index: u32) -> ItemSet {
	[index].into_iter().collect()
}

/// One of the three differs on item 77 of the most that a job may have.
fn narrow(agreement: Agreement) -> (JobId, Plan) {
	let job = open(MAX_ITEMS, agreement);
	let wrong = Plan::WrongAt(77, 1);
	play_to(job, Stage::Draw, by_seat(&[HONEST, HONEST, wrong]));
	(job, wrong)
}

#[test]
fn narrowing_settles_all_but_the_item_that_differs() {
	for agreement in [EXACT, SIMILAR] {
		build_and_execute(|| {
			let (job, wrong) = narrow(agreement);
			let JobState::Running { part: Some(part), .. } = state(job) else { panic!() };
			assert_eq!(part.items, ItemSet::first(MAX_ITEMS).without(&only(77)));
			for who in executors(job) {
				assert_eq!(gain(who), 511 * PAY as i128);
			}
			assert_eq!(committee(job).items, only(77));
			assert!(events().contains(&Event::Narrowed { job, open: 1 }));
			assert!(conducts(job).is_empty());

			// The fresh ones are asked for one item, and paid for one.
			play(by_seat(&[HONEST, HONEST, wrong]));
			let JobState::Settled { answer: first, disputed, .. } = state(job) else { panic!() };
			let Disputed::Resolved(patch) = disputed else { panic!() };
			assert_eq!((patch.items, patch.answer), (only(77), answer(HONEST, &only(77))));
			let all = ItemSet::first(MAX_ITEMS);
			assert!(first == answer(HONEST, &all) || first == answer(wrong, &all));
			assert_eq!(conducts(job), [Verified, Verified, Wrong, Verified, Verified]);
			let gains: Vec<_> = executors(job).into_iter().map(gain).collect();
			let (pay, risk) = (PAY as i128, RISK as i128);
			assert_eq!(gains, [512 * pay, 512 * pay, 511 * pay - risk, pay, pay]);
		});
	}
}

#[test]
fn narrowing_asks_everyone_who_gave_a_result_for_its_items() {
	build_and_execute(|| {
		let job = open(8, EXACT);
		let plans = [HONEST, Plan::SilentFrom(Stage::Itemize), Plan::WrongAt(3, 1)];
		play(by_seat(&plans));
		// Without the second, two are no quorum of three; but four are one of five.
		let narrowed: Vec<_> = events()
			.into_iter()
			.filter(|event| matches!(event, Event::StageBegan { stage: Stage::Itemize, .. }))
			.collect();
		assert_eq!(narrowed.len(), 2);
		let JobState::Settled { disputed: Disputed::Resolved(patch), statement, .. } = state(job)
		else {
			panic!()
		};
		assert_eq!(patch.items, only(3));
		assert_eq!(statement.executors, (4 * 7 + 5) * PAY);
		assert_eq!(
			conducts(job),
			[Verified, Withheld, Wrong, Verified, Verified, Verified, Verified]
		);
	});
}

#[test]
fn narrowing_does_not_happen_when_no_item_is_agreed_on() {
	for agreement in [EXACT, SIMILAR] {
		build_and_execute(|| {
			let job = open(4, agreement);
			play(by_seat(&[HONEST, HONEST, Plan::Wrong(1)]));
			assert!(matches!(state(job), JobState::Settled { disputed: Disputed::None, .. }));
			assert_eq!(conducts(job), [Verified, Verified, Wrong, Verified, Verified]);
		});
	}
}

#[test]
fn narrowing_happens_once_and_what_stays_in_dispute_is_refunded() {
	for agreement in [EXACT, SIMILAR] {
		build_and_execute(|| {
			let job = open(8, agreement);
			let at = Plan::WrongAt;
			let plans = [HONEST, at(3, 1), at(5, 2), at(3, 3), at(5, 4), at(3, 5), at(3, 6)];
			play(by_seat(&plans));
			let narrowed = |event: &Event<Test>| matches!(event, Event::Narrowed { .. });
			assert_eq!(events().iter().filter(|event| narrowed(event)).count(), 1);
			let JobState::Settled { disputed, statement, .. } = state(job) else { panic!() };
			let items: ItemSet = [3, 5].into_iter().collect();
			let reason = RefundReason::Disagreement;
			assert_eq!(disputed, Disputed::Refunded { items, reason });
			assert_eq!(statement.executors, 3 * 6 * PAY);
			assert_eq!(committee(job).decision, Some(Decision::Disagreed));
			assert_eq!(conducts(job), [Alone; 7]);
		});
	}
}

#[test]
fn narrowing_waits_for_a_quorum_of_results() {
	build_and_execute(|| {
		let redundancy = Redundancy { executors: 5, quorum: 4 };
		let job = open_request(request(4, redundancy), EXACT);
		let at = Plan::WrongAt;
		play_to(job, Stage::Draw, by_seat(&[HONEST, at(1, 1), at(1, 2), HONEST, SILENT]));
		assert_eq!(committee(job).items, only(1));
		play(by_seat(&[HONEST, at(1, 1), at(1, 2), HONEST, SILENT]));
		// Four of the seven agree on the item, where five must.
		let JobState::Settled { disputed, .. } = state(job) else { panic!() };
		assert!(matches!(disputed, Disputed::Refunded { .. }));
		assert_eq!(
			conducts(job),
			[Unresolved, Alone, Alone, Unresolved, Silent, Unresolved, Unresolved]
		);
	});
}

#[test]
fn narrowing_keeps_what_a_review_is_held_against() {
	build_and_execute(|| {
		let (job, wrong) = narrow(EXACT);
		assert_eq!(References::<Test>::get(job).unwrap().items.len(), 511);
		play(by_seat(&[HONEST, HONEST, wrong]));
		// Extended by whoever is right about all.
		let reference = References::<Test>::get(job).unwrap();
		assert_eq!(reference.items.len(), 512);
		assert_eq!(reference.votes[77], digest(HONEST, 77).0);
		let (job, wrong) = narrow(SIMILAR);
		let of_part = References::<Test>::get(job).unwrap();
		play(in_job(job, &[HONEST, HONEST, wrong]));
		assert_eq!(References::<Test>::get(job).unwrap(), of_part);
	});
}
