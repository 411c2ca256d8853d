//! Submission: from a call to the block that has it.

use std::time::Duration;

use codec::Decode;
use serde_json::json;
use subxt::{
	rpcs::{client::RpcSubscription, methods::legacy::TransactionStatus},
	utils::H256 as SubxtHash,
};
use subxt_signer::sr25519::Keypair;
use tercet_primitives::{AccountId32, Balance, BlockNumber, H256};

use crate::{
	client::Header,
	error::{is_race, pool},
	keys,
	rpc::to_hex,
	runtime::Signed,
	Call, ChainClient, Error, Event, Head,
};

/// Blocks for which a transaction is valid, a little over two minutes: long enough for a full pool
/// and a node that restarts, short enough to try again.
pub const MORTALITY: u32 = 64;

/// Attempts when other transactions of the same account take the nonce.
const ATTEMPTS: u32 = 5;

/// Wait between those attempts.
const PAUSE: Duration = Duration::from_millis(300);

/// Silence of the pool after which we look for the transaction ourselves.
const PATIENCE: Duration = Duration::from_secs(8);

/// A transaction in a block of the best chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Included {
	/// The block.
	pub block: Head,
	/// Hash of the transaction.
	pub extrinsic_hash: H256,
	/// What it caused, in order.
	pub events: Vec<Event>,
	/// What it cost, in planck; 0 for calls that are free.
	pub fee: Balance,
}

impl Included {
	/// The first event `pallet.name` among those the transaction caused.
	pub fn event(&self, pallet: &str, name: &str) -> Option<&Event> {
		self.events.iter().find(|event| event.is(pallet, name))
	}
}

/// How a transaction's stay in the pool ended.
enum Outcome {
	InBlock(H256),
	/// Another one took its nonce.
	Usurped,
}

impl ChainClient {
	/// Submits a call and waits until a best block has it.
	///
	/// The nonce is the account's next one, transactions of the same account wait for each other's
	/// way into the pool, and the transaction expires [`MORTALITY`] blocks from now. If the
	/// connection breaks meanwhile, blocks are searched for the transaction when it is back.
	///
	/// # Errors
	/// [`Error::Dispatch`] if the call failed (the fee is paid), [`Error::Pool`] if the transaction
	/// was not taken, [`Error::Expired`] if it was taken and found its way into no block,
	/// [`Error::Call`] if the chain has no such call; [`Error::Unreachable`], [`Error::Timeout`].
	pub async fn submit(&self, signer: &Keypair, call: Call) -> Result<Included, Error> {
		self.attempt(signer, call, ATTEMPTS).await
	}

	/// As [`Self::submit`], but if another transaction of the account takes the nonce first, that is an
	/// error: for calls that it may have made pointless.
	///
	/// # Errors
	/// As [`Self::submit`].
	pub async fn submit_once(&self, signer: &Keypair, call: Call) -> Result<Included, Error> {
		self.attempt(signer, call, 1).await
	}

	async fn attempt(
		&self,
		signer: &Keypair,
		call: Call,
		attempts: u32,
	) -> Result<Included, Error> {
		let account = keys::account_id(signer);
		let mut attempt = 1;
		loop {
			let lock = self.nonce_lock(account.clone());
			let guard = lock.lock().await;
			let nonce = self.next_nonce(&account).await?;
			let anchor = self.anchor().await?;
			let signed = self.runtime(None).await?.sign(signer, &call, nonce, anchor)?;
			let watched = self.watch(&signed).await;
			drop(guard);
			let outcome = match watched {
				Ok(subscription) => self.wait(subscription, &signed, anchor).await,
				// The request broke, so we do not know whether the pool has the transaction.
				Err(error @ (Error::Unreachable { .. } | Error::Timeout { .. })) => {
					self.search(&signed, anchor, Some(error)).await.map(Outcome::InBlock)
				},
				Err(error) => Err(error),
			};
			match outcome {
				Ok(Outcome::InBlock(block)) => return self.included(block, signed.hash).await,
				Ok(Outcome::Usurped) if attempt < attempts => (),
				Ok(Outcome::Usurped) => {
					let message = "another transaction of this account took its place".into();
					return Err(Error::Pool { code: pool::TOO_LOW_PRIORITY, message });
				},
				Err(error) if is_race(&error) && attempt < attempts => (),
				Err(error) => return Err(error),
			}
			attempt += 1;
			tokio::time::sleep(PAUSE).await;
		}
	}

