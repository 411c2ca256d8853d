//! Questions about the state at one block.

use std::collections::HashMap;

use codec::{Decode, Encode};
use polkadot_sdk::{
	sp_crypto_hashing::{blake2_128, blake2_256, twox_128, twox_64},
	sp_runtime::DispatchError,
};
use serde_json::json;
use tercet_primitives::{
	apis::{Assignment, ItemProofError, JobView, ProviderView, Quote, Supply},
	AccountId32, Balance, JobId, Model, ModelId, PoolId, Redundancy, VariantId, H256,
};

use crate::{
	client::{unknown_block, Header},
	rpc::{from_hex, to_hex},
	ChainClient, Error, Event, Head,
};

/// The state at the end of one block.
///
/// All questions fail with [`Error::UnknownBlock`] if the node does not have the block or its state,
/// and with [`Error::Unreachable`], [`Error::Timeout`] or [`Error::Decode`].
#[derive(Clone)]
pub struct At {
	client: ChainClient,
	hash: H256,
}

/// What an account has, in planck.
#[derive(
	Clone, Copy, Debug, Default, PartialEq, Eq, Decode, serde::Serialize, serde::Deserialize,
)]
pub struct AccountBalance {
	/// Not held.
	pub free: Balance,
	/// Held: bonds, escrows and deposits.
	pub reserved: Balance,
	/// Part of all that may not be sent.
	pub frozen: Balance,
}

impl AccountBalance {
	/// Everything, held or not.
	pub fn total(&self) -> Balance {
		self.free.saturating_add(self.reserved)
	}
}

/// Somebody who may act for an account.
#[derive(Clone, Debug, PartialEq, Eq, Decode)]
pub struct Proxy {
	/// Who.
	pub delegate: AccountId32,
	/// For what: [`WORKER_PROXY`](crate::calls::WORKER_PROXY),
	/// [`ANY_PROXY`](crate::calls::ANY_PROXY), or another index in
	/// the runtime's `ProxyType`.
	pub kind: u8,
	/// Blocks that it must announce a call before.
	pub delay: u32,
}

/// What a block carries.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct BlockInfo {
	/// Number and hash.
	pub head: Head,
	/// Hash of the block before it.
	pub parent: H256,
	/// Its extrinsics, in order.
	pub extrinsics: Vec<ExtrinsicInfo>,
}

/// One extrinsic of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct ExtrinsicInfo {
	/// BLAKE2b-256 of its encoding.
	pub hash: H256,
	/// Length of its encoding.
	pub bytes: u32,
}

impl At {
	pub(crate) fn new(client: ChainClient, hash: H256) -> Self {
		Self { client, hash }
	}

	/// The block.
	pub fn hash(&self) -> H256 {
		self.hash
	}

	/// Number of models published so far; their ids are `0..count`.
	///
	/// # Errors
	/// See [`At`].
	pub async fn model_count(&self) -> Result<u32, Error> {
		self.call("ModelApi_model_count", ()).await
	}

	/// One model.
	///
	/// # Errors
	/// See [`At`].
	pub async fn model(&self, id: ModelId) -> Result<Option<Model<AccountId32>>, Error> {
		self.call("ModelApi_model", id).await
	}

	/// Number of jobs submitted so far; their ids are `0..count`.
	///
	/// # Errors
	/// See [`At`].
	pub async fn job_count(&self) -> Result<u64, Error> {
		self.call("JobApi_job_count", ()).await
	}

	/// One job with its committee.
	///
	/// # Errors
	/// See [`At`].
	pub async fn job(&self, id: JobId) -> Result<Option<JobView>, Error> {
		self.call("JobApi_job", id).await
	}

