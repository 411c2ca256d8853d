//! Reports as tables for people.

use comfy_table::{presets::ASCII_MARKDOWN, CellAlignment, Table};
use tercet_primitives::MILLI_TCT;

use crate::{report::Report, settings, tally::Tally};

fn table(header: &[&str], left: usize) -> Table {
	let mut table = Table::new();
	table.load_preset(ASCII_MARKDOWN).set_header(header.to_vec());
	for column in left..header.len() {
		if let Some(column) = table.column_mut(column) {
			column.set_cell_alignment(CellAlignment::Right);
		}
	}
	table
}

fn number(value: f64) -> String {
	if value.fract().abs() < 1e-9 {
		format!("{value:.0}")
	} else {
		format!("{value:.1}")
	}
}

/// What was measured, what the formulas say, and how far the two are apart.
pub fn frequencies(reports: &[Report]) -> Table {
	let header =
		["scenario", "what", "trials", "measured", "formula", "3 σ", "deviation in σ", "holds"];
	let mut table = table(&header, 2);
	for report in reports {
		for (label, tally) in &report.tallies {
			let Tally { trials, observed, expected, variance, .. } = tally;
			table.add_row([
				report.scenario.clone(),
				label.clone(),
				trials.to_string(),
				number(*observed),
				format!("{expected:.1}"),
				format!("{:.1}", 3.0 * variance.sqrt()),
				format!("{:+.1}", tally.sigmas()),
				if tally.holds() { "yes" } else { "NO" }.into(),
			]);
		}
	}
	table
}

/// Who earned what.
pub fn profits(reports: &[Report]) -> Table {
	let header = [
		"scenario",
		"providers",
		"how many",
		"paid",
		"slashed",
		"cost of compute",
		"profit",
		"least profit of one",
		"attacks",
		"gain of one, in pays",
		"± 3 σ",
		"expected over audits",
		"± 3 σ",
	];
	let mut table = table(&header, 2);
	let milli = |planck: f64| format!("{:.1}", planck / MILLI_TCT as f64);
	for report in reports {
		for group in &report.groups {
			let sample = |sample: &crate::tally::Sample| {
				let shown = sample.size > 0;
				let number = |value: f64| format!("{value:+.3}");
				let mean = if shown { number(sample.mean()) } else { "–".into() };
				let error = if shown { number(3.0 * sample.error()) } else { "–".into() };
				[mean, error]
			};
			let ([gain, gain_error], [mean, mean_error]) =
				(sample(&group.attacks), sample(&group.expected));
			table.add_row([
				report.scenario.clone(),
				group.strategy.name().into(),
				group.size.to_string(),
				milli(group.paid as f64),
				milli(group.slashed as f64),
				milli(group.spent),
				milli(group.profit()),
				milli(group.least),
				group.attacks.size.to_string(),
				gain,
				gain_error.trim_start_matches('+').into(),
				mean,
				mean_error.trim_start_matches('+').into(),
			]);
		}
	}
	table
}

/// How jobs ended, and what requesters paid for them.
pub fn outcomes(reports: &[Report]) -> Table {
	let header = [
		"scenario",
		"adversarial weight",
		"jobs",
		"right",
		"wrong",
		"refunded",
		"wrongful slashes",
		"kind of job",
		"cost per job, in pays",
		"runs per job",
		"paid per job, in pays",
	];
	let mut table = table(&header, 1);
	for report in reports {
		for (kind, bill) in &report.demand {
			let per_job = |planck: u128| {
				let pays = planck as f64 / settings::pay() as f64;
				format!("{:.3}", pays / bill.jobs.max(1) as f64)
			};
			table.add_row([
				report.scenario.clone(),
				format!("{:.1} %", 100.0 * report.adversarial.mean()),
				bill.jobs.to_string(),
				report.outcomes.right.to_string(),
				report.outcomes.wrong.to_string(),
				report.outcomes.refunded.to_string(),
				report.wrongful.0.to_string(),
				format!("{kind:?}").to_lowercase(),
				per_job(bill.cost.saturating_sub(bill.reimbursed)),
				per_job(bill.executed),
				per_job(bill.paid),
			]);
		}
	}
	table
}
