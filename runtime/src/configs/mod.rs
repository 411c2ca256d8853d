//! How each pallet is configured: the chain and the market here, the rest in files of their own.

mod governance;
mod validators;

pub use governance::*;
pub use validators::*;

use polkadot_sdk::{
	frame_support, frame_system, pallet_babe, pallet_balances, pallet_multisig, pallet_proxy,
	pallet_sudo, pallet_timestamp, pallet_transaction_payment, pallet_utility, sp_runtime,
};

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{
	derive_impl,
	dispatch::DispatchClass,
	parameter_types,
	traits::{ConstU128, ConstU16, ConstU32, ConstU64, InstanceFilter},
	weights::{
		constants::{ParityDbWeight, WEIGHT_REF_TIME_PER_SECOND},
		ConstantMultiplier, IdentityFee, Weight,
	},
	PalletId,
};
use frame_system::{
	limits::{BlockLength, BlockWeights},
	EnsureRoot,
};
use pallet_job_market::weights::WeightInfo as _;
use pallet_provider_staking::{weights::WeightInfo as _, MAX_OFFERS};
use scale_info::TypeInfo;
use sp_runtime::{
	traits::{AccountIdConversion, BlakeTwo256},
	Perbill, Permill,
};
use tercet_primitives::{
	metering::fitting, traits::BlockVrf, Balance, MILLI_TCT, SLOT_MILLIS, TCT,
};

use crate::*;

/// Slots, and so about as many blocks, in a minute.
pub const MINUTES: BlockNumber = 60_000 / SLOT_MILLIS as BlockNumber;
/// Slots, and so about as many blocks, in an hour.
pub const HOURS: BlockNumber = 60 * MINUTES;
/// Slots, and so about as many blocks, in a day.
pub const DAYS: BlockNumber = 24 * HOURS;

/// The primary slot probability `c` = 1/4, secondary VRF slots everywhere else: every block has a
/// VRF output, so jobs can be drawn in every block.
pub const BABE_GENESIS_EPOCH_CONFIG: polkadot_sdk::sp_consensus_babe::BabeEpochConfiguration =
	polkadot_sdk::sp_consensus_babe::BabeEpochConfiguration {
		c: (1, 4),
		allowed_slots: polkadot_sdk::sp_consensus_babe::AllowedSlots::PrimaryAndSecondaryVRFSlots,
	};

/// Smallest balance that keeps an account alive.
pub const EXISTENTIAL_DEPOSIT: Balance = MILLI_TCT;

/// Deposit for `items` stored records of `bytes` bytes in all.
const fn deposit(items: u32, bytes: u32) -> Balance {
	items as Balance * 100 * MILLI_TCT + bytes as Balance * MILLI_TCT
}

/// Of a 2 s slot BABE proposes for two thirds; one second of execution leaves room to import.
const MAX_BLOCK_WEIGHT: Weight = Weight::from_parts(WEIGHT_REF_TIME_PER_SECOND, u64::MAX);
const NORMAL_RATIO: Perbill = Perbill::from_percent(75);
/// Most of a block that our hooks may take: the sum of the shares below, and a little for finding what
/// is due.
pub const HOOKS_RATIO: Perbill = Perbill::from_percent(60);
const DRAWS_RATIO: Perbill = Perbill::from_percent(20);
const TRANSITIONS_RATIO: Perbill = Perbill::from_percent(20);
const EXPIRIES_RATIO: Perbill = Perbill::from_percent(10);
const SLASHES_RATIO: Perbill = Perbill::from_percent(5);

type MarketWeights = pallet_job_market::weights::SubstrateWeight<Runtime>;
type StakingWeights = pallet_provider_staking::weights::SubstrateWeight<Runtime>;
type VerificationWeights = pallet_verification::weights::SubstrateWeight<Runtime>;

