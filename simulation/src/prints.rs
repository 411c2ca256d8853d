//! Fingerprints under `Similar`: what executors show of their answers, and the chances of the
//! distances between them.
//!
//! An executor's fingerprint is that of the exact result, with some bits flipped, each on its own:
//! rounding flips few, a cheaper variant more. Two honest ones are then apart by a binomial number of
//! bits, as SimHash says of vectors at an angle; see `docs/calibration.md`.

use codec::Encode;
use polkadot_sdk::sp_crypto_hashing::blake2_256;
use tercet_primitives::{Fingerprint, FINGERPRINT_BITS, H256};

/// Bits in which two fingerprints may differ: with [`SPREAD`] and [`CHEAPER`] the calibration's rule
/// gives 15 (honest pairs need 12, the cheaper variant needs less than 19).
pub const MAX_DISTANCE: u16 = 15;

/// Bits in which an honest fingerprint differs from that of the exact result, on average: two honest
/// ones are one bit apart.
pub const SPREAD: f64 = 0.5;

/// Bits in which the cheaper variant's differs, on average: as `q4` from `fp16` in the example.
pub const CHEAPER: f64 = 19.0;

const BITS: u32 = FINGERPRINT_BITS as u32;

/// What a fingerprint is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Print {
	/// The result, as this machine rounds it.
	Honest,
	/// The exact result with so many bits turned over, the same ones by all who do so.
	Shifted(u16),
	/// The result of the cheaper variant, as this machine rounds it.
	Cheaper,
	/// Something else, the same by all who say it.
	Lie(u32),
}

/// The fingerprint of the result of `input` under `seed` that the executor number `who` shows.
pub fn fingerprint(seed: &H256, input: &H256, who: usize, print: Print) -> Fingerprint {
	let exact = || ("exact", seed, input).using_encoded(blake2_256);
	let rounding = ("rounding", seed, input, who as u32).encode();
	match print {
		Print::Honest => flipped(exact(), &rounding, SPREAD),
		Print::Shifted(bits) => shifted(exact(), &("shift", seed, input).encode(), bits),
		Print::Cheaper => {
			let cheaper = flipped(exact(), &("cheaper", seed, input).encode(), CHEAPER);
			flipped(cheaper, &rounding, SPREAD)
		},
		Print::Lie(number) => ("lie", seed, input, number).using_encoded(blake2_256),
	}
}

/// `print` with each bit turned over with the chance `mean / 256`, by the randomness of `label`.
fn flipped(mut print: Fingerprint, label: &[u8], mean: f64) -> Fingerprint {
	let limit = (mean / f64::from(BITS) * 65_536.0).round() as u32;
	let mut numbers = numbers(label);
	for byte in &mut print {
		for bit in 0..8 {
			*byte ^= u8::from(numbers.next().is_some_and(|number| number < limit)) << bit;
		}
	}
	print
}

/// `print` with exactly `bits` bits turned over, picked by `label`.
fn shifted(mut print: Fingerprint, label: &[u8], bits: u16) -> Fingerprint {
	let mut left = bits.min(FINGERPRINT_BITS);
	let mut turned = [false; FINGERPRINT_BITS as usize];
	for place in numbers(label).map(|number| (number % BITS) as usize) {
		if left == 0 {
			break;
		}
		if !std::mem::replace(&mut turned[place], true) {
			print[place / 8] ^= 1 << (place % 8);
			left -= 1;
		}
	}
	print
}

/// Endless numbers below 65,536 by the randomness of `label`.
fn numbers(label: &[u8]) -> impl Iterator<Item = u32> + '_ {
	(0u32..).flat_map(move |counter| {
		let bytes = (label, counter).using_encoded(blake2_256);
		let pairs: Vec<u32> =
			bytes.chunks(2).map(|pair| u32::from(pair[0]) | u32::from(pair[1]) << 8).collect();
		pairs
	})
}

/// Chances of `0..=size` events of the chance `chance` each.
fn binomial(size: u32, chance: f64) -> Vec<f64> {
	let mut all = vec![1.0];
	for _ in 0..size {
		let mut next = vec![0.0; all.len() + 1];
		for (count, before) in all.iter().enumerate() {
			next[count] += before * (1.0 - chance);
			next[count + 1] += before * chance;
		}
		all = next;
	}
	all
}

