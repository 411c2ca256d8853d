//! Weights of the calls.
//!
//! Counted by hand: the storage items that each call reads and writes, those of other pallets
//! included, priced by the runtime's database weights, on top of a generous time for decoding,
//! hashing and encoding. They stand until benchmarks generate better ones.

use frame::weights_prelude::*;
use tercet_primitives::EXECUTORS;

/// Time that any call takes besides its storage accesses, in picoseconds: 40 µs.
const BASE: u64 = 40_000_000;

/// Time to decode, hash, compare and encode one byte of inline output, once in the transaction and
/// once for each seat, in picoseconds: 25 ns.
const PER_BYTE: u64 = 25_000;

/// Time to pay one account, with its events, in picoseconds: 40 µs.
const PER_PAYEE: u64 = 40_000_000;

const SEATS: u64 = EXECUTORS as u64;

/// Executors, author, treasury and requester.
const PAYEES: u64 = SEATS + 3;

/// Weights of this pallet's calls.
pub trait WeightInfo {
	/// `commit`.
	fn commit() -> Weight;
	/// `reveal` with `b` bytes of inline output that leaves seats open.
	fn reveal(b: u32) -> Weight;
	/// `reveal` with `b` bytes of inline output that decides: settlement is the worst case.
	fn decide(b: u32) -> Weight;
}

/// The counts, priced by the runtime's database weights.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	/// Reads and writes: `CommitteesOf`.
	fn commit() -> Weight {
		Weight::from_parts(BASE, 0).saturating_add(T::DbWeight::get().reads_writes(1, 1))
	}

	/// Reads: `CommitteesOf`, the hash of the genesis block. Writes: `CommitteesOf`.
	fn reveal(b: u32) -> Weight {
		Weight::from_parts(BASE.saturating_add(PER_BYTE.saturating_mul(b.into())), 0)
			.saturating_add(T::DbWeight::get().reads_writes(2, 1))
	}

	/// Besides those of `reveal`: the job, the ledger of payouts, the requester's holds, the
	/// account of every payee and the record of every executor are read and written, and the job's
	/// place on the agenda and every executor's assignment are removed.
	fn decide(b: u32) -> Weight {
		const TOUCHED: u64 = 3 + PAYEES + SEATS;
		Self::reveal(b)
			.saturating_add(Weight::from_parts(BASE + PER_PAYEE * PAYEES, 0))
			.saturating_add(T::DbWeight::get().reads_writes(TOUCHED, TOUCHED + 1 + SEATS))
	}
}
