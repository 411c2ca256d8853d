//! The tables of `docs/economics-verification.md`, from the formulas and the parameters that the
//! chain starts with.

use comfy_table::{presets::ASCII_MARKDOWN, Table};
use pallet_job_market::params::MarketParams;
use pallet_provider_staking::params::Parameters as StakingParams;
use pallet_verification::params::VerificationParams;
use tercet_primitives::{Balance, Redundancy, MILLI_TCT};

use crate::{
	attack_figures,
	formulas::{
		audit_after_skips, chance, ends, escape, funded_audit_rate, ground, review, skipped, timed,
		Drawn, Play, Pool, Standing, Terms,
	},
	settings::{share, treasury_share},
};

/// Adversarial shares of the weight in draws that the tables are for, in percent.
pub const SHARES: [u32; 3] = [10, 20, 33];

/// A royalty that is typical for the tables.
pub(crate) const ROYALTY: f64 = 0.07;

/// What cheating depends on by the default parameters, for executors of `executors` seats whom a job
/// costs all that they are paid: those who save most by cheating.
pub fn default_terms(executors: u8) -> Terms {
	let market = MarketParams::default();
	let proven = market.is_for_proven(&Redundancy { executors, quorum: executors });
	Terms {
		cost: 1.0,
		risk: f64::from(market.risk_factor),
		withheld: share(StakingParams::default().withheld_share),
		audit: share(VerificationParams::default().rate(proven)),
		shown: 0.0,
	}
}

pub(crate) fn endless(percent: u32) -> Pool {
	Pool::Endless(f64::from(percent) / 100.0)
}

pub(crate) fn table(header: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
	let mut table = Table::new();
	table.load_preset(ASCII_MARKDOWN).set_header(header.to_vec());
	rows.into_iter().for_each(|row| {
		table.add_row(row);
	});
	// One space around each cell, whatever the longest one is: short lines, small differences.
	let squeeze = |line: &str| {
		let cells = line.trim().trim_matches('|').split('|');
		let cells = cells.map(|cell| match cell.trim() {
			rule if rule.chars().all(|it| it == '-') && !rule.is_empty() => "---".into(),
			cell => cell.to_string(),
		});
		format!("| {} |", cells.collect::<Vec<_>>().join(" | "))
	};
	table.to_string().lines().map(squeeze).collect::<Vec<_>>().join("\n")
}

pub(crate) fn percent(chance: f64) -> String {
	let percent = 100.0 * chance;
	match percent {
		// Too small for the digits below.
		p if p > 0.0 && p < 0.001 => format!("{p:.1e} %"),
		p if p < 0.1 => format!("{p:.4} %"),
		p if p < 10.0 => format!("{p:.2} %"),
		p => format!("{p:.1} %"),
	}
}

pub(crate) fn pays(value: f64) -> String {
	format!("{value:+.2}")
}

/// Chances of first committees.
pub fn committees() -> String {
	let header =
		["f", "all three, endless pool", "30 seats", "100 seats", "at least two", "at least one"];
	table(
		&header,
		SHARES.map(|f| {
			let all = |pool: Pool| pool.composition(Drawn::default(), 3);
			let chances = all(endless(f));
			let of = |seats: u32| {
				let adversarial = (seats * f + 50) / 100;
				all(Pool::Equal { adversarial, honest: seats - adversarial })[3]
			};
			vec![
				format!("{f} %"),
				percent(chances[3]),
				percent(of(30)),
				percent(of(100)),
				percent(chances[2] + chances[3]),
				percent(1.0 - chances[0]),
			]
		}),
	)
}

/// How escalations end when the adversary's seats all lie.
pub fn escalations() -> String {
	let header = ["f", "adversarial seats of three", "right quorum", "wrong quorum", "no quorum"];
	table(
		&header,
		SHARES.into_iter().flat_map(|f| {
			[1, 2].map(|adversarial| {
				let drawn = Drawn { adversarial, honest: 3 - adversarial };
				let next = Redundancy::DEFAULT.escalated();
				let ends = ends(endless(f), drawn, Play::Lie, next);
				let [right, wrong, open] = [Standing::Right, Standing::Wrong, Standing::Open]
					.map(|standing| percent(chance(&ends, standing)));
				vec![format!("{f} %"), adversarial.to_string(), right, wrong, open]
			})
		}),
	)
}

