//! The Walrus blob id: what names a blob on every store, computed offline.
//!
//! The id is a function of the content, its length and the number of shards of the committee, so
//! a client can check what a publisher says it stored, and an aggregator what it serves.

mod encoding;
mod expansion;
mod merkle;

use base64::{engine::general_purpose::URL_SAFE_NO_PAD, Engine};
use encoding::{Primary, Shape};
use serde::{de::Error as _, Deserialize, Deserializer, Serialize, Serializer};
use std::{fmt, num::NonZeroU16, str::FromStr};

/// Shards of the Walrus mainnet and testnet committees.
pub const DEFAULT_SHARDS: NonZeroU16 = NonZeroU16::new(1000).expect("1000 is not zero; qed");

/// The most shards for which [`BlobId::compute`] is defined.
///
/// Reed-Solomon over GF(2^16) holds 65,536 code words, of which padding to powers of two may waste
/// almost half: up to this count both codes fit whatever the rounding.
pub const MAX_SHARDS: u16 = 32_768;

/// The id of a Walrus blob: 32 bytes, written as URL-safe base64 without padding (43 characters).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlobId(pub [u8; 32]);

impl BlobId {
	/// Computes the id of `data` for a committee of `n_shards`.
	///
	/// Pure CPU work on up to four threads, of which asynchronous callers keep their executor free
	/// with `spawn_blocking`. With 1000 shards it is dominated by two million hashes whatever the
	/// length, a tenth of a second, until the length counts too (`examples/blob_id_bench.rs`). It
	/// needs four times the length in memory.
	///
	/// # Panics
	///
	/// If `n_shards` is above [`MAX_SHARDS`], where no such code exists.
	pub fn compute(data: &[u8], n_shards: NonZeroU16) -> Self {
		assert!(n_shards.get() <= MAX_SHARDS, "n_shards is at most {MAX_SHARDS}, got {n_shards}");
		let shape = Shape::new(n_shards, data.len());
		let mut primary = Primary::new(shape, data);
		let roots = expansion::sliver_roots(shape, &primary.encode());
		Self(merkle::blob_id(&roots, data.len() as u64))
	}

	/// The 32 bytes of the id.
	pub const fn as_bytes(&self) -> &[u8; 32] {
		&self.0
	}
}

impl From<[u8; 32]> for BlobId {
	fn from(bytes: [u8; 32]) -> Self {
		Self(bytes)
	}
}

impl AsRef<[u8]> for BlobId {
	fn as_ref(&self) -> &[u8] {
		&self.0
	}
}

impl fmt::Display for BlobId {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(&URL_SAFE_NO_PAD.encode(self.0))
	}
}

impl fmt::Debug for BlobId {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		write!(f, "BlobId({self})")
	}
}

/// Text that is no blob id: not URL-safe base64 without padding, or not of 32 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a blob id is 43 characters of URL-safe base64 without padding")]
pub struct ParseBlobIdError;

impl FromStr for BlobId {
	type Err = ParseBlobIdError;

	/// Strict: exactly one text is accepted for each id, the one that `Display` writes.
	fn from_str(text: &str) -> Result<Self, Self::Err> {
		let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| ParseBlobIdError)?;
		bytes.try_into().map(Self).map_err(|_| ParseBlobIdError)
	}
}

impl Serialize for BlobId {
	fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
		serializer.collect_str(self)
	}
}

impl<'de> Deserialize<'de> for BlobId {
	fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
		String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn compute_gives_the_id_of_walrus_when_there_are_1000_shards() {
		assert_eq!(
			BlobId::compute(b"hello walrus", DEFAULT_SHARDS).to_string(),
			"kIrHJ_1VfYJD-OV0O1JicM2lB5swr83ZkfvTD7BWV0I"
		);
	}

	#[test]
	fn parse_refuses_every_other_spelling() {
		let id = BlobId([7; 32]).to_string();
		assert_eq!(id.parse(), Ok(BlobId([7; 32])));
		let loose_bits = format!("{}d", &id[..42]);
		for text in ["", "abc", &id[1..], &format!("{id}="), &format!("{id}A"), &loose_bits] {
			assert_eq!(text.parse::<BlobId>(), Err(ParseBlobIdError), "{text}");
		}
	}

	#[test]
	fn serde_writes_the_text_form() {
		let id = BlobId([0xfb; 32]);
		let json = serde_json::to_string(&id).unwrap();
		assert_eq!(json, format!("\"{id}\""));
		assert_eq!(serde_json::from_str::<BlobId>(&json).unwrap(), id);
		assert!(serde_json::from_str::<BlobId>("\"short\"").is_err());
	}
}
