//! What is stored of providers and pools.

use crate::{pot::Pot, Reputation};
use frame::prelude::*;
use tercet_primitives::{Balance, BlockNumber, Conduct, PoolId};

/// Offers that one provider may have.
pub const MAX_OFFERS: u32 = 32;

/// Amounts that one provider, or one delegator of it, may have unbonding at once.
pub const MAX_UNBOND_CHUNKS: u32 = 8;

/// A provider.
#[derive(Clone, Debug, DefaultNoBound, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Provider<AccountId> {
	/// Its own stake that counts for draws.
	pub bonded: Balance,
	/// Its own stake on its way out, in the order in which it falls due.
	pub unbonding: BoundedVec<UnbondChunk, ConstU32<MAX_UNBOND_CHUNKS>>,
	/// Stake delegated to it, if there is any.
	pub pot: Option<Pot>,
	/// Its stake, its own and delegated, as draws see it.
	pub counted: Counted,
	/// Slashes decided but not applied yet.
	pub pending: Pending,
	/// Stake set aside for the jobs in its hands.
	pub at_risk: Balance,
	/// Share of the rewards that it keeps before delegators get theirs.
	pub commission: Permill,
	/// When it last raised its commission.
	pub raised_at: Option<BlockNumber>,
	/// Who runs it, if not itself.
	pub operator: Option<AccountId>,
	/// Who has been named as its operator and has not accepted yet.
	pub proposed: Option<AccountId>,
	/// How well it did lately.
	pub reputation: Reputation,
	/// Whether it sits in the pools of its offers.
	pub available: bool,
	/// Jobs in its hands.
	pub in_flight: u32,
	/// How its jobs went.
	pub record: Record,
	/// What it offers.
	pub offers: BoundedVec<Offer, ConstU32<MAX_OFFERS>>,
}

/// Stake on its way out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct UnbondChunk {
	/// How much: planck of a provider's own stake, shares of delegated stake.
	pub amount: Balance,
	/// First block in which it can be withdrawn.
	pub at: BlockNumber,
}

/// Stake that one account delegates to one provider, in shares of its pot.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Delegation {
	/// Which pot; the shares are worth nothing if the provider has another one by now.
	pub pot: u64,
	/// Shares that are not on their way out.
	pub shares: Balance,
	/// Shares on their way out, in the order in which they fall due.
	pub unbonding: BoundedVec<UnbondChunk, ConstU32<MAX_UNBOND_CHUNKS>>,
}

/// A slash that has been decided and not applied yet.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct PendingSlash<AccountId> {
	/// Whose stake.
	pub provider: AccountId,
	/// How much of its own.
	pub own: Balance,
	/// How much of what is delegated to it.
	pub delegated: Balance,
	/// First block in which it is applied.
	pub due: BlockNumber,
}

/// Ids of the pending slashes: `begin..end`, but for those that were cancelled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Queue {
	/// The next to be applied.
	pub begin: u32,
	/// The next to be given out.
	pub end: u32,
}

/// Slashes decided but not applied yet. At most what they would be taken from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Pending {
	/// Of a provider's own stake.
	pub own: Balance,
	/// Of what is delegated to it.
	pub delegated: Balance,
}

impl Pending {
	/// Both together. Saturation cannot happen: it is all on hold, and part of the issuance.
	pub fn total(&self) -> Balance {
		self.own.saturating_add(self.delegated)
	}
}

/// Stake as draws see it: what is added counts from the next epoch on, what goes counts no more at
/// once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Counted {
	/// Before epoch `from`.
	pub now: Balance,
	/// From epoch `from` on.
	pub next: Balance,
	/// Stake epoch in which `next` takes over.
	pub from: u32,
}

impl Counted {
	/// What counts in `epoch`.
	pub fn at(&self, epoch: u32) -> Balance {
		if epoch >= self.from {
			self.next
		} else {
			self.now
		}
	}

	/// The same after the stake has become `stake` in `epoch`. Saturation only happens in the last
	/// of 2^32 epochs.
	pub(crate) fn changed(&self, stake: Balance, epoch: u32) -> Self {
		Self { now: self.at(epoch).min(stake), next: stake, from: epoch.saturating_add(1) }
	}
}

/// How a provider's jobs went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Record {
	/// Jobs it was ever drawn for.
	pub assigned: u64,
	/// Of these, how many ended as [`Conduct::Verified`], and were not overruled since.
	pub verified: u64,
	/// Of these, how many ended as [`Conduct::Unresolved`].
	pub unresolved: u64,
	/// Of these, how many ended as [`Conduct::Alone`].
	pub alone: u64,
	/// Of these, how many ended as [`Conduct::Silent`].
	pub silent: u64,
	/// Of these, how many ended as [`Conduct::Withheld`].
	pub withheld: u64,
	/// Of these, how many ended as [`Conduct::Wrong`], at once or after a review.
	pub wrong: u64,
	/// Of these, how many ended as [`Conduct::Abstained`].
	pub abstained: u64,
}

