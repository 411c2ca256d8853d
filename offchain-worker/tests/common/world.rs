//! A chain and a store in memory, and a whole worker between them.

use std::{
	collections::HashMap,
	path::Path,
	sync::{
		atomic::{AtomicBool, AtomicU32, Ordering},
		Arc, Mutex,
	},
	time::Duration,
};

use async_trait::async_trait;
use futures::{stream::BoxStream, StreamExt};
use tercet_primitives::{
	apis::{Assignment, ProviderView},
	hashing, AccountId32, Answer, BlobRef, BlockNumber, BoundedVec, DeterminismClass, JobId, Model,
	ModelId, Payload, SeatState, VariantId, H256,
};
use tercet_tensors::TensorMap;
use tercet_worker::{
	cache::ModelCache,
	chain::{Chain, ChainError, Head, Message},
	compute::Sessions,
	context::{Board, Context},
	journal::Journal,
	metrics::Metrics,
	services::{Answers, Assignments, Execution, ExecutionSettings},
	steps::Steps,
	store::{Store, StoreError},
};
use tokio::sync::{watch, Notify};
use tokio_util::sync::CancellationToken;

pub const GENESIS: H256 = H256([7; 32]);

pub fn me() -> AccountId32 {
	AccountId32::new([1; 32])
}

/// A chain of one provider, whose blocks are as fast as the test wants.
pub struct FakeChain {
	pub block: watch::Sender<BlockNumber>,
	pub jobs: Mutex<Vec<Assignment>>,
	pub messages: Mutex<Vec<Message>>,
	pub down: AtomicBool,
	/// Messages to lose: they are taken and never included.
	pub lose: AtomicU32,
	pub provider: Mutex<Option<ProviderView>>,
	pub models: Mutex<Vec<Model<AccountId32>>>,
	pub refuse_bond: AtomicBool,
}

impl Default for FakeChain {
	fn default() -> Self {
		Self {
			block: watch::Sender::new(1),
			jobs: Mutex::default(),
			messages: Mutex::default(),
			down: AtomicBool::default(),
			lose: AtomicU32::default(),
			provider: Mutex::default(),
			models: Mutex::default(),
			refuse_bond: AtomicBool::default(),
		}
	}
}

impl FakeChain {
	pub fn next_block(&self) {
		self.block.send_modify(|block| *block += 1);
	}

	pub fn state(&self, job: JobId) -> SeatState {
		let jobs = self.jobs.lock().unwrap();
		jobs.iter().find(|a| a.job == job).unwrap().state.clone()
	}

	pub fn commitments(&self) -> Vec<H256> {
		let messages = self.messages.lock().unwrap();
		let commitment = |message: &Message| match message {
			Message::Commit(_, commitment) => Some(*commitment),
			_ => None,
		};
		messages.iter().filter_map(commitment).collect()
	}

	pub fn answer(&self, job: JobId) -> Option<Answer> {
		match self.state(job) {
			SeatState::Revealed(answer) => Some(answer),
			_ => None,
		}
	}

	fn up(&self) -> Result<(), ChainError> {
		match self.down.load(Ordering::Relaxed) {
			true => Err(ChainError::Transient("down".into())),
			false => Ok(()),
		}
	}

	/// What the pallets would do.
	fn take(&self, message: &Message) -> Result<(), ChainError> {
		let mut jobs = self.jobs.lock().unwrap();
		match message {
			Message::Commit(job, commitment) => {
				let seat = jobs
					.iter_mut()
					.find(|a| a.job == *job)
					.ok_or(ChainError::AlreadyDone("decided".into()))?;
				if seat.state != SeatState::Awaited {
					return Err(ChainError::AlreadyDone("AlreadyCommitted".into()));
				}
				seat.state = SeatState::Committed(*commitment);
			},
			Message::Reveal(job, answer, salt) => {
				let seat = jobs
					.iter_mut()
					.find(|a| a.job == *job)
					.ok_or(ChainError::AlreadyDone("decided".into()))?;
				let expected = hashing::commitment(&GENESIS, *job, seat.round, &me(), answer, salt);
				if seat.state != SeatState::Committed(expected) || !seat.reveal_open {
					return Err(ChainError::Refused("CommitmentMismatch".into()));
				}
				seat.state = SeatState::Revealed(answer.clone());
			},
			Message::Bond(amount) => {
				if self.refuse_bond.load(Ordering::Relaxed) {
					return Err(ChainError::Refused("BelowMinimumBond".into()));
				}
				let mut provider = self.provider.lock().unwrap();
				provider.get_or_insert(NOBODY).bonded += amount;
			},
			Message::Offer(pool, price) => {
				let mut provider = self.provider.lock().unwrap();
				provider.as_mut().unwrap().offers.push((*pool, *price));
			},
			Message::GoAvailable => {
				self.provider.lock().unwrap().as_mut().unwrap().available = true;
			},
			Message::GoUnavailable => {
				self.provider.lock().unwrap().as_mut().unwrap().available = false;
			},
		}
		Ok(())
	}
}

