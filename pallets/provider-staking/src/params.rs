//! What governance may tune, within bounds and not too fast.
//!
//! One change may at most double or halve a value, or move a share from or to zero by
//! [`SHARE_STEP`]; changes are at least `ParamsCooldown` blocks apart. So a mistake, or a captured
//! vote, moves the market slowly enough to be seen and answered.

use crate::{Config, Epochs, Error, Event, Pallet, Params};
use frame::prelude::*;
use tercet_primitives::{params::moves_slowly, Balance, BlockNumber, TCT};

/// Longest stake epoch, in blocks: a week.
pub const MAX_STAKE_EPOCH: BlockNumber = 302_400;

/// Most jobs that a provider can be allowed to have in its hands.
pub const MAX_MAX_IN_FLIGHT: u32 = 10_000;

/// How far one change may move a share that is, or becomes, zero.
pub const SHARE_STEP: Permill = Permill::from_percent(5);

/// Values that governance may tune.
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
	Serialize,
	Deserialize,
)]
#[serde(crate = "frame::derive::serde", rename_all = "camelCase", deny_unknown_fields)]
pub struct Parameters {
	/// Blocks in a stake epoch: stake counts for draws from the epoch after the one in which it was
	/// added. `1..=`[`MAX_STAKE_EPOCH`].
	pub stake_epoch: BlockNumber,
	/// Blocks from the decision to slash to the slash, in which it can be cancelled. At least 1 and
	/// less than `UnbondingPeriod`.
	pub slash_delay: BlockNumber,
	/// Share of what is slashed that is burned; the rest goes to the treasury.
	pub slash_burn: Permill,
	/// Share of a job's risk that it costs to let the commit stage pass.
	pub silent_share: Permill,
	/// Share of a job's risk that it costs to commit to an answer and not to show it. At least
	/// `silent_share`.
	pub withheld_share: Permill,
	/// Jobs that one provider may have in its hands. `1..=`[`MAX_MAX_IN_FLIGHT`].
	pub max_in_flight: u32,
	/// Stake epochs in which half of a score's distance from the start is forgotten. At least 1.
	pub reputation_half_life: u32,
	/// Verified jobs of a proven provider. At least 1.
	pub proven_verified: u32,
	/// Least reputation of a proven provider.
	pub proven_score: Permill,
	/// By how much a provider with delegators may raise its commission at once.
	pub commission_step: Permill,
	/// Least delegation, in planck. At least 1 and at most `StakeCap`.
	pub min_delegation: Balance,
}

impl Default for Parameters {
	fn default() -> Self {
		Self {
			stake_epoch: 300,
			slash_delay: 43_200,
			slash_burn: Permill::from_percent(50),
			// Machines break down, and nobody has learned anything before a commitment.
			silent_share: Permill::from_percent(5),
			// Afterwards, not to answer is a way out of the slash for a wrong answer.
			withheld_share: Permill::from_percent(50),
			max_in_flight: 64,
			reputation_half_life: 1_008,
			proven_verified: 100,
			proven_score: Permill::from_percent(90),
			commission_step: Permill::from_percent(5),
			min_delegation: TCT.saturating_mul(10),
		}
	}
}

impl Parameters {
	/// Whether every value is within its bounds, on a chain with these constants.
	pub fn are_in_range(&self, unbonding_period: BlockNumber, stake_cap: Balance) -> bool {
		(1..=MAX_STAKE_EPOCH).contains(&self.stake_epoch)
			&& (1..unbonding_period).contains(&self.slash_delay)
			&& self.withheld_share >= self.silent_share
			&& (1..=MAX_MAX_IN_FLIGHT).contains(&self.max_in_flight)
			&& self.reputation_half_life > 0
			&& self.proven_verified > 0
			&& (1..=stake_cap).contains(&self.min_delegation)
	}

	/// The same with what is too large for a chain with these constants made as large as can be.
	pub(crate) fn within(self, unbonding_period: BlockNumber, stake_cap: Balance) -> Self {
		Self {
			// Saturates for a period that `integrity_test` refuses.
			slash_delay: self.slash_delay.min(unbonding_period.saturating_sub(1)),
			min_delegation: self.min_delegation.min(stake_cap),
			..self
		}
	}

	/// Whether one change may lead from `self` to `to`.
	pub fn may_become(&self, to: &Self) -> bool {
		let share = |from: Permill, to: Permill| {
			moves_slowly(
				from.deconstruct().into(),
				to.deconstruct().into(),
				SHARE_STEP.deconstruct().into(),
			)
		};
		let number = |from: u32, to: u32| moves_slowly(from.into(), to.into(), 0);
		number(self.stake_epoch, to.stake_epoch)
			&& number(self.slash_delay, to.slash_delay)
			&& share(self.slash_burn, to.slash_burn)
			&& share(self.silent_share, to.silent_share)
			&& share(self.withheld_share, to.withheld_share)
			&& number(self.max_in_flight, to.max_in_flight)
			&& number(self.reputation_half_life, to.reputation_half_life)
			&& number(self.proven_verified, to.proven_verified)
			&& share(self.proven_score, to.proven_score)
			&& share(self.commission_step, to.commission_step)
			&& moves_slowly(self.min_delegation, to.min_delegation, 0)
	}
}

/// Where the count of stake epochs stands: it goes on from here when their length changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct EpochBase {
	/// Block of the last change of parameters; 0 if there has been none.
	pub at: BlockNumber,
	/// Epoch that it was in, which goes on for the new length from there.
	pub epoch: u32,
}

impl EpochBase {
	/// The epoch of block `now`. Cannot saturate: epochs are no more than blocks.
	pub(crate) fn epoch(&self, now: BlockNumber, length: BlockNumber) -> u32 {
		let since = now.saturating_sub(self.at).checked_div(length).unwrap_or(0);
		self.epoch.saturating_add(since)
	}
}

impl<T: Config> Pallet<T> {
	pub(crate) fn do_set_params(params: Parameters) -> DispatchResult {
		let (old, base, now) = (Params::<T>::get(), Epochs::<T>::get(), Self::now());
		ensure!(
			params.are_in_range(T::UnbondingPeriod::get(), T::StakeCap::get()),
			Error::<T>::ParamOutOfRange
		);
		ensure!(old.may_become(&params), Error::<T>::RateTooFast);
		let since = now.saturating_sub(base.at);
		ensure!(base.at == 0 || since >= T::ParamsCooldown::get(), Error::<T>::ParamsCoolingDown);

		// Epochs never run backwards: what counts from one on would stop to count, and decay stand
		// still.
		Epochs::<T>::put(EpochBase { at: now, epoch: base.epoch(now, old.stake_epoch) });
		Params::<T>::put(params);
		Self::deposit_event(Event::ParamsSet { params });
		Ok(())
	}

	/// The stake epoch of the block under construction.
	pub fn epoch() -> u32 {
		Self::epoch_by(&Params::<T>::get())
	}

	/// The same, for those who have read the parameters.
	pub(crate) fn epoch_by(params: &Parameters) -> u32 {
		Epochs::<T>::get().epoch(Self::now(), params.stake_epoch)
	}
}
