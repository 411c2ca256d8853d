//! Malformed arguments: each is refused before anything happens, with exit code 2 and a message that
//! names the argument; and what goes wrong later ends with exit code 1 and advice.

use std::process::{Command, Output};

fn tercet(args: &[&str]) -> Output {
	Command::new(env!("CARGO_BIN_EXE_tercet"))
		.args(args)
		.env_remove("TERCET_URL")
		.env_remove("TERCET_KEY")
		.env_remove("TERCET_STORE")
		.output()
		.unwrap()
}

/// Runs a command that must be refused as malformed, naming each of `words`.
fn refused(args: &[&str], words: &[&str]) {
	let output = tercet(args);
	let message = String::from_utf8_lossy(&output.stderr);
	assert_eq!(output.status.code(), Some(2), "{args:?}: {message}");
	assert!(output.stdout.is_empty(), "{args:?}");
	for word in words {
		assert!(message.contains(word), "{args:?} does not say {word:?}: {message}");
	}
}

/// Runs a command that must fail, naming each of `words`.
fn fails(args: &[&str], words: &[&str]) {
	let output = tercet(args);
	let message = String::from_utf8_lossy(&output.stderr);
	assert_eq!(output.status.code(), Some(1), "{args:?}: {message}");
	assert!(message.starts_with("error: "), "{message}");
	for word in words {
		assert!(message.contains(word), "{args:?} does not say {word:?}: {message}");
	}
}

const ACCOUNT: &str = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";

const SUBMIT: [&str; 8] =
	["job", "submit", "--model", "0", "--input", "in.safetensors", "--price", "0.001"];

fn submit_with<'a>(extra: &[&'a str]) -> Vec<&'a str> {
	[&SUBMIT[..], extra].concat()
}

#[test]
fn command_is_refused_when_unknown_or_missing() {
	refused(&[], &["Usage"]);
	refused(&["jobs"], &["jobs"]);
	refused(&["job"], &["Usage"]);
	refused(&["job", "destroy", "1"], &["destroy"]);
	refused(&["credit"], &["Usage"]);
	refused(&["model", "list", "--nonsense"], &["--nonsense"]);
}

#[test]
fn ids_are_refused_when_malformed() {
	for id in ["-1", "one", "1.5", "4294967296"] {
		refused(&["model", "show", "--", id], &[id]);
	}
	refused(&["job", "watch", "18446744073709551616"], &["18446744073709551616"]);
	refused(&["job", "watch"], &["<JOB>"]);
	refused(&["job", "verify", "0"], &["--item"]);
	refused(&["job", "verify", "0", "--item", "x"], &["--item"]);
	refused(&["job", "verify", "0", "--proof", "a", "--save", "b"], &["--save"]);
	refused(&["job", "result", "0"], &["--output"]);
	refused(&["provider", "status", "5Grwva"], &["5Grwva"]);
}

#[test]
fn submit_is_refused_when_an_argument_is_malformed() {
	refused(&["job", "submit", "--model", "0"], &["--input", "--price"]);
	for price in ["free", "1e-3", "-1", "0.0000000000001"] {
		let price = format!("--price={price}");
		refused(
			&["job", "submit", "--model=0", "--input=x", &price],
			&["--price", "not an amount"],
		);
	}
	for deadline in ["soon", "+", "-5", "+4294967296"] {
		refused(&submit_with(&["--deadline", deadline]), &["--deadline", "+60"]);
	}
	for class in [
		"cpu",
		"tpu/ort-1.31.1/x86-avx2/t1",
		"cpu/ort-1.31/x86-avx2/t1",
		"cpu/ort-1.31.1/mips/t1",
		"cpu/ort-1.31.1/x86-avx2/t0",
	] {
		refused(&submit_with(&["--class", class]), &["--class", "portable"]);
	}
	for redundancy in ["3", "3/1", "4/2", "2/3", "8/8", "three/three"] {
		refused(&submit_with(&["--redundancy", redundancy]), &["--redundancy"]);
	}
	for canary in ["7", "7=", "x=file", "512=file"] {
		refused(&submit_with(&["--canary", canary]), &["--canary"]);
	}
	refused(&submit_with(&["--variant", "int9"]), &["--variant", "int8"]);
	refused(&submit_with(&["--variant", "256"]), &["--variant"]);
}

