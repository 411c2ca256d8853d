//! Jobs under `Similar`: fingerprints are sealed and opened, and what follows from the distances
//! between them is computed here once more.

use codec::Encode;
use polkadot_sdk::sp_crypto_hashing::blake2_256;
use tercet_primitives::{
	hamming_distance,
	hashing::{self, Salt},
	Answer, Committee, Duty, Fingerprint, ItemSet, Job, JobId, JobState, Payload, RefundReason,
	Response, SeatState, Stage, Votes, H256,
};
use tercet_runtime::{AccountId, Runtime, Verification};

use crate::{
	answers::{self, Word},
	prints::{self, Print, CHEAPER, MAX_DISTANCE, SPREAD},
	votes::{agreement, near},
	world::{Open, World},
};

/// How a committee ended, as its fingerprints say.
pub(crate) struct Ending {
	/// Whether the job's record says so too.
	pub matches: bool,
	/// What the seat said whose answer counts.
	pub word: Option<Word>,
}

fn salt(job: JobId, who: &AccountId, round: u8) -> Salt {
	("seal", job, who, round).using_encoded(blake2_256)
}

impl World<'_> {
	/// What `who` answers that says `word`. Under `Similar` no two results have equal bits.
	pub(crate) fn response(
		&self,
		job: JobId,
		who: &AccountId,
		word: Word,
		items: &ItemSet,
	) -> Response {
		let open = &self.open[&job];
		if self.scenario.similar {
			return Response::Result(self.similar_answer(open, who, word, items));
		}
		answers::response(self.stories[open.story].input, word, items)
	}

	fn similar_answer(&self, open: &Open, who: &AccountId, word: Word, items: &ItemSet) -> Answer {
		let digest = self.stories[open.story].input.digest;
		let result = (digest, who, format!("{word:?}")).encode();
		let root = hashing::result_root(items, &[hashing::item_digest(&result)]);
		let output = root.as_bytes().to_vec().try_into().expect("32 bytes are few");
		Answer { root, output: Payload::Inline(output) }
	}

	fn print(&self, job: JobId, who: &AccountId, seed: &H256) -> Fingerprint {
		let open = &self.open[&job];
		let print = match self.said(job, who) {
			Word::Right => Print::Honest,
			Word::Wrong => Print::Lie(u32::MAX),
			Word::Constant(number) => Print::Lie(number),
			Word::Near(beyond) => Print::Shifted(MAX_DISTANCE + beyond),
			Word::Cheaper => Print::Cheaper,
		};
		let place = self.people.place(who).unwrap_or_default();
		prints::fingerprint(seed, &self.stories[open.story].input.digest, place, print)
	}

	/// Binds `who` to its fingerprint of this round.
	pub(crate) fn seal(
		&mut self,
		job: JobId,
		who: &AccountId,
		committee: &Committee<AccountId>,
	) -> Duty {
		let print = self.print(job, who, &committee.seed);
		self.note(job, |open| {
			open.prints.insert(who.clone(), print);
		});
		let salt = salt(job, who, committee.round);
		let seal = hashing::seal(&self.genesis, job, committee.round, who, &[print], &salt);
		Duty::Seal { job, seal }
	}

	/// Opens it.
	pub(crate) fn open_seal(
		&self,
		job: JobId,
		who: &AccountId,
		committee: &Committee<AccountId>,
	) -> Duty {
		let print = self.open[&job].prints[who];
		let fingerprints = Votes::try_from(vec![print]).expect("one is few");
		Duty::OpenSeal { job, fingerprints, salt: salt(job, who, committee.round) }
	}

	/// Whether fingerprints are not simply those of the truth or of a lie.
	pub(crate) fn has_near_ones(&self) -> bool {
		use crate::scenario::Strategy::{Cheaper, Near};
		let providers = &self.scenario.providers;
		providers.iter().any(|(strategy, _)| matches!(strategy, Near { .. } | Cheaper))
	}

	/// Looks at the fingerprints of rounds in which all are sealed.
	pub(crate) fn observe_prints(&mut self) {
		if !self.has_near_ones() {
			return;
		}
		let jobs: Vec<JobId> = self.open.keys().copied().collect();
		for job in jobs {
			let sealed = |it: &Committee<AccountId>| it.stage == Stage::Reveal;
			let Some(committee) = Verification::committee(job).filter(sealed) else { continue };
			if self.open[&job].compared != Some(committee.round) {
				self.observe_round(job, &committee);
				self.note(job, |open| open.compared = Some(committee.round));
			}
		}
	}

	fn observe_round(&mut self, job: JobId, committee: &Committee<AccountId>) {
		let open = &self.open[&job];
		let seats: Vec<(Word, Fingerprint)> = committee
			.seats
			.iter()
			.filter_map(|seat| {
				Some((*open.words.get(&seat.executor)?, *open.prints.get(&seat.executor)?))
			})
			.collect();
		let honest: Vec<&Fingerprint> =
			seats.iter().filter(|(word, _)| *word == Word::Right).map(|(_, print)| print).collect();
		let Some((word, other)) = seats.iter().find(|(word, _)| *word != Word::Right) else {
			return;
		};
		if honest.is_empty() || seats.len() < committee.seats.len() {
			return;
		}
		let is_within = |print: &Fingerprint| hamming_distance(print, other) <= MAX_DISTANCE;
		match word {
			Word::Near(beyond) => {
				let chance = prints::within_of_shifted(MAX_DISTANCE + beyond, SPREAD, MAX_DISTANCE);
				for print in &honest {
					let label = "near miss: within the threshold of an honest one";
					self.report.trial(label, chance, is_within(print));
				}
				let is_near: Vec<bool> =
					seats.iter().map(|(word, _)| *word != Word::Right).collect();
				let quorum = usize::from(committee.quorum);
				let chances = near(&is_near, quorum, chance);
				let set = agreement(seats.len(), |a, b| agree(&seats[a].1, &seats[b].1));
				let holds = set.count_ones() as usize >= quorum;
				let lacks = |is: bool| {
					holds && (0..seats.len()).any(|at| is_near[at] == is && set & (1 << at) == 0)
				};
				let (honest_out, near_out) = (lacks(false), lacks(true));
				let label = "near miss: quorum without an honest seat";
				self.report.trial(label, chances.without_honest, honest_out);
				let label = "near miss: quorum without those near";
				self.report.trial(label, chances.without_near, near_out && !honest_out);
			},
			// Honest ones are much closer to each other: one of them stands for all.
			Word::Cheaper => {
				let chance = prints::within_of_cheaper(CHEAPER, SPREAD, MAX_DISTANCE);
				let label = "cheaper variant: within the threshold of an honest one";
				self.report.trial(label, chance, is_within(honest[0]));
			},
			_ => {},
		}
	}

	/// How the committee of `job`, which has ended, should have ended by its fingerprints.
	pub(crate) fn similar_ending(
		&self,
		job: JobId,
		open: &Open,
		record: &Job<AccountId>,
	) -> Option<Ending> {
		let committee = Verification::committee(job)?;
		let print = |place: usize| {
			let seat = &committee.seats[place];
			let shown = matches!(seat.state, SeatState::Revealed(_));
			open.prints.get(&seat.executor).filter(|_| shown)
		};
		let set = agreement(committee.seats.len(), |a, b| match (print(a), print(b)) {
			(Some(a), Some(b)) => agree(a, b),
			_ => false,
		});
		if set.count_ones() < u32::from(committee.quorum) {
			use RefundReason::{Disagreement, Silence};
			let refunded = |reason| matches!(reason, Disagreement | Silence);
			let matches =
				matches!(record.state, JobState::Refunded { reason, .. } if refunded(reason));
			return Some(Ending { matches, word: None });
		}
		let places = (0..committee.seats.len()).filter(|place| set & (1 << place) != 0);
		let said = |place: usize| {
			let who = &committee.seats[place].executor;
			Some((who.clone(), *open.words.get(who)?))
		};
		let contradicted = !open.review && self.is_contradicted(job, open);
		Some(match &record.state {
			JobState::Settled { answer, .. } => {
				let items = ItemSet::first(1);
				let canonical = places
					.filter_map(said)
					.find(|(who, word)| self.similar_answer(open, who, *word, &items) == *answer);
				let word = canonical.map(|(_, word)| word);
				Ending { matches: word.is_some() && !contradicted, word }
			},
			JobState::Refunded { reason: RefundReason::Overruled, .. } => {
				Ending { matches: contradicted, word: None }
			},
			_ => Ending { matches: false, word: None },
		})
	}

	/// Whether the audit of `job` agreed on a fingerprint that is too far from the job's own.
	fn is_contradicted(&self, job: JobId, open: &Open) -> bool {
		let Some(review) = pallet_verification::ReviewOf::<Runtime>::get(job) else { return false };
		let Some(its) = self.over.get(&review) else { return false };
		let seeds = [job, review].map(|job| Verification::committee(job).map(|it| it.seed));
		let (Some(ours), Some(theirs)) = (canonical(job, open), canonical(review, its)) else {
			return false;
		};
		seeds[0] == seeds[1] && !agree(&ours, &theirs)
	}
}

/// The fingerprint of the seat whose answer counts.
fn canonical(job: JobId, open: &Open) -> Option<Fingerprint> {
	let verdict = pallet_verification::Verdicts::<Runtime>::get(job)?;
	let committee = Verification::committee(job)?;
	let seat = committee.seats.get(usize::from(verdict.canonical))?;
	open.prints.get(&seat.executor).copied()
}

fn agree(a: &Fingerprint, b: &Fingerprint) -> bool {
	hamming_distance(a, b) <= MAX_DISTANCE
}
