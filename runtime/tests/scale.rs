//! What a job costs on a crowded chain, held against a quiet one; and whether the fullest blocks of a
//! crowded chain stay within their limits.

mod common;

use std::{
	collections::BTreeMap,
	time::{Duration, Instant},
};

use common::*;
use pallet_job_market::{Event, QueueHead, ReservedDraws};
use pallet_provider_staking::{Params, SlashQueue};
use pallet_verification::{CommitteesOf, ReservedTransitions};
use polkadot_sdk::{
	frame_support::{traits::fungible::Mutate, weights::Weight},
	frame_system::EventRecord,
	sp_crypto_hashing::blake2_256,
	sp_io::TestExternalities,
	sp_trie::recorder::Recorder,
};
use tercet_primitives::{
	metering::Reserved, JobId, JobState, Redundancy, Stage, H256, MILLI_TCT, TCT,
};
use tercet_runtime::{
	configs::{
		MaxDrawWeight, MaxExpiries, MaxSlashes, MaxTransitionWeight, RuntimeBlockWeights,
		HOOKS_RATIO,
	},
	AccountId, Balances, JobMarket, Runtime, RuntimeEvent, System, Verification,
};

/// How crowded a chain is.
struct Size {
	providers: u32,
	jobs: u32,
}

const QUIET: Size = Size { providers: 10, jobs: 10 };
const CROWDED: Size = Size { providers: 10_000, jobs: 100_000 };

/// Jobs whose life is measured.
const LIVES: u32 = 10;

/// Blocks from the submission of the jobs until they expire.
const DEADLINE: u32 = 20_000;

fn provider(number: u32) -> AccountId {
	blake2_256(&[b"provider".as_slice(), &number.to_le_bytes()].concat()).into()
}

fn requester(number: u32) -> AccountId {
	blake2_256(&[b"requester".as_slice(), &(number % 100).to_le_bytes()].concat()).into()
}

/// A chain of that size whose jobs all wait.
fn chain_of(size: &Size) -> TestExternalities {
	let mut chain = chain();
	chain.execute_with(|| {
		for number in 0..size.providers {
			Balances::mint_into(&provider(number), BOND + 10 * TCT).expect("mints");
			provide(provider(number), BOND);
		}
		// Stake counts from the next epoch on.
		next_block();
		next_block();
		for number in 0..size.jobs {
			if number < 100 {
				Balances::mint_into(&requester(number), 1_000_000 * TCT).expect("mints");
			}
			submit(requester(number), request(1, MILLI_TCT, DEADLINE)).expect("submits");
		}
		System::reset_events();
	});
	chain
}

/// What a step takes. A key that is read or written more than once counts once.
#[derive(Clone, Copy, Debug)]
struct Cost {
	reads: usize,
	writes: usize,
	time: Duration,
}

/// A chain, and what the steps of its jobs took.
struct Watched {
	chain: TestExternalities,
	costs: BTreeMap<&'static str, Vec<Cost>>,
}

impl Watched {
	/// Does `step` while all state is in the trie.
	fn step<R>(&mut self, name: &'static str, step: impl FnOnce() -> R) -> R {
		self.chain.commit_all().expect("no transaction is open");
		let recorder = Recorder::default();
		let begun = Instant::now();
		let result = self.chain.execute_with_recorder(recorder.clone(), step);
		let time = begun.elapsed();
		let reads = recorder.recorded_keys().values().map(|keys| keys.len()).sum();
		let writes = self.chain.overlayed_changes().changes().count();
		self.costs.entry(name).or_default().push(Cost { reads, writes, time });
		result
	}

	/// Lets the next job of the queue, and no other, live from its draw to its settlement.
	fn live(&mut self, job: JobId) {
		self.step("draw", || {
			let heaviest = JobMarket::heaviest_turn();
			ReservedDraws::<Runtime>::put(Reserved::new(1, heaviest, heaviest));
			end_block();
		});
		self.step("begin block", begin_block);
		let seats = self.chain.execute_with(|| executors(job));
		for who in &seats {
			self.step("commit", || commit(who.clone(), job, 0)).expect("owed");
		}
		for _ in 0..2 {
			self.step("end block", || {
				ReservedDraws::<Runtime>::kill();
				end_block();
			});
			self.step("begin block", begin_block);
		}
		for (place, who) in seats.iter().enumerate() {
			let name = if place + 1 < seats.len() { "reveal" } else { "reveal, settle" };
			self.step(name, || reveal(who.clone(), job, 0)).expect("owed");
		}
		let state = self.chain.execute_with(|| JobMarket::job(job).expect("kept").state);
		assert!(matches!(state, JobState::Settled { .. }), "{state:?}");
	}
}

