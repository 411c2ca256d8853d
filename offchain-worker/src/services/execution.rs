//! Runs jobs: fetch model and input, verify, run, encode, store, and write the response down.
//!
//! A job is fetched as soon as it is in this worker's hands, whatever runs meanwhile, waits for its
//! turn, runs, and lets the next one run while its results are stored:
//!
//! ```text
//!  job 1   fetch ─▶ run ─▶ store
//!  job 2   fetch ─────────▶ run ─▶ store
//!  job 3      fetch ───────────────▶ run ─▶ store
//! ```
//!
//! Whoever's window ends first goes first, at the store and at running. What is fetched ahead is
//! bounded, and so are results that wait for the store: see [`Traffic`].

use std::{
	collections::HashMap,
	sync::Arc,
	time::{Duration, Instant},
};

use rand::RngCore;
use tercet_hardware::Energy;
use tercet_primitives::{
	apis::Assignment, hashing::Salt, Agreement, Answer, BlobRef, BoundedVec, DeterminismClass,
	ExecutionProvider, Payload, Response, H256,
};
use tokio::{
	sync::{watch, OwnedSemaphorePermit},
	task::JoinSet,
};
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use super::{
	blocking,
	fault::Verdict,
	fetch::{at, Patience},
	keys,
	traffic::{Shared, Traffic},
	Fault,
};
use crate::{
	compute::{Failure, Opening, Request, Results, Runnable},
	context::{Backoff, Context},
	duty::{next, Next},
	items::Batch,
	journal::{Entry, Progress, Seat},
	metrics::Reason,
	pause::PauseState,
	receipts::Receipt,
	steps::Step,
	supervisor::ServiceError,
	window::Window,
};

/// Attempts at a job that fails for reasons of this machine.
const ATTEMPTS: u32 = 5;

/// Limits of [`Execution`].
#[derive(Clone, Debug)]
pub struct ExecutionSettings {
	/// Jobs that run at the same time.
	pub parallel: usize,
	/// Blobs that are read from the store at the same time, and as many that are written.
	pub transfers: usize,
	/// Largest ONNX file, in bytes.
	pub max_model_bytes: u64,
	/// Largest input, in bytes.
	pub max_input_bytes: u64,
	/// Most memory that a model's record may declare, in bytes.
	pub max_memory_bytes: u64,
	/// Run this ONNX file whatever the chain says: the lying provider of adversarial tests.
	pub replace_model: Option<Arc<Vec<u8>>>,
}

/// Turns assignments into journal entries.
pub struct Execution {
	context: Context,
	settings: ExecutionSettings,
}

impl Execution {
	/// A service with these limits.
	pub fn new(context: Context, settings: ExecutionSettings) -> Self {
		Self { context, settings }
	}

	/// Runs until `shutdown`; jobs that run then are dropped, and found again at the next start.
	///
	/// # Errors
	/// [`ServiceError::Failed`] if the journal cannot be read.
	pub async fn run(self, shutdown: CancellationToken) -> Result<(), ServiceError> {
		shutdown.run_until_cancelled(self.serve()).await.unwrap_or(Ok(()))
	}

	async fn serve(&self) -> Result<(), ServiceError> {
		let mut board = self.context.board.subscribe();
		let traffic = Traffic::new(&self.settings);
		let mut running = JoinSet::new();
		let mut seats: HashMap<tokio::task::Id, Seat> = HashMap::new();
		board.mark_changed();
		loop {
			tokio::select! {
				changed = board.changed() => if changed.is_err() { return Ok(()) },
				Some(ended) = running.join_next_with_id() => {
					let id = ended.map_or_else(|panic| panic.id(), |(id, ())| id);
					seats.remove(&id);
				},
			}
			let (block, due) = self.due(&mut board)?;
			for assignment in due {
				let seat = Seat::of(&assignment);
				if seats.values().any(|running| *running == seat) {
					continue;
				}
				let task = Task {
					context: self.context.clone(),
					settings: self.settings.clone(),
					patience: Patience::new(Window::new(block, assignment.until), traffic.clone()),
					traffic: traffic.clone(),
					assignment,
				};
				let span = tracing::info_span!("job", id = seat.job.0, round = seat.round);
				let handle = running.spawn(task.run().instrument(span));
				seats.insert(handle.id(), seat);
			}
		}
	}

