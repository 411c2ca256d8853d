//! A simulation under way: jobs are posted, providers answer as their strategies say, and every
//! draw, lottery and verdict is held against its formula.

use std::collections::{BTreeMap, BTreeSet};

use tercet_primitives::{
	traits::Settlement, Balance, BlockNumber, Committee, Fingerprint, Job, JobId, Response,
	SeatState, Stage, H256,
};
use tercet_runtime::{AccountId, JobMarket, Runtime, System, Verification};

use crate::{
	answers::{self, Input, Word},
	chain::{self, account, dispatch, endow},
	people::People,
	report::Report,
	rng::Rng,
	scenario::{Demand, Scenario, Strategy},
	settings::Settings,
};

/// Blocks from submission to deadline: enough for every escalation of an audited job whose seats
/// are silent.
pub(crate) const DEADLINE: BlockNumber = 400;

/// What finding out that an input is refused costs, in percent of running the job.
const REFUSAL_EFFORT: Balance = 10;

/// What the cheaper variant costs, in percent of the one that was asked for.
const CHEAPER_EFFORT: Balance = 50;

/// What became of a job's griefing, if that is what it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
	/// A job.
	Ordinary,
	/// Its input is not what the model takes.
	Refused,
	/// Nobody takes its price.
	Unclaimable,
	/// Cancelled before the draw.
	Cancelled,
	/// Its right answer is challenged.
	Challenged,
	/// It carries a canary, which is opened if the answer is another.
	Canary,
	/// It carries a canary that expects something wrong, which is opened.
	FalseCanary,
}

/// One input, with the job that it was posted in.
#[derive(Clone, Debug)]
pub struct Story {
	/// What it is for.
	pub kind: Kind,
	/// The input.
	pub input: Input,
	/// Executors of the first committee.
	pub executors: u8,
	/// What each executor is paid.
	pub pay: Balance,
	/// What each executor has at stake.
	pub risk: Balance,
	/// Whether colluders agreed to lie about it.
	pub lied: bool,
	/// Adversarial seats of the first committee.
	pub first: u32,
	/// Everyone who ever sat in the job's own committee.
	pub seats: Vec<AccountId>,
	/// Everyone who ever sat in the committee of its review.
	pub reviewers: Vec<AccountId>,
	/// Whether its committee was held for an audit.
	pub audited: bool,
	/// Whether its review is over, and the word of its quorum if it had one.
	pub reviewed: Option<Option<Word>>,
	/// For each group of providers, whether one of them attacked, and what the attacking seats were
	/// paid less what they were slashed in the job itself, and less what they ran, in planck.
	pub gains: Vec<Option<f64>>,
	/// The same for the seats of attackers in the job's review.
	pub review_gain: f64,
	/// What a review has cost the requester who asked for it, in planck, less what it got back.
	pub review_cost: f64,
	/// The chance that a review misses a lie of its first committee, as it was when that was drawn.
	pub escape: f64,
	/// What all who ran it ran, at its price.
	pub executed: Balance,
	/// What all who ran it were paid.
	pub paid: Balance,
}

/// A job that is not over.
#[derive(Clone, Debug)]
pub struct Open {
	/// Whose input it has.
	pub story: usize,
	/// Whether it is the story's review.
	pub review: bool,
	/// Seats seen so far.
	pub seats: Vec<AccountId>,
	/// What they committed to, or will have said at the end; nothing of the silent.
	pub words: BTreeMap<AccountId, Word>,
	/// Who attacks: says nothing, or something that it did not run for.
	pub attackers: BTreeSet<AccountId>,
	/// Fingerprints of the last round, under `Similar`.
	pub prints: BTreeMap<AccountId, Fingerprint>,
	/// The last round whose fingerprints were looked at.
	pub compared: Option<u8>,
	/// Its stage before the block ended.
	pub stage: Option<Stage>,
}

