//! Weights of this pallet, measured by its benchmarks. Written by `scripts/weights.sh`: change the
//! benchmarks, not this file.
//!
//! Steps: 20, repeats: 10, execution: Compiled, CPU: AMD EPYC, 2026-11-21.

use super::WeightInfo;
use frame::weights_prelude::*;

/// What was measured, with storage accesses priced by the runtime's database weights.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	/// Storage: `Payouts::Eras` (r:1 w:0)
	/// Proof: `Payouts::Eras` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `Payouts::Params` (r:1 w:0)
	/// Proof: `Payouts::Params` (`max_values`: Some(1), `max_size`: Some(28), added: 523, mode: `MaxEncodedLen`)
	/// Storage: `Payouts::WorkOf` (r:1 w:1)
	/// Proof: `Payouts::WorkOf` (`max_values`: None, `max_size`: Some(76), added: 2551, mode: `MaxEncodedLen`)
	/// Storage: `Payouts::WorkOfEras` (r:1 w:1)
	/// Proof: `Payouts::WorkOfEras` (`max_values`: None, `max_size`: Some(68), added: 2543, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:3 w:3)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `ProviderStaking::Providers` (r:1 w:1)
	/// Proof: `ProviderStaking::Providers` (`max_values`: None, `max_size`: Some(1575), added: 4050, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode: `MaxEncodedLen`)
	/// Storage: `Payouts::Distributed` (r:1 w:1)
	/// Proof: `Payouts::Distributed` (`max_values`: Some(1), `max_size`: Some(96), added: 591, mode: `MaxEncodedLen`)
	fn claim() -> Weight {
		// Proof size in bytes, measured: `2758`,
		// estimated: `8799`.
		// Shortest time: 212_847_000 ps.
		Weight::from_parts(226_954_000, 8799)
			.saturating_add(T::DbWeight::get().reads(10))
			.saturating_add(T::DbWeight::get().writes(8))
	}
	/// Storage: `Payouts::Params` (r:1 w:1)
	/// Proof: `Payouts::Params` (`max_values`: Some(1), `max_size`: Some(28), added: 523, mode: `MaxEncodedLen`)
	/// Storage: `Payouts::ParamsChangedAt` (r:1 w:1)
	/// Proof: `Payouts::ParamsChangedAt` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Payouts::Eras` (r:1 w:1)
	/// Proof: `Payouts::Eras` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `Payouts::HalfLives` (r:1 w:1)
	/// Proof: `Payouts::HalfLives` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	fn set_params() -> Weight {
		// Proof size in bytes, measured: `151`,
		// estimated: `1513`.
		// Shortest time: 22_432_000 ps.
		Weight::from_parts(24_054_000, 1513)
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(4))
	}
	/// Storage: `System::Account` (r:13 w:13)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode: `MaxEncodedLen`)
	/// Storage: `Payouts::Distributed` (r:1 w:1)
	/// Proof: `Payouts::Distributed` (`max_values`: Some(1), `max_size`: Some(96), added: 591, mode: `MaxEncodedLen`)
	/// Storage: `Payouts::Eras` (r:1 w:0)
	/// Proof: `Payouts::Eras` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `Payouts::Params` (r:1 w:0)
	/// Proof: `Payouts::Params` (`max_values`: Some(1), `max_size`: Some(28), added: 523, mode: `MaxEncodedLen`)
	/// Storage: `Payouts::WorkOfEras` (r:1 w:1)
	/// Proof: `Payouts::WorkOfEras` (`max_values`: None, `max_size`: Some(68), added: 2543, mode: `MaxEncodedLen`)
	/// Storage: `Payouts::WorkOf` (r:7 w:7)
	/// Proof: `Payouts::WorkOf` (`max_values`: None, `max_size`: Some(76), added: 2551, mode: `MaxEncodedLen`)
	/// Storage: `Payouts::HalfLives` (r:1 w:0)
	/// Proof: `Payouts::HalfLives` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `Pace::Haste` (r:1 w:0)
	/// Proof: `Pace::Haste` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Payouts::TotalCredits` (r:1 w:1)
	/// Proof: `Payouts::TotalCredits` (`max_values`: Some(1), `max_size`: Some(20), added: 515, mode: `MaxEncodedLen`)
	/// Storage: `Payouts::TotalCreditsBefore` (r:1 w:0)
	/// Proof: `Payouts::TotalCreditsBefore` (`max_values`: Some(1), `max_size`: Some(985), added: 1480, mode: `MaxEncodedLen`)
	/// Storage: `Payouts::WorkCredits` (r:7 w:7)
	/// Proof: `Payouts::WorkCredits` (`max_values`: None, `max_size`: Some(68), added: 2543, mode: `MaxEncodedLen`)
	/// Storage: `Payouts::CreditsBefore` (r:7 w:7)
	/// Proof: `Payouts::CreditsBefore` (`max_values`: None, `max_size`: Some(1033), added: 3508, mode: `MaxEncodedLen`)
	/// `e` in `0..=7`.
	/// `r` in `0..=4`.
	fn distribute(e: u32, r: u32) -> Weight {
		// Proof size in bytes, measured: `975 + e * (171 ±0) + r * (34 ±0)`,
		// estimated: `6196 + e * (3508 ±0) + r * (2025 ±159)`.
		// Shortest time: 129_211_000 ps.
		Weight::from_parts(130_424_000, 6196)
			// Standard error: 760_844.
			.saturating_add(Weight::from_parts(90_231_914, 0).saturating_mul(e.into()))
			// Standard error: 1_353_842.
			.saturating_add(Weight::from_parts(50_260_597, 0).saturating_mul(r.into()))
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().reads(5_u64.saturating_mul(e.into())))
			.saturating_add(T::DbWeight::get().reads(2_u64.saturating_mul(r.into())))
			.saturating_add(T::DbWeight::get().writes(2))
			.saturating_add(T::DbWeight::get().writes(4_u64.saturating_mul(e.into())))
			.saturating_add(T::DbWeight::get().writes(1_u64.saturating_mul(r.into())))
			.saturating_add(Weight::from_parts(0, 3508).saturating_mul(e.into()))
			.saturating_add(Weight::from_parts(0, 2025).saturating_mul(r.into()))
	}
}
