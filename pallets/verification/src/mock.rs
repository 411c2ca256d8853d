//! A runtime with balances and this pallet, a market that holds escrow and pays from it, and a pool
//! of providers with stake on hold that is slashed.

use crate as pallet_verification;
use crate::WeightInfo;
use frame::{
	deps::frame_support::storage::with_storage_layer,
	prelude::*,
	testing_prelude::*,
	traits::{
		fungible::{InspectHold, Mutate, MutateHold},
		tokens::{Preservation, Restriction},
	},
	weights_prelude::ParityDbWeight,
};
use polkadot_sdk::pallet_balances;
use tercet_primitives::{
	hashing,
	traits::{BlockVrf, Committees, Draw, DrawError, Drawn, ProviderPool, Settlement},
	Agreement, Answer, Balance, BlockNumber, Conduct, DeterminismClass, Disputed, Feature, Funding,
	Invalidity, ItemSet, Job, JobId, JobRequest, JobState, ModelId, Part, Patch, Payload, PoolId,
	Redundancy, RefundReason, Statement, VariantId, WorkUnits, H256,
};

pub type AccountId = u64;

pub const REQUESTER: AccountId = 1;
pub const TREASURY: AccountId = 2;
pub const STRANGER: AccountId = 3;
pub const PROVIDERS: core::ops::RangeInclusive<AccountId> = 11..=40;

pub const ENDOWMENT: Balance = 100_000_000;
/// Paid to each executor for each item.
pub const PAY: Balance = 10;
pub const FEE: Balance = 7;
/// What each executor has at stake in a job.
pub const RISK: Balance = 1_000;
pub const STAKE: Balance = 50_000_000;
pub const GENESIS: H256 = H256::repeat_byte(0x67);
/// Block in which tests start.
pub const START: BlockNumber = 10;
/// Blocks that [`submit`] gives a job.
pub const TIME: BlockNumber = 100;
pub const SIMILAR: Agreement = Agreement::Similar { max_distance: 20, feature: Feature::Flat };

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
	Stake,
}

impl VariantCount for HoldReason {
	const VARIANT_COUNT: u32 = 2;
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

parameter_types! {
	/// The jobs of the market.
	pub storage Jobs: Vec<(JobId, Job<AccountId>)> = Vec::new();
	/// Jobs that wait for a draw.
	pub storage Queue: Vec<JobId> = Vec::new();
	/// How many of them waited when the block began.
	pub storage Waiting: u32 = 0;
	/// Whether jobs end.
	pub storage SettlementFails: bool = false;
	/// Whether reviews are refused.
	pub storage ReviewsFail: bool = false;
	/// Who can be drawn.
	pub storage Available: Vec<AccountId> = PROVIDERS.collect();
	/// Stake set aside.
	pub storage AtRisk: Vec<(AccountId, JobId)> = Vec::new();
	/// Who was released, and why, oldest first.
	pub storage Released: Vec<(AccountId, Conduct)> = Vec::new();
	/// Who was overruled, oldest first.
	pub storage Overruled: Vec<AccountId> = Vec::new();
	/// Distinguishes the randomness of one run from another's.
	pub storage Nonce: u64 = 0;
	/// Whether blocks have randomness.
	pub storage HasVrf: bool = true;
	/// How many stages may end in a block if each weighs the most.
	pub storage MaxTransitions: u32 = 50;
	// Proofs are not what limits a chain of its own.
	pub MaxTransitionWeight: Weight =
		Weights::transition().saturating_mul(MaxTransitions::get().into()).set_proof_size(u64::MAX);
}

pub type Weights = <Test as crate::Config>::WeightInfo;

impl pallet_verification::Config for Test {
	type Settlement = Market;
	type Pool = Pool;
	type Vrf = Vrf;
	type AdminOrigin = EnsureRoot<AccountId>;
	type MaxTransitionWeight = MaxTransitionWeight;
	type ParamsCooldown = ConstU32<10>;
	type WeightInfo = crate::weights::SubstrateWeight<Test>;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = Market;
}

#[cfg(feature = "runtime-benchmarks")]
impl crate::benchmarking::BenchmarkHelper for Market {
	fn submit(items: u32, agreement: Agreement, redundancy: Redundancy, canary: H256) -> JobId {
		let request = JobRequest { canary, ..request(items, redundancy) };
		Self::insert(REQUESTER, request, agreement).unwrap()
	}