	/// Submits a call and returns its transaction's hash as soon as the pool has it.
	///
	/// # Errors
	/// As [`Self::submit`], but for those that inclusion brings.
	pub async fn submit_unwatched(&self, signer: &Keypair, call: Call) -> Result<H256, Error> {
		let account = keys::account_id(signer);
		let mut attempt = 1;
		loop {
			let lock = self.nonce_lock(account.clone());
			let guard = lock.lock().await;
			let nonce = self.next_nonce(&account).await?;
			let result = self.submit_with_nonce(signer, call.clone(), nonce, None).await;
			drop(guard);
			match result {
				Err(error) if is_race(&error) && attempt < ATTEMPTS => (),
				result => return result,
			}
			attempt += 1;
			tokio::time::sleep(PAUSE).await;
		}
	}

	/// Submits a call with that nonce, valid from block `anchor` on (from the parent of the best
	/// one if none is given), and returns its transaction's hash as soon as the pool has it. For programs that keep
	/// count themselves, such as benchmarks.
	///
	/// # Errors
	/// As [`Self::submit_unwatched`].
	pub async fn submit_with_nonce(
		&self,
		signer: &Keypair,
		call: Call,
		nonce: u64,
		anchor: Option<Head>,
	) -> Result<H256, Error> {
		let signed = self.sign(signer, &call, nonce, anchor).await?;
		self.submit_bytes(&signed.0).await
	}

	/// A signed transaction, as [`Self::submit_with_nonce`] would submit it, and its hash.
	///
	/// # Errors
	/// [`Error::Call`] if the chain has no such call; [`Error::Unreachable`], [`Error::Timeout`].
	pub async fn sign(
		&self,
		signer: &Keypair,
		call: &Call,
		nonce: u64,
		anchor: Option<Head>,
	) -> Result<(Vec<u8>, H256), Error> {
		let anchor = match anchor {
			Some(anchor) => anchor,
			None => self.anchor().await?,
		};
		let signed = self.runtime(None).await?.sign(signer, call, nonce, anchor)?;
		Ok((signed.bytes, signed.hash))
	}

	/// Gives a signed transaction to the pool.
	///
	/// # Errors
	/// [`Error::Pool`], [`Error::Unreachable`], [`Error::Timeout`].
	pub async fn submit_bytes(&self, bytes: &[u8]) -> Result<H256, Error> {
		let params = [json!(to_hex(bytes))];
		let hash: SubxtHash = self.inner.rpc.request("author_submitExtrinsic", &params).await?;
		Ok(H256(hash.0))
	}

	/// The block that transactions are valid from: the parent of the best one. The pool may still
	/// check against that one, and does not know yet what comes after it.
	async fn anchor(&self) -> Result<Head, Error> {
		let header: Header = self.inner.rpc.query("chain_getHeader", &[]).await?;
		let best = Head::from(&header);
		match best.number.checked_sub(1) {
			Some(number) => Ok(Head { number, hash: H256(header.parent_hash.0) }),
			None => Ok(best),
		}
	}

	/// The nonce of the account's next transaction, those in the pool counted.
	///
	/// # Errors
	/// [`Error::Unreachable`], [`Error::Timeout`].
	pub async fn next_nonce(&self, account: &AccountId32) -> Result<u64, Error> {
		let params = [json!(account.to_string())];
		self.inner.rpc.query("system_accountNextIndex", &params).await
	}

	async fn watch(
		&self,
		signed: &Signed,
	) -> Result<RpcSubscription<TransactionStatus<SubxtHash>>, Error> {
		let params = [json!(to_hex(&signed.bytes))];
		let (method, unsubscribe) = ("author_submitAndWatchExtrinsic", "author_unwatchExtrinsic");
		self.inner.rpc.subscribe(method, &params, unsubscribe).await
	}

