//! Histograms, angles and tails.

use proptest::prelude::*;
use tercet_calibration::statistics::{angle, binomial, Histogram};

fn histogram(distances: &[u16]) -> Histogram {
	let mut histogram = Histogram::default();
	distances.iter().for_each(|distance| histogram.add(*distance, 1));
	histogram
}

#[test]
fn histogram_is_zero_when_it_is_empty() {
	let empty = Histogram::default();
	assert_eq!((empty.min(), empty.max(), empty.percentile(0.5), empty.total()), (0, 0, 0, 0));
	assert_eq!((empty.mean(), empty.share_within(0)), (0.0, 1.0));
}

#[test]
fn histogram_gives_order_statistics_when_it_is_filled() {
	let histogram = histogram(&[3, 1, 4, 1, 5, 9, 2, 6]);
	assert_eq!((histogram.min(), histogram.max(), histogram.total()), (1, 9, 8));
	assert_eq!(histogram.mean(), 31.0 / 8.0);
	// Sorted: 1 1 2 3 4 5 6 9.
	for (share, expected) in [(0.0, 1), (0.25, 1), (0.26, 2), (0.5, 3), (0.99, 9), (1.0, 9)] {
		assert_eq!(histogram.percentile(share), expected, "{share}");
	}
	assert_eq!(histogram.share_within(0), 0.0);
	assert_eq!(histogram.share_within(4), 5.0 / 8.0);
	assert_eq!(histogram.share_within(256), 1.0);
}

#[test]
fn merge_adds_counts_when_both_have_some() {
	let mut sum = histogram(&[1, 2]);
	sum.merge(&histogram(&[2, 200]), 3);
	assert_eq!(sum.iter().collect::<Vec<_>>(), [(1, 1), (2, 4), (200, 3)]);
}

#[test]
fn angle_is_the_share_of_a_half_turn_when_vectors_are_known() {
	for (a, b, expected) in [
		([1.0, 0.0], [2.0, 0.0], 0.0),
		([1.0, 0.0], [1.0, 1.0], 0.25),
		([1.0, 0.0], [0.0, 3.0], 0.5),
		([1.0, 2.0], [-1.0, -2.0], 1.0),
		([0.0, 0.0], [0.0, 0.0], 0.0),
		([0.0, 0.0], [1.0, 0.0], 0.5),
	] {
		assert!((angle(&a, &b) - expected).abs() < 1e-12, "{a:?} {b:?}");
	}
}

#[test]
fn angle_keeps_its_digits_when_it_is_tiny() {
	let small = 2f32.powi(-30);
	let expected = f64::from(small) / std::f64::consts::PI;
	assert!((angle(&[1.0, 0.0], &[1.0, small]) / expected - 1.0).abs() < 1e-9);
}

#[test]
fn binomial_is_certain_when_chances_are() {
	assert_eq!(binomial(0.0)[0], 1.0);
	assert_eq!(binomial(1.0)[256], 1.0);
	assert_eq!(binomial(0.0).iter().sum::<f64>(), 1.0);
}

proptest! {
	#[test]
	fn binomial_has_its_moments_when_chances_are_random(chance in 1e-9f64..1.0) {
		let chances = binomial(chance);
		prop_assert_eq!(chances.len(), 257);
		let moment = |power: i32| {
			let terms = chances.iter().enumerate().map(|(k, p)| p * (k as f64).powi(power));
			terms.sum::<f64>()
		};
		let (mean, variance) = (256.0 * chance, 256.0 * chance * (1.0 - chance));
		prop_assert!((moment(0) - 1.0).abs() < 1e-9);
		prop_assert!((moment(1) - mean).abs() < 1e-6);
		prop_assert!((moment(2) - mean * mean - variance).abs() < 1e-4);
	}
}
