//! Child processes that never outlive us.
//!
//! Each child leads its own process group, so that Ctrl-C in a terminal reaches only us and children
//! are stopped in order. Each is killed by the kernel when we die, however that happens.

#![allow(unsafe_code, reason = "signals and prctl have no safe interface in std")]

use std::{
	ffi::OsString,
	fs::{File, OpenOptions},
	io,
	os::unix::process::{CommandExt, ExitStatusExt},
	path::{Path, PathBuf},
	process::{Child, Command, ExitStatus, Stdio},
	sync::{mpsc, OnceLock},
	thread,
	time::{Duration, Instant},
};

/// How long a child may take to stop after it was asked to.
const PATIENCE: Duration = Duration::from_secs(15);

/// Lines of a log that errors quote.
const TAIL_LINES: usize = 15;

/// What to run.
#[derive(Clone, Debug)]
pub struct Program {
	/// Name for people and for the log file.
	pub name: String,
	/// The binary.
	pub binary: PathBuf,
	/// Its arguments.
	pub args: Vec<OsString>,
	/// Variables added to our own environment.
	pub env: Vec<(OsString, OsString)>,
	/// Standard output and standard error go here, after what is there already.
	pub log: PathBuf,
}

/// A running child. Killed when dropped.
#[derive(Debug)]
pub struct Process {
	child: Child,
	/// What it runs.
	pub program: Program,
}

impl Program {
	/// A program whose log is `NAME.log` in `dir`.
	pub fn new(name: &str, binary: PathBuf, args: Vec<OsString>, dir: &Path) -> Self {
		let log = dir.join(format!("{name}.log"));
		Self { name: name.into(), binary, args, env: Vec::new(), log }
	}

	/// Starts it.
	///
	/// # Errors
	/// If the binary cannot be run or the log cannot be opened.
	pub fn start(self) -> io::Result<Process> {
		let log = OpenOptions::new().create(true).append(true).open(&self.log)?;
		let mut command = Command::new(&self.binary);
		command
			.args(&self.args)
			.envs(self.env.iter().map(|(name, value)| (name, value)))
			.stdin(Stdio::null())
			.stdout(log.try_clone()?)
			.stderr(log)
			.process_group(0);
		Ok(Process { child: spawn(command)?, program: self })
	}
}

impl Process {
	/// Its process id.
	pub fn id(&self) -> u32 {
		self.child.id()
	}

	/// How it ended, if it has.
	pub fn exited(&mut self) -> Option<ExitStatus> {
		self.child.try_wait().ok().flatten()
	}

	/// Whether it still runs.
	pub fn is_running(&mut self) -> bool {
		self.exited().is_none()
	}

	/// Asks it to stop (SIGTERM) and returns at once. Its own children are its own affair: only it
	/// knows whether they should finish first.
	pub fn terminate(&mut self) {
		self.signal(libc::SIGTERM, |id| id);
	}

	/// Kills it (SIGKILL) with all its own children, and waits until it is gone.
	pub fn kill(&mut self) {
		self.signal(libc::SIGKILL, |id| -id);
		let _ = self.child.wait();
	}

	/// Asks it to stop, waits, and kills it if that takes too long. Returns how it ended.
	pub async fn stop(&mut self) -> Option<ExitStatus> {
		self.terminate();
		let deadline = Instant::now() + PATIENCE;
		while Instant::now() < deadline {
			if let Some(status) = self.exited() {
				return Some(status);
			}
			tokio::time::sleep(Duration::from_millis(50)).await;
		}
		tracing::warn!(name = self.program.name, "did not stop in time, so it is killed");
		self.kill();
		self.exited()
	}

	/// The end of its log.
	pub fn log_tail(&self) -> String {
		tail(&self.program.log)
	}

	/// Sends a signal to what `target` makes of our child's id: itself, or, negated, its group.
	fn signal(&mut self, signal: libc::c_int, target: fn(libc::pid_t) -> libc::pid_t) {
		// A child that was waited for is gone, and its id may be another's.
		if !self.is_running() {
			return;
		}
		let Ok(id) = libc::pid_t::try_from(self.child.id()) else { return };
		// SAFETY: takes two integers and has no effect on our memory.
		unsafe { libc::kill(target(id), signal) };
	}
}

