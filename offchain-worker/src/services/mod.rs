//! The duties of a worker, one service each: a struct that is made and then
//! `run(self, shutdown)`.

mod answers;
mod assignments;
mod availability;
mod execution;
mod fault;
mod fetch;
mod fingerprints;
mod hand_back;
mod health;
mod idle;
mod keys;
mod metrics;
mod rewards;
mod schedule;
mod traffic;
mod turns;

pub use answers::Answers;
pub use assignments::Assignments;
pub use availability::{leave, Availability, Terms};
pub use execution::{Execution, ExecutionSettings};
pub use fault::{Fault, Verdict};
pub use hand_back::{hand_back, HandBackError};
pub use health::Health;
pub use idle::Idle;
pub use keys::Keys;
pub use metrics::MetricsServer;
pub use rewards::Rewards;

/// Runs `work` on a thread that may block.
async fn blocking<T: Send + 'static>(
	work: impl FnOnce() -> Result<T, Fault> + Send + 'static,
) -> Result<T, Fault> {
	let span = tracing::Span::current();
	match tokio::task::spawn_blocking(move || span.in_scope(work)).await {
		Ok(outcome) => outcome,
		Err(panic) => Err(Fault::Crashed(panic.to_string())),
	}
}
