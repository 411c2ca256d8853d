//! Commands that are one transaction.

use anyhow::Result;
use serde_json::json;
use tercet_chain_client::{keys, Call};

use crate::{amounts::Amount, context::Context};

/// Submits a call, waits for its block, and says that it is `done`.
///
/// # Errors
/// If there is no key, or the chain refuses the call.
pub async fn send(context: &Context, call: Call, done: &str) -> Result<()> {
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
		"events": included.events,
	});
	let (block, fee) = (included.block.number, Amount(included.fee));
	context.out.result(&value, || format!("{done} (block {block}, fee {fee})"))
}
