//! `tercet demo`: a real job on a real chain, from publication to payment, with every figure checked.

mod ledger;
mod report;

use std::{
	fs,
	path::{Path, PathBuf},
	time::Duration,
};

use anyhow::{bail, Context as _, Result};
use tercet_chain_client::{calls, keys, ChainClient, Keypair};
use tercet_primitives::{
	hashing, AccountId32, Agreement, DeterminismClass, Funding, JobId, JobRequest, JobState,
	Payload, Permill, PoolId, Precision, Redundancy, Variant, VariantId, WorkUnits,
};
use tercet_tensors::TensorMap;
use tercet_walrus_client::WalrusClient;
use tokio::signal::unix::{signal, SignalKind};

use super::{job, model};
use crate::{
	amounts::{size, Amount},
	args::DemoArgs,
	blobs, context,
	context::Context,
	devnet::Devnet,
};

use ledger::{Fees, Snapshot};
use report::Report;

/// What the author earns on top of the executors' pay.
const ROYALTY: Permill = Permill::from_percent(5);

/// Executors of the job: the default redundancy.
const EXECUTORS: u32 = Redundancy::DEFAULT.executors as u32;

/// Memory that the example's session needs, generously.
const MEMORY: u64 = 256 << 20;

/// How long three workers may take to become available.
const PROVIDERS_START: Duration = Duration::from_secs(90);

/// Blocks that the job may take.
const DEADLINE: u32 = 100;

/// The item whose proof is shown.
const PROVED_ITEM: u32 = 7;

/// Shows everything once.
///
/// # Errors
/// If anything fails, or any figure is not what the chain says.
pub async fn run(context: &Context, args: DemoArgs) -> Result<()> {
	let example = Example::load(&args.example)?;
	let mut interrupt = signal(SignalKind::interrupt())?;
	let mut terminate = signal(SignalKind::terminate())?;
	let mut builder = Devnet::builder().workers(EXECUTORS as usize);
	if let Some(dir) = &args.dir {
		builder = builder.dir(dir);
	}
	let spinner = context.out.spinner("starting a node, a store and three workers");
	let mut net = tokio::select! {
		net = builder.start() => net?,
		_ = interrupt.recv() => bail!("interrupted"),
		_ = terminate.recv() => bail!("interrupted"),
	};
	spinner.finish_and_clear();
	context.out.note(format!("node {}, store {}, three workers", net.url(), net.store_url()));
	let shown = tokio::select! {
		shown = show(context, &args, &example, &mut net) => shown,
		_ = interrupt.recv() => Err(anyhow::anyhow!("interrupted")),
		_ = terminate.recv() => Err(anyhow::anyhow!("interrupted")),
	};
	let shown = shown.with_context(|| format!("logs are in {}", net.keep_dir().display()));
	net.shutdown().await;
	let report = shown?;
	context.out.result(&report, || report.to_string())?;
	match report.failed().as_slice() {
		[] => Ok(()),
		failed => bail!("not everything is true on chain: {}", failed.join("; ")),
	}
}

/// What is in the example's folder.
struct Example {
	model: Vec<u8>,
	input: Vec<u8>,
	items: u32,
	labels: Vec<u8>,
}

impl Example {
	fn load(folder: &Path) -> Result<Self> {
		let read = |name: &str| {
			let path: PathBuf = folder.join(name);
			fs::read(&path).with_context(|| {
				format!("cannot read {}; run this in the repository, or say where the example is with --example", path.display())
			})
		};
		let (model, input) = (read("onnx/model_int8.onnx")?, read("held-out.safetensors")?);
		let items = TensorMap::from_bytes(&input).context("held-out.safetensors")?.items();
		let labels = TensorMap::from_bytes(&read("labels.safetensors")?)
			.context("labels.safetensors")?
			.tensor("label")
			.context("labels.safetensors has no tensor `label`")?
			.to_u8()?;
		if labels.len() != items as usize {
			bail!("there are {} labels for {items} items", labels.len());
		}
		Ok(Self { model, input, items, labels })
	}
}