impl Record {
	fn count(&mut self, conduct: Conduct) -> &mut u64 {
		match conduct {
			Conduct::Verified => &mut self.verified,
			Conduct::Unresolved => &mut self.unresolved,
			Conduct::Alone => &mut self.alone,
			Conduct::Silent => &mut self.silent,
			Conduct::Withheld => &mut self.withheld,
			Conduct::Wrong => &mut self.wrong,
			Conduct::Abstained => &mut self.abstained,
		}
	}
}

/// A provider's word that it serves a pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Offer {
	/// What it serves.
	pub pool: PoolId,
	/// The least it accepts per work unit, in planck.
	pub least_price: Balance,
	/// Number of its seat in the pool, while it is available.
	pub seat: Option<u32>,
}

/// A place in a pool: what a draw has to know of most providers that it looks at.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct PoolSeat<AccountId> {
	/// Who sits here.
	pub provider: AccountId,
	/// Its stake; the chance to be drawn is proportional to it, up to the cap, and to the
	/// reputation.
	pub counted: Counted,
	/// The least it accepts per work unit, in planck.
	pub least_price: Balance,
}

impl<AccountId: Clone> Provider<AccountId> {
	/// Its own stake on its way out. Saturation cannot happen: it is all on hold, and part of the
	/// issuance.
	pub fn total_unbonding(&self) -> Balance {
		self.unbonding.iter().fold(0, |sum: Balance, chunk| sum.saturating_add(chunk.amount))
	}

	/// All of its own stake, bonded or unbonding: what slashes can take. Saturation: as above.
	pub fn own(&self) -> Balance {
		self.bonded.saturating_add(self.total_unbonding())
	}

	/// All that is delegated to it, unbonding or not: what slashes can take.
	pub fn delegated(&self) -> Balance {
		self.pot.map_or(0, |pot| pot.value)
	}

	/// Stake, its own and delegated, that is not on its way out. Saturation: as above.
	pub fn stake(&self) -> Balance {
		self.bonded.saturating_add(self.pot.map_or(0, |pot| pot.active()))
	}

	/// Stake that stands behind no job yet. Saturates at zero: delegators may leave while jobs are
	/// in hand, and still answer for these while they unbond.
	pub fn free_stake(&self) -> Balance {
		self.stake().saturating_sub(self.pending.total()).saturating_sub(self.at_risk)
	}

	/// Who runs `who`, whose record this is.
	pub fn operator_of(&self, who: &AccountId) -> AccountId {
		self.operator.as_ref().unwrap_or(who).clone()
	}

	/// Whether nothing is left of it that anybody could lose or want.
	pub(crate) fn is_gone(&self) -> bool {
		self.bonded == 0
			&& self.unbonding.is_empty()
			&& self.pot.is_none()
			&& self.in_flight == 0
			&& !self.available
	}

	/// Counts a new job, in which it has `risk` at stake. Saturation cannot happen: there are fewer
	/// jobs than `u64`, far fewer in hand at once than `u32`, and the risk is part of the stake.
	pub(crate) fn take_job(&mut self, risk: Balance) {
		self.in_flight = self.in_flight.saturating_add(1);
		self.record.assigned = self.record.assigned.saturating_add(1);
		self.at_risk = self.at_risk.saturating_add(risk);
	}

	/// Counts the end of a job; `false`, and nothing is counted, if there is none in hand.
	pub(crate) fn end_job(&mut self, risk: Balance, conduct: Conduct) -> bool {
		let Some(left) = self.in_flight.checked_sub(1) else { return false };
		self.in_flight = left;
		// Cannot saturate: `risk` is what was added when the job was taken.
		self.at_risk = self.at_risk.saturating_sub(risk);
		let count = self.record.count(conduct);
		// Cannot saturate: at most `assigned` jobs end.
		*count = count.saturating_add(1);
		true
	}

	/// Counts a verified job as a wrong one; `false`, and nothing is counted, if there is none.
	pub(crate) fn overrule_job(&mut self) -> bool {
		let Some(left) = self.record.verified.checked_sub(1) else { return false };
		self.record.verified = left;
		// Cannot saturate: at most `assigned` jobs are wrong.
		self.record.wrong = self.record.wrong.saturating_add(1);
		true
	}

	/// Takes up to `amount` of its own stake: what is bonded first, then what is unbonding, the
	/// newest first. Returns how much was taken.
	pub(crate) fn take_own(&mut self, amount: Balance) -> Balance {
		let from_bond = amount.min(self.bonded);
		// None of these can saturate: each takes a part of what is there.
		self.bonded = self.bonded.saturating_sub(from_bond);
		let mut left = amount.saturating_sub(from_bond);
		for chunk in self.unbonding.iter_mut().rev() {
			let part = left.min(chunk.amount);
			chunk.amount = chunk.amount.saturating_sub(part);
			left = left.saturating_sub(part);
		}
		self.unbonding.retain(|chunk| chunk.amount > 0);
		amount.saturating_sub(left)
	}
}
