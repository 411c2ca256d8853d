//! The chain, behind a trait, as this worker needs it.

use std::time::Duration;

use async_trait::async_trait;
use futures::{stream::BoxStream, StreamExt};
use tercet_chain_client::{self as client, calls, keys, ChainClient, Keypair};
use tercet_primitives::{
	apis::{Assignment, ProviderView},
	AccountId32, Balance, BlockNumber, Duty, Model, ModelId, PoolId, H256,
};

pub use client::Head;

/// Limit for an answer: windows are short, so one that does not end in a block is sent again. The
/// chain takes each duty once only, its pool holds each once only, and none costs a fee.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(16);

/// What this worker may say to the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
	/// Add to the stake.
	Bond(Balance),
	/// Offer a pool for at least this price per work unit.
	Offer(PoolId, Balance),
	/// Sit in the pools of the offers.
	GoAvailable,
	/// Leave the pools.
	GoUnavailable,
	/// Do one's duties, all of them or none.
	Answer(Vec<Duty>),
}

/// Why the chain did not answer or take a message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChainError {
	/// It may work later.
	#[error("{0}")]
	Transient(String),
	/// What was said is so already, or came too late to matter. Nothing is left to do.
	#[error("done already: {0}")]
	AlreadyDone(String),
	/// The block that judged it knows less than the one that asked for it: it may be right soon.
	#[error("not yet: {0}")]
	NotYet(String),
	/// Model or variant is not published, or not yet.
	#[error("not published: {0}")]
	NotPublished(String),
	/// The chain refuses the message, and will do so again.
	#[error("{0}")]
	Refused(String),
}

/// One account's view of the chain.
#[async_trait]
pub trait Chain: Send + Sync + 'static {
	/// Hash of the first block, which names the chain.
	fn genesis(&self) -> H256;

	/// Who this worker is.
	fn account(&self) -> &AccountId32;

	/// The best head from now on. Ends when the connection is lost.
	async fn heads(&self) -> Result<BoxStream<'static, Head>, ChainError>;

	/// The jobs in this worker's hands at `head`.
	async fn assignments(&self, head: Head) -> Result<Vec<Assignment>, ChainError>;

	/// This worker as the chain sees it at the best head.
	async fn provider(&self) -> Result<Option<ProviderView>, ChainError>;

	/// Number of models at the best head.
	async fn model_count(&self) -> Result<u32, ChainError>;

	/// A model at the best head.
	async fn model(&self, id: ModelId) -> Result<Option<Model<AccountId32>>, ChainError>;

	/// Sends a message and returns the block that took it.
	async fn send(&self, message: Message) -> Result<BlockNumber, ChainError>;
}

/// The real chain, and the key that signs.
pub struct SubxtChain {
	client: ChainClient,
	key: Keypair,
	account: AccountId32,
	genesis: H256,
}

impl SubxtChain {
	/// Connects to the node at `url`, to sign with `key`.
	///
	/// # Errors
	/// If there is no node, or no Tercet chain.
	pub async fn connect(url: &str, key: Keypair) -> Result<Self, client::Error> {
		let client = ChainClient::connect(url).await?;
		let genesis = client.genesis();
		let account = keys::account_id(&key);
		Ok(Self { client, key, account, genesis })
	}
}

#[async_trait]
impl Chain for SubxtChain {
	fn genesis(&self) -> H256 {
		self.genesis
	}

	fn account(&self) -> &AccountId32 {
		&self.account
	}

	async fn heads(&self) -> Result<BoxStream<'static, Head>, ChainError> {
		let heads = self.client.heads().await.map_err(classify)?;
		Ok(heads
			.take_while(|head| {
				if let Err(error) = head {
					tracing::warn!(%error, "lost the subscription to heads");
				}
				futures::future::ready(head.is_ok())
			})
			.filter_map(|head| futures::future::ready(head.ok()))
			.boxed())
	}

	async fn assignments(&self, head: Head) -> Result<Vec<Assignment>, ChainError> {
		self.client.at(head.hash).assignments(self.account.clone()).await.map_err(classify)
	}

	async fn provider(&self) -> Result<Option<ProviderView>, ChainError> {
		let best = self.client.best().await.map_err(classify)?;
		self.client.at(best.hash).provider(self.account.clone()).await.map_err(classify)
	}

	async fn model_count(&self) -> Result<u32, ChainError> {
		let best = self.client.best().await.map_err(classify)?;
		self.client.at(best.hash).model_count().await.map_err(classify)
	}

	async fn model(&self, id: ModelId) -> Result<Option<Model<AccountId32>>, ChainError> {
		let best = self.client.best().await.map_err(classify)?;
		self.client.at(best.hash).model(id).await.map_err(classify)
	}

	async fn send(&self, message: Message) -> Result<BlockNumber, ChainError> {
		let is_answer = matches!(message, Message::Answer(_));
		let call = match message {
			Message::Bond(amount) => calls::bond(amount),
			Message::Offer(pool, price) => calls::offer(pool, price),
			Message::GoAvailable => calls::go_available(),
			Message::GoUnavailable => calls::go_unavailable(),
			Message::Answer(duties) => calls::answer(duties),
		};
		let submission = self.client.submit(&self.key, call);
		let included = if is_answer {
			tokio::time::timeout(ANSWER_TIMEOUT, submission).await.map_err(|_| {
				let after = ANSWER_TIMEOUT.as_secs();
				ChainError::Transient(format!("not in a block after {after} s"))
			})?
		} else {
			submission.await
		};
		let included = included.map_err(|error| match error {
			// Too much for one block, however long it waits: it is split.
			client::Error::Pool { message, .. } if is_answer && message.contains("exhaust") => {
				ChainError::Refused(message)
			},
			// What the pool does not find owed, and therefore payable, has cost nothing.
			client::Error::Pool { ref message, .. } if is_answer && !error.is_transient() => {
				ChainError::NotYet(message.clone())
			},
			error => classify(error),
		})?;
		if is_answer && included.fee > 0 {
			tracing::warn!(fee = included.fee, "the chain did not find all of this owed");
		}
		Ok(included.block.number)
	}
}

fn classify(error: client::Error) -> ChainError {
	let text = error.to_string();
	if error.is_transient() {
		return ChainError::Transient(text);
	}
	match &error {
		client::Error::Dispatch { error, .. } => match error.as_str() {
			"DuplicateOffer" | "UnknownJob" | "StageOver" | "FellSilent" => {
				ChainError::AlreadyDone(text)
			},
			"WrongStage" | "NotCommitted" | "NotSealed" | "NotRevealed" => ChainError::NotYet(text),
			"UnknownModel" | "UnknownVariant" => ChainError::NotPublished(text),
			error if error.starts_with("Already") => ChainError::AlreadyDone(text),
			_ => ChainError::Refused(text),
		},
		// A pruned or reorganised block: the next head will do.
		client::Error::UnknownBlock(_) | client::Error::Rpc { .. } => ChainError::Transient(text),
		_ => ChainError::Refused(text),
	}
}
