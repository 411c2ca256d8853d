//! Committees in states that take others many blocks to come to.

use super::BenchmarkHelper;
use crate::{
	stages::LEAST_ROUND, Agenda, AgendaCursor, Cause, CommitteesOf, Config, Pallet, Reference,
	References, ReservedTransitions, Review, ReviewOf, Reviews, SeatSet, Status, Verdict, Verdicts,
	VotesOf, WeightInfo,
};
use alloc::{vec, vec::Vec};
use frame::{benchmarking::prelude::*, traits::Get};
use tercet_primitives::{
	hashing, metering::Reserved, traits::Settlement, Agreement, Answer, BlockNumber, Committee,
	Decision, Feature, ItemSet, JobId, Payload, Redundancy, Response, Seat, SeatState, Stage,
	Votes, FINGERPRINT_BITS, H256, MAX_INLINE_BYTES, MAX_ITEMS, MAX_SEATS,
};

/// Answers that are compared by fingerprints. Those of benchmarks are equal, so that no comparison
/// ends early.
pub const SIMILAR: Agreement =
	Agreement::Similar { max_distance: FINGERPRINT_BITS / 4, feature: Feature::Flat };

/// The largest first round.
pub const ALL_SEATS: Redundancy =
	Redundancy { executors: MAX_SEATS as u8, quorum: MAX_SEATS as u8 };

const FIVE_SEATS: Redundancy = Redundancy { executors: 5, quorum: 4 };

/// What commitments and seals are here that nobody opens.
pub const HASH: H256 = H256::repeat_byte(7);

/// The seed of all fingerprints.
const SEED: H256 = H256::repeat_byte(1);

/// An output of `bytes` inline bytes.
pub fn output(bytes: u32) -> Payload {
	let bytes = vec![7; bytes as usize];
	Payload::Inline(bytes.try_into().expect("no more than fit inline; qed"))
}

/// The largest answer that has `root`.
pub fn answer(root: H256) -> Answer {
	Answer { root, output: output(MAX_INLINE_BYTES) }
}

/// Digests of the right results of `items`.
pub fn digests(items: &ItemSet) -> Vec<H256> {
	items.iter().map(|index| hashing::item_digest(&index.to_le_bytes())).collect()
}

/// A vote for each of `digests`.
pub fn votes(digests: &[H256]) -> Votes {
	let votes: Vec<_> = digests.iter().map(|digest| digest.0).collect();
	votes.try_into().expect("one per item, of which there are no more; qed")
}

/// Every seat of the largest committee.
pub fn all_seats() -> SeatSet {
	(0..MAX_SEATS as usize).collect()
}

/// Makes sure that a block is under construction: benchmarks start in the genesis block, and move to
/// the next only after everything has been set up.
pub fn begin<T: Config>() {
	if Pallet::<T>::now() == 0 {
		move_to::<T>(1);
	}
}

/// Goes on to block `number`.
pub fn move_to<T: Config>(number: BlockNumber) {
	System::<T>::set_block_number(number.into());
}

/// The committee of a job that has one.
pub fn committee<T: Config>(job: JobId) -> Committee<T::AccountId> {
	CommitteesOf::<T>::get(job).expect("executors were drawn for it; qed")
}

/// Changes the seats of a committee, of which each has its place.
pub fn change_seats<T: Config>(job: JobId, change: impl Fn(u8, &mut Seat<T::AccountId>)) {
	let mut committee = committee::<T>(job);
	committee.seats.iter_mut().zip(0u8..).for_each(|(seat, place)| change(place, seat));
	CommitteesOf::<T>::insert(job, committee);
}

/// Has the committee of `job` wait in `stage` until the end of block `until`.
pub fn wait<T: Config>(job: JobId, stage: Stage, until: BlockNumber) {
	Pallet::<T>::keep(job, committee::<T>(job), stage, until);
}

/// Has `stage` of `job` end with this block, and with it nothing else.
pub fn end_with_this_block<T: Config>(job: JobId, stage: Stage) {
	let now = Pallet::<T>::now();
	wait::<T>(job, stage, now);
	AgendaCursor::<T>::put(now);
	let (heaviest, share) = (T::WeightInfo::transition(), T::MaxTransitionWeight::get());
	ReservedTransitions::<T>::put(Reserved::new(1, heaviest, share));
}

/// A job whose executors have just been drawn.
pub fn drawn<T: Config>(
	items: u32,
	agreement: Agreement,
	redundancy: Redundancy,
	canary: H256,
) -> JobId {
	begin::<T>();
	let job = T::BenchmarkHelper::submit(items, agreement, redundancy, canary);
	T::BenchmarkHelper::draw();
	let seats = committee::<T>(job).seats.len();
	assert_eq!(seats, usize::from(redundancy.executors), "all seats were filled");
	job
}

