//! The rule that turns distances into a threshold, or into a refusal.
//!
//! 1. The *lowest* threshold that is safe for the honest: no smaller than any distance measured
//!    between two settings, and such that a job of [`MAX_ITEMS`] items in which two honest executors
//!    disagree on any is rarer than [`Rule::false_reject`], for the worst pair of settings. The
//!    chance for an item comes from the angles between the measured feature vectors, so it reaches
//!    far below what counting could show; for the job it is multiplied by the number of items, which
//!    holds however items depend on each other.
//! 2. The *highest* threshold that something cheaper does not pass: the share of jobs of
//!    [`Rule::job_items`] items in which all are within it is at most [`Rule::false_accept`], for
//!    the worst pair of settings, averaged over seeds.
//! 3. The proposal is the geometric middle between the lowest and the least of the highest, counted
//!    from -1 so that zero has a place: machines that were not measured may be as many times further
//!    apart as cheaper variants nobody thought of may be closer. If the lowest exceeds the highest,
//!    there is no proposal.

use serde::Serialize;
use tercet_primitives::{FINGERPRINT_BITS, MAX_ITEMS};

use crate::analysis::Comparison;

/// Thresholds are below half of the bits, where unrelated answers are.
const MAX_DISTANCE: u16 = FINGERPRINT_BITS / 2 - 1;

/// What a threshold must achieve.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Rule {
	/// Items of the smallest job that it must protect.
	pub job_items: u32,
	/// Chance, at most, that two honest executors disagree on a job of [`MAX_ITEMS`] items.
	pub false_reject: f64,
	/// Chance, at most, that something cheaper passes a job of `job_items` items.
	pub false_accept: f64,
}

/// A threshold and what it achieves, for the worst pairs of settings.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Proposal {
	/// The threshold.
	pub max_distance: u16,
	/// Chance that two honest executors disagree on one item.
	pub false_reject_item: f64,
	/// The same for a job of the rule's items; an upper bound.
	pub false_reject_job: f64,
	/// The same for a job of [`MAX_ITEMS`] items; an upper bound.
	pub false_reject_largest: f64,
	/// Chance that one item of the closest cheaper thing passes.
	pub false_accept_item: f64,
	/// Chance that all items of a job of the rule's items pass.
	pub false_accept_job: f64,
}

/// Why there is no threshold.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Refusal {
	/// There is nothing to compare.
	#[error("one setting says nothing about the spread between honest machines")]
	OneSetting,
	/// Honest machines are as far apart as unrelated answers.
	#[error("honest machines are too far apart for any threshold")]
	HonestTooFar,
	/// Honest machines are further apart than something cheaper is from them.
	#[error(
		"{} cannot be told apart in jobs of {items} items: honest machines need a distance of \
		 {lowest}, and {}",
		names(.0), limits(.0), items = .1, lowest = .2
	)]
	Inseparable(Vec<(String, Option<u16>)>, u32, u16),
}

fn names(others: &[(String, Option<u16>)]) -> String {
	let names: Vec<&str> = others.iter().map(|(name, _)| name.as_str()).collect();
	names.join(", ")
}

fn limits(others: &[(String, Option<u16>)]) -> String {
	let limit = |(name, highest): &(String, Option<u16>)| match highest {
		Some(highest) => format!("{name} passes above {highest}"),
		None => format!("{name} passes even at 0"),
	};
	others.iter().map(limit).collect::<Vec<_>>().join(", ")
}

impl Rule {
	/// The lowest threshold that is safe for the honest.
	pub fn lowest(&self, honest: &Comparison) -> Option<u16> {
		let limit = self.false_reject / f64::from(MAX_ITEMS);
		let measured = honest.histogram().max();
		(measured..=MAX_DISTANCE).find(|distance| honest.beyond(*distance) <= limit)
	}

	/// The highest threshold that `other` does not pass in jobs of `items` items.
	pub fn highest(&self, other: &Comparison, items: u32) -> Option<u16> {
		let fails = |distance: &u16| other.jobs_within(*distance, items) > self.false_accept;
		(0..=MAX_DISTANCE).take_while(|distance| !fails(distance)).last()
	}

	/// The smallest job, of powers of two, in which `other` does not pass `lowest`.
	pub fn separates_from(&self, other: &Comparison, lowest: u16) -> Option<u32> {
		let mut sizes = (0..).map(|power| 1u32 << power).take_while(|items| *items <= MAX_ITEMS);
		sizes.find(|items| other.jobs_within(lowest, *items) <= self.false_accept)
	}

	/// A threshold for a variant whose honest answers are `honest`, that nothing in `others` passes.
	///
	/// # Errors
	/// [`Refusal`] if there is none.
	pub fn propose(&self, honest: &Comparison, others: &[Comparison]) -> Result<Proposal, Refusal> {
		if honest.pairs.is_empty() {
			return Err(Refusal::OneSetting);
		}
		let lowest = self.lowest(honest).ok_or(Refusal::HonestTooFar)?;
		let limits = others.iter().map(|other| (other, self.highest(other, self.job_items)));
		let limits: Vec<_> = limits.collect();
		let close =
			limits.iter().filter(|(_, highest)| highest.is_none_or(|highest| highest < lowest));
		let close: Vec<_> = close.map(|(other, highest)| (other.name.clone(), *highest)).collect();
		if !close.is_empty() {
			return Err(Refusal::Inseparable(close, self.job_items, lowest));
		}
		let highest = limits.iter().filter_map(|(_, highest)| *highest).min().unwrap_or(lowest);
		Ok(self.outcome(middle(lowest, highest), honest, others))
	}

	fn outcome(&self, distance: u16, honest: &Comparison, others: &[Comparison]) -> Proposal {
		let rejected = honest.beyond(distance);
		let in_job = |items: u32| (rejected * f64::from(items)).min(1.0);
		let accepted = |items: u32| {
			let shares = others.iter().map(|other| other.jobs_within(distance, items));
			shares.fold(0.0, f64::max)
		};
		Proposal {
			max_distance: distance,
			false_reject_item: rejected,
			false_reject_job: in_job(self.job_items),
			false_reject_largest: in_job(MAX_ITEMS),
			false_accept_item: accepted(1),
			false_accept_job: accepted(self.job_items),
		}
	}
}

/// The geometric middle of two distances, counted from -1 and rounded down.
fn middle(lowest: u16, highest: u16) -> u16 {
	let product = (u32::from(lowest) + 1) * (u32::from(highest) + 1);
	// At most the larger of the two: fits.
	(product.isqrt() - 1) as u16
}
