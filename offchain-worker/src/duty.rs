//! What is to be done about an assignment: a pure function of chain and journal.

use tercet_primitives::{
	apis::Assignment, hashing::commitment, AccountId32, BlockNumber, SeatState, H256,
};

use crate::journal::Entry;

/// The next step for one seat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Duty {
	/// Run the job; there is no answer yet.
	Execute,
	/// Send the commitment.
	Commit,
	/// Send the answer.
	Reveal,
	/// Nothing now; the committee is not ready for reveals.
	Wait,
	/// Nothing any more: answered, abstained, or too late.
	Done,
	/// The chain holds a commitment of ours that the journal cannot open: the state directory was
	/// lost, or another worker uses the same key. Answering again would contradict it.
	Forgotten,
}

/// The duty at best block `block`, whose successor is the first that can take a call.
pub fn duty(
	genesis: &H256,
	me: &AccountId32,
	block: BlockNumber,
	assignment: &Assignment,
	entry: Option<&Entry>,
) -> Duty {
	let next = block.saturating_add(1);
	match (&assignment.state, entry) {
		(SeatState::Revealed(_), _) | (_, Some(Entry::Abstained { .. })) => Duty::Done,
		(SeatState::Awaited, _) if next > assignment.commit_until => Duty::Done,
		(SeatState::Awaited, None) => Duty::Execute,
		(SeatState::Awaited, Some(Entry::Answered { .. })) => Duty::Commit,
		(SeatState::Committed(_), _) if next > assignment.reveal_until => Duty::Done,
		(SeatState::Committed(_), None) => Duty::Forgotten,
		(SeatState::Committed(on_chain), Some(Entry::Answered { answer, salt, .. })) => {
			let Assignment { job, round, .. } = assignment;
			if commitment(genesis, *job, *round, me, answer, salt) != *on_chain {
				Duty::Forgotten
			} else if assignment.reveal_open {
				Duty::Reveal
			} else {
				Duty::Wait
			}
		},
	}
}
