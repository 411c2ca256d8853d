//! Networks on one machine: a node, a store and workers with funded accounts, as real processes.
//!
//! What `tercet devnet` and `tercet demo` run, and what tests and benchmarks build on. No process
//! outlives the [`Devnet`], nor the program that holds it.
//!
//! ```no_run
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! use tercet_cli::devnet::{Devnet, WorkerSpec};
//!
//! let wrong = WorkerSpec { env: vec![("RUST_LOG".into(), "debug".into())], ..Default::default() };
//! let mut net = Devnet::builder().workers(2).worker(wrong).start().await?;
//! let chain = net.connect().await?;
//! net.kill_worker(0)?;
//! net.restart_worker(0)?;
//! net.shutdown().await;
//! # Ok(())
//! # }
//! ```

mod binaries;
mod builder;
mod error;
mod ports;
mod process;

use std::{
	ffi::OsString,
	path::{Path, PathBuf},
	time::Duration,
};

use tercet_chain_client::{ChainClient, Keypair};
use tercet_primitives::{AccountId32, PoolId, Redundancy};
use tokio::time::Instant;

pub use binaries::{find as find_binary, search_path, BIN_DIR_VARIABLE};
pub use builder::{Builder, WorkerSpec};
pub use error::Error;
pub use ports::{free as free_port, Ports};
pub use process::{Process, Program};

use process::{describe, tail};

/// How long a node may take to answer after its start.
const NODE_START: Duration = Duration::from_secs(90);

/// How long the store may take to listen.
const STORE_START: Duration = Duration::from_secs(20);

/// Wait between looks.
const POLL: Duration = Duration::from_millis(200);

/// A running network.
pub struct Devnet {
	dir: PathBuf,
	/// Deletes the folder when the network is gone, if it was ours to make.
	temporary: Option<tempfile::TempDir>,
	ports: Ports,
	node: Server,
	store: Server,
	workers: Vec<Worker>,
}

/// A program that may run or not.
struct Server {
	program: Program,
	process: Option<Process>,
}

/// A worker of the network.
pub struct Worker {
	server: Server,
	/// The arguments that do not depend on its specification.
	common_args: Vec<OsString>,
	/// Secret URI of its key.
	pub uri: String,
	/// Its account.
	pub account: AccountId32,
	/// Port of its Prometheus metrics.
	pub metrics_port: u16,
}

impl Devnet {
	/// A network with nothing decided yet.
	pub fn builder() -> Builder {
		Builder::default()
	}

	/// Address of the node.
	pub fn url(&self) -> String {
		format!("ws://127.0.0.1:{}", self.ports.rpc)
	}

	/// Address of the store, publisher and aggregator in one.
	pub fn store_url(&self) -> String {
		format!("http://127.0.0.1:{}", self.ports.store)
	}

	/// The network's ports.
	pub fn ports(&self) -> Ports {
		self.ports
	}

	/// Folder with data and logs: `node.log`, `store.log`, `worker-0.log` …
	pub fn dir(&self) -> &Path {
		&self.dir
	}

	/// Keeps the folder when the network is gone, so that somebody can read the logs.
	pub fn keep_dir(&mut self) -> &Path {
		if let Some(temporary) = self.temporary.take() {
			let _ = temporary.keep();
		}
		&self.dir
	}

	/// The workers, running or not.
	pub fn workers(&self) -> &[Worker] {
		&self.workers
	}

	/// A connection to the node.
	///
	/// # Errors
	/// [`Error::Chain`].
	pub async fn connect(&self) -> Result<ChainClient, Error> {
		Ok(ChainClient::connect(&self.url()).await?)
	}

	/// Waits until `count` providers are available in `pool`.
	///
	/// # Errors
	/// [`Error::Ended`] if a worker ends meanwhile, [`Error::TimedOut`], [`Error::Chain`].
	pub async fn wait_for_providers(
		&mut self,
		chain: &ChainClient,
		pool: PoolId,
		count: u32,
		limit: Duration,
	) -> Result<(), Error> {
		let deadline = Instant::now() + limit;
		loop {
			let best = chain.best().await?;
			// The price is high enough for every offer; it does not matter for the count.
			let at = chain.at(best.hash);
			let quote = at.quote(pool, 1, tercet_primitives::TCT, Redundancy::DEFAULT).await?;
			if quote.providers >= count {
				return Ok(());
			}
			self.check_workers()?;
			if Instant::now() > deadline {
				let what =
					format!("{} of {count} providers are available: the rest", quote.providers);
				let log = self.workers.first().map(|worker| worker.server.program.log.clone());
				return Err(timed_out(what, limit, log.unwrap_or_default()));
			}
			tokio::time::sleep(POLL).await;
		}
	}

	/// Fails if a process that was started has ended by itself.
	///
	/// # Errors
	/// [`Error::Ended`].
	pub fn check(&mut self) -> Result<(), Error> {
		self.node.check()?;
		self.store.check()?;
		self.check_workers()
	}

	fn check_workers(&mut self) -> Result<(), Error> {
		self.workers.iter_mut().try_for_each(|worker| worker.server.check())
	}

	/// Whether worker `index` runs.
	pub fn worker_runs(&mut self, index: usize) -> bool {
		self.workers.get_mut(index).is_some_and(|worker| worker.server.runs())
	}

