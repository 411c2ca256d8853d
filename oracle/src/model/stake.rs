//! Providers: their own stake, offers, reputation, and the jobs in their hands.

use std::collections::BTreeMap;
use tercet_primitives::{Balance, BlockNumber, Conduct, Permill, PoolId};

use super::{rules::scale, Oracle, Outcome, Purpose, Slash};
use crate::AccountId;

/// A score that nothing is known of, in parts per million.
const START: u32 = 500_000;

/// All providers.
#[derive(Clone, Debug, Default)]
pub struct Staking {
	/// By account.
	pub providers: BTreeMap<AccountId, Provider>,
	/// Who sits in each pool, by number of the seat.
	pub pools: BTreeMap<PoolId, Vec<AccountId>>,
	/// Delegated stake, by provider and delegator.
	pub delegations: BTreeMap<(AccountId, AccountId), Delegation>,
	/// Id of the next pot.
	pub next_pot: u64,
	/// Slashes that were decided and not applied yet.
	pub slashes: BTreeMap<u32, Slash>,
	/// The next slash to be applied.
	pub slash_begin: u32,
	/// The next slash to be decided.
	pub slash_end: u32,
	/// All that was ever burned.
	pub burned: Balance,
}

/// Stake on its way out: how much, and the first block in which it can be withdrawn.
pub type Chunk = (Balance, BlockNumber);

/// One provider.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are those of the glossary")]
pub struct Provider {
	pub bonded: Balance,
	pub unbonding: Vec<Chunk>,
	pub pot: Option<Pot>,
	pub counted: Counted,
	pub pending_own: Balance,
	pub pending_delegated: Balance,
	pub at_risk: Balance,
	pub commission: Permill,
	pub raised_at: Option<BlockNumber>,
	pub operator: Option<AccountId>,
	pub proposed: Option<AccountId>,
	pub score: u32,
	pub score_since: u32,
	pub available: bool,
	pub in_flight: u32,
	pub record: Record,
	pub offers: Vec<(PoolId, Balance)>,
}

/// Stake as draws see it: `now` before epoch `from`, `next` from then on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "said above")]
pub struct Counted {
	pub now: Balance,
	pub next: Balance,
	pub from: u32,
}

impl Counted {
	/// What counts in `epoch`.
	pub fn at(&self, epoch: u32) -> Balance {
		if epoch < self.from {
			self.now
		} else {
			self.next
		}
	}
}

/// How a provider's jobs ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are those of the conducts")]
pub struct Record {
	pub assigned: u64,
	pub verified: u64,
	pub unresolved: u64,
	pub alone: u64,
	pub silent: u64,
	pub withheld: u64,
	pub wrong: u64,
	pub abstained: u64,
}

/// Stake delegated to one provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are those of the glossary")]
pub struct Pot {
	pub id: u64,
	pub value: Balance,
	pub shares: Balance,
	pub unbonding: Balance,
}

impl Pot {
	/// What `shares` of it are worth.
	pub fn worth(&self, shares: Balance) -> Balance {
		scale(self.value, shares, self.shares, false).unwrap_or(0)
	}
}

/// What one account has in a pot, in shares.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are those of the glossary")]
pub struct Delegation {
	pub pot: u64,
	pub shares: Balance,
	pub unbonding: Vec<Chunk>,
}

impl Default for Provider {
	fn default() -> Self {
		Self {
			bonded: 0,
			unbonding: Vec::new(),
			pot: None,
			counted: Counted::default(),
			pending_own: 0,
			pending_delegated: 0,
			at_risk: 0,
			commission: Permill::zero(),
			raised_at: None,
			operator: None,
			proposed: None,
			score: START,
			score_since: 0,
			available: false,
			in_flight: 0,
			record: Record::default(),
			offers: Vec::new(),
		}
	}
}

impl Provider {
	/// All of its own stake.
	pub fn own(&self) -> Balance {
		self.bonded + self.unbonding.iter().map(|chunk| chunk.0).sum::<Balance>()
	}

	/// All that is delegated to it.
	pub fn delegated(&self) -> Balance {
		self.pot.map_or(0, |pot| pot.value)
	}

