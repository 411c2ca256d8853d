//! A chain with balances, models and staking, and what its tests share.

use crate::{
	self as pallet_provider_staking, weights::SubstrateWeight, HoldReason, Parameters, Params,
	Provider, Providers, TotalBurned,
};
use frame::{
	testing_prelude::*,
	traits::{
		fungible::{hold::Inspect, Mutate},
		SortedMembers,
	},
};
use pallet_model_registry::Variants;
use polkadot_sdk::pallet_balances;
use tercet_primitives::{
	apis::ProviderView,
	model::Label,
	traits::{Draw, DrawError, ProviderPool, StakeRewards},
	Agreement, Architecture, Balance, BlobRef, BlockNumber, Conduct, DeterminismClass,
	ExecutionProvider, ModelId, OnnxRuntimeVersion, Permill, PoolId, Precision, Variant, VariantId,
	WorkUnits, H256,
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
	pub static SlashCap: u32 = SLASHES_PER_BLOCK;
	pub const PotsId: PalletId = PalletId(*b"tct/pots");
	/// Minted for rewards, in one test.
	pub static Minted: Balance = 0;
}

/// Whoever may cancel slashes.
pub struct Judge;

impl SortedMembers<u64> for Judge {
	fn sorted_members() -> Vec<u64> {
		vec![JUDGE]
	}
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
	type MaxSlashesPerBlock = SlashCap;
	type ParamsCooldown = ConstU32<COOLDOWN>;
	type PalletId = PotsId;
	type Treasury = ConstU64<TREASURY>;
	type AdminOrigin = EnsureRoot<u64>;
	type CancelOrigin = EnsureSignedBy<Judge, u64>;
	type WeightInfo = SubstrateWeight<Test>;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = Lineage;
}

/// Publishes models by the registry.
#[cfg(feature = "runtime-benchmarks")]
pub struct Lineage;

#[cfg(feature = "runtime-benchmarks")]
impl crate::BenchmarkHelper for Lineage {
	fn variant() -> VariantId {
		pallet_model_registry::benchmarking::publish_lineage::<Test>(Agreement::Exact, WorkUnits(1))
			.unwrap()
	}
}

pub const EXISTENTIAL_DEPOSIT: Balance = 10;
pub const MIN_BOND: Balance = 100;
pub const STAKE_CAP: Balance = 1_000;
pub const UNBONDING_PERIOD: BlockNumber = 50;
pub const SLASHES_PER_BLOCK: u32 = 3;
pub const COOLDOWN: BlockNumber = 30;
pub const EPOCH: BlockNumber = 10;
pub const SLASH_DELAY: BlockNumber = 20;
pub const MIN_DELEGATION: Balance = 50;
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
/// Has the existential deposit.
pub const TREASURY: u64 = 1_000_002;
/// May cancel slashes.
pub const JUDGE: u64 = 1_000_003;
/// Where rewards are minted to; has the existential deposit.
pub const REWARDS: u64 = 1_000_004;

/// The parameters that a test starts with.
pub fn parameters() -> Parameters {
	Parameters {
		stake_epoch: EPOCH,
		slash_delay: SLASH_DELAY,
		slash_burn: Permill::from_percent(50),
		silent_share: Permill::from_percent(10),
		withheld_share: Permill::from_percent(40),
		max_in_flight: 10_000,
		reputation_half_life: 10,
		proven_verified: 3,
		proven_score: Permill::from_percent(54),
		commission_step: Permill::from_percent(10),
		min_delegation: MIN_DELEGATION,
	}
}

/// A chain on which accounts `1..=accounts` have funds.
pub fn genesis(accounts: u64) -> TestState {
	let genesis = RuntimeGenesisConfig {
		balances: pallet_balances::GenesisConfig {
			balances: (1..=accounts)
				.chain([AUTHOR])
				.map(|who| (who, RICH))
				.chain([TREASURY, REWARDS].map(|who| (who, EXISTENTIAL_DEPOSIT)))
				.collect(),
			..Default::default()
		},
		staking: crate::GenesisConfig { params: parameters(), ..Default::default() },
		..Default::default()
	};
	TestState::new(genesis.build_storage().unwrap())
}

