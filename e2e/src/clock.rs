//! A process' clock, wrong by as much as wanted, and changed while the process runs: libfaketime,
//! preloaded, reads the offset from a file. Namespaces of time do not cover the clock of the day.

use std::{
	ffi::OsString,
	fs,
	path::{Path, PathBuf},
};

use anyhow::{Context, Result};

/// Where Debian and Ubuntu install the library.
const LIBRARIES: [&str; 3] = [
	"/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1",
	"/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1",
	"/usr/lib/faketime/libfaketimeMT.so.1",
];

/// The clock of one process.
#[derive(Debug)]
pub struct Clock {
	file: PathBuf,
}

/// Why clocks cannot be set here, if they cannot.
pub fn missing() -> Option<&'static str> {
	library().is_none().then_some("needs libfaketime (`apt-get install libfaketime`)")
}

impl Clock {
	/// A clock that is right; its file is made in `dir`.
	///
	/// # Errors
	/// If the file cannot be written.
	pub fn new(dir: &Path, name: &str) -> Result<Self> {
		let clock = Self { file: dir.join(format!("{name}.clock")) };
		clock.set(0.0)?;
		Ok(clock)
	}

	/// Moves it away from the machine's clock, by that many seconds. It takes effect within one.
	///
	/// # Errors
	/// If the file cannot be written.
	pub fn set(&self, seconds: f64) -> Result<()> {
		// Whoever reads it finds the old file or the new one.
		let part = self.file.with_extension("part");
		fs::write(&part, format!("{seconds:+.3}\n")).context("cannot write a clock")?;
		fs::rename(&part, &self.file).context("cannot replace a clock")
	}

	/// What makes a process use it.
	///
	/// # Errors
	/// If the library is not installed.
	pub fn env(&self) -> Result<Vec<(OsString, OsString)>> {
		let library = library().context("libfaketime is not installed")?;
		Ok(vec![
			("LD_PRELOAD".into(), library.into()),
			("FAKETIME_TIMESTAMP_FILE".into(), self.file.clone().into()),
			("FAKETIME_CACHE_DURATION".into(), "1".into()),
			// Timers run as ever: it is the date that is wrong.
			("FAKETIME_DONT_FAKE_MONOTONIC".into(), "1".into()),
			("DONT_FAKE_MONOTONIC".into(), "1".into()),
		])
	}
}

fn library() -> Option<&'static str> {
	LIBRARIES.into_iter().find(|path| Path::new(path).is_file())
}
