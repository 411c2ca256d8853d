//! What each job took, for the operator's books: a file with one line per job that ran to a result.
//!
//! It is the worker's own record. Nothing on chain depends on it, so it is neither synchronised nor
//! read back: a line that is lost in a power cut costs a line.

use std::{
	fs, io,
	io::Write,
	path::{Path, PathBuf},
	sync::{Mutex, PoisonError},
	time::{SystemTime, UNIX_EPOCH},
};

use serde::{Deserialize, Serialize};
use tercet_hardware::Energy;
use tercet_primitives::{JobId, VariantId};

/// Name of the file in the state directory: JSON, one object per line.
pub const FILE: &str = "receipts.jsonl";

/// Where older lines are, once there are too many.
const OLDER: &str = "receipts.1.jsonl";

/// Size at which the file becomes the older one: some twenty thousand jobs.
const MAX_BYTES: u64 = 4 << 20;

/// What a job took.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Receipt {
	/// When it ended, in seconds since 1970.
	pub at: u64,
	/// The job.
	pub job: JobId,
	/// The round in which this worker was drawn.
	pub round: u8,
	/// The variant that ran.
	pub variant: VariantId,
	/// How many items.
	pub items: u32,
	/// Time to run it, in seconds; not to fetch, open or store anything.
	pub seconds: f64,
	/// Energy in that time: this job's share of what GPUs and processors used, in joules. `None` if
	/// nothing on this machine counts it. See [`tercet_hardware::energy`].
	pub joules: Option<f64>,
}

impl Receipt {
	/// Of a job that ends now.
	pub fn now(job: JobId, round: u8, variant: VariantId, items: u32, energy: &Energy) -> Self {
		let at = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
		let (seconds, joules) = (energy.time.as_secs_f64(), energy.joules);
		Self { at, job, round, variant, items, seconds, joules }
	}
}

/// The file.
#[derive(Debug)]
pub struct Receipts {
	dir: PathBuf,
	writing: Mutex<()>,
}

impl Receipts {
	/// That of the state directory `dir`.
	pub fn in_dir(dir: &Path) -> Self {
		Self { dir: dir.into(), writing: Mutex::new(()) }
	}

	/// Adds a line.
	///
	/// # Errors
	/// What the file system says.
	pub fn write(&self, receipt: &Receipt) -> io::Result<()> {
		let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
		let path = self.dir.join(FILE);
		if fs::metadata(&path).is_ok_and(|file| file.len() >= MAX_BYTES) {
			fs::rename(&path, self.dir.join(OLDER))?;
		}
		let mut line = serde_json::to_vec(receipt)?;
		line.push(b'\n');
		fs::OpenOptions::new().create(true).append(true).open(path)?.write_all(&line)
	}

	/// The newest `number` lines of `dir`, the newest first. Damaged ones are left out.
	pub fn newest(dir: &Path, number: usize) -> Vec<Receipt> {
		let text = fs::read_to_string(dir.join(FILE)).unwrap_or_default();
		let lines = text.lines().rev().filter_map(|line| serde_json::from_str(line).ok());
		lines.take(number).collect()
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::time::Duration;
	use tercet_primitives::ModelId;

	fn receipt(job: u64) -> Receipt {
		let variant = VariantId { model: ModelId(3), index: 1 };
		let energy = Energy { joules: Some(12.5), time: Duration::from_millis(250) };
		Receipt::now(JobId(job), 0, variant, 16, &energy)
	}

	#[test]
	fn newest_are_the_lines_that_were_written_last() {
		let dir = tempfile::tempdir().unwrap();
		let receipts = Receipts::in_dir(dir.path());
		assert_eq!(Receipts::newest(dir.path(), 3), []);
		let written: Vec<Receipt> = (0..5).map(receipt).collect();
		written.iter().for_each(|receipt| receipts.write(receipt).unwrap());
		fs::OpenOptions::new()
			.append(true)
			.open(dir.path().join(FILE))
			.unwrap()
			.write_all(b"{\"at\":1,\"jo")
			.unwrap();
		let newest: Vec<JobId> = Receipts::newest(dir.path(), 2).iter().map(|r| r.job).collect();
		assert_eq!(newest, [JobId(4), JobId(3)]);
		assert_eq!(Receipts::newest(dir.path(), 1)[0], written[4]);
	}

	#[test]
	fn write_starts_anew_when_the_file_is_large() {
		let dir = tempfile::tempdir().unwrap();
		fs::write(dir.path().join(FILE), vec![b'\n'; MAX_BYTES as usize]).unwrap();
		Receipts::in_dir(dir.path()).write(&receipt(7)).unwrap();
		assert_eq!(Receipts::newest(dir.path(), 9).len(), 1);
		assert_eq!(fs::metadata(dir.path().join(OLDER)).unwrap().len(), MAX_BYTES);
	}
}
