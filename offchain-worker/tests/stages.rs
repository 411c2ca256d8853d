//! Every stage of a committee, seen from one of its seats: seals and fingerprints, digests, rounds,
//! parts of jobs, and what happens when the worker crashes in between.

mod common;

use std::sync::atomic::Ordering;

use common::{
	jobs::{blocks_until, committed, expected, numbers, responded, revealed, some_blocks},
	onnx,
	world::{until, World, GENESIS, SIMILAR},
};
use tercet_primitives::{
	apis::Assignment, hashing, Agreement, Architecture, BlockNumber, DeterminismClass, Duty,
	ExecutionProvider, Feature, Fingerprint, Invalidity, ItemSet, JobId, OnnxRuntimeVersion,
	Payload, Response, SeatState, Stage, H256,
};
use tercet_tensors::{fingerprint::fingerprints, TensorMap};
use tercet_worker::{
	chain::Message,
	journal::{Entry, Journal, Progress, Seat},
};

/// Items whose results are too large to travel inline.
const MANY: usize = 300;

fn similar(assignment: &mut Assignment) {
	assignment.agreement = SIMILAR;
}

fn prints(results: &TensorMap, wanted: &ItemSet, seed: &H256) -> Vec<Fingerprint> {
	let covered = ItemSet::first(results.items());
	fingerprints(results, &covered, wanted, Feature::Flat, seed).unwrap()
}

async fn voted(world: &World, job: JobId) -> Vec<Fingerprint> {
	until("the votes", || world.chain.assignment(job).voted).await;
	world.chain.votes.lock().unwrap()[&job].to_vec()
}

async fn sealed(world: &World, job: JobId) {
	until("the seal", || world.chain.assignment(job).sealed).await;
}

fn kinds(duties: &[Duty]) -> Vec<&'static str> {
	let kind = |duty: &Duty| match duty {
		Duty::Commit { .. } => "commit",
		Duty::Seal { .. } => "seal",
		Duty::Reveal { .. } => "reveal",
		Duty::OpenSeal { .. } => "open",
		Duty::Itemize { .. } => "itemize",
		Duty::Abstain { .. } => "abstain",
	};
	duties.iter().map(kind).collect()
}

