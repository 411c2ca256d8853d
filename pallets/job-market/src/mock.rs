//! A runtime with balances and this pallet, and small stand-ins for the pallets it works with.

use crate as pallet_job_market;
use crate::MarketParams;
use frame::{
	prelude::*,
	testing_prelude::*,
	traits::{
		fungible::{Inspect, InspectHold, MutateHold},
		tokens::Restriction,
	},
	weights_prelude::ParityDbWeight,
};
use polkadot_sdk::pallet_balances;
use tercet_primitives::{
	traits::{
		BlockVrf, Committees, Draw, DrawError, Drawn, Invoice, ModelCatalog, Payouts, ProviderPool,
		Rest, Settlement, Wanted,
	},
	Agreement, Answer, Balance, BlobRef, BlockNumber, Conduct, DeterminismClass, Funding,
	Invalidity, ItemSet, Job, JobId, JobRequest, JobState, ModelId, Payload, PoolId, Redundancy,
	RefundReason, Royalties, Royalty, Statement, VariantId, VariantTerms, WorkUnits, H256,
	MAX_INLINE_BYTES,
};

pub type AccountId = u64;

pub const REQUESTER: AccountId = 1;
pub const OTHER: AccountId = 2;
pub const AUTHOR: AccountId = 3;
pub const TREASURY: AccountId = 4;
/// Author of the model that the ordinary one was made from.
pub const ANCESTOR: AccountId = 5;
pub const EXECUTORS: [AccountId; 7] = [11, 12, 13, 14, 15, 16, 17];
/// Has no account.
pub const PAUPER: AccountId = 99;

pub const EXISTENTIAL_DEPOSIT: Balance = 100;
pub const ENDOWMENT: Balance = 10_000_000;
pub const MIN_DEADLINE: BlockNumber = 10;
pub const MAX_DEADLINE: BlockNumber = 1_000;
/// Draws of one block if each reads [`MOST_READS`].
pub const MAX_DRAWS: u32 = 3;
pub const MOST_READS: u32 = 616;
pub const MAX_EXPIRIES: u32 = 2;
pub const MAX_INPUT: u64 = 4_096;
pub const COOLDOWN: BlockNumber = 20;
pub const MIN_RETENTION: BlockNumber = 30;
pub const PARAMS: MarketParams = MarketParams {
	job_fee: FEE,
	risk_factor: 3,
	deposit_base: 100,
	deposit_per_byte: 1,
	retention: 50,
	min_executors: 3,
	adaptive_floor: 2,
	invalid_share: Permill::from_percent(10),
};
pub const FEE: Balance = 7;
/// What each executor of [`request`] is paid: 2 items of 10 units at 5 planck.
pub const PAY: Balance = 100;
/// Escrow of [`request`]: the pay of seven, 10 % royalties, 5 % treasury share, the fee.
pub const ESCROW: Balance = 700 + 70 + 35 + FEE;
/// What [`request`] costs when three agree.
pub const COST: Balance = 300 + 30 + 15 + FEE;
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
	type TreasuryAccount = ConstU64<TREASURY>;
	type AdminOrigin = frame_system::EnsureRoot<AccountId>;
	type ParamsCooldown = ConstU32<COOLDOWN>;
	type MinRetention = ConstU32<MIN_RETENTION>;
	type MinDeadline = ConstU32<MIN_DEADLINE>;
	type MaxDeadline = ConstU32<MAX_DEADLINE>;
	type MaxInputBytes = ConstU64<MAX_INPUT>;
	type MaxDrawWeight = MaxDrawWeight;
	type MaxExpiriesPerBlock = ConstU32<MAX_EXPIRIES>;
	type WeightInfo = crate::weights::SubstrateWeight<Test>;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = OpenCommittees;
}

/// Everyone can always be drawn, and nothing is stored of committees that have ended.
#[cfg(feature = "runtime-benchmarks")]
impl crate::benchmarking::BenchmarkHelper<AccountId> for OpenCommittees {
	fn pool(providers: u32, _: u32) -> PoolId {
		// What a pool does that is read whole.
		Reads::set(&providers.saturating_mul(2).min(MOST_READS));
		PoolId { variant: variant(), class: DeterminismClass::Portable }
	}

