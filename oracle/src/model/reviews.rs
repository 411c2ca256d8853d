//! Second opinions.

use tercet_primitives::{
	hamming_distance,
	hashing::{self, Salt},
	Agreement, Disputed, ItemSet, Job, JobId, JobState, Response, SeatState, Stage, H256,
};

use super::{committees::is_missing, Cause, Oracle, Outcome, Reference, Review, Status};
use crate::AccountId;

/// A review held against what it reviews.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Judgement {
	Upheld,
	Contradicted,
	Unknown,
}

impl Oracle {
	/// What `job` reviews, or what reviews it.
	pub(crate) fn counterpart(&self, job: JobId) -> Option<JobId> {
		let of = self.verification.reviews.get(&job).map(|review| review.of);
		of.or_else(|| self.verification.review_of.get(&job).copied())
	}

	/// The job that `review` audits, if it has not ended.
	pub(crate) fn open_audit_of(&self, review: JobId) -> Option<JobId> {
		let review = self.verification.reviews.get(&review)?;
		let open = review.status == Status::Open && review.cause == Cause::Audit;
		open.then_some(review.of)
	}

	pub(crate) fn awaits_audit(&self, job: JobId) -> bool {
		let review = self.verification.review_of.get(&job);
		review.is_some_and(|review| self.open_audit_of(*review).is_some())
	}

	/// Whether `job` reviews one that was paid in parts.
	pub(crate) fn is_review_by_items(&self, job: JobId) -> bool {
		let review = self.verification.reviews.get(&job);
		review.is_some_and(|review| self.verification.references.contains_key(&review.of))
	}

	/// Seed under which what `review` reviews has shown fingerprints.
	pub(crate) fn reviewed_seed(&self, review: JobId) -> Option<H256> {
		let of = self.verification.reviews.get(&review)?.of;
		let shown = self.verification.references.get(&of).map(|reference| reference.seed);
		let drawn = self.verification.committees.get(&of).map(|committee| committee.seed);
		[shown, drawn].into_iter().flatten().find(|seed| !seed.is_zero())
	}

	pub(crate) fn insert_review(&mut self, review: JobId, of: JobId, cause: Cause) {
		let record = Review { of, cause, status: Status::Open };
		self.verification.reviews.insert(review, record);
		self.verification.review_of.insert(of, review);
		self.touched.jobs.extend([review, of]);
	}

