use crate::{mock::*, EraWork, Error, WorkOf, WorkOfEras};
use frame::testing_prelude::*;
use tercet_primitives::{
	traits::{Invoice, Rest},
	Balance,
};

/// An era as recorded with the parameters of genesis.
fn recorded(value: Balance, income: Balance, unclaimed: u32) -> Option<EraWork> {
	let params = params();
	let (rate, of_income) = (params.reward_rate, params.reward_of_fees);
	Some(EraWork { value, income, rate, of_income, unclaimed })
}

#[test]
fn distribute_records_the_share_by_seat_when_executors_are_paid() {
	build_and_execute(|| {
		// 5 % of 3,000, a third for each; work of another era is recorded by itself.
		work(PAYER, &EXECUTORS, 1_000);
		work(PAYER, &EXECUTORS[..1], 1_000);
		assert_eq!(WorkOf::<Test>::get(0, EXECUTORS[0]), Some(100));
		assert_eq!(WorkOf::<Test>::get(0, EXECUTORS[1]), Some(50));
		assert_eq!(WorkOfEras::<Test>::get(0), recorded(200, 200, 3));

		go_to_era(1);
		work(PAYER, &EXECUTORS[1..], 2_000);
		assert_eq!(WorkOf::<Test>::get(1, EXECUTORS[0]), None);
		assert_eq!(WorkOf::<Test>::get(1, EXECUTORS[1]), Some(100));
		assert_eq!(WorkOfEras::<Test>::get(1), recorded(200, 200, 2));
		assert_eq!(WorkOfEras::<Test>::get(0), recorded(200, 200, 3));
	});
}

#[test]
fn distribute_records_the_whole_share_when_it_is_a_part_of_a_job() {
	build_and_execute(|| {
		hold(PAYER, 9_000);
		let royalties = royalty_of(AUTHOR);
		let part = Invoice { rest: Rest::Keep, ..invoice(1, 1_000, &EXECUTORS, &royalties) };
		distribute(9_000, part).unwrap();
		distribute(5_000, invoice(1, 200, &EXECUTORS, &royalties)).unwrap();
		assert_eq!(WorkOf::<Test>::get(0, EXECUTORS[0]), Some(60));
		assert_eq!(Payouts::work_credits(EXECUTORS[0]), 1_200);
	});
}

#[test]
fn distribute_records_no_value_for_the_fee_when_there_is_one() {
	build_and_execute(|| {
		hold(PAYER, 9_000);
		let royalties = royalty_of(AUTHOR);
		let bill = Invoice { fee: 500, ..invoice(1, 1_000, &EXECUTORS, &royalties) };
		distribute(9_000, bill).unwrap();
		assert_eq!(WorkOfEras::<Test>::get(0), recorded(150, 150, 3));
	});
}

#[test]
fn distribute_records_value_but_no_income_when_the_treasury_pays() {
	build_and_execute(|| {
		work(TREASURY, &EXECUTORS, 1_000);
		assert_eq!(WorkOfEras::<Test>::get(0), recorded(150, 0, 3));
		assert_eq!(Payouts::work_credits(EXECUTORS[0]), 1_000);

		// Alone it earns nothing; together with what others paid for, its part.
		work(PAYER, &EXECUTORS, 3_000);
		assert_eq!(WorkOfEras::<Test>::get(0), recorded(600, 450, 3));
		go_to_era(1);
		assert_eq!(Payouts::claimable(EXECUTORS[0]), [(0, 75)]);
	});
}

#[test]
fn distribute_records_what_the_treasury_got_when_the_share_is_capped() {
	build_and_execute(|| {
		hold(PAYER, 3_330);
		let royalties = royalty_of(AUTHOR);
		distribute(3_330, invoice(1, 1_000, &EXECUTORS, &royalties)).unwrap();
		assert_eq!(WorkOfEras::<Test>::get(0), recorded(30, 30, 3));
	});
}

#[test]
fn distribute_records_no_work_when_an_executor_cannot_receive() {
	build_and_execute(|| {
		work(PAYER, &[EXECUTORS[0], DEAD], 90);
		assert_eq!(WorkOf::<Test>::get(0, EXECUTORS[0]), Some(4));
		assert_eq!(WorkOf::<Test>::get(0, DEAD), None);
		assert_eq!(Payouts::work_credits(DEAD), 0);
		assert_eq!(WorkOfEras::<Test>::get(0), recorded(4, 4, 1));
	});
}

#[test]
fn distribute_records_no_value_when_the_treasury_cannot_receive() {
	build_and_execute(|| {
		strip(TREASURY);
		work(PAYER, &EXECUTORS, 500);
		assert_eq!(WorkOfEras::<Test>::get(0), None);
		// It was paid for all the same.
		assert_eq!(Payouts::work_credits(EXECUTORS[0]), 500);
		restore_issuance(ENDOWMENT);
	});
}

#[test]
fn distribute_records_nothing_when_nobody_is_paid() {
	build_and_execute(|| {
		work(PAYER, &[], 500);
		work(PAYER, &EXECUTORS, 0);
		assert_eq!(WorkOfEras::<Test>::iter().count(), 0);
		assert_eq!(crate::WorkCredits::<Test>::iter().count(), 0);
	});
}

#[test]
fn distribute_records_credits_alone_when_the_share_rounds_to_nothing() {
	build_and_execute(|| {
		work(PAYER, &EXECUTORS, 19);
		assert_eq!(WorkOfEras::<Test>::iter().count(), 0);
		assert_eq!(Payouts::work_credits(EXECUTORS[0]), 19);
	});
}

#[test]
fn distribute_keeps_the_parameters_of_an_era_when_they_change_within_it() {
	build_and_execute(|| {
		work(PAYER, &EXECUTORS, 1_000);
		let halved = crate::Parameters {
			reward_of_fees: Permill::from_percent(25),
			reward_rate: REWARD_RATE / 2,
			..params()
		};
		assert_ok!(Payouts::set_params(RuntimeOrigin::root(), halved));
		work(PAYER, &EXECUTORS, 1_000);
		assert_eq!(WorkOfEras::<Test>::get(0), recorded(300, 300, 3));
		go_to_era(1);
		work(PAYER, &EXECUTORS, 1_000);
		let work = WorkOfEras::<Test>::get(1).unwrap();
		assert_eq!((work.rate, work.of_income), (REWARD_RATE / 2, Permill::from_percent(25)));
	});
}

#[test]
fn distribute_fails_when_work_or_credits_overflow() {
	build_and_execute(|| {
		work(PAYER, &EXECUTORS, 1_000);
		let none = royalties(&[]);
		let bill = || invoice(1, 1_000, &EXECUTORS, &none);
		hold(PAYER, 4_000);
		let overflow = Error::<Test>::AmountOverflow;
		hypothetically!({
			WorkOf::<Test>::insert(0, EXECUTORS[1], u128::MAX);
			assert_noop!(distribute(4_000, bill()), overflow);
		});
		let overflow = Error::<Test>::AmountOverflow;
		hypothetically!({
			WorkOfEras::<Test>::mutate(0, |work| work.as_mut().unwrap().value = u128::MAX);
			assert_noop!(distribute(4_000, bill()), overflow);
		});
		let overflow = Error::<Test>::AmountOverflow;
		hypothetically!({
			crate::TotalCredits::<Test>::mutate(|credits| credits.amount = u128::MAX);
			assert_noop!(distribute(4_000, bill()), overflow);
		});
	});
}
