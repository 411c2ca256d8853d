//! What can be asked about jobs.

use crate::{Config, Jobs, Pallet};
use frame::prelude::*;
use tercet_primitives::{
	apis::ItemProofError, hashing, Answer, Disputed, ItemSet, Job, JobId, JobState, H256,
};

impl<T: Config> Pallet<T> {
	/// Checks that `digest` is what the executors of job `id` agreed on for item `index`.
	pub fn verify_item(
		id: JobId,
		index: u32,
		digest: &H256,
		proof: &[H256],
	) -> Result<(), ItemProofError> {
		let job = Jobs::<T>::get(id).ok_or(ItemProofError::UnknownJob)?;
		let (answer, items) = agreed(&job, index)?;
		ensure!(
			hashing::verify_item(&answer.root, &items, index, digest, proof),
			ItemProofError::Mismatch
		);
		Ok(())
	}

	/// The root that item `index` of job `id` can be shown against, and the items that it is over.
	pub(crate) fn root_of(id: JobId, index: u32) -> Result<(H256, ItemSet), ItemProofError> {
		let job = Jobs::<T>::get(id).ok_or(ItemProofError::UnknownJob)?;
		agreed(&job, index).map(|(answer, items)| (answer.root, items))
	}
}

/// The answer that counts for item `index`, and the items that it covers.
///
/// The first answer of a job covers all of its items, even where it does not count; a patch covers
/// the items that were in dispute.
fn agreed<AccountId>(
	job: &Job<AccountId>,
	index: u32,
) -> Result<(&Answer, ItemSet), ItemProofError> {
	ensure!(index < job.request.items, ItemProofError::IndexOutOfRange);
	let all = ItemSet::first(job.request.items);
	match &job.state {
		JobState::Settled { answer, disputed, .. } => match disputed {
			Disputed::Resolved(patch) if patch.items.contains(index) => {
				Ok((&patch.answer, patch.items))
			},
			Disputed::Refunded { items, .. } if items.contains(index) => {
				Err(ItemProofError::NotSettled)
			},
			_ => Ok((answer, all)),
		},
		JobState::Running { part: Some(part), .. } if part.items.contains(index) => {
			Ok((&part.answer, all))
		},
		_ => Err(ItemProofError::NotSettled),
	}
}