const NOBODY: ProviderView = ProviderView {
	bonded: 0,
	unbonding: 0,
	available: false,
	in_flight: 0,
	assigned: 0,
	verified: 0,
	unresolved: 0,
	alone: 0,
	silent: 0,
	offers: Vec::new(),
};

#[async_trait]
impl Chain for FakeChain {
	fn genesis(&self) -> H256 {
		GENESIS
	}

	fn account(&self) -> &AccountId32 {
		static ME: std::sync::OnceLock<AccountId32> = std::sync::OnceLock::new();
		ME.get_or_init(me)
	}

	async fn heads(&self) -> Result<BoxStream<'static, Head>, ChainError> {
		self.up()?;
		let mut blocks = self.block.subscribe();
		blocks.mark_changed();
		let heads = futures::stream::unfold(blocks, |mut blocks| async {
			blocks.changed().await.ok()?;
			let number = *blocks.borrow_and_update();
			Some((Head { number, hash: H256::zero() }, blocks))
		});
		Ok(heads.boxed())
	}

	async fn assignments(&self, _: Head) -> Result<Vec<Assignment>, ChainError> {
		self.up()?;
		Ok(self.jobs.lock().unwrap().clone())
	}

	async fn provider(&self) -> Result<Option<ProviderView>, ChainError> {
		self.up()?;
		Ok(self.provider.lock().unwrap().clone())
	}

	async fn model_count(&self) -> Result<u32, ChainError> {
		Ok(self.models.lock().unwrap().len() as u32)
	}

	async fn model(&self, id: ModelId) -> Result<Option<Model<AccountId32>>, ChainError> {
		Ok(self.models.lock().unwrap().get(id.0 as usize).cloned())
	}

	async fn send(&self, message: Message) -> Result<BlockNumber, ChainError> {
		self.up()?;
		self.messages.lock().unwrap().push(message.clone());
		if self.lose.load(Ordering::Relaxed) > 0 {
			self.lose.fetch_sub(1, Ordering::Relaxed);
			return Err(ChainError::Transient("not in a block".into()));
		}
		self.take(&message)?;
		self.next_block();
		Ok(*self.block.borrow())
	}
}

/// A store that can be down, or slow for ever.
#[derive(Default)]
pub struct FakeStore {
	pub blobs: Mutex<HashMap<H256, Vec<u8>>>,
	pub down: AtomicBool,
	pub hanging: AtomicBool,
	pub reads: AtomicU32,
}

impl FakeStore {
	pub fn put(&self, content: &[u8]) -> BlobRef {
		let digest = H256(tercet_walrus_client::digest(content));
		self.blobs.lock().unwrap().insert(digest, content.to_vec());
		BlobRef { blob_id: digest.0, digest, size: content.len() as u64 }
	}

	async fn available(&self) -> Result<(), StoreError> {
		if self.hanging.load(Ordering::Relaxed) {
			std::future::pending::<()>().await;
		}
		match self.down.load(Ordering::Relaxed) {
			true => Err(StoreError::Transient("connection refused".into())),
			false => Ok(()),
		}
	}
}

#[async_trait]
impl Store for FakeStore {
	async fn read(&self, blob: &BlobRef) -> Result<Vec<u8>, StoreError> {
		self.reads.fetch_add(1, Ordering::Relaxed);
		self.available().await?;
		let content = self.blobs.lock().unwrap().get(&blob.digest).cloned();
		content.ok_or(StoreError::Transient("not found".into()))
	}

	async fn store(&self, content: Vec<u8>) -> Result<BlobRef, StoreError> {
		self.available().await?;
		Ok(self.put(&content))
	}
}

