//! One node of a network.

use std::{
	ffi::OsString,
	net::Ipv4Addr,
	path::{Path, PathBuf},
	process::{Command, ExitStatus},
	time::Duration,
};

use anyhow::{ensure, Context, Result};
use rand::RngCore;
use tercet_chain_client::ChainClient;
use tercet_cli::devnet::{Program, Server};
use tercet_e2e::{Clock, Disk};
use tokio::time::Instant;

use super::Rpc;

/// MiB that a node on a small disk wants to see free, or else it stops.
const THRESHOLD: &str = "64";

/// How long a node may take to answer after its start: it compiles the runtime first, and all do so at once.
const START: Duration = Duration::from_secs(300);

/// Wait between looks.
const POLL: Duration = Duration::from_millis(100);

/// The validators of the preset `local`, by the flags that give a node their session keys.
pub const KEYS: [&str; 4] = ["alice", "bob", "charlie", "dave"];

/// What is special about a node.
#[derive(Clone, Debug, Default)]
pub struct NodeSpec {
	/// Whose session keys it has, one of [`KEYS`]; a node without authors and votes for nobody.
	pub keys: Option<&'static str>,
	/// It has a clock of its own.
	pub clock: bool,
	/// It has a disk of its own, of that many MiB.
	pub disk: Option<u32>,
	/// It starts from the newest finalized state instead of the first block.
	pub warp: bool,
}

/// Where a node is in the network.
pub(super) struct Place<'a> {
	pub binary: &'a Path,
	pub dir: &'a Path,
	pub chain: &'a str,
	pub name: String,
	/// Address for other nodes, and port.
	pub p2p: (Ipv4Addr, u16),
	/// Address for us, and port.
	pub rpc: (Ipv4Addr, u16),
	/// What the command is run by, if anything.
	pub enter: Vec<OsString>,
}

/// A node, running or not.
#[derive(Debug)]
pub struct Node {
	/// Name, for people and for its log.
	pub name: String,
	/// Its process.
	pub server: Server,
	/// Its clock, if it has one of its own.
	pub clock: Option<Clock>,
	/// Its disk, if it has one of its own.
	pub disk: Option<Disk>,
	/// What it answers.
	pub rpc: Rpc,
	url: String,
	/// Address for other nodes.
	pub(super) address: String,
	/// Arguments but for those about other nodes.
	args: Vec<OsString>,
}

impl Node {
	pub(super) fn new(spec: &NodeSpec, place: Place<'_>) -> Result<Self> {
		let Place { binary, dir, chain, name, p2p, rpc, enter } = place;
		let base = dir.join(&name);
		let disk = spec.disk.map(|size| Disk::mount(&base, size)).transpose()?;
		let clock = spec.clock.then(|| Clock::new(dir, &name)).transpose()?;
		let (key, peer) = node_key(binary, dir, &name)?;
		let listen = format!("/ip4/{}/tcp/{}", p2p.0, p2p.1);
		let mut args: Vec<OsString> = Vec::new();
		for (flag, value) in [
			("--chain", chain.into()),
			("--base-path", base.into_os_string()),
			("--name", name.clone().into()),
			("--node-key-file", key.into_os_string()),
			("--listen-addr", listen.clone().into()),
			("--rpc-port", rpc.1.to_string().into()),
			("--database", "paritydb".into()),
			// With every new block the pool sorts all that waits into a view of that block, and drops
			// what seems to come too early if there is more of it than a tenth of this.
			("--pool-limit", "131072".into()),
			("--pool-kbytes", "262144".into()),
		] {
			args.extend([flag.into(), value]);
		}
		args.extend(["--no-telemetry", "--no-mdns", "--no-prometheus"].map(OsString::from));
		if disk.is_some() {
			// The default is more than such a disk has.
			args.extend(["--db-storage-threshold", THRESHOLD].map(OsString::from));
		}
		if spec.warp {
			args.extend(["--sync", "warp"].map(OsString::from));
		} else {
			// What happened is read from the state of every block.
			args.extend(["--state-pruning", "archive-canonical"].map(OsString::from));
		}
		if let Some(keys) = spec.keys {
			args.push(format!("--{keys}").into());
		}
		if !rpc.0.is_loopback() {
			let open = ["--unsafe-rpc-external", "--rpc-cors", "all", "--rpc-methods", "unsafe"];
			args.extend(open.map(OsString::from));
		}
		let mut program = match enter.split_first() {
			Some((first, rest)) => {
				let rest = rest.iter().cloned().chain([binary.into()]);
				args.splice(0..0, rest);
				Program::new(&name, first.into(), Vec::new(), dir)
			},
			None => Program::new(&name, binary.into(), Vec::new(), dir),
		};
		if let Some(clock) = &clock {
			program.env = clock.env()?;
		}
		Ok(Self {
			name,
			server: Server::new(program),
			clock,
			disk,
			rpc: Rpc::new(format!("http://{}:{}", rpc.0, rpc.1))?,
			url: format!("ws://{}:{}", rpc.0, rpc.1),
			address: format!("{listen}/p2p/{peer}"),
			args,
		})
	}

	/// Tells it, from its next start on, where others are.
	pub(super) fn set_others(&mut self, others: &[String]) {
		let mut args = self.args.clone();
		if !others.is_empty() {
			args.push("--bootnodes".into());
			args.extend(others.iter().map(OsString::from));
		}
		let env = self.server.program().env.clone();
		self.server.set(args, env);
	}

	/// Address of its RPC.
	pub fn url(&self) -> &str {
		&self.url
	}

	/// A connection to it.
	///
	/// # Errors
	/// If it does not answer.
	pub async fn chain(&self) -> Result<ChainClient> {
		ChainClient::connect(&self.url).await.with_context(|| self.name.clone())
	}

	/// Waits until it answers.
	///
	/// # Errors
	/// If it ends, or does not answer in time.
	pub async fn answers(&mut self) -> Result<()> {
		let deadline = Instant::now() + START;
		while self.rpc.peers().await.is_err() {
			self.server.check()?;
			if Instant::now() > deadline {
				return Err(self.server.timed_out(format!("the start of {}", self.name), START))?;
			}
			tokio::time::sleep(POLL).await;
		}
		Ok(())
	}

	/// Waits until it has ended by itself; `None` if it has not in time.
	pub async fn ends(&mut self, limit: Duration) -> Option<ExitStatus> {
		let deadline = Instant::now() + limit;
		while Instant::now() < deadline {
			if let Some(status) = self.server.exited() {
				return Some(status);
			}
			tokio::time::sleep(POLL).await;
		}
		None
	}

	/// Its log.
	///
	/// # Errors
	/// If it cannot be read.
	pub fn log(&self) -> Result<String> {
		std::fs::read_to_string(self.server.log()).with_context(|| self.name.clone())
	}
}

/// A file with a new network key in `dir`, and the identity that belongs to it.
fn node_key(binary: &Path, dir: &Path, name: &str) -> Result<(PathBuf, String)> {
	let mut secret = [0; 32];
	rand::thread_rng().fill_bytes(&mut secret);
	let file = dir.join(format!("{name}.key"));
	std::fs::write(&file, hex::encode(secret)).context("cannot write a node key")?;
	let output = Command::new(binary)
		.args(["key", "inspect-node-key", "--file"])
		.arg(&file)
		.output()
		.context("the node cannot be run")?;
	let peer = String::from_utf8_lossy(&output.stdout).trim().to_string();
	ensure!(output.status.success() && !peer.is_empty(), "no identity: {output:?}");
	Ok((file, peer))
}
