//! Where escrow ends.

use tercet_primitives::{
	Answer, Balance, Disputed, Funding, Invalidity, ItemSet, Job, JobId, JobRequest, JobState,
	Part, Patch, Permill, Redundancy, RefundReason, Royalties, Statement, VariantTerms, H256,
};

use super::{
	jobs::share_of,
	rules::{ceil, floor},
	slot, Oracle, Purpose,
};
use crate::AccountId;

/// Who reviews.
pub(crate) const REVIEWERS: Redundancy = Redundancy { executors: 5, quorum: 4 };

/// What is owed, and out of how much.
struct Bill<'a> {
	/// Part of the escrow that may be spent.
	escrow: Balance,
	/// To each executor.
	pay: Balance,
	executors: &'a [AccountId],
	royalties: Royalties<AccountId>,
	fee: Balance,
	/// Whether what is not owed returns to the requester; else it stays.
	is_last: bool,
}

impl Oracle {
	/// Pays for some items while others are in dispute.
	pub(crate) fn settle_part(
		&mut self,
		id: JobId,
		executors: &[AccountId],
		answer: Answer,
		items: ItemSet,
	) {
		let mut job = self.job(id).expect("it is running").clone();
		let JobState::Running { drawn_at, part: None } = job.state else {
			panic!("{id} is not running, or was paid in part")
		};
		let escrow = share_of(job.escrow - job.fee, items.len(), job.request.items);
		let bill = Bill {
			escrow,
			pay: pay(&job, items.len(), job.request.price),
			executors,
			royalties: job.royalties.clone(),
			fee: 0,
			is_last: false,
		};
		let statement = self.pay(&job, bill);
		let part = Some(Part { answer, items, statement });
		job.state = JobState::Running { drawn_at, part };
		self.keep_job(id, job);
	}

	/// Pays for all items that were not paid, and ends the job.
	pub(crate) fn settle(&mut self, id: JobId, executors: &[AccountId], answer: Answer) {
		let (job, part, items) = self.running(id);
		let (pay, royalties) = (pay(&job, items.len(), job.request.price), job.royalties.clone());
		let statement = self.pay_rest(&job, pay, executors, royalties);
		let at = self.now;
		let state = match part {
			None => JobState::Settled { at, answer, disputed: Disputed::None, statement },
			Some(part) => {
				let disputed = Disputed::Resolved(Patch { items, answer });
				settled_in_part(at, part, disputed, statement)
			},
		};
		self.end_job(id, job, state);
	}

	/// Pays those who agree that the job cannot be run the minimum, without royalties.
	pub(crate) fn settle_invalid(&mut self, id: JobId, executors: &[AccountId], why: Invalidity) {
		let (job, part, items) = self.running(id);
		let price = ceil(self.rules.market.invalid_share, job.request.price);
		let pay = pay(&job, items.len(), price);
		let statement = self.pay_rest(&job, pay, executors, Royalties::default());
		let at = self.now;
		let state = match part {
			None => JobState::Invalid { at, why, statement },
			Some(part) => {
				let disputed = Disputed::Refunded { items, reason: RefundReason::Disagreement };
				settled_in_part(at, part, disputed, statement)
			},
		};
		self.end_job(id, job, state);
	}

	/// Returns what is left: all of it to a job that was never drawn, all but the fee to others.
	pub(crate) fn refund(&mut self, id: JobId, reason: RefundReason) {
		let at = self.now;
		let job = self.job(id).expect("it is open").clone();
		if job.state == JobState::Queued {
			match job.request.funding {
				Funding::Hold => self.bank.release(&job.requester, Purpose::Escrow, job.escrow),
				Funding::Credit => self.spend_credit(&job.requester, 0, job.escrow),
			}
			let statement = Statement { refunded: job.escrow, ..Default::default() };
			return self.end_job(id, job, JobState::Refunded { at, reason, statement });
		}
		let (job, part, items) = self.running(id);
		let statement = self.pay_rest(&job, 0, &[], Royalties::default());
		let state = match part {
			None => JobState::Refunded { at, reason, statement },
			Some(part) => {
				settled_in_part(at, part, Disputed::Refunded { items, reason }, statement)
			},
		};
		self.end_job(id, job, state);
	}

	/// A running job, the part of it that was paid, and the items that were not.
	fn running(&self, id: JobId) -> (Job<AccountId>, Option<Part>, ItemSet) {
		let job = self.job(id).expect("it is running").clone();
		let JobState::Running { part, .. } = job.state.clone() else {
			panic!("{id} is not running: {:?}", job.state)
		};
		let all = ItemSet::first(job.request.items);
		let items = part.as_ref().map_or(all, |part| all.without(&part.items));
		(job, part, items)
	}

	fn pay_rest(
		&mut self,
		job: &Job<AccountId>,
		pay: Balance,
		executors: &[AccountId],
		royalties: Royalties<AccountId>,
	) -> Statement {
		let gone = job.state.statement().total().expect("less than the escrow");
		let escrow = job.escrow - gone;
		self.pay(job, Bill { escrow, pay, executors, royalties, fee: job.fee, is_last: true })
	}

