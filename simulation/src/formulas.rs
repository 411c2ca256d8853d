//! The formulas of `docs/economics-verification.md`. Money is counted in the pay `P` of one executor
//! for one job unless said otherwise.

use tercet_primitives::Redundancy;

/// Where seats are drawn from, one by one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pool {
	/// So many seats that a draw changes nothing; this share of the weight is adversarial.
	Endless(f64),
	/// Seats of equal weight: this many adversarial ones among so many honest ones.
	Equal {
		/// Adversarial seats.
		adversarial: u32,
		/// Honest seats.
		honest: u32,
	},
}

impl Pool {
	/// The pool without `drawn`.
	pub fn without(self, drawn: Drawn) -> Self {
		match self {
			Self::Endless(_) => self,
			Self::Equal { adversarial, honest } => Self::Equal {
				adversarial: adversarial.saturating_sub(drawn.adversarial),
				honest: honest.saturating_sub(drawn.honest),
			},
		}
	}

	/// Chance that the next seat is adversarial.
	pub fn share(self) -> f64 {
		match self {
			Self::Endless(share) => share,
			Self::Equal { adversarial: 0, .. } => 0.0,
			Self::Equal { adversarial, honest } => {
				f64::from(adversarial) / (f64::from(adversarial) + f64::from(honest))
			},
		}
	}

	/// Chances that `0, 1, …, draws` of so many seats are adversarial, when `drawn` have gone before.
	pub fn composition(self, drawn: Drawn, draws: u32) -> Vec<f64> {
		let mut chances = vec![1.0];
		for count in 0..draws {
			let mut next = vec![0.0; chances.len() + 1];
			for (adversarial, chance) in (0u32..).zip(&chances) {
				let before = Drawn {
					adversarial: drawn.adversarial + adversarial,
					honest: drawn.honest + count - adversarial,
				};
				let share = self.without(before).share();
				next[adversarial as usize] += chance * (1.0 - share);
				next[adversarial as usize + 1] += chance * share;
			}
			chances = next;
		}
		chances
	}
}

/// Seats drawn so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Drawn {
	/// By the adversary.
	pub adversarial: u32,
	/// By others.
	pub honest: u32,
}

impl Drawn {
	/// All of them.
	pub fn seats(self) -> u32 {
		self.adversarial + self.honest
	}
}

/// What an adversary does with the seats of a committee that it does not hold alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Play {
	/// All its seats give one wrong answer.
	Lie,
	/// All its seats say nothing.
	Silence,
}

/// How a committee with these seats stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
	/// A quorum is right.
	Right,
	/// A quorum is wrong.
	Wrong,
	/// No quorum.
	Open,
}

impl Standing {
	/// The standing of `drawn`, when the adversary plays `play` and a quorum takes `quorum` seats.
	pub fn of(drawn: Drawn, play: Play, quorum: u32) -> Self {
		if drawn.honest >= quorum {
			Self::Right
		} else if drawn.adversarial >= quorum && play == Play::Lie {
			Self::Wrong
		} else {
			Self::Open
		}
	}
}

/// One way in which a committee may end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct End {
	/// Its chance.
	pub chance: f64,
	/// The seats at the end.
	pub drawn: Drawn,
	/// The standing at the end; open if the ladder has no rung left.
	pub standing: Standing,
}

/// Every way in which a committee may end that has `drawn` its seats so far and goes on from the
/// rung `next`, escalating from rung to rung as long as there is no quorum.
pub fn ends(pool: Pool, drawn: Drawn, play: Play, next: Option<Redundancy>) -> Vec<End> {
	let Some(rung) = next else {
		return vec![End { chance: 1.0, drawn, standing: Standing::Open }];
	};
	let fresh = u32::from(rung.executors) - drawn.seats();
	let mut all = Vec::new();
	for (adversarial, chance) in (0..).zip(pool.composition(drawn, fresh)) {
		let drawn = Drawn {
			adversarial: drawn.adversarial + adversarial,
			honest: drawn.honest + fresh - adversarial,
		};
		match Standing::of(drawn, play, rung.quorum.into()) {
			Standing::Open => {
				let after = ends(pool, drawn, play, rung.escalated());
				all.extend(after.into_iter().map(|end| End { chance: end.chance * chance, ..end }));
			},
			standing => all.push(End { chance, drawn, standing }),
		}
	}
	all
}

