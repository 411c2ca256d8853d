//! `tercet provider`: stake, offers, availability.

use anyhow::{bail, Context as _, Result};
use serde_json::json;
use tercet_chain_client::{calls, keys, At, Call};
use tercet_primitives::{
	apis::{Assignment, ProviderView},
	AccountId32, PoolId,
};

use crate::{
	amounts::{number, Amount},
	args::{OfferArgs, ProviderCommand},
	context::{self, Context},
	output::{facts, right, table},
};

/// Does what the command says.
///
/// # Errors
/// Whatever it ran into.
pub async fn run(context: &Context, command: ProviderCommand) -> Result<()> {
	match command {
		ProviderCommand::Bond { amount } => {
			let done = format!("{amount} more is bonded");
			submit(context, calls::bond(amount.0), &done).await
		},
		ProviderCommand::Unbond { amount } => {
			let done = format!("{amount} is on its way out; free it with `tercet provider withdraw` when the unbonding period is over");
			submit(context, calls::unbond(amount.0), &done).await
		},
		ProviderCommand::Withdraw => {
			submit(context, calls::withdraw_unbonded(), "what had finished unbonding is free").await
		},
		ProviderCommand::Offer(args) => offer(context, args).await,
		ProviderCommand::Available => {
			submit(context, calls::go_available(), "available: jobs may come with any block").await
		},
		ProviderCommand::Unavailable => {
			let done = "unavailable: no new jobs will come; those in hand stay";
			submit(context, calls::go_unavailable(), done).await
		},
		ProviderCommand::Status { account } => status(context, account).await,
	}
}

async fn submit(context: &Context, call: Call, done: &str) -> Result<()> {
	let key = context.key()?;
	let chain = context.connect().await?;
	let spinner = context.out.spinner(format!("{}.{}", call.pallet(), call.name()));
	let included = chain.submit(&key, call).await?;
	spinner.finish_and_clear();
	let value = json!({
		"account": keys::account_id(&key),
		"block": included.block,
		"transaction": included.extrinsic_hash,
		"fee": included.fee,
	});
	let (block, fee) = (included.block.number, Amount(included.fee));
	context.out.result(&value, || format!("{done} (block {block}, fee {fee})"))
}

async fn offer(context: &Context, args: OfferArgs) -> Result<()> {
	let account = keys::account_id(&context.key()?);
	let (_, _, at) = context.best().await?;
	let model = context::model(&at, args.model).await?;
	let variant = context::variant(args.model, &model, args.variant)?;
	let pool = PoolId { variant, class: args.class };
	let provider = at.provider(account.clone()).await?;
	let offered = provider.iter().flat_map(|provider| &provider.offers).any(|(id, _)| *id == pool);
	let Some(price) = args.price else {
		if !offered {
			bail!("{account} does not offer {variant} as {}", args.class);
		}
		return submit(context, calls::withdraw_offer(pool), "the offer is taken back").await;
	};
	let done = format!("{variant} as {} is offered for at least {price} per unit", args.class);
	let call = match offered {
		true => calls::update_offer(pool, price.0),
		false => calls::offer(pool, price.0),
	};
	submit(context, call, &done).await
}

async fn status(context: &Context, account: Option<AccountId32>) -> Result<()> {
	let account = match account {
		Some(account) => account,
		None => context
			.own_account()?
			.context("name an account, or give a key with --key or TERCET_KEY")?,
	};
	let (_, _, at) = context.best().await?;
	let Some(provider) = at.provider(account.clone()).await? else {
		bail!("{account} is no provider; it becomes one with `tercet provider bond`");
	};
	let assignments = at.assignments(account.clone()).await?;
	let balance = At::balance(&at, account.clone()).await?;
	let value = json!({
		"account": account,
		"balance": balance,
		"provider": provider,
		"assignments": assignments,
	});
	context.out.result(&value, || show(&account, balance.free, &provider, &assignments))
}

fn show(
	account: &AccountId32,
	free: u128,
	provider: &ProviderView,
	assignments: &[Assignment],
) -> String {
	let about = facts([
		("provider", account.to_string()),
		("free", Amount(free).to_string()),
		("bonded", Amount(provider.bonded).to_string()),
		("unbonding", Amount(provider.unbonding).to_string()),
		("available", if provider.available { "yes" } else { "no" }.into()),
		("jobs drawn for", provider.assigned.to_string()),
		("verified", provider.verified.to_string()),
		("unresolved", provider.unresolved.to_string()),
		("alone", provider.alone.to_string()),
		("silent", provider.silent.to_string()),
	]);
	let mut offers = table(&["variant", "class", "least price per unit"]);
	for (pool, price) in &provider.offers {
		offers.add_row([
			pool.variant.to_string().into(),
			pool.class.to_string().into(),
			right(number(*price)),
		]);
	}
	let mut hands = table(&["job", "variant", "items", "commit until", "reveal until", "answer"]);
	for job in assignments {
		let state = match job.state {
			tercet_primitives::SeatState::Awaited => "awaited",
			tercet_primitives::SeatState::Committed(_) => "committed",
			tercet_primitives::SeatState::Revealed(_) => "revealed",
		};
		hands.add_row([
			right(job.job),
			job.variant.to_string().into(),
			right(job.items),
			right(job.commit_until),
			right(job.reveal_until),
			state.into(),
		]);
	}
	match assignments {
		[] => format!("{about}\n{offers}\nno jobs in hand"),
		_ => format!("{about}\n{offers}\n{hands}"),
	}
}
