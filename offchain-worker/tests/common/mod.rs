//! What several tests need: ONNX files written byte by byte, and the worker's outside world.

#![allow(dead_code, reason = "each test binary uses its own part")]

pub mod jobs;
pub mod onnx;
pub mod slow;
pub mod world;

use std::path::PathBuf;

use tercet_worker::{
	engine::Device,
	library,
	runner::{RunnerSettings, Runners},
	Engine,
};

/// The installed ONNX Runtime; these tests need `make setup`.
pub fn engine() -> Engine {
	let library = library::locate(None).expect("make setup installs ONNX Runtime");
	Engine::load(&library).unwrap()
}

/// How this build of the worker runs models.
pub fn runner_settings(threads: usize) -> RunnerSettings {
	let library = library::locate(None).expect("make setup installs ONNX Runtime");
	let program = env!("CARGO_BIN_EXE_tercet-worker").into();
	RunnerSettings { program, ..RunnerSettings::new(library, Device::Cpu, threads) }
}

/// What runs models in these tests.
pub fn runners(threads: usize) -> Runners {
	Runners::new(runner_settings(threads)).unwrap()
}

/// The int8 digits model of the examples: `image` f32 [batch, 64] → `logits` f32 [batch, 10].
pub fn digits_int8() -> Vec<u8> {
	digits("onnx/model_int8.onnx")
}

/// A file of the digits example.
pub fn digits(file: &str) -> Vec<u8> {
	let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../examples/digits");
	std::fs::read(folder.join(file)).unwrap()
}
