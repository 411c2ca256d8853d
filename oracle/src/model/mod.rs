//! The model: the ledger and the lifecycle as the documentation tells them, in plain maps.

pub mod bank;
pub mod rules;

mod catalog;
mod committees;
mod comparison;
mod delegation;
mod duties;
mod jobs;
mod queue;
mod reviews;
mod settlement;
mod slashes;
mod stages;
mod stake;
mod work;

pub use bank::{Account, Bank, Purpose};
pub use catalog::Registry;
pub use committees::{Cause, Reference, Review, Status, Verdict, Verification};
pub(crate) use duties::is_due;
pub use jobs::{Credit, Market, Place, Wait};
pub(crate) use reviews::root_of;
pub use rules::Rules;
pub use slashes::Slash;
pub use stake::{Chunk, Counted, Delegation, Pot, Provider, Record, Staking};
pub use work::{Era, Ledger, Work};

use polkadot_sdk::sp_crypto_hashing::blake2_128;
use std::collections::{BTreeMap, BTreeSet};
use tercet_primitives::{BlockNumber, JobId};

use crate::{AccountId, Call, What};

/// Whether something was accepted, and if not, why, in the model's words.
pub type Outcome = Result<(), &'static str>;

/// What chance decided in one step, and is not the model's to know.
#[derive(Clone, Debug, Default)]
pub struct Luck {
	/// VRF output of the block that ends.
	pub vrf: [u8; 32],
	/// Jobs whose turn has come in the queue: how many there is room for in a block depends on what
	/// each one weighs.
	pub turns: usize,
	/// Stages that were ended when the block ended, and entries of the agenda that were passed over.
	pub transitions: usize,
	/// Executors that were drawn, by job and round.
	pub drawn: BTreeMap<(JobId, u8), Vec<AccountId>>,
	/// Seats whose response was picked to count.
	pub canonical: BTreeMap<JobId, u8>,
	/// A job for which one was to be picked, and none was.
	pub unpicked: Option<JobId>,
}

/// What may have changed since this was last emptied, besides balances.
#[derive(Clone, Debug, Default)]
pub struct Touched {
	/// Jobs and their committees.
	pub jobs: BTreeSet<JobId>,
	/// Providers.
	pub providers: BTreeSet<AccountId>,
}

/// When something is due, and in which order within a block: that of storage keys, which no
/// document promises, but which is the same on every node.
pub(crate) type Slot = (BlockNumber, [u8; 16], JobId);

/// The place of `job` on an agenda.
pub(crate) fn slot(at: BlockNumber, job: JobId) -> Slot {
	(at, blake2_128(&job.0.to_le_bytes()), job)
}

/// Takes at most `cap` jobs off an agenda that are due in `now`, or were before.
pub(crate) fn take_due(agenda: &mut BTreeSet<Slot>, now: BlockNumber, cap: u32) -> Vec<JobId> {
	let due = agenda.iter().take_while(|slot| slot.0 <= now).take(cap as usize);
	let due: Vec<Slot> = due.copied().collect();
	agenda.retain(|slot| !due.contains(slot));
	due.into_iter().map(|slot| slot.2).collect()
}

/// The model of one chain.
#[derive(Clone, Debug)]
pub struct Oracle {
	/// What is fixed.
	pub rules: Rules,
	/// The block under construction.
	pub now: BlockNumber,
	/// Who owns how much.
	pub bank: Bank,
	/// Models.
	pub registry: Registry,
	/// Providers and those who delegate to them.
	pub staking: Staking,
	/// Jobs.
	pub market: Market,
	/// Committees.
	pub verification: Verification,
	/// Verified work.
	pub work: Work,
	/// What chance decides in this step.
	pub luck: Luck,
	/// What this step may have changed.
	pub touched: Touched,
}

impl Oracle {
	/// A chain in block `now`, on which nothing has happened yet.
	pub fn new(rules: Rules, now: BlockNumber, bank: Bank) -> Self {
		let (registry, staking, market, verification, work) = Default::default();
		let (luck, touched) = Default::default();
		Self { rules, now, bank, registry, staking, market, verification, work, luck, touched }
	}

	/// What becomes of a call. Refused ones change nothing.
	pub fn call(&mut self, call: &Call, luck: Luck) -> Outcome {
		self.luck = luck;
		let outcome = self.what_becomes_of(call);
		self.assert_picked();
		outcome
	}

