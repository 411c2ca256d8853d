//! The shortest actions found that still lead to a divergence.

use std::time::{Duration, Instant};

use crate::{Action, Divergence, Episode};

/// A divergence, and how to see it again.
#[derive(Debug)]
pub struct Found {
	/// Seed of the episode.
	pub seed: u64,
	/// Actions that lead to it.
	pub actions: Vec<Action>,
	/// The divergence.
	pub divergence: Divergence,
}

impl std::fmt::Display for Found {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		writeln!(f, "model and runtime differ with seed {} after", self.seed)?;
		self.actions.iter().try_for_each(|action| writeln!(f, "  {action:?}"))?;
		write!(f, "{}", self.divergence)
	}
}

/// Leaves out actions, in pieces that get smaller, as long as some divergence remains and there is
/// time.
pub fn shrink(seed: u64, actions: &[Action], divergence: Divergence, time: Duration) -> Found {
	let end = Instant::now() + time;
	let mut found = Found { seed, actions: actions.to_vec(), divergence };
	let mut piece = found.actions.len() / 2;
	while piece > 0 && Instant::now() < end {
		let mut start = 0;
		while start < found.actions.len() && Instant::now() < end {
			let mut fewer = found.actions.clone();
			fewer.drain(start..(start + piece).min(fewer.len()));
			match Episode::run(seed, &fewer, false) {
				Err((done, divergence)) => {
					fewer.truncate(done);
					found = Found { seed, actions: fewer, divergence };
				},
				Ok(_) => start += piece,
			}
		}
		piece /= 2;
	}
	found
}
