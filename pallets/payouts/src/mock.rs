//! A runtime with balances and this pallet.

use crate as pallet_payouts;
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
	traits::{Invoice, Payouts as _},
	Balance, JobId, Statement, WorkUnits,
};

pub type AccountId = u64;

pub const PAYER: AccountId = 1;
pub const AUTHOR: AccountId = 2;
pub const TREASURY: AccountId = 3;
pub const EXECUTORS: [AccountId; 3] = [11, 12, 13];
/// Has no account.
pub const DEAD: AccountId = 99;

pub const EXISTENTIAL_DEPOSIT: Balance = 100;
pub const ENDOWMENT: Balance = 1_000_000;
pub const ROYALTY: Permill = Permill::from_percent(10);

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
}

impl pallet_payouts::Config for Test {
	type RuntimeHoldReason = HoldReason;
	type Currency = Balances;
	type TreasuryShare = Share;
	type TreasuryAccount = TreasuryAccount;
}

/// Runs a test on accounts with [`ENDOWMENT`] each, then checks the invariants and the issuance.
pub fn build_and_execute(test: impl FnOnce()) {
	let accounts = [PAYER, AUTHOR, TREASURY].into_iter().chain(EXECUTORS);
	let balances = accounts.map(|who| (who, ENDOWMENT)).collect();
	let storage = RuntimeGenesisConfig {
		balances: pallet_balances::GenesisConfig { balances, ..Default::default() },
		..Default::default()
	}
	.build_storage()
	.unwrap();
	TestState::new(storage).execute_with(|| {
		System::set_block_number(1);
		let issuance = Balances::total_issuance();
		test();
		Payouts::do_try_state().unwrap();
		assert_eq!(Balances::total_issuance(), issuance);
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

/// What is owed for `units` at `price`.
pub fn invoice<'a>(
	units: u64,
	price: Balance,
	executors: &'a [AccountId],
	author: &'a AccountId,
) -> Invoice<'a, AccountId> {
	let (job, units) = (JobId(7), WorkUnits(units));
	Invoice { job, units, price, executors, author, royalty: ROYALTY }
}

/// Distributes what the payer has on hold.
pub fn distribute(
	escrow: Balance,
	invoice: Invoice<'_, AccountId>,
) -> Result<Statement, DispatchError> {
	Payouts::distribute(&HoldReason::Escrow, &PAYER, escrow, invoice)
}

/// What to hold for `units` at `price`.
pub fn worst_case(units: u64, price: Balance) -> Option<Balance> {
	Payouts::worst_case(WorkUnits(units), price, 3, ROYALTY)
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
