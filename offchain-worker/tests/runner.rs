//! The process that runs models: what it cannot do, how it ends, and what the worker makes of that.

mod common;

use std::{
	io::Write,
	time::{Duration, Instant},
};

use common::{
	engine,
	jobs::{abstained, abstentions, expected, int8_model, numbers, responded, revealed},
	onnx, runner_settings,
	world::{until, World},
};
use tercet_primitives::{Invalidity, ItemSet, Response, H256};
use tercet_worker::{
	compute::{Compute, Failure, FailureKind, Opening, Request, Results, Runnable},
	items::Batch,
	metrics::ModelCounts,
	runner::{memory, protocol::Attempt, Runner, RunnerSettings, Runners},
};
use tokio_util::sync::CancellationToken;

const OPENING: Opening =
	Opening { digest: H256([1; 32]), declared: Some(64 << 20), confirming: false };

fn start() -> Runner {
	Runner::start(&runner_settings(1)).unwrap()
}

/// A runner that has the smallest model open.
fn opened() -> Runner {
	let mut runner = start();
	runner.open(&OPENING, &onnx::add().0, &CancellationToken::new()).unwrap();
	runner
}

fn attempt(runner: &mut Runner, attempt: Attempt) -> Result<Result<String, String>, Failure> {
	runner.attempt(&OPENING, attempt, &CancellationToken::new())
}

fn run(runner: &mut Runner, items: u32) -> Result<Results, Failure> {
	let input = numbers(items as usize).to_canonical_bytes();
	runner.run(&OPENING, &request(&input, items, CancellationToken::new()))
}

fn request(input: &[u8], items: u32, cancel: CancellationToken) -> Request<'_> {
	Request {
		input,
		items,
		asked: ItemSet::first(items),
		batch: Batch::Asked,
		vectors_only: false,
		key: None,
		cancel,
	}
}

fn right(items: usize) -> Results {
	let output = expected(&onnx::add().0, &numbers(items));
	Results { bytes: output.to_canonical_bytes(), digests: output.item_digests() }
}

#[test]
fn runner_gives_the_engines_results_when_the_model_is_honest() {
	let mut runner = opened();
	for items in [1, 2, 7] {
		assert_eq!(run(&mut runner, items).unwrap(), right(items as usize));
	}
	assert!(runner.resident() > 0 && runner.is_alive());
}

#[test]
fn runner_gives_the_same_bits_as_the_engine_when_threads_share_the_work() {
	let model = common::digits("onnx/model.onnx");
	let bytes = common::digits("held-out.safetensors");
	let input = tercet_tensors::TensorMap::from_bytes(&bytes).unwrap();
	let mut runner = Runner::start(&runner_settings(2)).unwrap();
	runner.open(&OPENING, &model, &CancellationToken::new()).unwrap();
	let results =
		runner.run(&OPENING, &request(&bytes, input.items(), CancellationToken::new())).unwrap();
	let engine = engine().session(&model, 2).unwrap().run(&input).unwrap();
	assert_eq!(results.bytes, engine.to_canonical_bytes());
	assert_eq!(results.digests, engine.item_digests());
}

/// On kernels without landlock or user namespaces the rest must hold.
#[test]
fn runner_says_which_walls_it_stands_behind() {
	let runner = start();
	let missing: Vec<_> = runner
		.walls()
		.iter()
		.filter(|wall| wall.missing.is_some())
		.map(ToString::to_string)
		.collect();
	eprintln!("missing: {missing:?}");
	let there =
		|name: &str| runner.walls().iter().any(|wall| wall.name == name && wall.missing.is_none());
	assert!(there("limits") && there("privileges") && there("secrecy") && there("seccomp"));
	let strict = RunnerSettings { require_sandbox: true, ..runner_settings(1) };
	assert_eq!(Runners::new(strict).is_ok(), missing.is_empty());
}

