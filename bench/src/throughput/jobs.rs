//! A flood of full jobs, submitted many in one transaction: nothing can get lost on the way.

use anyhow::{bail, Context, Result};
use futures::{stream, StreamExt, TryStreamExt};
use tercet_chain_client::calls;
use tercet_e2e::Net;
use tercet_primitives::{JobId, JobState};

use super::seconds;

/// Items of a full job.
const ITEMS: u32 = 512;

/// Blocks that a flood may take.
const PATIENCE: u32 = 600;

/// Jobs that one transaction submits.
const AT_ONCE: usize = 16;

/// Jobs that are waited for at the same time.
const WATCHED: usize = 8;

/// Submits `batches` jobs; gives how many items were verified per second of chain time.
pub async fn flood(net: &Net, batches: u32) -> Result<f64> {
	let input = net.payload(tercet_e2e::images(ITEMS)?.to_canonical_bytes()).await?;
	let request = net.request(ITEMS, input, PATIENCE).await?;
	let submissions = vec![calls::submit_job(request); batches.max(1) as usize];
	let mut jobs = Vec::new();
	for chunk in submissions.chunks(AT_ONCE) {
		let included = net.chain.submit(&net.requester, calls::batch_all(chunk.to_vec())).await?;
		for event in included.events.iter().filter(|event| event.is("JobMarket", "Submitted")) {
			jobs.push(event.decode::<JobId>()?);
		}
	}
	let ended = stream::iter(jobs.iter().map(|job| settled(net, *job)))
		.buffered(WATCHED)
		.try_collect::<Vec<_>>()
		.await?;
	let first = ended.iter().map(|(submitted, _)| *submitted).min().context("there are no jobs")?;
	let last = ended.iter().map(|(_, settled)| *settled).max().context("there are no jobs")?;
	Ok(ended.len() as f64 * f64::from(ITEMS) / seconds(first, last))
}

/// The blocks of a job's submission and settlement.
async fn settled(net: &Net, job: JobId) -> Result<(u32, u32)> {
	let (_, view) = net.end_of(job).await?;
	match view.job.state {
		JobState::Settled { at, .. } => Ok((view.job.submitted_at, at)),
		state => bail!("job {job}: {state:?}"),
	}
}
