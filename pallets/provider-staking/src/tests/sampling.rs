//! The draw itself, over seats that exist only here: distribution, bounds, operators.

use crate::{
	draw::{max_reads, MAX_HITS_PER_SEAT, MAX_SAMPLES_PER_SEAT, SMALL_POOL},
	mock::{seed, MIN_BOND, STAKE_CAP},
	sampling::{Candidate, Sampler, ONE},
};
use tercet_primitives::{traits::DrawError, Balance};

/// A seat: weight, reputation multiplier in percent, operator.
type Seat = (Balance, u32, u32);

/// Runs a draw and says how many seats and candidates it read.
fn run(seats: &[Seat], wanted: u32, number: u64) -> (Result<Vec<u32>, DrawError>, u32, u32) {
	let (mut seats_read, mut candidates_read) = (0, 0);
	let seed = seed(number);
	let size = seats.len() as u32;
	let drawn = Sampler { seed: &seed, size, seats: wanted, cap: STAKE_CAP }.run(
		|number| {
			seats_read += 1;
			Some((number, seats.get(number as usize)?.0))
		},
		|number| {
			candidates_read += 1;
			let (_, percent, operator) = seats[*number as usize];
			Some(Candidate { operator, multiplier: percent * (ONE / 100) })
		},
	);
	(drawn, seats_read, candidates_read)
}

/// Outcomes of many draws; those that failed are left out.
fn draws(seats: &[Seat], wanted: u32, times: u64) -> Vec<Vec<u32>> {
	(0..times).filter_map(|number| run(seats, wanted, number).0.ok()).collect()
}

