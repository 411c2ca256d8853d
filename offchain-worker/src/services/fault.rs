//! Why a worker has no answer to a job.

use tercet_tensors::TensorMap;

use crate::{engine::EngineError, journal::JournalError, store::StoreError};

/// Why a job was given up. Abstaining costs reputation; a wrong answer would cost more.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
	/// Model or input is larger than this worker takes.
	#[error("{what} of {size} bytes; this worker takes {limit}")]
	TooLarge {
		/// What it is.
		what: &'static str,
		/// Its size, in bytes.
		size: u64,
		/// The limit, in bytes.
		limit: u64,
	},
	/// A blob cannot be read, however long one waits.
	#[error("store: {0}")]
	Store(StoreError),
	/// Time was up before the store delivered or took a blob.
	#[error("the time to commit passed; last the store said: {0}")]
	TooLate(String),
	/// The inline model or input has the wrong digest, or the cache fails.
	#[error("model cache: {0}")]
	Cache(#[from] std::io::Error),
	/// The input is no map of tensors.
	#[error("input: {0}")]
	Input(tercet_tensors::Error),
	/// The input has another number of items than the job says.
	#[error("the input has {found} items, the job {declared}")]
	Items {
		/// What the job says.
		declared: u32,
		/// What the input has.
		found: u32,
	},
	/// The model was refused, or failed.
	#[error(transparent)]
	Engine(#[from] EngineError),
	/// ONNX Runtime or this program panicked.
	#[error("crashed: {0}")]
	Crashed(String),
	/// The answer could not be written down, so it must not be given.
	#[error(transparent)]
	Journal(#[from] JournalError),
	/// The chain has a commitment that the journal cannot open.
	#[error("the chain has a commitment of ours that the journal does not know")]
	Forgotten,
}

impl Fault {
	/// A short name, for counters.
	pub fn name(&self) -> &'static str {
		match self {
			Self::TooLarge { .. } => "too-large",
			Self::Store(_) => "store",
			Self::TooLate(_) => "too-late",
			Self::Cache(_) => "cache",
			Self::Input(_) => "input",
			Self::Items { .. } => "items",
			Self::Engine(EngineError::Model(_) | EngineError::Session(_)) => "model",
			Self::Engine(_) => "execution",
			Self::Crashed(_) => "crash",
			Self::Journal(_) => "journal",
			Self::Forgotten => "forgotten",
		}
	}

	/// Whether trying again within the same window can help: the fault lies in this machine, not
	/// in the job.
	pub fn is_local(&self) -> bool {
		matches!(self, Self::Cache(_) | Self::Journal(_))
	}
}

/// The map in `bytes`, with as many items as the job declares.
pub(super) fn parse_input(bytes: &[u8], declared: u32) -> Result<TensorMap, Fault> {
	let input = TensorMap::from_bytes(bytes).map_err(Fault::Input)?;
	let found = input.items();
	if found != declared {
		return Err(Fault::Items { declared, found });
	}
	Ok(input)
}
