use crate::{
	draw::{MAX_HITS_PER_SEAT, MAX_SAMPLES_PER_SEAT},
	mock::*,
	PoolSize, Providers,
};
use frame::testing_prelude::*;
use std::collections::BTreeSet;
use tercet_primitives::{
	traits::{Draw, DrawError, ProviderPool},
	Conduct,
};

#[test]
fn draw_takes_distinct_providers_and_counts_the_job_when_there_are_enough() {
	build_and_execute(|| {
		drawable(1..=ACCOUNTS, MIN_BOND);
		let drawn = draw_at(40, 3, 1).unwrap();
		let distinct: BTreeSet<_> = drawn.iter().copied().collect();
		assert_eq!(distinct.len(), 3);
		for who in 1..=ACCOUNTS {
			let expected = if distinct.contains(&who) { (1, 1, 40) } else { (0, 0, 0) };
			let view = view(who);
			assert_eq!((view.in_flight, view.assigned, view.at_risk), expected);
		}
	});
}

#[test]
fn draw_takes_everyone_when_the_pool_is_exactly_as_large_as_asked() {
	build_and_execute(|| {
		drawable([ALICE, BOB, CHARLIE], MIN_BOND);
		// Small pools never run out of luck.
		for number in 0..1_000 {
			assert_eq!(draw_at(0, 3, number).unwrap().len(), 3);
		}
	});
}

#[test]
fn draw_is_the_same_when_the_seed_is_the_same_and_differs_otherwise() {
	build_and_execute(|| {
		drawable(1..=ACCOUNTS, MIN_BOND);
		let drawn = |number| draw_at(0, 3, number).unwrap();
		assert_eq!(drawn(1), drawn(1));
		assert!((2..20).any(|number| drawn(number) != drawn(1)));
	});
}

#[test]
fn draw_fails_without_effect_when_providers_are_too_few() {
	build_and_execute(|| {
		drawable([ALICE, BOB], MIN_BOND);
		assert_noop!(draw_at(0, 3, 1), DrawError::TooFewProviders);
		assert_noop!(draw_from(pinned(1), PRICE, 3, 1), DrawError::TooFewProviders);
	});
}

#[test]
fn draw_fails_without_effect_when_one_asks_for_a_planck_more_than_the_price() {
	build_and_execute(|| {
		drawable([ALICE, BOB, CHARLIE], MIN_BOND);
		assert_noop!(draw_from(POOL, PRICE - 1, 3, 1), DrawError::OutOfSamples);
		assert_ok!(Staking::update_offer(signed(BOB), POOL, PRICE + 1));
		assert_noop!(draw_from(POOL, PRICE, 3, 1), DrawError::OutOfSamples);
		assert_ok!(draw_from(POOL, PRICE, 2, 1));
		assert_eq!(view(BOB).in_flight, 0);
		assert_ok!(draw_from(POOL, PRICE + 1, 3, 1));
	});
}

#[test]
fn draw_passes_over_when_a_provider_is_unavailable_or_in_another_pool() {
	build_and_execute(|| {
		drawable(1..=ACCOUNTS, MIN_BOND);
		assert_ok!(Staking::go_unavailable(signed(BOB)));
		assert_ok!(Staking::offer(signed(DAVE), pinned(1), PRICE));
		assert_ok!(Staking::withdraw_offer(signed(DAVE), POOL));
		for number in 0..100 {
			let drawn = draw_at(0, 3, number).unwrap();
			assert!(!drawn.contains(&BOB) && !drawn.contains(&DAVE));
		}
		assert_eq!(draw_from(pinned(1), PRICE, 1, 1), Ok(vec![DAVE]));
	});
}

#[test]
fn draw_passes_over_when_one_planck_of_free_stake_is_missing() {
	build_and_execute(|| {
		drawable([ALICE], MIN_BOND);
		let (more, less) = (40, 60);
		assert_noop!(draw_at(MIN_BOND + 1, 1, 1), DrawError::OutOfSamples);
		assert_ok!(draw_at(more, 1, 1));
		assert_noop!(draw_at(less + 1, 1, 1), DrawError::OutOfSamples);
		assert_ok!(draw_at(less, 1, 1));
		assert_noop!(draw_at(1, 1, 1), DrawError::OutOfSamples);
		// A job without risk needs no stake.
		assert_ok!(draw_at(0, 1, 1));
		Staking::release(&ALICE, more, Conduct::Verified);
		assert_ok!(draw_at(more, 1, 1));
	});
}