	/// Kills worker `index` (SIGKILL), as a power failure would.
	///
	/// # Errors
	/// [`Error::NoSuchWorker`].
	pub fn kill_worker(&mut self, index: usize) -> Result<(), Error> {
		self.worker_mut(index)?.server.kill();
		Ok(())
	}

	/// Asks worker `index` to stop and waits until it has.
	///
	/// # Errors
	/// [`Error::NoSuchWorker`].
	pub async fn stop_worker(&mut self, index: usize) -> Result<(), Error> {
		self.worker_mut(index)?.server.stop().await;
		Ok(())
	}

	/// Starts worker `index` again, on the state that it left. Kills it first if it still runs.
	///
	/// # Errors
	/// [`Error::NoSuchWorker`], [`Error::Start`].
	pub fn restart_worker(&mut self, index: usize) -> Result<(), Error> {
		self.worker_mut(index)?.server.restart()
	}

	/// Starts worker `index` again with other arguments after those that it always gets, and other
	/// variables: without those of its specification.
	///
	/// # Errors
	/// [`Error::NoSuchWorker`], [`Error::Start`].
	pub fn restart_worker_with(&mut self, index: usize, spec: WorkerSpec) -> Result<(), Error> {
		let worker = self.worker_mut(index)?;
		builder::apply(&mut worker.server.program, &worker.common_args, &spec);
		worker.server.restart()
	}

	/// Kills the node (SIGKILL).
	pub fn kill_node(&mut self) {
		self.node.kill();
	}

	/// Stops the node if it runs, starts it again on the same chain, and waits until it answers.
	///
	/// # Errors
	/// [`Error::Start`], [`Error::Ended`], [`Error::TimedOut`].
	pub async fn restart_node(&mut self) -> Result<(), Error> {
		self.node.stop().await;
		self.start_node().await
	}

	/// Stops the store.
	pub async fn stop_store(&mut self) {
		self.store.stop().await;
	}

	/// Starts the store again, with what it had, and waits until it listens.
	///
	/// # Errors
	/// [`Error::Start`], [`Error::Ended`], [`Error::TimedOut`].
	pub async fn start_store(&mut self) -> Result<(), Error> {
		self.store.restart()?;
		let address = ("127.0.0.1", self.ports.store);
		let deadline = Instant::now() + STORE_START;
		while tokio::net::TcpStream::connect(address).await.is_err() {
			self.store.check()?;
			if Instant::now() > deadline {
				let log = self.store.program.log.clone();
				return Err(timed_out("the start of the store".into(), STORE_START, log));
			}
			tokio::time::sleep(POLL).await;
		}
		Ok(())
	}

	/// Starts the node and waits until it answers and makes blocks.
	async fn start_node(&mut self) -> Result<(), Error> {
		self.node.restart()?;
		let url = self.url();
		let deadline = Instant::now() + NODE_START;
		let mut first = None;
		loop {
			if let Ok(chain) = ChainClient::connect(&url).await {
				let number = chain.best().await?.number;
				// A new block shows that the node not only answers but also works.
				if *first.get_or_insert(number) < number {
					return Ok(());
				}
			}
			self.node.check()?;
			if Instant::now() > deadline {
				let log = self.node.program.log.clone();
				return Err(timed_out("the start of the node".into(), NODE_START, log));
			}
			tokio::time::sleep(POLL).await;
		}
	}

	/// Stops everything: workers first, so that none of them sees the others go.
	pub async fn shutdown(mut self) {
		for worker in &mut self.workers {
			if let Some(process) = &mut worker.server.process {
				process.terminate();
			}
		}
		for worker in &mut self.workers {
			worker.server.stop().await;
		}
		self.store.stop().await;
		self.node.stop().await;
	}

	fn worker_mut(&mut self, index: usize) -> Result<&mut Worker, Error> {
		self.workers.get_mut(index).ok_or(Error::NoSuchWorker(index))
	}
}

impl Worker {
	/// Its key.
	///
	/// # Errors
	/// Never, for the URIs that a devnet makes.
	pub fn key(&self) -> Result<Keypair, Error> {
		Ok(tercet_chain_client::keys::from_uri(&self.uri)?)
	}

	/// Its log.
	pub fn log(&self) -> &Path {
		&self.server.program.log
	}

	/// The arguments it is started with.
	pub fn args(&self) -> &[OsString] {
		&self.server.program.args
	}
}

impl Server {
	fn runs(&mut self) -> bool {
		self.process.as_mut().is_some_and(Process::is_running)
	}

	fn kill(&mut self) {
		// Dropping kills.
		self.process = None;
	}

	async fn stop(&mut self) {
		if let Some(mut process) = self.process.take() {
			process.stop().await;
		}
	}

	fn restart(&mut self) -> Result<(), Error> {
		self.kill();
		let program = self.program.clone();
		let (name, binary) = (program.name.clone(), program.binary.clone());
		let start = |source| Error::Start { name, binary, source };
		self.process = Some(program.start().map_err(start)?);
		Ok(())
	}

	/// Fails if it was started and has ended.
	fn check(&mut self) -> Result<(), Error> {
		let Some(status) = self.process.as_mut().and_then(Process::exited) else { return Ok(()) };
		let Program { name, log, .. } = self.program.clone();
		Err(Error::Ended { name, how: describe(status), tail: tail(&log), log })
	}
}

fn timed_out(what: String, limit: Duration, log: PathBuf) -> Error {
	Error::TimedOut { what, seconds: limit.as_secs(), tail: tail(&log), log }
}
