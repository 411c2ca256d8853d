//! Weights of the calls and of the hooks.
//!
//! Counted by hand: the storage items that each reads and writes, those of other pallets included,
//! priced by the runtime's database weights, on top of a generous time for decoding, checking and
//! encoding. They stand until benchmarks generate better ones.

use frame::weights_prelude::*;
use tercet_primitives::{MAX_LINEAGE, MAX_SEATS};

/// Time that a call takes besides its storage accesses, in picoseconds: 40 µs.
const BASE: u64 = 40_000_000;

/// Time to decode, copy and encode one byte of inline input, in picoseconds: 5 ns.
const PER_BYTE: u64 = 5_000;

/// Time of one draw besides its storage accesses, in picoseconds: 400 µs. Most of it is a hash, a
/// decoding and a comparison for each sample.
const PER_DRAW: u64 = 400_000_000;

/// Storage items that a [draw](tercet_primitives::traits::ProviderPool::draw) may read for
/// [`MAX_SEATS`] seats: the size of the pool, 48 samples for each seat, and the record of everyone
/// drawn.
pub const POOL_READS: u64 = 1 + 48 * SEATS + SEATS;

const SEATS: u64 = MAX_SEATS as u64;

const LINEAGE: u64 = MAX_LINEAGE as u64;

/// Accounts and counters that a payout touches: of everyone paid, of the treasury and of the payer.
const PAYOUT: u64 = 2 * (SEATS + LINEAGE + 2);

/// Weights of this pallet's calls and hooks.
pub trait WeightInfo {
	/// `submit` with `b` bytes of inline input.
	fn submit(b: u32) -> Weight;
	/// `top_up`.
	fn top_up() -> Weight;
	/// `cancel`.
	fn cancel() -> Weight;
	/// `prune`.
	fn prune() -> Weight;
	/// `add_credit`.
	fn add_credit() -> Weight;
	/// `withdraw_credit`.
	fn withdraw_credit() -> Weight;
	/// `set_params`.
	fn set_params() -> Weight;
	/// What `on_initialize` takes to see whether jobs are due.
	fn expire_base() -> Weight;
	/// Looking at one block of the agenda.
	fn expire_step() -> Weight;
	/// Refunding one job, its committee closed.
	fn expire_job() -> Weight;
	/// What `on_initialize` takes to see whether retries are due.
	fn requeue_base() -> Weight;
	/// Looking at one block of the retries.
	fn requeue_step() -> Weight;
	/// Moving one job back into the queue.
	fn requeue_job() -> Weight;
	/// What `on_initialize` and `on_finalize` take to see whether jobs wait.
	fn reserve_draws() -> Weight;
	/// Drawing executors for one job, or failing to.
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
	/// Reads: `Params`, the catalog's model and its ancestors, `Credits`, `NextJobId`, `QueueTail`,
	/// `Balances::Holds`, `System::Account`. Writes: `Jobs`, `NextJobId`, `Queue`, `QueueTail`,
	/// `Waiting`, `Expiries`, `Credits`, `Balances::Holds`, `System::Account`.
	fn submit(b: u32) -> Weight {
		let time = BASE.saturating_add(PER_BYTE.saturating_mul(b.into()));
		Self::count(time, 6 + LINEAGE, 9)
	}

	/// Reads: `Jobs`, `Waiting`, `QueueHead`, `ReservedDraws`, `Params`, `Credits`, `QueueTail`,
	/// `Balances::Holds`, `System::Account`. Writes: `Jobs`, `Waiting`, two of `Queue` or one and
	/// `Retries`, `QueueTail`, `Credits`, `Balances::Holds`, `System::Account`.
	fn top_up() -> Weight {
		Self::count(BASE, 9, 8)
	}

	/// Reads: `Jobs`, `Waiting`, `QueueHead`, `ReservedDraws`, `Credits`, `Balances::Holds`,
	/// `System::Account`, the committee, the review that it may be, and the committee of the job
	/// that waits for it. Writes: `Jobs`, `Waiting`, `Queue` or `Retries`, `Expiries`, and the last
	/// six read.
	fn cancel() -> Weight {
		Self::count(BASE * 2, 10, 10)
	}

	/// Reads: `Jobs`, `Params`, `ReviewOf` and the review's `Jobs`, `Balances::Holds`,
	/// `System::Account`, the committee and three records of reviews. Writes: `Jobs`, `ReviewOf`,
	/// `Reimbursable`, and the last six read.
	fn prune() -> Weight {
		Self::count(BASE * 2, 10, 9)
	}

	/// Reads and writes: `Credits`, `Balances::Holds`, `System::Account`.
	fn add_credit() -> Weight {
		Self::count(BASE, 3, 3)
	}

	/// Reads and writes: `Credits`, `Balances::Holds`, `System::Account`.
	fn withdraw_credit() -> Weight {
		Self::count(BASE, 3, 3)
	}

	/// Reads and writes: `Params`, `ParamsChangedAt`.
	fn set_params() -> Weight {
		Self::count(BASE, 2, 2)
	}

	/// Reads and writes: `ExpiryCursor`.
	fn expire_base() -> Weight {
		Self::count(BASE / 8, 1, 1)
	}

	/// Reads: the end of a prefix of `Expiries`, and one entry more than is refunded.
	fn expire_step() -> Weight {
		Self::count(BASE / 8, 2, 0)
	}

	/// Reads: `Expiries`, `Jobs`, `Waiting`, `Credits`, and for the job and for one that may wait
	/// for its verdict: the committee, what its payout touches, and each executor's record. Writes:
	/// these, `Queue` or `Retries`, the assignment of each executor, and `Expiries` again when the
	/// job is put off.
	fn expire_job() -> Weight {
		Self::count(BASE * 8, 6 + 2 * (PAYOUT + SEATS + 3), 8 + 2 * (PAYOUT + 2 * SEATS + 3))
	}

	/// Reads: `QueueHead`, `QueueTail`, `RetryCursor`. Writes: `RetryCursor`.
	fn requeue_base() -> Weight {
		Self::count(BASE / 8, 3, 1)
	}

	/// Reads: the end of a prefix of `Retries`, and one entry more than is moved.
	fn requeue_step() -> Weight {
		Self::count(BASE / 8, 2, 0)
	}

	/// Reads: `Retries`, `Waiting`, `QueueTail`. Writes: these and `Queue`.
	fn requeue_job() -> Weight {
		Self::count(BASE / 8, 3, 4)
	}

	/// Reads: `QueueHead`, `QueueTail`, `ReservedDraws`, the block's randomness, the hash of the
	/// genesis block. Writes: `ReservedDraws`.
	fn reserve_draws() -> Weight {
		Self::count(BASE / 8, 5, 1)
	}

	/// Reads: `QueueHead`, `QueueTail`, `Queue`, `Waiting`, `Jobs`, `Params`, the committee, the
	/// review that the job may be, the committee of the job that waits for it, the pool. Writes:
	/// `QueueHead`, `Queue`, `Waiting`, `Retries`, `Jobs`, the committee and its agenda, and for
	/// each executor its record and its assignment.
	fn draw() -> Weight {
		Self::count(PER_DRAW, 9 + POOL_READS, 8 + 2 * SEATS)
	}
}
