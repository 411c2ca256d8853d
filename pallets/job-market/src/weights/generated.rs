//! Weights of this pallet, measured by its benchmarks. Written by `scripts/weights.sh`: change the
//! benchmarks, not this file.
//!
//! Steps: 20, repeats: 10, execution: Compiled, CPU: AMD EPYC, 2026-11-21.

use super::WeightInfo;
use frame::weights_prelude::*;

/// What was measured, with storage accesses priced by the runtime's database weights.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	/// Storage: `JobMarket::Params` (r:1 w:0)
	/// Proof: `JobMarket::Params` (`max_values`: Some(1), `max_size`: Some(62), added: 557, mode: `MaxEncodedLen`)
	/// Storage: `ModelRegistry::Models` (r:4 w:0)
	/// Proof: `ModelRegistry::Models` (`max_values`: None, `max_size`: Some(2039), added: 4514, mode: `MaxEncodedLen`)
	/// Storage: `Verification::Params` (r:1 w:0)
	/// Proof: `Verification::Params` (`max_values`: Some(1), `max_size`: Some(16), added: 511, mode: `MaxEncodedLen`)
	/// Storage: `JobMarket::Credits` (r:1 w:1)
	/// Proof: `JobMarket::Credits` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	/// Storage: `JobMarket::NextJobId` (r:1 w:1)
	/// Proof: `JobMarket::NextJobId` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode: `MaxEncodedLen`)
	/// Storage: `JobMarket::QueueTail` (r:1 w:1)
	/// Proof: `JobMarket::QueueTail` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `JobMarket::Jobs` (r:0 w:1)
	/// Proof: `JobMarket::Jobs` (`max_values`: None, `max_size`: Some(6735), added: 9210, mode: `MaxEncodedLen`)
	/// Storage: `JobMarket::Queue` (r:0 w:1)
	/// Proof: `JobMarket::Queue` (`max_values`: None, `max_size`: Some(32), added: 2507, mode: `MaxEncodedLen`)
	/// Storage: `JobMarket::Expiries` (r:0 w:1)
	/// Proof: `JobMarket::Expiries` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	/// Storage: `JobMarket::Waiting` (r:0 w:1)
	/// Proof: `JobMarket::Waiting` (`max_values`: None, `max_size`: Some(34), added: 2509, mode: `MaxEncodedLen`)
	/// `b` in `1..=2048`.
	fn submit(b: u32) -> Weight {
		// Proof size in bytes, measured: `8691`,
		// estimated: `19046`.
		// Shortest time: 150_410_000 ps.
		Weight::from_parts(150_144_749, 19046)
			// Standard error: 2_451.
			.saturating_add(Weight::from_parts(24_148, 0).saturating_mul(b.into()))
			.saturating_add(T::DbWeight::get().reads(10))
			.saturating_add(T::DbWeight::get().writes(8))
	}
	/// Storage: `JobMarket::Jobs` (r:1 w:1)
	/// Proof: `JobMarket::Jobs` (`max_values`: None, `max_size`: Some(6735), added: 9210, mode: `MaxEncodedLen`)
	/// Storage: `JobMarket::QueueHead` (r:1 w:0)
	/// Proof: `JobMarket::QueueHead` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `JobMarket::ReservedDraws` (r:1 w:0)
	/// Proof: `JobMarket::ReservedDraws` (`max_values`: Some(1), `max_size`: Some(20), added: 515, mode: `MaxEncodedLen`)
	/// Storage: `JobMarket::Waiting` (r:1 w:1)
	/// Proof: `JobMarket::Waiting` (`max_values`: None, `max_size`: Some(34), added: 2509, mode: `MaxEncodedLen`)
	/// Storage: `JobMarket::Reimbursable` (r:1 w:0)
	/// Proof: `JobMarket::Reimbursable` (`max_values`: None, `max_size`: Some(24), added: 2499, mode: `MaxEncodedLen`)
	/// Storage: `Verification::Params` (r:1 w:0)
	/// Proof: `Verification::Params` (`max_values`: Some(1), `max_size`: Some(16), added: 511, mode: `MaxEncodedLen`)
	/// Storage: `JobMarket::Params` (r:1 w:0)
	/// Proof: `JobMarket::Params` (`max_values`: Some(1), `max_size`: Some(62), added: 557, mode: `MaxEncodedLen`)
	/// Storage: `JobMarket::Credits` (r:1 w:1)
	/// Proof: `JobMarket::Credits` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	/// Storage: `JobMarket::QueueTail` (r:1 w:1)
	/// Proof: `JobMarket::QueueTail` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `JobMarket::Retries` (r:0 w:1)
	/// Proof: `JobMarket::Retries` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	/// Storage: `JobMarket::Queue` (r:0 w:1)
	/// Proof: `JobMarket::Queue` (`max_values`: None, `max_size`: Some(32), added: 2507, mode: `MaxEncodedLen`)
	fn top_up() -> Weight {
		// Proof size in bytes, measured: `2872`,
		// estimated: `10200`.
		// Shortest time: 75_051_000 ps.
		Weight::from_parts(90_679_000, 10200)
			.saturating_add(T::DbWeight::get().reads(9))
			.saturating_add(T::DbWeight::get().writes(6))
	}
	/// Storage: `JobMarket::Jobs` (r:1 w:1)
	/// Proof: `JobMarket::Jobs` (`max_values`: None, `max_size`: Some(6735), added: 9210, mode: `MaxEncodedLen`)
	/// Storage: `JobMarket::QueueHead` (r:1 w:0)
	/// Proof: `JobMarket::QueueHead` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `JobMarket::ReservedDraws` (r:1 w:0)
	/// Proof: `JobMarket::ReservedDraws` (`max_values`: Some(1), `max_size`: Some(20), added: 515, mode: `MaxEncodedLen`)
	/// Storage: `JobMarket::Waiting` (r:1 w:1)
	/// Proof: `JobMarket::Waiting` (`max_values`: None, `max_size`: Some(34), added: 2509, mode: `MaxEncodedLen`)
	/// Storage: `Verification::CommitteesOf` (r:2 w:0)
	/// Proof: `Verification::CommitteesOf` (`max_values`: None, `max_size`: Some(15650), added: 18125, mode: `MaxEncodedLen`)
	/// Storage: `Verification::Reviews` (r:1 w:1)
	/// Proof: `Verification::Reviews` (`max_values`: None, `max_size`: Some(102), added: 2577, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode: `MaxEncodedLen`)
	/// Storage: `JobMarket::Queue` (r:0 w:1)
	/// Proof: `JobMarket::Queue` (`max_values`: None, `max_size`: Some(32), added: 2507, mode: `MaxEncodedLen`)
	/// Storage: `JobMarket::Expiries` (r:0 w:1)
	/// Proof: `JobMarket::Expiries` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	fn cancel() -> Weight {
		// Proof size in bytes, measured: `19240`,
		// estimated: `37240`.
		// Shortest time: 155_981_000 ps.
		Weight::from_parts(174_907_000, 37240)
			.saturating_add(T::DbWeight::get().reads(8))
			.saturating_add(T::DbWeight::get().writes(6))
	}
	/// Storage: `JobMarket::Jobs` (r:1 w:1)
	/// Proof: `JobMarket::Jobs` (`max_values`: None, `max_size`: Some(6735), added: 9210, mode: `MaxEncodedLen`)
	/// Storage: `JobMarket::Params` (r:1 w:0)
	/// Proof: `JobMarket::Params` (`max_values`: Some(1), `max_size`: Some(62), added: 557, mode: `MaxEncodedLen`)
	/// Storage: `JobMarket::ReviewOf` (r:1 w:1)
	/// Proof: `JobMarket::ReviewOf` (`max_values`: None, `max_size`: Some(32), added: 2507, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode: `MaxEncodedLen`)
	/// Storage: `Verification::CommitteesOf` (r:1 w:1)
	/// Proof: `Verification::CommitteesOf` (`max_values`: None, `max_size`: Some(15650), added: 18125, mode: `MaxEncodedLen`)
	/// Storage: `Verification::Reviews` (r:1 w:1)
	/// Proof: `Verification::Reviews` (`max_values`: None, `max_size`: Some(102), added: 2577, mode: `MaxEncodedLen`)
	/// Storage: `Verification::ReviewOf` (r:1 w:2)
	/// Proof: `Verification::ReviewOf` (`max_values`: None, `max_size`: Some(32), added: 2507, mode: `MaxEncodedLen`)
	/// Storage: `JobMarket::Reimbursable` (r:0 w:1)
	/// Proof: `JobMarket::Reimbursable` (`max_values`: None, `max_size`: Some(24), added: 2499, mode: `MaxEncodedLen`)
	/// Storage: `Verification::Verdicts` (r:0 w:1)
	/// Proof: `Verification::Verdicts` (`max_values`: None, `max_size`: Some(26), added: 2501, mode: `MaxEncodedLen`)
	/// Storage: `Verification::References` (r:0 w:1)
	/// Proof: `Verification::References` (`max_values`: None, `max_size`: Some(16506), added: 18981, mode: `MaxEncodedLen`)
	fn prune() -> Weight {
		// Proof size in bytes, measured: `23760`,
		// estimated: `19115`.
		// Shortest time: 168_275_000 ps.
		Weight::from_parts(297_997_000, 19115)
			.saturating_add(T::DbWeight::get().reads(8))
			.saturating_add(T::DbWeight::get().writes(11))
	}
	/// Storage: `JobMarket::Credits` (r:1 w:1)
	/// Proof: `JobMarket::Credits` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode: `MaxEncodedLen`)
	fn add_credit() -> Weight {
		// Proof size in bytes, measured: `238`,
		// estimated: `3676`.
		// Shortest time: 80_210_000 ps.
		Weight::from_parts(148_027_000, 3676)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	/// Storage: `JobMarket::Credits` (r:1 w:1)
	/// Proof: `JobMarket::Credits` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode: `MaxEncodedLen`)
	fn withdraw_credit() -> Weight {
		// Proof size in bytes, measured: `238`,
		// estimated: `3676`.
		// Shortest time: 94_266_000 ps.
		Weight::from_parts(97_252_000, 3676)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	/// Storage: `JobMarket::Params` (r:1 w:1)
	/// Proof: `JobMarket::Params` (`max_values`: Some(1), `max_size`: Some(62), added: 557, mode: `MaxEncodedLen`)
	/// Storage: `JobMarket::ParamsChangedAt` (r:1 w:1)
	/// Proof: `JobMarket::ParamsChangedAt` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	fn set_params() -> Weight {
		// Proof size in bytes, measured: `117`,
		// estimated: `1547`.
		// Shortest time: 17_844_000 ps.
		Weight::from_parts(25_217_000, 1547)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	/// Storage: `JobMarket::ExpiryCursor` (r:1 w:1)
	/// Proof: `JobMarket::ExpiryCursor` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `JobMarket::Expiries` (r:13 w:0)
	/// Proof: `JobMarket::Expiries` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	/// `b` in `1..=13`.
	fn expire_agenda(b: u32) -> Weight {
		// Proof size in bytes, measured: `66`,
		// estimated: `1489 + b * (2519 ±0)`.
		// Shortest time: 10_340_000 ps.
		Weight::from_parts(8_177_644, 1489)
			// Standard error: 6_618.
			.saturating_add(Weight::from_parts(3_796_264, 0).saturating_mul(b.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().reads(1_u64.saturating_mul(b.into())))
			.saturating_add(T::DbWeight::get().writes(1))
			.saturating_add(Weight::from_parts(0, 2519).saturating_mul(b.into()))
	}
	/// Storage: `JobMarket::ExpiryCursor` (r:1 w:1)
	/// Proof: `JobMarket::ExpiryCursor` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `JobMarket::Expiries` (r:2 w:2)
	/// Proof: `JobMarket::Expiries` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	/// Storage: `JobMarket::Jobs` (r:2 w:2)
	/// Proof: `JobMarket::Jobs` (`max_values`: None, `max_size`: Some(6735), added: 9210, mode: `MaxEncodedLen`)
	/// Storage: `Verification::CommitteesOf` (r:2 w:2)
	/// Proof: `Verification::CommitteesOf` (`max_values`: None, `max_size`: Some(15650), added: 18125, mode: `MaxEncodedLen`)
	/// Storage: `Verification::Agenda` (r:1 w:2)
	/// Proof: `Verification::Agenda` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	/// Storage: `Verification::Verdicts` (r:2 w:0)
	/// Proof: `Verification::Verdicts` (`max_values`: None, `max_size`: Some(26), added: 2501, mode: `MaxEncodedLen`)
	/// Storage: `ProviderStaking::Providers` (r:14 w:14)
	/// Proof: `ProviderStaking::Providers` (`max_values`: None, `max_size`: Some(1575), added: 4050, mode: `MaxEncodedLen`)
	/// Storage: `ProviderStaking::Params` (r:1 w:0)
	/// Proof: `ProviderStaking::Params` (`max_values`: Some(1), `max_size`: Some(56), added: 551, mode: `MaxEncodedLen`)
	/// Storage: `ProviderStaking::Epochs` (r:1 w:0)
	/// Proof: `ProviderStaking::Epochs` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `ProviderStaking::SlashQueue` (r:1 w:1)
	/// Proof: `ProviderStaking::SlashQueue` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `Verification::Reviews` (r:2 w:1)
	/// Proof: `Verification::Reviews` (`max_values`: None, `max_size`: Some(102), added: 2577, mode: `MaxEncodedLen`)
	/// Storage: `Verification::ReviewOf` (r:2 w:0)
	/// Proof: `Verification::ReviewOf` (`max_values`: None, `max_size`: Some(32), added: 2507, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:13 w:13)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:2 w:2)
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
	/// Storage: `Payouts::TotalCreditsBefore` (r:1 w:1)
	/// Proof: `Payouts::TotalCreditsBefore` (`max_values`: Some(1), `max_size`: Some(985), added: 1480, mode: `MaxEncodedLen`)
	/// Storage: `Payouts::WorkCredits` (r:7 w:7)
	/// Proof: `Payouts::WorkCredits` (`max_values`: None, `max_size`: Some(68), added: 2543, mode: `MaxEncodedLen`)
	/// Storage: `Payouts::CreditsBefore` (r:7 w:7)
	/// Proof: `Payouts::CreditsBefore` (`max_values`: None, `max_size`: Some(1033), added: 3508, mode: `MaxEncodedLen`)
	/// Storage: `JobMarket::Waiting` (r:2 w:0)
	/// Proof: `JobMarket::Waiting` (`max_values`: None, `max_size`: Some(34), added: 2509, mode: `MaxEncodedLen`)
	/// Storage: `Verification::VotesOf` (r:7 w:14)
	/// Proof: `Verification::VotesOf` (`max_values`: None, `max_size`: Some(16427), added: 18902, mode: `MaxEncodedLen`)
	/// Storage: `Verification::Assignments` (r:0 w:14)
	/// Proof: `Verification::Assignments` (`max_values`: None, `max_size`: Some(72), added: 2547, mode: `MaxEncodedLen`)
	/// Storage: `ProviderStaking::PendingSlashes` (r:0 w:7)
	/// Proof: `ProviderStaking::PendingSlashes` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	fn expire_job() -> Weight {
		// Proof size in bytes, measured: `61581`,
		// estimated: `133304`.
		// Shortest time: 1_853_573_000 ps.
		Weight::from_parts(2_127_696_000, 133304)
			.saturating_add(T::DbWeight::get().reads(84))
			.saturating_add(T::DbWeight::get().writes(100))
	}
	/// Storage: `JobMarket::QueueTail` (r:1 w:1)
	/// Proof: `JobMarket::QueueTail` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `JobMarket::QueueHead` (r:1 w:0)
	/// Proof: `JobMarket::QueueHead` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `JobMarket::RetryCursor` (r:1 w:1)
	/// Proof: `JobMarket::RetryCursor` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `JobMarket::Retries` (r:21 w:10)
	/// Proof: `JobMarket::Retries` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	/// Storage: `JobMarket::Waiting` (r:10 w:10)
	/// Proof: `JobMarket::Waiting` (`max_values`: None, `max_size`: Some(34), added: 2509, mode: `MaxEncodedLen`)
	/// Storage: `JobMarket::Queue` (r:0 w:10)
	/// Proof: `JobMarket::Queue` (`max_values`: None, `max_size`: Some(32), added: 2507, mode: `MaxEncodedLen`)
	/// `b` in `1..=11`.
	/// `n` in `0..=10`.
	fn requeue(b: u32, n: u32) -> Weight {
		// Proof size in bytes, measured: `0 + b * (21 ±0) + n * (85 ±0)`,
		// estimated: `1493 + b * (2519 ±0) + n * (2519 ±0)`.
		// Shortest time: 51_537_000 ps.
		Weight::from_parts(52_318_000, 1493)
			// Standard error: 136_334.
			.saturating_add(Weight::from_parts(2_856_816, 0).saturating_mul(b.into()))
			// Standard error: 151_830.
			.saturating_add(Weight::from_parts(12_948_456, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().reads(1_u64.saturating_mul(b.into())))
			.saturating_add(T::DbWeight::get().reads(2_u64.saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(2))
			.saturating_add(T::DbWeight::get().writes(3_u64.saturating_mul(n.into())))
			.saturating_add(Weight::from_parts(0, 2519).saturating_mul(b.into()))
			.saturating_add(Weight::from_parts(0, 2519).saturating_mul(n.into()))
	}
	/// Storage: `JobMarket::QueueTail` (r:1 w:0)
	/// Proof: `JobMarket::QueueTail` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `JobMarket::QueueHead` (r:1 w:1)
	/// Proof: `JobMarket::QueueHead` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `Babe::AuthorVrfRandomness` (r:1 w:0)
	/// Proof: `Babe::AuthorVrfRandomness` (`max_values`: Some(1), `max_size`: Some(33), added: 528, mode: `MaxEncodedLen`)
	/// Storage: `System::BlockHash` (r:1 w:0)
	/// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	/// Storage: `JobMarket::Queue` (r:1 w:0)
	/// Proof: `JobMarket::Queue` (`max_values`: None, `max_size`: Some(32), added: 2507, mode: `MaxEncodedLen`)
	/// Storage: `JobMarket::ReservedDraws` (r:0 w:1)
	/// Proof: `JobMarket::ReservedDraws` (`max_values`: Some(1), `max_size`: Some(20), added: 515, mode: `MaxEncodedLen`)
	fn reserve_draws() -> Weight {
		// Proof size in bytes, measured: `405`,
		// estimated: `3509`.
		// Shortest time: 24_836_000 ps.
		Weight::from_parts(26_710_000, 3509)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	/// Storage: `JobMarket::ReservedDraws` (r:1 w:1)
	/// Proof: `JobMarket::ReservedDraws` (`max_values`: Some(1), `max_size`: Some(20), added: 515, mode: `MaxEncodedLen`)
	/// Storage: `Babe::AuthorVrfRandomness` (r:1 w:0)
	/// Proof: `Babe::AuthorVrfRandomness` (`max_values`: Some(1), `max_size`: Some(33), added: 528, mode: `MaxEncodedLen`)
	/// Storage: `System::BlockHash` (r:1 w:0)
	/// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	/// Storage: `JobMarket::QueueHead` (r:1 w:1)
	/// Proof: `JobMarket::QueueHead` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `JobMarket::QueueTail` (r:1 w:0)
	/// Proof: `JobMarket::QueueTail` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `JobMarket::Queue` (r:1 w:1)
	/// Proof: `JobMarket::Queue` (`max_values`: None, `max_size`: Some(32), added: 2507, mode: `MaxEncodedLen`)
	/// Storage: `JobMarket::Waiting` (r:1 w:1)
	/// Proof: `JobMarket::Waiting` (`max_values`: None, `max_size`: Some(34), added: 2509, mode: `MaxEncodedLen`)
	/// Storage: `JobMarket::Jobs` (r:1 w:1)
	/// Proof: `JobMarket::Jobs` (`max_values`: None, `max_size`: Some(6735), added: 9210, mode: `MaxEncodedLen`)
	/// Storage: `Verification::CommitteesOf` (r:1 w:1)
	/// Proof: `Verification::CommitteesOf` (`max_values`: None, `max_size`: Some(15650), added: 18125, mode: `MaxEncodedLen`)
	/// Storage: `Verification::Reviews` (r:1 w:0)
	/// Proof: `Verification::Reviews` (`max_values`: None, `max_size`: Some(102), added: 2577, mode: `MaxEncodedLen`)
	/// Storage: `Verification::ReviewOf` (r:1 w:0)
	/// Proof: `Verification::ReviewOf` (`max_values`: None, `max_size`: Some(32), added: 2507, mode: `MaxEncodedLen`)
	/// Storage: `JobMarket::Params` (r:1 w:0)
	/// Proof: `JobMarket::Params` (`max_values`: Some(1), `max_size`: Some(62), added: 557, mode: `MaxEncodedLen`)
	/// Storage: `ProviderStaking::Params` (r:1 w:0)
	/// Proof: `ProviderStaking::Params` (`max_values`: Some(1), `max_size`: Some(56), added: 551, mode: `MaxEncodedLen`)
	/// Storage: `ProviderStaking::Epochs` (r:1 w:0)
	/// Proof: `ProviderStaking::Epochs` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `ProviderStaking::PoolSize` (r:1 w:0)
	/// Proof: `ProviderStaking::PoolSize` (`max_values`: None, `max_size`: Some(32), added: 2507, mode: `MaxEncodedLen`)
	/// Storage: `ProviderStaking::PoolSeats` (r:32 w:0)
	/// Proof: `ProviderStaking::PoolSeats` (`max_values`: None, `max_size`: Some(124), added: 2599, mode: `MaxEncodedLen`)
	/// Storage: `ProviderStaking::Providers` (r:32 w:7)
	/// Proof: `ProviderStaking::Providers` (`max_values`: None, `max_size`: Some(1575), added: 4050, mode: `MaxEncodedLen`)
	/// Storage: `Verification::Agenda` (r:0 w:2)
	/// Proof: `Verification::Agenda` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	/// Storage: `Verification::Assignments` (r:0 w:7)
	/// Proof: `Verification::Assignments` (`max_values`: None, `max_size`: Some(72), added: 2547, mode: `MaxEncodedLen`)
	/// `p` in `7..=32`.
	fn draw(p: u32) -> Weight {
		// Proof size in bytes, measured: `3352 + p * (1466 ±0)`,
		// estimated: `19115 + p * (4050 ±0)`.
		// Shortest time: 326_981_000 ps.
		Weight::from_parts(20_581_185, 19115)
			// Standard error: 1_915_046.
			.saturating_add(Weight::from_parts(31_432_803, 0).saturating_mul(p.into()))
			.saturating_add(T::DbWeight::get().reads(15))
			.saturating_add(T::DbWeight::get().reads(2_u64.saturating_mul(p.into())))
			.saturating_add(T::DbWeight::get().writes(22))
			.saturating_add(Weight::from_parts(0, 4050).saturating_mul(p.into()))
	}
	/// Storage: `JobMarket::ReservedDraws` (r:1 w:1)
	/// Proof: `JobMarket::ReservedDraws` (`max_values`: Some(1), `max_size`: Some(20), added: 515, mode: `MaxEncodedLen`)
	/// Storage: `Babe::AuthorVrfRandomness` (r:1 w:0)
	/// Proof: `Babe::AuthorVrfRandomness` (`max_values`: Some(1), `max_size`: Some(33), added: 528, mode: `MaxEncodedLen`)
	/// Storage: `System::BlockHash` (r:1 w:0)
	/// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	/// Storage: `JobMarket::QueueHead` (r:1 w:1)
	/// Proof: `JobMarket::QueueHead` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `JobMarket::QueueTail` (r:1 w:0)
	/// Proof: `JobMarket::QueueTail` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `JobMarket::Queue` (r:1 w:1)
	/// Proof: `JobMarket::Queue` (`max_values`: None, `max_size`: Some(32), added: 2507, mode: `MaxEncodedLen`)
	/// Storage: `JobMarket::Waiting` (r:1 w:1)
	/// Proof: `JobMarket::Waiting` (`max_values`: None, `max_size`: Some(34), added: 2509, mode: `MaxEncodedLen`)
	/// Storage: `JobMarket::Jobs` (r:1 w:1)
	/// Proof: `JobMarket::Jobs` (`max_values`: None, `max_size`: Some(6735), added: 9210, mode: `MaxEncodedLen`)
	/// Storage: `Verification::CommitteesOf` (r:1 w:1)
	/// Proof: `Verification::CommitteesOf` (`max_values`: None, `max_size`: Some(15650), added: 18125, mode: `MaxEncodedLen`)
	/// Storage: `Verification::Reviews` (r:1 w:0)
	/// Proof: `Verification::Reviews` (`max_values`: None, `max_size`: Some(102), added: 2577, mode: `MaxEncodedLen`)
	/// Storage: `Verification::ReviewOf` (r:1 w:0)
	/// Proof: `Verification::ReviewOf` (`max_values`: None, `max_size`: Some(32), added: 2507, mode: `MaxEncodedLen`)
	/// Storage: `JobMarket::Params` (r:1 w:0)
	/// Proof: `JobMarket::Params` (`max_values`: Some(1), `max_size`: Some(62), added: 557, mode: `MaxEncodedLen`)
	/// Storage: `ProviderStaking::Params` (r:1 w:0)
	/// Proof: `ProviderStaking::Params` (`max_values`: Some(1), `max_size`: Some(56), added: 551, mode: `MaxEncodedLen`)
	/// Storage: `ProviderStaking::Epochs` (r:1 w:0)
	/// Proof: `ProviderStaking::Epochs` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `ProviderStaking::PoolSize` (r:1 w:0)
	/// Proof: `ProviderStaking::PoolSize` (`max_values`: None, `max_size`: Some(32), added: 2507, mode: `MaxEncodedLen`)
	/// Storage: `ProviderStaking::PoolSeats` (r:360 w:0)
	/// Proof: `ProviderStaking::PoolSeats` (`max_values`: None, `max_size`: Some(124), added: 2599, mode: `MaxEncodedLen`)
	/// Storage: `ProviderStaking::Providers` (r:141 w:7)
	/// Proof: `ProviderStaking::Providers` (`max_values`: None, `max_size`: Some(1575), added: 4050, mode: `MaxEncodedLen`)
	/// Storage: `Verification::Agenda` (r:0 w:2)
	/// Proof: `Verification::Agenda` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	/// Storage: `Verification::Assignments` (r:0 w:7)
	/// Proof: `Verification::Assignments` (`max_values`: None, `max_size`: Some(72), added: 2547, mode: `MaxEncodedLen`)
	fn draw_worst() -> Weight {
		// Proof size in bytes, measured: `296771`,
		// estimated: `936630`.
		// Shortest time: 7_584_853_000 ps.
		Weight::from_parts(8_250_917_000, 936630)
			.saturating_add(T::DbWeight::get().reads(516))
			.saturating_add(T::DbWeight::get().writes(22))
	}
}
