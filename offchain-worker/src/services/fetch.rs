//! The store, with patience: until the time to commit has passed.

use std::{future::Future, time::Duration};

use tercet_primitives::{apis::Assignment, BlobRef};
use tokio::sync::watch;

use super::Fault;
use crate::{
	context::{Backoff, Board, Context},
	store::StoreError,
};

/// Reads `blob`, trying again as long as an answer may be committed.
pub(super) async fn read(
	context: &Context,
	assignment: &Assignment,
	blob: &BlobRef,
) -> Result<Vec<u8>, Fault> {
	patiently(context, assignment, || context.store.read(blob)).await
}

/// Stores `content`, trying again as long as an answer may be committed.
pub(super) async fn store(
	context: &Context,
	assignment: &Assignment,
	content: &[u8],
) -> Result<BlobRef, Fault> {
	patiently(context, assignment, || context.store.store(content.to_vec())).await
}

async fn patiently<T, F>(
	context: &Context,
	assignment: &Assignment,
	attempt: impl Fn() -> F,
) -> Result<T, Fault>
where
	F: Future<Output = Result<T, StoreError>>,
{
	let mut backoff = Backoff::new(Duration::from_millis(250), Duration::from_secs(5));
	let mut last = String::from("nothing, it is slow");
	let attempts = async {
		loop {
			match attempt().await {
				Ok(value) => return Ok(value),
				Err(error @ StoreError::Final(_)) => return Err(Fault::Store(error)),
				Err(StoreError::Transient(reason)) => {
					tracing::warn!(%reason, "the store failed; trying again");
					context.metrics.store_failures.inc();
					last = reason;
				},
			}
			backoff.wait().await;
		}
	};
	let deadline = past(context.board.subscribe(), assignment.commit_until);
	let outcome = tokio::select! {
		outcome = attempts => Some(outcome),
		() = deadline => None,
	};
	outcome.unwrap_or(Err(Fault::TooLate(last)))
}

/// Waits until no commitment is taken any more: the next block is after `commit_until`.
async fn past(mut board: watch::Receiver<Board>, commit_until: u32) {
	if board.wait_for(|board| board.block >= commit_until).await.is_err() {
		// Nobody follows the chain any more: the worker is about to end.
		std::future::pending::<()>().await;
	}
}