/// How jobs end when the adversary's seats say nothing.
pub fn silence() -> String {
	let header = ["f", "first committee complete", "settled after escalation", "refunded"];
	table(
		&header,
		SHARES.map(|f| {
			let first = Some(Redundancy::DEFAULT);
			let ends = ends(endless(f), Drawn::default(), Play::Silence, first);
			let complete = endless(f).composition(Drawn::default(), 3)[0];
			let right = chance(&ends, Standing::Right);
			let open = chance(&ends, Standing::Open);
			vec![format!("{f} %"), percent(complete), percent(right - complete), percent(open)]
		}),
	)
}

/// How the review of a wrong answer ends.
pub fn reviews() -> String {
	let header = [
		"f",
		"caught",
		"confirmed",
		"no quorum",
		"escape e",
		"e, 30 seats",
		"expected pay and slash of the adversary's seats in the review, in P",
	];
	table(
		&header,
		SHARES.map(|f| {
			let three = Drawn { adversarial: 3, honest: 0 };
			let ends = review(endless(f), three);
			let [right, wrong, open] = [Standing::Right, Standing::Wrong, Standing::Open]
				.map(|standing| percent(chance(&ends, standing)));
			let adversarial = (30 * f + 50) / 100;
			let small = Pool::Equal { adversarial, honest: 30 - adversarial };
			let risk = default_terms(3).risk;
			let own = ends.iter().map(|end| {
				let seats = f64::from(end.drawn.adversarial);
				// Alone they do not stand by the lie.
				let slashed = if seats >= 2.0 { -risk * seats } else { 0.0 };
				match end.standing {
					Standing::Wrong => end.chance * seats,
					Standing::Right => end.chance * slashed,
					Standing::Open => 0.0,
				}
			});
			vec![
				format!("{f} %"),
				right,
				wrong,
				open,
				percent(escape(endless(f), three)),
				percent(escape(small, three)),
				pays(own.sum()),
			]
		}),
	)
}

/// What cheats gain by the default parameters, and what parameters would take that away.
pub fn deterrence() -> String {
	let terms = default_terms(3);
	let header = [
		"f",
		"lie and reveal, per seat",
		"lie and withhold when audited, per seat",
		"lie with two of three, per job",
		"lie always, per job",
		"least ρ at this a and ω",
		"least ρ for ω = 1",
		"least a at this ρ and ω",
	];
	table(
		&header,
		SHARES.map(|f| {
			let pool = endless(f);
			let escape = escape(pool, Drawn { adversarial: 3, honest: 0 });
			let only_two = terms.threshold(pool, 2) - terms.threshold(pool, 3);
			let disputes = terms.threshold(pool, 1) - terms.threshold(pool, 3);
			vec![
				format!("{f} %"),
				pays(terms.revealing(escape)),
				pays(terms.withholding()),
				format!("{only_two:+.4}"),
				format!("{disputes:+.4}"),
				format!("{:.0}", terms.least_risk(escape).ceil()),
				format!("{:.0}", Terms { withheld: 1.0, ..terms }.least_risk(escape).ceil()),
				percent(terms.least_audit(escape)),
			]
		}),
	)
}

/// Least risk factors for several audit rates, when withholding costs as much as a wrong answer, and when less.
pub fn risk_factors() -> String {
	let header = [
		"a",
		"f = 10 %",
		"f = 20 %",
		"f = 33 %",
		"f = 33 %, κ = ½",
		"f = 33 %, c = 1 %",
		"withholding, ω = 5 %",
		"withholding, ω = 50 %",
	];
	table(
		&header,
		[10, 20, 30, 50, 100, 200].map(|per_mille| {
			let audit = f64::from(per_mille) / 1_000.0;
			let terms = Terms { audit, withheld: 1.0, ..default_terms(3) };
			let escaped = |f| escape(endless(f), Drawn { adversarial: 3, honest: 0 });
			let risk = |terms: Terms, f| format!("{:.0}", terms.least_risk(escaped(f)).ceil());
			let withheld = |share: f64| {
				format!("{:.0}", (((terms.cost / audit) - 1.0) / share).max(0.0).ceil())
			};
			vec![
				percent(audit),
				risk(terms, 10),
				risk(terms, 20),
				risk(terms, 33),
				risk(Terms { cost: 0.5, ..terms }, 33),
				risk(Terms { shown: 0.01, ..terms }, 33),
				withheld(0.05),
				withheld(0.5),
			]
		}),
	)
}

