//! Who makes blocks and finalizes them: elected by stake, paid by era, slashed for equivocating or
//! for being away together.

use polkadot_sdk::{
	frame_election_provider_support::{
		bounds::{ElectionBounds, ElectionBoundsBuilder},
		onchain, SequentialPhragmen,
	},
	pallet_authority_discovery, pallet_authorship, pallet_babe, pallet_bags_list, pallet_grandpa,
	pallet_im_online, pallet_offences, pallet_session, pallet_staking, sp_session, sp_staking,
};

use frame_support::traits::{ConstBool, Get, Nothing};
use sp_runtime::{
	traits::{ConvertInto, OpaqueKeys},
	transaction_validity::TransactionPriority,
};
use sp_staking::{EraIndex, SessionIndex};

use super::*;
use crate::pace::Paced;

mod inflation;

pub use inflation::{EraPay, FALLOFF, IDEAL_STAKE, MAX_INFLATION, MIN_INFLATION};

/// Most validators at a time. Every one of them votes on every block.
pub const MAX_VALIDATORS: u32 = 32;

/// Most accounts that may stand for election; a longer list would fail the election.
pub const MAX_CANDIDATES: u32 = 256;

/// Most accounts whose stake counts in an election, those with the most stake first.
pub const MAX_VOTERS: u32 = 2_048;

/// Most nominators who share a validator's rewards and slashes, those with the most stake first.
pub const MAX_BACKERS: u32 = 512;

/// Slots in an epoch, which is also a session: ten minutes on a public chain.
pub type EpochSlots = Paced<{ 10 * MINUTES }, 5>;

/// Sessions in an era: six hours on a public chain.
pub type SessionsPerEra = Paced<36, 1>;

/// Eras that validators' stake answers for after it was unbonded: a week on a public chain.
pub type BondingEras = Paced<28, 2>;

parameter_types! {
	/// Eras between an offence and its slash: as long as the stake is still there, so that there is
	/// time to cancel it by a vote.
	pub SlashDeferEras: EraIndex = bonding_eras().saturating_sub(1);
	/// Sessions for which an offence can be proven.
	pub ProvableSessions: u64 = u64::from(bonding_eras()) * u64::from(sessions_per_era());
	/// Blocks for which a proven offence may wait in the pool.
	pub ReportLongevity: u64 =
		ProvableSessions::get().saturating_mul(<EpochSlots as Get<u64>>::get());
}

fn bonding_eras() -> EraIndex {
	BondingEras::get()
}

fn sessions_per_era() -> SessionIndex {
	SessionsPerEra::get()
}

impl pace::Config for Runtime {}

impl pallet_babe::Config for Runtime {
	type EpochDuration = EpochSlots;
	type ExpectedBlockTime = ConstU64<SLOT_MILLIS>;
	type EpochChangeTrigger = pallet_babe::ExternalTrigger;
	type DisabledValidators = Session;
	type WeightInfo = ();
	type MaxAuthorities = ConstU32<MAX_VALIDATORS>;
	type MaxNominators = ConstU32<MAX_BACKERS>;
	type KeyOwnerProof = sp_session::MembershipProof;
	type EquivocationReportSystem =
		pallet_babe::EquivocationReportSystem<Self, Offences, Historical, ReportLongevity>;
}

impl pallet_grandpa::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = ();
	type MaxAuthorities = ConstU32<MAX_VALIDATORS>;
	type MaxNominators = ConstU32<MAX_BACKERS>;
	type MaxSetIdSessionEntries = ProvableSessions;
	type KeyOwnerProof = sp_session::MembershipProof;
	type EquivocationReportSystem =
		pallet_grandpa::EquivocationReportSystem<Self, Offences, Historical, ReportLongevity>;
}

impl pallet_authorship::Config for Runtime {
	type FindAuthor = pallet_session::FindAccountFromAuthorIndex<Self, Babe>;
	type EventHandler = (Staking, ImOnline);
}

impl pallet_session::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type ValidatorId = AccountId;
	type ValidatorIdOf = ConvertInto;
	type ShouldEndSession = Babe;
	type NextSessionRotation = Babe;
	type SessionManager = pallet_session::historical::NoteHistoricalRoot<Self, Staking>;
	type SessionHandler = <SessionKeys as OpaqueKeys>::KeyTypeIdProviders;
	type Keys = SessionKeys;
	type DisablingStrategy = pallet_session::disabling::UpToLimitWithReEnablingDisablingStrategy;
	type WeightInfo = pallet_session::weights::SubstrateWeight<Runtime>;
	type Currency = Balances;
	// The keys, and for each of the four whose it is.
	type KeyDeposit = ConstU128<{ deposit(5, 4 * (32 + 4 + 32 + 32)) }>;
}

impl pallet_session::historical::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type FullIdentification = ();
	type FullIdentificationOf = pallet_staking::UnitIdentificationOf<Self>;
}

