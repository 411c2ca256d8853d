//! Weights of the calls, the hooks and the transaction extension.
//!
//! Counted by hand: the storage items that each reads and writes, those of other pallets included,
//! priced by the runtime's database weights, on top of a generous time for decoding, hashing and
//! encoding. They stand until benchmarks generate better ones.

use frame::weights_prelude::*;
use tercet_primitives::{Duty, Payload, Response, MAX_INLINE_BYTES, MAX_ITEMS, MAX_SEATS};

/// Time that anything takes besides its storage accesses, in picoseconds: 40 µs.
const BASE: u64 = 40_000_000;

/// Time to decode, hash, compare and encode one byte of inline output, once in the transaction and
/// once for each seat, in picoseconds: 25 ns.
const PER_BYTE: u64 = 25_000;

/// Time to decode and hash one vote, in picoseconds: 1 µs.
const PER_VOTE: u64 = 1_000_000;

/// Time to hash and compare the votes of all seats on one item, in picoseconds: 8 µs.
const PER_ITEM: u64 = 8_000_000;

/// Time to pay one account, with its events, in picoseconds: 40 µs.
const PER_PAYEE: u64 = 40_000_000;

const SEATS: u64 = MAX_SEATS as u64;

/// Executors, four authors, treasury and requester, for a part and for the rest.
const PAYEES: u64 = 2 * (SEATS + 6);

/// Weights of this pallet.
pub trait WeightInfo {
	/// `answer`, besides its duties.
	fn answer() -> Weight;
	/// A commitment.
	fn commit() -> Weight;
	/// A seal.
	fn seal() -> Weight;
	/// A reveal with `b` bytes of inline output.
	fn reveal(b: u32) -> Weight;
	/// An opened seal with `v` fingerprints.
	fn open_seal(v: u32) -> Weight;
	/// The digests of `v` items.
	fn itemize(v: u32) -> Weight;
	/// An abstention.
	fn abstain() -> Weight;
	/// Comparing the answers to `v` items, and the worst that follows: a settlement that ends a
	/// review, which in turn settles the job under review.
	fn compare(v: u32) -> Weight;
	/// `challenge`.
	fn challenge() -> Weight;
	/// `open_canary`.
	fn open_canary() -> Weight;
	/// `set_params`.
	fn set_params() -> Weight;
	/// Looking at the agenda, with `n` entries due, when a block begins and when it ends.
	fn reserve_transitions(n: u32) -> Weight;
	/// Ending a stage at the end of a block.
	fn transition() -> Weight;
	/// Checking whether `d` duties with `v` votes are owed.
	fn owed(d: u32, v: u32) -> Weight;
}

/// Votes in a list of duties.
pub fn votes_in(duties: &[Duty]) -> u32 {
	let votes = duties.iter().map(|duty| match duty {
		Duty::OpenSeal { fingerprints: votes, .. } | Duty::Itemize { digests: votes, .. } => {
			votes.len() as u32
		},
		_ => 0,
	});
	votes.fold(0, |sum, votes| sum.saturating_add(votes))
}

/// The most that a call with these duties can weigh.
pub(crate) fn answer_at_most<W: WeightInfo>(duties: &[Duty]) -> Weight {
	let compares = duties.iter().map(|duty| match duty {
		Duty::Reveal { .. } | Duty::OpenSeal { .. } | Duty::Itemize { .. } => Some(MAX_ITEMS),
		_ => None,
	});
	answer_with::<W>(&recorded::<W>(duties), compares)
}

/// What recording each of these duties weighs.
pub(crate) fn recorded<W: WeightInfo>(duties: &[Duty]) -> Weight {
	let weights = duties.iter().map(|duty| match duty {
		Duty::Commit { .. } => W::commit(),
		Duty::Seal { .. } => W::seal(),
		Duty::Reveal { response, .. } => W::reveal(inline_bytes(response)),
		Duty::OpenSeal { fingerprints, .. } => W::open_seal(fingerprints.len() as u32),
		Duty::Itemize { digests, .. } => W::itemize(digests.len() as u32),
		Duty::Abstain { .. } => W::abstain(),
	});
	weights.fold(Weight::zero(), |sum, weight| sum.saturating_add(weight))
}

/// What a call weighs whose duties weigh `recorded`, and led to comparisons of so many items.
pub(crate) fn answer_with<W: WeightInfo>(
	recorded: &Weight,
	compared: impl Iterator<Item = Option<u32>>,
) -> Weight {
	let base = W::answer().saturating_add(*recorded);
	compared.flatten().fold(base, |sum, items| sum.saturating_add(W::compare(items)))
}

