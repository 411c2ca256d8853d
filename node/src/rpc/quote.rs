//! What a job would cost, and at which prices providers serve.

use jsonrpsee::core::RpcResult;
use polkadot_sdk::{sp_api::ProvideRuntimeApi, sp_blockchain::HeaderBackend};
use serde::Serialize;
use tercet_primitives::{
	apis::{JobApi, Quote, Supply},
	PoolId, Redundancy, WorkUnits,
};

use super::{amount::Amount, error::Error};
use crate::service::FullClient;

/// What a job would cost at the best block. Amounts are in planck.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Answer {
	/// Per work unit and executor: as asked, or else the least at which enough providers serve.
	price: Amount,
	/// Executors and quorum of the first round.
	redundancy: Redundancy,
	/// Compute that each executor is paid for.
	units: WorkUnits,
	/// What the job costs if its first round agrees, everything included.
	cost: Amount,
	/// What submission holds for pay: the worst case.
	escrow: Amount,
	/// Held besides for the bytes of the job's record, with an input of no inline bytes.
	deposit: Amount,
	/// Available providers in the pool, whatever they ask.
	providers: u32,
	/// How many of them serve at each price, from the lowest price on.
	supply: Vec<Step>,
}

/// One step of a supply curve.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Step {
	/// Per work unit.
	price: Amount,
	/// Available providers that accept it or less.
	providers: u32,
}

/// Asks the runtime, at the best block.
pub fn quote(
	client: &FullClient,
	pool: PoolId,
	items: u32,
	redundancy: Redundancy,
	price: Option<Amount>,
) -> RpcResult<Answer> {
	if !redundancy.is_valid() {
		return Err(Error::InvalidRedundancy.into());
	}
	let best = client.info().best_hash;
	let api = client.runtime_api();
	let supply = api.supply(best, pool).map_err(Error::internal)?;
	let price = match price {
		Some(price) => price.0,
		None => {
			let wanted = u32::from(redundancy.executors);
			let available = supply.last().map_or(0, |step| step.providers);
			let enough = supply.iter().find(|step| step.providers >= wanted);
			enough.ok_or(Error::TooFewProviders { available, wanted })?.price
		},
	};
	let quote = api.quote(best, pool, items, price, redundancy).map_err(Error::internal)?;
	let Quote { units, cost, escrow, deposit, providers } = quote.map_err(Error::Refused)?;
	let step = |step: Supply| Step { price: Amount(step.price), providers: step.providers };
	Ok(Answer {
		price: Amount(price),
		redundancy,
		units,
		cost: Amount(cost),
		escrow: Amount(escrow),
		deposit: Amount(deposit),
		providers,
		supply: supply.into_iter().map(step).collect(),
	})
}
