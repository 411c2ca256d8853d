//! Model and runtime agree, for a budget that everybody can afford; `tercet-oracle` goes on from there.

use rand::{rngs::StdRng, SeedableRng};
use std::time::{Duration, Instant};
use tercet_oracle::{shrink, Action, Episode, Tally, World};

/// Actions on each chain.
const ACTIONS: usize = 1_000;

/// Chains.
const EPISODES: u64 = 80;

fn actions(seed: u64, count: usize) -> Vec<Action> {
	let mut rng = StdRng::seed_from_u64(seed);
	(0..count).map(|_| Action::random(&mut rng)).collect()
}

#[test]
fn runtime_agrees_with_the_model_when_calls_are_random() {
	let mut tally = Tally::default();
	// Far from the seeds that people type.
	for seed in 1 << 32..(1 << 32) + EPISODES {
		let actions = actions(seed, ACTIONS);
		match Episode::run(seed, &actions, false) {
			Ok(more) => tally.add(&more),
			Err((done, divergence)) => {
				let time = Duration::from_secs(60);
				panic!("{}", shrink(seed, &actions[..done], divergence, time));
			},
		}
	}
	// Whatever can be called was accepted at least once, and the deep states were reached.
	let never: Vec<_> = tally.calls.iter().filter(|(_, count)| count.0 == 0).collect();
	assert!(never.iter().all(|(name, _)| **name == "answer: nothing"), "{never:?}");
	assert!(tally.calls.len() > 35, "{:?}", tally.calls.keys());
	assert!(tally.events.len() > 9, "{:?}", tally.events);
}

#[test]
fn invariants_hold_after_every_block_when_calls_are_random() {
	let actions = actions(7, 300);
	Episode::run(7, &actions, true).unwrap_or_else(|(_, divergence)| panic!("{divergence}"));
}

#[test]
fn skipped_blocks_leave_the_state_that_empty_blocks_leave() {
	let skipped = {
		let (mut world, _) = World::new(1);
		assert_eq!(world.skip_to(400).0, 400);
		world.next_block();
		world.state_root()
	};
	let (mut world, _) = World::new(1);
	(0..400).for_each(|_| drop(world.next_block()));
	assert_eq!(world.state_root(), skipped);
}

#[test]
fn random_actions_are_the_same_when_the_seed_is() {
	let begun = Instant::now();
	assert_eq!(actions(3, 100), actions(3, 100));
	assert_ne!(actions(3, 100), actions(4, 100));
	assert!(begun.elapsed() < Duration::from_secs(1));
}
