//! What an era pays its validators and their nominators.

use polkadot_sdk::{pallet_staking_reward_fn::compute_inflation, sp_runtime, sp_staking};

use sp_runtime::Perquintill;
use tercet_primitives::Balance;

/// Yearly inflation while nothing is staked.
pub const MIN_INFLATION: Perquintill = Perquintill::from_percent(1);
/// Yearly inflation while just the ideal part of all tokens is staked.
pub const MAX_INFLATION: Perquintill = Perquintill::from_percent(5);
/// The part of all tokens that ought to be staked for validation: enough to make an attack dear,
/// and most tokens stay for jobs and for compute stake.
pub const IDEAL_STAKE: Perquintill = Perquintill::from_percent(40);
/// How much more than that halves the inflation above its least.
pub const FALLOFF: Perquintill = Perquintill::from_percent(5);

/// Milliseconds in a year of 365.25 days.
const YEAR: u64 = 36_525 * 24 * 36_000;

/// Pays by the curve of `docs/economics.md`.
pub struct EraPay;

impl sp_staking::EraPayout<Balance> for EraPay {
	fn era_payout(staked: Balance, issuance: Balance, era_millis: u64) -> (Balance, Balance) {
		let stake = Perquintill::from_rational(staked, issuance);
		let spread = MAX_INFLATION - MIN_INFLATION;
		let yearly = MIN_INFLATION + spread * compute_inflation(stake, IDEAL_STAKE, FALLOFF);
		let era = Perquintill::from_rational(era_millis, YEAR);
		(era * (yearly * issuance), 0)
	}
}
