//! Draws and lotteries, held against the chances they had.

use tercet_primitives::{Committee, JobId, Stage};
use tercet_runtime::{AccountId, Verification};

use crate::{
	answers::Word,
	formulas,
	scenario::Strategy,
	settings,
	urn::Urn,
	world::{Open, Story, World},
};

impl World<'_> {
	/// Looks at the seats that were drawn at the end of this block, when providers had these
	/// weights.
	pub(crate) fn observe_draws(&mut self, weights: &[f64]) {
		let jobs: Vec<JobId> = self.open.keys().copied().collect();
		for job in jobs {
			let Some(committee) = Verification::committee(job) else { continue };
			let seats: Vec<_> = committee.seats.iter().map(|seat| seat.executor.clone()).collect();
			let open = &self.open[&job];
			if seats.len() == open.seats.len() {
				continue;
			}
			if open.seats.is_empty() && !open.review {
				self.observe_first(job, &seats, weights);
			} else {
				self.observe_fresh(job, &committee, weights);
			}
			let Some(open) = self.open.get_mut(&job) else { continue };
			let story = &mut self.stories[open.story];
			if open.review {
				story.reviewers.clone_from(&seats);
			} else {
				story.seats.clone_from(&seats);
			}
			open.seats = seats;
		}
	}

	/// The first three seats of a job: how many are the adversary's, and whether it lies now.
	fn observe_first(&mut self, job: JobId, seats: &[AccountId], weights: &[f64]) {
		let is_black = |strategy: Strategy| strategy.attacks_first();
		let black = seats.iter().filter(|who| is_black(self.people.strategy(who))).count() as u32;
		let story = &self.stories[self.open[&job].story];
		let urn = self.urn(
			weights,
			|who| self.is_passed_over(story, who),
			|place| is_black(self.people.all[place].strategy),
		);
		let chances = urn.composition(seats.len());
		let corrupt = chances.last().copied().unwrap_or_default();
		let authored = self.scenario.authored;
		self.report.share(urn.share());
		let all = formulas::ground(corrupt, authored);
		let executors = seats.len() as u32;
		let what = match executors {
			3 => "first committee".into(),
			few => format!("proven committee of {few}"),
		};
		let every = format!("{what}: every seat adversarial");
		self.report.trial(&every, all, black == executors);
		if authored == 0.0 && executors > 1 {
			let any = 1.0 - chances[0];
			self.report.trial(&format!("{what}: some seat adversarial"), any, black > 0);
		} else if authored > 0.0 {
			let again = authored * (1.0 - corrupt);
			let (mean, variance) = (again / (1.0 - again), again / (1.0 - again).powi(2));
			let skipped = f64::from(std::mem::take(&mut self.skipped));
			self.report.count("slots skipped for a draw", skipped, mean, variance);
		}

		let story = &mut self.stories[self.open[&job].story];
		story.first = black;
		let mut strategies = self.scenario.providers.iter().map(|(strategy, _)| strategy);
		let least = strategies.find_map(|strategy| strategy.lies_from(executors));
		story.lied = least.is_some_and(|least| black >= least);
		if black == executors {
			let left = self.urn(
				weights,
				|who| seats.contains(who),
				|place| is_black(self.people.all[place].strategy),
			);
			let story = self.open[&job].story;
			self.stories[story].escape = escape(&left);
		}
	}

	/// Fresh seats of an escalation or of a review: which quorums they make.
	fn observe_fresh(&mut self, job: JobId, committee: &Committee<AccountId>, weights: &[f64]) {
		let open = &self.open[&job];
		let story = &self.stories[open.story];
		let is_out = |who: &AccountId| {
			let seated = [&open.seats, &story.seats, &story.reviewers];
			seated.iter().any(|seats| seats.contains(who))
				|| !open.review && self.is_passed_over(story, who)
		};
		let word = |who: &AccountId| self.intent(job, who, committee);
		let mut lies = false;
		let urn = self.urn(weights, is_out, |place| {
			let word = word(&self.people.all[place].who);
			lies |= word == Some(Word::Wrong);
			word != Some(Word::Right)
		});
		let fresh = committee.seats.len() - open.seats.len();
		let chances = urn.composition(fresh);
		let (right, wrong) = (count(open, Word::Right), count(open, Word::Wrong));
		let quorum = usize::from(committee.quorum);
		let chance = |holds: &dyn Fn(usize) -> bool| -> f64 {
			chances.iter().enumerate().filter(|(black, _)| holds(*black)).map(|(_, c)| c).sum()
		};
		// Fewer than three accusers tell the truth, as `word` has it.
		let is_tame = |black: usize| self.has_accusers() && committee.round == 0 && black < 3;
		let is_right = |black: usize| is_tame(black) || right + fresh - black >= quorum;
		let is_wrong = |black: usize| lies && wrong + black >= quorum;
		let (right_chance, wrong_chance) = (chance(&is_right), chance(&is_wrong));
		let drawn = committee.seats.iter().skip(open.seats.len());
		let black = drawn.filter(|seat| word(&seat.executor) != Some(Word::Right)).count();

		// What stands near a threshold is another matter; see `observe_prints`.
		if self.has_near_ones() {
			return;
		}
		let (what, size) = (if open.review { "review" } else { "job" }, committee.seats.len());
		let label = |side| format!("{what} of {size} seats: {side} quorum");
		self.report.trial(&label("right"), right_chance, is_right(black));
		if lies {
			self.report.trial(&label("wrong"), wrong_chance, is_wrong(black));
		}
	}

	/// Whether a draw for this story passes over `who` for not being proven.
	fn is_passed_over(&self, story: &Story, who: &AccountId) -> bool {
		let place = self.people.place(who);
		let proven = place.and_then(|place| self.proven.get(place)).is_some_and(|proven| *proven);
		!self.proven.is_empty() && !proven && self.is_for_proven(story)
	}

	/// Everyone who is not out, black or white.
	fn urn(
		&self,
		weights: &[f64],
		is_out: impl Fn(&AccountId) -> bool,
		mut is_black: impl FnMut(usize) -> bool,
	) -> Urn {
		let mut urn = Urn::default();
		let people = self.people.all.iter().zip(weights).enumerate();
		for (place, (_, weight)) in people.filter(|(_, (provider, _))| !is_out(&provider.who)) {
			let side = if is_black(place) { &mut urn.black } else { &mut urn.white };
			side.push(*weight);
		}
		urn
	}

	/// Lotteries that were held at the end of this block.
	pub(crate) fn observe_lotteries(&mut self) {
		for (job, open) in &self.open {
			let held = open.stage == Some(Stage::Lottery) && !open.review;
			let Some(committee) = Verification::committee(*job).filter(|it| held && it.round == 0)
			else {
				continue;
			};
			// Not yet; or none, because too few have committed.
			let none = matches!(committee.stage, Stage::Lottery | Stage::Draw);
			if none || committee.decision.is_some() {
				continue;
			}
			let story = &mut self.stories[open.story];
			story.audited = committee.stage == Stage::Held;
			let authored = if story.lied { self.scenario.authored } else { 0.0 };
			let rate = settings::audit_rate(story.executors);
			let chance = formulas::audit_after_skips(rate, authored);
			let label = match story.executors {
				_ if authored > 0.0 => "audit of a lie".into(),
				3 => "audit".into(),
				few => format!("audit of a proven committee of {few}"),
			};
			self.report.trial(&label, chance, story.audited);
			if authored > 0.0 {
				self.skipped = 0;
			}
		}
	}
}

