//! Files on disk that are named by their content: models, and results that must be at hand.

use std::{
	collections::HashSet,
	fs, io,
	io::Write,
	path::{Path, PathBuf},
	time::{Duration, SystemTime},
};

use tercet_primitives::{BlobRef, H256};
use tercet_walrus_client::digest;

/// A file in a cache.
struct Kept {
	path: PathBuf,
	/// In bytes.
	length: u64,
	/// When it was written, or used last.
	used: SystemTime,
}

/// A folder of files, each named by the hexadecimal BLAKE2b-256 of its content.
///
/// A file appears there whole or not at all, and is verified whenever it is read: a damaged one
/// is removed and counts as missing.
#[derive(Clone, Debug)]
pub struct Cache {
	folder: PathBuf,
	extension: &'static str,
	budget: Option<u64>,
}

impl Cache {
	/// A cache in `folder`, which is made if it is missing, of files whose names end in
	/// `.extension`.
	///
	/// # Errors
	/// What the file system says.
	pub fn open(folder: &Path, extension: &'static str) -> io::Result<Self> {
		fs::create_dir_all(folder)?;
		Ok(Self { folder: folder.to_owned(), extension, budget: None })
	}

	/// The same, of `bytes` at most: what was used least recently goes first.
	#[must_use]
	pub fn within(self, bytes: u64) -> Self {
		Self { budget: Some(bytes), ..self }
	}

	/// The content that `blob` refers to, if it is here.
	///
	/// # Errors
	/// What the file system says, other than that there is no such file.
	pub fn load(&self, blob: &BlobRef) -> io::Result<Option<Vec<u8>>> {
		let path = self.path(&blob.digest);
		let content = match fs::read(&path) {
			Ok(content) => content,
			Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
			Err(error) => return Err(error),
		};
		if content.len() as u64 == blob.size && digest(&content) == blob.digest.0 {
			if self.budget.is_some() {
				// When it was used last; eviction goes by that.
				fs::File::open(&path)?.set_modified(SystemTime::now())?;
			}
			return Ok(Some(content));
		}
		tracing::warn!(path = %path.display(), "damaged file in a cache; removing it");
		fs::remove_file(&path)?;
		Ok(None)
	}

	/// Keeps `content` under its own digest, and what fits beside it into the budget. Content that is
	/// larger than the budget is not kept.
	///
	/// # Errors
	/// What the file system says.
	pub fn save(&self, content: &[u8]) -> io::Result<()> {
		let path = self.path(&H256(digest(content)));
		if let Some(budget) = self.budget {
			let length = content.len() as u64;
			if length > budget {
				tracing::debug!(length, budget, "not kept: larger than the whole cache");
				return Ok(());
			}
			self.make_room(budget - length, &path)?;
		}
		let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
		file.write_all(content)?;
		file.as_file().sync_all()?;
		file.persist(path)?;
		Ok(())
	}

	/// Bytes in files.
	///
	/// # Errors
	/// What the file system says.
	pub fn size(&self) -> io::Result<u64> {
		Ok(self.files()?.iter().map(|file| file.length).sum())
	}

	/// Removes files, the least recently used first, until those besides `kept` have `bytes` at most.
	fn make_room(&self, bytes: u64, kept: &Path) -> io::Result<()> {
		let mut files = self.files()?;
		files.retain(|file| file.path != kept);
		files.sort_by_key(|file| file.used);
		let mut total: u64 = files.iter().map(|file| file.length).sum();
		for file in files {
			if total <= bytes {
				break;
			}
			match fs::remove_file(&file.path) {
				Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
				_ => total -= file.length,
			}
			tracing::debug!(path = %file.path.display(), "evicted from a cache");
		}
		Ok(())
	}

	fn files(&self) -> io::Result<Vec<Kept>> {
		let mut files = Vec::new();
		for entry in fs::read_dir(&self.folder)? {
			let entry = entry?;
			match entry.metadata() {
				Ok(data) => {
					let (length, used) = (data.len(), data.modified()?);
					files.push(Kept { path: entry.path(), length, used });
				},
				// Somebody else removed it meanwhile.
				Err(error) if error.kind() == io::ErrorKind::NotFound => {},
				Err(error) => return Err(error),
			}
		}
		Ok(files)
	}

