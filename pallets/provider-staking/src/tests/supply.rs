use crate::{mock::*, MAX_SUPPLY_SEATS};
use frame::testing_prelude::*;
use tercet_primitives::{apis::Supply, Balance};

fn curve(points: &[(Balance, u32)]) -> Vec<Supply> {
	points
		.iter()
		.map(|(price, providers)| Supply { price: *price, providers: *providers })
		.collect()
}

#[test]
fn supply_counts_those_who_serve_at_each_price_in_rising_order() {
	build_and_execute(|| {
		assert_eq!(Staking::supply(&POOL), []);
		for (who, price) in [(ALICE, 9), (BOB, 3), (CHARLIE, 9), (DAVE, 5)] {
			available(who, MIN_BOND);
			assert_ok!(Staking::update_offer(signed(who), POOL, price));
		}
		assert_eq!(Staking::supply(&POOL), curve(&[(3, 1), (5, 2), (9, 4)]));
		assert_ok!(Staking::go_unavailable(signed(BOB)));
		assert_eq!(Staking::supply(&POOL), curve(&[(5, 1), (9, 3)]));
		assert_eq!(Staking::supply(&pinned(1)), []);
	});
}

#[test]
fn supply_looks_at_the_first_seats_only_when_there_are_many() {
	let many = u64::from(MAX_SUPPLY_SEATS) + 1;
	build_with(many, || {
		(1..=many).for_each(|who| available(who, MIN_BOND));
		assert_ok!(Staking::update_offer(signed(many), POOL, 1));
		assert_eq!(Staking::supply(&POOL), curve(&[(PRICE, MAX_SUPPLY_SEATS)]));
	});
}