	/// Stake that is not on its way out.
	pub fn stake(&self) -> Balance {
		self.bonded + self.pot.map_or(0, |pot| pot.worth(pot.shares - pot.unbonding))
	}

	/// Stake that stands behind nothing yet.
	pub fn free_stake(&self) -> Balance {
		let bound = self.pending_own + self.pending_delegated + self.at_risk;
		self.stake().saturating_sub(bound)
	}

	fn is_gone(&self) -> bool {
		self.own() == 0 && self.pot.is_none() && self.in_flight == 0 && !self.available
	}

	/// Lets the score decay up to `epoch`: half of the distance to the start is forgotten in each
	/// whole half-life.
	fn decay(&mut self, epoch: u32, half_life: u32) {
		let halvings = (epoch - self.score_since) / half_life;
		for _ in 0..halvings.min(32) {
			let distance = self.score.abs_diff(START) / 2;
			self.score = if self.score > START { START + distance } else { START - distance };
		}
		self.score_since += halvings * half_life;
	}

	fn judge(&mut self, conduct: Conduct) {
		self.score = match conduct {
			Conduct::Verified => self.score + (1_000_000 - self.score) / 32,
			Conduct::Unresolved => self.score,
			Conduct::Alone | Conduct::Abstained => self.score * 31 / 32,
			Conduct::Silent => self.score * 7 / 8,
			Conduct::Withheld => self.score / 2,
			Conduct::Wrong => self.score / 4,
		};
	}
}

impl Oracle {
	/// The stake epoch.
	pub fn epoch(&self) -> u32 {
		self.now / self.rules.staking.stake_epoch
	}

