//! Weights of the calls, the hooks and the transaction extension.
//!
//! Measured by benchmarks, see `scripts/weights.sh`.

mod generated;

pub use generated::SubstrateWeight;

use crate::Branch;
use frame::weights_prelude::*;
use tercet_primitives::{Duty, Payload, Response, MAX_INLINE_BYTES, MAX_ITEMS};

/// Weights of this pallet. Calls that do several things weigh as much as each of them alone.
pub trait WeightInfo {
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
	/// Comparing the fingerprints of `v` items, and the worst that follows: a settlement that ends
	/// an audit, which in turn settles the job under audit.
	fn compare_fingerprints(v: u32) -> Weight;
	/// Comparing the digests of `v` items, of which one has been settled before, and settling the
	/// others.
	fn compare_digests(v: u32) -> Weight;
	/// `challenge`.
	fn challenge() -> Weight;
	/// `open_canary`.
	fn open_canary() -> Weight;
	/// `set_params`.
	fn set_params() -> Weight;
	/// Looking at `b` blocks of the agenda, with `n` entries due, when a block begins and when it
	/// ends.
	fn reserve_transitions(b: u32, n: u32) -> Weight;
	/// A lottery after which a committee opens its answers, and so does the one that it audits: the
	/// worst end of a stage that submits and compares nothing and does not end the committee.
	fn advance() -> Weight;
	/// A lottery that submits an audit: the worst end of a stage that compares nothing and does not
	/// end the committee.
	fn lottery() -> Weight;
	/// Checking whether `d` duties with `v` votes are owed.
	fn owed(d: u32, v: u32) -> Weight;

	/// Comparing answers by the votes on `v` items, and the worst that follows.
	fn compare(v: u32) -> Weight {
		Self::compare_fingerprints(v).max(Self::compare_digests(v))
	}

	/// Ending a stage, whatever that leads to.
	fn transition() -> Weight {
		Self::advance().max(Self::lottery()).max(Self::compare(MAX_ITEMS))
	}
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
	let branches = duties.iter().map(|duty| match duty {
		Duty::Reveal { .. } | Duty::OpenSeal { .. } | Duty::Itemize { .. } => Branch::Failed,
		_ => Branch::Advanced,
	});
	answer_with::<W>(&recorded::<W>(duties), branches)
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

/// What a call weighs whose duties weigh `recorded` and led to these ends of stages. One stage that
/// follows another without more is measured with the duty.
pub(crate) fn answer_with<W: WeightInfo>(
	recorded: &Weight,
	branches: impl Iterator<Item = Branch>,
) -> Weight {
	let more = branches.filter(|branch| *branch != Branch::Advanced);
	more.fold(*recorded, |sum, branch| sum.saturating_add(branch.weight::<W>()))
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
