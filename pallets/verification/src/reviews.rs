//! Reviews: ordinary jobs whose committee says whether another one was right.

use crate::{
	branch::Branch,
	comparison::max_distance,
	decision::{is_missing, response_at},
	CommitteesOf, Config, Error, Event, Pallet, Params, References, ReviewOf, Reviews, Verdicts,
};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame::{deps::frame_support::storage::with_storage_layer, prelude::*};
use scale_info::TypeInfo;
use tercet_primitives::{
	hamming_distance,
	hashing::{self, Salt},
	traits::{ProviderPool, Settlement},
	Agreement, BlockNumber, Committee, Disputed, ItemSet, Job, JobId, JobState, Response, Stage,
	Votes, H256,
};

/// A job that was submitted to review another.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Review<AccountId> {
	/// The job under review.
	pub of: JobId,
	/// Why.
	pub cause: Cause<AccountId>,
	/// What came of it.
	pub status: Status,
}

/// Why a job is reviewed.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub enum Cause<AccountId> {
	/// The lottery picked it, before its answers were opened.
	#[codec(index = 0)]
	Audit,
	/// Its requester doubts what was agreed on.
	#[codec(index = 1)]
	Challenge {
		/// The requester, who pays for the review.
		by: AccountId,
	},
	/// What was agreed on is not what its requester knew beforehand.
	#[codec(index = 2)]
	Canary {
		/// The requester, who pays for the review.
		by: AccountId,
		/// The item.
		index: u32,
		/// Digest of the result that it should have.
		digest: H256,
	},
}

impl<AccountId> Cause<AccountId> {
	/// Whether it is [`Cause::Audit`].
	pub fn is_audit(&self) -> bool {
		matches!(self, Self::Audit)
	}
}

/// What came of a review.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum Status {
	/// Its committee has not ended, or none was drawn yet.
	#[codec(index = 0)]
	Open,
	/// It ended, and has not been held against anything: it has no verdict, there is nothing to
	/// compare it with, or not yet.
	#[codec(index = 1)]
	Ended,
	/// It agrees with the job under review.
	#[codec(index = 2)]
	Upheld,
	/// It agrees on something else.
	#[codec(index = 3)]
	Overturned,
}

/// What the answer to a job is compared by, item by item.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Reference {
	/// Under [`Agreement::Similar`], seed of the fingerprints; zero otherwise.
	pub seed: H256,
	/// The items.
	pub items: ItemSet,
	/// The canonical response's vote on each of them.
	pub votes: Votes,
}

/// A review held against what it reviews.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Judgement {
	/// They say the same.
	Upheld,
	/// They do not.
	Contradicted,
	/// They cannot be compared.
	Unknown,
}

impl Reference {
	/// Holds `other`, which covers at least the same items, against this.
	fn judge(&self, other: &Self, max_distance: u16) -> Judgement {
		if self.seed != other.seed {
			return Judgement::Unknown;
		}
		let theirs: Vec<_> = {
			let voted = other.items.iter().zip(&other.votes);
			voted.filter(|(index, _)| self.items.contains(*index)).map(|(_, vote)| vote).collect()
		};
		if theirs.len() != self.votes.len() {
			return Judgement::Unknown;
		}
		let mut votes = self.votes.iter().zip(theirs);
		match votes.all(|(own, its)| hamming_distance(own, its) <= max_distance) {
			true => Judgement::Upheld,
			false => Judgement::Contradicted,
		}
	}
}

impl<T: Config> Pallet<T> {
	/// The job that `job` reviews, or its own review.
	pub fn counterpart(job: JobId) -> Option<JobId> {
		Reviews::<T>::get(job).map(|review| review.of).or_else(|| ReviewOf::<T>::get(job))
	}

	/// Whether a review of `job` has not ended.
	pub fn is_under_review(job: JobId) -> bool {
		ReviewOf::<T>::get(job).and_then(|review| Self::open_review_of(review, |_| true)).is_some()
	}

