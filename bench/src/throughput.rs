//! Verified items per second against balance transfers per second, on the same node in the same run.

mod jobs;
mod transfers;

use anyhow::Result;
use comfy_table::Table;
use serde::Serialize;
use tercet_e2e::Net;
use tercet_primitives::SLOT_MILLIS;

use crate::percentile;

/// Arguments for the node of a network that is flooded.
///
/// With every new block the pool puts all waiting transactions into a view of that block, in no
/// order, so most of an account's come before the ones that they follow and count as future. A pool
/// that holds fewer future transactions than wait (by default a tenth of 8,192) then drops the oldest
/// of them for good, and everything behind the gap waits until it expires.
pub const NODE_ARGS: [&str; 4] = ["--pool-limit", "131072", "--pool-kbytes", "262144"];

/// What went through the chain per second of chain time, from the first block that had any to the
/// last one.
#[derive(Clone, Copy, Serialize)]
pub struct Repetition {
	transfers_per_second: f64,
	items_per_second: f64,
	/// Items over transfers.
	ratio: f64,
}

/// All repetitions, and their median.
#[derive(Serialize)]
pub struct Throughput {
	repetitions: Vec<Repetition>,
	median_ratio: f64,
}

/// Floods the node with transfers and then with jobs, so many times.
pub async fn measure(
	net: &Net,
	transfers: u32,
	batches: u32,
	repetitions: u32,
) -> Result<Throughput> {
	let mut measured = Vec::new();
	for number in 1..=repetitions.max(1) {
		let transfers_per_second = transfers::flood(net, transfers).await?;
		let items_per_second = jobs::flood(net, batches).await?;
		let ratio = items_per_second / transfers_per_second;
		eprintln!("  {number}: {items_per_second:.1} / {transfers_per_second:.1} = {ratio:.3}");
		measured.push(Repetition { transfers_per_second, items_per_second, ratio });
	}
	let mut ratios: Vec<_> = measured.iter().map(|repetition| repetition.ratio).collect();
	ratios.sort_unstable_by(f64::total_cmp);
	Ok(Throughput { median_ratio: percentile(&ratios, 0.5), repetitions: measured })
}

/// Chain time of the blocks `first..=last`.
fn seconds(first: u32, last: u32) -> f64 {
	f64::from(last - first + 1) * SLOT_MILLIS as f64 / 1000.0
}

impl Throughput {
	/// For people.
	pub fn table(&self) -> Table {
		let mut table = Table::new();
		table.set_header(["", "transfers per second", "verified items per second", "ratio"]);
		for (row, number) in self.repetitions.iter().zip(1..) {
			let cells = [row.transfers_per_second, row.items_per_second].map(|c| format!("{c:.1}"));
			let [transfers, items] = cells;
			table.add_row([number.to_string(), transfers, items, format!("{:.3}", row.ratio)]);
		}
		let median = format!("{:.3}", self.median_ratio);
		table.add_row(["median".into(), String::new(), String::new(), median]);
		table
	}
}
