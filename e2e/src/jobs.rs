//! Somebody who has jobs done over one connection, and the model that the jobs are about.

use std::time::Duration;

use anyhow::{bail, Context, Result};
use futures::StreamExt;
use tercet_chain_client::{calls, keys, AccountBalance, ChainClient, Head, Keypair};
use tercet_cli::{blobs, commands::job, output::Output, results::Verified};
use tercet_primitives::{
	apis::JobView, AccountId32, Agreement, Balance, BlobRef, BlockNumber, DeterminismClass,
	Funding, JobId, JobRequest, JobState, ModelId, Payload, Permill, Precision, Redundancy,
	Variant, VariantId, WorkUnits, MILLI_TCT,
};
use tercet_walrus_client::WalrusClient;

use crate::{example, images};

/// What every job of the tests pays per work unit.
pub const PRICE: Balance = MILLI_TCT;

/// The author's share on top of what the executors earn.
pub const ROYALTY: Permill = Permill::from_percent(5);

/// How long a job of the tests may take, in blocks: enough for a loaded machine.
pub const DEADLINE: BlockNumber = 60;

/// How long a job may take until it is as wanted.
const PATIENCE: Duration = Duration::from_secs(400);

/// A requester and what it needs.
#[derive(Clone)]
pub struct Jobs {
	/// A connection to a node.
	pub chain: ChainClient,
	/// A client of the store.
	pub store: WalrusClient,
	/// Who submits jobs.
	pub requester: Keypair,
	/// The int8 variant of the digits model.
	pub int8: VariantId,
}

impl Jobs {
	/// Publishes the digits model; jobs are //Bob's.
	pub async fn open(chain: ChainClient, store: WalrusClient) -> Result<Self> {
		let int8 = digits(&store, Precision::Int8, Agreement::Exact).await?;
		let int8 = publish(&chain, "digits", int8).await?;
		Ok(Self { chain, store, requester: keys::from_uri("//Bob")?, int8 })
	}

	/// Waits until a committee has been drawn for the job.
	pub async fn drawn(&self, job: JobId) -> Result<(Head, JobView)> {
		self.wait_for(job, |view| matches!(view.job.state, JobState::Running { .. })).await
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
				// Known a moment ago: where validators' forks compete, not every best block has it.
				let Some(view) = self.chain.at(head.hash).job(job).await? else { continue };
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
			.with_context(|| format!("job {job} did not get there"))?
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

	/// The verified result of a settled job, base and patch, checked in every respect.
	pub async fn result(&self, id: JobId, view: &JobView) -> Result<Verified> {
		// Nothing that concerns the result goes to standard output.
		job::download(&self.store, Output::new(true), id, view).await
	}
}

/// Publishes a model of one variant, whose author is //Charlie.
pub async fn publish(chain: &ChainClient, name: &str, variant: Variant) -> Result<VariantId> {
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
