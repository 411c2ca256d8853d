//! Jobs overlap: some are fetched and others stored while one runs, and who has the least time left
//! goes first.

mod common;

use std::{
	sync::{
		atomic::{AtomicBool, Ordering},
		Arc, Mutex,
	},
	time::Duration,
};

use common::{
	digits_int8,
	jobs::{abstained, abstentions, expected, int8_model, numbers, revealed},
	onnx,
	slow::SlowStore,
	world::{until, World},
};
use tercet_primitives::{BlockNumber, JobId, Payload, H256};
use tercet_tensors::{Tensor, TensorMap};
use tercet_worker::compute::{Compute, Failure, Opening, Request, Results, Runnable};
use tokio_util::sync::CancellationToken;

/// A worker of one job at a time, with a real store.
async fn world() -> (World, Arc<SlowStore>) {
	let store = Arc::new(SlowStore::start(Duration::ZERO).await);
	let mut world = World { real: Some(store.clone()), ..World::default() };
	world.settings.parallel = 1;
	(world, store)
}

/// An input that is too large to travel inline.
fn many() -> TensorMap {
	numbers(400)
}

async fn job(world: &World, store: &SlowStore, id: u64, model: &[u8], input: &TensorMap) -> JobId {
	let artifact = store.put(model).await;
	let blob = store.put(&input.to_canonical_bytes()).await;
	world.job_with(id, model, input, |assignment| {
		assignment.artifact = artifact;
		if let Payload::Blob(input) = &mut assignment.input {
			*input = blob;
		}
	})
}

#[tokio::test(flavor = "multi_thread")]
async fn job_runs_while_the_store_is_slow_for_others() {
	let (world, store) = world().await;
	let running = world.start();
	let digest = H256(tercet_walrus_client::digest(&many().to_canonical_bytes()));
	store.withheld.lock().unwrap().insert(digest);
	let slow = job(&world, &store, 1, &onnx::add().0, &many()).await;
	until("the read", || store.reads.load(Ordering::Relaxed) == 2).await;
	for id in 2..5 {
		let quick = job(&world, &store, id, &onnx::add().0, &numbers(3)).await;
		revealed(&world, quick).await;
	}
	assert_eq!(world.chain.answer(slow), None);
	store.open();
	let root = revealed(&world, slow).await.root;
	assert_eq!(root, expected(&onnx::add().0, &many()).root());
	running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn job_runs_while_the_results_of_others_are_stored() {
	let (world, store) = world().await;
	let running = world.start();
	store.deaf.send_replace(true);
	let pixels = vec![3.0; 512 * 64];
	let input = TensorMap::new([("image", Tensor::f32(&[512, 64], &pixels).unwrap())]).unwrap();
	let slow = job(&world, &store, 1, &digits_int8(), &input).await;
	let ran = "tercet_worker_run_time_seconds_count 1";
	until("the run", || running.context.metrics.encode().contains(ran)).await;
	let quick = job(&world, &store, 2, &onnx::add().0, &numbers(3)).await;
	revealed(&world, quick).await;
	assert_eq!(world.chain.answer(slow), None);
	store.open();
	revealed(&world, slow).await;
	running.stop().await;
}

/// A device that runs nothing until it is told to, and notes what it ran.
#[derive(Default)]
struct Held {
	go: AtomicBool,
	ran: Mutex<Vec<u32>>,
}

struct Model(Arc<Held>);

impl Runnable for Model {
	fn run(&mut self, request: &Request<'_>) -> Result<Results, Failure> {
		self.0.ran.lock().unwrap().push(request.items);
		while !self.0.go.load(Ordering::Relaxed) && !request.cancel.is_cancelled() {
			std::thread::sleep(Duration::from_millis(5));
		}
		let digests = vec![H256::zero(); request.items as usize];
		Ok(Results { bytes: request.input.to_vec(), digests })
	}
}

struct Device(Arc<Held>);

impl Compute for Device {
	fn is_open(&self, _: &Opening) -> bool {
		true
	}

	fn loaded(&self, _: &Opening) -> Option<Box<dyn Runnable>> {
		Some(Box::new(Model(self.0.clone())))
	}

	fn load(
		&self,
		_: Opening,
		_: &[u8],
		_: &CancellationToken,
	) -> Result<Box<dyn Runnable>, Failure> {
		Ok(Box::new(Model(self.0.clone())))
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_run_by_how_soon_their_windows_end_and_are_fetched_before() {
	let (mut world, store) = world().await;
	let held = Arc::new(Held::default());
	world.compute = Some(Arc::new(Device(held.clone())));
	let running = world.start();
	let (on, to) = (&world, &store);
	let with = |items: usize, ends: BlockNumber| async move {
		let blob = to.put(&numbers(items).to_canonical_bytes()).await;
		on.job_with(items as u64, &onnx::add().0, &numbers(items), |assignment| {
			(assignment.until, assignment.input) = (ends, Payload::Blob(blob));
		})
	};
	let mut jobs = vec![with(1, 1000).await];
	until("the first", || held.ran.lock().unwrap().len() == 1).await;
	for (items, ends) in [(2, 900), (3, 300), (4, 600), (5, 400)] {
		jobs.push(with(items, ends).await);
	}
	// All are here, though one runs.
	until("the inputs", || store.reads.load(Ordering::Relaxed) == 5).await;
	tokio::time::sleep(Duration::from_millis(300)).await;
	assert_eq!(*held.ran.lock().unwrap(), [1]);
	held.go.store(true, Ordering::Relaxed);
	for job in jobs {
		revealed(&world, job).await;
	}
	assert_eq!(*held.ran.lock().unwrap(), [1, 3, 5, 4, 2]);
	running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn downloads_are_bounded_and_no_model_is_fetched_twice() {
	let (mut world, store) = world().await;
	(world.settings.transfers, world.settings.parallel) = (3, 2);
	let running = world.start();
	let inputs: Vec<_> = (0..8).map(|more| numbers(400 + more)).collect();
	for input in &inputs {
		let digest = tercet_walrus_client::digest(&input.to_canonical_bytes());
		store.withheld.lock().unwrap().insert(H256(digest));
	}
	let mut jobs = Vec::new();
	for (id, input) in (0..).zip(&inputs) {
		jobs.push(job(&world, &store, id, &onnx::add().0, input).await);
	}
	until("the reads", || store.reads.load(Ordering::Relaxed) == 4).await;
	store.open();
	for job in jobs {
		revealed(&world, job).await;
	}
	assert_eq!(store.reads.load(Ordering::Relaxed), 9, "eight inputs and one model");
	assert_eq!(store.most.load(Ordering::Relaxed), 3);
	running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn worker_hands_back_a_job_whose_model_declares_more_memory_than_it_may_take() {
	let mut world = World::default();
	world.settings.max_memory_bytes = 64 << 20;
	world.chain.models.lock().unwrap().push(int8_model((64 << 20) + 1));
	let running = world.start();
	let job = world.job(1, &onnx::add().0, &numbers(1));
	abstained(&world, job).await;
	assert_eq!(abstentions(&running, "too-large"), 1);
	running.stop().await;
}
