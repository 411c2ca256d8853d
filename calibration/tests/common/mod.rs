//! What several tests need.

#![allow(dead_code, reason = "each test binary uses its own part")]

use std::path::PathBuf;

use tercet_calibration::{
	analysis::{Comparison, Pair},
	answers::{Answers, Variant},
	settings::{Device, Level, Setting},
	statistics::{binomial, Histogram},
};
use tercet_tensors::{Tensor, TensorMap};

/// A file of the digits example.
pub fn digits(file: &str) -> PathBuf {
	PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../examples/digits").join(file)
}

pub fn setting(machine: &str, threads: u16) -> Setting {
	let (device, level) = (Device::Cpu, Level::All);
	Setting { machine: machine.into(), device, level, threads, batch: 8 }
}

/// Results of one vector per item.
pub fn results(vectors: &[&[f32]]) -> TensorMap {
	let shape = [vectors.len(), vectors[0].len()];
	TensorMap::new([("y", Tensor::f32(&shape, &vectors.concat()).unwrap())]).unwrap()
}

/// A variant with one answer per setting.
pub fn variant(name: &str, answers: &[TensorMap]) -> Variant {
	let mut all = Answers::default();
	for (threads, answer) in (1..).zip(answers) {
		all.add(setting("here", threads), answer.clone());
	}
	Variant { name: name.into(), digest: name.into(), answers: all }
}

/// A comparison of one pair of settings, with these distances under each seed, and this chance that
/// a bit differs.
pub fn comparison(name: &str, seeds: &[&[u16]], chance: f64) -> Comparison {
	let seed = |distances: &&[u16]| {
		let mut histogram = Histogram::default();
		distances.iter().for_each(|distance| histogram.add(*distance, 1));
		histogram
	};
	let seeds = seeds.iter().map(seed).collect();
	let pair = Pair { settings: 1, seeds, expected: binomial(chance) };
	Comparison { name: name.into(), pairs: vec![pair] }
}
