//! Weights of the calls.
//!
//! Measured by benchmarks, see `scripts/weights.sh`.

mod generated;

pub use generated::SubstrateWeight;

use frame::weights_prelude::*;

/// Weights of this pallet's calls.
pub trait WeightInfo {
	/// `publish` with `v` variants.
	fn publish(v: u32) -> Weight;
	/// `add_variant` to a model of any size.
	fn add_variant() -> Weight;
	/// `offer_transfer`.
	fn offer_transfer() -> Weight;
	/// `accept_transfer`.
	fn accept_transfer() -> Weight;
	/// `set_managers` with `m` managers.
	fn set_managers(m: u32) -> Weight;
	/// `deprecate`.
	fn deprecate() -> Weight;
	/// `undeprecate`.
	fn undeprecate() -> Weight;
}
