//! What governance may tune, how far and how fast.

use crate::{Config, Eras, Error, Event, HalfLives, Pallet, Params, ParamsChangedAt};
use frame::prelude::*;
use tercet_primitives::{params::moves_slowly, traits::FeeSplit, Balance, BlockNumber, TCT};

/// Values that governance tunes.
#[derive(
	Clone,
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
	/// Length of an era, in blocks: [`MIN_ERA_LENGTH`]..=[`MAX_ERA_LENGTH`]. A new one counts from
	/// the next era on.
	pub era_length: BlockNumber,
	/// The most that an era rewards, in planck: 0..=`MaxRewardRate`. Counts from the first era in
	/// which nobody has worked yet.
	pub reward_rate: Balance,
	/// The most that an era rewards, as a share of what the treasury earned by the era's work:
	/// 0..=[`MAX_REWARD_OF_FEES`]. Counts from the first era in which nobody has worked yet.
	pub reward_of_fees: Permill,
	/// Eras in which work credits halve: 1..=[`MAX_CREDIT_HALF_LIFE`]. A new number counts from the
	/// next halving on.
	pub credit_half_life: u32,
}

/// The shortest era, in blocks.
pub const MIN_ERA_LENGTH: BlockNumber = 5;

/// The longest era, in blocks: 14 days.
pub const MAX_ERA_LENGTH: BlockNumber = 14 * 43_200;

/// The largest share of the treasury's income that is minted again. As long as it is below one,
/// whoever pays itself for work loses money.
pub const MAX_REWARD_OF_FEES: Permill = Permill::from_percent(90);

/// The longest half-life of work credits, in eras.
pub const MAX_CREDIT_HALF_LIFE: u32 = 10_000;

/// `reward_rate` may go from 0 to this in one step, and from this to 0.
pub const REWARD_RATE_STEP: Balance = 100 * TCT;

/// `reward_of_fees` may go from 0 to this in one step, and from this to 0.
pub const REWARD_OF_FEES_STEP: Permill = Permill::from_percent(10);

impl Default for Parameters {
	/// Eras of six hours, 100 TCT each at most, half of what the treasury earns at most, and credits
	/// that halve in 30 days.
	fn default() -> Self {
		Self {
			era_length: 10_800,
			reward_rate: 100 * TCT,
			reward_of_fees: Permill::from_percent(50),
			credit_half_life: 120,
		}
	}
}

impl Parameters {
	/// Whether every value is in its range.
	pub fn is_in_range(&self, max_reward_rate: Balance) -> bool {
		(MIN_ERA_LENGTH..=MAX_ERA_LENGTH).contains(&self.era_length)
			&& self.reward_rate <= max_reward_rate
			&& self.reward_of_fees <= MAX_REWARD_OF_FEES
			&& (1..=MAX_CREDIT_HALF_LIFE).contains(&self.credit_half_life)
	}

	/// Whether no value is more than doubled or halved, a step from and to zero excepted.
	fn is_gradual(&self, old: &Self) -> bool {
		let fees = |params: &Self| params.reward_of_fees.deconstruct().into();
		moves_slowly(old.era_length.into(), self.era_length.into(), 0)
			&& moves_slowly(old.reward_rate, self.reward_rate, REWARD_RATE_STEP)
			&& moves_slowly(fees(old), fees(self), REWARD_OF_FEES_STEP.deconstruct().into())
			&& moves_slowly(old.credit_half_life.into(), self.credit_half_life.into(), 0)
	}
}

impl<T: Config> Pallet<T> {
	pub(crate) fn do_set_params(params: Parameters) -> DispatchResult {
		ensure!(params.is_in_range(T::MaxRewardRate::get()), Error::<T>::ParamOutOfRange);
		let old = Params::<T>::get();
		ensure!(params.is_gradual(&old), Error::<T>::RateTooFast);
		let now = Self::now();
		if let Some(last) = ParamsChangedAt::<T>::get() {
			// Saturates at the end of time.
			let next = last.saturating_add(T::ParamsCooldown::get());
			ensure!(now >= next, Error::<T>::ParamsCoolingDown);
		}

		let era = Self::era();
		if params.credit_half_life != old.credit_half_life {
			HalfLives::<T>::mutate(|clock| *clock = clock.at_next(era, old.credit_half_life));
		}
		if params.era_length != old.era_length {
			Eras::<T>::mutate(|clock| *clock = clock.at_next(now, old.era_length));
		}
		Params::<T>::put(&params);
		ParamsChangedAt::<T>::put(now);
		Self::deposit_event(Event::ParamsSet { params });
		Ok(())
	}
}

impl<T: Config> FeeSplit for Pallet<T> {
	/// Sets `reward_of_fees`. Errors: [`Error::ParamOutOfRange`], [`Error::RateTooFast`].
	fn set_fee_split(to_workers: Permill) -> DispatchResult {
		let params = Params::<T>::get();
		Self::do_set_params(Parameters { reward_of_fees: to_workers, ..params })
	}
}
