//! Answers that are compared by their fingerprints, because their bits depend on the machine.

use anyhow::{ensure, Context, Result};
use tercet_cli::devnet::{Devnet, WorkerSpec};
use tercet_primitives::{
	Agreement, Decision, Disputed, Feature, JobState, Precision, Response, SeatState,
};

use tercet_e2e::{accuracy, digits, with_model, Net, DEADLINE, EXECUTORS, PRICE};

/// Far more than rounding does, far less than another model does.
const MAX_DISTANCE: u16 = 12;

#[tokio::test(flavor = "multi_thread")]
async fn workers_with_different_threads_agree_and_another_model_does_not() -> Result<()> {
	let threads = |count: &str| WorkerSpec {
		args: vec!["--threads".into(), count.into()],
		..WorkerSpec::default()
	};
	let builder = Devnet::builder().worker(threads("1")).worker(threads("2")).worker(threads("4"));
	let mut net = Net::start(builder.workers(2), 5).await?;
	let agreement = Agreement::Similar { max_distance: MAX_DISTANCE, feature: Feature::Flat };
	let fp32 = digits(&net.store, Precision::Fp32, agreement).await?;
	let fp32 = net.publish(fp32, 5).await?;
	net.leave(&[3, 4]).await?;
	settles(&net, fp32).await.context("different threads")?;

	// The worker of one thread now runs the wrong model: two fresh executors outvote it.
	net.devnet.restart_worker_with(0, with_model(&tercet_e2e::example("onnx/model_wrong.onnx")))?;
	let mut request = net.request(64, input(&net).await?, 2 * DEADLINE).await?;
	request.variant = fp32;
	let job = net.submit_request(request).await?;
	net.drawn(job).await?;
	net.enter(&[3, 4]).await?;
	let (head, view) = net.end_of(job).await?;
	ensure!(matches!(view.job.state, JobState::Settled { .. }), "{:?}", view.job.state);
	ensure!(net.provider(head, 0).await?.wrong == 1);
	let result = net.result(job, &view).await?;
	ensure!(accuracy(&result.tensors)? > 0.95);
	net.shutdown().await;
	Ok(())
}

async fn input(net: &Net) -> Result<tercet_primitives::Payload> {
	net.payload(tercet_e2e::images(64)?.to_canonical_bytes()).await
}

async fn settles(net: &Net, fp32: tercet_primitives::VariantId) -> Result<()> {
	let mut request = net.request(64, input(net).await?, DEADLINE).await?;
	request.variant = fp32;
	let job = net.submit_request(request).await?;
	let (head, view) = net.end_of(job).await?;
	let JobState::Settled { answer, disputed: Disputed::None, statement, .. } = &view.job.state
	else {
		anyhow::bail!("not settled: {:?}", view.job.state)
	};
	ensure!(statement.executors == EXECUTORS as u128 * 64 * PRICE);
	let committee = view.committee.as_ref().context("no committee")?;
	ensure!(committee.decision == Some(Decision::Agreed) && committee.round == 0);
	ensure!(committee.seed != Default::default(), "the fingerprints have a seed");
	let mut canonical = 0;
	for seat in &committee.seats {
		let SeatState::Revealed(Response::Result(said)) = &seat.state else {
			anyhow::bail!("{seat:?}")
		};
		ensure!(seat.seal.is_some() && seat.voted, "fingerprints were sealed and opened: {seat:?}");
		canonical += usize::from(said == answer);
	}
	ensure!(canonical >= 1, "one of them speaks for all");
	for worker in 0..EXECUTORS {
		ensure!(net.provider(head, worker).await?.verified == 1);
	}
	let result = net.result(job, &view).await?;
	ensure!(accuracy(&result.tensors)? > 0.95, "fp32 is right");
	Ok(())
}