/// Seats of operators of their own, at the best reputation.
fn plain(weights: impl IntoIterator<Item = Balance>) -> Vec<Seat> {
	weights.into_iter().zip(0..).map(|(weight, number)| (weight, 100, number)).collect()
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
		let seats = plain((0..size).map(|n| [100, 200, 400, 1_000][group(n)]));
		let mut hits = [0; 4];
		let drawn = draws(&seats, 1, 40_000);
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

#[test]
fn draw_is_proportional_to_weight_times_reputation_when_both_differ() {
	for size in [SMALL_POOL as usize, 320] {
		// Weights 100, 400, 100, 1,000 and multipliers 1, 1/4, 1/2, 1/2: shares of 2, 2, 1 and 10.
		let group = |number: usize| number * 4 / size;
		let kinds = [(100, 100), (400, 25), (100, 50), (1_000, 50)];
		let seats: Vec<Seat> =
			(0..size).map(|n| (kinds[group(n)].0, kinds[group(n)].1, n as u32)).collect();
		let mut hits = [0; 4];
		let drawn = draws(&seats, 1, 40_000);
		assert!(drawn.len() > 39_800);
		drawn.iter().for_each(|drawn| hits[group(drawn[0] as usize)] += 1);
		let mut chi_squared = 0.0;
		for (hits, share) in hits.into_iter().zip([2.0, 2.0, 1.0, 10.0]) {
			let expected = drawn.len() as f64 * share / 15.0;
			chi_squared += (hits as f64 - expected).powi(2) / expected;
		}
		// 99.9 % of all samples of the right distribution are below, for three degrees of freedom.
		assert!(chi_squared < 16.27, "χ² = {chi_squared}, {hits:?} in a pool of {size}");
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
		let seats = plain((0..light).map(|_| 100).chain((0..heavy).map(|_| 1_000)));
		let drawn = draws(&seats, 3, 40_000);
		assert!(drawn.len() > 39_900);
		let hits = drawn.iter().filter(|drawn| drawn.iter().all(|n| *n >= light)).count();
		let p = all_heavy(light.into(), heavy.into());
		assert!(within_three_sigma(hits, drawn.len(), p), "{hits} of {} for {p}", drawn.len());
	}
}

#[test]
fn draw_never_takes_an_operator_twice_when_it_runs_many_providers() {
	for size in [SMALL_POOL, 320] {
		// The first operator has half of all seats.
		let operator = |n| if n % 2 == 0 { 0 } else { n };
		let seats: Vec<Seat> = (0..size).map(|n| (STAKE_CAP, 100, operator(n))).collect();
		let drawn = draws(&seats, 3, 4_000);
		assert_eq!(drawn.len(), 4_000);
		let mut with_it = 0;
		for drawn in drawn {
			let of_it = drawn.iter().filter(|n| **n % 2 == 0).count();
			assert!(of_it <= 1);
			with_it += of_it;
		}
		// It is drawn first with 1/2, else second or third with about 1/2 each.
		assert!(with_it > 3_300, "{with_it} of 4,000, pool of {size}");
	}
}

#[test]
fn draw_fails_when_all_are_run_by_one_operator() {
	for size in [SMALL_POOL, 320] {
		let seats = vec![(STAKE_CAP, 100, 0); size as usize];
		assert_eq!(run(&seats, 2, 1).0, Err(DrawError::OutOfSamples));
		assert_eq!(run(&seats, 1, 1).0.map(|drawn| drawn.len()), Ok(1));
	}
}

#[test]
fn draw_rarely_fails_when_everyone_is_new_and_has_the_minimum() {
	// The worst case of `crate::draw`: one failure in 2,500.
	let seats: Vec<Seat> = (0..1_000).map(|n| (MIN_BOND, 62, n)).collect();
	let failed = 30_000 - draws(&seats, 3, 30_000).len();
	assert!(failed <= 28, "{failed} of 30,000 draws failed, 13 expected");
	// Reputation at its best: one in 2.4 million.
	let failed = 30_000 - draws(&plain([MIN_BOND; 1_000]), 3, 30_000).len();
	assert!(failed <= 1, "{failed} of 30,000 draws failed, none expected");
}

#[test]
fn draw_reads_a_bounded_number_of_items_when_there_are_10_or_10_000_providers() {
	for size in [10, 10_000] {
		let seats: Vec<Seat> = (0..size).map(|n| (MIN_BOND, 62, n)).collect();
		for number in 0..500 {
			let (_, seats, candidates) = run(&seats, 3, number);
			let reads = seats + candidates;
			assert!(reads <= max_reads(3, 0), "{reads} reads for {size} providers");
		}
	}
	assert_eq!(max_reads(3, 0), 3 * (MAX_SAMPLES_PER_SEAT + MAX_HITS_PER_SEAT));
	assert_eq!(max_reads(0, 7), 2 * SMALL_POOL + 7);
}

#[test]
fn draw_stops_after_its_samples_when_nobody_in_a_large_pool_has_weight() {
	let (drawn, seats, candidates) = run(&plain([0; 1_000]), 3, 1);
	assert_eq!(drawn, Err(DrawError::OutOfSamples));
	assert_eq!((seats, candidates), (3 * MAX_SAMPLES_PER_SEAT, 0));
}

#[test]
fn draw_stops_after_its_hits_when_nobody_in_a_large_pool_is_accepted() {
	let seats: Vec<Seat> = (0..1_000).map(|n| (STAKE_CAP, 0, n)).collect();
	let (drawn, seats, candidates) = run(&seats, 3, 1);
	assert_eq!(drawn, Err(DrawError::OutOfSamples));
	assert_eq!((seats, candidates), (3 * MAX_HITS_PER_SEAT, 3 * MAX_HITS_PER_SEAT));
}

#[test]
fn draw_reads_everyone_once_when_the_pool_is_small() {
	let (drawn, seats, candidates) = run(&plain([MIN_BOND; SMALL_POOL as usize]), 3, 1);
	assert_eq!(drawn.map(|drawn| drawn.len()), Ok(3));
	assert_eq!((seats, candidates), (SMALL_POOL, SMALL_POOL));
}

#[test]
fn draw_passes_over_those_without_weight_when_the_pool_is_small() {
	let seats = plain([MIN_BOND, 0, MIN_BOND, 0]);
	for number in 0..100 {
		let (drawn, ..) = run(&seats, 2, number);
		let mut drawn = drawn.unwrap();
		drawn.sort();
		assert_eq!(drawn, [0, 2]);
		assert_eq!(run(&seats, 3, number).0, Err(DrawError::OutOfSamples));
	}
}
