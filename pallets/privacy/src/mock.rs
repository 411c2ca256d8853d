//! A chain with balances, providers by name only, and what its tests share.

use crate::{self as pallet_privacy, weights::SubstrateWeight, HoldReason};
use frame::{testing_prelude::*, traits::fungible::hold::Inspect};
use polkadot_sdk::pallet_balances;
use tercet_primitives::{
	traits::ProviderRegistry, Balance, Envelope, ExecutorPublicKey, ENVELOPE_BYTES, H256,
};

construct_runtime!(
	pub enum Test {
		System: frame_system,
		Balances: pallet_balances,
		Privacy: pallet_privacy,
	}
);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = MockBlockU32<Test>;
	type AccountData = pallet_balances::AccountData<Balance>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
	type Balance = Balance;
	type ExistentialDeposit = ConstU128<EXISTENTIAL_DEPOSIT>;
	type AccountStore = System;
}

parameter_types! {
	/// Those who are providers.
	pub static Bonded: Vec<u64> = vec![];
}

/// The staking pallet, as far as this one sees it.
pub struct Staking;

impl ProviderRegistry<u64> for Staking {
	fn is_provider(who: &u64) -> bool {
		Bonded::get().contains(who)
	}
}

#[cfg(feature = "runtime-benchmarks")]
impl crate::BenchmarkHelper<u64> for Staking {
	fn provider(who: &u64) {
		Bonded::mutate(|bonded| bonded.push(*who));
	}
}

impl crate::Config for Test {
	type RuntimeHoldReason = RuntimeHoldReason;
	type Currency = Balances;
	type Providers = Staking;
	type EnvelopeDeposit = ConstU128<DEPOSIT>;
	type WeightInfo = SubstrateWeight<Test>;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = Staking;
}

pub const EXISTENTIAL_DEPOSIT: Balance = 10;
/// For an envelope.
pub const DEPOSIT: Balance = 100;
pub const RICH: Balance = 1_000_000;

pub const OWNER: u64 = 1;
pub const OTHER: u64 = 2;
/// An account that can pay for two envelopes, and not for a third.
pub const POOR: u64 = 3;
/// The providers. None has announced a key.
pub const PROVIDERS: [u64; 3] = [11, 12, 13];

pub const COMMITMENT: H256 = H256([7; 32]);
pub const ANOTHER: H256 = H256([8; 32]);

/// Runs `test` on a fresh chain and then checks every invariant and that no money was made or lost.
pub fn build_and_execute(test: impl FnOnce()) {
	let poor = EXISTENTIAL_DEPOSIT + 3 * DEPOSIT - 1;
	let genesis = RuntimeGenesisConfig {
		balances: pallet_balances::GenesisConfig {
			balances: vec![(OWNER, RICH), (OTHER, RICH), (POOR, poor)],
			..Default::default()
		},
		..Default::default()
	};
	let mut ext = TestState::new(genesis.build_storage().unwrap());
	ext.execute_with(|| {
		System::set_block_number(1);
		Bonded::set(PROVIDERS.to_vec());
		let issuance = Balances::total_issuance();
		test();
		assert_eq!(Balances::total_issuance(), issuance);
		Privacy::do_try_state().unwrap();
	});
}

pub fn key(byte: u8) -> ExecutorPublicKey {
	ExecutorPublicKey([byte; 32])
}

pub fn envelope(byte: u8) -> Envelope {
	Envelope([byte; ENVELOPE_BYTES])
}

/// Every provider announces a key.
pub fn announce() {
	for (provider, byte) in PROVIDERS.into_iter().zip(1..) {
		assert_ok!(Privacy::announce_key(RuntimeOrigin::signed(provider), key(byte)));
	}
}

/// `owner` hands the same envelope over to each of `recipients`.
pub fn hand_over(owner: u64, commitment: H256, recipients: &[u64], byte: u8) -> DispatchResult {
	let envelopes = recipients.iter().map(|who| (*who, envelope(byte))).collect::<Vec<_>>();
	let envelopes = envelopes.try_into().unwrap();
	Privacy::hand_over(RuntimeOrigin::signed(owner), commitment, envelopes)
}

pub fn take_back(owner: u64, commitment: H256, recipients: &[u64]) -> DispatchResult {
	let recipients = recipients.to_vec().try_into().unwrap();
	Privacy::take_back(RuntimeOrigin::signed(owner), commitment, recipients)
}

pub fn held(who: u64) -> Balance {
	Balances::balance_on_hold(&HoldReason::Envelope.into(), &who)
}

/// A chain on which nobody has anything.
#[cfg(feature = "runtime-benchmarks")]
pub fn empty() -> TestState {
	TestState::new(RuntimeGenesisConfig::default().build_storage().unwrap())
}
