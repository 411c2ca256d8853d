//! Weights of the calls, and of a distribution, which other pallets count as a part of theirs.
//!
//! Counted by hand: the storage items that each one reads and writes, priced by the runtime's
//! database weights, on top of a generous time for the arithmetic. They stand until benchmarks
//! generate better ones.

use frame::weights_prelude::*;

/// Time that anything takes besides its storage accesses, in picoseconds: 25 µs.
const BASE: u64 = 25_000_000;

/// Time for one payment out of an escrow, in picoseconds: 15 µs.
const PER_PAYMENT: u64 = 15_000_000;

/// Time for a 128-bit division, and to mint and hand on a reward, in picoseconds: 75 µs.
const REWARD: u64 = 75_000_000;

/// Weights of this pallet.
pub trait WeightInfo {
	/// `claim`.
	fn claim() -> Weight;
	/// `set_params`.
	fn set_params() -> Weight;
	/// [`distribute`](tercet_primitives::traits::Payouts::distribute) to `e` executors and `r`
	/// earners of royalties.
	fn distribute(e: u32, r: u32) -> Weight;
}

/// The counts, priced by the runtime's database weights.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	/// Reads: `Eras`, `Params`, `WorkOf`, `WorkOfEras`, `Distributed`, `System::Account` of pot,
	/// provider and delegators, and the staking pallet's three records of the provider.
	/// Writes: these but the first two.
	fn claim() -> Weight {
		Weight::from_parts(BASE.saturating_add(REWARD), 0)
			.saturating_add(T::DbWeight::get().reads_writes(11, 9))
	}

	/// Reads and writes: `Params`, `ParamsChangedAt`, `Eras`, `HalfLives`.
	fn set_params() -> Weight {
		Weight::from_parts(BASE, 0).saturating_add(T::DbWeight::get().reads_writes(4, 4))
	}

	/// Reads: `Params`, `Eras`, `HalfLives`; and writes: `Distributed`, `WorkOfEras`,
	/// `TotalCredits`, `TotalCreditsBefore`, `System::Account` and `Balances::Holds` of the payer,
	/// `System::Account` of the treasury; for each executor `System::Account`, `WorkOf`,
	/// `WorkCredits`, `CreditsBefore`; for each author `System::Account`.
	fn distribute(e: u32, r: u32) -> Weight {
		let payments = u64::from(e).saturating_add(r.into()).saturating_add(2);
		let records = u64::from(e).saturating_mul(4).saturating_add(r.into()).saturating_add(7);
		Weight::from_parts(BASE.saturating_add(PER_PAYMENT.saturating_mul(payments)), 0)
			.saturating_add(T::DbWeight::get().reads_writes(records.saturating_add(3), records))
	}
}
