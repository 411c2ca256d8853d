//! `tercet job quote`.

use anyhow::{bail, Context as _, Result};
use serde_json::json;
use tercet_primitives::{
	apis::{Quote, Supply},
	Balance, DeterminismClass,
};

use crate::{
	amounts::{number, Amount},
	args::QuoteArgs,
	context::{self, Context},
	inputs,
	output::{facts, right, table},
};

pub(super) async fn run(context: &Context, args: QuoteArgs) -> Result<()> {
	let items = match (args.items, &args.input) {
		(Some(items), _) => items,
		(None, Some(input)) => inputs::from_file(input, None)?.map.items(),
		(None, None) => bail!("say how many items with --items, or name an --input"),
	};
	let (_, _, at) = context.best().await?;
	let model = context::model(&at, args.model).await?;
	let variant = context::variant(args.model, &model, args.variant)?;
	let seats = args.redundancy.executors;
	let pool = context::pool(&at, variant, args.class, seats.into()).await?;
	let supply = at.supply(pool).await?;
	let price = match args.price {
		Some(price) => price.0,
		None => least_price(&supply, seats.into()).with_context(|| {
			let most = supply.last().map_or(0, |step| step.providers);
			format!("only {most} provider(s) serve {variant} as {}, and a job needs {seats}: name a --price to see what it would cost all the same", pool.class)
		})?,
	};
	let quote = at
		.quote(pool, items, price, args.redundancy)
		.await
		.context("such a job would be refused")?;
	let value = json!({
		"variant": variant,
		"class": pool.class,
		"items": items,
		"price": price,
		"redundancy": args.redundancy,
		"quote": quote,
		"supply": supply,
	});
	context.out.result(&value, || show(pool.class, items, price, &quote, &supply))
}

/// The least price at which `providers` serve.
fn least_price(supply: &[Supply], providers: u32) -> Option<Balance> {
	supply.iter().find(|step| step.providers >= providers).map(|step| step.price)
}

fn show(
	class: DeterminismClass,
	items: u32,
	price: Balance,
	quote: &Quote,
	supply: &[Supply],
) -> String {
	let serving = supply.iter().rev().find(|step| step.price <= price);
	let serving = serving.map_or(0, |step| step.providers);
	let about = facts([
		("class", class.to_string()),
		("items", format!("{items} ({} units)", quote.units)),
		("price", format!("{} per unit and executor", Amount(price))),
		("cost if the first round agrees", Amount(quote.cost).to_string()),
		("held: the worst case", Amount(quote.escrow).to_string()),
		("held: deposit for the record", Amount(quote.deposit).to_string()),
		("providers at this price", format!("{serving} of {}", quote.providers)),
	]);
	let mut curve = table(&["price per unit (TCT)", "providers that serve"]);
	for step in supply {
		curve.add_row([right(number(step.price)), right(step.providers)]);
	}
	match supply {
		[] => format!("{about}\nnobody serves this pool yet"),
		_ => format!("{about}\n{curve}"),
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn least_price_is_where_enough_providers_serve() {
		let step = |price, providers| Supply { price, providers };
		let supply = [step(10, 2), step(20, 3), step(50, 7)];
		assert_eq!(least_price(&supply, 1), Some(10));
		assert_eq!(least_price(&supply, 3), Some(20));
		assert_eq!(least_price(&supply, 8), None);
		assert_eq!(least_price(&[], 1), None);
	}
}