/// Adds seats to a committee of five, as an escalation does.
fn escalate<T: Config>(job: JobId) {
	let last = committee::<T>(job).deadline.saturating_sub(LEAST_ROUND);
	wait::<T>(job, Stage::Draw, last);
	T::Settlement::request_draw(job).expect("the job is running; qed");
	T::BenchmarkHelper::draw();
	assert_eq!(committee::<T>(job).seats.len(), MAX_SEATS as usize, "all seats were filled");
}

/// Has every seat of `job` give the same answer and fingerprints.
pub fn agree_by_fingerprints<T: Config>(job: JobId) {
	let items = committee::<T>(job).items;
	let votes = votes(&digests(&items));
	let response = Response::Result(answer(HASH));
	change_seats::<T>(job, |place, seat| {
		seat.state = SeatState::Revealed(response.clone());
		seat.seal = Some(HASH);
		seat.voted = true;
		VotesOf::<T>::insert(job, place, votes.clone());
	});
	CommitteesOf::<T>::mutate(job, |committee| {
		if let Some(committee) = committee {
			committee.seed = SEED;
		}
	});
}

/// A job whose [`MAX_SEATS`] executors agree on all of its `items`, and wait for the verdict of its
/// audit; and the audit, which has grown to as many executors, who owe their commitments.
pub fn audited<T: Config>(items: u32) -> (JobId, JobId) {
	let job = drawn::<T>(items, SIMILAR, ALL_SEATS, HASH);
	let deadline = committee::<T>(job).deadline;
	agree_by_fingerprints::<T>(job);
	Verdicts::<T>::insert(job, Verdict { seats: all_seats(), canonical: 0 });
	let items = ItemSet::first(items);
	let votes = votes(&digests(&items));
	References::<T>::insert(job, Reference { seed: SEED, items, votes });
	wait::<T>(job, Stage::Audit, deadline);
	(job, audit_of::<T>(job))
}

/// A job whose [`MAX_SEATS`] executors have committed and wait until those of its audit have, too;
/// and the audit, which has grown to as many executors, and these have just committed.
pub fn held<T: Config>() -> (JobId, JobId) {
	let job = drawn::<T>(MAX_ITEMS, SIMILAR, ALL_SEATS, HASH);
	let commit = |job| change_seats::<T>(job, |_, seat| seat.state = SeatState::Committed(HASH));
	commit(job);
	wait::<T>(job, Stage::Held, committee::<T>(job).deadline);
	let audit = audit_of::<T>(job);
	commit(audit);
	(job, audit)
}

/// Submits the audit of a job, and lets it grow to [`MAX_SEATS`] executors.
fn audit_of<T: Config>(job: JobId) -> JobId {
	let deadline = committee::<T>(job).deadline;
	let audit = T::Settlement::open_review(job, None, deadline.saturating_sub(1))
		.expect("the treasury has the funds and the pool the providers; qed");
	Reviews::<T>::insert(audit, Review { of: job, cause: Cause::Audit, status: Status::Open });
	ReviewOf::<T>::insert(job, audit);
	T::BenchmarkHelper::draw();
	escalate::<T>(audit);
	audit
}

/// Moves on to the first block after the deadline of an audit whose [`MAX_SEATS`] executors have not
/// answered. The job under audit has [`MAX_ITEMS`] items and is settled when the audit is closed.
pub fn overdue_audit<T: Config>() -> JobId {
	let (_, audit) = audited::<T>(MAX_ITEMS);
	let Committee { until, deadline, .. } = committee::<T>(audit);
	Agenda::<T>::remove(until, audit);
	// As if they had committed, and then let the window for fingerprints pass: that is slashed most.
	change_seats::<T>(audit, |_, seat| seat.state = SeatState::Withheld);
	move_to::<T>(deadline.saturating_add(1));
	audit
}

