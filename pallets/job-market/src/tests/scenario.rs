use crate::{mock::*, Event};
use tercet_primitives::{JobId, JobState, Statement, H256};

#[test]
fn submit_ends_in_payment_when_a_committee_agrees() {
	build_and_execute(|| {
		// Block 1: two items of 10 units at 5 planck. The worst case is held.
		let id = submit(request());
		assert_eq!((free(REQUESTER), held(REQUESTER)), (ENDOWMENT - ESCROW, ESCROW));
		assert_eq!(state(id), JobState::Queued);

		// Block 2 begins: block 1 drew nobody. At its end the committee is drawn.
		next_block();
		assert_eq!(state(id), JobState::Queued);
		next_block();
		assert_eq!(state(id), JobState::Running { drawn_at: 2 });

		// Block 3: they agree.
		settle(id).unwrap();
		let statement =
			Statement { executors: 3, per_executor: 100, royalty: 30, treasury: 15, refunded: 0 };
		let answer = answer(H256::repeat_byte(1));
		assert_eq!(state(id), JobState::Settled { at: 3, answer, statement });
		assert_eq!((free(REQUESTER), held(REQUESTER)), (ENDOWMENT - ESCROW, 0));
		assert_eq!(free(EXECUTORS[0]), ENDOWMENT + 100);

		let job = JobId(0);
		assert_eq!(
			events(),
			[
				Event::Submitted { job, requester: REQUESTER, escrow: ESCROW },
				Event::Drawn { job, executors: EXECUTORS.to_vec() },
				Event::Settled { job, statement },
			]
		);
	});
}
