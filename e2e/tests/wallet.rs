//! What a stock polkadot.js client can do.

use anyhow::Result;
use tercet_cli::devnet::Devnet;

use tercet_e2e::{example, labels, polkadot_js, Net, PRICE};

#[tokio::test(flavor = "multi_thread")]
async fn polkadot_js_transfers_submits_a_job_and_reads_its_result() -> Result<()> {
	let net = Net::start(Devnet::builder().workers(3), 3).await?;
	let (url, price, label) = (net.devnet.url(), PRICE.to_string(), labels()?[0].to_string());
	let images = example("held-out.safetensors").display().to_string();
	let mut args = vec!["--url", &url, "--price", &price, "--label", &label];
	args.extend(["--model", "0", "--variant-index", "0"]);
	args.extend(["--image-file", &images, "--image-index", "0"]);
	println!("{}", polkadot_js("wallet.mjs", &args).await?);
	net.shutdown().await;
	Ok(())
}
