//! What the runtime APIs answer about jobs.

use crate::{submission::Cost, Config, Jobs, NextJobId, Pallet};
use frame::prelude::*;
use tercet_primitives::{
	apis::ItemProofError, hashing, Balance, Job, JobId, JobState, PoolId, WorkUnits, H256,
};

impl<T: Config> Pallet<T> {
	/// One job.
	pub fn job(id: JobId) -> Option<Job<T::AccountId>> {
		Jobs::<T>::get(id)
	}

	/// Number of jobs submitted so far; their ids are `0..count`.
	pub fn job_count() -> u64 {
		NextJobId::<T>::get()
	}

	/// Compute that each executor would be paid for and what submission would hold, or why a job of
	/// `items` at `price` per work unit would be refused.
	pub fn quote(
		pool: PoolId,
		items: u32,
		price: Balance,
	) -> Result<(WorkUnits, Balance), DispatchError> {
		let Cost { units, escrow, .. } = Self::cost(pool.variant, items, price)?;
		Ok((units, escrow))
	}

	/// Checks that `digest` is what the executors of job `id` agreed on for item `index`.
	pub fn verify_item(
		id: JobId,
		index: u32,
		digest: &H256,
		proof: &[H256],
	) -> Result<(), ItemProofError> {
		let job = Jobs::<T>::get(id).ok_or(ItemProofError::UnknownJob)?;
		let JobState::Settled { answer, .. } = job.state else {
			return Err(ItemProofError::NotSettled);
		};
		let items = job.request.items;
		ensure!(index < items, ItemProofError::IndexOutOfRange);
		ensure!(
			hashing::verify_item(&answer.root, items, index, digest, proof),
			ItemProofError::Mismatch
		);
		Ok(())
	}
}
