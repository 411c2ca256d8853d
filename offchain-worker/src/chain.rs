//! The chain, behind a trait, as this worker needs it.

use std::{
	sync::{
		atomic::{AtomicBool, Ordering},
		PoisonError, RwLock,
	},
	time::Duration,
};

use async_trait::async_trait;
use futures::{stream::BoxStream, StreamExt};
use tercet_chain_client::{self as client, calls, keys, ChainClient, Keypair};
use tercet_primitives::{
	apis::{Assignment, ProviderView},
	AccountId32, Balance, BlockNumber, Duty, Envelope, ExecutorPublicKey, JobId, Model, ModelId,
	PoolId, H256,
};

pub use client::Head;

/// Limit for an answer: windows are short, so one that does not end in a block is sent again. The
/// chain takes each duty once only, its pool holds each once only, and none costs a fee.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(16);

/// What is said when the key is not a proxy of the provider.
pub const NO_RIGHTS: &str = "the key may not act for the provider; with the provider's key, run \
	`tercet --key COLD provider worker-key ADDRESS`";

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
	/// Mint the reward of that era.
	Claim(u32),
	/// Say for which key the keys of private jobs are to be sealed.
	AnnounceKey(ExecutorPublicKey),
}

/// How this worker stands at the best head. Amounts are in planck.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
	/// The provider, if it is one.
	pub provider: Option<ProviderView>,
	/// What the key's account can spend on fees.
	pub free: Balance,
	/// Rewards that can be claimed, by era.
	pub claimable: Vec<(u32, Balance)>,
	/// Whether the key may act for the provider.
	pub may_act: bool,
	/// When the best block was made, in milliseconds since 1970.
	pub time: u64,
	/// Whether the node still catches up.
	pub syncing: bool,
	/// The least stake with which a provider is drawn.
	pub min_bond: Balance,
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

	/// The provider whose work this is.
	fn account(&self) -> &AccountId32;

	/// Who signs: the provider itself, or its proxy.
	fn signer(&self) -> &AccountId32;

	/// The best head from now on. Ends when the connection is lost.
	async fn heads(&self) -> Result<BoxStream<'static, Head>, ChainError>;

	/// The jobs in this worker's hands at `head`.
	async fn assignments(&self, head: Head) -> Result<Vec<Assignment>, ChainError>;

	/// This worker as the chain sees it at the best head.
	async fn provider(&self) -> Result<Option<ProviderView>, ChainError>;

	/// How this worker stands at the best head.
	async fn standing(&self) -> Result<Standing, ChainError>;

	/// What this worker was paid in that block: for jobs, and rewards that were claimed for it.
	async fn earned(&self, block: BlockNumber) -> Result<Earned, ChainError>;

	/// Number of models at the best head.
	async fn model_count(&self) -> Result<u32, ChainError>;

	/// A model at the best head.
	async fn model(&self, id: ModelId) -> Result<Option<Model<AccountId32>>, ChainError>;

	/// The key that this worker has announced, at the best head.
	async fn executor_key(&self) -> Result<Option<ExecutorPublicKey>, ChainError>;

	/// The key behind `commitment`, as `owner` sealed it for this worker, at the best head.
	async fn envelope(
		&self,
		owner: &AccountId32,
		commitment: H256,
	) -> Result<Option<Envelope>, ChainError>;

	/// Sends a message and returns the block that took it.
	async fn send(&self, message: Message) -> Result<BlockNumber, ChainError>;
}

/// What a worker was paid, in planck.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Earned {
	/// For jobs.
	pub jobs: Balance,
	/// Rewards of eras, its delegators' part included.
	pub rewards: Balance,
}

/// The real chain, and the key that signs.
pub struct SubxtChain {
	nodes: Vec<String>,
	/// The node in use, and its place among `nodes`.
	current: RwLock<(usize, ChainClient)>,
	/// Whether heads were asked for before: whoever asks again has lost them.
	asked: AtomicBool,
	key: Keypair,
	signer: AccountId32,
	account: AccountId32,
	genesis: H256,
}