/// A worker between a fake chain and a fake store, with real journal, cache and ONNX Runtime.
pub struct World {
	pub chain: Arc<FakeChain>,
	pub store: Arc<FakeStore>,
	pub dir: tempfile::TempDir,
	pub settings: ExecutionSettings,
}

/// A worker that runs until it is dropped.
pub struct Running {
	pub context: Context,
	pub shutdown: CancellationToken,
	tasks: tokio::task::JoinSet<()>,
}

impl Default for World {
	fn default() -> Self {
		let settings = ExecutionSettings {
			parallel: 2,
			max_model_bytes: 1 << 20,
			max_input_bytes: 1 << 20,
			replace_model: None,
		};
		Self {
			chain: Arc::default(),
			store: Arc::default(),
			dir: tempfile::tempdir().unwrap(),
			settings,
		}
	}
}

impl World {
	/// Starts a worker in the state directory of this world.
	pub fn start(&self) -> Running {
		self.start_in(self.dir.path())
	}

	pub fn start_in(&self, dir: &Path) -> Running {
		let context = Context {
			chain: self.chain.clone(),
			store: self.store.clone(),
			compute: Arc::new(Sessions::new(super::engine(), 1)),
			journal: Arc::new(Journal::open(dir, GENESIS).unwrap()),
			cache: ModelCache::open(&dir.join("models")).unwrap(),
			metrics: Arc::new(Metrics::default()),
			board: watch::Sender::new(Board::default()),
			journaled: Arc::new(Notify::new()),
			steps: Steps::default(),
		};
		let shutdown = CancellationToken::new();
		let mut tasks = tokio::task::JoinSet::new();
		let assignments = Assignments::new(context.clone(), dir.into(), "fake".into());
		let execution = Execution::new(context.clone(), self.settings.clone());
		let answers = Answers::new(context.clone());
		let token = || shutdown.clone();
		tasks.spawn({
			let token = token();
			async move { assignments.run(token).await.unwrap() }
		});
		tasks.spawn({
			let token = token();
			async move { execution.run(token).await.unwrap() }
		});
		tasks.spawn({
			let token = token();
			async move { answers.run(token).await.unwrap() }
		});
		Running { context, shutdown, tasks }
	}

	/// Puts a job into the worker's hands: `input` through the model `onnx`, to be committed until
	/// block 100.
	pub fn job(&self, id: u64, onnx: &[u8], input: &TensorMap) -> JobId {
		self.job_with(id, onnx, input, |_| ())
	}

	/// As [`Self::job`], with changes.
	pub fn job_with(
		&self,
		id: u64,
		onnx: &[u8],
		input: &TensorMap,
		change: impl FnOnce(&mut Assignment),
	) -> JobId {
		let input = input.to_canonical_bytes();
		let items = TensorMap::from_bytes(&input).unwrap().items();
		let input = match BoundedVec::try_from(input) {
			Ok(inline) => Payload::Inline(inline),
			Err(large) => Payload::Blob(self.store.put(&large)),
		};
		let mut assignment = Assignment {
			job: JobId(id),
			round: 0,
			variant: VariantId { model: ModelId(0), index: 0 },
			artifact: self.store.put(onnx),
			class: DeterminismClass::Portable,
			items,
			input,
			commit_until: 100,
			reveal_until: 200,
			reveal_open: true,
			state: SeatState::Awaited,
		};
		change(&mut assignment);
		self.assign(assignment)
	}

	pub fn assign(&self, assignment: Assignment) -> JobId {
		let job = assignment.job;
		self.chain.jobs.lock().unwrap().push(assignment);
		self.chain.next_block();
		job
	}
}

impl Running {
	/// Ends the worker, cleanly.
	pub async fn stop(mut self) {
		self.shutdown.cancel();
		while self.tasks.join_next().await.is_some() {}
	}

	/// Ends the worker as a crash would: nothing is awaited.
	pub async fn kill(mut self) {
		self.tasks.shutdown().await;
	}
}

/// Waits until `condition` holds, for ten seconds at most.
pub async fn until(what: &str, condition: impl Fn() -> bool) {
	for _ in 0..1000 {
		if condition() {
			return;
		}
		tokio::time::sleep(Duration::from_millis(10)).await;
	}
	panic!("waited too long: {what}");
}