fn count(open: &Open, word: Word) -> usize {
	open.words.values().filter(|said| **said == word).count()
}

/// The chance that five seats drawn from `urn`, and two more if they are needed, do not make a
/// quorum against a lie of the black ones. The two more are drawn as if all seats of a colour had
/// their mean weight.
fn escape(urn: &Urn) -> f64 {
	let five = urn.composition(5);
	let mean = |weights: &[f64], gone: f64| {
		let left = (weights.len() as f64 - gone).max(0.0);
		(weights.iter().sum::<f64>() / weights.len().max(1) as f64, left)
	};
	let (black, blacks) = mean(&urn.black, 2.0);
	let (white, whites) = mean(&urn.white, 3.0);
	let mut saved = 1.0;
	for drawn in 0..2 {
		let left = white * (whites - f64::from(drawn));
		saved *= left / (left + black * blacks);
	}
	five[3..].iter().sum::<f64>() + five[2] * (1.0 - saved)
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::formulas::{Drawn, Pool};

	#[test]
	fn escape_is_that_of_the_formula_when_weights_are_equal() {
		let pool = Pool::Equal { adversarial: 10, honest: 20 };
		let by_formula = formulas::escape(pool, Drawn { adversarial: 3, honest: 0 });
		assert!((escape(&Urn::equal(7, 20)) - by_formula).abs() < 1e-5);
	}
}