	/// The best block, and the assignments without a response at it.
	fn due(
		&self,
		board: &mut tokio::sync::watch::Receiver<crate::context::Board>,
	) -> Result<(u32, Vec<Assignment>), ServiceError> {
		let board = board.borrow_and_update().clone();
		let (genesis, me) = (self.context.chain.genesis(), self.context.chain.account());
		let mut due = Vec::new();
		for assignment in board.assignments {
			let entry = self.context.journal.get(&Seat::of(&assignment));
			let entry = entry.map_err(|error| ServiceError::Failed(error.to_string()))?;
			if next(&genesis, me, board.block, &assignment, entry.as_ref()) == Next::Execute {
				due.push(assignment);
			}
		}
		Ok((board.block, due))
	}
}

/// One job on its way to a response.
struct Task {
	context: Context,
	settings: ExecutionSettings,
	assignment: Assignment,
	patience: Patience,
	traffic: Traffic,
}

/// What a job came to.
struct Outcome {
	response: Response,
	digests: Vec<H256>,
}

/// What a run needs, here and verified.
struct Fetched {
	/// The artifact, unless a process has it open.
	model: Option<Arc<Vec<u8>>>,
	input: Vec<u8>,
	/// For both of them.
	room: Option<OwnedSemaphorePermit>,
}

/// A model on its way to a process.
enum Loading {
	/// A process has it open.
	Loaded(Box<dyn Runnable>),
	/// The artifact.
	Bytes(Arc<Vec<u8>>),
}

impl Task {
	async fn run(self) {
		// A job that waits for its turn, for the store or for its own end gives up in time.
		let give_up = at(self.context.board.subscribe(), self.patience.window().give_up_at());
		let outcome = tokio::select! {
			biased;
			outcome = self.respond() => outcome,
			() = give_up => Err(Fault::TooLate(self.patience.problem())),
			reason = handed_back(self.context.pause.subscribe()) => Err(Fault::Paused(reason)),
		};
		let entry = match outcome {
			Ok(Outcome { response, digests }) => {
				let (salt, seal_secret) = (random(), random());
				let progress = Progress::Ready;
				Entry::Answered { response, salt, seal_secret, digests, progress }
			},
			Err(fault) => {
				tracing::error!(fault = fault.name(), reason = %fault, "abstaining");
				let reason = Reason { reason: fault.name().into() };
				self.context.metrics.abstained.get_or_create(&reason).inc();
				Entry::Abstained { reason: fault.to_string() }
			},
		};
		self.write(entry).await;
	}