impl SubxtChain {
	/// Connects to the first of `nodes` that answers, to sign with `key`, for `account` if the key is
	/// its proxy.
	///
	/// # Errors
	/// If there is no node, or no Tercet chain: what the first one says.
	pub async fn connect(
		nodes: &[String],
		key: Keypair,
		account: Option<AccountId32>,
	) -> Result<Self, client::Error> {
		let mut first = None;
		for (place, url) in nodes.iter().enumerate() {
			match ChainClient::connect(url).await {
				Ok(client) => {
					let genesis = client.genesis();
					let signer = keys::account_id(&key);
					return Ok(Self {
						nodes: nodes.to_vec(),
						current: RwLock::new((place, client)),
						asked: AtomicBool::new(false),
						key,
						account: account.unwrap_or_else(|| signer.clone()),
						signer,
						genesis,
					});
				},
				Err(error) => {
					if nodes.len() > 1 {
						tracing::warn!(node = %url, %error, "cannot reach this node");
					}
					first.get_or_insert(error);
				},
			}
		}
		Err(first.unwrap_or_else(|| client::Error::BadUrl {
			url: String::new(),
			reason: "no node is named",
		}))
	}

	/// The connection in use.
	fn client(&self) -> ChainClient {
		self.current.read().unwrap_or_else(PoisonError::into_inner).1.clone()
	}

	/// Tries the nodes after the one in use, and uses the first that answers and has the same chain.
	async fn switch(&self) {
		let place = self.current.read().unwrap_or_else(PoisonError::into_inner).0;
		for step in 1..self.nodes.len() {
			let next = (place + step) % self.nodes.len();
			let Some(url) = self.nodes.get(next) else { continue };
			match ChainClient::connect(url).await {
				Ok(client) if client.genesis() == self.genesis => {
					tracing::info!(node = %url, "following another node");
					let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
					*current = (next, client);
					return;
				},
				Ok(_) => tracing::error!(node = %url, "this node has another chain"),
				Err(error) => tracing::warn!(node = %url, %error, "cannot reach this node"),
			}
		}
	}

	/// `call`, as the provider's.
	fn as_provider(&self, call: calls::Call) -> calls::Call {
		match self.account == self.signer {
			true => call,
			false => calls::proxy(self.account.clone(), call),
		}
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

	fn signer(&self) -> &AccountId32 {
		&self.signer
	}

	async fn heads(&self) -> Result<BoxStream<'static, Head>, ChainError> {
		if self.asked.swap(true, Ordering::Relaxed) {
			self.switch().await;
		}
		let heads = self.client().heads().await.map_err(classify)?;
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
		self.client().at(head.hash).assignments(self.account.clone()).await.map_err(classify)
	}

	async fn provider(&self) -> Result<Option<ProviderView>, ChainError> {
		let best = self.client().best().await.map_err(classify)?;
		self.client().at(best.hash).provider(self.account.clone()).await.map_err(classify)
	}

	async fn standing(&self) -> Result<Standing, ChainError> {
		let client = self.client();
		let at = client.at(client.best().await.map_err(classify)?.hash);
		let standing = async {
			let is_self = self.account == self.signer;
			Ok(Standing {
				provider: at.provider(self.account.clone()).await?,
				free: at.balance(self.signer.clone()).await?.free,
				claimable: at.claimable(self.account.clone()).await?,
				may_act: is_self || may_act(&at.proxies(self.account.clone()).await?, &self.signer),
				time: at.timestamp().await?,
				syncing: client.node_health().await?.is_syncing,
				min_bond: at.constant("ProviderStaking", "MinBond").await?,
			})
		};
		standing.await.map_err(classify)
	}