	fn set_vrf(output: [u8; 32]) {
		Vrf::set(&Some(output));
	}

	fn overdue_audit() -> JobId {
		let audit = submit_and_draw();
		System::set_block_number(job(audit).request.deadline + 1);
		audit
	}

	fn note_challenge(_: JobId, _: JobId, _: AccountId) {}

	fn leave_traces(_: JobId) {}
}

/// Pool, price, seats, excluded, proven, risk and seed of a draw.
pub type DrawRecord = (PoolId, Balance, u32, Vec<AccountId>, bool, Balance, H256);

parameter_types! {
	/// Royalty of every model; a tenth of it goes to the ancestor.
	pub storage TotalRoyalty: Permill = Permill::from_percent(10);
	/// The treasury's share of all pay.
	pub storage TreasuryShare: Permill = Permill::from_percent(5);
	/// Share of the jobs that are audited.
	pub storage AuditRate: Permill = Permill::zero();
	/// Available providers as the pool tells.
	pub storage PoolSize: u32 = 12;
	/// How often the pool is read for every draw.
	pub storage Reads: u32 = MOST_READS;
	/// How many of the heaviest draws may be in a block.
	pub storage DrawShare: u32 = MAX_DRAWS;
	pub MaxDrawWeight: Weight = JobMarket::heaviest_turn().saturating_mul(DrawShare::get().into());
	/// Least price of every provider.
	pub storage LeastPrice: Balance = 1;
	/// The VRF output of every block.
	pub storage Vrf: Option<[u8; 32]> = Some([0x76; 32]);
	/// Every draw that succeeded.
	pub storage Draws: Vec<DrawRecord> = Vec::new();
	/// Committees that are open.
	pub storage Open: Vec<(JobId, Vec<AccountId>)> = Vec::new();
	/// Jobs whose committee wants more executors: how many, for which round.
	pub storage Wants: Vec<(JobId, u32, u8)> = Vec::new();
	/// Whether queued jobs want anybody.
	pub storage WantNobody: bool = false;
	/// Whether executors are seated.
	pub storage SeatFails: bool = false;
	/// Whether committees close.
	pub storage CloseFails: bool = false;
	/// Jobs whose committees were closed.
	pub storage Closed: Vec<JobId> = Vec::new();
	/// Jobs whose committees were forgotten.
	pub storage Forgotten: Vec<JobId> = Vec::new();
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
		let total = TotalRoyalty::get();
		let ancestor = Permill::from_parts(total.deconstruct() / 10);
		let royalties = vec![
			Royalty { payee: AUTHOR, share: total - ancestor },
			Royalty { payee: ANCESTOR, share: ancestor },
		];
		Ok(VariantTerms {
			royalties: royalties.try_into().unwrap(),
			units_per_item: WorkUnits(units),
			artifact: BlobRef { blob_id: [0; 32], digest: ARTIFACT, size: 1 },
			agreement: Agreement::Exact,
		})
	}
}

pub const ARTIFACT: H256 = H256::repeat_byte(0xa7);

/// Draws the first executors that are not excluded whenever the price is right.
pub struct Pool;

impl ProviderPool<AccountId> for Pool {
	fn available(_: &PoolId) -> u32 {
		PoolSize::get()
	}

	fn draw(draw: Draw<'_, AccountId>) -> Drawn<AccountId> {
		Drawn { executors: draw_first(draw), reads: Reads::get() }
	}

	fn most_reads(_: u32, _: u32) -> u32 {
		MOST_READS
	}

	fn release(_: &AccountId, _: Balance, _: Conduct) {}

	fn overrule(_: &AccountId, _: Balance) {}
}

fn draw_first(draw: Draw<'_, AccountId>) -> Result<Vec<AccountId>, DrawError> {
	let Draw { pool, price, seats, exclude, proven, risk, seed } = draw;
	if price < LeastPrice::get() {
		return Err(DrawError::OutOfSamples);
	}
	let free = EXECUTORS.into_iter().filter(|executor| !exclude.contains(executor));
	let drawn: Vec<_> = free.take(seats as usize).collect();
	if drawn.len() < seats as usize {
		return Err(DrawError::TooFewProviders);
	}
	let mut draws = Draws::get();
	draws.push((*pool, price, seats, exclude.to_vec(), proven, risk, *seed));
	Draws::set(&draws);
	Ok(drawn)
}

