//! What can go wrong, one variant per situation.

use crate::BlobId;
use std::{io, time::Duration};

/// A result with the client's [`enum@Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a request to Walrus failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
	/// The settings can never work.
	#[error("invalid configuration: {0}")]
	InvalidConfig(String),

	/// Every aggregator said so, also after the grace rounds.
	#[error("blob not found")]
	NotFound,

	/// 401 or 403: the server wants another token, or none of us.
	#[error("{server} refused access: {message}")]
	Forbidden {
		/// Base URL of the server.
		server: String,
		/// The server's words.
		message: String,
	},

	/// 451: the server may not serve this blob; another one may.
	#[error("{server} withholds the blob for legal reasons")]
	Withheld {
		/// Base URL of the server.
		server: String,
	},

	/// The blob is larger than our own limit, or, with 413, than the server's.
	#[error("a blob of {size} bytes is too large{}", limit.map(|l| format!(", at most {l}")).unwrap_or_default())]
	TooLarge {
		/// Length of the blob in bytes.
		size: u64,
		/// Our limit in bytes; `None` if it was the server's.
		limit: Option<u64>,
	},

	/// 416: the blob ends before the part that was asked for.
	#[error("{server} has no such range of the blob")]
	RangeNotSatisfiable {
		/// Base URL of the server.
		server: String,
	},

	/// 400 and every other answer below 500 without a variant of its own.
	#[error("{server} rejected the request with {status}: {message}")]
	Rejected {
		/// Base URL of the server.
		server: String,
		/// The HTTP status.
		status: u16,
		/// The server's words.
		message: String,
	},

	/// The server marked the blob invalid: its slivers do not encode what the id says.
	#[error("blob {0} is marked invalid")]
	MarkedInvalid(BlobId),

	/// The server's answer is not what the API promises.
	#[error("{server} gave a bad response: {reason}")]
	BadResponse {
		/// Base URL of the server.
		server: String,
		/// What is wrong with it.
		reason: String,
	},

	/// The server named another blob: a publisher that stored something else, or an aggregator that
	/// sent something else. The server is at fault.
	#[error("the server answered for blob {got} instead of {expected}")]
	BlobIdMismatch {
		/// The blob that was meant, computed locally or given in the reference.
		expected: BlobId,
		/// The blob that it was.
		got: BlobId,
	},

	/// The content is not what the reference says. From `read`, where the blob id was checked too,
	/// the *reference* is at fault and no server can help; from `read_to` either may be.
	#[error("digest {} instead of {}", hex::encode(got), hex::encode(expected))]
	DigestMismatch {
		/// The digest in the reference.
		expected: [u8; 32],
		/// The digest of what arrived.
		got: [u8; 32],
	},

	/// A complete answer that is shorter than the reference says.
	#[error("the blob ends after {got} of {expected} bytes")]
	Truncated {
		/// Size in the reference, in bytes.
		expected: u64,
		/// Bytes that there were.
		got: u64,
	},

	/// The blob goes on after the size in the reference; reading stopped there.
	#[error("the blob is longer than {expected} bytes")]
	TooLong {
		/// Size in the reference, in bytes.
		expected: u64,
	},

	/// The connection broke in the middle of an answer.
	#[error("the connection to {server} broke after {got} of {expected} bytes")]
	Interrupted {
		/// Base URL of the server.
		server: String,
		/// Size in the reference, in bytes.
		expected: u64,
		/// Bytes that had arrived.
		got: u64,
	},

	/// 429, or any 5xx answer.
	#[error("{server} failed with {status}: {message}")]
	ServerFailed {
		/// Base URL of the server.
		server: String,
		/// The HTTP status.
		status: u16,
		/// The server's words.
		message: String,
	},

	/// No connection, or it broke before an answer came.
	#[error("{server} is out of reach: {source}")]
	Unreachable {
		/// Base URL of the server.
		server: String,
		/// What the transport said.
		source: reqwest::Error,
	},

	/// The server took longer than the settings allow.
	#[error("{server} timed out after {after:?}")]
	Timeout {
		/// Base URL of the server.
		server: String,
		/// Since the attempt began.
		after: Duration,
	},

	/// Every attempt failed, at least some in a way that time may heal.
	#[error("no server could do it in {tries} tries; at last: {last}")]
	Unavailable {
		/// Requests that were made.
		tries: u32,
		/// Why the last one failed that time may heal.
		last: Box<Error>,
	},

	/// Writing to the caller's sink or file failed.
	#[error("cannot write the blob: {0}")]
	Write(#[from] io::Error),
}

impl Error {
	/// Whether the same request may succeed later, with nothing changed but time.
	pub fn is_transient(&self) -> bool {
		match self {
			Self::ServerFailed { .. }
			| Self::Unreachable { .. }
			| Self::Timeout { .. }
			| Self::Interrupted { .. }
			| Self::Unavailable { .. } => true,
			Self::InvalidConfig(_)
			| Self::NotFound
			| Self::Forbidden { .. }
			| Self::Withheld { .. }
			| Self::TooLarge { .. }
			| Self::RangeNotSatisfiable { .. }
			| Self::Rejected { .. }
			| Self::MarkedInvalid(_)
			| Self::BadResponse { .. }
			| Self::BlobIdMismatch { .. }
			| Self::DigestMismatch { .. }
			| Self::Truncated { .. }
			| Self::TooLong { .. }
			| Self::Write(_) => false,
		}
	}
}
