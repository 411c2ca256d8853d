//! Duties: what an executor owes, and whether what it sends fulfils that.

use crate::{
	branch::Branch, comparison::result_of, CommitteesOf, Config, Error, Event, Pallet, VotesOf,
};
use alloc::{collections::BTreeMap, vec::Vec};
use frame::prelude::*;
use tercet_primitives::{
	hashing, Agreement, Committee, Duty, JobId, Response, Seat, SeatState, Stage, Votes, H256,
};

/// Whether the committee waits for something from this seat in its stage.
pub(crate) fn is_due<AccountId>(committee: &Committee<AccountId>, seat: &Seat<AccountId>) -> bool {
	let is_result = result_of(seat).is_some();
	let is_committed = matches!(seat.state, SeatState::Committed(_));
	match committee.stage {
		Stage::Commit => seat.state == SeatState::Awaited,
		Stage::Seal => (is_committed || is_result) && seat.seal.is_none(),
		Stage::Reveal => {
			let is_revealed = matches!(seat.state, SeatState::Revealed(_));
			is_committed || (is_revealed && seat.seal.is_some() && !seat.voted)
		},
		Stage::Itemize => is_result && !seat.voted,
		Stage::Lottery | Stage::Held | Stage::Draw | Stage::Audit | Stage::Ended => false,
	}
}

/// Whether the committee's stage waits for answers, and has them all.
pub(crate) fn is_complete<AccountId>(committee: &Committee<AccountId>) -> bool {
	matches!(committee.stage, Stage::Commit | Stage::Seal | Stage::Reveal | Stage::Itemize)
		&& !committee.seats.iter().any(|seat| is_due(committee, seat))
}

/// Marks as silent whoever did not do what the stage waited for: as withheld if it had committed by
/// then, and so had an answer to keep back.
pub(crate) fn fall_silent<AccountId>(committee: &mut Committee<AccountId>) {
	let due: Vec<bool> = committee.seats.iter().map(|seat| is_due(committee, seat)).collect();
	for (seat, due) in committee.seats.iter_mut().zip(due) {
		if due {
			seat.state = match seat.state {
				SeatState::Awaited => SeatState::Silent,
				_ => SeatState::Withheld,
			};
		}
	}
}

impl<T: Config> Pallet<T> {
	/// Records `duties`, all or none, and ends the stages that they complete. Returns for each what
	/// this has led to.
	pub(crate) fn do_answer(
		who: T::AccountId,
		duties: Vec<Duty>,
	) -> Result<Vec<Branch>, DispatchError> {
		ensure_distinct::<T>(&duties)?;
		duties.into_iter().map(|duty| Self::fulfil(&who, duty)).collect()
	}

	fn fulfil(who: &T::AccountId, duty: Duty) -> Result<Branch, DispatchError> {
		let job = duty.job();
		let mut committee = Self::undecided(job)?;
		let place = Self::record(&mut committee, who, &duty)?;
		let executor = who.clone();
		Self::deposit_event(match duty {
			Duty::Commit { commitment, .. } => Event::Committed { job, executor, commitment },
			Duty::Seal { .. } => Event::Sealed { job, executor },
			Duty::Reveal { .. } => Event::Revealed { job, executor },
			Duty::OpenSeal { fingerprints, .. } => {
				VotesOf::<T>::insert(job, place, fingerprints);
				Event::Opened { job, executor }
			},
			Duty::Itemize { digests, .. } => {
				VotesOf::<T>::insert(job, place, digests);
				Event::Itemized { job, executor }
			},
			Duty::Abstain { .. } => Event::Abstained { job, executor },
		});
		CommitteesOf::<T>::insert(job, &committee);
		if !is_complete(&committee) {
			return Ok(Branch::Advanced);
		}
		Ok(Self::end_stage_or_defer(job, committee, Self::now(), None))
	}

	/// Whether each of `duties` is owed by `who` in the block under construction, if they are done
	/// in this order.
	pub fn owes(who: &T::AccountId, duties: &[Duty]) -> bool {
		let mut committees = BTreeMap::<JobId, Committee<T::AccountId>>::new();
		ensure_distinct::<T>(duties).is_ok()
			&& duties.iter().all(|duty| {
				let job = duty.job();
				let known = committees.remove(&job).map_or_else(|| Self::undecided(job), Ok);
				known.is_ok_and(|mut committee| {
					let owed = Self::record(&mut committee, who, duty).is_ok();
					committees.insert(job, committee);
					owed
				})
			})
	}

	/// The committee of `job`, which has not ended.
	pub(crate) fn undecided(job: JobId) -> Result<Committee<T::AccountId>, Error<T>> {
		let committee = CommitteesOf::<T>::get(job).ok_or(Error::<T>::UnknownJob)?;
		ensure!(committee.decision.is_none(), Error::<T>::AlreadyDecided);
		Ok(committee)
	}

