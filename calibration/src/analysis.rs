//! Distances between the answers of one variant, and from them to what must not pass for them.

use tercet_primitives::{hamming_distance, Feature, Fingerprint, ItemSet, FINGERPRINT_BITS, H256};
use tercet_tensors::fingerprint::{features, fingerprints};

use crate::{
	answers::Variant,
	statistics::{angle, binomial, Histogram},
	Error,
};

/// Name of the series that compares each item's answer with that to the item after it: what a
/// provider gets away with that answers without looking.
pub const ANOTHER_ITEM: &str = "another item's answer";

/// A variant's distinct answers, ready to be compared.
pub struct Prepared {
	name: String,
	/// How many settings gave each answer.
	counts: Vec<u64>,
	/// By answer and item: the feature vector.
	features: Vec<Vec<Vec<f32>>>,
	/// By answer, seed and item.
	fingerprints: Vec<Vec<Vec<Fingerprint>>>,
}

impl Prepared {
	/// Fingerprints the answers of `variant` under `seeds` seeds. `tick` is called after each
	/// answer.
	pub fn new(variant: &Variant, feature: Feature, seeds: u32, tick: impl Fn()) -> Self {
		let (mut vectors, mut prints) = (Vec::new(), Vec::new());
		for answer in &variant.answers.distinct {
			let items = ItemSet::first(answer.items());
			let single = items.iter().filter_map(|item| answer.item(item));
			vectors.push(single.map(|item| features(&item, feature)).collect());
			let by_seed = (0..seeds).filter_map(|seed| {
				let seed = H256::from_low_u64_be(seed.into());
				fingerprints(answer, &items, &items, feature, &seed)
			});
			prints.push(by_seed.collect());
			tick();
		}
		let counts = variant.answers.counts();
		Self { name: variant.name.clone(), counts, features: vectors, fingerprints: prints }
	}

	/// Number of distinct answers.
	pub fn answers(&self) -> usize {
		self.counts.len()
	}

	/// Components of an item's feature vector.
	fn length(&self) -> usize {
		self.features.first().and_then(|items| items.first()).map_or(0, Vec::len)
	}

	/// Distances of answer `a` to answer `b` of `other`, item by item; to the item after it if
	/// `shifted`.
	fn pair(&self, a: usize, other: &Self, b: usize, shifted: bool, settings: u64) -> Pair {
		let order = |items: usize| (0..items).map(move |i| (i, (i + usize::from(shifted)) % items));
		let vectors = (&self.features[a], &other.features[b]);
		let items = vectors.0.len();
		let mut expected = vec![0.0; usize::from(FINGERPRINT_BITS) + 1];
		for (i, j) in order(items) {
			let chances = binomial(angle(&vectors.0[i], &vectors.1[j]));
			for (sum, chance) in expected.iter_mut().zip(chances) {
				*sum += chance / items as f64;
			}
		}
		let seeds = self.fingerprints[a].iter().zip(&other.fingerprints[b]).map(|(a, b)| {
			let mut histogram = Histogram::default();
			order(items).for_each(|(i, j)| histogram.add(hamming_distance(&a[i], &b[j]), 1));
			histogram
		});
		Pair { settings, seeds: seeds.collect(), expected }
	}
}

/// Two answers, compared item by item.
#[derive(Clone, Debug)]
pub struct Pair {
	/// Pairs of settings that gave these two answers.
	pub settings: u64,
	/// By seed: the distances of all items.
	pub seeds: Vec<Histogram>,
	/// Chances of the distances `0..=256` for an item, from the angles of the feature vectors.
	pub expected: Vec<f64>,
}

impl Pair {
	/// Expected share of items further apart than `distance`.
	fn beyond(&self, distance: u16) -> f64 {
		self.expected.iter().skip(usize::from(distance) + 1).sum()
	}

