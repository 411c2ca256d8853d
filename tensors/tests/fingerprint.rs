//! Fingerprints are what their documentation says, and measure angles.

use std::f64::consts::PI;

use proptest::prelude::*;
use rand_chacha::{
	rand_core::{RngCore, SeedableRng},
	ChaCha20Rng,
};
use tercet_primitives::{hamming_distance, Feature, Fingerprint, ItemSet, FINGERPRINT_BITS, H256};
use tercet_tensors::{
	fingerprint::{features, fingerprint, fingerprints},
	Dtype, Tensor, TensorMap,
};

const FEATURES: [Feature; 2] = [Feature::Flat, Feature::LowFrequency];

fn golden_seed() -> H256 {
	H256(std::array::from_fn(|i| i as u8))
}

fn map(name: &str, tensor: Tensor) -> TensorMap {
	TensorMap::new([(name, tensor)]).unwrap()
}

fn f32s(shape: &[usize], elements: &[f32]) -> TensorMap {
	map("x", Tensor::f32(shape, elements).unwrap())
}

fn all(results: &TensorMap, feature: Feature, seed: &H256) -> Vec<Fingerprint> {
	let items = ItemSet::first(results.items());
	fingerprints(results, &items, &items, feature, seed).unwrap()
}

/// `length` values, uniform in -1..1.
fn noise(length: usize, rng: &mut ChaCha20Rng) -> Vec<f32> {
	(0..length).map(|_| rng.next_u32() as f32 / 2f32.powi(31) - 1.0).collect()
}

fn dot(a: &[f32], b: &[f32]) -> f64 {
	a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
}

/// `tests/reference.py` prints these: the same rules, written in another language.
#[test]
fn fingerprint_is_the_reference_implementations_when_vectors_are_known() {
	let ramp: Vec<f32> = (0..100).map(|i| (0.1 * f64::from(i) - 3.7) as f32).collect();
	let not_finite = [1.0, f32::NAN, -2.5, f32::INFINITY, 4.0, f32::NEG_INFINITY, 0.0];
	for (vector, seed, expected) in [
		(
			&[1.0][..],
			golden_seed(),
			"c602d482263ae6957242fc884723b5b675ca2790432195334d3382b32715db6d",
		),
		(
			&[1.0, -2.5, 4.0],
			golden_seed(),
			"e747bdce5219592eec9ea39e50bcb1d8074e0c0a1e52a4a3130703edd5ca8aa3",
		),
		(&ramp, golden_seed(), "01b30ffb87f51acda7a579bc12d702be58a236b597f827bffdec7ca13845d5fe"),
		(&ramp, H256::zero(), "e021898961704dcae9dc233fabf1b33b7d60b0ba3da3ec92c8e115db0cc0253e"),
		(
			&not_finite,
			golden_seed(),
			"bd0dd22358b56d2a93587510d6718dc49fdc80c9b81541480c1f63cf317f1c1d",
		),
	] {
		let found = H256(fingerprint(vector, &seed));
		assert_eq!(format!("{found:?}"), format!("0x{expected}"), "{vector:?}");
	}
}

#[test]
fn fingerprint_is_the_reference_implementations_when_an_image_is_averaged() {
	let pixels: Vec<f32> = (0..20)
		.flat_map(|i| (0..37).map(move |j| ((7 * i + 3 * j) % 31 - 9) as f32 / 4.0))
		.collect();
	let image = f32s(&[1, 20, 37], &pixels);
	let cells = features(&image, Feature::LowFrequency);
	assert_eq!(cells.len(), 256);
	let expected = [-1.372_973, 0.329_729_74, 2.429_729_7, 2.872_973];
	assert_eq!([cells[0], cells[1], cells[17], cells[255]], expected);
	assert_eq!(
		format!("{:?}", H256(fingerprint(&cells, &golden_seed()))),
		"0x5c13576a40ad4446b1a491ad5334fcbd7ff90a804bfc20fb20ccafa1160b7def"
	);
}

