//! `text-classification`: labels for texts.
//!
//! Request: `{"inputs": "a text", "parameters": {"top_k": n, "function_to_apply": "softmax" | "sigmoid"
//! | "none"}}`. Longer texts than the model takes are cut. Response: `[{"label": …, "score": …}, …]`,
//! the best first. `features` are the logits.

use tercet_tensors::TensorMap;

use super::{
	encoder::{self, Encoder},
	labels::{Labels, Parameters},
	Opener, Pipeline,
};
use crate::{package::Package, OpenError, RequestError, TaskError};

pub(super) struct TextClassification {
	encoder: Encoder,
	labels: Labels,
}

impl TextClassification {
	pub fn open(package: &Package, open: &mut Opener) -> Result<Self, OpenError> {
		let encoder = Encoder::open(package, open, &["logits", "output"])?;
		let labels = Labels::open(package, encoder.width())?;
		Ok(Self { encoder, labels })
	}
}

impl encoder::Parameters for Parameters {
	fn check(&self) -> Result<(), RequestError> {
		Parameters::check(self)
	}

	fn truncate(&self) -> bool {
		true
	}
}

impl Pipeline for TextClassification {
	fn run(
		&mut self,
		input: &TensorMap,
		_: &dyn Fn(u32) -> [u8; 32],
	) -> Result<TensorMap, TaskError> {
		let labels = &self.labels;
		self.encoder.answer(input, labels.len(), |parameters: &Parameters, row| {
			(row.shape == [labels.len()])
				.then(|| (labels.score(row.elements, parameters), row.elements.to_vec()))
		})
	}
}
