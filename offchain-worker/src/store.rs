//! Blobs, behind a trait, and Walrus behind it.

use std::time::Duration;

use async_trait::async_trait;
use tercet_primitives::{BlobRef, H256};
use tercet_walrus_client::{self as walrus, BlobId, Config, RetryPolicy, WalrusClient};

/// A place that keeps blobs.
#[async_trait]
pub trait Store: Send + Sync + 'static {
	/// The content that `blob` refers to, verified.
	async fn read(&self, blob: &BlobRef) -> Result<Vec<u8>, StoreError>;

	/// Keeps `content` long enough for everybody who needs it.
	async fn store(&self, content: Vec<u8>) -> Result<BlobRef, StoreError>;
}

/// Why a blob could not be read or stored.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
	/// It may work later: the store is down, slow or lying.
	#[error("{0}")]
	Transient(String),
	/// Every server says that it does not have the blob, or that nobody can read it. It may turn up.
	#[error("{0}")]
	Missing(String),
	/// The servers have a blob of another size. We know only from them.
	#[error("{0}")]
	WrongSize(String),
	/// The blob has the id of the reference and another digest: the reference contradicts itself.
	#[error("{0}")]
	Mismatch(String),
	/// It will never work with these settings: the blob is too large.
	#[error("{0}")]
	Final(String),
}

/// Walrus, through publishers and aggregators.
pub struct WalrusStore {
	client: WalrusClient,
}

impl WalrusStore {
	/// Stores through and reads from `urls`, in order of preference; `max_bytes` bounds every blob,
	/// `epochs` says how long results are kept.
	///
	/// # Errors
	/// For URLs that cannot be used.
	pub fn new(urls: Vec<String>, max_bytes: u64, epochs: u32) -> Result<Self, walrus::Error> {
		// Retries beyond one request are the worker's: it knows until when they make sense.
		let retry = RetryPolicy {
			attempts: 2,
			base_delay: Duration::from_millis(200),
			max_delay: Duration::from_secs(1),
		};
		let client = WalrusClient::new(Config {
			publishers: urls.clone(),
			aggregators: urls,
			epochs,
			permanent: true,
			max_blob_size: max_bytes,
			connect_timeout: Duration::from_secs(5),
			idle_timeout: Duration::from_secs(20),
			request_timeout: Duration::from_secs(30),
			retry,
			not_found_retries: 1,
			..Config::default()
		})?;
		Ok(Self { client })
	}

	/// Whether any server answers; otherwise what the first of them said.
	///
	/// # Errors
	/// The first server's error if none answers.
	pub async fn reachable(&self) -> Result<(), walrus::Error> {
		let mut first = None;
		for server in self.client.health().await {
			match server.latency {
				Ok(_) => return Ok(()),
				Err(error) => {
					first.get_or_insert(error);
				},
			}
		}
		first.map_or(Ok(()), Err)
	}
}

#[async_trait]
impl Store for WalrusStore {
	async fn read(&self, blob: &BlobRef) -> Result<Vec<u8>, StoreError> {
		let blob = walrus::BlobRef {
			blob_id: BlobId::from(blob.blob_id),
			digest: blob.digest.0,
			size: blob.size,
		};
		self.client.read(&blob).await.map(Into::into).map_err(classify)
	}

	async fn store(&self, content: Vec<u8>) -> Result<BlobRef, StoreError> {
		let stored = self.client.store(content).await.map_err(classify)?;
		Ok(BlobRef {
			blob_id: *stored.blob_id.as_bytes(),
			digest: H256(stored.digest),
			size: stored.size,
		})
	}
}

/// Only what follows from the reference itself or from our settings is final. What a server says
/// today, even *not found*, it may take back tomorrow.
fn classify(error: walrus::Error) -> StoreError {
	let text = error.to_string();
	match error {
		walrus::Error::TooLarge { limit: Some(_), .. } | walrus::Error::InvalidConfig(_) => {
			StoreError::Final(text)
		},
		walrus::Error::DigestMismatch { .. } => StoreError::Mismatch(text),
		walrus::Error::NotFound | walrus::Error::MarkedInvalid(_) => StoreError::Missing(text),
		walrus::Error::TooLong { .. } | walrus::Error::Truncated { .. } => {
			StoreError::WrongSize(text)
		},
		_ => StoreError::Transient(text),
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn new_fails_when_a_url_cannot_be_used() {
		assert!(WalrusStore::new(vec!["localhost".into()], 1, 1).is_err());
		assert!(WalrusStore::new(vec![], 1, 1).is_err());
	}

	#[tokio::test]
	async fn reachable_fails_when_nothing_listens() {
		let store = WalrusStore::new(vec!["http://127.0.0.1:1".into()], 1, 1).unwrap();
		assert!(store.reachable().await.is_err());
	}

	#[tokio::test]
	async fn read_is_final_when_the_blob_is_too_large_and_transient_when_nothing_listens() {
		let store = WalrusStore::new(vec!["http://127.0.0.1:1".into()], 10, 1).unwrap();
		let mut blob = BlobRef { blob_id: [0; 32], digest: H256::zero(), size: 11 };
		assert!(matches!(store.read(&blob).await, Err(StoreError::Final(_))));
		blob.size = 10;
		assert!(matches!(store.read(&blob).await, Err(StoreError::Transient(_))));
	}
}