#[test]
fn fingerprint_is_zero_when_there_is_nothing_to_project() {
	assert_eq!(fingerprint(&[], &golden_seed()), [0; 32]);
	assert_eq!(fingerprint(&[0.0, -0.0, f32::NAN], &golden_seed()), [0; 32]);
	let empty = f32s(&[2, 0, 3], &[]);
	for feature in FEATURES {
		assert_eq!(all(&empty, feature, &golden_seed()), [[0; 32]; 2]);
	}
}

#[test]
fn features_follow_names_when_there_are_several_tensors() {
	let item = TensorMap::new([
		("b", Tensor::f32(&[1, 2], &[3.0, 4.0]).unwrap()),
		("B", Tensor::u8(&[1], &[1]).unwrap()),
		("a", Tensor::i64(&[1, 1, 1], &[-2]).unwrap()),
	])
	.unwrap();
	for feature in FEATURES {
		assert_eq!(features(&item, feature), [1.0, -2.0, 3.0, 4.0]);
	}
}

#[test]
fn features_are_the_nearest_floats_when_elements_are_of_any_type() {
	let item = |tensor| features(&map("x", tensor), Feature::Flat);
	let new = |dtype, data: &[u8]| Tensor::new(dtype, vec![1], data.to_vec()).unwrap();
	assert_eq!(item(new(Dtype::BOOL, &[1])), [1.0]);
	assert_eq!(item(Tensor::i8(&[1, 2], &[-128, 127]).unwrap()), [-128.0, 127.0]);
	assert_eq!(item(Tensor::u16(&[1], &[65_535]).unwrap()), [65_535.0]);
	assert_eq!(item(Tensor::i16(&[1], &[-32_768]).unwrap()), [-32_768.0]);
	assert_eq!(item(Tensor::u32(&[1], &[u32::MAX]).unwrap()), [4_294_967_296.0]);
	// Halfway between two floats: ties go to the even one.
	assert_eq!(
		item(Tensor::i32(&[1, 2], &[16_777_217, 16_777_219]).unwrap()),
		[16_777_216.0, 16_777_220.0]
	);
	assert_eq!(item(Tensor::u64(&[1], &[u64::MAX]).unwrap()), [18_446_744_073_709_551_616.0]);
	assert_eq!(item(Tensor::f64(&[1], &[0.1]).unwrap()), [0.1f32]);
	assert_eq!(item(new(Dtype::F16, &[0x00, 0x3e])), [1.5]);
	assert_eq!(item(new(Dtype::F16, &[0x01, 0x00])), [2f32.powi(-24)]);
	assert_eq!(item(new(Dtype::BF16, &[0xc0, 0xbf])), [-1.5]);
}

#[test]
fn features_are_zero_when_elements_are_not_finite() {
	let new = |dtype, data: &[u8]| map("x", Tensor::new(dtype, vec![1], data.to_vec()).unwrap());
	for feature in FEATURES {
		for value in [f32::NAN, -f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
			assert_eq!(features(&f32s(&[1, 2], &[value, 2.0]), feature), [0.0, 2.0]);
		}
		let too_large = Tensor::f64(&[1, 2], &[1e300, f64::NAN]).unwrap();
		assert_eq!(features(&map("x", too_large), feature), [0.0, 0.0]);
		// Infinity, and not a number.
		assert_eq!(features(&new(Dtype::F16, &[0x00, 0x7c]), feature), [0.0]);
		assert_eq!(features(&new(Dtype::BF16, &[0xff, 0x7f]), feature), [0.0]);
	}
}

#[test]
fn features_keep_every_element_when_planes_are_small() {
	let elements: Vec<f32> = (0..2 * 16 * 9).map(|i| i as f32 / 3.0).collect();
	let small = f32s(&[1, 2, 16, 9], &elements);
	assert_eq!(features(&small, Feature::LowFrequency), elements);
	let scalar = f32s(&[1], &[0.1]);
	assert_eq!(features(&scalar, Feature::LowFrequency), [0.1]);
}

