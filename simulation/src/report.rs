//! What a simulation found.

use tercet_primitives::{Balance, Job, JobState};
use tercet_runtime::AccountId;

use crate::{
	answers::Word,
	people::Provider,
	scenario::{Scenario, Strategy},
	settings,
	tally::{Sample, Tally},
	world::Kind,
};

/// What one simulation found.
#[derive(Clone, Debug)]
pub struct Report {
	/// Its scenario.
	pub scenario: String,
	/// Jobs in all, reviews not counted.
	pub jobs: u64,
	/// What was counted, in the order in which it was first met.
	pub tallies: Vec<(String, Tally)>,
	/// The adversary's share of the weight in draws.
	pub adversarial: Sample,
	/// Everyone, by strategy.
	pub groups: Vec<Group>,
	/// Jobs by how they ended, reviews not counted.
	pub outcomes: Outcomes,
	/// What requesters paid and made others run, by what they meant to do.
	pub demand: Vec<(Kind, Bill)>,
	/// Slashes of providers that told the truth, and their sum.
	pub wrongful: (u64, Balance),
	/// What did not end as the rules say, or does not add up.
	pub mismatches: Vec<String>,
}

/// Jobs by how they ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcomes {
	/// With the right answer, or rightly as invalid.
	pub right: u64,
	/// With a wrong answer.
	pub wrong: u64,
	/// With a refund.
	pub refunded: u64,
}

/// What requesters paid, in planck.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bill {
	/// Jobs.
	pub jobs: u64,
	/// All that they cost the requester, with the reviews it asked for.
	pub cost: Balance,
	/// What of it the treasury gave back.
	pub reimbursed: Balance,
	/// What executors ran for it, at its price.
	pub executed: Balance,
	/// What executors were paid.
	pub paid: Balance,
}

/// Everyone with one strategy. Money is in planck.
#[derive(Clone, Debug)]
pub struct Group {
	/// The strategy.
	pub strategy: Strategy,
	/// How many.
	pub size: u64,
	/// Paid to them.
	pub paid: Balance,
	/// Slashed from them.
	pub slashed: Balance,
	/// What they ran costs them.
	pub spent: f64,
	/// What the least successful one earned in the end.
	pub least: f64,
	/// Gain of each attack over honest work that earns nothing, in the pay of one executor.
	pub attacks: Sample,
	/// The same, with the mean over audits in place of the audit that happened or not.
	pub expected: Sample,
}

impl Group {
	pub(crate) fn new(strategy: Strategy) -> Self {
		Self {
			strategy,
			size: 0,
			paid: 0,
			slashed: 0,
			spent: 0.0,
			least: f64::INFINITY,
			attacks: Sample::default(),
			expected: Sample::default(),
		}
	}

	pub(crate) fn add(&mut self, provider: &Provider, cost: f64) {
		let spent = cost * provider.executed as f64;
		self.size += 1;
		self.paid += provider.paid;
		self.slashed += provider.slashed;
		self.spent += spent;
		self.least = self.least.min(provider.paid as f64 - provider.slashed as f64 - spent);
	}

	/// What they earned in the end, all together.
	pub fn profit(&self) -> f64 {
		self.paid as f64 - self.slashed as f64 - self.spent
	}
}

impl Report {
	pub(crate) fn new(scenario: &Scenario) -> Self {
		Self {
			scenario: scenario.name.clone(),
			jobs: scenario.jobs,
			tallies: Vec::new(),
			adversarial: Sample::default(),
			groups: Vec::new(),
			outcomes: Outcomes::default(),
			demand: Vec::new(),
			wrongful: (0, 0),
			mismatches: Vec::new(),
		}
	}

	fn tally(&mut self, label: &str) -> &mut Tally {
		let place = self.tallies.iter().position(|(name, _)| name == label);
		let place = place.unwrap_or_else(|| {
			self.tallies.push((label.into(), Tally::default()));
			self.tallies.len() - 1
		});
		&mut self.tallies[place].1
	}

	pub(crate) fn trial(&mut self, label: &str, chance: f64, happened: bool) {
		self.tally(label).trial(chance, happened);
	}

