//! Why a question about the market is not answered. Every error has a code and a name; the name is
//! also in the error's `data`.

use jsonrpsee::types::ErrorObjectOwned;
use polkadot_sdk::sp_runtime::DispatchError;
use serde_json::{json, Value};
use tercet_primitives::JobId;
use tercet_runtime::Hash;

/// The first code; the others follow it.
const BASE: i32 = 10_000;

/// Why a question is not answered.
#[derive(Debug, thiserror::Error)]
pub enum Error {
	/// The node could not ask its own database or runtime.
	#[error("the node failed: {0}")]
	Internal(String),
	/// There is no such job in that state.
	#[error("there is no job {0}, or not any more")]
	UnknownJob(JobId),
	/// There is no such block.
	#[error("there is no block {0:?}")]
	UnknownBlock(Hash),
	/// The block may still be reverted.
	#[error("block {0:?} is not final")]
	NotFinalized(Hash),
	/// The block is known, and its state is not kept.
	#[error("the state of block {0:?} is not kept; ask an archive node")]
	StateUnavailable(Hash),
	/// The node follows as many jobs, or has as many subscriptions to them, as it may.
	#[error("this node has as many subscriptions to jobs as it may have")]
	TooManySubscriptions,
	/// Nobody would begin with so few or so many executors, or with this quorum.
	#[error("at most 7 executors, and a quorum of more than half of them")]
	InvalidRedundancy,
	/// No price was named, and too few serve at any.
	#[error("{available} providers serve this, and {wanted} are needed: name a price")]
	TooFewProviders {
		/// In the pool.
		available: u32,
		/// Wanted.
		wanted: u32,
	},
	/// The chain would refuse such a job.
	#[error("such a job would be refused: {0:?}")]
	Refused(DispatchError),
}

impl Error {
	/// An [`Error::Internal`].
	pub fn internal(error: impl ToString) -> Self {
		Self::Internal(error.to_string())
	}

	fn code_and_name(&self) -> (i32, &'static str) {
		let (offset, name) = match self {
			Self::Internal(_) => (0, "Internal"),
			Self::UnknownJob(_) => (1, "UnknownJob"),
			Self::UnknownBlock(_) => (2, "UnknownBlock"),
			Self::NotFinalized(_) => (3, "NotFinalized"),
			Self::StateUnavailable(_) => (4, "StateUnavailable"),
			Self::TooManySubscriptions => (5, "TooManySubscriptions"),
			Self::InvalidRedundancy => (6, "InvalidRedundancy"),
			Self::TooFewProviders { .. } => (7, "TooFewProviders"),
			Self::Refused(_) => (8, "Refused"),
		};
		(BASE + offset, name)
	}
}

impl From<Error> for ErrorObjectOwned {
	fn from(error: Error) -> Self {
		let (code, name) = error.code_and_name();
		let data = match &error {
			// Which pallet and which of its errors: metadata has their names.
			Error::Refused(reason) => json!({ "name": name, "reason": reason }),
			_ => json!({ "name": name }),
		};
		Self::owned::<Value>(code, error.to_string(), Some(data))
	}
}
