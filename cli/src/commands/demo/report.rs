//! What the demo shows at its end, and whether all of it is true.

use std::fmt;

use anyhow::{Context as _, Result};
use serde::Serialize;
use tercet_primitives::{
	apis::JobView, AccountId32, Answer, Balance, BlockNumber, Decision, Fault, JobId, Response,
	SeatState, Statement, H256,
};
use tercet_tensors::TensorMap;

use super::{
	ledger::{treasury, Fees, Snapshot},
	Accounts, EXECUTORS,
};
use crate::{
	amounts::{change, number, percent, Amount},
	commands::job::display,
	output::{facts, right, short, table},
	results::{ItemProof, Verified},
};

/// Least share of right answers, in percent: far above chance, a little below what the model does.
const LEAST_ACCURACY: f64 = 90.0;

/// What was found out.
pub(super) struct Facts<'a> {
	pub id: JobId,
	pub view: &'a JobView,
	pub answer: &'a Answer,
	pub statement: Statement,
	pub verified: &'a Verified,
	pub proof: ItemProof,
	pub proof_accepted: bool,
	pub forgery_refused: bool,
	pub correct: usize,
	pub slots: u64,
	pub settled_at: BlockNumber,
	pub before: &'a Snapshot,
	pub after: &'a Snapshot,
	pub fees: &'a Fees,
	pub accounts: &'a Accounts,
}

/// What the demo shows at its end.
#[derive(Debug, Serialize)]
pub struct Report {
	job: JobId,
	items: u32,
	price: Balance,
	escrow: Balance,
	/// What the requester paid in the end, besides the transaction's fee.
	cost: Balance,
	/// Of the escrow, to the treasury for the draw.
	fee: Balance,
	rounds: u32,
	fault: Option<Fault>,
	statement: Statement,
	submitted_at: BlockNumber,
	settled_at: BlockNumber,
	slots: u64,
	root: H256,
	executors: Vec<Executor>,
	balances: Vec<Line>,
	royalty: String,
	proof: ItemProof,
	correct: usize,
	accuracy_percent: f64,
	checks: Vec<Check>,
}

/// A seat of the committee.
#[derive(Debug, Serialize)]
struct Executor {
	account: AccountId32,
	root: Option<H256>,
	paid: Balance,
}

/// What an account had before and after, held parts included.
#[derive(Debug, Serialize)]
struct Line {
	who: String,
	account: AccountId32,
	before: Balance,
	after: Balance,
	fees: Balance,
	expected: Balance,
}

/// Something that must be true.
#[derive(Debug, Serialize)]
struct Check {
	what: &'static str,
	holds: bool,
}

