//! Workers that are killed at every step of a job.

use std::time::Duration;

use anyhow::{ensure, Result};
use tercet_cli::devnet::{Devnet, WorkerSpec};
use tercet_primitives::JobState;

use tercet_e2e::{Net, DEADLINE};

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_killed_at_any_step_takes_its_job_up_again() -> Result<()> {
	let mut net = Net::start(Devnet::builder().workers(3), 3).await?;
	for step in ["fetched", "executed", "stored", "journaled", "committed", "revealed"] {
		let dies =
			WorkerSpec { args: vec!["--abort-at".into(), step.into()], ..WorkerSpec::default() };
		net.devnet.restart_worker_with(0, dies)?;
		let job = net.submit(8, DEADLINE).await?;
		let mut patience = Duration::from_secs(10);
		while net.devnet.worker_runs(0) {
			tokio::time::sleep(Duration::from_millis(50)).await;
			let view = net.chain.at(net.chain.best().await?.hash).job(job).await?;
			// The reveal it dies after may be the last one.
			if view.is_some_and(|view| view.job.state.is_terminal()) {
				patience = patience.saturating_sub(Duration::from_millis(50));
			}
			ensure!(!patience.is_zero(), "worker 0 never got to `{step}`");
		}
		net.devnet.restart_worker_with(0, WorkerSpec::default())?;
		let (_, view) = net.end_of(job).await?;
		ensure!(
			matches!(view.job.state, JobState::Settled { .. }),
			"killed at `{step}`: {:?}",
			view.job.state
		);
	}
	// It answered each job once, like the others.
	let at = net.chain.at(net.chain.best().await?.hash);
	for account in net.worker_accounts() {
		let provider = at.provider(account).await?.expect("it was drawn");
		ensure!(provider.assigned == 6 && provider.verified == 6, "{provider:?}");
	}
	net.shutdown().await;
	Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_killed_without_warning_takes_its_job_up_again() -> Result<()> {
	let mut net = Net::start(Devnet::builder().workers(3), 3).await?;
	let job = net.submit(512, DEADLINE).await?;
	net.drawn(job).await?;
	net.devnet.kill_worker(2)?;
	tokio::time::sleep(Duration::from_secs(6)).await;
	net.devnet.restart_worker(2)?;
	let (_, view) = net.end_of(job).await?;
	ensure!(matches!(view.job.state, JobState::Settled { .. }), "{:?}", view.job.state);
	net.shutdown().await;
	Ok(())
}
