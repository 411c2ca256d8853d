//! Which token comes next.
//!
//! Logits go through repetition penalty, the ban of end tokens, temperature, `top_k` and `top_p`, in
//! this order, as in transformers. Then one uniform number u is drawn, even where one token is left:
//! the tokens that are left are sorted by falling logit (the lower token first among equals), and the
//! first whose cumulative probability exceeds u is taken; the last one, should rounding leave none.
//! Probabilities are 64-bit floats.

use crate::{
	numbers::{argmax, softmax},
	random::Random,
};

/// How tokens are chosen.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Sampling {
	/// Draw, instead of taking the most probable.
	pub draw: bool,
	/// Divides logits; above 0.
	pub temperature: f32,
	/// Keep so many of the most probable tokens, and those as probable as the last; 0 keeps all.
	pub top_k: usize,
	/// Keep the shortest run of the most probable tokens whose probabilities reach this.
	pub top_p: f64,
	/// Divides positive and multiplies negative logits of tokens that are there already.
	pub repetition_penalty: f32,
}

impl Sampling {
	/// The token after `history`. `banned` tokens cannot come.
	pub fn next(
		&self,
		logits: &mut [f32],
		history: &[u32],
		banned: &[u32],
		random: &mut Random,
	) -> u32 {
		self.penalize(logits, history);
		for token in banned {
			if let Some(logit) = logits.get_mut(*token as usize) {
				*logit = f32::NEG_INFINITY;
			}
		}
		// A vocabulary has fewer than 2³² tokens, so positions are tokens.
		if !self.draw {
			return argmax(logits) as u32;
		}
		logits.iter_mut().for_each(|logit| *logit /= self.temperature);
		self.draw(logits, random) as u32
	}

	fn penalize(&self, logits: &mut [f32], history: &[u32]) {
		if self.repetition_penalty == 1.0 {
			return;
		}
		let mut seen = history.to_vec();
		seen.sort_unstable();
		seen.dedup();
		for token in seen {
			if let Some(logit) = logits.get_mut(token as usize) {
				if *logit < 0.0 {
					*logit *= self.repetition_penalty;
				} else {
					*logit /= self.repetition_penalty;
				}
			}
		}
	}

	fn draw(&self, logits: &[f32], random: &mut Random) -> usize {
		let mut tokens: Vec<(usize, f32)> = logits.iter().copied().enumerate().collect();
		tokens.retain(|(_, logit)| !logit.is_nan());
		// Stable, so the lower of equals stays first.
		tokens.sort_by(|(_, a), (_, b)| b.total_cmp(a));
		// Those equal to the last that is kept are kept, too.
		let last = self.top_k.checked_sub(1).and_then(|last| tokens.get(last)).copied();
		if let Some((_, least)) = last {
			tokens.retain(|(_, logit)| *logit >= least);
		}
		let probabilities = |tokens: &[(usize, f32)]| {
			softmax(&tokens.iter().map(|(_, logit)| *logit).collect::<Vec<_>>())
		};
		if self.top_p < 1.0 {
			let mut sum = 0.0;
			let reached = probabilities(&tokens).iter().position(|probability| {
				sum += probability;
				sum >= self.top_p
			});
			tokens.truncate(reached.map_or(tokens.len(), |last| last + 1));
		}
		let u = random.uniform();
		let mut sum = 0.0;
		for ((token, _), probability) in tokens.iter().zip(probabilities(&tokens)) {
			sum += probability;
			if sum > u {
				return *token;
			}
		}
		tokens.last().map_or(0, |(token, _)| *token)
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn sampling() -> Sampling {
		Sampling { draw: true, temperature: 1.0, top_k: 0, top_p: 1.0, repetition_penalty: 1.0 }
	}

	/// How often each token comes in 20,000 draws.
	fn shares(sampling: &Sampling, logits: &[f32]) -> Vec<f64> {
		let mut random = Random::new(Some(5), [0; 32]);
		let mut counts = vec![0.0; logits.len()];
		for _ in 0..20_000 {
			counts[sampling.next(&mut logits.to_vec(), &[], &[], &mut random) as usize] += 1.0;
		}
		counts.iter().map(|count| count / 20_000.0).collect()
	}

	fn assert_close(found: &[f64], expected: &[f64]) {
		let close = found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 0.015);
		assert!(close, "{found:?}, expected {expected:?}");
	}

