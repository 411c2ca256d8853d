//! The connection to one chain.

use std::{
	collections::{hash_map::Entry, HashMap},
	sync::{Arc, Mutex, PoisonError, RwLock},
	time::Duration,
};

use codec::{Decode, Encode};
use futures::{stream, Stream, StreamExt};
use polkadot_sdk::sp_crypto_hashing::blake2_256;
use serde_json::json;
use subxt::{
	config::substrate::SubstrateHeader, rpcs::client::RpcSubscription, utils::H256 as SubxtHash,
};
use tercet_primitives::{AccountId32, BlockNumber, H256};

use crate::{
	rpc::{from_hex, to_hex, Rpc},
	runtime::{Runtime, Version},
	At, Error,
};

/// A block, by number and hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Head {
	/// Its height.
	pub number: BlockNumber,
	/// Its hash.
	pub hash: H256,
}

/// How a node is, as it says itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NodeHealth {
	/// Other nodes that it is connected to.
	pub peers: u32,
	/// Whether it still catches up with them.
	pub is_syncing: bool,
	/// Whether it should have some.
	pub should_have_peers: bool,
}

/// A connection to one node. Cheap to clone; clones share everything.
///
/// When the connection breaks it is opened again in the background. Questions asked meanwhile wait
/// for it, for half a minute at most.
#[derive(Clone)]
pub struct ChainClient {
	pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
	pub rpc: Rpc,
	genesis: H256,
	/// By spec version.
	runtimes: RwLock<HashMap<u32, Arc<Runtime>>>,
	/// Held while a nonce is chosen and its transaction enters the pool.
	nonces: Mutex<HashMap<AccountId32, Arc<tokio::sync::Mutex<()>>>>,
}

pub(crate) type Header = SubstrateHeader<SubxtHash>;

impl ChainClient {
	/// Connects to the node at `url`, like `ws://127.0.0.1:9944`.
	///
	/// # Errors
	/// [`Error::BadUrl`]; [`Error::Unreachable`], at once, when nothing listens.
	pub async fn connect(url: &str) -> Result<Self, Error> {
		let rpc = Rpc::connect(url).await?;
		let genesis = rpc.query::<SubxtHash>("chain_getBlockHash", &[json!(0)]).await?;
		let (runtimes, nonces) = Default::default();
		let inner = Inner { rpc, genesis: H256(genesis.0), runtimes, nonces };
		Ok(Self { inner: Arc::new(inner) })
	}

	/// Hash of the chain's first block.
	pub fn genesis(&self) -> H256 {
		self.inner.genesis
	}

	/// The best block.
	///
	/// # Errors
	/// [`Error::Unreachable`], [`Error::Timeout`].
	pub async fn best(&self) -> Result<Head, Error> {
		let header: Header = self.inner.rpc.query("chain_getHeader", &[]).await?;
		Ok(Head::from(&header))
	}

	/// How the node is.
	///
	/// # Errors
	/// [`Error::Unreachable`], [`Error::Timeout`].
	pub async fn node_health(&self) -> Result<NodeHealth, Error> {
		self.inner.rpc.query("system_health", &[]).await
	}

	/// The newest finalized block.
	///
	/// # Errors
	/// [`Error::Unreachable`], [`Error::Timeout`].
	pub async fn finalized(&self) -> Result<Head, Error> {
		let hash: SubxtHash = self.inner.rpc.query("chain_getFinalizedHead", &[]).await?;
		self.head(H256(hash.0)).await
	}

	/// The block with that hash.
	///
	/// # Errors
	/// [`Error::UnknownBlock`], [`Error::Unreachable`], [`Error::Timeout`].
	pub async fn head(&self, hash: H256) -> Result<Head, Error> {
		let params = [json!(to_hex(hash))];
		let header: Option<Header> = self.inner.rpc.query("chain_getHeader", &params).await?;
		header.as_ref().map(Head::from).ok_or(Error::UnknownBlock(hash))
	}

	/// The hash of block `number` on the best chain, if it is that long.
	///
	/// # Errors
	/// [`Error::Unreachable`], [`Error::Timeout`].
	pub async fn hash_of(&self, number: BlockNumber) -> Result<Option<H256>, Error> {
		let hash: Option<SubxtHash> =
			self.inner.rpc.query("chain_getBlockHash", &[json!(number)]).await?;
		Ok(hash.map(|hash| H256(hash.0)))
	}

	/// The best block and every new best block from now on. After a fork, numbers may repeat.
	///
	/// Never ends: when the connection breaks it gives an error, and goes on when the node is back.
	///
	/// # Errors
	/// If the first subscription fails: [`Error::Unreachable`], [`Error::Timeout`].
	pub async fn heads(
		&self,
	) -> Result<impl Stream<Item = Result<Head, Error>> + Send + Unpin, Error> {
		/// Wait between attempts to subscribe again.
		const PAUSE: Duration = Duration::from_secs(1);
		let first = self.subscribe_heads().await?;
		let heads = stream::unfold((self.clone(), Some(first)), |(client, subscription)| async {
			let mut subscription = match subscription {
				Some(subscription) => subscription,
				None => {
					tokio::time::sleep(PAUSE).await;
					match client.subscribe_heads().await {
						Ok(subscription) => subscription,
						Err(error) => return Some((Err(error), (client, None))),
					}
				},
			};
			match subscription.next().await {
				Some(Ok(header)) => Some((Ok(Head::from(&header)), (client, Some(subscription)))),
				Some(Err(error)) => {
					let error = client.inner.rpc.error("chain_subscribeNewHeads", error);
					Some((Err(error), (client, None)))
				},
				None => {
					let error = client.inner.rpc.lost("the subscription to blocks ended".into());
					Some((Err(error), (client, None)))
				},
			}
		});
		Ok(heads.boxed())
	}

