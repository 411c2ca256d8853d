//! What a worker says about jobs that cannot be run, and about those that only it cannot run.

mod common;

use std::{
	sync::{
		atomic::{AtomicBool, AtomicU32, Ordering},
		Arc,
	},
	time::Duration,
};

use common::{
	jobs::{
		abstained, abstentions, blocks_until, int8_model, numbers, responded, revealed, some_blocks,
	},
	onnx,
	world::{until, World, GENESIS},
};
use tercet_primitives::{
	apis::Assignment, BlobRef, Invalidity, ItemSet, JobId, Payload, Response, SeatState, H256,
};
use tercet_tensors::{Tensor, TensorMap};
use tercet_worker::{
	compute::{Compute, Failure, FailureKind, Opening, Request, Results, Runnable},
	journal::{Entry, Journal, Progress, Seat},
	services::hand_back,
};
use tokio_util::sync::CancellationToken;

/// Blocks until patience with a missing blob ends, in the worlds' windows of 100.
const PATIENCE: u32 = 70;

async fn invalid(world: &World, job: JobId) -> Invalidity {
	match responded(world, job).await {
		Response::Invalid(why) => why,
		other => panic!("{other:?}"),
	}
}

/// Each of these is the requester's or the publisher's fault, and must cost nobody else anything.
#[tokio::test(flavor = "multi_thread")]
async fn worker_says_why_and_serves_others_when_a_job_cannot_be_run() {
	let world = World::default();
	let running = world.start();
	let external = onnx::tensor("w", &[2], &[1.0, 2.0]).integer(14, 1);
	let external = onnx::model(onnx::add_graph(external)).0;
	let garbage = world.job(1, b"garbage", &numbers(1));
	let outside = world.job(2, &external, &numbers(1));
	let wrong_input = TensorMap::new([("z", Tensor::u8(&[1], &[0]).unwrap())]).unwrap();
	let unbound = world.job(3, &onnx::add().0, &wrong_input);
	let good = world.job(4, &onnx::add().0, &numbers(1));
	let miscounted = world.job_with(5, &onnx::add().0, &numbers(1), |assignment| {
		(assignment.items, assignment.asked) = (2, ItemSet::first(2));
	});
	let no_tensors = world.job_with(6, &onnx::add().0, &numbers(1), |assignment| {
		assignment.input = Payload::Inline(vec![1, 2, 3].try_into().unwrap());
	});
	let huge = world.job_with(7, &onnx::add().0, &numbers(1), |assignment| {
		assignment.artifact.size = (1 << 20) + 1;
	});
	let contradiction =
		world.job_with(8, &onnx::identity(onnx::FLOAT).0, &numbers(1), |assignment| {
			assignment.artifact.blob_id = [9; 32];
		});

	revealed(&world, good).await;
	for (job, why) in [
		(garbage, Invalidity::ModelRefused),
		(outside, Invalidity::ModelRefused),
		(unbound, Invalidity::InputRefused),
		(miscounted, Invalidity::InputRefused),
		(no_tensors, Invalidity::InputRefused),
		(contradiction, Invalidity::BlobMismatch),
	] {
		assert_eq!(invalid(&world, job).await, why, "{job:?}");
	}
	// This worker's own limit is nobody else's.
	abstained(&world, huge).await;
	assert_eq!(abstentions(&running, "too-large"), 1);
	assert_eq!(running.context.metrics.executed.get(), 1);
	running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn worker_waits_long_before_it_calls_a_blob_missing() {
	let world = World::default();
	let running = world.start();
	let gone = |assignment: &mut Assignment| {
		let digest = H256([3; 32]);
		assignment.artifact = BlobRef { blob_id: digest.0, digest, size: 10 };
	};
	let job = world.job_with(1, &onnx::add().0, &numbers(1), gone);
	until("an honest effort", || world.store.reads.load(Ordering::Relaxed) > 3).await;
	some_blocks(&world).await;
	assert_eq!(world.chain.duties(), vec![]);
	world.chain.block.send_replace(PATIENCE);
	assert_eq!(invalid(&world, job).await, Invalidity::BlobMissing);
	running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn worker_answers_when_the_blob_appears_late() {
	let world = World::default();
	let running = world.start();
	let model = onnx::add().0;
	let artifact = world.store.put(&model);
	world.store.blobs.lock().unwrap().clear();
	let named = |assignment: &mut Assignment| {
		assignment.artifact = artifact;
	};
	let job = world.job_with(1, b"", &numbers(1), named);
	until("an honest effort", || world.store.reads.load(Ordering::Relaxed) > 3).await;
	world.store.put(&model);
	revealed(&world, job).await;
	running.stop().await;
}

/// Servers that are out of reach say nothing about what they have.
#[tokio::test(flavor = "multi_thread")]
async fn worker_abstains_when_it_cannot_know_whether_a_blob_is_missing() {
	let world = World::default();
	world.store.down.store(true, Ordering::Relaxed);
	let running = world.start();
	let job = world.job(1, &onnx::add().0, &numbers(1));
	until("some failures", || running.context.metrics.store_failures.get() > 3).await;
	world.chain.block.send_replace(PATIENCE);
	some_blocks(&world).await;
	assert_eq!(world.chain.state(job), SeatState::Awaited);
	world.chain.block.send_replace(96);
	abstained(&world, job).await;
	running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn worker_says_mismatch_when_the_store_has_another_size() {
	let world = World::default();
	let running = world.start();
	let longer = |assignment: &mut Assignment| assignment.artifact.size += 1;
	let job = world.job_with(1, &onnx::add().0, &numbers(1), longer);
	until("an honest effort", || world.store.reads.load(Ordering::Relaxed) > 3).await;
	assert_eq!(world.chain.duties(), vec![]);
	world.chain.block.send_replace(PATIENCE);
	assert_eq!(invalid(&world, job).await, Invalidity::BlobMismatch);
	running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn worker_says_out_of_memory_when_the_record_declares_less_than_the_files_need() {
	let world = World::default();
	let (model, input) = (onnx::add().0, numbers(1));
	let need = model.len() as u64 + input.to_canonical_bytes().len() as u64;
	world.chain.models.lock().unwrap().push(int8_model(need - 1));
	let running = world.start();
	let job = world.job(1, &model, &input);
	assert_eq!(invalid(&world, job).await, Invalidity::OutOfMemory);
	// At the declared size it fits.
	world.chain.models.lock().unwrap()[0] = int8_model(need);
	let job = world.job(2, &model, &input);
	revealed(&world, job).await;
	running.stop().await;
}

/// A machine whose device fails, or takes as long as `slow` says.
struct Troubled {
	loads: AtomicU32,
	slow: Option<Arc<AtomicBool>>,
}

struct Slow(Arc<AtomicBool>);

/// Ends slow runs.
struct Ends(Arc<AtomicBool>);

impl Drop for Ends {
	fn drop(&mut self) {
		self.0.store(false, Ordering::Relaxed);
	}
}

impl Runnable for Slow {
	fn run(&mut self, request: &Request<'_>) -> Result<Results, Failure> {
		while self.0.load(Ordering::Relaxed) {
			std::thread::sleep(Duration::from_millis(10));
		}
		Ok(Results { bytes: request.input.to_vec(), digests: vec![H256::zero()] })
	}
}

impl Compute for Troubled {
	fn is_open(&self, _: &Opening) -> bool {
		false
	}

	fn loaded(&self, _: &Opening) -> Option<Box<dyn Runnable>> {
		None
	}

	fn load(
		&self,
		_: Opening,
		_: &[u8],
		_: &CancellationToken,
	) -> Result<Box<dyn Runnable>, Failure> {
		self.loads.fetch_add(1, Ordering::Relaxed);
		match &self.slow {
			Some(slow) => Ok(Box::new(Slow(slow.clone()))),
			None => {
				let text = "CUDA failure 2: out of memory";
				Err(Failure::new(FailureKind::Machine, text))
			},
		}
	}
}

fn troubled(slow: Option<Arc<AtomicBool>>) -> (World, Arc<Troubled>) {
	let compute = Arc::new(Troubled { loads: AtomicU32::new(0), slow });
	let mut world = World { compute: Some(compute.clone()), ..World::default() };
	world.settings.parallel = 1;
	(world, compute)
}

#[tokio::test(flavor = "multi_thread")]
async fn worker_tries_again_and_then_abstains_when_its_device_fails() {
	let (world, compute) = troubled(None);
	let running = world.start();
	let jobs = [1, 2].map(|id| world.job(id, &onnx::add().0, &numbers(1)));
	// One turn, yet one job does not wait for the other's last attempt.
	until("attempts at both", || compute.loads.load(Ordering::Relaxed) > 3).await;
	assert_eq!(world.chain.duties(), vec![]);
	world.chain.block.send_replace(96);
	for job in jobs {
		abstained(&world, job).await;
	}
	assert_eq!(world.chain.commitments(), vec![]);
	running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn worker_abstains_in_time_when_a_run_takes_too_long() {
	let slow = Arc::new(AtomicBool::new(true));
	// Or else a test that fails would wait for it.
	let ends = Ends(slow.clone());
	let (world, compute) = troubled(Some(slow));
	let running = world.start();
	let taken = world.job(1, &onnx::add().0, &numbers(1));
	until("the run", || compute.loads.load(Ordering::Relaxed) > 0).await;
	let waiting = world.job(2, &onnx::add().0, &numbers(1));
	until("both to be seen", || running.context.metrics.assignments.get() == 2).await;
	world.chain.block.send_replace(96);
	// To a job that is first looked at now, this is the beginning of its window and not the end.
	let gave_up = |job| world.chain.state(job) == SeatState::Abstained;
	blocks_until(&world, "both to be given up", || gave_up(taken) && gave_up(waiting)).await;
	// The result comes too late, and changes nothing.
	drop(ends);
	some_blocks(&world).await;
	assert_eq!(world.chain.commitments(), vec![]);
	assert_eq!(running.context.metrics.executed.get(), 0);
	running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn worker_sends_the_same_attestation_when_it_crashed_before_it_was_taken() {
	let world = World::default();
	world.chain.lose.store(u32::MAX, Ordering::Relaxed);
	let first = world.start();
	let job = world.job(1, b"garbage", &numbers(1));
	until("a lost commitment", || !world.chain.commitments().is_empty()).await;
	first.kill().await;
	world.chain.lose.store(0, Ordering::Relaxed);
	let second = world.start();
	assert_eq!(invalid(&world, job).await, Invalidity::ModelRefused);
	let commitments = world.chain.commitments();
	assert!(commitments.iter().all(|commitment| *commitment == commitments[0]));
	second.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn hand_back_abstains_from_what_has_no_response_when_the_engine_is_missing() {
	let world = World::default();
	let jobs = [1, 2, 3].map(|id| world.job(id, &onnx::add().0, &numbers(id as usize)));
	let journal = Journal::open(world.dir.path(), GENESIS).unwrap();
	let response = Response::Invalid(Invalidity::InputRefused);
	let (salt, seal_secret, digests) = ([1; 32], [2; 32], vec![]);
	let entry = Entry::Answered { response, salt, seal_secret, digests, progress: Progress::Ready };
	journal.record(&Seat::of(&world.chain.assignment(jobs[1])), entry).unwrap();
	assert_eq!(hand_back(&*world.chain, &journal, "no ONNX Runtime").await.unwrap(), 2);
	let states = jobs.map(|job| world.chain.state(job));
	assert_eq!(states, [SeatState::Abstained, SeatState::Awaited, SeatState::Abstained]);
	assert_eq!(hand_back(&*world.chain, &journal, "no ONNX Runtime").await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn hand_back_is_resumed_at_the_next_start_when_the_chain_did_not_take_it() {
	let world = World::default();
	let job = world.job(1, &onnx::add().0, &numbers(1));
	{
		let journal = Journal::open(world.dir.path(), GENESIS).unwrap();
		world.chain.lose.store(1, Ordering::Relaxed);
		assert!(hand_back(&*world.chain, &journal, "no ONNX Runtime").await.is_err());
	}
	let running = world.start();
	abstained(&world, job).await;
	assert_eq!(world.chain.commitments(), vec![]);
	running.stop().await;
}
