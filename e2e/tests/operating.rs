//! A worker as a stranger sets it up: `init`, a cold account that owns the stake, a hot key that can
//! only answer, and the commands to operate it.

use std::{
	path::{Path, PathBuf},
	process::Stdio,
	time::Duration,
};

use anyhow::{ensure, Context, Result};
use serde_json::Value;
use tercet_chain_client::{calls, keys, Error};
use tercet_cli::devnet::{find_binary, search_path, Devnet, Process, Program};
use tercet_e2e::{Net, DEADLINE};
use tercet_primitives::{AccountId32, JobState, TCT};
use tokio::process::Command;

/// Who owns the stake.
const COLD: &str = "//Tercet//cold";

/// How long the worker may take for anything.
const PATIENCE: Duration = Duration::from_secs(120);

/// The program, and the configuration of one worker.
struct Operator {
	binary: PathBuf,
	config: PathBuf,
	dir: PathBuf,
}

impl Operator {
	fn new(dir: &Path) -> Result<Self> {
		let binary = find_binary("tercet-worker", &search_path())?;
		Ok(Self { binary, config: dir.join("worker.toml"), dir: dir.join("state") })
	}

	/// Runs `tercet-worker {command} --config …`; its exit code and all that it says.
	async fn run(&self, command: &str, more: &[&str]) -> Result<(bool, String)> {
		let output = Command::new(&self.binary)
			.args([command, "--config"])
			.arg(&self.config)
			.args(more)
			.stdin(Stdio::null())
			.output()
			.await?;
		let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
		Ok((output.status.success(), text(&output.stdout) + &text(&output.stderr)))
	}

	/// As [`Self::run`], and it must succeed.
	async fn must(&self, command: &str, more: &[&str]) -> Result<String> {
		let (ok, said) = self.run(command, more).await?;
		ensure!(ok, "{command}: {said}");
		Ok(said)
	}

	/// The worker itself.
	fn start(&self, dir: &Path) -> Result<Process> {
		let args = vec!["run".into(), "--config".into(), self.config.clone().into()];
		Ok(Program::new("operated", self.binary.clone(), args, dir).start()?)
	}

	async fn status(&self) -> Result<Value> {
		let said = self.must("status", &["--json"]).await?;
		serde_json::from_str(&said).context(said)
	}

	/// Waits for a status that `wanted` likes.
	async fn status_that(&self, wanted: impl Fn(&Value) -> bool) -> Result<Value> {
		let waiting = async {
			loop {
				let status = self.status().await?;
				if wanted(&status) {
					return Ok(status);
				}
				tokio::time::sleep(Duration::from_secs(1)).await;
			}
		};
		match tokio::time::timeout(PATIENCE, waiting).await {
			Ok(status) => status,
			Err(_) => anyhow::bail!("waited too long: {}", self.status().await?),
		}
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_with_a_key_that_can_only_answer_earns_for_the_account_that_owns_the_stake(
) -> Result<()> {
	let mut net = Net::start(Devnet::builder().workers(2), 2).await?;
	let dir = tempfile::tempdir()?;
	let operator = Operator::new(dir.path())?;
	let cold = keys::account_id(&keys::from_uri(COLD)?);

	// Nothing is there yet, and it says what to do about each of that.
	let address = cold.to_string();
	let state = operator.dir.display().to_string();
	let (node, store) = (net.devnet.url(), net.devnet.store_url());
	let said = operator
		.must(
			"init",
			&[
				"--yes",
				"--node",
				&node,
				"--store",
				&store,
				"--account",
				&address,
				"--dir",
				&state,
				"--offer",
				"all=0.0001",
			],
		)
		.await?;
	let hot = address_in(&said)?;
	for part in ["✓ node", "✓ clock", "✓ store", "✗ balance", "✗ proxy", "✗ stake"] {
		ensure!(said.contains(part), "{part} in {said}");
	}
	ensure!(said.contains(&format!("worker-key {hot}")), "{said}");

	// That is done.
	let alice = keys::from_uri("//Alice")?;
	let funds = vec![
		calls::transfer_keep_alive(cold.clone(), 2_000 * TCT),
		calls::transfer_keep_alive(hot.clone(), TCT),
	];
	net.chain.submit(&alice, calls::batch_all(funds)).await?;
	let tercet = net.tercet(COLD)?;
	tercet.json(&["provider", "bond", "1000"]).await?;
	tercet.json(&["provider", "worker-key", &hot.to_string()]).await?;
	let said = operator.must("doctor", &[]).await?;
	ensure!(!said.contains('✗') && said.contains("✓ proxy"), "{said}");

	let mut worker = operator.start(dir.path())?;
	net.wait_for_providers(net.int8, 3).await?;
	let before = (net.balance(&cold).await?.free, net.balance(&hot).await?.free);
	let job = net.submit(64, 2 * DEADLINE).await?;
	let (head, view) = net.end_of(job).await?;
	ensure!(matches!(view.job.state, JobState::Settled { .. }), "{:?}", view.job.state);
	let provider = net.chain.at(head.hash).provider(cold.clone()).await?.context("a provider")?;
	ensure!(provider.verified == 1, "{provider:?}");
	let after = (net.balance(&cold).await?.free, net.balance(&hot).await?.free);
	ensure!(after.0 > before.0, "the pay goes to the account that owns the stake");

	// The key cannot take the stake, even through its proxy.
	let key = keys::from_file(dir.path().join("worker.key"))?;
	let theft = calls::proxy(cold.clone(), calls::unbond(TCT));
	let refused = net.chain.submit(&key, theft).await;
	ensure!(matches!(refused, Err(Error::Dispatch { .. })), "{refused:?}");

	let paid = |status: &Value| status["earnings"]["jobs"].as_u64().unwrap_or_default();
	let status = operator.status_that(|status| paid(status) > 0).await?;
	ensure!(u128::from(paid(&status)) == after.0 - before.0, "{status}");

	let available = |status: &Value| status["stake"]["available"] == true;
	operator.must("pause", &["--reason", "dusting"]).await?;
	let status = operator.status_that(|status| !available(status)).await?;
	ensure!(status["pause"]["operator"]["reason"] == "dusting", "{status}");
	// It lasts over a restart.
	worker.stop().await.context("it was killed")?;
	worker = operator.start(dir.path())?;
	let status = operator.status_that(|status| status["running"] == true).await?;
	ensure!(status["pause"]["operator"]["reason"] == "dusting", "{status}");
	operator.must("resume", &[]).await?;
	operator.status_that(available).await?;

	operator.must("drain", &[]).await?;
	for _ in 0..PATIENCE.as_secs() {
		if let Some(status) = worker.exited() {
			ensure!(status.success(), "{}", worker.log_tail());
			let (_, said) = operator.run("drain", &[]).await?;
			ensure!(said.contains("no worker is running"), "{said}");
			ensure!(after.1 == before.1, "what is owed is free: {} planck", before.1 - after.1);
			net.shutdown().await;
			return Ok(());
		}
		tokio::time::sleep(Duration::from_secs(1)).await;
	}
	anyhow::bail!("it does not end: {}", worker.log_tail())
}

/// The worker's address, as `init` shows it.
fn address_in(said: &str) -> Result<AccountId32> {
	let line = said.lines().find_map(|line| line.strip_prefix("The worker's address: "));
	let address = line.with_context(|| format!("no address in {said}"))?;
	address.parse().map_err(|error| anyhow::anyhow!("{address}: {error}"))
}