/// A simulation under way.
pub struct World<'a> {
	pub(crate) scenario: &'a Scenario,
	pub(crate) settings: Settings,
	pub(crate) people: People,
	pub(crate) stories: Vec<Story>,
	pub(crate) inputs: BTreeMap<H256, usize>,
	pub(crate) open: BTreeMap<JobId, Open>,
	/// Jobs that are over.
	pub(crate) over: BTreeMap<JobId, Open>,
	/// Answers that their requesters doubt in the next block.
	pub(crate) to_doubt: Vec<JobId>,
	/// Slashes to appeal in the next block.
	pub(crate) to_appeal: Vec<u32>,
	pub(crate) report: Report,
	pub(crate) genesis: H256,
	pub(crate) requester: AccountId,
	pub(crate) seen: u64,
	vrf: Rng,
	authors: Rng,
	/// Which jobs carry canaries.
	pub(crate) canaries: Rng,
	/// Who was proven when the block ended, if jobs ask for it.
	pub(crate) proven: Vec<bool>,
	/// Whether nearly everybody has been proven once.
	pub(crate) has_proven: bool,
	/// Slots skipped since the last block that was not.
	pub(crate) skipped: u32,
}

impl<'a> World<'a> {
	/// A chain on which everyone has taken their places.
	pub fn new(scenario: &'a Scenario, settings: Settings, seed: u64) -> Self {
		settings.apply();
		let people = People::settle(scenario);
		let requester = account("requester", 0);
		endow(&requester);
		let mut world = Self {
			scenario,
			settings,
			people,
			stories: Vec::new(),
			inputs: BTreeMap::new(),
			open: BTreeMap::new(),
			over: BTreeMap::new(),
			to_doubt: Vec::new(),
			to_appeal: Vec::new(),
			report: Report::new(scenario),
			genesis: System::block_hash(0),
			requester,
			seen: JobMarket::job_count(),
			vrf: Rng::new(seed, format!("{}: vrf", scenario.name)),
			authors: Rng::new(seed, format!("{}: authors", scenario.name)),
			canaries: Rng::new(seed, format!("{}: canaries", scenario.name)),
			proven: Vec::new(),
			has_proven: false,
			skipped: 0,
		};
		// Stake counts from the next epoch on.
		while world.people.weights().contains(&0.0) {
			world.end_block();
		}
		world
	}

	/// Posts all jobs and goes on until the last is over. Calls `progress` for each that ends.
	pub fn run(mut self, progress: &mut dyn FnMut()) -> Report {
		loop {
			let is_over = self.stories.len() as u64 >= self.scenario.jobs;
			let in_court = !self.to_doubt.is_empty() || !self.to_appeal.is_empty();
			if is_over && self.open.is_empty() && !in_court {
				break;
			}
			while (self.stories.len() as u64) < self.scenario.jobs
				&& self.open.len() < self.scenario.at_once
			{
				self.submit();
			}
			self.go_to_court();
			let due: Vec<JobId> = self.open.keys().copied().collect();
			for job in due {
				self.answer(job);
			}
			let over = self.end_block();
			(0..over).for_each(|_| progress());
		}
		chain::check_invariants();
		self.close_books();
		self.report
	}

	/// Ends the block, looks at what happened, begins the next one. Returns how many of the jobs
	/// posted are over now.
	fn end_block(&mut self) -> usize {
		let weights = self.people.weights();
		if matches!(self.scenario.demand, Demand::Adaptive { .. }) {
			self.proven = self.people.proven();
		}
		self.note_stages();
		self.finalize();
		self.find_reviews();
		self.observe_draws(&weights);
		self.observe_lotteries();
		self.observe_prints();
		self.read_events();
		let over = self.observe_ends();
		chain::begin_block();
		over
	}

	/// Ends the block with its author's VRF output. Authors of the adversary skip what does not
	/// suit; the slot passes without a block.
	fn finalize(&mut self) {
		loop {
			let vrf = self.vrf.bytes();
			let adversarial = self.authors.happens(self.scenario.authored);
			if adversarial && !chain::peek(vrf, || self.suits()) {
				self.skipped += 1;
				continue;
			}
			return chain::finalize(vrf);
		}
	}