#[test]
fn publish_is_refused_when_an_argument_is_malformed() {
	let named = ["model", "publish", "--name", "n", "--licence", "MIT"];
	refused(&named, &["FILE.onnx"]);
	let with = |extra: &[&'static str]| [&named[..], extra].concat();
	refused(&["model", "publish", "a.onnx"], &["--licence"]);
	refused(&["model", "publish", "a.onnx", "--name", " ", "--licence", "MIT"], &["empty"]);
	let long = "x".repeat(65);
	refused(&["model", "publish", "a.onnx", "--name", &long, "--licence", "MIT"], &["64"]);
	refused(&with(&["--variant", "int8"]), &["PRECISION=FILE"]);
	refused(&with(&["--variant", "int8="]), &["PRECISION=FILE"]);
	refused(&with(&["--variant", "int9=a.onnx"]), &["int9", "int8"]);
	refused(&with(&["a.onnx", "--royalty", "5"]), &["--royalty", "5%"]);
	refused(&with(&["a.onnx", "--royalty", "101%"]), &["--royalty", "more than the whole"]);
	refused(&with(&["a.onnx", "--units", "0"]), &["--units"]);
	refused(&with(&["a.onnx", "--memory", "much"]), &["--memory", "64M"]);
}

#[test]
fn publish_is_refused_when_lineage_or_agreement_is_malformed() {
	let with = |extra: &[&'static str]| {
		[&["model", "publish", "a.onnx", "--name", "n", "--licence", "MIT"][..], extra].concat()
	};
	refused(&with(&["--parent", "zero"]), &["--parent"]);
	refused(&with(&["--derivative-share", "101%"]), &["--derivative-share"]);
	for distance in ["128", "-1", "near"] {
		let argument = format!("--similar={distance}");
		let all = [&with(&[])[..], &[&argument]].concat();
		refused(&all, &["--similar"]);
	}
	refused(&with(&["--feature", "flat"]), &["--similar"]);
	refused(&["model", "transfer", "0"], &["ACCOUNT"]);
	refused(&["model", "transfer", "0", "5Grwva"], &["5Grwva"]);
	refused(&["model", "deprecate", "0", "--undo", "--successor", "1"], &["--undo"]);
}

#[test]
fn quotes_and_receipts_are_refused_when_an_argument_is_malformed() {
	refused(&["job", "quote", "--model", "0"], &["--items", "--input"]);
	refused(&["job", "quote", "--model", "0", "--items", "513"], &["--items"]);
	refused(&["job", "quote", "--model", "0", "--items", "1", "--input", "x"], &["--input"]);
	refused(&["job", "top-up", "0"], &["--price"]);
	refused(&["job", "receipt", "0"], &["--out"]);
	refused(&["job", "receipt", "0", "--out", "r", "--item", "1", "--all-items"], &["--all-items"]);
	for hash in ["", "0x12", "latest"] {
		refused(&["job", "verify-receipt", "r", "--block-hash", hash], &["--block-hash"]);
	}
	refused(&["job", "open-canary"], &["FILE"]);
	refused(&["credit", "add"], &["<AMOUNT>"]);
	refused(&["credit", "withdraw", "lots"], &["lots"]);
}

#[test]
fn provider_and_devnet_are_refused_when_an_argument_is_malformed() {
	refused(&["provider", "bond"], &["<AMOUNT>"]);
	refused(&["provider", "bond", "lots"], &["lots", "0.001"]);
	refused(&["provider", "offer", "--model", "0"], &["--price"]);
	refused(&["provider", "offer", "--model", "0", "--price", "1", "--remove"], &["--remove"]);
	refused(&["provider", "delegate", "5Grwva", "1"], &["5Grwva"]);
	refused(&["provider", "undelegate", ACCOUNT, "some"], &["some", "all"]);
	refused(&["provider", "commission", "5"], &["5%"]);
	refused(&["provider", "operator"], &["--clear"]);
	refused(&["provider", "operator", ACCOUNT, "--clear"], &["--clear"]);
	refused(&["provider", "claim", "--era", "x"], &["--era"]);
	refused(&["devnet", "--workers", "33"], &["--workers"]);
	refused(&["devnet", "--base-port", "80"], &["--base-port"]);
}

#[test]
fn command_fails_with_advice_when_no_node_answers() {
	let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
	let url = format!("ws://{}", free.local_addr().unwrap());
	drop(free);
	fails(&["model", "list", "--url", &url], &[&url, "tercet devnet"]);
	fails(&["model", "list", "--url", "http://localhost"], &["ws://"]);
}

#[test]
fn command_fails_with_advice_when_files_or_keys_are_missing_or_wrong() {
	let dir = tempfile::tempdir().unwrap();
	let path = |name: &str| dir.path().join(name).display().to_string();
	fails(&submit_with(&[]), &["in.safetensors"]);
	let garbage = path("garbage.safetensors");
	std::fs::write(&garbage, "no tensors here").unwrap();
	let submit = ["job", "submit", "--model=0", "--price=1", "--input", &garbage];
	fails(&submit, &[&garbage, "safetensors"]);
	fails(&["provider", "bond", "1"], &["--key", "//Alice"]);
	fails(&["provider", "bond", "1", "--key", "Alice"], &["--key", "mnemonic"]);
	let empty = path("empty.onnx");
	std::fs::write(&empty, "").unwrap();
	let publish = ["model", "publish", &empty, "--name", "n", "--licence", "MIT"];
	fails(&publish, &[&empty, "empty"]);
	let receipt = path("receipt.json");
	fails(&["job", "verify-receipt", &receipt], &[&receipt, "cannot read"]);
	std::fs::write(&receipt, "{}").unwrap();
	fails(&["job", "verify-receipt", &receipt], &[&receipt, "not a receipt"]);
	fails(&["job", "open-canary", &receipt], &[&receipt, "--canary"]);
	fails(&["credit", "show"], &["--key"]);
	fails(&["demo", "--example", &path("nowhere")], &["--example"]);
}

#[test]
fn help_has_examples() {
	for args in [&["--help"][..], &["job", "submit", "--help"], &["model", "publish", "--help"]] {
		let output = tercet(args);
		assert_eq!(output.status.code(), Some(0));
		assert!(String::from_utf8_lossy(&output.stdout).contains("Examples:"), "{args:?}");
	}
}
