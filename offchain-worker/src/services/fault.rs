//! Why a worker has no result for a job, and what it says instead.

use tercet_primitives::Invalidity;

use crate::{
	chain::ChainError,
	compute::{Failure, FailureKind},
	journal::JournalError,
	store::StoreError,
};

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
	/// The model was refused, or failed.
	#[error(transparent)]
	Run(#[from] Failure),
	/// There are results, after the first attempt at them ended in a way that counts if it is
	/// repeated: others may have ended that way.
	#[error("there are results, but the first attempt at them failed: {0}")]
	Doubtful(Failure),
	/// Items are asked for that the results do not have.
	#[error("items are asked for that the job does not have")]
	Asked,
	/// This program panicked.
	#[error("crashed: {0}")]
	Crashed(String),
	/// The response could not be written down, so it must not be given.
	#[error(transparent)]
	Journal(#[from] JournalError),
	/// The results of an earlier run are gone, from here and from the store.
	#[error("the results are gone: {0}")]
	ResultsGone(String),
	/// The job is private, and its requester did not hand over its key in time.
	#[error("the job is private, and its requester {0}")]
	NoKey(&'static str),
	/// The machine, or its owner, wants the worker to stand aside.
	#[error("handed back: {0}")]
	Paused(String),
	/// The chain has a commitment that the journal cannot open.
	#[error("the chain has a commitment of ours that the journal does not know")]
	Forgotten,
}

/// What follows from a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
	/// Every honest executor finds the same: the job cannot be run. That is a response.
	Invalid(Invalidity),
	/// If it happens again, in a process of its own: the job cannot be run. If it does not: abstain.
	Suspect(Invalidity),
	/// The fault lies in this machine, and may go away: try again, and abstain in time otherwise.
	Local,
	/// Only this worker does not run it: abstain. That costs a little reputation; a wrong response
	/// would cost stake.
	Abstain,
}

impl Fault {
	/// What follows. `alike` says that everybody who runs the job computes the same bits: then errors
	/// of what computes them are the same, too.
	///
	/// [`Verdict::Invalid`] is for what the bytes of job, model and input alone decide, and for blobs
	/// that are not there after an honest effort. Everything that another machine may see
	/// differently is [`Verdict::Local`]. In between are processes that die of a model: see
	/// [`crate::runner`].
	pub fn verdict(&self, alike: bool) -> Verdict {
		match self {
			Self::Missing(..) => Verdict::Invalid(Invalidity::BlobMissing),
			Self::Mismatch(_) => Verdict::Invalid(Invalidity::BlobMismatch),
			Self::Memory { .. } => Verdict::Invalid(Invalidity::OutOfMemory),
			Self::Run(failure) => match failure.kind {
				FailureKind::Model => Verdict::Invalid(Invalidity::ModelRefused),
				FailureKind::Input => Verdict::Invalid(Invalidity::InputRefused),
				FailureKind::Promise => Verdict::Invalid(Invalidity::OutOfMemory),
				FailureKind::Memory => Verdict::Suspect(Invalidity::OutOfMemory),
				FailureKind::Crash => Verdict::Suspect(Invalidity::ModelRefused),
				FailureKind::Graph if alike => Verdict::Suspect(Invalidity::ModelRefused),
				FailureKind::Graph | FailureKind::Machine => Verdict::Local,
				FailureKind::Time | FailureKind::Asked => Verdict::Abstain,
			},
			Self::Chain(_) | Self::Cache(_) | Self::Crashed(_) | Self::Journal(_) => Verdict::Local,
			Self::TooLarge { .. }
			| Self::Store(_)
			| Self::TooLate(_)
			| Self::NoKey(_)
			| Self::Doubtful(_)
			| Self::Asked
			| Self::ResultsGone(_)
			| Self::Paused(_)
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
			Self::NoKey(_) => "no-key",
			Self::Chain(_) => "chain",
			Self::Cache(_) => "cache",
			Self::Run(failure) => match failure.kind {
				FailureKind::Model => "model",
				FailureKind::Input => "input",
				FailureKind::Promise | FailureKind::Memory => "memory",
				FailureKind::Crash => "model-crash",
				FailureKind::Graph | FailureKind::Machine => "execution",
				FailureKind::Time => "too-slow",
				FailureKind::Asked => "asked",
			},
			Self::Doubtful(_) => "doubtful",
			Self::Asked => "asked",
			Self::Crashed(_) => "crash",
			Self::Journal(_) => "journal",
			Self::ResultsGone(_) => "results-gone",
			Self::Paused(_) => "paused",
			Self::Forgotten => "forgotten",
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{engine::EngineError, model_check::ModelError};

	fn run(error: impl Into<Failure>) -> Fault {
		Fault::Run(error.into())
	}

	fn failed(kind: FailureKind) -> Fault {
		run(Failure::new(kind, "it failed"))
	}

	#[test]
	fn verdict_is_never_invalid_when_another_machine_may_succeed() {
		let full = || std::io::Error::from(std::io::ErrorKind::StorageFull);
		for fault in [
			Fault::Cache(full()),
			Fault::Journal(JournalError::Io(full())),
			Fault::Crashed("killed".into()),
			Fault::Chain(ChainError::Transient("away".into())),
			run(EngineError::Library("missing".into())),
			run(EngineError::NoCuda("no driver".into())),
			run(EngineError::Session("CUDA failure 2: out of memory".into())),
			run(EngineError::Run("an index is out of bounds".into())),
			failed(FailureKind::Machine),
		] {
			assert_eq!(fault.verdict(true), Verdict::Local, "{fault}");
		}
		for fault in [
			Fault::TooLarge { what: "a model", size: 2, limit: 1 },
			Fault::Store(StoreError::Final("too large".into())),
			Fault::TooLate("slow".into()),
			Fault::NoKey("did not"),
			failed(FailureKind::Time),
			Fault::Doubtful(Failure::new(FailureKind::Crash, "once")),
			Fault::Forgotten,
		] {
			assert_eq!(fault.verdict(true), Verdict::Abstain, "{fault}");
		}
	}

	#[test]
	fn verdict_names_the_invalidity_when_the_bytes_decide() {
		let invalid = |fault: Fault| match fault.verdict(false) {
			Verdict::Invalid(why) => why,
			other => panic!("{fault}: {other:?}"),
		};
		let engine = |error: EngineError| invalid(run(error));
		assert_eq!(invalid(Fault::Missing("gone".into(), 9)), Invalidity::BlobMissing);
		assert_eq!(invalid(Fault::Mismatch("digest".into())), Invalidity::BlobMismatch);
		assert_eq!(invalid(Fault::Memory { need: 2, declared: 1 }), Invalidity::OutOfMemory);
		assert_eq!(invalid(failed(FailureKind::Promise)), Invalidity::OutOfMemory);
		assert_eq!(engine(ModelError::NotOnnx("no graph").into()), Invalidity::ModelRefused);
		assert_eq!(engine(EngineError::Malformed("cycle".into())), Invalidity::ModelRefused);
		assert_eq!(engine(EngineError::MissingInput("x".into())), Invalidity::InputRefused);
		let items = EngineError::OutputItems { expected: 2, found: 1 };
		assert_eq!(engine(items), Invalidity::ModelRefused);
		assert_eq!(invalid(failed(FailureKind::Input)), Invalidity::InputRefused);
	}

	#[test]
	fn verdict_waits_for_a_second_time_when_a_process_dies_of_a_model() {
		let crash = failed(FailureKind::Crash).verdict(false);
		assert_eq!(crash, Verdict::Suspect(Invalidity::ModelRefused));
		let memory = run(EngineError::Memory("std::bad_alloc".into())).verdict(false);
		assert_eq!(memory, Verdict::Suspect(Invalidity::OutOfMemory));
	}

	#[test]
	fn verdict_follows_onnx_runtimes_errors_only_where_everybody_computes_the_same_bits() {
		let text = "Non-zero status code returned while running Gather node: out of bounds";
		let error = || run(EngineError::Run(text.into()));
		assert_eq!(error().verdict(true), Verdict::Suspect(Invalidity::ModelRefused));
		assert_eq!(error().verdict(false), Verdict::Local);
		let threads = || run(EngineError::Session("pthread_create failed, error code: 11".into()));
		assert_eq!(threads().verdict(true), Verdict::Local);
	}
}
