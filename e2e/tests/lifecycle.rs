//! Jobs that go as they should.

use anyhow::{ensure, Context, Result};
use tercet_chain_client::{calls, Call, Included};
use tercet_cli::{commands::credit::Credit, devnet::Devnet};
use tercet_primitives::{
	hashing, Disputed, Funding, JobState, Payload, RefundReason, Response, SeatState,
};

use tercet_e2e::{accuracy, Net, DEADLINE, EXECUTORS, PRICE, ROYALTY};

#[tokio::test(flavor = "multi_thread")]
async fn jobs_of_one_and_of_512_items_are_verified_and_paid() -> Result<()> {
	let net = Net::start(Devnet::builder().workers(3), 3).await?;
	for items in [1, 512] {
		settles(&net, items).await?;
	}
	credit_pays_for_jobs(&net).await.context("credit")?;
	net.shutdown().await;
	Ok(())
}

async fn settles(net: &Net, items: u32) -> Result<()> {
	let issuance = net.chain.at(net.chain.best().await?.hash).total_issuance().await?;
	let before_workers = balances(net).await?;
	let held_before = net.balance(&net.requester_account()).await?.reserved;
	let job = net.submit(items, DEADLINE).await?;
	let (head, view) = net.end_of(job).await?;
	let JobState::Settled { answer, disputed: Disputed::None, statement, .. } = &view.job.state
	else {
		anyhow::bail!("not settled: {:?}", view.job.state)
	};
	ensure!(view.job.state.fault().is_none());

	// Every executor revealed the one answer.
	let committee = view.committee.as_ref().context("no committee")?;
	ensure!(committee.seats.len() == EXECUTORS && committee.round == 0);
	for seat in &committee.seats {
		let revealed = SeatState::Revealed(Response::Result(answer.clone()));
		ensure!(seat.state == revealed, "{seat:?} against {answer:?}");
	}
	ensure!(matches!(answer.output, Payload::Inline(_)) == (items == 1), "inline when small");

	// The money went where it should, and nothing was made or lost.
	let each = u128::from(items) * PRICE;
	let work = EXECUTORS as u128 * each;
	ensure!(statement.executors == work);
	ensure!(statement.royalties == ROYALTY * work);
	ensure!(statement.treasury > view.job.fee, "its share and the fee");
	ensure!(statement.total() == Some(view.job.escrow), "{statement:?}");
	let after_workers = balances(net).await?;
	for (before, after) in before_workers.iter().zip(&after_workers) {
		// Accepted answers cost no fee.
		ensure!(after - before == each, "{before} -> {after}");
	}
	let at = net.chain.at(head.hash);
	let held = at.balance(net.requester_account()).await?.reserved;
	ensure!(held == held_before + view.job.deposit, "only the record's deposit is still held");
	ensure!(at.total_issuance().await? == issuance);
	for account in net.worker_accounts() {
		let provider = at.provider(account).await?.context("not a provider")?;
		ensure!(provider.in_flight == 0 && provider.assigned == provider.verified);
	}

	// The result is right, and any item can be shown.
	let result = net.result(job, &view).await?;
	ensure!(result.tensors.items() == items && result.open.is_empty());
	if items == 512 {
		let accuracy = accuracy(&result.tensors)?;
		ensure!(accuracy > 0.95, "accuracy {accuracy}");
	}
	let last = items - 1;
	let proof = result.prove(job, last)?;
	let (digest, proof) = (proof.digest, proof.proof);
	ensure!(at.verify_item(job, last, digest, proof.clone()).await? == Ok(()));
	let wrong = hashing::item_digest(b"something else");
	ensure!(at.verify_item(job, last, wrong, proof).await?.is_err());
	Ok(())
}

