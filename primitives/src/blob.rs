//! References to bytes: inline when small, on Walrus when large.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use polkadot_sdk::sp_crypto_hashing::blake2_256;
use scale_info::TypeInfo;

use crate::{BoundedVec, ConstU32, H256};

/// Bytes that may travel inside a transaction instead of on Walrus.
pub const MAX_INLINE_BYTES: u32 = 2_048;

/// A Walrus blob together with what its reader checks: Walrus ids commit to an erasure coding, so
/// our own digest stands beside them.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub struct BlobRef {
	/// Walrus blob id; shown to people as URL-safe base64 without padding.
	pub blob_id: [u8; 32],
	/// BLAKE2b-256 of the content.
	pub digest: H256,
	/// Length of the content, in bytes.
	pub size: u64,
}

/// The bytes of an input or an output.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub enum Payload {
	/// The bytes themselves.
	#[codec(index = 0)]
	Inline(BoundedVec<u8, ConstU32<MAX_INLINE_BYTES>>),
	/// Where they are stored.
	#[codec(index = 1)]
	Blob(BlobRef),
}

impl Payload {
	/// Length of the content, in bytes.
	pub fn size(&self) -> u64 {
		match self {
			Self::Inline(bytes) => bytes.len() as u64,
			Self::Blob(blob) => blob.size,
		}
	}

	/// BLAKE2b-256 of the content.
	pub fn digest(&self) -> H256 {
		match self {
			Self::Inline(bytes) => H256(blake2_256(bytes)),
			Self::Blob(blob) => blob.digest,
		}
	}
}
