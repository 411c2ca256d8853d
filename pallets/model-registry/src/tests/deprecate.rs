use crate::{mock::*, Error, Event};
use frame::testing_prelude::*;
use tercet_primitives::{traits::ModelCatalog, Deprecation, ModelId, VariantId};

fn deprecate(who: u64, model: ModelId, successor: Option<ModelId>) -> DispatchResult {
	Registry::deprecate(RuntimeOrigin::signed(who), model, successor)
}

fn undeprecate(who: u64, model: ModelId) -> DispatchResult {
	Registry::undeprecate(RuntimeOrigin::signed(who), model)
}

#[test]
fn deprecate_advises_but_deletes_nothing_when_valid() {
	build_and_execute(|| {
		let (old, new) = (publish(AUTHOR), publish(AUTHOR));
		let terms = Registry::terms(VariantId { model: old, index: 0 }).unwrap();
		System::set_block_number(9);
		assert_ok!(deprecate(AUTHOR, old, Some(new)));
		let model = Registry::model(old).unwrap();
		assert_eq!(model.deprecated, Some(Deprecation { at: 9, successor: Some(new) }));
		System::assert_last_event(Event::Deprecated { model: old, successor: Some(new) }.into());
		assert_eq!(Registry::terms(VariantId { model: old, index: 0 }), Ok(terms));
		// Models can still be made from it.
		let call = Publish { parent: Some(old), ..Default::default() };
		assert_ok!(call.by(RuntimeOrigin::signed(OTHER)));
	});
}

#[test]
fn deprecate_changes_the_successor_when_called_again() {
	build_and_execute(|| {
		let (old, new) = (publish(AUTHOR), publish(AUTHOR));
		assert_ok!(deprecate(AUTHOR, old, None));
		let without = held(AUTHOR);
		System::set_block_number(9);
		assert_ok!(deprecate(AUTHOR, old, Some(new)));
		let model = Registry::model(old).unwrap();
		assert_eq!(model.deprecated, Some(Deprecation { at: 1, successor: Some(new) }));
		// An id of four bytes.
		assert_eq!(held(AUTHOR), without + 4 * DEPOSIT_PER_BYTE);
	});
}

#[test]
fn undeprecate_takes_the_advice_back_when_a_manager_calls() {
	build_and_execute(|| {
		let id = publish(AUTHOR);
		appoint(id);
		let before = (held(AUTHOR), Registry::model(id));
		assert_ok!(deprecate(MANAGER, id, None));
		assert!(held(AUTHOR) > before.0);
		assert_ok!(undeprecate(MANAGER, id));
		System::assert_last_event(Event::Undeprecated { model: id }.into());
		assert_eq!((held(AUTHOR), Registry::model(id)), before);
	});
}

#[test]
fn deprecate_refuses_when_the_caller_is_neither_author_nor_manager() {
	build_and_execute(|| {
		let id = publish(AUTHOR);
		assert_noop!(deprecate(MANAGER, id, None), Error::<Test>::NotManager);
		assert_noop!(deprecate(AUTHOR, ModelId(1), None), Error::<Test>::UnknownModel);
		assert_noop!(Registry::deprecate(RuntimeOrigin::root(), id, None), BadOrigin);
		assert_noop!(Registry::deprecate(RuntimeOrigin::none(), id, None), BadOrigin);

		assert_ok!(deprecate(AUTHOR, id, None));
		assert_noop!(undeprecate(MANAGER, id), Error::<Test>::NotManager);
		assert_noop!(undeprecate(AUTHOR, ModelId(1)), Error::<Test>::UnknownModel);
		assert_noop!(Registry::undeprecate(RuntimeOrigin::root(), id), BadOrigin);
		assert_noop!(Registry::undeprecate(RuntimeOrigin::none(), id), BadOrigin);
	});
}

#[test]
fn deprecate_refuses_when_the_successor_is_unknown_or_itself() {
	build_and_execute(|| {
		let id = publish(AUTHOR);
		assert_noop!(deprecate(AUTHOR, id, Some(id)), Error::<Test>::SuccessorIsItself);
		assert_noop!(deprecate(AUTHOR, id, Some(ModelId(1))), Error::<Test>::UnknownSuccessor);
	});
}

#[test]
fn deprecate_refuses_when_the_author_cannot_pay_the_growth() {
	build_and_execute(|| {
		let id = publish(AUTHOR);
		spend_all(AUTHOR);
		assert_noop!(deprecate(AUTHOR, id, None), TokenError::FundsUnavailable);
	});
}

#[test]
fn undeprecate_refuses_when_the_model_is_not_deprecated() {
	build_and_execute(|| {
		let id = publish(AUTHOR);
		assert_noop!(undeprecate(AUTHOR, id), Error::<Test>::NotDeprecated);
	});
}
