//! `tercet job watch`.

use anyhow::Result;
use futures::StreamExt;
use tercet_chain_client::ChainClient;
use tercet_primitives::{apis::JobView, JobId};

use super::display;
use crate::{
	context::{self, Context},
	output::Output,
};

pub(super) async fn run(context: &Context, id: JobId) -> Result<()> {
	let (chain, _, at) = context.best().await?;
	context::job(&at, id).await?;
	let view = follow(&chain, context.out, id).await?;
	context.out.result(&display::value(id, &view), || display::details(id, &view))
}

/// Shows where a job stands with every block, until it has ended.
///
/// # Errors
/// If the chain does not answer any more.
pub async fn follow(chain: &ChainClient, out: Output, id: JobId) -> Result<JobView> {
	let spinner = out.spinner(format!("job {id}"));
	let mut heads = chain.heads().await?;
	let mut last = String::new();
	while let Some(head) = heads.next().await {
		let head = match head {
			Ok(head) => head,
			Err(error) => {
				// The stream goes on when the node is back.
				tracing::warn!(%error, "lost the node");
				continue;
			},
		};
		let view = match chain.at(head.hash).job(id).await {
			Ok(Some(view)) => view,
			// Known a moment ago: the fork that has it is not the best one for now.
			Ok(None) => continue,
			Err(error) if error.is_transient() => continue,
			Err(error) => return Err(error.into()),
		};
		let state = display::state(&view);
		spinner.set_message(format!("block {}: job {id} {state}", head.number));
		if state != last {
			spinner.suspend(|| out.note(format!("block {:>6}  job {id} {state}", head.number)));
			last = state;
		}
		if view.job.state.is_terminal() {
			spinner.finish_and_clear();
			return Ok(view);
		}
	}
	anyhow::bail!("the stream of blocks ended")
}