#[test]
fn draw_needs_stake_that_is_not_pending_or_unbonding() {
	build_and_execute(|| {
		available(ALICE, 2 * MIN_BOND);
		assert_ok!(Staking::delegate(signed(BOB), ALICE, MIN_BOND));
		next_epoch();
		// What is delegated stands behind jobs too.
		hypothetically!({
			assert_ok!(draw_at(3 * MIN_BOND, 1, 1));
		});
		assert_ok!(Staking::unbond(signed(ALICE), MIN_BOND));
		assert_ok!(Staking::undelegate(signed(BOB), ALICE, MIN_BOND / 2));
		let left = MIN_BOND + MIN_BOND / 2;
		assert_noop!(draw_at(left + 1, 1, 1), DrawError::OutOfSamples);
		hypothetically!({
			assert_ok!(draw_at(left, 1, 1));
		});
		work(ALICE, 10, Conduct::Wrong);
		assert_noop!(draw_at(left - 9, 1, 1), DrawError::OutOfSamples);
		assert_ok!(draw_at(left - 10, 1, 1));
	});
}

#[test]
fn draw_passes_over_when_a_provider_has_as_many_jobs_as_it_may() {
	build_and_execute(|| {
		drawable([ALICE], MIN_BOND);
		set_params(|params| params.max_in_flight = 2);
		assert_ok!(draw_at(0, 1, 1));
		assert_ok!(draw_at(0, 1, 2));
		assert_noop!(draw_at(0, 1, 3), DrawError::OutOfSamples);
		Staking::release(&ALICE, 0, Conduct::Verified);
		assert_ok!(draw_at(0, 1, 3));
	});
}

#[test]
fn draw_passes_over_the_excluded_and_whoever_has_their_operator() {
	build_and_execute(|| {
		drawable(1..=ACCOUNTS, MIN_BOND);
		// Alice runs Bob, and Dave runs Charlie.
		for (operator, provider) in [(ALICE, BOB), (DAVE, CHARLIE)] {
			assert_ok!(Staking::set_operator(signed(provider), Some(operator)));
			assert_ok!(Staking::accept_provider(signed(operator), provider));
		}
		let exclude = |exclude: &[u64], seats, number| {
			Staking::draw(Draw { exclude, seats, ..wanted(&seed(number)) }).executors
		};
		for number in 0..100 {
			assert!(!exclude(&[ACCOUNTS], 2, number).unwrap().contains(&ACCOUNTS));
			// With Alice goes Bob, with Charlie Dave.
			assert_eq!(exclude(&[ALICE, CHARLIE], 1, number), Ok(vec![ACCOUNTS]));
			assert_eq!(exclude(&[BOB, DAVE], 1, number), Ok(vec![ACCOUNTS]));
			let error = DrawError::OutOfSamples;
			assert_noop!(exclude(&[ALICE, CHARLIE], 2, number), error);
			// Somebody who is no provider excludes nobody but an operator's providers.
			assert_eq!(exclude(&[POOR], 3, number).unwrap().len(), 3);
		}
		// Three operators are left for any draw.
		let error = DrawError::OutOfSamples;
		assert_noop!(draw_at(0, 4, 1), error);
	});
}

#[test]
fn draw_takes_only_proven_providers_when_asked_to() {
	build_and_execute(|| {
		drawable([ALICE, BOB], MIN_BOND);
		let proven =
			|seats| Staking::draw(Draw { proven: true, seats, ..wanted(&seed(1)) }).executors;
		for _ in 0..3 {
			assert_noop!(proven(1), DrawError::OutOfSamples);
			work(ALICE, 0, Conduct::Verified);
		}
		// Three verified jobs: a score of a half becomes 0.545.
		assert_eq!(proven(1), Ok(vec![ALICE]));
		assert_noop!(proven(2), DrawError::OutOfSamples);
		// One planck of reputation less than is needed.
		let score = view(ALICE).reputation;
		set_params(|params| params.proven_score = score);
		assert_eq!(proven(1), Ok(vec![ALICE]));
		set_params(|params| params.proven_score = Permill::from_parts(score.deconstruct() + 1));
		assert_noop!(proven(1), DrawError::OutOfSamples);
	});
}

