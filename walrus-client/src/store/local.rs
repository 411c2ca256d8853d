//! Blobs in a folder.
//!
//! ```text
//! blobs/<hex of the blob id>         content
//! blobs/<hex of the blob id>.json    record
//! incoming/                          uploads that are not complete
//! corrupt/                           content that no longer has its digest
//! ```
//!
//! Everything is written elsewhere, synchronized and renamed, content before its record, so at any
//! moment a blob is either there or not. Names are hexadecimal since base64 needs a file system that
//! tells upper from lower case. Content is compared with its digest before it is served for the
//! first time after a start, not at the start, so that a large store opens at once.

use super::record::{ObjectId, Record, Terms};
use crate::{blob_id, blob_ref::Digest, BlobId, MAX_SHARDS};
use std::{
	collections::HashMap,
	fs::{self, File},
	io::{self, Read, Write},
	num::NonZeroU16,
	path::{Path, PathBuf},
	sync::{Arc, Mutex, MutexGuard, PoisonError},
	time::{Duration, SystemTime, UNIX_EPOCH},
};
use tempfile::NamedTempFile;

/// Why the local store cannot do something.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
	/// The settings can never work.
	#[error("invalid options: {0}")]
	InvalidOptions(String),
	/// The file system refused.
	#[error("{path}: {source}")]
	Io {
		/// The file or folder.
		path: PathBuf,
		/// What the file system said.
		source: io::Error,
	},
}

/// Settings of a [`LocalStore`].
#[derive(Clone, Debug)]
pub struct Options {
	/// Shards of the committee that this stands for; blob ids depend on it.
	pub n_shards: NonZeroU16,
	/// Largest blob that is accepted, in bytes.
	pub max_blob_size: u64,
	/// Length of an epoch, at least a second. The current epoch is the count of such spans since
	/// 1970, so it goes on over restarts.
	pub epoch_duration: Duration,
	/// Most epochs that a blob can be stored for.
	pub max_epochs: u32,
}

impl Default for Options {
	/// Walrus mainnet: 1000 shards, epochs of two weeks, 53 of them; bodies up to 10 MiB.
	fn default() -> Self {
		Self {
			n_shards: blob_id::DEFAULT_SHARDS,
			max_blob_size: 10 << 20,
			epoch_duration: Duration::from_secs(14 * 24 * 60 * 60),
			max_epochs: 53,
		}
	}
}

/// Blobs in a folder, which one process at a time may have open. Cheap to clone.
#[derive(Clone, Debug)]
pub struct LocalStore {
	inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
	options: Options,
	blobs: PathBuf,
	incoming: PathBuf,
	corrupt: PathBuf,
	index: Mutex<Index>,
	/// Held while the process lives, so that two stores cannot work on one folder.
	_lock: File,
}

#[derive(Debug, Default)]
struct Index {
	blobs: HashMap<BlobId, Entry>,
	objects: HashMap<ObjectId, BlobId>,
}

#[derive(Debug)]
struct Entry {
	record: Record,
	/// Whether the content was compared with its digest by this process.
	verified: bool,
}

/// What became of an upload.
pub(super) struct Put {
	pub record: Record,
	/// Whether the record is new or was improved, rather than sufficient before.
	pub changed: bool,
}

impl LocalStore {
	/// Opens the store in `folder`, which is created if it does not exist. Blobs that expired are
	/// removed, and so is what an interrupted upload left.
	///
	/// # Errors
	///
	/// [`StoreError::InvalidOptions`], or [`StoreError::Io`] for a folder that cannot be used or is
	/// in use by another process.
	pub fn open(folder: impl AsRef<Path>, options: Options) -> Result<Self, StoreError> {
		if options.n_shards.get() > MAX_SHARDS {
			return Err(StoreError::InvalidOptions(format!("at most {MAX_SHARDS} shards")));
		}
		if options.epoch_duration < Duration::from_secs(1) || options.max_epochs == 0 {
			return Err(StoreError::InvalidOptions(
				"an epoch lasts a second at least, and there is at least one".into(),
			));
		}
		let folder = folder.as_ref();
		let inside = |name: &str| {
			let path = folder.join(name);
			fs::create_dir_all(&path).map_err(at(&path))?;
			Ok::<_, StoreError>(path)
		};
		let (blobs, incoming, corrupt) =
			(inside("blobs")?, inside("incoming")?, inside("corrupt")?);
		let lock_path = folder.join("lock");
		let lock = File::create(&lock_path).map_err(at(&lock_path))?;
		lock.try_lock().map_err(|error| at(&lock_path)(error.into()))?;

		let inner =
			Inner { options, blobs, incoming, corrupt, index: Mutex::default(), _lock: lock };
		inner.discard_incoming()?;
		inner.load()?;
		Ok(Self { inner: Arc::new(inner) })
	}

