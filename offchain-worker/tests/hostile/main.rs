//! Hostile files against the process that opens them: what becomes of each, that nothing else notices,
//! and that the next honest job is right.

#[path = "../common/mod.rs"]
mod common;

mod bombs;
mod case;
mod files;
mod fuzz;
mod inputs;
mod packages;
mod structure;
mod table;
mod tensors;

use std::{
	path::Path,
	time::{Duration, Instant},
};

use case::{Case, End};
use common::{
	jobs::{expected, numbers},
	onnx, runner_settings,
};
use tercet_primitives::{ItemSet, H256};
use tercet_worker::{
	compute::{Compute, Failure, FailureKind, Opening, Request, Results},
	items::Batch,
	runner::{memory, Runners},
};
use tokio_util::sync::CancellationToken;

/// Memory that the records of all these models declare, in bytes.
const DECLARED: u64 = 64 << 20;

/// How long a job's window lasts here, and how long for those that would use any.
const WINDOW: Duration = Duration::from_secs(30);
const SHORT_WINDOW: Duration = Duration::from_secs(2);

/// Every class, in the order of the table.
pub fn corpus() -> Vec<Case> {
	let parts = [
		files::cases(),
		packages::cases(),
		structure::cases(),
		tensors::cases(),
		bombs::cases(),
		inputs::cases(),
	];
	parts.into_iter().flatten().collect()
}

/// One attempt at one job of one item.
pub fn attempt(
	compute: &dyn Compute,
	artifact: &[u8],
	input: &[u8],
	confirming: bool,
	window: Duration,
) -> Result<Results, Failure> {
	let digest = H256(tercet_walrus_client::digest(artifact));
	let opening = Opening { digest, declared: Some(DECLARED), confirming };
	let cancel = CancellationToken::new();
	let stop = cancel.clone();
	let (done, wait) = std::sync::mpsc::channel::<()>();
	let clock = std::thread::spawn(move || {
		if wait.recv_timeout(window).is_err() {
			stop.cancel();
		}
	});
	let outcome = (|| {
		let mut model = match compute.loaded(&opening) {
			Some(model) => model,
			None => compute.load(opening, artifact, &cancel)?,
		};
		let (asked, batch) = (ItemSet::first(1), Batch::Asked);
		model.run(&Request {
			input,
			items: 1,
			asked,
			batch,
			vectors_only: false,
			key: None,
			cancel: cancel.clone(),
		})
	})();
	// The clock may have run out.
	let _ = done.send(());
	clock.join().unwrap();
	outcome
}

/// What a worker would find, a second attempt included where one is due.
fn find(compute: &dyn Compute, case: &Case) -> Result<Results, Failure> {
	let window = if case.end == End::Hangs { SHORT_WINDOW } else { WINDOW };
	let attempt = |confirming| attempt(compute, &case.artifact, &case.input, confirming, window);
	match attempt(false) {
		Err(failure)
			if matches!(
				failure.kind,
				FailureKind::Memory | FailureKind::Crash | FailureKind::Graph
			) =>
		{
			attempt(true)
		},
		outcome => outcome,
	}
}

fn check(case: &Case, outcome: &Result<Results, Failure>) -> Result<(), String> {
	let as_it_should = match (&case.end, outcome) {
		(End::Fails(kind, said), Err(failure)) => {
			failure.kind == *kind && failure.text.contains(said)
		},
		(End::FailsSomehow, Err(failure)) => failure.kind != FailureKind::Time,
		(End::Hangs, Err(failure)) => failure.kind == FailureKind::Time,
		(End::Runs, Ok(_)) => true,
		_ => false,
	};
	match as_it_should {
		true => Ok(()),
		false => Err(format!("{}: {:?} expected, {outcome:?} found", case.class, case.end)),
	}
}

/// Writes the files into the folder that `TERCET_WRITE_CORPUS` names, if it names one: for other tests,
/// and for people.
fn write(corpus: &[Case]) {
	let Some(folder) = std::env::var_os("TERCET_WRITE_CORPUS") else { return };
	std::fs::create_dir_all(&folder).unwrap();
	for (case, number) in corpus.iter().zip(1..) {
		let name: String =
			case.class.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
		let file = Path::new(&folder).join(format!("{number:03}-{name}"));
		std::fs::write(file.with_extension("model"), &case.artifact).unwrap();
		std::fs::write(file.with_extension("input"), &case.input).unwrap();
	}
}

/// A job that must come out right, whatever happened before it.
fn honest(compute: &dyn Compute, right: &Results) {
	let input = numbers(1).to_canonical_bytes();
	assert_eq!(&attempt(compute, &onnx::add().0, &input, false, WINDOW).unwrap(), right);
}

fn right() -> Results {
	let output = expected(&onnx::add().0, &numbers(1));
	Results { bytes: output.to_canonical_bytes(), digests: output.item_digests() }
}

/// Files that hostile models would read or write.
fn canary(dir: &Path) -> (String, tempfile::NamedTempFile) {
	let file = tempfile::NamedTempFile::new_in(dir).unwrap();
	std::fs::write(file.path(), "a secret").unwrap();
	(file.path().to_str().unwrap().to_owned(), file)
}

#[test]
fn every_class_ends_as_it_should_and_the_next_job_is_right() {
	let runners = Runners::new(runner_settings(1)).unwrap();
	let (right, corpus) = (right(), corpus());
	let mut names: Vec<&str> = corpus.iter().map(|case| case.class).collect();
	names.sort_unstable();
	names.dedup();
	assert_eq!(names.len(), corpus.len(), "every class has a name of its own");
	assert!(corpus.len() >= 40);

	write(&corpus);

	let dir = tempfile::tempdir().unwrap();
	let (path, _file) = canary(dir.path());
	let outside = Case::refused("a canary", tensors::external(&path), "keeps its data outside");
	let (mut rows, mut problems) = (Vec::new(), Vec::new());
	for case in corpus.iter().chain([&outside]) {
		let started = Instant::now();
		let outcome = find(&runners, case);
		let took = started.elapsed();
		problems.extend(check(case, &outcome).err());
		if let Ok(results) = &outcome {
			assert!(!String::from_utf8_lossy(&results.bytes).contains("root:"), "{}", case.class);
		}
		honest(&runners, &right);
		eprintln!("{:>6} ms  {}: {}", took.as_millis(), case.class, table::said(&outcome));
		rows.push(table::Row::new(case.class, &outcome));
	}
	rows.pop();
	assert_eq!(problems, Vec::<String>::new());
	assert_eq!(std::fs::read_to_string(&path).unwrap(), "a secret");
	assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1, "nothing was written");
	table::compare(&rows);

	// No process was ever larger than what it may be when it is given the most; what it is before it
	// has a model is measured, not promised.
	let most = memory::promised(DECLARED, 70 << 20, 1 << 20) * memory::CONFIRMING + (128 << 20);
	let largest = largest_child();
	assert!(largest <= most, "{largest} of {most} bytes");
	eprintln!("largest process: {} MiB of {} MiB", largest >> 20, most >> 20);
}

/// Resident memory of the largest process that has ended, in bytes.
#[allow(unsafe_code, reason = "the system call has no safe form that counts children")]
fn largest_child() -> u64 {
	let mut usage = std::mem::MaybeUninit::<libc::rusage>::zeroed();
	// SAFETY: the structure is as large as the call expects, and all zeros are a valid one.
	let usage = unsafe {
		libc::getrusage(libc::RUSAGE_CHILDREN, usage.as_mut_ptr());
		usage.assume_init()
	};
	usage.ru_maxrss as u64 * 1024
}
