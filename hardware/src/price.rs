//! What power costs now.

use std::{
	collections::BTreeMap,
	io::Read,
	path::{Path, PathBuf},
	process::{Command, Stdio},
	time::{Duration, Instant},
};

use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

use crate::{
	reading::{text, Reading, Unreadable},
	schedule::Hours,
	Span,
};

/// Time that a command may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// When power is cheap enough, and where its price stands: `{ below = 0.25, file = "/run/price" }`.
///
/// Prices are per kWh, in any currency, as long as it is the same throughout.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct PriceRule {
	/// Run while a kWh costs less.
	pub below: f64,
	/// Where the price stands.
	pub source: PriceSource,
	/// How often a file or a command is asked.
	pub every: Span,
}

/// Where the price stands.
#[derive(Clone, Debug, PartialEq)]
pub enum PriceSource {
	/// By hours: `{ "22:00-06:00" = 0.19, "06:00-22:00" = 0.34 }`. Where several apply, the highest.
	Hours(BTreeMap<Hours, f64>),
	/// A file that somebody keeps up to date: a number, alone.
	File(PathBuf),
	/// A program and its arguments, which prints a number.
	Command(Vec<String>),
}

/// A price needs one source.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a price needs one source: `hours`, `file` or `command`")]
pub struct BadPriceRule;

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
	below: f64,
	#[serde(default, skip_serializing_if = "Option::is_none")]
	file: Option<PathBuf>,
	#[serde(default, skip_serializing_if = "Option::is_none")]
	command: Option<Vec<String>>,
	#[serde(default = "every")]
	every: Span,
	// TOML wants tables last.
	#[serde(default, skip_serializing_if = "Option::is_none")]
	hours: Option<BTreeMap<Hours, f64>>,
}

fn every() -> Span {
	Span::seconds(300)
}

impl TryFrom<Written> for PriceRule {
	type Error = BadPriceRule;

	fn try_from(written: Written) -> Result<Self, BadPriceRule> {
		let Written { below, file, command, every, hours } = written;
		let source = match (hours, file, command) {
			(Some(hours), None, None) => PriceSource::Hours(hours),
			(None, Some(file), None) => PriceSource::File(file),
			(None, None, Some(command)) => PriceSource::Command(command),
			_ => return Err(BadPriceRule),
		};
		Ok(Self { below, source, every })
	}
}

impl From<PriceRule> for Written {
	fn from(rule: PriceRule) -> Self {
		let PriceRule { below, source, every } = rule;
		let written = Self { below, file: None, command: None, every, hours: None };
		match source {
			PriceSource::Hours(hours) => Self { hours: Some(hours), ..written },
			PriceSource::File(file) => Self { file: Some(file), ..written },
			PriceSource::Command(command) => Self { command: Some(command), ..written },
		}
	}
}

/// The price, asked for as often as its rule says.
#[derive(Debug, Default)]
pub struct Price {
	last: Option<(Instant, Reading<f64>)>,
}

impl Price {
	/// The price at `local`, per kWh.
	///
	/// # Errors
	/// If no hours apply, or file or command give no number.
	pub fn now(&mut self, rule: &PriceRule, local: DateTime) -> Reading<f64> {
		if let PriceSource::Hours(table) = &rule.source {
			let prices = table.iter().filter(|(hours, _)| hours.contain(local));
			let highest = prices.map(|(_, price)| *price).reduce(f64::max);
			return highest.ok_or_else(|| Unreadable::new("the price table has no price for now"));
		}
		if let Some((asked, price)) = &self.last {
			if asked.elapsed() < rule.every.0 {
				return price.clone();
			}
		}
		let price = match &rule.source {
			PriceSource::File(path) => from_file(path),
			PriceSource::Command(words) => from_command(words),
			PriceSource::Hours(_) => return Err(Unreadable::new("the table was asked already")),
		};
		self.last = Some((Instant::now(), price.clone()));
		price
	}
}

fn from_file(path: &Path) -> Reading<f64> {
	parse(&text(path)?, &path.display().to_string())
}

