//! A network with the digits model published and workers that offer it: what the end-to-end tests and
//! the benchmarks run on.

mod cli;
mod params;

use std::{
	path::{Path, PathBuf},
	time::Duration,
};

use anyhow::{bail, Context, Result};
use futures::StreamExt;
use tercet_chain_client::{calls, keys, AccountBalance, ChainClient, Head, Keypair};
use tercet_cli::{
	blobs,
	commands::job,
	devnet::{Builder, Devnet, WorkerSpec},
	output::Output,
	results::Verified,
};
use tercet_primitives::{
	apis::{JobView, ProviderView},
	AccountId32, Agreement, Balance, BlobRef, BlockNumber, DeterminismClass, Funding, JobId,
	JobRequest, JobState, ModelId, Payload, Permill, PoolId, Precision, Redundancy, Variant,
	VariantId, WorkUnits, MILLI_TCT,
};
use tercet_tensors::TensorMap;
use tercet_walrus_client::WalrusClient;
use tokio::sync::{Semaphore, SemaphorePermit};

pub use cli::Tercet;
pub use params::Audits;

/// Networks that run at the same time: they mostly wait for slots.
static TURNS: Semaphore = Semaphore::const_new(2);

/// What every job of the tests pays per work unit.
pub const PRICE: Balance = MILLI_TCT;

/// The author's share on top of what the executors earn.
pub const ROYALTY: Permill = Permill::from_percent(5);

/// How long a job of the tests may take, in blocks: enough for a loaded machine.
pub const DEADLINE: BlockNumber = 60;

/// Executors of a job's first round.
pub const EXECUTORS: usize = Redundancy::DEFAULT.executors as usize;

/// How long workers may take to become available.
const AVAILABLE: Duration = Duration::from_secs(90);

/// How long a job may take until it is as wanted.
const PATIENCE: Duration = Duration::from_secs(400);

/// A running network.
pub struct Net {
	/// Its processes.
	pub devnet: Devnet,
	/// A connection to its node.
	pub chain: ChainClient,
	/// A client of its store.
	pub store: WalrusClient,
	/// Who submits jobs: //Bob.
	pub requester: Keypair,
	/// The int8 variant of the digits model.
	pub int8: VariantId,
	_turn: SemaphorePermit<'static>,
}

