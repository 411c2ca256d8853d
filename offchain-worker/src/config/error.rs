//! What is wrong with a configuration, so that it can be mended without a manual.

use std::{io, ops::Range, path::PathBuf};

use super::write::SECTIONS;

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
	/// The file cannot be read.
	#[error("cannot read {}: {error}; `tercet-worker init` makes one", path.display())]
	Read {
		/// The file.
		path: PathBuf,
		/// What the file system says.
		error: io::Error,
	},
	/// The file is not a configuration.
	#[error("{}, {problem}", path.display())]
	Invalid {
		/// The file.
		path: PathBuf,
		/// Where and what.
		problem: String,
	},
	/// File and command line together leave something open or contradict each other.
	#[error("{0}")]
	Incomplete(String),
}

/// How alike two names must be for one to be a misspelling of the other.
const ALIKE: f64 = 0.6;

/// What `error` says about `text`, with the line, the key, and the key that was meant.
pub(super) fn explain(text: &str, error: &toml::de::Error) -> String {
	let Some(span) = error.span() else { return error.message().into() };
	let line = line_of(text, &span);
	let unknown = error.message().strip_prefix("unknown field `");
	let Some((key, _)) = unknown.and_then(|rest| rest.split_once('`')) else {
		let content = text.lines().nth(line - 1).unwrap_or_default();
		let key = content.split_once('=').map(|(key, _)| format!("{}: ", key.trim()));
		return format!("line {line}: {}{}", key.unwrap_or_default(), error.message());
	};
	let section = SECTIONS.iter().find(|section| Some(section.name) == section_at(text, line));
	let (place, known): (_, Vec<&str>) = match section {
		Some(section) => {
			(format!("[{}]", section.name), section.keys.iter().map(|key| key.name).collect())
		},
		None => ("this file".into(), SECTIONS.iter().map(|section| section.name).collect()),
	};
	let alike = |name: &&str| strsim::normalized_damerau_levenshtein(name, key);
	let nearest = known.iter().copied().max_by(|a, b| alike(a).total_cmp(&alike(b)));
	match nearest.filter(|name| alike(name) >= ALIKE) {
		Some(nearest) => {
			format!("line {line}: there is no `{key}` in {place}; did you mean `{nearest}`?")
		},
		None => format!("line {line}: there is no `{key}` in {place}; it has {}", known.join(", ")),
	}
}

/// The line, from 1, in which `span` starts.
fn line_of(text: &str, span: &Range<usize>) -> usize {
	let before = text.get(..span.start).unwrap_or(text);
	before.bytes().filter(|byte| *byte == b'\n').count() + 1
}

/// The section that `line` belongs to; nothing for the line of a heading itself, whose name may be
/// what is unknown.
fn section_at(text: &str, line: usize) -> Option<&str> {
	if text.lines().nth(line - 1).and_then(heading).is_some() {
		return None;
	}
	let before: Vec<&str> = text.lines().take(line).collect();
	before.into_iter().rev().find_map(heading)
}

/// The name between the brackets of a heading.
fn heading(line: &str) -> Option<&str> {
	let name = line.trim().strip_prefix('[')?.split(']').next()?;
	Some(name.trim())
}