/// Chance that one of two independent flips, and not both, happens.
fn either(a: f64, b: f64) -> f64 {
	a + b - 2.0 * a * b
}

/// Chance that an honest fingerprint, `spread` bits from the exact one on average, is within `most`
/// bits of one that is exactly `shift` bits from it.
///
/// Rounding that turns one of the shifted bits brings the two closer, any other takes them apart.
pub fn within_of_shifted(shift: u16, spread: f64, most: u16) -> f64 {
	let flip = spread / f64::from(BITS);
	let shift = u32::from(shift);
	let (closer, further) = (binomial(shift, flip), binomial(BITS - shift, flip));
	let mut chance = 0.0;
	for (back, p) in (0u32..).zip(&closer) {
		let room = (u32::from(most) + back).checked_sub(shift);
		let Some(room) = room else { continue };
		chance += p * further.iter().take(room as usize + 1).sum::<f64>();
	}
	chance
}

/// Chance that an honest fingerprint is within `most` bits of the cheaper variant's, which differ by
/// `cheaper` bits on average besides what rounding does to both.
pub fn within_of_cheaper(cheaper: f64, spread: f64, most: u16) -> f64 {
	let of = |mean: f64| mean / f64::from(BITS);
	let flip = either(of(cheaper), either(of(spread), of(spread)));
	binomial(BITS, flip).iter().take(usize::from(most) + 1).sum()
}

/// Chance that two honest fingerprints are more than `most` bits apart.
pub fn honest_differ(spread: f64, most: u16) -> f64 {
	let flip = spread / f64::from(BITS);
	binomial(BITS, either(flip, flip)).iter().skip(usize::from(most) + 1).sum()
}

#[cfg(test)]
mod tests {
	use super::*;
	use tercet_primitives::hamming_distance;

	fn sample(print: Print) -> Vec<u16> {
		let seed = H256::repeat_byte(1);
		(0..4_000u64)
			.map(|job| {
				let input = H256::from_low_u64_le(job);
				let honest = fingerprint(&seed, &input, 0, Print::Honest);
				hamming_distance(&honest, &fingerprint(&seed, &input, 1, print))
			})
			.collect()
	}

	fn follows(distances: &[u16], chance: f64) {
		let size = distances.len() as f64;
		let hits = distances.iter().filter(|distance| **distance <= MAX_DISTANCE).count() as f64;
		let sigma = (size * chance * (1.0 - chance)).sqrt();
		assert!((hits - size * chance).abs() <= 3.0 * sigma + 1e-9, "{hits} of {size}: {chance}");
	}

	#[test]
	fn honest_ones_agree_when_they_round_differently() {
		let distances = sample(Print::Honest);
		let mean = distances.iter().map(|it| f64::from(*it)).sum::<f64>() / 4_000.0;
		assert!((mean - 1.0).abs() < 0.05, "{mean}");
		follows(&distances, 1.0);
		assert!(honest_differ(SPREAD, MAX_DISTANCE) < 1e-12);
	}

	#[test]
	fn shifted_ones_agree_as_often_as_the_formula_says() {
		for shift in [MAX_DISTANCE, MAX_DISTANCE + 1] {
			let chance = within_of_shifted(shift, SPREAD, MAX_DISTANCE);
			follows(&sample(Print::Shifted(shift)), chance);
		}
		assert_eq!(within_of_shifted(MAX_DISTANCE, 0.0, MAX_DISTANCE), 1.0);
		assert_eq!(within_of_shifted(MAX_DISTANCE + 1, 0.0, MAX_DISTANCE), 0.0);
	}

	#[test]
	fn cheaper_ones_agree_as_often_as_the_formula_says() {
		follows(&sample(Print::Cheaper), within_of_cheaper(CHEAPER, SPREAD, MAX_DISTANCE));
		follows(&sample(Print::Lie(1)), 0.0);
	}

	#[test]
	fn lies_are_equal_when_the_same_is_said() {
		let (seed, input) = (H256::zero(), H256::repeat_byte(3));
		let of = |who, print| fingerprint(&seed, &input, who, print);
		assert_eq!(of(0, Print::Lie(1)), of(7, Print::Lie(1)));
		assert_ne!(of(0, Print::Lie(1)), of(0, Print::Lie(2)));
		assert_eq!(of(0, Print::Shifted(9)), of(7, Print::Shifted(9)));
	}
}
