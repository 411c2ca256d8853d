//! What this worker has answered, on disk before anybody hears of it.
//!
//! A commitment that the chain has taken cannot be changed, and two different ones for a seat would
//! look like fraud. So the first response written for a [`Seat`] stays, with everything secret or
//! costly that later steps need: writing another one returns the first. Writes are durable when they
//! return.
//!
//! A full disk must not silence a worker. What was read or written lately is in memory as well, so it
//! can still be revealed; which seats have an entry is known without the disk, and that one is given up
//! needs none, as nothing is lost with it. After an error the file is opened anew, because the database
//! refuses everything until then; that may have to wait until there is room.

use std::{
	collections::{BTreeMap, BTreeSet},
	fs, io,
	path::{Path, PathBuf},
	sync::{Mutex, MutexGuard, PoisonError},
};

use codec::{Decode, Encode};
use redb::{Database, DatabaseError, ReadableDatabase, ReadableTable, TableDefinition};
use tercet_primitives::{apis::Assignment, hashing::Salt, JobId, Response, H256};
use tercet_walrus_client::digest;

/// Key: genesis hash ‖ job, big-endian ‖ round ‖ what was asked. Value: a SCALE-encoded [`Entry`].
const ENTRIES: TableDefinition<Key, Vec<u8>> = TableDefinition::new("answers/2");

type Key = [u8; 73];

/// Entries that are kept in memory as well: more than anybody has jobs in hand.
const RECENT: usize = 256;

/// Name of the journal's file inside the state directory.
pub const FILE: &str = "journal.redb";

/// A place in a committee: a job, a round, and what was asked. After a fork the same job id may stand
/// for another request, to which the old answer would be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Seat {
	/// The job.
	pub job: JobId,
	/// The round.
	pub round: u8,
	/// Digest of variant, model, class, items, input, the items asked for, and how answers are
	/// compared.
	pub asked: H256,
}

impl Seat {
	/// The seat that an assignment is about.
	pub fn of(assignment: &Assignment) -> Self {
		let Assignment {
			job, round, variant, artifact, class, items, input, asked, agreement, ..
		} = assignment;
		let input = (input.size(), input.digest());
		let request = (variant, artifact, class, items, input, asked, agreement);
		Self { job: *job, round: *round, asked: H256(digest(&request.encode())) }
	}
}

/// What the journal holds for one seat.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Entry {
	/// The one response for this seat.
	#[codec(index = 0)]
	Answered {
		/// What to commit to and to reveal.
		response: Response,
		/// What hides it until then.
		salt: Salt,
		/// What the salts of seals are [made of](crate::duty::seal_salt).
		seal_secret: Salt,
		/// Digests of the results, of the items asked for in rising order; none for an invalid job.
		digests: Vec<H256>,
		/// How far it has come, for people: the chain knows better.
		progress: Progress,
	},
	/// There is no response, and there will be none.
	#[codec(index = 1)]
	Abstained {
		/// Why.
		reason: String,
	},
}

/// How far an answer has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub enum Progress {
	/// Only this journal knows it.
	#[codec(index = 0)]
	Ready,
	/// The chain took the commitment.
	#[codec(index = 1)]
	Committed,
	/// The chain took a commitment to fingerprints.
	#[codec(index = 2)]
	Sealed,
	/// The chain took the response.
	#[codec(index = 3)]
	Revealed,
	/// The chain took the digests of the items.
	#[codec(index = 4)]
	Itemized,
}

/// Why the journal cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
	/// Another process has it open.
	#[error("another worker is running in this state directory")]
	InUse,
	/// The database says so.
	#[error("journal: {0}")]
	Database(Box<redb::Error>),
	/// The file system says so.
	#[error("state directory: {0}")]
	Io(#[from] io::Error),
	/// An entry does not decode: the file is damaged or from another version.
	#[error("journal: a damaged entry")]
	Damaged,
}

macro_rules! from_redb {
	($($error:ty),*) => {
		$(impl From<$error> for JournalError {
			fn from(error: $error) -> Self {
				Self::Database(Box::new(error.into()))
			}
		})*
	};
}
from_redb!(redb::TransactionError, redb::TableError, redb::StorageError, redb::CommitError);

