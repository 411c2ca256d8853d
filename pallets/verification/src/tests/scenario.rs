use crate::{mock::*, Event};
use tercet_primitives::{Conduct, Decision, JobId, JobState};

#[test]
fn reveal_settles_the_job_when_all_answers_are_equal() {
	build_and_execute(|| {
		let job = open(0);
		run_to(START + 1);
		commit_all(job, [7, 7, 7]);
		// Everyone has committed, so nobody waits for the commit window to close.
		run_to(START + 2);
		reveal_all(job, [7, 7, 7]);

		// Settled and paid in the block of the last reveal.
		assert!(matches!(state(job), JobState::Settled { at, .. } if at == START + 2));
		assert_eq!(EXECUTORS.map(free), [ENDOWMENT + PAY; 3]);
		assert_eq!(held(), 0);
		assert_eq!(Released::get(), EXECUTORS.map(|who| (who, Conduct::Verified)));

		let job = JobId(0);
		let root = answer(7).root;
		let committed = |executor| {
			let commitment = commitment(executor, job, &answer(7));
			Event::Committed { job, executor, commitment }
		};
		let revealed = |executor| Event::Revealed { job, executor, root };
		let recorded =
			|executor| Event::ConductRecorded { job, executor, conduct: Conduct::Verified };
		assert_eq!(events()[..3], EXECUTORS.map(committed));
		assert_eq!(events()[3..6], EXECUTORS.map(revealed));
		assert_eq!(events()[6], Event::Decided { job, decision: Decision::Agreed });
		assert_eq!(events()[7..], EXECUTORS.map(recorded));
	});
}
