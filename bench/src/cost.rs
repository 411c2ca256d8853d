//! What a job costs the chain: extrinsics, bytes and weight.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use codec::{Compact, Decode};
use comfy_table::Table;
use serde::Serialize;
use tercet_e2e::Net;
use tercet_primitives::{apis::JobView, JobId, JobState};

/// What one ended job put on chain.
#[derive(Serialize)]
pub struct Cost {
	case: &'static str,
	items: u32,
	/// From the block of the submission to that of the decision.
	slots: u32,
	rounds: u32,
	extrinsics: u32,
	bytes: u32,
	/// Declared weight of its extrinsics, in picoseconds.
	ref_time: u64,
}

/// Events of extrinsics that name the job as their first field.
const EVENTS: [(&str, &str); 7] = [
	("JobMarket", "Submitted"),
	("Verification", "Committed"),
	("Verification", "Sealed"),
	("Verification", "Revealed"),
	("Verification", "Opened"),
	("Verification", "Itemized"),
	("Verification", "Abstained"),
];

/// Adds up the extrinsics of an ended job. The stages that pass by themselves are in hooks, whose
/// weight is set aside in every block and not counted here.
pub async fn of(net: &Net, case: &'static str, id: JobId, view: &JobView) -> Result<Cost> {
	let last = match view.job.state {
		JobState::Settled { at, .. } | JobState::Refunded { at, .. } => at,
		JobState::Invalid { at, .. } => at,
		_ => anyhow::bail!("job {id} has not ended"),
	};
	let first = view.job.submitted_at;
	let rounds = view.committee.as_ref().map_or(0, |committee| u32::from(committee.round) + 1);
	let (items, slots) = (view.job.request.items, last - first);
	let mut cost = Cost { case, items, slots, rounds, extrinsics: 0, bytes: 0, ref_time: 0 };
	for number in first..=last {
		let hash = net.chain.hash_of(number).await?.context("the block is gone")?;
		let at = net.chain.at(hash);
		let (events, block) = (at.events().await?, at.block().await?);
		// One extrinsic may do several duties of the job.
		let mut ours = BTreeSet::new();
		for event in &events {
			let known = EVENTS.iter().any(|(pallet, name)| event.is(pallet, name));
			if known && event.decode::<(JobId,)>()?.0 == id {
				ours.extend(event.extrinsic);
			}
		}
		for index in ours {
			cost.extrinsics += 1;
			cost.bytes += block.extrinsics.get(index as usize).context("no extrinsic")?.bytes;
			let success = events
				.iter()
				.find(|event| {
					event.extrinsic == Some(index) && event.is("System", "ExtrinsicSuccess")
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
	let titles =
		["case", "items per job", "slots", "rounds", "per", "extrinsics", "bytes", "weight (µs)"];
	table.set_header(titles);
	for row in rows {
		for (per, share) in [("job", 1.0), ("item", f64::from(row.items))] {
			if per == "item" && row.items == 1 {
				continue;
			}
			table.add_row([
				row.case.to_string(),
				row.items.to_string(),
				row.slots.to_string(),
				row.rounds.to_string(),
				per.to_string(),
				format!("{:.3}", f64::from(row.extrinsics) / share),
				format!("{:.1}", f64::from(row.bytes) / share),
				format!("{:.2}", row.ref_time as f64 / 1e6 / share),
			]);
		}
	}
	table
}
