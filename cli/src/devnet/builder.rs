//! Decides what a devnet consists of, and starts it.

use std::{
	env,
	ffi::OsString,
	fs,
	path::{Path, PathBuf},
};

use tercet_chain_client::{calls, keys, ChainClient};
use tercet_primitives::{Balance, TCT};

use super::{
	binaries::{find, search_path},
	ports, Devnet, Error, Ports, Program, Server, Worker,
};

/// What each worker's account gets: its bond and plenty for fees.
const FUNDS: Balance = 20_000 * TCT;

/// What each worker bonds, in TCT.
const BOND: &str = "5000";

/// What workers accept per work unit, in TCT, unless their specification says otherwise.
const LEAST_PRICE: &str = "0.0001";

/// A worker that differs from the others.
#[derive(Clone, Debug, Default)]
pub struct WorkerSpec {
	/// Offers (`MODEL.VARIANT=PRICE` or `all=PRICE`, prices in TCT per work unit) instead of one for
	/// everything.
	pub offers: Option<Vec<String>>,
	/// Arguments after those that every worker gets, such as `--abort-at committed`.
	pub args: Vec<OsString>,
	/// Variables added to its environment.
	pub env: Vec<(OsString, OsString)>,
}

/// Decides what a [`Devnet`] consists of.
#[derive(Clone, Debug, Default)]
pub struct Builder {
	workers: Vec<WorkerSpec>,
	dir: Option<PathBuf>,
	ports: Option<Ports>,
	bin_dir: Option<PathBuf>,
	onnxruntime: Option<PathBuf>,
	node_args: Vec<OsString>,
	store_args: Vec<OsString>,
}

impl Builder {
	/// Adds `count` ordinary workers: they bond, offer every variant, and are available.
	pub fn workers(mut self, count: usize) -> Self {
		self.workers.extend(std::iter::repeat_with(WorkerSpec::default).take(count));
		self
	}

	/// Adds one worker.
	pub fn worker(mut self, spec: WorkerSpec) -> Self {
		self.workers.push(spec);
		self
	}

	/// Where data and logs go; a temporary folder by default. What is there already is used.
	pub fn dir(mut self, dir: impl Into<PathBuf>) -> Self {
		self.dir = Some(dir.into());
		self
	}

	/// Which ports are used; free ones by default.
	pub fn ports(mut self, ports: Ports) -> Self {
		self.ports = Some(ports);
		self
	}

	/// Where the programs are; see [`search_path`] for the default.
	pub fn bin_dir(mut self, dir: impl Into<PathBuf>) -> Self {
		self.bin_dir = Some(dir.into());
		self
	}

	/// The ONNX Runtime library that workers load; what `ORT_DYLIB_PATH` names by default.
	pub fn onnxruntime(mut self, library: impl Into<PathBuf>) -> Self {
		self.onnxruntime = Some(library.into());
		self
	}

	/// Adds an argument for the node.
	pub fn node_arg(mut self, arg: impl Into<OsString>) -> Self {
		self.node_args.push(arg.into());
		self
	}

	/// Adds an argument for the store.
	pub fn store_arg(mut self, arg: impl Into<OsString>) -> Self {
		self.store_args.push(arg.into());
		self
	}

	/// Starts node and store, waits until they work, funds the workers' accounts and starts the
	/// workers. They are ready a few blocks later:
	/// [`wait_for_providers`](Devnet::wait_for_providers).
	///
	/// # Errors
	/// Any [`Error`]. Nothing is left running then.
	pub async fn start(self) -> Result<Devnet, Error> {
		let (dir, temporary) = self.make_dir()?;
		let ports = match self.ports {
			Some(ports) => ports,
			None => Ports::free().map_err(Error::io("cannot find free ports"))?,
		};
		let folders = self.bin_dir.clone().map_or_else(search_path, |folder| vec![folder]);
		let worker_binary = match self.workers.as_slice() {
			[] => PathBuf::new(),
			_ => find("tercet-worker", &folders)?,
		};
		let stopped = |program| Server { program, process: None };
		let mut net = Devnet {
			node: stopped(self.node(find("tercet-node", &folders)?, &dir, ports)),
			store: stopped(self.store(find("tercet-store", &folders)?, &dir, ports)),
			workers: Vec::new(),
			temporary,
			dir,
			ports,
		};
		for (index, spec) in self.workers.iter().enumerate() {
			let worker = self.worker_of(index, spec, &worker_binary, &net)?;
			net.workers.push(worker);
		}
		net.start_store().await?;
		net.start_node().await?;
		fund(&net.connect().await?, &net.workers).await?;
		for worker in &mut net.workers {
			worker.server.restart()?;
		}
		Ok(net)
	}

	fn make_dir(&self) -> Result<(PathBuf, Option<tempfile::TempDir>), Error> {
		match &self.dir {
			Some(dir) => {
				fs::create_dir_all(dir)
					.map_err(Error::io(format!("cannot create {}", dir.display())))?;
				let dir = dir
					.canonicalize()
					.map_err(Error::io(format!("cannot find {}", dir.display())))?;
				Ok((dir, None))
			},
			None => {
				let temporary = tempfile::Builder::new()
					.prefix("tercet-devnet-")
					.tempdir()
					.map_err(Error::io("cannot create a temporary folder"))?;
				Ok((temporary.path().to_path_buf(), Some(temporary)))
			},
		}
	}