	/// The review that `review` is, if it has not ended and has such a cause.
	pub(crate) fn open_review_of(
		review: JobId,
		cause: impl Fn(&Cause<T::AccountId>) -> bool,
	) -> Option<Review<T::AccountId>> {
		Reviews::<T>::get(review)
			.filter(|record| record.status == Status::Open && cause(&record.cause))
	}

	/// Whether `job` has an audit that has not ended.
	pub(crate) fn awaits_audit(job: JobId) -> bool {
		ReviewOf::<T>::get(job)
			.and_then(|review| Self::open_review_of(review, Cause::is_audit))
			.is_some()
	}

	/// Whether `job` is an audit of one that has not ended: what it shows is needed until then.
	pub(crate) fn is_yet_to_be_held_against(job: JobId) -> bool {
		Reviews::<T>::get(job)
			.is_some_and(|review| review.cause.is_audit() && Self::undecided(review.of).is_ok())
	}

	/// The review of `job`, if it has one that has ended.
	pub(crate) fn ended_review(job: JobId) -> Option<JobId> {
		ReviewOf::<T>::get(job).filter(|review| {
			Reviews::<T>::get(review).is_some_and(|record| record.status != Status::Open)
		})
	}

	/// Whether `job` reviews, under [`Agreement::Exact`], one that was paid in parts.
	pub(crate) fn is_review_by_items(job: JobId) -> bool {
		Reviews::<T>::get(job).is_some_and(|review| References::<T>::contains_key(review.of))
	}

	/// Seed under which the job that `review` reviews has shown fingerprints, if it is a review and
	/// any were shown.
	pub(crate) fn reviewed_seed(review: JobId) -> Option<H256> {
		let of = Reviews::<T>::get(review)?.of;
		let shown = References::<T>::get(of).map(|reference| reference.seed);
		let seeds = [shown, CommitteesOf::<T>::get(of).map(|committee| committee.seed)];
		seeds.into_iter().flatten().find(|seed| !seed.is_zero())
	}

	/// Submits the audit of `job`; `false`, without effect, if the treasury cannot pay for it.
	pub(crate) fn open_audit(job: JobId, now: BlockNumber) -> bool {
		let Some(record) = CommitteesOf::<T>::get(job) else { return false };
		let left = record.deadline.saturating_sub(now);
		// A quarter is left to open and compare the answers that waited.
		let deadline = record.deadline.saturating_sub(left.checked_div(4).unwrap_or(left));
		with_storage_layer(|| {
			let review = T::Settlement::open_review(job, None, deadline)?;
			Self::insert_review(review, job, Cause::Audit);
			Ok::<_, DispatchError>(())
		})
		.is_ok()
	}

	/// Opens a review that the requester of `job` pays for.
	pub(crate) fn do_challenge(who: T::AccountId, job: JobId) -> DispatchResult {
		let record = Self::ensure_contestable(&who, job)?;
		Self::contest(who.clone(), job, &record, Cause::Challenge { by: who })
	}

	/// Opens the canary of `job`, and a review if what was agreed on differs from it.
	pub(crate) fn do_open_canary(
		who: T::AccountId,
		job: JobId,
		index: u32,
		digest: H256,
		salt: Salt,
		agreed: H256,
		proof: &[H256],
	) -> DispatchResult {
		let record = Self::ensure_contestable(&who, job)?;
		ensure!(record.agreement == Agreement::Exact, Error::<T>::CanaryNeedsExact);
		let canary = hashing::canary(&Self::genesis_hash(), index, &digest, &salt);
		ensure!(canary == record.request.canary, Error::<T>::CanaryMismatch);
		let (root, items) = settled_root(&record, index).ok_or(Error::<T>::ItemNotSettled)?;
		let shown = hashing::verify_item(&root, &items, index, &agreed, proof);
		ensure!(shown, Error::<T>::BadProof);
		ensure!(agreed != digest, Error::<T>::CanaryAgrees);
		Self::contest(who.clone(), job, &record, Cause::Canary { by: who, index, digest })
	}