impl Facts<'_> {
	/// Draws it all together.
	pub fn report(self) -> Report {
		let job = &self.view.job;
		let executors = self.executors();
		let balances = self.balances();
		let items = job.request.items;
		let accuracy_percent = 100.0 * self.correct as f64 / f64::from(items);
		Report {
			job: self.id,
			items,
			price: job.request.price,
			escrow: job.escrow,
			cost: self.cost(),
			fee: job.fee,
			rounds: self.view.committee.as_ref().map_or(0, |seats| u32::from(seats.round) + 1),
			fault: job.state.fault(),
			statement: self.statement,
			submitted_at: job.submitted_at,
			settled_at: self.settled_at,
			slots: self.slots,
			root: self.answer.root,
			royalty: job
				.royalties
				.iter()
				.map(|royalty| percent(royalty.share))
				.collect::<Vec<_>>()
				.join(" + "),
			checks: self.checks(&executors, &balances, accuracy_percent),
			executors,
			balances,
			proof: self.proof,
			correct: self.correct,
			accuracy_percent,
		}
	}

	/// What the requester paid in the end.
	fn cost(&self) -> Balance {
		let Statement { executors, royalties, treasury, .. } = self.statement;
		executors.saturating_add(royalties).saturating_add(treasury)
	}

	/// Executors whose answer is the agreed one: those who are paid.
	fn agreeing(&self) -> Vec<&AccountId32> {
		let seats = self.view.committee.iter().flat_map(|committee| committee.seats.iter());
		let agreed = seats.filter(|seat| match &seat.state {
			SeatState::Revealed(Response::Result(answer)) => answer == self.answer,
			_ => false,
		});
		agreed.map(|seat| &seat.executor).collect()
	}

	/// What each of them is paid.
	fn wage(&self) -> Balance {
		self.statement.executors.checked_div(self.agreeing().len() as u128).unwrap_or(0)
	}

	fn executors(&self) -> Vec<Executor> {
		let agreeing = self.agreeing();
		let seats = self.view.committee.iter().flat_map(|committee| committee.seats.iter());
		let executors = seats.map(|seat| Executor {
			account: seat.executor.clone(),
			root: match &seat.state {
				SeatState::Revealed(Response::Result(answer)) => Some(answer.root),
				_ => None,
			},
			paid: if agreeing.contains(&&seat.executor) { self.wage() } else { 0 },
		});
		executors.collect()
	}

	fn balances(&self) -> Vec<Line> {
		let Statement { royalties, treasury: share, .. } = self.statement;
		let line = |who: String, account: &AccountId32, gain: Balance, loss: Balance| {
			let (before, fees) = (self.before.total(account), self.fees.of(account));
			let expected = before.saturating_add(gain).saturating_sub(loss).saturating_sub(fees);
			let after = self.after.total(account);
			Line { who, account: account.clone(), before, after, fees, expected }
		};
		// All transaction fees go to the treasury.
		let income = share.saturating_add(self.fees.total());
		let mut lines = vec![
			line("requester (//Charlie)".into(), &self.accounts.requester, 0, self.cost()),
			line("author (//Bob)".into(), &self.accounts.author, royalties, 0),
			line("treasury".into(), &treasury(), income, 0),
		];
		let agreeing = self.agreeing();
		for (account, index) in self.accounts.workers.iter().zip(0u8..) {
			let gain = if agreeing.contains(&account) { self.wage() } else { 0 };
			lines.push(line(format!("executor (worker {index})"), account, gain, 0));
		}
		lines
	}

	fn checks(&self, executors: &[Executor], lines: &[Line], accuracy: f64) -> Vec<Check> {
		let job = &self.view.job;
		let Statement { executors: wages, royalties, treasury, .. } = self.statement;
		let decision = self.view.committee.as_ref().and_then(|committee| committee.decision);
		let mut distinct = executors.iter().map(|executor| &executor.account).collect::<Vec<_>>();
		distinct.sort();
		distinct.dedup();
		let agreeing = self.agreeing().len();
		let shares = job.royalties.iter().map(|royalty| royalty.share.mul_floor(wages));
		let check = |what, holds| Check { what, holds };
		vec![
			check("three distinct executors were drawn", distinct.len() == EXECUTORS as usize),
			check(
				"all of them revealed the same root and output",
				agreeing == EXECUTORS as usize && agreeing == executors.len(),
			),
			check("the chain decided that they agree", decision == Some(Decision::Agreed)),
			check(
				"the fetched result has the agreed size, digest, items and root",
				self.verified.root == self.answer.root && self.verified.open.is_empty(),
			),
			check(
				"every executor was paid price × units",
				job.request
					.price
					.checked_mul(job.units().0.into())
					.and_then(|pay| pay.checked_mul(EXECUTORS.into()))
					== Some(wages),
			),
			check(
				"the royalty is the author's share of the pay",
				shares.sum::<Balance>() == royalties,
			),
			check("the treasury got its share and the job's fee", treasury >= job.fee),
			check(
				"pay, royalty, treasury share and refund add up to the escrow",
				self.statement.total() == Some(job.escrow),
			),
			check("it is nobody's fault, for there is none", job.state.fault().is_none()),
			check(
				"every balance changed by exactly that and the fees",
				lines.iter().all(|line| line.after == line.expected),
			),
			check(
				"nothing but the record's deposit is held from the requester",
				self.after.held(&self.accounts.requester)
					== self.before.held(&self.accounts.requester).saturating_add(job.deposit),
			),
			check("no money appeared or vanished", self.before.issuance == self.after.issuance),
			check("the chain accepts an item proof", self.proof_accepted),
			check("the chain refuses a forged one", self.forgery_refused),
			check(
				"the verified answers are right for at least 90% of the items",
				accuracy >= LEAST_ACCURACY,
			),
		]
	}
}

impl Report {
	/// What is not true.
	pub fn failed(&self) -> Vec<&'static str> {
		let failed = self.checks.iter().filter(|check| !check.holds);
		failed.map(|check| check.what).collect()
	}
}

