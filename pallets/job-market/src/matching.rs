//! The draw: from the queue to a committee, with randomness that nobody knew at submission.
//!
//! What a draw weighs depends on luck and on the pool. So as many jobs have their turn in one block
//! as what they weigh together allows, and at least as many as fit if each weighs the most.

use crate::{Config, Event, Jobs, Pallet, ReservedDraws, WeightInfo};
use frame::{deps::frame_support::storage::with_storage_layer, prelude::*, traits::Get};
use tercet_primitives::{
	hashing,
	metering::{fitting, Reserved},
	traits::{BlockVrf, Committees, Draw, ProviderPool, Settlement, Wanted},
	BlockNumber, Job, JobId, JobState, H256, MAX_SEATS,
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
	/// What the turn of one job weighs if the pool is read `reads` times for it.
	pub(crate) fn weight_of_turn(reads: u32) -> Weight {
		T::WeightInfo::draw_by(reads, T::Pool::most_reads(MAX_SEATS, 0))
	}

	/// What the turn of one job weighs at most.
	pub fn heaviest_turn() -> Weight {
		// A committee and that of its review or of what it reviews.
		let excluded = MAX_SEATS.saturating_mul(2);
		Self::weight_of_turn(T::Pool::most_reads(MAX_SEATS, excluded))
	}

	/// Jobs that have their turn in one block if as many wait, whatever each one weighs.
	pub fn sure_turns() -> u32 {
		fitting(T::MaxDrawWeight::get(), Self::heaviest_turn())
	}

	/// Jobs that have their turn in one block at most: if nobody is looked at for any of them.
	pub fn most_turns() -> u32 {
		fitting(T::MaxDrawWeight::get(), Self::weight_of_turn(0))
	}

	/// Sets aside the weight of the draws of this block. Jobs that begin to wait from here on come
	/// after those counted, so they are not drawn in this block.
	pub(crate) fn reserve_draws() -> Weight {
		let most = Self::most_turns();
		let waiting = u32::try_from(Self::queue_length()).unwrap_or(most).min(most);
		let reserved = Reserved::new(waiting, Self::heaviest_turn(), T::MaxDrawWeight::get());
		ReservedDraws::<T>::put(reserved);
		T::WeightInfo::reserve_draws().saturating_add(reserved.weight)
	}

	/// Draws executors for the jobs counted by [`Self::reserve_draws`], as long as the weight set
	/// aside for them lasts. Returns what of it was used.
	pub(crate) fn draw_reserved(now: BlockNumber) -> Weight {
		let reserved = ReservedDraws::<T>::take();
		if reserved.entries == 0 {
			return Weight::zero();
		}
		// A block without randomness draws nothing; the jobs keep their places.
		let Some(vrf) = T::Vrf::current() else { return Weight::zero() };
		let genesis = Self::genesis_hash();
		let turn = |_| Self::weight_of_turn(Self::take_turn(&vrf, &genesis, now));
		reserved.spend(Self::heaviest_turn(), 0..reserved.entries, turn).weight
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

	/// The turn of whoever is first in the queue. Says how often the pool was read for it.
	fn take_turn(vrf: &[u8; 32], genesis: &H256, now: BlockNumber) -> u32 {
		let Some((job, failures)) = Self::dequeue() else { return 0 };
		let (turn, reads) = Self::draw(job, vrf, genesis, now);
		if let Turn::Failed = turn {
			Self::put_off(job, failures, now);
		}
		reads
	}

	/// Draws executors for a job that has left the queue. Says how often the pool was read for it.
	fn draw(id: JobId, vrf: &[u8; 32], genesis: &H256, now: BlockNumber) -> (Turn, u32) {
		let Some(job) = Jobs::<T>::get(id) else { return (Turn::Over, 0) };
		let first = job.state == JobState::Queued;
		// Time for a later round is the committee's concern, which has its own windows.
		if first && !Self::has_time(&job, now) {
			return (Turn::Over, 0);
		}
		let Some(wanted) = T::Committees::wanted(id) else {
			return if first { (Turn::Failed, 0) } else { (Turn::Over, 0) };
		};
		let seed = hashing::draw_seed(vrf, genesis, id, wanted.round);
		let mut reads = 0;
		match with_storage_layer(|| Self::seat(id, job, wanted, &seed, now, &mut reads)) {
			Ok(()) => (Turn::Drawn, reads),
			Err(_) => (Turn::Failed, reads),
		}
	}

	/// Draws and seats the executors that a committee wants. Leaves traces when it fails, and notes
	/// in `reads` how often the pool was read in any case.
	fn seat(
		id: JobId,
		mut job: Job<T::AccountId>,
		wanted: Wanted<T::AccountId>,
		seed: &H256,
		now: BlockNumber,
		reads: &mut u32,
	) -> DispatchResult {
		let Wanted { seats, round, exclude } = wanted;
		let drawn = T::Pool::draw(Draw {
			pool: &job.request.pool(),
			price: job.request.price,
			seats,
			exclude: &exclude,
			proven: <Self as Settlement<_>>::is_for_proven(&job.request.redundancy),
			risk: job.risk,
			seed,
		});
		*reads = drawn.reads;
		let executors = drawn.executors.map_err(|_| DispatchError::Unavailable)?;
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