	pub(crate) fn provider(&self, who: &AccountId) -> Result<Provider, &'static str> {
		self.staking.providers.get(who).cloned().ok_or("no provider")
	}

	/// Keeps a provider, or forgets one that has nothing left.
	pub(crate) fn keep_provider(&mut self, who: &AccountId, provider: Provider) {
		self.touched.providers.insert(who.clone());
		if provider.is_gone() {
			self.staking.providers.remove(who);
		} else {
			self.staking.providers.insert(who.clone(), provider);
		}
	}

	/// Counts stake that has changed: what was added from the next epoch on, what went at once.
	pub(crate) fn recount(&self, provider: &mut Provider) {
		let (epoch, stake) = (self.epoch(), provider.stake());
		let now = provider.counted.at(epoch).min(stake);
		provider.counted = Counted { now, next: stake, from: epoch + 1 };
	}

	pub(crate) fn bond(&mut self, who: &AccountId, amount: Balance) -> Outcome {
		let mut provider = self.provider(who).unwrap_or_default();
		provider.bonded = provider.bonded.checked_add(amount).ok_or("overflow")?;
		if amount == 0 || provider.bonded < self.rules.staking.min_bond {
			return Err("below the minimum");
		}
		self.bank.hold(who, Purpose::Bond, amount)?;
		self.recount(&mut provider);
		self.keep_provider(who, provider);
		Ok(())
	}

	pub(crate) fn unbond(&mut self, who: &AccountId, amount: Balance) -> Outcome {
		let mut provider = self.provider(who)?;
		if amount == 0 || amount > provider.bonded {
			return Err("not that much is bonded");
		}
		if provider.at_risk > 0 && provider.free_stake() < amount {
			return Err("stands behind jobs in hand");
		}
		let rest = provider.bonded - amount;
		if rest == 0 && provider.available || rest > 0 && rest < self.rules.staking.min_bond {
			return Err("too little stays bonded");
		}
		let at = self.now + self.rules.staking.unbonding_period;
		leave(&mut provider.unbonding, amount, at, self.rules.staking.max_chunks)?;
		provider.bonded = rest;
		self.recount(&mut provider);
		self.keep_provider(who, provider);
		Ok(())
	}

	pub(crate) fn withdraw_unbonded(&mut self, who: &AccountId) -> Outcome {
		let mut provider = self.provider(who)?;
		let most = provider.own() - provider.pending_own;
		let mut amount = 0;
		for chunk in provider.unbonding.iter_mut().filter(|chunk| chunk.1 <= self.now) {
			let part = chunk.0.min(most - amount);
			chunk.0 -= part;
			amount += part;
		}
		if amount == 0 {
			return Err("nothing is due, or it will be slashed");
		}
		provider.unbonding.retain(|chunk| chunk.0 > 0);
		self.bank.release(who, Purpose::Bond, amount);
		self.keep_provider(who, provider);
		Ok(())
	}

	pub(crate) fn offer(&mut self, who: &AccountId, pool: PoolId, price: Balance) -> Outcome {
		let mut provider = self.provider(who)?;
		let known = provider.offers.iter().any(|offer| offer.0 == pool);
		if price == 0 || known || provider.offers.len() == self.rules.staking.max_offers as usize {
			return Err("offer is not fine");
		}
		self.registry.terms(pool.variant)?;
		provider.offers.push((pool, price));
		if provider.available {
			self.staking.pools.entry(pool).or_default().push(who.clone());
		}
		self.keep_provider(who, provider);
		Ok(())
	}

	pub(crate) fn update_offer(
		&mut self,
		who: &AccountId,
		pool: PoolId,
		price: Balance,
	) -> Outcome {
		let mut provider = self.provider(who)?;
		let offer = provider.offers.iter_mut().find(|offer| offer.0 == pool);
		let offer = offer.ok_or("no such offer")?;
		if price == 0 {
			return Err("no price");
		}
		offer.1 = price;
		self.keep_provider(who, provider);
		Ok(())
	}

	pub(crate) fn withdraw_offer(&mut self, who: &AccountId, pool: PoolId) -> Outcome {
		let mut provider = self.provider(who)?;
		let place = provider.offers.iter().position(|offer| offer.0 == pool);
		let place = place.ok_or("no such offer")?;
		if provider.available && provider.offers.len() == 1 {
			return Err("the last offer of an available provider");
		}
		provider.offers.remove(place);
		if provider.available {
			self.leave_pool(who, &pool);
		}
		self.keep_provider(who, provider);
		Ok(())
	}

	pub(crate) fn go_available(&mut self, who: &AccountId) -> Outcome {
		let mut provider = self.provider(who)?;
		let fit = provider.bonded >= self.rules.staking.min_bond && !provider.offers.is_empty();
		if provider.available || !fit {
			return Err("cannot become available");
		}
		provider.available = true;
		for (pool, _) in &provider.offers {
			self.staking.pools.entry(*pool).or_default().push(who.clone());
		}
		self.keep_provider(who, provider);
		Ok(())
	}

	pub(crate) fn go_unavailable(&mut self, who: &AccountId) -> Outcome {
		let mut provider = self.provider(who)?;
		if !provider.available {
			return Err("not available");
		}
		self.retire(who, &mut provider);
		self.keep_provider(who, provider);
		Ok(())
	}

	/// Takes a provider out of its pools.
	pub(crate) fn retire(&mut self, who: &AccountId, provider: &mut Provider) {
		provider.available = false;
		for (pool, _) in &provider.offers {
			self.leave_pool(who, pool);
		}
	}

	/// Whoever leaves hands its number to the one with the last.
	fn leave_pool(&mut self, who: &AccountId, pool: &PoolId) {
		let seats = self.staking.pools.get_mut(pool).expect("the pool has seats");
		let number = seats.iter().position(|seat| seat == who).expect("one of them is its own");
		seats.swap_remove(number);
		if seats.is_empty() {
			self.staking.pools.remove(pool);
		}
	}

	pub(crate) fn set_operator(&mut self, who: &AccountId, operator: Option<AccountId>) -> Outcome {
		let mut provider = self.provider(who)?;
		provider.proposed = operator.filter(|operator| operator != who);
		if provider.proposed.is_none() {
			provider.operator = None;
		}
		self.keep_provider(who, provider);
		Ok(())
	}

	pub(crate) fn accept_provider(&mut self, who: &AccountId, target: &AccountId) -> Outcome {
		let mut provider = self.provider(target)?;
		if provider.proposed.as_ref() != Some(who) {
			return Err("not named as operator");
		}
		provider.operator = provider.proposed.take();
		self.keep_provider(target, provider);
		Ok(())
	}

	fn operator_of(&self, who: &AccountId) -> AccountId {
		let named = self.staking.providers.get(who).and_then(|provider| provider.operator.clone());
		named.unwrap_or_else(|| who.clone())
	}

	/// Everyone in `pool` that a draw may take.
	pub(crate) fn can_be_drawn(
		&self,
		pool: &PoolId,
		price: Balance,
		exclude: &[AccountId],
		proven: bool,
		risk: Balance,
	) -> Vec<AccountId> {
		let (rules, epoch) = (&self.rules.staking, self.epoch());
		let barred: Vec<_> = exclude.iter().map(|who| self.operator_of(who)).collect();
		let seats = self.staking.pools.get(pool).into_iter().flatten();
		let fits = |who: &&AccountId| {
			let mut provider = self.staking.providers[*who].clone();
			provider.decay(epoch, rules.half_life);
			let offer = provider.offers.iter().find(|offer| offer.0 == *pool);
			let is_proven = provider.record.verified >= rules.proven_verified.into()
				&& provider.score >= rules.proven_score.deconstruct();
			offer.is_some_and(|offer| offer.1 <= price)
				&& !exclude.contains(*who)
				&& !barred.contains(&self.operator_of(who))
				&& provider.counted.at(epoch) > 0
				&& provider.in_flight < rules.max_in_flight
				&& provider.free_stake() >= risk
				&& (is_proven || !proven)
		};
		seats.filter(fits).cloned().collect()
	}

	/// How many of `candidates` can sit on one committee.
	pub(crate) fn most_seats(&self, candidates: &[AccountId]) -> usize {
		let operators = candidates.iter().map(|who| self.operator_of(who));
		operators.collect::<std::collections::BTreeSet<_>>().len()
	}

	pub(crate) fn take_job(&mut self, who: &AccountId, risk: Balance) {
		let mut provider = self.provider(who).expect("only providers are drawn");
		provider.in_flight += 1;
		provider.record.assigned += 1;
		provider.at_risk += risk;
		self.keep_provider(who, provider);
	}

	/// A job of `who` has ended.
	pub(crate) fn release_job(&mut self, who: &AccountId, risk: Balance, conduct: Conduct) {
		let mut provider = self.provider(who).expect("whoever has a job in hand is a provider");
		provider.in_flight -= 1;
		provider.at_risk -= risk;
		*count(&mut provider.record, conduct) += 1;
		provider.decay(self.epoch(), self.rules.staking.half_life);
		provider.judge(conduct);
		match conduct {
			Conduct::Wrong => self.punish(who, &mut provider, risk),
			Conduct::Withheld => {
				let share = super::rules::floor(self.rules.staking.withheld_share, risk);
				self.punish(who, &mut provider, share);
			},
			Conduct::Silent => {
				let share = super::rules::floor(self.rules.staking.silent_share, risk);
				self.punish(who, &mut provider, share);
			},
			_ => {},
		}
		self.keep_provider(who, provider);
	}

	/// A verified job of `who` turned out wrong.
	pub(crate) fn overrule(&mut self, who: &AccountId, risk: Balance) {
		let Ok(mut provider) = self.provider(who) else { return };
		if provider.record.verified > 0 {
			provider.record.verified -= 1;
			provider.record.wrong += 1;
		}
		provider.decay(self.epoch(), self.rules.staking.half_life);
		provider.judge(Conduct::Wrong);
		self.punish(who, &mut provider, risk);
		self.keep_provider(who, provider);
	}
}

/// Adds a chunk, to the last one if they fall due together.
pub(crate) fn leave(
	chunks: &mut Vec<Chunk>,
	amount: Balance,
	at: BlockNumber,
	max: u32,
) -> Outcome {
	if let Some(last) = chunks.last_mut().filter(|last| last.1 == at) {
		last.0 += amount;
		return Ok(());
	}
	if chunks.len() == max as usize {
		return Err("too many amounts are unbonding");
	}
	chunks.push((amount, at));
	Ok(())
}

fn count(record: &mut Record, conduct: Conduct) -> &mut u64 {
	match conduct {
		Conduct::Verified => &mut record.verified,
		Conduct::Unresolved => &mut record.unresolved,
		Conduct::Alone => &mut record.alone,
		Conduct::Silent => &mut record.silent,
		Conduct::Withheld => &mut record.withheld,
		Conduct::Wrong => &mut record.wrong,
		Conduct::Abstained => &mut record.abstained,
	}
}
