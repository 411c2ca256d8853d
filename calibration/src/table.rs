//! The outcome of a calibration, as people read it: markdown tables.

use std::fmt::Write;

use comfy_table::{presets, CellAlignment, Table};
use tercet_primitives::MAX_ITEMS;

use crate::report::{Report, Spread};

/// The whole report as text.
pub fn render(report: &Report) -> String {
	let Report { items, seeds, machines, rule, .. } = report;
	let mut text = format!(
		"{items} items, {seeds} seeds, {:?} features, machines: {}. Distances in bits of 256.\n\n",
		report.feature,
		machines.join(", ")
	);
	// Writing to a string cannot fail.
	let _ = writeln!(text, "{}\n", honest(report));
	let _ = writeln!(text, "{}\n", others(report));
	if report.variants.iter().any(|variant| variant.proposal.is_some()) {
		let _ = writeln!(text, "{}\n", proposals(report));
	}
	for variant in &report.variants {
		if let Some(refusal) = &variant.refusal {
			let _ = writeln!(text, "No threshold for {}: {refusal}.", variant.name);
		}
	}
	let _ = write!(
		text,
		"Rule: two honest executors disagree on a job of {MAX_ITEMS} items with a chance of at most \
		 {}; something cheaper passes a job of {} items with a chance of at most {}.",
		chance(rule.false_reject),
		rule.job_items,
		chance(rule.false_accept)
	);
	text
}

/// Spread within each variant.
fn honest(report: &Report) -> Table {
	let mut table = table(&[
		"variant",
		"settings",
		"answers",
		"mean",
		"expected",
		"p99",
		"max",
		"lowest threshold",
	]);
	for variant in &report.variants {
		let Spread { mean, expected_mean, p99, max, .. } = &variant.honest;
		table.add_row([
			variant.name.clone(),
			variant.settings.to_string(),
			variant.answers.to_string(),
			bits(*mean),
			bits(*expected_mean),
			p99.to_string(),
			max.to_string(),
			or_none(variant.lowest),
		]);
	}
	table
}

/// Distances to what must not pass.
fn others(report: &Report) -> Table {
	let passes = format!("highest threshold, {} items", report.rule.job_items);
	let mut table =
		table(&["variant", "against", "min", "p1", "mean", "expected", &passes, "separates from"]);
	for variant in &report.variants {
		for other in &variant.others {
			let Spread { min, p1, mean, expected_mean, .. } = &other.distances;
			let separates = match other.separates_from {
				Some(1) => "1 item".into(),
				Some(items) => format!("{items} items"),
				None => "never".into(),
			};
			table.add_row([
				variant.name.clone(),
				other.name.clone(),
				min.to_string(),
				p1.to_string(),
				bits(*mean),
				bits(*expected_mean),
				or_none(other.highest),
				separates,
			]);
		}
	}
	table
}

fn proposals(report: &Report) -> Table {
	let job = report.rule.job_items;
	let mut table = table(&[
		"variant",
		"max_distance",
		"reject, 1 item",
		&format!("reject, {job} items"),
		&format!("reject, {MAX_ITEMS} items"),
		"accept, 1 item",
		&format!("accept, {job} items"),
	]);
	for variant in &report.variants {
		let Some(proposal) = &variant.proposal else { continue };
		table.add_row([
			variant.name.clone(),
			proposal.max_distance.to_string(),
			chance(proposal.false_reject_item),
			chance(proposal.false_reject_job),
			chance(proposal.false_reject_largest),
			chance(proposal.false_accept_item),
			chance(proposal.false_accept_job),
		]);
	}
	table
}

/// A table whose first column is text and whose others are figures.
fn table(header: &[&str]) -> Table {
	let mut table = Table::new();
	table.load_preset(presets::ASCII_MARKDOWN).set_header(header);
	table.column_iter_mut().skip(1).for_each(|column| {
		column.set_cell_alignment(CellAlignment::Right);
	});
	table
}

fn or_none(value: Option<u16>) -> String {
	value.map_or_else(|| "none".into(), |value| value.to_string())
}

/// A mean number of bits, with the digits that mean something.
fn bits(value: f64) -> String {
	if value == 0.0 || value >= 0.1 {
		format!("{value:.2}")
	} else {
		format!("{value:.1e}")
	}
}

/// A chance between 0 and 1. Tails this far out are rounding errors.
fn chance(value: f64) -> String {
	if value < 1e-30 {
		"0".into()
	} else if value >= 0.01 {
		format!("{value:.2}")
	} else {
		format!("{value:.0e}")
	}
}
