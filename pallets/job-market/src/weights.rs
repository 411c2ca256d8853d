//! Weights of the calls and of the hooks.
//!
//! Measured by benchmarks, see `scripts/weights.sh`.

mod generated;

pub use generated::SubstrateWeight;

use frame::weights_prelude::*;

/// Weights of this pallet's calls and hooks.
pub trait WeightInfo {
	/// `submit` with `b` bytes of inline input.
	fn submit(b: u32) -> Weight;
	/// `top_up`.
	fn top_up() -> Weight;
	/// `cancel`.
	fn cancel() -> Weight;
	/// `prune`.
	fn prune() -> Weight;
	/// `add_credit`.
	fn add_credit() -> Weight;
	/// `withdraw_credit`.
	fn withdraw_credit() -> Weight;
	/// `set_params`.
	fn set_params() -> Weight;
	/// Looking at `b` blocks of the agenda.
	fn expire_agenda(b: u32) -> Weight;
	/// Refunding one job, its committee closed, and settling the one that has waited for it.
	fn expire_job() -> Weight;
	/// Looking at `b` blocks of the retries, and moving `n` jobs back into the queue.
	fn requeue(b: u32, n: u32) -> Weight;
	/// What `on_initialize` and `on_finalize` take to see whether jobs wait.
	fn reserve_draws() -> Weight;
	/// Drawing the most executors for one job from a pool of `p` providers that is read whole, or
	/// failing to.
	fn draw(p: u32) -> Weight;
	/// Drawing as many from a large pool, with nearly all of the reads that there may be.
	fn draw_worst() -> Weight;

	/// Drawing executors for one job, or failing to, with so many `reads` of the pool, if there may
	/// be `most` in a large one.
	///
	/// In a pool that is read whole, every second read is one of a seat. Reads of a large pool are of
	/// seats more often, but lie deeper in the state: whichever weighs more counts.
	fn draw_by(reads: u32, most: u32) -> Weight {
		let whole = Self::draw(reads.div_ceil(2));
		let none = Self::draw(0);
		let all = Self::draw_worst().saturating_sub(none).saturating_mul(reads.into());
		let sampled = all.checked_div(most.into()).unwrap_or_default();
		whole.max(none.saturating_add(sampled))
	}
}