	/// Removes files older than `age` whose content has none of the digests in `keep`, and says how
	/// many went.
	///
	/// # Errors
	/// What the file system says.
	pub fn sweep(&self, keep: &HashSet<H256>, age: Duration) -> io::Result<usize> {
		let keep: HashSet<PathBuf> = keep.iter().map(|digest| self.path(digest)).collect();
		let mut removed = 0;
		for file in self.files()? {
			// A clock that was set back makes files look new; they go later.
			let old = file.used.elapsed().is_ok_and(|elapsed| elapsed >= age);
			if old && !keep.contains(&file.path) {
				fs::remove_file(&file.path)?;
				removed += 1;
			}
		}
		Ok(removed)
	}

	fn path(&self, digest: &H256) -> PathBuf {
		self.folder.join(format!("{}.{}", hex::encode(digest.0), self.extension))
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn blob(content: &[u8]) -> BlobRef {
		BlobRef { blob_id: [0; 32], digest: H256(digest(content)), size: content.len() as u64 }
	}

	fn cache() -> (tempfile::TempDir, Cache) {
		let dir = tempfile::tempdir().unwrap();
		let cache = Cache::open(&dir.path().join("models"), "onnx").unwrap();
		(dir, cache)
	}

	#[test]
	fn load_returns_the_content_when_it_was_saved() {
		let (_dir, cache) = cache();
		assert_eq!(cache.load(&blob(b"model")).unwrap(), None);
		cache.save(b"model").unwrap();
		cache.save(b"model").unwrap();
		assert_eq!(cache.load(&blob(b"model")).unwrap().as_deref(), Some(&b"model"[..]));
	}

	#[test]
	fn load_removes_the_file_when_it_is_damaged() {
		let (_dir, cache) = cache();
		cache.save(b"model").unwrap();
		let path = cache.path(&blob(b"model").digest);
		for damage in [&b"modem"[..], b"mode", b""] {
			fs::write(&path, damage).unwrap();
			assert_eq!(cache.load(&blob(b"model")).unwrap(), None);
			assert!(!path.exists());
		}
	}

	#[test]
	fn load_returns_nothing_when_the_declared_size_differs() {
		let (_dir, cache) = cache();
		cache.save(b"model").unwrap();
		assert_eq!(cache.load(&BlobRef { size: 4, ..blob(b"model") }).unwrap(), None);
	}

	#[test]
	fn sweep_removes_files_when_they_are_old_and_nobody_needs_them() {
		let (_dir, cache) = cache();
		for content in [b"kept", b"gone"] {
			cache.save(content).unwrap();
		}
		let keep = HashSet::from([blob(b"kept").digest]);
		assert_eq!(cache.sweep(&keep, Duration::from_secs(3600)).unwrap(), 0);
		assert_eq!(cache.sweep(&keep, Duration::ZERO).unwrap(), 1);
		assert_eq!(cache.load(&blob(b"kept")).unwrap().as_deref(), Some(&b"kept"[..]));
		assert_eq!(cache.load(&blob(b"gone")).unwrap(), None);
	}
	#[test]
	fn save_evicts_what_was_used_least_recently_when_the_budget_is_spent() {
		let (_dir, cache) = cache();
		let cache = cache.within(10);
		let used = |content: &[u8], seconds: u64| {
			let file = fs::File::open(cache.path(&blob(content).digest)).unwrap();
			file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)).unwrap();
		};
		let here = |content: &[u8]| cache.path(&blob(content).digest).exists();
		for (age, content) in [b"one".as_slice(), b"two", b"six"].into_iter().enumerate() {
			cache.save(content).unwrap();
			used(content, age as u64);
		}
		// Used now, so `two` is the oldest.
		assert!(cache.load(&blob(b"one")).unwrap().is_some());
		cache.save(b"four").unwrap();
		assert_eq!(
			(here(b"one"), here(b"two"), here(b"six"), here(b"four")),
			(true, false, true, true)
		);
		assert_eq!(cache.size().unwrap(), 10);
		// What is there needs no room.
		cache.save(b"four").unwrap();
		assert_eq!(cache.size().unwrap(), 10);
		cache.save(b"far too long").unwrap();
		assert!(!here(b"far too long") && here(b"four"));
	}
}