fn batches(world: &World) -> Vec<Vec<Duty>> {
	let messages = world.chain.messages.lock().unwrap();
	let batch = |message: &Message| match message {
		Message::Answer(duties) => Some(duties.clone()),
		_ => None,
	};
	messages.iter().filter_map(batch).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn worker_seals_and_then_opens_fingerprints_when_answers_are_similar() {
	for items in [3, MANY] {
		let world = World::default();
		let running = world.start();
		let job = world.job_with(1, &onnx::add().0, &numbers(items), similar);
		let votes = voted(&world, job).await;
		let answer = revealed(&world, job).await;
		let results = expected(&onnx::add().0, &numbers(items));
		assert_eq!(answer.root, results.root());
		let all = ItemSet::first(items as u32);
		assert_eq!(votes, prints(&results, &all, &H256([1; 32])));
		// Response and fingerprints are opened together.
		assert_eq!(batches(&world).len(), 3);
		assert_eq!(kinds(&world.chain.duties()), ["commit", "seal", "reveal", "open"]);
		until("the counts", || running.context.metrics.opened.get() == 1).await;
		assert_eq!(running.context.metrics.sealed.get(), 1);
		running.stop().await;
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn worker_votes_again_on_the_open_items_when_there_is_another_round() {
	let world = World::default();
	let running = world.start();
	let job = world.job_with(1, &onnx::add().0, &numbers(5), similar);
	voted(&world, job).await;
	let open: ItemSet = [1, 4].into_iter().collect();
	world.chain.change(job, |assignment| {
		(assignment.committee_round, assignment.stage) = (1, Stage::Seal);
		(assignment.items_open, assignment.seed) = (open, H256([77; 32]));
		(assignment.sealed, assignment.voted) = (false, false);
	});
	let votes = voted(&world, job).await;
	let results = expected(&onnx::add().0, &numbers(5));
	assert_eq!(votes, prints(&results, &open, &H256([77; 32])));
	let duties = world.chain.duties();
	assert_eq!(kinds(&duties), ["commit", "seal", "reveal", "open", "seal", "open"]);
	let salts: Vec<_> = duties
		.iter()
		.filter_map(|duty| match duty {
			Duty::OpenSeal { salt, .. } => Some(*salt),
			_ => None,
		})
		.collect();
	assert_ne!(salts[0], salts[1], "an opened salt must not hide anything any more");
	running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn worker_seals_an_empty_list_when_the_job_is_invalid() {
	let world = World::default();
	let running = world.start();
	let job = world.job_with(1, b"garbage", &numbers(3), similar);
	assert_eq!(voted(&world, job).await, Vec::<Fingerprint>::new());
	assert_eq!(responded(&world, job).await, Response::Invalid(Invalidity::ModelRefused));
	// In another round there is nothing left to say.
	let sent = world.chain.duties().len();
	world.chain.change(job, |assignment| {
		(assignment.committee_round, assignment.stage) = (1, Stage::Seal);
		(assignment.sealed, assignment.voted) = (false, false);
	});
	some_blocks(&world).await;
	assert_eq!(world.chain.duties().len(), sent);
	running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn worker_shows_its_digests_when_roots_differ() {
	let world = World::default();
	let running = world.start();
	let job = world.job(1, &onnx::add().0, &numbers(4));
	revealed(&world, job).await;
	world.chain.change(job, |assignment| assignment.stage = Stage::Itemize);
	let digests: Vec<H256> = voted(&world, job).await.into_iter().map(H256).collect();
	assert_eq!(digests, expected(&onnx::add().0, &numbers(4)).item_digests());
	until("the journal", || {
		let entry = running.context.journal.get(&Seat::of(&world.chain.assignment(job))).unwrap();
		matches!(entry, Some(Entry::Answered { progress: Progress::Itemized, .. }))
	})
	.await;
	running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn worker_runs_only_the_items_that_are_asked_for() {
	let pinned = DeterminismClass::Pinned {
		provider: ExecutionProvider::Cpu,
		runtime: OnnxRuntimeVersion { major: 1, minor: 31, patch: 1 },
		architecture: Architecture::X86Avx2,
		threads: 1,
	};
	let asked: ItemSet = [1, 3, 4].into_iter().collect();
	let results = expected(&onnx::add().0, &numbers(6)).select(&asked).unwrap();
	for (agreement, class) in [
		(Agreement::Exact, DeterminismClass::Portable),
		(Agreement::Exact, pinned),
		(SIMILAR, DeterminismClass::Portable),
	] {
		let world = World::default();
		let running = world.start();
		let job = world.job_with(1, &onnx::add().0, &numbers(6), |assignment| {
			(assignment.agreement, assignment.class) = (agreement, class);
			(assignment.asked, assignment.items_open) = (asked, asked);
		});
		let answer = revealed(&world, job).await;
		assert_eq!(answer.root, hashing::result_root(&asked, &results.item_digests()));
		let Payload::Inline(output) = answer.output else { panic!() };
		assert_eq!(output.to_vec(), results.to_canonical_bytes());
		assert_eq!(running.context.metrics.items.get(), 3);
		if agreement == SIMILAR {
			let votes = voted(&world, job).await;
			let expected =
				fingerprints(&results, &asked, &asked, Feature::Flat, &H256([1; 32])).unwrap();
			assert_eq!(votes, expected);
		} else {
			world.chain.change(job, |assignment| assignment.stage = Stage::Itemize);
			assert_eq!(voted(&world, job).await.len(), 3);
		}
		running.stop().await;
	}
}

/// Stops a worker of a similar job in one stage after the other, and starts another one each time:
/// what is said never changes.
#[tokio::test(flavor = "multi_thread")]
async fn worker_goes_on_where_it_was_when_it_crashed_in_any_stage() {
	for items in [3, MANY] {
		let world = World::default();
		world.chain.held.lock().unwrap().insert(JobId(1));
		let job = world.job_with(1, &onnx::add().0, &numbers(items), similar);
		let running = world.start();
		committed(&world, job).await;
		running.kill().await;

		// The seal is sent, and lost in the crash.
		world.chain.change(job, |assignment| assignment.stage = Stage::Seal);
		world.chain.lose.store(u32::MAX, Ordering::Relaxed);
		let running = world.start();
		until("a lost seal", || kinds(&world.chain.duties()).contains(&"seal")).await;
		running.kill().await;
		world.chain.lose.store(0, Ordering::Relaxed);
		let running = world.start();
		sealed(&world, job).await;
		running.kill().await;
		let seals = world.chain.duties().into_iter().filter_map(|duty| match duty {
			Duty::Seal { seal, .. } => Some(seal),
			_ => None,
		});
		let seals: std::collections::HashSet<H256> = seals.collect();
		assert_eq!(seals.len(), 1, "a seal must not change");

		world.chain.change(job, |assignment| assignment.stage = Stage::Reveal);
		world.chain.lose.store(u32::MAX, Ordering::Relaxed);
		let running = world.start();
		// The response may go ahead of the fingerprints, which are computed anew.
		blocks_until(&world, "a lost reveal", || kinds(&world.chain.duties()).contains(&"open"))
			.await;
		running.kill().await;
		world.chain.lose.store(0, Ordering::Relaxed);
		let running = world.start();
		voted(&world, job).await;
		revealed(&world, job).await;
		assert_eq!(running.context.metrics.executed.get(), 0, "it ran once, before");
		assert_eq!(world.chain.commitments().len(), 1);
		running.stop().await;
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn worker_shows_the_same_digests_when_it_crashed_after_the_reveal() {
	let world = World::default();
	let job = world.job(1, &onnx::add().0, &numbers(4));
	let running = world.start();
	revealed(&world, job).await;
	running.kill().await;
	world.chain.change(job, |assignment| assignment.stage = Stage::Itemize);
	world.store.down.store(true, Ordering::Relaxed);
	let running = world.start();
	assert_eq!(voted(&world, job).await.len(), 4);
	running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn worker_fetches_its_own_results_when_they_are_lost_on_disk() {
	let world = World::default();
	world.chain.held.lock().unwrap().insert(JobId(1));
	let job = world.job_with(1, &onnx::add().0, &numbers(MANY), similar);
	let running = world.start();
	committed(&world, job).await;
	running.stop().await;
	let results = world.dir.path().join("results");
	assert_eq!(std::fs::read_dir(&results).unwrap().count(), 1);
	std::fs::remove_dir_all(&results).unwrap();

	// Without the store, there is nothing to seal; it is tried again.
	world.store.down.store(true, Ordering::Relaxed);
	world.chain.change(job, |assignment| assignment.stage = Stage::Seal);
	let running = world.start();
	let reason = tercet_worker::metrics::Reason { reason: "results-gone".into() };
	let failures = &running.context.metrics.fingerprint_failures;
	until("a failure", || failures.get_or_create(&reason).get() > 0).await;
	assert!(!world.chain.assignment(job).sealed);
	world.store.down.store(false, Ordering::Relaxed);
	world.chain.next_block();
	sealed(&world, job).await;
	running.stop().await;
}

/// Answers that a worker wrote down before; `commit` and `reveal` are due in the same block.
fn answered_before(world: &World, jobs: &[JobId]) {
	let journal = Journal::open(world.dir.path(), GENESIS).unwrap();
	for job in jobs {
		let response = Response::Invalid(Invalidity::InputRefused);
		let (salt, seal_secret) = ([job.0 as u8; 32], [0; 32]);
		let (digests, progress) = (vec![], Progress::Ready);
		let entry = Entry::Answered { response, salt, seal_secret, digests, progress };
		journal.record(&Seat::of(&world.chain.assignment(*job)), entry).unwrap();
	}
}

/// A committed job in [`Stage::Reveal`].
fn ready(world: &World, job: JobId) {
	let response = Response::Invalid(Invalidity::InputRefused);
	let me = common::world::me();
	let salt = [job.0 as u8; 32];
	let commitment = hashing::commitment(&GENESIS, job, 0, &me, &response, &salt);
	world.chain.change(job, |assignment| {
		(assignment.stage, assignment.state) = (Stage::Reveal, SeatState::Committed(commitment));
	});
}

#[tokio::test(flavor = "multi_thread")]
async fn worker_sends_a_reveal_together_with_the_commitment_of_another_job() {
	let world = World::default();
	let jobs = [1, 2, 3].map(|id| world.job(id, &onnx::add().0, &numbers(id as usize)));
	answered_before(&world, &jobs);
	ready(&world, jobs[0]);
	let running = world.start();
	for job in jobs {
		responded(&world, job).await;
	}
	let batches = batches(&world);
	assert_eq!(kinds(&batches[0]), ["reveal", "commit", "commit"]);
	assert_eq!(kinds(&batches[1]), ["reveal", "reveal"]);
	assert_eq!(batches.len(), 2);
	until("the count", || running.context.metrics.transactions.get() == 2).await;
	running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn worker_does_the_other_duties_when_one_is_refused() {
	let world = World::default();
	let jobs = [1, 2, 3].map(|id| world.job(id, &onnx::add().0, &numbers(id as usize)));
	answered_before(&world, &jobs);
	world.chain.refused.lock().unwrap().insert(jobs[1]);
	let running = world.start();
	for job in [jobs[0], jobs[2]] {
		responded(&world, job).await;
	}
	assert_eq!(running.context.metrics.splits.get(), 1);
	let alone = |batch: &Vec<Duty>| batch.len() == 1;
	let batches_before = batches(&world);
	assert_eq!(batches_before[0].len(), 3);
	assert!(batches_before[1..4].iter().all(alone));

	// What was refused goes alone from then on, and not in every block.
	assert_eq!(world.chain.state(jobs[1]), SeatState::Awaited);
	world.chain.refused.lock().unwrap().clear();
	let answered = || world.chain.response(jobs[1]).is_some();
	blocks_until(&world, "the last reveal", answered).await;
	running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn worker_sends_each_duty_in_the_last_block_of_its_window_and_not_after() {
	for (block, in_time) in [(99 as BlockNumber, true), (100, false)] {
		let world = World::default();
		let job = world.job(1, &onnx::add().0, &numbers(1));
		answered_before(&world, &[job]);
		ready(&world, job);
		world.chain.block.send_replace(block);
		let running = world.start();
		if in_time {
			responded(&world, job).await;
		} else {
			tokio::time::sleep(std::time::Duration::from_millis(400)).await;
			assert_eq!(world.chain.duties(), vec![]);
		}
		running.stop().await;
	}
}
