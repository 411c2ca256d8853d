//! One pipeline per task.

mod encoder;
mod feature_extraction;
mod image_classification;
mod labels;
mod speech_recognition;
mod tensor;
mod text_classification;
mod text_generation;
mod text_to_image;
pub mod vectors;

use base64::{engine::general_purpose::STANDARD, Engine};
use tercet_tensors::TensorMap;

use crate::{
	json::Answer, manifest::Task, package::Package, Graph, OpenError, RequestError, TaskError,
};

/// A package that is ready to run.
pub trait Pipeline: Send {
	/// The results of all items of `input`. `seed` gives the seed of an item of this map; tasks that
	/// draw nothing never ask for it.
	///
	/// # Errors
	/// Any [`TaskError`]. A bad request of one item is no error: it is that item's result.
	fn run(
		&mut self,
		input: &TensorMap,
		seed: &dyn Fn(u32) -> [u8; 32],
	) -> Result<TensorMap, TaskError>;
}

/// Makes a [`Graph`] of a path in the package and the bytes of an ONNX file. It decides on devices and
/// threads, and refuses files that could do more than compute.
pub type Opener<'o> = dyn FnMut(&str, &[u8]) -> Result<Graph, OpenError> + 'o;

/// Opens `package` for its task; `open` is called once for each graph.
///
/// # Errors
/// Any [`OpenError`]; the contents of the package are not trusted.
pub fn open(package: &Package, open: &mut Opener) -> Result<Box<dyn Pipeline>, OpenError> {
	Ok(match package.manifest().task {
		Task::Tensor => Box::new(tensor::Tensors::open(package, open)?),
		Task::FeatureExtraction => {
			Box::new(feature_extraction::FeatureExtraction::open(package, open)?)
		},
		Task::TextClassification => {
			Box::new(text_classification::TextClassification::open(package, open)?)
		},
		Task::TextGeneration => Box::new(text_generation::TextGeneration::open(package, open)?),
		Task::ImageClassification => {
			Box::new(image_classification::ImageClassification::open(package, open)?)
		},
		Task::TextToImage => Box::new(text_to_image::TextToImage::open(package, open)?),
		Task::AutomaticSpeechRecognition => {
			Box::new(speech_recognition::SpeechRecognition::open(package, open)?)
		},
	})
}

/// Opens the graph at the first of `paths` that the package has.
fn graph(package: &Package, open: &mut Opener, paths: &[&str]) -> Result<Graph, OpenError> {
	let (path, bytes) = package.first_of(paths)?;
	open(path, bytes)
}

/// The bytes of a file in base64, or in a `data:` URL of it.
fn binary(text: &str) -> Answer<Vec<u8>> {
	let data = match text.strip_prefix("data:").and_then(|url| url.split_once(";base64,")) {
		Some((_, data)) => data,
		None => text,
	};
	STANDARD.decode(data).map_err(|error| RequestError::NotBase64(error.to_string()))
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn binary_takes_base64_or_a_data_url_when_it_is_well_formed() {
		assert_eq!(binary("aGk=").unwrap(), b"hi");
		assert_eq!(binary("data:image/png;base64,aGk=").unwrap(), b"hi");
		for text in ["aGk", "a b", "data:text/plain,hi"] {
			assert!(matches!(binary(text), Err(RequestError::NotBase64(_))), "{text}");
		}
	}
}
