//! The constants and parameters of a chain: the only numbers that the model does not work out.

use std::collections::BTreeMap;
use tercet_primitives::{Balance, BlockNumber, Permill, H256};

use crate::AccountId;

/// Everything that is fixed while a chain of these tests runs.
#[derive(Clone, Debug)]
pub struct Rules {
	/// Hash of the genesis block.
	pub genesis: H256,
	/// The existential deposit.
	pub least_balance: Balance,
	/// The treasury.
	pub treasury: AccountId,
	/// The account of each provider's pot.
	pub pots: BTreeMap<AccountId, AccountId>,
	/// Of the model registry.
	pub registry: RegistryRules,
	/// Of provider staking.
	pub staking: StakingRules,
	/// Of the job market.
	pub market: MarketRules,
	/// Of verification.
	pub verification: VerificationRules,
	/// Of payouts.
	pub payouts: PayoutRules,
}

/// Of the model registry.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the names are those of the pallet's constants")]
pub struct RegistryRules {
	pub deposit_base: Balance,
	pub deposit_per_byte: Balance,
	pub max_royalty: Permill,
	pub max_artifact: u64,
}

/// Of provider staking.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the names are those of the pallet's constants and parameters")]
pub struct StakingRules {
	pub min_bond: Balance,
	pub stake_cap: Balance,
	pub unbonding_period: BlockNumber,
	pub max_slashes: u32,
	pub max_offers: u32,
	pub max_chunks: u32,
	pub stake_epoch: BlockNumber,
	pub slash_delay: BlockNumber,
	pub slash_burn: Permill,
	pub silent_share: Permill,
	pub withheld_share: Permill,
	pub max_in_flight: u32,
	pub half_life: u32,
	pub proven_verified: u32,
	pub proven_score: Permill,
	pub commission_step: Permill,
	pub min_delegation: Balance,
}

/// Of the job market.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the names are those of the pallet's constants and parameters")]
pub struct MarketRules {
	pub min_deadline: BlockNumber,
	pub max_deadline: BlockNumber,
	pub max_input: u64,
	pub sure_draws: u32,
	pub max_draws: u32,
	pub max_expiries: u32,
	pub job_fee: Balance,
	pub risk_factor: u32,
	pub deposit_base: Balance,
	pub deposit_per_byte: Balance,
	pub retention: BlockNumber,
	pub min_executors: u8,
	pub adaptive_floor: u8,
	pub invalid_share: Permill,
}

/// Of verification.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the names are those of the pallet's constants and parameters")]
pub struct VerificationRules {
	pub sure_transitions: u32,
	pub max_transitions: u32,
	pub audit_rate: Permill,
	pub proven_audit_rate: Permill,
	pub min_audit_time: BlockNumber,
	pub challenge_window: BlockNumber,
}

/// Of payouts.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the names are those of the pallet's constants and parameters")]
pub struct PayoutRules {
	pub treasury_share: Permill,
	pub history_depth: u32,
	pub era_length: BlockNumber,
	pub reward_rate: Balance,
	pub reward_of_fees: Permill,
	pub credit_half_life: u32,
}

/// `⌊share · x⌋`.
pub fn floor(share: Permill, x: Balance) -> Balance {
	scale(x, share.deconstruct().into(), 1_000_000, false).expect("a part of a balance is one")
}

/// `⌈share · x⌉`.
pub fn ceil(share: Permill, x: Balance) -> Balance {
	scale(x, share.deconstruct().into(), 1_000_000, true).expect("a part of a balance is one")
}

/// `a · b / c`, rounded up or down; `None` if `c` is zero or the result too large.
pub fn scale(a: Balance, b: Balance, c: Balance, up: bool) -> Option<Balance> {
	use polkadot_sdk::sp_core::{U256, U512};
	if c == 0 {
		return None;
	}
	let product = U512::from(U256::from(a)) * U512::from(U256::from(b));
	let (mut quotient, rest) = product.div_mod(U512::from(U256::from(c)));
	if up && !rest.is_zero() {
		quotient += U512::one();
	}
	Balance::try_from(quotient).ok()
}