	/// What a job of `items` items would cost at `price` planck per work unit, with `redundancy` in
	/// its first round.
	///
	/// # Errors
	/// [`Error::Dispatch`] with the reason for which such a job would be refused; see [`At`].
	pub async fn quote(
		&self,
		pool: PoolId,
		items: u32,
		price: Balance,
		redundancy: Redundancy,
	) -> Result<Quote, Error> {
		let quote: Result<Quote, DispatchError> =
			self.call("JobApi_quote", (pool, items, price, redundancy)).await?;
		match quote {
			Ok(quote) => Ok(quote),
			Err(error) => Err(self.client.runtime(Some(self.hash)).await?.dispatch_error(error)),
		}
	}

	/// Supply curve of a pool: for each price that somebody asks, in rising order, how many would
	/// serve at it.
	///
	/// # Errors
	/// See [`At`].
	pub async fn supply(&self, pool: PoolId) -> Result<Vec<Supply>, Error> {
		self.call("JobApi_supply", pool).await
	}

	/// Whether the chain accepts `proof` that `digest` is the agreed result of item `index`.
	///
	/// # Errors
	/// See [`At`]; the chain's verdict is the inner result.
	pub async fn verify_item(
		&self,
		job: JobId,
		index: u32,
		digest: H256,
		proof: Vec<H256>,
	) -> Result<Result<(), ItemProofError>, Error> {
		self.call("JobApi_verify_item", (job, index, digest, proof)).await
	}

	/// One provider.
	///
	/// # Errors
	/// See [`At`].
	pub async fn provider(&self, who: AccountId32) -> Result<Option<ProviderView>, Error> {
		self.call("ProviderApi_provider", who).await
	}

	/// Every job in a provider's hands, oldest first.
	///
	/// # Errors
	/// See [`At`].
	pub async fn assignments(&self, who: AccountId32) -> Result<Vec<Assignment>, Error> {
		self.call("ProviderApi_assignments", who).await
	}

	/// Era rewards that can be [claimed](crate::calls::claim) for a provider: era and amount, in
	/// planck.
	///
	/// # Errors
	/// See [`At`].
	pub async fn claimable(&self, who: AccountId32) -> Result<Vec<(u32, Balance)>, Error> {
		self.call("ProviderApi_claimable", who).await
	}

	/// Verified work of an account, decayed to now: its weight in the contributor house.
	///
	/// # Errors
	/// See [`At`].
	pub async fn work_credits(&self, who: AccountId32) -> Result<Balance, Error> {
		self.call("ProviderApi_work_credits", who).await
	}

	/// What an account has; nothing if it does not exist.
	///
	/// # Errors
	/// See [`At`].
	pub async fn balance(&self, who: AccountId32) -> Result<AccountBalance, Error> {
		/// `frame_system::AccountInfo`.
		#[derive(Decode)]
		struct AccountInfo {
			_nonce: u32,
			_consumers: u32,
			_providers: u32,
			_sufficients: u32,
			balance: AccountBalance,
			_flags: u128,
		}
		let key = map_key("System", "Account", &[&who.encode()]);
		match self.storage(&key).await? {
			Some(bytes) => decode::<AccountInfo>("an account", &bytes).map(|info| info.balance),
			None => Ok(AccountBalance::default()),
		}
	}

	/// Those who may act for an account.
	///
	/// # Errors
	/// See [`At`].
	pub async fn proxies(&self, who: AccountId32) -> Result<Vec<Proxy>, Error> {
		let who = who.encode();
		let prefix = [twox_128(b"Proxy"), twox_128(b"Proxies")].concat();
		let key = [&prefix[..], &twox_64(&who)[..], &who[..]].concat();
		match self.storage(&key).await? {
			Some(bytes) => {
				decode::<(Vec<Proxy>, Balance)>("proxies", &bytes).map(|(proxies, _)| proxies)
			},
			None => Ok(Vec::new()),
		}
	}

