//! `tercet job submit`.

use std::fs;

use anyhow::{bail, Context as _, Result};
use serde_json::json;
use tercet_chain_client::{calls, keys, Included};
use tercet_primitives::{JobId, JobRequest, JobState, PoolId, EXECUTORS};
use tercet_tensors::TensorMap;

use super::{display, watch::follow};
use crate::{
	amounts::{size, Amount},
	args::SubmitArgs,
	blobs,
	context::{self, Context},
};

/// Left over for the transaction's fee when the balance is checked before anything is uploaded.
const FEE_RESERVE: u128 = tercet_primitives::MILLI_TCT;

/// Submits a job.
///
/// # Errors
/// Whatever it ran into; before anything is paid, wherever possible.
pub(super) async fn run(context: &Context, args: SubmitArgs) -> Result<()> {
	let path = args.input.display();
	let bytes = fs::read(&args.input).with_context(|| format!("cannot read the input {path}"))?;
	let tensors = TensorMap::from_bytes(&bytes).with_context(|| {
		format!("{path} is not an input: it must be safetensors, with the items as first dimension")
	})?;
	let items = tensors.items();
	let key = context.key()?;
	let account = keys::account_id(&key);
	let (chain, best, at) = context.best().await?;
	let model = context::model(&at, args.model).await?;
	let variant = context::variant(args.model, &model, args.variant)?;
	let deadline = args.deadline.from(best.number);
	if deadline <= best.number {
		bail!("the deadline, block {deadline}, has passed: the best block is {}; write --deadline +60 for sixty blocks from now", best.number);
	}

	let pool = PoolId { variant, class: args.class };
	let quote = at.quote(pool, items, args.price.0).await.context("such a job would be refused")?;
	let balance = at.balance(account.clone()).await?;
	context.out.note(format!(
		"{items} item(s), {} units; {} provider(s) available; escrow {}; balance {}",
		quote.units,
		quote.providers,
		Amount(quote.escrow),
		Amount(balance.free),
	));
	let needed = quote.escrow.saturating_add(FEE_RESERVE);
	if balance.free < needed {
		bail!(
			"{account} has {} but the escrow and the fee need {}: send it more TCT, or submit fewer items or a lower --price",
			Amount(balance.free),
			Amount(needed),
		);
	}
	if quote.providers < EXECUTORS {
		context.out.note(format!(
			"a job needs {EXECUTORS} providers: this one will wait for more, and be refunded after block {deadline}"
		));
	}

	let where_to = if blobs::is_inline(bytes.len() as u64) { "inline" } else { "stored" };
	context.out.note(format!("input: {}, {where_to}", size(bytes.len() as u64)));
	let input = blobs::payload(&context.store()?, context.out, "the input", bytes).await?;
	let request =
		JobRequest { variant, class: args.class, items, input, price: args.price.0, deadline };
	let spinner = context.out.spinner("submitting");
	let included = chain.submit(&key, calls::submit_job(request)).await?;
	spinner.finish_and_clear();
	let id = submitted(&included)?;
	let value = json!({
		"job": id,
		"items": items,
		"units": quote.units,
		"escrow": quote.escrow,
		"deadline": deadline,
		"block": included.block,
		"transaction": included.extrinsic_hash,
		"fee": included.fee,
	});
	if !args.wait {
		return context.out.result(&value, || {
			format!(
				"job {id} is submitted, in block {}, for a fee of {}; follow it with `tercet job watch {id}`",
				included.block.number,
				Amount(included.fee),
			)
		});
	}
	context.out.note(format!("job {id} is submitted, in block {}", included.block.number));
	let view = follow(&chain, context.out, id).await?;
	context.out.result(&display::value(id, &view), || display::details(id, &view))?;
	match &view.job.state {
		JobState::Refunded { reason, .. } => {
			bail!("job {id} was refunded: {}", display::reason(*reason))
		},
		_ => Ok(()),
	}
}

/// The id of the job that a transaction submitted.
///
/// # Errors
/// If it submitted none.
pub fn submitted(included: &Included) -> Result<JobId> {
	let event = included
		.event("JobMarket", "Submitted")
		.context("the chain has taken no job, although the transaction succeeded")?;
	Ok(event.decode::<JobId>()?)
}
