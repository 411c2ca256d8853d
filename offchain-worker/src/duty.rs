//! What is to be done about an assignment: a pure function of chain and journal.

use tercet_primitives::{
	apis::Assignment,
	hashing::{commitment, Salt},
	AccountId32, Agreement, BlockNumber, Duty, Fingerprint, Response, SeatState, Stage, H256,
};

use crate::journal::Entry;

/// The next step for one seat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
	/// Run the job; there is no response yet.
	Execute,
	/// Tell the chain this, in one transaction or in several.
	Say(Vec<Act>),
	/// Nothing now: the committee is not ready.
	Wait,
	/// Nothing any more: everything is said, or it is too late.
	Done,
	/// The chain holds a commitment of ours that the journal cannot open: the state directory was
	/// lost, or another worker uses the same key. Answering again would contradict it.
	Forgotten,
}

/// A kind of [`Duty`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Act {
	/// [`Duty::Commit`].
	Commit,
	/// [`Duty::Seal`].
	Seal,
	/// [`Duty::Reveal`].
	Reveal,
	/// [`Duty::OpenSeal`].
	OpenSeal,
	/// [`Duty::Itemize`].
	Itemize,
	/// [`Duty::Abstain`].
	Abstain,
}

impl Act {
	/// Whether [`duty`] needs fingerprints for it.
	pub fn needs_fingerprints(&self) -> bool {
		matches!(self, Self::Seal | Self::OpenSeal)
	}
}

/// The next step at best block `block`, whose successor is the first that can take a call.
pub fn next(
	genesis: &H256,
	me: &AccountId32,
	block: BlockNumber,
	assignment: &Assignment,
	entry: Option<&Entry>,
) -> Next {
	let Assignment { job, round, stage, until, .. } = assignment;
	let in_time = block.saturating_add(1) <= *until;
	match (&assignment.state, entry) {
		(SeatState::Abstained | SeatState::Silent | SeatState::Withheld, _) => Next::Done,
		(SeatState::Awaited, entry) => match entry {
			_ if *stage != Stage::Commit || !in_time => Next::Done,
			None => Next::Execute,
			Some(Entry::Answered { .. }) => Next::Say(vec![Act::Commit]),
			Some(Entry::Abstained { .. }) => Next::Say(vec![Act::Abstain]),
		},
		(SeatState::Committed(on_chain), Some(Entry::Answered { response, salt, .. }))
			if commitment(genesis, *job, *round, me, response, salt) == *on_chain =>
		{
			due(assignment, in_time, response, false)
		},
		(SeatState::Revealed(on_chain), Some(Entry::Answered { response, .. }))
			if response == on_chain =>
		{
			due(assignment, in_time, response, true)
		},
		// That it cannot be opened was noted.
		(_, Some(Entry::Abstained { .. })) => Next::Done,
		_ => Next::Forgotten,
	}
}

/// What a seat whose commitment the journal can open owes.
fn due(assignment: &Assignment, in_time: bool, response: &Response, revealed: bool) -> Next {
	let Assignment { stage, agreement, sealed, voted, .. } = assignment;
	let similar = matches!(agreement, Agreement::Similar { .. });
	let result = matches!(response, Response::Result(_));
	// Who is known to say that the job is invalid has nothing to seal; until then it seals an empty
	// list, so that nobody knows.
	let seals = result || !revealed;
	let mut acts = Vec::new();
	match stage {
		Stage::Seal if similar && seals && !sealed => acts.push(Act::Seal),
		Stage::Reveal => {
			if !revealed {
				acts.push(Act::Reveal);
			}
			// Comes after the response, in the same transaction or later.
			if similar && *sealed && !voted {
				acts.push(Act::OpenSeal);
			}
		},
		Stage::Itemize if !similar && revealed && result && !voted => acts.push(Act::Itemize),
		Stage::Ended => return Next::Done,
		_ => {},
	}
	match acts.is_empty() {
		true => Next::Wait,
		false if in_time => Next::Say(acts),
		false => Next::Done,
	}
}

/// What `act` says on chain; `None` if the journal has no response, and it needs one.
///
/// `fingerprints` are those of the open items under the committee's seed; none for an invalid job.
pub fn duty(
	act: Act,
	genesis: &H256,
	me: &AccountId32,
	assignment: &Assignment,
	entry: &Entry,
	fingerprints: &[Fingerprint],
) -> Option<Duty> {
	let Assignment { job, round, committee_round, .. } = assignment;
	let job = *job;
	let (response, salt, secret, digests) = match entry {
		Entry::Answered { response, salt, seal_secret, digests, .. } => {
			(response, salt, seal_secret, digests)
		},
		Entry::Abstained { .. } => return (act == Act::Abstain).then_some(Duty::Abstain { job }),
	};
	let seal_salt = || seal_salt(secret, *committee_round);
	// Neither has more than a job has items.
	let votes = |list: Vec<Fingerprint>| list.try_into().ok();
	Some(match act {
		Act::Abstain => return None,
		Act::Commit => {
			Duty::Commit { job, commitment: commitment(genesis, job, *round, me, response, salt) }
		},
		Act::Seal => {
			let (round, salt) = (*committee_round, seal_salt());
			let seal =
				tercet_primitives::hashing::seal(genesis, job, round, me, fingerprints, &salt);
			Duty::Seal { job, seal }
		},
		Act::Reveal => Duty::Reveal { job, response: response.clone(), salt: *salt },
		Act::OpenSeal => {
			let fingerprints = votes(fingerprints.to_vec())?;
			Duty::OpenSeal { job, fingerprints, salt: seal_salt() }
		},
		Act::Itemize => {
			let digests = votes(digests.iter().map(|digest| digest.0).collect())?;
			Duty::Itemize { job, digests }
		},
	})
}

/// The salt of a seal. Each round has its own: an opened one would help to guess the next seal.
pub fn seal_salt(secret: &Salt, committee_round: u8) -> Salt {
	let mut preimage = secret.to_vec();
	preimage.push(committee_round);
	tercet_walrus_client::digest(&preimage)
}
