//! One test per invariant that breaks it, so that `do_try_state` is known to look.

use crate::{mock::*, Models, NextModelId};
use frame::{deps::sp_runtime::TryRuntimeError, testing_prelude::*};
use tercet_primitives::{Model, ModelId, WorkUnits};

fn breaks(error: &'static str, damage: impl FnOnce(ModelId)) {
	build_and_execute(|| {
		let id = publish(AUTHOR);
		hypothetically!({
			damage(id);
			assert_eq!(Registry::do_try_state(), Err(TryRuntimeError::Other(error)));
		});
	});
}

fn breaks_record(error: &'static str, damage: impl FnOnce(&mut Model<u64>)) {
	breaks(error, |id| Models::<Test>::mutate(id, |model| damage(model.as_mut().unwrap())));
}

#[test]
fn try_state_fails_when_an_id_was_not_given_out() {
	breaks("invariant 1: id not yet given out", |_| NextModelId::<Test>::kill());
}

#[test]
fn try_state_fails_when_ids_have_a_gap() {
	breaks("invariant 1: model ids have a gap", |_| NextModelId::<Test>::put(ModelId(2)));
}

#[test]
fn try_state_fails_when_a_record_is_malformed() {
	breaks_record("invariant 2: empty name", |m| m.name.clear());
	breaks_record("invariant 2: empty task", |m| m.task.clear());
	breaks_record("invariant 2: label is not UTF-8", |m| m.licence[0] = 0xff);
	breaks_record("invariant 2: model without variants", |m| m.variants.clear());
	breaks_record("invariant 2: variant takes no work", |m| {
		m.variants[0].units_per_item = WorkUnits(0)
	});
	breaks_record("invariant 2: variant without a file", |m| m.variants[0].artifact.size = 0);
	breaks_record("invariant 2: duplicate variant", |m| m.variants.try_push(variant(0)).unwrap());
}

#[test]
fn try_state_fails_when_the_hold_differs_from_the_deposits() {
	breaks_record("invariant 3: hold differs from the deposits", |m| m.deposit += 1);
}