parameter_types! {
	/// What drawing executors may weigh in one block.
	pub MaxDrawWeight: Weight = DRAWS_RATIO * MAX_BLOCK_WEIGHT;
	/// What ending stages of committees whose time is over may weigh in one block.
	pub MaxTransitionWeight: Weight = TRANSITIONS_RATIO * MAX_BLOCK_WEIGHT;
	/// Jobs that expire in one block, at most.
	pub MaxExpiries: u32 = fitting(EXPIRIES_RATIO * MAX_BLOCK_WEIGHT, MarketWeights::expire_job());
	/// Slashes that are applied in one block, at most.
	pub MaxSlashes: u32 =
		fitting(SLASHES_RATIO * MAX_BLOCK_WEIGHT, StakingWeights::apply_slash(MAX_OFFERS));
}

parameter_types! {
	pub const Version: RuntimeVersion = VERSION;
	pub RuntimeBlockWeights: BlockWeights =
		BlockWeights::with_sensible_defaults(MAX_BLOCK_WEIGHT, NORMAL_RATIO);
	pub RuntimeBlockLength: BlockLength = BlockLength::builder()
		.max_length(5 * 1024 * 1024)
		.modify_max_length_for_class(DispatchClass::Normal, |limit| {
			*limit = NORMAL_RATIO * *limit;
		})
		.build();
	pub const BlockHashCount: BlockNumber = 4096;
}

#[derive_impl(frame_system::config_preludes::SolochainDefaultConfig)]
impl frame_system::Config for Runtime {
	type Block = Block;
	type BlockWeights = RuntimeBlockWeights;
	type BlockLength = RuntimeBlockLength;
	type BlockHashCount = BlockHashCount;
	type DbWeight = ParityDbWeight;
	type Version = Version;
	type Nonce = Nonce;
	type AccountData = pallet_balances::AccountData<Balance>;
	type SS58Prefix = ConstU16<42>;
	type SystemWeightInfo = frame_system::weights::SubstrateWeight<Runtime>;
	type MaxConsumers = ConstU32<16>;
}

impl pallet_timestamp::Config for Runtime {
	type Moment = u64;
	type OnTimestampSet = Babe;
	type MinimumPeriod = ConstU64<{ SLOT_MILLIS / 2 }>;
	type WeightInfo = pallet_timestamp::weights::SubstrateWeight<Runtime>;
}

impl pallet_balances::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type RuntimeHoldReason = RuntimeHoldReason;
	type RuntimeFreezeReason = RuntimeFreezeReason;
	type WeightInfo = pallet_balances::weights::SubstrateWeight<Runtime>;
	type Balance = Balance;
	type DustRemoval = ToTreasury;
	type ExistentialDeposit = ConstU128<EXISTENTIAL_DEPOSIT>;
	type AccountStore = System;
	type ReserveIdentifier = [u8; 8];
	type FreezeIdentifier = RuntimeFreezeReason;
	type MaxLocks = ConstU32<50>;
	type MaxReserves = ConstU32<50>;
	type MaxFreezes = ConstU32<50>;
	type DoneSlashHandler = ();
}

parameter_types! {
	/// The account that the network's share of every fee and every job goes to.
	pub TreasuryAccount: AccountId = PalletId(*b"py/trsry").into_account_truncating();
}

/// Sends what nobody else owns to the treasury, so that total issuance stays what it was.
pub type ToTreasury =
	frame_support::traits::tokens::imbalance::ResolveTo<TreasuryAccount, Balances>;

parameter_types! {
	/// 10^-9 TCT per byte.
	pub const TransactionByteFee: Balance = MILLI_TCT / 1_000_000;
}

impl pallet_transaction_payment::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type OnChargeTransaction = pallet_transaction_payment::FungibleAdapter<Balances, ToTreasury>;
	type WeightToFee = IdentityFee<Balance>;
	type LengthToFee = ConstantMultiplier<Balance, TransactionByteFee>;
	type FeeMultiplierUpdate = pallet_transaction_payment::ConstFeeMultiplier<FeeMultiplier>;
	type OperationalFeeMultiplier = frame_support::traits::ConstU8<5>;
	type WeightInfo = pallet_transaction_payment::weights::SubstrateWeight<Runtime>;
}

parameter_types! {
	pub FeeMultiplier: pallet_transaction_payment::Multiplier = sp_runtime::traits::One::one();
}

impl pallet_sudo::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type RuntimeCall = RuntimeCall;
	type WeightInfo = pallet_sudo::weights::SubstrateWeight<Runtime>;
}

