//! Weights of the calls.
//!
//! Counted by hand: the storage items that each call reads and writes, priced by the runtime's
//! database weights, on top of a generous time for decoding, checking and encoding. They stand until
//! benchmarks generate better ones.

use frame::weights_prelude::*;
use tercet_primitives::{MAX_MANAGERS, MAX_VARIANTS};

/// Time that any call takes besides its storage accesses, in picoseconds: 25 µs.
const BASE: u64 = 25_000_000;

/// Time to check, compare and encode one variant or manager, in picoseconds: 2 µs.
const PER_ENTRY: u64 = 2_000_000;

/// Time to decode and encode the largest record besides [`BASE`], in picoseconds.
const RECORD: u64 = PER_ENTRY * (MAX_VARIANTS as u64 + MAX_MANAGERS as u64);

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

/// The counts, priced by the runtime's database weights.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	/// Reads: `NextModelId`, the parent in `Models`, `Balances::Holds`, `System::Account`.
	/// Writes: these but the parent, and `Models`.
	fn publish(v: u32) -> Weight {
		Weight::from_parts(BASE.saturating_add(PER_ENTRY.saturating_mul(v.into())), 0)
			.saturating_add(T::DbWeight::get().reads_writes(4, 4))
	}

	/// Reads and writes: `Models`, `Balances::Holds`, `System::Account`.
	fn add_variant() -> Weight {
		Weight::from_parts(BASE.saturating_add(RECORD), 0)
			.saturating_add(T::DbWeight::get().reads_writes(3, 3))
	}

	/// Reads: `Models`, `TransferOffers`. Writes: `TransferOffers`.
	fn offer_transfer() -> Weight {
		Weight::from_parts(BASE.saturating_add(RECORD), 0)
			.saturating_add(T::DbWeight::get().reads_writes(2, 1))
	}

	/// Reads and writes: `Models`, `TransferOffers`, and `Balances::Holds` and `System::Account` of
	/// both.
	fn accept_transfer() -> Weight {
		Weight::from_parts(BASE.saturating_add(RECORD), 0)
			.saturating_add(T::DbWeight::get().reads_writes(6, 6))
	}

	/// Reads and writes: `Models`, `Balances::Holds`, `System::Account`.
	fn set_managers(m: u32) -> Weight {
		let managers = PER_ENTRY.saturating_mul(m.into());
		Weight::from_parts(BASE.saturating_add(RECORD).saturating_add(managers), 0)
			.saturating_add(T::DbWeight::get().reads_writes(3, 3))
	}

	/// Reads: `Models` twice, `Balances::Holds`, `System::Account`. Writes: these, `Models` once.
	fn deprecate() -> Weight {
		Weight::from_parts(BASE.saturating_add(RECORD), 0)
			.saturating_add(T::DbWeight::get().reads_writes(4, 3))
	}

	/// Reads and writes: `Models`, `Balances::Holds`, `System::Account`.
	fn undeprecate() -> Weight {
		Weight::from_parts(BASE.saturating_add(RECORD), 0)
			.saturating_add(T::DbWeight::get().reads_writes(3, 3))
	}
}
