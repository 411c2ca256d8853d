//! Committees: who sits on them, and how they end.

use std::collections::{BTreeMap, BTreeSet};
use tercet_primitives::{
	Agreement, BlockNumber, Committee, Conduct, Decision, ItemSet, JobId, Redundancy, RefundReason,
	Response, Seat, SeatState, Stage, Votes, H256,
};

use super::{comparison::Poll, duties::silence, slot, Oracle, Slot};
use crate::AccountId;

/// Blocks that a round takes at least.
pub(crate) const LEAST_ROUND: BlockNumber = 4;

/// All committees.
#[derive(Clone, Debug, Default)]
pub struct Verification {
	/// By job.
	pub committees: BTreeMap<JobId, Committee<AccountId>>,
	/// Votes of each seat of committees that have not ended.
	pub votes: BTreeMap<(JobId, u8), Votes>,
	/// When stages end.
	pub agenda: BTreeSet<Slot>,
	/// Stages that end when this block ends, at most.
	pub reserved: u32,
	/// What was agreed on.
	pub verdicts: BTreeMap<JobId, Verdict>,
	/// What reviews are held against, item by item.
	pub references: BTreeMap<JobId, Reference>,
	/// Jobs that review others.
	pub reviews: BTreeMap<JobId, Review>,
	/// The latest review of each job.
	pub review_of: BTreeMap<JobId, JobId>,
}

/// Seats that agree, as bits, and the one whose response counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "said above")]
pub struct Verdict {
	pub seats: u8,
	pub canonical: u8,
}

impl Verdict {
	/// The seats.
	pub fn places(&self) -> impl Iterator<Item = usize> + '_ {
		(0..8).filter(|place| self.seats >> place & 1 == 1)
	}
}

/// Votes of the canonical response.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "said above")]
pub struct Reference {
	pub seed: H256,
	pub items: ItemSet,
	pub votes: Votes,
}

/// A job that reviews another.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "said above")]
pub struct Review {
	pub of: JobId,
	pub cause: Cause,
	pub status: Status,
}

/// Why a job is reviewed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are those of the protocol")]
pub enum Cause {
	Audit,
	Challenge(AccountId),
	Canary(AccountId, u32, H256),
}

/// What came of a review.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are those of the protocol")]
pub enum Status {
	Open,
	Ended,
	Upheld,
	Overturned,
}

/// What a committee waits for.
pub(crate) struct Wanted {
	pub seats: usize,
	pub quorum: u8,
	pub round: u8,
}

/// Last block of a stage that takes a part of the time left: at least one block, `None` if there is
/// none.
pub(crate) fn window(now: BlockNumber, deadline: BlockNumber, part: u32) -> Option<BlockNumber> {
	(deadline > now).then(|| now + ((deadline - now) / part).max(1))
}

/// The rung of the ladder above a committee.
pub(crate) fn rung_above(committee: &Committee<AccountId>) -> Option<Redundancy> {
	Redundancy::LADDER.into_iter().find(|rung| usize::from(rung.executors) > committee.seats.len())
}

impl Oracle {
	/// The committee of a job, if it has not ended.
	pub fn undecided(&self, job: JobId) -> Option<&Committee<AccountId>> {
		self.verification.committees.get(&job).filter(|committee| committee.decision.is_none())
	}

	pub(crate) fn put_committee(&mut self, job: JobId, committee: Committee<AccountId>) {
		self.touched.jobs.insert(job);
		self.verification.committees.insert(job, committee);
	}

	/// Everyone who must not be drawn for `job`: those on its committee, and on that of its review or
	/// of what it reviews.
	pub(crate) fn excluded(&self, job: JobId) -> Vec<AccountId> {
		let other = self.counterpart(job);
		let committees = [Some(job), other].into_iter().flatten();
		let committees = committees.filter_map(|id| self.verification.committees.get(&id));
		let seats = committees.flat_map(|committee| committee.seats.iter());
		seats.map(|seat| seat.executor.clone()).collect()
	}

	/// Whom `job` waits for.
	pub(crate) fn wanted(&self, job: JobId) -> Option<Wanted> {
		let (redundancy, seated, round, deadline) = match self.verification.committees.get(&job) {
			None => {
				let request = &self.job(job).ok()?.request;
				(request.redundancy, 0, 0, request.deadline)
			},
			Some(committee) if committee.stage == Stage::Draw => {
				let round = committee.round + 1;
				(rung_above(committee)?, committee.seats.len(), round, committee.deadline)
			},
			Some(_) => return None,
		};
		let seats = usize::from(redundancy.executors) - seated;
		let in_time = deadline >= self.now + LEAST_ROUND;
		in_time.then_some(Wanted { seats, quorum: redundancy.quorum, round })
	}

	/// Seats those who were drawn, and begins a round.
	pub(crate) fn seat(&mut self, id: JobId, executors: Vec<AccountId>, wanted: Wanted) {
		let job = self.job(id).expect("it was drawn").clone();
		let mut committee = match self.verification.committees.get(&id) {
			Some(committee) => committee.clone(),
			None => Committee {
				round: 0,
				stage: Stage::Draw,
				until: self.now,
				deadline: job.request.deadline,
				agreement: job.agreement,
				quorum: 0,
				items: ItemSet::first(job.request.items),
				seed: H256::zero(),
				seats: Default::default(),
				decision: None,
			},
		};
		(committee.round, committee.quorum) = (wanted.round, wanted.quorum);
		if committee.agreement != Agreement::Exact {
			// Everyone votes again, under another seed.
			for seat in &mut committee.seats {
				(seat.seal, seat.voted) = (None, false);
			}
			self.drop_votes(id);
		}
		for executor in executors {
			let seat = Seat {
				executor,
				round: wanted.round,
				items: committee.items,
				state: SeatState::Awaited,
				seal: None,
				voted: false,
			};
			committee.seats.try_push(seat).expect("seven at most");
		}
		let until = window(self.now, committee.deadline, 4).expect("there is time");
		self.wait(id, committee, Stage::Commit, until);
	}

