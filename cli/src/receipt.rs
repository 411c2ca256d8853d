//! Receipts: what a job covered, provable to anybody who knows the hash of one finalized block.
//!
//! A receipt carries the block's header, the records of job, committee and model as the state of
//! that block has them, and the trie nodes that lead from these records to the header's state root.
//! Whoever trusts the block hash needs nothing else: no node, no store, not whoever wrote the file.

use std::fmt;

use codec::{Decode, DecodeAll};
use polkadot_sdk::{
	sp_runtime::{
		generic,
		traits::{BlakeTwo256, Hash},
	},
	sp_state_machine::{create_proof_check_backend, read_proof_check_on_proving_backend},
	sp_trie::StorageProof,
};
use serde::{Deserialize, Serialize};
use tercet_primitives::{
	AccountId32, BlockNumber, Committee, Disputed, ItemSet, Job, JobId, JobState, Model, Response,
	SeatState, Variant, H256,
};

use crate::{
	results::{self, ItemProof},
	storage,
};

/// The form of receipts that this program writes and reads.
pub const VERSION: u32 = 1;

/// A header of this chain.
pub type Header = generic::Header<BlockNumber, BlakeTwo256>;

/// Why a receipt proves nothing.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
	/// The file is of another form.
	#[error("the receipt has form {0}, and this program reads form {VERSION}")]
	UnknownVersion(u32),

	/// The header is not that of the block which the receipt names.
	#[error("the receipt's header hashes to {computed:?}, not to {stated:?} as it says")]
	HeaderMismatch {
		/// In the receipt.
		stated: H256,
		/// Of the header in it.
		computed: H256,
	},

	/// The receipt is of another block than the trusted one.
	#[error("the receipt is about block {found:?}, not about {expected:?}")]
	OtherBlock {
		/// What the reader trusts.
		expected: H256,
		/// In the receipt.
		found: H256,
	},

	/// A record is not kept where the receipt says.
	#[error("the receipt's {0} is at a key where the chain keeps something else")]
	WrongKey(Record),

	/// The proof does not lead to the header's state root.
	#[error("the proof does not lead from the {record} to the block's state root: {reason}")]
	InvalidProof {
		/// What was looked up.
		record: Record,
		/// What the trie said.
		reason: String,
	},

	/// The state has something else.
	#[error("the receipt's {0} is not what the block's state has")]
	ValueMismatch(Record),

	/// The state has nothing there.
	#[error("the block's state has no such {0}")]
	Missing(Record),

	/// The state has something, and the receipt says that there is nothing.
	#[error("the block's state has a {0}, and the receipt leaves it out")]
	LeftOut(Record),

	/// The record is proven, but this program cannot read it.
	#[error("the {record} cannot be read ({reason}); it may be of another version of the chain")]
	Undecodable {
		/// Which.
		record: Record,
		/// Why.
		reason: String,
	},

	/// The model has no such variant.
	#[error("the model's record has no variant {0}")]
	NoSuchVariant(u8),

	/// The job ran other weights than its variant names.
	#[error("the job's weights are {job:?}, and those of its variant are {variant:?}")]
	WeightsMismatch {
		/// In the job's record.
		job: H256,
		/// In the model's record.
		variant: H256,
	},

	/// An item belongs to another job.
	#[error("item {item} is of job {job}")]
	OtherJob {
		/// The item.
		item: u32,
		/// The job that it says.
		job: JobId,
	},

	/// An item's path does not lead to the agreed root.
	#[error("item {0} is not what the executors agreed on")]
	ItemMismatch(u32),

	/// Nothing was agreed on for an item.
	#[error(transparent)]
	Item(#[from] results::Error),
}

/// One record of a receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Record {
	/// Hash of the chain's first block.
	Genesis,
	/// The job.
	Job,
	/// Its committee.
	Committee,
	/// Which of its seats agreed.
	Verdict,
	/// Its model.
	Model,
}

impl fmt::Display for Record {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(match self {
			Self::Genesis => "genesis hash",
			Self::Job => "job",
			Self::Committee => "committee",
			Self::Verdict => "verdict",
			Self::Model => "model",
		})
	}
}

/// Bytes, written in hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hex(pub Vec<u8>);

impl Serialize for Hex {
	fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
		serializer.serialize_str(&format!("0x{}", hex::encode(&self.0)))
	}
}

impl<'de> Deserialize<'de> for Hex {
	fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
		let text = String::deserialize(deserializer)?;
		let digits = text.strip_prefix("0x").ok_or_else(|| serde::de::Error::custom("no 0x"))?;
		hex::decode(digits).map(Self).map_err(serde::de::Error::custom)
	}
}

