//! A network with the digits model published and workers that offer it: what the end-to-end tests and
//! the benchmarks run on.

mod cli;
mod clock;
mod disk;
mod haste;
mod jobs;
mod params;
mod polkadot_js;

use std::{
	ops::Deref,
	path::{Path, PathBuf},
	time::Duration,
};

use anyhow::{Context, Result};
use tercet_chain_client::{calls, Head};
use tercet_cli::devnet::{Builder, Devnet, WorkerSpec};
use tercet_primitives::{
	apis::ProviderView, AccountId32, DeterminismClass, PoolId, Redundancy, Variant, VariantId,
};
use tercet_tensors::TensorMap;
use tokio::sync::{Semaphore, SemaphorePermit};

pub use cli::Tercet;
pub use clock::{missing as clocks_missing, Clock};
pub use disk::{missing as disks_missing, Disk};
pub use haste::{hasty, hasty_chain, rewarding_chain};
pub use jobs::{digits, publish, store, Jobs, DEADLINE, PRICE, ROYALTY};
pub use params::Audits;
pub use polkadot_js::polkadot_js;

/// Networks that run at the same time: they mostly wait for slots.
static TURNS: Semaphore = Semaphore::const_new(2);

/// Executors of a job's first round.
pub const EXECUTORS: usize = Redundancy::DEFAULT.executors as usize;

/// How long workers may take to become available.
const AVAILABLE: Duration = Duration::from_secs(90);

/// A running network.
pub struct Net {
	/// Its processes.
	pub devnet: Devnet,
	jobs: Jobs,
	_turn: SemaphorePermit<'static>,
}

/// A network is for jobs: what can be done with those can be done with it.
impl Deref for Net {
	type Target = Jobs;

	fn deref(&self) -> &Jobs {
		&self.jobs
	}
}

impl Net {
	/// Starts a network and publishes the model; `providers` of its workers are available then.
	pub async fn start(builder: Builder, providers: u32) -> Result<Self> {
		let turn = TURNS.acquire().await?;
		let devnet = builder.start().await?;
		let chain = devnet.connect().await?;
		let store = tercet_cli::context::store(&[devnet.store_url()])?;
		// A random audit would need more workers than most tests have.
		params::set_audits(&chain, Audits::Never).await?;
		let jobs = Jobs::open(chain, store).await?;
		let mut net = Self { devnet, jobs, _turn: turn };
		net.wait_for_providers(net.int8, providers).await?;
		Ok(net)
	}

	/// Stops everything; another network may start then.
	pub async fn shutdown(self) {
		self.devnet.shutdown().await;
	}

	/// Publishes another model of one variant, and waits until `providers` offer it.
	pub async fn publish(&mut self, variant: Variant, providers: u32) -> Result<VariantId> {
		let variant = publish(&self.chain, "another", variant).await?;
		self.wait_for_providers(variant, providers).await?;
		Ok(variant)
	}

	/// Waits until so many providers are available for a variant, in the portable class.
	pub async fn wait_for_providers(&mut self, variant: VariantId, providers: u32) -> Result<()> {
		self.wait_for_pool(PoolId { variant, class: DeterminismClass::Portable }, providers).await
	}

	/// Waits until so many providers are available in a pool.
	pub async fn wait_for_pool(&mut self, pool: PoolId, providers: u32) -> Result<()> {
		let Self { devnet, jobs, .. } = self;
		Ok(devnet.wait_for_providers(&jobs.chain, pool, providers, AVAILABLE).await?)
	}

	/// Decides how many jobs are audited from now on.
	pub async fn set_audits(&self, audits: Audits) -> Result<()> {
		params::set_audits(&self.chain, audits).await
	}

	/// Takes workers out of all pools. Their daemons take that for their operator's will, and stay
	/// out.
	pub async fn leave(&self, workers: &[usize]) -> Result<()> {
		self.each(workers, calls::go_unavailable).await
	}

