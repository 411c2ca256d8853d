//! What `make test-network` writes.

use std::fmt::Write;

use crate::{
	faults::{Fault, Outcome},
	load::Load,
	watch::percentile,
};

/// How one kind of fault went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
	/// What was done.
	pub fault: Fault,
	/// What came of it, each time.
	pub outcomes: Vec<Outcome>,
	/// What the checks found at the end.
	pub checked: String,
	/// Why it is not complete, if it is not.
	pub trouble: Option<Trouble>,
}

/// Why a row is not complete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
	/// This machine cannot do it.
	Skipped(String),
	/// The network did not take it as it should.
	Failed(String),
}

/// What was measured on a network that nothing happened to.
#[derive(Clone, Debug, PartialEq)]
pub struct Figures {
	/// Slots from a block's own to the one in which it was final, sorted.
	pub lags: Vec<u64>,
	/// The same, under load.
	pub lags_under_load: Vec<u64>,
	/// Transfers as fast as they go.
	pub flat_out: Load,
	/// Transfers at four fifths of that.
	pub loaded: Load,
}

/// The whole report, in Markdown.
pub fn markdown(machine: &str, rows: &[Row], figures: Option<&Figures>) -> String {
	let mut text = String::new();
	// Writing to a string cannot fail.
	let _ = write(&mut text, machine, rows, figures);
	text
}

fn write(
	text: &mut String,
	machine: &str,
	rows: &[Row],
	figures: Option<&Figures>,
) -> std::fmt::Result {
	writeln!(text, "Four validators on {machine}.\n")?;
	if !rows.is_empty() {
		writeln!(text, "| fault | times | outcome | slots to heal | blocks to heal | checks |")?;
		writeln!(text, "|---|---|---|---|---|---|")?;
	}
	for row in rows {
		let times = row.outcomes.len();
		let healed = || row.outcomes.iter().flat_map(|outcome| &outcome.healed);
		let slots = range(healed().map(|took| took.slots));
		let blocks = range(healed().map(|took| u64::from(took.blocks)));
		let outcome = match &row.trouble {
			None => "as it should be".into(),
			Some(Trouble::Skipped(why)) => format!("skipped: {why}"),
			Some(Trouble::Failed(why)) => format!("**failed**: {why}"),
		};
		let name = row.fault.name();
		let checked = cell(&row.checked);
		writeln!(
			text,
			"| {name} | {times} | {} | {slots} | {blocks} | {checked} |",
			cell(&outcome)
		)?;
	}
	let notes =
		rows.iter().filter(|row| row.outcomes.iter().any(|outcome| !outcome.note.is_empty()));
	for (index, row) in notes.enumerate() {
		if index == 0 {
			writeln!(text, "\n## Each time\n")?;
		}
		writeln!(text, "- **{}**", row.fault.name())?;
		for outcome in &row.outcomes {
			writeln!(text, "  - {}", outcome.note)?;
		}
	}
	if let Some(figures) = figures {
		write_figures(text, figures)?;
	}
	Ok(())
}

fn write_figures(text: &mut String, figures: &Figures) -> std::fmt::Result {
	let Figures { lags, lags_under_load, flat_out, loaded } = figures;
	let number = |value: Option<u64>| value.map_or_else(String::new, |value| value.to_string());
	writeln!(text, "\n## Figures\n")?;
	writeln!(text, "| | flat out | at 80 % of that |")?;
	writeln!(text, "|---|---|---|")?;
	let both = |of: fn(&Load) -> String| format!("{} | {}", of(flat_out), of(loaded));
	writeln!(text, "| transfers | {} |", both(|load| load.transfers.to_string()))?;
	writeln!(text, "| per second | {} |", both(|load| format!("{:.0}", load.per_second)))?;
	let filled = both(|load| {
		let (blocks, slots) = (load.filled.blocks, load.filled.slots);
		format!("{:.1} % ({blocks} of {slots})", load.filled.percent())
	});
	writeln!(text, "| slots with a block | {filled} |")?;
	writeln!(text, "\n| finality lag, in slots | p50 | p95 | most | blocks |")?;
	writeln!(text, "|---|---|---|---|---|")?;
	for (name, lags) in [("idle", lags), ("at 80 % load", lags_under_load)] {
		let [p50, p95, most] = [0.5, 0.95, 1.0].map(|p| number(percentile(lags, p)));
		writeln!(text, "| {name} | {p50} | {p95} | {most} | {} |", lags.len())?;
	}
	Ok(())
}

/// Median and most.
fn range(values: impl Iterator<Item = u64>) -> String {
	let mut values = values.collect::<Vec<_>>();
	values.sort_unstable();
	match (percentile(&values, 0.5), values.last()) {
		(Some(median), Some(most)) if values.len() > 1 => format!("{median}, at most {most}"),
		(Some(only), _) => only.to_string(),
		_ => String::new(),
	}
}

/// Text that does not end its cell.
fn cell(text: &str) -> String {
	text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::watch::Took;

	#[test]
	fn markdown_has_a_row_for_each_fault() {
		let healed = |slots| Outcome {
			healed: vec![Took { slots, blocks: 2 }],
			note: format!("it took {slots}"),
		};
		let rows = [
			Row {
				fault: Fault::Partition,
				outcomes: vec![healed(3), healed(5), healed(4)],
				checked: "3 jobs".into(),
				trouble: None,
			},
			Row {
				fault: Fault::DiskFull,
				outcomes: vec![],
				checked: String::new(),
				trouble: Some(Trouble::Failed("a | b\nc".into())),
			},
		];
		let text = markdown("a machine", &rows, None);
		assert!(text.contains(
			"| partition, two against two | 3 | as it should be | 4, at most 5 | 2, at most 2 | 3 jobs |"
		));
		assert!(text.contains("| disk full | 0 | **failed**: a \\| b c |  |  |  |"));
		assert!(text.contains("  - it took 5\n"));
	}
}
