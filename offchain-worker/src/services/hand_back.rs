//! The last thing that a worker does which cannot work: it abstains from what is in its hands.

use futures::StreamExt;
use tercet_primitives::{committee::MAX_DUTIES, Duty};

use crate::{
	chain::{Chain, ChainError, Message},
	duty::{next, Next},
	journal::{Entry, Journal, JournalError, Seat},
};

/// Why jobs could not be handed back.
#[derive(Debug, thiserror::Error)]
pub enum HandBackError {
	/// The chain does not answer or refuses.
	#[error(transparent)]
	Chain(#[from] ChainError),
	/// The journal cannot be used.
	#[error(transparent)]
	Journal(#[from] JournalError),
}

/// Abstains, for `reason`, from every job without a response that still takes commitments, and says
/// how many these are. What has a response already is left for the next start.
///
/// # Errors
/// The first that is met; what was written down by then is handed back at the next start.
pub async fn hand_back(
	chain: &dyn Chain,
	journal: &Journal,
	reason: &str,
) -> Result<usize, HandBackError> {
	let Some(head) = chain.heads().await?.next().await else { return Ok(0) };
	let mut duties = Vec::new();
	for assignment in chain.assignments(head).await? {
		let seat = Seat::of(&assignment);
		let entry = journal.get(&seat)?;
		let (genesis, me) = (chain.genesis(), chain.account());
		if next(&genesis, me, head.number, &assignment, entry.as_ref()) == Next::Execute {
			journal.record(&seat, Entry::Abstained { reason: reason.into() })?;
			duties.push(Duty::Abstain { job: assignment.job });
		}
	}
	for duties in duties.chunks(MAX_DUTIES as usize) {
		chain.send(Message::Answer(duties.to_vec())).await?;
	}
	Ok(duties.len())
}
