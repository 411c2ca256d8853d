//! Memory that models could have.

use std::path::Path;

use crate::{
	processes::Ours,
	reading::{text, Reading, Unreadable},
};

/// Memory that is not used by others, in bytes: what is available, and what is ours already. A worker
/// that loads a model does not run out of its own rule thereby.
///
/// # Errors
/// If `/proc/meminfo` cannot be read.
pub fn free_of_others(proc: &Path, ours: &Ours) -> Reading<u64> {
	let path = proc.join("meminfo");
	let meminfo = text(&path)?;
	let line = meminfo.lines().find_map(|line| line.strip_prefix("MemAvailable:"));
	let kib = line.and_then(|line| line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok());
	let missing = || Unreadable(format!("{} does not say what is available", path.display()));
	Ok(kib.ok_or_else(missing)?.saturating_mul(1024).saturating_add(ours.resident))
}

/// Free space for ordinary users on the file system of `dir`, in bytes.
///
/// # Errors
/// If the file system does not say.
pub fn free_disk(dir: &Path) -> Reading<u64> {
	match rustix::fs::statvfs(dir) {
		Ok(stat) => Ok(stat.f_bavail.saturating_mul(stat.f_frsize)),
		Err(error) => Err(Unreadable(format!("cannot ask how full {} is: {error}", dir.display()))),
	}
}
