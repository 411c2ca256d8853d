//! Named steps of a job's way, at which crash tests end the process.

use clap::ValueEnum;

/// A step that a job has just passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Step {
	/// Model and input are here and verified.
	Fetched,
	/// The result is computed.
	Executed,
	/// The output is stored, if it is too large to travel inline.
	Stored,
	/// The response is in the journal.
	Journaled,
	/// The chain took the commitment.
	Committed,
	/// The chain took the commitment to fingerprints.
	Sealed,
	/// The chain took the response.
	Revealed,
	/// The chain took the digests of the items.
	Itemized,
}

/// Where to crash, if anywhere.
#[derive(Clone, Copy, Debug, Default)]
pub struct Steps {
	abort_at: Option<Step>,
}

impl Steps {
	/// Crashes at `abort_at`, as if the power went.
	pub fn new(abort_at: Option<Step>) -> Self {
		Self { abort_at }
	}

	/// Says that `step` was passed.
	pub fn passed(&self, step: Step) {
		tracing::debug!(?step, "passed");
		if self.abort_at == Some(step) {
			tracing::error!(?step, "aborting, as --abort-at asked for");
			std::process::abort();
		}
	}
}
