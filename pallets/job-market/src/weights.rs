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
	/// Drawing executors for one job, or failing to.
	fn draw() -> Weight;
}
