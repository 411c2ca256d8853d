//! What a requester may do with a job after its submission.

use anyhow::{bail, Result};
use tercet_chain_client::{calls, keys};
use tercet_primitives::{JobId, JobState};

use super::display;
use crate::{
	amounts::Amount,
	commands::transaction::send,
	context::{self, Context},
};

pub(super) async fn top_up(context: &Context, id: JobId, price: Amount) -> Result<()> {
	let (_, _, at) = context.best().await?;
	let view = context::job(&at, id).await?;
	let old = view.job.request.price;
	if price.0 <= old {
		bail!("job {id} offers {} per unit already; name more", Amount(old));
	}
	let done = format!("job {id} now offers {price} per unit and executor");
	send(context, calls::top_up(id, price.0), &done).await
}

pub(super) async fn cancel(context: &Context, id: JobId) -> Result<()> {
	let done = format!("job {id} is cancelled and its escrow is back; `tercet job prune {id}` frees its deposit later");
	send(context, calls::cancel_job(id), &done).await
}

pub(super) async fn prune(context: &Context, id: JobId) -> Result<()> {
	let done =
		format!("the record of job {id} is gone, and its deposit is back with its requester");
	send(context, calls::prune_job(id), &done).await
}

pub(super) async fn challenge(context: &Context, id: JobId) -> Result<()> {
	let (_, _, at) = context.best().await?;
	let view = context::job(&at, id).await?;
	if !matches!(view.job.state, JobState::Settled { .. }) {
		bail!("job {id} {}, and only settled jobs can be challenged", display::state(&view));
	}
	let account = keys::account_id(&context.key()?);
	if account != view.job.requester {
		bail!("job {id} is of {}, and only its requester may challenge it", view.job.requester);
	}
	let done = format!("job {id} is run again by a larger, disjoint committee; the new job is in `tercet job list --mine`");
	send(context, calls::challenge(id), &done).await
}
