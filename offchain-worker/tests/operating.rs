//! Operating a worker: pauses, the admin API, rewards, on a chain in memory.

mod common;

use std::{os::unix::fs::PermissionsExt, time::Duration};

use common::{
	jobs::numbers,
	onnx,
	world::{until, Running, World},
};
use serde_json::{json, Value};
use tercet_primitives::{BlobRef, DeterminismClass, ModelId, PoolId, VariantId, H256, TCT};
use tercet_worker::{
	admin::{self, AdminClient, AdminError, AdminServer, Door},
	chain::{Chain, Earned, Message},
	config::RewardsConfig,
	health::Earnings,
	offers::{Classes, Largest},
	pause::{self, Pause, PauseState},
	services::{Availability, Health, Rewards, Terms},
	status::Status,
};
use tokio_util::sync::CancellationToken;

/// A provider with an offer, and the services that look after it.
async fn provider(world: &World) -> (Running, CancellationToken) {
	let running = world.start();
	let pool = PoolId {
		variant: VariantId { model: ModelId(0), index: 0 },
		class: DeterminismClass::Portable,
	};
	for message in [Message::Bond(1_000 * TCT), Message::Offer(pool, 1)] {
		world.chain.send(message).await.unwrap();
	}
	let context = running.context.clone();
	let shutdown = CancellationToken::new();
	let terms = Terms {
		bond: None,
		offers: Vec::new(),
		classes: Classes { pinned: None, portable: true },
		largest: Largest::ANY,
	};
	let availability = Availability::new(context.clone(), terms);
	let health = Health::new(context.clone(), world.dir.path().into());
	let rewards = Rewards::new(context.clone(), world.dir.path().into(), RewardsConfig::default());
	let server = AdminServer::open(
		"127.0.0.1:0".parse().unwrap(),
		world.dir.path().into(),
		"fake".into(),
		context,
	);
	let server = server.unwrap();
	tokio::spawn(availability.run(shutdown.clone()));
	tokio::spawn(health.run(shutdown.clone()));
	tokio::spawn(rewards.run(shutdown.clone()));
	tokio::spawn(server.run(shutdown.clone()));
	(running, shutdown)
}

fn available(world: &World) -> bool {
	world.chain.provider.lock().unwrap().as_ref().is_some_and(|provider| provider.available)
}

