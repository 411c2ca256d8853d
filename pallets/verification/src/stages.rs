//! From one stage to the next.

use crate::{
	answers::{fall_silent, is_complete},
	branch::Branch,
	reviews::Cause,
	Config, Pallet, Params,
};
use frame::{deps::frame_support::storage::with_storage_layer, prelude::*};
use tercet_primitives::{
	hashing, traits::Settlement, Agreement, BlockNumber, Committee, JobId, Permill, SeatState,
	Stage, H256,
};

/// Shares of the time from the beginning of a stage to the deadline that the stage may take at most:
/// one part of these. Running the model is what takes long, the rest does not.
const COMMIT_PART: BlockNumber = 4;
const HELD_PART: BlockNumber = 2;
const ANSWER_PART: BlockNumber = 8;

/// Blocks that a round takes at least: one for commitments, one for the lottery, one for seals, one
/// for reveals.
pub const LEAST_ROUND: BlockNumber = 4;

/// Last block of a stage that begins when `now` ends: a part of the time left, but at least one
/// block. `None` when no time is left.
pub(crate) fn window(
	now: BlockNumber,
	deadline: BlockNumber,
	part: BlockNumber,
) -> Option<BlockNumber> {
	let left = deadline.checked_sub(now).filter(|left| *left > 0)?;
	now.checked_add(left.checked_div(part)?.max(1))
}

impl<T: Config> Pallet<T> {
	/// Ends the stage of `committee` when it is complete or block `until` has ended, and begins the
	/// next. What needs the randomness of the block is put off when there is none. Says what this
	/// has led to. Leaves partial changes behind when it fails.
	pub(crate) fn end_stage(
		job: JobId,
		mut committee: Committee<T::AccountId>,
		now: BlockNumber,
		vrf: Option<&[u8; 32]>,
	) -> Result<Branch, DispatchError> {
		match (committee.stage, vrf) {
			(Stage::Commit, _) => {
				fall_silent(&mut committee);
				let next = now.checked_add(1).filter(|until| *until <= committee.deadline);
				Self::begin(job, committee, Stage::Lottery, next, now)
			},
			(Stage::Lottery, Some(vrf)) => Self::hold_lottery(job, committee, now, vrf),
			(Stage::Held, Some(vrf)) => {
				let seed = Self::seed(job, &committee, vrf);
				Self::open_answers(job, committee, seed, now)
			},
			(stage @ (Stage::Lottery | Stage::Held), None) => {
				let next = now.checked_add(1).filter(|until| *until <= committee.deadline);
				Self::begin(job, committee, stage, next, now)
			},
			(Stage::Seal, _) => {
				fall_silent(&mut committee);
				let until = window(now, committee.deadline, ANSWER_PART);
				Self::begin(job, committee, Stage::Reveal, until, now)
			},
			(Stage::Reveal | Stage::Itemize, _) => {
				fall_silent(&mut committee);
				Self::compare(job, committee, now)
			},
			(Stage::Draw, _) => Self::end_without_quorum(job, committee),
			// The review did not end in time.
			(Stage::Audit, _) => Self::settle_verdict(job, committee),
			(Stage::Ended, _) => Ok(Branch::Advanced),
		}
	}

	/// Begins a stage that lasts until the end of block `until`, or ends the committee when no time
	/// is left. A stage in which nothing is due ends at once.
	pub(crate) fn begin(
		job: JobId,
		mut committee: Committee<T::AccountId>,
		stage: Stage,
		until: Option<BlockNumber>,
		now: BlockNumber,
	) -> Result<Branch, DispatchError> {
		let Some(until) = until else { return Self::end_without_quorum(job, committee) };
		committee.stage = stage;
		if is_complete(&committee) {
			return Self::end_stage(job, committee, now, None);
		}
		Self::keep(job, committee, stage, until);
		Ok(Branch::Advanced)
	}

	/// Begins the stage in which the answers of a round are itemized.
	pub(crate) fn itemize(
		job: JobId,
		committee: Committee<T::AccountId>,
		now: BlockNumber,
	) -> Result<Branch, DispatchError> {
		let until = window(now, committee.deadline, ANSWER_PART);
		Self::begin(job, committee, Stage::Itemize, until, now)
	}

