//! Jobs for people and for scripts.

use serde_json::{json, Value};
use tercet_primitives::{
	apis::JobView, Committee, Disputed, Fault, Funding, Invalidity, ItemSet, JobId, JobState,
	RefundReason, Response, Seat, SeatState, Stage,
};

use crate::{
	amounts::{number, Amount},
	blobs,
	output::{abbreviate, facts, right, short, table},
};

/// Where a job stands, on one line.
pub fn state(view: &JobView) -> String {
	match &view.job.state {
		JobState::Queued => "waits for executors".into(),
		JobState::Running { part, .. } => {
			let running = match &view.committee {
				Some(committee) => round(committee),
				None => "runs".into(),
			};
			match part {
				Some(part) => {
					let (agreed, all) = (part.items.len(), view.job.request.items);
					format!("{running}; {agreed} of {all} items are settled")
				},
				None => running,
			}
		},
		JobState::Settled { at, disputed, .. } => match disputed {
			Disputed::None => format!("settled in block {at}"),
			Disputed::Resolved(patch) => {
				format!(
					"settled in block {at}, {} item(s) of it after a dispute",
					patch.items.len()
				)
			},
			Disputed::Refunded { items, reason } => format!(
				"settled in block {at} without {} item(s): {}",
				items.len(),
				self::reason(*reason)
			),
		},
		JobState::Refunded { at, reason, .. } => {
			format!("refunded in block {at}: {}", self::reason(*reason))
		},
		JobState::Invalid { at, why, .. } => {
			format!("invalid, agreed in block {at}: {}", invalidity(*why))
		},
	}
}

/// Why an ended job has no complete result, in words; `None` if it has.
pub fn failure(state: &JobState) -> Option<String> {
	let why = match state {
		JobState::Refunded { reason, .. } => reason_of("refunded", *reason),
		JobState::Settled { disputed: Disputed::Refunded { items, reason }, .. } => {
			reason_of(&format!("settled without {} item(s)", items.len()), *reason)
		},
		JobState::Invalid { why, .. } => format!("invalid: {}", invalidity(*why)),
		_ => return None,
	};
	let fault = state.fault().map_or("nobody", fault);
	Some(format!("{why} (fault of {fault})"))
}

fn reason_of(what: &str, reason: RefundReason) -> String {
	format!("{what}: {}", self::reason(reason))
}

/// Why a requester got the escrow back, in words.
pub fn reason(reason: RefundReason) -> &'static str {
	match reason {
		RefundReason::NoCommittee => "too few providers at this price",
		RefundReason::Silence => "too few executors answered in time",
		RefundReason::Disagreement => "the executors did not agree",
		RefundReason::Cancelled => "cancelled by the requester",
		RefundReason::Overruled => "a larger committee agreed on something else",
	}
}

/// Why a job cannot be run, in words.
pub fn invalidity(why: Invalidity) -> &'static str {
	match why {
		Invalidity::BlobMissing => "the input or the model is not in the store",
		Invalidity::BlobMismatch => "the input does not have the digest or size that the job names",
		Invalidity::ModelRefused => "the model is malformed, or asks for what workers refuse",
		Invalidity::InputRefused => "the input is malformed, or not what the model takes",
		Invalidity::OutOfMemory => "the job needs more memory than the model's record says",
	}
}

/// Whose fault it is, in words.
pub fn fault(fault: Fault) -> &'static str {
	match fault {
		Fault::Requester => "the requester",
		Fault::Store => "the store",
		Fault::Executor => "an executor",
		Fault::Nobody => "nobody",
	}
}

