//! `tercet-worker run`: from the command line to running services.

use std::{
	io,
	os::unix::fs::DirBuilderExt,
	path::{Path, PathBuf},
	sync::Arc,
	time::Duration,
};

use tercet_chain_client::{keys, Keypair};
use tercet_hardware::Roots;
use tercet_privacy::{ExecutorKey, SecretFileError};
use tokio::{
	net::TcpListener,
	sync::{watch, Notify},
	task::JoinSet,
};
use tokio_util::sync::CancellationToken;

use crate::{
	admin::AdminServer,
	args::Testing,
	cache::Cache,
	chain::{Chain, SubxtChain},
	compute::Compute,
	compute::Failure,
	config::{AdminConfig, Config, DeviceConfig, KeyConfig, OffersConfig, Secret, StoresConfig},
	context::{Board, Context},
	engine::{Engine, EngineError},
	health::{About, Vitals},
	host::Host,
	journal::{self, Journal, JournalError},
	library::{self, LibraryMissing},
	machine,
	metrics::Metrics,
	offers::Classes,
	pause::{self, PauseState},
	runner::{RunnerSettings, Runners},
	selftest::SelfTest,
	services::{
		hand_back, leave, Answers, Assignments, Availability, Execution, ExecutionSettings, Health,
		Idle, Keys, MetricsServer, Rewards, Terms,
	},
	slots::Slots,
	steps::Steps,
	store::WalrusStore,
	supervisor::{supervise, ServiceError},
};

/// In the state directory: the key that opens what is sealed for this worker.
const EXECUTOR_KEY: &str = "executor.key";

/// Journal entries that are kept.
const KEEP_ENTRIES: usize = 2_000;

/// Time for services to end after they were asked to.
const GRACE: Duration = Duration::from_secs(5);

