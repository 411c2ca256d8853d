//! A chain with balances, models and staking, and what its tests share.

use crate::{self as pallet_provider_staking, weights::SubstrateWeight, HoldReason, Providers};
use frame::{testing_prelude::*, traits::fungible::hold::Inspect};
use pallet_model_registry::Variants;
use polkadot_sdk::pallet_balances;
use tercet_primitives::{
	apis::ProviderView, model::Label, traits::ProviderPool, Agreement, Architecture, Balance,
	BlobRef, BlockNumber, Conduct, DeterminismClass, ExecutionProvider, ModelId,
	OnnxRuntimeVersion, Permill, PoolId, Precision, Variant, VariantId, WorkUnits, H256,
};

construct_runtime!(
	pub enum Test {
		System: frame_system,
		Balances: pallet_balances,
		Registry: pallet_model_registry,
		Staking: pallet_provider_staking,
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
	pub const MaxRoyalty: Permill = Permill::from_percent(30);
	/// Governance may raise it under providers who bonded less.
	pub static LeastBond: Balance = MIN_BOND;
}

impl pallet_model_registry::Config for Test {
	type RuntimeHoldReason = RuntimeHoldReason;
	type Currency = Balances;
	type ModelDepositBase = ConstU128<10>;
	type ModelDepositPerByte = ConstU128<1>;
	type MaxRoyalty = MaxRoyalty;
	type MaxArtifactBytes = ConstU64<1_000_000>;
	type WeightInfo = pallet_model_registry::weights::SubstrateWeight<Test>;
}

impl crate::Config for Test {
	type RuntimeHoldReason = RuntimeHoldReason;
	type Currency = Balances;
	type Models = Registry;
	type MinBond = LeastBond;
	type StakeCap = ConstU128<STAKE_CAP>;
	type UnbondingPeriod = ConstU32<UNBONDING_PERIOD>;
	type WeightInfo = SubstrateWeight<Test>;
}

pub const EXISTENTIAL_DEPOSIT: Balance = 10;
pub const MIN_BOND: Balance = 100;
pub const STAKE_CAP: Balance = 1_000;
pub const UNBONDING_PERIOD: BlockNumber = 50;
pub const RICH: Balance = 1_000_000;
pub const PRICE: Balance = 7;

pub const ALICE: u64 = 1;
pub const BOB: u64 = 2;
pub const CHARLIE: u64 = 3;
pub const DAVE: u64 = 4;
/// The accounts that start with [`RICH`] planck.
pub const ACCOUNTS: u64 = 5;
/// An account without funds.
pub const POOR: u64 = 1_000_000;
/// Who published the only model, of one variant.
pub const AUTHOR: u64 = 1_000_001;

/// Runs `test` on a fresh chain and then checks every invariant and that no money was made or lost.
pub fn build_and_execute(test: impl FnOnce()) {
	build_with(ACCOUNTS, test);
}

/// The same, where accounts `1..=accounts` have funds.
pub fn build_with(accounts: u64, test: impl FnOnce()) {
	let genesis = RuntimeGenesisConfig {
		balances: pallet_balances::GenesisConfig {
			balances: (1..=accounts).chain([AUTHOR]).map(|who| (who, RICH)).collect(),
			..Default::default()
		},
		..Default::default()
	};
	let mut ext = TestState::new(genesis.build_storage().unwrap());
	ext.execute_with(|| {
		System::set_block_number(1);
		LeastBond::set(MIN_BOND);
		publish_model();
		let issuance = Balances::total_issuance();
		test();
		assert_eq!(Balances::total_issuance(), issuance);
		Staking::do_try_state().unwrap();
		Registry::do_try_state().unwrap();
	});
}

fn publish_model() {
	let label = Label::try_from(b"digits".to_vec()).unwrap();
	let variant = Variant {
		precision: Precision::Int8,
		artifact: BlobRef { blob_id: [0; 32], digest: H256::zero(), size: 1 },
		units_per_item: WorkUnits(1),
		memory: 1,
		agreement: Agreement::Exact,
	};
	assert_ok!(Registry::publish(
		signed(AUTHOR),
		label.clone(),
		label.clone(),
		label,
		Permill::zero(),
		Variants::try_from(vec![variant]).unwrap()
	));
}

pub fn signed(who: u64) -> RuntimeOrigin {
	RuntimeOrigin::signed(who)
}

pub const VARIANT: VariantId = VariantId { model: ModelId(0), index: 0 };

/// The pool for any machine.
pub const POOL: PoolId = PoolId { variant: VARIANT, class: DeterminismClass::Portable };

/// One of many pools for pinned machines.
pub fn pinned(threads: u8) -> PoolId {
	let class = DeterminismClass::Pinned {
		provider: ExecutionProvider::Cpu,
		runtime: OnnxRuntimeVersion { major: 1, minor: 31, patch: 1 },
		architecture: Architecture::X86Avx2,
		threads,
	};
	PoolId { variant: VARIANT, class }
}

/// Makes `who` a provider with `stake` in [`POOL`], at [`PRICE`], ready to be drawn.
pub fn available(who: u64, stake: Balance) {
	assert_ok!(Staking::bond(signed(who), stake));
	assert_ok!(Staking::offer(signed(who), POOL, PRICE));
	assert_ok!(Staking::go_available(signed(who)));
}

/// Draws everyone in [`POOL`] for one job.
pub fn draw_all() -> Vec<u64> {
	let size = Staking::pool_size(&POOL);
	Staking::draw(&POOL, PRICE, size, &seed(0)).unwrap()
}

pub fn seed(number: u64) -> H256 {
	H256::from_low_u64_be(number)
}

pub fn release(who: u64) {
	Staking::release(&who, Conduct::Verified);
}

pub fn view(who: u64) -> ProviderView {
	Staking::provider_view(&who).unwrap()
}

pub fn held(who: u64) -> Balance {
	Balances::balance_on_hold(&HoldReason::Bond.into(), &who)
}

pub fn is_provider(who: u64) -> bool {
	Providers::<Test>::contains_key(who)
}
