//! A runtime with balances and this pallet, and small stand-ins for the pallets it works with.

use crate as pallet_verification;
use frame::{
	prelude::*,
	testing_prelude::*,
	traits::{
		fungible::{InspectHold, MutateHold},
		tokens::Restriction,
	},
	weights_prelude::ParityDbWeight,
};
use polkadot_sdk::pallet_balances;
use tercet_primitives::{
	hashing::{self, Salt},
	traits::{Committees, DrawError, ProviderPool, Settlement},
	Answer, Balance, BlockNumber, Committee, Conduct, DeterminismClass, Job, JobId, JobRequest,
	JobState, ModelId, Payload, PoolId, RefundReason, SeatState, Statement, VariantId, WorkUnits,
	H256,
};

pub type AccountId = u64;

pub const REQUESTER: AccountId = 1;
pub const AUTHOR: AccountId = 2;
pub const STRANGER: AccountId = 3;
pub const EXECUTORS: [AccountId; 3] = [11, 12, 13];
pub const A: AccountId = EXECUTORS[0];
pub const B: AccountId = EXECUTORS[1];
pub const C: AccountId = EXECUTORS[2];

pub const ENDOWMENT: Balance = 1_000_000;
pub const ESCROW: Balance = 500;
pub const PAY: Balance = 100;
pub const GENESIS: H256 = H256::repeat_byte(0x67);
/// Block in which tests start, and in which [`open`] draws.
pub const START: BlockNumber = 10;
/// Deadline of the jobs that [`open`] opens.
pub const DEADLINE: BlockNumber = START + 30;
/// Last block in which those jobs take commitments.
pub const COMMIT_UNTIL: BlockNumber = START + 20;

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
	pub type Verification = pallet_verification;
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
}

impl VariantCount for HoldReason {
	const VARIANT_COUNT: u32 = 1;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = MockBlockU32<Test>;
	type AccountData = pallet_balances::AccountData<Balance>;
	type DbWeight = ParityDbWeight;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
	type Balance = Balance;
	type ExistentialDeposit = ConstU128<1>;
	type AccountStore = System;
	type RuntimeHoldReason = HoldReason;
}

impl pallet_verification::Config for Test {
	type Settlement = Market;
	type Pool = Pool;
	type WeightInfo = crate::weights::SubstrateWeight<Test>;
}

parameter_types! {
	/// The jobs of the market.
	pub storage Jobs: Vec<(JobId, Job<AccountId>)> = Vec::new();
	/// Whether jobs end.
	pub storage SettlementFails: bool = false;
	/// Who was released, and why, oldest first.
	pub storage Released: Vec<(AccountId, Conduct)> = Vec::new();
}

/// Holds [`ESCROW`] for each job and pays each executor [`PAY`].
pub struct Market;

impl Market {
	fn end(id: JobId, state: JobState) -> DispatchResult {
		let mut jobs = Jobs::get();
		let (_, job) = jobs.iter_mut().find(|(other, _)| *other == id).ok_or("no such job")?;
		ensure!(!job.state.is_terminal(), "the job has ended");
		job.state = state;
		Jobs::set(&jobs);
		// After the write, to see whether it is rolled back.
		ensure!(!SettlementFails::get(), "settlement fails");
		Ok(())
	}
}

impl Settlement<AccountId> for Market {
	fn job(id: JobId) -> Option<Job<AccountId>> {
		Jobs::get().into_iter().find(|(other, _)| *other == id).map(|(_, job)| job)
	}

	fn settle(id: JobId, executors: &[AccountId], answer: Answer) -> DispatchResult {
		for executor in executors {
			Balances::transfer_on_hold(
				&HoldReason::Escrow,
				&REQUESTER,
				executor,
				PAY,
				Precision::Exact,
				Restriction::Free,
				Fortitude::Force,
			)?;
		}
		let refunded = ESCROW - PAY * executors.len() as Balance;
		Balances::release(&HoldReason::Escrow, &REQUESTER, refunded, Precision::Exact)?;
		let executors = executors.len() as u32;
		let statement =
			Statement { executors, per_executor: PAY, royalty: 0, treasury: 0, refunded };
		Self::end(id, JobState::Settled { at: System::block_number(), answer, statement })
	}

	fn refund(id: JobId, reason: RefundReason) -> DispatchResult {
		Balances::release(&HoldReason::Escrow, &REQUESTER, ESCROW, Precision::Exact)?;
		Self::end(id, JobState::Refunded { at: System::block_number(), reason })
	}
}

/// Lists who was released.
pub struct Pool;

impl ProviderPool<AccountId> for Pool {
	fn draw(_: &PoolId, _: Balance, _: u32, _: &H256) -> Result<Vec<AccountId>, DrawError> {
		Err(DrawError::TooFewProviders)
	}

	fn release(executor: &AccountId, conduct: Conduct) {
		let mut released = Released::get();
		released.push((*executor, conduct));
		Released::set(&released);
	}
}

