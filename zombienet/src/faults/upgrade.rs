//! The runtime is replaced while jobs are in flight: both houses vote for it, by polkadot.js alone
//! (`e2e/polkadot-js/upgrade.mjs`), which also checks that the jobs settle.

use std::path::Path;

use anyhow::{ensure, Context, Result};
use serde_json::json;
use tercet_e2e::polkadot_js;

use super::{everyone, Outcome};
use crate::{
	watch::{self, HEAL},
	Network,
};

/// What the network divides the lengths of votes by: a fast-track vote lasts minutes.
pub const HASTE: u32 = 5_000;

pub async fn happen(net: &mut Network, code: &Path) -> Result<Outcome> {
	// The contributor house is made of those who have worked.
	let job = net.submit(1).await?;
	net.ended(job).await?;
	let old = version(net, 0).await?;
	let workers = net.workers().iter().map(|worker| worker.uri.clone()).collect::<Vec<_>>();
	let (workers, url) = (workers.join(","), net.node(1)?.url().to_string());
	let model = net.jobs()?.int8.model.to_string();
	let code = code.canonicalize().with_context(|| code.display().to_string())?;
	let code = code.to_string_lossy();
	let args = ["--url", &url, "--workers", &workers, "--model", &model, "--code", &code];
	let mark = watch::mark(net, &everyone(net)).await?;
	let steps = polkadot_js("upgrade.mjs", &args).await?;
	let settled = steps.lines().filter(|line| is_settled(line)).count();

	let mut new = Vec::new();
	for node in everyone(net) {
		new.push(version(net, node).await?);
	}
	ensure!(new.iter().all(|version| *version == new[0] && *version > old), "{old} → {new:?}");
	let now = watch::mark(net, &everyone(net)).await?;
	let healed = watch::resumed(net, &everyone(net), now, HEAL).await?;
	// Workers and this client have seen both runtimes too.
	let job = net.submit(1).await?;
	net.ended(job).await?;
	let blocks = now.best - mark.best;
	let note = format!(
		"spec version {old} → {}, voted and applied in {blocks} blocks; {settled} jobs submitted right \
		 before it settled",
		new[0]
	);
	Ok(Outcome { healed: vec![healed], note })
}

/// Whether a step of the script says that a job settled which was there before the upgrade.
fn is_settled(step: &str) -> bool {
	step.starts_with("ok ") && step.ends_with(" settles and is paid once")
}

async fn version(net: &mut Network, node: usize) -> Result<u64> {
	let version = net.node(node)?.rpc.ask("state_getRuntimeVersion", json!([])).await?;
	version["specVersion"].as_u64().context("the runtime has no version")
}