#[test]
fn features_are_means_of_blocks_when_planes_divide_evenly() {
	// Two planes of 32 × 48: every cell is the mean of 2 × 3 elements.
	let element = |plane: usize, i: usize, j: usize| (plane * 1_000 + i * 7 + j * 3) as f32;
	let elements: Vec<f32> = (0..2)
		.flat_map(|p| (0..32).flat_map(move |i| (0..48).map(move |j| element(p, i, j))))
		.collect();
	let cells = features(&f32s(&[1, 2, 32, 48], &elements), Feature::LowFrequency);
	assert_eq!(cells.len(), 2 * 16 * 16);
	for (index, cell) in cells.iter().enumerate() {
		let (p, row, column) = (index / 256, index / 16 % 16, index % 16);
		let block = (0..2).flat_map(|i| (0..3).map(move |j| (i, j)));
		let sum: f32 = block.map(|(i, j)| element(p, row * 2 + i, column * 3 + j)).sum();
		assert_eq!(*cell, sum / 6.0, "cell {index}");
	}
}

#[test]
fn features_conserve_the_mean_when_planes_do_not_divide() {
	let mut rng = ChaCha20Rng::seed_from_u64(5);
	for (height, width) in [(17, 16), (1, 33), (31, 100), (250, 3)] {
		let elements = noise(height * width, &mut rng);
		let cells = features(&f32s(&[1, height, width], &elements), Feature::LowFrequency);
		assert_eq!(cells.len(), height.min(16) * width.min(16));
		let mean = |values: &[f32]| dot(values, &vec![1.0; values.len()]) / values.len() as f64;
		assert!((mean(&cells) - mean(&elements)).abs() < 1e-6, "{height} × {width}");
	}
}

#[test]
fn distance_estimates_the_angle_when_vectors_are_long() {
	let mut rng = ChaCha20Rng::seed_from_u64(1);
	const SEEDS: u32 = 100;
	for degrees in [1.0f64, 10.0, 45.0, 90.0, 150.0, 180.0] {
		// Orthonormal a and c span the plane in which b is turned away from a.
		let a = noise(512, &mut rng);
		let c = noise(512, &mut rng);
		let share = (dot(&a, &c) / dot(&a, &a)) as f32;
		let c: Vec<f32> = c.iter().zip(&a).map(|(c, a)| c - share * a).collect();
		let scale = (dot(&a, &a) / dot(&c, &c)).sqrt();
		let (sin, cos) = degrees.to_radians().sin_cos();
		let turned =
			|(a, c): (&f32, &f32)| (cos * f64::from(*a) + sin * scale * f64::from(*c)) as f32;
		let b: Vec<f32> = a.iter().zip(&c).map(turned).collect();
		let cosine = dot(&a, &b) / (dot(&a, &a) * dot(&b, &b)).sqrt();
		let share = cosine.clamp(-1.0, 1.0).acos() / PI;

		let distances = (0..SEEDS).map(|_| {
			let mut seed = H256::zero();
			rng.fill_bytes(&mut seed.0);
			f64::from(hamming_distance(&fingerprint(&a, &seed), &fingerprint(&b, &seed)))
		});
		let mean = distances.sum::<f64>() / f64::from(SEEDS);
		let bits = f64::from(FINGERPRINT_BITS);
		let deviation = (bits * share * (1.0 - share) / f64::from(SEEDS)).sqrt();
		let error = (mean - bits * share).abs();
		assert!(error <= 3.0 * deviation + 1e-3, "{degrees}°: {mean} is {error} off");
	}
}

