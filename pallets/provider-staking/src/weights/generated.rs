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
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode: `MaxEncodedLen`)
	/// Storage: `ProviderStaking::Params` (r:1 w:0)
	/// Proof: `ProviderStaking::Params` (`max_values`: Some(1), `max_size`: Some(56), added: 551, mode: `MaxEncodedLen`)
	/// Storage: `ProviderStaking::Epochs` (r:1 w:0)
	/// Proof: `ProviderStaking::Epochs` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `ProviderStaking::PoolSeats` (r:32 w:32)
	/// Proof: `ProviderStaking::PoolSeats` (`max_values`: None, `max_size`: Some(124), added: 2599, mode: `MaxEncodedLen`)
	/// `s` in `0..=32`.
	fn bond(s: u32) -> Weight {
		// Proof size in bytes, measured: `1818 + s * (82 ±0)`,
		// estimated: `5040 + s * (2599 ±0)`.
		// Shortest time: 148_747_000 ps.
		Weight::from_parts(172_982_554, 5040)
			// Standard error: 76_694.
			.saturating_add(Weight::from_parts(10_725_891, 0).saturating_mul(s.into()))
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
		// Proof size in bytes, measured: `1671 + s * (82 ±0)`,
		// estimated: `5040 + s * (2599 ±0)`.
		// Shortest time: 33_442_000 ps.
		Weight::from_parts(69_865_293, 5040)
			// Standard error: 272_372.
			.saturating_add(Weight::from_parts(9_027_027, 0).saturating_mul(s.into()))
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().reads(1_u64.saturating_mul(s.into())))
			.saturating_add(T::DbWeight::get().writes(1))
			.saturating_add(T::DbWeight::get().writes(1_u64.saturating_mul(s.into())))
			.saturating_add(Weight::from_parts(0, 2599).saturating_mul(s.into()))
	}
	/// Storage: `ProviderStaking::Providers` (r:1 w:1)
	/// Proof: `ProviderStaking::Providers` (`max_values`: None, `max_size`: Some(1575), added: 4050, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode: `MaxEncodedLen`)
	fn withdraw_unbonded() -> Weight {
		// Proof size in bytes, measured: `1700`,
		// estimated: `5040`.
		// Shortest time: 77_314_000 ps.
		Weight::from_parts(82_293_000, 5040)
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
		// Proof size in bytes, measured: `10487`,
		// estimated: `19046`.
		// Shortest time: 84_649_000 ps.
		Weight::from_parts(97_642_000, 19046)
			.saturating_add(T::DbWeight::get().reads(6))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	/// Storage: `ProviderStaking::Providers` (r:1 w:1)
	/// Proof: `ProviderStaking::Providers` (`max_values`: None, `max_size`: Some(1575), added: 4050, mode: `MaxEncodedLen`)
	/// Storage: `ProviderStaking::PoolSeats` (r:1 w:1)
	/// Proof: `ProviderStaking::PoolSeats` (`max_values`: None, `max_size`: Some(124), added: 2599, mode: `MaxEncodedLen`)
	fn update_offer() -> Weight {
		// Proof size in bytes, measured: `2454`,
		// estimated: `5040`.
		// Shortest time: 42_068_000 ps.
		Weight::from_parts(50_976_000, 5040)
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
		// Proof size in bytes, measured: `4816`,
		// estimated: `9090`.
		// Shortest time: 71_193_000 ps.
		Weight::from_parts(84_177_000, 9090)
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
		// Proof size in bytes, measured: `1355 + s * (96 ±0)`,
		// estimated: `5040 + s * (2507 ±0)`.
		// Shortest time: 46_828_000 ps.
		Weight::from_parts(34_018_253, 5040)
			// Standard error: 676_331.
			.saturating_add(Weight::from_parts(17_990_214, 0).saturating_mul(s.into()))
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
		// Proof size in bytes, measured: `1835 + s * (1800 ±0)`,
		// estimated: `5040 + s * (4050 ±0)`.
		// Shortest time: 67_597_000 ps.
		Weight::from_parts(57_905_398, 5040)
			// Standard error: 1_091_006.
			.saturating_add(Weight::from_parts(35_044_517, 0).saturating_mul(s.into()))
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
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode: `MaxEncodedLen`)
	/// Storage: `ProviderStaking::Epochs` (r:1 w:0)
	/// Proof: `ProviderStaking::Epochs` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `ProviderStaking::PoolSeats` (r:32 w:32)
	/// Proof: `ProviderStaking::PoolSeats` (`max_values`: None, `max_size`: Some(124), added: 2599, mode: `MaxEncodedLen`)
	/// `s` in `0..=32`.
	fn delegate(s: u32) -> Weight {
		// Proof size in bytes, measured: `1824 + s * (97 ±0)`,
		// estimated: `5040 + s * (2599 ±0)`.
		// Shortest time: 152_465_000 ps.
		Weight::from_parts(164_605_268, 5040)
			// Standard error: 49_138.
			.saturating_add(Weight::from_parts(6_441_424, 0).saturating_mul(s.into()))
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
		// Proof size in bytes, measured: `1981 + s * (82 ±0)`,
		// estimated: `5040 + s * (2599 ±0)`.
		// Shortest time: 44_754_000 ps.
		Weight::from_parts(50_120_974, 5040)
			// Standard error: 37_804.
			.saturating_add(Weight::from_parts(6_423_783, 0).saturating_mul(s.into()))
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
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:2 w:2)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	fn withdraw_undelegated() -> Weight {
		// Proof size in bytes, measured: `2284`,
		// estimated: `6196`.
		// Shortest time: 159_438_000 ps.
		Weight::from_parts(164_407_000, 6196)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(5))
	}
	/// Storage: `ProviderStaking::Providers` (r:1 w:1)
	/// Proof: `ProviderStaking::Providers` (`max_values`: None, `max_size`: Some(1575), added: 4050, mode: `MaxEncodedLen`)
	/// Storage: `ProviderStaking::Params` (r:1 w:0)
	/// Proof: `ProviderStaking::Params` (`max_values`: Some(1), `max_size`: Some(56), added: 551, mode: `MaxEncodedLen`)
	fn set_commission() -> Weight {
		// Proof size in bytes, measured: `1618`,
		// estimated: `5040`.
		// Shortest time: 30_618_000 ps.
		Weight::from_parts(33_142_000, 5040)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `ProviderStaking::Providers` (r:1 w:1)
	/// Proof: `ProviderStaking::Providers` (`max_values`: None, `max_size`: Some(1575), added: 4050, mode: `MaxEncodedLen`)
	fn set_operator() -> Weight {
		// Proof size in bytes, measured: `1573`,
		// estimated: `5040`.
		// Shortest time: 27_742_000 ps.
		Weight::from_parts(29_886_000, 5040)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `ProviderStaking::Providers` (r:1 w:1)
	/// Proof: `ProviderStaking::Providers` (`max_values`: None, `max_size`: Some(1575), added: 4050, mode: `MaxEncodedLen`)
	fn accept_provider() -> Weight {
		// Proof size in bytes, measured: `1573`,
		// estimated: `5040`.
		// Shortest time: 27_331_000 ps.
		Weight::from_parts(34_605_000, 5040)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `ProviderStaking::PendingSlashes` (r:1 w:1)
	/// Proof: `ProviderStaking::PendingSlashes` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	/// Storage: `ProviderStaking::Providers` (r:1 w:1)
	/// Proof: `ProviderStaking::Providers` (`max_values`: None, `max_size`: Some(1575), added: 4050, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:2 w:2)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `ProviderStaking::TotalBurned` (r:1 w:1)
	/// Proof: `ProviderStaking::TotalBurned` (`max_values`: Some(1), `max_size`: Some(16), added: 511, mode: `MaxEncodedLen`)
	fn cancel_slash() -> Weight {
		// Proof size in bytes, measured: `2113`,
		// estimated: `6196`.
		// Shortest time: 289_812_000 ps.
		Weight::from_parts(330_197_000, 6196)
			.saturating_add(T::DbWeight::get().reads(6))
			.saturating_add(T::DbWeight::get().writes(6))
	}
	/// Storage: `ProviderStaking::Params` (r:1 w:1)
	/// Proof: `ProviderStaking::Params` (`max_values`: Some(1), `max_size`: Some(56), added: 551, mode: `MaxEncodedLen`)
	/// Storage: `ProviderStaking::Epochs` (r:1 w:1)
	/// Proof: `ProviderStaking::Epochs` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	fn set_params() -> Weight {
		// Proof size in bytes, measured: `85`,
		// estimated: `1541`.
		// Shortest time: 24_306_000 ps.
		Weight::from_parts(38_622_000, 1541)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	/// Storage: `ProviderStaking::SlashQueue` (r:1 w:1)
	/// Proof: `ProviderStaking::SlashQueue` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `ProviderStaking::PendingSlashes` (r:1 w:0)
	/// Proof: `ProviderStaking::PendingSlashes` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	fn slash_queue() -> Weight {
		// Proof size in bytes, measured: `68`,
		// estimated: `3545`.
		// Shortest time: 8_636_000 ps.
		Weight::from_parts(10_239_000, 3545)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `ProviderStaking::PendingSlashes` (r:1 w:0)
	/// Proof: `ProviderStaking::PendingSlashes` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	fn cancelled_slash() -> Weight {
		// Proof size in bytes, measured: `69`,
		// estimated: `3545`.
		// Shortest time: 6_372_000 ps.
		Weight::from_parts(7_253_000, 3545).saturating_add(T::DbWeight::get().reads(1))
	}
	/// Storage: `ProviderStaking::PendingSlashes` (r:1 w:1)
	/// Proof: `ProviderStaking::PendingSlashes` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	/// Storage: `ProviderStaking::Providers` (r:33 w:33)
	/// Proof: `ProviderStaking::Providers` (`max_values`: None, `max_size`: Some(1575), added: 4050, mode: `MaxEncodedLen`)
	/// Storage: `ProviderStaking::Params` (r:1 w:0)
	/// Proof: `ProviderStaking::Params` (`max_values`: Some(1), `max_size`: Some(56), added: 551, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:2 w:2)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode: `MaxEncodedLen`)
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
		// Proof size in bytes, measured: `3328 + s * (1790 ±0)`,
		// estimated: `8799 + s * (4050 ±0)`.
		// Shortest time: 292_126_000 ps.
		Weight::from_parts(194_755_572, 8799)
			// Standard error: 2_555_341.
			.saturating_add(Weight::from_parts(52_593_747, 0).saturating_mul(s.into()))
			.saturating_add(T::DbWeight::get().reads(10))
			.saturating_add(T::DbWeight::get().reads(3_u64.saturating_mul(s.into())))
			.saturating_add(T::DbWeight::get().writes(8))
			.saturating_add(T::DbWeight::get().writes(4_u64.saturating_mul(s.into())))
			.saturating_add(Weight::from_parts(0, 4050).saturating_mul(s.into()))
	}
}
