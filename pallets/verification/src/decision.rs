//! What follows from a comparison: settlement, and what is recorded of everyone.

use crate::{
	branch::Branch,
	comparison::{
		is_narrowed, response_of, restrict, result_of, result_seats, roots_differ, Poll, SeatSet,
		Verdict,
	},
	reviews::{Judgement, Reference},
	Agenda, Assignments, CommitteesOf, Config, Error, Event, Pallet, References, Verdicts, VotesOf,
};
use alloc::vec::Vec;
use frame::prelude::*;
use tercet_primitives::{
	traits::{ProviderPool, Settlement},
	Agreement, Answer, BlockNumber, Committee, Conduct, Decision, Invalidity, ItemSet, JobId,
	RefundReason, Response, SeatState, Stage, Votes, H256,
};

/// How a committee ends when no quorum agrees.
pub(crate) fn without_quorum<AccountId>(
	committee: &Committee<AccountId>,
) -> (Decision, RefundReason) {
	let answered = committee.seats.iter().filter(|seat| response_of(seat).is_some()).count();
	if answered < usize::from(committee.quorum) {
		(Decision::TimedOut, RefundReason::Silence)
	} else {
		(Decision::Disagreed, RefundReason::Disagreement)
	}
}

/// What the executor on seat `place` did, in a committee that ended with `decision`; `agreeing` are
/// the seats of the verdict if there is one for all items.
pub(crate) fn conduct<AccountId>(
	poll: &Poll<'_, AccountId>,
	committee: &Committee<AccountId>,
	place: usize,
	decision: Decision,
	agreeing: SeatSet,
) -> Conduct {
	let Some(seat) = committee.seats.get(place) else { return Conduct::Silent };
	let own = match &seat.state {
		SeatState::Abstained => return Conduct::Abstained,
		SeatState::Awaited | SeatState::Silent => return Conduct::Silent,
		SeatState::Withheld => return Conduct::Withheld,
		// Was never asked to open it.
		SeatState::Committed(_) => return Conduct::Unresolved,
		SeatState::Revealed(response) => response,
	};
	let agrees = agreeing.contains(place);
	match decision {
		Decision::Agreed | Decision::Invalid if agrees => Conduct::Verified,
		Decision::Agreed | Decision::Invalid => {
			let first = agreeing.iter().next().and_then(|place| committee.seats.get(place));
			let quorum = first.and_then(response_of);
			// Whoever is close to one of those who agree, and too far from another, is not proven wrong:
			// which of several sets of one size counts is chance.
			let is_close = committee.agreement != Agreement::Exact
				&& agreeing.iter().any(|other| poll.agree(place, other));
			// A store may answer some and not others.
			if is_close || is_missing(own) || quorum.is_some_and(is_missing) {
				Conduct::Unresolved
			} else {
				Conduct::Wrong
			}
		},
		Decision::Overruled if agrees => Conduct::Wrong,
		Decision::Overruled => Conduct::Unresolved,
		Decision::Disagreed | Decision::TimedOut => {
			let mut others = (0..committee.seats.len())
				.filter(|other| *other != place && poll.counts(*other))
				.peekable();
			let is_alone = poll.counts(place)
				&& others.peek().is_some()
				&& others.all(|other| !poll.agree(place, other));
			if is_alone {
				Conduct::Alone
			} else {
				Conduct::Unresolved
			}
		},
	}
}

/// Whether a response says that the store has no input or model.
pub(crate) fn is_missing(response: &Response) -> bool {
	matches!(response, Response::Invalid(Invalidity::BlobMissing))
}

impl<T: Config> Pallet<T> {
	/// Compares what was answered: settles if a quorum agrees, and else looks for the items that
	/// differ and asks more executors about them.
	pub(crate) fn compare(
		job: JobId,
		committee: Committee<T::AccountId>,
		now: BlockNumber,
	) -> Result<Branch, DispatchError> {
		let votes = Self::votes(job, &committee);
		let compared = Branch::comparing(&votes);
		Ok(Self::decide(job, committee, &votes, now)?.max(compared))
	}

