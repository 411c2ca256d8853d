use super::play::*;
use crate::{mock::*, Event};
use tercet_primitives::{Agreement, Conduct, Decision, Disputed, JobState, Stage};

#[test]
fn answer_settles_the_job_when_all_answers_are_equal() {
	build_and_execute(|| {
		let job = open(4, Agreement::Exact);
		let executors = executors(job);
		assert_eq!((executors.len(), stage(job).0), (3, Stage::Commit));

		// Everyone has committed, so nobody waits for the window to close; but for the randomness of
		// the next block.
		answer_all(&by_seat(&[]));
		assert_eq!(stage(job), (Stage::Lottery, START + 3));
		skip(2);
		assert_eq!(stage(job).0, Stage::Reveal);

		// Settled and paid in the block of the last reveal.
		answer_all(&by_seat(&[]));
		let answer = answer(HONEST, &committee(job).items);
		let JobState::Settled { at, answer: agreed, disputed, .. } = state(job) else { panic!() };
		assert_eq!((at, agreed, disputed), (START + 4, answer, Disputed::None));
		for executor in &executors {
			assert_eq!(gain(*executor), 4 * PAY as i128);
		}
		assert_eq!(gain(REQUESTER), -((12 * PAY + FEE) as i128));
		assert_eq!(conducts(job), [Conduct::Verified; 3]);

		let events = events();
		let revealed = |executor: &u64| Event::Revealed { job, executor: *executor };
		let last = events.iter().position(|it| *it == revealed(&executors[2])).unwrap();
		assert_eq!(events[last + 1], Event::Decided { job, decision: Decision::Agreed });
	});
}