	fn draw() {
		Waiting::set(&(Queue::get().len() as u32));
		Self::draw();
	}
}

/// Randomness by height.
pub struct Vrf;

impl BlockVrf for Vrf {
	fn current() -> Option<[u8; 32]> {
		HasVrf::get().then(|| {
			(b"vrf", System::block_number(), Nonce::get()).using_encoded(frame::hashing::blake2_256)
		})
	}
}

/// Holds an escrow for each job and pays each executor [`PAY`] per item.
pub struct Market;

impl Market {
	fn change(
		id: JobId,
		change: impl FnOnce(&mut Job<AccountId>) -> DispatchResult,
	) -> DispatchResult {
		let mut jobs = Jobs::get();
		let (_, job) = jobs.iter_mut().find(|(other, _)| *other == id).ok_or("no such job")?;
		ensure!(!job.state.is_terminal(), "the job has ended");
		change(job)?;
		Jobs::set(&jobs);
		// After the write, to see whether it is rolled back.
		ensure!(!SettlementFails::get(), "settlement fails");
		Ok(())
	}

	fn send(from: AccountId, to: AccountId, amount: Balance) -> DispatchResult {
		Balances::transfer_on_hold(
			&HoldReason::Escrow,
			&from,
			&to,
			amount,
			Precision::Exact,
			Restriction::Free,
			Fortitude::Force,
		)?;
		Ok(())
	}

	/// Pays from the escrow, and adds to the statement.
	fn pay(
		job: &Job<AccountId>,
		executors: &[AccountId],
		items: u32,
	) -> Result<Statement, DispatchError> {
		let pay = PAY * Balance::from(items);
		for executor in executors {
			Self::send(job.requester, *executor, pay)?;
		}
		let mut statement = job.state.statement();
		statement.executors += pay * executors.len() as Balance;
		Ok(statement)
	}

	/// Takes the fee if a committee was drawn, and returns the rest.
	fn finish(job: &Job<AccountId>, mut statement: Statement) -> Result<Statement, DispatchError> {
		if job.state != JobState::Queued {
			Self::send(job.requester, TREASURY, FEE)?;
			statement.treasury += FEE;
		}
		let rest = job.escrow - statement.total().unwrap();
		Balances::release(&HoldReason::Escrow, &job.requester, rest, Precision::Exact)?;
		statement.refunded += rest;
		Ok(statement)
	}

	fn part(job: &Job<AccountId>) -> Option<Part> {
		match &job.state {
			JobState::Running { part, .. } => part.clone(),
			_ => None,
		}
	}

	fn open(job: &Job<AccountId>) -> ItemSet {
		let all = ItemSet::first(job.request.items);
		Self::part(job).map_or(all, |part| all.without(&part.items))
	}

	/// Adds a queued job.
	pub fn insert(
		requester: AccountId,
		request: JobRequest,
		agreement: Agreement,
	) -> Result<JobId, DispatchError> {
		let mut jobs = Jobs::get();
		let id = JobId(jobs.len() as u64);
		let escrow = PAY * Balance::from(request.items) * 14 + FEE;
		let job = Job {
			requester,
			request,
			units_per_item: WorkUnits(1),
			artifact: H256::zero(),
			agreement,
			royalties: BoundedVec::new(),
			escrow,
			fee: FEE,
			risk: RISK,
			deposit: 0,
			submitted_at: System::block_number(),
			state: JobState::Queued,
		};
		Balances::hold(&HoldReason::Escrow, &requester, escrow)?;
		jobs.push((id, job));
		Jobs::set(&jobs);
		let mut queue = Queue::get();
		queue.push(id);
		Queue::set(&queue);
		Ok(id)
	}

