//! A whole worker stands aside while its machine is wanted, and comes back.

mod common;

use std::{fs, path::PathBuf, sync::atomic::Ordering, time::Duration};

use common::{
	jobs::{abstained, blocks_until, int8_model, numbers, revealed, some_blocks},
	onnx,
	world::{until, Running, World},
};
use tercet_hardware::Rules;
use tercet_worker::{
	chain::Message,
	offers::{Classes, Largest},
	pause::Pause,
	receipts::Receipts,
	services::{Availability, Idle, Terms},
};
use tokio_util::sync::CancellationToken;

/// A worker with an offer, on a laptop made of files.
struct Laptop {
	world: World,
	running: Running,
	shutdown: CancellationToken,
	services: tokio::task::JoinSet<()>,
}

impl Laptop {
	fn start(rules: &str) -> Self {
		let world = World::default();
		let laptop_on_mains = world.dir.path().join("machine");
		plug(&laptop_on_mains, true);
		let running = world.start();
		world.chain.models.lock().unwrap().push(int8_model(1 << 30));
		let (shutdown, mut services) = (CancellationToken::new(), tokio::task::JoinSet::new());
		let classes = Classes { pinned: None, portable: true };
		let offers = vec!["all=2planck".parse().unwrap()];
		let terms = Terms { bond: Some(50), offers, classes, largest: Largest::ANY };
		let rules: Rules = toml::from_str(&format!(
			"look_every = '20ms'\npause_after = '0s'\nresume_after = '100ms'\n{rules}"
		))
		.unwrap();
		let idle = Idle::before_the_first_look(&rules);
		running.context.pause.send_modify(|state| state.idle = idle);
		let availability = Availability::new(running.context.clone(), terms);
		let idle = Idle::new(running.context.clone(), rules);
		let token = shutdown.clone();
		services.spawn(async move { availability.run(token).await.unwrap() });
		let token = shutdown.clone();
		services.spawn(async move { idle.run(token).await.unwrap() });
		Self { world, running, shutdown, services }
	}

	fn plug(&self, plugged: bool) {
		plug(&self.world.dir.path().join("machine"), plugged);
	}

	fn available(&self) -> bool {
		let provider = self.world.chain.provider.lock().unwrap();
		provider.as_ref().is_some_and(|provider| provider.available)
	}

	async fn is_available(&self, wanted: bool) {
		let what = if wanted { "in the pools" } else { "out of the pools" };
		blocks_until(&self.world, what, || self.available() == wanted).await;
	}

	fn sent(&self, message: &Message) -> usize {
		let messages = self.world.chain.messages.lock().unwrap();
		messages.iter().filter(|sent| *sent == message).count()
	}

	async fn stop(mut self) {
		self.shutdown.cancel();
		while self.services.join_next().await.is_some() {}
		self.running.stop().await;
	}
}

