//! Jobs that nobody can run: the executors agree on why, and the requester pays the minimum.

use anyhow::{ensure, Context, Result};
use tercet_cli::devnet::{Devnet, WorkerSpec};
use tercet_primitives::{
	Agreement, BlobRef, Decision, Fault, Invalidity, JobId, JobState, Payload, Precision,
	VariantId, H256,
};
use tercet_tensors::{Tensor, TensorMap};

use tercet_e2e::{digits, images, store, Net, DEADLINE, EXECUTORS, PRICE};

/// What a job is about, and what its executors should say.
struct Case {
	what: &'static str,
	variant: VariantId,
	items: u32,
	input: Payload,
	expected: Invalidity,
}

#[tokio::test(flavor = "multi_thread")]
async fn executors_agree_on_each_cause_and_go_on() -> Result<()> {
	// A worker waits long before it calls a blob missing; the other jobs go on meanwhile.
	let worker = WorkerSpec { args: vec!["--parallel".into(), "16".into()], ..Default::default() };
	let builder =
		(0..EXECUTORS).fold(Devnet::builder(), |builder, _| builder.worker(worker.clone()));
	let mut net = Net::start(builder, EXECUTORS as u32).await?;
	let cases = cases(&mut net).await?;
	let held = net.balance(&net.requester_account()).await?.reserved;
	let mut jobs = vec![];
	for case in cases {
		let mut request = net.request(case.items, case.input.clone(), 2 * DEADLINE).await?;
		request.variant = case.variant;
		jobs.push((net.submit_request(request).await?, case));
	}
	let mut deposits = 0;
	for (job, case) in jobs {
		deposits += is_invalid(&net, job, &case).await.context(case.what)?;
	}
	let balance = net.balance(&net.requester_account()).await?;
	ensure!(balance.reserved == held + deposits, "only the records' deposits are still held");
	let head = net.chain.best().await?;
	for worker in 0..EXECUTORS {
		let provider = net.provider(head, worker).await?;
		ensure!(
			(provider.wrong, provider.withheld, provider.silent) == (0, 0, 0),
			"nobody is to blame: {provider:?}"
		);
		ensure!(provider.in_flight == 0 && provider.pending_slashes == 0);
	}

	let job = net.submit(512, DEADLINE).await?;
	let (_, view) = net.end_of(job).await?;
	ensure!(matches!(view.job.state, JobState::Settled { .. }), "{:?}", view.job.state);
	net.shutdown().await;
	Ok(())
}

/// Checks one job that has to end as invalid; gives the deposit of its record.
async fn is_invalid(net: &Net, job: JobId, case: &Case) -> Result<u128> {
	let (_, view) = net.end_of(job).await?;
	let JobState::Invalid { why, statement, .. } = &view.job.state else {
		anyhow::bail!("{:?}, {:?}", view.job.state, view.committee)
	};
	ensure!(*why == case.expected, "{why:?}");
	let fault = match why {
		Invalidity::BlobMissing => Fault::Store,
		_ => Fault::Requester,
	};
	ensure!(view.job.state.fault() == Some(fault));
	let decision = view.committee.as_ref().and_then(|committee| committee.decision);
	ensure!(decision == Some(Decision::Invalid), "{decision:?}");
	let full = EXECUTORS as u128 * u128::from(case.items) * PRICE;
	ensure!(statement.executors > 0 && statement.executors < full, "the minimum: {statement:?}");
	ensure!(statement.refunded > 0 && statement.total() == Some(view.job.escrow));
	Ok(view.job.deposit)
}

/// One job for every way in which a job can be impossible.
async fn cases(net: &mut Net) -> Result<Vec<Case>> {
	let providers = EXECUTORS as u32;
	let bytes = images(512)?.to_canonical_bytes();
	let good = store(&net.store, bytes.clone()).await?;
	let short = store(&net.store, bytes[..1000].to_vec()).await?;
	let named = TensorMap::new([("sound", Tensor::f32(&[2, 64], &[0.0; 128])?)])?;
	let shaped = TensorMap::new([("image", Tensor::f32(&[2, 63], &[0.0; 126])?)])?;
	let three = images(3)?;

	let mut broken = digits(&net.store, Precision::Int8, Agreement::Exact).await?;
	broken.artifact = store(&net.store, b"this is no model".to_vec()).await?;
	let broken = net.publish(broken, providers).await?;
	let mut lost = digits(&net.store, Precision::Int8, Agreement::Exact).await?;
	lost.artifact.blob_id = [8; 32];
	lost.artifact.digest = H256::repeat_byte(8);
	let lost = net.publish(lost, providers).await?;
	let mut hungry = digits(&net.store, Precision::Int8, Agreement::Exact).await?;
	hungry.memory = 1_000;
	let hungry = net.publish(hungry, providers).await?;

	let int8 = net.int8;
	let inline = |map: &TensorMap| -> Result<Payload> {
		let bytes = map.to_canonical_bytes();
		Ok(Payload::Inline(bytes.try_into().ok().context("the input is too long")?))
	};
	let image = inline(&images(2)?)?;
	let case =
		|what, variant, items, input, expected| Case { what, variant, items, input, expected };
	use Invalidity::*;
	Ok(vec![
		case("missing input", int8, 512, blob(good, |b| b.blob_id = [9; 32]), BlobMissing),
		case("missing model", lost, 2, image.clone(), BlobMissing),
		case("wrong digest", int8, 512, blob(good, |b| b.digest = H256::zero()), BlobMismatch),
		case("wrong size", int8, 512, blob(good, |b| b.size += 1), BlobMismatch),
		case("truncated", int8, 512, blob(good, |b| b.blob_id = short.blob_id), BlobMismatch),
		case("malformed model", broken, 2, image.clone(), ModelRefused),
		case("no tensors", int8, 2, text(b"what is this")?, InputRefused),
		case("another name", int8, 2, inline(&named)?, InputRefused),
		case("another shape", int8, 2, inline(&shaped)?, InputRefused),
		case("more items than declared", int8, 2, inline(&three)?, InputRefused),
		case("too little memory", hungry, 2, image, OutOfMemory),
	])
}

fn blob(mut blob: BlobRef, change: impl FnOnce(&mut BlobRef)) -> Payload {
	change(&mut blob);
	Payload::Blob(blob)
}

fn text(bytes: &[u8]) -> Result<Payload> {
	Ok(Payload::Inline(bytes.to_vec().try_into().ok().context("the text is too long")?))
}
