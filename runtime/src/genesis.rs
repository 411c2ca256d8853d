//! How a chain starts: the presets `development` (one validator, sudo, hasty), `local_testnet` (four
//! validators, no sudo, hasty) and `testnet` (the same at the pace of a public chain).

use alloc::{string::ToString, vec::Vec};

use polkadot_sdk::{
	frame_support::build_struct_json_patch,
	pallet_staking::StakerStatus,
	sp_genesis_builder::{PresetId, DEV_RUNTIME_PRESET, LOCAL_TESTNET_RUNTIME_PRESET},
	sp_keyring::{Ed25519Keyring, Sr25519Keyring},
};
use serde_json::Value;
use tercet_primitives::TCT;

use crate::{
	configs::{TreasuryAccount, BABE_GENESIS_EPOCH_CONFIG, MAX_CANDIDATES},
	AccountId, BabeConfig, Balance, BalancesConfig, PaceConfig, PayoutsConfig,
	ProviderStakingConfig, RuntimeGenesisConfig, SessionConfig, SessionKeys, StakingConfig,
	SudoConfig,
};

/// Name of the preset of a public test network.
pub const TESTNET_RUNTIME_PRESET: &str = "testnet";

/// What each well-known account starts with, in planck.
pub const ENDOWMENT: Balance = 1_000_000 * TCT;

/// What each validator of the first era has at stake, in planck.
pub const STAKE: Balance = 100_000 * TCT;

/// Least stake of a validator and of a nominator, in planck.
pub const MIN_STAKE: (Balance, Balance) = (10_000 * TCT, 100 * TCT);

/// Seats for validators; as many as stand for election are filled.
pub const VALIDATOR_SEATS: u32 = 16;

/// How many accounts may nominate. More than can vote at once, so that none can be kept out for
/// good by many who nominate little.
pub const MAX_NOMINATORS: u32 = 10_000;

/// How hasty networks for development are: a session of a minute, an era of three.
pub const HASTE: u32 = 10;

/// A validator: what it stakes with, and the keys of its node.
#[derive(Clone, Copy)]
struct Validator {
	stash: Sr25519Keyring,
	node: (Sr25519Keyring, Ed25519Keyring),
}

/// The well-known validators. Their nodes start with `--alice`, `--bob`, `--charlie`, `--dave`.
const VALIDATORS: [Validator; 4] = [
	Validator {
		stash: Sr25519Keyring::AliceStash,
		node: (Sr25519Keyring::Alice, Ed25519Keyring::Alice),
	},
	Validator { stash: Sr25519Keyring::BobStash, node: (Sr25519Keyring::Bob, Ed25519Keyring::Bob) },
	Validator {
		stash: Sr25519Keyring::CharlieStash,
		node: (Sr25519Keyring::Charlie, Ed25519Keyring::Charlie),
	},
	Validator {
		stash: Sr25519Keyring::DaveStash,
		node: (Sr25519Keyring::Dave, Ed25519Keyring::Dave),
	},
];

impl Validator {
	fn session_keys(&self) -> SessionKeys {
		let (sr25519, ed25519) = self.node;
		SessionKeys {
			babe: sr25519.public().into(),
			grandpa: ed25519.public().into(),
			im_online: sr25519.public().into(),
			authority_discovery: sr25519.public().into(),
		}
	}
}

/// The preset named `id`, as JSON that patches the default genesis.
pub fn get_preset(id: &PresetId) -> Option<Vec<u8>> {
	let [first, ..] = VALIDATORS;
	let preset = match id.as_ref() {
		DEV_RUNTIME_PRESET => genesis(&[first], HASTE, Some(Sr25519Keyring::Alice.to_account_id())),
		LOCAL_TESTNET_RUNTIME_PRESET => genesis(&VALIDATORS, HASTE, None),
		TESTNET_RUNTIME_PRESET => genesis(&VALIDATORS, 1, None),
		_ => return None,
	};
	Some(preset.to_string().into_bytes())
}

/// Names of all presets.
pub fn preset_names() -> Vec<PresetId> {
	[DEV_RUNTIME_PRESET, LOCAL_TESTNET_RUNTIME_PRESET, TESTNET_RUNTIME_PRESET]
		.map(PresetId::from)
		.to_vec()
}

/// A genesis in which `validators` stake with accounts, and hold session keys, that everyone knows.
/// A network of strangers replaces them before it starts: see `chain-spec/README.md`.
fn genesis(validators: &[Validator], haste: u32, sudo: Option<AccountId>) -> Value {
	let balances = Sr25519Keyring::well_known()
		.map(|key| (key.to_account_id(), ENDOWMENT))
		.chain([(TreasuryAccount::get(), TCT)])
		.collect::<Vec<_>>();
	let keys = validators
		.iter()
		.map(|validator| {
			let stash = validator.stash.to_account_id();
			(stash.clone(), stash, validator.session_keys())
		})
		.collect::<Vec<_>>();
	let stakers = validators
		.iter()
		.map(|validator| {
			let stash = validator.stash.to_account_id();
			(stash.clone(), stash, STAKE, StakerStatus::<AccountId>::Validator)
		})
		.collect::<Vec<_>>();
	let count = u32::try_from(validators.len()).unwrap_or(u32::MAX);
	let (mut provider_params, mut payouts_params) =
		(pallet_provider_staking::Parameters::default(), pallet_payouts::Parameters::default());
	if haste > 1 {
		// Compute stake counts from the block after the next one.
		provider_params.stake_epoch = 1;
		provider_params.slash_delay = 50;
		payouts_params.era_length = 30;
	}

	build_struct_json_patch!(RuntimeGenesisConfig {
		balances: BalancesConfig { balances },
		babe: BabeConfig { epoch_config: BABE_GENESIS_EPOCH_CONFIG },
		sudo: SudoConfig { key: sudo },
		session: SessionConfig { keys },
		staking: StakingConfig {
			validator_count: VALIDATOR_SEATS,
			// Two thirds and more must be there for finality.
			minimum_validator_count: count.min(3),
			stakers,
			min_validator_bond: MIN_STAKE.0,
			min_nominator_bond: MIN_STAKE.1,
			max_validator_count: Some(MAX_CANDIDATES),
			max_nominator_count: Some(MAX_NOMINATORS),
		},
		pace: PaceConfig { haste },
		provider_staking: ProviderStakingConfig { params: provider_params },
		payouts: PayoutsConfig { params: payouts_params },
	})
}
