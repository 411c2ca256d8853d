use crate::{mock::*, Event, Role};
use frame::testing_prelude::*;
use tercet_primitives::{traits::Invoice, JobId, Statement};

const PARENT: AccountId = DELEGATOR;

#[test]
fn distribute_pays_every_author_when_the_model_has_ancestors() {
	build_and_execute(|| {
		let two = royalties(&[
			(AUTHOR, Permill::from_parts(70_001)),
			(PARENT, Permill::from_parts(29_999)),
		]);
		hold(PAYER, 4_000);
		let statement = distribute(4_000, invoice(100, 10, &EXECUTORS, &two)).unwrap();
		// 210.003 and 89.997 planck, each rounded down.
		let expected =
			Statement { executors: 3_000, royalties: 210 + 89, treasury: 150, refunded: 551 };
		assert_eq!(statement, expected);
		assert_eq!(free(AUTHOR), ENDOWMENT + 210);
		assert_eq!(free(PARENT), ENDOWMENT + 89);
	});
}

#[test]
fn distribute_pays_twice_when_an_author_made_the_parent_too() {
	build_and_execute(|| {
		let both = royalties(&[(AUTHOR, ROYALTY), (AUTHOR, ROYALTY)]);
		hold(PAYER, 4_000);
		let statement = distribute(4_000, invoice(100, 10, &EXECUTORS, &both)).unwrap();
		assert_eq!(statement.royalties, 600);
		assert_eq!(free(AUTHOR), ENDOWMENT + 600);
	});
}

#[test]
fn distribute_pays_the_treasury_when_one_of_the_authors_is_dead() {
	build_and_execute(|| {
		let two = royalties(&[(DEAD, ROYALTY), (PARENT, ROYALTY)]);
		hold(PAYER, 400);
		let statement = distribute(400, invoice(10, 10, &EXECUTORS, &two)).unwrap();
		// The executors' pay of 100 each is what brings accounts to life; 30 is not.
		let expected = Statement { executors: 300, royalties: 30, treasury: 15 + 30, refunded: 25 };
		assert_eq!(statement, expected);
		let (job, role) = (JobId(7), Role::Author);
		assert!(events().contains(&Event::Redirected { job, payee: DEAD, amount: 30, role }));
	});
}

#[test]
fn distribute_pays_the_executors_alone_when_there_are_no_royalties() {
	build_and_execute(|| {
		let none = royalties(&[]);
		hold(PAYER, 3_150);
		let bill = invoice(100, 10, &EXECUTORS, &none);
		let statement = distribute(3_150, bill).unwrap();
		assert_eq!((statement.royalties, statement.refunded), (0, 0));
	});
}

#[test]
fn distribute_fails_when_royalties_exceed_the_escrow() {
	build_and_execute(|| {
		let all = royalties(&[(AUTHOR, Permill::one()), (PARENT, Permill::one())]);
		hold(PAYER, 9_000);
		let bill = || -> Invoice<'_, AccountId> { invoice(100, 10, &EXECUTORS, &all) };
		assert_noop!(distribute(8_999, bill()), crate::Error::<Test>::EscrowTooSmall);
		assert_ok!(distribute(9_000, bill()));
	});
}
