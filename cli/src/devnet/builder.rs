//! Decides what a devnet consists of, and starts it.

use std::{
	env,
	ffi::OsString,
	fs,
	path::{Path, PathBuf},
};

use super::{
	binaries::{find, search_path},
	worker::fund,
	Devnet, Error, Ports, Program, Server, Store, Surroundings, Worker, WorkerSpec,
};

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
		let store = find("tercet-store", &folders)?;
		let mut net = Devnet {
			node: Server::new(self.node(find("tercet-node", &folders)?, &dir, ports)),
			store: Store::new(store, &dir, ports.store, &self.store_args),
			workers: Vec::new(),
			temporary,
			dir: dir.clone(),
			ports,
		};
		let variable = || env::var_os("ORT_DYLIB_PATH").map(PathBuf::from);
		let surroundings = Surroundings {
			binary: worker_binary,
			dir,
			store: net.store_url(),
			onnxruntime: self.onnxruntime.clone().or_else(variable),
		};
		for (index, spec) in self.workers.iter().enumerate() {
			net.workers.push(Worker::new(index, &net.url(), &surroundings, spec)?);
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
		Program::new("node", binary, args, dir)
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[tokio::test]
	async fn start_fails_when_the_programs_are_missing() {
		let empty = tempfile::tempdir().unwrap();
		let error = Devnet::builder().workers(1).bin_dir(empty.path()).start().await.err().unwrap();
		assert!(matches!(error, Error::MissingBinary { name: "tercet-worker", .. }), "{error}");
	}
}