	async fn subscribe_heads(&self) -> Result<RpcSubscription<Header>, Error> {
		let rpc = &self.inner.rpc;
		rpc.subscribe("chain_subscribeNewHeads", &[], "chain_unsubscribeNewHeads").await
	}

	/// Questions about the state at the end of that block.
	pub fn at(&self, hash: H256) -> At {
		At::new(self.clone(), hash)
	}

	/// Asks a runtime API, at the best block if none is named.
	pub(crate) async fn state_call(
		&self,
		function: &str,
		args: &[u8],
		at: Option<H256>,
	) -> Result<Vec<u8>, Error> {
		let params = match at {
			Some(hash) => vec![json!(function), json!(to_hex(args)), json!(to_hex(hash))],
			None => vec![json!(function), json!(to_hex(args))],
		};
		let answer: String = self
			.inner
			.rpc
			.query("state_call", &params)
			.await
			.map_err(|error| unknown_block(error, at))?;
		from_hex(function, &answer)
	}

	/// The runtime that the state at `at` belongs to; the best block's if none is named. Its metadata
	/// is fetched once.
	pub(crate) async fn runtime(&self, at: Option<H256>) -> Result<Arc<Runtime>, Error> {
		let params = at.map(|hash| json!(to_hex(hash))).into_iter().collect::<Vec<_>>();
		let version: Version = self
			.inner
			.rpc
			.query("state_getRuntimeVersion", &params)
			.await
			.map_err(|error| unknown_block(error, at))?;
		if let Some(runtime) = self.known_runtime(version) {
			return Ok(runtime);
		}
		let metadata = self.metadata(at).await?;
		let runtime = Arc::new(Runtime::new(version, self.inner.genesis, &metadata)?);
		let mut runtimes = self.inner.runtimes.write().unwrap_or_else(PoisonError::into_inner);
		runtimes.insert(version.spec_version, runtime.clone());
		Ok(runtime)
	}

	fn known_runtime(&self, version: Version) -> Option<Arc<Runtime>> {
		let runtimes = self.inner.runtimes.read().unwrap_or_else(PoisonError::into_inner);
		runtimes.get(&version.spec_version).filter(|runtime| runtime.version == version).cloned()
	}

	/// The metadata in the newest version that both sides speak.
	async fn metadata(&self, at: Option<H256>) -> Result<Vec<u8>, Error> {
		/// Newest version that subxt understands.
		const NEWEST: u32 = 16;
		let decode =
			|error: &dyn ToString| Error::decode("the chain's metadata", error.to_string());
		let versions = self.state_call("Metadata_metadata_versions", &[], at).await?;
		let versions = Vec::<u32>::decode(&mut &versions[..]).map_err(|error| decode(&error))?;
		let version = versions
			.into_iter()
			.filter(|version| *version <= NEWEST)
			.max()
			.ok_or_else(|| decode(&"it is only offered in versions that are too new"))?;
		let args = version.encode();
		let metadata = self.state_call("Metadata_metadata_at_version", &args, at).await?;
		Option::<Vec<u8>>::decode(&mut &metadata[..])
			.map_err(|error| decode(&error))?
			.ok_or_else(|| decode(&"the chain does not give what it offers"))
	}

	/// The lock on the nonces of one account.
	pub(crate) fn nonce_lock(&self, account: AccountId32) -> Arc<tokio::sync::Mutex<()>> {
		let mut nonces = self.inner.nonces.lock().unwrap_or_else(PoisonError::into_inner);
		match nonces.entry(account) {
			Entry::Occupied(lock) => lock.get().clone(),
			Entry::Vacant(entry) => entry.insert(Arc::default()).clone(),
		}
	}
}

impl From<&Header> for Head {
	fn from(header: &Header) -> Self {
		// Block numbers are 32 bits wide on this chain.
		let number = BlockNumber::try_from(header.number).unwrap_or(BlockNumber::MAX);
		Self { number, hash: H256(blake2_256(&header.encode())) }
	}
}

/// Substrate's words for a block that it does not have, or whose state it has dropped.
pub(crate) fn unknown_block(error: Error, at: Option<H256>) -> Error {
	match (&error, at) {
		(Error::Rpc { message, .. }, Some(hash))
			if message.contains("UnknownBlock")
				|| message.contains("State already discarded")
				|| message.contains("Header was not found") =>
		{
			Error::UnknownBlock(hash)
		},
		_ => error,
	}
}
