//! Distances and how they are distributed.

use tercet_primitives::FINGERPRINT_BITS;

/// How often each distance occurred; distances are bits, `0..=256`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Histogram(Vec<u64>);

impl Histogram {
	/// Adds `count` occurrences of `distance`.
	pub fn add(&mut self, distance: u16, count: u64) {
		let position = usize::from(distance);
		if count > 0 && self.0.len() <= position {
			self.0.resize(position + 1, 0);
		}
		if let Some(entry) = self.0.get_mut(position) {
			*entry += count;
		}
	}

	/// Adds all of `other`, `times` times.
	pub fn merge(&mut self, other: &Self, times: u64) {
		for (distance, count) in other.iter() {
			self.add(distance, count * times);
		}
	}

	/// Distances that occurred, in rising order, and how often.
	pub fn iter(&self) -> impl Iterator<Item = (u16, u64)> + '_ {
		(0..)
			.zip(&self.0)
			.filter(|(_, count)| **count > 0)
			.map(|(distance, count)| (distance, *count))
	}

	/// Number of distances.
	pub fn total(&self) -> u64 {
		self.0.iter().sum()
	}

	/// The smallest distance; 0 if there is none.
	pub fn min(&self) -> u16 {
		self.iter().next().map_or(0, |(distance, _)| distance)
	}

	/// The largest distance; 0 if there is none.
	pub fn max(&self) -> u16 {
		self.iter().last().map_or(0, |(distance, _)| distance)
	}

	/// The mean distance; 0 if there is none.
	pub fn mean(&self) -> f64 {
		let sum: f64 =
			self.iter().map(|(distance, count)| f64::from(distance) * count as f64).sum();
		sum / self.total().max(1) as f64
	}

	/// The smallest distance that `share` of all do not exceed (nearest rank).
	pub fn percentile(&self, share: f64) -> u16 {
		let rank = (share * self.total() as f64).ceil().max(1.0);
		let mut seen = 0.0;
		let reached = |(_, count): &(u16, u64)| {
			seen += *count as f64;
			seen >= rank
		};
		let found = self.iter().find(reached).map(|(distance, _)| distance);
		found.unwrap_or_else(|| self.max())
	}

	/// Share of distances of at most `distance`; 1 if there is none.
	pub fn share_within(&self, distance: u16) -> f64 {
		let within = self.iter().take_while(|(found, _)| *found <= distance);
		let within: u64 = within.map(|(_, count)| count).sum();
		match self.total() {
			0 => 1.0,
			total => within as f64 / total as f64,
		}
	}

	/// Counts of the distances `0..=max`.
	pub fn counts(&self) -> &[u64] {
		&self.0
	}
}

/// Angle between two vectors of equal length, in half turns: the chance that a random hyperplane
/// comes between them, and so that one bit of their fingerprints differs. 1/2, a right angle, if only
/// one of them is zero; 0 if both are.
pub fn angle(a: &[f32], b: &[f32]) -> f64 {
	let norm = |v: &[f32]| v.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>().sqrt();
	let (norm_a, norm_b) = (norm(a), norm(b));
	if norm_a == 0.0 || norm_b == 0.0 {
		return if norm_a == norm_b { 0.0 } else { 0.5 };
	}
	// 2·atan2(|u − v|, |u + v|) of the unit vectors keeps its digits where acos(u·v) loses them all.
	let (mut apart, mut together) = (0.0, 0.0);
	for (a, b) in a.iter().zip(b) {
		let (a, b) = (f64::from(*a) / norm_a, f64::from(*b) / norm_b);
		apart += (a - b).powi(2);
		together += (a + b).powi(2);
	}
	2.0 * f64::atan2(apart.sqrt(), together.sqrt()) / std::f64::consts::PI
}

/// Chances of each distance `0..=256` when each bit differs with chance `chance`: the binomial
/// distribution.
pub fn binomial(chance: f64) -> Vec<f64> {
	let bits = usize::from(FINGERPRINT_BITS);
	let mut chances = vec![0.0; bits + 1];
	if chance <= 0.0 {
		chances[0] = 1.0;
		return chances;
	}
	if chance >= 1.0 {
		chances[bits] = 1.0;
		return chances;
	}
	let (hit, miss) = (chance.ln(), (-chance).ln_1p());
	let mut choose: f64 = 0.0;
	for (distance, entry) in chances.iter_mut().enumerate() {
		let (k, n) = (distance as f64, bits as f64);
		*entry = (choose + k * hit + (n - k) * miss).exp();
		choose += (n - k).ln() - (k + 1.0).ln();
	}
	chances
}
