//! One test per invariant that breaks it, so that `do_try_state` is known to look.

use crate::{mock::*, Models, NextModelId, TransferOffers};
use frame::{deps::sp_runtime::TryRuntimeError, testing_prelude::*};
use tercet_primitives::{Agreement, Deprecation, Feature, Model, ModelId, WorkUnits};

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
	breaks_record("invariant 2: variant takes no memory", |m| m.variants[0].memory = 0);
	breaks_record("invariant 2: variant agrees with anything", |m| {
		m.variants[0].agreement = Agreement::Similar { max_distance: 128, feature: Feature::Flat }
	});
	breaks_record("invariant 2: duplicate variant", |m| m.variants.try_push(variant(0)).unwrap());
}

#[test]
fn try_state_fails_when_the_hold_differs_from_the_deposits() {
	breaks_record("invariant 3: hold differs from the deposits", |m| m.deposit += 1);
}

#[test]
fn try_state_fails_when_a_parent_or_successor_cannot_be() {
	breaks_record("invariant 4: parent is not older than its child", |m| {
		m.parent = Some(ModelId(0))
	});
	for id in [0, 1] {
		breaks_record("invariant 4: successor is no other model", |m| {
			m.deprecated = Some(Deprecation { at: 0, successor: Some(ModelId(id)) })
		});
	}
}

#[test]
fn try_state_fails_when_managers_are_not_distinct() {
	breaks_record("invariant 5: author is a manager", |m| m.managers.try_push(AUTHOR).unwrap());
	breaks_record("invariant 5: manager named twice", |m| {
		m.managers = vec![MANAGER, MANAGER].try_into().unwrap()
	});
}

#[test]
fn try_state_fails_when_an_offer_cannot_be_taken() {
	breaks("invariant 6: offer of an unknown model", |_| {
		TransferOffers::<Test>::insert(ModelId(1), OTHER)
	});
	breaks("invariant 6: offer to the author", |id| TransferOffers::<Test>::insert(id, AUTHOR));
}
