//! `tercet provider`: stake, delegation, offers, availability, rewards.

use anyhow::{bail, Result};
use comfy_table::Table;
use serde_json::json;
use tercet_chain_client::{calls, keys, At};
use tercet_primitives::{
	apis::{Assignment, ProviderView},
	AccountId32, Balance, PoolId, SeatState,
};

use super::transaction::send;
use crate::{
	amounts::{number, percent, Amount},
	args::{OfferArgs, Portion, ProviderCommand},
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
			send(context, calls::bond(amount.0), &done).await
		},
		ProviderCommand::Unbond { amount } => {
			let done = format!("{amount} is on its way out; free it with `tercet provider withdraw` when the unbonding period is over");
			send(context, calls::unbond(amount.0), &done).await
		},
		ProviderCommand::Withdraw { from: None } => {
			send(context, calls::withdraw_unbonded(), "what had finished unbonding is free").await
		},
		ProviderCommand::Withdraw { from: Some(provider) } => {
			let done = format!("what had finished unbonding from {provider} is free");
			send(context, calls::withdraw_undelegated(provider), &done).await
		},
		ProviderCommand::Offer(args) => offer(context, args).await,
		ProviderCommand::Available => {
			send(context, calls::go_available(), "available: jobs may come with any block").await
		},
		ProviderCommand::Unavailable => {
			let done = "unavailable: no new jobs will come; those in hand stay";
			send(context, calls::go_unavailable(), done).await
		},
		ProviderCommand::Delegate { provider, amount } => {
			let done = format!("{amount} more is delegated to {provider}");
			send(context, calls::delegate(provider, amount.0), &done).await
		},
		ProviderCommand::Undelegate { provider, amount } => {
			let done = format!("delegated stake is on its way out; free it with `tercet provider withdraw --from {provider}` when the unbonding period is over");
			let amount = match amount {
				// More than is there means all of it, whatever rewards come until then.
				Portion::All => Balance::MAX,
				Portion::Some(amount) => amount.0,
			};
			send(context, calls::undelegate(provider, amount), &done).await
		},
		ProviderCommand::Commission { commission } => {
			let done = format!("the commission is {}", percent(commission.0));
			send(context, calls::set_commission(commission.0), &done).await
		},
		ProviderCommand::Operator { operator, .. } => {
			let done = match &operator {
				Some(operator) => {
					format!("{operator} is named as operator, which counts once it accepts")
				},
				None => "the provider is its own operator again".into(),
			};
			send(context, calls::set_operator(operator), &done).await
		},
		ProviderCommand::Accept { provider } => {
			let done = format!("{provider} is run by you, and shares no job with your others");
			send(context, calls::accept_provider(provider), &done).await
		},
		ProviderCommand::WorkerKey { address, remove: false } => {
			let done = format!("{address} may answer jobs for you, and cannot move your stake");
			send(context, calls::add_proxy(address, calls::WORKER_PROXY), &done).await
		},
		ProviderCommand::WorkerKey { address, remove: true } => {
			let done = format!("{address} may no longer act for you");
			send(context, calls::remove_proxy(address, calls::WORKER_PROXY), &done).await
		},
		ProviderCommand::Claim { provider, era } => claim(context, provider, era).await,
		ProviderCommand::Show { account } => show(context, account).await,
	}
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
		return send(context, calls::withdraw_offer(pool), "the offer is taken back").await;
	};
	let done = format!("{variant} as {} is offered for at least {price} per unit", args.class);
	let call = match offered {
		true => calls::update_offer(pool, price.0),
		false => calls::offer(pool, price.0),
	};
	send(context, call, &done).await
}

