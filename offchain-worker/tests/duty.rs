//! What is to be done, for every state of chain and journal, with deadlines one block around.

use tercet_primitives::{
	apis::Assignment, hashing::commitment, AccountId32, Answer, BlobRef, BoundedVec,
	DeterminismClass, JobId, ModelId, Payload, SeatState, VariantId, H256,
};
use tercet_worker::{
	duty::{duty, Duty},
	journal::{Entry, Progress},
};

const GENESIS: H256 = H256([7; 32]);
const SALT: [u8; 32] = [9; 32];

fn me() -> AccountId32 {
	AccountId32::new([1; 32])
}

fn answer() -> Answer {
	Answer { root: H256([2; 32]), output: Payload::Inline(BoundedVec::default()) }
}

fn ours() -> SeatState {
	SeatState::Committed(commitment(&GENESIS, JobId(5), 1, &me(), &answer(), &SALT))
}

fn assignment(state: SeatState) -> Assignment {
	Assignment {
		job: JobId(5),
		round: 1,
		variant: VariantId { model: ModelId(0), index: 0 },
		artifact: BlobRef { blob_id: [0; 32], digest: H256::zero(), size: 0 },
		class: DeterminismClass::Portable,
		items: 1,
		input: Payload::Inline(BoundedVec::default()),
		commit_until: 20,
		reveal_until: 30,
		reveal_open: false,
		state,
	}
}

fn answered() -> Entry {
	Entry::Answered { answer: answer(), salt: SALT, progress: Progress::Ready }
}

fn at(block: u32, assignment: &Assignment, entry: Option<Entry>) -> Duty {
	duty(&GENESIS, &me(), block, assignment, entry.as_ref())
}

#[test]
fn duty_is_execute_when_nothing_is_known() {
	assert_eq!(at(10, &assignment(SeatState::Awaited), None), Duty::Execute);
}

#[test]
fn duty_is_commit_when_the_journal_has_an_answer() {
	assert_eq!(at(10, &assignment(SeatState::Awaited), Some(answered())), Duty::Commit);
}

#[test]
fn duty_ends_when_the_next_block_is_past_the_commit_window() {
	let awaited = assignment(SeatState::Awaited);
	assert_eq!(at(19, &awaited, Some(answered())), Duty::Commit);
	assert_eq!(at(20, &awaited, Some(answered())), Duty::Done);
	assert_eq!(at(19, &awaited, None), Duty::Execute);
	assert_eq!(at(20, &awaited, None), Duty::Done);
}

#[test]
fn duty_is_wait_then_reveal_when_the_chain_has_our_commitment() {
	let mut committed = assignment(ours());
	assert_eq!(at(10, &committed, Some(answered())), Duty::Wait);
	committed.reveal_open = true;
	assert_eq!(at(10, &committed, Some(answered())), Duty::Reveal);
	assert_eq!(at(29, &committed, Some(answered())), Duty::Reveal);
	assert_eq!(at(30, &committed, Some(answered())), Duty::Done);
}

#[test]
fn duty_is_forgotten_when_the_journal_cannot_open_the_commitment() {
	assert_eq!(at(10, &assignment(ours()), None), Duty::Forgotten);
	let other = assignment(SeatState::Committed(H256([3; 32])));
	assert_eq!(at(10, &other, Some(answered())), Duty::Forgotten);
}

#[test]
fn duty_ends_when_abstained_or_revealed() {
	let abstained = Entry::Abstained { reason: "garbage".into() };
	for state in [SeatState::Awaited, ours(), SeatState::Revealed(answer())] {
		assert_eq!(at(10, &assignment(state), Some(abstained.clone())), Duty::Done);
	}
	for entry in [None, Some(answered())] {
		assert_eq!(at(10, &assignment(SeatState::Revealed(answer())), entry), Duty::Done);
	}
}

#[test]
fn duty_does_not_overflow_when_the_block_is_the_last() {
	assert_eq!(at(u32::MAX, &assignment(SeatState::Awaited), None), Duty::Done);
}
