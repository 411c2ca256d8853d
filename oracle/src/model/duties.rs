//! What executors owe, and whether what they send fulfils it.

use tercet_primitives::{
	hashing, Agreement, Committee, Duty, Response, Seat, SeatState, Stage, H256,
};

use super::{Oracle, Outcome};
use crate::AccountId;

/// Whether the stage waits for this seat.
pub(crate) fn is_due(committee: &Committee<AccountId>, seat: &Seat<AccountId>) -> bool {
	use SeatState::*;
	match (committee.stage, &seat.state) {
		(Stage::Commit, Awaited) => true,
		(Stage::Seal, Committed(_) | Revealed(Response::Result(_))) => seat.seal.is_none(),
		(Stage::Reveal, Committed(_)) => true,
		(Stage::Reveal, Revealed(_)) => seat.seal.is_some() && !seat.voted,
		(Stage::Itemize, Revealed(Response::Result(_))) => !seat.voted,
		_ => false,
	}
}

/// Whoever did not do what the stage waited for falls silent, or withholds what it committed to.
pub(crate) fn silence(committee: &mut Committee<AccountId>) {
	let before = committee.clone();
	for (seat, was) in committee.seats.iter_mut().zip(&before.seats) {
		if is_due(&before, was) {
			let is_first = before.stage == Stage::Commit;
			seat.state = if is_first { SeatState::Silent } else { SeatState::Withheld };
		}
	}
}

/// Whether the stage waits for answers, and has them all.
pub(crate) fn is_complete(committee: &Committee<AccountId>) -> bool {
	let waits = [Stage::Commit, Stage::Seal, Stage::Reveal, Stage::Itemize];
	waits.contains(&committee.stage) && !committee.seats.iter().any(|seat| is_due(committee, seat))
}

impl Oracle {
	/// Does duties in order: all or none.
	pub(crate) fn answer(&mut self, who: &AccountId, duties: &[Duty]) -> Outcome {
		let twice = (1..duties.len()).any(|b| duties[..b].contains(&duties[b]));
		if duties.is_empty() || twice {
			return Err("no duties, or one twice");
		}
		let before = (duties.len() > 1).then(|| self.clone());
		for duty in duties {
			if let Err(why) = self.fulfil(who, duty) {
				if let Some(before) = before {
					*self = before;
				}
				return Err(why);
			}
		}
		Ok(())
	}

	fn fulfil(&mut self, who: &AccountId, duty: &Duty) -> Outcome {
		let job = duty.job();
		let mut committee = self.undecided(job).ok_or("no committee waits")?.clone();
		let place = committee.seats.iter().position(|seat| seat.executor == *who);
		let place = place.ok_or("has no seat")?;
		if self.now > committee.until {
			return Err("the stage is over");
		}
		let genesis = self.rules.genesis;
		let (stage, round, items) = (committee.stage, committee.round, committee.items);
		let exact = committee.agreement == Agreement::Exact;
		let seat = &mut committee.seats[place];
		let mut votes = None;
		match (duty, stage, seat.state.clone()) {
			(Duty::Commit { commitment, .. }, Stage::Commit, SeatState::Awaited) => {
				seat.state = SeatState::Committed(*commitment);
			},
			(Duty::Abstain { .. }, Stage::Commit, SeatState::Awaited) => {
				seat.state = SeatState::Abstained;
			},
			(
				Duty::Seal { seal, .. },
				Stage::Seal,
				SeatState::Committed(_) | SeatState::Revealed(Response::Result(_)),
			) if seat.seal.is_none() => seat.seal = Some(*seal),
			(
				Duty::Reveal { response, salt, .. },
				Stage::Reveal,
				SeatState::Committed(commitment),
			) => {
				let hash = hashing::commitment(&genesis, job, seat.round, who, response, salt);
				if hash != commitment {
					return Err("does not open the commitment");
				}
				seat.state = SeatState::Revealed(response.clone());
			},
			(
				Duty::OpenSeal { fingerprints, salt, .. },
				Stage::Reveal,
				SeatState::Revealed(response),
			) if !exact && !seat.voted => {
				let expected = match response {
					Response::Result(_) => items.len(),
					Response::Invalid(_) => 0,
				};
				let hash = hashing::seal(&genesis, job, round, who, fingerprints, salt);
				if fingerprints.len() != expected as usize || seat.seal != Some(hash) {
					return Err("does not open the seal");
				}
				seat.voted = true;
				votes = Some(fingerprints.clone());
			},
			(
				Duty::Itemize { digests, .. },
				Stage::Itemize,
				SeatState::Revealed(Response::Result(answer)),
			) if !seat.voted => {
				let list: Vec<_> = digests.iter().copied().map(H256).collect();
				let fits = list.len() == seat.items.len() as usize;
				if !fits || hashing::result_root(&seat.items, &list) != answer.root {
					return Err("does not lead to the root");
				}
				seat.voted = true;
				votes = Some(digests.clone());
			},
			_ => return Err("not owed"),
		}
		if let Some(votes) = votes {
			self.verification.votes.insert((job, place as u8), votes);
		}
		let complete = is_complete(&committee);
		self.put_committee(job, committee.clone());
		if complete {
			self.end_stage(job, committee, false);
		}
		Ok(())
	}
}
