//! What the node answers over JSON-RPC about the market, and its metrics.

use std::time::Duration;

use anyhow::{ensure, Context, Result};
use serde_json::{json, Value};
use tercet_cli::{devnet::Devnet, receipt::Receipt};
use tercet_primitives::{
	apis::JobView, DeterminismClass, JobId, JobState, PoolId, Redundancy, H256, TCT,
};

use crate::websocket::{get, Socket};
use tercet_e2e::{Net, DEADLINE, EXECUTORS, PRICE};

#[tokio::test(flavor = "multi_thread")]
async fn a_job_is_quoted_followed_proven_and_counted() -> Result<()> {
	let net = Net::start(Devnet::builder().workers(EXECUTORS), EXECUTORS as u32).await?;
	let mut socket = Socket::connect(net.devnet.ports().rpc).await?;
	quotes(&net, &mut socket).await.context("quote")?;
	let job = follows(&net, &mut socket).await.context("subscription")?;
	proves(&net, &mut socket, job).await.context("receipt")?;
	counts(&net, job).await.context("metrics")?;
	net.shutdown().await;
	Ok(())
}

async fn quotes(net: &Net, socket: &mut Socket) -> Result<()> {
	let (model, variant) = (net.int8.model, net.int8.index);
	let quote = socket.ask("tercet_quote", json!([model, variant, 16])).await?;
	let supply = quote["supply"].as_array().context("no supply")?;
	let last = supply.last().context("nobody serves")?;
	ensure!(last["providers"] == EXECUTORS && quote["providers"] == EXECUTORS, "{quote}");
	ensure!(quote["price"] == last["price"], "the least price at which enough serve: {quote}");

	let named =
		json!({ "model": model, "variant": variant, "items": 16, "price": PRICE.to_string() });
	let quote = socket.ask("tercet_quote", named).await?;
	let pool = PoolId { variant: net.int8, class: DeterminismClass::Portable };
	let at = net.chain.at(net.chain.best().await?.hash);
	let expected = at.quote(pool, 16, PRICE, Redundancy::DEFAULT).await?;
	ensure!(quote["cost"] == expected.cost.to_string(), "{quote}");
	ensure!(quote["escrow"] == expected.escrow.to_string(), "{quote}");
	ensure!(quote["deposit"] == expected.deposit.to_string() && quote["units"] == 16, "{quote}");

	let five = json!({ "executors": 5, "quorum": 4 });
	for (params, code, name) in [
		(
			json!([model, variant, 1, null, { "executors": 9, "quorum": 9 }]),
			10_006,
			"InvalidRedundancy",
		),
		(
			json!([model, variant, 1, null, { "executors": 4, "quorum": 2 }]),
			10_006,
			"InvalidRedundancy",
		),
		(json!([model, variant, 1, null, five]), 10_007, "TooFewProviders"),
		(json!([model, 9, 1]), 10_007, "TooFewProviders"),
		(json!([model, 9, 1, "1"]), 10_008, "Refused"),
		(json!([model, variant, 0, "1"]), 10_008, "Refused"),
		(json!([model, variant, 513, "1"]), 10_008, "Refused"),
		(json!([model, variant, 1, "0"]), 10_008, "Refused"),
		(json!([model, variant, 512, u128::MAX.to_string()]), 10_008, "Refused"),
		(json!([model, variant, -1]), -32_602, ""),
		(json!([model, variant, 1, "-1"]), -32_602, ""),
		(json!([model, 256, 1]), -32_602, ""),
		(json!([]), -32_602, ""),
	] {
		let refusal = socket.refusal("tercet_quote", params.clone()).await?;
		ensure!(refusal == (code, name.to_string()), "{params}: {refusal:?}");
	}
	Ok(())
}

