//! Weights of this pallet: counted, not measured yet. Reads and writes are those of the calls as they
//! are written; times are those of calls of other pallets that do as much, rounded up.
//! `scripts/weights.sh privacy` writes this file anew.

use super::WeightInfo;
use frame::weights_prelude::*;

/// What was counted, with storage accesses priced by the runtime's database weights.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	/// Storage: `ProviderStaking::Providers` (r:1 w:0)
	/// Storage: `Privacy::Keys` (r:0 w:1)
	fn announce_key() -> Weight {
		Weight::from_parts(60_000_000, 5_040)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `Privacy::Keys` (r:1 w:1)
	fn withdraw_key() -> Weight {
		Weight::from_parts(40_000_000, 3_545)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `Privacy::Keys` (r:7 w:0)
	/// Storage: `Privacy::Envelopes` (r:7 w:7)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// `n` in `1..=7`.
	fn hand_over(n: u32) -> Weight {
		Weight::from_parts(110_000_000, 3_693)
			.saturating_add(Weight::from_parts(25_000_000, 2_683).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().reads(2_u64.saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(1))
			.saturating_add(T::DbWeight::get().writes(1_u64.saturating_mul(n.into())))
	}
	/// Storage: `Privacy::Envelopes` (r:7 w:7)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// `n` in `1..=7`.
	fn take_back(n: u32) -> Weight {
		Weight::from_parts(110_000_000, 3_693)
			.saturating_add(Weight::from_parts(20_000_000, 2_683).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().reads(1_u64.saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(1))
			.saturating_add(T::DbWeight::get().writes(1_u64.saturating_mul(n.into())))
	}
	/// Storage: `ProviderStaking::Providers` (r:1 w:0)
	/// Storage: `Privacy::Keys` (r:1 w:1)
	fn forget_key() -> Weight {
		Weight::from_parts(60_000_000, 5_040)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}
}