#[test]
fn runner_reaches_no_file() {
	let mut runner = opened();
	let mut secret = tempfile::NamedTempFile::new().unwrap();
	secret.write_all(b"secret").unwrap();
	let path = secret.path().to_str().unwrap().to_owned();
	let files =
		[path.as_str(), "/etc/passwd", "/proc/self/environ", "/proc/self/maps", "/dev/zero"];
	for file in files {
		let outcome = attempt(&mut runner, Attempt::Read(file.into())).unwrap();
		assert!(outcome.is_err(), "{file}: {outcome:?}");
	}
	for file in [path.as_str(), "/tmp/tercet-was-here", "/dev/shm/tercet-was-here"] {
		let outcome = attempt(&mut runner, Attempt::Write(file.into())).unwrap();
		assert!(outcome.is_err(), "{file}: {outcome:?}");
	}
	assert_eq!(std::fs::read_to_string(&path).unwrap(), "secret");
	assert!(!std::path::Path::new("/tmp/tercet-was-here").exists());
	// All of that was refused, and harmed nothing.
	assert_eq!(run(&mut runner, 2).unwrap(), right(2));
}

#[test]
fn runner_dies_when_it_tries_what_only_an_attack_would() {
	let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
	listener.set_nonblocking(true).unwrap();
	let address = listener.local_addr().unwrap().to_string();
	for attack in [
		Attempt::Connect(address),
		Attempt::Execute("/bin/true".into()),
		Attempt::Signal(std::process::id()),
	] {
		let mut runner = opened();
		let failure = attempt(&mut runner, attack.clone()).unwrap_err();
		assert_eq!(failure.kind, FailureKind::Crash, "{attack:?}: {failure}");
		assert!(failure.text.contains("SYS"), "{failure}");
		assert!(!runner.is_alive());
		assert!(run(&mut runner, 1).is_err());
	}
	assert!(listener.accept().is_err(), "nobody came through");
}

#[test]
fn runner_starts_no_thread_after_its_model_is_open() {
	assert_eq!(attempt(&mut start(), Attempt::Thread).unwrap(), Ok("started".into()));
	assert!(attempt(&mut opened(), Attempt::Thread).unwrap().is_err());
}

#[test]
fn runner_gets_no_more_memory_than_was_promised() {
	let promised = memory::promised(OPENING.declared.unwrap(), onnx::add().0.len() as u64, 0);
	let mut runner = opened();
	let half = attempt(&mut runner, Attempt::Allocate(promised / 2)).unwrap();
	assert!(half.is_ok(), "{half:?}");
	let failure = attempt(&mut runner, Attempt::Allocate(promised)).unwrap_err();
	assert_eq!(failure.kind, FailureKind::Memory, "{failure}");
	let mut confirming = opened();
	let opening = Opening { confirming: true, ..OPENING };
	let allocate = Attempt::Allocate(promised);
	let outcome = confirming.attempt(&opening, allocate, &CancellationToken::new());
	assert!(outcome.unwrap().is_ok());
	// Without a promise, it is this machine that lacks memory.
	let opening = Opening { declared: None, ..OPENING };
	let mut unbounded = opened();
	let allocate = Attempt::Allocate(memory::total().unwrap() * 2);
	let failure = unbounded.attempt(&opening, allocate, &CancellationToken::new()).unwrap_err();
	assert_eq!(failure.kind, FailureKind::Machine, "{failure}");
}

#[test]
fn runner_is_stopped_when_it_takes_too_long_or_the_job_is_given_up() {
	let impatient = RunnerSettings { wall: Duration::from_millis(300), ..runner_settings(1) };
	let mut runner = Runner::start(&impatient).unwrap();
	let failure = attempt(&mut runner, Attempt::Spin).unwrap_err();
	assert_eq!(failure.kind, FailureKind::Time, "{failure}");

	let (mut runner, cancel) = (start(), CancellationToken::new());
	let stop = cancel.clone();
	let started = Instant::now();
	let clock = std::thread::spawn(move || {
		std::thread::sleep(Duration::from_millis(200));
		stop.cancel();
	});
	let failure = runner.attempt(&OPENING, Attempt::Spin, &cancel).unwrap_err();
	assert_eq!(failure.kind, FailureKind::Time, "{failure}");
	assert!(started.elapsed() < Duration::from_secs(5) && !runner.is_alive());
	clock.join().unwrap();
}

