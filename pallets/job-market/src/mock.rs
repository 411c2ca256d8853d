//! A runtime with balances and this pallet, and small stand-ins for the pallets it works with.

use crate as pallet_job_market;
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
	traits::{
		BlockVrf, Committees, DrawError, Invoice, ModelCatalog, Payouts, ProviderPool, Settlement,
	},
	Agreement, Answer, Balance, BlobRef, BlockNumber, Conduct, DeterminismClass, Job, JobId,
	JobRequest, JobState, ModelId, Payload, PoolId, RefundReason, Statement, VariantId,
	VariantTerms, WorkUnits, H256,
};

pub type AccountId = u64;

pub const REQUESTER: AccountId = 1;
pub const OTHER: AccountId = 2;
pub const AUTHOR: AccountId = 3;
pub const TREASURY: AccountId = 4;
pub const EXECUTORS: [AccountId; 3] = [11, 12, 13];
/// Has no account.
pub const PAUPER: AccountId = 99;

pub const EXISTENTIAL_DEPOSIT: Balance = 100;
pub const ENDOWMENT: Balance = 1_000_000;
pub const MIN_DEADLINE: BlockNumber = 10;
pub const MAX_DEADLINE: BlockNumber = 1_000;
pub const MAX_DRAWS: u32 = 3;
pub const MAX_EXPIRIES: u32 = 2;
pub const MAX_INPUT: u64 = 4_096;
/// Escrow of [`request`]: 2 items of 10 units at 5 planck, thrice, 10 % royalty, 5 % treasury
/// share.
pub const ESCROW: Balance = 300 + 30 + 15;
pub const GENESIS: H256 = H256::repeat_byte(0x67);

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
	pub type JobMarket = pallet_job_market;
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
	type ExistentialDeposit = ConstU128<EXISTENTIAL_DEPOSIT>;
	type AccountStore = System;
}

impl pallet_job_market::Config for Test {
	type RuntimeHoldReason = RuntimeHoldReason;
	type Currency = Balances;
	type Catalog = Catalog;
	type Pool = Pool;
	type Committees = OpenCommittees;
	type Payouts = Split;
	type Vrf = Randomness;
	type MinDeadline = ConstU32<MIN_DEADLINE>;
	type MaxDeadline = ConstU32<MAX_DEADLINE>;
	type MaxInputBytes = ConstU64<MAX_INPUT>;
	type MaxDrawsPerBlock = ConstU32<MAX_DRAWS>;
	type MaxExpiriesPerBlock = ConstU32<MAX_EXPIRIES>;
	type WeightInfo = crate::weights::SubstrateWeight<Test>;
}

parameter_types! {
	/// Royalty of every model.
	pub storage Royalty: Permill = Permill::from_percent(10);
	/// Least price of every provider.
	pub storage LeastPrice: Balance = 1;
	/// The VRF output of every block.
	pub storage Vrf: Option<[u8; 32]> = Some([0x76; 32]);
	/// Pool, price and seed of every draw that succeeded.
	pub storage Draws: Vec<(PoolId, Balance, H256)> = Vec::new();
	/// Committees that are open, with their deadlines.
	pub storage Open: Vec<(JobId, Vec<AccountId>, BlockNumber)> = Vec::new();
	/// Whether committees open.
	pub storage OpenFails: bool = false;
	/// Whether committees close.
	pub storage CloseFails: bool = false;
}

/// Model 0 is ordinary; 1 has units that overflow; 2 has no units. Each has one variant.
pub struct Catalog;

impl ModelCatalog<AccountId> for Catalog {
	fn terms(variant: VariantId) -> Result<VariantTerms<AccountId>, DispatchError> {
		let units = match variant.model.0 {
			0 => 10,
			1 => u64::MAX,
			2 => 0,
			_ => return Err("unknown model".into()),
		};
		if variant.index != 0 {
			return Err("unknown variant".into());
		}
		Ok(VariantTerms {
			author: AUTHOR,
			royalty: Royalty::get(),
			units_per_item: WorkUnits(units),
			artifact: BlobRef { blob_id: [0; 32], digest: H256::zero(), size: 1 },
			agreement: Agreement::Exact,
		})
	}
}

/// Draws the same three executors whenever the price is right.
pub struct Pool;

impl ProviderPool<AccountId> for Pool {
	fn draw(
		pool: &PoolId,
		price: Balance,
		seats: u32,
		seed: &H256,
	) -> Result<Vec<AccountId>, DrawError> {
		if price < LeastPrice::get() {
			return Err(DrawError::OutOfSamples);
		}
		let mut draws = Draws::get();
		draws.push((*pool, price, *seed));
		Draws::set(&draws);
		Ok(EXECUTORS[..seats as usize].to_vec())
	}

	fn release(_: &AccountId, _: Conduct) {}
}

/// Lists the open committees.
pub struct OpenCommittees;

impl Committees<AccountId> for OpenCommittees {
	fn open(job: JobId, executors: Vec<AccountId>, deadline: BlockNumber) -> DispatchResult {
		let mut open = Open::get();
		open.push((job, executors, deadline));
		Open::set(&open);
		// After the write, to see whether it is rolled back.
		ensure!(!OpenFails::get(), "open fails");
		Ok(())
	}

	fn close(job: JobId) -> Result<RefundReason, DispatchError> {
		let mut open = Open::get();
		open.retain(|(id, _, _)| *id != job);
		Open::set(&open);
		ensure!(!CloseFails::get(), DispatchError::Unavailable);
		Ok(RefundReason::Silence)
	}
}

/// Pays 10 % royalty and 5 % to the treasury, whoever lives.
pub struct Split;

