//! What a job costs the chain: extrinsics, bytes and weight.

use anyhow::{bail, Context, Result};
use codec::{Compact, Decode};
use comfy_table::Table;
use serde::Serialize;
use tercet_e2e::Net;
use tercet_primitives::{apis::JobView, JobId, JobState};

/// What one settled job put on chain.
#[derive(Serialize)]
pub struct Cost {
	items: u32,
	extrinsics: u32,
	bytes: u32,
	/// Declared weight of its extrinsics, in picoseconds.
	ref_time: u64,
}

/// Calls whose events name the job as their first field.
const EVENTS: [(&str, &str); 3] =
	[("JobMarket", "Submitted"), ("Verification", "Committed"), ("Verification", "Revealed")];

/// Adds up the extrinsics of a settled job.
pub async fn of(net: &Net, view: &JobView) -> Result<Cost> {
	let JobState::Settled { at: last, .. } = view.job.state else { bail!("not settled") };
	let items = view.job.request.items;
	let mut cost = Cost { items, extrinsics: 0, bytes: 0, ref_time: 0 };
	let mut id = None;
	for number in view.job.submitted_at..=last {
		let hash = net.chain.hash_of(number).await?.context("the block is gone")?;
		let at = net.chain.at(hash);
		let (events, block) = (at.events().await?, at.block().await?);
		for event in &events {
			let Some(index) = event.extrinsic else { continue };
			let ours = EVENTS.iter().any(|(pallet, name)| event.is(pallet, name));
			if !ours || *id.get_or_insert(event.decode::<(JobId,)>()?) != event.decode()? {
				continue;
			}
			cost.extrinsics += 1;
			cost.bytes += block.extrinsics.get(index as usize).context("no extrinsic")?.bytes;
			let success = events
				.iter()
				.find(|other| {
					other.extrinsic == Some(index) && other.is("System", "ExtrinsicSuccess")
				})
				.context("no ExtrinsicSuccess")?;
			// `DispatchInfo` starts with the weight: reference time and proof size, both compact.
			cost.ref_time += Compact::<u64>::decode(&mut &success.bytes[..])?.0;
		}
	}
	Ok(cost)
}

/// For people: per job and per item.
pub fn table(rows: &[Cost]) -> Table {
	let mut table = Table::new();
	table.set_header(["items per job", "per", "extrinsics", "bytes", "weight (µs)"]);
	for row in rows {
		for (per, share) in [("job", 1.0), ("item", f64::from(row.items))] {
			table.add_row([
				row.items.to_string(),
				per.to_string(),
				format!("{:.3}", f64::from(row.extrinsics) / share),
				format!("{:.1}", f64::from(row.bytes) / share),
				format!("{:.2}", row.ref_time as f64 / 1e6 / share),
			]);
		}
	}
	table
}