impl pallet_offences::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type IdentificationTuple = pallet_session::historical::IdentificationTuple<Self>;
	type OnOffenceHandler = Staking;
}

impl pallet_im_online::Config for Runtime {
	type AuthorityId = pallet_im_online::sr25519::AuthorityId;
	type MaxKeys = ConstU32<MAX_VALIDATORS>;
	type MaxPeerInHeartbeats = ConstU32<MAX_VALIDATORS>;
	type RuntimeEvent = RuntimeEvent;
	type ValidatorSet = Historical;
	type NextSessionRotation = Babe;
	type ReportUnresponsiveness = Offences;
	// There is at most one for each validator and session.
	type UnsignedPriority = ConstU64<{ TransactionPriority::MAX }>;
	type WeightInfo = pallet_im_online::weights::SubstrateWeight<Runtime>;
}

impl pallet_authority_discovery::Config for Runtime {
	// Of this session and of the next one.
	type MaxAuthorities = ConstU32<{ 2 * MAX_VALIDATORS }>;
}

parameter_types! {
	pub ElectionLimits: ElectionBounds = ElectionBoundsBuilder::default()
		.voters_count(MAX_VOTERS.into())
		.targets_count(MAX_CANDIDATES.into())
		.build();
}

/// Elects validators in the block that begins the last session of an era.
pub struct Election;

impl onchain::Config for Election {
	type Sort = ConstBool<true>;
	type System = Runtime;
	type Solver = SequentialPhragmen<AccountId, Perbill>;
	type MaxBackersPerWinner = ConstU32<MAX_BACKERS>;
	type MaxWinnersPerPage = ConstU32<MAX_VALIDATORS>;
	type DataProvider = Staking;
	type WeightInfo =
		polkadot_sdk::frame_election_provider_support::weights::SubstrateWeight<Runtime>;
	type Bounds = ElectionLimits;
}

/// Sizes of benchmarks, which nothing but benchmarks uses.
pub struct StakingBenchmarks;

impl pallet_staking::BenchmarkingConfig for StakingBenchmarks {
	type MaxValidators = ConstU32<MAX_CANDIDATES>;
	type MaxNominators = ConstU32<MAX_VOTERS>;
}

impl pallet_staking::Config for Runtime {
	type OldCurrency = Balances;
	// Stake is on hold, and so is the stake of compute providers: a token under one hold is free for
	// no other.
	type Currency = Balances;
	type RuntimeHoldReason = RuntimeHoldReason;
	type CurrencyBalance = Balance;
	type UnixTime = Timestamp;
	type CurrencyToVote = sp_staking::currency_to_vote::U128CurrencyToVote;
	type ElectionProvider = onchain::OnChainExecution<Election>;
	type GenesisElectionProvider = Self::ElectionProvider;
	type NominationsQuota = pallet_staking::FixedNominationsQuota<16>;
	type HistoryDepth = ConstU32<84>;
	// What the cap on rewards (`set_staking_configs`) leaves is not minted.
	type RewardRemainder = ();
	type RuntimeEvent = RuntimeEvent;
	type Slash = ToTreasury;
	// Rewards are minted when they are claimed.
	type Reward = ();
	type SessionsPerEra = SessionsPerEra;
	type BondingDuration = BondingEras;
	type SlashDeferDuration = SlashDeferEras;
	type AdminOrigin = EnsureRoot<AccountId>;
	type SessionInterface = Self;
	type EraPayout = EraPay;
	type NextNewSession = Session;
	type MaxExposurePageSize = ConstU32<MAX_BACKERS>;
	type MaxValidatorSet = ConstU32<MAX_VALIDATORS>;
	type VoterList = VoterList;
	type TargetList = pallet_staking::UseValidatorsMap<Self>;
	type MaxUnlockingChunks = ConstU32<32>;
	type MaxControllersInDeprecationBatch = ConstU32<100>;
	type EventListeners = ();
	type Filter = Nothing;
	type BenchmarkingConfig = StakingBenchmarks;
	type WeightInfo = pallet_staking::weights::SubstrateWeight<Runtime>;
}

/// How many bags the list of voters has, besides the one without an upper end.
const BAGS: usize = 24;

/// Upper ends of the bags: 1 TCT, and then twice the one before. The last one is 8,388,608 TCT.
const BAG_THRESHOLDS: [u64; BAGS] = {
	let mut ends = [0; BAGS];
	let mut bag = 0;
	while bag < BAGS {
		ends[bag] = (TCT as u64) << bag;
		bag += 1;
	}
	ends
};

parameter_types! {
	pub const BagThresholds: &'static [u64] = &BAG_THRESHOLDS;
}

impl pallet_bags_list::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = pallet_bags_list::weights::SubstrateWeight<Runtime>;
	type ScoreProvider = Staking;
	type BagThresholds = BagThresholds;
	type MaxAutoRebagPerBlock = ConstU32<10>;
	type Score = u64;
}
