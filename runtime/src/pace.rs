//! How fast a chain lives. A public chain and a network for an afternoon's tests run the same wasm:
//! the second one's genesis divides the lengths of sessions, eras and votes by its *haste*.
//!
//! Nothing changes the haste of a running chain: BABE's epochs, which its nodes count by their
//! length, could not follow.

pub use pallet::*;

use polkadot_sdk::frame_support::{self, traits::Get};

use crate::{BlockNumber, Runtime};

#[frame_support::pallet]
pub mod pallet {
	use super::frame_support::pallet_prelude::*;

	#[pallet::config]
	pub trait Config: polkadot_sdk::frame_system::Config {}

	#[pallet::pallet]
	pub struct Pallet<T>(_);

	/// What the lengths of a public chain are divided by; never 0.
	#[pallet::storage]
	pub type Haste<T> = StorageValue<_, u32, ValueQuery, ConstU32<1>>;

	#[pallet::genesis_config]
	pub struct GenesisConfig<T: Config> {
		/// What the lengths of a public chain are divided by, at least 1.
		pub haste: u32,
		#[serde(skip)]
		pub _config: core::marker::PhantomData<T>,
	}

	impl<T: Config> Default for GenesisConfig<T> {
		fn default() -> Self {
			Self { haste: 1, _config: core::marker::PhantomData }
		}
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		fn build(&self) {
			assert!(self.haste >= 1, "a chain cannot divide lengths by nothing");
			Haste::<T>::put(self.haste);
		}
	}
}

/// `length`, in blocks, slots, sessions or eras, at the pace of this chain: never below `least`.
pub fn paced(length: BlockNumber, least: BlockNumber) -> BlockNumber {
	// Genesis refuses 0; `max` makes the division total.
	(length / Haste::<Runtime>::get().max(1)).max(least)
}

/// [`paced`] as a configuration value.
pub struct Paced<const LENGTH: BlockNumber, const LEAST: BlockNumber>;

impl<const LENGTH: BlockNumber, const LEAST: BlockNumber, N: From<BlockNumber>> Get<N>
	for Paced<LENGTH, LEAST>
{
	fn get() -> N {
		paced(LENGTH, LEAST).into()
	}
}
