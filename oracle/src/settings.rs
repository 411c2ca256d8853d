//! What the chains of these tests are like.

use polkadot_sdk::{frame_support::traits::Get, pallet_balances, sp_crypto_hashing::blake2_256};
use tercet_primitives::{Permill, MILLI_TCT, TCT};
use tercet_runtime::{configs::TreasuryAccount, JobMarket, ProviderStaking, Runtime, Verification};

use crate::{
	actor,
	model::rules::{MarketRules, PayoutRules, RegistryRules, StakingRules, VerificationRules},
	Rules, ACTORS,
};

/// The parameters of an episode.
pub(crate) struct Settings {
	pub staking: pallet_provider_staking::Parameters,
	pub market: pallet_job_market::MarketParams,
	pub verification: pallet_verification::VerificationParams,
	pub payouts: pallet_payouts::Parameters,
}

impl Settings {
	/// Short periods, so that much happens, and for the rest something else for each seed.
	pub fn of(seed: u64) -> Self {
		let bytes = blake2_256(&seed.to_le_bytes());
		let one_of = |place: usize, from: &[u32]| from[usize::from(bytes[place]) % from.len()];
		let percent = |place: usize, from: &[u32]| Permill::from_percent(one_of(place, from));
		let audit_rate = percent(0, &[0, 2, 20, 50, 100]);
		let proven_audit_rate = percent(1, &[20, 100]).max(audit_rate);
		let silent_share = percent(5, &[0, 5, 50]);
		Self {
			staking: pallet_provider_staking::Parameters {
				stake_epoch: one_of(2, &[1, 5, 20]),
				slash_delay: one_of(3, &[1, 30, 400]),
				slash_burn: percent(4, &[0, 33, 50, 100]),
				silent_share,
				withheld_share: percent(21, &[0, 50, 100]).max(silent_share),
				max_in_flight: one_of(6, &[2, 64]),
				reputation_half_life: one_of(7, &[3, 50]),
				proven_verified: one_of(8, &[1, 3]),
				proven_score: percent(9, &[0, 52]),
				commission_step: percent(10, &[5, 30]),
				min_delegation: u128::from(one_of(11, &[1, 10])) * TCT,
			},
			market: pallet_job_market::MarketParams {
				job_fee: u128::from(one_of(12, &[0, 1, 700])) * MILLI_TCT,
				risk_factor: one_of(13, &[1, 10, 40]),
				retention: <Runtime as pallet_job_market::Config>::MinRetention::get(),
				min_executors: one_of(14, &[1, 3]) as u8,
				invalid_share: percent(15, &[0, 10, 100]),
				..Default::default()
			},
			verification: pallet_verification::VerificationParams {
				audit_rate,
				proven_audit_rate,
				min_audit_time: 16,
				challenge_window: one_of(16, &[40, 400]),
			},
			payouts: pallet_payouts::Parameters {
				era_length: one_of(17, &[5, 40]),
				reward_rate: u128::from(one_of(18, &[0, 1, 100])) * TCT,
				reward_of_fees: percent(19, &[10, 50, 90]),
				credit_half_life: one_of(20, &[1, 4]),
			},
		}
	}

	/// What does not change, as the model knows it.
	pub fn rules(&self, genesis: tercet_primitives::H256) -> Rules {
		let Self { staking, market, verification, payouts } = self;
		let pots = (0..ACTORS.len()).map(actor);
		Rules {
			genesis,
			least_balance: <Runtime as pallet_balances::Config>::ExistentialDeposit::get(),
			treasury: TreasuryAccount::get(),
			pots: pots.map(|who| (who.clone(), ProviderStaking::pot_account(&who))).collect(),
			registry: RegistryRules {
				deposit_base: <Runtime as pallet_model_registry::Config>::ModelDepositBase::get(),
				deposit_per_byte:
					<Runtime as pallet_model_registry::Config>::ModelDepositPerByte::get(),
				max_royalty: <Runtime as pallet_model_registry::Config>::MaxRoyalty::get(),
				max_artifact: <Runtime as pallet_model_registry::Config>::MaxArtifactBytes::get(),
			},
			staking: StakingRules {
				min_bond: <Runtime as pallet_provider_staking::Config>::MinBond::get(),
				stake_cap: <Runtime as pallet_provider_staking::Config>::StakeCap::get(),
				unbonding_period:
					<Runtime as pallet_provider_staking::Config>::UnbondingPeriod::get(),
				max_slashes: <Runtime as pallet_provider_staking::Config>::MaxSlashesPerBlock::get(
				),
				max_offers: pallet_provider_staking::MAX_OFFERS,
				max_chunks: pallet_provider_staking::MAX_UNBOND_CHUNKS,
				stake_epoch: staking.stake_epoch,
				slash_delay: staking.slash_delay,
				slash_burn: staking.slash_burn,
				silent_share: staking.silent_share,
				withheld_share: staking.withheld_share,
				max_in_flight: staking.max_in_flight,
				half_life: staking.reputation_half_life,
				proven_verified: staking.proven_verified,
				proven_score: staking.proven_score,
				commission_step: staking.commission_step,
				min_delegation: staking.min_delegation,
			},
			market: MarketRules {
				min_deadline: <Runtime as pallet_job_market::Config>::MinDeadline::get(),
				max_deadline: <Runtime as pallet_job_market::Config>::MaxDeadline::get(),
				max_input: <Runtime as pallet_job_market::Config>::MaxInputBytes::get(),
				sure_draws: JobMarket::sure_turns(),
				max_draws: JobMarket::most_turns(),
				max_expiries: <Runtime as pallet_job_market::Config>::MaxExpiriesPerBlock::get(),
				job_fee: market.job_fee,
				risk_factor: market.risk_factor,
				deposit_base: market.deposit_base,
				deposit_per_byte: market.deposit_per_byte,
				retention: market.retention,
				min_executors: market.min_executors,
				adaptive_floor: market.adaptive_floor,
				invalid_share: market.invalid_share,
			},
			verification: VerificationRules {
				sure_transitions: Verification::sure_transitions(),
				max_transitions: Verification::most_transitions(),
				audit_rate: verification.audit_rate,
				proven_audit_rate: verification.proven_audit_rate,
				min_audit_time: verification.min_audit_time,
				challenge_window: verification.challenge_window,
			},
			payouts: PayoutRules {
				treasury_share: <Runtime as pallet_payouts::Config>::TreasuryShare::get(),
				history_depth: <Runtime as pallet_payouts::Config>::HistoryDepth::get(),
				era_length: payouts.era_length,
				reward_rate: payouts.reward_rate,
				reward_of_fees: payouts.reward_of_fees,
				credit_half_life: payouts.credit_half_life,
			},
		}
	}
}
