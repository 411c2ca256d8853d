//! The parameters that a simulation runs under: those of the pallets, unless said otherwise.

use polkadot_sdk::{frame_support::traits::Get, sp_runtime::Permill};
use tercet_primitives::{Balance, Redundancy};
use tercet_runtime::Runtime;

use crate::{chain::UNITS_PER_ITEM, formulas::Terms, people::LEAST_PRICE};

/// What a simulation changes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
	/// What running a job costs an executor, as a share of its pay.
	pub cost: f64,
	/// Share of the jobs that are audited.
	pub audit_rate: Option<Permill>,
	/// What each executor has at stake, in multiples of its pay.
	pub risk_factor: Option<u32>,
	/// Share of the risk that silence costs.
	pub silent_share: Option<Permill>,
	/// Share of the risk that withholding an answer costs.
	pub withheld_share: Option<Permill>,
	/// Whether governance cancels the slashes of those who told the truth, as anyone can show who
	/// runs the model again.
	pub appeals: bool,
}

impl Default for Settings {
	fn default() -> Self {
		Self {
			cost: 0.5,
			audit_rate: None,
			risk_factor: None,
			silent_share: None,
			withheld_share: None,
			appeals: true,
		}
	}
}

impl Settings {
	/// Puts them where the pallets read them.
	pub(crate) fn apply(&self) {
		type Verification = pallet_verification::Params<Runtime>;
		type Market = pallet_job_market::Params<Runtime>;
		type Staking = pallet_provider_staking::Params<Runtime>;
		Verification::mutate(|params| {
			params.audit_rate = self.audit_rate.unwrap_or(params.audit_rate);
			params.proven_audit_rate = params.proven_audit_rate.max(params.audit_rate);
		});
		Market::mutate(|params| {
			params.risk_factor = self.risk_factor.unwrap_or(params.risk_factor);
		});
		Staking::mutate(|params| {
			params.silent_share = self.silent_share.unwrap_or(params.silent_share);
			params.withheld_share = self.withheld_share.unwrap_or(params.withheld_share);
			params.withheld_share = params.withheld_share.max(params.silent_share);
			// Many jobs in few blocks, and half-lives that no run lives to see.
			params.max_in_flight = params.max_in_flight.max(512);
			params.stake_epoch = 50;
			params.reputation_half_life = 1_000_000;
		});
	}
}

/// Share of a [`Permill`], as a number.
pub(crate) fn share(permill: Permill) -> f64 {
	f64::from(permill.deconstruct()) / 1e6
}

/// What cheating depends on, by the parameters in storage, for an executor whom running a job costs
/// the share `cost` of its pay and who never meets a canary or a challenge.
pub fn terms(cost: f64) -> Terms {
	let verification = pallet_verification::Params::<Runtime>::get();
	let market = pallet_job_market::Params::<Runtime>::get();
	let staking = pallet_provider_staking::Params::<Runtime>::get();
	Terms {
		cost,
		risk: f64::from(market.risk_factor),
		withheld: share(staking.withheld_share),
		audit: share(verification.rate(market.is_for_proven(&Redundancy::DEFAULT))),
		shown: 0.0,
	}
}

/// Share of the jobs of so many executors that are audited, by the parameters in storage.
pub fn audit_rate(executors: u8) -> f64 {
	let redundancy = Redundancy { executors, quorum: executors };
	let proven = pallet_job_market::Params::<Runtime>::get().is_for_proven(&redundancy);
	share(pallet_verification::Params::<Runtime>::get().rate(proven))
}

/// Share of the risk that silence costs, by the parameters in storage.
pub fn silent_share() -> f64 {
	share(pallet_provider_staking::Params::<Runtime>::get().silent_share)
}

/// What one executor is paid for one job of a simulation.
pub fn pay() -> Balance {
	LEAST_PRICE * Balance::from(UNITS_PER_ITEM.0)
}

/// The treasury's share of the executors' pay.
pub fn treasury_share() -> f64 {
	share(<<Runtime as pallet_payouts::Config>::TreasuryShare as Get<Permill>>::get())
}

/// The fee of a job.
pub fn job_fee() -> Balance {
	pallet_job_market::Params::<Runtime>::get().job_fee
}
