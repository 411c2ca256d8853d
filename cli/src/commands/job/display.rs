//! Jobs for people and for scripts.

use serde_json::{json, Value};
use tercet_primitives::{apis::JobView, JobId, JobState, RefundReason, SeatState};

use crate::{
	amounts::{number, Amount},
	blobs,
	output::{abbreviate, facts, right, short, table},
};

/// Where a job stands, on one line.
pub fn state(view: &JobView) -> String {
	match &view.job.state {
		JobState::Queued => "waits for executors".into(),
		JobState::Running { .. } => {
			let seats = view.committee.iter().flat_map(|committee| committee.seats.iter());
			let (mut committed, mut revealed, mut all) = (0, 0, 0);
			for seat in seats {
				all += 1;
				committed += u32::from(seat.state != SeatState::Awaited);
				revealed += u32::from(matches!(seat.state, SeatState::Revealed(_)));
			}
			format!("runs: {committed} of {all} committed, {revealed} revealed")
		},
		JobState::Settled { at, .. } => format!("settled in block {at}"),
		JobState::Refunded { at, reason } => {
			format!("refunded in block {at}: {}", self::reason(*reason))
		},
	}
}

/// Why a requester got the escrow back, in words.
pub fn reason(reason: RefundReason) -> &'static str {
	match reason {
		RefundReason::NoCommittee => "too few providers at this price",
		RefundReason::Silence => "an executor did not answer in time",
		RefundReason::Disagreement => "the executors did not agree",
	}
}

/// A job in all detail.
pub fn details(id: JobId, view: &JobView) -> String {
	let job = &view.job;
	let request = &job.request;
	let mut lines = vec![
		("job", id.to_string()),
		("state", state(view)),
		("requester", job.requester.to_string()),
		("variant", format!("{} ({})", request.variant, request.class)),
		("items", format!("{} ({} units)", request.items, job.units)),
		("price", format!("{} per unit and executor", Amount(request.price))),
		("escrow", Amount(job.escrow).to_string()),
		("submitted", format!("in block {}", job.submitted_at)),
		("deadline", format!("block {}", request.deadline)),
		("input", blobs::describe(&request.input)),
	];
	if let JobState::Settled { answer, statement, .. } = &job.state {
		lines.push(("root", format!("{:?}", answer.root)));
		lines.push(("output", blobs::describe(&answer.output)));
		let pay = format!("{} × {} TCT", statement.executors, number(statement.per_executor));
		lines.push(("executors' pay", pay));
		lines.push(("royalty", Amount(statement.royalty).to_string()));
		lines.push(("treasury", Amount(statement.treasury).to_string()));
		lines.push(("returned", Amount(statement.refunded).to_string()));
	}
	match executors(view) {
		Some(table) => format!("{}\n{table}", facts(lines)),
		None => facts(lines).to_string(),
	}
}

/// The committee of a job, if it was drawn.
pub fn executors(view: &JobView) -> Option<String> {
	let committee = view.committee.as_ref()?;
	let mut table = table(&["seat", "executor", "answer", "root"]);
	for (seat, index) in committee.seats.iter().zip(0u8..) {
		let (answer, root) = match &seat.state {
			SeatState::Awaited => ("awaited", String::new()),
			SeatState::Committed(_) => ("committed", String::new()),
			SeatState::Revealed(answer) => ("revealed", short(answer.root)),
		};
		table.add_row([right(index), seat.executor.to_string().into(), answer.into(), root.into()]);
	}
	Some(table.to_string())
}

/// A job as one row: number, state, items, price, requester.
pub fn row(id: JobId, view: &JobView) -> Vec<comfy_table::Cell> {
	vec![
		right(id),
		view.job.request.variant.to_string().into(),
		right(view.job.request.items),
		right(number(view.job.request.price)),
		right(number(view.job.escrow)),
		right(view.job.submitted_at),
		state(view).into(),
		abbreviate(&view.job.requester.to_string()).into(),
	]
}

/// A job for scripts.
pub fn value(id: JobId, view: &JobView) -> Value {
	json!({ "id": id, "summary": state(view), "job": view.job, "committee": view.committee })
}
