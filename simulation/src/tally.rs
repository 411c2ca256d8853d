//! What was counted, and what the formulas said to expect.

/// Events that each had a known chance when they were decided: how often they happened, and how
/// often they should have.
///
/// Chances may depend on all that happened before (whom reputation has made less likely, who sits
/// already). The differences between an event and its chance are then a martingale's, so their sum
/// has mean zero and the sum of the variances, and is normal for many events.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tally {
	/// Trials.
	pub trials: u64,
	/// How often it happened.
	pub observed: f64,
	/// How often it should have.
	pub expected: f64,
	/// Variance of what is observed.
	pub variance: f64,
	/// Whether some trials had another outcome than that something happened or not.
	pub has_numbers: bool,
}

/// Chance that a normal number is more than three standard deviations above its mean.
const THREE_SIGMA: f64 = 0.001_35;

/// Variance below which a count of events is not normal enough.
const FEW: f64 = 10.0;

impl Tally {
	/// Counts one trial with the chance `chance`.
	pub fn trial(&mut self, chance: f64, happened: bool) {
		self.add(f64::from(happened), chance, chance * (1.0 - chance));
	}

	/// Counts one trial whose outcome is a number.
	pub fn count(&mut self, outcome: f64, expected: f64, variance: f64) {
		self.has_numbers = true;
		self.add(outcome, expected, variance);
	}

	fn add(&mut self, outcome: f64, expected: f64, variance: f64) {
		self.trials += 1;
		self.observed += outcome;
		self.expected += expected;
		self.variance += variance;
	}

	/// Standard deviations between what was observed and what should have been; infinite if there
	/// is a difference where none can be.
	pub fn sigmas(&self) -> f64 {
		let difference = self.observed - self.expected;
		if self.variance > 1e-9 {
			difference / self.variance.sqrt()
		} else if difference.abs() < 1e-6 {
			0.0
		} else {
			f64::INFINITY
		}
	}

	/// Whether it lies within three standard deviations. Few events are skewed: so many more or less
	/// are within reason as have at least the chance that three deviations leave to a normal number.
	pub fn holds(&self) -> bool {
		let few = self.variance > 1e-9 && self.variance < FEW && !self.has_numbers;
		self.sigmas().abs() <= 3.0 || few && self.tail() >= THREE_SIGMA
	}

	/// The chance of as many events as were observed, or as few, if each of the trials had the mean
	/// chance. Trials of different chances are less scattered (Hoeffding 1956), so this is no less
	/// than their own.
	fn tail(&self) -> f64 {
		let trials = self.trials as f64;
		// Whatever is rarer, and as many of it or more; or of it as few or less.
		let flip = self.expected * 2.0 > trials;
		let side = |count: f64| if flip { trials - count } else { count };
		let (observed, chance) = (side(self.observed), side(self.expected) / trials);
		let mut exactly = (1.0 - chance).powf(trials);
		let mut below = 0.0;
		for count in 0..observed as u64 {
			below += exactly;
			let count = count as f64;
			exactly *= (trials - count) / (count + 1.0) * chance / (1.0 - chance);
		}
		if observed > chance * trials {
			1.0 - below
		} else {
			below + exactly
		}
	}
}

/// A sample of numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sample {
	/// How many.
	pub size: u64,
	sum: f64,
	squares: f64,
}

impl Sample {
	/// Adds a number.
	pub fn add(&mut self, value: f64) {
		self.size += 1;
		self.sum += value;
		self.squares += value * value;
	}

	/// Their mean; zero if there is none.
	pub fn mean(&self) -> f64 {
		self.sum / self.size.max(1) as f64
	}

	/// Standard error of the mean; zero for fewer than two numbers.
	pub fn error(&self) -> f64 {
		if self.size < 2 {
			return 0.0;
		}
		let size = self.size as f64;
		let variance = (self.squares - self.sum * self.sum / size) / (size - 1.0);
		(variance.max(0.0) / size).sqrt()
	}

	/// The largest mean that is within three standard errors.
	pub fn upper(&self) -> f64 {
		self.mean() + 3.0 * self.error()
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn tally_holds_within_three_deviations_only() {
		let mut tally = Tally::default();
		(0..100).for_each(|number| tally.trial(0.5, number < 64));
		assert_eq!((tally.observed, tally.expected, tally.sigmas()), (64.0, 50.0, 2.8));
		assert!(tally.holds());
		(0..2).for_each(|_| tally.trial(0.5, true));
		assert!(tally.sigmas() > 2.9 && tally.holds());
		(0..2).for_each(|_| tally.trial(0.5, true));
		assert!(!tally.holds());
	}

	#[test]
	fn tally_fails_when_the_impossible_happens() {
		let mut tally = Tally::default();
		tally.trial(0.0, false);
		assert!(tally.holds());
		tally.trial(0.0, true);
		assert!(!tally.holds());
	}

	#[test]
	fn tally_follows_the_binomial_when_events_are_few() {
		let of = |events: u64, trials: u64, chance: f64| {
			let mut tally = Tally::default();
			(0..trials).for_each(|number| tally.trial(chance, number < events));
			tally
		};
		let few = of(3, 100, 0.005);
		assert!(few.sigmas() > 3.0 && few.holds());
		// By Poisson: P(X ≥ 3 | 0.5) = 0.0144; of the binomial it is a little less.
		assert!((few.tail() - 0.014).abs() < 0.001, "{}", few.tail());
		assert!(!of(5, 100, 0.005).holds());
		assert!(of(34, 40, 0.955).holds() && !of(30, 40, 0.955).holds());
		assert!((of(0, 10, 0.1).tail() - 0.9f64.powi(10)).abs() < 1e-12);
	}

	#[test]
	fn sample_has_mean_and_error() {
		let mut sample = Sample::default();
		[1.0, 2.0, 3.0, 4.0].into_iter().for_each(|value| sample.add(value));
		assert_eq!(sample.mean(), 2.5);
		assert!((sample.error() - (5.0f64 / 3.0 / 4.0).sqrt()).abs() < 1e-12);
		assert_eq!(Sample::default().upper(), 0.0);
	}
}
