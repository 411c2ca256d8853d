//! The outcome of a calibration, as scripts read it.

use serde::Serialize;
use tercet_primitives::Feature;

use crate::{
	analysis::{another_item, cheaper, honest, Comparison, Prepared},
	answers::Variant,
	proposal::{Proposal, Rule},
	Error,
};

/// Everything that was measured.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
	/// BLAKE2b-256 of the input file.
	pub input: String,
	/// Number of items in it.
	pub items: u32,
	/// What was fingerprinted.
	pub feature: Feature,
	/// Number of projection seeds.
	pub seeds: u32,
	/// Names of the machines whose answers are in.
	pub machines: Vec<String>,
	/// What a threshold must achieve.
	pub rule: Rule,
	/// The variants, the most expensive first.
	pub variants: Vec<VariantReport>,
}

/// One variant.
#[derive(Clone, Debug, Serialize)]
pub struct VariantReport {
	/// Its name.
	pub name: String,
	/// BLAKE2b-256 of its ONNX file.
	pub model: String,
	/// Settings that it was run under.
	pub settings: usize,
	/// Different answers that these gave.
	pub answers: usize,
	/// Distances between its own answers, over all pairs of settings.
	pub honest: Spread,
	/// The lowest threshold that is safe for the honest; `None` if none is.
	pub lowest: Option<u16>,
	/// Distances to what must not pass for it: the next cheaper variant first, answers to other
	/// items last.
	pub others: Vec<OtherReport>,
	/// The threshold, if there is one.
	pub proposal: Option<Proposal>,
	/// Why there is none.
	pub refusal: Option<String>,
}

/// What must not pass.
#[derive(Clone, Debug, Serialize)]
pub struct OtherReport {
	/// Its name.
	pub name: String,
	/// Distances to it.
	pub distances: Spread,
	/// The highest threshold that it does not pass in jobs of the rule's items.
	pub highest: Option<u16>,
	/// Items, in powers of two, of the smallest job in which it does not pass the lowest threshold.
	pub separates_from: Option<u32>,
}

/// A distribution of distances, in bits.
#[derive(Clone, Debug, Serialize)]
pub struct Spread {
	/// The smallest.
	pub min: u16,
	/// What one in a hundred does not exceed.
	pub p1: u16,
	/// The mean.
	pub mean: f64,
	/// The mean that the angles between feature vectors lead to expect.
	pub expected_mean: f64,
	/// What one in a hundred exceeds at most.
	pub p99: u16,
	/// The largest.
	pub max: u16,
	/// How often each distance from 0 on occurred.
	pub histogram: Vec<u64>,
}

impl Spread {
	fn of(comparison: &Comparison) -> Self {
		let histogram = comparison.histogram();
		Self {
			min: histogram.min(),
			p1: histogram.percentile(0.01),
			mean: histogram.mean(),
			expected_mean: comparison.expected_mean(),
			p99: histogram.percentile(0.99),
			max: histogram.max(),
			histogram: histogram.counts().to_vec(),
		}
	}
}

/// How to fingerprint and judge.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
	/// What is fingerprinted.
	pub feature: Feature,
	/// Number of projection seeds.
	pub seeds: u32,
	/// What a threshold must achieve.
	pub rule: Rule,
}

impl Report {
	/// Compares the answers of `variants`, the most expensive first, to the inputs with digest
	/// `input`. `tick` is called after each step; see [`Self::steps`].
	///
	/// # Errors
	/// [`Error::ResultsDiffer`].
	pub fn new(
		input: String,
		items: u32,
		variants: &[Variant],
		plan: Plan,
		tick: impl Fn(),
	) -> Result<Self, Error> {
		let Plan { feature, seeds, rule } = plan;
		let prepared: Vec<Prepared> =
			variants.iter().map(|variant| Prepared::new(variant, feature, seeds, &tick)).collect();
		let mut reports = Vec::with_capacity(variants.len());
		for (position, (variant, own)) in variants.iter().zip(&prepared).enumerate() {
			let honest = honest(own);
			let mut others = Vec::new();
			for other in prepared.iter().skip(position + 1) {
				others.push(cheaper(own, other)?);
			}
			others.extend(another_item(own));
			reports.push(judge(variant, own, &honest, &others, &rule));
			tick();
		}
		let mut machines: Vec<String> = variants
			.iter()
			.flat_map(|variant| variant.answers.runs.iter())
			.map(|(setting, _)| setting.machine.clone())
			.collect();
		machines.sort();
		machines.dedup();
		Ok(Self { input, items, feature, seeds, machines, rule, variants: reports })
	}

	/// Steps that [`Self::new`] takes.
	pub fn steps(variants: &[Variant]) -> u64 {
		variants.iter().map(|variant| variant.answers.distinct.len() as u64 + 1).sum()
	}
}

fn judge(
	variant: &Variant,
	own: &Prepared,
	honest: &Comparison,
	others: &[Comparison],
	rule: &Rule,
) -> VariantReport {
	let lowest = rule.lowest(honest).filter(|_| !honest.pairs.is_empty());
	let outcome = rule.propose(honest, others);
	let other = |other: &Comparison| OtherReport {
		name: other.name.clone(),
		distances: Spread::of(other),
		highest: rule.highest(other, rule.job_items),
		separates_from: lowest.and_then(|lowest| rule.separates_from(other, lowest)),
	};
	VariantReport {
		name: variant.name.clone(),
		model: variant.digest.clone(),
		settings: variant.answers.runs.len(),
		answers: own.answers(),
		honest: Spread::of(honest),
		lowest,
		others: others.iter().map(other).collect(),
		refusal: outcome.as_ref().err().map(ToString::to_string),
		proposal: outcome.ok(),
	}
}