impl From<DatabaseError> for JournalError {
	fn from(error: DatabaseError) -> Self {
		match error {
			DatabaseError::DatabaseAlreadyOpen => Self::InUse,
			error => Self::Database(Box::new(error.into())),
		}
	}
}

/// The journal of one worker on one chain. One process at a time.
pub struct Journal {
	path: PathBuf,
	genesis: H256,
	pages: Mutex<Pages>,
}

/// The file, and what is known of it.
struct Pages {
	/// None after an error, until it is opened anew.
	database: Option<Database>,
	/// Keys of all entries, of other chains as well.
	keys: BTreeSet<Key>,
	/// The newest jobs' entries that were read or written.
	recent: BTreeMap<Key, Entry>,
}

impl Journal {
	/// Opens the journal in `dir`, or makes one, for the chain that starts with `genesis`.
	///
	/// # Errors
	/// [`JournalError::InUse`] if another process has it open.
	pub fn open(dir: &Path, genesis: H256) -> Result<Self, JournalError> {
		let path = dir.join(FILE);
		let database = Database::create(&path)?;
		let transaction = database.begin_write()?;
		transaction.open_table(ENTRIES)?;
		transaction.commit()?;
		let mut keys = BTreeSet::new();
		for row in database.begin_read()?.open_table(ENTRIES)?.iter()? {
			keys.insert(row?.0.value());
		}
		// The file's own name must survive a power cut, too.
		fs::File::open(dir)?.sync_all()?;
		let pages = Pages { database: Some(database), keys, recent: BTreeMap::new() };
		Ok(Self { path, genesis, pages: Mutex::new(pages) })
	}

	/// What is known about a seat.
	///
	/// # Errors
	/// What the database says.
	pub fn get(&self, seat: &Seat) -> Result<Option<Entry>, JournalError> {
		let key = self.key(seat);
		let mut pages = self.pages();
		if let Some(entry) = pages.recent.get(&key) {
			return Ok(Some(entry.clone()));
		}
		if !pages.keys.contains(&key) {
			return Ok(None);
		}
		let found = self.on_disk(&mut pages, |database| {
			let table = database.begin_read()?.open_table(ENTRIES)?;
			let value = table.get(key)?;
			value.map(|value| decode(&value.value())).transpose()
		})?;
		if let Some(entry) = &found {
			pages.remember(key, entry.clone());
		}
		Ok(found)
	}

	/// Writes `entry` for a seat, unless there is one already, and returns the one that holds.
	///
	/// One without a response holds for this process even if it cannot be written: nobody can miss
	/// it, and the chain is to hear of it in time.
	///
	/// # Errors
	/// What the database says; nothing is written then.
	pub fn record(&self, seat: &Seat, entry: Entry) -> Result<Entry, JournalError> {
		let key = self.key(seat);
		let mut pages = self.pages();
		if let Some(entry) = pages.recent.get(&key) {
			return Ok(entry.clone());
		}
		let written = self.on_disk(&mut pages, |database| {
			let transaction = database.begin_write()?;
			{
				let mut table = transaction.open_table(ENTRIES)?;
				let existing = table.get(key)?.map(|value| decode(&value.value())).transpose()?;
				if let Some(existing) = existing {
					return Ok(existing);
				}
				table.insert(key, entry.encode())?;
			}
			transaction.commit()?;
			Ok(entry.clone())
		});
		let entry = match (written, entry) {
			(Ok(written), _) => written,
			(Err(error), entry @ Entry::Abstained { .. }) => {
				tracing::error!(%error, "cannot write down that a job is given up; saying so all the same");
				entry
			},
			(Err(error), _) => return Err(error),
		};
		pages.remember(key, entry.clone());
		Ok(entry)
	}

	/// Notes that an answer has come at least as far as `to`. The answer itself never changes.
	///
	/// # Errors
	/// What the database says.
	pub fn advance(&self, seat: &Seat, to: Progress) -> Result<(), JournalError> {
		let key = self.key(seat);
		let mut pages = self.pages();
		let advanced = self.on_disk(&mut pages, |database| {
			let transaction = database.begin_write()?;
			let entry = {
				let mut table = transaction.open_table(ENTRIES)?;
				let existing = table.get(key)?.map(|value| decode(&value.value())).transpose()?;
				let Some(entry) = existing.and_then(|entry| entry.advanced(to)) else {
					return Ok(None);
				};
				table.insert(key, entry.encode())?;
				entry
			};
			transaction.commit()?;
			Ok(Some(entry))
		})?;
		if let Some(entry) = advanced {
			pages.remember(key, entry);
		}
		Ok(())
	}