	/// What follows from what was answered.
	fn decide(
		job: JobId,
		mut committee: Committee<T::AccountId>,
		votes: &[Votes],
		now: BlockNumber,
	) -> Result<Branch, DispatchError> {
		let poll = Poll::new(&committee, votes);
		let can_itemize =
			committee.stage == Stage::Reveal && committee.agreement == Agreement::Exact;
		if let Some(verdict) = poll.verdict() {
			let result = response_at(&committee, verdict.canonical).and_then(answer_of).is_some();
			// A review of a job that was paid in parts is held against it item by item.
			if can_itemize && result && Self::is_review_by_items(job) {
				return Self::itemize(job, committee, now);
			}
			return Self::agree(job, committee, verdict, votes, now);
		}
		// Reviews, and what they are held against, are compared as a whole.
		if Self::counterpart(job).is_some() || is_narrowed(&committee) || committee.items.len() < 2
		{
			return Self::escalate(job, committee, now);
		}
		let results = result_seats(&committee).count();
		if can_itemize && results >= usize::from(committee.quorum) && roots_differ(&committee) {
			return Self::itemize(job, committee, now);
		}
		if let Some((verdict, items)) = poll.agreed_part() {
			Self::narrow(job, &mut committee, verdict, items, votes)?;
		}
		Self::escalate(job, committee, now)
	}

	/// Has the items paid on which all results agree; the others stay open.
	fn narrow(
		job: JobId,
		committee: &mut Committee<T::AccountId>,
		verdict: Verdict,
		items: ItemSet,
		votes: &[Votes],
	) -> DispatchResult {
		let response = response_at(committee, verdict.canonical);
		let answer = response.and_then(answer_of).ok_or(Error::<T>::NoResult)?.clone();
		T::Settlement::settle_part(job, &executors(committee, verdict.seats), answer, items)?;
		let canonical = votes.get(usize::from(verdict.canonical));
		let canonical = canonical.map(|votes| restrict(votes, &committee.items, &items));
		if let Some(Ok(votes)) = canonical.map(Votes::try_from) {
			let seed = reference_seed(committee);
			References::<T>::insert(job, Reference { seed, items, votes });
		}
		Verdicts::<T>::insert(job, verdict);
		committee.items = committee.items.without(&items);
		Self::deposit_event(Event::Narrowed { job, open: committee.items.len() });
		Ok(())
	}

	/// A quorum agrees: settles, unless an audit has to say something first.
	fn agree(
		job: JobId,
		committee: Committee<T::AccountId>,
		verdict: Verdict,
		votes: &[Votes],
		now: BlockNumber,
	) -> Result<Branch, DispatchError> {
		Self::keep_reference(job, &committee, &verdict, votes);
		Verdicts::<T>::insert(job, verdict);
		if Self::awaits_audit(job) && now < committee.deadline {
			let until = committee.deadline;
			Self::keep(job, committee, Stage::Audit, until);
			return Ok(Branch::Advanced);
		}
		Self::settle_verdict(job, committee)
	}

	/// Keeps what a review can be held against: under [`Agreement::Similar`] the fingerprints of the
	/// canonical response, under [`Agreement::Exact`] the item digests where a part was paid before.
	fn keep_reference(
		job: JobId,
		committee: &Committee<T::AccountId>,
		verdict: &Verdict,
		votes: &[Votes],
	) {
		let of = |place: usize| {
			let seat = committee.seats.get(place).filter(|seat| result_of(seat).is_some())?;
			let votes = votes.get(place).filter(|votes| !votes.is_empty())?;
			Some((seat.items, votes.clone()))
		};
		let canonical = usize::from(verdict.canonical);
		let found = match committee.agreement {
			// The part stays the reference: the rest was answered under another seed.
			Agreement::Similar { .. } if References::<T>::contains_key(job) => None,
			Agreement::Similar { .. } => of(canonical).map(|(_, votes)| (committee.items, votes)),
			// Whoever agrees on the rest and answered all before, is right about all.
			Agreement::Exact if is_narrowed(committee) => {
				verdict.seats.iter().filter_map(of).find(|(items, _)| *items != committee.items)
			},
			Agreement::Exact if Self::is_review_by_items(job) => of(canonical),
			Agreement::Exact => None,
		};
		if let Some((items, votes)) = found {
			// The seed tells fingerprints under one from those under another; digests need none.
			let seed = reference_seed(committee);
			References::<T>::insert(job, Reference { seed, items, votes });
		}
	}