	/// The settings.
	pub fn options(&self) -> &Options {
		&self.inner.options
	}

	/// The current epoch.
	pub fn epoch(&self) -> u64 {
		self.inner.epoch()
	}

	/// How many blobs there are, expired ones included that nobody asked for since.
	pub fn len(&self) -> usize {
		self.inner.index().blobs.len()
	}

	/// Whether there is no blob.
	pub fn is_empty(&self) -> bool {
		self.len() == 0
	}

	/// A file for an upload, removed when it is dropped.
	pub(super) fn begin(&self) -> io::Result<NamedTempFile> {
		NamedTempFile::new_in(&self.inner.incoming)
	}

	/// Names a complete upload and keeps it. Blocks: reads it, computes its id, writes.
	pub(super) fn commit(&self, mut upload: NamedTempFile, terms: &Terms) -> io::Result<Put> {
		upload.flush()?;
		let content = fs::read(upload.path())?;
		let size = content.len() as u64;
		let blob_id = BlobId::compute(&content, self.inner.options.n_shards);
		let digest = crate::digest(&content);
		drop(content);
		upload.as_file().sync_all()?;

		let epoch = self.epoch();
		let mut index = self.inner.index();
		let intact = self.inner.verify(&mut index, &blob_id)?;
		let mut record = match index.blobs.get(&blob_id) {
			Some(entry) if intact && entry.record.end_epoch > epoch => {
				if entry.record.satisfies(terms, epoch) {
					return Ok(Put { record: entry.record.clone(), changed: false });
				}
				entry.record.clone()
			},
			_ => {
				upload.persist(self.inner.content_path(&blob_id)).map_err(|error| error.error)?;
				Record {
					blob_id,
					size,
					digest: hex::encode(digest),
					start_epoch: epoch,
					end_epoch: epoch,
					deletable: terms.deletable,
					owner: None,
				}
			},
		};
		record.extend(terms, epoch);
		self.inner.write_record(&record)?;
		index.insert(record.clone(), true);
		Ok(Put { record, changed: true })
	}

	/// The record and content of a blob, if it is there, has not expired and is intact. Blocks.
	pub(super) fn get(&self, blob_id: &BlobId) -> io::Result<Option<(Record, File)>> {
		let epoch = self.epoch();
		let mut index = self.inner.index();
		match index.blobs.get(blob_id) {
			None => return Ok(None),
			Some(entry) if entry.record.end_epoch <= epoch => {
				self.inner.remove(&mut index, blob_id)?;
				return Ok(None);
			},
			Some(_) => {},
		}
		if !self.inner.verify(&mut index, blob_id)? {
			return Ok(None);
		}
		let Some(entry) = index.blobs.get(blob_id) else { return Ok(None) };
		let file = File::open(self.inner.content_path(blob_id))?;
		Ok(Some((entry.record.clone(), file)))
	}

	/// The blob that an object stands for.
	pub(super) fn blob_of(&self, object: &ObjectId) -> Option<BlobId> {
		self.inner.index().objects.get(object).copied()
	}
}

impl Index {
	fn insert(&mut self, record: Record, verified: bool) {
		self.objects.insert(ObjectId::of(&record.blob_id), record.blob_id);
		self.blobs.insert(record.blob_id, Entry { record, verified });
	}

	fn remove(&mut self, blob_id: &BlobId) {
		self.blobs.remove(blob_id);
		self.objects.remove(&ObjectId::of(blob_id));
	}
}

