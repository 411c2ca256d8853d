//! The program itself: what it says when something is missing.

use std::{
	os::unix::fs::PermissionsExt,
	path::Path,
	process::{Command, Output},
	time::{Duration, Instant},
};

use tercet_worker::config::Config;

fn worker(arguments: &[&str]) -> Output {
	Command::new(env!("CARGO_BIN_EXE_tercet-worker"))
		.args(arguments)
		.env_remove("TERCET_WORKER_KEY")
		.env("RUST_LOG", "off")
		.output()
		.unwrap()
}

/// What a program said, on both streams.
fn said(output: &Output) -> String {
	let (out, error) = (&output.stdout, &output.stderr);
	String::from_utf8_lossy(out).into_owned() + &String::from_utf8_lossy(error)
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
	fails(&["--key", "//Alice", "--offer", "all"], 2, "write it like 0.1=0.001");
	fails(&["--key", "//Alice", "--bond", "much"], 2, "is not an amount");
}

#[test]
fn run_fails_when_it_has_no_key() {
	fails(&[], 1, "--key-file");
}

#[test]
fn status_fails_when_no_worker_has_run_there() {
	let dir = tempfile::tempdir().unwrap();
	let output = worker(&["status", "--dir", dir.path().to_str().unwrap()]);
	assert_eq!(output.status.code(), Some(1));
	assert!(String::from_utf8_lossy(&output.stderr).contains("no worker has run in"));
}

#[test]
fn pause_and_resume_are_written_down_when_no_worker_runs() {
	let dir = tempfile::tempdir().unwrap();
	let state = dir.path().to_str().unwrap();
	let paused = dir.path().join("paused.json");
	let output = worker(&["pause", "--dir", state, "--reason", "holiday", "--hand-back"]);
	assert!(output.status.success(), "{}", said(&output));
	assert!(said(&output).contains("no worker is running"));
	let pause: serde_json::Value =
		serde_json::from_slice(&std::fs::read(&paused).unwrap()).unwrap();
	assert_eq!(pause, serde_json::json!({ "reason": "holiday", "hand_back": true }));
	assert!(worker(&["resume", "--dir", state]).status.success());
	assert!(!paused.exists());
	for command in ["pause", "resume", "drain"] {
		let output = worker(&[command, "--dir", "/nonexistent"]);
		assert_eq!(output.status.code(), Some(1));
		assert!(said(&output).contains("/nonexistent"), "{}", said(&output));
	}
	let output = worker(&["drain", "--dir", state]);
	assert!(said(&output).contains("no worker is running"), "{}", said(&output));
}

/// `init` on a machine without node, store and ONNX Runtime, with further arguments.
fn init(dir: &Path, arguments: &[&str]) -> Output {
	let config = dir.join("worker.toml");
	let state = dir.join("state");
	let base = [
		"init",
		"--yes",
		"--config",
		config.to_str().unwrap(),
		"--dir",
		state.to_str().unwrap(),
		"--node",
		"ws://127.0.0.1:1",
		"--store",
		"http://127.0.0.1:1",
		"--onnxruntime",
		"/nonexistent.so",
	];
	worker(&[&base, arguments].concat())
}

