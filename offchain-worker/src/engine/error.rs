//! What can go wrong between an ONNX file, an input and a result.

use std::path::PathBuf;

use tercet_tensors::Dtype;

use crate::model_check::ModelError;

/// Why a model could not be loaded or run.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
	/// The shared library cannot be used.
	#[error("cannot load ONNX Runtime: {0}")]
	Library(String),
	/// A process can only ever load one library.
	#[error("{} is loaded already; cannot load {} as well", loaded.display(), asked.display())]
	OtherLibrary {
		/// The one that is loaded.
		loaded: PathBuf,
		/// The one asked for.
		asked: PathBuf,
	},
	/// CUDA was demanded.
	#[error("CUDA cannot be used: {0}; choose --device cpu or auto")]
	NoCuda(String),
	/// The ONNX file is refused.
	#[error("model refused: {0}")]
	Model(#[from] ModelError),
	/// ONNX Runtime says that the file is no model.
	#[error("ONNX Runtime refuses the model: {0}")]
	Malformed(String),
	/// ONNX Runtime cannot load the model: something is missing here, memory for instance, or an
	/// operator that another version has.
	#[error("ONNX Runtime cannot load the model: {0}")]
	Session(String),
	/// The model has an input that the map lacks.
	#[error("no tensor for the model's input `{0}`")]
	MissingInput(String),
	/// The map has a tensor that the model does not take.
	#[error("the model has no input `{0}`")]
	UnexpectedInput(String),
	/// A tensor has another element type than the model's input.
	#[error("input `{name}` takes {expected}, not {found}")]
	WrongDtype {
		/// Name of the input.
		name: String,
		/// What the model takes.
		expected: String,
		/// What the map holds.
		found: Dtype,
	},
	/// A tensor has another shape than the model's input.
	#[error("input `{name}` takes shape {expected:?} (-1: any), not {found:?}")]
	WrongShape {
		/// Name of the input.
		name: String,
		/// What the model takes; -1 stands for any size.
		expected: Vec<i64>,
		/// What the map holds.
		found: Vec<usize>,
	},
	/// ONNX Runtime asked for memory and got none.
	#[error("not enough memory: {0}")]
	Memory(String),
	/// The graph failed while it ran.
	#[error("ONNX Runtime failed: {0}")]
	Run(String),
	/// A result is no dense tensor of a supported element type.
	#[error("output `{name}` is a {found}, which has no canonical encoding")]
	UnsupportedOutput {
		/// Name of the output.
		name: String,
		/// What it is.
		found: String,
	},
	/// The results do not form a map with one slice per item of the input.
	#[error("results: {0}")]
	Output(#[from] tercet_tensors::Error),
	/// The results have another number of items than the input.
	#[error("results for {found} items where the input has {expected}")]
	OutputItems {
		/// Items of the input.
		expected: u32,
		/// Items of the results.
		found: u32,
	},
}

/// How ONNX Runtime, the C++ library and Rust's say that there is no memory.
const OUT_OF_MEMORY: &[&str] =
	&["bad_alloc", "bad allocation", "Failed to allocate memory", "memory allocation of"];

/// Whether `text`, of an error or of a process that died, speaks of a lack of memory.
///
/// [`model_check`](crate::model_check) refuses names that do, so that no model can say so.
pub fn is_memory(text: &str) -> bool {
	OUT_OF_MEMORY.iter().any(|phrase| text.contains(phrase))
}

impl EngineError {
	/// The error of a graph that ran.
	pub(super) fn running(error: &ort::Error) -> Self {
		let text = error.to_string();
		match is_memory(&text) {
			true => Self::Memory(text),
			false => Self::Run(text),
		}
	}
}

impl From<ort::Error> for EngineError {
	fn from(error: ort::Error) -> Self {
		Self::Session(error.to_string())
	}
}
