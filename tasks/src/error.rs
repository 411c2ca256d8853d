//! Why a package cannot be opened, why a whole input cannot be run, and what is wrong with one
//! request.

use tercet_tensors::Dtype;

/// Why a package cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
	/// The task needs a file that the package lacks.
	#[error("the package has no `{0}`, which its task needs")]
	MissingFile(String),
	/// A file is not what its name says.
	#[error("`{file}` cannot be read: {reason}")]
	Malformed {
		/// Path in the package.
		file: String,
		/// What is wrong.
		reason: String,
	},
	/// A file asks for something that pipelines do not do.
	#[error("`{file}`: {what} is not supported")]
	Unsupported {
		/// Path in the package.
		file: String,
		/// What it asks for.
		what: String,
	},
	/// A graph is no model, or one that workers refuse.
	#[error("graph `{graph}` is refused: {reason}")]
	Refused {
		/// Path in the package.
		graph: String,
		/// Why.
		reason: String,
	},
	/// ONNX Runtime cannot load a graph here: something is missing, memory for instance.
	#[error("ONNX Runtime cannot load graph `{graph}`: {reason}")]
	Session {
		/// Path in the package.
		graph: String,
		/// What ONNX Runtime says.
		reason: String,
	},
	/// A graph takes something that its task does not give.
	#[error("graph `{graph}` takes `{name}`, which its task does not give")]
	UnknownInput {
		/// Path in the package.
		graph: String,
		/// Name of the input.
		name: String,
	},
	/// A graph lacks an input or output of its task.
	#[error("graph `{graph}` has no `{name}`, which its task needs")]
	MissingPort {
		/// Path in the package.
		graph: String,
		/// Name of the input or output.
		name: String,
	},
}

impl OpenError {
	/// Whether another machine could open the package.
	pub fn is_local(&self) -> bool {
		matches!(self, Self::Session { .. })
	}

	pub(crate) fn malformed(file: &str, reason: impl ToString) -> Self {
		Self::Malformed { file: file.into(), reason: reason.to_string() }
	}

	pub(crate) fn unsupported(file: &str, what: impl Into<String>) -> Self {
		Self::Unsupported { file: file.into(), what: what.into() }
	}
}

/// Why an input as a whole has no result.
#[derive(Debug, thiserror::Error)]
pub enum TaskError {
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
	/// A graph failed while it ran.
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
	/// A graph's output has another shape than its task needs.
	#[error("output `{name}` has shape {found:?} where {expected} is needed")]
	WrongOutput {
		/// Name of the output.
		name: String,
		/// The shape in words.
		expected: String,
		/// What the graph gave.
		found: Vec<usize>,
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

/// Whose fault a [`TaskError`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blame {
	/// The input's: every machine would refuse it.
	Input,
	/// The model's: every machine would refuse its results.
	Model,
	/// This machine's, perhaps.
	Machine,
}

impl TaskError {
	/// Whose fault this is.
	pub fn blame(&self) -> Blame {
		match self {
			Self::MissingInput(_)
			| Self::UnexpectedInput(_)
			| Self::WrongDtype { .. }
			| Self::WrongShape { .. } => Blame::Input,
			Self::UnsupportedOutput { .. }
			| Self::WrongOutput { .. }
			| Self::Output(_)
			| Self::OutputItems { .. } => Blame::Model,
			Self::Run(_) => Blame::Machine,
		}
	}
}

impl From<ort::Error> for TaskError {
	fn from(error: ort::Error) -> Self {
		Self::Run(error.to_string())
	}
}

/// What is wrong with the request of one item. It becomes that item's result, so its text depends on
/// the request alone.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
	/// The row is too long.
	#[error("a request of {0} bytes; at most {max} are read", max = crate::limits::MAX_REQUEST_BYTES)]
	TooLong(usize),
	/// The row is not the JSON that the task takes.
	#[error("not a request of this task: {0}")]
	Malformed(String),
	/// A number is outside its range.
	#[error("`{name}` must be {range}")]
	OutOfRange {
		/// The parameter.
		name: &'static str,
		/// What it may be.
		range: String,
	},
	/// A text is too long.
	#[error("a text of {0} bytes; at most {max} are read", max = crate::limits::MAX_TEXT_BYTES)]
	TextTooLong(usize),
	/// A text cannot become tokens.
	#[error("the tokenizer refuses the text: {0}")]
	Tokenizer(String),
	/// A text has no tokens to go on from.
	#[error("the text has no tokens")]
	NoTokens,
	/// Prompt and answer do not fit into the model's context.
	#[error("{tokens} tokens, with those to be generated; the model takes {limit}")]
	ContextTooLong {
		/// Tokens of the prompt, and those asked for.
		tokens: usize,
		/// Tokens that fit.
		limit: usize,
	},
	/// A text has more tokens than the model takes, and was not to be cut.
	#[error("{tokens} tokens; the model takes {limit}; set `truncate`, or send less")]
	TooManyTokens {
		/// Tokens of the text.
		tokens: usize,
		/// Tokens that fit.
		limit: usize,
	},
	/// What should be base64 is not.
	#[error("`inputs` is not base64: {0}")]
	NotBase64(String),
	/// The bytes are no image.
	#[error("`inputs` is not a PNG or JPEG image: {0}")]
	NotImage(String),
	/// The image has too many pixels.
	#[error("an image of {width} x {height}; at most {max} pixels are read", max = crate::limits::MAX_IMAGE_PIXELS)]
	ImageTooLarge {
		/// In pixels.
		width: u32,
		/// In pixels.
		height: u32,
	},
	/// The bytes are no audio.
	#[error("`inputs` is not a WAV file: {0}")]
	NotAudio(String),
	/// The audio has another sampling rate than the model.
	#[error("audio of {found} Hz; the model hears {expected} Hz; resample it before sending")]
	SamplingRate {
		/// The model's.
		expected: u32,
		/// The file's.
		found: u32,
	},
	/// The audio is too long, or empty.
	#[error("audio of {found} samples; {least} to {most} are heard")]
	AudioLength {
		/// Samples there are.
		found: usize,
		/// Fewest.
		least: usize,
		/// Most.
		most: usize,
	},
	/// The answer would be too long.
	#[error("the answer takes {0} bytes; at most {max} are sent", max = crate::limits::MAX_RESPONSE_BYTES)]
	ResponseTooLong(usize),
	/// Of what is asked for, only the mean is known.
	#[error("answers compared by their vectors hold the mean of texts or tokens only: send one text per item, pooled")]
	Averaged,
	/// There is no vector.
	#[error("the executors refused the request; answers compared by their vectors do not say why")]
	Refused,
}

impl RequestError {
	pub(crate) fn out_of_range(name: &'static str, range: impl Into<String>) -> Self {
		Self::OutOfRange { name, range: range.into() }
	}
}
