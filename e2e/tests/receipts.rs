//! Receipts: made from a running chain, checked without one.

use anyhow::{ensure, Context, Result};
use serde_json::Value;
use tercet_cli::{devnet::Devnet, receipt::Receipt};
use tercet_primitives::{Fault, H256};

use tercet_e2e::{Net, Tercet, DEADLINE, EXECUTORS, PRICE};

/// The item that the receipt proves.
const ITEM: u32 = 7;

#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_proves_a_job_without_a_node_and_nothing_when_tampered_with() -> Result<()> {
	let net = Net::start(Devnet::builder().workers(EXECUTORS), EXECUTORS as u32).await?;
	let job = net.submit(16, DEADLINE).await?;
	let (_, view) = net.end_of(job).await?;
	// A job that nobody takes has a receipt, too: of the fault.
	let mut request = net.request(16, view.job.request.input.clone(), 22).await?;
	// A little less than every worker of a devnet asks for.
	request.price = PRICE / 12;
	let unpaid = net.submit_request(request).await?;

	let dir = tempfile::tempdir()?;
	let path = |name: &str| dir.path().join(name).display().to_string();
	let (file, other) = (path("receipt.json"), path("unpaid.json"));
	let tercet = net.tercet("//Bob")?;
	let (id, item) = (job.to_string(), ITEM.to_string());
	let made = tercet.json(&["job", "receipt", &id, "--out", &file, "--item", &item]).await?;
	net.end_of(unpaid).await?;
	let id = unpaid.to_string();
	tercet.json(&["job", "receipt", &id, "--out", &other]).await?;
	let (genesis, finalized) = (net.chain.genesis(), net.chain.finalized().await?);
	net.shutdown().await;

	// The node is gone.
	let receipt: Receipt = serde_json::from_slice(&std::fs::read(&file)?)?;
	let hash = receipt.block.hash;
	ensure!(made["block"]["hash"] == serde_json::to_value(hash)?);
	ensure!(receipt.block.header.number <= finalized.number);
	let trusted = format!("{hash:?}");
	let proven = tercet.json(&["job", "verify-receipt", &file, "--block-hash", &trusted]).await?;
	ensure!(proven["blockIsTrusted"] == true && proven["fault"].is_null(), "{proven}");
	ensure!(proven["witnesses"].as_array().map(Vec::len) == Some(EXECUTORS), "{proven}");
	let proven = receipt.verify(Some(hash))?;
	ensure!(proven.genesis == genesis && proven.job == view.job && proven.items == [ITEM]);
	ensure!(proven.committee == view.committee && proven.model == "digits");
	ensure!(proven.variant.artifact.digest == view.job.artifact);

	let unpaid: Receipt = serde_json::from_slice(&std::fs::read(&other)?)?;
	let proven = unpaid.verify(None)?;
	ensure!(proven.job.state.fault() == Some(Fault::Nobody) && proven.committee.is_none());

	tampered(&tercet, &file, hash).await
}

/// Changes the receipt in one place after the other; each is refused by name.
async fn tampered(tercet: &Tercet, file: &str, hash: H256) -> Result<()> {
	let good: Value = serde_json::from_slice(&std::fs::read(file)?)?;
	let zero = format!("0x{}", "00".repeat(32));
	let changes: [(&str, Value, &str); 9] = [
		("/version", 2.into(), "form 2"),
		("/job", 99.into(), "job is at a key"),
		("/block/hash", zero.clone().into(), "hashes to"),
		("/block/header/stateRoot", zero.clone().into(), "hashes to"),
		("/records/job/value", "0x00".into(), "job is not what"),
		("/records/committee", Value::Null, "leaves it out"),
		("/records/model/key", zero.clone().into(), "model is at a key"),
		("/proof", Value::Array(vec![]), "does not lead"),
		("/items/0/digest", zero.into(), "item 7"),
	];
	for (place, value, words) in changes {
		let mut bad = good.clone();
		*bad.pointer_mut(place).with_context(|| format!("no {place}"))? = value;
		std::fs::write(file, serde_json::to_vec(&bad)?)?;
		let error = tercet.failure(&["job", "verify-receipt", file]).await?;
		ensure!(error.contains(words), "{place}: {error}");
	}
	std::fs::write(file, serde_json::to_vec(&good)?)?;
	let other = format!("{:?}", H256::repeat_byte(1));
	let error = tercet.failure(&["job", "verify-receipt", file, "--block-hash", &other]).await?;
	ensure!(error.contains(&format!("{hash:?}")) && error.contains(&other), "{error}");
	Ok(())
}