	/// The response, after as many attempts as this machine's faults deserve. Others may run between
	/// them.
	async fn respond(&self) -> Result<Outcome, Fault> {
		let mut backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(8));
		let (mut attempt, mut suspicion) = (1, None);
		loop {
			let outcome = self.result(suspicion.is_some()).await;
			let fault = match (outcome, &suspicion) {
				(Ok(outcome), None) => return Ok(outcome),
				(Ok(_), Some(failure)) => return Err(Fault::Doubtful(Failure::clone(failure))),
				(Err(fault), _) => fault,
			};
			match (fault.verdict(self.alike()), fault) {
				(Verdict::Suspect(_), Fault::Run(failure)) if suspicion.is_none() => {
					tracing::warn!(%failure, "once more, in a process of its own");
					suspicion = Some(failure);
				},
				(Verdict::Invalid(why) | Verdict::Suspect(why), fault) => {
					tracing::warn!(reason = %fault, ?why, "the job cannot be run");
					let reason = Reason { reason: fault.name().into() };
					self.context.metrics.invalid.get_or_create(&reason).inc();
					return Ok(Outcome { response: Response::Invalid(why), digests: Vec::new() });
				},
				(Verdict::Local, fault) if attempt < ATTEMPTS => {
					tracing::error!(%fault, attempt, "this machine fails; trying again");
					self.patience.note(&fault);
					attempt += 1;
					backoff.wait().await;
				},
				(Verdict::Local | Verdict::Abstain, fault) => return Err(fault),
			}
		}
	}

	async fn write(&self, entry: Entry) {
		let (journal, seat) = (self.context.journal.clone(), Seat::of(&self.assignment));
		match blocking(move || Ok(journal.record(&seat, entry)?)).await {
			Ok(Entry::Answered { response, .. }) => {
				match response {
					Response::Result(Answer { root, .. }) => {
						tracing::info!(root = %hex::encode(root), "response written down");
					},
					Response::Invalid(why) => tracing::info!(?why, "response written down"),
				}
				self.context.steps.passed(Step::Journaled);
			},
			Ok(Entry::Abstained { .. }) => {},
			Err(fault) => {
				// The assignment is still due, so the job is run again, as long as there is time.
				tracing::error!(%fault, "cannot write the journal; trying again");
				if self.patience.window().is_ending(self.context.board.borrow().block) {
					// What is given up needs no disk.
					let entry = Entry::Abstained { reason: fault.to_string() };
					drop(self.context.journal.record(&seat, entry));
				} else {
					tokio::time::sleep(Duration::from_secs(2)).await;
				}
			},
		}
		self.context.journaled.notify_one();
	}

	/// The result of one attempt; `confirming` one that failed in a way that counts if it is repeated.
	async fn result(&self, confirming: bool) -> Result<Outcome, Fault> {
		let (context, assignment) = (&self.context, &self.assignment);
		let (asked, items) = (assignment.asked, assignment.items);
		let digest = assignment.artifact.digest;
		let opening = Opening { digest, declared: self.declared_memory().await?, confirming };
		let underway = context.steps.begun(Step::Fetching);
		let mut fetched = self.fetch(&opening).await?;
		drop(underway);
		let key = match keys::sealed(assignment, &fetched.input) {
			None => None,
			Some(sealed) => match keys::handed_over(context, &sealed).await {
				Ok(key) => Some(key),
				Err(_) => {
					// A requester may never hand over the key, and others need the room.
					drop(fetched);
					let key = keys::wait(context, &self.patience, &sealed).await?;
					fetched = self.fetch(&opening).await?;
					Some(key)
				},
			},
		};
		context.steps.passed(Step::Fetched);

		let (turn, model) = loop {
			let turn = self.traffic.runs.take(assignment.until).await;
			if let Some(model) = context.compute.loaded(&opening) {
				break (turn, Loading::Loaded(model));
			}
			if let Some(bytes) = fetched.model.take() {
				break (turn, Loading::Bytes(bytes));
			}
			// It was closed meanwhile, or another job has it.
			drop(turn);
			fetched.model = Some(self.model_bytes().await?);
		};
		let Fetched { input, room, model: unneeded } = fetched;
		drop(unneeded);
		let unsent = self.traffic.unsent.take(assignment.until).await;
		tracing::info!(variant = %assignment.variant, items = asked.len(), "running");
		let counted = Running::new(context);
		let running = Instant::now();
		let (batch, compute, steps) = (self.batch(), context.compute.clone(), context.steps);
		let vectors_only = matches!(assignment.agreement, Agreement::Similar { .. });
		let meter = context.host.meter.clone();
		// Whoever drops this job ends the run.
		let cancel = CancellationToken::new();
		let guard = cancel.clone().drop_guard();
		let results = blocking(move || {
			// Until the process has ended or answered, the job counts as running.
			let (_turn, _room) = (turn, room);
			let mut model = match model {
				Loading::Loaded(model) => model,
				Loading::Bytes(bytes) => compute.load(opening, &bytes, &cancel)?,
			};
			let metering = meter.start(model.gpu());
			let request = Request { input: &input, items, asked, batch, vectors_only, key, cancel };
			let underway = steps.begun(Step::Executing);
			let results = model.run(&request)?;
			drop(underway);
			Ok((results, metering.finish()))
		})
		.await?;
		drop((guard, counted));
		let (Results { bytes: output, digests }, energy) = results;
		self.account(energy);
		context.metrics.run_time.observe(running.elapsed().as_secs_f64());
		context.steps.passed(Step::Executed);

		let root = tercet_primitives::hashing::result_root(&asked, &digests);
		let response = Response::Result(self.pack(root, output).await?);
		drop(unsent);
		context.steps.passed(Step::Stored);
		context.metrics.executed.inc();
		context.metrics.items.inc_by(u64::from(asked.len()));
		Ok(Outcome { response, digests })
	}

	/// Books what the run took.
	fn account(&self, energy: Energy) {
		let (metrics, host) = (&self.context.metrics, &self.context.host);
		let Assignment { job, round, variant, asked, .. } = &self.assignment;
		tracing::info!(energy = %energy, items = asked.len(), "ran");
		if let Some(joules) = energy.joules {
			metrics.energy.inc_by(joules);
			metrics.job_energy.observe(joules);
		}
		let receipt = Receipt::now(*job, *round, *variant, asked.len(), &energy);
		if let Err(error) = host.receipts.write(&receipt) {
			tracing::warn!(%error, "cannot write the job's receipt");
		}
	}

	/// Float results change with the shape of the batch. Where bits count and the graph is not
	/// integer-exact, items that are run again must therefore be run among all the others.
	fn batch(&self) -> Batch {
		match (self.assignment.agreement, self.assignment.class) {
			(Agreement::Exact, DeterminismClass::Pinned { .. }) => Batch::Whole,
			_ => Batch::Asked,
		}
	}

	/// Whether everybody who runs this job computes the same bits, errors included.
	fn alike(&self) -> bool {
		let provider = ExecutionProvider::Cpu;
		matches!(self.assignment.class,
			DeterminismClass::Pinned { provider: found, .. } if found == provider)
	}

	/// Memory that the model's record declares, if there is a record.
	///
	/// Refuses jobs that cannot fit: what everybody must load is larger than what the model's record
	/// says. Providers offer a variant because of that record.
	async fn declared_memory(&self) -> Result<Option<u64>, Fault> {
		let Assignment { variant, artifact, input, .. } = &self.assignment;
		let model = self.context.chain.model(variant.model).await?;
		let record =
			model.as_ref().and_then(|model| model.variants.get(usize::from(variant.index)));
		let Some(declared) = record.map(|variant| variant.memory) else { return Ok(None) };
		let need = artifact.size.saturating_add(input.size());
		if need > declared {
			return Err(Fault::Memory { need, declared });
		}
		let limit = self.settings.max_memory_bytes;
		match declared > limit {
			true => Err(Fault::TooLarge { what: "a model's memory", size: declared, limit }),
			false => Ok(Some(declared)),
		}
	}

	/// Model and input. They may be here long before the job runs.
	async fn fetch(&self, opening: &Opening) -> Result<Fetched, Fault> {
		let artifact = self.assignment.artifact;
		let limit = self.settings.max_model_bytes;
		if artifact.size > limit {
			return Err(Fault::TooLarge { what: "a model", size: artifact.size, limit });
		}
		let open = self.context.compute.is_open(opening);
		let model = if open { 0 } else { artifact.size };
		let input = match &self.assignment.input {
			Payload::Blob(blob) if blob.size <= self.settings.max_input_bytes => blob.size,
			// Came with the job, or will be refused.
			_ => 0,
		};
		let room = self.traffic.room(model.saturating_add(input)).await;
		let fetching = Instant::now();
		let model = self.model(opening).await?;
		let input = self.input().await?;
		self.context.metrics.fetch_time.observe(fetching.elapsed().as_secs_f64());
		Ok(Fetched { model, input, room })
	}

	/// The model as it is on disk or in the store, unless a process has it open.
	async fn model(&self, opening: &Opening) -> Result<Option<Arc<Vec<u8>>>, Fault> {
		match self.context.compute.is_open(opening) {
			true => Ok(None),
			false => self.model_bytes().await.map(Some),
		}
	}

	async fn model_bytes(&self) -> Result<Arc<Vec<u8>>, Fault> {
		if let Some(replacement) = &self.settings.replace_model {
			return Ok(replacement.clone());
		}
		let artifact = self.assignment.artifact;
		let shared = self.traffic.artifact(&artifact);
		if let Some(bytes) = self.kept(artifact, &shared).await? {
			return Ok(bytes);
		}
		let (bytes, fresh) = self.patience.share(&self.context, &artifact, &shared).await?;
		if fresh {
			let (cache, model) = (self.context.models.clone(), bytes.clone());
			blocking(move || {
				// A full disk must not cost the job: the model is in memory already.
				if let Err(error) = cache.save(&model) {
					tracing::warn!(%error, "cannot keep the model on disk");
				}
				Ok(())
			})
			.await?;
		}
		Ok(bytes)
	}

	/// The model, if another job has it or it is on disk.
	async fn kept(
		&self,
		artifact: BlobRef,
		shared: &Shared,
	) -> Result<Option<Arc<Vec<u8>>>, Fault> {
		let mut shared = shared.lock().await;
		if let Some(bytes) = shared.upgrade() {
			return Ok(Some(bytes));
		}
		let cache = self.context.models.clone();
		let bytes = blocking(move || Ok(cache.load(&artifact)?)).await?.map(Arc::new);
		*shared = bytes.as_ref().map(Arc::downgrade).unwrap_or_default();
		Ok(bytes)
	}

	async fn input(&self) -> Result<Vec<u8>, Fault> {
		match &self.assignment.input {
			Payload::Inline(bytes) => Ok(bytes.to_vec()),
			Payload::Blob(blob) => {
				let limit = self.settings.max_input_bytes;
				if blob.size > limit {
					return Err(Fault::TooLarge { what: "an input", size: blob.size, limit });
				}
				self.patience.read(&self.context, blob).await
			},
		}
	}

	/// The answer: its output inline when it is small, in the store otherwise. What fingerprints are
	/// made of later is kept here, too.
	async fn pack(&self, root: H256, output: Vec<u8>) -> Result<Answer, Fault> {
		let large = match BoundedVec::try_from(output) {
			Ok(inline) => return Ok(Answer { root, output: Payload::Inline(inline) }),
			Err(large) => large,
		};
		let _underway = self.context.steps.begun(Step::Storing);
		let blob = self.patience.store(&self.context, &large).await?;
		if matches!(self.assignment.agreement, Agreement::Similar { .. }) {
			let results = self.context.results.clone();
			blocking(move || Ok(results.save(&large)?)).await?;
		}
		Ok(Answer { root, output: Payload::Blob(blob) })
	}
}

/// Counts a running job for as long as it lives, however it ends.
struct Running<'a>(&'a Context);

impl<'a> Running<'a> {
	fn new(context: &'a Context) -> Self {
		context.metrics.running.inc();
		Self(context)
	}
}

impl Drop for Running<'_> {
	fn drop(&mut self) {
		self.0.metrics.running.dec();
	}
}

/// Waits until somebody wants jobs handed back, and says why.
async fn handed_back(mut pause: watch::Receiver<PauseState>) -> String {
	loop {
		let reason = pause.borrow_and_update().hands_back().map(str::to_owned);
		if let Some(reason) = reason {
			return reason;
		}
		if pause.changed().await.is_err() {
			// The worker ends.
			return std::future::pending().await;
		}
	}
}

fn random() -> Salt {
	let mut bytes = [0; 32];
	rand::rngs::OsRng.fill_bytes(&mut bytes);
	bytes
}
