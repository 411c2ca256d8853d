//! Jobs that go as they should.

use anyhow::{ensure, Context, Result};
use tercet_cli::devnet::Devnet;
use tercet_primitives::{hashing, JobState, Payload, SeatState, EXECUTORS};

use tercet_e2e::{accuracy, Net, DEADLINE, PRICE, ROYALTY};

#[tokio::test(flavor = "multi_thread")]
async fn jobs_of_one_and_of_512_items_are_verified_and_paid() -> Result<()> {
	let net = Net::start(Devnet::builder().workers(3), 3).await?;
	for items in [1, 512] {
		settles(&net, items).await?;
	}
	net.devnet.shutdown().await;
	Ok(())
}

async fn settles(net: &Net, items: u32) -> Result<()> {
	let issuance = net.chain.at(net.chain.best().await?.hash).total_issuance().await?;
	let before_workers = balances(net).await?;
	let job = net.submit(items, DEADLINE).await?;
	let (head, view) = net.end_of(job).await?;
	let JobState::Settled { answer, statement, .. } = &view.job.state else {
		anyhow::bail!("not settled: {:?}", view.job.state)
	};

	// Every executor revealed the one answer.
	let committee = view.committee.as_ref().context("no committee")?;
	ensure!(committee.seats.len() == EXECUTORS as usize);
	for seat in &committee.seats {
		ensure!(seat.state == SeatState::Revealed(answer.clone()), "{seat:?} against {answer:?}");
	}
	ensure!(matches!(answer.output, Payload::Inline(_)) == (items == 1), "inline when small");

	// The money went where it should, and nothing was made or lost.
	let work = u128::from(EXECUTORS) * u128::from(items) * PRICE;
	ensure!(statement.per_executor == u128::from(items) * PRICE);
	ensure!(statement.royalty == ROYALTY * work);
	let paid = work + statement.royalty + statement.treasury;
	ensure!(view.job.escrow == paid + statement.refunded);
	let after_workers = balances(net).await?;
	for (before, after) in before_workers.iter().zip(&after_workers) {
		// Accepted answers cost no fee.
		ensure!(after - before == statement.per_executor, "{before} -> {after}");
	}
	let at = net.chain.at(head.hash);
	ensure!(at.balance(net.requester_account()).await?.reserved == 0, "nothing is held any more");
	ensure!(at.total_issuance().await? == issuance);
	for account in net.worker_accounts() {
		let provider = at.provider(account).await?.context("not a provider")?;
		ensure!(provider.in_flight == 0 && provider.assigned == provider.verified);
	}

	// The result is right, and any item can be shown.
	let result = net.result(&view).await?;
	ensure!(result.items() == items);
	if items == 512 {
		ensure!(accuracy(&result)? > 0.95, "accuracy {}", accuracy(&result)?);
	}
	let digests = result.item_digests();
	let last = items - 1;
	let proof = hashing::item_proof(&digests, last).context("no proof")?;
	let digest = digests[last as usize];
	ensure!(at.verify_item(job, last, digest, proof.clone()).await? == Ok(()));
	let wrong = hashing::item_digest(b"something else");
	ensure!(at.verify_item(job, last, wrong, proof).await?.is_err());
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
	let job = net.submit(1, 12).await?;
	let (head, view) = net.end_of(job).await?;
	let JobState::Refunded { at, reason } = view.job.state else {
		anyhow::bail!("not refunded: {:?}", view.job.state)
	};
	ensure!(reason == tercet_primitives::RefundReason::NoCommittee);
	ensure!(at == view.job.request.deadline + 1);
	let after = net.chain.at(head.hash).balance(net.requester_account()).await?;
	ensure!(after.reserved == before.reserved);
	ensure!(before.free - after.free < PRICE, "only the fee of the submission is gone");
	net.devnet.shutdown().await;
	Ok(())
}
