//! Committees of colluders, and what a larger, disjoint committee does to them.
//!
//! Eight workers: three of them are drawn first and may all be wrong in the same way, five are honest
//! and come for the review.

use anyhow::{ensure, Context, Result};
use tercet_chain_client::{calls, Head};
use tercet_cli::{commands::job::CanaryFile, devnet::Devnet, results};
use tercet_primitives::{
	apis::JobView, Decision, Disputed, Fault, ItemSet, JobId, JobState, RefundReason, SeatState,
};
use tercet_tensors::TensorMap;

use tercet_e2e::{example, images, Audits, Net, DEADLINE};

/// Drawn first.
const FIRST: [usize; 3] = [0, 1, 2];

/// Drawn for reviews.
const REVIEWERS: [usize; 5] = [3, 4, 5, 6, 7];

/// A job with a review needs time for two committees.
const LONG: u32 = 4 * DEADLINE;

#[tokio::test(flavor = "multi_thread")]
async fn a_committee_of_colluders_is_overruled_by_challenge_canary_and_audit() -> Result<()> {
	let mut net = Net::start(Devnet::builder().workers(8), 8).await?;
	net.corrupt(&FIRST, &example("onnx/model_wrong.onnx"))?;
	net.leave(&REVIEWERS).await?;
	a_challenge_is_upheld(&net).await.context("challenge")?;
	net.leave(&REVIEWERS).await?;
	a_canary_is_opened(&net).await.context("canary")?;
	net.leave(&REVIEWERS).await?;
	net.set_audits(Audits::Always).await?;
	an_audit_overrules(&net).await.context("audit of colluders")?;
	net.reform(&FIRST)?;
	net.leave(&REVIEWERS).await?;
	an_audit_confirms(&net).await.context("audit of honest executors")?;
	net.shutdown().await;
	Ok(())
}

/// A job that the colluders settle among themselves.
async fn colluded(net: &Net) -> Result<(JobId, Head, JobView)> {
	let job = net.submit(16, LONG).await?;
	let (head, view) = net.end_of(job).await?;
	ensure!(matches!(view.job.state, JobState::Settled { .. }), "{:?}", view.job.state);
	Ok((job, head, view))
}

async fn a_challenge_is_upheld(net: &Net) -> Result<()> {
	let (job, head, view) = colluded(net).await?;
	let before = wrong(net, head).await?;
	net.enter(&REVIEWERS).await?;
	let included = net.chain.submit(&net.requester, calls::challenge(job)).await?;
	let opened = included.event("Verification", "ReviewOpened").context("no review")?;
	let (of, review) = opened.decode::<(JobId, JobId)>()?;
	ensure!(of == job);
	overturned(net, job, review, &view, before).await?;
	// Once is enough.
	let again = net.chain.submit(&net.requester, calls::challenge(job)).await.err();
	ensure!(again.as_ref().and_then(|error| error.dispatch("Verification")).is_some(), "{again:?}");
	Ok(())
}

/// The review ends with the honest answer, and whoever agreed on something else is slashed.
async fn overturned(
	net: &Net,
	job: JobId,
	review: JobId,
	view: &JobView,
	before: u64,
) -> Result<()> {
	let paid = net.balance(&net.requester_account()).await?;
	let (head, reviewed) = net.end_of(review).await?;
	let JobState::Settled { at: settled_at, .. } = reviewed.job.state else {
		anyhow::bail!("the review has no verdict: {:?}", reviewed.job.state)
	};
	let reviewers = &reviewed.committee.as_ref().context("no committee")?.seats;
	let first = &view.committee.as_ref().context("no committee")?.seats;
	ensure!(reviewers.len() == REVIEWERS.len());
	for seat in reviewers {
		ensure!(first.iter().all(|other| other.executor != seat.executor), "they are disjoint");
	}
	let block = net.chain.hash_of(settled_at).await?.context("the block is gone")?;
	let events = net.chain.at(block).events().await?;
	let ended = events.iter().find(|event| event.is("Verification", "ReviewEnded"));
	let ended = ended.context("the review has not ended")?.decode::<(JobId, JobId, bool)>()?;
	ensure!(ended == (job, review, false), "{ended:?}");
	ensure!(wrong(net, head).await? == before + FIRST.len() as u64, "all three are slashed");
	let after = net.chain.at(head.hash).balance(net.requester_account()).await?;
	ensure!(after.total() >= paid.total(), "the review is reimbursed");
	let (result, honest) = (net.result(review, &reviewed).await?, expected(16)?);
	ensure!(result.tensors == honest, "the honest answer is known now");
	Ok(())
}

