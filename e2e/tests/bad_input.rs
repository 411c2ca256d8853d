//! What is refused, by name, and what workers cannot answer.

use std::process::Stdio;

use anyhow::{ensure, Context, Result};
use tercet_chain_client::{calls, Error};
use tercet_cli::devnet::{find_binary, free_port, search_path, Devnet};
use tercet_primitives::{
	Duty, Funding, Invalidity, JobId, ModelId, Payload, Redundancy, Response, VariantId, H256, TCT,
};
use tokio::process::Command;

use tercet_e2e::{images, Net, DEADLINE};

#[tokio::test(flavor = "multi_thread")]
async fn bad_requests_get_named_errors_and_cost_only_the_fee() -> Result<()> {
	let net = Net::start(Devnet::builder().workers(0), 0).await?;
	let input = net.payload(images(1)?.to_canonical_bytes()).await?;
	let good = net.request(1, input, DEADLINE).await?;
	let now = net.chain.best().await?.number;
	let unknown = |model, index| VariantId { model: ModelId(model), index };
	let mut cases = vec![];
	let mut case = |name: &'static str, change: &dyn Fn(&mut tercet_primitives::JobRequest)| {
		let mut request = good.clone();
		change(&mut request);
		cases.push((name, calls::submit_job(request)));
	};
	case("ZeroItems", &|r| r.items = 0);
	case("TooManyItems", &|r| r.items = 513);
	case("UnknownModel", &|r| r.variant = unknown(99, 0));
	case("UnknownVariant", &|r| r.variant = unknown(0, 9));
	case("InsufficientBalance", &|r| r.price = 10_000_000 * TCT);
	case("ZeroPrice", &|r| r.price = 0);
	case("PriceOverflow", &|r| r.price = u128::MAX);
	case("DeadlineTooSoon", &|r| r.deadline = now.saturating_sub(1));
	case("DeadlineTooFar", &|r| r.deadline = now + 10_000_000);
	case("EmptyInput", &|r| r.input = Payload::Inline(Default::default()));
	case("InvalidRedundancy", &|r| r.redundancy = Redundancy { executors: 4, quorum: 2 });
	case("InsufficientCredit", &|r| r.funding = Funding::Credit);
	cases.push(("BelowMinimumBond", calls::bond(TCT)));
	let job = JobId(7);
	let response = Response::Invalid(Invalidity::BlobMissing);
	for duty in [
		Duty::Commit { job, commitment: H256::zero() },
		Duty::Seal { job, seal: H256::zero() },
		Duty::Reveal { job, response, salt: [0; 32] },
		Duty::OpenSeal { job, fingerprints: Default::default(), salt: [0; 32] },
		Duty::Itemize { job, digests: Default::default() },
		Duty::Abstain { job },
	] {
		cases.push(("UnknownJob", calls::answer(vec![duty])));
	}
	let abstain = Duty::Abstain { job };
	cases.push(("NoDuties", calls::answer(vec![])));
	cases.push(("DuplicateDuty", calls::answer(vec![abstain.clone(), abstain])));
	for call in [
		calls::top_up(job, 1),
		calls::cancel_job(job),
		calls::prune_job(job),
		calls::challenge(job),
	] {
		cases.push(("UnknownJob", call));
	}
	cases.push(("UnknownModel", calls::accept_transfer(ModelId(99))));
	cases.push(("UnknownModel", calls::deprecate(ModelId(99), None)));

	for (name, call) in cases {
		let before = net.balance(&net.requester_account()).await?;
		let error = net.chain.submit(&net.requester, call).await.err();
		match &error {
			Some(Error::Dispatch { error, .. }) if error == name => {},
			other => anyhow::bail!("{name}: {other:?}"),
		}
		let after = net.balance(&net.requester_account()).await?;
		ensure!(after.reserved == before.reserved, "{name}");
		ensure!(before.free - after.free < TCT / 10, "{name}: only the fee");
	}
	ensure!(net.chain.at(net.chain.best().await?.hash).job_count().await? == 0);
	net.shutdown().await;
	Ok(())
}

#[tokio::test]
async fn a_worker_without_node_or_store_says_so() -> Result<()> {
	let worker = find_binary("tercet-worker", &search_path())?;
	let port = free_port()?;
	let dir = tempfile::tempdir()?;
	let output = Command::new(worker)
		.args(["run", "--key", "//Nobody", "--node", &format!("ws://127.0.0.1:{port}")])
		.args(["--store", &format!("http://127.0.0.1:{port}"), "--dir"])
		.arg(dir.path())
		.stdin(Stdio::null())
		.output()
		.await?;
	let text = String::from_utf8_lossy(&output.stderr);
	ensure!(!output.status.success());
	ensure!(text.contains("cannot reach"), "{text}");
	ensure!(!text.contains("panicked"), "{text}");
	Ok(())
}

#[tokio::test]
async fn malformed_arguments_are_named() -> Result<()> {
	let tercet = find_binary("tercet", &search_path())?;
	let digits = "x.safetensors";
	for (args, named) in [
		(vec!["job", "submit", "--model", "zero", "--input", digits], "--model"),
		(vec!["job", "submit", "--model", "0", "--input", digits, "--price", "cheap"], "--price"),
		(vec!["job", "show"], "<JOB>"),
		(vec!["job", "destroy"], "destroy"),
		(vec!["provider", "bond", "-5"], "-5"),
		(vec!["nonsense"], "nonsense"),
	] {
		let output = Command::new(&tercet).args(&args).stdin(Stdio::null()).output().await?;
		let text = String::from_utf8_lossy(&output.stderr);
		ensure!(output.status.code() == Some(2), "{args:?}: {text}");
		ensure!(text.contains(named), "{args:?}: {text}");
	}
	let output = Command::new(&tercet)
		.args(["--url", &format!("ws://127.0.0.1:{}", free_port()?), "model", "list"])
		.output()
		.await
		.context("model list")?;
	let text = String::from_utf8_lossy(&output.stderr);
	ensure!(output.status.code() == Some(1) && text.contains("tercet"), "{text}");
	Ok(())
}
