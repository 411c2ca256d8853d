use crate::{mock::*, Distributed, Error, Event, Ledger, Role};
use frame::testing_prelude::*;
use tercet_primitives::{JobId, Statement};

#[test]
fn distribute_refunds_all_when_nothing_is_owed() {
	build_and_execute(|| {
		hold(PAYER, 500);
		let statement = distribute(500, invoice(0, 3, &EXECUTORS, &royalty_of(AUTHOR))).unwrap();
		assert_eq!(statement, Statement { executors: 0, royalties: 0, treasury: 0, refunded: 500 });
		assert_eq!(free(PAYER), ENDOWMENT);
	});
}

#[test]
fn distribute_leaves_other_holds_alone_when_the_payer_has_more_on_hold() {
	build_and_execute(|| {
		let escrow = worst_case(100, 10).unwrap();
		hold(PAYER, escrow + 1_000);
		distribute(escrow, invoice(100, 10, &EXECUTORS, &royalty_of(AUTHOR))).unwrap();
		assert_eq!(held(PAYER), 1_000);
	});
}

#[test]
fn distribute_fails_when_the_escrow_is_one_short_of_pay_and_royalty() {
	build_and_execute(|| {
		hold(PAYER, 5_000);
		let royalties = royalty_of(AUTHOR);
		let bill = || invoice(100, 10, &EXECUTORS, &royalties);
		assert_noop!(distribute(3_299, bill()), Error::<Test>::EscrowTooSmall);
		assert_noop!(distribute(2_999, bill()), Error::<Test>::EscrowTooSmall);
		// At the brink the treasury gets nothing, but nobody is held up.
		let statement = distribute(3_300, bill()).unwrap();
		assert_eq!((statement.treasury, statement.refunded), (0, 0));
	});
}

#[test]
fn distribute_caps_the_treasury_when_its_share_was_raised_after_submission() {
	build_and_execute(|| {
		let escrow = worst_case(100, 10).unwrap();
		hold(PAYER, escrow);
		Share::set(&Permill::from_percent(50));
		let statement =
			distribute(escrow, invoice(100, 10, &EXECUTORS, &royalty_of(AUTHOR))).unwrap();
		assert_eq!((statement.treasury, statement.refunded), (150, 0));
	});
}

#[test]
fn distribute_changes_nothing_when_the_hold_is_too_small() {
	build_and_execute(|| {
		let escrow = worst_case(100, 10).unwrap();
		hold(PAYER, escrow - 1);
		// Fails at the very end, after everybody else was paid.
		assert_noop!(
			distribute(escrow, invoice(100, 10, &EXECUTORS, &royalty_of(AUTHOR))),
			TokenError::Frozen
		);
		assert_eq!(held(PAYER), escrow - 1);
	});
}

#[test]
fn distribute_fails_when_the_bill_overflows() {
	build_and_execute(|| {
		let overflow = Error::<Test>::AmountOverflow;
		assert_noop!(
			distribute(1, invoice(2, u128::MAX, &EXECUTORS, &royalty_of(AUTHOR))),
			overflow
		);
		let overflow = Error::<Test>::AmountOverflow;
		assert_noop!(
			distribute(1, invoice(1, u128::MAX / 2, &EXECUTORS, &royalty_of(AUTHOR))),
			overflow
		);
	});
}

#[test]
fn distribute_fails_when_the_ledger_is_full() {
	build_and_execute(|| {
		let full = Ledger { escrow: u128::MAX, refunded: u128::MAX, ..Default::default() };
		Distributed::<Test>::put(full);
		let escrow = worst_case(100, 10).unwrap();
		hold(PAYER, escrow);
		assert_noop!(
			distribute(escrow, invoice(100, 10, &EXECUTORS, &royalty_of(AUTHOR))),
			Error::<Test>::AmountOverflow
		);
	});
}

#[test]
fn distribute_pays_the_treasury_when_the_author_is_dead() {
	build_and_execute(|| {
		// 9 planck of royalty do not bring an account to life.
		let escrow = worst_case(10, 3).unwrap();
		hold(PAYER, escrow);
		let statement = distribute(escrow, invoice(10, 3, &EXECUTORS, &royalty_of(DEAD))).unwrap();
		assert_eq!(
			statement,
			Statement { executors: 90, royalties: 0, treasury: 9 + 4, refunded: 1 }
		);
		assert_eq!(free(DEAD), 0);
		assert_eq!(free(TREASURY), ENDOWMENT + 13);
		let (job, role) = (JobId(7), Role::Author);
		assert!(events().contains(&Event::Redirected { job, payee: DEAD, amount: 9, role }));
	});
}

