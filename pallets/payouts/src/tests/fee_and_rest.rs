use crate::{mock::*, Distributed, Error, Event, Role};
use frame::testing_prelude::*;
use tercet_primitives::{
	traits::{Invoice, Rest},
	JobId, Statement,
};

#[test]
fn distribute_pays_the_fee_besides_the_share_when_there_is_one() {
	build_and_execute(|| {
		hold(PAYER, 4_000);
		let royalties = royalty_of(AUTHOR);
		let bill = Invoice { fee: 70, ..invoice(100, 10, &EXECUTORS, &royalties) };
		let statement = distribute(4_000, bill).unwrap();
		assert_eq!((statement.treasury, statement.refunded), (150 + 70, 480));
		assert_eq!(free(TREASURY), ENDOWMENT + 220);
		let (job, role) = (JobId(7), Role::Treasury);
		let paid = Event::Paid { job, payee: TREASURY, amount: 220, role };
		assert!(events().contains(&paid));
	});
}

#[test]
fn distribute_takes_the_fee_alone_when_nobody_is_owed_pay() {
	build_and_execute(|| {
		hold(PAYER, 4_000);
		let royalties = royalty_of(AUTHOR);
		let bill = Invoice { fee: 70, ..invoice(100, 10, &[], &royalties) };
		let statement = distribute(4_000, bill).unwrap();
		let expected = Statement { executors: 0, royalties: 0, treasury: 70, refunded: 3_930 };
		assert_eq!(statement, expected);
		assert_eq!(free(PAYER), ENDOWMENT - 70);
	});
}

#[test]
fn distribute_fails_when_the_escrow_is_one_short_of_the_fee() {
	build_and_execute(|| {
		hold(PAYER, 5_000);
		let royalties = royalty_of(AUTHOR);
		let bill = || Invoice { fee: 70, ..invoice(100, 10, &EXECUTORS, &royalties) };
		assert_noop!(distribute(3_369, bill()), Error::<Test>::EscrowTooSmall);
		assert_eq!(held(PAYER), 5_000);
		// The fee goes before the share.
		let statement = distribute(3_370, bill()).unwrap();
		assert_eq!((statement.treasury, statement.refunded), (70, 0));
	});
}

#[test]
fn distribute_fails_when_the_fee_overflows() {
	build_and_execute(|| {
		let royalties = royalty_of(AUTHOR);
		let bill = Invoice { fee: u128::MAX, ..invoice(100, 10, &EXECUTORS, &royalties) };
		assert_noop!(distribute(1, bill), Error::<Test>::AmountOverflow);
	});
}

#[test]
fn distribute_keeps_the_rest_on_hold_when_told_so() {
	build_and_execute(|| {
		hold(PAYER, 4_000);
		let royalties = royalty_of(AUTHOR);
		let bill = || Invoice { rest: Rest::Keep, ..invoice(50, 10, &EXECUTORS, &royalties) };
		let statement = distribute(4_000, bill()).unwrap();
		let expected = Statement { executors: 1_500, royalties: 150, treasury: 75, refunded: 0 };
		assert_eq!(statement, expected);
		assert_eq!(held(PAYER), 4_000 - 1_725);
		assert_eq!(free(PAYER), ENDOWMENT - 4_000);
		assert_eq!(Distributed::<Test>::get().escrow, 1_725);

		// Another part, from what is left.
		assert_eq!(distribute(held(PAYER), bill()).unwrap(), expected);
		assert_eq!(held(PAYER), 4_000 - 2 * 1_725);
		assert!(!events().iter().any(|event| matches!(event, Event::Refunded { .. })));
	});
}

#[test]
fn distribute_keeps_the_share_on_hold_when_the_treasury_cannot_receive() {
	build_and_execute(|| {
		strip(TREASURY);
		let royalties = royalty_of(AUTHOR);
		hold(PAYER, 1_000);
		let issuance = Balances::total_issuance();
		let bill = Invoice { rest: Rest::Keep, ..invoice(100, 1, &EXECUTORS, &royalties) };
		let statement = distribute(1_000, bill).unwrap();
		assert_eq!((statement.treasury, statement.refunded), (0, 0));
		assert_eq!(held(PAYER), 1_000 - 330);
		assert_eq!(Balances::total_issuance(), issuance);
		restore_issuance(ENDOWMENT);
	});
}

#[test]
fn distribute_keeps_the_rest_on_hold_when_the_payer_could_not_receive_it() {
	build_and_execute(|| {
		let royalties = royalty_of(AUTHOR);
		hold(PAYER, 4_000);
		strip(PAYER);
		let bill = Invoice { rest: Rest::Keep, ..invoice(115, 10, &EXECUTORS, &royalties) };
		let statement = distribute(4_000, bill).unwrap();
		// What is left of the escrow is below the existential deposit; it is not the treasury's.
		assert_eq!(statement.treasury, 172);
		assert_eq!(held(PAYER), 4_000 - 3_450 - 345 - 172);
		restore_issuance(ENDOWMENT - 4_000);
	});
}