async fn follows(net: &Net, socket: &mut Socket) -> Result<JobId> {
	let refusal = socket.refusal("tercet_subscribeJob", json!([1_000])).await?;
	ensure!(refusal == (10_001, "UnknownJob".into()), "{refusal:?}");

	let job = net.submit(16, DEADLINE).await?;
	socket.ask("tercet_subscribeJob", json!([job])).await?;
	let mut updates = Vec::new();
	loop {
		let update = socket.notification().await?;
		ensure!(update["job"] == json!(job), "{update}");
		updates.push(update.clone());
		if update["finalized"] == true {
			break;
		}
	}
	let states = updates.iter().map(|update| update["state"].as_str().unwrap_or_default());
	let mut states = states.collect::<Vec<_>>();
	states.dedup();
	// It may have been drawn before we subscribed.
	let states = states.strip_prefix(&["queued"]).unwrap_or(&states);
	ensure!(states == ["running", "settled"], "{updates:?}");
	for two in updates.windows(2) {
		let [before, after] = two else { continue };
		ensure!(place(before) != place(after), "told twice: {before} {after}");
	}
	let stages = updates.iter().filter_map(|update| update["committee"]["stage"].as_str());
	let stages = stages.collect::<Vec<_>>();
	ensure!(stages.contains(&"Commit") && stages.contains(&"Reveal"), "{stages:?}");

	// The end is told twice: when it has happened, and when it is final.
	let [.., first, last] = updates.as_slice() else { anyhow::bail!("too few: {updates:?}") };
	ensure!(first["state"] == "settled" && first["finalized"] == false, "{first}");
	let (_, view) = net.end_of(job).await?;
	agrees(last, &view)?;
	let number = last["block"]["number"].as_u64().context("no block")?;
	ensure!(number <= net.chain.finalized().await?.number.into(), "{last}");

	// Who comes late hears the end, once.
	socket.ask("tercet_subscribeJob", json!([job])).await?;
	let late = socket.notification().await?;
	ensure!(late["finalized"] == true && late["statement"] == last["statement"], "{late}");
	Ok(job)
}

/// What makes two messages different.
fn place(update: &Value) -> [&Value; 4] {
	let committee = &update["committee"];
	[&update["state"], &update["finalized"], &committee["stage"], &committee["seats"]]
}

fn agrees(update: &Value, view: &JobView) -> Result<()> {
	let JobState::Settled { at, answer, statement, .. } = &view.job.state else {
		anyhow::bail!("not settled: {:?}", view.job.state)
	};
	ensure!(update["at"] == *at && update["root"] == json!(answer.root), "{update}");
	for (part, amount) in [
		("executors", statement.executors),
		("royalties", statement.royalties),
		("treasury", statement.treasury),
		("refunded", statement.refunded),
	] {
		ensure!(update["statement"][part] == amount.to_string(), "{part} in {update}");
	}
	let seats = update["committee"]["seats"].as_array().context("no seats")?;
	ensure!(seats.len() == EXECUTORS && seats.iter().all(|seat| seat["state"] == "revealed"));
	Ok(())
}

