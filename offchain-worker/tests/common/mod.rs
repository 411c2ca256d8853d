//! What several tests need: ONNX files written byte by byte, and the worker's outside world.

#![allow(dead_code, reason = "each test binary uses its own part")]

pub mod jobs;
pub mod onnx;
pub mod world;

use std::path::PathBuf;

use tercet_worker::{library, Engine};

/// The installed ONNX Runtime; these tests need `make setup`.
pub fn engine() -> Engine {
	let library = library::locate(None).expect("make setup installs ONNX Runtime");
	Engine::load(&library).unwrap()
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
