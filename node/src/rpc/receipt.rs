//! Receipts: what the state of a final block has on a job, with the trie nodes that prove it.
//!
//! In the form that `tercet job verify-receipt` reads: whoever trusts the block's hash needs nothing
//! else. Items are left out, as their results are not on chain.

use codec::Encode;
use jsonrpsee::core::RpcResult;
use polkadot_sdk::{
	sc_client_api::{ProofProvider, StorageKey, StorageProvider},
	sp_api::ProvideRuntimeApi,
	sp_blockchain::{self, HeaderBackend},
	sp_core::Bytes,
	sp_crypto_hashing::{blake2_128, twox_128, twox_64},
};
use serde::Serialize;
use serde_json::Value;
use tercet_primitives::{apis::JobApi, JobId};
use tercet_runtime::{Hash, Header};

use super::error::Error;
use crate::service::FullClient;

/// The form of receipts.
const VERSION: u32 = 1;

/// A receipt.
#[derive(Clone, Debug, Serialize)]
pub struct Receipt {
	version: u32,
	job: JobId,
	block: Block,
	records: Records,
	/// Trie nodes from the state root down to the records, or to where absent ones would be.
	proof: Vec<Bytes>,
	/// None; whoever has the results can add them.
	items: [Value; 0],
}

/// A block.
#[derive(Clone, Debug, Serialize)]
struct Block {
	hash: Hash,
	header: Header,
}

/// What the state has.
#[derive(Clone, Debug, Serialize)]
struct Records {
	genesis: Entry,
	job: Entry,
	committee: Option<Entry>,
	verdict: Option<Entry>,
	model: Entry,
}

/// One entry of the state.
#[derive(Clone, Debug, Serialize)]
struct Entry {
	key: Bytes,
	value: Bytes,
}

/// Makes a receipt of a job from the state of block `at`, which must be final; of the newest final
/// block if none is named.
pub fn prove(client: &FullClient, job: JobId, at: Option<Hash>) -> RpcResult<Receipt> {
	let (hash, header) = final_block(client, at)?;
	let state = State { client, hash };
	// First, as it shows whether there is a state to ask.
	let genesis = state.must_have(genesis_key())?;
	let view = client.runtime_api().job(hash, job).map_err(Error::internal)?;
	let model = view.ok_or(Error::UnknownJob(job))?.job.request.variant.model;

	let record = entry_key("JobMarket", "Jobs", job);
	let committee = entry_key("Verification", "CommitteesOf", job);
	let verdict = entry_key("Verification", "Verdicts", job);
	let model = entry_key("ModelRegistry", "Models", model);
	let keys = [&genesis.key.0, &record, &committee, &verdict, &model];
	let proof = client
		.read_proof(hash, &mut keys.into_iter().map(Vec::as_slice))
		.map_err(|error| state.failed(error))?;
	Ok(Receipt {
		version: VERSION,
		job,
		block: Block { hash, header },
		proof: proof.into_iter_nodes().map(Bytes).collect(),
		records: Records {
			genesis,
			job: state.must_have(record)?,
			committee: state.entry(committee)?,
			verdict: state.entry(verdict)?,
			model: state.must_have(model)?,
		},
		items: [],
	})
}

/// The block, once it is known to be final.
fn final_block(client: &FullClient, at: Option<Hash>) -> Result<(Hash, Header), Error> {
	let info = client.info();
	let hash = at.unwrap_or(info.finalized_hash);
	let header = client.header(hash).map_err(Error::internal)?;
	let header = header.ok_or(Error::UnknownBlock(hash))?;
	let canonical = client.hash(header.number).map_err(Error::internal)?;
	if header.number > info.finalized_number || canonical != Some(hash) {
		return Err(Error::NotFinalized(hash));
	}
	Ok((hash, header))
}

/// The state of one block.
struct State<'a> {
	client: &'a FullClient,
	hash: Hash,
}

impl State<'_> {
	fn entry(&self, key: Vec<u8>) -> Result<Option<Entry>, Error> {
		let value = self.client.storage(self.hash, &StorageKey(key.clone()));
		let value = value.map_err(|error| self.failed(error))?;
		Ok(value.map(|value| Entry { key: Bytes(key), value: Bytes(value.0) }))
	}

	/// An entry that every chain with the job has.
	fn must_have(&self, key: Vec<u8>) -> Result<Entry, Error> {
		let entry = self.entry(key)?;
		entry.ok_or_else(|| Error::internal("the runtime keeps its records somewhere else"))
	}

	/// The block is known, so the first thing that can be missing is its state.
	fn failed(&self, error: sp_blockchain::Error) -> Error {
		match error {
			sp_blockchain::Error::UnknownBlock(_) => Error::StateUnavailable(self.hash),
			other => Error::internal(other),
		}
	}
}

/// Key of a map's entry; all of these maps hash their keys with `Blake2_128Concat`.
fn entry_key(pallet: &str, item: &str, key: impl Encode) -> Vec<u8> {
	let key = key.encode();
	[&twox_128(pallet.as_bytes())[..], &twox_128(item.as_bytes()), &blake2_128(&key), &key].concat()
}

/// Key of the first block's hash, which is kept for ever.
fn genesis_key() -> Vec<u8> {
	let number = 0u32.encode();
	[&twox_128(b"System")[..], &twox_128(b"BlockHash"), &twox_64(&number), &number].concat()
}
