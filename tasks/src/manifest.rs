//! `tercet.json`: what a package is for.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// Path of the manifest, in a package and in an author's folder.
pub const PATH: &str = "tercet.json";

/// What a model does, by the name that Hugging Face gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Task {
	/// Tensors in, tensors out.
	Tensor,
	/// Vectors for texts.
	FeatureExtraction,
	/// Labels for texts.
	TextClassification,
	/// Texts that go on.
	TextGeneration,
	/// Labels for images.
	ImageClassification,
	/// Images for texts.
	TextToImage,
	/// Texts for speech.
	AutomaticSpeechRecognition,
}

/// No pipeline has this name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
	"task `{0}` is not supported; tasks are tensor, feature-extraction, text-classification, \
	 text-generation, image-classification, text-to-image and automatic-speech-recognition"
)]
pub struct UnknownTask(pub String);

impl Task {
	/// Every task.
	pub const ALL: [Self; 7] = [
		Self::Tensor,
		Self::FeatureExtraction,
		Self::TextClassification,
		Self::TextGeneration,
		Self::ImageClassification,
		Self::TextToImage,
		Self::AutomaticSpeechRecognition,
	];

	/// Its name.
	pub fn name(self) -> &'static str {
		match self {
			Self::Tensor => "tensor",
			Self::FeatureExtraction => "feature-extraction",
			Self::TextClassification => "text-classification",
			Self::TextGeneration => "text-generation",
			Self::ImageClassification => "image-classification",
			Self::TextToImage => "text-to-image",
			Self::AutomaticSpeechRecognition => "automatic-speech-recognition",
		}
	}
}

impl fmt::Display for Task {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(self.name())
	}
}

impl FromStr for Task {
	type Err = UnknownTask;

	fn from_str(name: &str) -> Result<Self, UnknownTask> {
		// Embeddings of sentences go by a name of their own on the hub.
		let name = if name == "sentence-similarity" { "feature-extraction" } else { name };
		Self::ALL
			.into_iter()
			.find(|task| task.name() == name)
			.ok_or_else(|| UnknownTask(name.into()))
	}
}

/// How token vectors become one vector.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Pooling {
	/// They do not: all of them are the answer.
	None,
	/// Their mean.
	Mean,
	/// The first.
	Cls,
}

/// The contents of `tercet.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
	/// What the model does.
	pub task: Task,
	/// Graphs that every variant takes from fp32, such as `text_encoder/model.onnx`. Only authors'
	/// folders name them; a package has the graphs themselves.
	#[serde(default, skip_serializing_if = "Vec::is_empty")]
	pub shared: Vec<String>,
	/// `feature-extraction`: how vectors are pooled when the request does not say.
	#[serde(default, skip_serializing_if = "Option::is_none")]
	pub pooling: Option<Pooling>,
	/// `feature-extraction`: whether vectors are scaled to length 1 when the request does not say.
	#[serde(default, skip_serializing_if = "Option::is_none")]
	pub normalize: Option<bool>,
}

impl Manifest {
	/// The manifest of a model that needs nothing but its task.
	pub fn new(task: Task) -> Self {
		Self { task, shared: Vec::new(), pooling: None, normalize: None }
	}

	/// The bytes that a package has as [`PATH`].
	pub fn to_bytes(&self) -> Vec<u8> {
		let mut bytes = serde_json::to_vec_pretty(self)
			.expect("names, strings and truth values have a JSON form; qed");
		bytes.push(b'\n');
		bytes
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn task_reads_back_when_it_is_written() {
		for task in Task::ALL {
			assert_eq!(task.name().parse(), Ok(task));
			let manifest = Manifest::new(task);
			assert_eq!(serde_json::from_slice::<Manifest>(&manifest.to_bytes()).unwrap(), manifest);
		}
		assert_eq!("sentence-similarity".parse(), Ok(Task::FeatureExtraction));
		assert_eq!("fill-mask".parse::<Task>(), Err(UnknownTask("fill-mask".into())));
	}
}
