//! From one stage to the next.

use tercet_primitives::{
	hashing, Agreement, BlockNumber, Committee, JobId, Permill, SeatState, Stage, H256,
};

use super::{
	committees::{rung_above, window, LEAST_ROUND},
	duties::{is_complete, silence},
	rules::floor,
	slot, take_due, Cause, Oracle,
};
use crate::AccountId;

impl Oracle {
	/// Nothing is put on the agenda of a block once it has begun.
	pub(crate) fn reserve_transitions(&mut self) {
		let due = self.verification.agenda.iter().take_while(|slot| slot.0 <= self.now).count();
		self.verification.reserved = (due as u32).min(self.rules.verification.max_transitions);
	}

	/// Ends stages whose time is over, with this block's randomness: of those counted the first ones,
	/// and no fewer than there is room for in any case. How many is not the model's to know.
	pub(crate) fn end_due_stages(&mut self) {
		let cap = std::mem::take(&mut self.verification.reserved);
		let mut rest = self.verification.agenda.clone();
		let mut due = take_due(&mut rest, self.now, cap);
		let (ended, sure) = (self.luck.transitions, self.rules.verification.sure_transitions);
		let sure = due.len().min(sure as usize);
		let fine = (sure..=due.len()).contains(&ended);
		assert!(fine, "{ended} stages ended, of {} that were due and {sure} for sure", due.len());
		due.truncate(ended);
		let at = |oracle: &Self, job: JobId| oracle.verification.committees[&job].until;
		let due: Vec<_> = due.into_iter().map(|job| (at(self, job), job)).collect();
		for (until, job) in due {
			// Unless an earlier one of them has moved it.
			if self.verification.agenda.remove(&slot(until, job)) {
				let committee = self.verification.committees[&job].clone();
				self.end_stage(job, committee, true);
			}
		}
	}

	/// Ends a stage that is complete, or whose time is over; `at_end` of the block there is
	/// randomness.
	pub(crate) fn end_stage(
		&mut self,
		job: JobId,
		mut committee: Committee<AccountId>,
		at_end: bool,
	) {
		let (now, deadline) = (self.now, committee.deadline);
		match committee.stage {
			Stage::Commit => {
				silence(&mut committee);
				let until = (now < deadline).then_some(now + 1);
				self.begin(job, committee, Stage::Lottery, until);
			},
			Stage::Lottery => {
				assert!(at_end, "lotteries are held when blocks end");
				self.hold_lottery(job, committee);
			},
			Stage::Held => {
				assert!(at_end, "committees are held until a block ends");
				let seed = self.seed(job, &committee);
				self.open_answers(job, committee, seed);
			},
			Stage::Seal => {
				silence(&mut committee);
				self.begin(job, committee, Stage::Reveal, window(now, deadline, 8));
			},
			Stage::Reveal | Stage::Itemize => {
				silence(&mut committee);
				self.compare(job, committee);
			},
			Stage::Draw => self.end_without_quorum(job, committee),
			Stage::Audit => self.settle_verdict(job, committee),
			Stage::Ended => {},
		}
	}

	/// Begins a stage, and ends it at once if nothing is due in it.
	pub(crate) fn begin(
		&mut self,
		job: JobId,
		mut committee: Committee<AccountId>,
		stage: Stage,
		until: Option<BlockNumber>,
	) {
		let Some(until) = until else { return self.end_without_quorum(job, committee) };
		committee.stage = stage;
		if is_complete(&committee) {
			self.end_stage(job, committee, false);
		} else {
			self.wait(job, committee, stage, until);
		}
	}

	/// Asks for fresh executors, if there are any to ask and there is time.
	pub(crate) fn escalate(&mut self, job: JobId, committee: Committee<AccountId>) {
		let last = committee.deadline.saturating_sub(LEAST_ROUND);
		if rung_above(&committee).is_none() || last <= self.now {
			return self.end_without_quorum(job, committee);
		}
		self.request_draw(job);
		self.wait(job, committee, Stage::Draw, last);
	}

	fn hold_lottery(&mut self, job: JobId, committee: Committee<AccountId>) {
		let answers = committee
			.seats
			.iter()
			.filter(|seat| matches!(seat.state, SeatState::Committed(_) | SeatState::Revealed(_)));
		if answers.count() < usize::from(committee.quorum) {
			return self.escalate(job, committee);
		}
		if self.is_drawn_for_audit(job, &committee) && self.open_audit(job, &committee) {
			let until = window(self.now, committee.deadline, 2);
			return self.begin(job, committee, Stage::Held, until);
		}
		let seed = self.seed(job, &committee);
		self.release_audited(job, seed);
		self.open_answers(job, committee, seed);
	}

	fn is_drawn_for_audit(&self, job: JobId, committee: &Committee<AccountId>) -> bool {
		let rules = &self.rules.verification;
		let left = committee.deadline - self.now;
		if committee.round > 0 || left < rules.min_audit_time || self.counterpart(job).is_some() {
			return false;
		}
		let executors = self.job(job).expect("it is running").request.redundancy.executors;
		let rate = self.audit_rate(executors);
		let number = hashing::lottery(&self.luck.vrf, &self.rules.genesis, job);
		u128::from(number) < floor(rate, 1 << 32)
	}

	/// Share of the jobs with so many executors in their first round that are audited.
	pub(crate) fn audit_rate(&self, executors: u8) -> Permill {
		let rules = &self.rules.verification;
		if executors < self.rules.market.min_executors {
			rules.proven_audit_rate
		} else {
			rules.audit_rate
		}
	}

	fn open_audit(&mut self, job: JobId, committee: &Committee<AccountId>) -> bool {
		let left = committee.deadline - self.now;
		let deadline = committee.deadline - left / 4;
		let Ok(review) = self.open_review(job, None, deadline) else { return false };
		self.insert_review(review, job, Cause::Audit);
		true
	}

	/// The audit's committee has committed, so the audited one cannot be copied from any more.
	fn release_audited(&mut self, review: JobId, seed: H256) {
		let Some(of) = self.open_audit_of(review) else { return };
		let Some(audited) = self.undecided(of).cloned() else { return };
		if audited.stage == Stage::Held {
			self.open_answers(of, audited, seed);
		}
	}

	fn open_answers(&mut self, job: JobId, mut committee: Committee<AccountId>, seed: H256) {
		committee.seed = seed;
		let stage = match committee.agreement {
			Agreement::Exact => Stage::Reveal,
			Agreement::Similar { .. } => Stage::Seal,
		};
		let until = window(self.now, committee.deadline, 8);
		self.begin(job, committee, stage, until);
	}

	/// That of the committee under review, or a new one.
	fn seed(&self, job: JobId, committee: &Committee<AccountId>) -> H256 {
		let fresh = || {
			let genesis = &self.rules.genesis;
			hashing::fingerprint_seed(&self.luck.vrf, genesis, job, committee.round)
		};
		self.reviewed_seed(job).unwrap_or_else(fresh)
	}
}
