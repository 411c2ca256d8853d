//! What is to be done, for every state of chain and journal, with windows one block around.

use tercet_primitives::{
	apis::Assignment,
	hashing::{commitment, seal},
	AccountId32, Agreement, Answer, BlobRef, BoundedVec, DeterminismClass, Duty, Feature,
	Invalidity, ItemSet, JobId, ModelId, Payload, Response, SeatState, Stage, VariantId, H256,
};
use tercet_worker::{
	duty::{duty, next, seal_salt, Act, Next},
	journal::{Entry, Progress},
};

const GENESIS: H256 = H256([7; 32]);
const SALT: [u8; 32] = [9; 32];
const SECRET: [u8; 32] = [8; 32];
const SIMILAR: Agreement = Agreement::Similar { max_distance: 20, feature: Feature::Flat };

fn me() -> AccountId32 {
	AccountId32::new([1; 32])
}

fn result() -> Response {
	let output = Payload::Inline(BoundedVec::default());
	Response::Result(Answer { root: H256([2; 32]), output })
}

const INVALID: Response = Response::Invalid(Invalidity::ModelRefused);

fn committed(response: &Response) -> SeatState {
	SeatState::Committed(commitment(&GENESIS, JobId(5), 1, &me(), response, &SALT))
}

fn assignment(stage: Stage, agreement: Agreement, state: SeatState) -> Assignment {
	Assignment {
		job: JobId(5),
		round: 1,
		variant: VariantId { model: ModelId(0), index: 0 },
		artifact: BlobRef { blob_id: [0; 32], digest: H256::zero(), size: 0 },
		class: DeterminismClass::Portable,
		items: 1,
		input: Payload::Inline(BoundedVec::default()),
		asked: ItemSet::first(1),
		agreement,
		committee_round: 2,
		stage,
		until: 20,
		items_open: ItemSet::first(1),
		seed: H256([3; 32]),
		deadline: 90,
		state,
		sealed: false,
		voted: false,
	}
}

fn answered(response: Response) -> Entry {
	Entry::Answered {
		response,
		salt: SALT,
		seal_secret: SECRET,
		digests: vec![H256([4; 32])],
		progress: Progress::Ready,
	}
}

fn abstained() -> Entry {
	Entry::Abstained { reason: "garbage".into() }
}

fn at(block: u32, assignment: &Assignment, entry: Option<Entry>) -> Next {
	next(&GENESIS, &me(), block, assignment, entry.as_ref())
}

fn say(acts: &[Act]) -> Next {
	Next::Say(acts.to_vec())
}

const STAGES: [Stage; 9] = [
	Stage::Commit,
	Stage::Lottery,
	Stage::Held,
	Stage::Seal,
	Stage::Reveal,
	Stage::Itemize,
	Stage::Draw,
	Stage::Audit,
	Stage::Ended,
];

#[test]
fn next_follows_the_journal_when_a_commitment_is_awaited() {
	for agreement in [Agreement::Exact, SIMILAR] {
		let awaited = assignment(Stage::Commit, agreement, SeatState::Awaited);
		for block in [10, 19] {
			assert_eq!(at(block, &awaited, None), Next::Execute);
			assert_eq!(at(block, &awaited, Some(answered(result()))), say(&[Act::Commit]));
			assert_eq!(at(block, &awaited, Some(answered(INVALID))), say(&[Act::Commit]));
			assert_eq!(at(block, &awaited, Some(abstained())), say(&[Act::Abstain]));
		}
	}
}

#[test]
fn next_is_done_when_the_next_block_is_past_the_window() {
	for entry in [None, Some(answered(result())), Some(abstained())] {
		let awaited = assignment(Stage::Commit, Agreement::Exact, SeatState::Awaited);
		assert_eq!(at(20, &awaited, entry.clone()), Next::Done);
		assert_eq!(at(u32::MAX, &awaited, entry), Next::Done);
	}
	for stage in [Stage::Seal, Stage::Reveal] {
		let late = assignment(stage, SIMILAR, committed(&result()));
		assert!(matches!(at(19, &late, Some(answered(result()))), Next::Say(_)));
		assert_eq!(at(20, &late, Some(answered(result()))), Next::Done);
	}
}

#[test]
fn next_is_done_when_a_commitment_comes_too_late_for_its_stage() {
	for stage in STAGES.into_iter().filter(|stage| *stage != Stage::Commit) {
		let awaited = assignment(stage, Agreement::Exact, SeatState::Awaited);
		for entry in [None, Some(answered(result())), Some(abstained())] {
			assert_eq!(at(10, &awaited, entry), Next::Done, "{stage:?}");
		}
	}
}

