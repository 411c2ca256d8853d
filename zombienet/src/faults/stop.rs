//! Every node and every worker is asked to stop, one after the other, and ends as it should.

use std::process::ExitStatus;

use anyhow::{ensure, Context, Result};
use tercet_cli::devnet::describe;

use super::{everyone, except, Outcome};
use crate::{
	watch::{self, HEAL},
	Network,
};

pub async fn happen(net: &mut Network) -> Result<Outcome> {
	let mut healed = Vec::new();
	for index in everyone(net) {
		let node = net.node(index)?;
		let name = node.name.clone();
		clean(&name, node.server.stop().await)?;
		net.restart(index).await?;
		let mark = watch::mark(net, &except(net, &[index])).await?;
		healed.push(watch::resumed(net, &everyone(net), mark, HEAL).await?);
	}
	let job = net.submit(8).await?;
	net.jobs()?.drawn(job).await?;
	for worker in net.workers() {
		let name = worker.server.program().name.clone();
		clean(&name, worker.server.stop().await)?;
		worker.server.restart()?;
	}
	let view = net.ended(job).await?;
	let note = format!("all ended with code 0; the job was {}", super::end(&view.job.state));
	Ok(Outcome { healed, note })
}

fn clean(name: &str, status: Option<ExitStatus>) -> Result<()> {
	let status = status.with_context(|| format!("{name} did not run"))?;
	ensure!(status.success(), "{name} {}", describe(status));
	Ok(())
}
