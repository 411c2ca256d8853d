//! Distances between answers.

mod common;

use common::{results, variant};
use tercet_calibration::{
	analysis::{another_item, cheaper, honest, Prepared},
	Error,
};
use tercet_primitives::Feature;

const LENGTH: usize = 64;

fn wave(step: f32, noise: f32) -> Vec<f32> {
	(0..LENGTH).map(|i| (i as f32 * step).sin() + noise * (i as f32 * 7.7).cos()).collect()
}

fn prepared(name: &str, noises: &[f32]) -> Prepared {
	let answer = |noise: &f32| results(&[&wave(0.3, *noise), &wave(1.1, *noise)]);
	let answers: Vec<_> = noises.iter().map(answer).collect();
	Prepared::new(&variant(name, &answers), Feature::Flat, 32, || ())
}

#[test]
fn honest_counts_every_pair_of_settings_when_some_have_equal_bits() {
	// Four settings: three equal answers and one that is off.
	let own = prepared("fp32", &[0.0, 0.0, 0.05, 0.0]);
	assert_eq!(own.answers(), 2);
	let honest = honest(&own);
	let settings: Vec<u64> = honest.pairs.iter().map(|pair| pair.settings).collect();
	assert_eq!(settings, [3, 3]);
	let histogram = honest.histogram();
	// 6 pairs × 2 items × 32 seeds.
	assert_eq!(histogram.total(), 384);
	assert!(histogram.max() > 0);
}

#[test]
fn honest_is_empty_when_there_was_one_setting() {
	assert!(honest(&prepared("fp32", &[0.0])).pairs.is_empty());
}

#[test]
fn expected_mean_is_near_the_measured_when_vectors_are_long() {
	let (own, other) = (prepared("fp32", &[0.0]), prepared("q4", &[0.3]));
	let comparison = cheaper(&own, &other).unwrap();
	let (measured, expected) = (comparison.histogram().mean(), comparison.expected_mean());
	// 64 fingerprints of 256 bits, each with a deviation of five bits or so.
	assert!((measured - expected).abs() < 2.0, "{measured} against {expected}");
	assert!(expected > 10.0);
}

#[test]
fn cheaper_fails_when_results_have_different_shapes() {
	let short = variant("q4", &[results(&[&[1.0, 2.0]])]);
	let short = Prepared::new(&short, Feature::Flat, 1, || ());
	let error = cheaper(&prepared("fp32", &[0.0]), &short).unwrap_err();
	assert!(matches!(error, Error::ResultsDiffer { a_length: LENGTH, b_length: 2, .. }), "{error}");
}

#[test]
fn another_item_is_far_when_items_differ() {
	let own = prepared("fp32", &[0.0]);
	assert!(another_item(&own).unwrap().histogram().min() > 60);
	let single = variant("fp32", &[results(&[&[1.0, 2.0]])]);
	assert!(another_item(&Prepared::new(&single, Feature::Flat, 1, || ())).is_none());
}
