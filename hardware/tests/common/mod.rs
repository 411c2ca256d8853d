//! Machines made of files.

#![allow(dead_code, reason = "each test binary uses its own part")]

use std::{
	fs,
	os::unix::fs::PermissionsExt,
	path::{Path, PathBuf},
};

use tercet_hardware::Roots;

/// A tree with `/proc`, `/sys` and `/dev` of a machine.
pub struct Tree(tempfile::TempDir);

impl Tree {
	/// An empty machine.
	pub fn new() -> Self {
		Self(tempfile::tempdir().unwrap())
	}

	/// A machine of four processors that is up for an hour and idle, with this test as its worker, on
	/// mains, at 45 °C, with 8 GiB available.
	pub fn idle() -> Self {
		Self::new()
			.file("proc/stat", "cpu  1000 0 1000 398000 0 0 0 0 0 0\ncpu0 0 0 0 0 0 0 0 0 0 0\n")
			.file("proc/meminfo", "MemTotal: 16777216 kB\nMemAvailable: 8388608 kB\n")
			.file("proc/uptime", "3600.00 14000.00\n")
			.process(1, 0, "systemd", 100)
			.process(std::process::id(), 1, "tercet-worker", 200)
			.file("sys/class/hwmon/hwmon0/name", "k10temp\n")
			.file("sys/class/hwmon/hwmon0/temp1_input", "45000\n")
			.script("exit 1")
	}

	/// Writes a file.
	pub fn file(self, path: &str, content: &str) -> Self {
		let path = self.path(path);
		fs::create_dir_all(path.parent().unwrap()).unwrap();
		fs::write(path, content).unwrap();
		self
	}

	/// Adds a process with so many ticks on processors.
	pub fn process(self, pid: u32, parent: u32, name: &str, ticks: u64) -> Self {
		let stat =
			format!("{pid} ({name}) S {parent} 1 1 0 -1 0 0 0 0 0 {ticks} 0 0 0 20 0 1 0 5\n");
		self.file(&format!("proc/{pid}/stat"), &stat)
			.file(&format!("proc/{pid}/status"), "Name:\tx\nVmRSS:\t    1024 kB\n")
	}

	/// What `loginctl` does: a shell script.
	pub fn script(self, script: &str) -> Self {
		let tree = self.file("loginctl", &format!("#!/bin/sh\n{script}\n"));
		let mode = fs::Permissions::from_mode(0o755);
		fs::set_permissions(tree.path("loginctl"), mode).unwrap();
		tree
	}

	/// Where a file of it is.
	pub fn path(&self, path: &str) -> PathBuf {
		self.0.path().join(path)
	}

	/// Where it is.
	pub fn root(&self) -> &Path {
		self.0.path()
	}

	/// It, for readers.
	pub fn roots(&self) -> Roots {
		Roots::under(self.0.path())
	}
}
