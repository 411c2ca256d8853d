//! Who owns how much, free or set aside.

use std::collections::{BTreeMap, BTreeSet};
use tercet_primitives::Balance;

use super::Outcome;
use crate::AccountId;

/// What money is set aside for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Purpose {
	/// The record of a model.
	Model,
	/// A provider's own stake.
	Bond,
	/// Stake in a pot.
	Delegation,
	/// Pay for one job.
	Escrow,
	/// The record of a job.
	Deposit,
	/// Pay for many jobs.
	Credit,
}

/// One account. In planck.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
	/// Free to spend, but for what keeps the account alive.
	pub free: Balance,
	/// Set aside.
	pub held: BTreeMap<Purpose, Balance>,
}

/// All accounts that are alive.
#[derive(Clone, Debug)]
pub struct Bank {
	/// The existential deposit.
	least: Balance,
	/// Who gets the dust of accounts that die.
	treasury: AccountId,
	accounts: BTreeMap<AccountId, Account>,
	/// All money there is.
	pub issuance: Balance,
	/// Whose balances may have changed since this was last emptied.
	pub touched: BTreeSet<AccountId>,
}

impl Bank {
	/// A bank with nothing in it.
	pub fn new(least: Balance, treasury: AccountId) -> Self {
		let (accounts, touched) = Default::default();
		Self { least, treasury, accounts, issuance: 0, touched }
	}

	/// The accounts that are alive.
	pub fn accounts(&self) -> &BTreeMap<AccountId, Account> {
		&self.accounts
	}

	/// An account; an empty one if it is dead.
	pub fn account(&self, who: &AccountId) -> Account {
		self.accounts.get(who).cloned().unwrap_or_default()
	}

	/// What `who` can spend or set aside and stay alive.
	pub fn spendable(&self, who: &AccountId) -> Balance {
		self.free(who).saturating_sub(self.least)
	}

	/// What of `who` is not set aside.
	pub fn free(&self, who: &AccountId) -> Balance {
		self.accounts.get(who).map_or(0, |account| account.free)
	}

	/// What `who` has set aside for `purpose`.
	pub fn held(&self, who: &AccountId, purpose: Purpose) -> Balance {
		let account = self.accounts.get(who);
		account.and_then(|account| account.held.get(&purpose)).copied().unwrap_or(0)
	}

	/// Whether `who` is alive, or `amount` is enough to bring it to life.
	pub fn can_receive(&self, who: &AccountId, amount: Balance) -> bool {
		amount == 0 || self.free(who) + amount >= self.least
	}

	/// Makes money.
	pub fn mint(&mut self, who: &AccountId, amount: Balance) {
		assert!(self.can_receive(who, amount), "{who} cannot receive {amount}");
		self.issuance += amount;
		self.add(who, amount);
	}

	/// Sets money aside.
	pub fn hold(&mut self, who: &AccountId, purpose: Purpose, amount: Balance) -> Outcome {
		if amount == 0 {
			return Ok(());
		}
		if self.spendable(who) < amount {
			return Err("not enough to set aside");
		}
		self.take(who, amount);
		self.add_held(who, purpose, amount);
		Ok(())
	}

	/// Gives back what was set aside.
	pub fn release(&mut self, who: &AccountId, purpose: Purpose, amount: Balance) {
		self.take_held(who, purpose, amount);
		self.add(who, amount);
	}

	/// Pays from what was set aside.
	pub fn pay(&mut self, from: &AccountId, purpose: Purpose, to: &AccountId, amount: Balance) {
		assert!(self.can_receive(to, amount), "{to} cannot receive {amount}");
		self.take_held(from, purpose, amount);
		self.add(to, amount);
	}

	/// Destroys what was set aside.
	pub fn burn(&mut self, from: &AccountId, purpose: Purpose, amount: Balance) {
		self.take_held(from, purpose, amount);
		self.issuance -= amount;
	}

	/// Moves free money of `from` into what `to`, who is alive, has set aside.
	pub fn move_and_hold(
		&mut self,
		from: &AccountId,
		to: &AccountId,
		purpose: Purpose,
		amount: Balance,
	) {
		assert!(self.spendable(from) >= amount && self.free(to) >= self.least);
		self.take(from, amount);
		self.add_held(to, purpose, amount);
	}

	/// Moves free money. Whoever keeps less than the existential deposit dies, unless something of
	/// it is set aside.
	pub fn transfer(
		&mut self,
		from: &AccountId,
		to: &AccountId,
		amount: Balance,
		keep_alive: bool,
	) -> Outcome {
		let must_live = keep_alive || self.accounts.get(from).is_some_and(|a| !a.held.is_empty());
		let most = if must_live { self.spendable(from) } else { self.free(from) };
		if amount > most {
			return Err("not enough to transfer");
		}
		if !self.can_receive(to, amount) {
			return Err("too little to live on");
		}
		if from != to {
			self.take(from, amount);
			self.add(to, amount);
			let dust = self.free(from);
			if dust > 0 && dust < self.least {
				let treasury = self.treasury.clone();
				self.take(from, dust);
				self.add(&treasury, dust);
			}
		}
		Ok(())
	}

	fn add(&mut self, who: &AccountId, amount: Balance) {
		self.touched.insert(who.clone());
		if amount > 0 {
			self.accounts.entry(who.clone()).or_default().free += amount;
		}
	}

	fn add_held(&mut self, who: &AccountId, purpose: Purpose, amount: Balance) {
		self.touched.insert(who.clone());
		if amount > 0 {
			let account = self.accounts.entry(who.clone()).or_default();
			*account.held.entry(purpose).or_default() += amount;
		}
	}

	fn take(&mut self, who: &AccountId, amount: Balance) {
		self.touched.insert(who.clone());
		let account = self.accounts.entry(who.clone()).or_default();
		account.free = account.free.checked_sub(amount).expect("less than there is is taken");
		if *account == Account::default() {
			self.accounts.remove(who);
		}
	}

	fn take_held(&mut self, who: &AccountId, purpose: Purpose, amount: Balance) {
		self.touched.insert(who.clone());
		if amount == 0 {
			return;
		}
		let account = self.accounts.get_mut(who).expect("whoever has something set aside lives");
		let held = account.held.get_mut(&purpose).expect("something is set aside");
		*held = held.checked_sub(amount).expect("less than is set aside is taken");
		if *held == 0 {
			account.held.remove(&purpose);
		}
	}
}
