//! Named steps of a job's way, at which crash tests end the process. Nobody else names one.

use std::{
	sync::mpsc::{self, RecvTimeoutError},
	thread,
	time::Duration,
};

use clap::ValueEnum;
use rand::Rng;

/// A step of a job's way, or of a reward's: something that goes on, or that was just done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Step {
	/// Model and input are looked for, on disk and in the store.
	Fetching,
	/// Model and input are here and verified.
	Fetched,
	/// The model computes.
	Executing,
	/// The result is computed.
	Executed,
	/// The output is on its way to the store.
	Storing,
	/// The output is stored, if it is too large to travel inline. Only this process knows the answer.
	Stored,
	/// The response is in the journal, and nothing is sent.
	Journaled,
	/// The commitment is on its way to the chain, or in a block that the worker does not know yet.
	Committing,
	/// The chain took the commitment.
	Committed,
	/// The commitment to fingerprints is on its way.
	Sealing,
	/// The chain took the commitment to fingerprints.
	Sealed,
	/// The response is on its way.
	Revealing,
	/// The chain took the response.
	Revealed,
	/// The digests of the items are on their way.
	Itemizing,
	/// The chain took the digests of the items.
	Itemized,
	/// The claim of an era's reward is on its way.
	Claiming,
	/// The chain took the claim.
	Claimed,
}

impl Step {
	/// How long it goes on, about. Longer where somebody else is waited for.
	fn length(self) -> Duration {
		match self {
			Self::Fetching | Self::Executing => Duration::from_millis(8),
			Self::Storing => Duration::from_millis(800),
			// A block and the news of it.
			_ => Duration::from_millis(2_400),
		}
	}
}

/// Where to crash, if anywhere.
#[derive(Clone, Copy, Debug, Default)]
pub struct Steps {
	abort_at: Option<Step>,
}

/// Something goes on for as long as this lives.
#[must_use = "what goes on ends when this is dropped"]
pub struct Underway {
	_ended: Option<mpsc::Sender<()>>,
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
			abort(step);
		}
	}

	/// Says that `step` goes on. If it is the one to crash at, that happens at some moment before the
	/// end, unless the end comes first; then it is for the next time.
	pub fn begun(&self, step: Step) -> Underway {
		tracing::debug!(?step, "begun");
		if self.abort_at != Some(step) {
			return Underway { _ended: None };
		}
		let (sender, ended) = mpsc::channel();
		// Early moments as likely as late ones, however long it takes this time.
		let mut rng = rand::thread_rng();
		let octave = step.length().div_f64(f64::from(1u32 << rng.gen_range(0..6)));
		let moment = octave.mul_f64(rng.gen_range(0.5..1.0));
		thread::spawn(move || {
			if let Err(RecvTimeoutError::Timeout) = ended.recv_timeout(moment) {
				abort(step);
			}
		});
		Underway { _ended: Some(sender) }
	}
}

/// Ends the process without a chance to tidy up.
fn abort(step: Step) {
	tracing::error!(?step, "aborting, as --abort-at asked for");
	std::process::abort();
}