	fn logits(probabilities: &[f32]) -> Vec<f32> {
		probabilities.iter().map(|p| p.ln()).collect()
	}

	#[test]
	fn next_follows_the_distribution_when_it_draws() {
		let logits = logits(&[0.1, 0.4, 0.3, 0.2]);
		assert_close(&shares(&sampling(), &logits), &[0.1, 0.4, 0.3, 0.2]);
		let two = Sampling { top_k: 2, ..sampling() };
		assert_close(&shares(&two, &logits), &[0.0, 4.0 / 7.0, 3.0 / 7.0, 0.0]);
		let most = Sampling { top_p: 0.75, ..sampling() };
		assert_close(&shares(&most, &logits), &[0.0, 4.0 / 9.0, 3.0 / 9.0, 2.0 / 9.0]);
		let cold = Sampling { temperature: 0.5, ..sampling() };
		assert_close(&shares(&cold, &logits), &[1.0 / 30.0, 16.0 / 30.0, 9.0 / 30.0, 4.0 / 30.0]);
		let one = Sampling { top_p: 0.001, ..sampling() };
		assert_close(&shares(&one, &logits), &[0.0, 1.0, 0.0, 0.0]);
	}

	#[test]
	fn next_takes_the_lower_token_when_logits_are_equal() {
		let one = Sampling { top_p: 0.1, ..sampling() };
		assert_eq!(shares(&one, &[0.0, 1.0, 1.0]), [0.0, 1.0, 0.0]);
		let greedy = Sampling { draw: false, ..sampling() };
		assert_eq!(shares(&greedy, &[0.0, 1.0, 1.0]), [0.0, 1.0, 0.0]);
	}

	#[test]
	fn next_keeps_all_of_the_last_equals_when_only_some_are_asked_for() {
		let one = Sampling { top_k: 1, ..sampling() };
		assert_close(&shares(&one, &[0.0, 1.0, 1.0]), &[0.0, 0.5, 0.5]);
	}

	#[test]
	fn next_shuns_repetitions_and_bans_when_asked() {
		let greedy = Sampling { draw: false, repetition_penalty: 2.0, ..sampling() };
		let next = |history: &[u32], banned: &[u32]| {
			let mut logits = [3.0, 2.0, -1.0, -1.5];
			greedy.next(&mut logits, history, banned, &mut Random::new(None, [0; 32]))
		};
		assert_eq!(next(&[], &[]), 0);
		assert_eq!(next(&[0, 0], &[]), 1);
		assert_eq!(next(&[0], &[1, 99]), 0);
		assert_eq!(next(&[2], &[0, 1]), 3);
	}

	#[test]
	fn next_draws_one_number_when_one_token_is_left() {
		let mut random = Random::new(Some(1), [0; 32]);
		let mut other = random.clone();
		Sampling { top_k: 1, ..sampling() }.next(&mut [1.0, 0.0], &[], &[], &mut random);
		other.uniform();
		assert_eq!(random.uniform(), other.uniform());
	}

	#[test]
	fn next_returns_a_token_when_no_logit_is_a_number() {
		let mut random = Random::new(Some(1), [0; 32]);
		assert_eq!(sampling().next(&mut [f32::NAN; 3], &[], &[], &mut random), 0);
		let mut none = [f32::NEG_INFINITY; 3];
		assert!(sampling().next(&mut none, &[], &[], &mut random) < 3);
	}
}