	/// When the block was made, in milliseconds since 1970, by its author's clock.
	///
	/// # Errors
	/// See [`At`].
	pub async fn timestamp(&self) -> Result<u64, Error> {
		let key = [twox_128(b"Timestamp"), twox_128(b"Now")].concat();
		match self.storage(&key).await? {
			Some(bytes) => decode("the time", &bytes),
			None => Err(Error::decode("the time", "the chain does not keep it")),
		}
	}

	/// A constant of a pallet, by its names in the metadata.
	///
	/// # Errors
	/// [`Error::Decode`] if there is no such constant or it has another type; see [`At`].
	pub async fn constant<T: Decode>(&self, pallet: &str, name: &str) -> Result<T, Error> {
		let runtime = self.client.runtime(Some(self.hash)).await?;
		let what = || format!("constant {pallet}.{name}");
		let bytes = runtime.constant(pallet, name);
		decode(&what(), bytes.ok_or_else(|| Error::decode(what(), "there is none"))?)
	}

	/// Issuance of the native token, in planck.
	///
	/// # Errors
	/// See [`At`].
	pub async fn total_issuance(&self) -> Result<Balance, Error> {
		let key = [twox_128(b"Balances"), twox_128(b"TotalIssuance")].concat();
		match self.storage(&key).await? {
			Some(bytes) => decode("the total issuance", &bytes),
			None => Ok(0),
		}
	}

	/// The slot that the block was made in; slots follow each other at a fixed pace, and one may be
	/// without a block.
	///
	/// # Errors
	/// See [`At`].
	pub async fn slot(&self) -> Result<u64, Error> {
		let key = [twox_128(b"Babe"), twox_128(b"CurrentSlot")].concat();
		match self.storage(&key).await? {
			Some(bytes) => decode("the slot", &bytes),
			None => Err(Error::decode("the slot", "the chain does not keep it")),
		}
	}

	/// The pools of a variant that somebody sits in, and how many do. Looks through the names of all
	/// pools there are.
	///
	/// # Errors
	/// See [`At`].
	pub async fn pools(&self, variant: VariantId) -> Result<Vec<(PoolId, u32)>, Error> {
		const PAGE: usize = 1000;
		let prefix = [twox_128(b"ProviderStaking"), twox_128(b"PoolSize")].concat();
		let (mut pools, mut last) = (Vec::new(), to_hex(&prefix));
		loop {
			let params =
				[json!(to_hex(&prefix)), json!(PAGE), json!(last), json!(to_hex(self.hash))];
			let keys: Vec<String> = self
				.client
				.inner
				.rpc
				.query("state_getKeysPaged", &params)
				.await
				.map_err(|error| unknown_block(error, Some(self.hash)))?;
			for key in &keys {
				let key = from_hex("a storage key", key)?;
				// After the prefix and a hash of 16 bytes, the key says the pool.
				let pool: PoolId =
					decode("a pool", key.get(prefix.len() + 16..).unwrap_or_default())?;
				if pool.variant == variant {
					let size = self.storage(&key).await?.unwrap_or_default();
					pools.push((pool, decode("a pool's size", &size)?));
				}
			}
			match keys.into_iter().nth(PAGE - 1) {
				Some(key) => last = key,
				None => return Ok(pools),
			}
		}
	}

