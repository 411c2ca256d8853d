use crate::{
	draw::{max_reads, Draw, MAX_SAMPLES_PER_SEAT, SMALL_POOL},
	mock::*,
	PoolSeat, PoolSeats,
};
use frame::testing_prelude::*;
use std::collections::BTreeSet;
use tercet_primitives::{
	traits::{DrawError, ProviderPool},
	Balance,
};

#[test]
fn draw_takes_distinct_providers_and_counts_the_job_when_there_are_enough() {
	build_and_execute(|| {
		(1..=ACCOUNTS).for_each(|who| available(who, MIN_BOND));
		let drawn = Staking::draw(&POOL, PRICE, 3, &seed(1)).unwrap();
		let distinct: BTreeSet<_> = drawn.iter().copied().collect();
		assert_eq!(distinct.len(), 3);
		for who in 1..=ACCOUNTS {
			let expected = if distinct.contains(&who) { (1, 1) } else { (0, 0) };
			assert_eq!((view(who).in_flight, view(who).assigned), expected);
		}
	});
}

#[test]
fn draw_takes_everyone_when_the_pool_is_exactly_as_large_as_asked() {
	build_and_execute(|| {
		[ALICE, BOB, CHARLIE].iter().for_each(|who| available(*who, MIN_BOND));
		// Small pools never run out of luck.
		for number in 0..1_000 {
			assert_eq!(Staking::draw(&POOL, PRICE, 3, &seed(number)).unwrap().len(), 3);
		}
	});
}

#[test]
fn draw_is_the_same_when_the_seed_is_the_same_and_differs_otherwise() {
	build_and_execute(|| {
		(1..=ACCOUNTS).for_each(|who| available(who, MIN_BOND));
		let drawn = |number| Staking::draw(&POOL, PRICE, 3, &seed(number)).unwrap();
		assert_eq!(drawn(1), drawn(1));
		assert!((2..20).any(|number| drawn(number) != drawn(1)));
	});
}

#[test]
fn draw_fails_without_effect_when_providers_are_too_few() {
	build_and_execute(|| {
		[ALICE, BOB].iter().for_each(|who| available(*who, MIN_BOND));
		assert_noop!(Staking::draw(&POOL, PRICE, 3, &seed(1)), DrawError::TooFewProviders);
		assert_noop!(Staking::draw(&pinned(1), PRICE, 3, &seed(1)), DrawError::TooFewProviders);
	});
}

#[test]
fn draw_fails_without_effect_when_one_asks_for_a_planck_more_than_the_price() {
	build_and_execute(|| {
		[ALICE, BOB, CHARLIE].iter().for_each(|who| available(*who, MIN_BOND));
		assert_noop!(Staking::draw(&POOL, PRICE - 1, 3, &seed(1)), DrawError::OutOfSamples);
		assert_ok!(Staking::update_offer(signed(BOB), POOL, PRICE + 1));
		assert_noop!(Staking::draw(&POOL, PRICE, 3, &seed(1)), DrawError::OutOfSamples);
		assert_ok!(Staking::draw(&POOL, PRICE, 2, &seed(1)));
		assert_eq!(view(BOB).in_flight, 0);
		assert_ok!(Staking::draw(&POOL, PRICE + 1, 3, &seed(1)));
	});
}

#[test]
fn draw_passes_over_when_a_provider_is_unavailable_or_in_another_pool() {
	build_and_execute(|| {
		(1..=ACCOUNTS).for_each(|who| available(who, MIN_BOND));
		assert_ok!(Staking::go_unavailable(signed(BOB)));
		assert_ok!(Staking::offer(signed(DAVE), pinned(1), PRICE));
		assert_ok!(Staking::withdraw_offer(signed(DAVE), POOL));
		for number in 0..100 {
			let drawn = Staking::draw(&POOL, PRICE, 3, &seed(number)).unwrap();
			assert!(!drawn.contains(&BOB) && !drawn.contains(&DAVE));
		}
		assert_eq!(Staking::draw(&pinned(1), PRICE, 1, &seed(1)), Ok(vec![DAVE]));
	});
}

#[test]
fn draw_reads_a_bounded_number_of_seats_when_there_are_10_or_10_000_providers() {
	const MANY: u64 = 10_000;
	for providers in [10, MANY] {
		build_with(providers, || {
			(1..=providers).for_each(|who| available(who, MIN_BOND));
			let size = Staking::pool_size(&POOL);
			assert_eq!(u64::from(size), providers);
			let mut worst = 0;
			for number in 0..500 {
				let mut reads = 0;
				let number = seed(number);
				let draw = Draw { seed: &number, size, seats: 3, price: PRICE, cap: STAKE_CAP };
				let drawn = draw.run(|seat| {
					reads += 1;
					PoolSeats::<Test>::get(POOL, seat)
				});
				assert_eq!(drawn.map(|drawn| drawn.len()), Ok(3));
				worst = worst.max(reads);
			}
			assert!(worst <= 3 * MAX_SAMPLES_PER_SEAT, "{worst} reads for {providers} providers");
			assert!(worst + 3 < max_reads(3));
		});
	}
}

