//! What this worker has answered, on disk before anybody hears of it.
//!
//! A commitment that the chain has taken cannot be changed, and two different ones for a seat would
//! look like fraud. So the first response written for a [`Seat`] stays, with everything secret or
//! costly that later steps need: writing another one returns the first. Writes are durable when they
//! return.

use std::{fs, io, path::Path};

use codec::{Decode, Encode};
use redb::{Database, DatabaseError, ReadableDatabase, ReadableTable, TableDefinition};
use tercet_primitives::{apis::Assignment, hashing::Salt, JobId, Response, H256};
use tercet_walrus_client::digest;

/// Key: genesis hash ‖ job, big-endian ‖ round ‖ what was asked. Value: a SCALE-encoded [`Entry`].
const ENTRIES: TableDefinition<Key, Vec<u8>> = TableDefinition::new("answers/2");

type Key = [u8; 73];

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
	database: Database,
	genesis: H256,
}

impl Journal {
	/// Opens the journal in `dir`, or makes one, for the chain that starts with `genesis`.
	///
	/// # Errors
	/// [`JournalError::InUse`] if another process has it open.
	pub fn open(dir: &Path, genesis: H256) -> Result<Self, JournalError> {
		let database = Database::create(dir.join(FILE))?;
		let transaction = database.begin_write()?;
		transaction.open_table(ENTRIES)?;
		transaction.commit()?;
		// The file's own name must survive a power cut, too.
		fs::File::open(dir)?.sync_all()?;
		Ok(Self { database, genesis })
	}

	/// What is known about a seat.
	///
	/// # Errors
	/// What the database says.
	pub fn get(&self, seat: &Seat) -> Result<Option<Entry>, JournalError> {
		let table = self.database.begin_read()?.open_table(ENTRIES)?;
		let value = table.get(self.key(seat))?;
		value.map(|value| decode(&value.value())).transpose()
	}

	/// Writes `entry` for a seat, unless there is one already, and returns the one that holds.
	///
	/// # Errors
	/// What the database says; nothing is written then.
	pub fn record(&self, seat: &Seat, entry: Entry) -> Result<Entry, JournalError> {
		let key = self.key(seat);
		let transaction = self.database.begin_write()?;
		{
			let mut table = transaction.open_table(ENTRIES)?;
			let existing = table.get(key)?.map(|value| decode(&value.value())).transpose()?;
			if let Some(existing) = existing {
				return Ok(existing);
			}
			table.insert(key, entry.encode())?;
		}
		transaction.commit()?;
		Ok(entry)
	}

	/// Notes that an answer has come at least as far as `to`. The answer itself never changes.
	///
	/// # Errors
	/// What the database says.
	pub fn advance(&self, seat: &Seat, to: Progress) -> Result<(), JournalError> {
		let key = self.key(seat);
		let transaction = self.database.begin_write()?;
		{
			let mut table = transaction.open_table(ENTRIES)?;
			let existing = table.get(key)?.map(|value| decode(&value.value())).transpose()?;
			match existing {
				Some(Entry::Answered { response, salt, seal_secret, digests, progress })
					if progress < to =>
				{
					let progress = to;
					let entry = Entry::Answered { response, salt, seal_secret, digests, progress };
					table.insert(key, entry.encode())?;
				},
				_ => return Ok(()),
			}
		}
		transaction.commit()?;
		Ok(())
	}

	/// Every entry of this chain, oldest job first.
	///
	/// # Errors
	/// What the database says.
	pub fn entries(&self) -> Result<Vec<(Seat, Entry)>, JournalError> {
		let table = self.database.begin_read()?.open_table(ENTRIES)?;
		let (mut first, mut last): (Key, Key) = ([0; 73], [u8::MAX; 73]);
		first[..32].copy_from_slice(&self.genesis.0);
		last[..32].copy_from_slice(&self.genesis.0);
		let mut entries = Vec::new();
		for row in table.range(first..=last)? {
			let (key, value) = row?;
			entries.push((seat(&key.value()), decode(&value.value())?));
		}
		Ok(entries)
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
		let transaction = self.database.begin_write()?;
		{
			let mut table = transaction.open_table(ENTRIES)?;
			for (seat, _) in entries.iter().take(surplus) {
				table.remove(self.key(seat))?;
			}
		}
		transaction.commit()?;
		Ok(surplus)
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

fn seat(key: &Key) -> Seat {
	let (mut job, mut asked) = ([0; 8], H256::zero());
	job.copy_from_slice(&key[32..40]);
	asked.0.copy_from_slice(&key[41..]);
	Seat { job: JobId(u64::from_be_bytes(job)), round: key[40], asked }
}

fn decode(mut bytes: &[u8]) -> Result<Entry, JournalError> {
	Entry::decode(&mut bytes).map_err(|_| JournalError::Damaged)
}
