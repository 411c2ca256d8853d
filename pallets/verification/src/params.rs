//! What governance may tune, how far, and how fast.

use crate::{Config, Error, Event, Pallet, Params, ParamsSetAt};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame::{prelude::*, traits::Get};
use scale_info::TypeInfo;
use tercet_primitives::{
	params::moves_slowly, traits::Settlement, BlockNumber, Permill, Redundancy,
};

/// Below this many blocks an audit cannot be drawn, answered and compared.
pub const LEAST_AUDIT_TIME: BlockNumber = 16;

/// Longest challenge window, in blocks: 7 days of 2 s slots.
pub const LONGEST_CHALLENGE_WINDOW: BlockNumber = 302_400;

/// The most that a rate of zero may rise to in one change.
pub const FIRST_RATE: Permill = Permill::from_parts(10_000);

/// Parameters of this pallet.
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
pub struct VerificationParams {
	/// Share of the jobs that are audited.
	pub audit_rate: Permill,
	/// The same, of jobs that are [for proven providers](Settlement::is_for_proven); not less.
	pub proven_audit_rate: Permill,
	/// Blocks left before its deadline that a job needs to be audited; at least
	/// [`LEAST_AUDIT_TIME`].
	pub min_audit_time: BlockNumber,
	/// Blocks after its settlement in which a job can be challenged; 1 to
	/// [`LONGEST_CHALLENGE_WINDOW`].
	pub challenge_window: BlockNumber,
}

impl Default for VerificationParams {
	/// 3 % audits, 20 % where only proven providers are drawn, a challenge within a day.
	fn default() -> Self {
		Self {
			audit_rate: Permill::from_percent(3),
			proven_audit_rate: Permill::from_percent(20),
			min_audit_time: 40,
			challenge_window: 43_200,
		}
	}
}

impl VerificationParams {
	/// Whether every value is in its range.
	pub fn is_in_range(&self) -> bool {
		self.proven_audit_rate >= self.audit_rate
			&& self.min_audit_time >= LEAST_AUDIT_TIME
			&& (1..=LONGEST_CHALLENGE_WINDOW).contains(&self.challenge_window)
	}

	/// Whether one change may lead from here to `new`; rates move freely up to [`FIRST_RATE`].
	pub fn allows(&self, new: &Self) -> bool {
		let rate = |old: Permill, new: Permill| {
			let step = FIRST_RATE.deconstruct().into();
			moves_slowly(old.deconstruct().into(), new.deconstruct().into(), step)
		};
		let number = |old: u32, new: u32| moves_slowly(old.into(), new.into(), 0);
		rate(self.audit_rate, new.audit_rate)
			&& rate(self.proven_audit_rate, new.proven_audit_rate)
			&& number(self.min_audit_time, new.min_audit_time)
			&& number(self.challenge_window, new.challenge_window)
	}

	/// Share of the jobs that are audited, among those that are for proven providers or not.
	pub fn rate(&self, proven: bool) -> Permill {
		if proven {
			self.proven_audit_rate
		} else {
			self.audit_rate
		}
	}
}

impl<T: Config> Pallet<T> {
	/// Share of the jobs with this redundancy that are audited.
	pub(crate) fn audit_rate_of(redundancy: &Redundancy) -> Permill {
		Params::<T>::get().rate(T::Settlement::is_for_proven(redundancy))
	}

	/// Replaces the parameters.
	pub(crate) fn do_set_params(params: VerificationParams) -> DispatchResult {
		ensure!(params.is_in_range(), Error::<T>::ParamOutOfRange);
		ensure!(Params::<T>::get().allows(&params), Error::<T>::RateTooFast);
		let now = Self::now();
		if let Some(last) = ParamsSetAt::<T>::get() {
			let since = now.saturating_sub(last);
			ensure!(since >= T::ParamsCooldown::get(), Error::<T>::ParamsCoolingDown);
		}
		Params::<T>::put(params);
		ParamsSetAt::<T>::put(now);
		Self::deposit_event(Event::ParamsSet { params });
		Ok(())
	}
}
