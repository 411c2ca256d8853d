//! Starts and stops the processes of a network.
//!
//! ```no_run
//! # async fn run() -> anyhow::Result<()> {
//! use tercet_zombienet::Network;
//!
//! let mut net = Network::builder().validators(4).workers(3).start().await?;
//! net.node(1)?.server.kill();
//! net.restart(1).await?;
//! let job = net.submit(8).await?;
//! net.ended(job).await?;
//! net.shutdown().await;
//! # Ok(())
//! # }
//! ```

mod node;
mod rpc;
mod wires;

use std::{
	env,
	net::Ipv4Addr,
	path::{Path, PathBuf},
	time::Duration,
};

use anyhow::{bail, ensure, Context, Result};
use tercet_chain_client::ChainClient;
use tercet_cli::devnet::{
	find_binary, free_port, fund, search_path, stop_workers, wait_for_providers, Store,
	Surroundings, Worker, WorkerSpec,
};
use tercet_e2e::{hasty, Jobs};
use tercet_primitives::{apis::JobView, DeterminismClass, JobId, PoolId};
use tokio::{process::Command, time::Instant};

pub use node::{Node, NodeSpec, KEYS};
pub use rpc::Rpc;
pub use wires::{missing as wires_missing, Side, Wires};

/// How long workers may take to become available.
const AVAILABLE: Duration = Duration::from_secs(240);

/// How long a job may take until its end is final.
const PATIENCE: Duration = Duration::from_secs(720);

/// Blocks that a job may take. Each step of it has a quarter of them: enough to answer after a fault in
/// its middle, even where a node takes a minute to start.
pub const DEADLINE: u32 = 240;

/// Wait between looks.
const POLL: Duration = Duration::from_millis(300);

/// Decides what a [`Network`] consists of.
#[derive(Clone, Debug)]
pub struct Builder {
	nodes: Vec<NodeSpec>,
	workers: usize,
	isolated: bool,
	chain: String,
	haste: Option<u32>,
}

/// A running network.
pub struct Network {
	workers: Vec<Worker>,
	nodes: Vec<Node>,
	store: Store,
	jobs: Option<Jobs>,
	/// Every job that was submitted.
	pub submitted: Vec<JobId>,
	/// Nodes that were ever made, for names that are used once.
	made: usize,
	wires: Option<Wires>,
	binary: PathBuf,
	chain: String,
	dir: PathBuf,
	/// Deletes the folder when all is gone.
	temporary: Option<tempfile::TempDir>,
}

impl Default for Builder {
	fn default() -> Self {
		Self { nodes: Vec::new(), workers: 0, isolated: false, chain: "local".into(), haste: None }
	}
}

impl Builder {
	/// Adds so many validators, four at most.
	pub fn validators(mut self, count: usize) -> Self {
		let specs = KEYS.iter().take(count);
		self.nodes.extend(specs.map(|keys| NodeSpec { keys: Some(keys), ..Default::default() }));
		self
	}

	/// Changes what is special about a node.
	pub fn special(mut self, node: usize, change: impl FnOnce(&mut NodeSpec)) -> Self {
		if let Some(spec) = self.nodes.get_mut(node) {
			change(spec);
		}
		self
	}

	/// Adds workers. They are on the nodes in turn; jobs come through the last node.
	pub fn workers(mut self, count: usize) -> Self {
		self.workers += count;
		self
	}

	/// Gives every node a network namespace; see [`wires_missing`].
	pub fn isolated(mut self) -> Self {
		self.isolated = true;
		self
	}

	/// Name or file of the chain's spec; `local` by default.
	pub fn chain(mut self, chain: impl Into<String>) -> Self {
		self.chain = chain.into();
		self
	}

	/// Divides the lengths of sessions, eras and votes, more than the spec does. For chains that the
	/// node knows by name.
	pub fn haste(mut self, haste: u32) -> Self {
		self.haste = Some(haste);
		self
	}