	/// Whether the adversary likes the chain as it stands: no first committee without all seats its
	/// own, no audit of its lies.
	fn suits(&self) -> bool {
		self.open.iter().filter(|(_, open)| !open.review).all(|(job, open)| {
			let Some(committee) = Verification::committee(*job) else { return true };
			if open.seats.is_empty() {
				return committee
					.seats
					.iter()
					.all(|seat| !self.people.strategy(&seat.executor).is_honest());
			}
			let lied = self.stories[open.story].lied;
			!(lied && open.stage == Some(Stage::Lottery) && committee.stage == Stage::Held)
		})
	}

	fn note_stages(&mut self) {
		for (job, open) in &mut self.open {
			open.stage = Verification::committee(*job).map(|committee| committee.stage);
		}
	}

	/// Takes up the reviews that were opened since the last block.
	pub(crate) fn find_reviews(&mut self) {
		for id in self.seen..JobMarket::job_count() {
			let id = JobId(id);
			let Some(job) = <JobMarket as Settlement<AccountId>>::job(id) else { continue };
			let digest = job.request.input.digest();
			if let Some(story) = self.inputs.get(&digest) {
				self.take_up(id, *story, true);
			}
		}
		self.seen = JobMarket::job_count();
	}

	pub(crate) fn take_up(&mut self, job: JobId, story: usize, review: bool) {
		let open = Open {
			story,
			review,
			seats: Vec::new(),
			words: BTreeMap::new(),
			attackers: BTreeSet::new(),
			prints: BTreeMap::new(),
			compared: None,
			stage: None,
		};
		self.open.insert(job, open);
	}

	/// The job as the market knows it.
	pub(crate) fn record(&self, job: JobId) -> Job<AccountId> {
		<JobMarket as Settlement<AccountId>>::job(job).expect("records are kept")
	}

	/// Everyone who owes something for `job` does it, or does not, as its strategy says.
	fn answer(&mut self, job: JobId) {
		let Some(committee) = Verification::committee(job) else { return };
		let Some(open) = self.open.get(&job) else { return };
		let input = self.stories[open.story].input;
		for seat in &committee.seats {
			let who = &seat.executor;
			let duties = match (committee.stage, &seat.state) {
				(Stage::Commit, SeatState::Awaited) => {
					let Some(word) = self.word(job, who, &committee) else {
						self.note(job, |open| {
							open.attackers.insert(who.clone());
						});
						continue;
					};
					self.say(job, who, word, self.copies(who, &committee));
					let response = self.response(job, who, word, &seat.items);
					vec![answers::commit(&self.genesis, job, seat.round, who, &response)]
				},
				(
					Stage::Seal,
					SeatState::Committed(_) | SeatState::Revealed(Response::Result(_)),
				) if seat.seal.is_none() => {
					vec![self.seal(job, who, &committee)]
				},
				(Stage::Reveal, SeatState::Committed(_)) if self.withholds(job, who) => {
					self.note(job, |open| {
						open.words.remove(who);
					});
					continue;
				},
				(Stage::Reveal, SeatState::Committed(_)) => {
					let response = self.response(job, who, self.said(job, who), &seat.items);
					let reveal = answers::reveal(job, who, response);
					let sealed = seat.seal.map(|_| self.open_seal(job, who, &committee));
					std::iter::once(reveal).chain(sealed).collect()
				},
				(Stage::Reveal, SeatState::Revealed(_)) if seat.seal.is_some() && !seat.voted => {
					vec![self.open_seal(job, who, &committee)]
				},
				(Stage::Itemize, SeatState::Revealed(_)) if !seat.voted => {
					vec![answers::itemize(job, input, self.said(job, who), &seat.items)]
				},
				_ => continue,
			};
			let duties = duties.try_into().expect("two are few");
			let call = pallet_verification::Call::<Runtime>::answer { duties };
			dispatch(who, call).expect("it is owed");
		}
	}

	pub(crate) fn note(&mut self, job: JobId, note: impl FnOnce(&mut Open)) {
		if let Some(open) = self.open.get_mut(&job) {
			note(open);
		}
	}