/// The chance that a committee ends like this.
pub fn chance(ends: &[End], standing: Standing) -> f64 {
	ends.iter().filter(|end| end.standing == standing).map(|end| end.chance).sum()
}

/// The redundancy of a review.
pub const REVIEW: Redundancy = Redundancy { executors: 5, quorum: 4 };

/// How the review of a committee with the seats `reviewed` ends, whose adversarial seats repeat the
/// wrong answer. The review of a wrong answer catches it if the standing is right.
pub fn review(pool: Pool, reviewed: Drawn) -> Vec<End> {
	ends(pool.without(reviewed), Drawn::default(), Play::Lie, Some(REVIEW))
}

/// What cheating depends on, besides the pool.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Terms {
	/// `κ`: what running the job costs an executor, in its pay; what a cheat saves.
	pub cost: f64,
	/// `ρ`: what a wrong executor is slashed.
	pub risk: f64,
	/// `ω`: share of the risk that an executor is slashed that does not open its commitment.
	pub withheld: f64,
	/// `a`: chance of an audit.
	pub audit: f64,
	/// `c`: chance that a wrong answer is shown by a canary or a challenge after the settlement.
	pub shown: f64,
}

impl Terms {
	/// Gain, per seat and over honest work, of a committee that is the adversary's alone, agrees on a
	/// wrong answer and reveals it come what may, when a review misses it with the chance `escape`.
	pub fn revealing(&self, escape: f64) -> f64 {
		self.cost - self.audit * (1.0 - escape) * (self.risk + 1.0) - self.exposed(escape)
	}

	/// The same if it does not open its commitments once it is held for an audit.
	pub fn withholding(&self) -> f64 {
		self.cost - self.audit * (self.withheld * self.risk + 1.0)
	}

	/// Gain of a seat that does not answer, whatever the others do, when that costs `share` of the
	/// risk: `σ` before a commitment, `ω` after it.
	pub fn silence(&self, share: f64) -> f64 {
		self.cost - 1.0 - share * self.risk
	}

	/// The better of the two: those who are audited know it while they are held.
	pub fn cheat(&self, escape: f64) -> f64 {
		self.revealing(escape).max(self.withholding() - self.exposed(escape))
	}

	/// What canaries and challenges cost it, if it is not audited.
	fn exposed(&self, escape: f64) -> f64 {
		(1.0 - self.audit) * self.shown * (1.0 - escape) * self.risk
	}

	/// The least `ρ` from which on such a cheat gains nothing; infinite if there is none.
	pub fn least_risk(&self, escape: f64) -> f64 {
		// The gain falls in `ρ`, as the smaller of two lines less a third.
		let shown = (1.0 - self.audit) * self.shown * (1.0 - escape);
		let zero = |fixed: f64, slope: f64| {
			let slope = self.audit * slope + shown;
			if slope > 0.0 {
				((self.cost - self.audit * fixed) / slope).max(0.0)
			} else {
				f64::INFINITY
			}
		};
		zero(1.0 - escape, 1.0 - escape).max(zero(1.0, self.withheld))
	}

	/// The least `a` from which on such a cheat gains nothing; may be more than one.
	pub fn least_audit(&self, escape: f64) -> f64 {
		let caught = ((1.0 - escape) * (self.risk + 1.0)).min(self.withheld * self.risk + 1.0);
		let shown = self.shown * (1.0 - escape) * self.risk;
		((self.cost - shown) / (caught - shown)).max(0.0)
	}

	/// Gain over honest work, per job drawn, of colluders who lie together when they hold at least
	/// `least` of the first three seats, in the pay of one executor.
	pub fn threshold(&self, pool: Pool, least: u32) -> f64 {
		let first = pool.composition(Drawn::default(), 3);
		(least..=3)
			.map(|adversarial| {
				let drawn = Drawn { adversarial, honest: 3 - adversarial };
				let chance = first[adversarial as usize];
				if adversarial == 3 {
					return chance * 3.0 * self.cheat(escape(pool, drawn));
				}
				let forgone = f64::from(adversarial) * (1.0 - self.cost);
				chance * (self.dispute(pool, drawn) - forgone)
			})
			.sum()
	}

