//! Running models, behind a trait, and the ways in which that can fail.

use codec::{Decode, Encode};
use tercet_primitives::{ItemSet, H256};
use tercet_privacy::JobKey;
use tokio_util::sync::CancellationToken;

use crate::{engine::EngineError, items::Batch};

/// Something that runs models. Calls block: they belong on a blocking thread.
pub trait Compute: Send + Sync + 'static {
	/// Whether the model of `opening` is loaded, or about to be, idle or not: whether its bytes can
	/// probably be done without.
	fn is_open(&self, opening: &Opening) -> bool;

	/// The model of `opening`, if it is loaded and idle.
	fn loaded(&self, opening: &Opening) -> Option<Box<dyn Runnable>>;

	/// Loads the artifact `bytes`, until `cancel`.
	///
	/// # Errors
	/// [`Failure`], whatever the bytes do.
	fn load(
		&self,
		opening: Opening,
		bytes: &[u8],
		cancel: &CancellationToken,
	) -> Result<Box<dyn Runnable>, Failure>;
}

/// A loaded model, for one job at a time.
pub trait Runnable: Send {
	/// Runs the items that are asked for.
	///
	/// # Errors
	/// [`Failure`], whatever the model does with the input.
	fn run(&mut self, request: &Request<'_>) -> Result<Results, Failure>;

	/// The GPU that it runs on, if any: whose energy it uses.
	fn gpu(&self) -> Option<u32> {
		None
	}
}

/// What is known about a model before it is loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opening {
	/// Digest of the artifact.
	pub digest: H256,
	/// Memory that the model's record says suffices, in bytes; `None` if there is no record.
	pub declared: Option<u64>,
	/// Whether an earlier attempt ended in a way that is said only if it happens twice: the second
	/// attempt starts afresh, with more memory than was promised.
	pub confirming: bool,
}

/// One job for a loaded model.
#[derive(Clone, Debug)]
pub struct Request<'a> {
	/// The input, as somebody stored it.
	pub input: &'a [u8],
	/// Items that the job says it has.
	pub items: u32,
	/// Items whose results are wanted.
	pub asked: ItemSet,
	/// Which items go through the model together.
	pub batch: Batch,
	/// Leave out documents, because answers are compared by their vectors alone.
	pub vectors_only: bool,
	/// The key that the input is sealed with, and the results will be.
	pub key: Option<JobKey>,
	/// Ends the run early.
	pub cancel: CancellationToken,
}

/// What a job came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Results {
	/// The results in their canonical encoding.
	pub bytes: Vec<u8>,
	/// Digest of each item's results, in rising order of items.
	pub digests: Vec<H256>,
}

/// Why there are no results.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, thiserror::Error)]
#[error("{text}")]
pub struct Failure {
	/// What it means.
	pub kind: FailureKind,
	/// For people. Parts of it may be chosen by whoever made the model.
	pub text: String,
}

/// What a failure means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum FailureKind {
	/// The bytes of the model alone show that nobody can run it.
	Model,
	/// The bytes of model and input show that they do not fit together.
	Input,
	/// The bytes of the model hold more than its record promises.
	Promise,
	/// Items are asked for that the job does not have.
	Asked,
	/// More memory was needed than the record promises.
	Memory,
	/// The process that ran the model died of it.
	Crash,
	/// The library that runs models says that this one cannot be opened, or fails for this input. It
	/// says the same wherever results have the same bits.
	Graph,
	/// It took too long.
	Time,
	/// Something that another machine may see differently.
	Machine,
}

impl Failure {
	/// A failure that means `kind`.
	pub fn new(kind: FailureKind, text: impl ToString) -> Self {
		Self { kind, text: text.to_string() }
	}
}

impl From<EngineError> for Failure {
	fn from(error: EngineError) -> Self {
		use EngineError as E;
		let kind = match &error {
			E::Model(_)
			| E::Malformed(_)
			| E::UnsupportedOutput { .. }
			| E::Output(_)
			| E::OutputItems { .. } => FailureKind::Model,
			E::MissingInput(_)
			| E::UnexpectedInput(_)
			| E::WrongDtype { .. }
			| E::WrongShape { .. } => FailureKind::Input,
			E::Memory(_) => FailureKind::Memory,
			E::Session(text) | E::Run(text) if is_of_the_graph(text) => FailureKind::Graph,
			E::Library(_) | E::OtherLibrary { .. } | E::NoCuda(_) | E::Session(_) | E::Run(_) => {
				FailureKind::Machine
			},
		};
		Self::new(kind, error)
	}
}

/// Where ONNX Runtime's errors about what a graph says, or computes, come from: its checks of types
/// and shapes, and its kernels.
const OF_THE_GRAPH: &[&str] = &[
	"InferenceError]",
	"Type Error",
	"This is an invalid model",
	"Exception during initialization",
	"Non-zero status code returned while running",
];

/// Whether `text` is an error about the graph, not about what the machine has.
fn is_of_the_graph(text: &str) -> bool {
	OF_THE_GRAPH.iter().any(|phrase| text.contains(phrase)) && !text.contains("pthread")
}
