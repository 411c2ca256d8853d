//! Weights of the calls.
//!
//! Counted by hand: the storage items that each one reads and writes, priced by the runtime's
//! database weights, on top of a generous time for decoding and arithmetic. They stand until
//! benchmarks generate better ones.

use frame::weights_prelude::*;

/// Time that anything takes besides its storage accesses, in picoseconds: 25 µs.
const BASE: u64 = 25_000_000;

/// Time to decode and encode a scheduler's agenda, in picoseconds: 100 µs.
const AGENDA: u64 = 100_000_000;

/// Weights of this pallet.
pub trait WeightInfo {
	/// `vote`.
	fn vote() -> Weight;
	/// `remove_vote`.
	fn remove_vote() -> Weight;
	/// `clear_votes` of `n` votes.
	fn clear_votes(n: u32) -> Weight;
	/// `feature`.
	fn feature() -> Weight;
	/// `unfeature`.
	fn unfeature() -> Weight;
	/// `set_redundancy_floor`.
	fn set_redundancy_floor() -> Weight;
	/// `set_fee_split`.
	fn set_fee_split() -> Weight;
	/// `veto`.
	fn veto() -> Weight;
}

/// The counts, priced by the runtime's database weights.
pub struct SubstrateWeight<T>(PhantomData<T>);

/// A poll whose tally changes: reads and writes `ReferendumInfoFor`, two agendas and a lookup of the
/// scheduler.
fn poll<T: frame_system::Config>() -> Weight {
	Weight::from_parts(BASE.saturating_add(AGENDA.saturating_mul(2)), 0)
		.saturating_add(T::DbWeight::get().reads_writes(4, 4))
}

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	/// Reads: `ReferendumInfoFor` twice, `Ballots`, `WorkCredits`, `CreditsBefore`, `TotalCredits`,
	/// `TotalCreditsBefore`. Writes: `Ballots`; and a poll.
	fn vote() -> Weight {
		poll::<T>().saturating_add(T::DbWeight::get().reads_writes(7, 1))
	}

	/// Reads and writes: `Ballots`; and a poll.
	fn remove_vote() -> Weight {
		poll::<T>().saturating_add(T::DbWeight::get().reads_writes(1, 1))
	}

	/// Reads: `ReferendumInfoFor`, and `n + 1` keys of `Ballots`. Writes: `n` of them.
	fn clear_votes(n: u32) -> Weight {
		let n = u64::from(n);
		let time = BASE.saturating_add(n.saturating_mul(BASE));
		Weight::from_parts(time, 0)
			.saturating_add(T::DbWeight::get().reads_writes(n.saturating_add(2), n))
	}

	/// Reads: `Featured`, and the model with its lineage of four. Writes: `Featured`.
	fn feature() -> Weight {
		Weight::from_parts(BASE, 0).saturating_add(T::DbWeight::get().reads_writes(5, 1))
	}

	/// Reads and writes: `Featured`.
	fn unfeature() -> Weight {
		Weight::from_parts(BASE, 0).saturating_add(T::DbWeight::get().reads_writes(1, 1))
	}

	/// Reads and writes: the parameters of the market, and when they last changed.
	fn set_redundancy_floor() -> Weight {
		Weight::from_parts(BASE, 0).saturating_add(T::DbWeight::get().reads_writes(2, 2))
	}

	/// Reads and writes: the parameters of payouts, when they last changed, and two clocks.
	fn set_fee_split() -> Weight {
		Weight::from_parts(BASE, 0).saturating_add(T::DbWeight::get().reads_writes(4, 4))
	}

	/// Reads and writes: lookup, agenda and retries of the scheduler, and the preimage's status.
	fn veto() -> Weight {
		Weight::from_parts(BASE.saturating_add(AGENDA), 0)
			.saturating_add(T::DbWeight::get().reads_writes(4, 4))
	}
}