	/// What liars get of an escalation that begins with the seats `drawn`.
	fn dispute(&self, pool: Pool, drawn: Drawn) -> f64 {
		ends(pool, drawn, Play::Lie, Redundancy::DEFAULT.escalated())
			.iter()
			.map(|end| {
				let seats = f64::from(end.drawn.adversarial);
				match end.standing {
					Standing::Wrong => end.chance * seats,
					Standing::Right => -end.chance * seats * self.risk,
					Standing::Open => 0.0,
				}
			})
			.sum()
	}

	/// What it costs the adversary to get one wrong answer of a committee of `executors` accepted,
	/// given a committee of its own: the expected loss for each that passes. Negative if it gains.
	pub fn price_of_a_lie(&self, executors: u32, escape: f64) -> f64 {
		let caught = self.audit * (1.0 - escape) + (1.0 - self.audit) * self.shown * (1.0 - escape);
		-f64::from(executors) * self.cheat(escape) / (1.0 - caught)
	}
}

/// The chance that the review of a wrong answer by `reviewed` does not catch it.
pub fn escape(pool: Pool, reviewed: Drawn) -> f64 {
	1.0 - chance(&review(pool, reviewed), Standing::Right)
}

/// The chance that a draw suits an adversary that authors the share `authored` of the blocks, skips
/// those whose draw does not suit, and would be suited by one draw with the chance `suits`.
pub fn ground(suits: f64, authored: f64) -> f64 {
	suits / (1.0 - authored * (1.0 - suits))
}

/// The slots that it skips for one such draw, on average.
pub fn skipped(suits: f64, authored: f64) -> f64 {
	authored * (1.0 - suits) / (1.0 - authored * (1.0 - suits))
}

/// The chance of an audit that is left of `audit` when the adversary skips the blocks it authors
/// that would audit it.
pub fn audit_after_skips(audit: f64, authored: f64) -> f64 {
	audit * (1.0 - authored) / (1.0 - authored * audit)
}

/// The chance that, of `window` slots, the adversary authors at least one after which it is not
/// audited: a committee of its own can time its last commitment for that slot.
pub fn timed(audit: f64, authored: f64, window: u32) -> f64 {
	1.0 - (1.0 - authored * (1.0 - audit)).powi(window as i32)
}

/// The audit rate that treasury share and fee of all jobs pay for: `share` and `royalty` of the
/// pay, `fee` in the pay of one executor.
pub fn funded_audit_rate(executors: f64, share: f64, royalty: f64, fee: f64) -> f64 {
	(executors * share + fee) / (f64::from(REVIEW.executors) * (1.0 + royalty))
}

/// What becomes of a right answer whose requester has it reviewed, while some of the reviewers are
/// its friends: at least three of five contradict, fewer tell the truth.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Alarm {
	/// The answer stands; all five are paid.
	pub upheld: f64,
	/// Nothing comes of it; nobody is paid.
	pub open: f64,
	/// The answer is overruled; the requester has the cost of the review back.
	pub overruled: f64,
	/// Friends who are paid then, on average over all alarms.
	pub paid: f64,
	/// Honest seats that are slashed then, those of the reviewed job included; on the same average.
	pub honest_slashed: f64,
}

impl Alarm {
	/// Over whose seats are drawn for the review from `pool`, of a job whose three are all honest.
	pub fn of(pool: Pool) -> Self {
		let pool = pool.without(Drawn { adversarial: 0, honest: 3 });
		let mut found = Self::default();
		let (executors, quorum) = (REVIEW.executors.into(), REVIEW.quorum.into());
		for (friends, chance) in (0..).zip(pool.composition(Drawn::default(), executors)) {
			let drawn = Drawn { adversarial: friends, honest: executors - friends };
			if friends < 3 {
				found.upheld += chance;
			} else if friends >= quorum {
				found.overrule(chance, drawn);
			} else {
				let both = pool.composition(drawn, 2)[2];
				found.open += chance * (1.0 - both);
				found.overrule(chance * both, Drawn { adversarial: 5, ..drawn });
			}
		}
		found
	}

