//! What can go wrong between us and the chain.

use std::time::Duration;

use tercet_primitives::H256;

/// Why a question or a submission failed. Messages say what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
	/// The URL is none.
	#[error("`{url}` is not a node's address: {reason}; write it like ws://127.0.0.1:9944")]
	BadUrl {
		/// What was given.
		url: String,
		/// What is wrong with it.
		reason: &'static str,
	},

	/// Nothing listens, or the connection broke and did not come back in time.
	#[error("no node answers at {url} ({reason}); start one with `tercet devnet`, or give the address of another one")]
	Unreachable {
		/// Address of the node.
		url: String,
		/// What the transport said.
		reason: String,
	},

	/// The node is connected but did not answer.
	#[error("{url} did not answer `{method}` within {after:?}; it may be syncing or overloaded: try again")]
	Timeout {
		/// Address of the node.
		url: String,
		/// What it was asked.
		method: String,
		/// How long we waited.
		after: Duration,
	},

	/// The node refused a request.
	#[error("the node refused `{method}`: {message} (code {code})")]
	Rpc {
		/// What it was asked.
		method: String,
		/// JSON-RPC error code.
		code: i32,
		/// The node's words.
		message: String,
	},

	/// The transaction pool refused a transaction; it has no effect.
	#[error("the transaction pool refused the transaction: {message} (code {code}){}", hint(*code, message))]
	Pool {
		/// JSON-RPC error code; 1010 is *invalid*, 1014 *priority too low*, 1016 *pool is full*.
		code: i32,
		/// The node's words.
		message: String,
	},

	/// The transaction was included and its call failed: the fee is paid, nothing else happened.
	/// Also why a quote is refused.
	#[error("{pallet}.{error}{}{docs}", if docs.is_empty() { "" } else { ": " })]
	Dispatch {
		/// Pallet in which the error is defined; `Token`, `Arithmetic` or `System` for errors that
		/// belong to no pallet.
		pallet: String,
		/// Name of the error.
		error: String,
		/// Its documentation, on one line.
		docs: String,
	},

	/// The transaction was in no block when its mortality ended; it never will be.
	#[error("transaction {hash:?} was in no block up to {until}; it has expired and may be submitted again")]
	Expired {
		/// Hash of the transaction.
		hash: H256,
		/// Last block that could have had it.
		until: u32,
	},

	/// The node does not have that block or its state.
	#[error("the node has no block {0:?}, or no longer its state; ask about a newer one, or an archive node")]
	UnknownBlock(H256),

	/// This chain's runtime does not have the call, or takes other arguments.
	#[error("this chain does not take {pallet}.{call} as this program encodes it ({reason}); use matching versions of both")]
	Call {
		/// Pallet of the call.
		pallet: String,
		/// Name of the call.
		call: String,
		/// What does not fit.
		reason: String,
	},

	/// An answer is not what this program expects.
	#[error(
		"cannot decode {what}: {reason}; the chain and this program may be of different versions"
	)]
	Decode {
		/// What was to be decoded.
		what: String,
		/// Why it could not be.
		reason: String,
	},

	/// A key was given in a way that cannot be understood. Never carries the key.
	#[error("{0}")]
	Key(String),
}

impl Error {
	/// Whether the same request may succeed later, with nothing changed but time.
	pub fn is_transient(&self) -> bool {
		match self {
			Self::Unreachable { .. } | Self::Timeout { .. } | Self::Expired { .. } => true,
			Self::Pool { code, message } => {
				*code != pool::INVALID || message.contains("exhaust") || is_race(self)
			},
			_ => false,
		}
	}

	/// The name of the error if a call failed with one of `pallet`.
	pub fn dispatch(&self, in_pallet: &str) -> Option<&str> {
		match self {
			Self::Dispatch { pallet, error, .. } if pallet == in_pallet => Some(error),
			_ => None,
		}
	}

	pub(crate) fn decode(what: impl Into<String>, reason: impl ToString) -> Self {
		Self::Decode { what: what.into(), reason: reason.to_string() }
	}
}

/// Codes of the `author_*` methods, from `sc-rpc-api`.
pub(crate) mod pool {
	/// The runtime says that the transaction is invalid.
	pub const INVALID: i32 = 1010;
	/// Another transaction with the same nonce is in the pool and pays as much.
	pub const TOO_LOW_PRIORITY: i32 = 1014;
	/// The pool is full.
	pub const FULL: i32 = 1016;
}

/// Whether a transaction was refused for a reason that is gone with another nonce or block: another
/// one of the same account took its nonce, or the pool has not seen the block it is anchored to.
pub(crate) fn is_race(error: &Error) -> bool {
	match error {
		Error::Pool { code: pool::TOO_LOW_PRIORITY, .. } => true,
		Error::Pool { code: pool::INVALID, message } => {
			message.contains("outdated") || message.contains("ancient birth block")
		},
		_ => false,
	}
}

fn hint(code: i32, message: &str) -> &'static str {
	match code {
		pool::INVALID if message.contains("pay some fees") => {
			"; the account cannot pay the fee: send it some TCT first"
		},
		pool::INVALID if message.contains("outdated") => {
			"; another program uses the same key at this moment: try again"
		},
		pool::INVALID if message.contains("bad signature") => {
			"; the node's runtime was upgraded or differs from this program's: connect again"
		},
		pool::TOO_LOW_PRIORITY => "; another transaction of this account is waiting: try again",
		pool::FULL => "; the pool is full: wait a few blocks and try again",
		_ => "",
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn message_names_pallet_error_and_docs_when_dispatch_failed() {
		let error = Error::Dispatch {
			pallet: "JobMarket".into(),
			error: "NoItems".into(),
			docs: "A job needs at least one item.".into(),
		};
		assert_eq!(error.to_string(), "JobMarket.NoItems: A job needs at least one item.");
		assert_eq!(error.dispatch("JobMarket"), Some("NoItems"));
		assert_eq!(error.dispatch("Balances"), None);
		assert!(!error.is_transient());
	}

	#[test]
	fn message_says_what_to_do_when_the_fee_cannot_be_paid() {
		let message = "Invalid Transaction: Inability to pay some fees".to_string();
		let error = Error::Pool { code: pool::INVALID, message };
		assert!(error.to_string().ends_with("send it some TCT first"), "{error}");
		assert!(!error.is_transient());
	}

	#[test]
	fn race_is_recognised() {
		let stale = "Invalid Transaction: Transaction is outdated".to_string();
		assert!(is_race(&Error::Pool { code: pool::INVALID, message: stale }));
		assert!(is_race(&Error::Pool { code: 1014, message: String::new() }));
		let early = "Invalid Transaction: Transaction has an ancient birth block".to_string();
		assert!(is_race(&Error::Pool { code: pool::INVALID, message: early }));
		assert!(!is_race(&Error::Pool { code: 1016, message: String::new() }));
	}
}
