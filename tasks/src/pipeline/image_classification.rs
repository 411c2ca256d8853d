//! `image-classification`: labels for images.
//!
//! Request: `{"inputs": "base64 of a PNG or JPEG file", "parameters": {"top_k": n, "function_to_apply":
//! "softmax" | "sigmoid" | "none"}}`; a `data:` URL will do, too. Response: `[{"label": …, "score":
//! …}, …]`, the best first. `features` are the logits.
//!
//! PNG files become the same pixels everywhere; of JPEG files, that is only sure with one version of
//! the worker.

use tercet_tensors::TensorMap;

use super::{
	binary, graph,
	labels::{Labels, Parameters},
	Opener, Pipeline,
};
use crate::{
	image::{decode, Preprocessor},
	json::{self, Answer},
	limits::{MAX_BATCH_PIXELS, MAX_BATCH_ROWS},
	package::{Package, MODEL},
	value::{floats, is_float, to_floats},
	Graph, OpenError, TaskError,
};

pub(super) struct ImageClassification {
	graph: Graph,
	preprocessor: Preprocessor,
	labels: Labels,
	output: String,
	channels: usize,
}

/// An image that is to be labelled.
struct Asked {
	tensor: Vec<f32>,
	parameters: Parameters,
}

const INPUT: &str = "pixel_values";

impl ImageClassification {
	pub fn open(package: &Package, open: &mut Opener) -> Result<Self, OpenError> {
		let preprocessor = Preprocessor::open(package)?;
		let graph = graph(package, open, &[MODEL])?;
		graph.check_inputs(|port| port.name == INPUT)?;
		let input = graph.require_input(INPUT, is_float)?;
		let unsupported = || {
			let what = format!("`{INPUT}` of shape {:?}", input.shape);
			OpenError::unsupported(graph.name(), what)
		};
		let size = preprocessor.size();
		let fits = |index, size| input.fixed(index).is_none_or(|fixed| fixed == size);
		let channels = input.fixed(1).unwrap_or(3);
		let four = input.shape.len() == 4 && matches!(channels, 1 | 3);
		if !four || !fits(2, size.height) || !fits(3, size.width) {
			return Err(unsupported());
		}
		let output = graph.require_output(&["logits", "output"])?;
		let width = output.shape.len().checked_sub(1).and_then(|last| output.fixed(last));
		let labels = Labels::open(package, width)?;
		let output = output.name.clone();
		Ok(Self { preprocessor, labels, output, channels, graph })
	}

	fn begin(&self, request: json::Request<String, Parameters>) -> Answer<Asked> {
		let parameters = request.parameters.unwrap_or_default();
		parameters.check()?;
		let image = decode(&binary(&request.inputs)?, self.channels)?;
		Ok(Asked { tensor: self.preprocessor.tensor(&image), parameters })
	}

	/// The logits of some images, one after the other.
	fn logits(&mut self, tensors: &[&[f32]]) -> Result<Vec<Vec<f32>>, TaskError> {
		let size = self.preprocessor.size();
		let port = self.graph.input(INPUT);
		let rows = port.and_then(|port| port.fixed(0)).unwrap_or(tensors.len());
		let kind = port.map_or(ort::value::TensorElementType::Float32, |port| port.kind);
		// A graph for one number of images gets the last one again.
		let row = |row: usize| tensors.get(row).or(tensors.last()).copied().unwrap_or_default();
		let elements = (0..rows).map(row).collect::<Vec<_>>().concat();
		let shape = [rows, self.channels, size.height, size.width];
		let input = floats(&shape, elements, kind)?;
		let output = self.graph.run(&[(INPUT, &input)])?.take(&self.output)?;
		let (shape, elements) = to_floats(&self.output, &output)?;
		let width = self.labels.len();
		if shape != [rows, width] {
			let expected = format!("[{rows}, {width}]");
			return Err(TaskError::WrongOutput {
				name: self.output.clone(),
				expected,
				found: shape,
			});
		}
		let rows = elements.chunks_exact(width.max(1)).take(tensors.len());
		Ok(rows.map(<[f32]>::to_vec).collect())
	}
}

impl Pipeline for ImageClassification {
	fn run(
		&mut self,
		input: &TensorMap,
		_: &dyn Fn(u32) -> [u8; 32],
	) -> Result<TensorMap, TaskError> {
		let fixed = self.graph.input(INPUT).and_then(|port| port.fixed(0));
		let size = self.preprocessor.size();
		let fitting = MAX_BATCH_PIXELS / (size.width * size.height).max(1);
		let most = fixed.unwrap_or(fitting.clamp(1, MAX_BATCH_ROWS));
		let requests = json::requests(input)?;
		let last = requests.len();
		let mut answers = Vec::with_capacity(requests.len());
		let mut waiting: Vec<(usize, Asked)> = Vec::new();
		// Only the images of one batch are in memory at a time.
		for (request, count) in requests.into_iter().zip(1..) {
			let asked = request.and_then(|request| self.begin(request));
			answers.push(asked.map(|asked| {
				waiting.push((count - 1, asked));
				Default::default()
			}));
			if waiting.len() == most || (count == last && !waiting.is_empty()) {
				let tensors: Vec<_> =
					waiting.iter().map(|(_, asked)| asked.tensor.as_slice()).collect();
				let logits = self.logits(&tensors)?;
				for ((item, asked), logits) in waiting.drain(..).zip(logits) {
					if let Some(answer) = answers.get_mut(item) {
						*answer = Ok((self.labels.score(&logits, &asked.parameters), logits));
					}
				}
			}
		}
		json::results(answers, self.labels.len())
	}
}
