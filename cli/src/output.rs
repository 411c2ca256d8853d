//! Tables for people, JSON for scripts, progress for whoever watches.

use std::{io::IsTerminal, time::Duration};

use comfy_table::{presets, Cell, CellAlignment, ContentArrangement, Table};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;
use tercet_primitives::H256;

/// Where results go: as tables and text to standard output, or, with `--json`, as one JSON document
/// to standard output and all text to standard error.
#[derive(Clone, Copy, Debug)]
pub struct Output {
	json: bool,
}

impl Output {
	/// Output as JSON or not.
	pub fn new(json: bool) -> Self {
		Self { json }
	}

	/// Whether results are JSON.
	pub fn is_json(&self) -> bool {
		self.json
	}

	/// The result of a command: `value` for scripts, what `text` gives for people.
	///
	/// # Errors
	/// If `value` cannot be JSON.
	pub fn result(
		&self,
		value: &impl Serialize,
		text: impl FnOnce() -> String,
	) -> anyhow::Result<()> {
		if self.json {
			println!("{}", serde_json::to_string_pretty(value)?);
		} else {
			println!("{}", text());
		}
		Ok(())
	}

	/// Something on the way to the result.
	pub fn note(&self, text: impl AsRef<str>) {
		if self.json {
			eprintln!("{}", text.as_ref());
		} else {
			println!("{}", text.as_ref());
		}
	}

	/// A spinner that shows what goes on; invisible unless a person watches.
	pub fn spinner(&self, message: impl Into<String>) -> ProgressBar {
		let bar = self.hide(ProgressBar::new_spinner());
		bar.set_style(style("{spinner:.cyan} {msg} {elapsed:.dim}"));
		bar.set_message(message.into());
		bar.enable_steady_tick(Duration::from_millis(100));
		bar
	}

	/// A bar over `length` bytes; invisible unless a person watches.
	pub fn bytes(&self, length: u64, message: impl Into<String>) -> ProgressBar {
		let bar = self.hide(ProgressBar::new(length));
		bar.set_style(style("{msg} {bar:30.cyan/blue} {bytes}/{total_bytes} {bytes_per_sec:.dim}"));
		bar.set_message(message.into());
		bar
	}

	fn hide(&self, bar: ProgressBar) -> ProgressBar {
		if !std::io::stderr().is_terminal() {
			bar.set_draw_target(ProgressDrawTarget::hidden());
		}
		bar
	}
}

fn style(template: &str) -> ProgressStyle {
	ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner())
}

/// A table with these column titles.
pub fn table(titles: &[&str]) -> Table {
	let mut table = Table::new();
	table
		.load_preset(presets::UTF8_FULL_CONDENSED)
		.set_content_arrangement(ContentArrangement::Dynamic)
		.set_header(titles.iter().copied());
	table
}

/// A table of names and values, without titles.
pub fn facts<'a>(facts: impl IntoIterator<Item = (&'a str, String)>) -> Table {
	let mut table = Table::new();
	table.load_preset(presets::UTF8_FULL_CONDENSED);
	table.set_content_arrangement(ContentArrangement::Dynamic);
	for (name, value) in facts {
		table.add_row([name.to_string(), value]);
	}
	table
}

/// A cell for a number.
pub fn right(content: impl ToString) -> Cell {
	Cell::new(content).set_alignment(CellAlignment::Right)
}

/// The start of a hash, enough to compare by eye.
pub fn short(hash: H256) -> String {
	let digits = hex::encode(hash);
	format!("0x{}…", &digits[..12])
}

/// The start and the end of a long word, such as an address.
pub fn abbreviate(word: &str) -> String {
	match (word.get(..6), word.len().checked_sub(4).and_then(|end| word.get(end..))) {
		(Some(start), Some(end)) if word.len() > 14 => format!("{start}…{end}"),
		_ => word.into(),
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn table_shows_titles_and_rows() {
		let mut table = table(&["model", "price"]);
		table.add_row([Cell::new("digits"), right("0.001")]);
		let text = table.to_string();
		for word in ["model", "price", "digits", "0.001"] {
			assert!(text.contains(word), "{text}");
		}
	}

	#[test]
	fn abbreviate_keeps_short_words() {
		assert_eq!(abbreviate("Alice"), "Alice");
		assert_eq!(abbreviate("5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"), "5Grwva…utQY");
		assert_eq!(short(H256([0xab; 32])), "0xabababababab…");
	}
}
