//! Between the chain's references and the store.

use anyhow::{Context, Result};
use tercet_primitives::{BlobRef, Payload, H256, MAX_INLINE_BYTES};
use tercet_walrus_client::{BlobId, BlobRef as StoreRef, WalrusClient};

use crate::{amounts::size, output::Output};

/// The store's name for what the chain refers to.
pub fn to_store(blob: &BlobRef) -> StoreRef {
	StoreRef { blob_id: BlobId(blob.blob_id), digest: blob.digest.0, size: blob.size }
}

/// The chain's name for what the store has.
pub fn to_chain(blob: &StoreRef) -> BlobRef {
	BlobRef { blob_id: blob.blob_id.0, digest: H256(blob.digest), size: blob.size }
}

/// Stores bytes, with progress.
///
/// # Errors
/// If the store cannot take them.
pub async fn upload(
	store: &WalrusClient,
	out: Output,
	what: &str,
	bytes: Vec<u8>,
) -> Result<BlobRef> {
	let length = bytes.len() as u64;
	let spinner = out.spinner(format!("storing {what} ({})", size(length)));
	let stored = store.store(bytes).await.with_context(|| {
		format!("cannot store {what}; is the store of --store running? `tercet devnet` starts one")
	})?;
	spinner.finish_and_clear();
	Ok(to_chain(&stored.blob_ref()))
}

/// The bytes of a payload, checked against size and digest.
///
/// # Errors
/// If the store does not have them.
pub async fn fetch(
	store: &WalrusClient,
	out: Output,
	what: &str,
	payload: &Payload,
) -> Result<Vec<u8>> {
	match payload {
		Payload::Inline(bytes) => Ok(bytes.to_vec()),
		Payload::Blob(blob) => {
			let bar = out.bytes(blob.size, format!("fetching {what}"));
			let mut bytes = Vec::new();
			let progress = |done, _| bar.set_position(done);
			store.read_to(&to_store(blob), &mut bytes, progress).await.with_context(|| {
				format!("cannot fetch {what} (blob {}); try another --store", BlobId(blob.blob_id))
			})?;
			bar.finish_and_clear();
			Ok(bytes)
		},
	}
}

/// Bytes as a payload: inline if they are few, stored otherwise.
///
/// # Errors
/// If the store cannot take them.
pub async fn payload(
	store: &WalrusClient,
	out: Output,
	what: &str,
	bytes: Vec<u8>,
) -> Result<Payload> {
	match bytes.try_into() {
		Ok(inline) => Ok(Payload::Inline(inline)),
		Err(bytes) => Ok(Payload::Blob(upload(store, out, what, bytes).await?)),
	}
}

/// Where a payload is, for people.
pub fn describe(payload: &Payload) -> String {
	match payload {
		Payload::Inline(bytes) => format!("inline, {}", size(bytes.len() as u64)),
		Payload::Blob(blob) => format!("blob {}, {}", BlobId(blob.blob_id), size(blob.size)),
	}
}

/// Whether so many bytes travel in the transaction.
pub fn is_inline(length: u64) -> bool {
	length <= u64::from(MAX_INLINE_BYTES)
}
