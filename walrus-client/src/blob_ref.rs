//! How a blob is referred to: by Walrus' name for it, and by what we know of its content.

use crate::BlobId;
use serde::{Deserialize, Serialize};

/// BLAKE2b-256 of `content`, the digest that stands beside every blob id on chain.
pub fn digest(content: &[u8]) -> [u8; 32] {
	let mut hasher = Digest::new();
	hasher.update(content);
	hasher.finish()
}

/// Everything needed to fetch a blob and to check what arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct BlobRef {
	/// The name of the blob on Walrus.
	pub blob_id: BlobId,
	/// BLAKE2b-256 of the content.
	pub digest: [u8; 32],
	/// Length of the content in bytes; reading never goes further.
	pub size: u64,
}

/// What storing a blob resulted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stored {
	/// The name of the blob on Walrus, computed locally and confirmed by the publisher.
	pub blob_id: BlobId,
	/// BLAKE2b-256 of the content.
	pub digest: [u8; 32],
	/// Length of the content in bytes.
	pub size: u64,
	/// The Walrus epoch in which the blob is no longer kept, as the publisher said.
	pub end_epoch: u64,
}

impl Stored {
	/// The reference to put on chain.
	pub const fn blob_ref(&self) -> BlobRef {
		BlobRef { blob_id: self.blob_id, digest: self.digest, size: self.size }
	}
}

/// A running BLAKE2b-256.
pub(crate) struct Digest(blake2b_simd::State);

impl Digest {
	pub fn new() -> Self {
		Self(blake2b_simd::Params::new().hash_length(32).to_state())
	}

	pub fn update(&mut self, bytes: &[u8]) {
		self.0.update(bytes);
	}

	pub fn finish(&self) -> [u8; 32] {
		let hash = self.0.finalize();
		hash.as_bytes().try_into().expect("the hash length was set to 32; qed")
	}
}
