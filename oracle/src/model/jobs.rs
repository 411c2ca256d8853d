//! Jobs: submission, credit, and what their requesters can change.

use codec::MaxEncodedLen;
use std::collections::{BTreeMap, BTreeSet};
use tercet_primitives::{
	Balance, BlockNumber, Funding, Job, JobId, JobRequest, JobState, Payload, Permill,
	RefundReason, Royalties, VariantTerms, WorkUnits, MAX_INLINE_BYTES, MAX_ITEMS, MAX_SEATS,
};

use super::{
	rules::{ceil, scale},
	settlement::REVIEWERS,
	slot, Oracle, Outcome, Purpose, Slot,
};
use crate::AccountId;

/// All jobs, and where they wait.
#[derive(Clone, Debug, Default)]
pub struct Market {
	/// Jobs that have not been pruned.
	pub jobs: BTreeMap<JobId, Job<AccountId>>,
	/// Number of jobs so far.
	pub count: u64,
	/// Credit of each requester that has some.
	pub credits: BTreeMap<AccountId, Credit>,
	/// Jobs that wait for executors, by position.
	pub queue: BTreeMap<u64, JobId>,
	/// The first position that may be taken.
	pub head: u64,
	/// The position after the last one that was.
	pub tail: u64,
	/// Positions that are looked at when this block ends, at most.
	pub reserved: u32,
	/// Jobs whose draw failed.
	pub retries: BTreeSet<Slot>,
	/// Where each job waits.
	pub waiting: BTreeMap<JobId, Wait>,
	/// Jobs to refund if they are still open.
	pub expiries: BTreeSet<Slot>,
	/// The newest review of each job that had one.
	pub review_of: BTreeMap<JobId, JobId>,
	/// Reviews that their requesters paid for.
	pub reimbursable: BTreeSet<JobId>,
}

/// What a requester has set aside for many jobs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Credit {
	/// All of it.
	pub total: Balance,
	/// What of it is escrow of open jobs.
	pub committed: Balance,
}

/// A job that waits for executors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wait {
	/// Draws that have failed.
	pub failures: u8,
	/// Where it waits.
	pub place: Place,
}

/// Where a job waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
	/// At this position of the queue.
	Queue(u64),
	/// For this block.
	Retry(BlockNumber),
}

