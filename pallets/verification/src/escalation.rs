//! Seating executors: the first, and the fresh ones of an escalation.

use crate::{
	answers::fall_silent, branch::Branch, decision::without_quorum, stages::LEAST_ROUND, Agenda,
	Assignments, CommitteesOf, Config, Error, Pallet, References, ReviewOf, Reviews, Verdicts,
	VotesOf,
};
use alloc::vec::Vec;
use frame::{deps::frame_support::storage::with_storage_layer, prelude::*};
use tercet_primitives::{
	traits::{Committees, Settlement, Wanted},
	Agreement, BlockNumber, Committee, ItemSet, JobId, Permill, Redundancy, RefundReason, Seat,
	SeatState, Stage, H256, MAX_SEATS,
};

/// What an escalation of this committee leads to.
pub(crate) fn rung_above<AccountId>(committee: &Committee<AccountId>) -> Option<Redundancy> {
	let executors = u8::try_from(committee.seats.len()).ok()?;
	Redundancy { executors, quorum: committee.quorum }.escalated()
}

impl<T: Config> Pallet<T> {
	/// Asks for fresh executors, or ends the committee if there are none to ask or no time is left.
	pub(crate) fn escalate(
		job: JobId,
		committee: Committee<T::AccountId>,
		now: BlockNumber,
	) -> Result<Branch, DispatchError> {
		// Drawn at the end of the next block at the earliest.
		let last = committee.deadline.saturating_sub(LEAST_ROUND);
		if rung_above(&committee).is_none() || last <= now {
			return Self::end_without_quorum(job, committee);
		}
		T::Settlement::request_draw(job)?;
		Self::keep(job, committee, Stage::Draw, last);
		Ok(Branch::Advanced)
	}

	/// Who must not be drawn: whoever sits in the committee already, or in the one that reviews it
	/// or is reviewed by it.
	pub(crate) fn excluded(job: JobId) -> Vec<T::AccountId> {
		let own = CommitteesOf::<T>::get(job);
		let other = Self::counterpart(job).and_then(CommitteesOf::<T>::get);
		let seats = own.into_iter().chain(other).flat_map(|committee| committee.seats);
		seats.map(|seat| seat.executor).collect()
	}

	/// Seats and quorum that a committee waits for, and the round that they begin.
	fn next_round(job: JobId) -> Result<(Redundancy, u8), Error<T>> {
		match CommitteesOf::<T>::get(job) {
			None => {
				let record = T::Settlement::job(job).ok_or(Error::<T>::UnknownJob)?;
				Ok((record.request.redundancy, 0))
			},
			Some(committee) if committee.stage == Stage::Draw => {
				let rung = rung_above(&committee).ok_or(Error::<T>::NotAwaited)?;
				// At most as many rounds as rungs.
				Ok((rung, committee.round.saturating_add(1)))
			},
			Some(_) => Err(Error::<T>::NotAwaited),
		}
	}

	/// A committee without seats for the first round.
	fn found(job: JobId) -> Result<Committee<T::AccountId>, Error<T>> {
		let record = T::Settlement::job(job).ok_or(Error::<T>::UnknownJob)?;
		Ok(Committee {
			round: 0,
			stage: Stage::Draw,
			until: Self::now(),
			deadline: record.request.deadline,
			agreement: record.agreement,
			quorum: record.request.redundancy.quorum,
			items: ItemSet::first(record.request.items),
			seed: H256::zero(),
			seats: BoundedVec::new(),
			decision: None,
		})
	}

