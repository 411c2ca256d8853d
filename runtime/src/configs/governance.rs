//! Who decides, and how: the token house votes with locked tokens, the contributor house with work
//! credits.

use polkadot_sdk::{
	pallet_bounties, pallet_child_bounties, pallet_conviction_voting, pallet_preimage,
	pallet_referenda, pallet_scheduler, pallet_treasury, pallet_whitelist, sp_crypto_hashing,
};

use core::cmp::Ordering;
use frame_support::traits::{
	fungible::HoldConsideration,
	tokens::{currency::ActiveIssuanceOf, pay::PayFromAccount, UnityAssetBalanceConversion},
	EitherOf, Get, LinearStoragePrice, PrivilegeCmp,
};
use frame_system::{EnsureRootWithSuccess, EnsureSigned, RawOrigin};
use sp_runtime::{traits::IdentityLookup, DispatchResult};

use super::*;
use crate::pace::{Haste, Paced};
use origins::Origin;

pub mod origins;
pub mod tracks;

pub use origins::pallet_origins;
use origins::{
	BigSpender, FastTrack, FeaturedModels, MarketAdmin, NetworkTerms, SlashCanceller, Spender,
	StakingAdmin, VerificationAdmin, Veto, WhitelistedCaller,
};

/// Root, or the origin of a track.
type RootOr<Track> = EitherOf<EnsureRoot<AccountId>, Track>;

/// Who sets the parameters of the market.
pub type MarketParameters = RootOr<MarketAdmin>;
/// Who sets the parameters of verification.
pub type VerificationParameters = RootOr<VerificationAdmin>;
/// Who sets the parameters of compute stake and of payouts.
pub type StakingParameters = RootOr<StakingAdmin>;
/// Who forgives providers' slashes.
pub type SlashCancellation = RootOr<SlashCanceller>;

impl pallet_origins::Config for Runtime {}

parameter_types! {
	pub const PreimageBase: Balance = deposit(2, 64);
	pub const PreimageByte: Balance = deposit(0, 1);
	pub const PreimageHold: RuntimeHoldReason =
		RuntimeHoldReason::Preimage(pallet_preimage::HoldReason::Preimage);
}

impl pallet_preimage::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = pallet_preimage::weights::SubstrateWeight<Runtime>;
	type Currency = Balances;
	type ManagerOrigin = EnsureRoot<AccountId>;
	type Consideration = HoldConsideration<
		AccountId,
		Balances,
		PreimageHold,
		LinearStoragePrice<PreimageBase, PreimageByte, Balance>,
	>;
}

parameter_types! {
	/// A third of a block: the rest is for jobs that are due, and for everybody else.
	pub MaxScheduledWeight: Weight = Perbill::from_percent(33) * MAX_BLOCK_WEIGHT;
}

impl pallet_scheduler::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type RuntimeOrigin = RuntimeOrigin;
	type PalletsOrigin = OriginCaller;
	type RuntimeCall = RuntimeCall;
	type MaximumWeight = MaxScheduledWeight;
	// The contributor house cancels what it may veto, see `Precedence`.
	type ScheduleOrigin = RootOr<Veto>;
	type OriginPrivilegeCmp = Precedence;
	type MaxScheduledPerBlock = ConstU32<256>;
	type WeightInfo = pallet_scheduler::weights::SubstrateWeight<Runtime>;
	type Preimages = Preimage;
	type BlockNumberProvider = System;
}

/// Who may cancel what somebody else has scheduled: root everything, a veto changes of parameters.
pub struct Precedence;

impl PrivilegeCmp<OriginCaller> for Precedence {
	fn cmp_privilege(left: &OriginCaller, right: &OriginCaller) -> Option<Ordering> {
		use Origin::{MarketAdmin, StakingAdmin, VerificationAdmin, Veto};
		use OriginCaller::{system, Origins};
		match (left, right) {
			_ if left == right => Some(Ordering::Equal),
			(system(RawOrigin::Root), _)
			| (Origins(Veto), Origins(MarketAdmin | VerificationAdmin | StakingAdmin)) => {
				Some(Ordering::Greater)
			},
			_ => None,
		}
	}
}

