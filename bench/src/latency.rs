//! Slots from submission to settlement.

use anyhow::{bail, Result};
use comfy_table::Table;
use serde::Serialize;
use tercet_e2e::{Net, DEADLINE};
use tercet_primitives::{apis::JobView, JobId, JobState};

use crate::percentile;

/// Slots from the block of the submission to that of the settlement, over several jobs, one after
/// the other.
#[derive(Serialize)]
pub struct Latency {
	items: u32,
	jobs: usize,
	p50: u32,
	p95: u32,
	least: u32,
	most: u32,
}

/// Submits `count` jobs of `items` items, each when the one before has settled.
pub async fn run(net: &Net, items: u32, count: u32) -> Result<Vec<(JobId, JobView)>> {
	let mut settled = Vec::new();
	for _ in 0..count.max(1) {
		let job = net.submit(items, DEADLINE).await?;
		let (_, view) = net.end_of(job).await?;
		if !matches!(view.job.state, JobState::Settled { .. }) {
			bail!("job {job} of {items} items: {:?}", view.job.state);
		}
		settled.push((job, view));
	}
	Ok(settled)
}

impl Latency {
	/// Of these jobs. The only validator misses no slot, so blocks are slots.
	pub fn of(items: u32, settled: &[(JobId, JobView)]) -> Self {
		let mut slots: Vec<_> = settled
			.iter()
			.filter_map(|(_, view)| match view.job.state {
				JobState::Settled { at, .. } => Some(at - view.job.submitted_at),
				_ => None,
			})
			.collect();
		slots.sort_unstable();
		Self {
			items,
			jobs: slots.len(),
			p50: percentile(&slots, 0.5),
			p95: percentile(&slots, 0.95),
			least: percentile(&slots, 0.0),
			most: percentile(&slots, 1.0),
		}
	}
}

/// For people.
pub fn table(rows: &[Latency]) -> Table {
	let mut table = Table::new();
	table.set_header(["items per job", "jobs", "slots p50", "p95", "least", "most"]);
	for row in rows {
		table.add_row(
			[row.items, row.jobs as u32, row.p50, row.p95, row.least, row.most]
				.map(|cell| cell.to_string()),
		);
	}
	table
}
