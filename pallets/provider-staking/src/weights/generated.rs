//! Weights of this pallet, measured by its benchmarks. Written by `scripts/weights.sh`: change the
//! benchmarks, not this file.
//!
//! Steps: 20, repeats: 10, execution: Compiled, CPU: AMD EPYC, 2026-11-21.

use super::WeightInfo;
use frame::weights_prelude::*;

/// What was measured, with storage accesses priced by the runtime's database weights.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	/// Storage: `ProviderStaking::Providers` (r:1 w:1)
	/// Proof: `ProviderStaking::Providers` (`max_values`: None, `max_size`: Some(1575), added: 4050, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(157), added: 2632, mode: `MaxEncodedLen`)
	/// Storage: `ProviderStaking::Params` (r:1 w:0)
	/// Proof: `ProviderStaking::Params` (`max_values`: Some(1), `max_size`: Some(56), added: 551, mode: `MaxEncodedLen`)
	/// Storage: `ProviderStaking::Epochs` (r:1 w:0)
	/// Proof: `ProviderStaking::Epochs` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `ProviderStaking::PoolSeats` (r:32 w:32)
	/// Proof: `ProviderStaking::PoolSeats` (`max_values`: None, `max_size`: Some(124), added: 2599, mode: `MaxEncodedLen`)
	/// `s` in `0..=32`.
	fn bond(s: u32) -> Weight {
		// Proof size in bytes, measured: `1823 + s * (81 ±0)`,
		// estimated: `5040 + s * (2599 ±0)`.
		// Shortest time: 93_585_000 ps.
		Weight::from_parts(130_351_117, 5040)
			// Standard error: 259_143.
			.saturating_add(Weight::from_parts(14_421_321, 0).saturating_mul(s.into()))
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().reads(1_u64.saturating_mul(s.into())))
			.saturating_add(T::DbWeight::get().writes(2))
			.saturating_add(T::DbWeight::get().writes(1_u64.saturating_mul(s.into())))
			.saturating_add(Weight::from_parts(0, 2599).saturating_mul(s.into()))
	}
	/// Storage: `ProviderStaking::Providers` (r:1 w:1)
	/// Proof: `ProviderStaking::Providers` (`max_values`: None, `max_size`: Some(1575), added: 4050, mode: `MaxEncodedLen`)
	/// Storage: `ProviderStaking::Params` (r:1 w:0)
	/// Proof: `ProviderStaking::Params` (`max_values`: Some(1), `max_size`: Some(56), added: 551, mode: `MaxEncodedLen`)
	/// Storage: `ProviderStaking::Epochs` (r:1 w:0)
	/// Proof: `ProviderStaking::Epochs` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `ProviderStaking::PoolSeats` (r:32 w:32)
	/// Proof: `ProviderStaking::PoolSeats` (`max_values`: None, `max_size`: Some(124), added: 2599, mode: `MaxEncodedLen`)
	/// `s` in `0..=32`.
	fn unbond(s: u32) -> Weight {
		// Proof size in bytes, measured: `1710 + s * (81 ±0)`,
		// estimated: `5040 + s * (2599 ±0)`.
		// Shortest time: 35_977_000 ps.
		Weight::from_parts(62_203_706, 5040)
			// Standard error: 123_010.
			.saturating_add(Weight::from_parts(5_686_046, 0).saturating_mul(s.into()))
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().reads(1_u64.saturating_mul(s.into())))
			.saturating_add(T::DbWeight::get().writes(1))
			.saturating_add(T::DbWeight::get().writes(1_u64.saturating_mul(s.into())))
			.saturating_add(Weight::from_parts(0, 2599).saturating_mul(s.into()))
	}
	/// Storage: `ProviderStaking::Providers` (r:1 w:1)
	/// Proof: `ProviderStaking::Providers` (`max_values`: None, `max_size`: Some(1575), added: 4050, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(157), added: 2632, mode: `MaxEncodedLen`)
	fn withdraw_unbonded() -> Weight {
		// Proof size in bytes, measured: `1705`,
		// estimated: `5040`.
		// Shortest time: 77_034_000 ps.
		Weight::from_parts(84_158_000, 5040)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	/// Storage: `ProviderStaking::Providers` (r:1 w:1)
	/// Proof: `ProviderStaking::Providers` (`max_values`: None, `max_size`: Some(1575), added: 4050, mode: `MaxEncodedLen`)
	/// Storage: `ModelRegistry::Models` (r:4 w:0)
	/// Proof: `ModelRegistry::Models` (`max_values`: None, `max_size`: Some(2039), added: 4514, mode: `MaxEncodedLen`)
	/// Storage: `ProviderStaking::PoolSize` (r:1 w:1)
	/// Proof: `ProviderStaking::PoolSize` (`max_values`: None, `max_size`: Some(32), added: 2507, mode: `MaxEncodedLen`)
	/// Storage: `ProviderStaking::PoolSeats` (r:0 w:1)
	/// Proof: `ProviderStaking::PoolSeats` (`max_values`: None, `max_size`: Some(124), added: 2599, mode: `MaxEncodedLen`)
	fn offer() -> Weight {
		// Proof size in bytes, measured: `10526`,
		// estimated: `19046`.
		// Shortest time: 83_165_000 ps.
		Weight::from_parts(100_588_000, 19046)
			.saturating_add(T::DbWeight::get().reads(6))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	/// Storage: `ProviderStaking::Providers` (r:1 w:1)
	/// Proof: `ProviderStaking::Providers` (`max_values`: None, `max_size`: Some(1575), added: 4050, mode: `MaxEncodedLen`)
	/// Storage: `ProviderStaking::PoolSeats` (r:1 w:1)
	/// Proof: `ProviderStaking::PoolSeats` (`max_values`: None, `max_size`: Some(124), added: 2599, mode: `MaxEncodedLen`)
	fn update_offer() -> Weight {
		// Proof size in bytes, measured: `2493`,
		// estimated: `5040`.
		// Shortest time: 39_914_000 ps.
		Weight::from_parts(56_375_000, 5040)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	/// Storage: `ProviderStaking::Providers` (r:2 w:2)
	/// Proof: `ProviderStaking::Providers` (`max_values`: None, `max_size`: Some(1575), added: 4050, mode: `MaxEncodedLen`)
	/// Storage: `ProviderStaking::PoolSize` (r:1 w:1)
	/// Proof: `ProviderStaking::PoolSize` (`max_values`: None, `max_size`: Some(32), added: 2507, mode: `MaxEncodedLen`)
	/// Storage: `ProviderStaking::PoolSeats` (r:1 w:2)
	/// Proof: `ProviderStaking::PoolSeats` (`max_values`: None, `max_size`: Some(124), added: 2599, mode: `MaxEncodedLen`)
	fn withdraw_offer() -> Weight {
		// Proof size in bytes, measured: `4855`,
		// estimated: `9090`.
		// Shortest time: 69_109_000 ps.
		Weight::from_parts(82_424_000, 9090)
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(5))
	}
	/// Storage: `ProviderStaking::Providers` (r:1 w:1)
	/// Proof: `ProviderStaking::Providers` (`max_values`: None, `max_size`: Some(1575), added: 4050, mode: `MaxEncodedLen`)
	/// Storage: `ProviderStaking::PoolSize` (r:32 w:32)
	/// Proof: `ProviderStaking::PoolSize` (`max_values`: None, `max_size`: Some(32), added: 2507, mode: `MaxEncodedLen`)
	/// Storage: `ProviderStaking::PoolSeats` (r:0 w:32)
	/// Proof: `ProviderStaking::PoolSeats` (`max_values`: None, `max_size`: Some(124), added: 2599, mode: `MaxEncodedLen`)
	/// `s` in `1..=32`.
	fn go_available(s: u32) -> Weight {
		// Proof size in bytes, measured: `1396 + s * (96 ±0)`,
		// estimated: `5040 + s * (2507 ±0)`.
		// Shortest time: 43_792_000 ps.
		Weight::from_parts(22_052_874, 5040)
			// Standard error: 512_171.
			.saturating_add(Weight::from_parts(20_237_273, 0).saturating_mul(s.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().reads(1_u64.saturating_mul(s.into())))
			.saturating_add(T::DbWeight::get().writes(1))
			.saturating_add(T::DbWeight::get().writes(2_u64.saturating_mul(s.into())))
			.saturating_add(Weight::from_parts(0, 2507).saturating_mul(s.into()))
	}
	/// Storage: `ProviderStaking::Providers` (r:33 w:33)
	/// Proof: `ProviderStaking::Providers` (`max_values`: None, `max_size`: Some(1575), added: 4050, mode: `MaxEncodedLen`)
	/// Storage: `ProviderStaking::PoolSize` (r:32 w:32)
	/// Proof: `ProviderStaking::PoolSize` (`max_values`: None, `max_size`: Some(32), added: 2507, mode: `MaxEncodedLen`)
	/// Storage: `ProviderStaking::PoolSeats` (r:32 w:64)
	/// Proof: `ProviderStaking::PoolSeats` (`max_values`: None, `max_size`: Some(124), added: 2599, mode: `MaxEncodedLen`)
	/// `s` in `1..=32`.
	fn go_unavailable(s: u32) -> Weight {
		// Proof size in bytes, measured: `1873 + s * (1800 ±0)`,
		// estimated: `5040 + s * (4050 ±0)`.
		// Shortest time: 72_896_000 ps.
		Weight::from_parts(34_169_326, 5040)
			// Standard error: 1_599_520.
			.saturating_add(Weight::from_parts(52_212_413, 0).saturating_mul(s.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().reads(3_u64.saturating_mul(s.into())))
			.saturating_add(T::DbWeight::get().writes(1))
			.saturating_add(T::DbWeight::get().writes(4_u64.saturating_mul(s.into())))
			.saturating_add(Weight::from_parts(0, 4050).saturating_mul(s.into()))
	}
	/// Storage: `ProviderStaking::Providers` (r:1 w:1)
	/// Proof: `ProviderStaking::Providers` (`max_values`: None, `max_size`: Some(1575), added: 4050, mode: `MaxEncodedLen`)
	/// Storage: `ProviderStaking::NextPot` (r:1 w:1)
	/// Proof: `ProviderStaking::NextPot` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `ProviderStaking::Delegations` (r:1 w:1)
	/// Proof: `ProviderStaking::Delegations` (`max_values`: None, `max_size`: Some(281), added: 2756, mode: `MaxEncodedLen`)
	/// Storage: `ProviderStaking::Params` (r:1 w:0)
	/// Proof: `ProviderStaking::Params` (`max_values`: Some(1), `max_size`: Some(56), added: 551, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(157), added: 2632, mode: `MaxEncodedLen`)
	/// Storage: `ProviderStaking::Epochs` (r:1 w:0)
	/// Proof: `ProviderStaking::Epochs` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `ProviderStaking::PoolSeats` (r:32 w:32)
	/// Proof: `ProviderStaking::PoolSeats` (`max_values`: None, `max_size`: Some(124), added: 2599, mode: `MaxEncodedLen`)
	/// `s` in `0..=32`.
	fn delegate(s: u32) -> Weight {
		// Proof size in bytes, measured: `1824 + s * (97 ±0)`,
		// estimated: `5040 + s * (2599 ±0)`.
		// Shortest time: 237_764_000 ps.
		Weight::from_parts(286_863_996, 5040)
			// Standard error: 314_733.
			.saturating_add(Weight::from_parts(11_964_324, 0).saturating_mul(s.into()))
			.saturating_add(T::DbWeight::get().reads(7))
			.saturating_add(T::DbWeight::get().reads(1_u64.saturating_mul(s.into())))
			.saturating_add(T::DbWeight::get().writes(5))
			.saturating_add(T::DbWeight::get().writes(1_u64.saturating_mul(s.into())))
			.saturating_add(Weight::from_parts(0, 2599).saturating_mul(s.into()))
	}
	/// Storage: `ProviderStaking::Providers` (r:1 w:1)
	/// Proof: `ProviderStaking::Providers` (`max_values`: None, `max_size`: Some(1575), added: 4050, mode: `MaxEncodedLen`)
	/// Storage: `ProviderStaking::Delegations` (r:1 w:1)
	/// Proof: `ProviderStaking::Delegations` (`max_values`: None, `max_size`: Some(281), added: 2756, mode: `MaxEncodedLen`)
	/// Storage: `ProviderStaking::Params` (r:1 w:0)
	/// Proof: `ProviderStaking::Params` (`max_values`: Some(1), `max_size`: Some(56), added: 551, mode: `MaxEncodedLen`)
	/// Storage: `ProviderStaking::Epochs` (r:1 w:0)
	/// Proof: `ProviderStaking::Epochs` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `ProviderStaking::PoolSeats` (r:32 w:32)
	/// Proof: `ProviderStaking::PoolSeats` (`max_values`: None, `max_size`: Some(124), added: 2599, mode: `MaxEncodedLen`)
	/// `s` in `0..=32`.
	fn undelegate(s: u32) -> Weight {
		// Proof size in bytes, measured: `2020 + s * (81 ±0)`,
		// estimated: `5040 + s * (2599 ±0)`.
		// Shortest time: 45_575_000 ps.
		Weight::from_parts(66_620_202, 5040)
			// Standard error: 253_567.
			.saturating_add(Weight::from_parts(9_221_058, 0).saturating_mul(s.into()))
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().reads(1_u64.saturating_mul(s.into())))
			.saturating_add(T::DbWeight::get().writes(2))
			.saturating_add(T::DbWeight::get().writes(1_u64.saturating_mul(s.into())))
			.saturating_add(Weight::from_parts(0, 2599).saturating_mul(s.into()))
	}
	/// Storage: `ProviderStaking::Delegations` (r:1 w:1)
	/// Proof: `ProviderStaking::Delegations` (`max_values`: None, `max_size`: Some(281), added: 2756, mode: `MaxEncodedLen`)
	/// Storage: `ProviderStaking::Providers` (r:1 w:1)
	/// Proof: `ProviderStaking::Providers` (`max_values`: None, `max_size`: Some(1575), added: 4050, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(157), added: 2632, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:2 w:2)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	fn withdraw_undelegated() -> Weight {
		// Proof size in bytes, measured: `2285`,
		// estimated: `6196`.
		// Shortest time: 156_713_000 ps.
		Weight::from_parts(256_059_000, 6196)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(5))
	}
	/// Storage: `ProviderStaking::Providers` (r:1 w:1)
	/// Proof: `ProviderStaking::Providers` (`max_values`: None, `max_size`: Some(1575), added: 4050, mode: `MaxEncodedLen`)
	/// Storage: `ProviderStaking::Params` (r:1 w:0)
	/// Proof: `ProviderStaking::Params` (`max_values`: Some(1), `max_size`: Some(56), added: 551, mode: `MaxEncodedLen`)
	fn set_commission() -> Weight {
		// Proof size in bytes, measured: `1657`,
		// estimated: `5040`.
		// Shortest time: 31_609_000 ps.
		Weight::from_parts(56_535_000, 5040)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `ProviderStaking::Providers` (r:1 w:1)
	/// Proof: `ProviderStaking::Providers` (`max_values`: None, `max_size`: Some(1575), added: 4050, mode: `MaxEncodedLen`)
	fn set_operator() -> Weight {
		// Proof size in bytes, measured: `1612`,
		// estimated: `5040`.
		// Shortest time: 27_682_000 ps.
		Weight::from_parts(50_074_000, 5040)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `ProviderStaking::Providers` (r:1 w:1)
	/// Proof: `ProviderStaking::Providers` (`max_values`: None, `max_size`: Some(1575), added: 4050, mode: `MaxEncodedLen`)
	fn accept_provider() -> Weight {
		// Proof size in bytes, measured: `1612`,
		// estimated: `5040`.
		// Shortest time: 28_093_000 ps.
		Weight::from_parts(47_539_000, 5040)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `ProviderStaking::PendingSlashes` (r:1 w:1)
	/// Proof: `ProviderStaking::PendingSlashes` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	/// Storage: `ProviderStaking::Providers` (r:1 w:1)
	/// Proof: `ProviderStaking::Providers` (`max_values`: None, `max_size`: Some(1575), added: 4050, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(157), added: 2632, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:2 w:2)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `ProviderStaking::TotalBurned` (r:1 w:1)
	/// Proof: `ProviderStaking::TotalBurned` (`max_values`: Some(1), `max_size`: Some(16), added: 511, mode: `MaxEncodedLen`)
	fn cancel_slash() -> Weight {
		// Proof size in bytes, measured: `2114`,
		// estimated: `6196`.
		// Shortest time: 179_185_000 ps.
		Weight::from_parts(275_996_000, 6196)
			.saturating_add(T::DbWeight::get().reads(6))
			.saturating_add(T::DbWeight::get().writes(6))
	}
	/// Storage: `ProviderStaking::Params` (r:1 w:1)
	/// Proof: `ProviderStaking::Params` (`max_values`: Some(1), `max_size`: Some(56), added: 551, mode: `MaxEncodedLen`)
	/// Storage: `ProviderStaking::Epochs` (r:1 w:1)
	/// Proof: `ProviderStaking::Epochs` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	fn set_params() -> Weight {
		// Proof size in bytes, measured: `124`,
		// estimated: `1541`.
		// Shortest time: 19_266_000 ps.
		Weight::from_parts(31_458_000, 1541)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	/// Storage: `ProviderStaking::SlashQueue` (r:1 w:1)
	/// Proof: `ProviderStaking::SlashQueue` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `ProviderStaking::PendingSlashes` (r:1 w:0)
	/// Proof: `ProviderStaking::PendingSlashes` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	fn slash_queue() -> Weight {
		// Proof size in bytes, measured: `107`,
		// estimated: `3545`.
		// Shortest time: 9_417_000 ps.
		Weight::from_parts(12_713_000, 3545)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `ProviderStaking::PendingSlashes` (r:1 w:0)
	/// Proof: `ProviderStaking::PendingSlashes` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	fn cancelled_slash() -> Weight {
		// Proof size in bytes, measured: `69`,
		// estimated: `3545`.
		// Shortest time: 6_472_000 ps.
		Weight::from_parts(12_463_000, 3545).saturating_add(T::DbWeight::get().reads(1))
	}
	/// Storage: `ProviderStaking::PendingSlashes` (r:1 w:1)
	/// Proof: `ProviderStaking::PendingSlashes` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	/// Storage: `ProviderStaking::Providers` (r:33 w:33)
	/// Proof: `ProviderStaking::Providers` (`max_values`: None, `max_size`: Some(1575), added: 4050, mode: `MaxEncodedLen`)
	/// Storage: `ProviderStaking::Params` (r:1 w:0)
	/// Proof: `ProviderStaking::Params` (`max_values`: Some(1), `max_size`: Some(56), added: 551, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:2 w:2)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(157), added: 2632, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:3 w:3)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `ProviderStaking::TotalBurned` (r:1 w:1)
	/// Proof: `ProviderStaking::TotalBurned` (`max_values`: Some(1), `max_size`: Some(16), added: 511, mode: `MaxEncodedLen`)
	/// Storage: `ProviderStaking::PoolSize` (r:32 w:32)
	/// Proof: `ProviderStaking::PoolSize` (`max_values`: None, `max_size`: Some(32), added: 2507, mode: `MaxEncodedLen`)
	/// Storage: `ProviderStaking::PoolSeats` (r:32 w:64)
	/// Proof: `ProviderStaking::PoolSeats` (`max_values`: None, `max_size`: Some(124), added: 2599, mode: `MaxEncodedLen`)
	/// Storage: `ProviderStaking::Epochs` (r:1 w:0)
	/// Proof: `ProviderStaking::Epochs` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// `s` in `0..=32`.
	fn apply_slash(s: u32) -> Weight {
		// Proof size in bytes, measured: `3295 + s * (1790 ±0)`,
		// estimated: `8799 + s * (4050 ±0)`.
		// Shortest time: 336_308_000 ps.
		Weight::from_parts(439_907_868, 8799)
			// Standard error: 2_541_790.
			.saturating_add(Weight::from_parts(50_205_115, 0).saturating_mul(s.into()))
			.saturating_add(T::DbWeight::get().reads(10))
			.saturating_add(T::DbWeight::get().reads(3_u64.saturating_mul(s.into())))
			.saturating_add(T::DbWeight::get().writes(8))
			.saturating_add(T::DbWeight::get().writes(4_u64.saturating_mul(s.into())))
			.saturating_add(Weight::from_parts(0, 4050).saturating_mul(s.into()))
	}
}
