//! A network with the digits model published and workers that offer it: what the end-to-end tests and
//! the benchmarks run on.

use std::{
	path::{Path, PathBuf},
	time::Duration,
};

use anyhow::{bail, ensure, Context, Result};
use futures::StreamExt;
use tercet_chain_client::{calls, keys, AccountBalance, ChainClient, Head, Keypair};
use tercet_cli::{
	blobs,
	devnet::{Builder, Devnet},
};
use tercet_primitives::{
	apis::JobView, AccountId32, Agreement, Balance, BlobRef, BlockNumber, DeterminismClass, JobId,
	JobRequest, JobState, ModelId, Payload, Permill, PoolId, Precision, Variant, VariantId,
	WorkUnits, MILLI_TCT,
};
use tercet_tensors::TensorMap;
use tercet_walrus_client::WalrusClient;
use tokio::sync::{Mutex, MutexGuard};

/// One network at a time.
static TURN: Mutex<()> = Mutex::const_new(());

/// What every job of the tests pays per work unit.
pub const PRICE: Balance = MILLI_TCT;

/// The author's share on top of what the executors earn.
pub const ROYALTY: Permill = Permill::from_percent(5);

/// How long a job of the tests may take, in blocks: enough for a loaded machine.
pub const DEADLINE: BlockNumber = 60;

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
	_turn: MutexGuard<'static, ()>,
}

impl Net {
	/// Starts a network and publishes the model; `providers` of its workers are available then.
	pub async fn start(builder: Builder, providers: u32) -> Result<Self> {
		let turn = TURN.lock().await;
		let mut devnet = builder.start().await?;
		let chain = devnet.connect().await?;
		let store = tercet_cli::context::store(&[devnet.store_url()])?;
		let int8 = publish(&chain, &store).await?;
		let pool = PoolId { variant: int8, class: DeterminismClass::Portable };
		devnet.wait_for_providers(&chain, pool, providers, Duration::from_secs(90)).await?;
		let requester = keys::from_uri("//Bob")?;
		Ok(Self { devnet, chain, store, requester, int8, _turn: turn })
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
		let request = self.request(items, input, deadline).await?;
		let included = self.chain.submit(&self.requester, calls::submit_job(request)).await?;
		let event = included.event("JobMarket", "Submitted").context("no Submitted event")?;
		Ok(event.decode::<(JobId,)>()?.0)
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

	/// Waits until the job is settled or refunded; gives the block in which it was seen.
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
		tokio::time::timeout(Duration::from_secs(240), wait)
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

	/// The verified result of a settled job, checked against digest, size and root.
	pub async fn result(&self, view: &JobView) -> Result<TensorMap> {
		let JobState::Settled { answer, .. } = &view.job.state else {
			bail!("not settled: {:?}", view.job.state)
		};
		let bytes = match &answer.output {
			Payload::Inline(bytes) => bytes.to_vec(),
			Payload::Blob(blob) => self.store.read(&blobs::to_store(blob)).await?.to_vec(),
		};
		let result = TensorMap::from_bytes(&bytes)?;
		ensure!(result.root() == answer.root, "the result does not lead to the agreed root");
		Ok(result)
	}
}

/// Publishes the digits model, whose author is //Charlie.
async fn publish(chain: &ChainClient, walrus: &WalrusClient) -> Result<VariantId> {
	let author = keys::from_uri("//Charlie")?;
	let artifact = store(walrus, std::fs::read(example("onnx/model_int8.onnx"))?).await?;
	let variant = Variant {
		precision: Precision::Int8,
		artifact,
		units_per_item: WorkUnits(1),
		memory: 16 << 20,
		agreement: Agreement::Exact,
	};
	let call = calls::publish_model("digits", "tensor", "Apache-2.0", ROYALTY, vec![variant]);
	let included = chain.submit(&author, call).await?;
	let event = included.event("ModelRegistry", "Published").context("no Published event")?;
	Ok(VariantId { model: event.decode::<(ModelId,)>()?.0, index: 0 })
}

/// Stores bytes.
pub async fn store(walrus: &WalrusClient, bytes: Vec<u8>) -> Result<BlobRef> {
	Ok(blobs::to_chain(&walrus.store(bytes).await?.blob_ref()))
}

/// A file of the digits example.
pub fn example(name: &str) -> PathBuf {
	Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/digits").join(name)
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