impl pallet_referenda::Config for Runtime {
	type RuntimeCall = RuntimeCall;
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = pallet_referenda::weights::SubstrateWeight<Runtime>;
	type Scheduler = Scheduler;
	type Currency = Balances;
	type SubmitOrigin = EnsureSigned<AccountId>;
	type CancelOrigin = EnsureRoot<AccountId>;
	type KillOrigin = EnsureRoot<AccountId>;
	type Slash = Treasury;
	type Votes = Balance;
	type Tally = pallet_conviction_voting::TallyOf<Runtime>;
	type SubmissionDeposit = ConstU128<TCT>;
	type MaxQueued = ConstU32<100>;
	type UndecidingTimeout = Paced<{ 14 * DAYS }, 20>;
	type AlarmInterval = ConstU32<1>;
	type Tracks = tracks::TokenTracks;
	type Preimages = Preimage;
	type BlockNumberProvider = System;
}

impl pallet_conviction_voting::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = pallet_conviction_voting::weights::SubstrateWeight<Runtime>;
	type Currency = Balances;
	type Polls = Referenda;
	// What the treasury holds cannot vote, and is no part of it.
	type MaxTurnout = ActiveIssuanceOf<Balances, AccountId>;
	type MaxVotes = ConstU32<512>;
	// No shorter than the longest enactment: who votes bears what follows.
	type VoteLockingPeriod = Paced<{ 7 * DAYS }, 20>;
	type BlockNumberProvider = System;
	type VotingHooks = ();
}

impl pallet_whitelist::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type RuntimeCall = RuntimeCall;
	type WhitelistOrigin = FastTrack;
	type DispatchWhitelistedOrigin = RootOr<WhitelistedCaller>;
	type Preimages = Preimage;
	type DeferredDispatchExpiration = Paced<{ 7 * DAYS }, 10>;
	type BlockNumberProvider = System;
	type WeightInfo = pallet_whitelist::weights::SubstrateWeight<Runtime>;
}

parameter_types! {
	/// The same that [`TreasuryAccount`] is made of.
	pub const TreasuryPalletId: PalletId = PalletId(*b"py/trsry");
	/// Nothing is burned for not being spent.
	pub const TreasuryBurn: Permill = Permill::zero();
	pub const MaxSpend: Balance = Balance::MAX;
}

impl pallet_treasury::Config for Runtime {
	type Currency = Balances;
	type RejectOrigin = RootOr<BigSpender>;
	type RuntimeEvent = RuntimeEvent;
	type SpendPeriod = Paced<DAYS, 10>;
	type Burn = TreasuryBurn;
	type PalletId = TreasuryPalletId;
	type BurnDestination = ();
	type WeightInfo = pallet_treasury::weights::SubstrateWeight<Runtime>;
	type SpendFunds = Bounties;
	type MaxApprovals = ConstU32<100>;
	type SpendOrigin = EitherOf<EnsureRootWithSuccess<AccountId, MaxSpend>, Spender>;
	type AssetKind = ();
	type Beneficiary = AccountId;
	type BeneficiaryLookup = IdentityLookup<AccountId>;
	type Paymaster = PayFromAccount<Balances, TreasuryAccount>;
	type BalanceConverter = UnityAssetBalanceConversion;
	type PayoutPeriod = Paced<{ 30 * DAYS }, 100>;
	type BlockNumberProvider = System;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = ();
}

parameter_types! {
	pub const CuratorDepositMultiplier: Permill = Permill::from_percent(50);
	pub const CuratorDepositMax: Option<Balance> = Some(200 * TCT);
	pub const CuratorDepositMin: Option<Balance> = Some(10 * TCT);
}