	/// Settles as the verdict says, unless an audit contradicts it.
	pub(crate) fn settle_verdict(
		job: JobId,
		committee: Committee<T::AccountId>,
	) -> Result<Branch, DispatchError> {
		let verdict = Verdicts::<T>::get(job).ok_or(Error::<T>::NoResult)?;
		if Self::judge_audit(job) == Judgement::Contradicted {
			T::Settlement::refund(job, RefundReason::Overruled)?;
			return Ok(Self::end(job, committee, Decision::Overruled));
		}
		let paid = executors(&committee, verdict.seats);
		let decision = match response_at(&committee, verdict.canonical) {
			Some(Response::Result(answer)) => {
				T::Settlement::settle(job, &paid, answer.clone())?;
				Decision::Agreed
			},
			Some(Response::Invalid(why)) => {
				T::Settlement::settle_invalid(job, &paid, *why)?;
				Decision::Invalid
			},
			None => return Err(Error::<T>::NoResult.into()),
		};
		Ok(Self::end(job, committee, decision))
	}

	/// No quorum agrees, and nobody is left to ask.
	pub(crate) fn end_without_quorum(
		job: JobId,
		committee: Committee<T::AccountId>,
	) -> Result<Branch, DispatchError> {
		let (decision, reason) = without_quorum(&committee);
		T::Settlement::refund(job, reason)?;
		Ok(Self::end(job, committee, decision))
	}

	/// Records the decision and everyone's conduct, takes the job out of everyone's hands, and tells
	/// whoever waits for a review.
	pub(crate) fn end(
		job: JobId,
		mut committee: Committee<T::AccountId>,
		decision: Decision,
	) -> Branch {
		Self::deposit_event(Event::Decided { job, decision });
		let risk = T::Settlement::job(job).map(|record| record.risk).unwrap_or_default();
		let agreeing = Verdicts::<T>::get(job).map(|verdict| verdict.seats).unwrap_or_default();
		let votes = Self::votes(job, &committee);
		let poll = Poll::new(&committee, &votes);
		for (place, seat) in committee.seats.iter().enumerate() {
			let conduct = conduct(&poll, &committee, place, decision, agreeing);
			let executor = seat.executor.clone();
			Assignments::<T>::remove(&executor, job);
			T::Pool::release(&executor, risk, conduct);
			Self::deposit_event(Event::ConductRecorded { job, executor, conduct });
		}
		Agenda::<T>::remove(committee.until, job);
		committee.stage = Stage::Ended;
		committee.decision = Some(decision);
		CommitteesOf::<T>::insert(job, committee);
		let branch = Self::review_ended(job, Self::now()).max(Branch::comparing(&votes));
		if !Self::is_yet_to_be_held_against(job) {
			Self::drop_votes(job);
		}
		if let Some(review) = Self::ended_review(job) {
			Self::drop_votes(review);
		}
		branch
	}

	/// The votes of every seat, in the order of the seats.
	pub(crate) fn votes(job: JobId, committee: &Committee<T::AccountId>) -> Vec<Votes> {
		let seats = committee.seats.iter().zip(0u8..);
		seats
			.map(|(seat, place)| match seat.voted {
				true => VotesOf::<T>::get(job, place).unwrap_or_default(),
				false => Votes::default(),
			})
			.collect()
	}
}

/// What the seat at `place` said.
pub(crate) fn response_at<AccountId>(
	committee: &Committee<AccountId>,
	place: u8,
) -> Option<&Response> {
	committee.seats.get(usize::from(place)).and_then(response_of)
}

/// Which fingerprints can be compared with those of this committee.
fn reference_seed<AccountId>(committee: &Committee<AccountId>) -> H256 {
	match committee.agreement {
		Agreement::Exact => H256::zero(),
		Agreement::Similar { .. } => committee.seed,
	}
}

fn answer_of(response: &Response) -> Option<&Answer> {
	match response {
		Response::Result(answer) => Some(answer),
		Response::Invalid(_) => None,
	}
}

fn executors<AccountId: Clone>(committee: &Committee<AccountId>, seats: SeatSet) -> Vec<AccountId> {
	let seats = seats.iter().filter_map(|place| committee.seats.get(place));
	seats.map(|seat| seat.executor.clone()).collect()
}