impl Drop for Process {
	fn drop(&mut self) {
		self.kill();
	}
}

/// How a process ended, for people.
pub fn describe(status: ExitStatus) -> String {
	match (status.code(), status.signal()) {
		(Some(code), _) => format!("ended with code {code}"),
		(_, Some(signal)) => format!("was killed by signal {signal}"),
		_ => "ended".into(),
	}
}

/// The end of a log file.
pub fn tail(log: &Path) -> String {
	let text = File::open(log).and_then(io::read_to_string).unwrap_or_default();
	let lines = text.lines().collect::<Vec<_>>();
	lines[lines.len().saturating_sub(TAIL_LINES)..].join("\n")
}

type Order = (Command, mpsc::Sender<io::Result<Child>>);

/// Starts a child from a thread that lives as long as we do: the kernel sends the signal below when
/// the *thread* that started the child ends, and threads of tests and runtimes end early.
fn spawn(mut command: Command) -> io::Result<Child> {
	static SPAWNER: OnceLock<mpsc::Sender<Order>> = OnceLock::new();
	// SAFETY: `prctl` is async-signal-safe, and nothing else happens between fork and exec.
	unsafe {
		command.pre_exec(|| match libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) {
			0 => Ok(()),
			_ => Err(io::Error::last_os_error()),
		});
	}
	let spawner = SPAWNER.get_or_init(|| {
		let (orders, incoming) = mpsc::channel::<Order>();
		thread::spawn(move || {
			for (mut command, reply) in incoming {
				let _ = reply.send(command.spawn());
			}
		});
		orders
	});
	let gone = || io::Error::other("the thread that starts processes is gone");
	let (reply, answer) = mpsc::channel();
	spawner.send((command, reply)).map_err(|_| gone())?;
	answer.recv().map_err(|_| gone())?
}

#[cfg(test)]
mod tests {
	use super::*;

	fn shell(script: &str, dir: &Path) -> Process {
		let program = Program {
			name: "shell".into(),
			binary: "/bin/sh".into(),
			args: vec!["-c".into(), script.into()],
			env: vec![("GREETING".into(), "hello".into())],
			log: dir.join("shell.log"),
		};
		program.start().unwrap()
	}

	#[tokio::test]
	async fn stop_lets_a_child_finish_when_it_listens() {
		let dir = tempfile::tempdir().unwrap();
		let script = "trap 'echo bye; exit 3' TERM; echo $GREETING; while :; do sleep 0.05; done";
		let mut child = shell(script, dir.path());
		while child.log_tail().is_empty() {
			tokio::time::sleep(Duration::from_millis(20)).await;
		}
		assert!(child.is_running());
		let status = child.stop().await.unwrap();
		assert_eq!(describe(status), "ended with code 3");
		assert_eq!(child.log_tail(), "hello\nbye");
	}

	#[tokio::test]
	async fn drop_kills_the_whole_group() {
		let dir = tempfile::tempdir().unwrap();
		let child = shell("sleep 1000 & echo $!; wait", dir.path());
		while child.log_tail().is_empty() {
			tokio::time::sleep(Duration::from_millis(20)).await;
		}
		let grandchild: u32 = child.log_tail().trim().parse().unwrap();
		let id = child.id();
		drop(child);
		for _ in 0..100 {
			if !alive(id) && !alive(grandchild) {
				return;
			}
			tokio::time::sleep(Duration::from_millis(20)).await;
		}
		panic!("processes are left over");
	}

	/// Whether the process exists and is not waiting to be reaped.
	fn alive(id: u32) -> bool {
		let status = std::fs::read_to_string(format!("/proc/{id}/stat"));
		status.is_ok_and(|status| !status.contains(") Z"))
	}

	#[test]
	fn start_fails_when_the_binary_is_missing() {
		let dir = tempfile::tempdir().unwrap();
		let program = Program {
			name: "nothing".into(),
			binary: dir.path().join("nothing"),
			args: vec![],
			env: vec![],
			log: dir.path().join("log"),
		};
		assert_eq!(program.start().unwrap_err().kind(), io::ErrorKind::NotFound);
	}
}
