//! Origins of the tracks: what a referendum may do depends on which of them it asks for.

use polkadot_sdk::frame_support::traits::{EnsureOrigin, OriginTrait};
use tercet_primitives::{Balance, TCT};

use crate::{OriginCaller, RuntimeOrigin};

pub use pallet_origins::Origin;

#[polkadot_sdk::frame_support::pallet]
pub mod pallet_origins {
	use polkadot_sdk::frame_support::pallet_prelude::*;

	#[pallet::config]
	pub trait Config: polkadot_sdk::frame_system::Config {}

	#[pallet::pallet]
	pub struct Pallet<T>(_);

	/// An origin that only referenda have.
	#[pallet::origin]
	#[derive(
		Clone,
		Copy,
		Debug,
		PartialEq,
		Eq,
		Encode,
		Decode,
		DecodeWithMemTracking,
		MaxEncodedLen,
		TypeInfo,
	)]
	pub enum Origin {
		/// Token house: dispatches as root what the contributor house has put on the whitelist.
		#[codec(index = 0)]
		WhitelistedCaller,
		/// Token house: sets parameters of the market.
		#[codec(index = 1)]
		MarketAdmin,
		/// Token house: sets parameters of verification.
		#[codec(index = 2)]
		VerificationAdmin,
		/// Token house: sets parameters of compute stake and of payouts.
		#[codec(index = 3)]
		StakingAdmin,
		/// Token house: forgives slashes that are pending.
		#[codec(index = 4)]
		SlashCanceller,
		/// Token house: spends a little.
		#[codec(index = 5)]
		SmallSpender,
		/// Token house: spends more.
		#[codec(index = 6)]
		MediumSpender,
		/// Token house: spends much, and rejects bounties.
		#[codec(index = 7)]
		BigSpender,
		/// Contributor house: features models.
		#[codec(index = 8)]
		FeaturedModels,
		/// Contributor house: sets the redundancy floor and the fee split.
		#[codec(index = 9)]
		NetworkTerms,
		/// Contributor house: puts calls on the whitelist.
		#[codec(index = 10)]
		FastTrack,
		/// Contributor house: takes back changes of parameters that the token house has approved.
		#[codec(index = 11)]
		Veto,
	}
}

/// Most that each spending track may spend at once, in planck.
pub const SMALL_SPEND: Balance = 1_000 * TCT;
/// See [`SMALL_SPEND`].
pub const MEDIUM_SPEND: Balance = 10_000 * TCT;
/// See [`SMALL_SPEND`].
pub const BIG_SPEND: Balance = 100_000 * TCT;

/// Defines a type for each origin, that lets this origin pass and no other.
macro_rules! each_its_own {
	($($origin:ident),* $(,)?) => {
		$(
			/// Lets the origin of this name pass, and no other.
			pub struct $origin;

			impl EnsureOrigin<RuntimeOrigin> for $origin {
				type Success = ();

				fn try_origin(origin: RuntimeOrigin) -> Result<(), RuntimeOrigin> {
					match origin.caller() {
						OriginCaller::Origins(Origin::$origin) => Ok(()),
						_ => Err(origin),
					}
				}

				#[cfg(feature = "runtime-benchmarks")]
				fn try_successful_origin() -> Result<RuntimeOrigin, ()> {
					Ok(Origin::$origin.into())
				}
			}
		)*
	};
}

each_its_own!(
	WhitelistedCaller,
	MarketAdmin,
	VerificationAdmin,
	StakingAdmin,
	SlashCanceller,
	BigSpender,
	FeaturedModels,
	NetworkTerms,
	FastTrack,
	Veto,
);

/// Lets the spenders pass, with the most that they may spend.
pub struct Spender;

impl EnsureOrigin<RuntimeOrigin> for Spender {
	type Success = Balance;

	fn try_origin(origin: RuntimeOrigin) -> Result<Balance, RuntimeOrigin> {
		match origin.caller() {
			OriginCaller::Origins(Origin::SmallSpender) => Ok(SMALL_SPEND),
			OriginCaller::Origins(Origin::MediumSpender) => Ok(MEDIUM_SPEND),
			OriginCaller::Origins(Origin::BigSpender) => Ok(BIG_SPEND),
			_ => Err(origin),
		}
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn try_successful_origin() -> Result<RuntimeOrigin, ()> {
		Ok(Origin::BigSpender.into())
	}
}