#[test]
fn distribute_brings_the_author_to_life_when_the_royalty_is_the_existential_deposit() {
	build_and_execute(|| {
		// Work 1,002 and 999: royalties of 100 and 99.
		for (price, alive) in [(333, false), (334, true)] {
			let author = DEAD + price as u64;
			let escrow = worst_case(1, price).unwrap();
			hold(PAYER, escrow);
			distribute(escrow, invoice(1, price, &EXECUTORS, &royalty_of(author))).unwrap();
			assert_eq!(System::account_exists(&author), alive);
		}
	});
}

#[test]
fn distribute_pays_the_treasury_when_an_executor_cannot_receive() {
	build_and_execute(|| {
		let executors = [EXECUTORS[0], DEAD, EXECUTORS[2]];
		let escrow = worst_case(99, 1).unwrap();
		hold(PAYER, escrow);
		let statement =
			distribute(escrow, invoice(99, 1, &executors, &royalty_of(AUTHOR))).unwrap();
		assert_eq!(
			statement,
			Statement { executors: 198, royalties: 29, treasury: 99 + 14, refunded: 2 }
		);
	});
}

#[test]
fn distribute_pays_itself_when_the_payer_is_author_and_executor() {
	build_and_execute(|| {
		let executors = [PAYER, EXECUTORS[1], EXECUTORS[2]];
		let escrow = worst_case(100, 10).unwrap();
		hold(PAYER, escrow);
		distribute(escrow, invoice(100, 10, &executors, &royalty_of(PAYER))).unwrap();
		assert_eq!(free(PAYER), ENDOWMENT - 2_000 - 150);
		assert_eq!(held(PAYER), 0);
	});
}

#[test]
fn distribute_pays_when_the_payer_froze_the_escrow() {
	build_and_execute(|| {
		let escrow = worst_case(100, 10).unwrap();
		hold(PAYER, escrow);
		freeze(PAYER, ENDOWMENT);
		distribute(escrow, invoice(100, 10, &EXECUTORS, &royalty_of(AUTHOR))).unwrap();
		assert_eq!(free(EXECUTORS[0]), ENDOWMENT + 1_000);
	});
}

/// Burns what an account has left, and mints it elsewhere to keep the issuance.
fn strip_and_keep_issuance(who: AccountId) {
	let amount = free(who);
	strip(who);
	restore_issuance(amount);
}

#[test]
fn distribute_returns_the_share_to_the_payer_when_the_treasury_cannot_receive() {
	build_and_execute(|| {
		strip_and_keep_issuance(TREASURY);
		let escrow = worst_case(100, 1).unwrap();
		hold(PAYER, escrow);
		let statement =
			distribute(escrow, invoice(100, 1, &EXECUTORS, &royalty_of(AUTHOR))).unwrap();
		assert_eq!((statement.treasury, statement.refunded), (0, 15));
	});
}

#[test]
fn distribute_pays_the_remainder_to_the_treasury_when_the_payer_cannot_receive() {
	build_and_execute(|| {
		let escrow = worst_case(111, 3).unwrap();
		hold(PAYER, escrow);
		strip_and_keep_issuance(PAYER);
		let statement =
			distribute(escrow, invoice(111, 3, &EXECUTORS, &royalty_of(AUTHOR))).unwrap();
		assert_eq!((statement.treasury, statement.refunded), (51, 0));
	});
}

#[test]
fn distribute_fails_when_neither_payer_nor_treasury_can_receive() {
	build_and_execute(|| {
		let escrow = worst_case(111, 3).unwrap();
		hold(PAYER, escrow);
		strip_and_keep_issuance(PAYER);
		strip_and_keep_issuance(TREASURY);
		assert_noop!(
			distribute(escrow, invoice(111, 3, &EXECUTORS, &royalty_of(AUTHOR))),
			Error::<Test>::NobodyCanReceive
		);
	});
}
