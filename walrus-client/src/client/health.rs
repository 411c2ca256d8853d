//! Questions about servers and blobs that move no content.

use super::{
	answer::{refusal, transport},
	endpoint, within, WalrusClient,
};
use crate::{retry::over_servers, BlobId, Error, Result};
use futures::future::join_all;
use reqwest::{header::CONTENT_LENGTH, Url};
use std::time::{Duration, Instant};

/// What an aggregator knows about a blob.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlobStatus {
	/// It can be read.
	Stored {
		/// Length in bytes, if the aggregator said.
		size: Option<u64>,
	},
	/// Every aggregator says that it is not there, at this moment.
	Missing,
}

/// What a server is asked to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
	/// Storing.
	Publisher,
	/// Reading.
	Aggregator,
}

/// How one server answered `/status`.
#[derive(Debug)]
pub struct ServerHealth {
	/// Base URL of the server.
	pub server: String,
	/// What it is configured for.
	pub role: Role,
	/// Time to the answer, or why there was none.
	pub latency: Result<Duration>,
}

impl WalrusClient {
	/// Whether a blob can be read, without reading it. No grace rounds: this is the answer now.
	///
	/// # Errors
	///
	/// Everything that aggregators may answer, except that the blob is not found.
	pub async fn status(&self, blob_id: &BlobId) -> Result<BlobStatus> {
		let config = self.config();
		let servers = &self.inner.aggregators;
		let answer = over_servers(
			servers,
			config.retry,
			0,
			|_| false,
			|server| async move {
				within(config.request_timeout, &server, self.head(&server, blob_id)).await
			},
		);
		match answer.await {
			Ok(size) => Ok(BlobStatus::Stored { size }),
			Err(Error::NotFound) => Ok(BlobStatus::Missing),
			Err(error) => Err(error),
		}
	}

	async fn head(&self, server: &Url, blob_id: &BlobId) -> Result<Option<u64>> {
		let url = endpoint(server, &format!("v1/blobs/{blob_id}"))?;
		let started = Instant::now();
		let response = self.inner.http.head(url).send().await;
		let response = response.map_err(|error| transport(server, started, error))?;
		if !response.status().is_success() {
			return Err(refusal(server, response, 0).await);
		}
		let length = response.headers().get(CONTENT_LENGTH);
		Ok(length.and_then(|length| length.to_str().ok()?.parse().ok()))
	}

	/// Asks every configured server for its status, once and all at the same time. Publishers come
	/// first, each kind in the order of the settings.
	pub async fn health(&self) -> Vec<ServerHealth> {
		let publishers = self.inner.publishers.iter().map(|server| (server, Role::Publisher));
		let aggregators = self.inner.aggregators.iter().map(|server| (server, Role::Aggregator));
		let ask = |(server, role): (&Url, Role)| {
			let server = server.clone();
			async move {
				let limit = self.config().request_timeout;
				let latency = within(limit, &server, self.ping(&server)).await;
				ServerHealth { server: server.to_string(), role, latency }
			}
		};
		join_all(publishers.chain(aggregators).map(ask)).await
	}

	async fn ping(&self, server: &Url) -> Result<Duration> {
		let started = Instant::now();
		let response = self.inner.http.get(endpoint(server, "status")?).send().await;
		let response = response.map_err(|error| transport(server, started, error))?;
		if !response.status().is_success() {
			return Err(refusal(server, response, 0).await);
		}
		Ok(started.elapsed())
	}
}
