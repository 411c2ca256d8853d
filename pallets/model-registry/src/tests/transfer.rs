use crate::{mock::*, Error, Event};
use frame::testing_prelude::*;
use tercet_primitives::{ModelId, VariantId};

fn offer(who: u64, model: ModelId, to: Option<u64>) -> DispatchResult {
	Registry::offer_transfer(RuntimeOrigin::signed(who), model, to)
}

fn accept(who: u64, model: ModelId) -> DispatchResult {
	Registry::accept_transfer(RuntimeOrigin::signed(who), model)
}

#[test]
fn accept_transfer_moves_royalty_and_deposit_when_it_was_offered() {
	build_and_execute(|| {
		let id = publish(AUTHOR);
		let mut model = Registry::model(id).unwrap();
		assert_ok!(offer(AUTHOR, id, Some(OTHER)));
		assert_eq!(Registry::transfer_offer(id), Some(OTHER));
		// Nothing has changed yet.
		assert_eq!(Registry::model(id), Some(model.clone()));

		assert_ok!(accept(OTHER, id));
		model.author = OTHER;
		assert_eq!(Registry::model(id), Some(model.clone()));
		assert_eq!((held(AUTHOR), free(AUTHOR)), (0, RICH));
		assert_eq!((held(OTHER), free(OTHER)), (model.deposit, RICH - model.deposit));
		assert_eq!(Registry::transfer_offer(id), None);
		let deposit = model.deposit;
		let event = Event::Transferred { model: id, from: AUTHOR, to: OTHER, deposit };
		System::assert_last_event(event.into());

		// The old author has no say any more, the new one has.
		assert_noop!(offer(AUTHOR, id, Some(MANAGER)), Error::<Test>::NotAuthor);
		let add = |who| Registry::add_variant(RuntimeOrigin::signed(who), id, variant(1));
		assert_noop!(add(AUTHOR), Error::<Test>::NotManager);
		assert_ok!(add(OTHER));
		let index = 1;
		assert_ok!(<Registry as tercet_primitives::traits::ModelCatalog<_>>::terms(VariantId {
			model: id,
			index
		}));
	});
}

#[test]
fn accept_transfer_dismisses_the_managers_when_there_are_any() {
	build_and_execute(|| {
		let id = publish(AUTHOR);
		let without = held(AUTHOR);
		appoint(id);
		assert!(held(AUTHOR) > without);
		assert_ok!(offer(AUTHOR, id, Some(MANAGER)));
		assert_ok!(accept(MANAGER, id));
		assert!(Registry::model(id).unwrap().managers.is_empty());
		assert_eq!((held(AUTHOR), held(MANAGER)), (0, without));
	});
}

#[test]
fn accept_transfer_keeps_other_deposits_when_the_author_has_more_models() {
	build_and_execute(|| {
		let (first, second) = (publish(AUTHOR), publish(AUTHOR));
		publish(OTHER);
		let one = Registry::model(first).unwrap().deposit;
		assert_ok!(offer(AUTHOR, second, Some(OTHER)));
		assert_ok!(accept(OTHER, second));
		assert_eq!((held(AUTHOR), held(OTHER)), (one, 2 * one));
	});
}

#[test]
fn accept_transfer_refuses_when_it_was_not_offered_to_the_caller() {
	build_and_execute(|| {
		let id = publish(AUTHOR);
		assert_noop!(accept(OTHER, id), Error::<Test>::NoTransferOffer);
		assert_noop!(accept(OTHER, ModelId(1)), Error::<Test>::UnknownModel);
		assert_ok!(offer(AUTHOR, id, Some(OTHER)));
		assert_noop!(accept(MANAGER, id), Error::<Test>::NotOffered);
		assert_noop!(accept(AUTHOR, id), Error::<Test>::NotOffered);
		assert_noop!(Registry::accept_transfer(RuntimeOrigin::root(), id), BadOrigin);
		assert_noop!(Registry::accept_transfer(RuntimeOrigin::none(), id), BadOrigin);
	});
}

#[test]
fn accept_transfer_refuses_when_the_caller_cannot_pay_the_deposit() {
	build_and_execute(|| {
		let id = publish(AUTHOR);
		assert_ok!(offer(AUTHOR, id, Some(POOR)));
		assert_noop!(accept(POOR, id), TokenError::FundsUnavailable);
		assert_eq!(Registry::model(id).unwrap().author, AUTHOR);
		assert_eq!(Registry::transfer_offer(id), Some(POOR));
	});
}

#[test]
fn offer_transfer_replaces_the_offer_when_there_is_one() {
	build_and_execute(|| {
		let id = publish(AUTHOR);
		assert_ok!(offer(AUTHOR, id, Some(OTHER)));
		assert_ok!(offer(AUTHOR, id, Some(MANAGER)));
		let event = Event::TransferOffered { model: id, to: Some(MANAGER) };
		System::assert_last_event(event.into());
		assert_noop!(accept(OTHER, id), Error::<Test>::NotOffered);
		assert_ok!(accept(MANAGER, id));
	});
}

#[test]
fn offer_transfer_takes_the_offer_back_when_nobody_is_named() {
	build_and_execute(|| {
		let id = publish(AUTHOR);
		assert_noop!(offer(AUTHOR, id, None), Error::<Test>::NoTransferOffer);
		assert_ok!(offer(AUTHOR, id, Some(OTHER)));
		assert_ok!(offer(AUTHOR, id, None));
		System::assert_last_event(Event::TransferOffered { model: id, to: None }.into());
		assert_noop!(accept(OTHER, id), Error::<Test>::NoTransferOffer);
	});
}

#[test]
fn offer_transfer_refuses_when_the_caller_is_not_the_author() {
	build_and_execute(|| {
		let id = publish(AUTHOR);
		appoint(id);
		assert_noop!(offer(MANAGER, id, Some(MANAGER)), Error::<Test>::NotAuthor);
		assert_noop!(offer(OTHER, id, Some(OTHER)), Error::<Test>::NotAuthor);
		assert_noop!(offer(AUTHOR, ModelId(1), Some(OTHER)), Error::<Test>::UnknownModel);
		assert_noop!(Registry::offer_transfer(RuntimeOrigin::root(), id, Some(2)), BadOrigin);
		assert_noop!(Registry::offer_transfer(RuntimeOrigin::none(), id, Some(2)), BadOrigin);
	});
}

#[test]
fn offer_transfer_refuses_when_it_is_to_the_author() {
	build_and_execute(|| {
		let id = publish(AUTHOR);
		assert_noop!(offer(AUTHOR, id, Some(AUTHOR)), Error::<Test>::TransferToAuthor);
	});
}
