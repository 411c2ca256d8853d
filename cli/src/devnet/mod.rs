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
mod server;
mod store;
mod worker;

use std::{
	path::{Path, PathBuf},
	process::ExitStatus,
	time::Duration,
};

use tercet_chain_client::ChainClient;
use tercet_primitives::PoolId;
use tokio::time::Instant;

pub use binaries::{find as find_binary, search_path, BIN_DIR_VARIABLE};
pub use builder::Builder;
pub use error::Error;
pub use ports::{free as free_port, Ports};
pub use process::{describe, Process, Program};
pub use server::Server;
pub use store::Store;
pub use worker::{
	fund, stop as stop_workers, wait_for as wait_for_providers, Surroundings, Worker, WorkerSpec,
};

/// How long a node may take to answer after its start.
const NODE_START: Duration = Duration::from_secs(90);

/// Wait between looks.
const POLL: Duration = Duration::from_millis(200);

/// A running network.
pub struct Devnet {
	dir: PathBuf,
	/// Deletes the folder when the network is gone, if it was ours to make.
	temporary: Option<tempfile::TempDir>,
	ports: Ports,
	node: Server,
	store: Store,
	workers: Vec<Worker>,
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
		self.store.url()
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
		worker::wait_for(&mut self.workers, chain, pool, count, limit).await
	}

	/// Fails if a process that was started has ended by itself.
	///
	/// # Errors
	/// [`Error::Ended`].
	pub fn check(&mut self) -> Result<(), Error> {
		self.node.check()?;
		self.store.check()?;
		self.workers.iter_mut().try_for_each(|worker| worker.server.check())
	}

	/// Whether worker `index` runs.
	pub fn worker_runs(&mut self, index: usize) -> bool {
		self.workers.get_mut(index).is_some_and(|worker| worker.server.runs())
	}

	/// How worker `index` ended, if it was started and has ended by itself.
	pub fn worker_exited(&mut self, index: usize) -> Option<ExitStatus> {
		self.workers.get_mut(index).and_then(|worker| worker.server.exited())
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
		worker.specify(&spec);
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
		self.store.start().await
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
				return Err(self.node.timed_out("the start of the node", NODE_START));
			}
			tokio::time::sleep(POLL).await;
		}
	}

	/// Stops everything: workers first, so that none of them sees the others go.
	pub async fn shutdown(mut self) {
		worker::stop(&mut self.workers).await;
		self.store.stop().await;
		self.node.stop().await;
	}

	fn worker_mut(&mut self, index: usize) -> Result<&mut Worker, Error> {
		self.workers.get_mut(index).ok_or(Error::NoSuchWorker(index))
	}
}
