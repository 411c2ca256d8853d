use crate::{mock::*, Credits, Params, WorkCredits};
use frame::testing_prelude::*;

#[test]
fn credits_halve_when_a_half_life_has_passed() {
	build_and_execute(|| {
		let who = EXECUTORS[0];
		work(PAYER, &[who], 1_001);
		assert_eq!(Payouts::work_credits(who), 1_001);
		// A half-life is two eras.
		System::set_block_number(2 * ERA - 1);
		assert_eq!(Payouts::work_credits(who), 1_001);
		for (era, left) in [(2, 500), (3, 500), (4, 250), (6, 125), (8, 62), (18, 1), (20, 0)] {
			go_to_era(era);
			assert_eq!(Payouts::work_credits(who), left);
		}
		go_to_era(400);
		assert_eq!(Payouts::work_credits(who), 0);
	});
}

#[test]
fn credits_do_not_depend_on_when_they_were_touched_when_they_are_added_to() {
	build_and_execute(|| {
		let [touched, untouched, _] = EXECUTORS;
		work(PAYER, &[touched, untouched], 1_023);
		for era in 1..=6 {
			go_to_era(era);
			let now = Payouts::half_life();
			WorkCredits::<Test>::mutate(touched, |credits| {
				*credits = credits.plus(0, now).unwrap()
			});
			assert_eq!(Payouts::work_credits(touched), Payouts::work_credits(untouched));
		}
		work(PAYER, &[touched], 100);
		assert_eq!(Payouts::work_credits(touched), 127 + 100);
		go_to_era(8);
		assert_eq!(Payouts::work_credits(touched), (127 + 100) / 2);
	});
}

#[test]
fn total_work_credits_cover_those_of_everybody_when_halves_are_rounded() {
	build_and_execute(|| {
		work(PAYER, &EXECUTORS, 7);
		assert_eq!(Payouts::total_work_credits(), 21);
		go_to_era(2);
		assert_eq!(EXECUTORS.map(Payouts::work_credits), [3, 3, 3]);
		assert_eq!(Payouts::total_work_credits(), 10);
	});
}

#[test]
fn credits_halve_later_when_the_half_life_was_doubled() {
	build_and_execute(|| {
		let who = EXECUTORS[0];
		work(PAYER, &[who], 1_000);
		go_to_era(3);
		let doubled = crate::Parameters { credit_half_life: 4, ..params() };
		assert_ok!(Payouts::set_params(RuntimeOrigin::root(), doubled));
		// Halvings at the ends of eras 1 and 3, as they were; then 4 eras apart.
		for (era, left) in [(3, 500), (4, 250), (7, 250), (8, 125), (11, 125), (12, 62)] {
			go_to_era(era);
			assert_eq!(Payouts::work_credits(who), left);
		}
	});
}

#[test]
fn credits_are_gone_when_they_were_halved_128_times() {
	let credits = Credits { amount: u128::MAX, half_life: 5 };
	assert_eq!(credits.at(5), u128::MAX);
	assert_eq!(credits.at(4), u128::MAX);
	assert_eq!(credits.at(132), 1);
	assert_eq!(credits.at(133), 0);
	assert_eq!(credits.at(u32::MAX), 0);
	assert_eq!(credits.plus(1, 5), None);
	assert_eq!(credits.plus(7, 133), Some(Credits { amount: 7, half_life: 133 }));
}

#[test]
fn credits_count_eras_of_the_present_length_when_it_changed() {
	build_and_execute(|| {
		let who = EXECUTORS[0];
		work(PAYER, &[who], 1_000);
		let doubled = crate::Parameters { era_length: 2 * ERA, ..params() };
		assert_ok!(Payouts::set_params(RuntimeOrigin::root(), doubled));
		assert_eq!(Params::<Test>::get().era_length, 20);
		// Era 1 begins at 10 as before, era 2 at 30.
		System::set_block_number(29);
		assert_eq!((Payouts::era(), Payouts::work_credits(who)), (1, 1_000));
		System::set_block_number(30);
		assert_eq!((Payouts::era(), Payouts::work_credits(who)), (2, 500));
	});
}