	/// Begins a round.
	fn do_seat(job: JobId, executors: Vec<T::AccountId>) -> DispatchResult {
		let (redundancy, round) = Self::next_round(job)?;
		let excluded = Self::excluded(job);
		let repeats = |(place, who): (usize, &T::AccountId)| {
			excluded.contains(who) || executors.iter().take(place).any(|other| other == who)
		};
		ensure!(!executors.iter().enumerate().any(repeats), Error::<T>::DuplicateExecutor);
		let mut committee = match CommitteesOf::<T>::get(job) {
			Some(committee) => committee,
			None => Self::found(job)?,
		};
		let until = Self::commit_until(Self::now(), committee.deadline)
			.ok_or(Error::<T>::DeadlineTooSoon)?;
		ensure!(!executors.is_empty(), Error::<T>::BadSeatCount);
		for executor in &executors {
			let seat = Seat {
				executor: executor.clone(),
				round,
				items: committee.items,
				state: SeatState::Awaited,
				seal: None,
				voted: false,
			};
			committee.seats.try_push(seat).map_err(|_| Error::<T>::BadSeatCount)?;
		}
		let seated = committee.seats.len() == usize::from(redundancy.executors);
		ensure!(seated, Error::<T>::BadSeatCount);

		committee.round = round;
		committee.quorum = redundancy.quorum;
		if committee.agreement != Agreement::Exact {
			// Another round has another seed, and everyone votes again. Digests stay what they are.
			for seat in &mut committee.seats {
				(seat.seal, seat.voted) = (None, false);
			}
			Self::drop_votes(job);
		}
		for executor in executors {
			Assignments::<T>::insert(executor, job, ());
		}
		Self::keep(job, committee, Stage::Commit, until);
		Ok(())
	}

	/// Removes the votes of every seat of a job.
	pub(crate) fn drop_votes(job: JobId) {
		(0..MAX_SEATS).filter_map(|place| u8::try_from(place).ok()).for_each(|place| {
			VotesOf::<T>::remove(job, place);
		});
	}
}

impl<T: Config> Committees<T::AccountId> for Pallet<T> {
	fn audit_rate(redundancy: &Redundancy) -> Permill {
		Self::audit_rate_of(redundancy)
	}

	fn wanted(job: JobId) -> Option<Wanted<T::AccountId>> {
		let (redundancy, round) = Self::next_round(job).ok()?;
		let committee = CommitteesOf::<T>::get(job);
		let seated = committee.as_ref().map_or(0, |committee| committee.seats.len());
		let deadline = match committee {
			Some(committee) => committee.deadline,
			None => T::Settlement::job(job).filter(|it| !it.state.is_terminal())?.request.deadline,
		};
		Self::commit_until(Self::now(), deadline)?;
		let seats = usize::from(redundancy.executors).checked_sub(seated)?;
		let seats = u32::try_from(seats).ok()?;
		Some(Wanted { seats, round, exclude: Self::excluded(job) })
	}

	fn seat(job: JobId, executors: Vec<T::AccountId>) -> DispatchResult {
		with_storage_layer(|| Self::do_seat(job, executors))
	}

	fn close(job: JobId) -> Result<RefundReason, DispatchError> {
		let Some(mut committee) = CommitteesOf::<T>::get(job) else {
			Self::review_ended(job, Self::now());
			return Ok(RefundReason::NoCommittee);
		};
		ensure!(committee.decision.is_none(), Error::<T>::AlreadyDecided);
		ensure!(Self::now() > committee.deadline, Error::<T>::DeadlineNotPassed);
		// Every stage ends by the deadline. If this one's end has not been handled yet, it may still
		// decide.
		ensure!(!Agenda::<T>::contains_key(committee.until, job), Error::<T>::DecisionPending);
		fall_silent(&mut committee);
		let (decision, reason) = without_quorum(&committee);
		with_storage_layer(|| {
			Self::end(job, committee, decision);
			Ok(reason)
		})
	}

	fn forget(job: JobId) {
		match CommitteesOf::<T>::get(job) {
			Some(committee) if committee.decision.is_none() => {
				frame::log::error!(target: "verification", "job {job} is not over yet");
				return;
			},
			_ => CommitteesOf::<T>::remove(job),
		}
		Verdicts::<T>::remove(job);
		References::<T>::remove(job);
		ReviewOf::<T>::remove(job);
		if let Some(record) = Reviews::<T>::take(job) {
			if ReviewOf::<T>::get(record.of) == Some(job) {
				ReviewOf::<T>::remove(record.of);
			}
		}
	}
}
