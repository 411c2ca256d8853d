//! Draws by weight without replacement, computed exactly.
//!
//! Give every ball an exponential clock that rings at the rate of its weight: the order in which the
//! clocks ring is the order of a draw one by one with probability proportional to weight. The clocks
//! are independent, so the number of black balls that have rung by a time is a sum of independent
//! events, and so is that of white ones. The draw of `m` balls ends when the `m`-th clock rings:
//!
//! ```text
//! P(j black) = ∫ P(white = m − j) · d P(black ≥ j)  +  P(black = j) · d P(white ≥ m − j)
//! ```
//!
//! over all times. The integral is a sum over a fine grid of times.

/// Steps of the grid. A chance is off by less than `10^-5`; the error falls with their square.
const STEPS: u32 = 1_024;

/// Weights of the balls of an urn: adversarial seats are black, honest ones white.
#[derive(Clone, Debug, Default)]
pub struct Urn {
	/// Weights of the black balls.
	pub black: Vec<f64>,
	/// Weights of the white balls.
	pub white: Vec<f64>,
}

impl Urn {
	/// An urn of equally heavy balls.
	pub fn equal(black: usize, white: usize) -> Self {
		Self { black: vec![1.0; black], white: vec![1.0; white] }
	}

	/// Share of the black balls in the whole weight; zero for an empty urn.
	pub fn share(&self) -> f64 {
		let (black, white) = (self.black.iter().sum::<f64>(), self.white.iter().sum::<f64>());
		if black > 0.0 {
			black / (black + white)
		} else {
			0.0
		}
	}

	/// Chances that `0, 1, …, draws` of that many balls drawn without replacement are black. All
	/// zero if there are fewer balls.
	pub fn composition(&self, draws: usize) -> Vec<f64> {
		let mut chances = vec![0.0; draws + 1];
		let balls = self.black.len() + self.white.len();
		if draws == 0 {
			chances[0] = 1.0;
		}
		if draws == 0 || balls < draws {
			return chances;
		}
		let mean = self.black.iter().chain(&self.white).sum::<f64>() / balls as f64;
		let mut before = (rung(&self.black, 0.0, draws), rung(&self.white, 0.0, draws));
		for step in 1..=STEPS {
			// At `u = 1` the time is infinite and every clock has rung. The clocks of an urn that is
			// not nearly emptied ring early, so the grid is finer there.
			let u = (f64::from(step) / f64::from(STEPS)).powi(2);
			let time = -(-u).ln_1p() / mean;
			let now = (rung(&self.black, time, draws), rung(&self.white, time, draws));
			for (black, chance) in chances.iter_mut().enumerate() {
				let white = draws - black;
				if black > 0 {
					let share = at_least(&now.0, black) - at_least(&before.0, black);
					*chance += share * (before.1[white] + now.1[white]) / 2.0;
				}
				if white > 0 {
					let share = at_least(&now.1, white) - at_least(&before.1, white);
					*chance += share * (before.0[black] + now.0[black]) / 2.0;
				}
			}
			before = now;
		}
		chances
	}
}

/// Chances that exactly `0, 1, …, most` of the clocks have rung by `time`.
fn rung(weights: &[f64], time: f64, most: usize) -> Vec<f64> {
	let mut chances = vec![0.0; most + 1];
	chances[0] = 1.0;
	for weight in weights {
		let silent = (-weight * time).exp();
		for count in (0..=most).rev() {
			let arrives = if count > 0 { chances[count - 1] * (1.0 - silent) } else { 0.0 };
			chances[count] = chances[count] * silent + arrives;
		}
	}
	chances
}

fn at_least(exactly: &[f64], count: usize) -> f64 {
	1.0 - exactly[..count].iter().sum::<f64>()
}

#[cfg(test)]
mod tests {
	use super::*;

	fn close(a: f64, b: f64) {
		assert!((a - b).abs() < 1e-5, "{a} is not {b}");
	}

	#[test]
	fn composition_is_hypergeometric_when_weights_are_equal() {
		let chances = Urn::equal(10, 20).composition(3);
		let all = 30.0 * 29.0 * 28.0;
		close(chances[0], 20.0 * 19.0 * 18.0 / all);
		close(chances[1], 3.0 * 10.0 * 20.0 * 19.0 / all);
		close(chances[2], 3.0 * 10.0 * 9.0 * 20.0 / all);
		close(chances[3], 10.0 * 9.0 * 8.0 / all);
	}

	#[test]
	fn composition_is_the_sum_over_orders_when_weights_differ() {
		let urn = Urn { black: vec![1.0, 4.0, 2.5], white: vec![3.0, 0.5, 2.0, 7.0] };
		let all: f64 = 20.0;
		let mut corrupt = 0.0;
		for (i, a) in urn.black.iter().enumerate() {
			for (j, b) in urn.black.iter().enumerate().filter(|(j, _)| *j != i) {
				for (_, c) in urn.black.iter().enumerate().filter(|(k, _)| *k != i && *k != j) {
					corrupt += a / all * b / (all - a) * c / (all - a - b);
				}
			}
		}
		let chances = urn.composition(3);
		close(chances[3], corrupt);
		close(chances.iter().sum(), 1.0);
		assert!(corrupt < urn.share().powi(3), "never more than the cube of the share");
	}

	#[test]
	fn composition_is_certain_when_every_ball_is_drawn() {
		let chances = Urn::equal(2, 3).composition(5);
		close(chances[2], 1.0);
		assert_eq!(Urn::equal(1, 1).composition(3), [0.0; 4]);
		assert_eq!(Urn::equal(1, 1).composition(0), [1.0]);
	}
}
