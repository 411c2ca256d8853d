//! Verified items per second against balance transfers per second, on the same node.

use anyhow::{ensure, Context, Result};
use comfy_table::Table;
use serde::Serialize;
use tercet_chain_client::{calls, keys};
use tercet_e2e::Net;
use tercet_primitives::{JobId, JobState, MILLI_TCT, SLOT_MILLIS};

/// Accounts that send the transfers.
const SENDERS: [&str; 4] = ["//Dave", "//Eve", "//Ferdie", "//Alice"];

/// Items of a full job.
const ITEMS: u32 = 512;

/// Blocks that a flood of jobs may take.
const PATIENCE: u32 = 600;

/// What went through the chain per second of chain time, from the first block that had any to the
/// last one.
#[derive(Serialize)]
pub struct Throughput {
	transfers_per_second: f64,
	items_per_second: f64,
	/// Items over transfers.
	ratio: f64,
}

/// Floods the node with transfers, then with jobs.
pub async fn measure(net: &Net, transfers: u32, batches: u32) -> Result<Throughput> {
	let transfers_per_second = flood_transfers(net, transfers).await?;
	let items_per_second = flood_jobs(net, batches).await?;
	let ratio = items_per_second / transfers_per_second;
	Ok(Throughput { transfers_per_second, items_per_second, ratio })
}

async fn flood_transfers(net: &Net, count: u32) -> Result<f64> {
	let anchor = net.chain.best().await?;
	let to = net.requester_account();
	let each = u64::from(count) / SENDERS.len() as u64;
	let mut signed = Vec::new();
	for uri in SENDERS {
		let key = keys::from_uri(uri)?;
		let first = net.chain.next_nonce(&keys::account_id(&key)).await?;
		let mut transfers = Vec::new();
		for nonce in first..first + each {
			let call = calls::transfer_keep_alive(to.clone(), MILLI_TCT);
			transfers.push(net.chain.sign(&key, &call, nonce, Some(anchor)).await?.0);
		}
		signed.push(transfers);
	}
	let sent: usize = signed.iter().map(Vec::len).sum();
	// In the order of their nonces: the pool keeps only so many whose turn has not come.
	futures::future::try_join_all(signed.iter().map(|transfers| async move {
		for transfer in transfers {
			net.chain.submit_bytes(transfer).await?;
		}
		anyhow::Ok(())
	}))
	.await?;

	let (mut seen, mut first, mut number) = (0, None, anchor.number);
	while seen < sent {
		number += 1;
		ensure!(number < anchor.number + 60, "only {seen} of {sent} transfers were included");
		while net.chain.best().await?.number < number {
			tokio::time::sleep(std::time::Duration::from_millis(100)).await;
		}
		let hash = net.chain.hash_of(number).await?.context("the block is gone")?;
		let events = net.chain.at(hash).events().await?;
		let here = events.iter().filter(|event| event.is("Balances", "Transfer")).count();
		seen += here;
		if here > 0 {
			first.get_or_insert(number);
		}
	}
	Ok(sent as f64 / seconds(first.unwrap_or(number), number))
}

async fn flood_jobs(net: &Net, batches: u32) -> Result<f64> {
	let input = net.payload(tercet_e2e::images(ITEMS)?.to_canonical_bytes()).await?;
	let request = net.request(ITEMS, input, PATIENCE).await?;
	let start = net.chain.at(net.chain.best().await?.hash).job_count().await?;
	for _ in 0..batches {
		let call = calls::submit_job(request.clone());
		net.chain.submit_unwatched(&net.requester, call).await?;
	}
	let end = start + u64::from(batches);
	while net.chain.at(net.chain.best().await?.hash).job_count().await? < end {
		tokio::time::sleep(std::time::Duration::from_millis(100)).await;
	}
	let (mut first, mut last) = (u32::MAX, 0);
	for job in (start..end).map(JobId) {
		let (_, view) = net.end_of(job).await?;
		let JobState::Settled { at, .. } = view.job.state else {
			anyhow::bail!("job {job}: {:?}", view.job.state)
		};
		first = first.min(view.job.submitted_at);
		last = last.max(at);
	}
	Ok(f64::from(batches * ITEMS) / seconds(first, last))
}

/// Chain time of the blocks `first..=last`.
fn seconds(first: u32, last: u32) -> f64 {
	f64::from(last - first + 1) * SLOT_MILLIS as f64 / 1000.0
}

impl Throughput {
	/// For people.
	pub fn table(&self) -> Table {
		let mut table = Table::new();
		table.set_header(["transfers per second", "verified items per second", "ratio"]);
		table.add_row(
			[self.transfers_per_second, self.items_per_second, self.ratio]
				.map(|cell| format!("{cell:.1}")),
		);
		table
	}
}
