//! `tercet job receipt` and `tercet job verify-receipt`.

use std::{fs, time::Duration};

use anyhow::{bail, Context as _, Result};
use serde_json::json;
use subxt::rpcs::client::{RpcClient, RpcParams};
use tercet_chain_client::{At, ChainClient, Head};
use tercet_primitives::{apis::JobView, JobId, JobState, H256};

use super::{display, download};
use crate::{
	amounts::{number, size, Amount},
	args::{ReceiptArgs, VerifyReceiptArgs},
	blobs,
	context::{self, Context},
	output::{facts, table},
	receipt::{
		committee_key, job_key, model_key, verdict_key, Block, Entry, Header, Hex, Proven, Receipt,
		Records, VERSION,
	},
	storage,
};

/// How long finality may lag behind the end of a job.
const PATIENCE: Duration = Duration::from_secs(120);

/// Wait between looks at the finalized block.
const POLL: Duration = Duration::from_secs(1);

pub(super) async fn make(context: &Context, args: ReceiptArgs) -> Result<()> {
	let id = args.id;
	let (chain, _, at) = context.best().await?;
	let view = context::job(&at, id).await?;
	if !view.job.state.is_terminal() {
		bail!("job {id} {}: a receipt is of a job that has ended", display::state(&view));
	}
	let (head, view) = finalized(context, &chain, id).await?;

	let wanted = match args.all_items {
		true => (0..view.job.request.items).collect(),
		false => args.items,
	};
	let mut items = Vec::new();
	if !wanted.is_empty() {
		let verified = download(&context.store()?, context.out, id, &view).await?;
		for item in wanted {
			match verified.prove(id, item) {
				// Asked for one by one, each must be there; of all, those that are.
				Err(error) if args.all_items => tracing::warn!(%error, "left out"),
				proof => items.push(proof?),
			}
		}
	}

	let node = Node::connect(context.url()).await?;
	let state = chain.at(head.hash);
	let receipt = Receipt {
		version: VERSION,
		job: id,
		block: Block { hash: head.hash, header: node.header(head.hash).await? },
		records: records(&state, id, &view).await?,
		proof: Vec::new(),
		items,
	};
	let keys = receipt.records.keys(id);
	let receipt = Receipt { proof: node.proof(&keys, head.hash).await?, ..receipt };
	let proven = receipt.verify(Some(head.hash)).context("the node gave a proof that is none")?;
	let bytes = serde_json::to_vec_pretty(&receipt)?;
	fs::write(&args.out, &bytes).with_context(|| format!("cannot write {}", args.out.display()))?;
	let value = json!({
		"file": args.out,
		"bytes": bytes.len(),
		"block": head,
		"proven": proven,
	});
	context.out.result(&value, || {
		format!(
			"{} ({}) proves what job {id} covered in the state of block {}\n  tercet job verify-receipt {} --block-hash {:?}",
			args.out.display(),
			size(bytes.len() as u64),
			head.number,
			args.out.display(),
			head.hash,
		)
	})
}

/// The first finalized block whose state has the end of the job.
async fn finalized(context: &Context, chain: &ChainClient, id: JobId) -> Result<(Head, JobView)> {
	let spinner = context.out.spinner("waiting for finality");
	let wait = async {
		loop {
			let head = chain.finalized().await?;
			match chain.at(head.hash).job(id).await? {
				Some(view) if view.job.state.is_terminal() => return anyhow::Ok((head, view)),
				_ => tokio::time::sleep(POLL).await,
			}
		}
	};
	let found = tokio::time::timeout(PATIENCE, wait)
		.await
		.context("the end of the job is not final yet; try again later")?;
	spinner.finish_and_clear();
	found
}

async fn records(state: &At, id: JobId, view: &JobView) -> Result<Records> {
	let entry = |key: Vec<u8>| async move {
		let value = state.storage(&key).await?;
		anyhow::Ok(value.map(|value| Entry { key: Hex(key), value: Hex(value) }))
	};
	Ok(Records {
		genesis: entry(storage::genesis_hash())
			.await?
			.context("the chain does not keep its first block's hash")?,
		job: entry(job_key(id)).await?.context("the job was pruned")?,
		committee: entry(committee_key(id)).await?,
		verdict: entry(verdict_key(id)).await?,
		model: entry(model_key(&view.job)).await?.context("the model is gone")?,
	})
}

impl Records {
	/// Keys that the proof must cover. That a record is absent is proven, too.
	fn keys(&self, id: JobId) -> Vec<Vec<u8>> {
		let known = [&self.genesis, &self.job, &self.model].map(|entry| entry.key.0.clone());
		known.into_iter().chain([committee_key(id), verdict_key(id)]).collect()
	}
}