	/// Share of jobs of `items` items, drawn from the inputs, of which every item is within
	/// `distance`: a job has one seed, so its items agree or differ together more often than by
	/// chance.
	fn jobs_within(&self, distance: u16, items: u32) -> f64 {
		// No more items than a job has: fits.
		let jobs = self.seeds.iter().map(|seed| seed.share_within(distance).powi(items as i32));
		jobs.sum::<f64>() / self.seeds.len().max(1) as f64
	}
}

/// All pairs of answers of one kind.
#[derive(Clone, Debug)]
pub struct Comparison {
	/// What is compared with.
	pub name: String,
	/// The pairs.
	pub pairs: Vec<Pair>,
}

impl Comparison {
	/// Distances of all items, seeds and pairs of settings.
	pub fn histogram(&self) -> Histogram {
		let mut histogram = Histogram::default();
		for pair in &self.pairs {
			pair.seeds.iter().for_each(|seed| histogram.merge(seed, pair.settings));
		}
		histogram
	}

	/// Mean distance that the angles between the feature vectors lead to expect.
	pub fn expected_mean(&self) -> f64 {
		let settings: u64 = self.pairs.iter().map(|pair| pair.settings).sum();
		let mean = |pair: &Pair| {
			let distances = (0u16..).zip(&pair.expected);
			distances.map(|(distance, chance)| f64::from(distance) * chance).sum::<f64>()
		};
		let sum: f64 = self.pairs.iter().map(|pair| mean(pair) * pair.settings as f64).sum();
		sum / settings.max(1) as f64
	}

	/// Expected share of items further apart than `distance`, for the pair of settings with the
	/// largest.
	pub fn beyond(&self, distance: u16) -> f64 {
		self.pairs.iter().map(|pair| pair.beyond(distance)).fold(0.0, f64::max)
	}

	/// Share of jobs of `items` items all of which are within `distance`, for the pair of settings
	/// with the largest: who cheats picks the setting.
	pub fn jobs_within(&self, distance: u16, items: u32) -> f64 {
		self.pairs.iter().map(|pair| pair.jobs_within(distance, items)).fold(0.0, f64::max)
	}
}

/// Answers of `variant` among themselves: all pairs of settings, equal answers included.
pub fn honest(variant: &Prepared) -> Comparison {
	let mut pairs = Vec::new();
	for (a, count) in variant.counts.iter().enumerate() {
		if *count > 1 {
			pairs.push(variant.pair(a, variant, a, false, count * (count - 1) / 2));
		}
		for (b, other) in variant.counts.iter().enumerate().skip(a + 1) {
			pairs.push(variant.pair(a, variant, b, false, count * other));
		}
	}
	Comparison { name: variant.name.clone(), pairs }
}

/// Answers of `variant` against those of the cheaper variant `other`.
///
/// # Errors
/// [`Error::ResultsDiffer`] if their feature vectors have different lengths.
pub fn cheaper(variant: &Prepared, other: &Prepared) -> Result<Comparison, Error> {
	if variant.length() != other.length() {
		return Err(Error::ResultsDiffer {
			a: variant.name.clone(),
			a_length: variant.length(),
			b: other.name.clone(),
			b_length: other.length(),
		});
	}
	let mut pairs = Vec::new();
	for (a, count) in variant.counts.iter().enumerate() {
		for (b, other_count) in other.counts.iter().enumerate() {
			pairs.push(variant.pair(a, other, b, false, count * other_count));
		}
	}
	Ok(Comparison { name: other.name.clone(), pairs })
}

/// Answers of `variant` against its own to other items; `None` if there is one item only.
pub fn another_item(variant: &Prepared) -> Option<Comparison> {
	let several = variant.features.first().is_some_and(|items| items.len() > 1);
	let pair = |(a, count): (usize, &u64)| variant.pair(a, variant, a, true, *count);
	several.then(|| Comparison {
		name: ANOTHER_ITEM.into(),
		pairs: variant.counts.iter().enumerate().map(pair).collect(),
	})
}
