//! Runs jobs: fetch model and input, verify, run, encode, store, and write the answer down.

use std::{
	collections::HashMap,
	sync::Arc,
	time::{Duration, Instant},
};

use rand::RngCore;
use tercet_primitives::{apis::Assignment, Answer, BoundedVec, Payload, H256};
use tokio::{sync::Semaphore, task::JoinSet};
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use super::{
	fault::parse_input,
	fetch::{read, store},
	Fault,
};
use crate::{
	compute::Runnable,
	context::Context,
	duty::{duty, Duty},
	journal::{Entry, Progress, Seat},
	metrics::Reason,
	steps::Step,
	supervisor::ServiceError,
};

/// Wait before a job is tried again after a fault of this machine.
const LOCAL_RETRY: Duration = Duration::from_secs(2);

/// Limits of [`Execution`].
#[derive(Clone, Debug)]
pub struct ExecutionSettings {
	/// Jobs that run at the same time.
	pub parallel: usize,
	/// Largest ONNX file, in bytes.
	pub max_model_bytes: u64,
	/// Largest input, in bytes.
	pub max_input_bytes: u64,
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
		let permits = Arc::new(Semaphore::new(self.settings.parallel.max(1)));
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
			for assignment in self.due(&mut board)? {
				let seat = Seat::of(&assignment);
				if seats.values().any(|running| *running == seat) {
					continue;
				}
				let task = Task {
					context: self.context.clone(),
					settings: self.settings.clone(),
					assignment,
				};
				let span = tracing::info_span!("job", id = seat.job.0, round = seat.round);
				let handle = running.spawn(task.run(permits.clone()).instrument(span));
				seats.insert(handle.id(), seat);
			}
		}
	}

	/// Assignments without an answer.
	fn due(
		&self,
		board: &mut tokio::sync::watch::Receiver<crate::context::Board>,
	) -> Result<Vec<Assignment>, ServiceError> {
		let board = board.borrow_and_update().clone();
		let (genesis, me) = (self.context.chain.genesis(), self.context.chain.account());
		let mut due = Vec::new();
		for assignment in board.assignments {
			let entry = self.context.journal.get(&Seat::of(&assignment));
			let entry = entry.map_err(|error| ServiceError::Failed(error.to_string()))?;
			if duty(&genesis, me, board.block, &assignment, entry.as_ref()) == Duty::Execute {
				due.push(assignment);
			}
		}
		Ok(due)
	}
}

/// One job on its way to an answer.
struct Task {
	context: Context,
	settings: ExecutionSettings,
	assignment: Assignment,
}

impl Task {
	async fn run(self, permits: Arc<Semaphore>) {
		let Ok(_permit) = permits.acquire().await else { return };
		self.context.metrics.running.inc();
		let outcome = self.answer().await;
		self.context.metrics.running.dec();
		let entry = match outcome {
			Ok(answer) => {
				let mut salt = [0; 32];
				rand::rngs::OsRng.fill_bytes(&mut salt);
				Entry::Answered { answer, salt, progress: Progress::Ready }
			},
			Err(fault) if fault.is_local() => {
				tracing::error!(%fault, "this machine fails; trying again");
				tokio::time::sleep(LOCAL_RETRY).await;
				return;
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

	async fn write(&self, entry: Entry) {
		let (journal, seat) = (self.context.journal.clone(), Seat::of(&self.assignment));
		let written = blocking(move || Ok(journal.record(&seat, entry)?)).await;
		match written {
			Ok(Entry::Answered { answer, .. }) => {
				tracing::info!(root = %hex::encode(answer.root), "answer written down");
				self.context.steps.passed(Step::Journaled);
				self.context.journaled.notify_one();
			},
			Ok(Entry::Abstained { .. }) => {},
			Err(fault) => {
				tracing::error!(%fault, "cannot write the journal; trying again");
				tokio::time::sleep(LOCAL_RETRY).await;
			},
		}
	}

	async fn answer(&self) -> Result<Answer, Fault> {
		let (context, assignment) = (&self.context, &self.assignment);
		tracing::info!(variant = %assignment.variant, items = assignment.items, "running");
		let fetching = Instant::now();
		let model = self.model().await?;
		let input = self.input().await?;
		context.metrics.fetch_time.observe(fetching.elapsed().as_secs_f64());
		context.steps.passed(Step::Fetched);

		let running = Instant::now();
		let items = assignment.items;
		let (root, output) = blocking(move || {
			let output = model.run(&parse_input(&input, items)?)?;
			Ok((output.root(), output.to_canonical_bytes()))
		})
		.await?;
		context.metrics.run_time.observe(running.elapsed().as_secs_f64());
		context.steps.passed(Step::Executed);

		let answer = self.pack(root, output).await?;
		context.steps.passed(Step::Stored);
		context.metrics.executed.inc();
		context.metrics.items.inc_by(u64::from(items));
		Ok(answer)
	}

	/// The model, loaded: from memory, from disk, or from the store.
	async fn model(&self) -> Result<Arc<dyn Runnable>, Fault> {
		let artifact = self.assignment.artifact;
		let limit = self.settings.max_model_bytes;
		if artifact.size > limit {
			return Err(Fault::TooLarge { what: "a model", size: artifact.size, limit });
		}
		let compute = self.context.compute.clone();
		if let Some(model) = compute.loaded(&artifact.digest) {
			return Ok(model);
		}
		let bytes = match &self.settings.replace_model {
			Some(replacement) => replacement.to_vec(),
			None => self.model_bytes().await?,
		};
		blocking(move || Ok(compute.load(artifact.digest, &bytes)?)).await
	}

	async fn model_bytes(&self) -> Result<Vec<u8>, Fault> {
		let artifact = self.assignment.artifact;
		let cache = self.context.cache.clone();
		if let Some(bytes) = blocking(move || Ok(cache.load(&artifact)?)).await? {
			return Ok(bytes);
		}
		let bytes = read(&self.context, &self.assignment, &artifact).await?;
		let cache = self.context.cache.clone();
		blocking(move || {
			// A full disk must not cost the job: the model is in memory already.
			if let Err(error) = cache.save(&bytes) {
				tracing::warn!(%error, "cannot keep the model on disk");
			}
			Ok(bytes)
		})
		.await
	}

	async fn input(&self) -> Result<Vec<u8>, Fault> {
		match &self.assignment.input {
			Payload::Inline(bytes) => Ok(bytes.to_vec()),
			Payload::Blob(blob) => {
				let limit = self.settings.max_input_bytes;
				if blob.size > limit {
					return Err(Fault::TooLarge { what: "an input", size: blob.size, limit });
				}
				read(&self.context, &self.assignment, blob).await
			},
		}
	}

	/// The answer: its output inline when it is small, in the store otherwise.
	async fn pack(&self, root: H256, output: Vec<u8>) -> Result<Answer, Fault> {
		let output = match BoundedVec::try_from(output) {
			Ok(inline) => Payload::Inline(inline),
			Err(large) => Payload::Blob(store(&self.context, &self.assignment, &large).await?),
		};
		Ok(Answer { root, output })
	}
}

/// Runs `work` on a thread that may block.
async fn blocking<T: Send + 'static>(
	work: impl FnOnce() -> Result<T, Fault> + Send + 'static,
) -> Result<T, Fault> {
	let span = tracing::Span::current();
	match tokio::task::spawn_blocking(move || span.in_scope(work)).await {
		Ok(outcome) => outcome,
		Err(panic) => Err(Fault::Crashed(panic.to_string())),
	}
}
