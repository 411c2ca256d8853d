//! The program itself: what it says when something is missing.

use std::{
	process::{Command, Output},
	time::{Duration, Instant},
};

fn worker(arguments: &[&str]) -> Output {
	Command::new(env!("CARGO_BIN_EXE_tercet-worker"))
		.args(arguments)
		.env_remove("TERCET_WORKER_KEY")
		.env("RUST_LOG", "off")
		.output()
		.unwrap()
}

/// Runs the worker in an empty directory; it must fail, quickly, and say `expected`.
fn fails(arguments: &[&str], code: i32, expected: &str) {
	let dir = tempfile::tempdir().unwrap();
	let state = dir.path().join("state");
	let started = Instant::now();
	let base = ["run", "--dir", state.to_str().unwrap(), "--device", "cpu"];
	let output = worker(&[&base, arguments].concat());
	let text = String::from_utf8_lossy(&output.stderr);
	assert!(text.contains(expected), "{text}");
	assert_eq!(output.status.code(), Some(code), "{text}");
	assert!(started.elapsed() < Duration::from_secs(10));
}

/// A server that answers every request with 200.
fn store() -> String {
	let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
	let address = listener.local_addr().unwrap();
	std::thread::spawn(move || {
		use std::io::{Read, Write};
		for connection in listener.incoming() {
			let mut connection = connection.unwrap();
			let _ = connection.read(&mut [0; 4096]);
			let _ = connection
				.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nOK");
		}
	});
	format!("http://{address}")
}

#[test]
fn run_fails_when_there_is_no_node() {
	let arguments = ["--key", "//Alice", "--node", "ws://127.0.0.1:1", "--store", &store()];
	fails(&arguments, 1, "cannot reach node at ws://127.0.0.1:1: is tercet-node running?");
}

#[test]
fn run_fails_when_there_is_no_store() {
	let arguments = ["--key", "//Alice", "--store", "http://127.0.0.1:1"];
	fails(&arguments, 1, "cannot reach store at http://127.0.0.1:1: is tercet-store running?");
}

#[test]
fn run_fails_when_the_store_address_is_malformed() {
	fails(&["--key", "//Alice", "--store", "localhost"], 1, "cannot use the store");
}

#[test]
fn run_fails_and_names_make_setup_when_onnxruntime_is_missing() {
	fails(&["--key", "//Alice", "--onnxruntime", "/nonexistent.so"], 1, "make setup");
}

#[test]
fn run_fails_when_onnxruntime_is_not_a_library() {
	let file = tempfile::NamedTempFile::new().unwrap();
	let path = file.path().to_str().unwrap();
	fails(&["--key", "//Alice", "--onnxruntime", path], 1, "cannot load ONNX Runtime");
}

#[test]
fn run_fails_without_repeating_the_key_when_it_is_malformed() {
	let output = worker(&["run", "--dir", "/tmp/unused", "--key", "my secret phrase"]);
	assert_eq!(output.status.code(), Some(1));
	let text = String::from_utf8_lossy(&output.stderr);
	assert!(text.contains("key") && !text.contains("my secret phrase"), "{text}");
}

#[test]
fn run_fails_when_arguments_are_malformed() {
	fails(&[], 2, "--key");
	fails(&["--key", "//Alice", "--offer", "all"], 2, "write it like 0.1=0.001");
	fails(&["--key", "//Alice", "--bond", "much"], 2, "is not an amount");
}

#[test]
fn status_fails_when_no_worker_has_run_there() {
	let dir = tempfile::tempdir().unwrap();
	let output = worker(&["status", "--dir", dir.path().to_str().unwrap()]);
	assert_eq!(output.status.code(), Some(1));
	assert!(String::from_utf8_lossy(&output.stderr).contains("no worker has run in"));
}

#[test]
fn help_names_everything_but_the_crash_test_options() {
	let output = worker(&["run", "--help"]);
	let text = String::from_utf8_lossy(&output.stdout);
	for option in ["--node", "--store", "--key-file", "--bond", "--offer", "--metrics", "--leave"] {
		assert!(text.contains(option), "{option} in {text}");
	}
	assert!(!text.contains("--abort-at") && !text.contains("--replace-model"), "{text}");
}