	/// Raw storage.
	///
	/// # Errors
	/// See [`At`].
	pub async fn storage(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Error> {
		let params = [json!(to_hex(key)), json!(to_hex(self.hash))];
		let value: Option<String> = self
			.client
			.inner
			.rpc
			.query("state_getStorage", &params)
			.await
			.map_err(|error| unknown_block(error, Some(self.hash)))?;
		value.map(|value| from_hex("a storage value", &value)).transpose()
	}

	/// Raw storage under each of `keys`, in their order.
	///
	/// # Errors
	/// See [`At`].
	pub async fn storage_of(&self, keys: &[Vec<u8>]) -> Result<Vec<Option<Vec<u8>>>, Error> {
		/// What `state_queryStorageAt` says of one block.
		#[derive(serde::Deserialize)]
		struct Values {
			changes: Vec<(String, Option<String>)>,
		}
		/// Keys of one question.
		const AT_ONCE: usize = 256;
		let mut values = HashMap::new();
		for keys in keys.chunks(AT_ONCE) {
			let keys = keys.iter().map(to_hex).collect::<Vec<_>>();
			let answer: Vec<Values> = self
				.client
				.inner
				.rpc
				.query("state_queryStorageAt", &[json!(keys), json!(to_hex(self.hash))])
				.await
				.map_err(|error| unknown_block(error, Some(self.hash)))?;
			for (key, value) in answer.into_iter().flat_map(|values| values.changes) {
				if let Some(value) = value {
					let what = "a storage value";
					values.insert(from_hex("a storage key", &key)?, from_hex(what, &value)?);
				}
			}
		}
		// A key may be asked for twice.
		Ok(keys.iter().map(|key| values.get(key).cloned()).collect())
	}

	/// The events of the block, in order.
	///
	/// # Errors
	/// See [`At`].
	pub async fn events(&self) -> Result<Vec<Event>, Error> {
		let key = [twox_128(b"System"), twox_128(b"Events")].concat();
		let bytes = self.storage(&key).await?.unwrap_or_default();
		// The events of a block that upgrades the runtime are those of the runtime that built it: its
		// parent's state names it.
		let parent = self.header().await?.parent_hash;
		self.client.runtime(Some(H256(parent.0))).await?.events(bytes)
	}

	/// What the block carries.
	///
	/// # Errors
	/// See [`At`].
	pub async fn block(&self) -> Result<BlockInfo, Error> {
		#[derive(serde::Deserialize)]
		struct SignedBlock {
			block: Block,
		}
		#[derive(serde::Deserialize)]
		struct Block {
			header: Header,
			extrinsics: Vec<String>,
		}
		let params = [json!(to_hex(self.hash))];
		let block: Option<SignedBlock> =
			self.client.inner.rpc.query("chain_getBlock", &params).await?;
		let Block { header, extrinsics } = block.ok_or(Error::UnknownBlock(self.hash))?.block;
		let extrinsics = extrinsics.iter().map(|text| {
			let bytes = from_hex("an extrinsic", text)?;
			Ok(ExtrinsicInfo { hash: H256(blake2_256(&bytes)), bytes: bytes.len() as u32 })
		});
		Ok(BlockInfo {
			head: Head::from(&header),
			parent: H256(header.parent_hash.0),
			extrinsics: extrinsics.collect::<Result<_, Error>>()?,
		})
	}

	async fn header(&self) -> Result<Header, Error> {
		let params = [json!(to_hex(self.hash))];
		let header: Option<Header> =
			self.client.inner.rpc.query("chain_getHeader", &params).await?;
		header.ok_or(Error::UnknownBlock(self.hash))
	}

	/// Asks a runtime API and reads the answer.
	async fn call<R: Decode>(&self, function: &str, args: impl Encode) -> Result<R, Error> {
		let answer = self.client.state_call(function, &args.encode(), Some(self.hash)).await?;
		decode(function, &answer)
	}
}

/// Where an entry of a map is kept whose encoded keys are hashed with `Blake2_128Concat`.
pub(crate) fn map_key(pallet: &str, map: &str, keys: &[&[u8]]) -> Vec<u8> {
	let mut place = [twox_128(pallet.as_bytes()), twox_128(map.as_bytes())].concat();
	for key in keys {
		place.extend(blake2_128(key));
		place.extend_from_slice(key);
	}
	place
}

pub(crate) fn decode<T: Decode>(what: &str, mut bytes: &[u8]) -> Result<T, Error> {
	let value = T::decode(&mut bytes).map_err(|error| Error::decode(what, error))?;
	if !bytes.is_empty() {
		return Err(Error::decode(what, format!("{} bytes are left over", bytes.len())));
	}
	Ok(value)
}
