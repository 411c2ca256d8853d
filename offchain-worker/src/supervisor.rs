//! Keeps services running.

use std::{future::Future, sync::Arc, time::Duration};

use tokio_util::sync::CancellationToken;

use crate::{context::Backoff, metrics::Metrics};

/// Why a service ended.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
	/// Starting it again may help.
	#[error("{0}")]
	Failed(String),
	/// Only the operator can help; the worker ends.
	#[error("{0}")]
	Fatal(String),
}

/// Runs what `start` makes, and starts it again when it fails or panics, until it ends by itself,
/// `shutdown` is called, or the error is fatal.
///
/// # Errors
/// The message of a fatal error.
pub async fn supervise<F, R>(
	name: &'static str,
	shutdown: CancellationToken,
	metrics: Arc<Metrics>,
	start: F,
) -> Result<(), String>
where
	F: Fn(CancellationToken) -> R,
	R: Future<Output = Result<(), ServiceError>> + Send + 'static,
{
	let mut backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(30));
	loop {
		let reason = match tokio::spawn(start(shutdown.clone())).await {
			Ok(Ok(())) => return Ok(()),
			Ok(Err(ServiceError::Fatal(reason))) => return Err(reason),
			Ok(Err(ServiceError::Failed(reason))) => reason,
			Err(panic) => panic.to_string(),
		};
		if shutdown.is_cancelled() {
			return Ok(());
		}
		tracing::error!(service = name, %reason, "service failed; starting it again");
		metrics.service_restarts.inc();
		tokio::select! {
			() = shutdown.cancelled() => return Ok(()),
			() = backoff.wait() => {},
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::sync::atomic::{AtomicU32, Ordering};

	async fn outcome(results: fn(u32) -> Result<(), ServiceError>) -> (Result<(), String>, u64) {
		let (metrics, attempts) = (Arc::new(Metrics::default()), Arc::new(AtomicU32::new(0)));
		let start = |_| {
			let attempt = attempts.fetch_add(1, Ordering::Relaxed);
			async move { results(attempt) }
		};
		let result = supervise("test", CancellationToken::new(), metrics.clone(), start).await;
		(result, metrics.service_restarts.get())
	}

	#[tokio::test]
	async fn supervise_starts_again_when_a_service_fails_or_panics() {
		let results = |attempt| match attempt {
			0 => Err(ServiceError::Failed("disk".into())),
			1 => panic!("bug"),
			_ => Ok(()),
		};
		assert_eq!(outcome(results).await, (Ok(()), 2));
	}

	#[tokio::test]
	async fn supervise_ends_when_the_error_is_fatal() {
		let results = |_| Err(ServiceError::Fatal("no funds".into()));
		assert_eq!(outcome(results).await, (Err("no funds".into()), 0));
	}
}
