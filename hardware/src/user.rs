//! When somebody last used this machine by hand.

use std::{
	os::unix::fs::MetadataExt,
	path::Path,
	process::{Command, Stdio},
	time::{Duration, SystemTime, UNIX_EPOCH},
};

use crate::reading::{entries, name, text, Reading, Roots, Unreadable};

/// The person at the keyboard.
///
/// Three sources, and whatever was touched last counts:
/// - sessions that logind knows; desktops tell it when they become idle;
/// - terminals, `tty` and `pts`: reading a key updates the time of access, to eight seconds. This is
///   what `w` shows, and covers those who come over the network;
/// - interrupts of the keyboard controller (i8042), which built-in keyboards still use.
#[derive(Debug, Default)]
pub struct User {
	interrupts: Option<u64>,
	/// Seconds since 1970 when they last changed.
	touched: Option<u64>,
}

impl User {
	/// Time since anybody touched anything; since the machine started, at most.
	///
	/// # Errors
	/// If no source can be read.
	pub fn idle_for(&mut self, roots: &Roots) -> Reading<Duration> {
		let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
		let started = uptime(&roots.proc).map(|uptime| now.saturating_sub(uptime));
		let sessions = sessions(&roots.loginctl, now);
		let terminals = terminals(&roots.dev);
		let keys = self.keys(&roots.proc, now);
		let readable = sessions.is_ok() || terminals.is_some() || self.interrupts.is_some();
		let touched = [sessions.clone().ok().flatten(), terminals, keys];
		match touched.into_iter().flatten().max().or_else(|| started.clone().ok()) {
			Some(touched) if readable => Ok(Duration::from_secs(now.saturating_sub(touched))),
			_ => Err(sessions.err().unwrap_or_else(|| Unreadable::new("nobody ever was here"))),
		}
	}

	/// When the keyboard controller last did anything, as far as we have seen it.
	fn keys(&mut self, proc: &Path, now: u64) -> Option<u64> {
		let interrupts = interrupts(proc)?;
		let before = self.interrupts.replace(interrupts);
		if before.is_some_and(|before| before != interrupts) {
			self.touched = Some(now);
		}
		self.touched
	}
}

fn uptime(proc: &Path) -> Reading<u64> {
	let path = proc.join("uptime");
	let text = text(&path)?;
	let seconds = text.split(['.', ' ']).next().and_then(|seconds| seconds.parse().ok());
	seconds.ok_or_else(|| Unreadable(format!("{} holds `{text}`", path.display())))
}

/// Interrupts of the keyboard controller; `None` if the machine has none.
fn interrupts(proc: &Path) -> Option<u64> {
	let table = text(&proc.join("interrupts")).ok()?;
	let lines = table.lines().filter(|line| line.ends_with("i8042"));
	let counts = lines.map(|line| {
		let columns = line.split_whitespace().skip(1);
		columns.map_while(|count| count.parse::<u64>().ok()).sum::<u64>()
	});
	let counts: Vec<u64> = counts.collect();
	(!counts.is_empty()).then(|| counts.iter().sum())
}

/// When a key was last read from a terminal, in seconds since 1970; `None` without terminals.
fn terminals(dev: &Path) -> Option<u64> {
	let numbered = |path: &std::path::PathBuf, prefix: &str| {
		let name = name(path);
		let number = name.strip_prefix(prefix).unwrap_or_default();
		!number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
	};
	let consoles = entries(dev).into_iter().filter(|path| numbered(path, "tty"));
	let windows = entries(&dev.join("pts")).into_iter().filter(|path| numbered(path, ""));
	// Consoles that nobody logs in at belong to root, and were touched when the machine started.
	let accessed = consoles.chain(windows).filter_map(|path| path.metadata().ok());
	accessed.filter_map(|data| u64::try_from(data.atime()).ok()).max()
}

/// When a session was last touched, in seconds since 1970; `None` if there are no sessions.
fn sessions(loginctl: &Path, now: u64) -> Reading<Option<u64>> {
	let list = ask(loginctl, &["list-sessions", "--no-legend"])?;
	let ids: Vec<&str> = list.lines().filter_map(|line| line.split_whitespace().next()).collect();
	let mut touched = None;
	for id in ids {
		let properties = ["-p", "Class", "-p", "State", "-p", "IdleHint", "-p", "IdleSinceHint"];
		let asked: Vec<&str> = ["show-session", id].into_iter().chain(properties).collect();
		// It may have ended since.
		let Ok(answer) = ask(loginctl, &asked) else { continue };
		touched = touched.max(last_touch(&answer, now));
	}
	Ok(touched)
}

/// When the session that `loginctl show-session` describes was last touched; `None` if it is nobody's.
fn last_touch(answer: &str, now: u64) -> Option<u64> {
	let property = |name: &str| {
		let line = answer.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
		line.map(str::trim)
	};
	// Greeters, background services, managers of users.
	let is_person = property("Class").is_none_or(|class| class == "user");
	if !is_person || property("State") == Some("closing") {
		return None;
	}
	match property("IdleHint") {
		Some("yes") => {
			let microseconds: u64 = property("IdleSinceHint")?.parse().ok()?;
			Some(microseconds / 1_000_000)
		},
		_ => Some(now),
	}
}

fn ask(loginctl: &Path, arguments: &[&str]) -> Reading<String> {
	let failed = |reason: String| Unreadable(format!("loginctl: {reason}"));
	let asked = Command::new(loginctl)
		.args(arguments)
		.stdin(Stdio::null())
		.env("LC_ALL", "C")
		.output()
		.map_err(|error| failed(error.to_string()))?;
	if !asked.status.success() {
		return Err(failed(String::from_utf8_lossy(&asked.stderr).trim().into()));
	}
	Ok(String::from_utf8_lossy(&asked.stdout).into_owned())
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn last_touch_is_now_when_a_desktop_is_in_use() {
		assert_eq!(last_touch("Class=user\nState=active\nIdleHint=no\n", 100), Some(100));
		let idle = "Class=user\nState=active\nIdleHint=yes\nIdleSinceHint=40000000\n";
		assert_eq!(last_touch(idle, 100), Some(40));
	}

	#[test]
	fn last_touch_is_none_when_the_session_is_no_persons() {
		for class in ["greeter", "manager", "background", "lock-screen"] {
			let answer = format!("Class={class}\nState=active\nIdleHint=no\n");
			assert_eq!(last_touch(&answer, 100), None, "{class}");
		}
		assert_eq!(last_touch("Class=user\nState=closing\nIdleHint=no\n", 100), None);
	}
}
