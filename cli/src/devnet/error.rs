//! What can go wrong with a devnet.

use std::{io, path::PathBuf, time::Duration};

use super::process::tail;

/// Why a devnet could not do something.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
	/// One of our programs is nowhere.
	#[error("{name} is in none of: {searched}; build it with `cargo build --release --workspace`, or set TERCET_BIN_DIR to its folder")]
	MissingBinary {
		/// Name of the program.
		name: &'static str,
		/// Folders in which it was looked for.
		searched: String,
	},

	/// A process could not be started.
	#[error("cannot start {name} ({}): {source}", binary.display())]
	Start {
		/// Name of the process.
		name: String,
		/// What was run.
		binary: PathBuf,
		/// Why it failed.
		source: io::Error,
	},

	/// A process ended when it should not have.
	#[error("{name} {how} before it was ready; its log ({}) ends with:\n{tail}", log.display())]
	Ended {
		/// Name of the process.
		name: String,
		/// How it ended.
		how: String,
		/// Its log.
		log: PathBuf,
		/// The end of its log.
		tail: String,
	},

	/// Something took too long.
	#[error("{what} took longer than {seconds} s; the log {} ends with:\n{tail}", log.display())]
	TimedOut {
		/// What was waited for.
		what: String,
		/// For how long.
		seconds: u64,
		/// The log of the process in question.
		log: PathBuf,
		/// The end of that log.
		tail: String,
	},

	/// There are fewer workers.
	#[error("there is no worker {0}")]
	NoSuchWorker(usize),

	/// The chain refused something, or is out of reach.
	#[error(transparent)]
	Chain(#[from] tercet_chain_client::Error),

	/// Files or sockets.
	#[error("{what}: {source}")]
	Io {
		/// What was tried.
		what: String,
		/// Why it failed.
		source: io::Error,
	},
}

impl Error {
	pub(crate) fn timed_out(what: impl Into<String>, limit: Duration, log: PathBuf) -> Self {
		Self::TimedOut { what: what.into(), seconds: limit.as_secs(), tail: tail(&log), log }
	}

	pub(crate) fn io(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
		let what = what.into();
		move |source| Self::Io { what, source }
	}
}
