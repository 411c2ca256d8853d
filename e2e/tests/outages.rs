//! A node that restarts, and a store that is down.

use std::time::Duration;

use anyhow::{ensure, Result};
use tercet_cli::devnet::Devnet;
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
	net.shutdown().await;
	Ok(())
}
