//! Whole workers between a fake chain and a fake store: every outage and every crash ends in one
//! answer or in none, never in two.

mod common;

use std::sync::{atomic::Ordering, Arc};

use common::{
	digits_int8,
	jobs::{
		abstained, abstentions, blocks_until, committed, expected, int8_model, numbers, revealed,
		some_blocks,
	},
	onnx,
	world::{me, until, World, GENESIS},
};
use tercet_primitives::{
	hashing, JobId, Payload, Response, SeatState, Stage, H256, MAX_INLINE_BYTES,
};
use tercet_tensors::{Tensor, TensorMap};
use tercet_worker::{
	journal::{Entry, Progress, Seat},
	offers::{Classes, Largest},
	services::{Availability, Terms},
	status::Status,
	supervisor::ServiceError,
};
use tokio_util::sync::CancellationToken;

#[tokio::test(flavor = "multi_thread")]
async fn worker_commits_and_reveals_when_it_is_drawn() {
	let world = World::default();
	let running = world.start();
	let job = world.job(1, &onnx::add().0, &numbers(3));
	let answer = revealed(&world, job).await;
	let result = expected(&onnx::add().0, &numbers(3));
	assert_eq!(answer.root, result.root());
	let Payload::Inline(output) = answer.output else { panic!("small outputs travel inline") };
	assert_eq!(output.to_vec(), result.to_canonical_bytes());
	assert_eq!(world.chain.commitments().len(), 1);
	until("the journal", || {
		let seat = Seat::of(&world.chain.jobs.lock().unwrap()[0]);
		let entry = running.context.journal.get(&seat).unwrap();
		matches!(entry, Some(Entry::Answered { progress: Progress::Revealed, .. }))
	})
	.await;
	assert_eq!(running.context.metrics.executed.get(), 1);
	assert_eq!(running.context.metrics.items.get(), 3);
	running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn worker_stores_the_output_when_it_is_too_large_for_a_transaction() {
	let world = World::default();
	let running = world.start();
	let pixels = vec![3.0; 512 * 64];
	let input = TensorMap::new([("image", Tensor::f32(&[512, 64], &pixels).unwrap())]).unwrap();
	let job = world.job(1, &digits_int8(), &input);
	let answer = revealed(&world, job).await;
	let Payload::Blob(blob) = answer.output else { panic!("large outputs are stored") };
	assert!(blob.size > u64::from(MAX_INLINE_BYTES));
	let stored = world.store.blobs.lock().unwrap()[&blob.digest].clone();
	let output = TensorMap::from_bytes(&stored).unwrap();
	assert_eq!(output.items(), 512);
	assert_eq!(output.root(), answer.root);
	running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn worker_fetches_a_model_once_when_several_jobs_use_it() {
	let world = World::default();
	let running = world.start();
	for id in 1..=5 {
		let job = world.job(id, &onnx::add().0, &numbers(2));
		revealed(&world, job).await;
	}
	assert_eq!(world.store.reads.load(Ordering::Relaxed), 1);
	running.stop().await;
	let again = world.start();
	world.store.down.store(true, Ordering::Relaxed);
	let job = world.job(6, &onnx::add().0, &numbers(2));
	revealed(&world, job).await;
	again.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn worker_waits_with_the_reveal_when_the_committee_is_not_ready() {
	let world = World::default();
	let running = world.start();
	world.chain.held.lock().unwrap().insert(JobId(1));
	let job = world.job(1, &onnx::add().0, &numbers(1));
	committed(&world, job).await;
	for stage in [Stage::Lottery, Stage::Held] {
		world.chain.change(job, |assignment| assignment.stage = stage);
		some_blocks(&world).await;
	}
	assert_eq!(world.chain.duties().len(), 1);
	world.chain.change(job, |assignment| assignment.stage = Stage::Reveal);
	revealed(&world, job).await;
	running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn worker_sends_the_same_commitment_when_messages_are_lost() {
	let world = World::default();
	world.chain.lose.store(3, Ordering::Relaxed);
	let running = world.start();
	let job = world.job(1, &onnx::add().0, &numbers(1));
	blocks_until(&world, "the reveal", || world.chain.response(job).is_some()).await;
	let commitments = world.chain.commitments();
	assert!(commitments.len() > 1, "{commitments:?}");
	assert!(commitments.iter().all(|commitment| *commitment == commitments[0]));
	running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn worker_resumes_the_same_answer_when_it_crashed_before_the_commitment() {
	let world = World::default();
	world.chain.lose.store(u32::MAX, Ordering::Relaxed);
	let first = world.start();
	let job = world.job(1, &onnx::add().0, &numbers(1));
	until("a lost commitment", || !world.chain.commitments().is_empty()).await;
	first.kill().await;
	world.chain.lose.store(0, Ordering::Relaxed);

	let second = world.start();
	revealed(&world, job).await;
	let commitments = world.chain.commitments();
	assert!(commitments.len() >= 2);
	assert!(commitments.iter().all(|commitment| *commitment == commitments[0]));
	assert_eq!(second.context.metrics.executed.get(), 0);
	second.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn worker_reveals_when_it_crashed_after_the_commitment() {
	let world = World::default();
	let first = world.start();
	world.chain.held.lock().unwrap().insert(JobId(1));
	let job = world.job(1, &onnx::add().0, &numbers(1));
	committed(&world, job).await;
	first.kill().await;
	world.chain.change(job, |assignment| assignment.stage = Stage::Reveal);

	let second = world.start();
	revealed(&world, job).await;
	assert_eq!(world.chain.commitments().len(), 1);
	second.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn worker_runs_the_job_when_it_crashed_before_it_had_an_answer() {
	let world = World::default();
	world.store.hanging.store(true, Ordering::Relaxed);
	let first = world.start();
	let job = world.job(1, &onnx::add().0, &numbers(1));
	until("a read", || world.store.reads.load(Ordering::Relaxed) > 0).await;
	first.kill().await;
	world.store.hanging.store(false, Ordering::Relaxed);
	let second = world.start();
	revealed(&world, job).await;
	second.stop().await;
}

/// Two forks gave the same id to different jobs; the answer to one would be wrong for the other.
#[tokio::test(flavor = "multi_thread")]
async fn worker_answers_anew_when_a_fork_changed_what_the_job_asks() {
	let world = World::default();
	let running = world.start();
	let job = world.job(1, &onnx::add().0, &numbers(1));
	let on_first = revealed(&world, job).await;
	world.chain.jobs.lock().unwrap().clear();
	world.job(1, &onnx::add().0, &numbers(2));
	let on_second = revealed(&world, job).await;
	assert_eq!(on_first.root, expected(&onnx::add().0, &numbers(1)).root());
	assert_eq!(on_second.root, expected(&onnx::add().0, &numbers(2)).root());
	running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn worker_abstains_when_its_journal_was_lost_after_the_commitment() {
	let world = World::default();
	let response = Response::Result(tercet_primitives::Answer {
		root: H256::zero(),
		output: Payload::Inline(Default::default()),
	});
	let job = world.job(1, &onnx::add().0, &numbers(1));
	let lost = hashing::commitment(&GENESIS, job, 0, &me(), &response, &[1; 32]);
	world.chain.change(job, |assignment| {
		(assignment.stage, assignment.state) = (Stage::Reveal, SeatState::Committed(lost));
	});
	let running = world.start();
	until("the abstention", || abstentions(&running, "forgotten") == 1).await;
	some_blocks(&world).await;
	assert_eq!(abstentions(&running, "forgotten"), 1);
	assert_eq!(world.chain.duties(), vec![]);
	running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn worker_answers_when_the_store_comes_back_in_time() {
	let world = World::default();
	world.store.down.store(true, Ordering::Relaxed);
	let running = world.start();
	let job = world.job(1, &onnx::add().0, &numbers(1));
	until("a failure", || running.context.metrics.store_failures.get() > 1).await;
	world.store.down.store(false, Ordering::Relaxed);
	revealed(&world, job).await;
	running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn worker_abstains_in_time_when_the_store_is_dead_or_hangs() {
	for hanging in [false, true] {
		let world = World::default();
		world.store.down.store(true, Ordering::Relaxed);
		world.store.hanging.store(hanging, Ordering::Relaxed);
		let running = world.start();
		let job = world.job(1, &onnx::add().0, &numbers(1));
		until("a read", || world.store.reads.load(Ordering::Relaxed) > 0).await;
		world.chain.block.send_replace(95);
		tokio::time::sleep(std::time::Duration::from_millis(300)).await;
		assert_eq!(abstentions(&running, "too-late"), 0);
		world.chain.block.send_replace(96);
		abstained(&world, job).await;
		assert_eq!(abstentions(&running, "too-late"), 1);
		until("the count", || running.context.metrics.abstentions.get() == 1).await;
		running.stop().await;
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn worker_goes_on_when_the_node_was_away() {
	let world = World::default();
	let running = world.start();
	world.chain.down.store(true, Ordering::Relaxed);
	let job = world.job(1, &onnx::add().0, &numbers(1));
	tokio::time::sleep(std::time::Duration::from_millis(100)).await;
	assert_eq!(world.chain.answer(job), None);
	world.chain.down.store(false, Ordering::Relaxed);
	world.chain.next_block();
	revealed(&world, job).await;
	running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn worker_answers_wrongly_when_the_model_is_replaced() {
	let mut world = World::default();
	let lie = onnx::model(onnx::add_graph(onnx::tensor("w", &[2], &[0.0, 0.0]))).0;
	world.settings.replace_model = Some(Arc::new(lie.clone()));
	let running = world.start();
	let job = world.job(1, &onnx::add().0, &numbers(1));
	let answer = revealed(&world, job).await;
	assert_eq!(answer.root, expected(&lie, &numbers(1)).root());
	assert_ne!(answer.root, expected(&onnx::add().0, &numbers(1)).root());
	running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn status_shows_jobs_when_the_worker_runs_and_the_journal_when_it_stopped() {
	let world = World::default();
	let running = world.start();
	let job = world.job(1, &onnx::add().0, &numbers(1));
	revealed(&world, job).await;
	world.chain.next_block();
	until("the status file", || {
		Status::read(world.dir.path())
			.is_ok_and(|(status, _)| status.jobs.iter().any(|job| job.on_chain == "revealed"))
	})
	.await;
	let (status, entries) = Status::read(world.dir.path()).unwrap();
	assert!(status.running && entries.is_empty());
	running.stop().await;
	let (status, entries) = Status::read(world.dir.path()).unwrap();
	assert!(!status.running);
	assert_eq!(entries.len(), 1);
	assert!(status.to_string().contains("stopped"), "{status}");
	let empty = tempfile::tempdir().unwrap();
	assert!(Status::read(empty.path()).unwrap_err().to_string().contains("no worker has run"));
}

fn terms(bond: Option<u128>, offers: &[&str]) -> Terms {
	let offers = offers.iter().map(|offer| offer.parse().unwrap()).collect();
	let classes = Classes { pinned: None, portable: true };
	Terms { bond, offers, classes, largest: Largest::ANY }
}

#[tokio::test(flavor = "multi_thread")]
async fn availability_bonds_offers_and_goes_available_when_models_appear() {
	let world = World::default();
	let running = world.start();
	let shutdown = CancellationToken::new();
	let service = Availability::new(running.context.clone(), terms(Some(50), &["all=2planck"]));
	let serving = tokio::spawn(service.run(shutdown.clone()));
	until("the bond", || world.chain.provider.lock().unwrap().is_some()).await;
	world.chain.models.lock().unwrap().push(int8_model(0));
	blocks_until(&world, "availability", || {
		world.chain.provider.lock().unwrap().as_ref().is_some_and(|provider| provider.available)
	})
	.await;
	let provider = world.chain.provider.lock().unwrap().clone().unwrap();
	assert_eq!((provider.bonded, provider.offers.len()), (50, 1));

	// Whoever leaves the pools by hand stays out, and a second look changes nothing.
	world.chain.provider.lock().unwrap().as_mut().unwrap().available = false;
	some_blocks(&world).await;
	let provider = world.chain.provider.lock().unwrap().clone().unwrap();
	assert_eq!((provider.bonded, provider.offers.len(), provider.available), (50, 1, false));
	shutdown.cancel();
	serving.await.unwrap().unwrap();
	running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn availability_is_fatal_when_the_bond_is_refused_or_missing() {
	let world = World::default();
	let running = world.start();
	world.chain.refuse_bond.store(true, Ordering::Relaxed);
	for (terms, word) in
		[(terms(Some(1), &[]), "BelowMinimumBond"), (terms(None, &["all=1"]), "--bond")]
	{
		let service = Availability::new(running.context.clone(), terms);
		let error = service.run(CancellationToken::new()).await.unwrap_err();
		assert!(matches!(&error, ServiceError::Fatal(text) if text.contains(word)), "{error}");
	}
	running.stop().await;
}
