//! What governance can tune: the values, their ranges, and how fast they may move.

use crate::{Config, Error, Event, Pallet, Params, ParamsChangedAt};
use frame::{prelude::*, traits::fungible::Inspect};
use tercet_primitives::{
	params::moves_slowly, traits::RedundancyFloor, Balance, BlockNumber, Redundancy, MAX_SEATS,
	MILLI_TCT, TCT,
};

/// Most that a fee, a deposit or the deposit for one byte may be, in planck.
pub const MAX_AMOUNT: Balance = 1_000 * TCT;

/// Most that an executor may have at stake, in multiples of its pay.
pub const MAX_RISK_FACTOR: u32 = 1_000;

/// Longest retention, in blocks: a year of slots.
pub const MAX_RETENTION: BlockNumber = 15_768_000;

/// Up to here an amount moves freely, in planck.
pub const AMOUNT_STEP: Balance = MILLI_TCT;

/// Up to here a share moves freely.
pub const SHARE_STEP: Permill = Permill::from_percent(1);

/// What governance can tune.
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
#[serde(crate = "frame::derive::serde")]
pub struct MarketParams {
	/// Paid to the treasury for every job that was ever drawn, besides its share of an audit, in
	/// planck.
	pub job_fee: Balance,
	/// What each executor has at stake in a job, in multiples of what it is paid.
	pub risk_factor: u32,
	/// Held for the record of a job whatever its size, in planck; at least the existential deposit,
	/// so that it can always return.
	pub deposit_base: Balance,
	/// Held for each byte that the record of a job may grow to, in planck.
	pub deposit_per_byte: Balance,
	/// Blocks for which a job's record stays after it ended.
	pub retention: BlockNumber,
	/// Executors of a first round that may be anybody; fewer must be proven.
	pub min_executors: u8,
	/// Executors of a first round at least, proven ones.
	pub adaptive_floor: u8,
	/// What executors are paid who agree that a job cannot be run, as a share of the price.
	pub invalid_share: Permill,
}

impl Default for MarketParams {
	fn default() -> Self {
		Self {
			job_fee: MILLI_TCT,
			risk_factor: 100,
			deposit_base: 10 * MILLI_TCT,
			deposit_per_byte: MILLI_TCT / 100,
			retention: 302_400,
			min_executors: 3,
			adaptive_floor: 1,
			invalid_share: Permill::from_percent(10),
		}
	}
}

impl MarketParams {
	/// Whether every value is in its range.
	pub fn in_range<T: Config>(&self) -> bool {
		let deposits = T::Currency::minimum_balance()..=MAX_AMOUNT;
		let executors = 1..=u8::try_from(MAX_SEATS).unwrap_or(u8::MAX);
		self.job_fee <= MAX_AMOUNT
			&& (1..=MAX_RISK_FACTOR).contains(&self.risk_factor)
			&& deposits.contains(&self.deposit_base)
			&& self.deposit_per_byte <= MAX_AMOUNT
			&& (T::MinRetention::get()..=MAX_RETENTION).contains(&self.retention)
			&& executors.contains(&self.min_executors)
			&& (1..=self.min_executors).contains(&self.adaptive_floor)
	}

	/// Whether only proven providers are drawn for jobs with this redundancy in their first round.
	pub fn is_for_proven(&self, redundancy: &Redundancy) -> bool {
		redundancy.executors < self.min_executors
	}

	/// Whether one change may lead here from `now`.
	pub fn within_rate_of(&self, now: &Self) -> bool {
		let shares = (now.invalid_share.deconstruct(), self.invalid_share.deconstruct());
		moves_slowly(now.job_fee, self.job_fee, AMOUNT_STEP)
			&& moves_slowly(now.risk_factor.into(), self.risk_factor.into(), 0)
			&& moves_slowly(now.deposit_base, self.deposit_base, 0)
			&& moves_slowly(now.deposit_per_byte, self.deposit_per_byte, AMOUNT_STEP)
			&& moves_slowly(now.retention.into(), self.retention.into(), 0)
			&& moves_slowly(now.min_executors.into(), self.min_executors.into(), 0)
			&& moves_slowly(now.adaptive_floor.into(), self.adaptive_floor.into(), 0)
			&& moves_slowly(shares.0.into(), shares.1.into(), SHARE_STEP.deconstruct().into())
	}
}

impl<T: Config> Pallet<T> {
	/// Sets the parameters, if they stay in range and do not move too fast.
	pub(crate) fn do_set_params(params: MarketParams) -> DispatchResult {
		ensure!(params.in_range::<T>(), Error::<T>::ParamOutOfRange);
		ensure!(params.within_rate_of(&Params::<T>::get()), Error::<T>::RateTooFast);
		let now = Self::now();
		if let Some(changed_at) = ParamsChangedAt::<T>::get() {
			let next = changed_at.saturating_add(T::ParamsCooldown::get());
			ensure!(now >= next, Error::<T>::ParamsCoolingDown);
		}
		Params::<T>::put(params);
		ParamsChangedAt::<T>::put(now);
		Self::deposit_event(Event::ParamsSet { params });
		Ok(())
	}
}

impl<T: Config> RedundancyFloor for Pallet<T> {
	/// Sets `min_executors`, and lowers `adaptive_floor` to it if need be. Errors:
	/// [`Error::ParamOutOfRange`], [`Error::RateTooFast`], [`Error::ParamsCoolingDown`].
	fn set_redundancy_floor(executors: u8) -> DispatchResult {
		let params = Params::<T>::get();
		let adaptive_floor = params.adaptive_floor.min(executors);
		Self::do_set_params(MarketParams { min_executors: executors, adaptive_floor, ..params })
	}
}