#[test]
fn runner_killed_from_outside_is_this_machines_fault_and_the_next_one_works() {
	let mut runner = opened();
	let id = rustix::process::Pid::from_raw(runner.id() as i32).unwrap();
	rustix::process::kill_process(id, rustix::process::Signal::KILL).unwrap();
	let failure = run(&mut runner, 1).unwrap_err();
	assert_eq!(failure.kind, FailureKind::Machine, "{failure}");
	assert_eq!(run(&mut opened(), 1).unwrap(), right(1));
}

#[test]
fn start_fails_when_there_is_no_library_or_no_program() {
	let library = RunnerSettings { library: "/nonexistent.so".into(), ..runner_settings(1) };
	let failure = Runner::start(&library).err().unwrap();
	assert_eq!(failure.kind, FailureKind::Machine);
	assert!(failure.text.contains("nonexistent"), "{failure}");
	let program = RunnerSettings { program: "/bin/false".into(), ..runner_settings(1) };
	assert_eq!(Runner::start(&program).err().unwrap().kind, FailureKind::Machine);
}

/// Runners with memory for so many open models of [`opening`], and for opening one more.
fn runners_for(models: u64) -> (Runners, ModelCounts) {
	let process = start().resident();
	let declared = OPENING.declared.unwrap();
	// Each takes little more than an empty process.
	let memory = process * models + declared + process / 2;
	let counts = ModelCounts::default();
	let settings = RunnerSettings { memory, counts: counts.clone(), ..runner_settings(1) };
	(Runners::new(settings).unwrap(), counts)
}

fn opening(digest: u8) -> Opening {
	Opening { digest: H256([digest; 32]), ..OPENING }
}

fn load(runners: &Runners, digest: u8) -> Box<dyn Runnable> {
	runners.load(opening(digest), &onnx::add().0, &CancellationToken::new()).unwrap()
}

#[test]
fn runners_keep_models_open_for_those_who_need_the_same() {
	let (runners, counts) = runners_for(2);
	assert!(runners.loaded(&opening(1)).is_none() && !runners.is_open(&opening(1)));
	drop(load(&runners, 1));
	let leased = runners.loaded(&opening(1)).unwrap();
	assert!(runners.loaded(&opening(1)).is_none(), "a process has one job at a time");
	assert!(runners.is_open(&opening(1)));
	drop(leased);
	// Another record promises another amount of memory.
	for other in
		[Opening { declared: Some(1), ..opening(1) }, Opening { confirming: true, ..opening(1) }]
	{
		assert!(!runners.is_open(&other) && runners.loaded(&other).is_none());
	}
	assert_eq!((counts.opened.get(), counts.reused.get(), counts.evicted.get()), (1, 1, 0));
}

#[test]
fn runners_close_what_was_used_least_recently_when_memory_is_needed() {
	let (runners, counts) = runners_for(2);
	drop(load(&runners, 1));
	drop(load(&runners, 2));
	assert_eq!((counts.open.get(), counts.evicted.get()), (2, 0));
	drop(runners.loaded(&opening(1)).unwrap());
	// Would fit once it is open, but not by what it declares.
	let third = load(&runners, 3);
	assert!(!runners.is_open(&opening(2)));
	assert_eq!((counts.open.get(), counts.evicted.get()), (2, 1));
	drop(third);
	for digest in [1, 3] {
		assert!(runners.loaded(&opening(digest)).is_some(), "{digest}");
	}
	assert!(counts.memory.get() > 0);
}

#[test]
fn runners_wait_for_a_job_to_end_when_its_model_takes_the_memory() {
	let (runners, counts) = runners_for(0);
	let busy = load(&runners, 1);
	std::thread::scope(|scope| {
		let second = scope.spawn(|| drop(load(&runners, 2)));
		std::thread::sleep(Duration::from_millis(200));
		assert!(!second.is_finished());
		assert_eq!(counts.opened.get(), 1);
		drop(busy);
	});
	assert_eq!((counts.opened.get(), counts.evicted.get()), (2, 1));
}

