//! Weights of this pallet, measured by its benchmarks. Written by `scripts/weights.sh`: change the
//! benchmarks, not this file.
//!
//! Steps: 50, repeats: 20, execution: Compiled, CPU: AMD EPYC, 2026-11-22.

use super::WeightInfo;
use frame::weights_prelude::*;

/// What was measured, with storage accesses priced by the runtime's database weights.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	/// Storage: `ProviderStaking::Providers` (r:1 w:0)
	/// Proof: `ProviderStaking::Providers` (`max_values`: None, `max_size`: Some(1575), added: 4050, mode: `MaxEncodedLen`)
	/// Storage: `Privacy::Keys` (r:0 w:1)
	/// Proof: `Privacy::Keys` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	fn announce_key() -> Weight {
		// Proof size in bytes, measured: `235`,
		// estimated: `5040`.
		// Shortest time: 24_065_000 ps.
		Weight::from_parts(28_012_000, 5040)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `Privacy::Keys` (r:1 w:1)
	/// Proof: `Privacy::Keys` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	fn withdraw_key() -> Weight {
		// Proof size in bytes, measured: `110`,
		// estimated: `3545`.
		// Shortest time: 18_886_000 ps.
		Weight::from_parts(20_358_000, 3545)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `Privacy::Keys` (r:7 w:0)
	/// Proof: `Privacy::Keys` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	/// Storage: `Privacy::Envelopes` (r:7 w:7)
	/// Proof: `Privacy::Envelopes` (`max_values`: None, `max_size`: Some(208), added: 2683, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(229), added: 2704, mode: `MaxEncodedLen`)
	/// `n` in `1..=7`.
	fn hand_over(n: u32) -> Weight {
		// Proof size in bytes, measured: `79 + n * (88 ±0)`,
		// estimated: `3694 + n * (2683 ±0)`.
		// Shortest time: 81_422_000 ps.
		Weight::from_parts(73_748_837, 3694)
			// Standard error: 23_923.
			.saturating_add(Weight::from_parts(12_670_063, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().reads(2_u64.saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(1))
			.saturating_add(T::DbWeight::get().writes(1_u64.saturating_mul(n.into())))
			.saturating_add(Weight::from_parts(0, 2683).saturating_mul(n.into()))
	}
	/// Storage: `Privacy::Envelopes` (r:7 w:7)
	/// Proof: `Privacy::Envelopes` (`max_values`: None, `max_size`: Some(208), added: 2683, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(229), added: 2704, mode: `MaxEncodedLen`)
	/// `n` in `1..=7`.
	fn take_back(n: u32) -> Weight {
		// Proof size in bytes, measured: `232 + n * (87 ±0)`,
		// estimated: `3694 + n * (2683 ±0)`.
		// Shortest time: 69_981_000 ps.
		Weight::from_parts(63_302_409, 3694)
			// Standard error: 8_979.
			.saturating_add(Weight::from_parts(9_926_755, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().reads(1_u64.saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(1))
			.saturating_add(T::DbWeight::get().writes(1_u64.saturating_mul(n.into())))
			.saturating_add(Weight::from_parts(0, 2683).saturating_mul(n.into()))
	}
	/// Storage: `ProviderStaking::Providers` (r:1 w:0)
	/// Proof: `ProviderStaking::Providers` (`max_values`: None, `max_size`: Some(1575), added: 4050, mode: `MaxEncodedLen`)
	/// Storage: `Privacy::Keys` (r:1 w:1)
	/// Proof: `Privacy::Keys` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	fn forget_key() -> Weight {
		// Proof size in bytes, measured: `151`,
		// estimated: `5040`.
		// Shortest time: 22_872_000 ps.
		Weight::from_parts(25_067_000, 5040)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}
}