impl fmt::Display for Report {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		let statement = &self.statement;
		let about = facts([
			("job", format!("{} ({} items, 1 unit each)", self.job, self.items)),
			("price", format!("{} per unit and executor", Amount(self.price))),
			("agreed root", format!("{:?}", self.root)),
			("settled", format!("in block {}", self.settled_at)),
			("rounds", self.rounds.to_string()),
			("cost", format!("{} of {} held", Amount(self.cost), Amount(self.escrow))),
			("fault", self.fault.map_or("none", display::fault).into()),
			(
				"latency",
				format!(
					"{} slots of 2 s, from block {} to block {}",
					self.slots, self.submitted_at, self.settled_at
				),
			),
			(
				"accuracy",
				format!("{} of {} right ({:.1}%)", self.correct, self.items, self.accuracy_percent),
			),
			(
				"item proof",
				format!(
					"item {} with {} hashes, accepted by the chain; a forged one refused",
					self.proof.item,
					self.proof.proof.len()
				),
			),
		]);
		writeln!(f, "\nJob\n{about}")?;

		let mut seats = table(&["executor", "root", "paid (TCT)"]);
		for executor in &self.executors {
			let root = executor.root.map_or_else(|| "none".into(), short);
			seats.add_row([
				executor.account.to_string().into(),
				root.into(),
				right(number(executor.paid)),
			]);
		}
		writeln!(f, "\nExecutors\n{seats}")?;

		let mut payments = table(&["payment", "TCT"]);
		let share = statement.treasury.saturating_sub(self.fee);
		for (what, amount) in [
			(format!("{} executors together", self.executors.len()), statement.executors),
			(format!("royalty to the author ({})", self.royalty), statement.royalties),
			("share of the treasury".into(), share),
			("fee of the job, to the treasury".into(), self.fee),
			("returned to the requester".into(), statement.refunded),
			("escrow".into(), self.escrow),
		] {
			payments.add_row([what.into(), right(number(amount))]);
		}
		writeln!(f, "\nPayments\n{payments}")?;

		let mut balances = table(&["account", "before", "after", "change", "of it fees"]);
		for line in &self.balances {
			balances.add_row([
				line.who.as_str().into(),
				right(number(line.before)),
				right(number(line.after)),
				right(change(line.before, line.after)),
				right(number(line.fees)),
			]);
		}
		writeln!(f, "\nBalances in TCT, held parts included\n{balances}")?;

		writeln!(f, "\nChecked against the chain")?;
		for Check { what, holds } in &self.checks {
			writeln!(f, "  {} {what}", if *holds { "✓" } else { "✗" })?;
		}
		Ok(())
	}
}

/// How many items' largest logit is at the label.
pub(super) fn correct(result: &TensorMap, labels: &[u8]) -> Result<usize> {
	let (_, logits) = result
		.iter()
		.find(|(_, tensor)| tensor.shape().len() == 2)
		.context("the result has no tensor of shape [items, classes]")?;
	let classes = logits.shape().get(1).copied().filter(|classes| *classes > 0);
	let classes = classes.context("the result has no classes")?;
	let elements = logits.to_f32()?;
	let guesses = elements.chunks_exact(classes).map(|item| {
		let best = item.iter().zip(0usize..).max_by(|left, right| left.0.total_cmp(right.0));
		best.map(|(_, class)| class)
	});
	Ok(guesses.zip(labels).filter(|(guess, label)| *guess == Some(usize::from(**label))).count())
}

#[cfg(test)]
mod tests {
	use super::*;
	use tercet_tensors::Tensor;

	#[test]
	fn correct_counts_items_whose_largest_logit_is_at_the_label() {
		let logits = Tensor::f32(&[3, 2], &[0.0, 1.0, 2.0, -3.0, 4.0, 5.0]).unwrap();
		let result = TensorMap::new([("logits", logits)]).unwrap();
		assert_eq!(correct(&result, &[1, 0, 1]).unwrap(), 3);
		assert_eq!(correct(&result, &[1, 1, 0]).unwrap(), 1);
	}

	#[test]
	fn correct_fails_when_there_are_no_logits() {
		let flat = Tensor::f32(&[3], &[0.0, 1.0, 2.0]).unwrap();
		let result = TensorMap::new([("sum", flat)]).unwrap();
		assert!(correct(&result, &[0, 0, 0]).is_err());
	}
}
