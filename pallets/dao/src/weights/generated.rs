//! Weights of this pallet, measured by its benchmarks. Written by `scripts/weights.sh`: change the
//! benchmarks, not this file.
//!
//! Steps: 20, repeats: 10, execution: Compiled, CPU: AMD EPYC, 2026-11-21.

use super::WeightInfo;
use frame::weights_prelude::*;

/// What was measured, with storage accesses priced by the runtime's database weights.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	/// Storage: `ContributorReferenda::ReferendumInfoFor` (r:1 w:1)
	/// Proof: `ContributorReferenda::ReferendumInfoFor` (`max_values`: None, `max_size`: Some(382), added: 2857, mode: `MaxEncodedLen`)
	/// Storage: `Pace::Haste` (r:1 w:0)
	/// Proof: `Pace::Haste` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Payouts::TotalCreditsBefore` (r:1 w:0)
	/// Proof: `Payouts::TotalCreditsBefore` (`max_values`: Some(1), `max_size`: Some(985), added: 1480, mode: `MaxEncodedLen`)
	/// Storage: `Payouts::TotalCredits` (r:1 w:0)
	/// Proof: `Payouts::TotalCredits` (`max_values`: Some(1), `max_size`: Some(20), added: 515, mode: `MaxEncodedLen`)
	/// Storage: `Payouts::CreditsBefore` (r:1 w:0)
	/// Proof: `Payouts::CreditsBefore` (`max_values`: None, `max_size`: Some(1033), added: 3508, mode: `MaxEncodedLen`)
	/// Storage: `Payouts::WorkCredits` (r:1 w:0)
	/// Proof: `Payouts::WorkCredits` (`max_values`: None, `max_size`: Some(68), added: 2543, mode: `MaxEncodedLen`)
	/// Storage: `Dao::Ballots` (r:1 w:1)
	/// Proof: `Dao::Ballots` (`max_values`: None, `max_size`: Some(77), added: 2552, mode: `MaxEncodedLen`)
	fn vote() -> Weight {
		// Proof size in bytes, measured: `1836`,
		// estimated: `4498`.
		// Shortest time: 64_060_000 ps.
		Weight::from_parts(66_575_000, 4498)
			.saturating_add(T::DbWeight::get().reads(7))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	/// Storage: `Dao::Ballots` (r:1 w:1)
	/// Proof: `Dao::Ballots` (`max_values`: None, `max_size`: Some(77), added: 2552, mode: `MaxEncodedLen`)
	/// Storage: `ContributorReferenda::ReferendumInfoFor` (r:1 w:1)
	/// Proof: `ContributorReferenda::ReferendumInfoFor` (`max_values`: None, `max_size`: Some(382), added: 2857, mode: `MaxEncodedLen`)
	fn remove_vote() -> Weight {
		// Proof size in bytes, measured: `411`,
		// estimated: `3847`.
		// Shortest time: 31_940_000 ps.
		Weight::from_parts(33_673_000, 3847)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	/// Storage: `ContributorReferenda::ReferendumInfoFor` (r:1 w:0)
	/// Proof: `ContributorReferenda::ReferendumInfoFor` (`max_values`: None, `max_size`: Some(382), added: 2857, mode: `MaxEncodedLen`)
	/// Storage: `Dao::Ballots` (r:100 w:100)
	/// Proof: `Dao::Ballots` (`max_values`: None, `max_size`: Some(77), added: 2552, mode: `MaxEncodedLen`)
	/// `n` in `1..=100`.
	fn clear_votes(n: u32) -> Weight {
		// Proof size in bytes, measured: `253 + n * (71 ±0)`,
		// estimated: `3847 + n * (2552 ±0)`.
		// Shortest time: 30_627_000 ps.
		Weight::from_parts(29_233_864, 3847)
			// Standard error: 17_896.
			.saturating_add(Weight::from_parts(4_401_781, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().reads(1_u64.saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(1_u64.saturating_mul(n.into())))
			.saturating_add(Weight::from_parts(0, 2552).saturating_mul(n.into()))
	}
	/// Storage: `ModelRegistry::Models` (r:4 w:0)
	/// Proof: `ModelRegistry::Models` (`max_values`: None, `max_size`: Some(2039), added: 4514, mode: `MaxEncodedLen`)
	/// Storage: `Dao::Featured` (r:1 w:1)
	/// Proof: `Dao::Featured` (`max_values`: Some(1), `max_size`: Some(129), added: 624, mode: `MaxEncodedLen`)
	fn feature() -> Weight {
		// Proof size in bytes, measured: `9599`,
		// estimated: `19046`.
		// Shortest time: 83_096_000 ps.
		Weight::from_parts(91_572_000, 19046)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `Dao::Featured` (r:1 w:1)
	/// Proof: `Dao::Featured` (`max_values`: Some(1), `max_size`: Some(129), added: 624, mode: `MaxEncodedLen`)
	fn unfeature() -> Weight {
		// Proof size in bytes, measured: `232`,
		// estimated: `1614`.
		// Shortest time: 30_717_000 ps.
		Weight::from_parts(35_386_000, 1614)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `JobMarket::Params` (r:1 w:1)
	/// Proof: `JobMarket::Params` (`max_values`: Some(1), `max_size`: Some(62), added: 557, mode: `MaxEncodedLen`)
	/// Storage: `JobMarket::ParamsChangedAt` (r:1 w:1)
	/// Proof: `JobMarket::ParamsChangedAt` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	fn set_redundancy_floor() -> Weight {
		// Proof size in bytes, measured: `93`,
		// estimated: `1547`.
		// Shortest time: 19_977_000 ps.
		Weight::from_parts(22_101_000, 1547)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	/// Storage: `Payouts::Params` (r:1 w:1)
	/// Proof: `Payouts::Params` (`max_values`: Some(1), `max_size`: Some(28), added: 523, mode: `MaxEncodedLen`)
	/// Storage: `Payouts::ParamsChangedAt` (r:1 w:1)
	/// Proof: `Payouts::ParamsChangedAt` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Payouts::Eras` (r:1 w:0)
	/// Proof: `Payouts::Eras` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	fn set_fee_split() -> Weight {
		// Proof size in bytes, measured: `128`,
		// estimated: `1513`.
		// Shortest time: 22_903_000 ps.
		Weight::from_parts(24_736_000, 1513)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	/// Storage: `Scheduler::Lookup` (r:1 w:1)
	/// Proof: `Scheduler::Lookup` (`max_values`: None, `max_size`: Some(48), added: 2523, mode: `MaxEncodedLen`)
	/// Storage: `Scheduler::Agenda` (r:1 w:1)
	/// Proof: `Scheduler::Agenda` (`max_values`: None, `max_size`: Some(53518), added: 55993, mode: `MaxEncodedLen`)
	/// Storage: `Scheduler::Retries` (r:0 w:1)
	/// Proof: `Scheduler::Retries` (`max_values`: None, `max_size`: Some(30), added: 2505, mode: `MaxEncodedLen`)
	fn veto() -> Weight {
		// Proof size in bytes, measured: `223`,
		// estimated: `56983`.
		// Shortest time: 37_480_000 ps.
		Weight::from_parts(40_124_000, 56983)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(3))
	}
}
