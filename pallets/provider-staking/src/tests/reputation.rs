use crate::{
	mock::*,
	reputation::{Reputation, LEAST_MULTIPLIER, START},
};
use frame::testing_prelude::*;
use tercet_primitives::Conduct;

fn of(score: u32) -> Reputation {
	Reputation { score: Permill::from_parts(score), since: 0 }
}

fn after(score: u32, conduct: Conduct) -> u32 {
	of(score).after(conduct).score.deconstruct()
}

#[test]
fn score_moves_with_every_conduct() {
	for (conduct, expected) in [
		(Conduct::Verified, 515_625),
		(Conduct::Unresolved, 500_000),
		(Conduct::Alone, 484_375),
		(Conduct::Abstained, 484_375),
		(Conduct::Silent, 437_500),
		(Conduct::Withheld, 250_000),
		(Conduct::Wrong, 125_000),
	] {
		assert_eq!(after(START, conduct), expected, "{conduct:?}");
		// Whatever happens, it stays a score.
		assert!(after(1_000_000, conduct) <= 1_000_000);
		assert!(after(0, conduct) <= 1_000_000 / 32);
	}
}

#[test]
fn score_approaches_one_when_everything_is_verified() {
	let mut score = START;
	for _ in 0..400 {
		let next = after(score, Conduct::Verified);
		assert!(next >= score);
		score = next;
	}
	assert!((999_960..1_000_000).contains(&score), "{score}");
}

#[test]
fn score_decays_halfway_to_the_start_in_each_half_life_and_not_an_epoch_earlier() {
	let decayed = |score, epoch| of(score).decayed(epoch, 10).score.deconstruct();
	for (epoch, high, low) in [
		(0, 900_000, 100_000),
		(9, 900_000, 100_000),
		(10, 700_000, 300_000),
		(19, 700_000, 300_000),
		(20, 600_000, 400_000),
		(10_000, START, START),
		(u32::MAX, START, START),
	] {
		assert_eq!((decayed(900_000, epoch), decayed(100_000, epoch)), (high, low), "{epoch}");
	}
}

#[test]
fn score_decays_the_same_when_it_is_looked_at_often() {
	let mut often = of(900_000);
	for epoch in 0..=35 {
		often = often.decayed(epoch, 10);
	}
	assert_eq!(often, of(900_000).decayed(35, 10));
	assert_eq!(often.since, 30);
}

#[test]
fn multiplier_is_between_a_quarter_and_one() {
	for (score, multiplier) in
		[(0, LEAST_MULTIPLIER), (START, 625_000), (999_999, 999_999), (1_000_000, 1_000_000)]
	{
		assert_eq!(of(score).multiplier(), multiplier);
	}
}

#[test]
fn reputation_of_a_provider_decays_before_it_moves() {
	build_and_execute(|| {
		drawable([ALICE], MIN_BOND);
		assert_eq!(view(ALICE).reputation.deconstruct(), START);
		work(ALICE, 0, Conduct::Wrong);
		assert_eq!(view(ALICE).reputation.deconstruct(), 125_000);
		// Counted from epoch 0, half of it is forgotten in epoch 10.
		run_to(10 * EPOCH - 1);
		assert_eq!(view(ALICE).reputation.deconstruct(), 125_000);
		run_to(10 * EPOCH);
		assert_eq!(view(ALICE).reputation.deconstruct(), 312_500);
		work(ALICE, 0, Conduct::Silent);
		assert_eq!(view(ALICE).reputation.deconstruct(), 312_500 * 7 / 8);
	});
}