impl Oracle {
	pub(crate) fn job(&self, id: JobId) -> Result<&Job<AccountId>, &'static str> {
		self.market.jobs.get(&id).ok_or("no such job")
	}

	pub(crate) fn keep_job(&mut self, id: JobId, job: Job<AccountId>) {
		self.touched.jobs.insert(id);
		self.market.jobs.insert(id, job);
	}

	pub(crate) fn submit(&mut self, who: &AccountId, request: JobRequest) -> Outcome {
		let rules = &self.rules.market;
		if !(1..=rules.max_input).contains(&request.input.size()) {
			return Err("input empty or too large");
		}
		self.check_deadline(&request, rules.min_deadline)?;
		if !(1..=MAX_ITEMS).contains(&request.items) {
			return Err("no items, or too many");
		}
		if !request.redundancy.is_valid() || request.redundancy.executors < rules.adaptive_floor {
			return Err("redundancy is not fine");
		}
		let terms = self.registry.terms(request.variant)?;
		let audit_rate = self.audit_rate(request.redundancy.executors);
		self.create(who, request, terms, audit_rate).map(drop)
	}

	/// The deadline is `least` blocks ahead at least, and not too far.
	pub(crate) fn check_deadline(&self, request: &JobRequest, least: BlockNumber) -> Outcome {
		let ahead = request.deadline.checked_sub(self.now).ok_or("deadline has passed")?;
		let fine = (least..=self.rules.market.max_deadline).contains(&ahead);
		fine.then_some(()).ok_or("deadline too soon or too far")
	}

	/// `nP + ⌈s · nP⌉ + Σᵢ ⌈rᵢ · nP⌉`.
	fn worst_case(
		&self,
		seats: u8,
		pay: Balance,
		royalties: &Royalties<AccountId>,
	) -> Option<Balance> {
		let work = pay.checked_mul(seats.into())?;
		let shares = royalties.iter().map(|royalty| ceil(royalty.share, work)).sum::<Balance>();
		work.checked_add(ceil(self.rules.payouts.treasury_share, work))?.checked_add(shares)
	}

	/// Escrow, fee and risk of a job of `units` at `price`. The fee carries what audits cost in the
	/// long run: `audit_rate` of what five reviewers cost.
	fn price(
		&self,
		units: Balance,
		price: Balance,
		royalties: &Royalties<AccountId>,
		audit_rate: Permill,
	) -> Result<(Balance, Balance, Balance), &'static str> {
		let pay = units.checked_mul(price).ok_or("overflow")?;
		let audit = self.worst_case(REVIEWERS.executors, pay, royalties).ok_or("overflow")?;
		let fee =
			self.rules.market.job_fee.checked_add(ceil(audit_rate, audit)).ok_or("overflow")?;
		let most = self.worst_case(MAX_SEATS as u8, pay, royalties).ok_or("overflow")?;
		if price == 0 || most < self.rules.least_balance {
			return Err("price too low");
		}
		let risk = pay.checked_mul(self.rules.market.risk_factor.into()).ok_or("overflow")?;
		Ok((most.checked_add(fee).ok_or("overflow")?, fee, risk))
	}

	/// For as many bytes as the record can grow to; an inline input takes no more than it has.
	fn record_deposit(&self, input: &Payload) -> Balance {
		let inline = match input {
			Payload::Inline(bytes) => bytes.len(),
			Payload::Blob(_) => 0,
		};
		let bytes = Job::<AccountId>::max_encoded_len() - MAX_INLINE_BYTES as usize + inline;
		let rules = &self.rules.market;
		rules.deposit_base + rules.deposit_per_byte * bytes as u128
	}

	/// Makes a job of a request that is fine.
	pub(crate) fn create(
		&mut self,
		who: &AccountId,
		request: JobRequest,
		terms: VariantTerms<AccountId>,
		audit_rate: Permill,
	) -> Result<JobId, &'static str> {
		let units = terms.units_per_item.0.checked_mul(request.items.into()).ok_or("overflow")?;
		let (escrow, fee, risk) =
			self.price(units.into(), request.price, &terms.royalties, audit_rate)?;
		let deposit = self.record_deposit(&request.input);
		self.check_funds(who, request.funding, escrow, deposit)?;
		self.set_aside(who, request.funding, escrow);
		self.bank.hold(who, Purpose::Deposit, deposit)?;

		let id = JobId(self.market.count);
		self.market.count += 1;
		self.market.expiries.insert(slot(request.deadline + 1, id));
		let job = Job {
			requester: who.clone(),
			request,
			units_per_item: WorkUnits(terms.units_per_item.0),
			artifact: terms.artifact.digest,
			agreement: terms.agreement,
			royalties: terms.royalties,
			escrow,
			fee,
			risk,
			deposit,
			submitted_at: self.now,
			state: JobState::Queued,
		};
		self.keep_job(id, job);
		self.enqueue(id, 0);
		Ok(id)
	}

	/// An own job that was not drawn, and is not drawn when this block ends.
	fn undrawn(&self, who: &AccountId, id: JobId) -> Result<Job<AccountId>, &'static str> {
		let job = self.job(id)?;
		let is_due = self.market.waiting.get(&id).is_some_and(|wait| match wait.place {
			Place::Queue(position) => position < self.market.head + u64::from(self.market.reserved),
			Place::Retry(_) => false,
		});
		let free = job.requester == *who && job.state == JobState::Queued && !is_due;
		free.then(|| job.clone()).ok_or("not an own job that waits")
	}

	pub(crate) fn top_up(&mut self, who: &AccountId, id: JobId, price: Balance) -> Outcome {
		let mut job = self.undrawn(who, id)?;
		if price <= job.request.price {
			return Err("price not raised");
		}
		// Reviews are not audited.
		let audit_rate = match self.market.reimbursable.contains(&id) {
			true => Permill::zero(),
			false => self.audit_rate(job.request.redundancy.executors),
		};
		let (escrow, fee, risk) =
			self.price(job.units().0.into(), price, &job.royalties, audit_rate)?;
		let more = escrow - job.escrow;
		self.check_funds(who, job.request.funding, more, 0)?;
		self.set_aside(who, job.request.funding, more);
		(job.request.price, job.escrow, job.fee, job.risk) = (price, escrow, fee, risk);
		self.keep_job(id, job);
		self.stop_waiting(id);
		self.enqueue(id, 0);
		Ok(())
	}

	pub(crate) fn cancel(&mut self, who: &AccountId, id: JobId) -> Outcome {
		self.undrawn(who, id)?;
		self.review_ended(id);
		self.refund(id, RefundReason::Cancelled);
		Ok(())
	}

	pub(crate) fn prune(&mut self, id: JobId) -> Outcome {
		let job = self.job(id)?.clone();
		let (JobState::Settled { at, .. }
		| JobState::Refunded { at, .. }
		| JobState::Invalid { at, .. }) = job.state
		else {
			return Err("still open");
		};
		if self.now < at + self.rules.market.retention || self.under_review(id) {
			return Err("cannot be pruned yet");
		}
		self.bank.release(&job.requester, Purpose::Deposit, job.deposit);
		self.touched.jobs.insert(id);
		self.market.jobs.remove(&id);
		self.market.review_of.remove(&id);
		self.market.reimbursable.remove(&id);
		self.forget(id);
		Ok(())
	}

	pub(crate) fn add_credit(&mut self, who: &AccountId, amount: Balance) -> Outcome {
		if amount < self.rules.least_balance {
			return Err("too little credit");
		}
		self.bank.hold(who, Purpose::Credit, amount)?;
		self.market.credits.entry(who.clone()).or_default().total += amount;
		Ok(())
	}

	pub(crate) fn withdraw_credit(&mut self, who: &AccountId, amount: Balance) -> Outcome {
		if amount == 0 || amount > self.free_credit(who) {
			return Err("not that much credit is free");
		}
		self.spend_credit(who, amount, 0);
		self.bank.release(who, Purpose::Credit, amount);
		Ok(())
	}

	fn free_credit(&self, who: &AccountId) -> Balance {
		self.market.credits.get(who).map_or(0, |credit| credit.total - credit.committed)
	}

	/// `amount` has left the hold, and `committed` is escrow no more.
	pub(crate) fn spend_credit(&mut self, who: &AccountId, amount: Balance, committed: Balance) {
		let credit = self.market.credits.entry(who.clone()).or_default();
		credit.total -= amount;
		credit.committed -= committed;
		if credit.total == 0 {
			self.market.credits.remove(who);
		}
	}

	fn check_funds(
		&self,
		who: &AccountId,
		funding: Funding,
		escrow: Balance,
		deposit: Balance,
	) -> Outcome {
		let held = match funding {
			Funding::Hold => escrow.checked_add(deposit).ok_or("overflow")?,
			Funding::Credit if self.free_credit(who) < escrow => return Err("not enough credit"),
			Funding::Credit => deposit,
		};
		(self.bank.spendable(who) >= held).then_some(()).ok_or("not enough to set aside")
	}

	fn set_aside(&mut self, who: &AccountId, funding: Funding, amount: Balance) {
		match funding {
			Funding::Hold => self.bank.hold(who, Purpose::Escrow, amount).expect("was checked"),
			Funding::Credit => {
				self.market.credits.entry(who.clone()).or_default().committed += amount;
			},
		}
	}
}

/// The part of `amount` that `part` of `whole` items have, rounded down.
pub(crate) fn share_of(amount: Balance, part: u32, whole: u32) -> Balance {
	scale(amount, part.into(), whole.into(), false).expect("a part is less than the whole")
}