async fn proves(net: &Net, socket: &mut Socket, job: JobId) -> Result<()> {
	let answer = socket.ask("tercet_proveReceipt", json!([job])).await?;
	let receipt: Receipt = serde_json::from_value(answer.clone())?;
	ensure!(receipt.block.header.number <= net.chain.finalized().await?.number);
	let proven = receipt.verify(Some(receipt.block.hash))?;
	ensure!(proven.genesis == net.chain.genesis() && proven.id == job);
	let (_, view) = net.end_of(job).await?;
	ensure!(proven.job == view.job && proven.committee == view.committee);

	// Of an older final block, too, and for those who have no node.
	let at = json!(receipt.block.header.parent_hash);
	let older = socket.ask("tercet_proveReceipt", json!({ "job": job, "at": at })).await?;
	ensure!(older["block"]["hash"] == at);
	let dir = tempfile::tempdir()?;
	let file = dir.path().join("receipt.json");
	std::fs::write(&file, serde_json::to_vec(&older)?)?;
	let file = file.display().to_string();
	let trusted = at.as_str().context("no hash")?;
	let tercet = net.tercet("//Bob")?;
	let shown = tercet.json(&["job", "verify-receipt", &file, "--block-hash", trusted]).await?;
	ensure!(shown["blockIsTrusted"] == true, "{shown}");

	let mut forged = answer;
	forged["proof"][0] = json!("0x00");
	let forged: Receipt = serde_json::from_value(forged)?;
	ensure!(forged.verify(None).is_err());

	let best = net.chain.best().await?.hash;
	let genesis = net.chain.genesis();
	for (params, code, name) in [
		(json!([1_000]), 10_001, "UnknownJob"),
		(json!([job, genesis]), 10_001, "UnknownJob"),
		(json!([job, H256::repeat_byte(9)]), 10_002, "UnknownBlock"),
		(json!([job, best]), 10_003, "NotFinalized"),
		(json!([job, "0x00"]), -32_602, ""),
		(json!(["x"]), -32_602, ""),
	] {
		let refusal = socket.refusal("tercet_proveReceipt", params.clone()).await?;
		ensure!(refusal == (code, name.to_string()), "{params}: {refusal:?}");
	}
	Ok(())
}

async fn counts(net: &Net, job: JobId) -> Result<()> {
	let (_, view) = net.end_of(job).await?;
	let port = net.devnet.ports().prometheus;
	let mut text = get(port, "/metrics").await?;
	// Our subscription may have been told of the final block before the counters were.
	for _ in 0..30 {
		if sample(&text, "tercet_jobs_ended_total", "settled") == Some(1.) {
			break;
		}
		tokio::time::sleep(Duration::from_secs(1)).await;
		text = get(port, "/metrics").await?;
	}
	let value = |name: &str, label: &str| sample(&text, name, label);
	ensure!(value("tercet_jobs_submitted_total", "") == Some(1.));
	ensure!(value("tercet_draws_total", "") == Some(1.));
	ensure!(value("tercet_jobs_ended_total", "outcome=\"settled\"") == Some(1.));
	ensure!(value("tercet_jobs_ended_total", "outcome=\"silence\"") == Some(0.));
	ensure!(value("tercet_slashes_total", "step=\"applied\"") == Some(0.));
	ensure!(value("tercet_jobs", "state=\"queued\"").is_some());
	ensure!(value("tercet_escrow", "").is_some());
	let JobState::Settled { at, statement, .. } = view.job.state else {
		anyhow::bail!("not settled")
	};
	let paid = value("tercet_paid_total", "to=\"executors\"").context("nothing paid")?;
	ensure!((paid - statement.executors as f64 / TCT as f64).abs() < 1e-9, "{paid}");
	let latency = f64::from(at - view.job.submitted_at);
	ensure!(value("tercet_settlement_latency_blocks_count", "") == Some(1.));
	ensure!(value("tercet_settlement_latency_blocks_sum", "") == Some(latency));

	// Every metric that the documentation lists is there.
	let docs = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/metrics.md");
	let docs = std::fs::read_to_string(docs)?;
	let node = docs.split("## Worker").next().context("nothing")?;
	let rows = node.lines().filter_map(|line| line.strip_prefix("| `tercet_")?.split('`').next());
	let mut listed = 0;
	for name in rows {
		ensure!(text.contains(&format!("\ntercet_{name}")), "no tercet_{name}");
		listed += 1;
	}
	ensure!(listed >= 15, "{listed} metrics in {docs}");
	Ok(())
}

/// The value of the first sample of `name` with `label` among its labels.
fn sample(text: &str, name: &str, label: &str) -> Option<f64> {
	let mut lines = text.lines().filter_map(|line| line.strip_prefix(name));
	let line = lines.find(|line| line.starts_with(['{', ' ']) && line.contains(label))?;
	line.rsplit(' ').next()?.parse().ok()
}