fn plug(machine: &std::path::Path, plugged: bool) {
	let battery: PathBuf = machine.join("sys/class/power_supply/BAT0");
	fs::create_dir_all(&battery).unwrap();
	fs::write(battery.join("type"), "Battery\n").unwrap();
	fs::write(battery.join("capacity"), "80\n").unwrap();
	let status = if plugged { "Charging\n" } else { "Discharging\n" };
	// At once, as the kernel would.
	fs::write(battery.join("next"), status).unwrap();
	fs::rename(battery.join("next"), battery.join("status")).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn worker_leaves_the_pools_when_the_machine_is_wanted_and_comes_back() {
	let laptop = Laptop::start("on_battery = 'pause'");
	laptop.is_available(true).await;
	for _ in 0..3 {
		laptop.plug(false);
		laptop.is_available(false).await;
		let reason = laptop.running.context.pause.borrow().reason().map(str::to_owned);
		assert_eq!(reason.as_deref(), Some("on battery, 80 % left"));
		some_blocks(&laptop.world).await;
		assert!(!laptop.available());
		laptop.plug(true);
		laptop.is_available(true).await;
	}
	assert_eq!(laptop.sent(&Message::GoUnavailable), 3);
	assert_eq!(laptop.sent(&Message::GoAvailable), 4);
	assert_eq!(laptop.running.context.metrics.idle_pauses.get(), 3);
	laptop.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn worker_never_enters_the_pools_when_the_machine_is_wanted_at_the_start() {
	// No sensor: the rule cannot be judged.
	let laptop = Laptop::start("temperature_below = 80");
	blocks_until(&laptop.world, "the offer", || {
		let pause = laptop.running.context.pause.borrow();
		pause.reason().is_some_and(|reason| reason.contains("temperature_below"))
	})
	.await;
	some_blocks(&laptop.world).await;
	assert_eq!(laptop.sent(&Message::GoAvailable), 0);
	laptop.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn worker_finishes_what_it_holds_when_it_stands_aside() {
	let laptop = Laptop::start("on_battery = 'pause'\nfinish_within = '1h'");
	laptop.is_available(true).await;
	laptop.plug(false);
	laptop.is_available(false).await;
	// Drawn in the very block in which it left.
	let job = laptop.world.job(1, &onnx::add().0, &numbers(2));
	revealed(&laptop.world, job).await;
	// What it took is booked.
	let receipts = Receipts::newest(laptop.world.dir.path(), 9);
	assert_eq!(receipts.len(), 1);
	assert_eq!((receipts[0].job, receipts[0].items), (job, 2));
	assert!(receipts[0].seconds > 0.0);
	laptop.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn worker_hands_back_what_it_holds_when_it_is_told_to_or_time_is_up() {
	for rules in ["on_pause = 'hand-back'", "on_pause = 'finish'\nfinish_within = '200ms'"] {
		let laptop = Laptop::start(&format!("on_battery = 'pause'\n{rules}"));
		laptop.is_available(true).await;
		// It cannot be finished: its model is not to be had.
		laptop.world.store.hanging.store(true, Ordering::Relaxed);
		let job = laptop.world.job(1, &onnx::add().0, &numbers(2));
		until("a read", || laptop.world.store.reads.load(Ordering::Relaxed) > 0).await;
		laptop.plug(false);
		abstained(&laptop.world, job).await;
		laptop.is_available(false).await;
		assert_eq!(common::jobs::abstentions(&laptop.running, "paused"), 1);
		laptop.stop().await;
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn worker_stays_out_when_its_operator_took_it_out_on_chain() {
	let laptop = Laptop::start("on_battery = 'pause'");
	laptop.is_available(true).await;
	laptop.world.chain.provider.lock().unwrap().as_mut().unwrap().available = false;
	for plugged in [false, true] {
		laptop.plug(plugged);
		let paused = || laptop.running.context.pause.borrow().is_paused();
		until("the verdict", || paused() != plugged).await;
		some_blocks(&laptop.world).await;
		assert!(!laptop.available());
	}
	// Until the operator says otherwise.
	laptop.running.context.pause.send_modify(|state| state.operator = None);
	laptop.is_available(true).await;
	laptop.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn worker_comes_back_only_when_nobody_wants_it_aside_any_more() {
	let laptop = Laptop::start("on_battery = 'pause'");
	laptop.is_available(true).await;
	let pause = &laptop.running.context.pause;
	pause.send_modify(|state| state.operator = Some(Pause::finishing("maintenance")));
	laptop.is_available(false).await;
	laptop.plug(false);
	until("the idle pause", || pause.borrow().idle.is_some()).await;
	pause.send_modify(|state| state.operator = None);
	some_blocks(&laptop.world).await;
	tokio::time::sleep(Duration::from_millis(100)).await;
	assert!(!laptop.available());
	laptop.plug(true);
	laptop.is_available(true).await;
	laptop.stop().await;
}