	/// As at the beginning of a block: ends jobs whose deadline has passed.
	fn expire() {
		let now = System::block_number();
		for (id, job) in Jobs::get() {
			if !job.state.is_terminal() && job.request.deadline < now {
				let _ = with_storage_layer(|| {
					let reason = <Verification as Committees<AccountId>>::close(id)?;
					<Self as Settlement<AccountId>>::refund(id, reason)
				});
			}
		}
	}

	/// As at the end of a block: draws for the jobs that waited when it began.
	fn draw() {
		let waiting = Waiting::get() as usize;
		let (turn, rest): (Vec<_>, Vec<_>) =
			Queue::get().into_iter().enumerate().partition(|(place, _)| *place < waiting);
		Queue::set(&rest.into_iter().map(|(_, job)| job).collect::<Vec<_>>());
		for (_, job) in turn {
			let Some(wanted) = <Verification as Committees<AccountId>>::wanted(job) else {
				continue;
			};
			let drawn = with_storage_layer(|| -> DispatchResult {
				let record = Self::job(job).unwrap();
				let vrf = Vrf::current().ok_or("no randomness")?;
				let seed = hashing::draw_seed(&vrf, &GENESIS, job, wanted.round);
				let executors = Pool::draw(Draw {
					pool: &record.request.pool(),
					price: record.request.price,
					seats: wanted.seats,
					exclude: &wanted.exclude,
					proven: false,
					risk: record.risk,
					seed: &seed,
				})
				.executors
				.map_err(|_| "nobody to draw")?;
				seat(job, executors)
			});
			if drawn.is_err() {
				let mut queue = Queue::get();
				queue.push(job);
				Queue::set(&queue);
			}
		}
	}
}

/// Seats `executors` and lets the job run.
pub fn seat(job: JobId, executors: Vec<AccountId>) -> DispatchResult {
	let mut jobs = Jobs::get();
	let record = jobs.iter_mut().find(|(id, _)| *id == job).map(|(_, record)| record);
	let record = record.ok_or("no such job")?;
	if record.state == JobState::Queued {
		record.state = JobState::Running { drawn_at: System::block_number(), part: None };
	}
	let mut at_risk = AtRisk::get();
	at_risk.extend(executors.iter().map(|who| (*who, job)));
	<Verification as Committees<AccountId>>::seat(job, executors)?;
	Jobs::set(&jobs);
	AtRisk::set(&at_risk);
	Ok(())
}

impl Settlement<AccountId> for Market {
	fn job(id: JobId) -> Option<Job<AccountId>> {
		Jobs::get().into_iter().find(|(other, _)| *other == id).map(|(_, job)| job)
	}

	fn is_for_proven(redundancy: &Redundancy) -> bool {
		redundancy.executors < Redundancy::DEFAULT.executors
	}

	fn settle_part(
		id: JobId,
		executors: &[AccountId],
		answer: Answer,
		items: ItemSet,
	) -> DispatchResult {
		Self::change(id, |job| {
			let JobState::Running { drawn_at, part: None } = job.state else {
				return Err("a second part".into());
			};
			let statement = Self::pay(job, executors, items.len())?;
			job.state =
				JobState::Running { drawn_at, part: Some(Part { answer, items, statement }) };
			Ok(())
		})
	}

	fn settle(id: JobId, executors: &[AccountId], answer: Answer) -> DispatchResult {
		Self::change(id, |job| {
			let open = Self::open(job);
			let statement = Self::pay(job, executors, open.len())?;
			let statement = Self::finish(job, statement)?;
			let at = System::block_number();
			let (answer, disputed) = match Self::part(job) {
				Some(part) => (part.answer, Disputed::Resolved(Patch { items: open, answer })),
				None => (answer, Disputed::None),
			};
			job.state = JobState::Settled { at, answer, disputed, statement };
			Ok(())
		})
	}

	fn settle_invalid(id: JobId, executors: &[AccountId], why: Invalidity) -> DispatchResult {
		Self::change(id, |job| {
			ensure!(Self::part(job).is_none(), "a part was settled");
			let statement = Self::pay(job, executors, 1)?;
			let statement = Self::finish(job, statement)?;
			job.state = JobState::Invalid { at: System::block_number(), why, statement };
			Ok(())
		})
	}

