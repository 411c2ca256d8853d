//! Weights of the calls, and of a distribution, which other pallets count as a part of theirs.
//!
//! Measured by benchmarks, see `scripts/weights.sh`.

mod generated;

pub use generated::SubstrateWeight;

use frame::weights_prelude::*;

/// Weights of this pallet.
pub trait WeightInfo {
	/// `claim`.
	fn claim() -> Weight;
	/// `set_params`.
	fn set_params() -> Weight;
	/// [`distribute`](tercet_primitives::traits::Payouts::distribute) to `e` executors and `r`
	/// earners of royalties.
	fn distribute(e: u32, r: u32) -> Weight;
}
