//! ONNX Runtime on one thread of the CPU, as the library that `make setup` installs.

#![allow(dead_code, reason = "each test binary uses its own part")]

use std::{path::PathBuf, sync::OnceLock};

use ort::{environment::Environment, session::Session};
use tercet_tasks::{open, Graph, OpenError, Package, Pipeline};

/// Version that `make setup` installs.
const VERSION: &str = "1.31.1";

fn library() -> PathBuf {
	let given = std::env::var_os("ORT_DYLIB_PATH").filter(|path| !path.is_empty());
	given.map(PathBuf::from).unwrap_or_else(|| {
		let home = PathBuf::from(std::env::var_os("HOME").unwrap());
		home.join(".local/share/tercet/onnxruntime").join(format!("libonnxruntime.so.{VERSION}"))
	})
}

fn environment() -> &'static Environment {
	static ENVIRONMENT: OnceLock<Environment> = OnceLock::new();
	ENVIRONMENT.get_or_init(|| {
		let builder = ort::init_from(library()).expect("make setup installs ONNX Runtime");
		let environment = builder.with_telemetry(false).build().unwrap();
		environment.set_log_level(ort::logging::LogLevel::Error);
		environment
	})
}

/// A graph of an ONNX file.
pub fn graph(name: &str, bytes: &[u8]) -> Result<Graph, OpenError> {
	let builder = Session::builder(environment()).unwrap().with_intra_threads(1).unwrap();
	let session = builder.with_inter_threads(1).unwrap().commit_from_memory(bytes);
	let refused =
		|error: ort::Error| OpenError::Refused { graph: name.into(), reason: error.to_string() };
	Graph::new(name, session.map_err(refused)?)
}

/// The pipeline of an artifact.
pub fn pipeline(artifact: &[u8]) -> Result<Box<dyn Pipeline>, OpenError> {
	open(&Package::read(artifact).unwrap(), &mut graph)
}
