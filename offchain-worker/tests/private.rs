//! Private jobs: waiting for the key, running what is sealed with it, and what is refused.

mod common;

use common::{
	jobs::{abstained, abstentions, expected, numbers, responded, revealed, some_blocks},
	onnx,
	world::{me, until, Running, World, SIMILAR},
};
use tercet_primitives::{
	hashing::item_digest, AccountId32, Answer, Invalidity, ItemSet, Payload, Response, SeatState,
	H256,
};
use tercet_privacy::{seal_for, sealed, ExecutorKey, JobKey};
use tercet_tensors::{rows, Tensor, TensorMap};
use tercet_worker::{
	chain::Message,
	compute::{FailureKind, Opening, Request},
	items::Batch,
	runner::Runner,
	services::Keys,
};
use tokio_util::sync::CancellationToken;

const ITEMS: u32 = 3;

fn owner() -> AccountId32 {
	AccountId32::new([8; 32])
}

fn artifact() -> H256 {
	H256(tercet_walrus_client::digest(&onnx::add().0))
}

/// [`numbers`], sealed for the model [`onnx::add`].
fn sealed_numbers(key: &JobKey) -> TensorMap {
	sealed::seal_input(&numbers(ITEMS as usize), &owner(), key, &artifact()).unwrap()
}

/// Hands `content` to the worker that waits for the key behind `key`.
fn hand_over(world: &World, running: &Running, key: &JobKey, content: &JobKey) {
	let envelope = seal_for(content, &running.context.executor_key.public()).unwrap();
	let place = (owner(), key.commitment());
	world.chain.envelopes.lock().unwrap().insert(place, envelope);
	world.chain.next_block();
}

fn output(answer: Answer) -> TensorMap {
	let Payload::Inline(output) = answer.output else { panic!("small outputs travel inline") };
	let map = TensorMap::from_bytes(&output).unwrap();
	assert_eq!(map.root(), answer.root);
	map
}

fn right() -> TensorMap {
	expected(&onnx::add().0, &numbers(ITEMS as usize))
}

