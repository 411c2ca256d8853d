//! Weights of the calls.
//!
//! Measured by benchmarks, see `scripts/weights.sh`.

mod generated;

pub use generated::SubstrateWeight;

use frame::weights_prelude::*;

/// Weights of this pallet.
pub trait WeightInfo {
	/// `vote`.
	fn vote() -> Weight;
	/// `remove_vote`.
	fn remove_vote() -> Weight;
	/// `clear_votes` of `n` votes.
	fn clear_votes(n: u32) -> Weight;
	/// `feature`.
	fn feature() -> Weight;
	/// `unfeature`.
	fn unfeature() -> Weight;
	/// `set_redundancy_floor`.
	fn set_redundancy_floor() -> Weight;
	/// `set_fee_split`.
	fn set_fee_split() -> Weight;
	/// `veto`.
	fn veto() -> Weight;
}
