//! Who was paid, who was slashed, and how jobs ended.

use std::collections::BTreeMap;

use pallet_payouts::Role;
use tercet_primitives::{
	Answer, Balance, Conduct, Invalidity, Job, JobId, JobState, RefundReason, Response,
};
use tercet_runtime::{AccountId, RuntimeEvent, System, Verification};

use crate::{
	answers::{self, Word},
	chain::wealth,
	formulas,
	report::Group,
	scenario::{Demand, Strategy},
	settings,
	world::{Kind, Open, Story, World},
};

/// A slash that was decided in this block.
struct Slash {
	id: u32,
	who: AccountId,
	amount: Balance,
}

impl World<'_> {
	/// Books what happened in this block.
	pub(crate) fn read_events(&mut self) {
		let mut slashes: Vec<Slash> = Vec::new();
		// The job, paid long ago, whose executors a review has just overruled.
		let mut overruled: Option<JobId> = None;
		for record in System::read_events_no_consensus() {
			let before = overruled.take();
			match record.event {
				RuntimeEvent::Payouts(pallet_payouts::Event::Paid {
					job,
					payee,
					amount,
					role: Role::Executor,
				}) => self.book_pay(job, &payee, amount),
				RuntimeEvent::ProviderStaking(pallet_provider_staking::Event::SlashPending {
					id,
					provider,
					amount,
					..
				}) => {
					let slash = Slash { id, who: provider, amount };
					match before {
						Some(job) => self.book_slash(job, Conduct::Wrong, slash),
						None => slashes.push(slash),
					}
					overruled = before;
				},
				RuntimeEvent::JobMarket(pallet_job_market::Event::Reimbursed {
					job,
					amount,
					..
				}) => {
					if let Some(story) = self.story_of(job) {
						story.review_cost -= amount as f64;
						let kind = story.kind;
						self.report.reimbursed(kind, amount);
					}
				},
				RuntimeEvent::Verification(pallet_verification::Event::ConductRecorded {
					job,
					executor,
					conduct,
				}) => {
					let slash = slashes.iter().position(|slash| slash.who == executor);
					if let Some(slash) = slash.map(|place| slashes.remove(place)) {
						self.book_slash(job, conduct, slash);
					}
				},
				RuntimeEvent::Verification(pallet_verification::Event::ReviewEnded {
					job,
					upheld: false,
					..
				}) => overruled = Some(job),
				_ => {},
			}
		}
	}

	fn book_pay(&mut self, job: JobId, payee: &AccountId, amount: Balance) {
		let Some(place) = self.people.place(payee) else { return };
		self.people.all[place].paid += amount;
		if let Some(story) = self.story_of(job) {
			story.paid += amount;
		}
		self.book_attack(job, payee, amount as f64);
	}

	fn book_slash(&mut self, job: JobId, conduct: Conduct, slash: Slash) {
		let Some(place) = self.people.place(&slash.who) else { return };
		if self.people.all[place].strategy.is_honest() {
			self.report.wrongful(slash.amount);
			if conduct == Conduct::Wrong && self.settings.appeals {
				self.to_appeal.push(slash.id);
				return;
			}
		}
		self.people.all[place].slashed += slash.amount;
		self.book_attack(job, &slash.who, -(slash.amount as f64));
	}

	/// Counts `amount` if `who` attacked in `job`.
	pub(crate) fn book_attack(&mut self, job: JobId, who: &AccountId, amount: f64) {
		let attacks = |open: &&Open| open.attackers.contains(who);
		let Some(open) = self.open.get(&job).or(self.over.get(&job)).filter(attacks) else {
			return;
		};
		let strategy = self.people.strategy(who);
		let Some(group) = self.scenario.providers.iter().position(|(s, _)| *s == strategy) else {
			return;
		};
		let (review, story) = (open.review, &mut self.stories[open.story]);
		if review {
			story.review_gain += amount;
		} else {
			story.gains[group] = Some(story.gains[group].unwrap_or_default() + amount);
		}
	}

	fn story_of(&mut self, job: JobId) -> Option<&mut Story> {
		let open = self.open.get(&job).or(self.over.get(&job))?;
		self.stories.get_mut(open.story)
	}

	/// Looks at the jobs that are over, the reviews before what they review. Returns how many of
	/// them are not reviews.
	pub(crate) fn observe_ends(&mut self) -> usize {
		let jobs: Vec<JobId> = self.open.keys().rev().copied().collect();
		let mut ended = 0;
		for job in jobs {
			let record = self.record(job);
			if !record.state.is_terminal() {
				continue;
			}
			let Some(open) = self.open.remove(&job) else { continue };
			self.mark_attackers(&open);
			let quorum = Verification::committee(job).map(|it| usize::from(it.quorum));
			let mut word = quorum.and_then(|quorum| quorum_word(&open, quorum));
			let similar = match self.scenario.similar {
				true => self.similar_ending(job, &open, &record),
				false => None,
			};
			if let Some(ending) = &similar {
				word = ending.word;
			}
			if open.review {
				self.stories[open.story].reviewed = Some(word);
				self.book_review(job, open.story);
			} else {
				ended += 1;
			}
			let story = &self.stories[open.story];
			let expected = expected(story, &open, word);
			if !similar.map_or_else(|| expected.matches(&record), |ending| ending.matches) {
				self.report.mismatch(format!("{job}: {:?} is not {expected:?}", record.state));
			}
			self.report.ended(story.kind, open.review, word, &record, story.executed, story.paid);
			let settled = matches!(record.state, JobState::Settled { .. });
			// What was audited is not reviewed again.
			let contestable = settled && !open.review && !story.audited;
			if contestable && self.is_doubted(story) {
				self.to_doubt.push(job);
			}
			self.over.insert(job, open);
		}
		ended
	}

	/// Everyone who attacked takes part in the statistics, though nothing may have been paid or
	/// slashed.
	fn mark_attackers(&mut self, open: &Open) {
		for who in open.attackers.iter().filter(|_| !open.review) {
			let strategy = self.people.strategy(who);
			let group = self.scenario.providers.iter().position(|(s, _)| *s == strategy);
			let story = &mut self.stories[open.story];
			if let Some(gain) = group.and_then(|group| story.gains.get_mut(group)) {
				gain.get_or_insert(0.0);
			}
		}
	}

	/// Adds everything up and holds it against the balances.
	pub(crate) fn close_books(&mut self) {
		for (place, provider) in self.people.all.iter().enumerate() {
			let now = wealth(&provider.who) - self.people.pending(place);
			if provider.before + provider.paid != now + provider.slashed {
				let who = &provider.who;
				self.report.mismatch(format!("the books of {who} are not its balance"));
			}
		}
		let mut groups: BTreeMap<usize, Group> = BTreeMap::new();
		for (group, (strategy, _)) in self.scenario.providers.iter().enumerate() {
			let mut sum = Group::new(*strategy);
			for provider in self.people.all.iter().filter(|it| it.strategy == *strategy) {
				sum.add(provider, self.settings.cost);
			}
			for story in &self.stories {
				let Some(gain) = story.gains[group] else { continue };
				let (pay, review) = (story.pay as f64, story.review_gain);
				sum.attacks.add((gain + review) / pay);
				if let Some((what, expected)) = self.unanswered(*strategy, story) {
					self.report.count(what, -gain / pay, expected, 0.0);
				}
				let Some(lie) = self.lie(*strategy, story) else {
					sum.expected.add((gain + review) / pay);
					continue;
				};
				sum.expected.add(lie.expected);
				let (gain, seats) = (gain / pay, f64::from(story.executors));
				let is = |of_one: f64| (gain - seats * of_one).abs() < 1e-6;
				let (caught, shown) = (is(-lie.loss), is(1.0 - lie.loss));
				self.report.trial("lie of a whole committee: caught", lie.caught, caught);
				if lie.shown > 0.0 {
					let label = "lie of a whole committee: caught by its canary";
					self.report.trial(label, lie.shown, shown);
				}
				if !caught && !shown && !is(1.0) {
					self.report.mismatch(format!("a lie gained {gain} pays"));
				}
			}
			if *strategy == Strategy::Accuse {
				self.accusations().for_each(|gain| {
					sum.attacks.add(gain);
					sum.expected.add(gain);
				});
			}
			groups.insert(group, sum);
		}
		self.report.groups = groups.into_values().collect();
	}

	/// What an attack loses, in pays, that consists in not answering; that is no matter of chance.
	fn unanswered(&self, strategy: Strategy, story: &Story) -> Option<(&'static str, f64)> {
		let terms = settings::terms(1.0);
		let (what, seats, share) = match strategy {
			Strategy::Silent => {
				let silent = |who: &&AccountId| self.people.strategy(who) == Strategy::Silent;
				let seats = story.seats.iter().filter(silent).count();
				("pays lost by silence", seats as f64, settings::silent_share())
			},
			Strategy::BackOut if story.first < 3 => {
				("pays lost by withholding", f64::from(story.first), terms.withheld)
			},
			_ => return None,
		};
		Some((what, -seats * terms.silence(share)))
	}

	/// What follows from a lie of a whole first committee; `None` for other attacks.
	fn lie(&self, strategy: Strategy, story: &Story) -> Option<Lie> {
		let seats = f64::from(story.executors);
		if !story.lied || story.first < story.executors.into() {
			return None;
		}
		let mut terms = settings::terms(1.0);
		let audit = settings::audit_rate(story.executors);
		terms.audit = formulas::audit_after_skips(audit, self.scenario.authored);
		if let Demand::Canaries { percent } = self.scenario.demand {
			terms.shown = f64::from(percent) / 100.0;
		}
		match strategy {
			Strategy::Collude { .. } | Strategy::Bide { withhold: false } => Some(Lie {
				expected: seats * terms.revealing(story.escape),
				caught: terms.audit * (1.0 - story.escape),
				shown: (1.0 - terms.audit) * terms.shown * (1.0 - story.escape),
				loss: terms.risk,
			}),
			Strategy::Withhold | Strategy::Bide { withhold: true } => Some(Lie {
				expected: seats * terms.withholding(),
				caught: terms.audit,
				shown: 0.0,
				loss: terms.risk * terms.withheld,
			}),
			_ => None,
		}
	}
}

