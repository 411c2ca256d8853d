//! What a stock polkadot.js client can do.

use std::path::Path;

use anyhow::{ensure, Context, Result};
use tercet_cli::devnet::Devnet;
use tokio::process::Command;

use tercet_e2e::{example, labels, Net, PRICE};

#[tokio::test(flavor = "multi_thread")]
async fn polkadot_js_transfers_submits_a_job_and_reads_its_result() -> Result<()> {
	let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("polkadot-js");
	ensure!(
		folder.join("node_modules").is_dir(),
		"polkadot.js is not installed: run `make test`, or `npm ci` in e2e/polkadot-js"
	);
	let net = Net::start(Devnet::builder().workers(3), 3).await?;
	let output = Command::new("node")
		.current_dir(&folder)
		.arg("wallet.mjs")
		.args(["--url", &net.devnet.url()])
		.args(["--model", "0", "--variant-index", "0", "--image-index", "0"])
		.args(["--price", &PRICE.to_string()])
		.args(["--label", &labels()?[0].to_string()])
		.arg("--image-file")
		.arg(example("held-out.safetensors"))
		.output()
		.await
		.context("cannot run node: run `make setup`")?;
	let text = String::from_utf8_lossy(&output.stdout);
	let errors = String::from_utf8_lossy(&output.stderr);
	ensure!(output.status.success(), "{text}\n{errors}");
	println!("{text}");
	net.shutdown().await;
	Ok(())
}