#[tokio::test(flavor = "multi_thread")]
async fn worker_seals_what_comes_of_it_when_it_is_handed_the_key() {
	let (world, key) = (World::default(), JobKey::random());
	let running = world.start();
	let job = world.job(1, &onnx::add().0, &sealed_numbers(&key));
	some_blocks(&world).await;
	assert_eq!(world.chain.state(job), SeatState::Awaited, "it waits");
	hand_over(&world, &running, &key, &key);
	let output = output(revealed(&world, job).await);
	let all = ItemSet::first(ITEMS);
	assert_eq!(output, sealed::seal_result(&right(), &key, &artifact(), &all).unwrap());
	assert_eq!(sealed::open_result(&output, &key, &artifact(), &all).unwrap(), right());
	running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn worker_seals_items_that_are_run_again_as_they_were_among_all() {
	let (world, key) = (World::default(), JobKey::random());
	let running = world.start();
	let some: ItemSet = [0, 2].into_iter().collect();
	let input = sealed_numbers(&key);
	let job = world.job_with(1, &onnx::add().0, &input, |assignment| assignment.asked = some);
	hand_over(&world, &running, &key, &key);
	let answer = revealed(&world, job).await;
	let Payload::Inline(bytes) = answer.output else { panic!("small outputs travel inline") };
	let found = TensorMap::from_bytes(&bytes).unwrap();
	let all = sealed::seal_result(&right(), &key, &artifact(), &ItemSet::first(ITEMS)).unwrap();
	assert_eq!(found, all.select(&some).unwrap());
	assert_eq!(found.root_over(&some), answer.root);
	let digests = all.item_digests();
	assert_eq!(found.item_digests(), [digests[0], digests[2]]);
	assert_eq!(digests[0], item_digest(&all.item(0).unwrap().to_canonical_bytes()));
	running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn worker_abstains_when_the_key_does_not_come() {
	let (world, key) = (World::default(), JobKey::random());
	let running = world.start();
	let job = world.job(1, &onnx::add().0, &sealed_numbers(&key));
	some_blocks(&world).await;
	world.chain.block.send_modify(|block| *block = 97);
	abstained(&world, job).await;
	assert_eq!(abstentions(&running, "no-key"), 1);
	running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn worker_goes_on_waiting_when_the_key_is_another() {
	let (world, key) = (World::default(), JobKey::random());
	let running = world.start();
	let job = world.job(1, &onnx::add().0, &sealed_numbers(&key));
	hand_over(&world, &running, &key, &JobKey::random());
	some_blocks(&world).await;
	let other = seal_for(&key, &ExecutorKey::random().public()).unwrap();
	world.chain.envelopes.lock().unwrap().insert((owner(), key.commitment()), other);
	some_blocks(&world).await;
	assert_eq!(world.chain.state(job), SeatState::Awaited);
	hand_over(&world, &running, &key, &key);
	assert_eq!(output(revealed(&world, job).await).items(), ITEMS);
	running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn worker_abstains_when_the_only_key_is_another() {
	let (world, key) = (World::default(), JobKey::random());
	let running = world.start();
	let job = world.job(1, &onnx::add().0, &sealed_numbers(&key));
	hand_over(&world, &running, &key, &JobKey::random());
	some_blocks(&world).await;
	world.chain.block.send_modify(|block| *block = 97);
	abstained(&world, job).await;
	assert_eq!(abstentions(&running, "no-key"), 1);
	running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn worker_says_invalid_when_what_is_sealed_does_not_open_with_the_key() {
	let (world, key) = (World::default(), JobKey::random());
	let running = world.start();
	let good = sealed_numbers(&key);
	let tensor = good.tensor(rows::SEALED).unwrap();
	let mut data = tensor.data().to_vec();
	data[30] ^= 1;
	let changed = with_sealed(&good, Tensor::u8(tensor.shape(), &data).unwrap());
	let other_model =
		sealed::seal_input(&numbers(3), &owner(), &key, &H256::repeat_byte(9)).unwrap();
	for (id, input) in [(1, changed), (2, other_model)] {
		let job = world.job(id, &onnx::add().0, &input);
		hand_over(&world, &running, &key, &key);
		assert_eq!(responded(&world, job).await, Response::Invalid(Invalidity::InputRefused));
	}
	running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn worker_says_invalid_at_once_when_no_key_can_help() {
	let (world, key) = (World::default(), JobKey::random());
	let running = world.start();
	let good = sealed_numbers(&key);
	let malformed = with_sealed(&good, Tensor::u8(&[3], &[1; 3]).unwrap());
	let job = world.job(1, &onnx::add().0, &malformed);
	assert_eq!(responded(&world, job).await, Response::Invalid(Invalidity::InputRefused));
	let job = world.job_with(2, &onnx::add().0, &good, |job| job.agreement = SIMILAR);
	until("the commitment", || matches!(world.chain.state(job), SeatState::Committed(_))).await;
	assert_eq!(responded(&world, job).await, Response::Invalid(Invalidity::InputRefused));
	running.stop().await;
}

/// `map` with other sealed items.
fn with_sealed(map: &TensorMap, sealed: Tensor) -> TensorMap {
	let others = map.iter().filter(|(name, _)| *name != rows::SEALED);
	let others = others.map(|(name, tensor)| (name, tensor.clone()));
	TensorMap::new(others.chain([(rows::SEALED, sealed)])).unwrap()
}

#[test]
fn runner_ends_when_it_has_seen_a_private_job() {
	let (key, model) = (JobKey::random(), onnx::add().0);
	let opening = Opening { digest: artifact(), declared: Some(64 << 20), confirming: false };
	let cancel = CancellationToken::new();
	let mut runner = Runner::start(&common::runner_settings(1)).unwrap();
	runner.open(&opening, &model, &cancel).unwrap();
	let input = sealed_numbers(&key).to_canonical_bytes();
	let request = |key: Option<JobKey>| Request {
		input: &input,
		items: ITEMS,
		asked: ItemSet::first(ITEMS),
		batch: Batch::Asked,
		vectors_only: false,
		key,
		cancel: cancel.clone(),
	};
	let failure = runner.run(&opening, &request(None)).unwrap_err();
	assert_eq!(failure.kind, FailureKind::Input, "{failure}");
	assert!(runner.is_alive());
	let shown = format!("{:?}", request(Some(key.clone())));
	let results = runner.run(&opening, &request(Some(key.clone()))).unwrap();
	assert!(!runner.is_alive());
	let output = TensorMap::from_bytes(&results.bytes).unwrap();
	let all = ItemSet::first(ITEMS);
	assert_eq!(sealed::open_result(&output, &key, &artifact(), &all).unwrap(), right());
	assert!(shown.contains("key: Some(JobKey)"), "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_announces_the_key_once_when_the_chain_has_another_and_there_is_stake() {
	let world = World::default();
	let running = world.start();
	let shutdown = CancellationToken::new();
	let service = tokio::spawn(Keys::new(running.context.clone()).run(shutdown.clone()));
	let announced = || {
		let messages = world.chain.messages.lock().unwrap();
		messages.iter().filter(|sent| matches!(sent, Message::AnnounceKey(_))).count()
	};
	some_blocks(&world).await;
	assert_eq!(announced(), 0, "{:?} is no provider", me());
	world.provide();
	world.chain.next_block();
	until("the key", || announced() == 1).await;
	let key = running.context.executor_key.public();
	assert_eq!(*world.chain.executor_key.lock().unwrap(), Some(key));
	some_blocks(&world).await;
	assert_eq!(announced(), 1);
	shutdown.cancel();
	service.await.unwrap().unwrap();
	running.stop().await;
	// The key stays the same.
	let again = world.start();
	assert_eq!(again.context.executor_key.public(), key);
	again.stop().await;
}
