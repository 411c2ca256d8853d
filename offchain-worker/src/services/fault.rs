//! Why a worker has no result for a job, and what it says instead.

use tercet_primitives::Invalidity;
use tercet_tensors::TensorMap;

use crate::{chain::ChainError, engine::EngineError, journal::JournalError, store::StoreError};

/// Why there is no result.
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
	/// A blob cannot be read or stored, however long one waits.
	#[error("store: {0}")]
	Store(StoreError),
	/// A blob was asked for again and again, and every server said that it is not there.
	#[error("store: {0}, after {1} attempts")]
	Missing(String, u32),
	/// A blob has not the digest or the size that its reference says.
	#[error("store: {0}")]
	Mismatch(String),
	/// Model and input alone need more memory than the model's record says.
	#[error("model and input have {need} bytes; the model's record says that {declared} suffice")]
	Memory {
		/// Their size, in bytes.
		need: u64,
		/// Memory that the record declares, in bytes.
		declared: u64,
	},
	/// Time was up before there was a response.
	#[error("the time to commit ran out; last problem: {0}")]
	TooLate(String),
	/// The chain does not say what it knows about the model.
	#[error("chain: {0}")]
	Chain(#[from] ChainError),
	/// Files cannot be read or written.
	#[error("cache: {0}")]
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
	/// Items are asked for that the job does not have.
	#[error("items are asked for that the job does not have")]
	Asked,
	/// ONNX Runtime or this program panicked.
	#[error("crashed: {0}")]
	Crashed(String),
	/// The response could not be written down, so it must not be given.
	#[error(transparent)]
	Journal(#[from] JournalError),
	/// The results of an earlier run are gone, from here and from the store.
	#[error("the results are gone: {0}")]
	ResultsGone(String),
	/// The chain has a commitment that the journal cannot open.
	#[error("the chain has a commitment of ours that the journal does not know")]
	Forgotten,
}

/// What follows from a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
	/// Every honest executor finds the same: the job cannot be run. That is a response.
	Invalid(Invalidity),
	/// The fault lies in this machine, and may go away: try again, and abstain in time otherwise.
	Local,
	/// Only this worker does not run it: abstain. That costs a little reputation; a wrong response
	/// would cost stake.
	Abstain,
}

impl Fault {
	/// What follows.
	///
	/// [`Verdict::Invalid`] is for what the bytes of job, model and input alone decide, and for blobs
	/// that are not there after an honest effort. Everything that another machine may see
	/// differently is [`Verdict::Local`], a failing allocation included: whether it fails depends on
	/// who else uses the memory.
	pub fn verdict(&self) -> Verdict {
		use EngineError as E;
		match self {
			Self::Missing(..) => Verdict::Invalid(Invalidity::BlobMissing),
			Self::Mismatch(_) => Verdict::Invalid(Invalidity::BlobMismatch),
			Self::Memory { .. } => Verdict::Invalid(Invalidity::OutOfMemory),
			Self::Input(_) | Self::Items { .. } => Verdict::Invalid(Invalidity::InputRefused),
			Self::Engine(error) => match error {
				E::Model(_)
				| E::Malformed(_)
				| E::UnsupportedOutput { .. }
				| E::Output(_)
				| E::OutputItems { .. } => Verdict::Invalid(Invalidity::ModelRefused),
				E::MissingInput(_)
				| E::UnexpectedInput(_)
				| E::WrongDtype { .. }
				| E::WrongShape { .. } => Verdict::Invalid(Invalidity::InputRefused),
				E::Library(_)
				| E::OtherLibrary { .. }
				| E::NoCuda(_)
				| E::Session(_)
				| E::Run(_) => Verdict::Local,
			},
			Self::Chain(_) | Self::Cache(_) | Self::Crashed(_) | Self::Journal(_) => Verdict::Local,
			Self::TooLarge { .. }
			| Self::Store(_)
			| Self::TooLate(_)
			| Self::Asked
			| Self::ResultsGone(_)
			| Self::Forgotten => Verdict::Abstain,
		}
	}

	/// A short name, for counters.
	pub fn name(&self) -> &'static str {
		match self {
			Self::TooLarge { .. } => "too-large",
			Self::Store(_) => "store",
			Self::Missing(..) => "missing",
			Self::Mismatch(_) => "mismatch",
			Self::Memory { .. } => "memory",
			Self::TooLate(_) => "too-late",
			Self::Chain(_) => "chain",
			Self::Cache(_) => "cache",
			Self::Input(_) => "input",
			Self::Items { .. } => "items",
			Self::Engine(
				EngineError::Model(_) | EngineError::Malformed(_) | EngineError::Session(_),
			) => "model",
			Self::Engine(_) => "execution",
			Self::Asked => "asked",
			Self::Crashed(_) => "crash",
			Self::Journal(_) => "journal",
			Self::ResultsGone(_) => "results-gone",
			Self::Forgotten => "forgotten",
		}
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

#[cfg(test)]
mod tests {
	use super::*;
	use crate::model_check::ModelError;

	#[test]
	fn verdict_is_never_invalid_when_another_machine_may_succeed() {
		let full = || std::io::Error::from(std::io::ErrorKind::StorageFull);
		for fault in [
			Fault::Cache(full()),
			Fault::Journal(JournalError::Io(full())),
			Fault::Crashed("killed".into()),
			Fault::Chain(ChainError::Transient("away".into())),
			Fault::Engine(EngineError::Library("missing".into())),
			Fault::Engine(EngineError::NoCuda("no driver".into())),
			Fault::Engine(EngineError::Session("CUDA failure 2: out of memory".into())),
			Fault::Engine(EngineError::Run("Failed to allocate memory".into())),
		] {
			assert_eq!(fault.verdict(), Verdict::Local, "{fault}");
		}
		for fault in [
			Fault::TooLarge { what: "a model", size: 2, limit: 1 },
			Fault::Store(StoreError::Final("too large".into())),
			Fault::TooLate("slow".into()),
			Fault::Forgotten,
		] {
			assert_eq!(fault.verdict(), Verdict::Abstain, "{fault}");
		}
	}

	#[test]
	fn verdict_names_the_invalidity_when_the_bytes_decide() {
		let invalid = |fault: Fault| match fault.verdict() {
			Verdict::Invalid(why) => why,
			other => panic!("{fault}: {other:?}"),
		};
		let engine = |error| invalid(Fault::Engine(error));
		assert_eq!(invalid(Fault::Missing("gone".into(), 9)), Invalidity::BlobMissing);
		assert_eq!(invalid(Fault::Mismatch("digest".into())), Invalidity::BlobMismatch);
		assert_eq!(invalid(Fault::Memory { need: 2, declared: 1 }), Invalidity::OutOfMemory);
		assert_eq!(engine(ModelError::NotOnnx("no graph").into()), Invalidity::ModelRefused);
		assert_eq!(engine(EngineError::Malformed("cycle".into())), Invalidity::ModelRefused);
		assert_eq!(engine(EngineError::MissingInput("x".into())), Invalidity::InputRefused);
		let items = EngineError::OutputItems { expected: 2, found: 1 };
		assert_eq!(engine(items), Invalidity::ModelRefused);
		assert_eq!(invalid(Fault::Items { declared: 2, found: 1 }), Invalidity::InputRefused);
	}
}
