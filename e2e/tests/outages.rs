//! A node that restarts, a store that is down, and a worker that starts while it is.

use std::time::Duration;

use anyhow::{ensure, Result};
use tercet_cli::devnet::{Devnet, WorkerSpec};
use tercet_primitives::JobState;

use tercet_e2e::{Net, DEADLINE};

#[tokio::test(flavor = "multi_thread")]
async fn jobs_settle_when_node_and_store_go_down_and_come_back() -> Result<()> {
	let mut net = Net::start(Devnet::builder().workers(3), 3).await?;

	let job = net.submit(512, 2 * DEADLINE).await?;
	net.drawn(job).await?;
	net.devnet.kill_node();
	tokio::time::sleep(Duration::from_secs(3)).await;
	net.devnet.restart_node().await?;
	let (_, view) = net.end_of(job).await?;
	ensure!(matches!(view.job.state, JobState::Settled { .. }), "node: {:?}", view.job.state);

	// Its input is stored before the store goes down, its result cannot be.
	let job = net.submit(512, 2 * DEADLINE).await?;
	net.devnet.stop_store().await;
	tokio::time::sleep(Duration::from_secs(12)).await;
	let view = net.chain.at(net.chain.best().await?.hash).job(job).await?.expect("submitted");
	ensure!(matches!(view.job.state, JobState::Running { .. }), "no store: {:?}", view.job.state);
	net.devnet.start_store().await?;
	let (_, view) = net.end_of(job).await?;
	ensure!(matches!(view.job.state, JobState::Settled { .. }), "store: {:?}", view.job.state);

	// What a worker has committed to needs no store to be revealed, even after a restart.
	let dies = vec!["--abort-at".into(), "committed".into()];
	net.devnet.restart_worker_with(0, WorkerSpec { args: dies, ..WorkerSpec::default() })?;
	let job = net.submit(8, 2 * DEADLINE).await?;
	while net.devnet.worker_runs(0) {
		tokio::time::sleep(Duration::from_millis(50)).await;
	}
	net.devnet.stop_store().await;
	net.devnet.restart_worker_with(0, WorkerSpec::default())?;
	let (head, view) = net.end_of(job).await?;
	ensure!(matches!(view.job.state, JobState::Settled { .. }), "restart: {:?}", view.job.state);
	let provider = net.provider(head, 0).await?;
	ensure!(provider.verified == 3 && provider.withheld == 0, "{provider:?}");
	net.devnet.start_store().await?;
	net.shutdown().await;
	Ok(())
}