	fn overrule(&mut self, chance: f64, drawn: Drawn) {
		self.overruled += chance;
		self.paid += chance * f64::from(drawn.adversarial);
		self.honest_slashed += chance * f64::from(3 + drawn.honest);
	}

	/// Gain of requester and friends together, in pays at `κ = 1`, when a review that is upheld costs
	/// `price` and one without quorum `fee`.
	pub fn gain(&self, price: f64, fee: f64) -> f64 {
		self.paid - self.upheld * price - self.open * fee
	}
}

/// Gain over honest work of a fresh executor of an escalation that copies a revealed answer, which
/// is the one that a quorum settles on with the chance `right`, and not that one with the chance
/// `wrong`.
pub fn copied(terms: &Terms, right: f64, wrong: f64) -> f64 {
	right - wrong * terms.risk - (1.0 - terms.cost)
}

#[cfg(test)]
mod tests {
	use super::*;

	fn close(a: f64, b: f64) {
		assert!((a - b).abs() < 1e-9, "{a} is not {b}");
	}

	const THIRD: Pool = Pool::Endless(0.33);

	#[test]
	fn composition_is_binomial_when_the_pool_is_endless() {
		let chances = THIRD.composition(Drawn::default(), 3);
		close(chances[3], 0.33f64.powi(3));
		close(chances[0], 0.67f64.powi(3));
		let finite = Pool::Equal { adversarial: 10, honest: 20 };
		close(finite.composition(Drawn::default(), 3)[3], 720.0 / 24_360.0);
	}

	#[test]
	fn ends_sum_to_one_for_every_play() {
		for play in [Play::Lie, Play::Silence] {
			let all = ends(THIRD, Drawn::default(), play, Some(Redundancy::DEFAULT));
			close(all.iter().map(|end| end.chance).sum(), 1.0);
		}
		let silent = ends(THIRD, Drawn::default(), Play::Silence, Some(REVIEW));
		close(chance(&silent, Standing::Wrong), 0.0);
	}

	#[test]
	fn escape_is_the_sum_over_five_and_seven_seats() {
		let f: f64 = 0.33;
		let h = 1.0 - f;
		let two = 10.0 * f.powi(2) * h.powi(3);
		let three = 10.0 * f.powi(3) * h.powi(2);
		let more = 5.0 * f.powi(4) * h + f.powi(5);
		let by_hand = more + three + two * (1.0 - h * h);
		close(escape(THIRD, Drawn { adversarial: 3, honest: 0 }), by_hand);
	}

	#[test]
	fn cheat_gains_nothing_at_the_least_risk_and_audit() {
		let terms = Terms { cost: 1.0, risk: 40.0, withheld: 0.5, audit: 0.03, shown: 0.001 };
		for escape in [0.0, 0.02, 0.4, 0.9] {
			let risk = terms.least_risk(escape);
			close(Terms { risk, ..terms }.cheat(escape), 0.0);
			let audit = terms.least_audit(escape);
			close(Terms { audit, ..terms }.cheat(escape), 0.0);
		}
		let never = Terms { audit: 0.0, shown: 0.0, ..terms };
		assert!(never.least_risk(0.1).is_infinite());
	}

	#[test]
	fn alarm_is_overruled_as_often_as_a_review_confirms_a_lie() {
		let alarm = Alarm::of(THIRD);
		close(alarm.upheld + alarm.open + alarm.overruled, 1.0);
		let confirmed = review(THIRD, Drawn { adversarial: 3, honest: 0 });
		close(alarm.overruled, chance(&confirmed, Standing::Wrong));
		assert_eq!(Alarm::of(Pool::Endless(0.0)).gain(5.0, 0.1), -5.0);
	}

	#[test]
	fn grinding_changes_nothing_when_the_adversary_authors_nothing() {
		close(ground(0.1, 0.0), 0.1);
		close(skipped(0.1, 0.0), 0.0);
		close(audit_after_skips(0.1, 0.0), 0.1);
		close(timed(0.1, 0.0, 100), 0.0);
		assert!(ground(0.1, 0.3) <= 0.1 / 0.7);
		assert!(timed(0.02, 0.1, 30) > 0.9);
	}
}