async fn a_canary_is_opened(net: &Net) -> Result<()> {
	const ITEM: u32 = 5;
	let dir = tempfile::tempdir()?;
	let path = |name: &str| dir.path().join(name).display().to_string();
	let (input, known) = (path("in.safetensors"), path("known.safetensors"));
	std::fs::write(&input, images(16)?.to_canonical_bytes())?;
	let item = expected(16)?.item(ITEM).context("no such item")?;
	std::fs::write(&known, item.to_canonical_bytes())?;

	let (tercet, canary) = (net.tercet("//Bob")?, format!("{ITEM}={known}"));
	let model = net.int8.model.to_string();
	let mut submit = vec!["job", "submit", "--model", &model, "--input", &input];
	submit.extend(["--price", "0.001", "--deadline", "+240", "--canary", &canary]);
	let submitted = tercet.json(&submit).await?;
	let job = JobId(submitted["job"].as_u64().context("no job")?);
	let file = submitted["canary"].as_str().context("no canary file")?;
	ensure!(CanaryFile::read(file.as_ref())?.job == Some(job));
	let (head, view) = net.end_of(job).await?;
	ensure!(matches!(view.job.state, JobState::Settled { .. }), "{:?}", view.job.state);

	let before = wrong(net, head).await?;
	net.enter(&REVIEWERS).await?;
	let opened = tercet.json(&["job", "open-canary", file]).await?;
	let events = opened["events"].as_array().context("no events")?;
	let event = events.iter().find(|event| event["name"] == "ReviewOpened").context("no review")?;
	let review = JobId(event["fields"]["review"].as_u64().context("no review")?);
	overturned(net, job, review, &view, before).await
}

async fn an_audit_overrules(net: &Net) -> Result<()> {
	let before = wrong(net, net.chain.best().await?).await?;
	let job = net.submit(16, LONG).await?;
	net.drawn(job).await?;
	net.enter(&REVIEWERS).await?;
	let (head, view) = net.end_of(job).await?;
	let JobState::Refunded { reason: RefundReason::Overruled, statement, .. } = &view.job.state
	else {
		anyhow::bail!("not overruled: {:?}", view.job.state)
	};
	ensure!(view.job.state.fault() == Some(Fault::Executor));
	ensure!(statement.executors == 0 && statement.total() == Some(view.job.escrow));
	let decision = view.committee.as_ref().and_then(|committee| committee.decision);
	ensure!(decision == Some(Decision::Overruled), "{decision:?}");
	ensure!(wrong(net, head).await? == before + FIRST.len() as u64, "all three are slashed");
	Ok(())
}

async fn an_audit_confirms(net: &Net) -> Result<()> {
	let job = net.submit(16, LONG).await?;
	net.drawn(job).await?;
	net.enter(&REVIEWERS).await?;
	let (_, view) = net.end_of(job).await?;
	let JobState::Settled { disputed: Disputed::None, .. } = &view.job.state else {
		anyhow::bail!("not settled: {:?}", view.job.state)
	};
	let result = net.result(job, &view).await?;
	ensure!(result.tensors == expected(16)?);
	let agreed = results::agreed(job, &view.job)?;
	ensure!(agreed.cover(0) == Some((result.root, ItemSet::first(16))));
	// The audit is an ordinary job that came right after, and the treasury paid for it.
	let audit = net.chain.at(net.chain.best().await?.hash).job(JobId(job.0 + 1)).await?;
	let audit = audit.context("there is no audit")?;
	ensure!(audit.job.requester != view.job.requester);
	ensure!(audit.job.request.input == view.job.request.input);
	let seats = &audit.committee.context("nobody was drawn")?.seats;
	ensure!(seats.iter().all(|seat| matches!(seat.state, SeatState::Revealed(_))));
	Ok(())
}

/// Wrong answers on the record of those who are drawn first.
async fn wrong(net: &Net, head: Head) -> Result<u64> {
	let mut sum = 0;
	for worker in FIRST {
		sum += net.provider(head, worker).await?.wrong;
	}
	Ok(sum)
}

/// What the honest model answers for the first images.
fn expected(items: u32) -> Result<TensorMap> {
	let all = TensorMap::from_bytes(&std::fs::read(example("expected_int8.safetensors"))?)?;
	tercet_e2e::first(&all, items)
}