impl pallet_utility::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type RuntimeCall = RuntimeCall;
	type PalletsOrigin = OriginCaller;
	type WeightInfo = pallet_utility::weights::SubstrateWeight<Runtime>;
}

/// What a proxy may do for the account that named it.
#[derive(
	Copy,
	Clone,
	Default,
	Eq,
	PartialEq,
	Ord,
	PartialOrd,
	Encode,
	Decode,
	DecodeWithMemTracking,
	Debug,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum ProxyType {
	/// Everything.
	#[default]
	#[codec(index = 0)]
	Any,
	/// Answer jobs, change availability and say which key opens envelopes, but never move money: the
	/// key of a worker.
	#[codec(index = 1)]
	Worker,
	/// Submit referenda and vote in both houses, but move no money besides their deposits.
	#[codec(index = 2)]
	Governance,
}

impl InstanceFilter<RuntimeCall> for ProxyType {
	fn filter(&self, call: &RuntimeCall) -> bool {
		use pallet_privacy::Call as Privacy;
		use pallet_provider_staking::Call as Staking;
		match self {
			Self::Any => true,
			Self::Worker => matches!(
				call,
				RuntimeCall::Verification(pallet_verification::Call::answer { .. })
					| RuntimeCall::ProviderStaking(
						Staking::offer { .. }
							| Staking::update_offer { .. }
							| Staking::withdraw_offer { .. }
							| Staking::go_available { .. }
							| Staking::go_unavailable { .. }
					) | RuntimeCall::Privacy(
					Privacy::announce_key { .. } | Privacy::withdraw_key { .. }
				)
			),
			// What a batch contains must pass the same filter.
			Self::Governance => matches!(
				call,
				RuntimeCall::Utility(..)
					| RuntimeCall::Preimage(..)
					| RuntimeCall::Referenda(..)
					| RuntimeCall::ConvictionVoting(..)
					| RuntimeCall::Whitelist(..)
					| RuntimeCall::Treasury(..)
					| RuntimeCall::Bounties(..)
					| RuntimeCall::ChildBounties(..)
					| RuntimeCall::ContributorReferenda(..)
					| RuntimeCall::Dao(..)
			),
		}
	}

	fn is_superset(&self, other: &Self) -> bool {
		self == &Self::Any || self == other
	}
}

impl pallet_proxy::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type RuntimeCall = RuntimeCall;
	type Currency = Balances;
	type ProxyType = ProxyType;
	type ProxyDepositBase = ConstU128<{ deposit(1, 8) }>;
	type ProxyDepositFactor = ConstU128<{ deposit(0, 33) }>;
	type MaxProxies = ConstU32<32>;
	type WeightInfo = pallet_proxy::weights::SubstrateWeight<Runtime>;
	type MaxPending = ConstU32<32>;
	type CallHasher = BlakeTwo256;
	type AnnouncementDepositBase = ConstU128<{ deposit(1, 8) }>;
	type AnnouncementDepositFactor = ConstU128<{ deposit(0, 66) }>;
	type BlockNumberProvider = System;
}

impl pallet_multisig::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type RuntimeCall = RuntimeCall;
	type Currency = Balances;
	type DepositBase = ConstU128<{ deposit(1, 88) }>;
	type DepositFactor = ConstU128<{ deposit(0, 32) }>;
	type MaxSignatories = ConstU32<100>;
	type WeightInfo = pallet_multisig::weights::SubstrateWeight<Runtime>;
	type BlockNumberProvider = System;
}

parameter_types! {
	pub const MaxRoyalty: Permill = Permill::from_percent(50);
	pub const TreasuryShare: Permill = Permill::from_percent(5);
}

impl pallet_model_registry::Config for Runtime {
	type RuntimeHoldReason = RuntimeHoldReason;
	type Currency = Balances;
	type ModelDepositBase = ConstU128<{ deposit(1, 0) }>;
	type ModelDepositPerByte = ConstU128<{ deposit(0, 1) }>;
	type MaxRoyalty = MaxRoyalty;
	type MaxArtifactBytes = ConstU64<{ 16 << 30 }>;
	type WeightInfo = pallet_model_registry::weights::SubstrateWeight<Runtime>;
}