/// Lists the open committees.
pub struct OpenCommittees;

impl Committees<AccountId> for OpenCommittees {
	fn audit_rate(_: &Redundancy) -> Permill {
		AuditRate::get()
	}

	fn wanted(job: JobId) -> Option<Wanted<AccountId>> {
		let open = Open::get().into_iter().find(|(id, _)| *id == job);
		let want = Wants::get().into_iter().find(|(id, _, _)| *id == job);
		match (open, want) {
			(Some((_, exclude)), Some((_, seats, round))) => Some(Wanted { seats, round, exclude }),
			(Some(_), None) => None,
			(None, _) if WantNobody::get() => None,
			(None, _) => {
				let request = <JobMarket as Settlement<AccountId>>::job(job)?.request;
				let seats = request.redundancy.executors.into();
				Some(Wanted { seats, round: 0, exclude: Vec::new() })
			},
		}
	}

	fn seat(job: JobId, executors: Vec<AccountId>) -> DispatchResult {
		let state = <JobMarket as Settlement<AccountId>>::job(job).unwrap().state;
		assert!(matches!(state, JobState::Running { .. }));
		let mut open = Open::get();
		match open.iter_mut().find(|(id, _)| *id == job) {
			Some((_, seats)) => seats.extend(executors),
			None => open.push((job, executors)),
		}
		Open::set(&open);
		let mut wants = Wants::get();
		wants.retain(|(id, _, _)| *id != job);
		Wants::set(&wants);
		// After the writes, to see whether they are rolled back.
		ensure!(!SeatFails::get(), "seat fails");
		Ok(())
	}

	fn close(job: JobId) -> Result<RefundReason, DispatchError> {
		end_committee(job);
		let mut closed = Closed::get();
		closed.push(job);
		Closed::set(&closed);
		ensure!(!CloseFails::get(), DispatchError::Unavailable);
		Ok(RefundReason::Silence)
	}

	fn forget(job: JobId) {
		let mut forgotten = Forgotten::get();
		forgotten.push(job);
		Forgotten::set(&forgotten);
	}
}

fn end_committee(job: JobId) {
	let (mut open, mut wants) = (Open::get(), Wants::get());
	open.retain(|(id, _)| *id != job);
	wants.retain(|(id, _, _)| *id != job);
	Open::set(&open);
	Wants::set(&wants);
}

/// Pays royalties and a treasury share, whoever lives.
pub struct Split;

impl Payouts<AccountId, RuntimeHoldReason> for Split {
	fn worst_case(
		units: WorkUnits,
		price: Balance,
		executors: u32,
		royalties: &Royalties<AccountId>,
	) -> Option<Balance> {
		let work = Balance::from(units.0).checked_mul(price)?.checked_mul(executors.into())?;
		let shares = royalties.iter().map(|royalty| royalty.share.mul_ceil(work)).sum();
		work.checked_add(shares)?.checked_add(TreasuryShare::get().mul_ceil(work))
	}

	fn distribute(
		reason: &RuntimeHoldReason,
		payer: &AccountId,
		invoice: Invoice<'_, AccountId>,
	) -> Result<Statement, DispatchError> {
		let each = Balance::from(invoice.units.0) * invoice.price;
		let work = each * invoice.executors.len() as Balance;
		let shares: Vec<_> = invoice.royalties.iter().map(|to| to.share.mul_floor(work)).collect();
		let royalties = shares.iter().sum::<Balance>();
		let left = invoice
			.escrow
			.checked_sub(work + royalties + invoice.fee)
			.ok_or("the escrow is too small")?;
		let share = TreasuryShare::get().mul_floor(work).min(left);
		let treasury = share + invoice.fee;
		let pay = |to: &AccountId, amount| -> DispatchResult {
			if amount > 0 {
				let (exact, free, force) = (Precision::Exact, Restriction::Free, Fortitude::Force);
				Balances::transfer_on_hold(reason, payer, to, amount, exact, free, force)?;
			}
			Ok(())
		};
		for executor in invoice.executors {
			pay(executor, each)?;
		}
		for (to, amount) in invoice.royalties.iter().zip(shares) {
			pay(&to.payee, amount)?;
		}
		pay(&TREASURY, treasury)?;
		let refunded = match invoice.rest {
			Rest::Keep => 0,
			Rest::Release => Balances::release(reason, payer, left - share, Precision::Exact)?,
		};
		Ok(Statement { executors: work, royalties, treasury, refunded })
	}
}

