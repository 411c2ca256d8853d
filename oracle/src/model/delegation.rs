//! Stake that others put behind a provider, and what it earns.

use tercet_primitives::{Balance, Permill};

use super::{
	rules::{floor, scale},
	stake::{leave, Delegation, Pot, Provider},
	Oracle, Outcome, Purpose,
};
use crate::AccountId;

impl Oracle {
	pub(crate) fn delegate(
		&mut self,
		who: &AccountId,
		target: &AccountId,
		amount: Balance,
	) -> Outcome {
		let mut provider = self.provider(target)?;
		if amount == 0
			|| provider.bonded < self.rules.staking.min_bond
			|| provider.pending_delegated > 0
		{
			return Err("no delegations are taken");
		}
		let opened = provider.pot.is_none();
		let mut pot = provider.pot.unwrap_or(Pot {
			id: self.staking.next_pot,
			value: 0,
			shares: 0,
			unbonding: 0,
		});
		let bought = match pot.shares {
			0 => amount,
			shares => scale(amount, shares, pot.value, false).ok_or("too many shares")?,
		};
		pot.value = pot.value.checked_add(amount).ok_or("overflow")?;
		pot.shares = pot.shares.checked_add(bought).ok_or("overflow")?;
		// A millionth, and a planck, may be lost to rounding.
		let loss = (amount - pot.worth(bought)).saturating_sub(1);
		if loss.saturating_mul(1_000_000) > amount {
			return Err("too much is lost to rounding");
		}
		let known = self.delegation(target, who, &pot);
		let mut delegation = known.unwrap_or(Delegation { pot: pot.id, ..Default::default() });
		delegation.shares += bought;
		let least = self.rules.staking.min_delegation;
		if amount < least && pot.worth(delegation.shares) < least {
			return Err("too little is delegated");
		}
		let birth = if opened { self.rules.least_balance } else { 0 };
		if amount.checked_add(birth).is_none_or(|all| all > self.bank.spendable(who)) {
			return Err("not enough to delegate");
		}

		let account = self.rules.pots[target].clone();
		if opened {
			self.bank.transfer(who, &account, birth, true)?;
			self.staking.next_pot += 1;
		}
		self.bank.move_and_hold(who, &account, Purpose::Delegation, amount);
		provider.pot = Some(pot);
		self.recount(&mut provider);
		self.keep_provider(target, provider);
		self.staking.delegations.insert((target.clone(), who.clone()), delegation);
		Ok(())
	}

	pub(crate) fn undelegate(
		&mut self,
		who: &AccountId,
		target: &AccountId,
		amount: Balance,
	) -> Outcome {
		let mut provider = self.provider(target)?;
		let mut pot = provider.pot.ok_or("nothing delegated")?;
		let known = self.delegation(target, who, &pot).filter(|known| known.shares > 0);
		let mut delegation = known.ok_or("nothing delegated")?;
		if amount == 0 {
			return Err("nothing to take out");
		}
		let shares = if amount >= pot.worth(delegation.shares) {
			delegation.shares
		} else {
			// The fewest that are worth as much.
			let shares = scale(amount, pot.shares, pot.value, true).ok_or("overflow")?;
			shares.min(delegation.shares)
		};
		delegation.shares -= shares;
		let rest = pot.worth(delegation.shares);
		if delegation.shares > 0 && rest < self.rules.staking.min_delegation {
			return Err("too little stays delegated");
		}
		let at = self.now + self.rules.staking.unbonding_period;
		leave(&mut delegation.unbonding, shares, at, self.rules.staking.max_chunks)?;
		pot.unbonding += shares;
		provider.pot = Some(pot);
		self.recount(&mut provider);
		self.keep_provider(target, provider);
		self.staking.delegations.insert((target.clone(), who.clone()), delegation);
		Ok(())
	}

