//! The tables of `docs/economics-verification.md` on `Similar`, canaries, records and false alarms.

use pallet_job_market::params::MarketParams;
use pallet_provider_staking::{params::Parameters as StakingParams, Reputation};
use tercet_primitives::MILLI_TCT;

use crate::{
	figures::{default_terms, endless, pays, percent, table, ROYALTY, SHARES},
	formulas::{escape, Alarm, Drawn, Standing, Terms},
	prints::{within_of_cheaper, within_of_shifted, CHEAPER, MAX_DISTANCE, SPREAD},
	settings::treasury_share,
	votes::lone,
};

/// Pay of one run that the tables are for where it matters, in thousandths of a TCT.
const PAY: u128 = 10;

/// Share of its cost that the cheaper variant takes.
const CHEAPER_COST: f64 = 0.5;

/// The fee of a job, in pays.
fn fee(pay: u128) -> f64 {
	MarketParams::default().job_fee as f64 / (pay * MILLI_TCT) as f64
}

/// What a review of five seats costs who asks for it, in pays.
fn review_price() -> f64 {
	fee(PAY) + 5.0 * (1.0 + treasury_share() + ROYALTY)
}

/// What canaries add to the risk of a committee that lies.
pub fn canaries() -> String {
	let header = [
		"f",
		"lie and reveal, per seat, c = 1 %",
		"c = 10 %",
		"least c without audits",
		"what a canary that meets a lie costs the adversary, in P",
		"and the requester, in P",
	];
	table(
		&header,
		SHARES.map(|f| {
			let terms = default_terms(3);
			let whole = Drawn { adversarial: 3, honest: 0 };
			let escape = escape(endless(f), whole);
			let gain = |shown| pays(Terms { shown, ..terms }.revealing(escape));
			let ends = crate::formulas::review(endless(f), whole);
			let chance = |standing| crate::formulas::chance(&ends, standing);
			let lost = chance(Standing::Wrong) * review_price() + chance(Standing::Open) * fee(PAY);
			vec![
				format!("{f} %"),
				gain(0.01),
				gain(0.1),
				percent(terms.cost / ((1.0 - escape) * terms.risk)),
				format!("{:.0}", 3.0 * (1.0 - escape) * terms.risk),
				format!("{lost:.2}"),
			]
		}),
	)
}

/// Verified jobs, one after the other, from a score to the least of a proven provider; both in parts
/// per million. Each takes away a part in 32 of what is missing.
fn jobs_to_be_proven(mut score: u32, least: u32) -> u32 {
	let mut jobs = 0;
	while score < least {
		score += (1_000_000 - score) / 32;
		jobs += 1;
	}
	jobs
}

/// What a record costs, and what lies bring that end it.
pub fn records() -> String {
	let params = StakingParams::default();
	let least = params.proven_score.deconstruct();
	// A wrong answer leaves a quarter of a score that was one at best, a withheld one half of it.
	let (caught, withheld) =
		(jobs_to_be_proven(1_000_000 / 4, least), jobs_to_be_proven(1_000_000 / 2, least));
	let first = jobs_to_be_proven(Reputation::default().score.deconstruct(), least);
	let first = first.max(params.proven_verified);
	let terms = default_terms(1);
	let escape = escape(endless(33), Drawn { adversarial: 1, honest: 0 });
	let header = [
		"pay P of one run",
		"verified jobs to be proven",
		"least price of them, in P",
		"verified jobs after a wrong answer",
		"least price, in P",
		"gain of one seat, record included, lie and reveal, f = 33 %",
		"lie and withhold",
	];
	table(
		&header,
		[1, 10, 100, 1_000].map(|milli| {
			// One job of three for every three of them.
			let price = |jobs: u32| f64::from(jobs) / 3.0 * fee(milli);
			let again = terms.audit * (1.0 - escape) * price(caught);
			vec![
				format!("{milli} mTCT"),
				first.to_string(),
				format!("{:.2}", price(first)),
				caught.to_string(),
				format!("{:.2}", price(caught)),
				pays(terms.revealing(escape) - again),
				pays(terms.withholding() - terms.audit * price(withheld)),
			]
		}),
	)
}

/// What a seat gains that shows a fingerprint near the threshold, and what it costs others.
pub fn near_misses() -> String {
	let risk = default_terms(3).risk;
	let header = [
		"two honest ones apart, in bits",
		"first fingerprint",
		"within of an honest one",
		"dispute",
		"slashed itself",
		"slashes an honest one",
		"its gain, in P",
		"loss of the honest without appeal, in P",
	];
	let rows = [0.01, 0.1, 0.5, 1.0, 2.0].into_iter().flat_map(|apart| {
		[("at the threshold", 0), ("one bit beyond", 1)].map(|(name, beyond)| {
			let within =
				|beyond: u16| within_of_shifted(MAX_DISTANCE + beyond, apart / 2.0, MAX_DISTANCE);
			let lone = lone(within(beyond), within(0));
			vec![
				apart.to_string(),
				name.to_string(),
				percent(within(beyond)),
				percent(lone.disputed),
				percent(lone.slashed),
				percent(lone.honest_slashed),
				// Slashed or not, it has run the model; the slashed are not paid.
				pays(-lone.slashed * (risk + 1.0)),
				format!("{:.2}", lone.honest_slashed * (risk + 1.0)),
			]
		})
	});
	table(&header, rows)
}

/// What the cheaper variant gains.
pub fn cheaper() -> String {
	let risk = default_terms(3).risk;
	let header = [
		"bits apart on average",
		"one item passes",
		"four items",
		"gain of a seat, one item, in P",
		"four items",
	];
	let gain = |passes: f64| pays(1.0 - CHEAPER_COST - (1.0 - passes) * (1.0 + risk));
	table(
		&header,
		[2.0, 8.0, CHEAPER, 40.0].map(|apart| {
			let passes = within_of_cheaper(apart, SPREAD, MAX_DISTANCE);
			vec![
				format!("{apart:.0}"),
				percent(passes),
				percent(passes.powi(4)),
				gain(passes),
				gain(passes.powi(4)),
			]
		}),
	)
}

/// What false alarms cost, with friends among the reviewers.
pub fn false_alarms() -> String {
	let risk = default_terms(3).risk;
	let header = [
		"f",
		"upheld",
		"no quorum",
		"right answer overruled",
		"gain of requester and friends, in P",
		"loss of the honest without appeal, in P",
	];
	table(
		&header,
		SHARES.map(|f| {
			let alarm = Alarm::of(endless(f));
			vec![
				format!("{f} %"),
				percent(alarm.upheld),
				percent(alarm.open),
				percent(alarm.overruled),
				pays(alarm.gain(review_price(), fee(PAY))),
				format!("{:.2}", alarm.honest_slashed * risk),
			]
		}),
	)
}

/// Every table under the name by which the docs mark it.
pub(crate) fn named() -> [(&'static str, String); 5] {
	[
		("canaries", canaries()),
		("records", records()),
		("near-misses", near_misses()),
		("cheaper", cheaper()),
		("false-alarms", false_alarms()),
	]
}
