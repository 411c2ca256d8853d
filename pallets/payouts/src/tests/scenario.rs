use crate::{mock::*, Event, Role};
use frame::testing_prelude::*;
use tercet_primitives::{JobId, Statement};

#[test]
fn distribute_pays_everybody_when_all_accounts_live() {
	build_and_execute(|| {
		// Three executors, 333 planck each; 10 % royalty and 5 % treasury share, rounded up.
		let escrow = worst_case(111, 3).unwrap();
		assert_eq!(escrow, 999 + 100 + 50);
		hold(PAYER, escrow);

		let royalties = royalty_of(AUTHOR);
		let statement = distribute(escrow, invoice(111, 3, &EXECUTORS, &royalties)).unwrap();

		// Paid rounded down; the rest returns.
		let expected = Statement { executors: 999, royalties: 99, treasury: 49, refunded: 2 };
		assert_eq!(statement, expected);
		for executor in EXECUTORS {
			assert_eq!(free(executor), ENDOWMENT + 333);
			assert_eq!(Payouts::work_credits(executor), 333);
		}
		assert_eq!(free(AUTHOR), ENDOWMENT + 99);
		assert_eq!(free(TREASURY), ENDOWMENT + 49);
		assert_eq!(free(PAYER), ENDOWMENT - 999 - 99 - 49);
		assert_eq!(held(PAYER), 0);

		let job = JobId(7);
		let paid = |payee, amount, role| Event::Paid { job, payee, amount, role };
		assert_eq!(
			events(),
			[
				paid(EXECUTORS[0], 333, Role::Executor),
				paid(EXECUTORS[1], 333, Role::Executor),
				paid(EXECUTORS[2], 333, Role::Executor),
				paid(AUTHOR, 99, Role::Author),
				paid(TREASURY, 49, Role::Treasury),
				Event::Refunded { job, to: PAYER, amount: 2 },
			]
		);

		// Each one's work was worth 16 planck to the treasury; half of the 48 is minted again.
		assert_eq!(Payouts::claimable(EXECUTORS[0]), []);
		go_to_era(1);
		assert_eq!(Payouts::claimable(EXECUTORS[0]), [(0, 8)]);
		assert_ok!(Payouts::claim(RuntimeOrigin::signed(PAYER), EXECUTORS[0], 0));
		assert_eq!(free(EXECUTORS[0]), ENDOWMENT + 333 + 8);
		assert_eq!(Payouts::claimable(EXECUTORS[0]), []);
	});
}
