//! Committees that do not agree at once: somebody is silent, wrong, or wrong about a few items.
//!
//! Five workers. Only the first three can be drawn at first, so that the dishonest one is always
//! among them; the other two come back for the escalation.

use anyhow::{ensure, Context, Result};
use tercet_cli::devnet::Devnet;
use tercet_primitives::{Decision, Disputed, ItemSet, JobId, JobState, Response, SeatState};
use tercet_tensors::TensorMap;

use tercet_e2e::{accuracy, dishonest, example, Net, DEADLINE, EXECUTORS, PRICE};

/// Who misbehaves.
const CULPRIT: usize = 2;

/// Who is asked only when there is an escalation.
const FRESH: [usize; 2] = [3, 4];

/// Executors and quorum after one escalation.
const ESCALATED: (usize, usize) = (5, 4);

#[tokio::test(flavor = "multi_thread")]
async fn one_bad_executor_of_three_is_outvoted_by_four_of_five() -> Result<()> {
	let mut net = Net::start(Devnet::builder().workers(5), 5).await?;
	net.leave(&FRESH).await?;
	a_silent_executor_is_replaced(&mut net).await.context("silent")?;
	net.leave(&FRESH).await?;
	a_wrong_executor_is_slashed(&mut net).await.context("wrong")?;
	net.leave(&FRESH).await?;
	items_in_dispute_are_run_again(&mut net).await.context("partly wrong")?;
	net.shutdown().await;
	Ok(())
}

async fn a_silent_executor_is_replaced(net: &mut Net) -> Result<()> {
	net.devnet.kill_worker(CULPRIT)?;
	let job = net.submit(1, DEADLINE).await?;
	net.drawn(job).await?;
	net.enter(&FRESH).await?;
	let (head, view) = net.end_of(job).await?;
	let JobState::Settled { disputed: Disputed::None, statement, .. } = &view.job.state else {
		anyhow::bail!("not settled: {:?}", view.job.state)
	};
	escalated(&view, |state| *state == SeatState::Silent)?;
	ensure!(statement.executors == ESCALATED.1 as u128 * PRICE, "four are paid: {statement:?}");
	ensure!(statement.total() == Some(view.job.escrow));
	let culprit = net.provider(head, CULPRIT).await?;
	ensure!((culprit.silent, culprit.withheld, culprit.verified) == (1, 0, 0), "{culprit:?}");
	ensure!(culprit.pending_slashes > 0 && culprit.pending_slashes < view.job.risk);
	ensure!(culprit.at_risk == 0 && culprit.in_flight == 0, "{culprit:?}");
	net.reform(&[CULPRIT])
}

async fn a_wrong_executor_is_slashed(net: &mut Net) -> Result<()> {
	net.corrupt(&[CULPRIT], &example("onnx/model_wrong.onnx"))?;
	let before = net.provider(net.chain.best().await?, CULPRIT).await?;
	let job = net.submit(16, DEADLINE).await?;
	net.drawn(job).await?;
	net.enter(&FRESH).await?;
	let (head, view) = net.end_of(job).await?;
	let JobState::Settled { answer, disputed: Disputed::None, statement, .. } = &view.job.state
	else {
		anyhow::bail!("not settled: {:?}", view.job.state)
	};
	let wrong = |state: &SeatState| match state {
		SeatState::Revealed(Response::Result(said)) => said != answer,
		_ => false,
	};
	escalated(&view, wrong)?;
	ensure!(statement.executors == ESCALATED.1 as u128 * 16 * PRICE, "{statement:?}");
	let culprit = net.provider(head, CULPRIT).await?;
	ensure!(culprit.wrong == 1, "{culprit:?}");
	let slash = culprit.pending_slashes - before.pending_slashes;
	ensure!(slash == view.job.risk, "{slash} of {}", view.job.risk);
	ensure!(culprit.reputation < before.reputation);
	let result = net.result(job, &view).await?;
	ensure!(result.tensors == expected(16)?, "the honest answer counts");
	net.reform(&[CULPRIT])
}

