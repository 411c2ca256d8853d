//! `automatic-speech-recognition`: texts for speech, by models like wav2vec 2.0.
//!
//! Request: `{"inputs": "base64 of a WAV file"}`, or `{"inputs": [x, …]}`, samples from −1 to 1 at the
//! model's rate. A file has the model's rate, too; of several channels the mean is heard. Response:
//! `{"text": …}`. Only recordings of equal length share a batch, as padding would be heard.

use serde::{Deserialize, Serialize};
use tercet_tensors::TensorMap;

use super::{binary, graph, Opener, Pipeline};
use crate::{
	audio::{decode, Preprocessor},
	batch::{self, Bounds, Mix},
	ctc::Vocabulary,
	json::{self, Answer},
	limits::{MAX_BATCH_ROWS, MAX_BATCH_SAMPLES},
	package::{Package, MODEL},
	value::{floats, integers, is_float, is_integer, to_floats},
	Graph, OpenError, TaskError,
};

pub(super) struct SpeechRecognition {
	graph: Graph,
	preprocessor: Preprocessor,
	vocabulary: Vocabulary,
	output: String,
	/// Samples that make one frame: fewer would fail inside the graph.
	least: usize,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Parameters {}

#[derive(Deserialize)]
#[serde(untagged)]
enum Inputs {
	File(String),
	Samples(Vec<f32>),
}

#[derive(Serialize)]
struct Response {
	text: String,
}

/// What is read of `config.json` about the layers that listen.
#[derive(Debug, Default, Deserialize)]
struct Config {
	#[serde(default)]
	conv_kernel: Vec<usize>,
	#[serde(default)]
	conv_stride: Vec<usize>,
}

const INPUTS: [&str; 2] = ["input_values", "attention_mask"];

impl SpeechRecognition {
	pub fn open(package: &Package, open: &mut Opener) -> Result<Self, OpenError> {
		let preprocessor = Preprocessor::open(package)?;
		let vocabulary = Vocabulary::open(package)?;
		let graph = graph(package, open, &[MODEL])?;
		graph.check_inputs(|port| INPUTS.contains(&port.name.as_str()))?;
		graph.require_input(INPUTS[0], is_float)?;
		if graph.input(INPUTS[1]).is_some() {
			graph.require_input(INPUTS[1], is_integer)?;
		}
		let output = graph.require_output(&["logits"])?.name.clone();
		let config: Config = package.json("config.json")?.unwrap_or_default();
		Ok(Self { graph, preprocessor, vocabulary, output, least: config.least() })
	}

	fn begin(&self, request: json::Request<Inputs, Parameters>) -> Answer<Vec<f32>> {
		let samples = match request.inputs {
			Inputs::Samples(samples) => samples,
			Inputs::File(text) => decode(&binary(&text)?, self.preprocessor.sampling_rate)?,
		};
		self.preprocessor.prepare(samples, self.least)
	}

	/// The texts of recordings of one length.
	fn texts(&mut self, recordings: &[&[f32]]) -> Result<Vec<String>, TaskError> {
		let port = self.graph.input(INPUTS[0]);
		let rows = port.and_then(|port| port.fixed(0)).unwrap_or(recordings.len());
		let length = recordings.first().map_or(0, |samples| samples.len());
		let row =
			|row: usize| recordings.get(row).or(recordings.last()).copied().unwrap_or_default();
		let elements = (0..rows).map(row).collect::<Vec<_>>().concat();
		let mut values = Vec::with_capacity(INPUTS.len());
		for port in self.graph.inputs() {
			let value = if port.name == INPUTS[0] {
				floats(&[rows, length], elements.clone(), port.kind)?
			} else {
				integers(&[rows, length], vec![1; rows * length], port.kind)?
			};
			values.push((port.name.clone(), value));
		}
		let inputs: Vec<_> = values.iter().map(|(name, value)| (name.as_str(), value)).collect();
		let output = self.graph.run(&inputs)?.take(&self.output)?;
		let (shape, logits) = to_floats(&self.output, &output)?;
		match *shape.as_slice() {
			[found, frames, width] if found == rows => {
				let rows = logits.chunks_exact((frames * width).max(1)).take(recordings.len());
				Ok(rows.map(|frames| self.vocabulary.decode(frames, width)).collect())
			},
			_ => {
				let (name, expected) = (self.output.clone(), "[rows, frames, vocabulary]".into());
				Err(TaskError::WrongOutput { name, expected, found: shape })
			},
		}
	}
}

impl Config {
	/// Samples of one frame: each layer needs its kernel, and sees so many of the layer before.
	fn least(&self) -> usize {
		let layers = self.conv_kernel.iter().zip(&self.conv_stride).rev();
		layers.fold(1_usize, |frames, (kernel, stride)| {
			frames.saturating_sub(1).saturating_mul(*stride).saturating_add(*kernel)
		})
	}
}

impl Pipeline for SpeechRecognition {
	fn run(
		&mut self,
		input: &TensorMap,
		_: &dyn Fn(u32) -> [u8; 32],
	) -> Result<TensorMap, TaskError> {
		let requests = json::requests(input)?.into_iter();
		let asked: Vec<Answer<Vec<f32>>> = requests.map(|request| self.begin(request?)).collect();
		let good: Vec<&[f32]> = asked.iter().flatten().map(Vec::as_slice).collect();
		let lengths = batch::rows(good.iter().map(|samples| samples.len()));
		let fixed = self.graph.input(INPUTS[0]).and_then(|port| port.fixed(0));
		let bounds = Bounds {
			rows: fixed.unwrap_or(MAX_BATCH_ROWS),
			total: MAX_BATCH_SAMPLES,
			longest: usize::MAX,
			mix: Mix::EqualLengths,
		};
		let mut texts = vec![String::new(); good.len()];
		for batch in batch::plan(&lengths, bounds) {
			let recordings: Vec<_> =
				batch.iter().filter_map(|index| good.get(*index)).copied().collect();
			for (index, text) in batch.iter().zip(self.texts(&recordings)?) {
				if let Some(slot) = texts.get_mut(*index) {
					*slot = text;
				}
			}
		}
		let mut texts = texts.into_iter();
		let answers = asked
			.into_iter()
			.map(|asked| asked.map(|_| Response { text: texts.next().unwrap_or_default() }));
		json::responses(answers.collect())
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn least_is_the_field_of_one_frame_when_layers_are_stacked() {
		let conv_kernel = vec![10, 3, 3, 3, 3, 2, 2];
		let conv_stride = vec![5, 2, 2, 2, 2, 2, 2];
		assert_eq!(Config { conv_kernel, conv_stride }.least(), 400);
		assert_eq!(Config::default().least(), 1);
	}
}