/// Every block has the same VRF output, or none.
pub struct Randomness;

impl BlockVrf for Randomness {
	fn current() -> Option<[u8; 32]> {
		Vrf::get()
	}
}

/// Everybody who has an account.
pub fn accounts() -> impl Iterator<Item = AccountId> {
	[REQUESTER, OTHER, AUTHOR, TREASURY, ANCESTOR].into_iter().chain(EXECUTORS)
}

/// Runs a test in block 1 on accounts with [`ENDOWMENT`] each, then checks the invariants and the
/// issuance.
pub fn build_and_execute(test: impl FnOnce()) {
	genesis().execute_with(|| {
		System::set_block_number(1);
		JobMarket::on_initialize(1);
		let issuance = Balances::total_issuance();
		test();
		JobMarket::do_try_state().unwrap();
		assert_eq!(Balances::total_issuance(), issuance);
	});
}

/// The state that tests and benchmarks start from: the genesis block.
pub fn genesis() -> TestState {
	let balances = accounts().map(|who| (who, ENDOWMENT)).collect();
	let storage = RuntimeGenesisConfig {
		balances: pallet_balances::GenesisConfig { balances, ..Default::default() },
		job_market: crate::GenesisConfig { params: PARAMS, ..Default::default() },
		..Default::default()
	}
	.build_storage()
	.unwrap();
	let mut state = TestState::new(storage);
	state.execute_with(|| frame_system::BlockHash::<Test>::insert(0, GENESIS));
	state
}

/// Finishes this block and begins the next; returns the weight of `on_initialize`.
pub fn next_block() -> Weight {
	let now = System::block_number();
	// Whatever happens, the draws weigh no more than was set aside for them.
	let reserved = crate::ReservedDraws::<Test>::get().weight;
	let used = hypothetically!(JobMarket::draw_reserved(now));
	assert!(used.all_lte(reserved), "{used:?} of {reserved:?}");
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
		redundancy: Redundancy::DEFAULT,
		deadline: System::block_number() + MIN_DEADLINE,
		canary: H256::repeat_byte(0xca),
		funding: Funding::Hold,
	}
}

/// A request that many blocks can go by over.
pub fn patient_request() -> JobRequest {
	JobRequest { deadline: System::block_number() + 500, ..request() }
}

/// An ordinary request that is paid from credit.
pub fn credit_request() -> JobRequest {
	JobRequest { funding: Funding::Credit, ..request() }
}

/// What is held for the record of a job with `inline` bytes of input.
pub fn deposit(inline: u32) -> Balance {
	let record = Job::<AccountId>::max_encoded_len() as u128 - u128::from(MAX_INLINE_BYTES);
	PARAMS.deposit_base + (record + u128::from(inline)) * PARAMS.deposit_per_byte
}

/// Submits `request` as `who`.
pub fn submit_as(who: AccountId, request: JobRequest) -> JobId {
	let id = JobId(JobMarket::job_count());
	assert_ok!(JobMarket::submit(RuntimeOrigin::signed(who), request));
	id
}

/// Submits `request` as the requester.
pub fn submit(request: JobRequest) -> JobId {
	submit_as(REQUESTER, request)
}

/// Submits a request that is drawn at the end of the next block; begins the one after.
pub fn submit_and_draw_of(request: JobRequest) -> JobId {
	let id = submit(request);
	next_block();
	next_block();
	assert!(matches!(state(id), JobState::Running { .. }));
	id
}

/// Submits an ordinary request that is drawn at the end of the next block; begins the one after.
pub fn submit_and_draw() -> JobId {
	submit_and_draw_of(request())
}

/// A job that exists.
pub fn job(id: JobId) -> Job<AccountId> {
	JobMarket::job(id).unwrap()
}

/// Where a job stands.
pub fn state(id: JobId) -> JobState {
	job(id).state
}

/// Running, with nothing settled.
pub fn running(drawn_at: BlockNumber) -> JobState {
	JobState::Running { drawn_at, part: None }
}

