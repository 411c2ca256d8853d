//! What stands between a model and the machine it runs on.
//!
//! | wall | keeps out |
//! |---|---|
//! | limits | core dumps, files written to, more than a few descriptors; address space, processor time and, once a model is open, new threads, all set from outside |
//! | privileges | none can be gained by executing anything; other processes cannot attach |
//! | namespaces | a network without any device, an own System V IPC; no capability outside |
//! | landlock | all of the file system; TCP; signals to processes outside |
//! | seccomp | every system call that computing does not need; the worst of them kill |
//!
//! Each stands alone: no file can be opened if landlock or seccomp is there, no packet sent if
//! namespaces or seccomp are. What the kernel lacks is said once, at the start.
//!
//! **CUDA** needs device files and driver calls that change with the driver: landlock leaves
//! `/dev/nvidia*`, `/proc`, `/sys` and the libraries readable, seccomp only forbids the worst, and
//! memory is limited by what is written to instead of address space. That profile has not been tried
//! on a machine with a GPU.

use std::{fmt, path::PathBuf};

use codec::{Decode, Encode};
use landlock::{
	path_beneath_rules, Access, AccessFs, AccessNet, CompatLevel, Compatible, Ruleset, RulesetAttr,
	RulesetCreatedAttr, RulesetStatus, Scope, ABI,
};
use rustix::{
	io::Errno,
	process::{DumpableBehavior, Resource, Rlimit, Signal},
	thread::UnshareFlags,
};

use super::seccomp;
use crate::engine::Device;

/// Descriptors that a locked runner may have: its socket, its standard streams, and a few that the
/// C library opens and closes.
const MAX_FILES: u64 = 16;

/// The newest landlock that is asked for; older kernels give what they have.
const LANDLOCK: ABI = ABI::V6;

/// One wall, and what is missing of it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Wall {
	/// Its name.
	pub name: String,
	/// Why it is not there, if it is not.
	pub missing: Option<String>,
}

impl fmt::Display for Wall {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match &self.missing {
			None => f.write_str(&self.name),
			Some(why) => write!(f, "no {} ({why})", self.name),
		}
	}
}

/// Walls under construction.
#[derive(Debug, Default)]
pub struct Sandbox {
	walls: Vec<Wall>,
}

impl Sandbox {
	/// The walls that a process can put up before it loads libraries. Must be called before there is a
	/// second thread.
	pub fn enter(device: Device) -> Self {
		let mut sandbox = Self::default();
		sandbox.note(
			"privileges",
			(|| {
				rustix::process::set_parent_process_death_signal(Some(Signal::KILL))?;
				rustix::thread::set_no_new_privs(true)
			})(),
		);
		let core = limit(Resource::Core, 0);
		sandbox.note("limits", core.and_then(|()| limit(Resource::Fsize, 0)));
		// The kernel's last resort should hit this process before anything that people care about.
		if let Err(error) = std::fs::write("/proc/self/oom_score_adj", "1000") {
			eprintln!("cannot volunteer for the OOM killer: {error}");
		}
		if device == Device::Cpu {
			sandbox.note("namespaces", isolate());
		}
		sandbox
	}

	/// The rest, once the libraries are there: from here on the process can only compute.
	pub fn lock(mut self, device: Device) -> Vec<Wall> {
		let undumpable =
			rustix::process::set_dumpable_behavior(DumpableBehavior::NotDumpable).map(drop);
		self.note("secrecy", undumpable);
		if device == Device::Cpu {
			self.note("descriptors", limit(Resource::Nofile, MAX_FILES));
		}
		self.note("landlock", landlock(device));
		self.note("seccomp", seccomp::compute_only(device));
		self.walls
	}

	fn note<E: fmt::Display>(&mut self, name: &str, outcome: Result<(), E>) {
		let missing = outcome.err().map(|error| error.to_string());
		self.walls.push(Wall { name: name.into(), missing });
	}
}

fn limit(resource: Resource, value: u64) -> Result<(), Errno> {
	rustix::process::setrlimit(resource, Rlimit { current: Some(value), maximum: Some(value) })
}

/// A user namespace without any user in it, in which the others can be made without privileges.
#[allow(unsafe_code, reason = "the call has effects on descriptors that rustix cannot rule out")]
fn isolate() -> Result<(), Errno> {
	let others = UnshareFlags::NEWNET | UnshareFlags::NEWIPC | UnshareFlags::NEWUTS;
	// SAFETY: of these flags none touches the table of descriptors or the memory, and there is only
	// one thread.
	unsafe { rustix::thread::unshare_unsafe(UnshareFlags::NEWUSER | others) }
}

fn landlock(device: Device) -> Result<(), String> {
	let build = || {
		let rules = Ruleset::default()
			.set_compatibility(CompatLevel::BestEffort)
			.handle_access(AccessFs::from_all(LANDLOCK))?
			.handle_access(AccessNet::from_all(LANDLOCK))?
			.scope(Scope::from_all(LANDLOCK))?
			.create()?;
		match device {
			Device::Cpu => rules.restrict_self(),
			Device::Cuda(_) | Device::TensorRt(_) => {
				let read = AccessFs::from_read(LANDLOCK);
				let drive = read | AccessFs::WriteFile | AccessFs::IoctlDev;
				rules
					.add_rules(path_beneath_rules(LIBRARIES, read))?
					.add_rules(path_beneath_rules(cuda_devices(), drive))?
					.restrict_self()
			},
		}
	};
	match build() {
		Ok(status) => match status.ruleset {
			RulesetStatus::FullyEnforced => Ok(()),
			RulesetStatus::PartiallyEnforced => Err("this kernel has only parts of it".into()),
			RulesetStatus::NotEnforced => Err("this kernel has none".into()),
		},
		Err(error) => Err(error.to_string()),
	}
}

/// What the CUDA libraries read while they run.
const LIBRARIES: &[&str] = &[
	"/usr/lib",
	"/usr/lib64",
	"/lib",
	"/lib64",
	"/usr/local/cuda",
	"/proc",
	"/sys",
	"/etc/ld.so.cache",
];

fn cuda_devices() -> Vec<PathBuf> {
	let Ok(entries) = std::fs::read_dir("/dev") else { return Vec::new() };
	let names = entries.filter_map(|entry| entry.ok().map(|entry| entry.path()));
	names
		.filter(|path| {
			path.file_name()
				.and_then(|name| name.to_str())
				.is_some_and(|name| name.starts_with("nvidia"))
		})
		.collect()
}
