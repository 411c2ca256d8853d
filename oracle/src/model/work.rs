//! Verified work: eras, rewards, work credits.

use std::collections::BTreeMap;
use tercet_primitives::{Balance, Permill};

use super::{
	rules::{floor, scale},
	Oracle, Outcome,
};
use crate::AccountId;

/// All verified work.
#[derive(Clone, Debug, Default)]
pub struct Work {
	/// Eras with work that has not been claimed.
	pub eras: BTreeMap<u32, Era>,
	/// Value of what each provider did in each era.
	pub values: BTreeMap<(u32, AccountId), Balance>,
	/// Work credits, and the half-life in which they were written.
	pub credits: BTreeMap<AccountId, (Balance, u32)>,
	/// All work credits together.
	pub total_credits: (Balance, u32),
	/// Sums since genesis.
	pub ledger: Ledger,
}

/// One era.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are those of docs/economics.md")]
pub struct Era {
	pub value: Balance,
	pub income: Balance,
	pub rate: Balance,
	pub of_income: Permill,
	pub unclaimed: u32,
}

/// Sums since genesis.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are those of a job's statement")]
pub struct Ledger {
	pub escrow: Balance,
	pub executors: Balance,
	pub royalties: Balance,
	pub treasury: Balance,
	pub refunded: Balance,
	pub minted: Balance,
}

impl Oracle {
	/// The current era.
	pub fn era(&self) -> u32 {
		self.now / self.rules.payouts.era_length
	}

	fn half_life(&self) -> u32 {
		self.era() / self.rules.payouts.credit_half_life
	}

	/// Each of `paid` did work that it was paid `pay` for, of `value` to the treasury.
	pub(crate) fn record_work(
		&mut self,
		paid: &[AccountId],
		pay: Balance,
		value: Balance,
		is_income: bool,
	) {
		let (era, half_life) = (self.era(), self.half_life());
		for who in paid.iter().filter(|_| value > 0) {
			let rules = &self.rules.payouts;
			let era_work = self.work.eras.entry(era).or_insert(Era {
				value: 0,
				income: 0,
				rate: rules.reward_rate,
				of_income: rules.reward_of_fees,
				unclaimed: 0,
			});
			era_work.value += value;
			era_work.income += if is_income { value } else { 0 };
			let own = self.work.values.entry((era, who.clone())).or_insert_with(|| {
				era_work.unclaimed += 1;
				0
			});
			*own += value;
		}
		for who in paid.iter().filter(|_| pay > 0) {
			let credits = self.work.credits.entry(who.clone()).or_default();
			*credits = (decayed(*credits, half_life) + pay, half_life);
			let total = &mut self.work.total_credits;
			*total = (decayed(*total, half_life) + pay, half_life);
		}
	}

	pub(crate) fn claim(&mut self, provider: &AccountId, era: u32) -> Outcome {
		let current = self.era();
		let key = (era, provider.clone());
		let value = *self.work.values.get(&key).ok_or("nothing to claim")?;
		if era >= current {
			return Err("the era is not over");
		}
		let work = self.work.eras[&era];
		let expired = current - era > self.rules.payouts.history_depth;
		let reward = work.rate.min(floor(work.of_income, work.income));
		let amount = scale(reward, value, work.value, false).unwrap_or(0);
		if !expired && amount > 0 {
			if !self.reward(provider, amount) {
				if !self.bank.can_receive(provider, amount) {
					return Err("cannot receive the reward");
				}
				self.bank.mint(provider, amount);
			}
			self.work.ledger.minted += amount;
		}
		self.work.values.remove(&key);
		match self.work.eras.get_mut(&era) {
			Some(work) if work.unclaimed > 1 => work.unclaimed -= 1,
			_ => drop(self.work.eras.remove(&era)),
		}
		Ok(())
	}
}

/// Credits after the halvings since they were written.
fn decayed((amount, written): (Balance, u32), half_life: u32) -> Balance {
	amount.checked_shr(half_life - written).unwrap_or(0)
}
