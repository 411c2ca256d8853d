//! `tercet-worker run`: from the command line to running services.

use std::{
	io,
	os::unix::fs::DirBuilderExt,
	path::{Path, PathBuf},
	sync::Arc,
	time::Duration,
};

use tercet_chain_client::{keys, Keypair};
use tokio::{
	net::TcpListener,
	sync::{watch, Notify},
	task::JoinSet,
};
use tokio_util::sync::CancellationToken;

use crate::{
	args::RunArgs,
	cache::Cache,
	chain::{Chain, SubxtChain},
	compute::Sessions,
	context::{Board, Context},
	engine::{Engine, EngineError},
	journal::{self, Journal, JournalError},
	library::{self, LibraryMissing},
	metrics::Metrics,
	pause::PauseState,
	services::{
		hand_back, leave, Answers, Assignments, Availability, Execution, ExecutionSettings,
		MetricsServer, Terms,
	},
	steps::Steps,
	store::WalrusStore,
	supervisor::{supervise, ServiceError},
};

/// Journal entries that are kept.
const KEEP_ENTRIES: usize = 2_000;

/// Time for services to end after they were asked to.
const GRACE: Duration = Duration::from_secs(5);

/// Why a worker did not start, or ended by itself.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
	/// The key is missing or malformed.
	#[error("{0}")]
	Key(tercet_chain_client::Error),
	/// ONNX Runtime is not installed.
	#[error(transparent)]
	Library(#[from] LibraryMissing),
	/// ONNX Runtime or the device cannot be used.
	#[error(transparent)]
	Engine(#[from] EngineError),
	/// The state directory cannot be used.
	#[error("cannot use the state directory {}: {error}", dir.display())]
	StateDir {
		/// The directory.
		dir: PathBuf,
		/// What the file system says.
		error: io::Error,
	},
	/// The journal cannot be used.
	#[error("cannot use the journal in {}: {error}", dir.display())]
	Journal {
		/// The state directory.
		dir: PathBuf,
		/// What is wrong.
		error: JournalError,
	},
	/// There is no node.
	#[error("cannot reach node at {url}: is tercet-node running? ({error})")]
	Node {
		/// Its address.
		url: String,
		/// What the client says.
		error: tercet_chain_client::Error,
	},
	/// The store's address makes no sense.
	#[error("cannot use the store: {0}")]
	StoreConfig(tercet_walrus_client::Error),
	/// There is no store.
	#[error("cannot reach store at {urls}: is tercet-store running? ({error})")]
	Store {
		/// Their addresses.
		urls: String,
		/// What the client says.
		error: tercet_walrus_client::Error,
	},
	/// The address for metrics is taken.
	#[error("cannot serve metrics at {address}: {error}")]
	Metrics {
		/// The address.
		address: std::net::SocketAddr,
		/// What the system says.
		error: io::Error,
	},
	/// The model for adversarial tests cannot be read.
	#[error("cannot read {}: {error}", path.display())]
	ReplaceModel {
		/// The file.
		path: PathBuf,
		/// What the file system says.
		error: io::Error,
	},
	/// A service met something that only the operator can change.
	#[error("{0}")]
	Fatal(String),
}

/// Runs a worker until `shutdown`.
///
/// # Errors
/// [`RunError`], within seconds, if something it needs is missing at the start. What is lost later
/// is waited for.
pub async fn run(args: RunArgs, shutdown: CancellationToken) -> Result<(), RunError> {
	let key = load_key(&args)?;
	let replace_model = args.replace_model.as_deref().map(read_replacement).transpose()?;
	let engine = match load_engine(&args).await {
		Ok(engine) => engine,
		Err(error) => {
			let reason = error.to_string();
			let handing = hand_back_all(&args, key, &reason);
			if tokio::time::timeout(GRACE, handing).await.is_err() {
				tracing::warn!("the chain took too long to take jobs back");
			}
			return Err(error);
		},
	};
	let pinned = engine.pinned_class(args.threads);
	prepare_dir(&args.dir)?;

	let store = open_store(&args).await?;
	let chain = SubxtChain::connect(&args.node, key)
		.await
		.map_err(|error| RunError::Node { url: args.node.clone(), error })?;
	let journal = open_journal(&args.dir, &chain)?;
	let cache = |folder, extension| {
		Cache::open(&args.dir.join(folder), extension)
			.map_err(|error| RunError::StateDir { dir: args.dir.clone(), error })
	};
	let (models, results) = (cache("models", "onnx")?, cache("results", "safetensors")?);
	tracing::info!(
		account = %chain.account(),
		genesis = %hex::encode(chain.genesis()),
		device = ?engine.device(),
		class = pinned.map(|class| class.to_string()),
		"worker started"
	);

	let context = Context {
		chain: Arc::new(chain),
		store: Arc::new(store),
		compute: Arc::new(Sessions::new(engine, usize::from(args.threads))),
		journal: Arc::new(journal),
		models,
		results,
		metrics: Arc::new(Metrics::default()),
		board: watch::Sender::new(Board::default()),
		journaled: Arc::new(Notify::new()),
		pause: watch::Sender::new(PauseState::default()),
		steps: Steps::new(args.abort_at),
	};
	let terms = Terms { bond: args.bond.map(|bond| bond.0), offers: args.offers.clone(), pinned };
	let settings = ExecutionSettings {
		parallel: usize::from(args.parallel),
		max_model_bytes: args.max_model_bytes,
		max_input_bytes: args.max_input_bytes,
		replace_model,
	};
	let services = Services { context: context.clone(), terms, settings };
	let outcome = services.run(&args, shutdown).await;
	if args.leave && outcome.is_ok() {
		match tokio::time::timeout(GRACE, leave(&context)).await {
			Ok(Ok(())) => tracing::info!("left the pools"),
			Ok(Err(error)) => tracing::error!(%error, "cannot leave the pools"),
			Err(_) => tracing::error!("the chain took too long to let go"),
		}
	}
	tracing::info!("worker stopped");
	outcome
}

/// All services, and what they are made of.
struct Services {
	context: Context,
	terms: Terms,
	settings: ExecutionSettings,
}

impl Services {
	/// Runs all of them until `shutdown`, or until one cannot go on.
	async fn run(&self, args: &RunArgs, shutdown: CancellationToken) -> Result<(), RunError> {
		let mut running = JoinSet::new();
		let shutdown = shutdown.child_token();
		let metrics = || self.context.metrics.clone();
		macro_rules! service {
			($name:literal, $make:expr) => {{
				let make = $make;
				let start = move |shutdown| make().run(shutdown);
				running.spawn(supervise($name, shutdown.clone(), metrics(), start));
			}};
		}
		if let Some(address) = args.metrics {
			let listener = bind(address).await?;
			let metrics = metrics();
			service!("metrics", move || MetricsServer::new(listener.clone(), metrics.clone()));
		}
		let (context, dir, node) = (self.context.clone(), args.dir.clone(), args.node.clone());
		service!("assignments", move || {
			Assignments::new(context.clone(), dir.clone(), node.clone())
		});
		let (context, settings) = (self.context.clone(), self.settings.clone());
		service!("execution", move || Execution::new(context.clone(), settings.clone()));
		let context = self.context.clone();
		service!("answers", move || Answers::new(context.clone()));
		let (context, terms) = (self.context.clone(), self.terms.clone());
		service!("availability", move || Availability::new(context.clone(), terms.clone()));

		let mut fatal = None;
		while let Some(ended) = tokio::select! {
			ended = running.join_next() => ended,
			() = shutdown.cancelled() => None,
		} {
			if let Some(reason) = failure(ended) {
				fatal = Some(reason);
				break;
			}
		}
		shutdown.cancel();
		let ending = async { while running.join_next().await.is_some() {} };
		if tokio::time::timeout(GRACE, ending).await.is_err() {
			tracing::warn!("some services did not end in time");
		}
		fatal.map_or(Ok(()), |reason| Err(RunError::Fatal(reason)))
	}
}

/// Why a supervised service ended, if it should not have.
fn failure(ended: Result<Result<(), String>, tokio::task::JoinError>) -> Option<String> {
	match ended {
		Ok(Ok(())) => None,
		Ok(Err(reason)) => Some(reason),
		Err(panic) => Some(ServiceError::Failed(panic.to_string()).to_string()),
	}
}

async fn load_engine(args: &RunArgs) -> Result<Engine, RunError> {
	let library = library::locate(args.onnxruntime.as_deref())?;
	let device = args.device;
	let engine = tokio::task::spawn_blocking(move || Engine::load_on(&library, device))
		.await
		.map_err(|panic| EngineError::Library(panic.to_string()))??;
	Ok(engine)
}

/// Abstains from what is in this worker's hands, if it ever ran here: without an engine it would only
/// fall silent.
async fn hand_back_all(args: &RunArgs, key: Keypair, reason: &str) {
	if !args.dir.join(journal::FILE).is_file() {
		return;
	}
	let handed = async {
		let chain =
			SubxtChain::connect(&args.node, key).await.map_err(|error| error.to_string())?;
		let journal = Journal::open(&args.dir, chain.genesis());
		let journal = journal.map_err(|error| error.to_string())?;
		hand_back(&chain, &journal, reason).await.map_err(|error| error.to_string())
	};
	match handed.await {
		Ok(0) => {},
		Ok(jobs) => tracing::warn!(jobs, "abstained from the jobs in hand"),
		Err(error) => tracing::error!(%error, "cannot abstain from the jobs in hand"),
	}
}

fn load_key(args: &RunArgs) -> Result<Keypair, RunError> {
	match (&args.key.key, &args.key.key_file) {
		(Some(uri), _) => keys::from_uri(uri),
		(None, Some(file)) => keys::from_file(file),
		(None, None) => Err(tercet_chain_client::Error::Key("no key: give --key-file".into())),
	}
	.map_err(RunError::Key)
}

fn read_replacement(path: &Path) -> Result<Arc<Vec<u8>>, RunError> {
	tracing::warn!(path = %path.display(), "answering with another model than the chain names");
	let bytes = std::fs::read(path);
	bytes.map(Arc::new).map_err(|error| RunError::ReplaceModel { path: path.into(), error })
}

/// Makes the directory, for this user only: salts in it are secret until they are revealed.
fn prepare_dir(dir: &Path) -> Result<(), RunError> {
	std::fs::DirBuilder::new()
		.recursive(true)
		.mode(0o700)
		.create(dir)
		.map_err(|error| RunError::StateDir { dir: dir.into(), error })
}

async fn open_store(args: &RunArgs) -> Result<WalrusStore, RunError> {
	let limit = args.max_model_bytes.max(args.max_input_bytes);
	let store = WalrusStore::new(args.stores.clone(), limit, args.store_epochs)
		.map_err(RunError::StoreConfig)?;
	let unreachable = |error| RunError::Store { urls: args.stores.join(", "), error };
	store.reachable().await.map_err(unreachable)?;
	Ok(store)
}

fn open_journal(dir: &Path, chain: &SubxtChain) -> Result<Journal, RunError> {
	let failed = |error| RunError::Journal { dir: dir.into(), error };
	let journal = Journal::open(dir, chain.genesis()).map_err(failed)?;
	let forgotten = journal.prune(KEEP_ENTRIES).map_err(failed)?;
	if forgotten > 0 {
		tracing::info!(forgotten, "pruned old journal entries");
	}
	Ok(journal)
}

async fn bind(address: std::net::SocketAddr) -> Result<Arc<TcpListener>, RunError> {
	if !address.ip().is_loopback() {
		tracing::warn!(%address, "metrics are open to other machines");
	}
	let listener = TcpListener::bind(address).await;
	listener.map(Arc::new).map_err(|error| RunError::Metrics { address, error })
}
