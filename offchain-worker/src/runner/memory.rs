//! How much memory a model may take.
//!
//! A variant's record declares the memory that it needs. Nobody measures that to the byte: the same
//! graph takes a little more where weights are packed for wider registers or more threads run. So a
//! process gets what was [`promised`]: the declared memory, room for the copies that loading and
//! binding make, and [`ALLOWANCE`]. What fits is answered.
//!
//! What does not fit is run once more, in a fresh process that gets [`CONFIRMING`] times as much. If
//! that is not enough either, the job is *invalid: out of memory*; if it is, the job is handed back.
//! Two honest machines can then only contradict each other if one needs more than twice what the other
//! needs for the same graph and input, both counted beyond the size of an idle process. Between them
//! lies the band in which nobody says anything that could be held against anybody. A worker that does
//! not have that much free memory says nothing, either.

use std::{fs::File, io, os::unix::fs::FileExt};

/// Memory beyond what a record declares, for the process itself, its stacks and its heap's slack.
pub const ALLOWANCE: u64 = 512 << 20;

/// How many times the promised memory must be too little before a job is called invalid.
pub const CONFIRMING: u64 = 2;

/// Memory that a process may take for a model and one input beyond what it takes idle, in bytes:
/// `declared + 2 × artifact + 6 × input +` [`ALLOWANCE`].
///
/// The file is there three times while it is loaded: as it came, parsed, and as the session's weights,
/// one of which is what the author declared. An input is there as bytes, as tensors and as values, and
/// so may results of its size be.
pub fn promised(declared: u64, artifact: u64, input: u64) -> u64 {
	declared
		.saturating_add(artifact.saturating_mul(2))
		.saturating_add(input.saturating_mul(6))
		.saturating_add(ALLOWANCE)
}

/// Memory of this machine that nobody uses, in bytes, if the system says.
pub fn available() -> Option<u64> {
	meminfo("MemAvailable:")
}

/// Memory of this machine, in bytes, if the system says.
pub fn total() -> Option<u64> {
	meminfo("MemTotal:")
}

fn meminfo(key: &str) -> Option<u64> {
	let text = std::fs::read_to_string("/proc/meminfo").ok()?;
	let line = text.lines().find_map(|line| line.strip_prefix(key))?;
	line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

/// Memory of this process. The file stays open, as no file can be opened later.
pub(super) struct Own(File);

impl Own {
	/// Opens it.
	pub fn open() -> io::Result<Self> {
		File::open("/proc/self/statm").map(Self)
	}

	/// Address space and resident memory, in bytes; zeros if the system does not say.
	pub fn now(&self) -> (u64, u64) {
		let mut text = [0; 128];
		let length = self.0.read_at(&mut text, 0).unwrap_or(0);
		let text = text.get(..length).and_then(|text| str::from_utf8(text).ok()).unwrap_or("");
		let page = rustix::param::page_size() as u64;
		let mut bytes =
			text.split(' ').map(|pages| pages.parse::<u64>().unwrap_or(0).saturating_mul(page));
		(bytes.next().unwrap_or(0), bytes.next().unwrap_or(0))
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn promised_grows_with_all_parts_and_never_overflows() {
		assert_eq!(promised(0, 0, 0), ALLOWANCE);
		assert_eq!(promised(100, 10, 1), 126 + ALLOWANCE);
		assert_eq!(promised(u64::MAX, u64::MAX, u64::MAX), u64::MAX);
	}

	#[test]
	fn machine_and_process_have_memory() {
		assert!(available().unwrap() <= total().unwrap());
		let (space, resident) = Own::open().unwrap().now();
		assert!(space >= resident && resident > 0);
	}
}
