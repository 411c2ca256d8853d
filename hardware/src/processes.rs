//! Which processes are ours, and what they use.

use std::{
	collections::{BTreeMap, BTreeSet},
	path::Path,
};

use crate::reading::{entries, name, text, unreadable, Reading, Unreadable};

/// Our processes: the worker, what it started, and the friends that the owner named, with what they
/// started.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ours {
	/// Their ids.
	pub pids: BTreeSet<u32>,
	/// Time on processors so far, in ticks, that of children which have ended included.
	pub ticks: u64,
	/// Memory that is theirs and present, in bytes.
	pub resident: u64,
}

struct Process {
	parent: u32,
	name: String,
	ticks: u64,
}

impl Ours {
	/// The descendants of `root`, and of every process called like one of `friends`.
	///
	/// # Errors
	/// If there is no list of processes.
	pub fn read(proc: &Path, root: u32, friends: &[String]) -> Reading<Self> {
		if let Err(error) = std::fs::read_dir(proc) {
			return Err(unreadable(proc, &error));
		}
		let processes: BTreeMap<u32, Process> = entries(proc)
			.iter()
			.filter_map(|path| {
				let pid = name(path).parse().ok()?;
				// A process may end while it is looked at.
				Some((pid, parse(&text(&path.join("stat")).ok()?)?))
			})
			.collect();
		let is_ours = |pid: u32| {
			let mut pid = pid;
			// Parents form no circle; the bound is for those who see them change.
			for _ in 0..64 {
				let Some(process) = processes.get(&pid) else { return false };
				if pid == root || friends.contains(&process.name) {
					return true;
				}
				pid = process.parent;
			}
			false
		};
		let mut ours = Self::default();
		for (pid, process) in &processes {
			if is_ours(*pid) {
				ours.pids.insert(*pid);
				ours.ticks = ours.ticks.saturating_add(process.ticks);
				ours.resident = ours.resident.saturating_add(resident(proc, *pid));
			}
		}
		if ours.pids.is_empty() {
			return Err(Unreadable(format!("{} does not list process {root}", proc.display())));
		}
		Ok(ours)
	}
}

/// A line of `/proc/<pid>/stat`. The name may contain anything, so it ends at the last parenthesis.
fn parse(line: &str) -> Option<Process> {
	let (before, after) = line.rsplit_once(')')?;
	let (_, name) = before.split_once('(')?;
	let fields: Vec<&str> = after.split_whitespace().collect();
	let number = |index: usize| fields.get(index)?.parse::<i64>().ok();
	// State, parent, …; utime, stime, cutime and cstime are the fields 14 to 17 of the line.
	let ticks = (11..=14).filter_map(number).map(|ticks| u64::try_from(ticks).unwrap_or(0)).sum();
	let parent = u32::try_from(number(1)?).ok()?;
	Some(Process { parent, name: name.into(), ticks })
}

fn resident(proc: &Path, pid: u32) -> u64 {
	let status = text(&proc.join(pid.to_string()).join("status")).unwrap_or_default();
	let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
	let kib = line.and_then(|line| line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok());
	kib.unwrap_or(0).saturating_mul(1024)
}