impl pallet_bounties::Config for Runtime {
	type BountyDepositBase = ConstU128<TCT>;
	type BountyDepositPayoutDelay = Paced<{ 4 * DAYS }, 10>;
	type BountyUpdatePeriod = Paced<{ 90 * DAYS }, 100>;
	type CuratorDepositMultiplier = CuratorDepositMultiplier;
	type CuratorDepositMax = CuratorDepositMax;
	type CuratorDepositMin = CuratorDepositMin;
	type BountyValueMinimum = ConstU128<{ 10 * TCT }>;
	type DataDepositPerByte = ConstU128<{ deposit(0, 1) }>;
	type RuntimeEvent = RuntimeEvent;
	type MaximumReasonLength = ConstU32<16_384>;
	type WeightInfo = pallet_bounties::weights::SubstrateWeight<Runtime>;
	type ChildBountyManager = ChildBounties;
	type OnSlash = Treasury;
	type TransferAllAssets = pallet_bounties::TransferFungible<AccountId, Balances>;
}

impl pallet_child_bounties::Config for Runtime {
	type MaxActiveChildBountyCount = ConstU32<100>;
	type ChildBountyValueMinimum = ConstU128<TCT>;
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = pallet_child_bounties::weights::SubstrateWeight<Runtime>;
}

impl pallet_referenda::Config<pallet_referenda::Instance2> for Runtime {
	type RuntimeCall = RuntimeCall;
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = pallet_referenda::weights::SubstrateWeight<Runtime>;
	type Scheduler = pallet_dao::Renamed<Scheduler>;
	type Currency = Balances;
	type SubmitOrigin = EnsureSigned<AccountId>;
	type CancelOrigin = EnsureRoot<AccountId>;
	type KillOrigin = EnsureRoot<AccountId>;
	type Slash = Treasury;
	type Votes = Balance;
	type Tally = pallet_dao::Tally;
	type SubmissionDeposit = ConstU128<TCT>;
	type MaxQueued = ConstU32<100>;
	type UndecidingTimeout = Paced<{ 14 * DAYS }, 20>;
	type AlarmInterval = ConstU32<1>;
	type Tracks = tracks::ContributorTracks;
	type Preimages = Preimage;
	type BlockNumberProvider = System;
}

parameter_types! {
	pub const LeastFeeSplit: Permill = Permill::from_percent(20);
	pub const MostFeeSplit: Permill = Permill::from_percent(80);
}

impl pallet_dao::Config for Runtime {
	type Polls = ContributorReferenda;
	type Decisions = ContributorPolls;
	type Credits = Payouts;
	type Catalog = ModelRegistry;
	type Redundancy = JobMarket;
	type FeeSplit = Payouts;
	type Enactments = Approvals;
	type FeaturedOrigin = RootOr<FeaturedModels>;
	type TermsOrigin = RootOr<NetworkTerms>;
	type VetoOrigin = Veto;
	type MaxFeatured = ConstU32<32>;
	type LeastFeeSplit = LeastFeeSplit;
	type MostFeeSplit = MostFeeSplit;
	type WeightInfo = pallet_dao::weights::SubstrateWeight<Runtime>;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = crate::benchmarking::Helper;
}

/// Referenda of the contributor house.
pub struct ContributorPolls;

impl pallet_dao::Decisions for ContributorPolls {
	fn since(poll: u32) -> Option<BlockNumber> {
		Some(ContributorReferenda::ensure_ongoing(poll).ok()?.deciding?.since)
	}
}

/// What referenda of the token house have approved.
pub struct Approvals;

impl pallet_dao::Enactments for Approvals {
	/// Whether the origin of the referendum can be vetoed is for the scheduler to say, by
	/// [`Precedence`].
	fn cancel(referendum: u32) -> DispatchResult {
		// How `pallet-referenda` names what it has approved.
		let name = codec::Encode::using_encoded(
			&(*b"assembly", "enactment", referendum),
			sp_crypto_hashing::blake2_256,
		);
		Scheduler::cancel_named(Origin::Veto.into(), name)
	}
}

/// Blocks of a snapshot period of work credits: six hours on a public chain. Rounded up, so that at
/// any pace the periods that are remembered cover the longest vote.
pub struct SnapshotPeriod;

impl Get<BlockNumber> for SnapshotPeriod {
	fn get() -> BlockNumber {
		(6 * HOURS).div_ceil(Haste::<Runtime>::get().max(1))
	}
}
