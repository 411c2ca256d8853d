//! Weights of the call and of the hooks.
//!
//! Counted by hand: the storage items that each reads and writes, those of other pallets included,
//! priced by the runtime's database weights, on top of a generous time for decoding, checking and
//! encoding. They stand until benchmarks generate better ones.

use frame::weights_prelude::*;
use tercet_primitives::EXECUTORS;

/// Time that a call takes besides its storage accesses, in picoseconds: 40 µs.
const BASE: u64 = 40_000_000;

/// Time to decode, copy and encode one byte of inline input, in picoseconds: 5 ns.
const PER_BYTE: u64 = 5_000;

/// Time of one draw besides its storage accesses, in picoseconds: 400 µs. Most of it is a hash, a
/// decoding and a comparison for each sample.
const PER_DRAW: u64 = 400_000_000;

/// Storage items that a [draw](tercet_primitives::traits::ProviderPool::draw) may read for
/// [`EXECUTORS`] seats: the size of the pool, 48 samples for each seat, and the record of everyone
/// drawn.
pub const POOL_READS: u64 = 1 + 48 * SEATS + SEATS;

const SEATS: u64 = EXECUTORS as u64;

/// Weights of this pallet's call and hooks.
pub trait WeightInfo {
	/// `submit` with `b` bytes of inline input.
	fn submit(b: u32) -> Weight;
	/// What `on_initialize` takes to see whether jobs are due.
	fn expire_base() -> Weight;
	/// Looking at one block of the agenda.
	fn expire_step() -> Weight;
	/// Refunding one job, its committee closed.
	fn expire_job() -> Weight;
	/// What `on_initialize` and `on_finalize` take to see whether jobs wait.
	fn reserve_draws() -> Weight;
	/// Drawing one committee, or failing to.
	fn draw() -> Weight;
}

/// The counts, priced by the runtime's database weights.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> SubstrateWeight<T> {
	fn count(time: u64, reads: u64, writes: u64) -> Weight {
		Weight::from_parts(time, 0).saturating_add(T::DbWeight::get().reads_writes(reads, writes))
	}
}

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	/// Reads: the catalog's model, `NextJobId`, `QueueTail`, `Balances::Holds`, `System::Account`.
	/// Writes: `Jobs`, `NextJobId`, `Queue`, `QueueTail`, `Expiries`, `Balances::Holds`,
	/// `System::Account`.
	fn submit(b: u32) -> Weight {
		Self::count(BASE.saturating_add(PER_BYTE.saturating_mul(b.into())), 5, 7)
	}

	/// Reads and writes: `ExpiryCursor`.
	fn expire_base() -> Weight {
		Self::count(BASE / 8, 1, 1)
	}

	/// Reads: the end of a prefix of `Expiries`, and one entry more than is refunded.
	fn expire_step() -> Weight {
		Self::count(BASE / 8, 2, 0)
	}

	/// Reads: `Expiries`, `Jobs`, the committee, `Balances::Holds`, `System::Account`, the record
	/// of each executor. Writes: these, and the assignment of each executor, and `Expiries` again
	/// when the job is put off.
	fn expire_job() -> Weight {
		Self::count(BASE * 4, 5 + SEATS, 6 + 2 * SEATS)
	}

	/// Reads: `QueueHead`, `QueueTail`, `ReservedDraws`, the block's randomness, the hash of the
	/// genesis block. Writes: `ReservedDraws`.
	fn reserve_draws() -> Weight {
		Self::count(BASE / 8, 5, 1)
	}

	/// Reads: `QueueHead`, `QueueTail`, `Queue`, `Jobs`, the committee, the pool. Writes:
	/// `QueueHead`, `QueueTail`, two of `Queue`, `Jobs`, the committee, and for each executor its
	/// record and its assignment.
	fn draw() -> Weight {
		Self::count(PER_DRAW, 5 + POOL_READS, 6 + 2 * SEATS)
	}
}