/// Jobs draw on what was put aside once; what they do not need can be taken back.
async fn credit_pays_for_jobs(net: &Net) -> Result<()> {
	let tercet = net.tercet("//Bob")?;
	tercet.json(&["credit", "add", "5"]).await?;
	let account = net.requester_account();
	let at = net.chain.at(net.chain.best().await?.hash);
	let before = Credit::of(&at, &account).await?;
	ensure!(before.total == 5 * tercet_primitives::TCT && before.committed == 0, "{before:?}");

	let mut spent = 0;
	for items in [1, 8] {
		let input = net.payload(tercet_e2e::images(items)?.to_canonical_bytes()).await?;
		let mut request = net.request(items, input, DEADLINE).await?;
		request.funding = Funding::Credit;
		let job = net.submit_request(request).await?;
		let (head, view) = net.end_of(job).await?;
		let JobState::Settled { statement, .. } = view.job.state else {
			anyhow::bail!("not settled: {:?}", view.job.state)
		};
		spent += view.job.escrow - statement.refunded;
		let credit = Credit::of(&net.chain.at(head.hash), &account).await?;
		ensure!(credit.total == before.total - spent && credit.committed == 0, "{credit:?}");
	}

	let shown = tercet.json(&["credit", "show"]).await?;
	let left = before.total - spent;
	ensure!(shown["credit"]["total"].as_u64().map(u128::from) == Some(left), "{shown}");
	let more = format!("{} planck", left + 1);
	let error = tercet.failure(&["credit", "withdraw", &more]).await?;
	ensure!(error.contains("Credit"), "{error}");
	tercet.json(&["credit", "withdraw", &format!("{left} planck")]).await?;
	let at = net.chain.at(net.chain.best().await?.hash);
	ensure!(Credit::of(&at, &account).await? == Credit::default(), "all of it is back");
	Ok(())
}

async fn balances(net: &Net) -> Result<Vec<u128>> {
	let mut free = Vec::new();
	for account in net.worker_accounts() {
		free.push(net.balance(&account).await?.free);
	}
	Ok(free)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_without_enough_providers_waits_and_is_refunded() -> Result<()> {
	let net = Net::start(Devnet::builder().workers(2), 2).await?;
	let before = net.balance(&net.requester_account()).await?;
	let job = net.submit(1, 40).await?;
	a_waiting_job_can_be_topped_up_and_cancelled(&net).await.context("waiting")?;
	let between = net.balance(&net.requester_account()).await?;
	let (head, view) = net.end_of(job).await?;
	let JobState::Refunded { at, reason, statement } = view.job.state else {
		anyhow::bail!("not refunded: {:?}", view.job.state)
	};
	ensure!(reason == RefundReason::NoCommittee);
	ensure!(at == view.job.request.deadline + 1);
	ensure!(statement.refunded == view.job.escrow, "no fee for a job that was never drawn");
	let after = net.chain.at(head.hash).balance(net.requester_account()).await?;
	ensure!(after.free == between.free + view.job.escrow, "the escrow is back");
	ensure!(after.total() >= before.total() - 100 * PRICE, "only transactions were paid for");
	net.shutdown().await;
	Ok(())
}

async fn a_waiting_job_can_be_topped_up_and_cancelled(net: &Net) -> Result<()> {
	let job = net.submit(1, DEADLINE).await?;
	let before = net.balance(&net.requester_account()).await?;
	// A draw that is due first fails: with two providers it always does.
	while_it_waits(net, || calls::top_up(job, 2 * PRICE)).await?;
	let at = net.chain.at(net.chain.best().await?.hash);
	let view = at.job(job).await?.context("submitted")?;
	ensure!(view.job.request.price == 2 * PRICE);
	let after = net.balance(&net.requester_account()).await?;
	ensure!(after.reserved > before.reserved, "the escrow has grown");
	let error = while_it_waits(net, || calls::top_up(job, PRICE)).await.err();
	let error = format!("{error:?}");
	ensure!(error.contains("PriceNotRaised"), "{error}");
	let included = while_it_waits(net, || calls::cancel_job(job)).await?;
	let ended = net.chain.at(included.block.hash).job(job).await?.context("submitted")?.job.state;
	let JobState::Refunded { reason: RefundReason::Cancelled, statement, .. } = ended else {
		anyhow::bail!("not cancelled: {ended:?}")
	};
	ensure!(statement.refunded == view.job.escrow);
	Ok(())
}

/// Sends a call about a job that waits; a block that may still draw it is not the time for that.
async fn while_it_waits(net: &Net, call: impl Fn() -> Call) -> Result<Included> {
	for _ in 0..20 {
		match net.chain.submit(&net.requester, call()).await {
			Err(error) if error.dispatch("JobMarket") == Some("DrawDue") => (),
			result => return Ok(result?),
		}
	}
	anyhow::bail!("a draw is always due")
}
