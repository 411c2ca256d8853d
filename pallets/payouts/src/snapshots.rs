//! Work credits as they were: what a vote counts.
//!
//! Time is cut into periods of `SnapshotPeriod` blocks. Before an account's credits change for the
//! first time in a period, what they were is put aside with the number of the period. So credits at
//! the begin of a period are what was put aside in it or, if nothing was, in the next period in which
//! something was, or else what they are now. The total is kept by the same rule.

use crate::{
	Config, Credits, CreditsBefore, Pallet, TotalCredits, TotalCreditsBefore, WorkCredits,
};
use frame::prelude::*;
use tercet_primitives::{
	traits::{CreditShare, CreditSnapshots},
	BlockNumber,
};

/// Periods before the present one whose begin is remembered.
pub const SNAPSHOT_PERIODS: u32 = 40;

/// What credits were before the first change of a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Past {
	/// The period.
	pub period: u32,
	/// What they were, as they were written.
	pub credits: Credits,
}

/// What credits were before each period in which they changed, by rising period: the last
/// [`SNAPSHOT_PERIODS`] and the present one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct PastCredits(pub BoundedVec<Past, ConstU32<{ SNAPSHOT_PERIODS + 1 }>>);

impl PastCredits {
	/// Puts `credits` aside, which are about to change in `period`, unless they have changed in it
	/// before; says whether they were.
	fn note(&mut self, period: u32, credits: Credits) -> bool {
		if self.0.last().is_some_and(|last| last.period >= period) {
			return false;
		}
		self.0.retain(|past| past.period >= oldest(period));
		// Always fits: what is left is of different periods before this one, at most as many as are
		// remembered.
		self.0.try_push(Past { period, credits }).is_ok()
	}

	/// What credits that are `present` now were when `period` began.
	fn at(&self, period: u32, present: Credits) -> Credits {
		self.0.iter().find(|past| past.period >= period).map_or(present, |past| past.credits)
	}

	/// Whether nothing is out of order: see invariant 5.
	pub(crate) fn is_sound(&self, period: u32, present: Credits) -> bool {
		let present = Past { period: period.saturating_add(1), credits: present };
		let follows = |past: &Past, next: &Past| {
			past.period < next.period && past.credits.half_life <= next.credits.half_life
		};
		self.0.windows(2).all(|pair| matches!(pair, [past, next] if follows(past, next)))
			&& self.0.last().is_none_or(|last| follows(last, &present))
	}
}

/// The first period that is remembered in `period`. Saturates at the chain's first one.
fn oldest(period: u32) -> u32 {
	period.saturating_sub(SNAPSHOT_PERIODS)
}

impl<T: Config> Pallet<T> {
	/// The period of a block.
	pub(crate) fn snapshot_period(block: BlockNumber) -> u32 {
		// Division by zero is refused by `integrity_test`.
		block.checked_div(T::SnapshotPeriod::get()).unwrap_or(0)
	}

	/// Puts aside the credits of `who`, which are about to change.
	pub(crate) fn remember(who: &T::AccountId, period: u32, credits: Credits) {
		let mut past = CreditsBefore::<T>::get(who);
		if past.note(period, credits) {
			CreditsBefore::<T>::insert(who, past);
		}
	}

	/// Puts aside the total, which is about to change.
	pub(crate) fn remember_total(period: u32, credits: Credits) {
		let mut past = TotalCreditsBefore::<T>::get();
		if past.note(period, credits) {
			TotalCreditsBefore::<T>::put(past);
		}
	}
}

impl<T: Config> CreditSnapshots<T::AccountId> for Pallet<T> {
	/// `None` for a block that is not yet, and for one of a period more than [`SNAPSHOT_PERIODS`]
	/// before the present one. Both parts are halved as of the total's last change before that
	/// period: no account's credits changed later.
	fn credits_at(who: &T::AccountId, at: BlockNumber) -> Option<CreditShare> {
		let now = Self::now();
		let period = Self::snapshot_period(at);
		if at > now || period < oldest(Self::snapshot_period(now)) {
			return None;
		}
		let total = TotalCreditsBefore::<T>::get().at(period, TotalCredits::<T>::get());
		let own = CreditsBefore::<T>::get(who).at(period, WorkCredits::<T>::get(who));
		Some(CreditShare { own: own.at(total.half_life), total: total.amount })
	}
}