	/// Puts workers back into the pools of their offers.
	pub async fn enter(&self, workers: &[usize]) -> Result<()> {
		self.each(workers, calls::go_available).await
	}

	async fn each(&self, workers: &[usize], call: fn() -> tercet_chain_client::Call) -> Result<()> {
		let submit = workers.iter().map(|index| async move {
			let worker = self.devnet.workers().get(*index).context("no such worker")?;
			self.chain.submit(&worker.key()?, call()).await?;
			anyhow::Ok(())
		});
		futures::future::try_join_all(submit).await?;
		Ok(())
	}

	/// Starts workers again that answer with another model.
	pub fn corrupt(&mut self, workers: &[usize], model: &Path) -> Result<()> {
		for index in workers {
			self.devnet.restart_worker_with(*index, with_model(model))?;
		}
		Ok(())
	}

	/// Starts workers again as they should be.
	pub fn reform(&mut self, workers: &[usize]) -> Result<()> {
		for index in workers {
			self.devnet.restart_worker_with(*index, WorkerSpec::default())?;
		}
		Ok(())
	}

	/// A worker as the chain sees it in a block.
	pub async fn provider(&self, head: Head, worker: usize) -> Result<ProviderView> {
		let account = self.worker_accounts().get(worker).cloned().context("no such worker")?;
		self.chain.at(head.hash).provider(account).await?.context("not a provider")
	}

	/// The command line, against this network and with that key.
	pub fn tercet(&self, key: &str) -> Result<Tercet> {
		Tercet::new(&self.devnet, key)
	}

	/// Accounts of all workers.
	pub fn worker_accounts(&self) -> Vec<AccountId32> {
		self.devnet.workers().iter().map(|worker| worker.account.clone()).collect()
	}
}

/// A worker that answers with another model.
pub fn with_model(model: &Path) -> WorkerSpec {
	WorkerSpec { args: vec!["--replace-model".into(), model.into()], ..WorkerSpec::default() }
}

/// A file of the digits example.
pub fn example(name: &str) -> PathBuf {
	Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/digits").join(name)
}

/// A model for dishonest workers; `models/make.py` makes it.
pub fn dishonest(name: &str) -> PathBuf {
	Path::new(env!("CARGO_MANIFEST_DIR")).join("models").join(name)
}

/// The first `items` held-out images.
pub fn images(items: u32) -> Result<TensorMap> {
	let all = TensorMap::from_bytes(&std::fs::read(example("held-out.safetensors"))?)?;
	first(&all, items)
}

/// The first `items` items of a map.
pub fn first(all: &TensorMap, items: u32) -> Result<TensorMap> {
	let tensors = all.iter().map(|(name, tensor)| {
		let bytes_per_item = tensor.data().len() / all.items() as usize;
		let mut shape = tensor.shape().to_vec();
		shape[0] = items as usize;
		let bytes = tensor.data()[..bytes_per_item * items as usize].to_vec();
		Ok((name.to_string(), tercet_tensors::Tensor::new(tensor.dtype(), shape, bytes)?))
	});
	Ok(TensorMap::new(tensors.collect::<Result<Vec<_>>>()?)?)
}

/// Share of `result`'s predictions that are the digits people wrote.
pub fn accuracy(result: &TensorMap) -> Result<f64> {
	let labels = labels()?;
	let values = result.tensor("logits").context("no logits")?.to_f32()?;
	let right = values.chunks(10).zip(&labels).filter(|(row, label)| {
		let best = row.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).map(|(digit, _)| digit);
		best == Some(usize::from(**label))
	});
	Ok(right.count() as f64 / result.items() as f64)
}

/// The digits that people wrote, in the order of the images.
pub fn labels() -> Result<Vec<u8>> {
	let labels = TensorMap::from_bytes(&std::fs::read(example("labels.safetensors"))?)?;
	Ok(labels.tensor("label").context("no labels")?.to_u8()?)
}