impl Payouts<AccountId, RuntimeHoldReason> for Split {
	fn worst_case(
		units: WorkUnits,
		price: Balance,
		executors: u32,
		royalty: Permill,
	) -> Option<Balance> {
		let work = Balance::from(units.0).checked_mul(price)?.checked_mul(executors.into())?;
		work.checked_add(royalty.mul_ceil(work))?
			.checked_add(Permill::from_percent(5).mul_ceil(work))
	}

	fn distribute(
		reason: &RuntimeHoldReason,
		payer: &AccountId,
		escrow: Balance,
		invoice: Invoice<'_, AccountId>,
	) -> Result<Statement, DispatchError> {
		let per_executor = Balance::from(invoice.units.0) * invoice.price;
		let work = per_executor * invoice.executors.len() as Balance;
		let royalty = invoice.royalty.mul_floor(work);
		let treasury = Permill::from_percent(5).mul_floor(work);
		let refunded =
			escrow.checked_sub(work + royalty + treasury).ok_or("the escrow is too small")?;
		let pay = |to: &AccountId, amount| {
			let (exact, free, force) = (Precision::Exact, Restriction::Free, Fortitude::Force);
			Balances::transfer_on_hold(reason, payer, to, amount, exact, free, force)
		};
		for executor in invoice.executors {
			pay(executor, per_executor)?;
		}
		pay(invoice.author, royalty)?;
		pay(&TREASURY, treasury)?;
		Balances::release(reason, payer, refunded, Precision::Exact)?;
		let executors = invoice.executors.len() as u32;
		Ok(Statement { executors, per_executor, royalty, treasury, refunded })
	}
}

/// Every block has the same VRF output, or none.
pub struct Randomness;

impl BlockVrf for Randomness {
	fn current() -> Option<[u8; 32]> {
		Vrf::get()
	}
}

/// Runs a test in block 1 on accounts with [`ENDOWMENT`] each, then checks the invariants and the
/// issuance.
pub fn build_and_execute(test: impl FnOnce()) {
	let accounts = [REQUESTER, OTHER, AUTHOR, TREASURY].into_iter().chain(EXECUTORS);
	let balances = accounts.map(|who| (who, ENDOWMENT)).collect();
	let storage = RuntimeGenesisConfig {
		balances: pallet_balances::GenesisConfig { balances, ..Default::default() },
		..Default::default()
	}
	.build_storage()
	.unwrap();
	TestState::new(storage).execute_with(|| {
		frame_system::BlockHash::<Test>::insert(0, GENESIS);
		System::set_block_number(1);
		JobMarket::on_initialize(1);
		let issuance = Balances::total_issuance();
		test();
		JobMarket::do_try_state().unwrap();
		assert_eq!(Balances::total_issuance(), issuance);
	});
}

/// Finishes this block and begins the next; returns the weight of `on_initialize`.
pub fn next_block() -> Weight {
	let now = System::block_number();
	JobMarket::on_finalize(now);
	System::set_block_number(now + 1);
	JobMarket::on_initialize(now + 1)
}

/// Finishes blocks until `block` has begun.
pub fn run_to(block: BlockNumber) {
	while System::block_number() < block {
		next_block();
	}
}

/// The ordinary variant.
pub fn variant() -> VariantId {
	VariantId { model: ModelId(0), index: 0 }
}

/// An ordinary request with the nearest deadline.
pub fn request() -> JobRequest {
	JobRequest {
		variant: variant(),
		class: DeterminismClass::Portable,
		items: 2,
		input: Payload::Inline(vec![1, 2, 3].try_into().unwrap()),
		price: 5,
		deadline: System::block_number() + MIN_DEADLINE,
	}
}

/// Submits `request` as the requester.
pub fn submit(request: JobRequest) -> JobId {
	let id = JobId(JobMarket::job_count());
	assert_ok!(JobMarket::submit(RuntimeOrigin::signed(REQUESTER), request));
	id
}

/// Submits an ordinary request that is drawn at the end of the next block; begins the one after.
pub fn submit_and_draw() -> JobId {
	let id = submit(request());
	next_block();
	next_block();
	assert!(matches!(state(id), JobState::Running { .. }));
	id
}

/// A job that exists.
pub fn job(id: JobId) -> Job<AccountId> {
	JobMarket::job(id).unwrap()
}

/// Where a job stands.
pub fn state(id: JobId) -> JobState {
	job(id).state
}

/// What `who` has on hold for its open jobs.
pub fn held(who: AccountId) -> Balance {
	Balances::balance_on_hold(&crate::HoldReason::Escrow.into(), &who)
}

/// What `who` has free.
pub fn free(who: AccountId) -> Balance {
	Balances::free_balance(who)
}

/// An answer with `root`.
pub fn answer(root: H256) -> Answer {
	Answer { root, output: Payload::Inline(vec![9].try_into().unwrap()) }
}

/// Settles as the verification pallet does.
pub fn settle(id: JobId) -> DispatchResult {
	<JobMarket as Settlement<AccountId>>::settle(id, &EXECUTORS, answer(H256::repeat_byte(1)))
}

/// Refunds as the verification pallet does.
pub fn refund(id: JobId) -> DispatchResult {
	<JobMarket as Settlement<AccountId>>::refund(id, RefundReason::Disagreement)
}

/// This pallet's events, oldest first.
pub fn events() -> Vec<crate::Event<Test>> {
	System::events()
		.into_iter()
		.filter_map(|record| match record.event {
			RuntimeEvent::JobMarket(event) => Some(event),
			_ => None,
		})
		.collect()
}