async fn items_in_dispute_are_run_again(net: &mut Net) -> Result<()> {
	net.corrupt(&[CULPRIT], &dishonest("partly_wrong.onnx"))?;
	let job = net.submit(512, 2 * DEADLINE).await?;
	let settled = |state: &JobState| matches!(state, JobState::Running { part: Some(_), .. });
	let (_, view) = net.wait_for(job, |view| settled(&view.job.state)).await?;
	let JobState::Running { part: Some(part), .. } = &view.job.state else {
		anyhow::bail!("no part is settled: {:?}", view.job.state)
	};
	let open = ItemSet::first(512).without(&part.items);
	ensure!(!open.is_empty() && open.len() <= 6, "about 1 % is in dispute: {open:?}");
	let each = u128::from(part.items.len()) * PRICE;
	ensure!(part.statement.executors == EXECUTORS as u128 * each, "the rest is paid at once");
	let early = net.result(job, &view).await?;
	ensure!(early.open == open, "what was agreed on is there already");

	net.enter(&FRESH).await?;
	let (head, view) = net.end_of(job).await?;
	let JobState::Settled { disputed: Disputed::Resolved(patch), statement, .. } = &view.job.state
	else {
		anyhow::bail!("the dispute was not resolved: {:?}", view.job.state)
	};
	ensure!(patch.items == open, "{:?} against {open:?}", patch.items);
	let rest = u128::from(open.len()) * PRICE * ESCALATED.1 as u128;
	ensure!(statement.executors == EXECUTORS as u128 * each + rest, "{statement:?}");
	ensure!(statement.total() == Some(view.job.escrow));
	ensure!(net.provider(head, CULPRIT).await?.wrong == 2);

	// Base and patch in one, and every item can be shown, whichever of the two it is in.
	let result = net.result(job, &view).await?;
	ensure!(result.tensors == expected(512)?, "bit by bit as the honest model answers");
	ensure!(accuracy(&result.tensors)? > 0.95);
	let at = net.chain.at(head.hash);
	let disputed = open.iter().next().context("one is in dispute")?;
	for item in [0, disputed, 511] {
		let proof = result.prove(job, item)?;
		ensure!(proof.holds(&view.job)?);
		let accepted = at.verify_item(job, item, proof.digest, proof.proof.clone()).await?;
		ensure!(accepted == Ok(()), "item {item}: {accepted:?}");
	}
	let merged = tempfile::NamedTempFile::new()?;
	let path = merged.path().display().to_string();
	let id = job.to_string();
	let printed =
		net.tercet("//Bob")?.json(&["job", "result", id.as_str(), "--output", &path]).await?;
	ensure!(TensorMap::from_bytes(&std::fs::read(&path)?)? == result.tensors);
	ensure!(printed["runAgain"].as_array().map(Vec::len) == Some(open.len() as usize));
	receipt_names_everybody(net, job, disputed).await?;
	net.reform(&[CULPRIT])
}

/// The receipt shows who agreed on what, and an item of the patch.
async fn receipt_names_everybody(net: &Net, job: JobId, item: u32) -> Result<()> {
	let dir = tempfile::tempdir()?;
	let file = dir.path().join("receipt.json").display().to_string();
	let (id, item) = (job.to_string(), item.to_string());
	let tercet = net.tercet("//Bob")?;
	tercet.json(&["job", "receipt", &id, "--out", &file, "--item", &item]).await?;
	let checked = tercet.json(&["job", "verify-receipt", &file]).await?;
	let witnesses = checked["witnesses"].as_array().context("no witnesses")?;
	ensure!(witnesses.len() == ESCALATED.0, "{witnesses:?}");
	Ok(())
}

/// Whether the committee grew to five, of which exactly the culprit's seat is as said.
fn escalated(
	view: &tercet_primitives::apis::JobView,
	is_culprit: impl Fn(&SeatState) -> bool,
) -> Result<()> {
	let committee = view.committee.as_ref().context("no committee")?;
	ensure!((committee.seats.len(), usize::from(committee.quorum)) == ESCALATED, "{committee:?}");
	ensure!(committee.round == 1 && committee.decision == Some(Decision::Agreed));
	let culprits = committee.seats.iter().filter(|seat| is_culprit(&seat.state)).count();
	ensure!(culprits == 1, "{culprits} culprits: {:?}", committee.seats);
	Ok(())
}

/// What the honest model answers for the first images.
fn expected(items: u32) -> Result<TensorMap> {
	let all = TensorMap::from_bytes(&std::fs::read(example("expected_int8.safetensors"))?)?;
	tercet_e2e::first(&all, items)
}