/// Blocks out of the pools and without a job, after which none comes any more.
const DRAIN_BLOCKS: u32 = 3;

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
	/// Models cannot be run in a process of their own.
	#[error("cannot run models: {0}")]
	Runner(Failure),
	/// The state directory cannot be used.
	#[error("cannot use the state directory {}: {error}", dir.display())]
	StateDir {
		/// The directory.
		dir: PathBuf,
		/// What the file system says.
		error: io::Error,
	},
	/// The key for private jobs cannot be used.
	#[error("the key for private jobs: {0}")]
	ExecutorKey(#[from] SecretFileError),
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
pub async fn run(
	config: Config,
	testing: Testing,
	shutdown: CancellationToken,
) -> Result<(), RunError> {
	let key = load_key(&config.key)?;
	let replace_model = testing.replace_model.as_deref().map(read_replacement).transpose()?;
	let engines = match load_engines(&config.device).await {
		Ok(engines) => engines,
		Err(error) => {
			let reason = error.to_string();
			let handing = hand_back_all(&config, key, &reason);
			if tokio::time::timeout(GRACE, handing).await.is_err() {
				tracing::warn!("the chain took too long to take jobs back");
			}
			return Err(error);
		},
	};
	let dir = &config.state.dir;
	prepare_dir(dir)?;
	let metrics = Arc::new(Metrics::default());
	let slots = start_runners(&engines, &config, &metrics).await?;
	let classes = self_test(&engines, &config).await?;
	let pinned = classes.pinned;
	let host = open_host(&config).await?;

	let store = open_store(&config).await?;
	let chain = connect(&config, key)
		.await
		.map_err(|error| RunError::Node { url: config.chain.nodes.join(", "), error })?;
	let journal = open_journal(dir, &chain)?;
	tidy(dir);
	let cache = |folder, extension| {
		Cache::open(&dir.join(folder), extension)
			.map_err(|error| RunError::StateDir { dir: dir.clone(), error })
	};
	let executor_key = ExecutorKey::load_or_create(&dir.join(EXECUTOR_KEY))?;
	let models = cache("models", "onnx")?.within(config.limits.disk.0);
	let results = cache("results", "safetensors")?;
	let list: Vec<_> = engines.iter().map(|engine| engine.device().to_string()).collect();
	let devices = list.join(", ");
	let version = engines.first().map(|engine| engine.version().to_string()).unwrap_or_default();
	tracing::info!(
		account = %chain.account(),
		signer = %chain.signer(),
		genesis = %hex::encode(chain.genesis()),
		%devices,
		class = pinned.map(|class| class.to_string()),
		"worker started"
	);

	let about = About {
		version: env!("CARGO_PKG_VERSION").into(),
		device: format!("{devices}, ONNX Runtime {version}"),
		class: pinned.map(|class| class.to_string()),
	};
	let operator = pause::load(dir);
	if let Some(pause) = &operator {
		tracing::warn!(reason = %pause.reason, "paused; `tercet-worker resume` ends that");
	}
	let idle = Idle::before_the_first_look(&config.idle);
	let settings = ExecutionSettings {
		// One job on each device, at least.
		parallel: usize::from(config.device.parallel).max(slots.number()),
		transfers: usize::from(config.stores.parallel),
		max_model_bytes: config.limits.model.0,
		max_input_bytes: config.limits.input.0,
		max_memory_bytes: config.limits.memory.0,
		replace_model,
	};
	let context = Context {
		chain: Arc::new(chain),
		store: Arc::new(store),
		compute: Arc::new(slots),
		executor_key: Arc::new(executor_key),
		journal: Arc::new(journal),
		models,
		results,
		metrics,
		board: watch::Sender::new(Board::default()),
		journaled: Arc::new(Notify::new()),
		host: Arc::new(host),
		pause: watch::Sender::new(PauseState { operator, idle, ..PauseState::default() }),
		vitals: watch::Sender::new(Vitals::default()),
		about: Arc::new(about),
		steps: Steps::new(testing.abort_at),
	};
	let OffersConfig { offer, bond, leave: leaves } = config.offers.clone();
	let largest = config.limits.largest();
	let terms = Terms { bond: bond.map(|bond| bond.0), offers: offer, classes, largest };
	let services = Services { context: context.clone(), terms, settings };
	let outcome = services.run(&config, shutdown).await;
	if leaves && outcome.is_ok() {
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
	async fn run(&self, config: &Config, shutdown: CancellationToken) -> Result<(), RunError> {
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
		if let Some(address) = config.metrics.listen {
			let listener = bind(address).await?;
			let metrics = metrics();
			service!("metrics", move || MetricsServer::new(listener.clone(), metrics.clone()));
		}
		let (dir, node) = (config.state.dir.clone(), config.chain.nodes.join(", "));
		if let Some(server) = self.admin(config, &node) {
			service!("admin", move || server.clone());
		}
		let (context, rules) = (self.context.clone(), config.idle.clone());
		service!("idle", move || Idle::new(context.clone(), rules.clone()));
		let (context, state_dir) = (self.context.clone(), dir.clone());
		service!("health", move || Health::new(context.clone(), state_dir.clone()));
		let (context, state_dir, rewards) =
			(self.context.clone(), dir.clone(), config.rewards.clone());
		service!("rewards", move || {
			Rewards::new(context.clone(), state_dir.clone(), rewards.clone())
		});
		let context = self.context.clone();
		service!("assignments", move || {
			Assignments::new(context.clone(), dir.clone(), node.clone())
		});
		let (context, settings) = (self.context.clone(), self.settings.clone());
		service!("execution", move || Execution::new(context.clone(), settings.clone()));
		let context = self.context.clone();
		service!("answers", move || Answers::new(context.clone()));
		let context = self.context.clone();
		service!("keys", move || Keys::new(context.clone()));
		let (context, terms) = (self.context.clone(), self.terms.clone());
		service!("availability", move || Availability::new(context.clone(), terms.clone()));

		let mut fatal = None;
		while let Some(ended) = tokio::select! {
			ended = running.join_next() => ended,
			() = shutdown.cancelled() => None,
			() = self.drained() => {
				tracing::info!("the last job is done");
				None
			},
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

	/// Who answers `tercet-worker status`. Jobs matter more: without it the worker works on.
	fn admin(&self, config: &Config, node: &str) -> Option<AdminServer> {
		let AdminConfig { enabled, listen } = config.admin;
		if !enabled {
			return None;
		}
		let (dir, context) = (config.state.dir.clone(), self.context.clone());
		let server = AdminServer::open(listen, dir, node.into(), context);
		server
			.inspect_err(|error| {
				tracing::error!(%error, address = %listen, "no admin API: name a free address by \
					listen in [admin]");
			})
			.ok()
	}

	/// Ends when the worker is to end after its last job, and has none, and gets none.
	async fn drained(&self) {
		let (mut board, mut pause) =
			(self.context.board.subscribe(), self.context.pause.subscribe());
		let mut empty = 0;
		loop {
			if pause.wait_for(|state| state.draining).await.is_err() {
				return std::future::pending().await;
			}
			let provider = self.context.chain.provider().await;
			let out = provider.is_ok_and(|provider| !provider.is_some_and(|p| p.available));
			let none = board.borrow_and_update().assignments.is_empty();
			empty = if out && none { empty + 1 } else { 0 };
			// It may have been drawn in the very blocks in which it left.
			if empty > DRAIN_BLOCKS {
				return;
			}
			let _ = board.changed().await;
		}
	}
}

async fn connect(config: &Config, key: Keypair) -> Result<SubxtChain, tercet_chain_client::Error> {
	SubxtChain::connect(&config.chain.nodes, key, config.key.account.clone()).await
}

/// Why a supervised service ended, if it should not have.
fn failure(ended: Result<Result<(), String>, tokio::task::JoinError>) -> Option<String> {
	match ended {
		Ok(Ok(())) => None,
		Ok(Err(reason)) => Some(reason),
		Err(panic) => Some(ServiceError::Failed(panic.to_string()).to_string()),
	}
}

/// Which classes the machine reproduces.
async fn self_test(engines: &[Engine], config: &Config) -> Result<Classes, RunError> {
	let (device, dir) = (config.device.clone(), config.state.dir.clone());
	let engines = engines.to_vec();
	let tested = tokio::task::spawn_blocking(move || machine::classes(&engines, &device, &dir));
	let (outcomes, classes) =
		tested.await.map_err(|panic| EngineError::Run(panic.to_string()))??;
	for SelfTest { device, class, pinned, portable, .. } in outcomes {
		tracing::info!(device, class, %pinned, %portable, "self-test");
	}
	Ok(classes)
}

/// The machine, whatever of it can be read.
async fn open_host(config: &Config) -> Result<Host, RunError> {
	let dir = config.state.dir.clone();
	let opened = tokio::task::spawn_blocking(move || Host::open(Roots::default(), &dir));
	opened.await.map_err(|panic| RunError::Fatal(panic.to_string()))
}

async fn load_engines(config: &DeviceConfig) -> Result<Vec<Engine>, RunError> {
	let library = library::locate(config.onnxruntime.as_deref())?;
	let device = config.device;
	let engines = tokio::task::spawn_blocking(move || Engine::load_on_all(&library, device))
		.await
		.map_err(|panic| EngineError::Library(panic.to_string()))??;
	Ok(engines)
}

/// What runs models on each device, each in a process of its own.
async fn start_runners(
	engines: &[Engine],
	config: &Config,
	metrics: &Metrics,
) -> Result<Slots, RunError> {
	let Config { device: DeviceConfig { threads, require_sandbox, onnxruntime, .. }, .. } = config;
	let library = library::locate(onnxruntime.as_deref())?;
	let mut devices: Vec<Arc<Runners>> = Vec::new();
	for engine in engines {
		let settings = RunnerSettings {
			require_sandbox: *require_sandbox,
			memory: config.limits.memory.0,
			counts: metrics.models.clone(),
			..RunnerSettings::new(library.clone(), engine.device(), usize::from(*threads))
		};
		let first = devices.first().cloned();
		let start = move || match first {
			Some(first) => first.beside(settings),
			None => Runners::new(settings),
		};
		let runners = tokio::task::spawn_blocking(start)
			.await
			.map_err(|panic| EngineError::Library(panic.to_string()))?
			.map_err(RunError::Runner)?;
		devices.push(Arc::new(runners));
	}
	let devices = devices.into_iter().map(|runners| runners as Arc<dyn Compute>);
	Ok(Slots::new(devices.collect()))
}

/// Abstains from what is in this worker's hands, if it ever ran here: without an engine it would only
/// fall silent.
async fn hand_back_all(config: &Config, key: Keypair, reason: &str) {
	let dir = &config.state.dir;
	if !dir.join(journal::FILE).is_file() {
		return;
	}
	let handed = async {
		let chain = connect(config, key).await.map_err(|error| error.to_string())?;
		let journal = Journal::open(dir, chain.genesis());
		let journal = journal.map_err(|error| error.to_string())?;
		hand_back(&chain, &journal, reason).await.map_err(|error| error.to_string())
	};
	match handed.await {
		Ok(0) => {},
		Ok(jobs) => tracing::warn!(jobs, "abstained from the jobs in hand"),
		Err(error) => tracing::error!(%error, "cannot abstain from the jobs in hand"),
	}
}

/// The worker's key, wherever it is.
pub(crate) fn load_key(config: &KeyConfig) -> Result<Keypair, RunError> {
	match (&config.uri, &config.file) {
		(Some(Secret(uri)), _) => keys::from_uri(uri),
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

/// Removes files that a process was killed over. Nobody else writes here: we have the journal.
fn tidy(dir: &Path) {
	for folder in [dir.to_owned(), dir.join("models"), dir.join("results")] {
		for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
			if !entry.file_name().as_encoded_bytes().starts_with(b".tmp") {
				continue;
			}
			if let Err(error) = std::fs::remove_file(entry.path()) {
				tracing::warn!(path = %entry.path().display(), %error, "cannot remove a left-over");
			}
		}
	}
}

/// The store. One that is out of reach is waited for if the worker has run here before: what it has
/// committed to must be revealed, and that needs no store.
async fn open_store(config: &Config) -> Result<WalrusStore, RunError> {
	let limit = config.limits.model.max(config.limits.input).0;
	let StoresConfig { urls, epochs, .. } = &config.stores;
	let store = WalrusStore::new(urls.clone(), limit, *epochs).map_err(RunError::StoreConfig)?;
	match store.reachable().await {
		Err(error) if !config.state.dir.join(journal::FILE).is_file() => {
			Err(RunError::Store { urls: urls.join(", "), error })
		},
		Err(error) => {
			tracing::error!(urls = urls.join(", "), %error, "cannot reach the store; going on");
			Ok(store)
		},
		Ok(()) => Ok(store),
	}
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