#[test]
fn distance_is_tiny_when_noise_is_tiny() {
	let mut rng = ChaCha20Rng::seed_from_u64(2);
	let mut total = 0;
	for seed in 0..100 {
		let (vector, noise) = (noise(300, &mut rng), noise(300, &mut rng));
		let near: Vec<f32> = vector.iter().zip(&noise).map(|(x, e)| x * (1.0 + e * 1e-5)).collect();
		let seed = H256::repeat_byte(seed);
		total += hamming_distance(&fingerprint(&vector, &seed), &fingerprint(&near, &seed));
	}
	// The angle is some 1e-5, so 25,600 bits should see less than one flip.
	assert!(total <= 2, "{total} bits");
}

#[test]
fn distance_is_half_when_seeds_differ() {
	let vector = noise(300, &mut ChaCha20Rng::seed_from_u64(3));
	let [a, b] = [1, 2].map(|byte| fingerprint(&vector, &H256::repeat_byte(byte)));
	// 3σ of 256 fair coins is 24.
	assert!((104..=152).contains(&hamming_distance(&a, &b)));
}

#[test]
fn fingerprints_are_of_the_wanted_items_when_results_cover_some() {
	let covered = ItemSet::from_iter([2, 5, 7, 300]);
	let results = f32s(&[4, 3], &noise(12, &mut ChaCha20Rng::seed_from_u64(4)));
	let each = all(&results, Feature::Flat, &golden_seed());
	let some = |wanted: &[u32]| {
		let wanted = wanted.iter().copied().collect();
		fingerprints(&results, &covered, &wanted, Feature::Flat, &golden_seed())
	};
	assert_eq!(some(&[5, 300]), Some(vec![each[1], each[3]]));
	assert_eq!(some(&[2, 5, 7, 300]), Some(each));
	assert_eq!(some(&[]), Some(vec![]));
	assert_eq!(some(&[5, 6]), None);
}

#[test]
fn fingerprints_are_none_when_results_have_another_number_of_items() {
	let results = f32s(&[2, 1], &[1.0, 2.0]);
	for items in [1, 3] {
		let items = ItemSet::first(items);
		let found = fingerprints(&results, &items, &items, Feature::Flat, &golden_seed());
		assert_eq!(found, None);
	}
}

proptest! {
	#[test]
	fn fingerprints_match_single_items_when_batches_are_random(
		items in 1usize..150,
		dims in prop::collection::vec(1usize..25, 0..3),
		state: u64,
		low in any::<bool>(),
	) {
		let feature = FEATURES[usize::from(low)];
		let mut rng = ChaCha20Rng::seed_from_u64(state);
		let seed = H256::from_low_u64_be(state);
		let shape: Vec<usize> = [items].into_iter().chain(dims).collect();
		let results = f32s(&shape, &noise(shape.iter().product(), &mut rng));
		let batch = all(&results, feature, &seed);
		prop_assert_eq!(batch.len(), items);
		for index in [0, items / 2, items - 1] {
			let item = results.item(index as u32).unwrap();
			prop_assert_eq!(batch[index], fingerprint(&features(&item, feature), &seed));
		}
	}

	#[test]
	fn fingerprint_is_equal_when_a_vector_is_scaled_by_a_power_of_two(
		vector in prop::collection::vec(-1e3f32..1e3, 1..80),
		exponent in -20i32..20,
		seed: [u8; 32],
	) {
		let scaled: Vec<f32> = vector.iter().map(|x| x * 2f32.powi(exponent)).collect();
		let seed = H256(seed);
		prop_assert_eq!(fingerprint(&vector, &seed), fingerprint(&scaled, &seed));
	}

	#[test]
	fn fingerprints_have_no_common_bit_when_vectors_are_opposite(
		vector in prop::collection::vec(-1e3f32..1e3, 1..80),
		seed: [u8; 32],
	) {
		let opposite: Vec<f32> = vector.iter().map(|x| -x).collect();
		let [a, b] = [vector, opposite].map(|vector| fingerprint(&vector, &H256(seed)));
		prop_assert!(a.iter().zip(&b).all(|(a, b)| a & b == 0));
	}
}
