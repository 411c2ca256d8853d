//! A worker that answers wrongly, and one that does not answer.

use anyhow::{ensure, Result};
use tercet_cli::devnet::{Devnet, WorkerSpec};
use tercet_primitives::{Decision, JobState, RefundReason};

use tercet_e2e::{example, Net, DEADLINE};

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_with_a_corrupted_model_is_not_paid_and_stands_alone() -> Result<()> {
	let liar = WorkerSpec {
		args: vec!["--replace-model".into(), example("onnx/model_wrong.onnx").into()],
		..WorkerSpec::default()
	};
	let net = Net::start(Devnet::builder().workers(2).worker(liar), 3).await?;
	let requester = net.requester_account();
	let held_before = net.balance(&requester).await?.reserved;
	let liar = net.worker_accounts()[2].clone();
	let free_before = net.balance(&liar).await?.free;

	let job = net.submit(16, DEADLINE).await?;
	let (head, view) = net.end_of(job).await?;
	let JobState::Refunded { reason: RefundReason::Disagreement, .. } = view.job.state else {
		anyhow::bail!("not refunded for disagreement: {:?}", view.job.state)
	};
	ensure!(view.committee.and_then(|committee| committee.decision) == Some(Decision::Disagreed));

	let at = net.chain.at(head.hash);
	ensure!(at.balance(requester).await?.reserved == held_before, "the escrow is back");
	ensure!(at.balance(liar.clone()).await?.free == free_before, "a wrong answer earns nothing");
	for account in net.worker_accounts() {
		let provider = at.provider(account.clone()).await?.expect("it was drawn");
		let (alone, unresolved) = if account == liar { (1, 0) } else { (0, 1) };
		ensure!((provider.alone, provider.unresolved) == (alone, unresolved), "{provider:?}");
		ensure!(provider.in_flight == 0);
	}
	net.devnet.shutdown().await;
	Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_with_a_silent_executor_is_refunded_at_its_deadline() -> Result<()> {
	let mut net = Net::start(Devnet::builder().workers(3), 3).await?;
	net.devnet.kill_worker(1)?;
	let silent = net.worker_accounts()[1].clone();

	let job = net.submit(1, 20).await?;
	let (head, view) = net.end_of(job).await?;
	let JobState::Refunded { at, reason: RefundReason::Silence } = view.job.state else {
		anyhow::bail!("not refunded for silence: {:?}", view.job.state)
	};
	ensure!(at == view.job.request.deadline + 1, "not before the deadline has passed");
	let state = net.chain.at(head.hash);
	for account in net.worker_accounts() {
		let provider = state.provider(account.clone()).await?.expect("it was drawn");
		ensure!(provider.silent == u64::from(account == silent), "{provider:?}");
		ensure!(provider.in_flight == 0);
	}
	net.devnet.shutdown().await;
	Ok(())
}