	fn refund(id: JobId, reason: RefundReason) -> DispatchResult {
		Self::change(id, |job| {
			let items = Self::open(job);
			let statement = Self::finish(job, job.state.statement())?;
			let at = System::block_number();
			job.state = match Self::part(job) {
				Some(Part { answer, .. }) => {
					let disputed = Disputed::Refunded { items, reason };
					JobState::Settled { at, answer, disputed, statement }
				},
				None => JobState::Refunded { at, reason, statement },
			};
			Ok(())
		})
	}

	fn request_draw(job: JobId) -> DispatchResult {
		let mut queue = Queue::get();
		queue.push(job);
		Queue::set(&queue);
		ensure!(!SettlementFails::get(), "settlement fails");
		Ok(())
	}

	fn open_review(
		of: JobId,
		payer: Option<&AccountId>,
		deadline: BlockNumber,
	) -> Result<JobId, DispatchError> {
		let job = Self::job(of).ok_or("no such job")?;
		let redundancy = Redundancy { executors: 5, quorum: 4 };
		let request = JobRequest { redundancy, deadline, canary: H256::zero(), ..job.request };
		let review = Self::insert(*payer.unwrap_or(&TREASURY), request, job.agreement)?;
		ensure!(!ReviewsFail::get(), "no reviews");
		Ok(review)
	}

	fn reimburse_review(review: JobId) -> Balance {
		let job = Self::job(review).unwrap();
		let cost = job.escrow - job.state.statement().refunded;
		Balances::transfer(&TREASURY, &job.requester, cost, Preservation::Expendable).unwrap();
		cost
	}
}

/// Draws at random, and slashes stake on hold.
pub struct Pool;

impl Pool {
	fn slash(who: &AccountId, amount: Balance) {
		Balances::transfer_on_hold(
			&HoldReason::Stake,
			who,
			&TREASURY,
			amount,
			Precision::Exact,
			Restriction::Free,
			Fortitude::Force,
		)
		.unwrap();
	}
}

impl ProviderPool<AccountId> for Pool {
	fn available(_: &PoolId) -> u32 {
		Available::get().len() as u32
	}

	fn draw(draw: Draw<'_, AccountId>) -> Drawn<AccountId> {
		let mut left = Available::get();
		left.retain(|who| !draw.exclude.contains(who));
		if left.len() < draw.seats as usize {
			return Drawn { executors: Err(DrawError::TooFewProviders), reads: 0 };
		}
		let executors = (0..draw.seats).map(|seat| {
			let [byte, ..] = (draw.seed, seat).using_encoded(frame::hashing::blake2_256);
			left.remove(byte as usize % left.len())
		});
		Drawn { executors: Ok(executors.collect()), reads: 0 }
	}

	fn most_reads(_: u32, _: u32) -> u32 {
		0
	}

	fn release(executor: &AccountId, risk: Balance, conduct: Conduct) {
		assert_eq!(risk, RISK);
		match conduct {
			Conduct::Wrong => Self::slash(executor, risk),
			Conduct::Withheld => Self::slash(executor, risk / 2),
			Conduct::Silent => Self::slash(executor, risk / 10),
			_ => {},
		}
		let mut released = Released::get();
		released.push((*executor, conduct));
		Released::set(&released);
	}

