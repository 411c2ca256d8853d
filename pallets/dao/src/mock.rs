//! A runtime with referenda, their scheduler and this pallet.

use crate::{self as pallet_dao, Decisions, Enactments, PollIndex, Renamed, Tally};
use frame::{
	prelude::*,
	testing_prelude::*,
	traits::{schedule::DispatchTime, EqualPrivilegeOnly, StorePreimage},
};
use polkadot_sdk::{pallet_balances, pallet_preimage, pallet_referenda, pallet_scheduler};
use std::borrow::Cow;
use tercet_primitives::{
	traits::{CreditShare, CreditSnapshots, FeeSplit, ModelCatalog, RedundancyFloor},
	Agreement, Balance, BlobRef, BlockNumber, ModelId, Royalties, VariantId, VariantTerms,
	WorkUnits, H256,
};

pub type AccountId = u64;

/// Submits polls and pays for them.
pub const PROPOSER: AccountId = 1;
/// With work credits from before the first block: 500, 300 and 200.
pub const WORKERS: [AccountId; 3] = [11, 12, 13];
/// Never worked.
pub const IDLER: AccountId = 21;

pub const PREPARE: u32 = 3;
pub const DECISION: u32 = 20;
pub const CONFIRM: u32 = 4;
pub const ENACTMENT: u32 = 2;
/// Blocks for which credits are remembered.
pub const MEMORY: u32 = 60;
/// Polls decided at a time.
pub const ROOM: u32 = 2;
pub const MAX_FEATURED: u32 = 3;
/// Models 0 to this exist.
pub const LAST_MODEL: u32 = 9;

#[frame_construct_runtime]
mod runtime {
	#[runtime::runtime]
	#[runtime::derive(
		RuntimeCall,
		RuntimeEvent,
		RuntimeError,
		RuntimeOrigin,
		RuntimeTask,
		RuntimeHoldReason,
		RuntimeFreezeReason
	)]
	pub struct Test;

	#[runtime::pallet_index(0)]
	pub type System = frame_system;
	#[runtime::pallet_index(1)]
	pub type Balances = pallet_balances;
	#[runtime::pallet_index(2)]
	pub type Preimage = pallet_preimage;
	#[runtime::pallet_index(3)]
	pub type Scheduler = pallet_scheduler;
	#[runtime::pallet_index(4)]
	pub type Polls = pallet_referenda;
	#[runtime::pallet_index(5)]
	pub type Dao = pallet_dao;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = MockBlockU32<Test>;
	type AccountData = pallet_balances::AccountData<Balance>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
	type Balance = Balance;
	type ExistentialDeposit = ConstU128<1>;
	type AccountStore = System;
}

impl pallet_preimage::Config for Test {
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = ();
	type Currency = Balances;
	type ManagerOrigin = EnsureRoot<AccountId>;
	type Consideration = ();
}

parameter_types! {
	pub SchedulerWeight: Weight = Weight::from_parts(800_000_000_000, u64::MAX);
}

impl pallet_scheduler::Config for Test {
	type RuntimeEvent = RuntimeEvent;
	type RuntimeOrigin = RuntimeOrigin;
	type PalletsOrigin = OriginCaller;
	type RuntimeCall = RuntimeCall;
	type MaximumWeight = SchedulerWeight;
	type ScheduleOrigin = EnsureRoot<AccountId>;
	type OriginPrivilegeCmp = EqualPrivilegeOnly;
	type MaxScheduledPerBlock = ConstU32<50>;
	type WeightInfo = ();
	type Preimages = Preimage;
	type BlockNumberProvider = System;
}

impl pallet_referenda::Config for Test {
	type RuntimeCall = RuntimeCall;
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = ();
	type Scheduler = Renamed<Scheduler>;
	type Currency = Balances;
	type SubmitOrigin = EnsureSigned<AccountId>;
	type CancelOrigin = EnsureRoot<AccountId>;
	type KillOrigin = EnsureRoot<AccountId>;
	type Slash = ();
	type Votes = Balance;
	type Tally = Tally;
	type SubmissionDeposit = ConstU128<1>;
	type MaxQueued = ConstU32<5>;
	type UndecidingTimeout = ConstU32<40>;
	type AlarmInterval = ConstU32<1>;
	type Tracks = Tracks;
	type Preimages = Preimage;
	type BlockNumberProvider = System;
}

