//! Slashes: decided, pending, applied or cancelled.

use tercet_primitives::{Balance, BlockNumber};

use super::{
	rules::{floor, scale},
	stake::Provider,
	Oracle, Outcome, Purpose,
};
use crate::AccountId;

/// A slash that was decided and not applied yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slash {
	/// Whose stake.
	pub provider: AccountId,
	/// How much of its own.
	pub own: Balance,
	/// How much of what is delegated to it.
	pub delegated: Balance,
	/// First block in which it is applied.
	pub due: BlockNumber,
}

impl Oracle {
	/// Decides to slash `amount`: in proportion to own and delegated stake as they are now, rounded
	/// against the provider, and no more of either than is not pending yet.
	pub(crate) fn punish(&mut self, who: &AccountId, provider: &mut Provider, amount: Balance) {
		let (own, pot) = (provider.own(), provider.delegated());
		let amount = amount.min(own + pot);
		let share = scale(amount, pot, own + pot, false).unwrap_or(0);
		let of_own = (amount - share).min(own - provider.pending_own);
		let of_pot = share.min(pot - provider.pending_delegated);
		if of_own + of_pot == 0 {
			return;
		}
		provider.pending_own += of_own;
		provider.pending_delegated += of_pot;
		let due = self.now + self.rules.staking.slash_delay;
		let slash = Slash { provider: who.clone(), own: of_own, delegated: of_pot, due };
		self.staking.slashes.insert(self.staking.slash_end, slash);
		self.staking.slash_end += 1;
	}

	pub(crate) fn cancel_slash(&mut self, id: u32) -> Outcome {
		let slash = self.staking.slashes.remove(&id).ok_or("no such slash")?;
		let mut provider = self.provider(&slash.provider)?;
		provider.pending_own -= slash.own;
		provider.pending_delegated -= slash.delegated;
		self.tidy_pot(&slash.provider, &mut provider);
		self.keep_provider(&slash.provider, provider);
		Ok(())
	}

	/// Applies what is due, in the order of decisions, as many as a block may. A cancelled one takes
	/// a turn.
	pub(crate) fn apply_slashes(&mut self) {
		for _ in 0..self.rules.staking.max_slashes {
			let next = self.staking.slash_begin;
			let waits = self.staking.slashes.get(&next).is_some_and(|slash| slash.due > self.now);
			if next == self.staking.slash_end || waits {
				break;
			}
			self.staking.slash_begin += 1;
			if let Some(slash) = self.staking.slashes.remove(&next) {
				self.apply_slash(slash);
			}
		}
	}

	fn apply_slash(&mut self, slash: Slash) {
		let who = slash.provider;
		let mut provider = self.provider(&who).expect("it has the stake that is slashed");
		provider.pending_own -= slash.own;
		provider.pending_delegated -= slash.delegated;

		// From the bond, then from what is unbonding, the newest first.
		let from_bond = slash.own.min(provider.bonded);
		provider.bonded -= from_bond;
		let mut left = slash.own - from_bond;
		for chunk in provider.unbonding.iter_mut().rev() {
			let part = left.min(chunk.0);
			chunk.0 -= part;
			left -= part;
		}
		assert_eq!(left, 0, "pending slashes are covered");
		provider.unbonding.retain(|chunk| chunk.0 > 0);
		if let Some(pot) = provider.pot.as_mut() {
			pot.value -= slash.delegated;
		}
		let pot = self.rules.pots[&who].clone();
		self.seize(&who, Purpose::Bond, slash.own);
		self.seize(&pot, Purpose::Delegation, slash.delegated);

		self.tidy_pot(&who, &mut provider);
		if provider.available && provider.bonded < self.rules.staking.min_bond {
			self.retire(&who, &mut provider);
		}
		self.recount(&mut provider);
		self.keep_provider(&who, provider);
	}

	/// Burns a share, and gives the rest to the treasury.
	fn seize(&mut self, from: &AccountId, purpose: Purpose, amount: Balance) {
		let burned = floor(self.rules.staking.slash_burn, amount);
		let treasury = self.rules.treasury.clone();
		self.bank.pay(from, purpose, &treasury, amount - burned);
		self.bank.burn(from, purpose, burned);
		self.staking.burned += burned;
	}

	/// What nobody in the pot owns and no slash will take is the treasury's; an empty pot is closed.
	fn tidy_pot(&mut self, who: &AccountId, provider: &mut Provider) {
		let treasury = self.rules.treasury.clone();
		if let Some(pot) = provider.pot.as_mut().filter(|pot| pot.shares == 0) {
			let ownerless = pot.value - provider.pending_delegated;
			pot.value -= ownerless;
			let account = self.rules.pots[who].clone();
			self.bank.pay(&account, Purpose::Delegation, &treasury, ownerless);
		}
		self.close_empty_pot(who, provider, &treasury);
	}
}
