//! Weights of the calls.
//!
//! Counted by hand: the storage items that each call reads and writes, priced by the runtime's
//! database weights, on top of a generous time for decoding, checking and encoding. They stand until
//! benchmarks generate better ones.

use frame::weights_prelude::*;

/// Time that any call takes besides its storage accesses, in picoseconds: 25 µs.
const BASE: u64 = 25_000_000;

/// Time to check, compare and encode one variant, in picoseconds: 2 µs.
const PER_VARIANT: u64 = 2_000_000;

/// Weights of this pallet's calls.
pub trait WeightInfo {
	/// `publish` with `v` variants.
	fn publish(v: u32) -> Weight;
	/// `add_variant` to a model of any size.
	fn add_variant() -> Weight;
}

/// The counts, priced by the runtime's database weights.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	/// Reads: `NextModelId`, `Balances::Holds`, `System::Account`.
	/// Writes: these and `Models`.
	fn publish(v: u32) -> Weight {
		Weight::from_parts(BASE.saturating_add(PER_VARIANT.saturating_mul(v.into())), 0)
			.saturating_add(T::DbWeight::get().reads_writes(3, 4))
	}

	/// Reads and writes: `Models`, `Balances::Holds`, `System::Account`.
	fn add_variant() -> Weight {
		let variants = u64::from(tercet_primitives::MAX_VARIANTS);
		Weight::from_parts(BASE.saturating_add(PER_VARIANT.saturating_mul(variants)), 0)
			.saturating_add(T::DbWeight::get().reads_writes(3, 3))
	}
}
