//! One test per invariant that breaks it, so that `do_try_state` is known to look.

use crate::{
	mock::*, CreditsBefore, Distributed, EraWork, Params, TotalCreditsBefore, WorkCredits, WorkOf,
	WorkOfEras,
};
use frame::{deps::sp_runtime::TryRuntimeError, testing_prelude::*};

fn breaks(error: &'static str, damage: impl FnOnce()) {
	build_and_execute(|| {
		work(PAYER, &EXECUTORS, 1_000);
		hypothetically!({
			damage();
			assert_eq!(Payouts::do_try_state(), Err(TryRuntimeError::Other(error)));
		});
	});
}

fn breaks_era(error: &'static str, damage: impl FnOnce(&mut EraWork)) {
	breaks(error, || WorkOfEras::<Test>::mutate(0, |work| damage(work.as_mut().unwrap())));
}

#[test]
fn try_state_fails_when_the_ledger_does_not_balance() {
	breaks("invariant 1: the parts of the ledger do not sum to the escrow distributed", || {
		Distributed::<Test>::mutate(|ledger| ledger.refunded += 1)
	});
}

#[test]
fn try_state_fails_when_work_is_of_the_future() {
	breaks("invariant 2: work of a future era", || {
		WorkOfEras::<Test>::insert(1, WorkOfEras::<Test>::take(0).unwrap())
	});
}

#[test]
fn try_state_fails_when_an_era_does_not_add_up() {
	breaks_era("invariant 2: more income than work", |work| work.income += 1);
	breaks_era("invariant 2: records were miscounted", |work| work.unclaimed += 1);
	breaks_era("invariant 2: work does not sum up", |work| work.value += 1);
	breaks("invariant 2: work does not sum up", || {
		go_to_era(1);
		WorkOf::<Test>::insert(0, EXECUTORS[0], 51);
	});
}

#[test]
fn try_state_fails_when_work_has_no_era() {
	breaks("invariant 2: work without its era", || WorkOfEras::<Test>::remove(0));
}

#[test]
fn try_state_fails_when_credits_are_of_the_future() {
	breaks("invariant 3: credits of the future", || {
		WorkCredits::<Test>::mutate(EXECUTORS[0], |credits| credits.half_life = 1)
	});
}

#[test]
fn try_state_fails_when_credits_exceed_their_total() {
	breaks("invariant 3: credits exceed their total", || {
		WorkCredits::<Test>::mutate(EXECUTORS[0], |credits| credits.amount += 1)
	});
}

#[test]
fn try_state_fails_when_a_parameter_is_out_of_range() {
	breaks("invariant 4: a parameter is out of its range", || {
		Params::<Test>::mutate(|params| params.credit_half_life = 0)
	});
}

#[test]
fn try_state_fails_when_past_credits_are_out_of_order() {
	let error = "invariant 5: past credits are out of order";
	breaks(error, || {
		CreditsBefore::<Test>::mutate(EXECUTORS[0], |past| past.0[0].period += 1);
	});
	breaks(error, || {
		TotalCreditsBefore::<Test>::mutate(|past| past.0[0].credits.half_life += 1);
	});
	breaks(error, || {
		TotalCreditsBefore::<Test>::mutate(|past| {
			let twice = past.0[0];
			past.0.try_push(twice).unwrap();
		});
	});
}
