//! A chain and a store in memory, and a whole worker between them.

use std::{
	collections::{HashMap, HashSet},
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
	hashing, AccountId32, Agreement, Answer, Balance, BlobRef, BlockNumber, BoundedVec,
	DeterminismClass, Duty, Envelope, ExecutorPublicKey, Feature, ItemSet, JobId, Model, ModelId,
	Payload, Permill, Response, SeatState, Stage, VariantId, Votes, H256, TCT,
};
use tercet_privacy::ExecutorKey;
use tercet_tensors::TensorMap;
use tercet_worker::{
	cache::Cache,
	chain::{Chain, ChainError, Earned, Head, Message, Standing},
	compute::Compute,
	context::{Board, Context},
	health::Vitals,
	host::Host,
	journal::Journal,
	metrics::Metrics,
	pause::PauseState,
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

/// How results are compared in tests of [`Agreement::Similar`].
pub const SIMILAR: Agreement = Agreement::Similar { max_distance: 20, feature: Feature::Flat };

/// A chain of one provider, whose blocks are as fast as the test wants.
pub struct FakeChain {
	pub block: watch::Sender<BlockNumber>,
	pub jobs: Mutex<Vec<Assignment>>,
	pub messages: Mutex<Vec<Message>>,
	pub down: AtomicBool,
	/// Messages to lose: they are taken and never included.
	pub lose: AtomicU32,
	/// Jobs whose stages change only when the test says so.
	pub held: Mutex<HashSet<JobId>>,
	/// Jobs whose duties are refused.
	pub refused: Mutex<HashSet<JobId>>,
	pub seals: Mutex<HashMap<JobId, H256>>,
	pub votes: Mutex<HashMap<JobId, Votes>>,
	pub provider: Mutex<Option<ProviderView>>,
	pub models: Mutex<Vec<Model<AccountId32>>>,
	/// Rewards by era.
	pub claimable: Mutex<Vec<(u32, Balance)>>,
	/// What was paid, by block.
	pub earned: Mutex<HashMap<BlockNumber, Earned>>,
	pub refuse_bond: AtomicBool,
	pub executor_key: Mutex<Option<ExecutorPublicKey>>,
	/// What was handed to this worker, by owner and commitment.
	pub envelopes: Mutex<HashMap<(AccountId32, H256), Envelope>>,
}

impl Default for FakeChain {
	fn default() -> Self {
		Self {
			block: watch::Sender::new(1),
			jobs: Mutex::default(),
			messages: Mutex::default(),
			down: AtomicBool::default(),
			lose: AtomicU32::default(),
			held: Mutex::default(),
			refused: Mutex::default(),
			seals: Mutex::default(),
			votes: Mutex::default(),
			provider: Mutex::default(),
			claimable: Mutex::default(),
			earned: Mutex::default(),
			models: Mutex::default(),
			refuse_bond: AtomicBool::default(),
			executor_key: Mutex::default(),
			envelopes: Mutex::default(),
		}
	}
}

impl FakeChain {
	pub fn next_block(&self) {
		self.block.send_modify(|block| *block += 1);
	}

	pub fn assignment(&self, job: JobId) -> Assignment {
		let jobs = self.jobs.lock().unwrap();
		jobs.iter().find(|a| a.job == job).unwrap().clone()
	}

	pub fn state(&self, job: JobId) -> SeatState {
		self.assignment(job).state
	}

	/// Changes a job, as a new block would.
	pub fn change(&self, job: JobId, change: impl FnOnce(&mut Assignment)) {
		change(self.jobs.lock().unwrap().iter_mut().find(|a| a.job == job).unwrap());
		self.next_block();
	}

	/// Every duty that was sent, those of lost and refused messages included.
	pub fn duties(&self) -> Vec<Duty> {
		let messages = self.messages.lock().unwrap();
		let duties = messages.iter().filter_map(|message| match message {
			Message::Answer(duties) => Some(duties.clone()),
			_ => None,
		});
		duties.flatten().collect()
	}

	pub fn commitments(&self) -> Vec<H256> {
		let commitment = |duty: Duty| match duty {
			Duty::Commit { commitment, .. } => Some(commitment),
			_ => None,
		};
		self.duties().into_iter().filter_map(commitment).collect()
	}

	pub fn response(&self, job: JobId) -> Option<Response> {
		match self.state(job) {
			SeatState::Revealed(response) => Some(response),
			_ => None,
		}
	}

	pub fn answer(&self, job: JobId) -> Option<Answer> {
		match self.response(job) {
			Some(Response::Result(answer)) => Some(answer),
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
		match message {
			Message::Answer(duties) => {
				let mut jobs = self.jobs.lock().unwrap();
				let mut after = jobs.clone();
				for duty in duties {
					self.take_duty(&mut after, duty)?;
				}
				*jobs = after;
			},
			Message::Bond(amount) => {
				if self.refuse_bond.load(Ordering::Relaxed) {
					return Err(ChainError::Refused("BelowMinimumBond".into()));
				}
				let mut provider = self.provider.lock().unwrap();
				provider.get_or_insert_with(nobody).bonded += amount;
			},
			Message::Offer(pool, price) => {
				let mut provider = self.provider.lock().unwrap();
				provider.as_mut().unwrap().offers.push((*pool, *price));
			},
			Message::Claim(era) => {
				let mut claimable = self.claimable.lock().unwrap();
				let place = claimable.iter().position(|(claimable, _)| claimable == era);
				let Some(place) = place else {
					return Err(ChainError::Refused("NothingToClaim".into()));
				};
				let (_, rewards) = claimable.remove(place);
				let block = *self.block.borrow() + 1;
				self.earned.lock().unwrap().entry(block).or_default().rewards += rewards;
			},
			Message::AnnounceKey(key) => *self.executor_key.lock().unwrap() = Some(*key),
			Message::GoAvailable => {
				self.provider.lock().unwrap().as_mut().unwrap().available = true;
			},
			Message::GoUnavailable => {
				self.provider.lock().unwrap().as_mut().unwrap().available = false;
			},
		}
		Ok(())
	}

	fn take_duty(&self, jobs: &mut [Assignment], duty: &Duty) -> Result<(), ChainError> {
		let refuse = |reason: &str| Err(ChainError::Refused(reason.into()));
		let job = duty.job();
		if self.refused.lock().unwrap().contains(&job) {
			return refuse("bad luck");
		}
		let Some(seat) = jobs.iter_mut().find(|a| a.job == job) else {
			return Err(ChainError::AlreadyDone("decided".into()));
		};
		if *self.block.borrow() + 1 > seat.until {
			return refuse("too late");
		}
		let similar = seat.agreement != Agreement::Exact;
		match duty {
			Duty::Commit { .. } | Duty::Abstain { .. } if seat.stage != Stage::Commit => {
				return refuse("no commitments now");
			},
			Duty::Commit { .. } | Duty::Abstain { .. } if seat.state != SeatState::Awaited => {
				return Err(ChainError::AlreadyDone("AlreadyCommitted".into()));
			},
			Duty::Commit { commitment, .. } => seat.state = SeatState::Committed(*commitment),
			Duty::Abstain { .. } => seat.state = SeatState::Abstained,
			Duty::Seal { seal, .. } => {
				if seat.stage != Stage::Seal || !similar || seat.sealed {
					return refuse("no seals now");
				}
				seat.sealed = true;
				self.seals.lock().unwrap().insert(job, *seal);
			},
			Duty::Reveal { response, salt, .. } => {
				let expected =
					hashing::commitment(&GENESIS, job, seat.round, &me(), response, salt);
				if seat.stage != Stage::Reveal || seat.state != SeatState::Committed(expected) {
					return refuse("CommitmentMismatch");
				}
				seat.state = SeatState::Revealed(response.clone());
			},
			Duty::OpenSeal { fingerprints, salt, .. } => {
				let round = seat.committee_round;
				let expected = hashing::seal(&GENESIS, job, round, &me(), fingerprints, salt);
				let sealed = self.seals.lock().unwrap().get(&job).copied();
				if seat.stage != Stage::Reveal || seat.voted || sealed != Some(expected) {
					return refuse("SealMismatch");
				}
				let votes = match &seat.state {
					SeatState::Revealed(Response::Result(_)) => seat.items_open.len(),
					SeatState::Revealed(Response::Invalid(_)) => 0,
					_ => return Err(ChainError::NotYet("NotRevealed".into())),
				};
				if fingerprints.len() as u32 != votes {
					return refuse("WrongVoteCount");
				}
				seat.voted = true;
				self.votes.lock().unwrap().insert(job, fingerprints.clone());
			},
			Duty::Itemize { digests, .. } => {
				let list: Vec<H256> = digests.iter().map(|digest| H256(*digest)).collect();
				let root = hashing::result_root(&seat.asked, &list);
				let SeatState::Revealed(Response::Result(answer)) = &seat.state else {
					return refuse("NotRevealed");
				};
				if seat.stage != Stage::Itemize || seat.voted || answer.root != root {
					return refuse("DigestsMismatch");
				}
				seat.voted = true;
				self.votes.lock().unwrap().insert(job, digests.clone());
			},
		}
		if !self.held.lock().unwrap().contains(&job) {
			seat.stage = match seat.stage {
				Stage::Commit if similar => Stage::Seal,
				Stage::Commit | Stage::Seal => Stage::Reveal,
				stage => stage,
			};
		}
		Ok(())
	}
}

fn nobody() -> ProviderView {
	ProviderView {
		bonded: 0,
		unbonding: 0,
		delegated: 0,
		counted: 0,
		at_risk: 0,
		pending_slashes: 0,
		commission: Permill::zero(),
		operator: me(),
		reputation: Permill::from_percent(50),
		available: false,
		in_flight: 0,
		assigned: 0,
		verified: 0,
		unresolved: 0,
		alone: 0,
		silent: 0,
		withheld: 0,
		wrong: 0,
		abstained: 0,
		offers: Vec::new(),
	}
}

#[async_trait]
impl Chain for FakeChain {
	fn genesis(&self) -> H256 {
		GENESIS
	}

	fn account(&self) -> &AccountId32 {
		static ME: std::sync::OnceLock<AccountId32> = std::sync::OnceLock::new();
		ME.get_or_init(me)
	}

	fn signer(&self) -> &AccountId32 {
		self.account()
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

	async fn standing(&self) -> Result<Standing, ChainError> {
		self.up()?;
		Ok(Standing {
			provider: self.provider.lock().unwrap().clone(),
			free: TCT,
			claimable: self.claimable.lock().unwrap().clone(),
			may_act: true,
			time: 0,
			syncing: false,
			min_bond: TCT,
		})
	}

	async fn earned(&self, block: BlockNumber) -> Result<Earned, ChainError> {
		self.up()?;
		Ok(self.earned.lock().unwrap().get(&block).copied().unwrap_or_default())
	}

	async fn model_count(&self) -> Result<u32, ChainError> {
		Ok(self.models.lock().unwrap().len() as u32)
	}

	async fn model(&self, id: ModelId) -> Result<Option<Model<AccountId32>>, ChainError> {
		Ok(self.models.lock().unwrap().get(id.0 as usize).cloned())
	}

	async fn executor_key(&self) -> Result<Option<ExecutorPublicKey>, ChainError> {
		self.up()?;
		Ok(*self.executor_key.lock().unwrap())
	}

	async fn envelope(
		&self,
		owner: &AccountId32,
		commitment: H256,
	) -> Result<Option<Envelope>, ChainError> {
		self.up()?;
		Ok(self.envelopes.lock().unwrap().get(&(owner.clone(), commitment)).copied())
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
		match content {
			None => Err(StoreError::Missing("not found".into())),
			Some(content) if content.len() as u64 != blob.size => {
				Err(StoreError::WrongSize("another size".into()))
			},
			// The id stands for the content, and is computed from it.
			Some(_) if blob.blob_id != blob.digest.0 => {
				Err(StoreError::Mismatch("another digest".into()))
			},
			Some(content) => Ok(content),
		}
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
	/// The store that the worker sees, if not that one.
	pub real: Option<Arc<dyn Store>>,
	pub dir: tempfile::TempDir,
	pub settings: ExecutionSettings,
	/// What runs models, if not ONNX Runtime.
	pub compute: Option<Arc<dyn Compute>>,
	/// The machine that the worker sees: files.
	pub roots: tercet_hardware::Roots,
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
			transfers: 4,
			max_model_bytes: 1 << 20,
			max_input_bytes: 1 << 20,
			max_memory_bytes: 4 << 30,
			replace_model: None,
		};
		let dir = tempfile::tempdir().unwrap();
		Self {
			chain: Arc::default(),
			store: Arc::default(),
			real: None,
			roots: tercet_hardware::Roots::under(&dir.path().join("machine")),
			dir,
			settings,
			compute: None,
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
			store: self.real.clone().unwrap_or_else(|| self.store.clone()),
			compute: self.compute.clone().unwrap_or_else(|| Arc::new(super::runners(1))),
			executor_key: Arc::new(ExecutorKey::load_or_create(&dir.join("executor.key")).unwrap()),
			journal: Arc::new(Journal::open(dir, GENESIS).unwrap()),
			models: Cache::open(&dir.join("models"), "onnx").unwrap(),
			results: Cache::open(&dir.join("results"), "safetensors").unwrap(),
			metrics: Arc::new(Metrics::default()),
			board: watch::Sender::new(Board::default()),
			journaled: Arc::new(Notify::new()),
			host: Arc::new(Host::open(self.roots.clone(), dir)),
			pause: watch::Sender::new(PauseState::default()),
			vitals: watch::Sender::new(Vitals::default()),
			about: Arc::default(),
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

	/// Makes this worker a provider.
	pub fn provide(&self) {
		*self.chain.provider.lock().unwrap() = Some(nobody());
	}

	/// Puts a job into the worker's hands: `input` through the model `onnx`, with every stage until
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
			asked: ItemSet::first(items),
			agreement: Agreement::Exact,
			committee_round: 0,
			stage: Stage::Commit,
			until: 100,
			items_open: ItemSet::first(items),
			seed: H256([id as u8; 32]),
			deadline: 400,
			state: SeatState::Awaited,
			sealed: false,
			voted: false,
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

/// Waits until `condition` holds, for a minute at most.
pub async fn until(what: &str, condition: impl Fn() -> bool) {
	for _ in 0..6000 {
		if condition() {
			return;
		}
		tokio::time::sleep(Duration::from_millis(10)).await;
	}
	panic!("waited too long: {what}");
}
