//! A runtime with balances and this pallet.

use crate::{self as pallet_payouts, Distributed, Parameters};
use frame::{
	prelude::*,
	testing_prelude::*,
	traits::{
		fungible,
		fungible::{InspectFreeze, MutateFreeze, MutateHold},
	},
};
use polkadot_sdk::pallet_balances;
use tercet_primitives::{
	traits::{Invoice, Payouts as _, Rest, StakeRewards},
	Balance, JobId, Royalties, Royalty, Statement, WorkUnits, TCT,
};

pub type AccountId = u64;

pub const PAYER: AccountId = 1;
pub const AUTHOR: AccountId = 2;
pub const TREASURY: AccountId = 3;
pub const EXECUTORS: [AccountId; 3] = [11, 12, 13];
/// Gets a tenth of what providers earn besides pay.
pub const DELEGATOR: AccountId = 21;
/// Has no account.
pub const DEAD: AccountId = 99;

pub const EXISTENTIAL_DEPOSIT: Balance = 100;
pub const ENDOWMENT: Balance = 1_000_000;
pub const ROYALTY: Permill = Permill::from_percent(10);

pub const ERA: u32 = 10;
pub const HISTORY_DEPTH: u32 = 4;
pub const COOLDOWN: u32 = 25;
/// Blocks of a snapshot period.
pub const SNAPSHOT: u32 = 4;
pub const MAX_REWARD_RATE: Balance = 1_000 * TCT;
/// Rewards more than any income here, so that the share of the income is what counts.
pub const REWARD_RATE: Balance = TCT;

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
	pub type Payouts = pallet_payouts;
}

/// Stands for the runtime's hold reasons; this pallet has none of its own.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum HoldReason {
	Escrow,
	Other,
}

impl VariantCount for HoldReason {
	const VARIANT_COUNT: u32 = 2;
}

/// Stands for the runtime's freeze reasons.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum FreezeReason {
	Vote,
}

impl VariantCount for FreezeReason {
	const VARIANT_COUNT: u32 = 1;
}

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
	type RuntimeHoldReason = HoldReason;
	type RuntimeFreezeReason = FreezeReason;
	type FreezeIdentifier = FreezeReason;
	type MaxFreezes = ConstU32<1>;
}

parameter_types! {
	pub storage Share: Permill = Permill::from_percent(5);
	pub const TreasuryAccount: AccountId = TREASURY;
	pub const Pot: PalletId = PalletId(*b"tc/rewrd");
	/// Providers that have left.
	pub storage Gone: Vec<AccountId> = Vec::new();
	/// What the staking pallet forgets to hand on.
	pub storage Forgotten: Balance = 0;
}

impl pallet_payouts::Config for Test {
	type RuntimeHoldReason = HoldReason;
	type Currency = Balances;
	type TreasuryShare = Share;
	type TreasuryAccount = TreasuryAccount;
	type Rewards = Staking;
	type PalletId = Pot;
	type HistoryDepth = ConstU32<HISTORY_DEPTH>;
	type SnapshotPeriod = ConstU32<SNAPSHOT>;
	type MaxRewardRate = ConstU128<MAX_REWARD_RATE>;
	type ParamsCooldown = ConstU32<COOLDOWN>;
	type AdminOrigin = frame_system::EnsureRoot<AccountId>;
	type WeightInfo = crate::weights::SubstrateWeight<Test>;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = Staking;
}

/// Here everybody is a provider.
#[cfg(feature = "runtime-benchmarks")]
impl crate::BenchmarkHelper<AccountId, HoldReason> for Staking {
	fn reason() -> HoldReason {
		HoldReason::Escrow
	}

	fn provider(_: &AccountId) {}
}

/// Stands for the staking pallet: a tenth goes to [`DELEGATOR`].
pub struct Staking;

impl StakeRewards<AccountId> for Staking {
	fn reward(provider: &AccountId, pot: &AccountId, amount: Balance) -> bool {
		if Gone::get().contains(provider) {
			return false;
		}
		let delegated = amount / 10;
		let own = amount - delegated - Forgotten::get();
		for (to, amount) in [(&DELEGATOR, delegated), (provider, own)] {
			assert_ok!(<Balances as fungible::Mutate<_>>::transfer(
				pot,
				to,
				amount,
				Preservation::Expendable
			));
		}
		true
	}
}

/// The parameters at genesis.
pub fn params() -> Parameters {
	Parameters {
		era_length: ERA,
		reward_rate: REWARD_RATE,
		reward_of_fees: Permill::from_percent(50),
		credit_half_life: 2,
	}
}

/// A chain of accounts with [`ENDOWMENT`] each.
pub fn genesis(params: Parameters) -> RuntimeGenesisConfig {
	let accounts = [PAYER, AUTHOR, TREASURY, DELEGATOR].into_iter().chain(EXECUTORS);
	let balances = accounts.map(|who| (who, ENDOWMENT)).collect();
	RuntimeGenesisConfig {
		balances: pallet_balances::GenesisConfig { balances, ..Default::default() },
		payouts: pallet_payouts::GenesisConfig { params, ..Default::default() },
		..Default::default()
	}
}

