//! What marks transactions that are owed.
//!
//! Calls that are owed cost no fee, so nothing but this keeps an executor from filling the pool with
//! them: two transactions that do the same duty provide the same tag, and the pool holds one of
//! them. Once it is in a block the duty is not owed any more, and another has to pay its way. The
//! runtime's transaction extension that skips the fee adds the tags.

use crate::{Call, Config, Pallet};
use alloc::vec::Vec;
use codec::Encode;
use frame::deps::sp_runtime::transaction_validity::TransactionTag;
use tercet_primitives::{Duty, JobId};

const OWED_TAG: &[u8] = b"tercet/owed/1";

impl<T: Config> Pallet<T> {
	/// A tag for each duty that `call` does, if all of them are owed by `who` in the block under
	/// construction; none otherwise. Whatever does the same duty has the same tag.
	pub fn owed_tags(who: &T::AccountId, call: &Call<T>) -> Vec<TransactionTag> {
		let Call::answer { duties } = call else { return Vec::new() };
		if !Self::owes(who, duties) {
			return Vec::new();
		}
		duties.iter().map(|duty| Self::owed_tag(who, duty)).collect()
	}

	fn owed_tag(who: &T::AccountId, duty: &Duty) -> TransactionTag {
		let job: JobId = duty.job();
		let round = Self::committee(job).map(|committee| committee.round);
		let kind: u8 = match duty {
			// Either is the end of waiting for a commitment.
			Duty::Commit { .. } | Duty::Abstain { .. } => 0,
			Duty::Seal { .. } => 1,
			Duty::Reveal { .. } => 2,
			Duty::OpenSeal { .. } => 3,
			Duty::Itemize { .. } => 4,
		};
		(OWED_TAG, who, job, round, kind).encode()
	}
}