	fn overrule(executor: &AccountId, risk: Balance) {
		Self::slash(executor, risk);
		let mut overruled = Overruled::get();
		overruled.push(*executor);
		Overruled::set(&overruled);
	}
}

/// Runs a test in block [`START`], then checks the invariants and the issuance.
pub fn build_and_execute(test: impl FnOnce()) {
	build_with_audits(Permill::zero(), test);
}

/// The same, where this share of the jobs is audited.
pub fn build_with_audits(rate: Permill, test: impl FnOnce()) {
	state(rate).execute_with(|| {
		begin(START);
		let issuance = Balances::total_issuance();
		test();
		check(issuance);
	});
}

/// The state that tests start from, where this share of the jobs is audited.
fn state(rate: Permill) -> TestState {
	let accounts = [REQUESTER, TREASURY, STRANGER].into_iter().chain(PROVIDERS);
	let balances = accounts.map(|who| (who, ENDOWMENT)).collect();
	let params = crate::VerificationParams {
		audit_rate: rate,
		proven_audit_rate: rate,
		..Default::default()
	};
	let storage = RuntimeGenesisConfig {
		balances: pallet_balances::GenesisConfig { balances, ..Default::default() },
		verification: crate::GenesisConfig { params, ..Default::default() },
		..Default::default()
	}
	.build_storage()
	.unwrap();
	let mut state = TestState::new(storage);
	state.execute_with(|| {
		frame_system::BlockHash::<Test>::insert(0, GENESIS);
		for who in PROVIDERS {
			assert_ok!(Balances::hold(&HoldReason::Stake, &who, STAKE));
		}
	});
	state
}

/// The state that benchmarks start from.
#[cfg(feature = "runtime-benchmarks")]
pub fn new_test_ext() -> TestState {
	state(Permill::zero())
}

fn check(issuance: Balance) {
	Verification::do_try_state().unwrap();
	assert_eq!(Balances::total_issuance(), issuance);
	// Whatever is on hold is behind an open job.
	let open = |(_, job): &&(JobId, Job<AccountId>)| !job.state.is_terminal();
	let behind: Balance = Jobs::get()
		.iter()
		.filter(open)
		.map(|(_, job)| job.escrow - job.state.statement().total().unwrap())
		.sum();
	let held = [REQUESTER, TREASURY]
		.map(|who| Balances::balance_on_hold(&HoldReason::Escrow, &who))
		.iter()
		.sum::<Balance>();
	assert_eq!(held, behind);
	let ended = crate::CommitteesOf::<Test>::iter_values().filter(|it| it.decision.is_some());
	let seats: usize = ended.map(|committee| committee.seats.len()).sum();
	assert_eq!(Released::get().len(), seats, "everyone is released once");
}

/// Begins block `block`.
pub fn begin(block: BlockNumber) {
	System::set_block_number(block);
	Market::expire();
	Waiting::set(&(Queue::get().len() as u32));
	Verification::on_initialize(block);
}

/// Ends the block under construction.
pub fn finalize() {
	Market::draw();
	let now = System::block_number();
	// Whatever happens, the ends of stages weigh no more than was set aside for them.
	let reserved = crate::ReservedTransitions::<Test>::get().weight;
	let used = hypothetically!(Verification::end_due_stages(now));
	assert!(used.all_lte(reserved), "{used:?} of {reserved:?}");
	Verification::on_finalize(now);
}

/// Ends this block and begins the next, until `block` has begun.
pub fn run_to(block: BlockNumber) {
	while System::block_number() < block {
		finalize();
		begin(System::block_number() + 1);
	}
}

/// Ends `blocks` blocks.
pub fn skip(blocks: BlockNumber) {
	run_to(System::block_number() + blocks);
}

/// What [`submit`] asks for.
pub fn request(items: u32, redundancy: Redundancy) -> JobRequest {
	JobRequest {
		variant: VariantId { model: ModelId(0), index: 0 },
		class: DeterminismClass::Portable,
		items,
		input: Payload::Inline(vec![1].try_into().unwrap()),
		price: PAY,
		redundancy,
		deadline: System::block_number() + TIME,
		canary: H256::zero(),
		funding: Funding::Hold,
	}
}

/// Submits a job for three of three executors.
pub fn submit(items: u32, agreement: Agreement) -> JobId {
	Market::insert(REQUESTER, request(items, Redundancy::DEFAULT), agreement).unwrap()
}

/// Submits a job and waits until its executors are drawn.
pub fn open(items: u32, agreement: Agreement) -> JobId {
	open_request(request(items, Redundancy::DEFAULT), agreement)
}

/// The same, for any request.
pub fn open_request(request: JobRequest, agreement: Agreement) -> JobId {
	let job = Market::insert(REQUESTER, request, agreement).unwrap();
	skip(2);
	assert!(Verification::committee(job).is_some());
	job
}