/// Watches the lives of as many jobs in turn, one on each chain.
fn lives() -> [Watched; 2] {
	let watched = |size| Watched { chain: chain_of(size), costs: BTreeMap::new() };
	let mut chains = [watched(&QUIET), watched(&CROWDED)];
	for job in 0..LIVES {
		chains.iter_mut().for_each(|chain| chain.live(JobId(job.into())));
	}
	chains
}

fn mean(costs: &[Cost], count: impl Fn(&Cost) -> usize) -> f64 {
	costs.iter().map(count).sum::<usize>() as f64 / costs.len() as f64
}

fn median(costs: &[Cost]) -> Duration {
	let mut times: Vec<_> = costs.iter().map(|cost| cost.time).collect();
	times.sort();
	times[times.len() / 2]
}

#[test]
fn draw_commit_reveal_and_settle_cost_the_same_when_the_chain_is_crowded() {
	let [quiet, crowded] = lives();
	println!("| step | reads, quiet | crowded | writes, quiet | crowded | time, ratio |");
	println!("|---|---|---|---|---|---|");
	for (name, few) in &quiet.costs {
		let many = &crowded.costs[name];
		let [reads, more_reads] = [few, many].map(|costs| mean(costs, |cost| cost.reads));
		let [writes, more_writes] = [few, many].map(|costs| mean(costs, |cost| cost.writes));
		let ratio = median(many).as_secs_f64() / median(few).as_secs_f64();
		println!(
			"| {name} | {reads:.1} | {more_reads:.1} | {writes:.1} | {more_writes:.1} | {ratio:.2} |"
		);
		if *name == "reveal, settle" {
			// What an executor's credits were is put aside once in a period: of ten providers most have
			// worked before, of ten thousand none.
			let once = f64::from(Redundancy::DEFAULT.executors);
			assert!((writes..=writes + once).contains(&more_writes), "{more_writes} writes");
		} else {
			assert_eq!(writes, more_writes, "{name} writes");
		}
		if *name == "draw" {
			// Ten providers are all looked at; of ten thousand, samples. Luck says how many.
			let most = many.iter().map(|cost| cost.reads).max().unwrap_or_default();
			assert!(most < 2 * reads as usize, "{most} reads");
		} else {
			assert_eq!(reads, more_reads, "{name} reads");
		}
	}
}

/// What the hooks of a block deal with, or set weight aside for.
#[derive(Clone, Copy, Debug, Default)]
struct Load {
	draws: Reserved,
	transitions: Reserved,
	expiries: u32,
	slashes: u32,
}

impl Load {
	/// What the block that has just begun deals with.
	fn of_block(slashes_before: u32) -> Self {
		let expired = |record: &EventRecord<RuntimeEvent, H256>| {
			matches!(record.event, RuntimeEvent::JobMarket(Event::Refunded { .. }))
		};
		Self {
			draws: ReservedDraws::<Runtime>::get(),
			transitions: ReservedTransitions::<Runtime>::get(),
			expiries: System::events().iter().filter(|record| expired(record)).count() as u32,
			slashes: SlashQueue::<Runtime>::get().begin - slashes_before,
		}
	}

	fn max(self, other: Self) -> Self {
		Self {
			draws: max(self.draws, other.draws),
			transitions: max(self.transitions, other.transitions),
			expiries: self.expiries.max(other.expiries),
			slashes: self.slashes.max(other.slashes),
		}
	}
}

fn max(a: Reserved, b: Reserved) -> Reserved {
	Reserved { entries: a.entries.max(b.entries), weight: a.weight.max(b.weight) }
}

/// Ends a block and begins the next one; its weight must be within the limit of hooks.
fn block(watched: &mut Watched) -> (Weight, Load) {
	let limit = HOOKS_RATIO * RuntimeBlockWeights::get().max_block;
	watched.step("block", || {
		end_block();
		let slashes = SlashQueue::<Runtime>::get().begin;
		let weight = begin_block();
		let load = Load::of_block(slashes);
		assert!(weight.all_lte(limit), "{load:?}: {weight:?} is more than {limit:?}");
		(weight, load)
	})
}