	/// Pays a bill: executors, authors, the fee, the treasury's share; the rest returns or stays.
	/// What is too little to bring its payee to life is the treasury's.
	fn pay(&mut self, job: &Job<AccountId>, bill: Bill<'_>) -> Statement {
		let (payer, treasury) = (&job.requester, self.rules.treasury.clone());
		let is_credit = job.request.funding == Funding::Credit;
		let purpose = if is_credit { Purpose::Credit } else { Purpose::Escrow };
		let work = bill.pay * bill.executors.len() as u128;
		let royalties: Vec<_> = {
			let shares = bill.royalties.iter();
			shares.map(|earner| (earner.payee.clone(), floor(earner.share, work))).collect()
		};
		let owed = work + bill.fee + royalties.iter().map(|royalty| royalty.1).sum::<Balance>();
		let left = bill.escrow.checked_sub(owed).expect("the escrow covers what is owed");
		let share = floor(self.rules.payouts.treasury_share, work).min(left);
		let left = left - share;

		let mut statement = Statement { treasury: share + bill.fee, ..Default::default() };
		let mut paid = Vec::new();
		for who in bill.executors {
			if self.bank.can_receive(who, bill.pay) {
				self.bank.pay(payer, purpose, who, bill.pay);
				statement.executors += bill.pay;
				paid.push(who.clone());
			} else {
				statement.treasury += bill.pay;
			}
		}
		for (who, amount) in royalties {
			if self.bank.can_receive(&who, amount) {
				self.bank.pay(payer, purpose, &who, amount);
				statement.royalties += amount;
			} else {
				statement.treasury += amount;
			}
		}
		// The treasury lives, and so does whoever has something set aside: both can receive.
		self.bank.pay(payer, purpose, &treasury, statement.treasury);
		let spent = bill.escrow - left;
		if bill.is_last {
			statement.refunded = left;
			match job.request.funding {
				Funding::Hold => self.bank.release(payer, purpose, left),
				Funding::Credit => self.spend_credit(payer, spent, bill.escrow),
			}
		} else if is_credit {
			self.spend_credit(payer, spent, spent);
		}

		// What stays on hold did not leave the escrow; what returns to credit stays on hold.
		let released = bill.is_last && !is_credit;
		let ledger = &mut self.work.ledger;
		ledger.escrow += spent + if released { left } else { 0 };
		ledger.executors += statement.executors;
		ledger.royalties += statement.royalties;
		ledger.treasury += statement.treasury;
		ledger.refunded += if released { left } else { 0 };
		let value = share.checked_div(bill.executors.len() as u128).unwrap_or(0);
		let is_income = *payer != treasury;
		self.record_work(&paid, bill.pay, value, is_income);
		statement
	}

	fn end_job(&mut self, id: JobId, mut job: Job<AccountId>, state: JobState) {
		self.market.expiries.remove(&slot(job.request.deadline + 1, id));
		self.stop_waiting(id);
		job.state = state;
		self.keep_job(id, job);
	}

	/// Puts a running job back into the queue.
	pub(crate) fn request_draw(&mut self, id: JobId) {
		if !self.market.waiting.contains_key(&id) {
			self.enqueue(id, 0);
		}
	}

	/// Whether the verdict of another job is awaited on this one.
	pub(crate) fn under_review(&self, of: JobId) -> bool {
		let review = self.market.review_of.get(&of).and_then(|id| self.market.jobs.get(id));
		review.is_some_and(|review| !review.state.is_terminal())
	}

	/// Submits a job again, by the terms it had: as its requester's, or as the treasury's.
	pub(crate) fn open_review(
		&mut self,
		of: JobId,
		payer: Option<&AccountId>,
		deadline: u32,
	) -> Result<JobId, &'static str> {
		let job = self.job(of)?.clone();
		if self.under_review(of) {
			return Err("under review");
		}
		let request = JobRequest {
			redundancy: REVIEWERS,
			deadline,
			canary: H256::zero(),
			funding: Funding::Hold,
			..job.request
		};
		self.check_deadline(&request, self.rules.market.min_deadline / 2 + 1)?;
		let mut artifact = self.registry.terms(request.variant)?.artifact;
		artifact.digest = job.artifact;
		let terms = VariantTerms {
			royalties: job.royalties,
			units_per_item: job.units_per_item,
			artifact,
			agreement: job.agreement,
		};
		let treasury = self.rules.treasury.clone();
		// Enough for two committees that share nobody.
		let most = self.staking.pools.get(&request.pool()).map_or(0, Vec::len);
		if most < usize::from(job.request.redundancy.executors + REVIEWERS.executors) {
			return Err("too few providers for a review");
		}
		let payer = payer.unwrap_or(&treasury);
		let review = self.create(payer, request, terms, Permill::zero())?;
		self.market.review_of.insert(of, review);
		if *payer != treasury {
			self.market.reimbursable.insert(review);
		}
		Ok(review)
	}

	/// The treasury pays back what a review cost, as far as it can.
	pub(crate) fn reimburse(&mut self, review: JobId) {
		let Ok(job) = self.job(review) else { return };
		if !job.state.is_terminal() || !self.market.reimbursable.contains(&review) {
			return;
		}
		let (to, treasury) = (job.requester.clone(), self.rules.treasury.clone());
		let cost = Statement { refunded: 0, ..job.state.statement() }.total().expect("escrow");
		let amount = cost.min(self.bank.spendable(&treasury));
		self.bank.transfer(&treasury, &to, amount, true).expect("as much as it can spare");
		self.market.reimbursable.remove(&review);
	}
}

/// `u · p`.
fn pay(job: &Job<AccountId>, items: u32, price: Balance) -> Balance {
	u128::from(job.units_per_item.0) * u128::from(items) * price
}

fn settled_in_part(at: u32, part: Part, disputed: Disputed, rest: Statement) -> JobState {
	let statement = part.statement.checked_add(&rest).expect("less than the escrow");
	JobState::Settled { at, answer: part.answer, disputed, statement }
}
