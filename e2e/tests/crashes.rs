//! Workers that are killed while they run many items, and while they show theirs. `kills` has the other
//! steps.

use std::time::Duration;

use anyhow::{ensure, Result};
use tercet_cli::devnet::{Devnet, WorkerSpec};
use tercet_primitives::JobState;

use tercet_e2e::{example, Net, DEADLINE};

/// Whose answers differ, so that the others have to show theirs item by item.
const CULPRIT: usize = 2;

/// Who is asked only when there is an escalation.
const FRESH: [usize; 2] = [3, 4];

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_killed_while_it_shows_its_items_shows_them_again() -> Result<()> {
	let mut net = Net::start(Devnet::builder().workers(5), 5).await?;
	net.corrupt(&[CULPRIT], &example("onnx/model_wrong.onnx"))?;
	for (jobs, step) in (1..).zip(["itemizing", "itemized"]) {
		net.leave(&FRESH).await?;
		let dies = vec!["--abort-at".into(), step.into()];
		net.devnet.restart_worker_with(0, WorkerSpec { args: dies, ..WorkerSpec::default() })?;
		let job = net.submit(16, 2 * DEADLINE).await?;
		net.drawn(job).await?;
		net.enter(&FRESH).await?;
		let mut ended = false;
		while net.devnet.worker_runs(0) && !ended {
			tokio::time::sleep(Duration::from_millis(50)).await;
			let view = net.chain.at(net.chain.best().await?.hash).job(job).await?;
			// What is on its way may be taken before the moment that was drawn.
			ended = step == "itemizing" && view.is_some_and(|view| view.job.state.is_terminal());
		}
		net.devnet.restart_worker_with(0, WorkerSpec::default())?;
		let (head, view) = net.end_of(job).await?;
		let settled = matches!(view.job.state, JobState::Settled { .. });
		ensure!(settled, "killed at `{step}`: {:?}", view.job.state);
		let provider = net.provider(head, 0).await?;
		ensure!((provider.verified, provider.assigned) == (jobs, jobs), "{step}: {provider:?}");
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
