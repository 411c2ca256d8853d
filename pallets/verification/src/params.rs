//! What governance may tune, how far, and how fast.

use crate::{Config, Error, Event, Pallet, Params, ParamsSetAt};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame::{prelude::*, traits::Get};
use scale_info::TypeInfo;
use tercet_primitives::{BlockNumber, Permill, MAX_SEATS};

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
	/// The same, of jobs with fewer than `proven_below` executors in their first round; not less.
	pub proven_audit_rate: Permill,
	/// Jobs with fewer executors in their first round are run by proven providers; 1 to
	/// [`MAX_SEATS`].
	pub proven_below: u8,
	/// Blocks left before its deadline that a job needs to be audited; at least
	/// [`LEAST_AUDIT_TIME`].
	pub min_audit_time: BlockNumber,
	/// Blocks after its settlement in which a job can be challenged; 1 to
	/// [`LONGEST_CHALLENGE_WINDOW`].
	pub challenge_window: BlockNumber,
}

impl Default for VerificationParams {
	/// 3 % audits, 20 % for jobs of fewer than three executors, a challenge within a day.
	fn default() -> Self {
		Self {
			audit_rate: Permill::from_percent(3),
			proven_audit_rate: Permill::from_percent(20),
			proven_below: 3,
			min_audit_time: 40,
			challenge_window: 43_200,
		}
	}
}

impl VerificationParams {
	/// Whether every value is in its range.
	pub fn is_in_range(&self) -> bool {
		self.proven_audit_rate >= self.audit_rate
			&& (1..=MAX_SEATS).contains(&u32::from(self.proven_below))
			&& self.min_audit_time >= LEAST_AUDIT_TIME
			&& (1..=LONGEST_CHALLENGE_WINDOW).contains(&self.challenge_window)
	}

	/// Whether no value more than doubles or halves from here to `new`; a rate of zero may rise to
	/// [`FIRST_RATE`].
	pub fn allows(&self, new: &Self) -> bool {
		rate_allows(self.audit_rate, new.audit_rate)
			&& rate_allows(self.proven_audit_rate, new.proven_audit_rate)
			&& within_double(self.proven_below.into(), new.proven_below.into())
			&& within_double(self.min_audit_time, new.min_audit_time)
			&& within_double(self.challenge_window, new.challenge_window)
	}

	/// Share of the jobs with this many executors in their first round that are audited.
	pub fn rate(&self, executors: u8) -> Permill {
		if executors < self.proven_below {
			self.proven_audit_rate
		} else {
			self.audit_rate
		}
	}
}

/// A rate may also fall to zero from where it could have risen to.
fn rate_allows(old: Permill, new: Permill) -> bool {
	let (old_parts, new_parts) = (old.deconstruct(), new.deconstruct());
	within_double(old_parts, new_parts)
		|| (old.is_zero() && new <= FIRST_RATE)
		|| (new.is_zero() && old <= FIRST_RATE)
}

/// Whether `new` is at least half and at most twice of `old`.
fn within_double(old: u32, new: u32) -> bool {
	let (old, new) = (u64::from(old), u64::from(new));
	// Below 2^33: nothing saturates.
	new <= old.saturating_mul(2) && old <= new.saturating_mul(2)
}

impl<T: Config> Pallet<T> {
	/// Replaces the parameters.
	pub(crate) fn do_set_params(params: VerificationParams) -> DispatchResult {
		ensure!(params.is_in_range(), Error::<T>::ParamOutOfRange);
		ensure!(Params::<T>::get().allows(&params), Error::<T>::ParamStepTooLarge);
		let now = Self::now();
		if let Some(last) = ParamsSetAt::<T>::get() {
			let since = now.saturating_sub(last);
			ensure!(since >= T::ParamsCooldown::get(), Error::<T>::RateTooFast);
		}
		Params::<T>::put(params);
		ParamsSetAt::<T>::put(now);
		Self::deposit_event(Event::ParamsSet { params });
		Ok(())
	}
}
