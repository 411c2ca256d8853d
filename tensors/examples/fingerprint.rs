//! Time to fingerprint a batch against the time to encode and hash it, which every answer takes
//! anyway, in the same run on the same machine.
//!
//! ```sh
//! cargo run --release -p tercet-tensors --example fingerprint
//! ```
//!
//! Prints one line per shape; a batch is timed `RUNS` times, both sides in turn, and medians count.

use std::{hint::black_box, time::Instant};

use tercet_primitives::{Feature, ItemSet, H256};
use tercet_tensors::{fingerprint::fingerprints, Error, Tensor, TensorMap};

const RUNS: usize = 21;

fn main() -> Result<(), Error> {
	println!(
		"{:>22} {:>14} {:>14} {:>14} {:>6}",
		"shape", "feature", "items/s", "encoded/s", "ratio"
	);
	for (shape, feature) in [
		(&[512, 10][..], Feature::Flat),
		(&[512, 1_000], Feature::Flat),
		(&[64, 50_000], Feature::Flat),
		(&[1, 1_000], Feature::Flat),
		(&[16, 3, 256, 256], Feature::LowFrequency),
	] {
		let elements: Vec<f32> = (0..shape.iter().product())
			.map(|i: usize| (i * 7_919 % 1_013) as f32 - 500.0)
			.collect();
		let results = TensorMap::new([("logits", Tensor::f32(shape, &elements)?)])?;
		let items = ItemSet::first(results.items());
		let seed = H256::repeat_byte(7);
		let (mut fingerprinted, mut encoded) = (Vec::new(), Vec::new());
		for _ in 0..RUNS {
			let started = Instant::now();
			black_box(fingerprints(&results, &items, &items, feature, &seed));
			fingerprinted.push(started.elapsed().as_secs_f64());
			let started = Instant::now();
			black_box((results.to_canonical_bytes(), results.root()));
			encoded.push(started.elapsed().as_secs_f64());
		}
		let rate = |mut times: Vec<f64>| {
			times.sort_by(f64::total_cmp);
			f64::from(results.items()) / times[RUNS / 2]
		};
		let (fingerprinted, encoded) = (rate(fingerprinted), rate(encoded));
		println!(
			"{:>22} {:>14} {fingerprinted:>14.0} {encoded:>14.0} {:>6.3}",
			format!("{shape:?}"),
			format!("{feature:?}"),
			fingerprinted / encoded
		);
	}
	Ok(())
}
