use crate::{mock::*, Error, Event, Managers};
use frame::testing_prelude::*;
use tercet_primitives::ModelId;

fn managers(who: &[u64]) -> Managers<Test> {
	who.to_vec().try_into().unwrap()
}

fn set(who: u64, model: ModelId, list: &[u64]) -> DispatchResult {
	Registry::set_managers(RuntimeOrigin::signed(who), model, managers(list))
}

#[test]
fn set_managers_replaces_them_and_adjusts_the_deposit_when_valid() {
	build_and_execute(|| {
		let id = publish(AUTHOR);
		let none = held(AUTHOR);
		assert_ok!(set(AUTHOR, id, &[OTHER, MANAGER]));
		let model = Registry::model(id).unwrap();
		assert_eq!(model.managers, managers(&[OTHER, MANAGER]));
		// Two accounts of eight bytes here.
		assert_eq!(model.deposit, none + 16 * DEPOSIT_PER_BYTE);
		assert_eq!(held(AUTHOR), model.deposit);
		let (managers, deposit) = (model.managers, model.deposit);
		System::assert_last_event(Event::ManagersSet { model: id, managers, deposit }.into());

		assert_ok!(set(AUTHOR, id, &[MANAGER]));
		assert_eq!(held(AUTHOR), none + 8 * DEPOSIT_PER_BYTE);
		assert_ok!(set(AUTHOR, id, &[]));
		assert_eq!((held(AUTHOR), free(AUTHOR)), (none, RICH - none));
	});
}

#[test]
fn set_managers_accepts_when_there_are_as_many_as_there_may_be() {
	build_and_execute(|| {
		let id = publish(AUTHOR);
		let eight: Vec<u64> = (10..18).collect();
		assert_ok!(set(AUTHOR, id, &eight));
	});
}

#[test]
fn set_managers_refuses_when_the_caller_is_not_the_author() {
	build_and_execute(|| {
		let id = publish(AUTHOR);
		appoint(id);
		assert_noop!(set(MANAGER, id, &[MANAGER, OTHER]), Error::<Test>::NotAuthor);
		assert_noop!(set(OTHER, id, &[OTHER]), Error::<Test>::NotAuthor);
		assert_noop!(set(AUTHOR, ModelId(1), &[OTHER]), Error::<Test>::UnknownModel);
		let call = |origin| Registry::set_managers(origin, id, managers(&[OTHER]));
		assert_noop!(call(RuntimeOrigin::root()), BadOrigin);
		assert_noop!(call(RuntimeOrigin::none()), BadOrigin);
	});
}

#[test]
fn set_managers_refuses_when_the_author_or_somebody_twice_is_named() {
	build_and_execute(|| {
		let id = publish(AUTHOR);
		assert_noop!(set(AUTHOR, id, &[OTHER, AUTHOR]), Error::<Test>::AuthorAsManager);
		assert_noop!(set(AUTHOR, id, &[OTHER, MANAGER, OTHER]), Error::<Test>::DuplicateManager);
	});
}

#[test]
fn set_managers_refuses_when_the_author_cannot_pay_the_growth() {
	build_and_execute(|| {
		let id = publish(AUTHOR);
		spend_all(AUTHOR);
		assert_noop!(set(AUTHOR, id, &[OTHER]), TokenError::FundsUnavailable);
	});
}