/// What follows from a lie of a whole first committee, in pays.
struct Lie {
	/// What it gains in expectation, over whether it is audited and who sits in the audit. What
	/// happens to the adversary's own seats in the audit is left out: they lose.
	expected: f64,
	/// The chance that it is caught; otherwise each seat is paid.
	caught: f64,
	/// The chance that it is paid, and a canary shows it after that.
	shown: f64,
	/// What each seat loses then.
	loss: f64,
}

/// What at least `quorum` seats said.
fn quorum_word(open: &Open, quorum: usize) -> Option<Word> {
	let mut counts = BTreeMap::<Word, usize>::new();
	for word in open.words.values() {
		*counts.entry(*word).or_default() += 1;
	}
	counts.into_iter().find(|(_, count)| *count >= quorum).map(|(word, _)| word)
}

/// How a job has to end.
#[derive(Debug)]
enum Expected {
	Settled(Box<Answer>),
	Invalid(Invalidity),
	Refunded(&'static [RefundReason]),
}

impl Expected {
	fn matches(&self, record: &Job<AccountId>) -> bool {
		match (self, &record.state) {
			(Self::Settled(expected), JobState::Settled { answer, .. }) => **expected == *answer,
			(Self::Invalid(expected), JobState::Invalid { why, .. }) => expected == why,
			(Self::Refunded(expected), JobState::Refunded { reason, .. }) => {
				expected.contains(reason)
			},
			_ => false,
		}
	}
}

fn expected(story: &Story, open: &Open, word: Option<Word>) -> Expected {
	use RefundReason::*;
	match story.kind {
		Kind::Unclaimable => return Expected::Refunded(&[NoCommittee]),
		Kind::Cancelled => return Expected::Refunded(&[Cancelled]),
		_ => {},
	}
	let Some(word) = word else { return Expected::Refunded(&[Silence, Disagreement]) };
	if !open.review && story.audited {
		if let Some(Some(other)) = story.reviewed {
			if other != word {
				return Expected::Refunded(&[Overruled]);
			}
		}
	}
	match answers::response(story.input, word, &tercet_primitives::ItemSet::first(1)) {
		Response::Result(answer) => Expected::Settled(Box::new(answer)),
		Response::Invalid(why) => Expected::Invalid(why),
	}
}
