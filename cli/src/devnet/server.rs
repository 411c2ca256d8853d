//! A program that can be started again and again, on the state that it left.

use std::{ffi::OsString, path::Path, process::ExitStatus, time::Duration};

use super::{
	process::{describe, tail},
	Error, Process, Program,
};

/// A program that may run or not. Killed when dropped.
#[derive(Debug)]
pub struct Server {
	program: Program,
	process: Option<Process>,
}

impl Server {
	/// It does not run yet.
	pub fn new(program: Program) -> Self {
		Self { program, process: None }
	}

	/// What it runs.
	pub fn program(&self) -> &Program {
		&self.program
	}

	/// Its log.
	pub fn log(&self) -> &Path {
		&self.program.log
	}

	/// Other arguments and variables from its next start on.
	pub fn set(&mut self, args: Vec<OsString>, env: Vec<(OsString, OsString)>) {
		(self.program.args, self.program.env) = (args, env);
	}

	/// Whether it runs.
	pub fn runs(&mut self) -> bool {
		self.process.as_mut().is_some_and(Process::is_running)
	}

	/// How it ended, if it was started and has ended by itself.
	pub fn exited(&mut self) -> Option<ExitStatus> {
		self.process.as_mut().and_then(Process::exited)
	}

	/// Asks it to stop (SIGTERM) and returns at once.
	pub fn terminate(&mut self) {
		if let Some(process) = &mut self.process {
			process.terminate();
		}
	}

	/// Kills it (SIGKILL), as a power failure would.
	pub fn kill(&mut self) {
		// Dropping kills.
		self.process = None;
	}

	/// Asks it to stop and waits until it has; kills it if that takes too long. Returns how it ended,
	/// if it ran.
	pub async fn stop(&mut self) -> Option<ExitStatus> {
		let mut process = self.process.take()?;
		process.stop().await
	}

	/// Starts it, on the state that it left. Kills it first if it still runs.
	///
	/// # Errors
	/// [`Error::Start`].
	pub fn restart(&mut self) -> Result<(), Error> {
		self.kill();
		let program = self.program.clone();
		let (name, binary) = (program.name.clone(), program.binary.clone());
		let start = |source| Error::Start { name, binary, source };
		self.process = Some(program.start().map_err(start)?);
		Ok(())
	}

	/// Fails if it was started and has ended.
	///
	/// # Errors
	/// [`Error::Ended`].
	pub fn check(&mut self) -> Result<(), Error> {
		let Some(status) = self.exited() else { return Ok(()) };
		let Program { name, log, .. } = self.program.clone();
		Err(Error::Ended { name, how: describe(status), tail: tail(&log), log })
	}

	/// What is to be said when `what` took longer than `limit`.
	pub fn timed_out(&self, what: impl Into<String>, limit: Duration) -> Error {
		Error::timed_out(what, limit, self.program.log.clone())
	}
}