/// Every stage, under both agreements, for a commitment that can be opened and for what it opened to.
#[test]
fn next_says_what_each_stage_asks_for() {
	for stage in STAGES {
		for agreement in [Agreement::Exact, SIMILAR] {
			for response in [result(), INVALID] {
				for revealed in [false, true] {
					for (sealed, voted) in [(false, false), (true, false), (true, true)] {
						let state = match revealed {
							true => SeatState::Revealed(response.clone()),
							false => committed(&response),
						};
						let mut seat = assignment(stage, agreement, state);
						(seat.sealed, seat.voted) = (sealed, voted);
						let (similar, good) = (agreement == SIMILAR, response == result());
						let seals = similar && (good || !revealed) && !sealed;
						let opens = similar && sealed && !voted;
						let expected: &[Act] = match stage {
							Stage::Seal if seals => &[Act::Seal],
							Stage::Reveal if !revealed && opens => &[Act::Reveal, Act::OpenSeal],
							Stage::Reveal if !revealed => &[Act::Reveal],
							Stage::Reveal if opens => &[Act::OpenSeal],
							Stage::Itemize if !similar && good && revealed && !voted => {
								&[Act::Itemize]
							},
							_ => &[],
						};
						let expected = match (stage, expected) {
							(Stage::Ended, _) => Next::Done,
							(_, []) => Next::Wait,
							(_, acts) => say(acts),
						};
						let found = at(10, &seat, Some(answered(response.clone())));
						assert_eq!(found, expected, "{seat:?}");
					}
				}
			}
		}
	}
}

#[test]
fn next_is_forgotten_when_the_journal_cannot_open_what_the_chain_has() {
	for stage in [Stage::Lottery, Stage::Seal, Stage::Reveal] {
		let ours = assignment(stage, SIMILAR, committed(&result()));
		assert_eq!(at(10, &ours, None), Next::Forgotten);
		assert_eq!(at(10, &ours, Some(answered(INVALID))), Next::Forgotten);
		let other = assignment(stage, SIMILAR, SeatState::Committed(H256([3; 32])));
		assert_eq!(at(10, &other, Some(answered(result()))), Next::Forgotten);
		let other = assignment(stage, SIMILAR, SeatState::Revealed(INVALID));
		assert_eq!(at(10, &other, Some(answered(result()))), Next::Forgotten);
		// Noted already.
		assert_eq!(at(10, &ours, Some(abstained())), Next::Done);
	}
}

#[test]
fn next_is_done_when_the_seat_is_given_up() {
	for state in [SeatState::Abstained, SeatState::Silent, SeatState::Withheld] {
		for stage in STAGES {
			for entry in [None, Some(answered(result())), Some(abstained())] {
				let seat = assignment(stage, SIMILAR, state.clone());
				assert_eq!(at(10, &seat, entry), Next::Done);
			}
		}
	}
}

fn said(act: Act, entry: &Entry, prints: &[[u8; 32]]) -> Option<Duty> {
	let seat = assignment(Stage::Commit, SIMILAR, SeatState::Awaited);
	duty(act, &GENESIS, &me(), &seat, entry, prints)
}

#[test]
fn duty_binds_the_round_of_the_seat_and_that_of_the_committee() {
	let (entry, job, prints) = (answered(result()), JobId(5), [[6; 32]]);
	let bound = commitment(&GENESIS, job, 1, &me(), &result(), &SALT);
	let expected = Some(Duty::Commit { job, commitment: bound });
	assert_eq!(said(Act::Commit, &entry, &[]), expected);
	let salt = seal_salt(&SECRET, 2);
	let sealed = seal(&GENESIS, job, 2, &me(), &prints, &salt);
	assert_eq!(said(Act::Seal, &entry, &prints), Some(Duty::Seal { job, seal: sealed }));
	let fingerprints = prints.to_vec().try_into().unwrap();
	let expected = Some(Duty::OpenSeal { job, fingerprints, salt });
	assert_eq!(said(Act::OpenSeal, &entry, &prints), expected);
	let expected = Some(Duty::Reveal { job, response: result(), salt: SALT });
	assert_eq!(said(Act::Reveal, &entry, &[]), expected);
	let digests = vec![[4; 32]].try_into().unwrap();
	assert_eq!(said(Act::Itemize, &entry, &[]), Some(Duty::Itemize { job, digests }));
}

#[test]
fn duty_is_to_abstain_only_when_the_journal_says_so() {
	assert_eq!(said(Act::Abstain, &abstained(), &[]), Some(Duty::Abstain { job: JobId(5) }));
	assert_eq!(said(Act::Abstain, &answered(result()), &[]), None);
	for act in [Act::Commit, Act::Seal, Act::Reveal, Act::OpenSeal, Act::Itemize] {
		assert_eq!(said(act, &abstained(), &[]), None);
	}
}

#[test]
fn seal_salt_differs_in_every_round_and_hides_its_secret() {
	let salts: std::collections::HashSet<_> =
		(0..=255).map(|round| seal_salt(&SECRET, round)).collect();
	assert_eq!(salts.len(), 256);
	assert!(!salts.contains(&SECRET));
}