	/// Follows what the pool says of a transaction until it is in a block or cannot be.
	async fn wait(
		&self,
		mut subscription: RpcSubscription<TransactionStatus<SubxtHash>>,
		signed: &Signed,
		anchor: Head,
	) -> Result<Outcome, Error> {
		loop {
			let Ok(status) = tokio::time::timeout(PATIENCE, subscription.next()).await else {
				match self.find(signed, anchor).await {
					Ok(Some(block)) => return Ok(Outcome::InBlock(block)),
					Ok(None) if self.best().await?.number > expiry(anchor) => {
						return Err(Error::Expired { hash: signed.hash, until: expiry(anchor) })
					},
					Ok(None) => continue,
					Err(error) => return Err(error),
				}
			};
			match status {
				Some(Ok(
					TransactionStatus::InBlock(block) | TransactionStatus::Finalized(block),
				)) => return Ok(Outcome::InBlock(H256(block.0))),
				Some(Ok(TransactionStatus::Usurped(_))) => return Ok(Outcome::Usurped),
				Some(Ok(TransactionStatus::Invalid)) => {
					if let Some(block) = self.find(signed, anchor).await? {
						return Ok(Outcome::InBlock(block));
					}
					let message = "the transaction became invalid while it waited".into();
					return Err(Error::Pool { code: pool::INVALID, message });
				},
				Some(Ok(TransactionStatus::Dropped)) => {
					if let Some(block) = self.find(signed, anchor).await? {
						return Ok(Outcome::InBlock(block));
					}
					let message = "the transaction was dropped from a full pool".into();
					return Err(Error::Pool { code: pool::FULL, message });
				},
				Some(Ok(_)) => (),
				Some(Err(_)) | None => {
					return self.search(signed, anchor, None).await.map(Outcome::InBlock)
				},
			}
		}
	}

	/// Looks into every new block until the transaction is in one or expires. With `doubt`, the error
	/// for which we do not know whether the pool ever got it, gives up much earlier.
	async fn search(
		&self,
		signed: &Signed,
		anchor: Head,
		doubt: Option<Error>,
	) -> Result<H256, Error> {
		/// Blocks after which a transaction whose arrival is in doubt is given up.
		const DOUBTFUL: u32 = 4;
		let until = match doubt {
			Some(_) => anchor.number.saturating_add(DOUBTFUL),
			None => expiry(anchor),
		};
		loop {
			if let Some(block) = self.find(signed, anchor).await? {
				return Ok(block);
			}
			if self.best().await?.number > until {
				let expired = Error::Expired { hash: signed.hash, until };
				return Err(doubt.unwrap_or(expired));
			}
			tokio::time::sleep(Duration::from_secs(1)).await;
		}
	}

	/// The block of the best chain that has the transaction, if any.
	async fn find(&self, signed: &Signed, anchor: Head) -> Result<Option<H256>, Error> {
		let last = self.best().await?.number.min(expiry(anchor));
		for number in anchor.number..=last {
			let Some(hash) = self.hash_of(number).await? else { break };
			let block = self.at(hash).block().await?;
			if block.extrinsics.iter().any(|extrinsic| extrinsic.hash == signed.hash) {
				return Ok(Some(hash));
			}
		}
		Ok(None)
	}

	/// What a transaction did in that block, or why it failed.
	async fn included(&self, hash: H256, extrinsic_hash: H256) -> Result<Included, Error> {
		let at = self.at(hash);
		let block = at.block().await?;
		let index = block.extrinsics.iter().position(|info| info.hash == extrinsic_hash);
		let index = index.ok_or_else(|| {
			Error::decode("a block", "the transaction is not where the pool says that it is")
		})?;
		let mut events = at.events().await?;
		events.retain(|event| event.extrinsic == u32::try_from(index).ok());
		if let Some(failed) = events.iter().find(|event| event.is("System", "ExtrinsicFailed")) {
			let runtime = self.runtime(Some(block.parent)).await?;
			return Err(runtime.decode_dispatch_error(&failed.bytes)?);
		}
		// A call through a proxy fails on its own; the transaction around it does not.
		let executed = events.iter().find(|event| event.is("Proxy", "ProxyExecuted"));
		if let Some((1, error)) = executed.and_then(|event| event.bytes.split_first()) {
			let runtime = self.runtime(Some(block.parent)).await?;
			return Err(runtime.decode_dispatch_error(error)?);
		}
		let paid = events
			.iter()
			.find(|event| event.is("TransactionPayment", "TransactionFeePaid"))
			.map(Event::decode::<FeePaid>)
			.transpose()?;
		Ok(Included {
			block: block.head,
			extrinsic_hash,
			events,
			fee: paid.map_or(0, |paid| paid.fee),
		})
	}
}

/// The event of `pallet-transaction-payment`; the fee includes the tip.
#[derive(Decode)]
struct FeePaid {
	_who: AccountId32,
	fee: Balance,
}

/// Last block that may have a transaction.
fn expiry(anchor: Head) -> BlockNumber {
	anchor.number.saturating_add(MORTALITY)
}