/// Everything returned.
pub fn all_refunded() -> Statement {
	Statement { refunded: ESCROW, ..Default::default() }
}

/// Everything but the fee returned.
pub fn fee_kept() -> Statement {
	Statement { treasury: FEE, refunded: ESCROW - FEE, ..Default::default() }
}

/// What `who` has on hold for its open jobs.
pub fn held(who: AccountId) -> Balance {
	Balances::balance_on_hold(&crate::HoldReason::Escrow.into(), &who)
}

/// What `who` has on hold for the records of its jobs.
pub fn deposited(who: AccountId) -> Balance {
	Balances::balance_on_hold(&crate::HoldReason::Deposit.into(), &who)
}

/// What `who` has on hold as credit.
pub fn credited(who: AccountId) -> Balance {
	Balances::balance_on_hold(&crate::HoldReason::Credit.into(), &who)
}

/// What `who` has free.
pub fn free(who: AccountId) -> Balance {
	Balances::free_balance(who)
}

/// What `who` owns, free and on hold.
pub fn total(who: AccountId) -> Balance {
	Balances::total_balance(&who)
}

/// Puts `amount` on hold as credit of the requester.
pub fn add_credit(amount: Balance) {
	assert_ok!(JobMarket::add_credit(RuntimeOrigin::signed(REQUESTER), amount));
}

/// An answer with `root`.
pub fn answer(root: H256) -> Answer {
	Answer { root, output: Payload::Inline(vec![9].try_into().unwrap()) }
}

/// The answer of [`settle`] and [`settle_part`].
pub fn usual_answer() -> Answer {
	answer(H256::repeat_byte(1))
}

/// A set of items.
pub fn items<const N: usize>(items: [u32; N]) -> ItemSet {
	items.into_iter().collect()
}

/// Settles with the first `count` executors as the verification pallet does.
pub fn settle_with(id: JobId, count: usize) -> DispatchResult {
	<JobMarket as Settlement<AccountId>>::settle(id, &EXECUTORS[..count], usual_answer())?;
	end_committee(id);
	Ok(())
}

/// Settles with three.
pub fn settle(id: JobId) -> DispatchResult {
	settle_with(id, 3)
}

/// Settles some items with the first three executors as the verification pallet does.
pub fn settle_part(id: JobId, items: ItemSet) -> DispatchResult {
	<JobMarket as Settlement<AccountId>>::settle_part(id, &EXECUTORS[..3], usual_answer(), items)
}

/// Ends a job with the first `count` executors as invalid.
pub fn settle_invalid(id: JobId, count: usize) -> DispatchResult {
	let why = Invalidity::InputRefused;
	<JobMarket as Settlement<AccountId>>::settle_invalid(id, &EXECUTORS[..count], why)?;
	end_committee(id);
	Ok(())
}

/// Refunds as the verification pallet does.
pub fn refund(id: JobId) -> DispatchResult {
	<JobMarket as Settlement<AccountId>>::refund(id, RefundReason::Disagreement)?;
	end_committee(id);
	Ok(())
}

/// Asks for executors as the verification pallet does.
pub fn request_draw(id: JobId) -> DispatchResult {
	<JobMarket as Settlement<AccountId>>::request_draw(id)
}

/// Makes the committee of a running job want `seats` more in `round`.
pub fn escalate(id: JobId, seats: u32, round: u8) {
	let mut wants = Wants::get();
	wants.push((id, seats, round));
	Wants::set(&wants);
	assert_ok!(request_draw(id));
}

/// Opens a review as the verification pallet does.
pub fn open_review(
	of: JobId,
	payer: Option<AccountId>,
	deadline: BlockNumber,
) -> Result<JobId, DispatchError> {
	<JobMarket as Settlement<AccountId>>::open_review(of, payer.as_ref(), deadline)
}

/// Has a review reimbursed as the verification pallet does.
pub fn reimburse(review: JobId) -> Balance {
	<JobMarket as Settlement<AccountId>>::reimburse_review(review)
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

/// Jobs that were drawn, in order.
pub fn drawn() -> Vec<JobId> {
	events()
		.into_iter()
		.filter_map(|event| match event {
			crate::Event::Drawn { job, .. } => Some(job),
			_ => None,
		})
		.collect()
}