	/// Nothing stands that only luck could have decided, and did not.
	fn assert_picked(&self) {
		if let Some(job) = self.luck.unpicked {
			panic!("{job} has no canonical response");
		}
	}

	fn what_becomes_of(&mut self, call: &Call) -> Outcome {
		let Call { who, what } = call;
		match what {
			What::Bond(amount) => self.bond(who, *amount),
			What::Unbond(amount) => self.unbond(who, *amount),
			What::WithdrawUnbonded => self.withdraw_unbonded(who),
			What::Offer(pool, price) => self.offer(who, *pool, *price),
			What::UpdateOffer(pool, price) => self.update_offer(who, *pool, *price),
			What::WithdrawOffer(pool) => self.withdraw_offer(who, *pool),
			What::GoAvailable => self.go_available(who),
			What::GoUnavailable => self.go_unavailable(who),
			What::Delegate(provider, amount) => self.delegate(who, provider, *amount),
			What::Undelegate(provider, amount) => self.undelegate(who, provider, *amount),
			What::WithdrawUndelegated(provider) => self.withdraw_undelegated(who, provider),
			What::SetCommission(commission) => self.set_commission(who, *commission),
			What::SetOperator(operator) => self.set_operator(who, operator.clone()),
			What::AcceptProvider(provider) => self.accept_provider(who, provider),
			What::CancelSlash(id, by_root) => match by_root {
				true => self.cancel_slash(*id),
				false => Err("not governance"),
			},
			What::Submit(request) => self.submit(who, request.clone()),
			What::TopUp(job, price) => self.top_up(who, *job, *price),
			What::Cancel(job) => self.cancel(who, *job),
			What::Prune(job) => self.prune(*job),
			What::AddCredit(amount) => self.add_credit(who, *amount),
			What::WithdrawCredit(amount) => self.withdraw_credit(who, *amount),
			What::Answer(duties) => self.answer(who, duties),
			What::Challenge(job) => self.challenge(who, *job),
			What::OpenCanary { job, index, digest, salt, agreed, proof } => {
				self.open_canary(who, *job, *index, *digest, *salt, *agreed, proof)
			},
			What::Publish(model) => self.publish(who, model),
			What::AddVariant(model, variant) => self.add_variant(who, *model, variant.clone()),
			What::OfferTransfer(model, to) => self.offer_transfer(who, *model, to.clone()),
			What::AcceptTransfer(model) => self.accept_transfer(who, *model),
			What::SetManagers(model, managers) => self.set_managers(who, *model, managers),
			What::Deprecate(model, successor) => self.deprecate(who, *model, *successor),
			What::Undeprecate(model) => self.undeprecate(who, *model),
			What::Claim(provider, era) => self.claim(provider, *era),
			What::Transfer { to, amount, keep_alive } => {
				self.bank.transfer(who, to, *amount, *keep_alive)
			},
		}
	}

	/// Ends the block and begins the next one.
	pub fn next_block(&mut self, luck: Luck) {
		self.luck = luck;
		self.draw_reserved();
		self.end_due_stages();
		self.begin_block(self.now + 1);
		self.assert_picked();
	}

	/// Ends the block and lets as many pass in which nothing is due, then begins block `to`.
	pub fn skip_to(&mut self, to: BlockNumber, luck: Luck) {
		self.luck = luck;
		self.draw_reserved();
		self.end_due_stages();
		assert!(self.idle_until() >= to, "something is due before block {to}");
		self.begin_block(to);
		self.assert_picked();
	}

	/// The first block in which something may be due; after this one has ended.
	pub fn idle_until(&self) -> BlockNumber {
		let agendas = [&self.market.expiries, &self.market.retries, &self.verification.agenda];
		let first = agendas.into_iter().filter_map(|agenda| agenda.first().map(|slot| slot.0));
		let slash = match self.staking.slashes.get(&self.staking.slash_begin) {
			Some(slash) => Some(slash.due),
			None => (self.staking.slash_begin < self.staking.slash_end).then_some(self.now + 1),
		};
		let queue = (self.market.head < self.market.tail).then_some(self.now + 1);
		first.chain(slash).chain(queue).min().unwrap_or(BlockNumber::MAX).max(self.now + 1)
	}

	fn begin_block(&mut self, number: BlockNumber) {
		self.now = number;
		self.apply_slashes();
		self.expire();
		self.requeue();
		self.reserve_draws();
		self.reserve_transitions();
	}
}