	async fn earned(&self, block: BlockNumber) -> Result<Earned, ChainError> {
		let client = self.client();
		let Some(hash) = client.hash_of(block).await.map_err(classify)? else {
			return Ok(Earned::default());
		};
		let mut earned = Earned::default();
		for event in client.at(hash).events().await.map_err(classify)? {
			if event.is("Payouts", "Paid") {
				let (_, payee, amount) =
					event.decode::<(JobId, AccountId32, Balance)>().map_err(classify)?;
				if payee == self.account {
					earned.jobs = earned.jobs.saturating_add(amount);
				}
			} else if event.is("Payouts", "Claimed") {
				let (provider, _, amount) =
					event.decode::<(AccountId32, u32, Balance)>().map_err(classify)?;
				if provider == self.account {
					earned.rewards = earned.rewards.saturating_add(amount);
				}
			}
		}
		Ok(earned)
	}

	async fn model_count(&self) -> Result<u32, ChainError> {
		let best = self.client().best().await.map_err(classify)?;
		self.client().at(best.hash).model_count().await.map_err(classify)
	}

	async fn model(&self, id: ModelId) -> Result<Option<Model<AccountId32>>, ChainError> {
		let best = self.client().best().await.map_err(classify)?;
		self.client().at(best.hash).model(id).await.map_err(classify)
	}

	async fn executor_key(&self) -> Result<Option<ExecutorPublicKey>, ChainError> {
		let best = self.client().best().await.map_err(classify)?;
		self.client().at(best.hash).executor_key(&self.account).await.map_err(classify)
	}

	async fn envelope(
		&self,
		owner: &AccountId32,
		commitment: H256,
	) -> Result<Option<Envelope>, ChainError> {
		let best = self.client().best().await.map_err(classify)?;
		let at = self.client().at(best.hash);
		at.envelope(owner, commitment, &self.account).await.map_err(classify)
	}

	async fn send(&self, message: Message) -> Result<BlockNumber, ChainError> {
		let is_answer = matches!(message, Message::Answer(_));
		let call = match message {
			// No proxy may bond for others: the chain says so, and what to do is said where it is logged.
			Message::Bond(amount) => self.as_provider(calls::bond(amount)),
			Message::Offer(pool, price) => self.as_provider(calls::offer(pool, price)),
			Message::GoAvailable => self.as_provider(calls::go_available()),
			Message::GoUnavailable => self.as_provider(calls::go_unavailable()),
			Message::Answer(duties) => self.as_provider(calls::answer(duties)),
			Message::AnnounceKey(key) => self.as_provider(calls::announce_key(key)),
			// Anybody may.
			Message::Claim(era) => calls::claim(self.account.clone(), era),
		};
		let client = self.client();
		let included = if is_answer {
			// What took the nonce may be what a worker that was killed had sent: then nothing is owed.
			let submission = client.submit_once(&self.key, call);
			tokio::time::timeout(ANSWER_TIMEOUT, submission).await.map_err(|_| {
				let after = ANSWER_TIMEOUT.as_secs();
				ChainError::Transient(format!("not in a block after {after} s"))
			})?
		} else {
			client.submit(&self.key, call).await
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
		if is_answer && included.fee > 0 && self.account == self.signer {
			tracing::warn!(fee = included.fee, "the chain did not find all of this owed");
		}
		Ok(included.block.number)
	}
}

/// Whether `who` is among those who may answer for somebody, at once.
pub fn may_act(proxies: &[client::Proxy], who: &AccountId32) -> bool {
	let kinds = [calls::ANY_PROXY, calls::WORKER_PROXY];
	proxies
		.iter()
		.any(|proxy| proxy.delegate == *who && proxy.delay == 0 && kinds.contains(&proxy.kind))
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
			// Of the proxy pallet.
			"NotProxy" => ChainError::Refused(NO_RIGHTS.into()),
			"UnknownModel" | "UnknownVariant" => ChainError::NotPublished(text),
			error if error.starts_with("Already") => ChainError::AlreadyDone(text),
			_ => ChainError::Refused(text),
		},
		// A pruned or reorganised block: the next head will do.
		client::Error::UnknownBlock(_) | client::Error::Rpc { .. } => ChainError::Transient(text),
		_ => ChainError::Refused(text),
	}
}