#[test]
fn init_writes_a_configuration_and_a_key_and_says_what_is_left_to_do() {
	let dir = tempfile::tempdir().unwrap();
	let output = init(dir.path(), &[]);
	let text = said(&output);
	assert!(output.status.success(), "{text}");
	for part in [
		"✗ node         cannot reach ws://127.0.0.1:1",
		"✗ store",
		"✗ onnxruntime",
		"make setup",
		"✓ key",
		"→",
		"tercet-worker doctor --config",
		"tercet-worker run --config",
		"The worker's address: 5",
	] {
		assert!(text.contains(part), "{part} in {text}");
	}
	let key = dir.path().join("worker.key");
	assert_eq!(std::fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
	let secret = std::fs::read_to_string(&key).unwrap();
	let written = std::fs::read_to_string(dir.path().join("worker.toml")).unwrap();
	assert!(!written.contains(secret.trim()) && !text.contains(secret.trim()));
	let config = Config::load(&dir.path().join("worker.toml")).unwrap();
	assert_eq!(config.offers.bond, Some("1000".parse().unwrap()));
	assert_eq!(config.state.dir, dir.path().join("state"));
	assert_eq!(config.key.file, Some(key));
	// As `run` would: it gets as far as what is missing.
	let run = worker(&["run", "--config", dir.path().join("worker.toml").to_str().unwrap()]);
	assert_eq!(run.status.code(), Some(1));
	assert!(said(&run).contains("make setup"), "{}", said(&run));
}

#[test]
fn init_never_overwrites_a_configuration_unless_forced_and_never_a_key() {
	let dir = tempfile::tempdir().unwrap();
	assert!(init(dir.path(), &[]).status.success());
	let key = std::fs::read(dir.path().join("worker.key")).unwrap();
	let again = init(dir.path(), &["--offer", "0.1=2"]);
	assert_eq!(again.status.code(), Some(1));
	assert!(said(&again).contains("--force"), "{}", said(&again));
	let forced = init(dir.path(), &["--offer", "0.1=2", "--force"]);
	assert!(forced.status.success(), "{}", said(&forced));
	let config = Config::load(&dir.path().join("worker.toml")).unwrap();
	assert_eq!(config.offers.offer, ["0.1=2".parse().unwrap()]);
	assert_eq!(std::fs::read(dir.path().join("worker.key")).unwrap(), key);
}

#[test]
fn init_shows_the_command_that_makes_the_key_a_proxy_when_a_provider_is_named() {
	let dir = tempfile::tempdir().unwrap();
	let cold = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
	let text = said(&init(dir.path(), &["--account", cold]));
	assert!(text.contains("tercet --key COLD provider worker-key 5"), "{text}");
	let config = Config::load(&dir.path().join("worker.toml")).unwrap();
	assert_eq!(config.key.account.unwrap().to_string(), cold);
	assert_eq!(config.offers.bond, None);
}

#[test]
fn init_fails_when_there_is_nobody_to_ask() {
	let dir = tempfile::tempdir().unwrap();
	let config = dir.path().join("worker.toml");
	let output = Command::new(env!("CARGO_BIN_EXE_tercet-worker"))
		.args(["init", "--config", config.to_str().unwrap()])
		.stdin(std::process::Stdio::null())
		.output()
		.unwrap();
	assert_eq!(output.status.code(), Some(1));
	assert!(said(&output).contains("--yes"), "{}", said(&output));
	assert!(!config.exists());
}

#[test]
fn doctor_fails_and_says_what_to_do_next_for_everything_that_is_wrong() {
	let dir = tempfile::tempdir().unwrap();
	init(dir.path(), &[]);
	let config = dir.path().join("worker.toml");
	std::fs::set_permissions(dir.path().join("worker.key"), std::fs::Permissions::from_mode(0o644))
		.unwrap();
	let output = worker(&["doctor", "--config", config.to_str().unwrap()]);
	let text = said(&output);
	assert_eq!(output.status.code(), Some(1), "{text}");
	assert!(text.contains("! key") && text.contains("chmod 600"), "{text}");
	let lines: Vec<&str> = text.lines().collect();
	for (line, next) in lines.iter().zip(lines.iter().skip(1)) {
		assert!(!line.starts_with('✗') || next.trim().starts_with('→'), "{line} in {text}");
	}
	let output = worker(&["doctor", "--json", "--config", config.to_str().unwrap()]);
	assert_eq!(output.status.code(), Some(1));
	let checks: Vec<serde_json::Value> = serde_json::from_slice(&output.stdout).unwrap();
	for name in ["key", "directory", "disk", "onnxruntime", "store", "admin", "node"] {
		assert!(checks.iter().any(|check| check["name"] == name), "{name} in {checks:?}");
	}
	let bad = checks.iter().filter(|check| check["outcome"] == "bad");
	assert!(bad.clone().count() >= 3);
	assert!(bad.clone().all(|check| check["remedy"].is_string()));
}

#[test]
fn commands_fail_and_name_the_line_when_the_configuration_is_wrong() {
	let dir = tempfile::tempdir().unwrap();
	let config = dir.path().join("worker.toml");
	std::fs::write(&config, "[device]\ntreads = 2\n").unwrap();
	let config = config.to_str().unwrap();
	for command in ["run", "doctor", "status", "pause", "resume"] {
		let output = worker(&[command, "--config", config]);
		let text = said(&output);
		assert_eq!(output.status.code(), Some(1), "{text}");
		assert!(text.contains("line 2") && text.contains("did you mean `threads`?"), "{text}");
	}
	let output = worker(&["run", "--config", "/nonexistent.toml"]);
	assert!(said(&output).contains("tercet-worker init"), "{}", said(&output));
}

#[test]
fn help_tells_a_newcomer_where_to_begin() {
	let text = said(&worker(&["--help"]));
	for part in ["tercet-worker init", "tercet-worker run", "doctor", "status", "pause", "resume"] {
		assert!(text.contains(part), "{part} in {text}");
	}
	for command in ["init", "run", "status", "pause", "resume", "drain", "doctor"] {
		assert!(worker(&[command, "--help"]).status.success(), "{command}");
	}
}

#[test]
fn help_names_everything_but_the_crash_test_options() {
	let output = worker(&["run", "--help"]);
	let text = String::from_utf8_lossy(&output.stdout);
	for option in [
		"--config",
		"--node",
		"--store",
		"--key-file",
		"--account",
		"--bond",
		"--offer",
		"--metrics",
		"--leave",
	] {
		assert!(text.contains(option), "{option} in {text}");
	}
	assert!(!text.contains("--abort-at") && !text.contains("--replace-model"), "{text}");
}
