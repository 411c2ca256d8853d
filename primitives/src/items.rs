//! Sets of items of one job.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::fmt;
use scale_info::TypeInfo;

use crate::MAX_ITEMS;

const BYTES: usize = MAX_ITEMS as usize / 8;

/// A set of item indices below [`MAX_ITEMS`]: bit `i % 8` of byte `i / 8` stands for item `i`.
#[derive(
	Clone, Copy, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct ItemSet([u8; BYTES]);

impl Default for ItemSet {
	fn default() -> Self {
		Self([0; BYTES])
	}
}

impl ItemSet {
	/// The items `0..count`.
	pub fn first(count: u32) -> Self {
		(0..count.min(MAX_ITEMS)).collect()
	}

	/// Adds item `index`; without effect from [`MAX_ITEMS`] on.
	pub fn insert(&mut self, index: u32) {
		if let Some(byte) = self.0.get_mut((index / 8) as usize) {
			*byte |= 1 << (index % 8);
		}
	}

	/// Takes item `index` out.
	pub fn remove(&mut self, index: u32) {
		if let Some(byte) = self.0.get_mut((index / 8) as usize) {
			*byte &= !(1 << (index % 8));
		}
	}

	/// Whether item `index` is in the set.
	pub fn contains(&self, index: u32) -> bool {
		self.0.get((index / 8) as usize).is_some_and(|byte| byte >> (index % 8) & 1 == 1)
	}

	/// Number of items.
	pub fn len(&self) -> u32 {
		self.0.iter().map(|byte| byte.count_ones()).sum()
	}

	/// Whether there is no item.
	pub fn is_empty(&self) -> bool {
		self.0.iter().all(|byte| *byte == 0)
	}

	/// The items, in rising order.
	pub fn iter(&self) -> impl Iterator<Item = u32> + '_ {
		(0..MAX_ITEMS).filter(|index| self.contains(*index))
	}

	/// How many items of the set come before `index`: the position of `index` in [`Self::iter`] if
	/// it is in the set.
	pub fn rank(&self, index: u32) -> u32 {
		self.iter().take_while(|item| *item < index).count() as u32
	}

	/// The items of this set that are not in `other`.
	pub fn without(&self, other: &Self) -> Self {
		self.iter().filter(|index| !other.contains(*index)).collect()
	}
}

impl FromIterator<u32> for ItemSet {
	fn from_iter<I: IntoIterator<Item = u32>>(items: I) -> Self {
		let mut set = Self::default();
		items.into_iter().for_each(|index| set.insert(index));
		set
	}
}

impl fmt::Debug for ItemSet {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.debug_set().entries(self.iter()).finish()
	}
}

/// As the list of its items.
#[cfg(feature = "std")]
impl serde::Serialize for ItemSet {
	fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
		serializer.collect_seq(self.iter())
	}
}

#[cfg(feature = "std")]
impl<'de> serde::Deserialize<'de> for ItemSet {
	fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
		let items = <alloc::vec::Vec<u32> as serde::Deserialize>::deserialize(deserializer)?;
		match items.iter().find(|index| **index >= MAX_ITEMS) {
			Some(index) => {
				Err(serde::de::Error::custom(alloc::format!("item {index} is too large")))
			},
			None => Ok(items.into_iter().collect()),
		}
	}
}
