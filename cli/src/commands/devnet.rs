//! `tercet devnet`: a network until Ctrl-C.

use std::time::Duration;

use anyhow::Result;
use serde_json::json;
use tokio::signal::unix::{signal, SignalKind};

use crate::{
	args::DevnetArgs,
	context::Context,
	devnet::{Devnet, Ports},
	output::{facts, table},
};

/// Wait between looks at the processes.
const POLL: Duration = Duration::from_secs(1);

/// Runs a network until it is told to stop, or one of its processes ends.
///
/// # Errors
/// If it cannot be started, or a process ends by itself.
pub async fn run(context: &Context, args: DevnetArgs) -> Result<()> {
	// From here on a signal must not kill us before our children are stopped.
	let mut interrupt = signal(SignalKind::interrupt())?;
	let mut terminate = signal(SignalKind::terminate())?;
	let mut hangup = signal(SignalKind::hangup())?;
	let ports = match args.base_port {
		Some(base) => Ports::from_base(base),
		None => Ports::well_known()?,
	};
	let mut builder = Devnet::builder().workers(args.workers.into()).ports(ports);
	if let Some(dir) = args.dir {
		builder = builder.dir(dir);
	}
	let spinner = context.out.spinner("starting node, store and workers");
	let start = builder.start();
	let mut net = tokio::select! {
		net = start => net?,
		// Dropping what was started kills it.
		_ = interrupt.recv() => return Ok(()),
		_ = terminate.recv() => return Ok(()),
		_ = hangup.recv() => return Ok(()),
	};
	spinner.finish_and_clear();
	context.out.result(&describe(&net), || show(&net))?;

	let outcome = loop {
		tokio::select! {
			_ = interrupt.recv() => break Ok(()),
			_ = terminate.recv() => break Ok(()),
			_ = hangup.recv() => break Ok(()),
			_ = tokio::time::sleep(POLL) => if let Err(error) = net.check() {
				break Err(error);
			},
		}
	};
	context.out.note("stopping");
	net.shutdown().await;
	Ok(outcome?)
}

fn describe(net: &Devnet) -> serde_json::Value {
	let workers = net.workers().iter().map(|worker| {
		json!({
			"account": worker.account,
			"key": worker.uri,
			"metrics": format!("http://127.0.0.1:{}/metrics", worker.metrics_port),
			"log": worker.log(),
		})
	});
	json!({
		"node": net.url(),
		"store": net.store_url(),
		"dir": net.dir(),
		"workers": workers.collect::<Vec<_>>(),
	})
}

fn show(net: &Devnet) -> String {
	let ports = net.ports();
	let endpoints = facts([
		("node", net.url()),
		("node metrics", format!("http://127.0.0.1:{}/metrics", ports.prometheus)),
		("store", net.store_url()),
		("data and logs", net.dir().display().to_string()),
		("rich accounts", "//Alice //Bob //Charlie //Dave //Eve //Ferdie".into()),
	]);
	let mut workers = table(&["worker", "account", "key", "metrics"]);
	for (index, worker) in net.workers().iter().enumerate() {
		workers.add_row([
			index.to_string(),
			worker.account.to_string(),
			worker.uri.clone(),
			format!("http://127.0.0.1:{}/metrics", worker.metrics_port),
		]);
	}
	format!(
		"{endpoints}\n{workers}\nIn another terminal:\n  export TERCET_URL={} TERCET_STORE={} TERCET_KEY=//Alice\n  tercet model list\nCtrl-C stops everything.",
		net.url(),
		net.store_url(),
	)
}