	/// Starts everything, and waits until all nodes follow one chain, and the workers are available.
	///
	/// # Errors
	/// If something does not start. Nothing is left running then.
	pub async fn start(self) -> Result<Network> {
		let temporary = tempfile::Builder::new().prefix("tercet-network-").tempdir()?;
		let dir = temporary.path().to_path_buf();
		let folders = search_path();
		let wires = self.isolated.then(|| Wires::lay(self.nodes.len())).transpose()?;
		let store = find_binary("tercet-store", &folders)?;
		let binary = find_binary("tercet-node", &folders)?;
		let chain = match self.haste {
			Some(haste) => hasty(&dir, &self.chain, haste).await?.to_string_lossy().into_owned(),
			None => self.chain,
		};
		let chain = raw_spec(&binary, &dir, &chain).await?;
		let mut net = Network {
			workers: Vec::new(),
			nodes: Vec::new(),
			store: Store::new(store, &dir, free_port()?, &[]),
			jobs: None,
			submitted: Vec::new(),
			made: 0,
			wires,
			binary,
			chain,
			dir,
			temporary: Some(temporary),
		};
		for spec in &self.nodes {
			net.make(spec)?;
		}
		for node in 0..net.nodes.len() {
			net.introduce(node)?;
			net.node(node)?.server.restart()?;
		}
		let started = net.begin(self.workers, &folders).await;
		if let Err(error) = started {
			let dir = net.keep_dir().display().to_string();
			return Err(error.context(format!("logs are in {dir}")));
		}
		Ok(net)
	}
}

impl Network {
	/// A network with nothing decided yet.
	pub fn builder() -> Builder {
		Builder::default()
	}

	/// Waits for the nodes, and starts the rest.
	async fn begin(&mut self, workers: usize, folders: &[PathBuf]) -> Result<()> {
		for node in &mut self.nodes {
			node.answers().await?;
		}
		self.makes_blocks().await?;
		if workers == 0 {
			return Ok(());
		}
		self.store.start().await?;
		let surroundings = Surroundings {
			binary: find_binary("tercet-worker", folders)?,
			dir: self.dir.clone(),
			store: self.store.url(),
			onnxruntime: env::var_os("ORT_DYLIB_PATH").map(PathBuf::from),
		};
		for index in 0..workers {
			let node = &self.nodes[index % self.nodes.len()];
			let spec = WorkerSpec::default();
			self.workers.push(Worker::new(index, node.url(), &surroundings, &spec)?);
		}
		let last = self.nodes.last().context("workers need a node")?;
		let chain = last.chain().await?;
		fund(&chain, &self.workers).await?;
		for worker in &mut self.workers {
			worker.server.restart()?;
		}
		let store = tercet_cli::context::store(&[self.store.url()])?;
		let jobs = Jobs::open(chain, store).await?;
		let pool = PoolId { variant: jobs.int8, class: DeterminismClass::Portable };
		let count = workers as u32;
		wait_for_providers(&mut self.workers, &jobs.chain, pool, count, AVAILABLE).await?;
		self.jobs = Some(jobs);
		Ok(())
	}

	/// Waits until all nodes have a block.
	async fn makes_blocks(&mut self) -> Result<()> {
		/// For the first slot and its way through the network.
		const FIRST: Duration = Duration::from_secs(120);
		let deadline = Instant::now() + FIRST;
		for node in &mut self.nodes {
			let chain = node.chain().await?;
			while chain.best().await?.number == 0 {
				node.server.check()?;
				if Instant::now() > deadline {
					return Err(node.server.timed_out("the first block", FIRST))?;
				}
				tokio::time::sleep(POLL).await;
			}
		}
		Ok(())
	}

	/// Adds a node and starts it. Not for isolated networks.
	///
	/// # Errors
	/// If it does not start.
	pub async fn add(&mut self, spec: &NodeSpec) -> Result<usize> {
		let node = self.make(spec)?;
		self.introduce(node)?;
		self.restart(node).await?;
		Ok(node)
	}

	/// Kills the newest node, and forgets it.
	pub fn remove_last(&mut self) {
		self.nodes.pop();
	}

	/// Makes a node that does not run yet.
	fn make(&mut self, spec: &NodeSpec) -> Result<usize> {
		const RPC: u16 = 9944;
		const P2P: u16 = 30333;
		let index = self.nodes.len();
		let taken = |name: &str| self.nodes.iter().any(|node| node.name == name);
		let name = match spec.keys {
			Some(keys) if !taken(keys) => keys.to_string(),
			Some(keys) => format!("{keys}-{}", self.made),
			None => format!("node-{}", self.made),
		};
		self.made += 1;
		let (p2p, rpc, enter) = match &self.wires {
			Some(wires) => {
				((wires.p2p(index), P2P), (wires.control(index), RPC), wires.enter(index))
			},
			None => {
				let local = |port| (Ipv4Addr::LOCALHOST, port);
				(local(free_port()?), local(free_port()?), Vec::new())
			},
		};
		let (binary, dir, chain) = (self.binary.as_path(), self.dir.as_path(), self.chain.as_str());
		let place = node::Place { binary, dir, chain, name, p2p, rpc, enter };
		let node = Node::new(spec, place)?;
		self.nodes.push(node);
		Ok(index)
	}

