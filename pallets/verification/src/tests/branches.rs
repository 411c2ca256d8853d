//! What the end of a stage weighs, by what it has led to.

use super::play::*;
use crate::{mock::*, Branch, WeightInfo};
use frame::testing_prelude::*;
use tercet_primitives::{Agreement, JobId, Stage, MAX_ITEMS};

const EXACT: Agreement = Agreement::Exact;
const ITEMS: u32 = 4;

/// What the stages weigh that end with this block.
fn weight() -> Weight {
	hypothetically!(Verification::end_due_stages(System::block_number()))
}

/// Plays on to the last block of the stage of `job`.
fn play_to_its_end(job: JobId, plan: impl Fn(JobId, AccountId) -> Plan) {
	let (_, until) = stage(job);
	play_while(plan, || System::block_number() < until);
}

#[test]
fn branches_are_ordered_by_weight() {
	let branches = [
		Branch::Advanced,
		Branch::Picked,
		Branch::Compared(1),
		Branch::Compared(2),
		Branch::Compared(MAX_ITEMS),
		Branch::Failed,
	];
	assert!(branches.is_sorted());
	let weights = branches.map(|branch| branch.weight::<Weights>());
	// By time: that is what there is too little of.
	assert!(weights.is_sorted_by_key(|weight| weight.ref_time()), "{weights:?}");
	assert!(weights.iter().all(|weight| weight.all_lte(Weights::transition())));
}

#[test]
fn transition_weighs_nothing_when_nothing_is_due() {
	build_and_execute(|| {
		open(ITEMS, EXACT);
		assert_eq!(weight(), Weight::zero());
	});
}

#[test]
fn transition_weighs_little_when_another_stage_follows() {
	build_and_execute(|| {
		// Everybody is silent: the lottery finds no quorum, and fresh executors are asked for.
		let silent = open(ITEMS, EXACT);
		for (was, next) in [(Stage::Commit, Stage::Lottery), (Stage::Lottery, Stage::Draw)] {
			run_to(stage(silent).1);
			assert_eq!((stage(silent).0, weight()), (was, Weights::advance()));
			skip(1);
			assert_eq!(stage(silent).0, next);
		}
	});
	build_and_execute(|| {
		let committed = open(ITEMS, SIMILAR);
		play_to(committed, Stage::Lottery, by_seat(&[]));
		assert_eq!(weight(), Weights::advance());
		// Nor does it weigh more when it has to wait for randomness.
		HasVrf::set(&false);
		assert_eq!(weight(), Weights::advance());
	});
}

#[test]
fn transition_weighs_a_lottery_when_the_job_is_picked_for_an_audit() {
	build_with_audits(Permill::one(), || {
		let job = open(ITEMS, EXACT);
		play_to(job, Stage::Lottery, by_seat(&[]));
		assert_eq!(weight(), Weights::lottery());
		// Also if it comes to nothing.
		ReviewsFail::set(&true);
		assert_eq!(weight(), Weights::lottery());
	});
}

#[test]
fn transition_weighs_one_item_when_whole_answers_are_compared() {
	build_and_execute(|| {
		let job = open(ITEMS, EXACT);
		let plans = [HONEST, HONEST, Plan::SilentFrom(Stage::Reveal)];
		play_to(job, Stage::Reveal, by_seat(&plans));
		play_to_its_end(job, by_seat(&plans));
		assert_eq!(weight(), Weights::compare(1));
	});
}

#[test]
fn transition_weighs_every_item_when_votes_are_compared() {
	build_and_execute(|| {
		let job = open(ITEMS, SIMILAR);
		let plans = [HONEST, HONEST, Plan::SilentFrom(Stage::Reveal)];
		play_to(job, Stage::Reveal, by_seat(&plans));
		play_to_its_end(job, by_seat(&plans));
		assert_eq!(weight(), Weights::compare(ITEMS));
	});
	build_and_execute(|| {
		let job = open(ITEMS, EXACT);
		let plans = [HONEST, Plan::WrongAt(1, 1), Plan::SilentFrom(Stage::Itemize)];
		play_to(job, Stage::Itemize, by_seat(&plans));
		play_to_its_end(job, by_seat(&plans));
		assert_eq!(weight(), Weights::compare(ITEMS));
	});
}

#[test]
fn transition_weighs_all_votes_when_few_items_are_open() {
	build_and_execute(|| {
		// Three items are paid, and two more executors answer for the one that is left.
		let job = open(ITEMS, EXACT);
		let plans = [HONEST, HONEST, Plan::WrongAt(1, 1), HONEST, Plan::SilentFrom(Stage::Reveal)];
		play_to(job, Stage::Itemize, by_seat(&plans));
		play_to(job, Stage::Commit, by_seat(&plans));
		assert_eq!(committee(job).items.len(), 1);
		play_to(job, Stage::Reveal, by_seat(&plans));
		play_to_its_end(job, by_seat(&plans));
		assert_eq!(weight(), Weights::compare(ITEMS));
	});
}

#[test]
fn transition_weighs_a_comparison_when_the_committee_ends_and_the_most_when_that_fails() {
	build_and_execute(|| {
		let job = open(ITEMS, EXACT);
		Available::set(&vec![]);
		play_to(job, Stage::Draw, by_seat(&[SILENT, SILENT, SILENT]));
		run_to(stage(job).1);
		assert_eq!(weight(), Weights::compare(1));
		SettlementFails::set(&true);
		assert_eq!(weight(), Weights::transition());
		skip(1);
		assert_eq!(stage(job).0, Stage::Draw);
		SettlementFails::set(&false);
	});
}

#[test]
fn transition_weighs_as_much_as_that_of_the_job_under_audit() {
	build_with_audits(Permill::one(), || {
		let job = open(ITEMS, SIMILAR);
		let audit = JobId(job.0 + 1);
		// Nobody votes in the audit, and nobody else is there to ask.
		let plan = |it, _| if it == audit { Plan::SilentFrom(Stage::Seal) } else { HONEST };
		play_to(job, Stage::Seal, plan);
		Available::set(&vec![]);
		play_to(job, Stage::Audit, plan);
		play_to(audit, Stage::Draw, plan);
		run_to(stage(audit).1);
		assert_eq!(stage(job).0, Stage::Audit);
		// The votes are those of the job, which is settled with the end of its audit.
		assert_eq!(weight(), Weights::compare(ITEMS));
	});
}
