//! The `tercet-store` program.

mod common;

use common::*;
use std::{
	io::{BufRead, BufReader},
	path::Path,
	process::{Child, Command, Stdio},
};

/// Starts the program on a free port and returns it with its address.
fn start(folder: &Path) -> (Child, String) {
	let mut child = Command::new(env!("CARGO_BIN_EXE_tercet-store"))
		.args(["--listen", "127.0.0.1:0", "--shards", "10", "--dir"])
		.arg(folder)
		.stdout(Stdio::piped())
		.stderr(Stdio::null())
		.spawn()
		.unwrap();
	let mut line = String::new();
	BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
	let url = line.trim().strip_prefix("listening on ").unwrap().to_owned();
	(child, url)
}

#[tokio::test]
async fn it_serves_until_sigterm_and_keeps_its_blobs() {
	let folder = tempfile::tempdir().unwrap();
	let (mut first, url) = start(folder.path());
	let stored = client(&url).store(&b"abc"[..]).await.unwrap();
	let killed = Command::new("kill").arg(first.id().to_string()).status().unwrap();
	assert!(killed.success());
	assert!(first.wait().unwrap().success(), "a clean end");

	let (mut second, url) = start(folder.path());
	assert_eq!(client(&url).read(&stored.blob_ref()).await.unwrap(), b"abc"[..]);
	second.kill().unwrap();
	second.wait().unwrap();
}

#[test]
fn it_says_what_is_wrong() {
	let output = Command::new(env!("CARGO_BIN_EXE_tercet-store"))
		.args(["--listen", "127.0.0.1:0", "--dir", "/dev/null/store"])
		.output()
		.unwrap();
	assert!(!output.status.success());
	let message = String::from_utf8(output.stderr).unwrap();
	assert!(message.contains("cannot open the store in /dev/null/store"), "{message}");
}
