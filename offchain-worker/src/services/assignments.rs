//! Follows the chain: at each new best block, asks which jobs are in this worker's hands.

use std::{path::PathBuf, time::Duration};

use futures::StreamExt;
use tokio_util::sync::CancellationToken;

use crate::{
	chain::{ChainError, Head},
	context::{Backoff, Board, Context},
	status::Status,
	supervisor::ServiceError,
};

/// Heads come every two seconds; after so long without one the subscription is suspect.
const SILENCE: Duration = Duration::from_secs(30);

/// Writes [`Context::board`].
pub struct Assignments {
	context: Context,
	/// Where `tercet-worker status` reads.
	state_dir: PathBuf,
	node: String,
}

impl Assignments {
	/// A service that writes its status to `state_dir`; `node` is for people.
	pub fn new(context: Context, state_dir: PathBuf, node: String) -> Self {
		Self { context, state_dir, node }
	}

	/// Runs until `shutdown`. A lost node is waited for.
	///
	/// # Errors
	/// None; the type is that of all services.
	pub async fn run(self, shutdown: CancellationToken) -> Result<(), ServiceError> {
		shutdown.run_until_cancelled(self.follow()).await;
		Ok(())
	}

	async fn follow(&self) {
		let mut backoff = Backoff::new(Duration::from_millis(500), Duration::from_secs(10));
		loop {
			let lost = match self.context.chain.heads().await {
				Ok(mut heads) => loop {
					let Ok(head) = tokio::time::timeout(SILENCE, heads.next()).await else {
						break format!("no new block for {SILENCE:?}");
					};
					let Some(head) = head else { break "the subscription ended".into() };
					match self.look(head).await {
						Ok(()) => backoff.reset(),
						Err(error) => tracing::warn!(block = head.number, %error, "cannot ask"),
					}
				},
				Err(error) => error.to_string(),
			};
			tracing::warn!(reason = %lost, "lost the node; trying again");
			self.context.metrics.disconnects.inc();
			backoff.wait().await;
		}
	}

	async fn look(&self, head: Head) -> Result<(), ChainError> {
		let assignments = self.context.chain.assignments(head).await?;
		tracing::debug!(block = head.number, jobs = assignments.len(), "new best block");
		let metrics = &self.context.metrics;
		metrics.saw_head(head.number);
		metrics.assignments.set(i64::try_from(assignments.len()).unwrap_or(i64::MAX));
		let board = Board { block: head.number, assignments };
		let status = Status::new(&self.context, &self.node, &board);
		self.context.board.send_replace(board);
		if let Err(error) = status.write(&self.state_dir) {
			tracing::warn!(%error, "cannot write the status file");
		}
		Ok(())
	}
}
