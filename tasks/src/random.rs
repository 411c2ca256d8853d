//! Randomness that honest executors share.
//!
//! Every item has a stream of its own: ChaCha20 (20 rounds, 64-bit counter from 0, nonce 0) under a
//! key of 32 bytes, which is the job's seed of that item, or, if the request has `parameters.seed`,
//! that number as 8 little-endian bytes and 24 zeros. The stream is read as little-endian 32-bit
//! words, none skipped.
//!
//! - A **uniform** number in \[0, 1) is a word, shifted right by 8, times 2⁻²⁴.
//! - **Normal** numbers come in pairs, by Box and Muller: from uniform numbers u and v, in this order,
//!   r·cos(2πv) and r·sin(2πv) with r = √(−2·ln(1 − u)), in 64-bit floats, rounded to 32. Where an
//!   odd number is asked for, the last sine is dropped.

use rand_chacha::{
	rand_core::{RngCore, SeedableRng},
	ChaCha20Rng,
};

/// The stream of one item.
#[derive(Clone, Debug)]
pub struct Random(ChaCha20Rng);

impl Random {
	/// The stream of an item: `requested` is its `parameters.seed`, `seed` the job's.
	pub fn new(requested: Option<u64>, seed: [u8; 32]) -> Self {
		let from_request = |number: u64| {
			let mut seed = [0; 32];
			seed[..8].copy_from_slice(&number.to_le_bytes());
			seed
		};
		Self(ChaCha20Rng::from_seed(requested.map_or(seed, from_request)))
	}

	/// A uniform number in \[0, 1).
	pub fn uniform(&mut self) -> f64 {
		f64::from(self.0.next_u32() >> 8) / f64::from(1_u32 << 24)
	}

	/// `count` normal numbers.
	pub fn normal(&mut self, count: usize) -> Vec<f32> {
		let mut numbers = Vec::with_capacity(count + 1);
		while numbers.len() < count {
			let (u, v) = (self.uniform(), self.uniform());
			let radius = (-2.0 * libm::log(1.0 - u)).sqrt();
			let angle = std::f64::consts::TAU * v;
			numbers.push((radius * libm::cos(angle)) as f32);
			numbers.push((radius * libm::sin(angle)) as f32);
		}
		numbers.truncate(count);
		numbers
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	/// The first words of ChaCha20 under a zero key and nonce, counter 0 (RFC 8439, A.1, vector 1).
	const WORDS: [[u8; 4]; 2] = [[0x76, 0xb8, 0xe0, 0xad], [0xa0, 0xf1, 0x3d, 0x90]];

	#[test]
	fn uniform_follows_the_published_stream_when_the_seed_is_zero() {
		let expected = WORDS.map(|word| f64::from(u32::from_le_bytes(word) >> 8) * 2_f64.powi(-24));
		for mut random in [Random::new(None, [0; 32]), Random::new(Some(0), [1; 32])] {
			assert_eq!([random.uniform(), random.uniform()], expected);
		}
		let mut seed = [0; 32];
		seed[0] = 7;
		assert_eq!(Random::new(Some(7), [1; 32]).uniform(), Random::new(None, seed).uniform());
	}

	#[test]
	fn normal_has_the_moments_of_a_normal_distribution_when_there_are_many() {
		let numbers = Random::new(Some(1), [0; 32]).normal(100_001);
		assert_eq!(numbers.len(), 100_001);
		let moment = |power: i32| {
			numbers.iter().map(|x| f64::from(*x).powi(power)).sum::<f64>() / numbers.len() as f64
		};
		assert!(moment(1).abs() < 0.01, "{}", moment(1));
		assert!((moment(2) - 1.0).abs() < 0.02, "{}", moment(2));
		assert!((moment(4) - 3.0).abs() < 0.1, "{}", moment(4));
	}
}
