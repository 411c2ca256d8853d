//! Newtypes for every id and unit.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::fmt;
use scale_info::TypeInfo;

use crate::provider::DeterminismClass;

macro_rules! newtype {
	($(#[$doc:meta])* $name:ident($inner:ty)) => {
		$(#[$doc])*
		#[derive(
			Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode,
			DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
		)]
		#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
		pub struct $name(pub $inner);

		impl fmt::Display for $name {
			fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
				self.0.fmt(f)
			}
		}

		impl core::str::FromStr for $name {
			type Err = core::num::ParseIntError;

			fn from_str(s: &str) -> Result<Self, Self::Err> {
				s.parse().map(Self)
			}
		}
	};
}

newtype!(
	/// A published model; counted up from 0 in order of publication.
	ModelId(u32)
);
newtype!(
	/// A submitted job; counted up from 0 in order of submission.
	JobId(u64)
);
newtype!(
	/// Amount of compute, in the model's own unit. Prices are per work unit.
	WorkUnits(u64)
);

/// One precision of one model.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Hash,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub struct VariantId {
	/// The model.
	pub model: ModelId,
	/// Position in the model's list of variants.
	pub index: u8,
}

impl fmt::Display for VariantId {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		write!(f, "{}.{}", self.model, self.index)
	}
}

/// A pool of interchangeable providers: those that can run this variant and, within one class, get
/// equal bits.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub struct PoolId {
	/// What is run.
	pub variant: VariantId,
	/// What must be equal for two honest executors to get equal bits.
	pub class: DeterminismClass,
}