/// A receipt, as it is written to a file. Nothing in it is believed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Receipt {
	/// [`VERSION`].
	pub version: u32,
	/// The job.
	pub job: JobId,
	/// The block whose state is proven.
	pub block: Block,
	/// The records.
	pub records: Records,
	/// Trie nodes from the state root down to the records.
	pub proof: Vec<Hex>,
	/// Items that are proven to belong to the job.
	pub items: Vec<ItemProof>,
}

/// A block.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Block {
	/// BLAKE2b-256 of the header.
	pub hash: H256,
	/// The header, as nodes write it.
	pub header: Header,
}

/// What the state of the block has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Records {
	/// `System.BlockHash(0)`: which chain this is.
	pub genesis: Entry,
	/// `JobMarket.Jobs`.
	pub job: Entry,
	/// `Verification.CommitteesOf`; `None` for a job that was never drawn.
	pub committee: Option<Entry>,
	/// `Verification.Verdicts`; `None` if no quorum agreed.
	pub verdict: Option<Entry>,
	/// `ModelRegistry.Models`.
	pub model: Entry,
}

/// One entry of the state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Entry {
	/// Key in the state trie.
	pub key: Hex,
	/// Its value.
	pub value: Hex,
}

/// Which seats of a committee agreed, as the chain keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Decode, Serialize)]
pub struct Verdict {
	/// Bit `i` stands for seat `i`.
	pub seats: u8,
	/// The seat whose response counts.
	pub canonical: u8,
}

/// What a receipt proves.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Proven {
	/// Hash of the chain's first block.
	pub genesis: H256,
	/// The block.
	pub block: H256,
	/// Its height.
	pub number: BlockNumber,
	/// The job's number.
	pub id: JobId,
	/// The job.
	pub job: Job<AccountId32>,
	/// Its committee, if it was drawn.
	pub committee: Option<Committee<AccountId32>>,
	/// Which of its seats agreed, if a quorum did: on the whole result, or else on the items that
	/// were in dispute, if these were agreed on in the end.
	pub verdict: Option<Verdict>,
	/// The variant that was run.
	pub variant: Variant,
	/// The model's name.
	pub model: String,
	/// The model's author.
	pub author: AccountId32,
	/// Items that belong to the job.
	pub items: Vec<u32>,
}

/// Key of a job's record.
pub fn job_key(id: JobId) -> Vec<u8> {
	storage::entry("JobMarket", "Jobs", id)
}

/// Key of a committee's record.
pub fn committee_key(id: JobId) -> Vec<u8> {
	storage::entry("Verification", "CommitteesOf", id)
}

/// Key of a committee's verdict.
pub fn verdict_key(id: JobId) -> Vec<u8> {
	storage::entry("Verification", "Verdicts", id)
}

/// Key of the record of a job's model.
pub fn model_key(job: &Job<AccountId32>) -> Vec<u8> {
	storage::entry("ModelRegistry", "Models", job.request.variant.model)
}

/// Decodes a record of which nothing may be left over.
///
/// # Errors
/// [`Error::Undecodable`].
pub fn decode<T: Decode>(record: Record, bytes: &[u8]) -> Result<T, Error> {
	T::decode_all(&mut &bytes[..])
		.map_err(|error| Error::Undecodable { record, reason: error.to_string() })
}

impl Receipt {
	/// Checks everything that the receipt says, down from the block hash: `trusted`, if the reader
	/// knows one, else the one in the receipt.
	///
	/// # Errors
	/// Any [`Error`].
	pub fn verify(&self, trusted: Option<H256>) -> Result<Proven, Error> {
		if self.version != VERSION {
			return Err(Error::UnknownVersion(self.version));
		}
		let (stated, computed) = (self.block.hash, BlakeTwo256::hash_of(&self.block.header));
		if computed != stated {
			return Err(Error::HeaderMismatch { stated, computed });
		}
		if let Some(expected) = trusted.filter(|expected| *expected != computed) {
			return Err(Error::OtherBlock { expected, found: computed });
		}

		let state = State::new(&self.block.header, &self.proof)?;
		let records = &self.records;
		let genesis = state.entry(Record::Genesis, storage::genesis_hash(), &records.genesis)?;
		let job = state.entry(Record::Job, job_key(self.job), &records.job)?;
		let job: Job<AccountId32> = decode(Record::Job, job)?;
		let model = state.entry(Record::Model, model_key(&job), &records.model)?;
		let model: Model<AccountId32> = decode(Record::Model, model)?;
		let (key, entry) = (committee_key(self.job), &records.committee);
		let committee = state.optional(Record::Committee, key, entry.as_ref())?;
		let (key, entry) = (verdict_key(self.job), &records.verdict);
		let verdict = state.optional(Record::Verdict, key, entry.as_ref())?;

		let index = job.request.variant.index;
		let variant = model.variants.get(usize::from(index)).cloned();
		let variant = variant.ok_or(Error::NoSuchVariant(index))?;
		if variant.artifact.digest != job.artifact {
			let (job, variant) = (job.artifact, variant.artifact.digest);
			return Err(Error::WeightsMismatch { job, variant });
		}
		for item in &self.items {
			if item.job != self.job {
				return Err(Error::OtherJob { item: item.item, job: item.job });
			}
			if !item.holds(&job)? {
				return Err(Error::ItemMismatch(item.item));
			}
		}
		Ok(Proven {
			genesis: decode(Record::Genesis, genesis)?,
			block: computed,
			number: self.block.header.number,
			id: self.job,
			job,
			committee,
			verdict,
			variant,
			model: String::from_utf8_lossy(&model.name).into_owned(),
			author: model.author,
			items: self.items.iter().map(|item| item.item).collect(),
		})
	}
}