/// What only a receipt asks of a node.
struct Node(RpcClient);

impl Node {
	async fn connect(url: &str) -> Result<Self> {
		let client = RpcClient::from_insecure_url(url).await;
		Ok(Self(client.with_context(|| format!("cannot reach the node at {url}"))?))
	}

	async fn header(&self, block: H256) -> Result<Header> {
		let mut params = RpcParams::new();
		params.push(block)?;
		let header: Option<_> = self.0.request("chain_getHeader", params).await?;
		header.context("the node has no such block any more")
	}

	async fn proof(&self, keys: &[Vec<u8>], block: H256) -> Result<Vec<Hex>> {
		#[derive(serde::Deserialize)]
		struct ReadProof {
			proof: Vec<Hex>,
		}
		let keys = keys.iter().cloned().map(Hex).collect::<Vec<_>>();
		let mut params = RpcParams::new();
		params.push(keys)?;
		params.push(block)?;
		let proof: ReadProof = self.0.request("state_getReadProof", params).await?;
		Ok(proof.proof)
	}
}

/// Checks a receipt; needs no node.
pub(super) fn verify(context: &Context, args: VerifyReceiptArgs) -> Result<()> {
	let path = args.file.display();
	let bytes = fs::read(&args.file).with_context(|| format!("cannot read {path}"))?;
	let receipt: Receipt = serde_json::from_slice(&bytes)
		.with_context(|| format!("{path} is not a receipt as `tercet job receipt` writes it"))?;
	let proven =
		receipt.verify(args.block_hash).with_context(|| format!("{path} proves nothing"))?;
	let trusted = args.block_hash.is_some();
	let value = json!({
		"proven": proven,
		"blockIsTrusted": trusted,
		"fault": proven.job.state.fault(),
		"witnesses": proven.witnesses(),
	});
	context.out.result(&value, || show(&proven, trusted))
}

fn show(proven: &Proven, trusted: bool) -> String {
	let Proven { job, variant, .. } = proven;
	let request = &job.request;
	let block = format!("{:?}\nnumber {}", proven.block, proven.number);
	let view = JobView { job: job.clone(), committee: proven.committee.clone() };
	let statement = job.state.statement();
	let mut lines = vec![
		("job", proven.id.to_string()),
		("chain", format!("genesis {:?}", proven.genesis)),
		("block", if trusted { format!("{block}, as you said") } else { block }),
		("state", display::state(&view)),
		("requester", job.requester.to_string()),
		("model", format!("{} ({}), by {}", request.variant.model, proven.model, proven.author)),
		("variant", format!("{} ({})", request.variant, variant.precision)),
		("weights", format!("{:?}, {}", job.artifact, size(variant.artifact.size))),
		("runtime class", request.class.to_string()),
		("input", format!("{:?}, {}", request.input.digest(), size(request.input.size()))),
	];
	if let JobState::Settled { answer, disputed, .. } = &job.state {
		let describe = |answer: &tercet_primitives::Answer| {
			format!("{:?}, {}", answer.output.digest(), blobs::describe(&answer.output))
		};
		lines.push(("output", describe(answer)));
		lines.push(("root", format!("{:?}", answer.root)));
		match disputed {
			tercet_primitives::Disputed::None => (),
			tercet_primitives::Disputed::Resolved(patch) => {
				lines.push(("run again", display::items(&patch.items)));
				lines.push(("output of these", describe(&patch.answer)));
				lines.push(("root of these", format!("{:?}", patch.answer.root)));
			},
			tercet_primitives::Disputed::Refunded { items, .. } => {
				lines.push(("without result", display::items(items)));
			},
		}
	}
	lines.push(("price", format!("{} per unit and executor", Amount(request.price))));
	lines.push((
		"paid",
		format!(
			"executors {}, royalties {}, treasury {}, returned {} TCT",
			number(statement.executors),
			number(statement.royalties),
			number(statement.treasury),
			number(statement.refunded),
		),
	));
	if let Some(whose) = job.state.fault() {
		lines.push(("fault", display::fault(whose).into()));
	}
	if !proven.items.is_empty() {
		let items = proven.items.iter().map(u32::to_string).collect::<Vec<_>>().join(", ");
		lines.push(("items proven", items));
	}
	let mut witnesses = table(&["executor", "agreed on"]);
	for (executor, what) in proven.witnesses() {
		witnesses.add_row([executor.to_string(), what.into()]);
	}
	let warning = match trusted {
		true => "",
		false => "\nthis holds if the block above is final on your chain: compare its hash with a source that you trust, or pass it as --block-hash",
	};
	format!("{}\n{witnesses}{warning}", facts(lines))
}