	pub(crate) fn count(&mut self, label: &str, outcome: f64, expected: f64, variance: f64) {
		self.tally(label).count(outcome, expected, variance);
	}

	pub(crate) fn share(&mut self, share: f64) {
		self.adversarial.add(share);
	}

	pub(crate) fn wrongful(&mut self, amount: Balance) {
		self.wrongful.0 += 1;
		self.wrongful.1 += amount;
	}

	pub(crate) fn mismatch(&mut self, what: String) {
		self.mismatches.push(what);
	}

	/// Counts what a requester got back for a review.
	pub(crate) fn reimbursed(&mut self, kind: Kind, amount: Balance) {
		if let Some((_, bill)) = self.demand.iter_mut().find(|(known, _)| *known == kind) {
			bill.reimbursed += amount;
		}
	}

	/// Counts a job that is over, whose committee agreed on `word`.
	pub(crate) fn ended(
		&mut self,
		kind: Kind,
		review: bool,
		word: Option<Word>,
		job: &Job<AccountId>,
		executed: Balance,
		paid: Balance,
	) {
		let place = self.demand.iter().position(|(known, _)| *known == kind);
		let place = place.unwrap_or_else(|| {
			self.demand.push((kind, Bill::default()));
			self.demand.len() - 1
		});
		let bill = &mut self.demand[place].1;
		// Audits are the treasury's, all other reviews the requester's.
		if !review || matches!(kind, Kind::Challenged | Kind::Canary | Kind::FalseCanary) {
			bill.cost += job.escrow - job.state.statement().refunded;
		}
		if review {
			return;
		}
		bill.jobs += 1;
		bill.executed += executed;
		bill.paid += paid;
		match (&job.state, word) {
			(JobState::Refunded { .. }, _) => self.outcomes.refunded += 1,
			// Near ones have run the model: it is their fingerprint that is not what it should be.
			(_, Some(Word::Right | Word::Near(_))) => self.outcomes.right += 1,
			_ => self.outcomes.wrong += 1,
		}
	}

	/// Everything that is not as it should be: frequencies off their formulas, jobs that ended
	/// otherwise than the rules say, honest participants who lost money, attackers who gained.
	pub fn failures(&self) -> Vec<String> {
		let mut failures = self.breaches();
		for (label, tally) in self.deviations() {
			failures.push(format!(
				"{label}: {} observed, {:.1} expected, {:.1} standard deviations",
				tally.observed,
				tally.expected,
				tally.sigmas(),
			));
		}
		failures
	}

	/// The frequencies that are off their formulas. One in 370 is by chance.
	pub fn deviations(&self) -> impl Iterator<Item = &(String, Tally)> {
		self.tallies.iter().filter(|(_, tally)| !tally.holds())
	}

	/// Everything else that is not as it should be.
	pub fn breaches(&self) -> Vec<String> {
		let mut failures = self.mismatches.clone();
		let honest = self.groups.iter().all(|group| group.strategy.is_honest());
		if honest && self.wrongful.0 > 0 {
			failures.push(format!("{} slashes where everybody is honest", self.wrongful.0));
		}
		for group in &self.groups {
			let name = group.strategy.name();
			if group.strategy.is_honest() && group.least < 0.0 {
				failures.push(format!("{name}: one lost {:.0} planck", -group.least));
			}
			if !group.strategy.is_honest()
				&& group.expected.size > 0
				&& group.expected.upper() >= 0.0
			{
				let (mean, error) = (group.expected.mean(), group.expected.error());
				failures.push(format!("{name}: an attack gains {mean:.3} ± {error:.3} pays"));
			}
		}
		for (kind, bill) in &self.demand {
			let pay = settings::pay();
			let griefs = matches!(kind, Kind::Refused | Kind::Challenged | Kind::FalseCanary);
			if griefs && bill.cost < bill.reimbursed + pay / 10 * Balance::from(bill.jobs) {
				failures.push(format!("{kind:?}: griefing is free"));
			}
			if matches!(kind, Kind::Unclaimable | Kind::Cancelled) && bill.executed > 0 {
				failures.push(format!("{kind:?}: somebody ran it"));
			}
		}
		failures
	}
}
