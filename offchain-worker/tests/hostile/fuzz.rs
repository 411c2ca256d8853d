//! Real models with some of their bytes changed.

use std::time::Instant;

use crate::{attempt, common, honest, right, WINDOW};
use common::{digits, runner_settings};
use tercet_tensors::{Tensor, TensorMap};
use tercet_worker::{compute::FailureKind, model_check, runner::Runners};

/// Mutants of one run; `TERCET_MUTANTS` says otherwise.
const MUTANTS: usize = 4000;

/// Of those that pass the check, how many are run; the rest would be run the same way.
const RUNS: usize = 250;

/// Integers that programs get wrong.
const INTERESTING: &[u64] =
	&[0, 1, 127, 128, 255, 1 << 16, (1 << 31) - 1, 1 << 31, u32::MAX as u64, 1 << 62, u64::MAX];

/// Numbers that are the same in every run: xorshift64*.
struct Numbers(u64);

impl Numbers {
	fn next(&mut self) -> u64 {
		self.0 ^= self.0 >> 12;
		self.0 ^= self.0 << 25;
		self.0 ^= self.0 >> 27;
		self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
	}

	fn below(&mut self, end: usize) -> usize {
		(self.next() % end.max(1) as u64) as usize
	}
}

/// `model` with one to four changes, most of them where the graph is described: weights are most of the
/// bytes and the least interesting ones.
fn mutant(model: &[u8], numbers: &mut Numbers) -> Vec<u8> {
	let mut bytes = model.to_vec();
	for _ in 0..=numbers.below(4) {
		let range = if numbers.below(4) > 0 { bytes.len().min(3000) } else { bytes.len() };
		let at = if numbers.below(2) == 0 {
			numbers.below(range)
		} else {
			bytes.len().saturating_sub(1 + numbers.below(range))
		};
		let length = (1 + numbers.below(16)).min(bytes.len().saturating_sub(at));
		match numbers.below(7) {
			0 => bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 1 << numbers.below(8)),
			1 => bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte = numbers.next() as u8),
			2 => drop(bytes.drain(at..at + length)),
			3 => {
				let copy = bytes[at..at + length].to_vec();
				bytes.splice(at..at, copy);
			},
			4 => {
				let from = numbers.below(bytes.len().saturating_sub(length));
				let copy = bytes[from..from + length].to_vec();
				bytes.splice(at..at + length, copy);
			},
			5 => {
				let mut value = INTERESTING[numbers.below(INTERESTING.len())];
				let mut integer = Vec::new();
				while value >= 0x80 {
					integer.push(value as u8 | 0x80);
					value >>= 7;
				}
				integer.push(value as u8);
				let end = at + 1.min(length);
				bytes.splice(at..end, integer);
			},
			_ => bytes.truncate(bytes.len().saturating_sub(numbers.below(64))),
		}
	}
	bytes
}

#[test]
fn mutants_of_real_models_harm_nobody() {
	let mutants = std::env::var("TERCET_MUTANTS").map_or(MUTANTS, |number| number.parse().unwrap());
	let runs = RUNS.max(mutants / (MUTANTS / RUNS));
	let models = ["model", "model_fp16", "model_int8", "model_q4"]
		.map(|name| digits(&format!("onnx/{name}.onnx")));
	let input = Tensor::f32(&[1, 64], &[1.0; 64]).unwrap();
	let input = TensorMap::new([("image", input)]).unwrap().to_canonical_bytes();
	let runners = Runners::new(runner_settings(1)).unwrap();
	let (right, mut numbers) = (right(), Numbers(0x7465_7263_6574));
	let (mut refused, mut ran) = (0, 0);
	let mut ends = std::collections::BTreeMap::<String, usize>::new();
	let started = Instant::now();
	for i in 0..mutants {
		let bytes = mutant(&models[i % models.len()], &mut numbers);
		if model_check::check(&bytes).is_err() {
			refused += 1;
			continue;
		}
		if ran == runs {
			continue;
		}
		ran += 1;
		let outcome = attempt(&runners, &bytes, &input, false, WINDOW);
		let end = match &outcome {
			Ok(_) => "a result".into(),
			Err(failure) => format!("{:?}", failure.kind),
		};
		if let Err(failure) = &outcome {
			if matches!(failure.kind, FailureKind::Crash | FailureKind::Time) {
				eprintln!("mutant {i}: {failure}");
			}
		}
		*ends.entry(end).or_default() += 1;
		if ran % 16 == 0 {
			honest(&runners, &right);
		}
	}
	honest(&runners, &right);
	eprintln!(
		"{mutants} mutants in {:.1} s: {refused} refused before ONNX Runtime, {ran} run: {ends:?}",
		started.elapsed().as_secs_f64()
	);
	assert!(refused > mutants / 4 && ran > 0);
}
