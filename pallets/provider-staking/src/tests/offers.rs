use crate::{mock::*, Error, Event, PoolSeat, PoolSeats, PoolSize, MAX_OFFERS};
use frame::testing_prelude::*;
use tercet_primitives::{DeterminismClass, ModelId, PoolId, VariantId};

fn bonded() {
	assert_ok!(Staking::bond(signed(ALICE), MIN_BOND));
}

#[test]
fn offer_is_recorded_without_a_seat_when_unavailable() {
	build_and_execute(|| {
		bonded();
		assert_ok!(Staking::offer(signed(ALICE), POOL, PRICE));
		assert_eq!(view(ALICE).offers, vec![(POOL, PRICE)]);
		assert_eq!(Staking::pool_size(&POOL), 0);
		System::assert_last_event(
			Event::Offered { provider: ALICE, pool: POOL, least_price: PRICE }.into(),
		);
	});
}

#[test]
fn offer_gets_a_seat_at_once_when_available() {
	build_and_execute(|| {
		available(ALICE, MIN_BOND);
		assert_ok!(Staking::offer(signed(ALICE), pinned(1), PRICE + 1));
		assert_eq!(
			PoolSeats::<Test>::get(pinned(1), 0),
			Some(PoolSeat {
				provider: ALICE,
				counted: record(ALICE).counted,
				least_price: PRICE + 1
			})
		);
	});
}

#[test]
fn offer_refuses_when_the_pool_is_offered_already() {
	build_and_execute(|| {
		bonded();
		assert_ok!(Staking::offer(signed(ALICE), POOL, PRICE));
		assert_noop!(Staking::offer(signed(ALICE), POOL, PRICE + 1), Error::<Test>::DuplicateOffer);
	});
}

#[test]
fn offer_refuses_when_model_or_variant_is_unknown() {
	build_and_execute(|| {
		bonded();
		let pool = |model, index| PoolId {
			variant: VariantId { model: ModelId(model), index },
			class: DeterminismClass::Portable,
		};
		assert_noop!(
			Staking::offer(signed(ALICE), pool(1, 0), PRICE),
			pallet_model_registry::Error::<Test>::UnknownModel
		);
		assert_noop!(
			Staking::offer(signed(ALICE), pool(0, 1), PRICE),
			pallet_model_registry::Error::<Test>::UnknownVariant
		);
	});
}

#[test]
fn offer_refuses_when_the_price_is_zero() {
	build_and_execute(|| {
		bonded();
		assert_noop!(Staking::offer(signed(ALICE), POOL, 0), Error::<Test>::ZeroPrice);
		assert_ok!(Staking::offer(signed(ALICE), POOL, 1));
	});
}

#[test]
fn offer_refuses_when_there_are_too_many() {
	build_and_execute(|| {
		bonded();
		for threads in 0..MAX_OFFERS as u8 {
			assert_ok!(Staking::offer(signed(ALICE), pinned(threads), PRICE));
		}
		assert_noop!(Staking::offer(signed(ALICE), POOL, PRICE), Error::<Test>::TooManyOffers);
	});
}

#[test]
fn offer_calls_refuse_when_the_caller_is_not_a_provider() {
	build_and_execute(|| {
		let error = Error::<Test>::NotAProvider;
		assert_noop!(Staking::offer(signed(ALICE), POOL, PRICE), error);
		let error = Error::<Test>::NotAProvider;
		assert_noop!(Staking::update_offer(signed(ALICE), POOL, PRICE), error);
		let error = Error::<Test>::NotAProvider;
		assert_noop!(Staking::withdraw_offer(signed(ALICE), POOL), error);
	});
}

#[test]
fn offer_calls_refuse_when_the_origin_is_not_signed() {
	build_and_execute(|| {
		for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
			assert_noop!(Staking::offer(origin.clone(), POOL, PRICE), BadOrigin);
			assert_noop!(Staking::update_offer(origin.clone(), POOL, PRICE), BadOrigin);
			assert_noop!(Staking::withdraw_offer(origin, POOL), BadOrigin);
		}
	});
}

#[test]
fn update_offer_changes_offer_and_seat_when_available() {
	build_and_execute(|| {
		available(ALICE, MIN_BOND);
		assert_ok!(Staking::update_offer(signed(ALICE), POOL, PRICE + 1));
		assert_eq!(view(ALICE).offers, vec![(POOL, PRICE + 1)]);
		assert_eq!(PoolSeats::<Test>::get(POOL, 0).unwrap().least_price, PRICE + 1);
		System::assert_last_event(
			Event::OfferUpdated { provider: ALICE, pool: POOL, least_price: PRICE + 1 }.into(),
		);
	});
}

#[test]
fn update_offer_changes_only_the_offer_when_unavailable() {
	build_and_execute(|| {
		bonded();
		assert_ok!(Staking::offer(signed(ALICE), POOL, PRICE));
		assert_ok!(Staking::update_offer(signed(ALICE), POOL, PRICE - 1));
		assert_eq!(view(ALICE).offers, vec![(POOL, PRICE - 1)]);
		assert_eq!(PoolSeats::<Test>::iter().count(), 0);
	});
}

#[test]
fn update_offer_refuses_when_there_is_no_such_offer_or_price() {
	build_and_execute(|| {
		bonded();
		assert_noop!(Staking::update_offer(signed(ALICE), POOL, PRICE), Error::<Test>::NoSuchOffer);
		assert_ok!(Staking::offer(signed(ALICE), POOL, PRICE));
		assert_noop!(Staking::update_offer(signed(ALICE), POOL, 0), Error::<Test>::ZeroPrice);
	});
}

#[test]
fn withdraw_offer_gives_up_the_seat_when_available() {
	build_and_execute(|| {
		available(ALICE, MIN_BOND);
		assert_ok!(Staking::offer(signed(ALICE), pinned(1), PRICE));
		assert_ok!(Staking::withdraw_offer(signed(ALICE), POOL));
		assert_eq!(view(ALICE).offers, vec![(pinned(1), PRICE)]);
		assert!(!PoolSize::<Test>::contains_key(POOL));
		assert_eq!(Staking::pool_size(&pinned(1)), 1);
		System::assert_last_event(Event::OfferWithdrawn { provider: ALICE, pool: POOL }.into());
	});
}

#[test]
fn withdraw_offer_refuses_the_last_one_when_available() {
	build_and_execute(|| {
		available(ALICE, MIN_BOND);
		assert_noop!(Staking::withdraw_offer(signed(ALICE), POOL), Error::<Test>::StillAvailable);
		assert_ok!(Staking::go_unavailable(signed(ALICE)));
		assert_ok!(Staking::withdraw_offer(signed(ALICE), POOL));
		assert_eq!(view(ALICE).offers, vec![]);
	});
}

#[test]
fn withdraw_offer_refuses_when_there_is_no_such_offer() {
	build_and_execute(|| {
		bonded();
		assert_noop!(Staking::withdraw_offer(signed(ALICE), POOL), Error::<Test>::NoSuchOffer);
	});
}
