//! Who is silent and who withholds: before the commitment and after it, at every stage of every
//! round.

use super::play::*;
use crate::mock::*;
use frame::testing_prelude::*;
use tercet_primitives::{
	Agreement,
	Conduct::{self, Silent, Unresolved, Verified, Withheld},
	Decision, JobId, Stage,
};

const EXACT: Agreement = Agreement::Exact;
const AGREEMENTS: [Agreement; 2] = [EXACT, SIMILAR];

/// What became of seat `place` in a job of four items, and what it lost, when the seats play these
/// plans and it answers honestly up to `stage` of `round`.
fn silent_in(
	agreement: Agreement,
	plans: &[Plan],
	place: usize,
	(round, stage): (u8, Stage),
) -> (Conduct, i128) {
	let mut found = None;
	build_and_execute(|| {
		let job = open(4, agreement);
		let others = by_seat(plans);
		play(|it: JobId, who| {
			let seat = executors(it).iter().position(|other| *other == who);
			match (seat == Some(place), committee(it).round == round) {
				(true, true) => Plan::SilentFrom(stage),
				(true, false) => HONEST,
				(false, _) => others(it, who),
			}
		});
		found = Some((conducts(job)[place], gain(executors(job)[place])));
	});
	found.unwrap()
}

fn withheld() -> (Conduct, i128) {
	(Withheld, -(RISK as i128) / 2)
}

#[test]
fn seat_is_silent_when_it_does_not_commit() {
	let silent = (Silent, -(RISK as i128) / 10);
	for agreement in AGREEMENTS {
		assert_eq!(silent_in(agreement, &[], 2, (0, Stage::Commit)), silent);
		// Drawn in an escalation.
		let disputed = [HONEST, Plan::Wrong(1), HONEST];
		assert_eq!(silent_in(agreement, &disputed, 4, (1, Stage::Commit)), silent);
		let twice = [HONEST, Plan::Wrong(1), HONEST, Plan::Wrong(1)];
		assert_eq!(silent_in(agreement, &twice, 6, (2, Stage::Commit)), silent);
	}
}

#[test]
fn seat_withholds_when_it_lets_a_later_stage_of_its_round_pass() {
	for (agreement, stage) in
		[(EXACT, Stage::Reveal), (SIMILAR, Stage::Seal), (SIMILAR, Stage::Reveal)]
	{
		assert_eq!(silent_in(agreement, &[], 2, (0, stage)), withheld());
		let disputed = [HONEST, Plan::Wrong(1), HONEST];
		assert_eq!(silent_in(agreement, &disputed, 4, (1, stage)), withheld());
		let twice = [HONEST, Plan::Wrong(1), HONEST, Plan::Wrong(1)];
		assert_eq!(silent_in(agreement, &twice, 6, (2, stage)), withheld());
	}
	let differ = [HONEST, Plan::WrongAt(1, 1)];
	assert_eq!(silent_in(EXACT, &differ, 2, (0, Stage::Itemize)), withheld());
	// Nothing is agreed on in the first round, and no verdict found in the second.
	let disputed = [HONEST, HONEST, Plan::Wrong(1), Plan::Wrong(2)];
	assert_eq!(silent_in(EXACT, &disputed, 4, (1, Stage::Itemize)), withheld());
}

#[test]
fn seat_withholds_when_it_has_revealed_and_lets_a_stage_of_a_later_round_pass() {
	// Its answer is known, but not how far it lies from the others under the new seed.
	let disputed = [HONEST, Plan::Wrong(1), HONEST];
	for stage in [Stage::Seal, Stage::Reveal] {
		assert_eq!(silent_in(SIMILAR, &disputed, 0, (1, stage)), withheld());
	}
}

#[test]
fn seat_withholds_when_it_committed_in_a_round_that_nobody_was_to_reveal_in() {
	for agreement in AGREEMENTS {
		// One abstains, so that the first round goes on before anybody has shown anything.
		let plans = [Plan::Abstain, HONEST, HONEST];
		assert_eq!(silent_in(agreement, &plans, 2, (1, Stage::Reveal)), withheld());
	}
}

#[test]
fn seat_that_was_never_asked_to_open_its_commitment_has_withheld_nothing() {
	for agreement in AGREEMENTS {
		build_and_execute(|| {
			Available::set(&vec![11, 12, 13]);
			let job = open(1, agreement);
			play(by_seat(&[HONEST, HONEST, SILENT]));
			assert_eq!(committee(job).decision, Some(Decision::TimedOut));
			assert_eq!(conducts(job), [Unresolved, Unresolved, Silent]);
		});
	}
}

#[test]
fn committee_withholds_when_it_does_not_open_what_is_audited() {
	for (agreement, stage) in [(EXACT, Stage::Reveal), (SIMILAR, Stage::Seal)] {
		build_with_audits(Permill::one(), || {
			let job = open(2, agreement);
			let hidden = [Plan::SilentFrom(stage); 3];
			play(in_job(job, &hidden));
			assert_eq!(conducts(job)[..3], [Withheld; 3]);
			for who in &executors(job)[..3] {
				assert_eq!(gain(*who), -(RISK as i128) / 2);
			}
			let review = crate::ReviewOf::<Test>::get(job).unwrap();
			assert_eq!(conducts(review), [Verified; 5]);
		});
	}
}