	fn ensure_contestable(
		who: &T::AccountId,
		job: JobId,
	) -> Result<Job<T::AccountId>, DispatchError> {
		let record = T::Settlement::job(job).ok_or(Error::<T>::UnknownJob)?;
		ensure!(record.requester == *who, Error::<T>::NotRequester);
		ensure!(!Reviews::<T>::contains_key(job), Error::<T>::IsReview);
		let JobState::Settled { at, .. } = record.state else {
			return Err(Error::<T>::NotSettled.into());
		};
		let last = at.saturating_add(Params::<T>::get().challenge_window);
		ensure!(Self::now() <= last, Error::<T>::ChallengeWindowClosed);
		ensure!(Verdicts::<T>::contains_key(job), Error::<T>::NotSettled);
		// An audit that came to nothing does not take the requester's right away.
		let reviewed = ReviewOf::<T>::get(job)
			.and_then(Reviews::<T>::get)
			.is_some_and(|review| !(review.cause.is_audit() && review.status == Status::Ended));
		ensure!(!reviewed, Error::<T>::AlreadyReviewed);
		Ok(record)
	}

	/// Submits a review with as much time as the job had.
	fn contest(
		who: T::AccountId,
		job: JobId,
		record: &Job<T::AccountId>,
		cause: Cause<T::AccountId>,
	) -> DispatchResult {
		let time = record.request.deadline.saturating_sub(record.submitted_at);
		let deadline = Self::now().saturating_add(time);
		let review = T::Settlement::open_review(job, Some(&who), deadline)?;
		Self::insert_review(review, job, cause);
		Self::deposit_event(Event::ReviewOpened { job, review });
		Ok(())
	}

	fn insert_review(review: JobId, of: JobId, cause: Cause<T::AccountId>) {
		Reviews::<T>::insert(review, Review { of, cause, status: Status::Open });
		ReviewOf::<T>::insert(of, review);
	}

	/// If `review` is one that has just ended, whatever waits for it goes on: says how far. What a
	/// challenge leads to is a part of how its own committee ends.
	pub(crate) fn review_ended(review: JobId, now: BlockNumber) -> Branch {
		let Some(mut record) = Self::open_review_of(review, |_| true) else {
			return Branch::Advanced;
		};
		record.status = Status::Ended;
		let (of, is_audit) = (record.of, record.cause.is_audit());
		Reviews::<T>::insert(review, record);
		if !is_audit {
			Self::conclude(of, review);
			return Branch::Advanced;
		}
		let Ok(committee) = Self::undecided(of) else { return Branch::Advanced };
		match committee.stage {
			// With the randomness of the next block.
			Stage::Held => {
				let until = now.saturating_add(1).min(committee.until);
				Self::keep(of, committee, Stage::Held, until);
				Branch::Advanced
			},
			Stage::Audit => Self::end_stage_or_defer(of, committee, now, None),
			_ => Branch::Advanced,
		}
	}

	/// Holds a challenge or canary that has ended against the settled job: if it contradicts, those
	/// who agreed are slashed, and the requester has the review back from the treasury.
	fn conclude(of: JobId, review: JobId) {
		let judgement = Self::record_judgement(of, review);
		if judgement != Judgement::Contradicted {
			return;
		}
		let risk = T::Settlement::job(of).map(|record| record.risk).unwrap_or_default();
		let committee = CommitteesOf::<T>::get(of);
		if let (Some(verdict), Some(committee)) = (Verdicts::<T>::get(of), committee) {
			for seat in verdict.seats.iter().filter_map(|place| committee.seats.get(place)) {
				T::Pool::overrule(&seat.executor, risk);
			}
		}
		T::Settlement::reimburse_review(review);
	}

	/// Holds the audit of `job`, if it had one that has ended, against what its committee agreed on.
	pub(crate) fn judge_audit(job: JobId) -> Judgement {
		let Some(review) = ReviewOf::<T>::get(job) else { return Judgement::Unknown };
		match Reviews::<T>::get(review) {
			Some(record) if record.cause.is_audit() && record.status == Status::Ended => {
				Self::record_judgement(job, review)
			},
			_ => Judgement::Unknown,
		}
	}

