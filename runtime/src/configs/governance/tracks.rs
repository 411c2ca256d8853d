//! The tracks of both houses: how long a referendum takes, and how many it needs.
//!
//! Approval and support that are asked fall with the time that a referendum has been decided for:
//! what everybody wants passes soon, what few care for late. `docs/governance.md` has the table and
//! the reasons.

use alloc::borrow::Cow;
use polkadot_sdk::{
	frame_system::RawOrigin,
	pallet_referenda::{Curve, Track, TrackInfo, TracksInfo},
	sp_runtime::{str_array, FixedI64},
};
use tercet_primitives::{Balance, BlockNumber, TCT};

use super::{origins::Origin, DAYS, HOURS, MINUTES};
use crate::{pace::paced, OriginCaller};

/// A track by its number.
pub type TrackOf = Track<u16, Balance, BlockNumber>;

const fn percent(x: u128) -> FixedI64 {
	FixedI64::from_rational(x, 100)
}

/// From `ceil` to `floor` per cent over the whole decision.
const fn falling(ceil: u128, floor: u128) -> Curve {
	Curve::make_linear(1, 1, percent(floor), percent(ceil))
}

/// From `ceil` to `floor` per cent, fast at first, and at `level` per cent after a `nth` part of the
/// decision.
const fn bending(ceil: u128, level: u128, nth: u128, floor: u128) -> Curve {
	Curve::make_reciprocal(1, nth, percent(level), percent(floor), percent(ceil))
}

const ROOT_APPROVAL: Curve = bending(100, 80, 4, 50);
const ROOT_SUPPORT: Curve = falling(50, 2);
const WHITELISTED_APPROVAL: Curve = bending(100, 96, 42, 50);
const WHITELISTED_SUPPORT: Curve = bending(50, 20, 14, 5);
const PARAMETERS_APPROVAL: Curve = bending(100, 80, 4, 50);
const PARAMETERS_SUPPORT: Curve = bending(50, 10, 4, 1);
const SLASH_APPROVAL: Curve = falling(100, 60);
const SLASH_SUPPORT: Curve = falling(25, 1);
const SMALL_APPROVAL: Curve = falling(100, 50);
const SMALL_SUPPORT: Curve = bending(50, 2, 4, 0);
const MEDIUM_APPROVAL: Curve = falling(100, 50);
const MEDIUM_SUPPORT: Curve = bending(50, 5, 4, 0);
const BIG_APPROVAL: Curve = falling(100, 50);
const BIG_SUPPORT: Curve = falling(50, 2);

const FEATURED_APPROVAL: Curve = falling(100, 50);
const FEATURED_SUPPORT: Curve = falling(50, 5);
const TERMS_APPROVAL: Curve = falling(100, 60);
const TERMS_SUPPORT: Curve = falling(60, 20);
const FAST_TRACK_APPROVAL: Curve = falling(100, 66);
const FAST_TRACK_SUPPORT: Curve = falling(60, 25);
const VETO_APPROVAL: Curve = falling(100, 60);
const VETO_SUPPORT: Curve = falling(50, 15);

/// A track: `periods` are those of preparation, decision, confirmation and enactment.
const fn track(
	id: u16,
	name: &str,
	max_deciding: u32,
	decision_deposit: Balance,
	periods: [BlockNumber; 4],
	min_approval: Curve,
	min_support: Curve,
) -> TrackOf {
	let [prepare_period, decision_period, confirm_period, min_enactment_period] = periods;
	let info = TrackInfo {
		name: str_array(name),
		max_deciding,
		decision_deposit,
		prepare_period,
		decision_period,
		confirm_period,
		min_enactment_period,
		min_approval,
		min_support,
	};
	Track { id, info }
}

const D: BlockNumber = DAYS;
const H: BlockNumber = HOURS;
const M: BlockNumber = MINUTES;

#[rustfmt::skip]
static TOKEN_TRACKS: [TrackOf; 9] = [
	track(0, "root", 1, 1_000 * TCT, [2 * H, 14 * D, D, D], ROOT_APPROVAL, ROOT_SUPPORT),
	track(1, "whitelisted_caller", 10, 100 * TCT, [10 * M, 14 * D, 10 * M, 10 * M], WHITELISTED_APPROVAL, WHITELISTED_SUPPORT),
	track(10, "market_parameters", 5, 200 * TCT, [2 * H, 14 * D, 12 * H, 7 * D], PARAMETERS_APPROVAL, PARAMETERS_SUPPORT),
	track(11, "verification_parameters", 5, 200 * TCT, [2 * H, 14 * D, 12 * H, 7 * D], PARAMETERS_APPROVAL, PARAMETERS_SUPPORT),
	track(12, "staking_parameters", 5, 200 * TCT, [2 * H, 14 * D, 12 * H, 7 * D], PARAMETERS_APPROVAL, PARAMETERS_SUPPORT),
	track(20, "slash_cancellation", 10, 100 * TCT, [10 * M, 12 * H, H, 10 * M], SLASH_APPROVAL, SLASH_SUPPORT),
	track(30, "small_spend", 20, 20 * TCT, [2 * H, 7 * D, 12 * H, H], SMALL_APPROVAL, SMALL_SUPPORT),
	track(31, "medium_spend", 10, 100 * TCT, [4 * H, 14 * D, D, D], MEDIUM_APPROVAL, MEDIUM_SUPPORT),
	track(32, "big_spend", 5, 400 * TCT, [4 * H, 14 * D, 2 * D, D], BIG_APPROVAL, BIG_SUPPORT),
];

