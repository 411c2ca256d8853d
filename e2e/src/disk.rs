//! A disk of its own for one process, small enough to be filled.

use std::{
	fs::{self, File},
	io::{ErrorKind, Write},
	path::{Path, PathBuf},
	process::Command,
};

use anyhow::{bail, Context, Result};

/// What else is on the disk when it is full.
const FILLER: &str = "filler";

/// A file system in memory. Unmounted when dropped.
#[derive(Debug)]
pub struct Disk {
	path: PathBuf,
}

/// Why disks cannot be mounted here, if they cannot.
pub fn missing() -> Option<&'static str> {
	let user = Command::new("id").arg("-u").output();
	let root = user.is_ok_and(|user| user.stdout.trim_ascii() == b"0");
	(!root).then_some("needs root to mount a disk")
}

impl Disk {
	/// A disk of that many MiB, mounted at `path`, which is made.
	///
	/// # Errors
	/// If we are not root, or it cannot be mounted.
	pub fn mount(path: &Path, mebibytes: u32) -> Result<Self> {
		fs::create_dir_all(path).context("cannot make a folder to mount a disk on")?;
		let options = format!("size={mebibytes}m");
		command("mount", &["-t", "tmpfs", "-o", &options, "tercet", &path.to_string_lossy()])?;
		Ok(Self { path: path.into() })
	}

	/// Writes until no more than `left` MiB are free.
	///
	/// # Errors
	/// If writing fails for another reason than that there is no room.
	pub fn fill(&self, left: u64) -> Result<()> {
		let path = self.path.join(FILLER);
		let mut filler = File::create(&path).context("cannot fill a disk")?;
		let block = vec![0xab; 64 << 10];
		// The last blocks in small pieces.
		for size in [block.len(), 4 << 10] {
			loop {
				match filler.write_all(&block[..size]) {
					Ok(()) => (),
					Err(error) if error.kind() == ErrorKind::StorageFull => break,
					Err(error) => return Err(error).context("cannot fill a disk"),
				}
			}
		}
		let length = filler.metadata()?.len();
		filler.set_len(length.saturating_sub(left << 20)).context("cannot leave room")
	}

	/// Makes room again.
	///
	/// # Errors
	/// If the disk was not filled.
	pub fn free(&self) -> Result<()> {
		fs::remove_file(self.path.join(FILLER)).context("cannot make room on a disk")
	}
}

impl Drop for Disk {
	fn drop(&mut self) {
		// Lazily: a process may still be on its way out.
		let _ = command("umount", &["--lazy", &self.path.to_string_lossy()]);
	}
}

fn command(name: &str, args: &[&str]) -> Result<()> {
	let output = Command::new(name).args(args).output().with_context(|| format!("no `{name}`"))?;
	if !output.status.success() {
		bail!("{name} {}: {}", args.join(" "), String::from_utf8_lossy(&output.stderr).trim());
	}
	Ok(())
}
