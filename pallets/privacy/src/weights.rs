//! Weights of the calls.
//!
//! Measured by benchmarks, see `scripts/weights.sh`.

mod generated;

pub use generated::SubstrateWeight;

use frame::weights_prelude::*;

/// Weights of this pallet.
pub trait WeightInfo {
	/// `announce_key`.
	fn announce_key() -> Weight;
	/// `withdraw_key`.
	fn withdraw_key() -> Weight;
	/// `hand_over` to `n` recipients.
	fn hand_over(n: u32) -> Weight;
	/// `take_back` from `n` recipients.
	fn take_back(n: u32) -> Weight;
	/// `forget_key`.
	fn forget_key() -> Weight;
}
