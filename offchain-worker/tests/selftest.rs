//! Which classes the machine of these tests reproduces.

mod common;

use common::engine;
use tercet_worker::{
	engine::DeviceChoice,
	library,
	selftest::{outcome, run, Outcome, Settings},
	Engine,
};

const SETTINGS: Settings = Settings { threads: 1, parallel: 2 };

#[test]
fn run_finds_the_portable_class_and_that_of_this_processor() {
	let found = run(&engine(), SETTINGS).unwrap();
	println!("{found:#?}");
	assert_eq!(found.portable, Outcome::Equal);
	assert!(found.pinned.holds(), "{}", found.pinned);
	let class = found.class.clone().unwrap();
	assert_eq!(found.pinned_class(&engine(), 1).unwrap().to_string(), class);
	let threads = run(&engine(), Settings { threads: 2, ..SETTINGS }).unwrap();
	assert_eq!(threads.portable, Outcome::Equal);
	assert!(threads.pinned.holds(), "{}", threads.pinned);
}

#[test]
fn outcome_is_recalled_until_something_changes() {
	let dir = tempfile::tempdir().unwrap();
	let engine = engine();
	let first = outcome(&engine, SETTINGS, None, dir.path()).unwrap();
	let again = outcome(&engine, SETTINGS, None, dir.path()).unwrap();
	assert_eq!(again, first, "time taken included");
	let other = outcome(&engine, Settings { threads: 2, ..SETTINGS }, None, dir.path()).unwrap();
	assert_ne!(other.tested, first.tested);
	let driver = outcome(&engine, SETTINGS, Some("570.1"), dir.path()).unwrap();
	assert!(driver.tested.contains("570.1"));
	// A damaged file is no file.
	std::fs::write(dir.path().join("selftest-cpu.json"), "{").unwrap();
	assert!(outcome(&engine, SETTINGS, None, dir.path()).unwrap().portable.holds());
}

#[test]
fn run_says_what_a_gpu_reproduces() {
	let library = library::locate(None).unwrap();
	let engines = match Engine::load_on_all(&library, DeviceChoice::Cuda) {
		Ok(engines) => engines,
		Err(reason) => return println!("skipped: {reason}"),
	};
	for engine in engines {
		let found = run(&engine, SETTINGS).unwrap();
		println!("{}: {found:#?}", engine.device());
		assert_eq!(found.portable, Outcome::Equal);
		assert!(!found.digests.is_empty());
	}
}
