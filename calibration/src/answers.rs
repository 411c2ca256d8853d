//! The results of one variant under all settings.

use tercet_tensors::TensorMap;

use crate::settings::Setting;

/// What one variant answered. Settings with equal bits share an answer.
#[derive(Clone, Debug, Default)]
pub struct Answers {
	/// The settings that were run, each with the position of its answer in `distinct`.
	pub runs: Vec<(Setting, usize)>,
	/// The different answers.
	pub distinct: Vec<TensorMap>,
}

impl Answers {
	/// Adds the answer under a setting. A setting that is there already keeps its first answer.
	pub fn add(&mut self, setting: Setting, answer: TensorMap) {
		if self.runs.iter().any(|(known, _)| *known == setting) {
			return;
		}
		// Tensors compare by their bytes, so zeros of either sign and all NaNs differ.
		let position =
			self.distinct.iter().position(|known| *known == answer).unwrap_or_else(|| {
				self.distinct.push(answer);
				self.distinct.len() - 1
			});
		self.runs.push((setting, position));
	}

	/// How many settings gave each distinct answer.
	pub fn counts(&self) -> Vec<u64> {
		let mut counts = vec![0; self.distinct.len()];
		for (_, position) in &self.runs {
			counts[*position] += 1;
		}
		counts
	}
}

/// A variant with what it answered.
#[derive(Clone, Debug)]
pub struct Variant {
	/// Its name.
	pub name: String,
	/// BLAKE2b-256 of its ONNX file.
	pub digest: String,
	/// Its answers.
	pub answers: Answers,
}

/// BLAKE2b-256, in hexadecimal digits.
pub fn digest(bytes: &[u8]) -> String {
	let hash = blake2b_simd::Params::new().hash_length(32).hash(bytes);
	hex::encode(hash.as_bytes())
}