#[rustfmt::skip]
static CONTRIBUTOR_TRACKS: [TrackOf; 4] = [
	track(0, "featured_models", 10, 10 * TCT, [H, 7 * D, 12 * H, H], FEATURED_APPROVAL, FEATURED_SUPPORT),
	track(1, "network_terms", 3, 100 * TCT, [2 * H, 7 * D, D, 3 * D], TERMS_APPROVAL, TERMS_SUPPORT),
	track(2, "fast_track", 10, 100 * TCT, [10 * M, 3 * D, H, 10 * M], FAST_TRACK_APPROVAL, FAST_TRACK_SUPPORT),
	track(3, "veto", 10, 100 * TCT, [H, 4 * D, 12 * H, 10 * M], VETO_APPROVAL, VETO_SUPPORT),
];

/// A track at the pace of this chain. However hasty it is, a decision lasts for a few blocks, and
/// whoever vetoes can do so before what was approved comes into force.
fn at_pace(info: &TrackInfo<Balance, BlockNumber>) -> TrackInfo<Balance, BlockNumber> {
	let least_delay = if info.min_enactment_period >= DAYS { 20 } else { 1 };
	TrackInfo {
		prepare_period: paced(info.prepare_period, 1),
		decision_period: paced(info.decision_period, 5),
		confirm_period: paced(info.confirm_period, 1),
		min_enactment_period: paced(info.min_enactment_period, least_delay),
		..info.clone()
	}
}

/// The track of the token house that a referendum with this origin runs on.
fn token_track(origin: &OriginCaller) -> Option<u16> {
	let origin = match origin {
		OriginCaller::system(RawOrigin::Root) => return Some(0),
		OriginCaller::Origins(origin) => origin,
		_ => return None,
	};
	match origin {
		Origin::WhitelistedCaller => Some(1),
		Origin::MarketAdmin => Some(10),
		Origin::VerificationAdmin => Some(11),
		Origin::StakingAdmin => Some(12),
		Origin::SlashCanceller => Some(20),
		Origin::SmallSpender => Some(30),
		Origin::MediumSpender => Some(31),
		Origin::BigSpender => Some(32),
		Origin::FeaturedModels | Origin::NetworkTerms | Origin::FastTrack | Origin::Veto => None,
	}
}

/// The track of the contributor house that a referendum with this origin runs on.
fn contributor_track(origin: &OriginCaller) -> Option<u16> {
	match origin {
		OriginCaller::Origins(Origin::FeaturedModels) => Some(0),
		OriginCaller::Origins(Origin::NetworkTerms) => Some(1),
		OriginCaller::Origins(Origin::FastTrack) => Some(2),
		OriginCaller::Origins(Origin::Veto) => Some(3),
		_ => None,
	}
}

/// The house whose tracks are in a table, each found by its origin.
macro_rules! house {
	($(#[$doc:meta])* $house:ident, $table:ident, $track_for:ident) => {
		$(#[$doc])*
		pub struct $house;

		impl TracksInfo<Balance, BlockNumber> for $house {
			type Id = u16;
			type RuntimeOrigin = OriginCaller;

			fn tracks() -> impl Iterator<Item = Cow<'static, TrackOf>> {
				$table
					.iter()
					.map(|track| Cow::Owned(Track { id: track.id, info: at_pace(&track.info) }))
			}

			fn info(id: u16) -> Option<Cow<'static, TrackInfo<Balance, BlockNumber>>> {
				let track = $table.iter().find(|track| track.id == id)?;
				Some(Cow::Owned(at_pace(&track.info)))
			}

			fn track_for(origin: &OriginCaller) -> Result<u16, ()> {
				$track_for(origin).ok_or(())
			}
		}
	};
}

house!(
	/// Tracks of the token house.
	TokenTracks,
	TOKEN_TRACKS,
	token_track
);

house!(
	/// Tracks of the contributor house.
	ContributorTracks,
	CONTRIBUTOR_TRACKS,
	contributor_track
);
