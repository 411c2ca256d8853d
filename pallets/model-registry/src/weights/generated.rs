//! Weights of this pallet, measured by its benchmarks. Written by `scripts/weights.sh`: change the
//! benchmarks, not this file.
//!
//! Steps: 20, repeats: 10, execution: Compiled, CPU: AMD EPYC, 2026-11-21.

use super::WeightInfo;
use frame::weights_prelude::*;

/// What was measured, with storage accesses priced by the runtime's database weights.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	/// Storage: `ModelRegistry::Models` (r:1 w:1)
	/// Proof: `ModelRegistry::Models` (`max_values`: None, `max_size`: Some(2039), added: 4514, mode: `MaxEncodedLen`)
	/// Storage: `ModelRegistry::NextModelId` (r:1 w:1)
	/// Proof: `ModelRegistry::NextModelId` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(157), added: 2632, mode: `MaxEncodedLen`)
	/// `v` in `1..=16`.
	fn publish(v: u32) -> Weight {
		// Proof size in bytes, measured: `197`,
		// estimated: `5504`.
		// Shortest time: 106_559_000 ps.
		Weight::from_parts(138_685_674, 5504)
			// Standard error: 67_366.
			.saturating_add(Weight::from_parts(1_018_476, 0).saturating_mul(v.into()))
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	/// Storage: `ModelRegistry::Models` (r:1 w:1)
	/// Proof: `ModelRegistry::Models` (`max_values`: None, `max_size`: Some(2039), added: 4514, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(157), added: 2632, mode: `MaxEncodedLen`)
	fn add_variant() -> Weight {
		// Proof size in bytes, measured: `2221`,
		// estimated: `5504`.
		// Shortest time: 91_831_000 ps.
		Weight::from_parts(107_741_000, 5504)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	/// Storage: `ModelRegistry::Models` (r:1 w:0)
	/// Proof: `ModelRegistry::Models` (`max_values`: None, `max_size`: Some(2039), added: 4514, mode: `MaxEncodedLen`)
	/// Storage: `ModelRegistry::TransferOffers` (r:1 w:1)
	/// Proof: `ModelRegistry::TransferOffers` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
	fn offer_transfer() -> Weight {
		// Proof size in bytes, measured: `2194`,
		// estimated: `5504`.
		// Shortest time: 29_264_000 ps.
		Weight::from_parts(54_121_000, 5504)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `ModelRegistry::Models` (r:1 w:1)
	/// Proof: `ModelRegistry::Models` (`max_values`: None, `max_size`: Some(2039), added: 4514, mode: `MaxEncodedLen`)
	/// Storage: `ModelRegistry::TransferOffers` (r:1 w:1)
	/// Proof: `ModelRegistry::TransferOffers` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:2 w:2)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(157), added: 2632, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	fn accept_transfer() -> Weight {
		// Proof size in bytes, measured: `2389`,
		// estimated: `6254`.
		// Shortest time: 140_693_000 ps.
		Weight::from_parts(236_492_000, 6254)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(5))
	}
	/// Storage: `ModelRegistry::Models` (r:1 w:1)
	/// Proof: `ModelRegistry::Models` (`max_values`: None, `max_size`: Some(2039), added: 4514, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(157), added: 2632, mode: `MaxEncodedLen`)
	/// `m` in `0..=8`.
	fn set_managers(m: u32) -> Weight {
		// Proof size in bytes, measured: `2174`,
		// estimated: `5504`.
		// Shortest time: 110_176_000 ps.
		Weight::from_parts(131_415_097, 5504)
			// Standard error: 69_666.
			.saturating_add(Weight::from_parts(851_519, 0).saturating_mul(m.into()))
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	/// Storage: `ModelRegistry::Models` (r:2 w:1)
	/// Proof: `ModelRegistry::Models` (`max_values`: None, `max_size`: Some(2039), added: 4514, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(157), added: 2632, mode: `MaxEncodedLen`)
	fn deprecate() -> Weight {
		// Proof size in bytes, measured: `2374`,
		// estimated: `10018`.
		// Shortest time: 125_615_000 ps.
		Weight::from_parts(161_421_000, 10018)
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	/// Storage: `ModelRegistry::Models` (r:1 w:1)
	/// Proof: `ModelRegistry::Models` (`max_values`: None, `max_size`: Some(2039), added: 4514, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(157), added: 2632, mode: `MaxEncodedLen`)
	fn undeprecate() -> Weight {
		// Proof size in bytes, measured: `2360`,
		// estimated: `5504`.
		// Shortest time: 85_249_000 ps.
		Weight::from_parts(142_276_000, 5504)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(3))
	}
}
