use crate::{mock::*, Event, Role};
use tercet_primitives::{JobId, Statement};

#[test]
fn distribute_pays_everybody_when_all_accounts_live() {
	build_and_execute(|| {
		// Three executors, 333 planck each; 10 % royalty and 5 % treasury share, rounded up.
		let escrow = worst_case(111, 3).unwrap();
		assert_eq!(escrow, 999 + 100 + 50);
		hold(PAYER, escrow);

		let statement = distribute(escrow, invoice(111, 3, &EXECUTORS, &AUTHOR)).unwrap();

		// Paid rounded down; the rest returns.
		let expected =
			Statement { executors: 3, per_executor: 333, royalty: 99, treasury: 49, refunded: 2 };
		assert_eq!(statement, expected);
		for executor in EXECUTORS {
			assert_eq!(free(executor), ENDOWMENT + 333);
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
	});
}
