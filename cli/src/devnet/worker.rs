//! Workers of a network on one machine, and the money that they start with.

use std::{
	ffi::OsString,
	path::{Path, PathBuf},
	time::Duration,
};

use tercet_chain_client::{calls, keys, ChainClient, Keypair};
use tercet_primitives::{AccountId32, Balance, PoolId, Redundancy, TCT};
use tokio::time::Instant;

use super::{ports, Error, Program, Server, POLL};

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

/// What workers of one network have in common.
#[derive(Clone, Debug)]
pub struct Surroundings {
	/// The program.
	pub binary: PathBuf,
	/// Where each of them has a folder and a log.
	pub dir: PathBuf,
	/// Address of the store.
	pub store: String,
	/// ONNX Runtime; what the worker finds itself if `None`.
	pub onnxruntime: Option<PathBuf>,
}

/// A worker of the network.
#[derive(Debug)]
pub struct Worker {
	/// Its process.
	pub server: Server,
	/// The arguments that do not depend on its specification.
	common_args: Vec<OsString>,
	/// Secret URI of its key.
	pub uri: String,
	/// Its account.
	pub account: AccountId32,
	/// Port of its Prometheus metrics.
	pub metrics_port: u16,
}

impl Worker {
	/// The worker of that number, which does not run yet, on the node at `node`.
	///
	/// # Errors
	/// [`Error::Io`] if no port is free.
	pub fn new(
		index: usize,
		node: &str,
		surroundings: &Surroundings,
		spec: &WorkerSpec,
	) -> Result<Self, Error> {
		let Surroundings { binary, dir, store, onnxruntime } = surroundings;
		let name = format!("worker-{index}");
		let uri = format!("//Tercet//worker//{index}");
		let account = keys::account_id(&keys::from_uri(&uri)?);
		let metrics_port = ports::free().map_err(Error::io("cannot find a free port"))?;
		let mut args: Vec<OsString> = vec!["run".into()];
		for (flag, value) in [
			("--node", node),
			("--store", store),
			("--key", &uri),
			("--bond", BOND),
			("--metrics", &format!("127.0.0.1:{metrics_port}")),
		] {
			args.extend([flag.into(), value.into()]);
		}
		args.extend(["--dir".into(), dir.join(&name).into()]);
		if let Some(library) = onnxruntime {
			args.extend(["--onnxruntime".into(), library.into()]);
		}
		let server = Server::new(Program::new(&name, binary.clone(), args.clone(), dir));
		let mut worker = Self { server, common_args: args, uri, account, metrics_port };
		worker.specify(spec);
		Ok(worker)
	}

	/// Decides how it differs from others, from its next start on.
	pub fn specify(&mut self, spec: &WorkerSpec) {
		let mut args = self.common_args.clone();
		let everything = || vec![format!("all={LEAST_PRICE}")];
		for offer in spec.offers.clone().unwrap_or_else(everything) {
			args.extend(["--offer".into(), offer.into()]);
		}
		args.extend(spec.args.iter().cloned());
		self.server.set(args, spec.env.clone());
	}

	/// Its key.
	///
	/// # Errors
	/// Never, for the URIs that a network makes.
	pub fn key(&self) -> Result<Keypair, Error> {
		Ok(keys::from_uri(&self.uri)?)
	}

	/// Its log.
	pub fn log(&self) -> &Path {
		self.server.log()
	}

	/// The arguments it is started with.
	pub fn args(&self) -> &[OsString] {
		&self.server.program().args
	}
}

/// Gives every worker that has less what it needs, in one transaction of //Alice.
///
/// # Errors
/// [`Error::Chain`].
pub async fn fund(chain: &ChainClient, workers: &[Worker]) -> Result<(), Error> {
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

/// Waits until `count` providers are available in `pool`.
///
/// # Errors
/// [`Error::Ended`] if a worker ends meanwhile, [`Error::TimedOut`], [`Error::Chain`].
pub async fn wait_for(
	workers: &mut [Worker],
	chain: &ChainClient,
	pool: PoolId,
	count: u32,
	limit: Duration,
) -> Result<(), Error> {
	let deadline = Instant::now() + limit;
	loop {
		let best = chain.best().await?;
		// The price is high enough for every offer; it does not matter for the count.
		let quote = chain.at(best.hash).quote(pool, 1, TCT, Redundancy::DEFAULT).await?;
		let available = quote.providers;
		if available >= count {
			return Ok(());
		}
		workers.iter_mut().try_for_each(|worker| worker.server.check())?;
		if Instant::now() > deadline {
			let what = format!("{available} of {count} providers are available: the rest");
			let log = workers.first().map(|worker| worker.log().to_path_buf()).unwrap_or_default();
			return Err(Error::timed_out(what, limit, log));
		}
		tokio::time::sleep(POLL).await;
	}
}

/// Asks all to stop, and waits until they have.
pub async fn stop(workers: &mut [Worker]) {
	for worker in workers.iter_mut() {
		worker.server.terminate();
	}
	for worker in workers {
		worker.server.stop().await;
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn specify_replaces_what_an_earlier_specification_decided() {
		let surroundings = Surroundings {
			binary: "/bin/true".into(),
			dir: "/tmp".into(),
			store: "http://127.0.0.1:1".into(),
			onnxruntime: None,
		};
		let spec = WorkerSpec { args: vec!["--abort-at".into()], ..Default::default() };
		let mut worker = Worker::new(0, "ws://127.0.0.1:2", &surroundings, &spec).unwrap();
		let specific = |worker: &Worker| worker.args()[worker.common_args.len()..].to_vec();
		assert_eq!(specific(&worker), ["--offer", "all=0.0001", "--abort-at"]);
		let offers = Some(vec!["0.1=2".to_string()]);
		worker.specify(&WorkerSpec { offers, ..Default::default() });
		assert_eq!(specific(&worker), ["--offer", "0.1=2"]);
	}
}