/// The chain that benchmarks are tried on.
#[cfg(feature = "runtime-benchmarks")]
pub fn chain() -> TestState {
	TestState::new(genesis(params()).build_storage().unwrap())
}

/// Runs a test, then checks the invariants, and that the issuance grew by what the ledger says.
pub fn build_and_execute(test: impl FnOnce()) {
	TestState::new(genesis(params()).build_storage().unwrap()).execute_with(|| {
		System::set_block_number(1);
		let issuance = Balances::total_issuance();
		test();
		Payouts::do_try_state().unwrap();
		assert_eq!(Balances::total_issuance(), issuance + Distributed::<Test>::get().minted);
	});
}

/// Puts `amount` of `who` on hold.
pub fn hold(who: AccountId, amount: Balance) {
	assert_ok!(<Balances as MutateHold<_>>::hold(&HoldReason::Escrow, &who, amount));
}

/// What `who` has on hold for a job.
pub fn held(who: AccountId) -> Balance {
	<Balances as fungible::InspectHold<_>>::balance_on_hold(&HoldReason::Escrow, &who)
}

/// What `who` has free.
pub fn free(who: AccountId) -> Balance {
	Balances::free_balance(who)
}

/// Freezes `amount` of `who`, as a vote does.
pub fn freeze(who: AccountId, amount: Balance) {
	assert_ok!(<Balances as MutateFreeze<_>>::set_freeze(&FreezeReason::Vote, &who, amount));
	assert_eq!(<Balances as InspectFreeze<_>>::balance_frozen(&FreezeReason::Vote, &who), amount);
}

/// Leaves `who` with nothing free, but alive.
pub fn strip(who: AccountId) {
	System::inc_providers(&who);
	assert_ok!(<Balances as fungible::Mutate<_>>::burn_from(
		&who,
		free(who),
		Preservation::Expendable,
		Precision::Exact,
		Fortitude::Force,
	));
	assert_eq!(free(who), 0);
}

/// Royalties of [`ROYALTY`] for one author.
pub fn royalty_of(author: AccountId) -> Royalties<AccountId> {
	royalties(&[(author, ROYALTY)])
}

/// Royalties of authors and their shares.
pub fn royalties(shares: &[(AccountId, Permill)]) -> Royalties<AccountId> {
	let earners = shares.iter().map(|(payee, share)| Royalty { payee: *payee, share: *share });
	earners.collect::<Vec<_>>().try_into().unwrap()
}

/// What is owed for `units` at `price`, without a fee; the rest of the escrow returns.
pub fn invoice<'a>(
	units: u64,
	price: Balance,
	executors: &'a [AccountId],
	royalties: &'a Royalties<AccountId>,
) -> Invoice<'a, AccountId> {
	let (job, units) = (JobId(7), WorkUnits(units));
	Invoice { job, escrow: 0, units, price, executors, royalties, fee: 0, rest: Rest::Release }
}

/// Distributes `escrow`, which the payer has on hold.
pub fn distribute(
	escrow: Balance,
	invoice: Invoice<'_, AccountId>,
) -> Result<Statement, DispatchError> {
	distribute_from(PAYER, escrow, invoice)
}

/// Distributes `escrow`, which `payer` has on hold.
pub fn distribute_from(
	payer: AccountId,
	escrow: Balance,
	invoice: Invoice<'_, AccountId>,
) -> Result<Statement, DispatchError> {
	Payouts::distribute(&HoldReason::Escrow, &payer, Invoice { escrow, ..invoice })
}

/// What to hold for `units` at `price`, for three executors and one author.
pub fn worst_case(units: u64, price: Balance) -> Option<Balance> {
	Payouts::worst_case(WorkUnits(units), price, 3, &royalty_of(AUTHOR))
}

/// Has `executors` paid `pay` each for a job of `payer`.
pub fn work(payer: AccountId, executors: &[AccountId], pay: Balance) -> Statement {
	let royalties = Royalties::default();
	let seats = executors.len() as u32;
	let escrow = Payouts::worst_case(WorkUnits(1), pay, seats, &royalties).unwrap();
	hold(payer, escrow);
	distribute_from(payer, escrow, invoice(1, pay, executors, &royalties)).unwrap()
}

/// Goes to the first block of `era`, by the length at genesis.
pub fn go_to_era(era: u32) {
	System::set_block_number(era * ERA);
	assert_eq!(Payouts::era(), era);
}

/// This pallet's events, oldest first.
pub fn events() -> Vec<crate::Event<Test>> {
	System::events()
		.into_iter()
		.filter_map(|record| match record.event {
			RuntimeEvent::Payouts(event) => Some(event),
			_ => None,
		})
		.collect()
}

/// Mints what a test has burned, so that the issuance is what it was.
pub fn restore_issuance(amount: Balance) {
	assert_ok!(<Balances as fungible::Mutate<_>>::mint_into(&AUTHOR, amount));
}
