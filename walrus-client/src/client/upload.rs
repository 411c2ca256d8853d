//! Storing: `PUT /v1/blobs`, and the checks of what the publisher says.

use super::{
	answer::{json, refusal, transport},
	endpoint, within, WalrusClient,
};
use crate::{digest, retry::over_servers, wire::StoreAnswer, BlobId, Error, Result, Stored};
use bytes::Bytes;
use reqwest::{header::CONTENT_TYPE, StatusCode, Url};
use std::time::Instant;

impl WalrusClient {
	/// Stores `content` for the configured number of epochs.
	///
	/// The blob id is computed locally first (CPU work, on a blocking thread), and a publisher that
	/// answers for another id, another size or with less permanence is not believed. Storing what
	/// is already there succeeds.
	///
	/// # Errors
	///
	/// [`Error::TooLarge`] before any request, and everything that publishers may answer; see
	/// [`Error::is_transient`] for whether to come back later.
	pub async fn store(&self, content: impl Into<Bytes>) -> Result<Stored> {
		let content: Bytes = content.into();
		let size = content.len() as u64;
		self.check_size(size)?;
		let config = self.config();

		let (bytes, n_shards) = (content.clone(), config.n_shards);
		let names = move || (BlobId::compute(&bytes, n_shards), digest(&bytes));
		let (blob_id, digest) = tokio::task::spawn_blocking(names)
			.await
			.expect("computing names does not panic for a checked configuration; qed");

		let servers = &self.inner.publishers;
		let end_epoch = over_servers(
			servers,
			config.retry,
			0,
			|_| false,
			|server| {
				let content = content.clone();
				async move {
					let limit = config.attempt_timeout(size);
					within(limit, &server, self.put(&server, content, blob_id)).await
				}
			},
		)
		.await?;
		tracing::debug!(%blob_id, size, end_epoch, "stored");
		Ok(Stored { blob_id, digest, size, end_epoch })
	}

	/// One attempt on one publisher: the end epoch, once its answer was checked.
	async fn put(&self, server: &Url, content: Bytes, expected: BlobId) -> Result<u64> {
		let config = self.config();
		let size = content.len() as u64;
		let mut url = endpoint(server, "v1/blobs")?;
		url.query_pairs_mut()
			.append_pair("epochs", &config.epochs.to_string())
			.append_pair(if config.permanent { "permanent" } else { "deletable" }, "true");
		let mut request =
			self.inner.http.put(url).header(CONTENT_TYPE, "application/octet-stream").body(content);
		if let Some(token) = &config.bearer_token {
			request = request.bearer_auth(token);
		}
		let started = Instant::now();
		let response = request.send().await.map_err(|error| transport(server, started, error))?;
		if response.status() != StatusCode::OK {
			return Err(match refusal(server, response, size).await {
				// There is no blob to miss: this is no publisher.
				Error::NotFound => Error::Rejected {
					server: server.to_string(),
					status: 404,
					message: "no publisher API at this address".into(),
				},
				other => other,
			});
		}
		self.check(server, json(server, response).await?, expected, size)
	}

	/// Compares an answer with what was asked for.
	fn check(&self, server: &Url, answer: StoreAnswer, expected: BlobId, size: u64) -> Result<u64> {
		let same = |got: BlobId| {
			if got == expected {
				Ok(())
			} else {
				Err(Error::BlobIdMismatch { expected, got })
			}
		};
		let bad = |reason| Err(Error::BadResponse { server: server.to_string(), reason });
		match answer {
			StoreAnswer::NewlyCreated { blob_object: object, .. } => {
				same(object.blob_id)?;
				if object.size != size {
					return bad(format!("stored {} bytes instead of {size}", object.size));
				}
				if self.config().permanent && object.deletable {
					return bad("stored as deletable instead of permanent".into());
				}
				Ok(object.storage.end_epoch)
			},
			StoreAnswer::AlreadyCertified { blob_id, end_epoch, .. } => {
				same(blob_id)?;
				Ok(end_epoch)
			},
			StoreAnswer::MarkedInvalid { blob_id } => {
				same(blob_id)?;
				Err(Error::MarkedInvalid(blob_id))
			},
		}
	}
}
