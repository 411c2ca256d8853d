//! Commitments and what opens them.

use crate::{CommitteesOf, Config, Error, Event, Pallet};
use frame::{deps::frame_support::storage::with_storage_layer, prelude::*};
use tercet_primitives::{
	hashing::{self, Salt},
	Answer, Committee, Decision, JobId, Seat, SeatState, H256,
};

impl<T: Config> Pallet<T> {
	/// Records a commitment.
	pub(crate) fn do_commit(
		executor: T::AccountId,
		job: JobId,
		commitment: H256,
	) -> DispatchResult {
		let mut committee = Self::undecided(job)?;
		let open = committee.takes_commitments(Self::now());
		let seat = Self::seat(&mut committee, &executor)?;
		match seat.state {
			SeatState::Awaited => {},
			SeatState::Committed(_) => return Err(Error::<T>::AlreadyCommitted.into()),
			SeatState::Revealed(_) => return Err(Error::<T>::AlreadyRevealed.into()),
		}
		ensure!(open, Error::<T>::CommitWindowClosed);

		seat.state = SeatState::Committed(commitment);
		CommitteesOf::<T>::insert(job, committee);
		Self::deposit_event(Event::Committed { job, executor, commitment });
		Ok(())
	}

	/// Records a reveal and decides if it was the last one; says how.
	pub(crate) fn do_reveal(
		executor: T::AccountId,
		job: JobId,
		answer: Answer,
		salt: Salt,
	) -> Result<Option<Decision>, DispatchError> {
		let mut committee = Self::undecided(job)?;
		let now = Self::now();
		let (round, until) = (committee.round, committee.reveal_until);
		let open = committee.takes_reveals(now);
		let seat = Self::seat(&mut committee, &executor)?;
		let commitment = match seat.state {
			SeatState::Awaited => return Err(Error::<T>::NotCommitted.into()),
			SeatState::Committed(commitment) => commitment,
			SeatState::Revealed(_) => return Err(Error::<T>::AlreadyRevealed.into()),
		};
		ensure!(now <= until, Error::<T>::RevealWindowClosed);
		ensure!(open, Error::<T>::RevealWindowNotOpen);
		let genesis = Self::genesis_hash();
		let opened = hashing::commitment(&genesis, job, round, &executor, &answer, &salt);
		ensure!(opened == commitment, Error::<T>::CommitmentMismatch);

		let root = answer.root;
		seat.state = SeatState::Revealed(answer);
		with_storage_layer(|| {
			Self::deposit_event(Event::Revealed { job, executor, root });
			Self::decide_or_keep(job, committee)
		})
	}

	/// The committee of `job`, which has not ended.
	pub(crate) fn undecided(job: JobId) -> Result<Committee<T::AccountId>, DispatchError> {
		let committee = CommitteesOf::<T>::get(job).ok_or(Error::<T>::UnknownJob)?;
		ensure!(committee.decision.is_none(), Error::<T>::AlreadyDecided);
		Ok(committee)
	}

	/// The seat of `executor`.
	fn seat<'a>(
		committee: &'a mut Committee<T::AccountId>,
		executor: &T::AccountId,
	) -> Result<&'a mut Seat<T::AccountId>, DispatchError> {
		let seat = committee.seats.iter_mut().find(|seat| seat.executor == *executor);
		seat.ok_or(Error::<T>::NotExecutor.into())
	}

	/// Hash of the genesis block, which sets this chain apart from every other.
	fn genesis_hash() -> H256 {
		let hash = frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::zero());
		let mut genesis = H256::zero();
		genesis.as_bytes_mut().iter_mut().zip(hash.as_ref()).for_each(|(to, from)| *to = *from);
		genesis
	}
}
