//! What the chain keeps for private jobs: the keys of executors, and a job's key sealed for each of
//! them. What is sealed how is for `privacy/`; here it is bytes.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// Bytes of an [`Envelope`]: an ephemeral public key (32), an authentication tag (16) and the sealed
/// key of the job (32).
pub const ENVELOPE_BYTES: usize = 80;

/// X25519 public key that a provider opens [`Envelope`]s with.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Hash,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub struct ExecutorPublicKey(pub [u8; 32]);

impl ExecutorPublicKey {
	/// Whether everybody could open what is sealed for this key: it is the point that every secret
	/// turns into itself. Whoever seals refuses the other points of low order too.
	pub fn is_zero(&self) -> bool {
		self.0 == [0; 32]
	}
}

/// The key of a private job, sealed for one executor.
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
pub struct Envelope(pub [u8; ENVELOPE_BYTES]);