/// The part of a block's state that a proof shows.
struct State {
	backend: polkadot_sdk::sp_state_machine::TrieBackend<
		polkadot_sdk::sp_trie::MemoryDB<BlakeTwo256>,
		BlakeTwo256,
	>,
}

impl State {
	fn new(header: &Header, proof: &[Hex]) -> Result<Self, Error> {
		let nodes = StorageProof::new(proof.iter().map(|node| node.0.clone()));
		// Nodes are found by their hashes, so one that was changed is simply not there.
		let backend = create_proof_check_backend::<BlakeTwo256>(header.state_root, nodes)
			.map_err(|error| invalid(Record::Job, error))?;
		Ok(Self { backend })
	}

	fn value(&self, record: Record, key: &[u8]) -> Result<Option<Vec<u8>>, Error> {
		read_proof_check_on_proving_backend(&self.backend, key)
			.map_err(|error| invalid(record, error))
	}

	/// The entry's value, once it is known to be what the state has at `key`.
	fn entry<'a>(&self, record: Record, key: Vec<u8>, entry: &'a Entry) -> Result<&'a [u8], Error> {
		if entry.key.0 != key {
			return Err(Error::WrongKey(record));
		}
		match self.value(record, &key)? {
			None => Err(Error::Missing(record)),
			Some(value) if value != entry.value.0 => Err(Error::ValueMismatch(record)),
			Some(_) => Ok(&entry.value.0),
		}
	}

	/// The record, or that there is none.
	fn optional<T: Decode>(
		&self,
		record: Record,
		key: Vec<u8>,
		entry: Option<&Entry>,
	) -> Result<Option<T>, Error> {
		match entry {
			Some(entry) => decode(record, self.entry(record, key, entry)?).map(Some),
			None => match self.value(record, &key)? {
				None => Ok(None),
				Some(_) => Err(Error::LeftOut(record)),
			},
		}
	}
}

fn invalid(record: Record, error: impl ToString) -> Error {
	Error::InvalidProof { record, reason: error.to_string() }
}

impl Proven {
	/// Executors whose answers count, and what each of them stands for.
	pub fn witnesses(&self) -> Vec<(AccountId32, &'static str)> {
		let (Some(committee), Some(verdict)) = (&self.committee, self.verdict) else {
			return Vec::new();
		};
		let all = ItemSet::first(self.job.request.items);
		let seats = committee.seats.iter().zip(0u32..).filter_map(|(seat, place)| {
			let agreed = verdict.seats >> place & 1 == 1;
			let whole =
				seat.items == all && matches!(seat.state, SeatState::Revealed(Response::Result(_)));
			let what = match (&self.job.state, agreed) {
				(JobState::Invalid { .. }, true) => "the job cannot be run",
				(JobState::Settled { disputed: Disputed::None, .. }, true) => "the result",
				// Whoever ran all items agreed on those that were not in dispute.
				(JobState::Settled { disputed: Disputed::Resolved(_), .. }, _) => {
					match (whole, agreed) {
						(true, true) => "the result",
						(true, false) => "the items that were not in dispute",
						(false, true) => "the items that were in dispute",
						(false, false) => return None,
					}
				},
				(JobState::Settled { disputed: Disputed::Refunded { .. }, .. }, true) => {
					"the items that were not in dispute"
				},
				_ => return None,
			};
			Some((seat.executor.clone(), what))
		});
		seats.collect()
	}
}

#[cfg(test)]
mod tests;