	/// Last block of the commitments of a round whose executors were drawn at the end of `now`.
	pub(crate) fn commit_until(now: BlockNumber, deadline: BlockNumber) -> Option<BlockNumber> {
		let left = deadline.checked_sub(now)?;
		window(now, deadline, COMMIT_PART).filter(|_| left >= LEAST_ROUND)
	}

	/// Commitments have closed, and this block's randomness was unknown while they were taken: asks
	/// for more executors if a quorum is out of reach, opens an audit if the lottery says so, and
	/// else lets the answers be opened.
	fn hold_lottery(
		job: JobId,
		committee: Committee<T::AccountId>,
		now: BlockNumber,
		vrf: &[u8; 32],
	) -> Result<Branch, DispatchError> {
		let answers =
			|state: &SeatState| matches!(state, SeatState::Committed(_) | SeatState::Revealed(_));
		let answered = committee.seats.iter().filter(|seat| answers(&seat.state)).count();
		// Before anybody has revealed in this round, so that those who join have nothing to copy.
		if answered < usize::from(committee.quorum) {
			return Self::escalate(job, committee, now);
		}
		let picked = Self::is_drawn_for_audit(job, &committee, now, vrf);
		let least = if picked { Branch::Picked } else { Branch::Advanced };
		if picked && Self::open_audit(job, now) {
			let until = window(now, committee.deadline, HELD_PART);
			let held = Self::begin(job, committee, Stage::Held, until, now)?;
			return Ok(held.max(least));
		}
		let seed = Self::seed(job, &committee, vrf);
		let released = Self::release_audited(job, seed, now);
		let opened = Self::open_answers(job, committee, seed, now)?;
		Ok(opened.max(released).max(least))
	}

	/// Whether the lottery picks a job for an audit: at most once, in its first round, when there is
	/// time for one. Reviews are not audited.
	fn is_drawn_for_audit(
		job: JobId,
		committee: &Committee<T::AccountId>,
		now: BlockNumber,
		vrf: &[u8; 32],
	) -> bool {
		let left = committee.deadline.saturating_sub(now);
		let least = Params::<T>::get().min_audit_time;
		if committee.round > 0 || left < least || Self::counterpart(job).is_some() {
			return false;
		}
		let Some(record) = T::Settlement::job(job) else { return false };
		let rate = Self::audit_rate_of(&record.request.redundancy);
		u64::from(hashing::lottery(vrf, &Self::genesis_hash(), job)) < threshold(rate)
	}

	/// Lets the answers be opened: under [`Agreement::Similar`] once the fingerprints under `seed`
	/// are sealed.
	pub(crate) fn open_answers(
		job: JobId,
		mut committee: Committee<T::AccountId>,
		seed: H256,
		now: BlockNumber,
	) -> Result<Branch, DispatchError> {
		committee.seed = seed;
		let stage = match committee.agreement {
			Agreement::Exact => Stage::Reveal,
			Agreement::Similar { .. } => Stage::Seal,
		};
		let until = window(now, committee.deadline, ANSWER_PART);
		Self::begin(job, committee, stage, until, now)
	}

	/// Seed of this round: that of the committee under review if it has one, so that fingerprints
	/// can be compared across both, and else a new one.
	fn seed(job: JobId, committee: &Committee<T::AccountId>, vrf: &[u8; 32]) -> H256 {
		let reviewed = Self::reviewed_seed(job);
		let genesis = Self::genesis_hash();
		reviewed.unwrap_or_else(|| hashing::fingerprint_seed(vrf, &genesis, job, committee.round))
	}

	/// Sends the committee that waits for the audit `review` on, under the same seed: the audit can
	/// not copy from it any more.
	fn release_audited(review: JobId, seed: H256, now: BlockNumber) -> Branch {
		let Some(of) = Self::open_review_of(review, Cause::is_audit).map(|record| record.of) else {
			return Branch::Advanced;
		};
		let held = Self::undecided(of).ok().filter(|audited| audited.stage == Stage::Held);
		let Some(audited) = held else { return Branch::Advanced };
		let until = audited.until;
		let sent = with_storage_layer(|| Self::open_answers(of, audited, seed, now));
		sent.unwrap_or_else(|error| {
			// Its own entry on the agenda stands.
			frame::log::error!(target: "verification", "{of} stays until {until}: {error:?}");
			Branch::Failed
		})
	}
}

/// Lottery numbers, uniform below 2^32, that are below this one are a share of `rate`.
fn threshold(rate: Permill) -> u64 {
	rate.mul_floor(1u64 << 32)
}