/// One track, whose polls pass at once with half of all credits, and at last with a tenth.
pub struct Tracks;

impl pallet_referenda::TracksInfo<Balance, BlockNumber> for Tracks {
	type Id = u16;
	type RuntimeOrigin = OriginCaller;

	fn tracks(
	) -> impl Iterator<Item = Cow<'static, pallet_referenda::Track<Self::Id, Balance, BlockNumber>>>
	{
		let mut name = [0; 25];
		name[..4].copy_from_slice(b"root");
		let falling = |floor, ceil| pallet_referenda::Curve::LinearDecreasing {
			length: Perbill::one(),
			floor: Perbill::from_percent(floor),
			ceil: Perbill::from_percent(ceil),
		};
		let info = pallet_referenda::TrackInfo {
			name,
			max_deciding: ROOM,
			decision_deposit: 10,
			prepare_period: PREPARE,
			decision_period: DECISION,
			confirm_period: CONFIRM,
			min_enactment_period: ENACTMENT,
			min_approval: falling(50, 100),
			min_support: falling(10, 50),
		};
		[Cow::Owned(pallet_referenda::Track { id: 0, info })].into_iter()
	}

	fn track_for(origin: &Self::RuntimeOrigin) -> Result<Self::Id, ()> {
		match origin {
			OriginCaller::system(frame_system::RawOrigin::Root) => Ok(0),
			_ => Err(()),
		}
	}
}

parameter_types! {
	/// Who was paid how much in which block.
	pub storage Earned: Vec<(AccountId, Balance, BlockNumber)> = Vec::new();
	/// Referenda whose approval can be vetoed.
	pub storage Scheduled: Vec<u32> = Vec::new();
	pub storage Floor: u8 = 3;
	pub storage Split: Permill = Permill::from_percent(50);
	pub const LeastSplit: Permill = Permill::from_percent(25);
	pub const MostSplit: Permill = Permill::from_percent(75);
}

impl pallet_dao::Config for Test {
	type Polls = Polls;
	type Decisions = Others;
	type Credits = Others;
	type Catalog = Others;
	type Redundancy = Others;
	type FeeSplit = Others;
	type Enactments = Others;
	type FeaturedOrigin = EnsureRoot<AccountId>;
	type TermsOrigin = EnsureRoot<AccountId>;
	type VetoOrigin = EnsureRoot<AccountId>;
	type MaxFeatured = ConstU32<MAX_FEATURED>;
	type LeastFeeSplit = LeastSplit;
	type MostFeeSplit = MostSplit;
	type WeightInfo = crate::weights::SubstrateWeight<Test>;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = Others;
}

#[cfg(feature = "runtime-benchmarks")]
impl crate::BenchmarkHelper<AccountId> for Others {
	fn deciding(who: &AccountId) -> PollIndex {
		earn_at(*who, 1_000, 0);
		deciding()
	}

	fn models(count: u32) -> Vec<ModelId> {
		(0..count).map(ModelId).collect()
	}

	fn approved() -> u32 {
		Scheduled::set(&vec![0]);
		0
	}
}

/// Stands for the other pallets of ours, and for the token house.
pub struct Others;

impl Decisions for Others {
	fn since(poll: PollIndex) -> Option<BlockNumber> {
		Some(Polls::ensure_ongoing(poll).ok()?.deciding?.since)
	}
}

impl CreditSnapshots<AccountId> for Others {
	/// Credits that were earned before the block: a snapshot period is one block here, and nothing
	/// decays.
	fn credits_at(who: &AccountId, at: BlockNumber) -> Option<CreditShare> {
		let age = System::block_number().checked_sub(at)?;
		if age > MEMORY {
			return None;
		}
		let earned = Earned::get();
		let before = || earned.iter().filter(|(_, _, block)| *block < at);
		let own = before().filter(|(worker, ..)| worker == who).map(|(_, pay, _)| pay).sum();
		Some(CreditShare { own, total: before().map(|(_, pay, _)| pay).sum() })
	}
}