	/// A job of `who` that settled lately and may be doubted.
	fn contestable(&self, who: &AccountId, id: JobId) -> Result<Job<AccountId>, &'static str> {
		let job = self.job(id)?;
		let JobState::Settled { at, .. } = job.state else { return Err("not settled") };
		let in_time = self.now <= at + self.rules.verification.challenge_window;
		let is_review = self.verification.reviews.contains_key(&id);
		let earlier = self.verification.review_of.get(&id);
		let earlier = earlier.and_then(|review| self.verification.reviews.get(review));
		// An audit that came to nothing does not count.
		let was_reviewed = earlier.is_some_and(|earlier| {
			earlier.cause != Cause::Audit || earlier.status != Status::Ended
		});
		let answered = self.verification.verdicts.contains_key(&id);
		let fine = job.requester == *who && in_time && !is_review && !was_reviewed && answered;
		fine.then(|| job.clone()).ok_or("cannot be doubted")
	}

	fn contest(
		&mut self,
		who: &AccountId,
		id: JobId,
		job: &Job<AccountId>,
		cause: Cause,
	) -> Outcome {
		let deadline = self.now + (job.request.deadline - job.submitted_at);
		let review = self.open_review(id, Some(who), deadline)?;
		self.insert_review(review, id, cause);
		Ok(())
	}

	pub(crate) fn challenge(&mut self, who: &AccountId, id: JobId) -> Outcome {
		let job = self.contestable(who, id)?;
		self.contest(who, id, &job, Cause::Challenge(who.clone()))
	}

	pub(crate) fn open_canary(
		&mut self,
		who: &AccountId,
		id: JobId,
		index: u32,
		digest: H256,
		salt: Salt,
		agreed: H256,
		proof: &[H256],
	) -> Outcome {
		let job = self.contestable(who, id)?;
		let canary = hashing::canary(&self.rules.genesis, index, &digest, &salt);
		if job.agreement != Agreement::Exact || canary != job.request.canary {
			return Err("not the job's canary");
		}
		let (root, items) = root_of(&job, index).ok_or("nothing agreed on for this item")?;
		let shown = hashing::verify_item(&root, &items, index, &agreed, proof);
		if !shown || agreed == digest {
			return Err("bad proof, or the canary agrees");
		}
		self.contest(who, id, &job, Cause::Canary(who.clone(), index, digest))
	}

	/// If `review` reviews a job and has just ended, whatever waits for it goes on.
	pub(crate) fn review_ended(&mut self, review: JobId) {
		let record = self.verification.reviews.get_mut(&review);
		let Some(record) = record.filter(|record| record.status == Status::Open) else { return };
		record.status = Status::Ended;
		let (of, is_audit) = (record.of, record.cause == Cause::Audit);
		self.touched.jobs.extend([review, of]);
		if !is_audit {
			return self.conclude(of, review);
		}
		let Some(committee) = self.undecided(of).cloned() else { return };
		match committee.stage {
			Stage::Held => {
				let until = (self.now + 1).min(committee.until);
				self.wait(of, committee, Stage::Held, until);
			},
			Stage::Audit => self.end_stage(of, committee, false),
			_ => {},
		}
	}

	/// A challenge has ended: who agreed is slashed if it contradicts, and the requester paid back.
	fn conclude(&mut self, of: JobId, review: JobId) {
		if self.record_judgement(of, review) != Judgement::Contradicted {
			return;
		}
		let risk = self.job(of).map_or(0, |job| job.risk);
		let verdict = self.verification.verdicts[&of];
		let committee = self.verification.committees[&of].clone();
		for place in verdict.places() {
			self.overrule(&committee.seats[place].executor, risk);
		}
		self.reimburse(review);
	}

	/// What the audit of a job says, if it has ended.
	pub(crate) fn judge_audit(&mut self, job: JobId) -> Judgement {
		let Some(review) = self.verification.review_of.get(&job).copied() else {
			return Judgement::Unknown;
		};
		let ended =
			self.verification.reviews.get(&review).is_some_and(|record| {
				record.cause == Cause::Audit && record.status == Status::Ended
			});
		if ended {
			self.record_judgement(job, review)
		} else {
			Judgement::Unknown
		}
	}

	fn record_judgement(&mut self, of: JobId, review: JobId) -> Judgement {
		let judgement = self.judge(of, review).unwrap_or(Judgement::Unknown);
		let status = match judgement {
			Judgement::Upheld => Status::Upheld,
			Judgement::Contradicted => Status::Overturned,
			Judgement::Unknown => Status::Ended,
		};
		if let Some(record) = self.verification.reviews.get_mut(&review) {
			record.status = status;
		}
		self.touched.jobs.extend([review, of]);
		judgement
	}

	/// What a committee agreed on.
	fn agreed(&self, job: JobId) -> Option<&Response> {
		let verdict = self.verification.verdicts.get(&job)?;
		let committee = self.verification.committees.get(&job)?;
		match &committee.seats[usize::from(verdict.canonical)].state {
			SeatState::Revealed(response) => Some(response),
			_ => None,
		}
	}

	fn judge(&self, of: JobId, review: JobId) -> Option<Judgement> {
		let (ours, theirs) = (self.agreed(of)?, self.agreed(review)?);
		if ours != theirs && (is_missing(ours) || is_missing(theirs)) {
			return Some(Judgement::Unknown);
		}
		let (Response::Result(_), Response::Result(_)) = (ours, theirs) else {
			return Some(same(ours == theirs));
		};
		let max = match self.verification.committees.get(&of)?.agreement {
			Agreement::Exact => 0,
			Agreement::Similar { max_distance, .. } => max_distance,
		};
		let (shown, theirs_shown) = (self.shown(of), self.shown(review));
		if shown.is_empty() && theirs_shown.is_empty() {
			return Some(same(ours == theirs));
		}
		let mut judgement = Judgement::Unknown;
		for ours in &shown {
			for theirs in &theirs_shown {
				match compare(ours, theirs, max) {
					Judgement::Upheld => return Some(Judgement::Upheld),
					Judgement::Contradicted => judgement = Judgement::Contradicted,
					Judgement::Unknown => {},
				}
			}
		}
		Some(judgement)
	}

	/// What a verdict can be compared by: the fingerprints of all who agreed while they are there,
	/// else what was kept.
	fn shown(&self, job: JobId) -> Vec<Reference> {
		let committee = &self.verification.committees[&job];
		let mut shown = Vec::new();
		if committee.agreement != Agreement::Exact {
			for place in self.verification.verdicts[&job].places() {
				let votes = self.verification.votes.get(&(job, place as u8));
				if let Some(votes) = votes.filter(|votes| !votes.is_empty()) {
					let (seed, items) = (committee.seed, committee.items);
					shown.push(Reference { seed, items, votes: votes.clone() });
				}
			}
		}
		if shown.is_empty() {
			shown.extend(self.verification.references.get(&job).cloned());
		}
		shown
	}
}

fn same(is_same: bool) -> Judgement {
	if is_same {
		Judgement::Upheld
	} else {
		Judgement::Contradicted
	}
}

/// Votes on the items of `ours`, item by item.
fn compare(ours: &Reference, theirs: &Reference, max: u16) -> Judgement {
	let votes = theirs.items.iter().zip(&theirs.votes);
	let votes: Vec<_> =
		votes.filter(|vote| ours.items.contains(vote.0)).map(|vote| vote.1).collect();
	if ours.seed != theirs.seed || votes.len() != ours.votes.len() {
		return Judgement::Unknown;
	}
	same(ours.votes.iter().zip(votes).all(|(a, b)| hamming_distance(a, b) <= max))
}

/// The root that counts for an item of a settled job, and the items that it is over.
pub(crate) fn root_of(job: &Job<AccountId>, index: u32) -> Option<(H256, ItemSet)> {
	let JobState::Settled { answer, disputed, .. } = &job.state else { return None };
	match disputed {
		Disputed::Resolved(patch) if patch.items.contains(index) => {
			Some((patch.answer.root, patch.items))
		},
		Disputed::Refunded { items, .. } if items.contains(index) => None,
		_ => Some((answer.root, ItemSet::first(job.request.items))),
	}
}
