//! The scripts of `polkadot-js/`, which know nothing about the chain but what its metadata says.

use std::{ffi::OsStr, path::Path};

use anyhow::{ensure, Context, Result};
use tokio::process::Command;

/// Runs a script to its end; all of its steps must pass. Gives what it says.
pub async fn polkadot_js<S: AsRef<OsStr>>(script: &str, args: &[S]) -> Result<String> {
	let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("polkadot-js");
	ensure!(
		folder.join("node_modules").is_dir(),
		"polkadot.js is not installed: run `make test`, or `npm ci` in e2e/polkadot-js"
	);
	let output = Command::new("node")
		.current_dir(&folder)
		.arg(script)
		.args(args)
		.kill_on_drop(true)
		.output()
		.await
		.context("cannot run node: run `make setup`")?;
	let text = String::from_utf8_lossy(&output.stdout).into_owned();
	let errors = String::from_utf8_lossy(&output.stderr);
	ensure!(output.status.success(), "{text}\n{errors}");
	Ok(text)
}
