//! The draw: from the queue to a committee, with randomness that nobody knew at submission.

use crate::{Config, Event, Jobs, Pallet, ReservedDraws, WeightInfo};
use frame::{deps::frame_support::storage::with_storage_layer, prelude::*};
use tercet_primitives::{
	hashing,
	traits::{BlockVrf, Committees, Draw, ProviderPool, Settlement, Wanted},
	BlockNumber, Job, JobId, JobState, H256,
};

/// How one turn of the queue ended.
enum Turn {
	/// Executors were seated.
	Drawn,
	/// The job is tried again later.
	Failed,
	/// The job waits for nobody any more.
	Over,
}

impl<T: Config> Pallet<T> {
	/// Sets aside the weight of the draws of this block. Jobs that begin to wait from here on come
	/// after those counted, so they are not drawn in this block.
	pub(crate) fn reserve_draws() -> Weight {
		let waiting = Self::queue_length();
		let cap = T::MaxDrawsPerBlock::get();
		let draws = u32::try_from(waiting).unwrap_or(cap).min(cap);
		ReservedDraws::<T>::put(draws);
		T::WeightInfo::reserve_draws()
			.saturating_add(T::WeightInfo::draw().saturating_mul(draws.into()))
	}

	/// Draws executors for the jobs counted by [`Self::reserve_draws`].
	pub(crate) fn draw_reserved(now: BlockNumber) {
		let draws = ReservedDraws::<T>::take();
		if draws == 0 {
			return;
		}
		// A block without randomness draws nothing; the jobs keep their places.
		let Some(vrf) = T::Vrf::current() else { return };
		let genesis = Self::genesis_hash();
		for _ in 0..draws {
			let Some((job, failures)) = Self::dequeue() else { continue };
			if let Turn::Failed = Self::draw(job, &vrf, &genesis, now) {
				Self::put_off(job, failures, now);
			}
		}
	}

	/// Whether a committee drawn for `job` at the end of `now` would have time to answer. Otherwise
	/// nobody is drawn any more, and nobody is blamed for a hopeless job.
	pub(crate) fn has_time(job: &Job<T::AccountId>, now: BlockNumber) -> bool {
		job.request.deadline.saturating_sub(now) >= T::MinDeadline::get() / 2
	}

	/// Hash of the genesis block, which sets this chain apart from every other.
	fn genesis_hash() -> H256 {
		let hash = frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::zero());
		let mut genesis = H256::zero();
		genesis.as_bytes_mut().iter_mut().zip(hash.as_ref()).for_each(|(to, from)| *to = *from);
		genesis
	}

	/// Draws executors for a job that has left the queue.
	fn draw(id: JobId, vrf: &[u8; 32], genesis: &H256, now: BlockNumber) -> Turn {
		let Some(job) = Jobs::<T>::get(id) else { return Turn::Over };
		let first = job.state == JobState::Queued;
		// Time for a later round is the committee's concern, which has its own windows.
		if first && !Self::has_time(&job, now) {
			return Turn::Over;
		}
		let Some(wanted) = T::Committees::wanted(id) else {
			return if first { Turn::Failed } else { Turn::Over };
		};
		let seed = hashing::draw_seed(vrf, genesis, id, wanted.round);
		match with_storage_layer(|| Self::seat(id, job, wanted, &seed, now)) {
			Ok(()) => Turn::Drawn,
			Err(_) => Turn::Failed,
		}
	}

	/// Draws and seats the executors that a committee wants. Leaves traces when it fails.
	fn seat(
		id: JobId,
		mut job: Job<T::AccountId>,
		wanted: Wanted<T::AccountId>,
		seed: &H256,
		now: BlockNumber,
	) -> DispatchResult {
		let Wanted { seats, round, exclude } = wanted;
		let executors = T::Pool::draw(Draw {
			pool: &job.request.pool(),
			price: job.request.price,
			seats,
			exclude: &exclude,
			proven: <Self as Settlement<_>>::is_for_proven(&job.request.redundancy),
			risk: job.risk,
			seed,
		})
		.map_err(|_| DispatchError::Unavailable)?;
		if job.state == JobState::Queued {
			job.state = JobState::Running { drawn_at: now, part: None };
			Jobs::<T>::insert(id, job);
		}
		T::Committees::seat(id, executors.clone()).inspect_err(|error| {
			frame::log::error!(target: "job-market", "no seats for {id}: {error:?}");
		})?;
		Self::deposit_event(Event::Drawn { job: id, round, executors });
		Ok(())
	}
}
