//! Weights of the calls.
//!
//! Measured by benchmarks, see `scripts/weights.sh`.

mod generated;

pub use generated::SubstrateWeight;

use frame::weights_prelude::*;

/// Weights of this pallet's calls. `s` is the number of seats that are written, at most
/// [`MAX_OFFERS`](crate::MAX_OFFERS).
pub trait WeightInfo {
	/// `bond` by a provider with `s` seats.
	fn bond(s: u32) -> Weight;
	/// `unbond` by a provider with `s` seats.
	fn unbond(s: u32) -> Weight;
	/// `withdraw_unbonded`.
	fn withdraw_unbonded() -> Weight;
	/// `offer` by an available provider.
	fn offer() -> Weight;
	/// `update_offer` by an available provider.
	fn update_offer() -> Weight;
	/// `withdraw_offer` by an available provider.
	fn withdraw_offer() -> Weight;
	/// `go_available` with `s` offers.
	fn go_available(s: u32) -> Weight;
	/// `go_unavailable` with `s` offers.
	fn go_unavailable(s: u32) -> Weight;
	/// `delegate`, which opens a pot, to a provider with `s` seats.
	fn delegate(s: u32) -> Weight;
	/// `undelegate` from a provider with `s` seats.
	fn undelegate(s: u32) -> Weight;
	/// `withdraw_undelegated`, which closes the pot.
	fn withdraw_undelegated() -> Weight;
	/// `set_commission`.
	fn set_commission() -> Weight;
	/// `set_operator`.
	fn set_operator() -> Weight;
	/// `accept_provider`.
	fn accept_provider() -> Weight;
	/// `cancel_slash`, which closes the pot.
	fn cancel_slash() -> Weight;
	/// `set_params`.
	fn set_params() -> Weight;
	/// The hook, besides the slashes that it looks at.
	fn slash_queue() -> Weight;
	/// The hook looks at a slash that was cancelled or is not due.
	fn cancelled_slash() -> Weight;
	/// The hook applies a slash that closes the pot and takes `s` seats.
	fn apply_slash(s: u32) -> Weight;
}