	fn node(&self, binary: PathBuf, dir: &Path, ports: Ports) -> Program {
		let mut args: Vec<OsString> = vec!["--dev".into(), "--base-path".into()];
		args.push(dir.join("node").into());
		for (flag, port) in [
			("--rpc-port", ports.rpc),
			("--port", ports.p2p),
			("--prometheus-port", ports.prometheus),
		] {
			args.extend([flag.into(), port.to_string().into()]);
		}
		args.extend(["--no-telemetry", "--no-mdns"].map(OsString::from));
		args.extend(self.node_args.iter().cloned());
		program("node", binary, args, dir)
	}

	fn store(&self, binary: PathBuf, dir: &Path, ports: Ports) -> Program {
		let listen = format!("127.0.0.1:{}", ports.store);
		let mut args: Vec<OsString> = vec!["--listen".into(), listen.into(), "--dir".into()];
		args.push(dir.join("store").into());
		args.extend(self.store_args.iter().cloned());
		program("store", binary, args, dir)
	}

	fn worker_of(
		&self,
		index: usize,
		spec: &WorkerSpec,
		binary: &Path,
		net: &Devnet,
	) -> Result<Worker, Error> {
		let name = format!("worker-{index}");
		let uri = format!("//Tercet//worker//{index}");
		let account = keys::account_id(&keys::from_uri(&uri)?);
		let metrics_port = ports::free().map_err(Error::io("cannot find a free port"))?;
		let mut args: Vec<OsString> = vec!["run".into()];
		for (flag, value) in [
			("--node", net.url()),
			("--store", net.store_url()),
			("--key", uri.clone()),
			("--bond", BOND.into()),
			("--metrics", format!("127.0.0.1:{metrics_port}")),
		] {
			args.extend([flag.into(), value.into()]);
		}
		args.extend(["--dir".into(), net.dir.join(&name).into()]);
		let variable = || env::var_os("ORT_DYLIB_PATH").map(PathBuf::from);
		if let Some(library) = self.onnxruntime.clone().or_else(variable) {
			args.extend(["--onnxruntime".into(), library.into()]);
		}
		let mut program = program(&name, binary.to_path_buf(), args, &net.dir);
		let common_args = program.args.clone();
		apply(&mut program, &common_args, spec);
		let server = Server { program, process: None };
		Ok(Worker { server, common_args, uri, account, metrics_port })
	}
}

/// Sets what a specification decides: everything after the arguments that every worker gets.
pub(super) fn apply(program: &mut Program, common: &[OsString], spec: &WorkerSpec) {
	program.args = common.to_vec();
	let everything = || vec![format!("all={LEAST_PRICE}")];
	for offer in spec.offers.clone().unwrap_or_else(everything) {
		program.args.extend(["--offer".into(), offer.into()]);
	}
	program.args.extend(spec.args.iter().cloned());
	program.env.clone_from(&spec.env);
}

fn program(name: &str, binary: PathBuf, args: Vec<OsString>, dir: &Path) -> Program {
	let log = dir.join(format!("{name}.log"));
	Program { name: name.into(), binary, args, env: Vec::new(), log }
}

/// Gives every worker that has less what it needs, in one transaction of //Alice.
async fn fund(chain: &ChainClient, workers: &[Worker]) -> Result<(), Error> {
	let at = chain.at(chain.best().await?.hash);
	let mut transfers = Vec::new();
	for worker in workers {
		let missing = FUNDS.saturating_sub(at.balance(worker.account.clone()).await?.total());
		// A devnet that is started again has spent a little on fees; that needs no filling up.
		if missing > FUNDS / 2 {
			transfers.push(calls::transfer_keep_alive(worker.account.clone(), missing));
		}
	}
	if !transfers.is_empty() {
		chain.submit(&keys::from_uri("//Alice")?, calls::batch_all(transfers)).await?;
	}
	Ok(())
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn apply_replaces_what_an_earlier_specification_decided() {
		let common = ["run".into()];
		let mut worker = program("worker", "/bin/true".into(), vec![], Path::new("/tmp"));
		let spec = WorkerSpec { args: vec!["--abort-at".into()], ..Default::default() };
		apply(&mut worker, &common, &spec);
		assert_eq!(worker.args, ["run", "--offer", "all=0.0001", "--abort-at"]);
		let offers = Some(vec!["0.1=2".to_string()]);
		apply(&mut worker, &common, &WorkerSpec { offers, ..Default::default() });
		assert_eq!(worker.args, ["run", "--offer", "0.1=2"]);
	}

	#[tokio::test]
	async fn start_fails_when_the_programs_are_missing() {
		let empty = tempfile::tempdir().unwrap();
		let error = Devnet::builder().workers(1).bin_dir(empty.path()).start().await.err().unwrap();
		assert!(matches!(error, Error::MissingBinary { name: "tercet-worker", .. }), "{error}");
	}
}
