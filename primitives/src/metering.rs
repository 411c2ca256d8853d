//! Work in hooks of which is known only afterwards what it weighs.
//!
//! A hook sets weight aside when a block begins: the worst case of everything that is due, or as much
//! as its share of the block. When the block ends it deals with one entry after another, subtracts
//! what each has weighed, and goes on while what is left covers the worst case of one more. So it
//! never uses more than it has set aside, and does many times as much where the worst case is rare.

use codec::{Decode, Encode, MaxEncodedLen};
use polkadot_sdk::sp_runtime::Weight;
use scale_info::TypeInfo;

/// Weight that was set aside in a block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Reserved {
	/// Entries that it is for: no more of them are dealt with.
	pub entries: u32,
	/// What these may weigh together.
	pub weight: Weight,
}

/// What became of weight that was set aside.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
	/// Entries that were dealt with.
	pub entries: u32,
	/// What these weighed together.
	pub weight: Weight,
}

impl Reserved {
	/// For `entries` that weigh `worst` each at most: the worst case of all of them, or `share`.
	pub fn new(entries: u32, worst: Weight, share: Weight) -> Self {
		Self { entries, weight: worst.saturating_mul(entries.into()).min(share) }
	}

	/// Deals with `entries` in turn, as long as what is left covers the worst case of one more.
	/// `deal_with` says what an entry weighed: never more than `worst`.
	pub fn spend<Entry>(
		&self,
		worst: Weight,
		entries: impl IntoIterator<Item = Entry>,
		mut deal_with: impl FnMut(Entry) -> Weight,
	) -> Spent {
		let mut spent = Spent::default();
		for entry in entries.into_iter().take(self.entries as usize) {
			// Cannot saturate: no more is spent than was set aside.
			let left = self.weight.saturating_sub(spent.weight);
			if !left.all_gte(worst) {
				break;
			}
			spent.weight.saturating_accrue(deal_with(entry));
			spent.entries = spent.entries.saturating_add(1);
		}
		spent
	}
}

/// How many fit into `share` if each weighs `each`; at least one.
pub fn fitting(share: Weight, each: Weight) -> u32 {
	let many = share.checked_div_per_component(&each);
	many.and_then(|many| many.try_into().ok()).unwrap_or(u32::MAX).max(1)
}

#[cfg(test)]
mod tests {
	use super::*;

	fn weight(parts: u64) -> Weight {
		Weight::from_parts(parts, parts * 10)
	}

	/// What entries weigh that are neither all alike nor in any order.
	fn weighs(entry: u32, worst: u64) -> Weight {
		weight(u64::from(entry.wrapping_mul(2_654_435_761)) % (worst + 1))
	}

	#[test]
	fn spend_never_takes_more_than_was_set_aside() {
		for worst in 1..20 {
			for share in worst..100 {
				for due in [0, 1, 2, 7, 1_000] {
					let reserved = Reserved::new(due, weight(worst), weight(share));
					assert!(reserved.weight.all_lte(weight(share)));
					let spent = reserved.spend(weight(worst), 0..due, |entry| weighs(entry, worst));
					assert!(spent.weight.all_lte(reserved.weight));
					let sure = fitting(weight(share), weight(worst)).min(due);
					assert!(spent.entries >= sure && spent.entries <= due);
					let left = reserved.weight - spent.weight;
					assert!(spent.entries == due || !left.all_gte(weight(worst)));
				}
			}
		}
	}

	#[test]
	fn spend_deals_with_all_that_is_due_when_it_weighs_little() {
		let reserved = Reserved::new(100, weight(10), weight(100));
		let spent = reserved.spend(weight(10), 0..100, |_| weight(0));
		assert_eq!(spent, Spent { entries: 100, weight: weight(0) });
		let spent = reserved.spend(weight(10), 0..100, |_| weight(1));
		// The last one begins when ten are left.
		assert_eq!(spent, Spent { entries: 91, weight: weight(91) });
	}

	#[test]
	fn spend_deals_with_no_more_than_was_counted() {
		let reserved = Reserved::new(3, weight(10), weight(100));
		assert_eq!(reserved.spend(weight(10), 0..100, |_| weight(1)).entries, 3);
		assert_eq!(reserved.spend(weight(10), 0..2, |_| weight(1)).entries, 2);
	}

	#[test]
	fn fitting_counts_by_the_scarcer_part() {
		let share = Weight::from_parts(100, 30);
		assert_eq!(fitting(share, Weight::from_parts(10, 10)), 3);
		assert_eq!(fitting(share, Weight::from_parts(10, 0)), 10);
		assert_eq!(fitting(share, Weight::from_parts(1_000, 0)), 1);
		assert_eq!(fitting(share, Weight::zero()), u32::MAX);
	}
}
