//! Random bytes that are the same everywhere: BLAKE2b-256 of a seed and a counter.

use codec::Encode;
use polkadot_sdk::sp_crypto_hashing::blake2_256;

/// A stream of random numbers.
#[derive(Clone, Debug)]
pub struct Rng {
	seed: u64,
	label: String,
	counter: u64,
}

impl Rng {
	/// The stream of `label` under `seed`.
	pub fn new(seed: u64, label: impl Into<String>) -> Self {
		Self { seed, label: label.into(), counter: 0 }
	}

	/// The next 32 bytes.
	pub fn bytes(&mut self) -> [u8; 32] {
		self.counter += 1;
		(self.seed, &self.label, self.counter).using_encoded(blake2_256)
	}

	/// `true` with the chance `chance`.
	pub fn happens(&mut self, chance: f64) -> bool {
		let [a, b, c, d, ..] = self.bytes();
		f64::from(u32::from_le_bytes([a, b, c, d])) < chance * 2f64.powi(32)
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn happens_follows_its_chance() {
		let mut rng = Rng::new(1, "test");
		let hits = (0..10_000).filter(|_| rng.happens(0.3)).count();
		// Three standard deviations: 3 √(10,000 · 0.3 · 0.7) = 137.
		assert!(hits.abs_diff(3_000) < 138, "{hits}");
	}

	#[test]
	fn streams_differ_when_label_or_seed_differ() {
		let first = Rng::new(1, "a").bytes();
		assert_ne!(first, Rng::new(2, "a").bytes());
		assert_ne!(first, Rng::new(1, "b").bytes());
		assert_eq!(first, Rng::new(1, "a").bytes());
	}
}