	/// Notes in `committee` that `who` did `duty`, if it was owed; returns the place of its seat.
	fn record(
		committee: &mut Committee<T::AccountId>,
		who: &T::AccountId,
		duty: &Duty,
	) -> Result<u8, Error<T>> {
		let (stage, until, items) = (committee.stage, committee.until, committee.items);
		let (round, agreement) = (committee.round, committee.agreement);
		let mut seats = committee.seats.iter_mut().zip(0u8..);
		let (seat, place) =
			seats.find(|(seat, _)| seat.executor == *who).ok_or(Error::<T>::NotExecutor)?;
		let is_silent = matches!(seat.state, SeatState::Silent | SeatState::Withheld);
		ensure!(!is_silent, Error::<T>::FellSilent);
		ensure!(seat.state != SeatState::Abstained, Error::<T>::AlreadyAbstained);
		let in_stage = |wanted| {
			ensure!(stage == wanted, Error::<T>::WrongStage);
			ensure!(Self::now() <= until, Error::<T>::StageOver);
			Ok(())
		};

		match duty {
			Duty::Commit { commitment, .. } => {
				ensure_awaited::<T>(seat)?;
				in_stage(Stage::Commit)?;
				seat.state = SeatState::Committed(*commitment);
			},
			Duty::Abstain { .. } => {
				ensure_awaited::<T>(seat)?;
				in_stage(Stage::Commit)?;
				seat.state = SeatState::Abstained;
			},
			Duty::Seal { seal, .. } => {
				ensure!(seat.seal.is_none(), Error::<T>::AlreadySealed);
				in_stage(Stage::Seal)?;
				let seals =
					matches!(seat.state, SeatState::Committed(_)) || result_of(seat).is_some();
				ensure!(seals, Error::<T>::NotCommitted);
				seat.seal = Some(*seal);
			},
			Duty::Reveal { job, response, salt } => {
				let commitment = match seat.state {
					SeatState::Committed(commitment) => commitment,
					SeatState::Revealed(_) => return Err(Error::<T>::AlreadyRevealed),
					_ => return Err(Error::<T>::NotCommitted),
				};
				in_stage(Stage::Reveal)?;
				let genesis = Self::genesis_hash();
				let opened = hashing::commitment(&genesis, *job, seat.round, who, response, salt);
				ensure!(opened == commitment, Error::<T>::CommitmentMismatch);
				seat.state = SeatState::Revealed(response.clone());
			},
			Duty::OpenSeal { job, fingerprints, salt } => {
				ensure!(agreement != Agreement::Exact, Error::<T>::NotSealed);
				ensure!(!seat.voted, Error::<T>::AlreadyVoted);
				in_stage(Stage::Reveal)?;
				let seal = seat.seal.ok_or(Error::<T>::NotSealed)?;
				let expected = match &seat.state {
					SeatState::Revealed(Response::Result(_)) => items.len(),
					SeatState::Revealed(Response::Invalid(_)) => 0,
					_ => return Err(Error::<T>::NotRevealed),
				};
				ensure_count::<T>(fingerprints, expected)?;
				let genesis = Self::genesis_hash();
				let opened = hashing::seal(&genesis, *job, round, who, fingerprints, salt);
				ensure!(opened == seal, Error::<T>::SealMismatch);
				seat.voted = true;
			},
			Duty::Itemize { digests, .. } => {
				in_stage(Stage::Itemize)?;
				ensure!(!seat.voted, Error::<T>::AlreadyVoted);
				let answer = result_of(seat).ok_or(Error::<T>::NoResult)?;
				ensure_count::<T>(digests, seat.items.len())?;
				let digests: Vec<_> = digests.iter().copied().map(H256).collect();
				let root = hashing::result_root(&seat.items, &digests);
				ensure!(root == answer.root, Error::<T>::RootMismatch);
				seat.voted = true;
			},
		}
		Ok(place)
	}

	/// Hash of the genesis block, which sets this chain apart from every other.
	pub(crate) fn genesis_hash() -> H256 {
		let hash = frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::zero());
		let mut genesis = H256::zero();
		genesis.as_bytes_mut().iter_mut().zip(hash.as_ref()).for_each(|(to, from)| *to = *from);
		genesis
	}
}

fn ensure_distinct<T: Config>(duties: &[Duty]) -> Result<(), Error<T>> {
	ensure!(!duties.is_empty(), Error::<T>::NoDuties);
	let repeats =
		|(place, duty): (usize, &Duty)| duties.iter().take(place).any(|earlier| earlier == duty);
	ensure!(!duties.iter().enumerate().any(repeats), Error::<T>::DuplicateDuty);
	Ok(())
}

fn ensure_awaited<T: Config>(seat: &Seat<T::AccountId>) -> Result<(), Error<T>> {
	match seat.state {
		SeatState::Awaited => Ok(()),
		SeatState::Revealed(_) => Err(Error::<T>::AlreadyRevealed),
		_ => Err(Error::<T>::AlreadyCommitted),
	}
}

fn ensure_count<T: Config>(votes: &Votes, expected: u32) -> Result<(), Error<T>> {
	ensure!(u32::try_from(votes.len()) == Ok(expected), Error::<T>::WrongVoteCount);
	Ok(())
}