	pub(crate) fn drop_votes(&mut self, job: JobId) {
		self.verification.votes.retain(|key, _| key.0 != job);
	}

	/// A committee waits in `stage` until the end of block `until`.
	pub(crate) fn wait(
		&mut self,
		job: JobId,
		mut committee: Committee<AccountId>,
		stage: Stage,
		until: BlockNumber,
	) {
		self.verification.agenda.remove(&slot(committee.until, job));
		self.verification.agenda.insert(slot(until, job));
		(committee.stage, committee.until) = (stage, until);
		self.put_committee(job, committee);
	}

	/// Ends what is left of a committee after its job's deadline.
	pub(crate) fn close(&mut self, job: JobId) -> RefundReason {
		let Some(mut committee) = self.verification.committees.get(&job).cloned() else {
			self.review_ended(job);
			return RefundReason::NoCommittee;
		};
		assert!(committee.decision.is_none() && self.now > committee.deadline);
		silence(&mut committee);
		let (decision, reason) = without_quorum(&committee);
		self.end_committee(job, committee, decision);
		reason
	}

	pub(crate) fn forget(&mut self, job: JobId) {
		let verification = &mut self.verification;
		verification.committees.remove(&job);
		verification.verdicts.remove(&job);
		verification.references.remove(&job);
		verification.review_of.remove(&job);
		if let Some(review) = verification.reviews.remove(&job) {
			if verification.review_of.get(&review.of) == Some(&job) {
				verification.review_of.remove(&review.of);
			}
		}
	}

	/// Nobody is left to ask.
	pub(crate) fn end_without_quorum(&mut self, job: JobId, committee: Committee<AccountId>) {
		let (decision, reason) = without_quorum(&committee);
		self.refund(job, reason);
		self.end_committee(job, committee, decision);
	}

	/// Records everyone's conduct, and tells whoever waits for a review.
	pub(crate) fn end_committee(
		&mut self,
		job: JobId,
		mut committee: Committee<AccountId>,
		decision: Decision,
	) {
		let risk = self.job(job).expect("it has a committee").risk;
		let verdict = self.verification.verdicts.get(&job).copied();
		let conducts: Vec<_> = {
			let poll = self.poll(job, &committee);
			(0..committee.seats.len())
				.map(|place| conduct(&poll, &committee, place, decision, verdict))
				.collect()
		};
		for (seat, conduct) in committee.seats.iter().zip(conducts) {
			self.release_job(&seat.executor, risk, conduct);
		}
		self.verification.agenda.remove(&slot(committee.until, job));
		(committee.stage, committee.decision) = (Stage::Ended, Some(decision));
		self.put_committee(job, committee);
		self.review_ended(job);
		self.drop_votes(job);
	}
}

/// How a committee ends without a quorum: too few answered, or they differ.
fn without_quorum(committee: &Committee<AccountId>) -> (Decision, RefundReason) {
	let answers = |seat: &&Seat<AccountId>| matches!(seat.state, SeatState::Revealed(_));
	if committee.seats.iter().filter(answers).count() < usize::from(committee.quorum) {
		(Decision::TimedOut, RefundReason::Silence)
	} else {
		(Decision::Disagreed, RefundReason::Disagreement)
	}
}

/// The table of conducts.
fn conduct(
	poll: &Poll,
	committee: &Committee<AccountId>,
	place: usize,
	decision: Decision,
	verdict: Option<Verdict>,
) -> Conduct {
	let response = match &committee.seats[place].state {
		SeatState::Abstained => return Conduct::Abstained,
		SeatState::Awaited | SeatState::Silent => return Conduct::Silent,
		SeatState::Withheld => return Conduct::Withheld,
		SeatState::Committed(_) => return Conduct::Unresolved,
		SeatState::Revealed(response) => response,
	};
	let is_within = verdict.is_some_and(|verdict| verdict.seats >> place & 1 == 1);
	match decision {
		Decision::Agreed | Decision::Invalid if is_within => Conduct::Verified,
		Decision::Agreed | Decision::Invalid => {
			let verdict = verdict.expect("there is a quorum");
			let speaker = &committee.seats[verdict.places().next().expect("of some seats")];
			let SeatState::Revealed(agreed) = &speaker.state else { panic!("who answered") };
			let is_close = committee.agreement != Agreement::Exact
				&& verdict.places().any(|other| poll.agree(place, other));
			if is_close || is_missing(response) || is_missing(agreed) {
				Conduct::Unresolved
			} else {
				Conduct::Wrong
			}
		},
		Decision::Overruled if is_within => Conduct::Wrong,
		Decision::Overruled => Conduct::Unresolved,
		Decision::Disagreed | Decision::TimedOut => {
			let others = (0..committee.seats.len()).filter(|b| *b != place && poll.counts(*b));
			let others: Vec<_> = others.collect();
			let contradicted = others.iter().all(|other| !poll.agree(place, *other));
			if poll.counts(place) && !others.is_empty() && contradicted {
				Conduct::Alone
			} else {
				Conduct::Unresolved
			}
		},
	}
}

/// Whether a response says that a blob is missing.
pub(crate) fn is_missing(response: &Response) -> bool {
	*response == Response::Invalid(tercet_primitives::Invalidity::BlobMissing)
}
