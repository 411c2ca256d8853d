//! A chain with balances and the registry, and what its tests share.

use crate::{self as pallet_model_registry, weights::SubstrateWeight, HoldReason, Variants};
use frame::{testing_prelude::*, traits::fungible::hold::Inspect};
use polkadot_sdk::pallet_balances;
use tercet_primitives::{
	model::Label, Agreement, Balance, BlobRef, ModelId, Permill, Precision, Variant, WorkUnits,
	H256,
};

construct_runtime!(
	pub enum Test {
		System: frame_system,
		Balances: pallet_balances,
		Registry: pallet_model_registry,
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
}

impl crate::Config for Test {
	type RuntimeHoldReason = RuntimeHoldReason;
	type Currency = Balances;
	type ModelDepositBase = ConstU128<DEPOSIT_BASE>;
	type ModelDepositPerByte = ConstU128<DEPOSIT_PER_BYTE>;
	type MaxRoyalty = MaxRoyalty;
	type MaxArtifactBytes = ConstU64<MAX_ARTIFACT_BYTES>;
	type WeightInfo = SubstrateWeight<Test>;
}

pub const EXISTENTIAL_DEPOSIT: Balance = 10;
pub const DEPOSIT_BASE: Balance = 1_000;
pub const DEPOSIT_PER_BYTE: Balance = 3;
pub const MAX_ARTIFACT_BYTES: u64 = 1_000_000;
pub const RICH: Balance = 1_000_000;

pub const AUTHOR: u64 = 1;
pub const OTHER: u64 = 2;
/// An account without funds.
pub const POOR: u64 = 3;
/// Manages what [`AUTHOR`] publishes, once it is named.
pub const MANAGER: u64 = 4;

/// Runs `test` on a fresh chain and then checks every invariant and that no money was made or lost.
pub fn build_and_execute(test: impl FnOnce()) {
	let genesis = RuntimeGenesisConfig {
		balances: pallet_balances::GenesisConfig {
			balances: vec![(AUTHOR, RICH), (OTHER, RICH), (MANAGER, RICH)],
			..Default::default()
		},
		..Default::default()
	};
	let mut ext = TestState::new(genesis.build_storage().unwrap());
	ext.execute_with(|| {
		System::set_block_number(1);
		let issuance = Balances::total_issuance();
		test();
		assert_eq!(Balances::total_issuance(), issuance);
		Registry::do_try_state().unwrap();
	});
}

/// A variant that is told apart from others by `file`.
pub fn variant(file: u64) -> Variant {
	Variant {
		precision: Precision::Int8,
		artifact: BlobRef {
			blob_id: [7; 32],
			digest: H256::from_low_u64_be(file),
			size: MAX_ARTIFACT_BYTES,
		},
		units_per_item: WorkUnits(5),
		memory: 1 << 20,
		agreement: Agreement::Exact,
	}
}

pub fn variants(files: core::ops::Range<u64>) -> Variants {
	Variants::try_from(files.map(variant).collect::<Vec<_>>()).unwrap()
}

pub fn label(text: &str) -> Label {
	Label::try_from(text.as_bytes().to_vec()).unwrap()
}

/// A call of `publish`, field by field, so that a test changes just what it is about.
#[derive(Clone)]
pub struct Publish {
	pub name: Label,
	pub task: Label,
	pub licence: Label,
	pub royalty: Permill,
	pub parent: Option<ModelId>,
	pub derivative_share: Permill,
	pub variants: Variants,
}

impl Default for Publish {
	fn default() -> Self {
		Self {
			name: label("digits"),
			task: label("image-classification"),
			licence: label("Apache-2.0"),
			royalty: Permill::from_percent(5),
			parent: None,
			derivative_share: Permill::from_percent(20),
			variants: variants(0..1),
		}
	}
}

impl Publish {
	pub fn by(self, origin: RuntimeOrigin) -> DispatchResult {
		let Self { name, task, licence, royalty, parent, derivative_share, variants } = self;
		Registry::publish(origin, name, task, licence, royalty, parent, derivative_share, variants)
	}
}

/// Publishes an ordinary model and returns its id.
pub fn publish(author: u64) -> ModelId {
	let id = ModelId(Registry::model_count());
	assert_ok!(Publish::default().by(RuntimeOrigin::signed(author)));
	id
}

/// Has [`AUTHOR`] name [`MANAGER`].
pub fn appoint(model: ModelId) {
	let managers = vec![MANAGER].try_into().unwrap();
	assert_ok!(Registry::set_managers(RuntimeOrigin::signed(AUTHOR), model, managers));
}

/// Leaves `who` with nothing to hold.
pub fn spend_all(who: u64) {
	let rest = Balances::free_balance(who) - EXISTENTIAL_DEPOSIT;
	assert_ok!(Balances::transfer_allow_death(RuntimeOrigin::signed(who), 1_000, rest));
}

/// What `who` has free.
pub fn free(who: u64) -> Balance {
	Balances::free_balance(who)
}

pub fn held(who: u64) -> Balance {
	Balances::balance_on_hold(&HoldReason::ModelDeposit.into(), &who)
}

/// A chain on which nobody has anything.
#[cfg(feature = "runtime-benchmarks")]
pub fn empty() -> TestState {
	TestState::new(RuntimeGenesisConfig::default().build_storage().unwrap())
}
