//! What is stored of providers and pools.

use alloc::vec::Vec;
use frame::prelude::*;
use tercet_primitives::{apis::ProviderView, Balance, BlockNumber, Conduct, PoolId};

/// Offers that one provider may have.
pub const MAX_OFFERS: u32 = 32;

/// Amounts that one provider may have unbonding at once.
pub const MAX_UNBOND_CHUNKS: u32 = 8;

/// A provider.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Provider {
	/// Stake that counts for draws.
	pub bonded: Balance,
	/// Stake on its way out, in the order in which it falls due.
	pub unbonding: BoundedVec<UnbondChunk, ConstU32<MAX_UNBOND_CHUNKS>>,
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
	/// How much.
	pub amount: Balance,
	/// First block in which it can be withdrawn.
	pub at: BlockNumber,
}

/// How a provider's jobs went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Record {
	/// Jobs it was ever drawn for.
	pub assigned: u64,
	/// Of these, how many ended as [`Conduct::Verified`].
	pub verified: u64,
	/// Of these, how many ended as [`Conduct::Unresolved`].
	pub unresolved: u64,
	/// Of these, how many ended as [`Conduct::Alone`].
	pub alone: u64,
	/// Of these, how many ended as [`Conduct::Silent`].
	pub silent: u64,
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

/// A place in a pool: all that a draw has to know of a provider.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct PoolSeat<AccountId> {
	/// Who sits here.
	pub provider: AccountId,
	/// Its capped stake, in planck; the chance to be drawn is proportional to it.
	pub weight: Balance,
	/// The least it accepts per work unit, in planck.
	pub least_price: Balance,
}

impl Provider {
	/// Stake on its way out. Saturation cannot happen: it is all on hold, and part of the issuance.
	pub fn total_unbonding(&self) -> Balance {
		self.unbonding.iter().fold(0, |sum: Balance, chunk| sum.saturating_add(chunk.amount))
	}

	/// Counts a new job. Saturation cannot happen: there are fewer jobs than `u64`, and far fewer in
	/// hand at once than `u32`.
	pub(crate) fn take_job(&mut self) {
		self.in_flight = self.in_flight.saturating_add(1);
		self.record.assigned = self.record.assigned.saturating_add(1);
	}

	/// Counts the end of a job; `false`, and nothing is counted, if there is none in hand.
	pub(crate) fn end_job(&mut self, conduct: Conduct) -> bool {
		let Some(left) = self.in_flight.checked_sub(1) else { return false };
		self.in_flight = left;
		let count = match conduct {
			Conduct::Verified => &mut self.record.verified,
			Conduct::Unresolved => &mut self.record.unresolved,
			Conduct::Alone => &mut self.record.alone,
			Conduct::Silent => &mut self.record.silent,
		};
		// Cannot saturate: at most `assigned` jobs end.
		*count = count.saturating_add(1);
		true
	}
}

impl From<Provider> for ProviderView {
	fn from(provider: Provider) -> Self {
		let unbonding = provider.total_unbonding();
		let Provider { bonded, available, in_flight, record, offers, .. } = provider;
		let Record { assigned, verified, unresolved, alone, silent } = record;
		let offers: Vec<_> = offers.iter().map(|offer| (offer.pool, offer.least_price)).collect();
		Self {
			bonded,
			unbonding,
			available,
			in_flight,
			assigned,
			verified,
			unresolved,
			alone,
			silent,
			offers,
		}
	}
}