/// A job of `items` of which one was settled, and whose [`MAX_SEATS`] executors have answered for the
/// others as well: five of them agree, and two do not. Its last round has not been compared. At
/// least two items.
pub fn narrowed<T: Config>(items: u32, canary: H256) -> JobId {
	let job = drawn::<T>(items, Agreement::Exact, FIVE_SEATS, canary);
	let (all, agreed) = (ItemSet::first(items), ItemSet::first(1));
	let open = all.without(&agreed);
	let right = digests(&all);
	let mut wrong = right.clone();
	wrong.iter_mut().skip(1).for_each(|digest| *digest = HASH);
	// Those of the first round: the last two are wrong about all but the first item.
	let digests_of = |place: u8| if place < 3 { &right } else { &wrong };
	change_seats::<T>(job, |place, seat| {
		let digests = digests_of(place);
		let response = Response::Result(answer(hashing::result_root(&all, digests)));
		seat.state = SeatState::Revealed(response);
		seat.voted = true;
		VotesOf::<T>::insert(job, place, votes(digests));
	});
	let first = committee::<T>(job);
	let executors: Vec<_> = first.seats.iter().map(|seat| seat.executor.clone()).collect();
	let part = answer(hashing::result_root(&all, &right));
	T::Settlement::settle_part(job, &executors, part, agreed).expect("the job is running; qed");
	let seats = (0..executors.len()).collect();
	Verdicts::<T>::insert(job, Verdict { seats, canonical: 0 });
	let reference = right.get(..1).map(votes).unwrap_or_default();
	References::<T>::insert(job, Reference { seed: H256::zero(), items: agreed, votes: reference });

	CommitteesOf::<T>::insert(job, Committee { items: open, ..first });
	escalate::<T>(job);
	let rest = answer(hashing::result_root(&open, &digests(&open)));
	change_seats::<T>(job, |place, seat| {
		if usize::from(place) >= executors.len() {
			seat.state = SeatState::Revealed(Response::Result(rest.clone()));
		}
	});
	job
}

/// The largest record of a settled job: [`MAX_ITEMS`], one of which was settled apart.
pub fn settled<T: Config>(canary: H256) -> JobId {
	let job = narrowed::<T>(MAX_ITEMS, canary);
	end_with_this_block::<T>(job, Stage::Reveal);
	Pallet::<T>::end_due_stages(Pallet::<T>::now());
	let state = T::Settlement::job(job).map(|record| record.state);
	assert!(state.is_some_and(|state| state.is_terminal()), "the rest was agreed on");
	// What a requester finds who was told of no audit: one that came to nothing.
	let audit = JobId(u64::MAX);
	Reviews::<T>::insert(audit, Review { of: job, cause: Cause::Audit, status: Status::Ended });
	ReviewOf::<T>::insert(job, audit);
	job
}

/// The largest committee of a job that nobody has submitted, in `stage` for some blocks. All seats
/// have revealed and, under [`SIMILAR`], sealed; `change` makes exceptions of the last ones: it is
/// given how many come after each.
pub fn full<T: Config>(
	job: JobId,
	agreement: Agreement,
	stage: Stage,
	items: u32,
	change: impl Fn(u32, &mut Seat<T::AccountId>),
) {
	begin::<T>();
	let now = Pallet::<T>::now();
	let items = ItemSet::first(items);
	let seats: Vec<_> = (0..MAX_SEATS)
		.map(|place| {
			let mut seat = Seat {
				executor: account("executor", place, 0),
				round: 2,
				items,
				state: SeatState::Revealed(Response::Result(answer(HASH))),
				seal: (agreement != Agreement::Exact).then_some(HASH),
				voted: false,
			};
			change(MAX_SEATS.saturating_sub(place).saturating_sub(1), &mut seat);
			seat
		})
		.collect();
	let committee = Committee {
		round: 2,
		stage,
		until: now.saturating_add(100),
		deadline: now.saturating_add(1_000),
		agreement,
		quorum: 5,
		items,
		seed: SEED,
		seats: seats.try_into().expect("as many as there may be; qed"),
		decision: None,
	};
	Pallet::<T>::keep(job, committee.clone(), stage, committee.until);
}

/// Notes that `review` is a challenge of `of` by `payer`.
pub fn note_challenge<T: Config>(of: JobId, review: JobId, payer: T::AccountId) {
	let cause = Cause::Challenge { by: payer };
	Reviews::<T>::insert(review, Review { of, cause, status: Status::Open });
	ReviewOf::<T>::insert(of, review);
}

/// Leaves behind all that is ever stored of the committee of a job that has ended.
pub fn leave_traces<T: Config>(job: JobId) {
	full::<T>(job, SIMILAR, Stage::Ended, MAX_ITEMS, |_, _| ());
	let mut committee = committee::<T>(job);
	Agenda::<T>::remove(committee.until, job);
	committee.decision = Some(Decision::Agreed);
	CommitteesOf::<T>::insert(job, committee);
	Verdicts::<T>::insert(job, Verdict { seats: all_seats(), canonical: 0 });
	let items = ItemSet::first(MAX_ITEMS);
	let votes = votes(&digests(&items));
	References::<T>::insert(job, Reference { seed: SEED, items, votes });
}