impl Inner {
	fn index(&self) -> MutexGuard<'_, Index> {
		// Every change of the index is one insertion or removal, so a panic elsewhere cannot have
		// left it half changed.
		self.index.lock().unwrap_or_else(PoisonError::into_inner)
	}

	fn epoch(&self) -> u64 {
		let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
		now.as_secs() / self.options.epoch_duration.as_secs()
	}

	fn content_path(&self, blob_id: &BlobId) -> PathBuf {
		self.blobs.join(hex::encode(blob_id))
	}

	fn record_path(&self, blob_id: &BlobId) -> PathBuf {
		self.blobs.join(format!("{}.json", hex::encode(blob_id)))
	}

	fn discard_incoming(&self) -> Result<(), StoreError> {
		for entry in fs::read_dir(&self.incoming).map_err(at(&self.incoming))? {
			let path = entry.map_err(at(&self.incoming))?.path();
			fs::remove_file(&path).map_err(at(&path))?;
		}
		Ok(())
	}

	/// Reads all records. One that cannot be understood is left alone and told about: its blob can
	/// be stored again.
	fn load(&self) -> Result<(), StoreError> {
		let epoch = self.epoch();
		let mut index = self.index();
		for entry in fs::read_dir(&self.blobs).map_err(at(&self.blobs))? {
			let path = entry.map_err(at(&self.blobs))?.path();
			if path.extension().is_none_or(|extension| extension != "json") {
				continue;
			}
			let text = fs::read(&path).map_err(at(&path))?;
			match serde_json::from_slice::<Record>(&text) {
				Ok(record) if self.record_path(&record.blob_id) != path => {
					tracing::warn!(path = %path.display(), "record of another blob, ignored");
				},
				Ok(record) if record.end_epoch <= epoch => {
					self.remove(&mut index, &record.blob_id).map_err(at(&path))?;
				},
				Ok(record) => index.insert(record, false),
				Err(error) => {
					tracing::warn!(path = %path.display(), %error, "unreadable record, ignored");
				},
			}
		}
		Ok(())
	}

	fn write_record(&self, record: &Record) -> io::Result<()> {
		let mut file = NamedTempFile::new_in(&self.incoming)?;
		serde_json::to_writer_pretty(&mut file, record)?;
		file.flush()?;
		file.as_file().sync_all()?;
		file.persist(self.record_path(&record.blob_id)).map_err(|error| error.error)?;
		// A rename is durable once its folder is.
		File::open(&self.blobs)?.sync_all()
	}

	/// Removes the record first: content without one is not there.
	fn remove(&self, index: &mut Index, blob_id: &BlobId) -> io::Result<()> {
		index.remove(blob_id);
		for path in [self.record_path(blob_id), self.content_path(blob_id)] {
			match fs::remove_file(path) {
				Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
				_ => {},
			}
		}
		Ok(())
	}

	/// Whether the content of a blob is there and has its digest; looked at once per process.
	/// Content that has not is moved aside and forgotten, so that it can be stored again.
	fn verify(&self, index: &mut Index, blob_id: &BlobId) -> io::Result<bool> {
		let Some(entry) = index.blobs.get_mut(blob_id) else { return Ok(false) };
		if entry.verified {
			return Ok(true);
		}
		let path = self.content_path(blob_id);
		let found = match digest_of(&path) {
			Ok(found) => Some(found),
			Err(error) if error.kind() == io::ErrorKind::NotFound => None,
			Err(error) => return Err(error),
		};
		if found == Some((entry.record.size, entry.record.digest.clone())) {
			entry.verified = true;
			return Ok(true);
		}
		tracing::error!(%blob_id, "content is damaged, moved aside");
		if found.is_some() {
			fs::rename(&path, self.corrupt.join(hex::encode(blob_id)))?;
		}
		self.remove(index, blob_id)?;
		Ok(false)
	}
}

/// Length and digest of a file.
fn digest_of(path: &Path) -> io::Result<(u64, String)> {
	let mut file = File::open(path)?;
	let mut digest = Digest::new();
	let mut size = 0;
	let mut buffer = vec![0; 64 << 10];
	loop {
		let read = file.read(&mut buffer)?;
		if read == 0 {
			return Ok((size, hex::encode(digest.finish())));
		}
		digest.update(&buffer[..read]);
		size += read as u64;
	}
}

/// Says where an error of the file system happened.
fn at(path: &Path) -> impl FnOnce(io::Error) -> StoreError + '_ {
	move |source| StoreError::Io { path: path.to_owned(), source }
}
