//! `feature-extraction`: vectors for texts.
//!
//! Request: `{"inputs": "a text", "parameters": {"pooling": "none" | "mean" | "cls", "normalize": bool,
//! "truncate": bool}}`. What the request leaves out is as `tercet.json` says, or as the
//! sentence-transformers files say (`1_Pooling/config.json`), or none, not normalized, truncated.
//!
//! Response: `[x, …]`, one vector, or with pooling `none` one vector for each token, `[[x, …], …]`.
//! `features` is the vector, or the mean of the tokens' vectors.

use serde::{Deserialize, Serialize};
use tercet_tensors::TensorMap;

use super::{
	encoder::{self, Encoder, Made, Row},
	Opener, Pipeline,
};
use crate::{
	json::number, manifest::Pooling, numbers::normalize, package::Package, OpenError, RequestError,
	TaskError,
};

pub(super) struct FeatureExtraction {
	encoder: Encoder,
	width: usize,
	pooling: Pooling,
	normalize: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Parameters {
	pub pooling: Option<Pooling>,
	normalize: Option<bool>,
	truncate: Option<bool>,
}

#[derive(Debug, PartialEq, Serialize)]
#[serde(untagged)]
enum Vectors {
	One(Vec<f64>),
	PerToken(Vec<Vec<f64>>),
}

/// What is read of `1_Pooling/config.json`.
#[derive(Debug, Deserialize)]
struct PoolingConfig {
	#[serde(default)]
	pooling_mode_cls_token: bool,
	#[serde(default)]
	pooling_mode_mean_tokens: bool,
}

#[derive(Debug, Default, Deserialize)]
struct Config {
	hidden_size: Option<usize>,
	dim: Option<usize>,
}

const POOLING: &str = "1_Pooling/config.json";

/// Names of outputs in the exports of Optimum, sentence-transformers and others.
const OUTPUTS: [&str; 4] =
	["last_hidden_state", "token_embeddings", "sentence_embedding", "output"];

impl FeatureExtraction {
	pub fn open(package: &Package, open: &mut Opener) -> Result<Self, OpenError> {
		let encoder = Encoder::open(package, open, &OUTPUTS)?;
		let pooling = pooling(package)?;
		let config: Config = package.json("config.json")?.unwrap_or_default();
		let width = encoder.width().or(config.hidden_size).or(config.dim).ok_or_else(|| {
			OpenError::unsupported(encoder.graph.name(), "vectors of a width that nothing states")
		})?;
		let normalize = package.manifest().normalize.unwrap_or(false);
		Ok(Self { encoder, width, pooling, normalize })
	}
}

/// How the vectors of tokens become one where the request does not say.
pub(super) fn pooling(package: &Package) -> Result<Pooling, OpenError> {
	let from_file = match package.json::<PoolingConfig>(POOLING)? {
		None => None,
		Some(config) if config.pooling_mode_mean_tokens => Some(Pooling::Mean),
		Some(config) if config.pooling_mode_cls_token => Some(Pooling::Cls),
		Some(_) => return Err(OpenError::unsupported(POOLING, "another pooling than mean or cls")),
	};
	Ok(package.manifest().pooling.or(from_file).unwrap_or(Pooling::None))
}

impl encoder::Parameters for Parameters {
	fn check(&self) -> Result<(), RequestError> {
		Ok(())
	}

	fn truncate(&self) -> bool {
		self.truncate.unwrap_or(true)
	}
}

impl Pipeline for FeatureExtraction {
	fn run(
		&mut self,
		input: &TensorMap,
		_: &dyn Fn(u32) -> [u8; 32],
	) -> Result<TensorMap, TaskError> {
		let (width, pooling, normalize) = (self.width, self.pooling, self.normalize);
		self.encoder.answer(input, width, |parameters: &Parameters, row| {
			let pooling = parameters.pooling.unwrap_or(pooling);
			vectors(row, width, pooling, parameters.normalize.unwrap_or(normalize))
		})
	}
}

/// Response and vector of one text.
fn vectors(row: Row, width: usize, pooling: Pooling, scale: bool) -> Option<Made<Vectors>> {
	// One vector per token, or one per text from graphs that pool by themselves.
	let (tokens, pooled) = match *row.shape {
		[tokens, found] if found == width => (row.tokens.min(tokens), false),
		[found] if found == width => (1, true),
		_ => return None,
	};
	let elements = row.elements.get(..tokens * width)?;
	let scaled = |mut vector: Vec<f32>| {
		if scale {
			normalize(&mut vector);
		}
		vector
	};
	let numbers = |vector: &[f32]| vector.iter().copied().map(number).collect::<Vec<_>>();
	let vector = scaled(pool(elements, width, pooling));
	let response = if pooling == Pooling::None && !pooled {
		let rows = elements.chunks_exact(width.max(1));
		Vectors::PerToken(rows.map(|row| numbers(&scaled(row.to_vec()))).collect())
	} else {
		Vectors::One(numbers(&vector))
	};
	Some((response, vector))
}

/// The vector of one text, from those of its tokens.
fn pool(vectors: &[f32], width: usize, pooling: Pooling) -> Vec<f32> {
	if pooling == Pooling::Cls {
		return vectors.get(..width).unwrap_or_default().to_vec();
	}
	let rows = vectors.chunks_exact(width.max(1));
	let count = rows.len().max(1) as f64;
	let mut sums = vec![0.0_f64; width];
	for row in rows {
		sums.iter_mut().zip(row).for_each(|(sum, x)| *sum += f64::from(*x));
	}
	sums.into_iter().map(|sum| (sum / count) as f32).collect()
}

#[cfg(test)]
mod tests {
	use super::*;

	const ELEMENTS: [f32; 8] = [1.0, 2.0, 3.0, 4.0, 8.0, 0.0, 100.0, 100.0];

	fn made(shape: &[usize], pooling: Pooling, scale: bool) -> Option<Made<Vectors>> {
		let row = Row { shape, elements: &ELEMENTS, tokens: 3 };
		vectors(row, 2, pooling, scale)
	}

	#[test]
	fn vectors_leave_padding_out_when_a_text_is_short() {
		let (response, vector) = made(&[4, 2], Pooling::Mean, false).unwrap();
		assert_eq!((response, vector), (Vectors::One(vec![4.0, 2.0]), vec![4.0, 2.0]));
		let (response, _) = made(&[4, 2], Pooling::Cls, false).unwrap();
		assert_eq!(response, Vectors::One(vec![1.0, 2.0]));
		let (response, vector) = made(&[4, 2], Pooling::None, false).unwrap();
		let rows = vec![vec![1.0, 2.0], vec![3.0, 4.0], vec![8.0, 0.0]];
		assert_eq!((response, vector), (Vectors::PerToken(rows), vec![4.0, 2.0]));
	}

	#[test]
	fn vectors_have_length_one_when_asked() {
		let (response, vector) = made(&[4, 2], Pooling::None, true).unwrap();
		let Vectors::PerToken(rows) = response else { panic!("{response:?}") };
		assert_eq!(rows[1..], [vec![0.6, 0.8], vec![1.0, 0.0]]);
		assert!((vector.iter().map(|x| x * x).sum::<f32>() - 1.0).abs() < 1e-6);
	}

	#[test]
	fn vectors_are_none_when_the_shape_is_another() {
		assert_eq!(made(&[2], Pooling::Mean, false).unwrap().1, [1.0, 2.0]);
		assert!(made(&[4, 3], Pooling::Mean, false).is_none());
		assert!(made(&[1, 4, 2], Pooling::Mean, false).is_none());
	}
}