/// What a committee is waiting for, with how many have done it.
fn round(committee: &Committee<tercet_primitives::AccountId32>) -> String {
	let Committee { round, stage, until, quorum, ref seats, .. } = *committee;
	let count = |wanted: fn(&Seat<_>) -> bool| seats.iter().filter(|seat| wanted(seat)).count();
	let all = seats.len();
	let committed = count(|seat| matches!(seat.state, SeatState::Committed(_)));
	let revealed = count(|seat| matches!(seat.state, SeatState::Revealed(_)));
	let doing = match stage {
		Stage::Commit => format!("{} of {all} have committed", committed + revealed),
		Stage::Lottery => "commitments are in".into(),
		Stage::Held => "waits with its reveals".into(),
		Stage::Seal => {
			let sealed = count(|seat| seat.seal.is_some());
			format!("{sealed} of {} have sealed fingerprints", committed + revealed)
		},
		Stage::Reveal => format!("{revealed} of {} have revealed", committed + revealed),
		Stage::Itemize => {
			let voted = count(|seat| seat.voted);
			format!("answers differ, {voted} of {revealed} have itemized theirs")
		},
		Stage::Draw => "waits for fresh executors".into(),
		Stage::Audit => "has agreed, its verdict is being audited".into(),
		Stage::Ended => "has ended".into(),
	};
	let open = committee.items.len();
	format!("runs: round {round}, {doing}, quorum {quorum} of {all}, {open} item(s) open, until block {until}")
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
		("weights", format!("{:?}", job.artifact)),
		("items", format!("{} ({} units)", request.items, job.units())),
		("price", format!("{} per unit and executor", Amount(request.price))),
		(
			"redundancy",
			format!("{} of {} agree", request.redundancy.quorum, request.redundancy.executors),
		),
		("escrow", format!("{}{}", Amount(job.escrow), funding(request.funding))),
		("deposit", Amount(job.deposit).to_string()),
		("submitted", format!("in block {}", job.submitted_at)),
		("deadline", format!("block {}", request.deadline)),
		("input", blobs::describe(&request.input)),
	];
	match &job.state {
		JobState::Settled { answer, disputed, .. } => {
			lines.push(("root", format!("{:?}", answer.root)));
			lines.push(("output", blobs::describe(&answer.output)));
			match disputed {
				Disputed::None => (),
				Disputed::Resolved(patch) => {
					lines.push(("run again", items(&patch.items)));
					lines.push(("root of these", format!("{:?}", patch.answer.root)));
					lines.push(("output of these", blobs::describe(&patch.answer.output)));
				},
				Disputed::Refunded { items: open, .. } => {
					lines.push(("without result", items(open)));
				},
			}
		},
		JobState::Running { part: Some(part), .. } => {
			let open = ItemSet::first(request.items).without(&part.items);
			lines.push(("in dispute", items(&open)));
		},
		_ => (),
	}
	if !matches!(job.state, JobState::Queued) {
		let statement = job.state.statement();
		lines.push(("executors' pay", Amount(statement.executors).to_string()));
		lines.push(("royalties", Amount(statement.royalties).to_string()));
		let treasury =
			format!("{}, a fee of {} included", Amount(statement.treasury), number(job.fee));
		lines.push(("treasury", treasury));
		lines.push(("returned", Amount(statement.refunded).to_string()));
	}
	if let Some(whose) = job.state.fault() {
		lines.push(("fault", fault(whose).into()));
	}
	match executors(view) {
		Some(table) => format!("{}\n{table}", facts(lines)),
		None => facts(lines).to_string(),
	}
}

fn funding(funding: Funding) -> &'static str {
	match funding {
		Funding::Hold => "",
		Funding::Credit => " from credit",
	}
}

/// A few items by number, many by count.
pub fn items(set: &ItemSet) -> String {
	const SHOWN: usize = 12;
	let mut list =
		set.iter().take(SHOWN).map(|item| item.to_string()).collect::<Vec<_>>().join(", ");
	if set.len() as usize > SHOWN {
		list.push_str(" …");
	}
	format!("{} item(s): {list}", set.len())
}