	/// Every entry of this chain, oldest job first.
	///
	/// # Errors
	/// What the database says.
	pub fn entries(&self) -> Result<Vec<(Seat, Entry)>, JournalError> {
		let (mut first, mut last): (Key, Key) = ([0; 73], [u8::MAX; 73]);
		first[..32].copy_from_slice(&self.genesis.0);
		last[..32].copy_from_slice(&self.genesis.0);
		self.on_disk(&mut self.pages(), |database| {
			let table = database.begin_read()?.open_table(ENTRIES)?;
			let mut entries = Vec::new();
			for row in table.range(first..=last)? {
				let (key, value) = row?;
				entries.push((seat(&key.value()), decode(&value.value())?));
			}
			Ok(entries)
		})
	}

	/// Forgets the oldest entries of this chain until `keep` are left, and says how many went.
	///
	/// Jobs end within hours; keeping thousands leaves room for any reorganisation.
	///
	/// # Errors
	/// What the database says.
	pub fn prune(&self, keep: usize) -> Result<usize, JournalError> {
		let entries = self.entries()?;
		let surplus = entries.len().saturating_sub(keep);
		if surplus == 0 {
			return Ok(0);
		}
		let mut pages = self.pages();
		for (seat, _) in entries.iter().take(surplus) {
			pages.recent.remove(&self.key(seat));
			pages.keys.remove(&self.key(seat));
		}
		self.on_disk(&mut pages, |database| {
			let transaction = database.begin_write()?;
			{
				let mut table = transaction.open_table(ENTRIES)?;
				for (seat, _) in entries.iter().take(surplus) {
					table.remove(self.key(seat))?;
				}
			}
			transaction.commit()?;
			Ok(surplus)
		})
	}

	fn pages(&self) -> MutexGuard<'_, Pages> {
		// Whoever panicked left a transaction that was never committed.
		self.pages.lock().unwrap_or_else(PoisonError::into_inner)
	}

	/// Does something with the database. If the database fails, the next one opens it anew.
	fn on_disk<T>(
		&self,
		pages: &mut Pages,
		work: impl FnOnce(&Database) -> Result<T, JournalError>,
	) -> Result<T, JournalError> {
		let database = match pages.database.take() {
			Some(database) => database,
			None => Database::create(&self.path)?,
		};
		let outcome = work(&database);
		if !matches!(outcome, Err(JournalError::Database(_))) {
			pages.database = Some(database);
		}
		outcome
	}

	fn key(&self, seat: &Seat) -> Key {
		let mut key = [0; 73];
		key[..32].copy_from_slice(&self.genesis.0);
		key[32..40].copy_from_slice(&seat.job.0.to_be_bytes());
		key[40] = seat.round;
		key[41..].copy_from_slice(&seat.asked.0);
		key
	}
}

impl Pages {
	/// Keeps an entry in memory, as long as there are not too many newer ones.
	fn remember(&mut self, key: Key, entry: Entry) {
		self.keys.insert(key);
		self.recent.insert(key, entry);
		// In the order of jobs.
		while self.recent.len() > RECENT {
			self.recent.pop_first();
		}
	}
}

impl Entry {
	/// The same answer, come as far as `to`; `None` if it has come so far.
	fn advanced(self, to: Progress) -> Option<Self> {
		match self {
			Self::Answered { response, salt, seal_secret, digests, progress } if progress < to => {
				Some(Self::Answered { response, salt, seal_secret, digests, progress: to })
			},
			_ => None,
		}
	}
}

fn seat(key: &Key) -> Seat {
	let (mut job, mut asked) = ([0; 8], H256::zero());
	job.copy_from_slice(&key[32..40]);
	asked.0.copy_from_slice(&key[41..]);
	Seat { job: JobId(u64::from_be_bytes(job)), round: key[40], asked }
}

fn decode(mut bytes: &[u8]) -> Result<Entry, JournalError> {
	Entry::decode(&mut bytes).map_err(|_| JournalError::Damaged)
}