	pub(crate) fn withdraw_undelegated(&mut self, who: &AccountId, target: &AccountId) -> Outcome {
		let key = (target.clone(), who.clone());
		let mut delegation =
			self.staking.delegations.get(&key).cloned().ok_or("nothing delegated")?;
		let pot = self.provider(target).ok().and_then(|provider| provider.pot);
		let Some(mut pot) = pot.filter(|pot| pot.id == delegation.pot) else {
			// The pot was slashed to nothing.
			self.staking.delegations.remove(&key);
			return Ok(());
		};
		let mut provider = self.provider(target)?;
		let due = delegation.unbonding.iter().filter(|chunk| chunk.1 <= self.now);
		let due: Balance = due.map(|chunk| chunk.0).sum();
		if due == 0 {
			return Err("nothing is due");
		}
		// At its value, less its part of what is pending.
		let value = pot.value - provider.pending_delegated;
		let amount = scale(value, due, pot.shares, false).unwrap_or(0);
		if !self.bank.can_receive(who, amount) {
			return Err("too little to live on");
		}
		pot.value -= amount;
		pot.shares -= due;
		pot.unbonding -= due;
		let account = self.rules.pots[target].clone();
		self.bank.pay(&account, Purpose::Delegation, who, amount);
		provider.pot = Some(pot);
		self.close_empty_pot(target, &mut provider, who);
		self.keep_provider(target, provider);
		delegation.unbonding.retain(|chunk| chunk.1 > self.now);
		if delegation.shares == 0 && delegation.unbonding.is_empty() {
			self.staking.delegations.remove(&key);
		} else {
			self.staking.delegations.insert(key, delegation);
		}
		Ok(())
	}

	/// Closes a pot without value; what its account lived on goes to `heir`, if it can take it.
	pub(crate) fn close_empty_pot(
		&mut self,
		target: &AccountId,
		provider: &mut Provider,
		heir: &AccountId,
	) {
		if provider.pot.is_some_and(|pot| pot.value == 0) {
			provider.pot = None;
			let account = self.rules.pots[target].clone();
			let rest = self.bank.free(&account);
			let _ = self.bank.transfer(&account, heir, rest, false);
		}
	}

	pub(crate) fn set_commission(&mut self, who: &AccountId, commission: Permill) -> Outcome {
		let mut provider = self.provider(who)?;
		if commission > provider.commission {
			let step = self.rules.staking.commission_step;
			let most = provider.commission.deconstruct() + step.deconstruct();
			let rested = provider
				.raised_at
				.is_none_or(|at| self.now - at >= self.rules.staking.unbonding_period);
			if provider.pot.is_some() && (commission.deconstruct() > most || !rested) {
				return Err("commission rises too fast");
			}
			provider.raised_at = Some(self.now);
		}
		provider.commission = commission;
		self.keep_provider(who, provider);
		Ok(())
	}

	/// Mints a reward for a provider and its delegators; `false` if they cannot take it.
	pub(crate) fn reward(&mut self, who: &AccountId, amount: Balance) -> bool {
		let Ok(mut provider) = self.provider(who) else { return false };
		let (own, delegated) = (provider.own(), provider.delegated());
		let shared = amount - floor(provider.commission, amount);
		let pot = provider.pot.filter(|pot| pot.shares > 0);
		let for_pot =
			pot.and_then(|_| scale(shared, delegated, own + delegated, false)).unwrap_or(0);
		let spendable = self.bank.spendable(who);
		let free = self.bank.free(who);
		let spendable_then = (free + amount).saturating_sub(self.rules.least_balance);
		debug_assert!(spendable_then >= spendable);
		if !self.bank.can_receive(who, amount) || for_pot > spendable_then {
			return false;
		}
		self.bank.mint(who, amount);
		if for_pot > 0 {
			let account = self.rules.pots[who].clone();
			self.bank.move_and_hold(who, &account, Purpose::Delegation, for_pot);
			// It counts for draws from the next change of stake on.
			if let Some(pot) = provider.pot.as_mut() {
				pot.value += for_pot;
			}
			self.keep_provider(who, provider);
		}
		true
	}

	/// What `who` has in this pot, and not in one before it.
	fn delegation(&self, target: &AccountId, who: &AccountId, pot: &Pot) -> Option<Delegation> {
		let known = self.staking.delegations.get(&(target.clone(), who.clone()));
		known.filter(|known| known.pot == pot.id).cloned()
	}
}