/// Claims one era, or every one that can be claimed, in one transaction.
async fn claim(context: &Context, provider: Option<AccountId32>, era: Option<u32>) -> Result<()> {
	let provider = context.account_or_own(provider)?;
	let (_, _, at) = context.best().await?;
	let mut eras = at.claimable(provider.clone()).await?;
	if let Some(era) = era {
		eras.retain(|(claimable, _)| *claimable == era);
	}
	let total = eras.iter().map(|(_, amount)| amount).sum::<Balance>();
	let claims = eras.iter().map(|(era, _)| calls::claim(provider.clone(), *era));
	let mut claims = claims.collect::<Vec<_>>();
	let done = format!("{} era(s) claimed for {provider}: {}", claims.len(), Amount(total));
	match (claims.pop(), claims.is_empty()) {
		(None, _) => bail!("there is nothing to claim for {provider}"),
		(Some(only), true) => send(context, only, &done).await,
		(Some(last), false) => {
			claims.push(last);
			send(context, calls::batch_all(claims), &done).await
		},
	}
}

async fn show(context: &Context, account: Option<AccountId32>) -> Result<()> {
	let account = context.account_or_own(account)?;
	let (_, _, at) = context.best().await?;
	let Some(provider) = at.provider(account.clone()).await? else {
		bail!("{account} is no provider; it becomes one with `tercet provider bond`");
	};
	let assignments = at.assignments(account.clone()).await?;
	let balance = At::balance(&at, account.clone()).await?;
	let claimable = at.claimable(account.clone()).await?;
	let credits = at.work_credits(account.clone()).await?;
	let value = json!({
		"account": account,
		"balance": balance,
		"provider": provider,
		"claimable": claimable,
		"workCredits": credits,
		"assignments": assignments,
	});
	context.out.result(&value, || {
		let rewards = claimable.iter().map(|(_, amount)| amount).sum::<Balance>();
		let mut lines =
			vec![("provider", account.to_string()), ("free", Amount(balance.free).to_string())];
		lines.extend(about(&provider));
		let eras = format!("{} in {} era(s)", Amount(rewards), claimable.len());
		lines.push(("claimable rewards", eras));
		lines.push(("work credits", number(credits)));
		let (about, offers) = (facts(lines), offers(&provider));
		match &assignments[..] {
			[] => format!("{about}\n{offers}\nno jobs in hand"),
			jobs => format!("{about}\n{offers}\n{}", hands(jobs)),
		}
	})
}

fn about(provider: &ProviderView) -> Vec<(&'static str, String)> {
	let stake = |amount| Amount(amount).to_string();
	vec![
		("bonded", stake(provider.bonded)),
		("unbonding", stake(provider.unbonding)),
		("delegated to it", stake(provider.delegated)),
		("counts in this epoch", stake(provider.counted)),
		("at risk in jobs", stake(provider.at_risk)),
		("slashes to come", stake(provider.pending_slashes)),
		("commission", percent(provider.commission)),
		("operator", provider.operator.to_string()),
		("reputation", percent(provider.reputation)),
		("available", if provider.available { "yes" } else { "no" }.into()),
		("jobs drawn for", provider.assigned.to_string()),
		("verified", provider.verified.to_string()),
		("unresolved", provider.unresolved.to_string()),
		("alone", provider.alone.to_string()),
		("abstained", provider.abstained.to_string()),
		("silent", provider.silent.to_string()),
		("withheld", provider.withheld.to_string()),
		("wrong", provider.wrong.to_string()),
	]
}

fn offers(provider: &ProviderView) -> Table {
	let mut offers = table(&["variant", "class", "least price per unit"]);
	for (pool, price) in &provider.offers {
		offers.add_row([
			pool.variant.to_string().into(),
			pool.class.to_string().into(),
			right(number(*price)),
		]);
	}
	offers
}

fn hands(assignments: &[Assignment]) -> Table {
	let mut hands =
		table(&["job", "round", "variant", "items", "stage", "until", "answer", "deadline"]);
	for job in assignments {
		let state = match job.state {
			SeatState::Awaited => "awaited",
			SeatState::Committed(_) => "committed",
			SeatState::Revealed(_) => "revealed",
			SeatState::Abstained => "abstained",
			SeatState::Silent => "silent",
			SeatState::Withheld => "withheld",
		};
		hands.add_row([
			right(job.job),
			right(job.committee_round),
			job.variant.to_string().into(),
			right(job.asked.len()),
			format!("{:?}", job.stage).to_lowercase().into(),
			right(job.until),
			state.into(),
			right(job.deadline),
		]);
	}
	hands
}