impl Net {
	/// Starts a network and publishes the model; `providers` of its workers are available then.
	pub async fn start(builder: Builder, providers: u32) -> Result<Self> {
		let turn = TURNS.acquire().await?;
		let mut devnet = builder.start().await?;
		let chain = devnet.connect().await?;
		let store = tercet_cli::context::store(&[devnet.store_url()])?;
		// A random audit would need more workers than most tests have.
		params::set_audits(&chain, Audits::Never).await?;
		let int8 = digits(&store, Precision::Int8, Agreement::Exact).await?;
		let int8 = publish(&chain, "digits", int8).await?;
		let pool = PoolId { variant: int8, class: DeterminismClass::Portable };
		devnet.wait_for_providers(&chain, pool, providers, AVAILABLE).await?;
		let requester = keys::from_uri("//Bob")?;
		Ok(Self { devnet, chain, store, requester, int8, _turn: turn })
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
		let pool = PoolId { variant, class: DeterminismClass::Portable };
		self.devnet.wait_for_providers(&self.chain, pool, providers, AVAILABLE).await?;
		Ok(())
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

	/// Waits until a committee has been drawn for the job.
	pub async fn drawn(&self, job: JobId) -> Result<(Head, JobView)> {
		self.wait_for(job, |view| matches!(view.job.state, JobState::Running { .. })).await
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

	/// Submits a job over the first `items` held-out images.
	pub async fn submit(&self, items: u32, deadline: BlockNumber) -> Result<JobId> {
		let input = images(items)?.to_canonical_bytes();
		self.submit_payload(items, self.payload(input).await?, deadline).await
	}

	/// Submits a job with any input.
	pub async fn submit_payload(
		&self,
		items: u32,
		input: Payload,
		deadline: BlockNumber,
	) -> Result<JobId> {
		self.submit_request(self.request(items, input, deadline).await?).await
	}

	/// Submits any job.
	pub async fn submit_request(&self, request: JobRequest) -> Result<JobId> {
		let included = self.chain.submit(&self.requester, calls::submit_job(request)).await?;
		job::submitted(&included)
	}

	/// A request for the int8 variant, due `deadline` blocks from now.
	pub async fn request(
		&self,
		items: u32,
		input: Payload,
		deadline: BlockNumber,
	) -> Result<JobRequest> {
		let now = self.chain.best().await?.number;
		Ok(JobRequest {
			variant: self.int8,
			class: DeterminismClass::Portable,
			items,
			input,
			price: PRICE,
			redundancy: Redundancy::DEFAULT,
			canary: job::no_canary(),
			funding: Funding::Hold,
			deadline: now + deadline,
		})
	}

	/// Bytes as a payload: inline if they are few, stored otherwise.
	pub async fn payload(&self, bytes: Vec<u8>) -> Result<Payload> {
		Ok(match bytes.try_into() {
			Ok(inline) => Payload::Inline(inline),
			Err(bytes) => Payload::Blob(store(&self.store, bytes).await?),
		})
	}

	/// Waits until the job has ended; gives the block in which it was seen.
	pub async fn end_of(&self, job: JobId) -> Result<(Head, JobView)> {
		self.wait_for(job, |view| view.job.state.is_terminal()).await
	}

	/// Waits until the job is as wanted.
	pub async fn wait_for(
		&self,
		job: JobId,
		wanted: impl Fn(&JobView) -> bool,
	) -> Result<(Head, JobView)> {
		let wait = async {
			let mut heads = self.chain.heads().await?;
			loop {
				let head = match heads.next().await.context("the subscription ended")? {
					Ok(head) => head,
					Err(_) => continue,
				};
				let view = self.chain.at(head.hash).job(job).await?.context("unknown job")?;
				if wanted(&view) {
					return Ok((head, view));
				}
				if view.job.state.is_terminal() {
					bail!("job {job} ended as {:?}", view.job.state);
				}
			}
		};
		tokio::time::timeout(PATIENCE, wait)
			.await
			.with_context(|| format!("job {job} did not get there; see {:?}", self.devnet.dir()))?
	}

	/// Free balance and holds at the best block.
	pub async fn balance(&self, who: &AccountId32) -> Result<AccountBalance> {
		let best = self.chain.best().await?;
		Ok(self.chain.at(best.hash).balance(who.clone()).await?)
	}

	/// The requester's account.
	pub fn requester_account(&self) -> AccountId32 {
		keys::account_id(&self.requester)
	}

	/// Accounts of all workers.
	pub fn worker_accounts(&self) -> Vec<AccountId32> {
		self.devnet.workers().iter().map(|worker| worker.account.clone()).collect()
	}

	/// The verified result of a settled job, base and patch, checked in every respect.
	pub async fn result(&self, id: JobId, view: &JobView) -> Result<Verified> {
		// Nothing that concerns the result goes to standard output.
		job::download(&self.store, Output::new(true), id, view).await
	}
}

/// A worker that answers with another model.
pub fn with_model(model: &Path) -> WorkerSpec {
	WorkerSpec { args: vec!["--replace-model".into(), model.into()], ..WorkerSpec::default() }
}

/// Publishes a model of one variant, whose author is //Charlie.
async fn publish(chain: &ChainClient, name: &str, variant: Variant) -> Result<VariantId> {
	let author = keys::from_uri("//Charlie")?;
	let call = calls::publish_model(calls::NewModel {
		name,
		task: "tensor",
		licence: "Apache-2.0",
		royalty: ROYALTY,
		parent: None,
		derivative_share: Permill::zero(),
		variants: vec![variant],
	});
	let included = chain.submit(&author, call).await?;
	let event = included.event("ModelRegistry", "Published").context("no Published event")?;
	Ok(VariantId { model: event.decode::<(ModelId,)>()?.0, index: 0 })
}

/// A variant of the digits model, its file stored.
pub async fn digits(
	walrus: &WalrusClient,
	precision: Precision,
	agreement: Agreement,
) -> Result<Variant> {
	let file = match precision {
		Precision::Int8 => "onnx/model_int8.onnx",
		_ => "onnx/model.onnx",
	};
	let artifact = store(walrus, std::fs::read(example(file))?).await?;
	let units_per_item = WorkUnits(1);
	Ok(Variant { precision, artifact, units_per_item, memory: 16 << 20, agreement })
}

/// Stores bytes.
pub async fn store(walrus: &WalrusClient, bytes: Vec<u8>) -> Result<BlobRef> {
	Ok(blobs::to_chain(&walrus.store(bytes).await?.blob_ref()))
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