/// The committee of a job, if it was drawn.
pub fn executors(view: &JobView) -> Option<String> {
	let committee = view.committee.as_ref()?;
	let mut table = table(&["seat", "round", "executor", "items", "answer", "root"]);
	for (seat, index) in committee.seats.iter().zip(0u8..) {
		let (answer, root) = match &seat.state {
			SeatState::Awaited => ("awaited", String::new()),
			SeatState::Committed(_) => ("committed", String::new()),
			SeatState::Revealed(Response::Result(answer)) => ("revealed", short(answer.root)),
			SeatState::Revealed(Response::Invalid(why)) => {
				("cannot be run", invalidity(*why).into())
			},
			SeatState::Abstained => ("abstained", String::new()),
			SeatState::Silent => ("silent", String::new()),
			SeatState::Withheld => ("withheld", String::new()),
		};
		table.add_row([
			right(index),
			right(seat.round),
			seat.executor.to_string().into(),
			right(seat.items.len()),
			answer.into(),
			root.into(),
		]);
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
	json!({
		"id": id,
		"summary": state(view),
		"failure": failure(&view.job.state),
		"fault": view.job.state.fault(),
		"statement": view.job.state.statement(),
		"job": view.job,
		"committee": view.committee,
	})
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::testing;
	use tercet_primitives::{
		AccountId32, Agreement, Answer, Part, Patch, Payload, Statement, H256,
	};

	fn answer() -> Answer {
		Answer { root: H256::repeat_byte(1), output: Payload::Inline(Default::default()) }
	}

	fn seat(state: SeatState) -> Seat<AccountId32> {
		Seat {
			executor: AccountId32::new([3; 32]),
			round: 0,
			items: ItemSet::first(4),
			state,
			seal: None,
			voted: false,
		}
	}

	fn committee(stage: Stage) -> Committee<AccountId32> {
		let seats = vec![
			seat(SeatState::Committed(H256::zero())),
			seat(SeatState::Revealed(Response::Result(answer()))),
			seat(SeatState::Revealed(Response::Invalid(Invalidity::InputRefused))),
			seat(SeatState::Silent),
			seat(SeatState::Abstained),
		];
		Committee {
			round: 1,
			stage,
			until: 33,
			deadline: 100,
			agreement: Agreement::Exact,
			quorum: 4,
			items: ItemSet::first(4),
			seed: H256::zero(),
			seats: seats.try_into().unwrap(),
			decision: None,
		}
	}

	fn view(state: JobState, stage: Option<Stage>) -> JobView {
		JobView { job: testing::job(4, state), committee: stage.map(committee) }
	}

	#[test]
	fn state_names_round_and_stage_when_a_job_runs() {
		for (stage, words) in [
			(Stage::Commit, "3 of 5 have committed"),
			(Stage::Reveal, "2 of 3 have revealed"),
			(Stage::Itemize, "0 of 2 have itemized"),
			(Stage::Draw, "fresh executors"),
			(Stage::Audit, "audited"),
		] {
			let running = JobState::Running { drawn_at: 1, part: None };
			let text = state(&view(running, Some(stage)));
			for word in ["round 1", words, "quorum 4 of 5", "until block 33"] {
				assert!(text.contains(word), "{text}");
			}
		}
	}

	#[test]
	fn state_counts_settled_items_when_some_are_in_dispute() {
		let part = Part {
			answer: answer(),
			items: [0, 2].into_iter().collect(),
			statement: Statement::default(),
		};
		let running = JobState::Running { drawn_at: 1, part: Some(part) };
		let view = view(running, Some(Stage::Draw));
		assert!(state(&view).ends_with("2 of 4 items are settled"));
		assert!(details(JobId(1), &view).contains("2 item(s): 1, 3"));
	}

	#[test]
	fn details_name_fault_and_statement_when_a_job_has_ended() {
		let (at, statement) = (9, Statement { refunded: 98, ..Default::default() });
		let patch = Patch { items: ItemSet::from_iter([3]), answer: answer() };
		let refunded =
			Disputed::Refunded { items: ItemSet::from_iter([3]), reason: RefundReason::Silence };
		let settled = |disputed| JobState::Settled { at, answer: answer(), disputed, statement };
		let reason = RefundReason::NoCommittee;
		for (state, fault, words) in [
			(settled(Disputed::None), None, "settled in block 9"),
			(settled(Disputed::Resolved(patch)), None, "after a dispute"),
			(settled(refunded), Some("an executor"), "without 1 item(s)"),
			(JobState::Refunded { at, reason, statement }, Some("nobody"), "too few providers"),
			(
				JobState::Invalid { at, why: Invalidity::BlobMissing, statement },
				Some("the store"),
				"not in the store",
			),
		] {
			let view = view(state, Some(Stage::Ended));
			let text = details(JobId(1), &view);
			assert!(text.contains(words), "{text}");
			assert_eq!(text.contains("fault"), fault.is_some(), "{text}");
			let failure = failure(&view.job.state);
			assert_eq!(failure.is_some(), fault.is_some());
			if let (Some(fault), Some(failure)) = (fault, failure) {
				assert!(text.contains(fault) && failure.contains(fault), "{failure}");
			}
			let value = value(JobId(1), &view);
			assert_eq!(value["fault"].is_null(), fault.is_none());
		}
	}

	#[test]
	fn executors_show_how_far_each_answer_has_come() {
		let running = JobState::Running { drawn_at: 1, part: None };
		let mut view = view(running, Some(Stage::Draw));
		let states = ["committed", "revealed", "cannot be run", "silent", "abstained"];
		let lines = executors(&view).unwrap();
		assert!(states.iter().all(|state| lines.contains(*state)), "{lines}");
		assert!(!lines.contains("withheld"));
		view.committee.as_mut().unwrap().seats[0].state = SeatState::Withheld;
		let lines = executors(&view).unwrap();
		assert!(lines.contains("withheld") && !lines.contains("committed"), "{lines}");
	}

	#[test]
	fn items_are_cut_short_when_there_are_many() {
		assert_eq!(items(&ItemSet::from_iter([3, 5])), "2 item(s): 3, 5");
		assert!(items(&ItemSet::first(100)).ends_with("11 …"));
	}
}