/// Bytes of an answer's output that travel in the transaction.
fn inline_bytes(response: &Response) -> u32 {
	match response {
		Response::Result(answer) => match &answer.output {
			Payload::Inline(bytes) => u32::try_from(bytes.len()).unwrap_or(MAX_INLINE_BYTES),
			Payload::Blob(_) => 0,
		},
		Response::Invalid(_) => 0,
	}
}

/// The counts, priced by the runtime's database weights.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> SubstrateWeight<T> {
	fn time(base: u64, unit: u64, count: u32) -> Weight {
		Weight::from_parts(base.saturating_add(unit.saturating_mul(count.into())), 0)
	}
}

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	/// Reads: the hash of the genesis block.
	fn answer() -> Weight {
		Self::time(BASE, 0, 0).saturating_add(T::DbWeight::get().reads(1))
	}

	/// Reads: `CommitteesOf`. Writes: `CommitteesOf`, `Agenda` twice: it may end the stage.
	fn commit() -> Weight {
		Self::time(BASE, 0, 0).saturating_add(T::DbWeight::get().reads_writes(1, 3))
	}

	/// As `commit`.
	fn seal() -> Weight {
		Self::commit()
	}

	/// As `commit`.
	fn reveal(b: u32) -> Weight {
		Self::time(BASE, PER_BYTE, b).saturating_add(T::DbWeight::get().reads_writes(1, 3))
	}

	/// As `commit`, and writes `VotesOf`.
	fn open_seal(v: u32) -> Weight {
		Self::time(BASE, PER_VOTE, v).saturating_add(T::DbWeight::get().reads_writes(1, 4))
	}

	/// As `open_seal`.
	fn itemize(v: u32) -> Weight {
		Self::open_seal(v)
	}

	/// As `commit`.
	fn abstain() -> Weight {
		Self::commit()
	}

	/// For each of two jobs, the votes, the job, the ledger of payouts, the requester's holds, the
	/// account of every payee, the record of every executor and its slash are read and written;
	/// reviews, references and verdicts are read and written; assignments, votes and the places on
	/// the agendas are removed.
	fn compare(v: u32) -> Weight {
		const TOUCHED: u64 = 8 + PAYEES + 3 * SEATS;
		const REMOVED: u64 = 2 + 2 * SEATS;
		Self::time(2 * (BASE + PER_PAYEE * PAYEES), PER_ITEM, v)
			.saturating_add(T::DbWeight::get().reads_writes(2 * TOUCHED, 2 * (TOUCHED + REMOVED)))
	}

	/// Reads: the job, `Params`, `Verdicts`, `ReviewOf`, `Reviews` twice. Writes: `Reviews`,
	/// `ReviewOf`. The submission of a job besides: ten of each.
	fn challenge() -> Weight {
		Self::time(4 * BASE, 0, 0).saturating_add(T::DbWeight::get().reads_writes(16, 12))
	}

	/// As `challenge`, and verifies a Merkle proof.
	fn open_canary() -> Weight {
		Self::challenge().saturating_add(Self::time(BASE, 0, 0))
	}

	/// Reads and writes: `Params`, `ParamsSetAt`.
	fn set_params() -> Weight {
		Self::time(BASE, 0, 0).saturating_add(T::DbWeight::get().reads_writes(2, 2))
	}

	/// Reads, twice: `AgendaCursor`, the keys of `n` entries, the end of each block's. Writes:
	/// `ReservedTransitions` twice, `AgendaCursor`.
	fn reserve_transitions(n: u32) -> Weight {
		let reads = 2u64.saturating_mul(u64::from(n).saturating_mul(2).saturating_add(2));
		Self::time(BASE, BASE / 10, n).saturating_add(T::DbWeight::get().reads_writes(reads, 3))
	}

	/// Reads: the block's randomness, `Agenda`, `CommitteesOf`. Writes: `Agenda`. Then the worst of
	/// all ends of a stage: a comparison, or a lottery that submits an audit.
	fn transition() -> Weight {
		Self::compare(MAX_ITEMS)
			.saturating_add(Self::challenge())
			.saturating_add(T::DbWeight::get().reads_writes(3, 1))
	}

	/// Reads: the hash of the genesis block and, for each duty, `CommitteesOf`.
	fn owed(d: u32, v: u32) -> Weight {
		Self::time(BASE, BASE, d)
			.saturating_add(Self::time(0, PER_VOTE, v))
			.saturating_add(T::DbWeight::get().reads(u64::from(d).saturating_add(1)))
	}
}