/// Fewer executors, by the default parameters.
pub fn adaptive() -> String {
	let header = [
		"executors",
		"audit rate",
		"corrupt, f = 10 %",
		"f = 33 %",
		"gain per seat of a lie, f = 33 %",
		"loss of the adversary for each lie that passes, in P",
		"least a for the loss of three executors",
		"runs per job, audits included",
	];
	let full = default_terms(3);
	let of =
		|executors: u8| escape(endless(33), Drawn { adversarial: executors.into(), honest: 0 });
	let price = full.price_of_a_lie(3, of(3)).max(0.0);
	table(
		&header,
		[1u8, 2, 3].map(|executors| {
			let terms = default_terms(executors);
			let corrupt = |f: u32| percent((f64::from(f) / 100.0).powi(executors.into()));
			let seats = f64::from(executors);
			// n (d (1 + ρ) − κ) = C (1 − d), solved for d = a (1 − e).
			let detected = (seats * terms.cost + price) / (seats * (1.0 + terms.risk) + price);
			vec![
				executors.to_string(),
				percent(terms.audit),
				corrupt(10),
				corrupt(33),
				pays(terms.revealing(of(executors))),
				pays(terms.price_of_a_lie(executors.into(), of(executors))),
				percent(detected / (1.0 - of(executors))),
				format!("{:.2}", seats + 5.0 * terms.audit),
			]
		}),
	)
}

/// What authors of blocks gain by skipping slots, and committees by timing their commitments.
pub fn grinding() -> String {
	let audit = default_terms(3).audit;
	let header = [
		"share of slots v",
		"corrupt committees, f = 33 %",
		"factor",
		"slots skipped per job",
		"audit rate left by skipping",
		"audits evaded by timing in 5 slots",
		"in 15 slots",
	];
	table(
		&header,
		SHARES.map(|percents| {
			let authored = f64::from(percents) / 100.0;
			let corrupt = 0.33f64.powi(3);
			vec![
				format!("{percents} %"),
				percent(ground(corrupt, authored)),
				format!("{:.2}", ground(corrupt, authored) / corrupt),
				format!("{:.2}", skipped(corrupt, authored)),
				percent(audit_after_skips(audit, authored)),
				percent(timed(audit, authored, 5)),
				percent(timed(audit, authored, 15)),
			]
		}),
	)
}

/// What an honest executor is exposed to from an adversary who lies whatever it costs.
pub fn exposure() -> String {
	let risk = default_terms(3).risk;
	let audit = default_terms(3).audit;
	let header = [
		"f",
		"a job slashes an honest executor",
		"an audit overrules an honest committee",
		"loss of the honest per job, without appeal, in P",
	];
	table(
		&header,
		SHARES.map(|f| {
			let pool = endless(f);
			let all = ends(pool, Drawn::default(), Play::Lie, Some(Redundancy::DEFAULT));
			let slashed =
				all.iter().filter(|end| end.standing == Standing::Wrong && end.drawn.honest > 0);
			let (mut chance_slashed, mut loss) = (0.0, 0.0);
			for end in slashed {
				chance_slashed += end.chance;
				loss += end.chance * f64::from(end.drawn.honest) * risk;
			}
			let honest = pool.composition(Drawn::default(), 3)[0];
			let against = review(pool, Drawn { adversarial: 0, honest: 3 });
			let overruled = honest * audit * chance(&against, Standing::Wrong);
			loss += overruled * 3.0 * risk;
			vec![
				format!("{f} %"),
				percent(chance_slashed),
				percent(overruled),
				format!("{loss:.4}"),
			]
		}),
	)
}