/// Seats with these weights and prices.
fn pool(seats: &[(Balance, Balance)]) -> impl Fn(u32) -> Option<PoolSeat<u32>> + '_ {
	|number| {
		let (weight, least_price) = *seats.get(number as usize)?;
		Some(PoolSeat { provider: number, weight, least_price })
	}
}

/// How often each seat is drawn first, second and so on, in draws of `seats` executors; `None` is a
/// draw that failed.
fn draws(weights: &[Balance], seats: u32, times: u64) -> Vec<Option<Vec<u32>>> {
	let weights: Vec<_> = weights.iter().map(|weight| (*weight, PRICE)).collect();
	(0..times)
		.map(|number| {
			let size = weights.len() as u32;
			let number = seed(number);
			let draw = Draw { seed: &number, size, seats, price: PRICE, cap: STAKE_CAP };
			draw.run(pool(&weights)).ok()
		})
		.collect()
}

/// Whether `hits` of `trials` is within three standard deviations of chance `p`.
fn within_three_sigma(hits: usize, trials: usize, p: f64) -> bool {
	let trials = trials as f64;
	(hits as f64 - trials * p).abs() <= 3.0 * (trials * p * (1.0 - p)).sqrt()
}

#[test]
fn draw_is_proportional_to_weight_when_the_pool_is_small_or_large() {
	for size in [SMALL_POOL as usize, 320] {
		// Four groups of equal size with stakes of 1, 2, 4 and 10 minimum bonds.
		let group = |number: usize| number * 4 / size;
		let weights: Vec<_> = (0..size).map(|n| [100, 200, 400, 1_000][group(n)]).collect();
		let mut hits = [0; 4];
		let drawn: Vec<_> = draws(&weights, 1, 40_000).into_iter().flatten().collect();
		drawn.iter().for_each(|drawn| hits[group(drawn[0] as usize)] += 1);
		for (hits, share) in hits.into_iter().zip([1.0, 2.0, 4.0, 10.0]) {
			assert!(
				within_three_sigma(hits, drawn.len(), share / 17.0),
				"{hits} of {} for a share of {share}/17, pool of {size}",
				drawn.len()
			);
		}
	}
}

/// Chance that each of three draws without replacement, among `light` seats of one minimum bond and
/// `heavy` of ten, takes a heavy one.
fn all_heavy(light: f64, heavy: f64) -> f64 {
	(0..3).fold(1.0, |p, taken| {
		let left = 10.0 * (heavy - f64::from(taken));
		p * left / (light + left)
	})
}

#[test]
fn draw_without_replacement_is_proportional_when_three_are_drawn() {
	for (light, heavy) in [(20, 10), (200, 8)] {
		let weights: Vec<_> = (0..light).map(|_| 100).chain((0..heavy).map(|_| 1_000)).collect();
		let drawn: Vec<_> = draws(&weights, 3, 40_000).into_iter().flatten().collect();
		assert!(drawn.len() > 39_900);
		let hits = drawn.iter().filter(|drawn| drawn.iter().all(|n| *n >= light)).count();
		let p = all_heavy(light.into(), heavy.into());
		assert!(within_three_sigma(hits, drawn.len(), p), "{hits} of {} for {p}", drawn.len());
	}
}

#[test]
fn draw_rarely_fails_when_everyone_has_the_minimum() {
	// Everyone at the minimum and the cap at ten times that is the worst case; see `crate::draw`.
	let failed = draws(&[MIN_BOND; 1_000], 3, 30_000).iter().filter(|d| d.is_none()).count();
	assert!(failed <= 5, "{failed} of 30,000 draws failed, 1 expected");
}

#[test]
fn draw_stops_after_its_samples_when_nobody_in_a_large_pool_accepts() {
	let seats = vec![(STAKE_CAP, PRICE + 1); 1_000];
	let mut reads = 0;
	let seed = seed(1);
	let draw = Draw { seed: &seed, size: 1_000, seats: 3, price: PRICE, cap: STAKE_CAP };
	let drawn = draw.run(|number| {
		reads += 1;
		pool(&seats)(number)
	});
	assert_eq!(drawn, Err(DrawError::OutOfSamples));
	assert_eq!(reads, 3 * MAX_SAMPLES_PER_SEAT);
}

#[test]
fn draw_counts_stake_up_to_the_cap_when_it_is_larger() {
	build_and_execute(|| {
		available(ALICE, STAKE_CAP);
		available(BOB, 100 * STAKE_CAP);
		let times = 10_000;
		let first = |number| Staking::draw(&POOL, PRICE, 1, &seed(number)).unwrap()[0];
		let hits = (0..times).filter(|number| first(*number) == BOB).count();
		assert!(within_three_sigma(hits, times as usize, 0.5), "{hits} of {times}");
	});
}

#[test]
fn draw_takes_nobody_when_no_seats_are_asked_for() {
	build_and_execute(|| {
		available(ALICE, MIN_BOND);
		assert_storage_noop!(assert_eq!(Staking::draw(&POOL, PRICE, 0, &seed(1)), Ok(vec![])));
	});
}
