//! Benchmarks: one for each function of [`WeightInfo`](crate::WeightInfo), of the worst that it
//! stands for.
//!
//! What executors owe is measured on committees that exist in this pallet only, as large as they can
//! be; whatever settles or submits jobs, on those that the other pallets of the runtime have made,
//! through [`BenchmarkHelper`].

mod cases;
pub mod setup;

use tercet_primitives::{Agreement, JobId, Redundancy, H256};

/// Has other pallets make what the benchmarks of this one work on. Whatever is asked for must come
/// true; implementations panic where it does not.
pub trait BenchmarkHelper {
	/// Submits a job that asks for `items` items, compared by `agreement`, and for `redundancy`, and
	/// that carries `canary`. It is queued, not drawn.
	///
	/// It is as large as a job can be: with [`MAX_INLINE_BYTES`] of inline input, a model that
	/// shares its royalty with [`MAX_LINEAGE`] authors, each of whom has no account and earns enough
	/// to be given one, and the latest deadline.
	///
	/// The requester has the funds for it and for a challenge, the treasury for an audit. The pool
	/// has at least `3 × MAX_SEATS` available providers with different operators and with stake to
	/// spare, but is small enough for every draw to succeed.
	///
	/// [`MAX_INLINE_BYTES`]: tercet_primitives::MAX_INLINE_BYTES
	/// [`MAX_LINEAGE`]: tercet_primitives::MAX_LINEAGE
	fn submit(items: u32, agreement: Agreement, redundancy: Redundancy, canary: H256) -> JobId;

	/// Gives the block under construction randomness, draws executors with it for every job that
	/// waits, and seats them, as the market does when a block ends. The block stays the same.
	fn draw();
}