fn client(world: &World) -> AdminClient {
	AdminClient::open(world.dir.path()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn pause_leaves_the_pools_and_resume_enters_them() {
	let world = World::default();
	let (_running, shutdown) = provider(&world).await;
	until("entering the pools", || available(&world)).await;
	let state: PauseState =
		client(&world).call("pause", json!({ "reason": "dusting" })).await.unwrap();
	assert_eq!(state.operator, Some(Pause::finishing("dusting")));
	until("leaving the pools", || !available(&world)).await;
	// It survives a crash.
	assert_eq!(pause::load(world.dir.path()), Some(Pause::finishing("dusting")));
	let status: Status = client(&world).call("status", json!({})).await.unwrap();
	assert!(status.state().ends_with(": dusting"), "{}", status.state());
	let state: PauseState = client(&world).call("resume", json!({})).await.unwrap();
	assert!(!state.is_paused());
	until("entering the pools again", || available(&world)).await;
	assert_eq!(pause::load(world.dir.path()), None);
	shutdown.cancel();
}

#[tokio::test(flavor = "multi_thread")]
async fn resume_leaves_the_pause_of_an_idle_machine_alone() {
	let world = World::default();
	let (running, shutdown) = provider(&world).await;
	running.context.pause.send_modify(|state| state.idle = Some(Pause::handing_back("a game")));
	client(&world).call::<Value>("pause", json!({ "reason": "both" })).await.unwrap();
	let state: PauseState = client(&world).call("resume", json!({})).await.unwrap();
	assert_eq!(state.reason(), Some("a game"));
	shutdown.cancel();
}

#[tokio::test(flavor = "multi_thread")]
async fn resume_enters_the_pools_when_somebody_else_left_them() {
	let world = World::default();
	let (_running, shutdown) = provider(&world).await;
	until("entering the pools", || available(&world)).await;
	world.chain.provider.lock().unwrap().as_mut().unwrap().available = false;
	// Whoever did that means it.
	for _ in 0..8 {
		world.chain.next_block();
		tokio::time::sleep(Duration::from_millis(20)).await;
	}
	assert!(!available(&world));
	client(&world).call::<Value>("resume", json!({})).await.unwrap();
	until("entering the pools again", || available(&world)).await;
	shutdown.cancel();
}

#[tokio::test(flavor = "multi_thread")]
async fn admin_refuses_by_name_when_the_token_is_missing_or_wrong() {
	let world = World::default();
	let (_running, shutdown) = provider(&world).await;
	let door = Door::read(world.dir.path()).unwrap().unwrap();
	let mode = std::fs::metadata(world.dir.path().join(admin::FILE)).unwrap().permissions();
	assert_eq!(mode.mode() & 0o777, 0o600);
	assert!(door.address.ip().is_loopback());
	for token in [None, Some("wrong"), Some(&door.token[1..])] {
		let request = json!({ "jsonrpc": "2.0", "id": 1, "method": "worker_pause",
			"params": { "reason": "theft" } });
		let answer = post(&door, token, &request).await;
		assert_eq!(answer["error"]["code"], admin::UNAUTHORIZED, "{answer}");
		assert!(answer["error"]["message"].as_str().unwrap().starts_with("unauthorized"));
	}
	assert!(!available(&world) || pause::load(world.dir.path()).is_none());
	shutdown.cancel();
}

#[tokio::test(flavor = "multi_thread")]
async fn admin_refuses_what_is_malformed_or_too_much() {
	let world = World::default();
	let (_running, shutdown) = provider(&world).await;
	let door = Door::read(world.dir.path()).unwrap().unwrap();
	let token = Some(&door.token[..]);
	for (request, code) in [
		(json!({ "jsonrpc": "2.0", "id": 1, "method": "worker_dance" }), -32601),
		(json!({ "jsonrpc": "2.0", "id": 1, "method": "worker_pause", "params": {} }), -32602),
		(json!({ "jsonrpc": "2.0", "id": 1, "method": "worker_pause", "params": [7] }), -32602),
	] {
		assert_eq!(post(&door, token, &request).await["error"]["code"], code, "{request}");
	}
	let long = json!({ "jsonrpc": "2.0", "id": 1, "method": "worker_pause",
		"params": { "reason": "x".repeat(100_000) } });
	let refused = request(&door, token, &long).await;
	assert!(!refused.status().is_success());
	let status = json!({ "jsonrpc": "2.0", "id": 1, "method": "worker_status" });
	let mut codes = Vec::new();
	for _ in 0..60 {
		codes.push(post(&door, token, &status).await["error"]["code"].as_i64());
	}
	assert!(codes.contains(&Some(admin::TOO_MANY.into())), "{codes:?}");
	shutdown.cancel();
}

async fn request(door: &Door, token: Option<&str>, body: &Value) -> reqwest::Response {
	let http = reqwest::Client::builder().no_proxy().build().unwrap();
	let mut request = http.post(format!("http://{}", door.address)).json(body);
	if let Some(token) = token {
		request = request.bearer_auth(token);
	}
	request.send().await.unwrap()
}

async fn post(door: &Door, token: Option<&str>, body: &Value) -> Value {
	request(door, token, body).await.json().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn admin_shows_cached_models_and_jobs() {
	let world = World::default();
	let (running, shutdown) = provider(&world).await;
	let content = b"a model";
	running.context.models.save(content).unwrap();
	let digest = H256(tercet_walrus_client::digest(content));
	let blob = BlobRef { blob_id: [0; 32], digest, size: content.len() as u64 };
	assert!(running.context.models.load(&blob).unwrap().is_some());
	let models: Value = client(&world).call("models", json!({})).await.unwrap();
	assert_eq!(models[0]["bytes"], content.len());
	assert_eq!(models[0]["digest"], hex::encode(digest.0));
	let jobs: Vec<Value> = client(&world).call("jobs", json!({})).await.unwrap();
	assert!(jobs.is_empty());
	shutdown.cancel();
}

#[tokio::test(flavor = "multi_thread")]
async fn client_says_that_nobody_runs_when_the_worker_is_gone() {
	let dir = tempfile::tempdir().unwrap();
	let opened = AdminClient::open(dir.path());
	assert!(matches!(opened, Err(AdminError::NotRunning(_))));
	let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
	let address = listener.local_addr().unwrap();
	drop(listener);
	Door { address, token: "t".into() }.write(dir.path()).unwrap();
	let asked = AdminClient::open(dir.path()).unwrap().call::<Value>("status", json!({})).await;
	assert!(matches!(asked, Err(AdminError::NotRunning(_))), "{asked:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn rewards_are_claimed_when_enough_has_come_together() {
	let world = World::default();
	*world.chain.claimable.lock().unwrap() = vec![(3, TCT / 20), (4, TCT / 20 + 1)];
	let (running, shutdown) = provider(&world).await;
	let vitals = running.context.vitals.subscribe();
	until("hearing of rewards", || vitals.borrow().standing.is_some()).await;
	// What an earlier process sent may need some blocks.
	for _ in 0..5 {
		world.chain.next_block();
		tokio::time::sleep(Duration::from_millis(20)).await;
	}
	until("claiming", || world.chain.claimable.lock().unwrap().is_empty()).await;
	until("counting", || vitals.borrow().earnings.rewards == TCT / 10 + 1).await;
	assert_eq!(Earnings::load(world.dir.path()).rewards, TCT / 10 + 1);
	shutdown.cancel();
}

#[tokio::test(flavor = "multi_thread")]
async fn rewards_are_left_when_they_are_too_little() {
	let world = World::default();
	*world.chain.claimable.lock().unwrap() = vec![(3, TCT / 20)];
	let (running, shutdown) = provider(&world).await;
	let vitals = running.context.vitals.subscribe();
	until("hearing of rewards", || vitals.borrow().standing.is_some()).await;
	for _ in 0..5 {
		world.chain.next_block();
		tokio::time::sleep(Duration::from_millis(20)).await;
	}
	assert_eq!(world.chain.claimable.lock().unwrap().len(), 1);
	shutdown.cancel();
}

#[tokio::test(flavor = "multi_thread")]
async fn earnings_count_what_was_paid_when_a_job_leaves() {
	let world = World::default();
	let (running, shutdown) = provider(&world).await;
	let job = world.job(1, &onnx::add().0, &numbers(2));
	let board = running.context.board.subscribe();
	until("being drawn", || !board.borrow().assignments.is_empty()).await;
	tokio::time::sleep(Duration::from_millis(100)).await;
	let block = *world.chain.block.borrow() + 1;
	let earned = Earned { jobs: 7 * TCT, rewards: 0 };
	world.chain.earned.lock().unwrap().insert(block, earned);
	world.chain.jobs.lock().unwrap().retain(|assignment| assignment.job != job);
	world.chain.next_block();
	let vitals = running.context.vitals.subscribe();
	until("counting", || vitals.borrow().earnings.jobs == 7 * TCT).await;
	shutdown.cancel();
}

#[tokio::test(flavor = "multi_thread")]
async fn earnings_count_what_was_paid_while_no_worker_ran() {
	let world = World::default();
	for _ in 0..9 {
		world.chain.next_block();
	}
	let before = *world.chain.block.borrow() - 5;
	Earnings { jobs: TCT, rewards: 0, block: before }.save(world.dir.path()).unwrap();
	let earned = Earned { jobs: 7 * TCT, rewards: 0 };
	world.chain.earned.lock().unwrap().insert(before, earned);
	world.chain.earned.lock().unwrap().insert(before + 2, earned);
	let (running, shutdown) = provider(&world).await;
	world.chain.next_block();
	let vitals = running.context.vitals.subscribe();
	until("counting", || vitals.borrow().earnings.jobs == 8 * TCT).await;
	shutdown.cancel();
}