	/// What `who` says about `job`; `None` if nothing. A colluder that is alone in a review does not
	/// stand by the lie: it would only be slashed. Those who accuse need three, or they would be.
	fn word(&self, job: JobId, who: &AccountId, committee: &Committee<AccountId>) -> Option<Word> {
		let intent = self.intent(job, who, committee);
		let friends = committee
			.seats
			.iter()
			.filter(|seat| seat.round == 0 && !self.people.strategy(&seat.executor).is_honest());
		let needed = if self.people.strategy(who) == Strategy::Accuse { 3 } else { 2 };
		if self.open[&job].review && intent == Some(Word::Wrong) && friends.count() < needed {
			return Some(Word::Right);
		}
		intent
	}

	/// What `who` would say about `job` if it had friends there; `None` if nothing.
	pub(crate) fn intent(
		&self,
		job: JobId,
		who: &AccountId,
		committee: &Committee<AccountId>,
	) -> Option<Word> {
		let open = &self.open[&job];
		let story = &self.stories[open.story];
		match self.people.strategy(who) {
			Strategy::Honest => Some(Word::Right),
			Strategy::Silent => None,
			// Who backs out of a job does not stand by the lie.
			Strategy::BackOut if story.first < 3 && (open.review || committee.round > 0) => {
				Some(Word::Right)
			},
			Strategy::Collude { .. } | Strategy::Withhold | Strategy::BackOut => {
				Some(if story.lied { Word::Wrong } else { Word::Right })
			},
			// Whoever is caught, or has withheld, is not there any more to be stood by.
			Strategy::Bide { .. } => {
				let lies = story.lied && (open.review || committee.round == 0);
				Some(if lies { Word::Wrong } else { Word::Right })
			},
			Strategy::Near { beyond } => Some(Word::Near(beyond)),
			Strategy::Cheaper => Some(Word::Cheaper),
			// Audits are not asked for by friends.
			Strategy::Accuse => {
				let accuses = open.review && !story.audited;
				Some(if accuses { Word::Wrong } else { Word::Right })
			},
			Strategy::Constant => {
				let place = self.people.place(who).unwrap_or_default();
				Some(Word::Constant(place as u32))
			},
			Strategy::Copy => {
				let revealed = committee.seats.iter().find(|seat| {
					seat.round < committee.round && matches!(seat.state, SeatState::Revealed(_))
				});
				let copied = revealed.and_then(|seat| open.words.get(&seat.executor).copied());
				Some(copied.unwrap_or(Word::Right))
			},
		}
	}

	/// Whether `who` copies instead of running a job.
	pub(crate) fn copies(&self, who: &AccountId, committee: &Committee<AccountId>) -> bool {
		self.people.strategy(who) == Strategy::Copy
			&& committee.seats.iter().any(|seat| matches!(seat.state, SeatState::Revealed(_)))
	}

	pub(crate) fn said(&self, job: JobId, who: &AccountId) -> Word {
		self.open[&job].words.get(who).copied().expect("it has committed to something")
	}

	fn withholds(&self, job: JobId, who: &AccountId) -> bool {
		let story = &self.stories[self.open[&job].story];
		let open = &self.open[&job];
		// Those who did withhold have no word any more.
		let truthful = open.words.get(who) == Some(&Word::Right);
		!open.review
			&& story.lied
			&& !truthful
			&& match self.people.strategy(who) {
				Strategy::Withhold | Strategy::Bide { withhold: true } => story.audited,
				Strategy::BackOut => story.first < 3,
				_ => false,
			}
	}

	/// Notes what `who` commits to, and what it ran to know it.
	fn say(&mut self, job: JobId, who: &AccountId, word: Word, copies: bool) {
		let Some(open) = self.open.get_mut(&job) else { return };
		open.words.insert(who.clone(), word);
		let attacks = word != Word::Right || copies;
		if attacks {
			open.attackers.insert(who.clone());
		}
		let story = &mut self.stories[open.story];
		let percent = match word {
			_ if copies => 0,
			Word::Right if !story.input.valid => REFUSAL_EFFORT,
			Word::Right | Word::Near(_) => 100,
			Word::Cheaper => CHEAPER_EFFORT,
			Word::Wrong | Word::Constant(_) => 0,
		};
		let effort = story.pay * percent / 100;
		story.executed += effort;
		if let Some(place) = self.people.place(who) {
			self.people.all[place].executed += effort;
		}
		if attacks && effort > 0 {
			self.book_attack(job, who, -(effort as f64));
		}
	}
}