parameter_types! {
	/// Accounts of the pots that delegated stake is held in.
	pub const StakingPalletId: PalletId = PalletId(*b"tc/stake");
	/// Account that rewards pass through.
	pub const PayoutsPalletId: PalletId = PalletId(*b"tc/payou");
}

/// Blocks between two changes of the same pallet's parameters.
pub const PARAMS_COOLDOWN: BlockNumber = HOURS;

impl pallet_provider_staking::Config for Runtime {
	type RuntimeHoldReason = RuntimeHoldReason;
	type Currency = Balances;
	type Models = ModelRegistry;
	type MinBond = ConstU128<{ 1_000 * TCT }>;
	type StakeCap = ConstU128<{ 10_000 * TCT }>;
	type UnbondingPeriod = ConstU32<{ 14 * DAYS }>;
	type MaxSlashesPerBlock = MaxSlashes;
	type ParamsCooldown = ConstU32<PARAMS_COOLDOWN>;
	type PalletId = StakingPalletId;
	type Treasury = TreasuryAccount;
	type AdminOrigin = StakingParameters;
	type CancelOrigin = SlashCancellation;
	type WeightInfo = StakingWeights;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = crate::benchmarking::Helper;
}

impl pallet_job_market::Config for Runtime {
	type RuntimeHoldReason = RuntimeHoldReason;
	type Currency = Balances;
	type Catalog = ModelRegistry;
	type Pool = ProviderStaking;
	type Committees = Verification;
	type Payouts = Payouts;
	type Vrf = BabeVrf;
	type TreasuryAccount = TreasuryAccount;
	type AdminOrigin = MarketParameters;
	type ParamsCooldown = ConstU32<PARAMS_COOLDOWN>;
	type MinRetention = ConstU32<{ pallet_verification::params::LONGEST_CHALLENGE_WINDOW }>;
	type MinDeadline = ConstU32<20>;
	type MaxDeadline = ConstU32<DAYS>;
	type MaxInputBytes = ConstU64<{ 1 << 30 }>;
	type MaxDrawWeight = MaxDrawWeight;
	type MaxExpiriesPerBlock = MaxExpiries;
	type WeightInfo = MarketWeights;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = crate::benchmarking::Helper;
}

/// The VRF output that Babe writes at the end of each block.
pub struct BabeVrf;

impl BlockVrf for BabeVrf {
	fn current() -> Option<[u8; 32]> {
		pallet_babe::AuthorVrfRandomness::<Runtime>::get()
	}
}

impl pallet_verification::Config for Runtime {
	type Settlement = JobMarket;
	type Pool = ProviderStaking;
	type Vrf = BabeVrf;
	type AdminOrigin = VerificationParameters;
	type MaxTransitionWeight = MaxTransitionWeight;
	type ParamsCooldown = ConstU32<PARAMS_COOLDOWN>;
	type WeightInfo = VerificationWeights;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = crate::benchmarking::Helper;
}

impl pallet_payouts::Config for Runtime {
	type RuntimeHoldReason = RuntimeHoldReason;
	type Currency = Balances;
	type TreasuryShare = TreasuryShare;
	type TreasuryAccount = TreasuryAccount;
	type Rewards = ProviderStaking;
	type PalletId = PayoutsPalletId;
	type HistoryDepth = ConstU32<84>;
	type SnapshotPeriod = SnapshotPeriod;
	type MaxRewardRate = ConstU128<{ 10_000 * TCT }>;
	type ParamsCooldown = ConstU32<PARAMS_COOLDOWN>;
	type AdminOrigin = StakingParameters;
	type WeightInfo = pallet_payouts::weights::SubstrateWeight<Runtime>;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = crate::benchmarking::Helper;
}

impl pallet_privacy::Config for Runtime {
	type RuntimeHoldReason = RuntimeHoldReason;
	type Currency = Balances;
	type Providers = ProviderStaking;
	/// The key of the map, three times 32 bytes, and the 80 of the envelope.
	type EnvelopeDeposit = ConstU128<{ deposit(1, 176) }>;
	type WeightInfo = pallet_privacy::weights::SubstrateWeight<Runtime>;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = crate::benchmarking::Helper;
}