/// Runs `test` on a fresh chain and then checks every invariant and that no money was made or lost.
pub fn build_and_execute(test: impl FnOnce()) {
	build_with(ACCOUNTS, test);
}

/// The same, where accounts `1..=accounts` have funds.
pub fn build_with(accounts: u64, test: impl FnOnce()) {
	genesis(accounts).execute_with(|| {
		System::set_block_number(1);
		LeastBond::set(MIN_BOND);
		SlashCap::set(SLASHES_PER_BLOCK);
		Minted::set(0);
		publish_model();
		let issuance = Balances::total_issuance();
		test();
		let expected = issuance + Minted::get() - TotalBurned::<Test>::get();
		assert_eq!(Balances::total_issuance(), expected);
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
		None,
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

/// Makes each of `all` available with `stake`, and lets it count.
pub fn drawable(all: impl IntoIterator<Item = u64>, stake: Balance) {
	all.into_iter().for_each(|who| available(who, stake));
	next_epoch();
}

/// Goes on to block `number`, through every hook.
pub fn run_to(number: BlockNumber) {
	System::run_to_block::<AllPalletsWithSystem>(number);
}

/// Goes on by `blocks`, through every hook.
pub fn run(blocks: BlockNumber) {
	run_to(System::block_number() + blocks);
}

/// Goes on to the first block of the next stake epoch.
pub fn next_epoch() {
	let epoch = Staking::epoch();
	while Staking::epoch() == epoch {
		run(1);
	}
}

/// A draw of three from [`POOL`] at [`PRICE`] without further conditions.
pub fn wanted(seed: &H256) -> Draw<'_, u64> {
	Draw { pool: &POOL, price: PRICE, seats: 3, exclude: &[], proven: false, risk: 0, seed }
}

/// Draws `seats` from `pool`.
pub fn draw_from(
	pool: PoolId,
	price: Balance,
	seats: u32,
	number: u64,
) -> Result<Vec<u64>, DrawError> {
	Staking::draw(Draw { pool: &pool, price, seats, ..wanted(&seed(number)) }).executors
}

/// Draws `seats` from [`POOL`] with `risk` for each.
pub fn draw_at(risk: Balance, seats: u32, number: u64) -> Result<Vec<u64>, DrawError> {
	Staking::draw(Draw { risk, seats, ..wanted(&seed(number)) }).executors
}

/// Draws everyone in [`POOL`] for one job, with `risk` for each.
pub fn draw_all(risk: Balance) -> Vec<u64> {
	draw_at(risk, Staking::pool_size(&POOL), 0).unwrap()
}

pub fn seed(number: u64) -> H256 {
	H256::from_low_u64_be(number)
}

/// Draws everyone in [`POOL`] for a job and ends the one of `who` as `conduct`, the others' as
/// nothing.
pub fn work(who: u64, risk: Balance, conduct: Conduct) {
	for executor in draw_all(risk) {
		let conduct = if executor == who { conduct } else { Conduct::Unresolved };
		Staking::release(&executor, risk, conduct);
	}
}

/// Mints `amount` and rewards `who` with it.
pub fn reward(who: u64, amount: Balance) -> bool {
	Balances::mint_into(&REWARDS, amount).unwrap();
	Minted::mutate(|minted| *minted += amount);
	Staking::reward(&who, &REWARDS, amount)
}

pub fn set_params(change: impl FnOnce(&mut Parameters)) {
	Params::<Test>::mutate(change);
}

pub fn view(who: u64) -> ProviderView {
	Staking::provider_view(&who).unwrap()
}

pub fn record(who: u64) -> Provider<u64> {
	Providers::<Test>::get(who).unwrap()
}

pub fn held(who: u64) -> Balance {
	Balances::balance_on_hold(&HoldReason::Bond.into(), &who)
}

/// What is on hold in the pot of `who`.
pub fn pot_held(who: u64) -> Balance {
	Balances::balance_on_hold(&HoldReason::Delegation.into(), &Staking::pot_account(&who))
}

/// Value of what `delegator` has delegated to `who` and not taken out.
pub fn delegated(who: u64, delegator: u64) -> Balance {
	Staking::delegation_of(&who, &delegator).map_or(0, |(value, _)| value)
}

pub fn is_provider(who: u64) -> bool {
	Providers::<Test>::contains_key(who)
}