	/// Tells a node where the others are.
	fn introduce(&mut self, node: usize) -> Result<()> {
		let others = self.nodes.iter().enumerate().filter(|(index, _)| *index != node);
		let others = others.map(|(_, other)| other.address.clone()).collect::<Vec<_>>();
		self.node(node)?.set_others(&others);
		Ok(())
	}

	/// Starts a node on the state that it left, and waits until it answers. Kills it first if it
	/// still runs.
	///
	/// # Errors
	/// If it does not start.
	pub async fn restart(&mut self, node: usize) -> Result<()> {
		let node = self.node(node)?;
		node.server.restart()?;
		node.answers().await
	}

	/// A node.
	///
	/// # Errors
	/// If there is none of that number.
	pub fn node(&mut self, index: usize) -> Result<&mut Node> {
		self.nodes.get_mut(index).with_context(|| format!("there is no node {index}"))
	}

	/// How many nodes there are, running or not.
	pub fn count(&self) -> usize {
		self.nodes.len()
	}

	/// The nodes that run.
	pub fn running(&mut self) -> Vec<usize> {
		let nodes = self.nodes.iter_mut().enumerate();
		nodes.filter_map(|(index, node)| node.server.runs().then_some(index)).collect()
	}

	/// Connections to nodes.
	///
	/// # Errors
	/// If one does not answer.
	pub async fn chains(&self, nodes: &[usize]) -> Result<Vec<ChainClient>> {
		let mut chains = Vec::new();
		for index in nodes {
			let node = self.nodes.get(*index).with_context(|| format!("no node {index}"))?;
			chains.push(node.chain().await?);
		}
		Ok(chains)
	}

	/// The workers, running or not.
	pub fn workers(&mut self) -> &mut [Worker] {
		&mut self.workers
	}

	/// Moves nodes to the other switch, away from the rest.
	///
	/// # Errors
	/// If the network is not isolated.
	pub fn split(&self, nodes: &[usize]) -> Result<()> {
		self.plug(nodes, Side::Right)
	}

	/// Joins the network again.
	///
	/// # Errors
	/// If the network is not isolated.
	pub fn join(&self) -> Result<()> {
		self.plug(&(0..self.nodes.len()).collect::<Vec<_>>(), Side::Left)
	}

	fn plug(&self, nodes: &[usize], side: Side) -> Result<()> {
		let wires = self.wires.as_ref().context("nodes have no namespaces of their own")?;
		nodes.iter().try_for_each(|node| wires.plug(*node, side))
	}

	/// The requester.
	///
	/// # Errors
	/// If the network has no workers.
	pub fn jobs(&self) -> Result<&Jobs> {
		self.jobs.as_ref().context("a network without workers has no jobs")
	}

	/// Submits a job of so many items through the last validator.
	///
	/// # Errors
	/// If it is refused.
	pub async fn submit(&mut self, items: u32) -> Result<JobId> {
		let job = self.jobs()?.submit(items, DEADLINE).await?;
		self.submitted.push(job);
		Ok(job)
	}

	/// Waits until the end of a job is final, on a node that runs.
	///
	/// # Errors
	/// If that takes too long.
	pub async fn ended(&mut self, job: JobId) -> Result<JobView> {
		let first = *self.running().first().context("no node runs")?;
		let chain = self.node(first)?.chain().await?;
		let deadline = Instant::now() + PATIENCE;
		loop {
			let finalized = chain.finalized().await?;
			let view = chain.at(finalized.hash).job(job).await?;
			match view {
				Some(view) if view.job.state.is_terminal() => return Ok(view),
				view if Instant::now() > deadline => {
					let state = view.map(|view| view.job.state);
					bail!("job {job} has not ended in block {}: {state:?}", finalized.number)
				},
				_ => tokio::time::sleep(POLL).await,
			}
		}
	}

	/// Folder with data and logs.
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

	/// Stops everything: workers first, so that none of them sees the others go.
	pub async fn shutdown(mut self) {
		stop_workers(&mut self.workers).await;
		self.store.stop().await;
		for node in &mut self.nodes {
			node.server.terminate();
		}
		for node in &mut self.nodes {
			node.server.stop().await;
		}
	}
}

/// Writes the raw spec of a chain into `dir`. To make the first block from a plain one takes longer
/// than all the rest of a node's start; so it is done once.
async fn raw_spec(binary: &Path, dir: &Path, chain: &str) -> Result<String> {
	let args = ["export-chain-spec", "--raw", "--chain", chain];
	let export =
		Command::new(binary).args(args).output().await.context("the node cannot be run")?;
	ensure!(export.status.success(), "{}", String::from_utf8_lossy(&export.stderr));
	let path = dir.join("raw.json");
	std::fs::write(&path, &export.stdout).context("cannot write a chain spec")?;
	Ok(path.to_string_lossy().into_owned())
}
