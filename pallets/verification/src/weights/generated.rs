//! Weights of this pallet, measured by its benchmarks. Written by `scripts/weights.sh`: change the
//! benchmarks, not this file.
//!
//! Steps: 20, repeats: 10, execution: Compiled, CPU: AMD EPYC, 2026-11-21.

use super::WeightInfo;
use frame::weights_prelude::*;

/// What was measured, with storage accesses priced by the runtime's database weights.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	/// Storage: `Verification::CommitteesOf` (r:1 w:1)
	/// Proof: `Verification::CommitteesOf` (`max_values`: None, `max_size`: Some(15650), added: 18125, mode: `MaxEncodedLen`)
	/// Storage: `Verification::Agenda` (r:0 w:2)
	/// Proof: `Verification::Agenda` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	fn commit() -> Weight {
		// Proof size in bytes, measured: `13438`,
		// estimated: `19115`.
		// Shortest time: 65_853_000 ps.
		Weight::from_parts(71_634_000, 19115)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	/// Storage: `Verification::CommitteesOf` (r:1 w:1)
	/// Proof: `Verification::CommitteesOf` (`max_values`: None, `max_size`: Some(15650), added: 18125, mode: `MaxEncodedLen`)
	/// Storage: `Verification::Agenda` (r:0 w:2)
	/// Proof: `Verification::Agenda` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	fn seal() -> Weight {
		// Proof size in bytes, measured: `13665`,
		// estimated: `19115`.
		// Shortest time: 69_149_000 ps.
		Weight::from_parts(72_005_000, 19115)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	/// Storage: `Verification::CommitteesOf` (r:1 w:1)
	/// Proof: `Verification::CommitteesOf` (`max_values`: None, `max_size`: Some(15650), added: 18125, mode: `MaxEncodedLen`)
	/// Storage: `System::BlockHash` (r:1 w:0)
	/// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	/// `b` in `0..=2048`.
	fn reveal(b: u32) -> Weight {
		// Proof size in bytes, measured: `11472`,
		// estimated: `19115`.
		// Shortest time: 50_103_000 ps.
		Weight::from_parts(53_144_964, 19115)
			// Standard error: 136.
			.saturating_add(Weight::from_parts(9_059, 0).saturating_mul(b.into()))
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `Verification::CommitteesOf` (r:1 w:1)
	/// Proof: `Verification::CommitteesOf` (`max_values`: None, `max_size`: Some(15650), added: 18125, mode: `MaxEncodedLen`)
	/// Storage: `System::BlockHash` (r:1 w:0)
	/// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	/// Storage: `Verification::VotesOf` (r:0 w:1)
	/// Proof: `Verification::VotesOf` (`max_values`: None, `max_size`: Some(16427), added: 18902, mode: `MaxEncodedLen`)
	/// `v` in `1..=512`.
	fn open_seal(v: u32) -> Weight {
		// Proof size in bytes, measured: `15803`,
		// estimated: `19115`.
		// Shortest time: 58_609_000 ps.
		Weight::from_parts(60_728_747, 19115)
			// Standard error: 1_105.
			.saturating_add(Weight::from_parts(264_183, 0).saturating_mul(v.into()))
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	/// Storage: `Verification::CommitteesOf` (r:1 w:1)
	/// Proof: `Verification::CommitteesOf` (`max_values`: None, `max_size`: Some(15650), added: 18125, mode: `MaxEncodedLen`)
	/// Storage: `Verification::VotesOf` (r:0 w:1)
	/// Proof: `Verification::VotesOf` (`max_values`: None, `max_size`: Some(16427), added: 18902, mode: `MaxEncodedLen`)
	/// `v` in `1..=512`.
	fn itemize(v: u32) -> Weight {
		// Proof size in bytes, measured: `15522`,
		// estimated: `19115`.
		// Shortest time: 51_556_000 ps.
		Weight::from_parts(53_929_819, 19115)
			// Standard error: 9_138.
			.saturating_add(Weight::from_parts(2_553_946, 0).saturating_mul(v.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	/// Storage: `Verification::CommitteesOf` (r:1 w:1)
	/// Proof: `Verification::CommitteesOf` (`max_values`: None, `max_size`: Some(15650), added: 18125, mode: `MaxEncodedLen`)
	/// Storage: `Verification::Agenda` (r:0 w:2)
	/// Proof: `Verification::Agenda` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	fn abstain() -> Weight {
		// Proof size in bytes, measured: `13438`,
		// estimated: `19115`.
		// Shortest time: 65_333_000 ps.
		Weight::from_parts(69_129_000, 19115)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	/// Storage: `Verification::ReservedTransitions` (r:1 w:1)
	/// Proof: `Verification::ReservedTransitions` (`max_values`: Some(1), `max_size`: Some(20), added: 515, mode: `MaxEncodedLen`)
	/// Storage: `Verification::AgendaCursor` (r:1 w:1)
	/// Proof: `Verification::AgendaCursor` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Verification::Agenda` (r:2 w:2)
	/// Proof: `Verification::Agenda` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	/// Storage: `Babe::AuthorVrfRandomness` (r:1 w:0)
	/// Proof: `Babe::AuthorVrfRandomness` (`max_values`: Some(1), `max_size`: Some(33), added: 528, mode: `MaxEncodedLen`)
	/// Storage: `Verification::CommitteesOf` (r:2 w:2)
	/// Proof: `Verification::CommitteesOf` (`max_values`: None, `max_size`: Some(15650), added: 18125, mode: `MaxEncodedLen`)
	/// Storage: `Verification::VotesOf` (r:14 w:14)
	/// Proof: `Verification::VotesOf` (`max_values`: None, `max_size`: Some(16427), added: 18902, mode: `MaxEncodedLen`)
	/// Storage: `Verification::References` (r:1 w:1)
	/// Proof: `Verification::References` (`max_values`: None, `max_size`: Some(16506), added: 18981, mode: `MaxEncodedLen`)
	/// Storage: `Verification::ReviewOf` (r:2 w:0)
	/// Proof: `Verification::ReviewOf` (`max_values`: None, `max_size`: Some(32), added: 2507, mode: `MaxEncodedLen`)
	/// Storage: `JobMarket::Jobs` (r:2 w:2)
	/// Proof: `JobMarket::Jobs` (`max_values`: None, `max_size`: Some(6735), added: 9210, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:20 w:20)
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
	/// Storage: `Payouts::WorkOf` (r:14 w:14)
	/// Proof: `Payouts::WorkOf` (`max_values`: None, `max_size`: Some(76), added: 2551, mode: `MaxEncodedLen`)
	/// Storage: `Payouts::HalfLives` (r:1 w:0)
	/// Proof: `Payouts::HalfLives` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `Pace::Haste` (r:1 w:0)
	/// Proof: `Pace::Haste` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Payouts::TotalCredits` (r:1 w:1)
	/// Proof: `Payouts::TotalCredits` (`max_values`: Some(1), `max_size`: Some(20), added: 515, mode: `MaxEncodedLen`)
	/// Storage: `Payouts::TotalCreditsBefore` (r:1 w:1)
	/// Proof: `Payouts::TotalCreditsBefore` (`max_values`: Some(1), `max_size`: Some(985), added: 1480, mode: `MaxEncodedLen`)
	/// Storage: `Payouts::WorkCredits` (r:14 w:14)
	/// Proof: `Payouts::WorkCredits` (`max_values`: None, `max_size`: Some(68), added: 2543, mode: `MaxEncodedLen`)
	/// Storage: `Payouts::CreditsBefore` (r:14 w:14)
	/// Proof: `Payouts::CreditsBefore` (`max_values`: None, `max_size`: Some(1033), added: 3508, mode: `MaxEncodedLen`)
	/// Storage: `JobMarket::Waiting` (r:2 w:0)
	/// Proof: `JobMarket::Waiting` (`max_values`: None, `max_size`: Some(34), added: 2509, mode: `MaxEncodedLen`)
	/// Storage: `ProviderStaking::Providers` (r:14 w:14)
	/// Proof: `ProviderStaking::Providers` (`max_values`: None, `max_size`: Some(1575), added: 4050, mode: `MaxEncodedLen`)
	/// Storage: `ProviderStaking::Params` (r:1 w:0)
	/// Proof: `ProviderStaking::Params` (`max_values`: Some(1), `max_size`: Some(56), added: 551, mode: `MaxEncodedLen`)
	/// Storage: `ProviderStaking::Epochs` (r:1 w:0)
	/// Proof: `ProviderStaking::Epochs` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `Verification::Reviews` (r:2 w:1)
	/// Proof: `Verification::Reviews` (`max_values`: None, `max_size`: Some(102), added: 2577, mode: `MaxEncodedLen`)
	/// Storage: `Verification::Verdicts` (r:1 w:1)
	/// Proof: `Verification::Verdicts` (`max_values`: None, `max_size`: Some(26), added: 2501, mode: `MaxEncodedLen`)
	/// Storage: `JobMarket::Expiries` (r:0 w:2)
	/// Proof: `JobMarket::Expiries` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	/// Storage: `Verification::Assignments` (r:0 w:14)
	/// Proof: `Verification::Assignments` (`max_values`: None, `max_size`: Some(72), added: 2547, mode: `MaxEncodedLen`)
	/// `v` in `1..=512`.
	fn compare_fingerprints(v: u32) -> Weight {
		// Proof size in bytes, measured: `61416 + v * (32 ±0)`,
		// estimated: `265618`.
		// Shortest time: 2_518_096_000 ps.
		Weight::from_parts(2_695_693_493, 265618)
			// Standard error: 128_250.
			.saturating_add(Weight::from_parts(3_011_551, 0).saturating_mul(v.into()))
			.saturating_add(T::DbWeight::get().reads(119))
			.saturating_add(T::DbWeight::get().writes(123))
	}
	/// Storage: `Verification::ReservedTransitions` (r:1 w:1)
	/// Proof: `Verification::ReservedTransitions` (`max_values`: Some(1), `max_size`: Some(20), added: 515, mode: `MaxEncodedLen`)
	/// Storage: `Verification::AgendaCursor` (r:1 w:1)
	/// Proof: `Verification::AgendaCursor` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Verification::Agenda` (r:2 w:1)
	/// Proof: `Verification::Agenda` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	/// Storage: `Babe::AuthorVrfRandomness` (r:1 w:0)
	/// Proof: `Babe::AuthorVrfRandomness` (`max_values`: Some(1), `max_size`: Some(33), added: 528, mode: `MaxEncodedLen`)
	/// Storage: `Verification::CommitteesOf` (r:1 w:1)
	/// Proof: `Verification::CommitteesOf` (`max_values`: None, `max_size`: Some(15650), added: 18125, mode: `MaxEncodedLen`)
	/// Storage: `Verification::VotesOf` (r:5 w:7)
	/// Proof: `Verification::VotesOf` (`max_values`: None, `max_size`: Some(16427), added: 18902, mode: `MaxEncodedLen`)
	/// Storage: `Verification::Reviews` (r:1 w:0)
	/// Proof: `Verification::Reviews` (`max_values`: None, `max_size`: Some(102), added: 2577, mode: `MaxEncodedLen`)
	/// Storage: `Verification::ReviewOf` (r:1 w:0)
	/// Proof: `Verification::ReviewOf` (`max_values`: None, `max_size`: Some(32), added: 2507, mode: `MaxEncodedLen`)
	/// Storage: `JobMarket::Jobs` (r:1 w:1)
	/// Proof: `JobMarket::Jobs` (`max_values`: None, `max_size`: Some(6735), added: 9210, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:11 w:11)
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
	/// Storage: `Payouts::WorkOf` (r:5 w:5)
	/// Proof: `Payouts::WorkOf` (`max_values`: None, `max_size`: Some(76), added: 2551, mode: `MaxEncodedLen`)
	/// Storage: `Payouts::HalfLives` (r:1 w:0)
	/// Proof: `Payouts::HalfLives` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `Pace::Haste` (r:1 w:0)
	/// Proof: `Pace::Haste` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Payouts::TotalCredits` (r:1 w:1)
	/// Proof: `Payouts::TotalCredits` (`max_values`: Some(1), `max_size`: Some(20), added: 515, mode: `MaxEncodedLen`)
	/// Storage: `Payouts::TotalCreditsBefore` (r:1 w:0)
	/// Proof: `Payouts::TotalCreditsBefore` (`max_values`: Some(1), `max_size`: Some(985), added: 1480, mode: `MaxEncodedLen`)
	/// Storage: `Payouts::WorkCredits` (r:5 w:5)
	/// Proof: `Payouts::WorkCredits` (`max_values`: None, `max_size`: Some(68), added: 2543, mode: `MaxEncodedLen`)
	/// Storage: `Payouts::CreditsBefore` (r:5 w:2)
	/// Proof: `Payouts::CreditsBefore` (`max_values`: None, `max_size`: Some(1033), added: 3508, mode: `MaxEncodedLen`)
	/// Storage: `JobMarket::Waiting` (r:1 w:0)
	/// Proof: `JobMarket::Waiting` (`max_values`: None, `max_size`: Some(34), added: 2509, mode: `MaxEncodedLen`)
	/// Storage: `ProviderStaking::Providers` (r:7 w:7)
	/// Proof: `ProviderStaking::Providers` (`max_values`: None, `max_size`: Some(1575), added: 4050, mode: `MaxEncodedLen`)
	/// Storage: `ProviderStaking::Params` (r:1 w:0)
	/// Proof: `ProviderStaking::Params` (`max_values`: Some(1), `max_size`: Some(56), added: 551, mode: `MaxEncodedLen`)
	/// Storage: `ProviderStaking::Epochs` (r:1 w:0)
	/// Proof: `ProviderStaking::Epochs` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `ProviderStaking::SlashQueue` (r:1 w:1)
	/// Proof: `ProviderStaking::SlashQueue` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `JobMarket::Expiries` (r:0 w:1)
	/// Proof: `JobMarket::Expiries` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	/// Storage: `Verification::Assignments` (r:0 w:7)
	/// Proof: `Verification::Assignments` (`max_values`: None, `max_size`: Some(72), added: 2547, mode: `MaxEncodedLen`)
	/// Storage: `Verification::Verdicts` (r:0 w:1)
	/// Proof: `Verification::Verdicts` (`max_values`: None, `max_size`: Some(26), added: 2501, mode: `MaxEncodedLen`)
	/// Storage: `Verification::References` (r:0 w:1)
	/// Proof: `Verification::References` (`max_values`: None, `max_size`: Some(16506), added: 18981, mode: `MaxEncodedLen`)
	/// Storage: `ProviderStaking::PendingSlashes` (r:0 w:2)
	/// Proof: `ProviderStaking::PendingSlashes` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	/// `v` in `2..=512`.
	fn compare_digests(v: u32) -> Weight {
		// Proof size in bytes, measured: `35588 + v * (64 ±0)`,
		// estimated: `95500`.
		// Shortest time: 1_241_941_000 ps.
		Weight::from_parts(1_239_986_572, 95500)
			// Standard error: 126_731.
			.saturating_add(Weight::from_parts(25_216_267, 0).saturating_mul(v.into()))
			.saturating_add(T::DbWeight::get().reads(60))
			.saturating_add(T::DbWeight::get().writes(59))
	}
	/// Storage: `JobMarket::Jobs` (r:1 w:1)
	/// Proof: `JobMarket::Jobs` (`max_values`: None, `max_size`: Some(6735), added: 9210, mode: `MaxEncodedLen`)
	/// Storage: `Verification::Reviews` (r:2 w:1)
	/// Proof: `Verification::Reviews` (`max_values`: None, `max_size`: Some(102), added: 2577, mode: `MaxEncodedLen`)
	/// Storage: `Verification::Params` (r:1 w:0)
	/// Proof: `Verification::Params` (`max_values`: Some(1), `max_size`: Some(16), added: 511, mode: `MaxEncodedLen`)
	/// Storage: `Verification::Verdicts` (r:1 w:0)
	/// Proof: `Verification::Verdicts` (`max_values`: None, `max_size`: Some(26), added: 2501, mode: `MaxEncodedLen`)
	/// Storage: `Verification::ReviewOf` (r:1 w:1)
	/// Proof: `Verification::ReviewOf` (`max_values`: None, `max_size`: Some(32), added: 2507, mode: `MaxEncodedLen`)
	/// Storage: `JobMarket::ReviewOf` (r:1 w:1)
	/// Proof: `JobMarket::ReviewOf` (`max_values`: None, `max_size`: Some(32), added: 2507, mode: `MaxEncodedLen`)
	/// Storage: `ProviderStaking::PoolSize` (r:1 w:0)
	/// Proof: `ProviderStaking::PoolSize` (`max_values`: None, `max_size`: Some(32), added: 2507, mode: `MaxEncodedLen`)
	/// Storage: `JobMarket::Params` (r:1 w:0)
	/// Proof: `JobMarket::Params` (`max_values`: Some(1), `max_size`: Some(62), added: 557, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `JobMarket::NextJobId` (r:1 w:1)
	/// Proof: `JobMarket::NextJobId` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode: `MaxEncodedLen`)
	/// Storage: `JobMarket::QueueTail` (r:1 w:1)
	/// Proof: `JobMarket::QueueTail` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `JobMarket::Reimbursable` (r:0 w:1)
	/// Proof: `JobMarket::Reimbursable` (`max_values`: None, `max_size`: Some(24), added: 2499, mode: `MaxEncodedLen`)
	/// Storage: `JobMarket::Queue` (r:0 w:1)
	/// Proof: `JobMarket::Queue` (`max_values`: None, `max_size`: Some(32), added: 2507, mode: `MaxEncodedLen`)
	/// Storage: `JobMarket::Expiries` (r:0 w:1)
	/// Proof: `JobMarket::Expiries` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	/// Storage: `JobMarket::Waiting` (r:0 w:1)
	/// Proof: `JobMarket::Waiting` (`max_values`: None, `max_size`: Some(34), added: 2509, mode: `MaxEncodedLen`)
	fn challenge() -> Weight {
		// Proof size in bytes, measured: `8117`,
		// estimated: `10200`.
		// Shortest time: 237_214_000 ps.
		Weight::from_parts(241_963_000, 10200)
			.saturating_add(T::DbWeight::get().reads(13))
			.saturating_add(T::DbWeight::get().writes(12))
	}
	/// Storage: `JobMarket::Jobs` (r:1 w:1)
	/// Proof: `JobMarket::Jobs` (`max_values`: None, `max_size`: Some(6735), added: 9210, mode: `MaxEncodedLen`)
	/// Storage: `Verification::Reviews` (r:2 w:1)
	/// Proof: `Verification::Reviews` (`max_values`: None, `max_size`: Some(102), added: 2577, mode: `MaxEncodedLen`)
	/// Storage: `Verification::Params` (r:1 w:0)
	/// Proof: `Verification::Params` (`max_values`: Some(1), `max_size`: Some(16), added: 511, mode: `MaxEncodedLen`)
	/// Storage: `Verification::Verdicts` (r:1 w:0)
	/// Proof: `Verification::Verdicts` (`max_values`: None, `max_size`: Some(26), added: 2501, mode: `MaxEncodedLen`)
	/// Storage: `Verification::ReviewOf` (r:1 w:1)
	/// Proof: `Verification::ReviewOf` (`max_values`: None, `max_size`: Some(32), added: 2507, mode: `MaxEncodedLen`)
	/// Storage: `System::BlockHash` (r:1 w:0)
	/// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	/// Storage: `JobMarket::ReviewOf` (r:1 w:1)
	/// Proof: `JobMarket::ReviewOf` (`max_values`: None, `max_size`: Some(32), added: 2507, mode: `MaxEncodedLen`)
	/// Storage: `ProviderStaking::PoolSize` (r:1 w:0)
	/// Proof: `ProviderStaking::PoolSize` (`max_values`: None, `max_size`: Some(32), added: 2507, mode: `MaxEncodedLen`)
	/// Storage: `JobMarket::Params` (r:1 w:0)
	/// Proof: `JobMarket::Params` (`max_values`: Some(1), `max_size`: Some(62), added: 557, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `JobMarket::NextJobId` (r:1 w:1)
	/// Proof: `JobMarket::NextJobId` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode: `MaxEncodedLen`)
	/// Storage: `JobMarket::QueueTail` (r:1 w:1)
	/// Proof: `JobMarket::QueueTail` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `JobMarket::Reimbursable` (r:0 w:1)
	/// Proof: `JobMarket::Reimbursable` (`max_values`: None, `max_size`: Some(24), added: 2499, mode: `MaxEncodedLen`)
	/// Storage: `JobMarket::Queue` (r:0 w:1)
	/// Proof: `JobMarket::Queue` (`max_values`: None, `max_size`: Some(32), added: 2507, mode: `MaxEncodedLen`)
	/// Storage: `JobMarket::Expiries` (r:0 w:1)
	/// Proof: `JobMarket::Expiries` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	/// Storage: `JobMarket::Waiting` (r:0 w:1)
	/// Proof: `JobMarket::Waiting` (`max_values`: None, `max_size`: Some(34), added: 2509, mode: `MaxEncodedLen`)
	fn open_canary() -> Weight {
		// Proof size in bytes, measured: `8171`,
		// estimated: `10200`.
		// Shortest time: 257_170_000 ps.
		Weight::from_parts(264_074_000, 10200)
			.saturating_add(T::DbWeight::get().reads(14))
			.saturating_add(T::DbWeight::get().writes(12))
	}
	/// Storage: `Verification::Params` (r:1 w:1)
	/// Proof: `Verification::Params` (`max_values`: Some(1), `max_size`: Some(16), added: 511, mode: `MaxEncodedLen`)
	/// Storage: `Verification::ParamsSetAt` (r:1 w:1)
	/// Proof: `Verification::ParamsSetAt` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	fn set_params() -> Weight {
		// Proof size in bytes, measured: `69`,
		// estimated: `1501`.
		// Shortest time: 16_441_000 ps.
		Weight::from_parts(18_114_000, 1501)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	/// Storage: `Verification::AgendaCursor` (r:1 w:1)
	/// Proof: `Verification::AgendaCursor` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Verification::Agenda` (r:495 w:247)
	/// Proof: `Verification::Agenda` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	/// Storage: `Babe::AuthorVrfRandomness` (r:1 w:0)
	/// Proof: `Babe::AuthorVrfRandomness` (`max_values`: Some(1), `max_size`: Some(33), added: 528, mode: `MaxEncodedLen`)
	/// Storage: `Verification::CommitteesOf` (r:247 w:0)
	/// Proof: `Verification::CommitteesOf` (`max_values`: None, `max_size`: Some(15650), added: 18125, mode: `MaxEncodedLen`)
	/// Storage: `Verification::ReservedTransitions` (r:0 w:1)
	/// Proof: `Verification::ReservedTransitions` (`max_values`: Some(1), `max_size`: Some(20), added: 515, mode: `MaxEncodedLen`)
	/// `b` in `1..=248`.
	/// `n` in `0..=247`.
	fn reserve_transitions(b: u32, n: u32) -> Weight {
		// Proof size in bytes, measured: `0 + b * (21 ±0) + n * (49 ±0)`,
		// estimated: `1518 + b * (2519 ±0) + n * (18125 ±0)`.
		// Shortest time: 1_879_051_000 ps.
		Weight::from_parts(1_928_343_000, 1518)
			// Standard error: 450_123.
			.saturating_add(Weight::from_parts(9_391_619, 0).saturating_mul(b.into()))
			// Standard error: 452_163.
			.saturating_add(Weight::from_parts(5_937_653, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().reads(1_u64.saturating_mul(b.into())))
			.saturating_add(T::DbWeight::get().reads(2_u64.saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(2))
			.saturating_add(T::DbWeight::get().writes(1_u64.saturating_mul(n.into())))
			.saturating_add(Weight::from_parts(0, 2519).saturating_mul(b.into()))
			.saturating_add(Weight::from_parts(0, 18125).saturating_mul(n.into()))
	}
	/// Storage: `Verification::ReservedTransitions` (r:1 w:1)
	/// Proof: `Verification::ReservedTransitions` (`max_values`: Some(1), `max_size`: Some(20), added: 515, mode: `MaxEncodedLen`)
	/// Storage: `Verification::AgendaCursor` (r:1 w:1)
	/// Proof: `Verification::AgendaCursor` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Verification::Agenda` (r:2 w:4)
	/// Proof: `Verification::Agenda` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	/// Storage: `Babe::AuthorVrfRandomness` (r:1 w:0)
	/// Proof: `Babe::AuthorVrfRandomness` (`max_values`: Some(1), `max_size`: Some(33), added: 528, mode: `MaxEncodedLen`)
	/// Storage: `Verification::CommitteesOf` (r:2 w:2)
	/// Proof: `Verification::CommitteesOf` (`max_values`: None, `max_size`: Some(15650), added: 18125, mode: `MaxEncodedLen`)
	/// Storage: `Verification::Params` (r:1 w:0)
	/// Proof: `Verification::Params` (`max_values`: Some(1), `max_size`: Some(16), added: 511, mode: `MaxEncodedLen`)
	/// Storage: `Verification::Reviews` (r:1 w:0)
	/// Proof: `Verification::Reviews` (`max_values`: None, `max_size`: Some(102), added: 2577, mode: `MaxEncodedLen`)
	/// Storage: `Verification::References` (r:1 w:0)
	/// Proof: `Verification::References` (`max_values`: None, `max_size`: Some(16506), added: 18981, mode: `MaxEncodedLen`)
	/// Storage: `System::BlockHash` (r:1 w:0)
	/// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	fn advance() -> Weight {
		// Proof size in bytes, measured: `3174`,
		// estimated: `37240`.
		// Shortest time: 123_781_000 ps.
		Weight::from_parts(131_395_000, 37240)
			.saturating_add(T::DbWeight::get().reads(11))
			.saturating_add(T::DbWeight::get().writes(8))
	}
	/// Storage: `Verification::ReservedTransitions` (r:1 w:1)
	/// Proof: `Verification::ReservedTransitions` (`max_values`: Some(1), `max_size`: Some(20), added: 515, mode: `MaxEncodedLen`)
	/// Storage: `Verification::AgendaCursor` (r:1 w:1)
	/// Proof: `Verification::AgendaCursor` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Verification::Agenda` (r:2 w:2)
	/// Proof: `Verification::Agenda` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	/// Storage: `Babe::AuthorVrfRandomness` (r:1 w:0)
	/// Proof: `Babe::AuthorVrfRandomness` (`max_values`: Some(1), `max_size`: Some(33), added: 528, mode: `MaxEncodedLen`)
	/// Storage: `Verification::CommitteesOf` (r:1 w:1)
	/// Proof: `Verification::CommitteesOf` (`max_values`: None, `max_size`: Some(15650), added: 18125, mode: `MaxEncodedLen`)
	/// Storage: `Verification::Params` (r:1 w:0)
	/// Proof: `Verification::Params` (`max_values`: Some(1), `max_size`: Some(16), added: 511, mode: `MaxEncodedLen`)
	/// Storage: `Verification::Reviews` (r:1 w:1)
	/// Proof: `Verification::Reviews` (`max_values`: None, `max_size`: Some(102), added: 2577, mode: `MaxEncodedLen`)
	/// Storage: `Verification::ReviewOf` (r:1 w:1)
	/// Proof: `Verification::ReviewOf` (`max_values`: None, `max_size`: Some(32), added: 2507, mode: `MaxEncodedLen`)
	/// Storage: `JobMarket::Jobs` (r:1 w:1)
	/// Proof: `JobMarket::Jobs` (`max_values`: None, `max_size`: Some(6735), added: 9210, mode: `MaxEncodedLen`)
	/// Storage: `JobMarket::Params` (r:1 w:0)
	/// Proof: `JobMarket::Params` (`max_values`: Some(1), `max_size`: Some(62), added: 557, mode: `MaxEncodedLen`)
	/// Storage: `System::BlockHash` (r:1 w:0)
	/// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	/// Storage: `JobMarket::ReviewOf` (r:1 w:1)
	/// Proof: `JobMarket::ReviewOf` (`max_values`: None, `max_size`: Some(32), added: 2507, mode: `MaxEncodedLen`)
	/// Storage: `ProviderStaking::PoolSize` (r:1 w:0)
	/// Proof: `ProviderStaking::PoolSize` (`max_values`: None, `max_size`: Some(32), added: 2507, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `JobMarket::NextJobId` (r:1 w:1)
	/// Proof: `JobMarket::NextJobId` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode: `MaxEncodedLen`)
	/// Storage: `JobMarket::QueueTail` (r:1 w:1)
	/// Proof: `JobMarket::QueueTail` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `JobMarket::Queue` (r:0 w:1)
	/// Proof: `JobMarket::Queue` (`max_values`: None, `max_size`: Some(32), added: 2507, mode: `MaxEncodedLen`)
	/// Storage: `JobMarket::Expiries` (r:0 w:1)
	/// Proof: `JobMarket::Expiries` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	/// Storage: `JobMarket::Waiting` (r:0 w:1)
	/// Proof: `JobMarket::Waiting` (`max_values`: None, `max_size`: Some(34), added: 2509, mode: `MaxEncodedLen`)
	fn lottery() -> Weight {
		// Proof size in bytes, measured: `5400`,
		// estimated: `19115`.
		// Shortest time: 279_261_000 ps.
		Weight::from_parts(290_924_000, 19115)
			.saturating_add(T::DbWeight::get().reads(18))
			.saturating_add(T::DbWeight::get().writes(16))
	}
	/// Storage: `Verification::CommitteesOf` (r:16 w:0)
	/// Proof: `Verification::CommitteesOf` (`max_values`: None, `max_size`: Some(15650), added: 18125, mode: `MaxEncodedLen`)
	/// Storage: `System::BlockHash` (r:1 w:0)
	/// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	/// `d` in `1..=16`.
	/// `v` in `1..=512`.
	fn owed(d: u32, v: u32) -> Weight {
		// Proof size in bytes, measured: `2201 + d * (13377 ±0)`,
		// estimated: `3509 + d * (18125 ±0)`.
		// Shortest time: 762_264_000 ps.
		Weight::from_parts(768_456_000, 3509)
			// Standard error: 1_718_461.
			.saturating_add(Weight::from_parts(23_746_041, 0).saturating_mul(d.into()))
			// Standard error: 54_678.
			.saturating_add(Weight::from_parts(1_535_960, 0).saturating_mul(v.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().reads(1_u64.saturating_mul(d.into())))
			.saturating_add(Weight::from_parts(0, 18125).saturating_mul(d.into()))
	}
}