#[test]
fn draw_succeeds_when_there_are_10_or_10_000_providers() {
	for providers in [10, 10_000] {
		build_with(providers, || {
			drawable(1..=providers, STAKE_CAP);
			assert_eq!(u64::from(PoolSize::<Test>::get(POOL)), providers);
			for number in 0..100 {
				assert_eq!(draw_at(0, 3, number).unwrap().len(), 3);
			}
			assert_noop!(draw_at(STAKE_CAP + 1, 3, 1), DrawError::OutOfSamples);
		});
	}
}

#[test]
fn draw_says_how_much_it_read_when_it_succeeds_and_when_it_fails() {
	let reads = |draw: Draw<'_, u64>| {
		let most = Staking::most_reads(draw.seats, draw.exclude.len() as u32);
		let drawn = Staking::draw(draw);
		assert!(drawn.reads <= most, "{drawn:?}");
		(drawn.executors.is_ok(), drawn.reads)
	};
	build_and_execute(|| {
		drawable(1..=ACCOUNTS, MIN_BOND);
		let (seed, all) = (seed(1), ACCOUNTS as u32);
		let any = || wanted(&seed);
		// A small pool is read whole: each seat, and who sits there unless the seat says enough.
		assert_eq!(reads(any()), (true, 2 * all));
		assert_eq!(reads(Draw { exclude: &[ALICE, POOR], ..any() }), (true, 2 + 2 * all - 1));
		assert_eq!(reads(Draw { price: PRICE - 1, ..any() }), (false, all));
		assert_eq!(reads(Draw { risk: MIN_BOND + 1, ..any() }), (false, 2 * all));
		// One that is too small is not read at all.
		assert_eq!(reads(Draw { seats: all + 1, ..any() }), (false, 0));
		assert_eq!(reads(Draw { pool: &pinned(1), exclude: &[ALICE], ..any() }), (false, 1));
	});
	build_with(1_000, || {
		drawable(1..=1_000, STAKE_CAP);
		let seed = seed(1);
		let (drawn, few) = reads(wanted(&seed));
		assert!(drawn && few < 30, "{few}");
		// Everyone is a hit, and nobody fits.
		let hits = 3 * MAX_HITS_PER_SEAT;
		assert_eq!(reads(Draw { risk: STAKE_CAP + 1, ..wanted(&seed) }), (false, 2 * hits));
		// No seat is a hit.
		let samples = 3 * MAX_SAMPLES_PER_SEAT;
		assert_eq!(reads(Draw { price: PRICE - 1, ..wanted(&seed) }), (false, samples));
	});
}

#[test]
fn draw_weighs_counted_stake_up_to_the_cap_and_reputation() {
	build_and_execute(|| {
		available(ALICE, STAKE_CAP);
		available(BOB, 100 * STAKE_CAP);
		next_epoch();
		let times = 10_000;
		let first = |number| hypothetically!(draw_at(0, 1, number).unwrap()[0]);
		let hits = |who| (0..times).filter(|number| first(*number) == who).count() as f64;
		let sigma = |p: f64| (times as f64 * p * (1.0 - p)).sqrt();
		assert!((hits(BOB) - times as f64 * 0.5).abs() <= 3.0 * sigma(0.5));

		// At the lowest reputation Alice counts for a quarter, Bob, who is new, for five eighths.
		Providers::<Test>::mutate(ALICE, |provider| {
			provider.as_mut().unwrap().reputation.score = Permill::zero()
		});
		let p = 2.0 / 7.0;
		assert!((hits(ALICE) - times as f64 * p).abs() <= 3.0 * sigma(p));
	});
}

#[test]
fn draw_takes_nobody_when_no_seats_are_asked_for() {
	build_and_execute(|| {
		drawable([ALICE], MIN_BOND);
		assert_storage_noop!(assert_eq!(draw_at(0, 0, 1), Ok(vec![])));
	});
}