	fn record_judgement(of: JobId, review: JobId) -> Judgement {
		let judgement = Self::judge(of, review).unwrap_or(Judgement::Unknown);
		let status = match judgement {
			Judgement::Upheld => Status::Upheld,
			Judgement::Contradicted => Status::Overturned,
			Judgement::Unknown => Status::Ended,
		};
		Reviews::<T>::mutate(review, |record| {
			if let Some(record) = record {
				record.status = status;
			}
		});
		let upheld = judgement != Judgement::Contradicted;
		Self::deposit_event(Event::ReviewEnded { job: of, review, upheld });
		judgement
	}

	/// Holds the verdict of `review` against that of `of`; `None` if one of them has none.
	fn judge(of: JobId, review: JobId) -> Option<Judgement> {
		let (reviewed, reviewing) = (CommitteesOf::<T>::get(of)?, CommitteesOf::<T>::get(review)?);
		let ours = response_at(&reviewed, Verdicts::<T>::get(of)?.canonical)?;
		let theirs = response_at(&reviewing, Verdicts::<T>::get(review)?.canonical)?;
		let same = |is_same: bool| match is_same {
			true => Judgement::Upheld,
			false => Judgement::Contradicted,
		};
		Some(match (ours, theirs) {
			(Response::Invalid(ours), Response::Invalid(theirs)) if ours == theirs => {
				Judgement::Upheld
			},
			// A store may answer some and not others, or later.
			_ if is_missing(ours) || is_missing(theirs) => Judgement::Unknown,
			(Response::Result(ours), Response::Result(theirs)) => {
				let max = max_distance(&reviewed.agreement);
				let references = (Self::shown(of, &reviewed), Self::shown(review, &reviewing));
				match (references.0.as_slice(), references.1.as_slice()) {
					([], []) => same(ours == theirs),
					(reviewed, reviewing) => {
						let pairs =
							reviewed.iter().flat_map(|a| reviewing.iter().map(move |b| (a, b)));
						let judgements: Vec<_> = pairs.map(|(a, b)| a.judge(b, max)).collect();
						best(&judgements)
					},
				}
			},
			_ => Judgement::Contradicted,
		})
	}

	/// What the verdict of `job` can be held against item by item. Under [`Agreement::Similar`] that
	/// are the fingerprints of everyone who agreed, as long as they are stored: whoever is close to
	/// one of them need not be close to all.
	fn shown(job: JobId, committee: &Committee<T::AccountId>) -> Vec<Reference> {
		let kept = || References::<T>::get(job).into_iter().collect();
		if committee.agreement == Agreement::Exact {
			return kept();
		}
		let seats = Verdicts::<T>::get(job).map(|verdict| verdict.seats).unwrap_or_default();
		let votes = Self::votes(job, committee).into_iter().enumerate();
		let shown: Vec<_> = votes
			.filter(|(place, votes)| seats.contains(*place) && !votes.is_empty())
			.map(|(_, votes)| Reference { seed: committee.seed, items: committee.items, votes })
			.collect();
		if shown.is_empty() {
			kept()
		} else {
			shown
		}
	}
}

/// What several comparisons say together: who agrees with one of those who agree is not contradicted.
fn best(judgements: &[Judgement]) -> Judgement {
	[Judgement::Upheld, Judgement::Contradicted]
		.into_iter()
		.find(|judgement| judgements.contains(judgement))
		.unwrap_or(Judgement::Unknown)
}

/// The root that counts for item `index` of a settled job, and the items that it is over.
fn settled_root<AccountId>(job: &Job<AccountId>, index: u32) -> Option<(H256, ItemSet)> {
	let JobState::Settled { answer, disputed, .. } = &job.state else { return None };
	match disputed {
		Disputed::Resolved(patch) if patch.items.contains(index) => {
			Some((patch.answer.root, patch.items))
		},
		Disputed::Refunded { items, .. } if items.contains(index) => None,
		_ => Some((answer.root, ItemSet::first(job.request.items))),
	}
}