impl ModelCatalog<AccountId> for Others {
	fn terms(variant: VariantId) -> Result<VariantTerms<AccountId>, DispatchError> {
		if variant.model.0 > LAST_MODEL || variant.index > 0 {
			return Err("unknown model".into());
		}
		Ok(VariantTerms {
			royalties: Royalties::default(),
			units_per_item: WorkUnits(1),
			artifact: BlobRef { blob_id: [1; 32], digest: H256::zero(), size: 1 },
			agreement: Agreement::Exact,
		})
	}
}

impl RedundancyFloor for Others {
	fn set_redundancy_floor(executors: u8) -> DispatchResult {
		ensure!(executors <= 7, "out of range");
		Floor::set(&executors);
		Ok(())
	}
}

impl FeeSplit for Others {
	fn set_fee_split(to_workers: Permill) -> DispatchResult {
		Split::set(&to_workers);
		Ok(())
	}
}

impl Enactments for Others {
	fn cancel(index: u32) -> DispatchResult {
		let mut scheduled = Scheduled::get();
		let place = scheduled.iter().position(|other| *other == index);
		scheduled.remove(place.ok_or(DispatchError::Unavailable)?);
		Scheduled::set(&scheduled);
		Ok(())
	}
}

/// A chain of the accounts above.
pub fn chain() -> TestState {
	let balances = vec![(PROPOSER, 1_000_000), (WORKERS[0], 1_000), (IDLER, 1_000)];
	let genesis = RuntimeGenesisConfig {
		balances: pallet_balances::GenesisConfig { balances, ..Default::default() },
		..Default::default()
	};
	TestState::new(genesis.build_storage().unwrap())
}

/// Runs a test, then checks the invariants.
pub fn build_and_execute(test: impl FnOnce()) {
	chain().execute_with(|| {
		System::set_block_number(1);
		for (who, pay) in WORKERS.into_iter().zip([500, 300, 200]) {
			earn_at(who, pay, 0);
		}
		test();
		Dao::do_try_state().unwrap();
	});
}

fn earn_at(who: AccountId, pay: Balance, block: BlockNumber) {
	let mut earned = Earned::get();
	earned.push((who, pay, block));
	Earned::set(&earned);
}

/// Pays `who` for work in this block.
pub fn earn(who: AccountId, pay: Balance) {
	earn_at(who, pay, System::block_number());
}

/// Blocks until `block`.
pub fn run_to(block: BlockNumber) {
	System::run_to_block::<AllPalletsWithSystem>(block);
}

/// Blocks, `number` of them.
pub fn wait(number: BlockNumber) {
	run_to(System::block_number() + number);
}

/// Submits a poll on `call`, and pays for its decision.
pub fn submit(call: impl Into<RuntimeCall>) -> PollIndex {
	let poll = pallet_referenda::ReferendumCount::<Test>::get();
	let call = <Preimage as StorePreimage>::bound(call.into()).unwrap();
	let origin = Box::new(frame_system::RawOrigin::Root.into());
	let who = RuntimeOrigin::signed(PROPOSER);
	assert_ok!(Polls::submit(who.clone(), origin, call, DispatchTime::After(0)));
	assert_ok!(Polls::place_decision_deposit(who, poll));
	poll
}

/// A poll on featuring a model that is being decided.
pub fn deciding() -> PollIndex {
	let poll = submit(pallet_dao::Call::<Test>::feature { model: ModelId(0) });
	wait(PREPARE);
	assert_eq!(Others::since(poll), Some(System::block_number()));
	poll
}

/// The sums of a poll.
pub fn tally(poll: PollIndex) -> Tally {
	Polls::ensure_ongoing(poll).unwrap().tally
}

/// Votes, as in a transaction.
pub fn vote(who: AccountId, poll: PollIndex, vote: crate::Vote) -> DispatchResult {
	Dao::vote(RuntimeOrigin::signed(who), poll, vote)
}

/// Whether a poll was approved.
pub fn approved(poll: PollIndex) -> bool {
	use pallet_referenda::ReferendumInfo;
	let info = pallet_referenda::ReferendumInfoFor::<Test>::get(poll);
	matches!(info, Some(ReferendumInfo::Approved(..)))
}

/// This pallet's events, oldest first.
pub fn events() -> Vec<crate::Event<Test>> {
	System::events()
		.into_iter()
		.filter_map(|record| match record.event {
			RuntimeEvent::Dao(event) => Some(event),
			_ => None,
		})
		.collect()
}
