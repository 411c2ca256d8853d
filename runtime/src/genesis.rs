//! How a chain starts: the presets `dev` (one validator, sudo) and `local` (two validators, no
//! sudo).

use alloc::{string::ToString, vec, vec::Vec};

use polkadot_sdk::{
	frame_support::build_struct_json_patch,
	sp_consensus_babe::AuthorityId as BabeId,
	sp_consensus_grandpa::AuthorityId as GrandpaId,
	sp_genesis_builder::{PresetId, DEV_RUNTIME_PRESET, LOCAL_TESTNET_RUNTIME_PRESET},
	sp_keyring::Sr25519Keyring,
};
use serde_json::Value;
use tercet_primitives::TCT;

use crate::{
	configs::{TreasuryAccount, BABE_GENESIS_EPOCH_CONFIG},
	AccountId, BabeConfig, Balance, BalancesConfig, GrandpaConfig, PayoutsConfig,
	ProviderStakingConfig, RuntimeGenesisConfig, SudoConfig,
};

/// What each well-known account starts with, in planck.
pub const ENDOWMENT: Balance = 1_000_000 * TCT;

/// The preset named `id`, as JSON that patches the default genesis.
pub fn get_preset(id: &PresetId) -> Option<Vec<u8>> {
	let preset = match id.as_ref() {
		DEV_RUNTIME_PRESET => {
			genesis(&[Sr25519Keyring::Alice], Some(Sr25519Keyring::Alice.to_account_id()))
		},
		LOCAL_TESTNET_RUNTIME_PRESET => {
			genesis(&[Sr25519Keyring::Alice, Sr25519Keyring::Bob], None)
		},
		_ => return None,
	};
	Some(preset.to_string().into_bytes())
}

/// Names of all presets.
pub fn preset_names() -> Vec<PresetId> {
	vec![PresetId::from(DEV_RUNTIME_PRESET), PresetId::from(LOCAL_TESTNET_RUNTIME_PRESET)]
}

/// A genesis in which `validators` hold the session keys of their own names, which everyone knows:
/// for development only.
fn genesis(validators: &[Sr25519Keyring], sudo: Option<AccountId>) -> Value {
	let balances = Sr25519Keyring::well_known()
		.map(|key| (key.to_account_id(), ENDOWMENT))
		.chain([(TreasuryAccount::get(), TCT)])
		.collect::<Vec<_>>();
	let babe = validators.iter().map(|key| (BabeId::from(key.public()), 1)).collect();
	let grandpa = validators.iter().map(|key| (grandpa_id(*key), 1)).collect::<Vec<_>>();

	let staking = pallet_provider_staking::Parameters {
		// Stake counts from the block after the next one.
		stake_epoch: 1,
		slash_delay: 50,
		..Default::default()
	};
	let payouts = pallet_payouts::Parameters { era_length: 30, ..Default::default() };

	build_struct_json_patch!(RuntimeGenesisConfig {
		balances: BalancesConfig { balances },
		babe: BabeConfig { authorities: babe, epoch_config: BABE_GENESIS_EPOCH_CONFIG },
		grandpa: GrandpaConfig { authorities: grandpa },
		sudo: SudoConfig { key: sudo },
		provider_staking: ProviderStakingConfig { params: staking },
		payouts: PayoutsConfig { params: payouts },
	})
}

fn grandpa_id(key: Sr25519Keyring) -> GrandpaId {
	use polkadot_sdk::sp_keyring::Ed25519Keyring as Ed;
	let key = match key {
		Sr25519Keyring::Bob => Ed::Bob,
		_ => Ed::Alice,
	};
	key.public().into()
}