#[test]
fn fullest_blocks_stay_within_their_limits_when_the_chain_is_crowded() {
	let mut watched = Watched { chain: chain_of(&CROWDED), costs: BTreeMap::new() };
	let (mut weight, mut load) = (Weight::zero(), Load::default());
	let mut blocks = |watched: &mut Watched, count: u32| {
		for _ in 0..count {
			let (block_weight, block_load) = block(watched);
			weight = weight.max(block_weight);
			load = load.max(block_load);
		}
	};
	let jump = |watched: &mut Watched, to| {
		watched.chain.execute_with(|| System::set_block_number(to));
	};

	// Committees whose executors all stay silent, more than can be dealt with in one block ...
	let drawn = 2 * (Verification::most_transitions() + MaxSlashes::get());
	while watched.chain.execute_with(QueueHead::<Runtime>::get) < drawn.into() {
		blocks(&mut watched, 1);
	}
	let last = JobId(u64::from(drawn) - 1);
	let committee = watched.chain.execute_with(|| Verification::committee(last).expect("drawn"));
	jump(&mut watched, committee.until);
	let backlog = 10;
	blocks(&mut watched, backlog);
	// ... whose slashes fall due together, ...
	let delay = watched.chain.execute_with(|| Params::<Runtime>::get().slash_delay);
	jump(&mut watched, committee.until + backlog + delay);
	blocks(&mut watched, 2);
	// ... and a hundred thousand jobs that expire in the same block.
	jump(&mut watched, DEADLINE + 10);
	// Those that were jumped over are looked at, too.
	blocks(&mut watched, (CROWDED.jobs + DEADLINE).div_ceil(MaxExpiries::get()) + 10);

	let declared = weight.ref_time() as f64 / 1e9;
	println!("{load:?} at most; fullest block {declared} ms declared");
	assert_eq!(load.draws.entries, JobMarket::most_turns());
	assert_eq!(load.draws.weight.ref_time(), MaxDrawWeight::get().ref_time());
	assert_eq!(load.transitions.entries, Verification::most_transitions());
	assert_eq!(load.transitions.weight.ref_time(), MaxTransitionWeight::get().ref_time());
	assert_eq!(load.expiries, MaxExpiries::get());
	assert_eq!(load.slashes, MaxSlashes::get());
	watched.chain.execute_with(|| {
		for job in 0..CROWDED.jobs {
			let state = JobMarket::job(JobId(job.into())).expect("kept").state;
			assert!(matches!(state, JobState::Refunded { .. }), "{job}: {state:?}");
		}
		check_invariants();
	});
}

/// Committees that are in `stage`.
fn committees_in(stage: Stage) -> usize {
	CommitteesOf::<Runtime>::iter_values().filter(|committee| committee.stage == stage).count()
}

#[test]
fn blocks_do_many_draws_and_lotteries_when_jobs_are_ordinary() {
	const MANY: usize = 40;
	let jobs = 3 * MANY as u32;
	let mut chain = chain_of(&Size { providers: 200, jobs });
	chain.execute_with(|| {
		let mut turns = Vec::new();
		while JobMarket::queue_length() > 0 {
			let before = QueueHead::<Runtime>::get();
			next_block();
			turns.push(QueueHead::<Runtime>::get() - before);
		}
		assert_eq!(committees_in(Stage::Commit), jobs as usize);
		for job in (0..jobs).map(|job| JobId(job.into())) {
			for who in executors(job) {
				commit(who, job, 0).expect("owed");
			}
		}
		assert_eq!(committees_in(Stage::Lottery), jobs as usize);
		let mut lotteries = Vec::new();
		while committees_in(Stage::Lottery) > 0 {
			let before = committees_in(Stage::Lottery);
			next_block();
			lotteries.push(before - committees_in(Stage::Lottery));
		}
		println!("draws {turns:?}, lotteries {lotteries:?}");
		assert!(turns.iter().any(|turns| *turns >= MANY as u64));
		assert!(lotteries.iter().any(|lotteries| *lotteries >= MANY));
		check_invariants();
	});
}