/// `y = ` a tensor of as many bytes as the first number of the input says, 2^20 times.
fn glutton() -> Vec<u8> {
	let cast = onnx::node("Cast", &["m"], &["i"]).bytes(5, onnx::int("to", 7));
	let graph = onnx::message()
		.bytes(1, onnx::node("ReduceMax", &["x"], &["m"]).bytes(5, onnx::int("keepdims", 0)))
		.bytes(1, cast)
		.bytes(1, onnx::node("Mul", &["i", "s"], &["n"]))
		.bytes(1, onnx::node("ConstantOfShape", &["n"], &["z"]))
		.bytes(1, onnx::node("ReduceSum", &["z"], &["sum"]).bytes(5, onnx::int("keepdims", 0)))
		.bytes(1, onnx::node("Add", &["x", "sum"], &["y"]))
		.bytes(2, "g")
		.bytes(5, onnx::longs("s", &[1], &[1 << 18]))
		.bytes(11, onnx::port("x", onnx::FLOAT, &[2]))
		.bytes(12, onnx::port("y", onnx::FLOAT, &[2]));
	onnx::model(graph).0
}

fn mebibytes(number: f32) -> tercet_tensors::TensorMap {
	let tensor = tercet_tensors::Tensor::f32(&[1, 2], &[number, 0.0]).unwrap();
	tercet_tensors::TensorMap::new([("x", tensor)]).unwrap()
}

/// From the job to what the chain hears.
#[tokio::test(flavor = "multi_thread")]
async fn worker_says_what_a_hostile_job_deserves_and_goes_on() {
	let world = World::default();
	world.chain.models.lock().unwrap().push(int8_model(64 << 20));
	let running = world.start();
	let modest = world.job(1, &glutton(), &mebibytes(8.0));
	let endless = world.job(2, &endless(), &numbers(1));
	let greedy = world.job(3, &glutton(), &mebibytes(4096.0));
	// More than was promised, yet less than twice that: on another machine it may fit.
	let between = world.job(4, &glutton(), &mebibytes(900.0));
	let honest = world.job(5, &onnx::add().0, &numbers(3));
	revealed(&world, modest).await;
	let response = responded(&world, greedy).await;
	assert_eq!(response, Response::Invalid(Invalidity::OutOfMemory));
	abstained(&world, between).await;
	assert_eq!(abstentions(&running, "doubtful"), 1);
	assert_eq!(revealed(&world, honest).await.root, expected(&onnx::add().0, &numbers(3)).root());
	world.chain.block.send_replace(96);
	abstained(&world, endless).await;
	// What ran for it is gone, and its place is free.
	until("the end of the run", || running.context.metrics.running.get() == 0).await;
	let next = world.job_with(6, &onnx::add().0, &numbers(2), |job| job.until = 1000);
	revealed(&world, next).await;
	running.stop().await;
}

/// `while (true) {}`
fn endless() -> Vec<u8> {
	let body = onnx::message()
		.bytes(1, onnx::node("Identity", &["go"], &["on"]))
		.bytes(1, onnx::node("Neg", &["v"], &["w"]))
		.bytes(2, "body")
		.bytes(11, onnx::scalar("i", onnx::INT64))
		.bytes(11, onnx::scalar("go", onnx::BOOL))
		.bytes(11, onnx::port("v", onnx::FLOAT, &[2]))
		.bytes(12, onnx::scalar("on", onnx::BOOL))
		.bytes(12, onnx::port("w", onnx::FLOAT, &[2]));
	let forever =
		onnx::node("Loop", &["", "yes", "x"], &["y"]).bytes(5, onnx::subgraph("body", body));
	let yes = onnx::message().integer(2, onnx::BOOL).bytes(8, "yes").bytes(9, [1]);
	let graph = onnx::message()
		.bytes(1, forever)
		.bytes(2, "g")
		.bytes(5, yes)
		.bytes(11, onnx::port("x", onnx::FLOAT, &[2]))
		.bytes(12, onnx::port("y", onnx::FLOAT, &[2]));
	onnx::model(graph).0
}