/// What griefing costs a requester.
pub fn griefing() -> String {
	let market = MarketParams::default();
	let header = [
		"pay P of one run",
		"refused input: cost, in P",
		"of it, to executors",
		"cost per wasted run, if refusing takes a tenth of a run",
		"challenge: cost, in P",
		"cancelled or unclaimable",
	];
	table(
		&header,
		[1, 10, 100, 1_000].map(|milli| {
			let pay = f64::from(milli) * MILLI_TCT as f64;
			let fee = market.job_fee as f64 / pay;
			let besides = 1.0 + ROYALTY + treasury_share();
			let least = 3.0 * share(market.invalid_share);
			let refused = fee + least * besides;
			vec![
				format!("{milli} mTCT"),
				format!("{refused:.3}"),
				format!("{least:.3}"),
				format!("{:.2}", refused / (3.0 * 0.1)),
				format!("{:.2}", fee + 5.0 * besides),
				"transaction fees".into(),
			]
		}),
	)
}

/// Audit rates that the treasury's income from jobs pays for.
pub fn funding() -> String {
	let market = MarketParams::default();
	let header =
		["pay P of one run", "fee, in P", "income per job, in P", "audits that it pays for"];
	table(
		&header,
		[1, 10, 100, 1_000].map(|milli: Balance| {
			let fee = market.job_fee as f64 / (milli * MILLI_TCT) as f64;
			let rate = funded_audit_rate(3.0, treasury_share(), ROYALTY, fee);
			vec![
				format!("{milli} mTCT"),
				format!("{fee:.3}"),
				format!("{:.3}", 3.0 * treasury_share() + fee),
				percent(rate.min(1.0)),
			]
		}),
	)
}

/// The parameters that the tables are for.
pub fn parameters() -> String {
	let verification = VerificationParams::default();
	let (market, staking) = (MarketParams::default(), StakingParams::default());
	let of = |permill| percent(share(permill));
	table(
		&["symbol", "parameter", "at genesis"],
		[
			vec!["ρ".into(), "`risk_factor`".into(), format!("{} P", market.risk_factor)],
			vec!["σ".into(), "`silent_share`".into(), of(staking.silent_share)],
			vec!["ω".into(), "`withheld_share`".into(), of(staking.withheld_share)],
			vec!["a".into(), "`audit_rate`".into(), of(verification.audit_rate)],
			vec!["a₁".into(), "`proven_audit_rate`".into(), of(verification.proven_audit_rate)],
			vec!["φ P".into(), "`job_fee`".into(), format!("{} mTCT", market.job_fee / MILLI_TCT)],
			vec!["ι".into(), "`invalid_share`".into(), of(market.invalid_share)],
			vec!["s".into(), "`TreasuryShare`".into(), percent(treasury_share())],
		],
	)
}

/// Every table under the name by which the docs mark it.
pub fn named() -> Vec<(&'static str, String)> {
	let mut all = vec![
		("parameters", parameters()),
		("committees", committees()),
		("escalations", escalations()),
		("silence", silence()),
		("reviews", reviews()),
		("deterrence", deterrence()),
		("risk-factors", risk_factors()),
		("adaptive", adaptive()),
		("grinding", grinding()),
		("exposure", exposure()),
		("griefing", griefing()),
		("funding", funding()),
	];
	all.extend(attack_figures::named());
	all
}

/// `docs` with every table in its place, after the mark with its name.
pub fn update(docs: &str) -> String {
	let mut docs = docs.to_string();
	for (name, table) in named() {
		let mark = format!("<!-- {name} -->\n\n");
		let Some((before, after)) = docs.split_once(&mark) else { continue };
		let old = after.lines().take_while(|line| line.starts_with('|'));
		let old: usize = old.map(|line| line.len() + 1).sum();
		let gap = if old == 0 { "\n" } else { "" };
		docs = format!("{before}{mark}{table}\n{gap}{}", &after[old..]);
	}
	docs
}

/// All of them, as they stand in the docs.
pub fn all() -> String {
	let marked = |(name, table): (&str, String)| format!("<!-- {name} -->\n\n{table}\n");
	named().into_iter().map(marked).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn update_replaces_the_marked_tables_only() {
		let docs = "a\n<!-- parameters -->\n\n| old |\n| --- |\nb\n<!-- other -->\n\nc\n";
		let new = update(docs);
		assert_eq!(
			new,
			format!("a\n<!-- parameters -->\n\n{}\nb\n<!-- other -->\n\nc\n", parameters())
		);
		assert_eq!(update(&new), new);
	}
}
