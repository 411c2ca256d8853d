//! Fingerprints: what [`Agreement::Similar`](tercet_primitives::Agreement::Similar) compares.
//!
//! A fingerprint is the SimHash of one item: the signs of 256 random projections of a feature vector
//! made of the item's results. The share of bits in which two fingerprints differ estimates the
//! angle between the vectors, in half turns. The projections come from a seed that nobody knows
//! while results are committed to.
//!
//! Executors are paid for equal fingerprints, so everything below is part of the protocol.
//!
//! # The feature vector
//!
//! 1. Tensors are taken in bytewise order of their names, elements in row-major order.
//! 2. Each element becomes the nearest f32, ties to even; truth values become 0 and 1.
//! 3. An element that is not finite as f32, whether not a number, infinite or too large, counts as
//!    0: machines differ in which of these they write where, and an infinite mask must not hide
//!    everything else.
//! 4. For [`Feature::Flat`] that is the vector. For [`Feature::LowFrequency`] every tensor is read as
//!    a sequence of planes of `height` × `width`, its last two dimensions without the item's (1
//!    where there are fewer), and each plane is averaged down to `min(height, 16)` ×
//!    `min(width, 16)` cells. Cell `(r, c)` of `rows` × `columns` is the mean over the part of the
//!    plane that it covers; along the height, element `i` weighs the length that the intervals
//!    `[rows·i, rows·(i+1))` and `[height·r, height·(r+1))` have in common, an integer, and the same
//!    along the width. Each element is multiplied in f64 by the product of its two weights; these
//!    are summed in f64 from 0 in row-major order, the sum is divided by `height · width`, and the
//!    quotient becomes the nearest f32.
//!
//! # The projections
//!
//! 5. The signs are the keystream of ChaCha20 with the seed as key, an all-zero nonce and a block
//!    counter from 0. Bytes `32·i .. 32·i + 32` belong to component `i`: if bit `b % 8` of byte
//!    `32·i + b / 8` is 1, the component counts negative in projection `b`, else positive.
//! 6. Each projection is summed in f64 from 0, in rising order of components. Every step is one
//!    IEEE 754 addition or subtraction; there is no fused or reordered arithmetic.
//! 7. Bit `b` of the fingerprint is 1 if projection `b` is greater than 0. So the fingerprint of a
//!    vector of zeros, or of no components, is all zeros.
//!
//! # What it does not see
//!
//! - Length: a vector and its multiples by positive factors have one fingerprint. Where scale
//!   matters, the model needs an output of constant, typical size beside the others.
//! - Whether an element was 0 or not finite. Who needs finite results checks them.
//! - Vectors close to zero have no direction: their fingerprints are those of rounding noise.
//! - Projections of a few equal components are often exactly 0, and then rounding noise decides the
//!   bit. Vectors should have at least ten components or so of different sizes.
//!
//! Which distances honest machines produce is measured, not derived: see `docs/calibration.md`.

mod features;

use rand_chacha::{
	rand_core::{RngCore, SeedableRng},
	ChaCha20Rng,
};
use tercet_primitives::{Feature, Fingerprint, ItemSet, FINGERPRINT_BITS, H256};

use crate::TensorMap;

pub use features::features;

const BITS: usize = FINGERPRINT_BITS as usize;

/// Projections that are summed together: few enough for their sums to stay in registers.
const LANES: usize = 16;

/// Components whose signs are expanded at a time: 32 KiB of them.
const CHUNK: usize = 16;

/// Items whose sums and features are kept at a time, so that memory does not grow with the batch.
const GROUP: usize = 64;

/// The signs of one component in all projections, as factors: 1 or -1.
type Signs = [[f64; LANES]; BITS / LANES];

/// Fingerprint of one feature vector.
pub fn fingerprint(features: &[f32], seed: &H256) -> Fingerprint {
	project(&[features], seed)[0]
}

/// Fingerprints of the items `wanted`, in rising order, of results that list the items `covered`.
///
/// `None` if `results` do not have as many items as `covered`, or an item is wanted that is not
/// covered.
pub fn fingerprints(
	results: &TensorMap,
	covered: &ItemSet,
	wanted: &ItemSet,
	feature: Feature,
	seed: &H256,
) -> Option<Vec<Fingerprint>> {
	if covered.len() != results.items() || !wanted.without(covered).is_empty() {
		return None;
	}
	let positions: Vec<u32> = wanted.iter().map(|item| covered.rank(item)).collect();
	let mut fingerprints = Vec::with_capacity(positions.len());
	for group in positions.chunks(GROUP) {
		let vectors =
			group.iter().map(|position| Some(features(&results.item(*position)?, feature)));
		let vectors = vectors.collect::<Option<Vec<_>>>()?;
		let slices: Vec<&[f32]> = vectors.iter().map(Vec::as_slice).collect();
		fingerprints.extend(project(&slices, seed));
	}
	Some(fingerprints)
}

/// Fingerprints of vectors of equal length.
fn project(vectors: &[&[f32]], seed: &H256) -> Vec<Fingerprint> {
	let length = vectors.first().map_or(0, |vector| vector.len());
	let mut stream = ChaCha20Rng::from_seed(seed.0);
	let mut signs: Vec<Signs> = vec![[[0.0; LANES]; BITS / LANES]; CHUNK.min(length)];
	let mut sums: Vec<Signs> = vec![[[0.0; LANES]; BITS / LANES]; vectors.len()];
	for start in (0..length).step_by(CHUNK) {
		let end = (start + CHUNK).min(length);
		let signs = &mut signs[..end - start];
		signs.iter_mut().for_each(|signs| expand(&mut stream, signs));
		for (vector, sums) in vectors.iter().zip(&mut sums) {
			add(sums, &vector[start..end], signs);
		}
	}
	sums.iter().map(sign_bits).collect()
}

/// The next component's signs.
fn expand(stream: &mut ChaCha20Rng, signs: &mut Signs) {
	let mut bytes = Fingerprint::default();
	stream.fill_bytes(&mut bytes);
	let (eights, _) = signs.as_flattened_mut().as_chunks_mut::<8>();
	for (byte, signs) in bytes.iter().zip(eights) {
		for (bit, sign) in signs.iter_mut().enumerate() {
			// 1 with the sign's bit set or not: a branch would be mispredicted half of the time.
			let negative = u64::from(byte >> bit & 1) << 63;
			*sign = f64::from_bits(1f64.to_bits() | negative);
		}
	}
}

/// Adds consecutive components to all projections. A product with 1 or -1 is exact.
fn add(sums: &mut Signs, components: &[f32], signs: &[Signs]) {
	for (block, sums) in sums.iter_mut().enumerate() {
		let mut local = *sums;
		for (component, signs) in components.iter().zip(signs) {
			let component = f64::from(finite(*component));
			for (sum, sign) in local.iter_mut().zip(&signs[block]) {
				*sum += component * sign;
			}
		}
		*sums = local;
	}
}

fn sign_bits(sums: &Signs) -> Fingerprint {
	let mut fingerprint = Fingerprint::default();
	for (bit, sum) in sums.as_flattened().iter().enumerate() {
		fingerprint[bit / 8] |= u8::from(*sum > 0.0) << (bit % 8);
	}
	fingerprint
}

/// What an element counts as.
fn finite(value: f32) -> f32 {
	if value.is_finite() {
		value
	} else {
		0.0
	}
}
