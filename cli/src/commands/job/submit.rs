//! `tercet job submit`.

use std::path::Path;

use anyhow::{bail, Context as _, Result};
use serde_json::json;
use tercet_chain_client::{calls, keys, At, Included};
use tercet_primitives::{apis::Quote, AccountId32, Agreement, Funding, JobId, JobRequest, H256};
use tercet_tensors::TensorMap;

use super::{
	canary::CanaryFile,
	display,
	hand_over::{enough_keys, follow_and_hand_over},
	watch::follow,
};
use crate::{
	amounts::{size, Amount},
	args::SubmitArgs,
	blobs,
	commands::credit::Credit,
	context::{self, Context},
	inputs,
	private::KeptKey,
};

/// Left over for the transaction's fee when the balance is checked before anything is uploaded.
const FEE_RESERVE: u128 = tercet_primitives::MILLI_TCT;

/// Submits a job.
///
/// # Errors
/// Whatever it ran into; before anything is paid, wherever possible.
pub(super) async fn run(context: &Context, args: SubmitArgs) -> Result<()> {
	let input = inputs::load(&args.input)?;
	let items = input.map.items();
	let key = context.key()?;
	let account = keys::account_id(&key);
	let (chain, best, at) = context.best().await?;
	let model = context::model(&at, args.model).await?;
	inputs::check(&input.map, &String::from_utf8_lossy(&model.task))?;
	let variant = context::variant(args.model, &model, args.variant)?;
	let deadline = args.deadline.from(best.number);
	if deadline <= best.number {
		bail!("the deadline, block {deadline}, has passed: the best block is {}; write --deadline +60 for sixty blocks from now", best.number);
	}

	let record = model.variants.get(usize::from(variant.index));
	let agreement = record.map(|known| known.agreement);
	let artifact = record.map(|known| known.artifact.digest).unwrap_or_default();
	if args.private && agreement != Some(Agreement::Exact) {
		bail!("a private job needs answers that are equal bit by bit, and {variant} compares them by similarity: choose another variant, or submit without --private");
	}
	if args.canary.is_some() && agreement != Some(Agreement::Exact) {
		bail!("a canary needs answers that are equal bit by bit, and {variant} compares them by similarity");
	}

	let executors = u32::from(args.redundancy.executors);
	let pool = context::pool(&at, variant, args.class, executors).await?;
	if args.class.is_none() {
		context.out.note(format!("class: {}", pool.class));
	}
	let quote = at
		.quote(pool, items, args.price.0, args.redundancy)
		.await
		.context("such a job would be refused")?;
	affordable(context, &at, &account, &quote, args.from_credit).await?;
	if quote.providers < executors {
		context.out.note(format!(
			"the job needs {executors} providers: it will wait for more, and be refunded after block {deadline}"
		));
	}

	// On disk before the job exists: without it nobody can read the result.
	let kept = match args.private {
		true => {
			enough_keys(context.out, &at, pool, executors).await?;
			let kept = KeptKey::create()?;
			context.out.note(format!("the key of the job is in {}", kept.path.display()));
			Some(kept)
		},
		false => None,
	};
	let seal = |result: TensorMap, item| match &kept {
		Some(kept) => kept.seal_result(&result, &artifact, item),
		None => Ok(result),
	};
	let mut canary = args
		.canary
		.as_ref()
		.map(|source| {
			let seal = |result| seal(result, source.item);
			CanaryFile::new(chain.genesis(), source, items, seal)
		})
		.transpose()?;
	let canary_path = canary
		.as_ref()
		.map(|canary| canary.path(args.input.input.as_deref().unwrap_or(Path::new("input"))));
	if let (Some(canary), Some(path)) = (&canary, &canary_path) {
		// Before the job exists: a canary whose salt is lost cannot be opened.
		canary.write(path)?;
		context.out.note(format!("the canary is in {}: keep it secret", path.display()));
	}
	let commitment = match &canary {
		Some(canary) => canary.commitment()?,
		None => no_canary(),
	};
	let bytes = match &kept {
		Some(kept) => kept.seal(&input.map, &account, &artifact)?.to_canonical_bytes(),
		None => input.bytes,
	};
	let where_to = if blobs::is_inline(bytes.len() as u64) { "inline" } else { "stored" };
	context.out.note(format!("input: {}, {where_to}", size(bytes.len() as u64)));
	let input = blobs::payload(&context.store()?, context.out, "the input", bytes).await?;
	let request = JobRequest {
		variant,
		class: pool.class,
		items,
		input,
		price: args.price.0,
		redundancy: args.redundancy,
		deadline,
		canary: commitment,
		funding: if args.from_credit { Funding::Credit } else { Funding::Hold },
	};
	let spinner = context.out.spinner("submitting");
	let included = chain.submit(&key, calls::submit_job(request)).await?;
	spinner.finish_and_clear();
	let id = submitted(&included)?;
	if let (Some(canary), Some(path)) = (&mut canary, &canary_path) {
		canary.job = Some(id);
		canary.write(path)?;
	}
	let value = json!({
		"job": id,
		"items": items,
		"units": quote.units,
		"cost": quote.cost,
		"escrow": quote.escrow,
		"deposit": quote.deposit,
		"deadline": deadline,
		"canary": canary_path,
		"key": kept.as_ref().map(|kept| &kept.path),
		"block": included.block,
		"transaction": included.extrinsic_hash,
		"fee": included.fee,
	});
	if !args.wait {
		return context.out.result(&value, || {
			let next = match &kept {
				Some(_) => format!("its executors need the key: run `tercet job hand-over {id}` now, until it has ended"),
				None => format!("follow it with `tercet job watch {id}`"),
			};
			format!(
				"job {id} is submitted, in block {}, for a fee of {}; {next}",
				included.block.number,
				Amount(included.fee),
			)
		});
	}
	context.out.note(format!("job {id} is submitted, in block {}", included.block.number));
	let view = match &kept {
		Some(kept) => follow_and_hand_over(&chain, context.out, &key, id, &kept.key).await?,
		None => follow(&chain, context.out, id).await?,
	};
	context.out.result(&display::value(id, &view), || display::details(id, &view))?;
	match display::failure(&view.job.state) {
		Some(why) => bail!("job {id} is {why}"),
		None => Ok(()),
	}
}

/// Says what the job costs, and fails if the account cannot pay for it.
async fn affordable(
	context: &Context,
	at: &At,
	account: &AccountId32,
	quote: &Quote,
	from_credit: bool,
) -> Result<()> {
	let balance = at.balance(account.clone()).await?.free;
	context.out.note(format!(
		"{} units; {} provider(s) available; cost {}, at worst {}; balance {}",
		quote.units,
		quote.providers,
		Amount(quote.cost),
		Amount(quote.escrow),
		Amount(balance),
	));
	let mut needed = quote.deposit.saturating_add(FEE_RESERVE);
	if from_credit {
		let credit = Credit::of(at, account).await?.free();
		if credit < quote.escrow {
			bail!(
				"{account} has {} of free credit but the worst case is {}: put more aside with `tercet credit add`, or submit without --from-credit",
				Amount(credit),
				Amount(quote.escrow),
			);
		}
	} else {
		needed = needed.saturating_add(quote.escrow);
	}
	if balance < needed {
		bail!(
			"{account} has {} but escrow, deposit and fee need {}: send it more TCT, or submit fewer items or a lower --price",
			Amount(balance),
			Amount(needed),
		);
	}
	Ok(())
}

/// What a job without a canary carries: nobody can tell it from one that has one.
pub fn no_canary() -> H256 {
	H256(rand::random())
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
