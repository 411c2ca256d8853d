use crate::{mock::*, Event};
use frame::testing_prelude::*;
use tercet_primitives::{Disputed, JobId, JobState, Statement};

#[test]
fn submit_ends_in_payment_when_a_committee_agrees() {
	build_and_execute(|| {
		// Block 1: two items of 10 units at 5 planck. The worst case is held, and a deposit.
		let id = submit(request());
		let deposit = deposit(3);
		assert_eq!((held(REQUESTER), deposited(REQUESTER)), (ESCROW, deposit));
		assert_eq!(state(id), JobState::Queued);

		// Block 2 begins: block 1 drew nobody. At its end the executors are drawn.
		next_block();
		assert_eq!(state(id), JobState::Queued);
		next_block();
		assert_eq!(state(id), running(2));

		// Block 3: they agree, and are paid; the fee goes to the treasury, the rest returns.
		settle(id).unwrap();
		let statement = Statement {
			executors: 300,
			royalties: 30,
			treasury: 15 + FEE,
			refunded: ESCROW - COST,
		};
		let (answer, disputed) = (usual_answer(), Disputed::None);
		assert_eq!(state(id), JobState::Settled { at: 3, answer, disputed, statement });
		assert_eq!((free(REQUESTER), held(REQUESTER)), (ENDOWMENT - COST - deposit, 0));
		assert_eq!(free(EXECUTORS[0]), ENDOWMENT + PAY);

		// Block 53: its retention is over. Whoever prunes it, the deposit returns.
		run_to(53);
		assert_ok!(JobMarket::prune(RuntimeOrigin::signed(OTHER), id));
		assert_eq!((free(REQUESTER), deposited(REQUESTER)), (ENDOWMENT - COST, 0));

		let (job, requester) = (JobId(0), REQUESTER);
		assert_eq!(
			events(),
			[
				Event::Submitted { job, requester, escrow: ESCROW },
				Event::Drawn { job, round: 0, executors: EXECUTORS[..3].to_vec() },
				Event::Settled { job, statement },
				Event::Pruned { job, requester, deposit },
			]
		);
	});
}
