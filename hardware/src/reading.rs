//! A value of the machine, or why it cannot be read.

use std::{
	fs, io,
	path::{Path, PathBuf},
	str::FromStr,
};

use serde::{Deserialize, Serialize};

/// Why a value cannot be read on this machine, for people.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[error("{0}")]
pub struct Unreadable(pub String);

impl Unreadable {
	/// With this reason.
	pub fn new(reason: impl Into<String>) -> Self {
		Self(reason.into())
	}
}

/// A value, if this machine has it and lets us read it.
pub type Reading<T> = Result<T, Unreadable>;

/// Where the system's files are. Tests point it at trees of their own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Roots {
	/// `/proc`.
	pub proc: PathBuf,
	/// `/sys`.
	pub sys: PathBuf,
	/// `/dev`.
	pub dev: PathBuf,
	/// The program that knows sessions: `loginctl`.
	pub loginctl: PathBuf,
	/// Whether to ask NVML. It reads from the driver, not from files.
	pub nvml: bool,
}

impl Default for Roots {
	fn default() -> Self {
		Self {
			proc: "/proc".into(),
			sys: "/sys".into(),
			dev: "/dev".into(),
			loginctl: "loginctl".into(),
			nvml: true,
		}
	}
}

impl Roots {
	/// The same places under `root`, without NVML.
	pub fn under(root: &Path) -> Self {
		Self {
			proc: root.join("proc"),
			sys: root.join("sys"),
			dev: root.join("dev"),
			loginctl: root.join("loginctl"),
			nvml: false,
		}
	}
}

/// The text of a file, without the white space around it.
pub(crate) fn text(path: &Path) -> Reading<String> {
	match fs::read_to_string(path) {
		Ok(text) => Ok(text.trim().to_owned()),
		Err(error) => Err(unreadable(path, &error)),
	}
}

/// The value that a file consists of.
pub(crate) fn value<T: FromStr>(path: &Path) -> Reading<T> {
	let text = text(path)?;
	let odd = || Unreadable(format!("{} holds `{text}`", path.display()));
	text.parse().map_err(|_| odd())
}

pub(crate) fn unreadable(path: &Path, error: &io::Error) -> Unreadable {
	Unreadable(format!("cannot read {}: {error}", path.display()))
}

/// What is in a directory, sorted by name; nothing if it does not exist.
pub(crate) fn entries(dir: &Path) -> Vec<PathBuf> {
	let mut entries: Vec<PathBuf> =
		fs::read_dir(dir).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
	entries.sort();
	entries
}

/// The last part of a path.
pub(crate) fn name(path: &Path) -> String {
	path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