/// Runs a test in block [`START`], then checks the invariants and the issuance.
pub fn build_and_execute(test: impl FnOnce()) {
	let accounts = [REQUESTER, AUTHOR, STRANGER].into_iter().chain(EXECUTORS);
	let balances = accounts.map(|who| (who, ENDOWMENT)).collect();
	let storage = RuntimeGenesisConfig {
		balances: pallet_balances::GenesisConfig { balances, ..Default::default() },
		..Default::default()
	}
	.build_storage()
	.unwrap();
	TestState::new(storage).execute_with(|| {
		frame_system::BlockHash::<Test>::insert(0, GENESIS);
		System::set_block_number(START);
		let issuance = Balances::total_issuance();
		test();
		Verification::do_try_state().unwrap();
		assert_eq!(Balances::total_issuance(), issuance);
	});
}

/// Moves to `block`.
pub fn run_to(block: BlockNumber) {
	System::set_block_number(block);
}

/// Puts a job on the market that runs since this block, with its escrow held.
pub fn market_job(id: u64, deadline: BlockNumber) -> JobId {
	let now = System::block_number();
	let request = JobRequest {
		variant: VariantId { model: ModelId(0), index: 0 },
		class: DeterminismClass::Portable,
		items: 1,
		input: Payload::Inline(vec![1].try_into().unwrap()),
		price: 1,
		deadline,
	};
	let job = Job {
		requester: REQUESTER,
		request,
		units: WorkUnits(PAY as u64),
		author: AUTHOR,
		royalty: Permill::zero(),
		escrow: ESCROW,
		submitted_at: now,
		state: JobState::Running { drawn_at: now },
	};
	assert_ok!(Balances::hold(&HoldReason::Escrow, &REQUESTER, ESCROW));
	let mut jobs = Jobs::get();
	jobs.push((JobId(id), job));
	Jobs::set(&jobs);
	JobId(id)
}

/// Opens a committee of [`EXECUTORS`] for a new job with deadline [`DEADLINE`].
pub fn open(id: u64) -> JobId {
	let job = market_job(id, DEADLINE);
	assert_ok!(<Verification as Committees<_>>::open(job, EXECUTORS.to_vec(), DEADLINE));
	job
}

/// Closes as the job market does: the committee, then the job.
pub fn close(job: JobId) -> DispatchResult {
	let reason = <Verification as Committees<AccountId>>::close(job)?;
	<Market as Settlement<AccountId>>::refund(job, reason)
}

/// An answer that differs from those with another `byte`.
pub fn answer(byte: u8) -> Answer {
	let output = Payload::Inline(vec![byte].try_into().unwrap());
	Answer { root: H256::repeat_byte(byte), output }
}

/// The salt that `who` uses.
pub fn salt(who: AccountId) -> Salt {
	[who as u8; 32]
}

/// The commitment of `who` to `answer` for `job`.
pub fn commitment(who: AccountId, job: JobId, answer: &Answer) -> H256 {
	hashing::commitment(&GENESIS, job, 0, &who, answer, &salt(who))
}

/// Commits `who` to `answer`.
pub fn commit(who: AccountId, job: JobId, answer: &Answer) -> DispatchResultWithPostInfo {
	Verification::commit(RuntimeOrigin::signed(who), job, commitment(who, job, answer))
}

/// Reveals `answer` for `who`.
pub fn reveal(who: AccountId, job: JobId, answer: &Answer) -> DispatchResultWithPostInfo {
	Verification::reveal(RuntimeOrigin::signed(who), job, answer.clone(), salt(who))
}

/// Commits each executor to the answer beside it, in order.
pub fn commit_all(job: JobId, bytes: [u8; 3]) {
	for (who, byte) in EXECUTORS.into_iter().zip(bytes) {
		assert_ok!(commit(who, job, &answer(byte)));
	}
}

/// Reveals for each executor the answer beside it, in order.
pub fn reveal_all(job: JobId, bytes: [u8; 3]) {
	for (who, byte) in EXECUTORS.into_iter().zip(bytes) {
		assert_ok!(reveal(who, job, &answer(byte)));
	}
}

/// The committee of `job`.
pub fn committee(job: JobId) -> Committee<AccountId> {
	Verification::committee(job).unwrap()
}

/// How far the answer of `who` has come.
pub fn seat(job: JobId, who: AccountId) -> SeatState {
	Verification::seat_of(&committee(job), &who).unwrap().state.clone()
}

/// Where a job stands.
pub fn state(job: JobId) -> JobState {
	<Market as Settlement<AccountId>>::job(job).unwrap().state
}

/// What the requester has on hold.
pub fn held() -> Balance {
	Balances::balance_on_hold(&HoldReason::Escrow, &REQUESTER)
}

/// What `who` has free.
pub fn free(who: AccountId) -> Balance {
	Balances::free_balance(who)
}

/// This pallet's events, oldest first.
pub fn events() -> Vec<crate::Event<Test>> {
	System::events()
		.into_iter()
		.filter_map(|record| match record.event {
			RuntimeEvent::Verification(event) => Some(event),
			_ => None,
		})
		.collect()
}
