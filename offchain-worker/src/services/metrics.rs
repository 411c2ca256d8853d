//! `/metrics` and `/health` over HTTP.

use std::sync::Arc;

use axum::{
	extract::State,
	http::{header::CONTENT_TYPE, StatusCode},
	response::IntoResponse,
	routing::get,
	Json, Router,
};
use serde_json::json;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::{metrics::Metrics, supervisor::ServiceError};

/// Serves [`Metrics`].
pub struct MetricsServer {
	listener: Arc<TcpListener>,
	metrics: Arc<Metrics>,
}

impl MetricsServer {
	/// Serves `metrics` to those who connect to `listener`.
	pub fn new(listener: Arc<TcpListener>, metrics: Arc<Metrics>) -> Self {
		Self { listener, metrics }
	}

	/// Runs until `shutdown`.
	///
	/// # Errors
	/// [`ServiceError::Failed`] if the listener breaks.
	pub async fn run(self, shutdown: CancellationToken) -> Result<(), ServiceError> {
		let app = Router::new()
			.route("/metrics", get(metrics))
			.route("/health", get(health))
			.with_state(self.metrics);
		let listener = Shared(self.listener);
		let served = shutdown.run_until_cancelled(async { axum::serve(listener, app).await }).await;
		served.unwrap_or(Ok(())).map_err(|error| ServiceError::Failed(error.to_string()))
	}
}

/// A listener that outlives a service which is started again.
struct Shared(Arc<TcpListener>);

impl axum::serve::Listener for Shared {
	type Io = tokio::net::TcpStream;
	type Addr = std::net::SocketAddr;

	async fn accept(&mut self) -> (Self::Io, Self::Addr) {
		loop {
			match self.0.accept().await {
				Ok(connection) => return connection,
				Err(error) => {
					tracing::warn!(%error, "cannot accept a connection");
					tokio::time::sleep(std::time::Duration::from_secs(1)).await;
				},
			}
		}
	}

	fn local_addr(&self) -> std::io::Result<Self::Addr> {
		self.0.local_addr()
	}
}

async fn metrics(State(metrics): State<Arc<Metrics>>) -> impl IntoResponse {
	let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
	([(CONTENT_TYPE, kind)], metrics.encode())
}

async fn health(State(metrics): State<Arc<Metrics>>) -> impl IntoResponse {
	let block = metrics.best_block.get();
	match metrics.healthy() {
		Some(age) => {
			let body = json!({ "healthy": true, "block": block, "age_seconds": age.as_secs() });
			(StatusCode::OK, Json(body))
		},
		None => {
			let body = json!({ "healthy": false, "block": block });
			(StatusCode::SERVICE_UNAVAILABLE, Json(body))
		},
	}
}