fn from_command(words: &[String]) -> Reading<f64> {
	let Some((program, arguments)) = words.split_first() else {
		return Err(Unreadable::new("the price command is empty"));
	};
	let failed = |reason: String| Unreadable(format!("the price command `{program}` {reason}"));
	let mut child = Command::new(program)
		.args(arguments)
		.stdin(Stdio::null())
		.stdout(Stdio::piped())
		.stderr(Stdio::null())
		.spawn()
		.map_err(|error| failed(format!("cannot be run: {error}")))?;
	let started = Instant::now();
	let status = loop {
		match child.try_wait() {
			Ok(Some(status)) => break status,
			Ok(None) if started.elapsed() < PATIENCE => {
				std::thread::sleep(Duration::from_millis(20));
			},
			_ => {
				// It may have ended in this moment; then there is nothing to end.
				let _ = child.kill();
				let _ = child.wait();
				return Err(failed(format!("took longer than {} s", PATIENCE.as_secs())));
			},
		}
	};
	if !status.success() {
		return Err(failed(format!("failed: {status}")));
	}
	let mut answer = String::new();
	if let Some(output) = child.stdout.take() {
		// A number is short; whoever prints more is not read to the end.
		let read = output.take(256).read_to_string(&mut answer);
		read.map_err(|error| failed(format!("prints no text: {error}")))?;
	}
	parse(answer.trim(), program)
}

fn parse(text: &str, source: &str) -> Reading<f64> {
	let price = text.parse::<f64>().ok().filter(|price| price.is_finite());
	price.ok_or_else(|| Unreadable(format!("{source} gives `{text}`, which is no price")))
}

#[cfg(test)]
mod tests {
	use super::*;
	use jiff::civil::date;

	fn rule(toml: &str) -> PriceRule {
		toml::from_str(toml).unwrap()
	}

	fn now(rule: &PriceRule) -> Reading<f64> {
		Price::default().now(rule, date(2026, 11, 16).at(23, 30, 0, 0))
	}

	#[test]
	fn now_is_the_highest_of_the_table_when_hours_overlap() {
		let table = rule("below = 0.2\nhours = { \"22:00-06:00\" = 0.19, \"mon\" = 0.4 }");
		assert_eq!(now(&table), Ok(0.4));
		assert!(now(&rule("below = 1\nhours = { \"06:00-07:00\" = 0.19 }")).is_err());
	}

	#[test]
	fn now_is_what_the_file_says() {
		let file = tempfile::NamedTempFile::new().unwrap();
		let rule = rule(&format!("below = 0.2\nfile = {:?}", file.path()));
		assert!(now(&rule).is_err());
		std::fs::write(file.path(), "-0.015\n").unwrap();
		assert_eq!(now(&rule), Ok(-0.015));
		std::fs::write(file.path(), "NaN\n").unwrap();
		assert!(now(&rule).is_err());
	}

	#[test]
	fn now_is_what_the_command_prints() {
		assert_eq!(now(&rule("below = 1\ncommand = ['echo', '0.25']")), Ok(0.25));
		for command in ["[]", "['false']", "['/nonexistent/price']", "['echo', 'dear']"] {
			let reason = now(&rule(&format!("below = 1\ncommand = {command}"))).unwrap_err();
			assert!(reason.0.contains("price"), "{reason}");
		}
	}

	#[test]
	fn now_asks_again_only_when_it_is_time() {
		let file = tempfile::NamedTempFile::new().unwrap();
		let rule = rule(&format!("below = 0.2\nfile = {:?}\nevery = '1h'", file.path()));
		let (mut price, local) = (Price::default(), date(2026, 11, 16).at(1, 0, 0, 0));
		std::fs::write(file.path(), "1").unwrap();
		assert_eq!(price.now(&rule, local), Ok(1.0));
		std::fs::write(file.path(), "2").unwrap();
		assert_eq!(price.now(&rule, local), Ok(1.0));
	}
}