/// Everything between the start and the stop of the network.
async fn show(
	context: &Context,
	args: &DemoArgs,
	example: &Example,
	net: &mut Devnet,
) -> Result<Report> {
	let out = context.out;
	let (author, requester) = (keys::from_uri("//Bob")?, keys::from_uri("//Charlie")?);
	let store = context::store(&[net.store_url()])?;
	let chain = net.connect().await?;

	let pool = publish(context, &chain, &store, &author, example).await?;
	let spinner = out.spinner("workers fetch the model, offer it and become available");
	net.wait_for_providers(&chain, pool, EXECUTORS, PROVIDERS_START).await?;
	spinner.finish_and_clear();
	out.note(format!("{EXECUTORS} providers are available"));

	let accounts = Accounts {
		requester: keys::account_id(&requester),
		author: keys::account_id(&author),
		workers: net.workers().iter().map(|worker| worker.account.clone()).collect(),
	};
	let before = Snapshot::take(&chain, chain.best().await?, &accounts.all()).await?;
	let id = submit(context, &chain, &store, &requester, pool, example, args.price).await?;
	let view = job::follow(&chain, out, id).await?;
	let JobState::Settled { at: settled_at, answer, statement, .. } = &view.job.state else {
		bail!("{}", job::display::details(id, &view));
	};

	let spinner = out.spinner("fetching and checking the result");
	let verified = job::download(&store, out, id, &view).await?;
	let hash = chain.hash_of(*settled_at).await?.context("the settling block is gone")?;
	let after = Snapshot::take(&chain, chain.head(hash).await?, &accounts.all()).await?;
	let fees = Fees::between(&chain, before.head, after.head).await?;
	let submitted =
		chain.hash_of(view.job.submitted_at).await?.context("the first block is gone")?;
	let at = chain.at(hash);
	let slots = at.slot().await?.saturating_sub(chain.at(submitted).slot().await?);
	let proof = verified.prove(id, PROVED_ITEM.min(example.items - 1))?;
	let on_chain = at.verify_item(id, proof.item, proof.digest, proof.proof.clone()).await?;
	let proof_accepted = on_chain.is_ok() && proof.holds(&view.job)?;
	let other = hashing::item_digest(b"what nobody answered");
	let forged = at.verify_item(id, proof.item, other, proof.proof.clone()).await?;
	let forgery_refused = forged.is_err();
	let correct = report::correct(&verified.tensors, &example.labels)?;
	spinner.finish_and_clear();

	Ok(report::Facts {
		id,
		view: &view,
		answer,
		statement: *statement,
		verified: &verified,
		proof,
		proof_accepted,
		forgery_refused,
		correct,
		slots,
		settled_at: *settled_at,
		before: &before,
		after: &after,
		fees: &fees,
		accounts: &accounts,
	}
	.report())
}

/// Whose balances are watched.
struct Accounts {
	requester: AccountId32,
	author: AccountId32,
	workers: Vec<AccountId32>,
}

impl Accounts {
	fn all(&self) -> Vec<AccountId32> {
		let mut all = vec![self.requester.clone(), self.author.clone(), ledger::treasury()];
		all.extend(self.workers.iter().cloned());
		all
	}
}

async fn publish(
	context: &Context,
	chain: &ChainClient,
	store: &WalrusClient,
	author: &Keypair,
	example: &Example,
) -> Result<PoolId> {
	let artifact = blobs::upload(store, context.out, "the model", example.model.clone()).await?;
	let variant = Variant {
		precision: Precision::Int8,
		artifact,
		units_per_item: WorkUnits(1),
		memory: MEMORY,
		agreement: Agreement::Exact,
	};
	let call = calls::publish_model(calls::NewModel {
		name: "digits",
		task: "tensor",
		licence: "Apache-2.0",
		royalty: ROYALTY,
		parent: None,
		derivative_share: Permill::zero(),
		variants: vec![variant],
	});
	let included = chain.submit(author, call).await?;
	let id = model::published(&included)?;
	context.out.note(format!(
		"//Bob published model {id} (digits, int8, {}) in block {}",
		size(example.model.len() as u64),
		included.block.number,
	));
	Ok(PoolId { variant: VariantId { model: id, index: 0 }, class: DeterminismClass::Portable })
}

async fn submit(
	context: &Context,
	chain: &ChainClient,
	store: &WalrusClient,
	requester: &Keypair,
	pool: PoolId,
	example: &Example,
	price: Amount,
) -> Result<JobId> {
	let best = chain.best().await?;
	let redundancy = Redundancy::DEFAULT;
	let quote = chain.at(best.hash).quote(pool, example.items, price.0, redundancy).await?;
	let blob = blobs::upload(store, context.out, "the input", example.input.clone()).await?;
	let request = JobRequest {
		variant: pool.variant,
		class: pool.class,
		items: example.items,
		input: Payload::Blob(blob),
		price: price.0,
		redundancy,
		canary: job::no_canary(),
		funding: Funding::Hold,
		deadline: chain.best().await?.number.saturating_add(DEADLINE),
	};
	let included = chain.submit(requester, calls::submit_job(request)).await?;
	let id = job::submitted(&included)?;
	context.out.note(format!(
		"//Charlie submitted job {id} in block {}: {} items at {price} per unit and executor, cost {}, at worst {}",
		included.block.number,
		example.items,
		Amount(quote.cost),
		Amount(quote.escrow),
	));
	Ok(id)
}
