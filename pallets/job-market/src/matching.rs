//! The draw: from the queue to a committee, with randomness that nobody knew at submission.

use crate::{Config, Event, Jobs, Pallet, ReservedDraws, WeightInfo};
use frame::{deps::frame_support::storage::with_storage_layer, prelude::*};
use tercet_primitives::{
	hashing,
	traits::{BlockVrf, Committees, ProviderPool},
	BlockNumber, JobId, JobState, EXECUTORS, H256,
};

impl<T: Config> Pallet<T> {
	/// Sets aside the weight of the draws of this block. Jobs submitted from here on come after
	/// those counted, so they are not drawn in the block of their submission.
	pub(crate) fn reserve_draws() -> Weight {
		let waiting = Self::queue_length();
		let cap = T::MaxDrawsPerBlock::get();
		let draws = u32::try_from(waiting).unwrap_or(cap).min(cap);
		ReservedDraws::<T>::put(draws);
		T::WeightInfo::reserve_draws()
			.saturating_add(T::WeightInfo::draw().saturating_mul(draws.into()))
	}

	/// Draws committees for the jobs counted by [`Self::reserve_draws`].
	pub(crate) fn draw_reserved(now: BlockNumber) {
		let draws = ReservedDraws::<T>::take();
		if draws == 0 {
			return;
		}
		// A block without randomness draws nothing; the jobs keep their places.
		let Some(vrf) = T::Vrf::current() else { return };
		let genesis = Self::genesis_hash();
		for _ in 0..draws {
			let Some(job) = Self::dequeue() else { return };
			Self::draw(job, &vrf, &genesis, now);
		}
	}

	/// Hash of the genesis block, which sets this chain apart from every other.
	fn genesis_hash() -> H256 {
		let hash = frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::zero());
		let mut genesis = H256::zero();
		genesis.as_bytes_mut().iter_mut().zip(hash.as_ref()).for_each(|(to, from)| *to = *from);
		genesis
	}

	/// Draws a committee for a job that has left the queue; without one it goes to the tail.
	fn draw(id: JobId, vrf: &[u8; 32], genesis: &H256, now: BlockNumber) {
		let Some(mut job) = Jobs::<T>::get(id) else { return };
		// Expired while it waited.
		if job.state != JobState::Queued {
			return;
		}

		let deadline = job.request.deadline;
		let enough_time = deadline.saturating_sub(now) >= T::MinDeadline::get() / 2;
		let drawn = enough_time
			&& with_storage_layer(|| -> DispatchResult {
				let seed = hashing::draw_seed(vrf, genesis, id, 0);
				let pool = job.request.pool();
				let executors = T::Pool::draw(&pool, job.request.price, EXECUTORS, &seed)
					.map_err(|_| DispatchError::Unavailable)?;
				T::Committees::open(id, executors.clone(), deadline).inspect_err(|error| {
					frame::log::error!(target: "job-market", "no committee for {id}: {error:?}");
				})?;
				job.state = JobState::Running { drawn_at: now };
				Jobs::<T>::insert(id, &job);
				Self::deposit_event(Event::Drawn { job: id, executors });
				Ok(())
			})
			.is_ok();
		if !drawn {
			Self::enqueue(id);
		}
	}
}
