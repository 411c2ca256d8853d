//! Whether what a configuration says works on this machine: `tercet-worker doctor`, and the end of
//! `init`.
//!
//! Each [`Check`] says what was found, and if that is not good, what to do next. None changes
//! anything.

use std::{
	fmt, fs, io,
	os::unix::fs::PermissionsExt,
	path::Path,
	time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde::Serialize;
use tercet_chain_client::{keys, At, ChainClient};
use tercet_primitives::{AccountId32, Balance, Model, ModelId, MILLI_TCT};

use crate::{
	chain::may_act,
	config::{Bytes, Config},
	engine::{DeviceChoice, Engine},
	health, library, machine,
	offers::{wanted, Amount, Classes, Variants},
	run::load_key,
	status::Status,
	store::WalrusStore,
};

/// For a node or a store to answer.
const PATIENCE: Duration = Duration::from_secs(15);

/// Fees of a year, roughly.
const ENOUGH_FEES: Balance = 100 * MILLI_TCT;

/// Less disk than that ends badly.
const LEAST_DISK: Bytes = Bytes::gib(2);

/// The newest block may be that old, or that far in the future.
const SKEW: (i128, i128) = (30_000, 4_000);

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
	/// What.
	pub name: &'static str,
	/// Whether a worker can run like this.
	pub outcome: Outcome,
	/// What was found.
	pub found: String,
	/// What to do next.
	#[serde(skip_serializing_if = "Option::is_none")]
	pub remedy: Option<String>,
}

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
	/// Good.
	Good,
	/// The worker runs, and something should be looked at.
	Poor,
	/// The worker cannot run, or is not drawn.
	Bad,
}

impl Check {
	pub(crate) fn good(name: &'static str, found: impl Into<String>) -> Self {
		Self { name, outcome: Outcome::Good, found: found.into(), remedy: None }
	}

	pub(crate) fn poor(
		name: &'static str,
		found: impl Into<String>,
		remedy: impl Into<String>,
	) -> Self {
		let (found, remedy) = (found.into(), Some(remedy.into()));
		Self { name, outcome: Outcome::Poor, found, remedy }
	}

	pub(crate) fn bad(
		name: &'static str,
		found: impl Into<String>,
		remedy: impl Into<String>,
	) -> Self {
		Self { outcome: Outcome::Bad, ..Self::poor(name, found, remedy) }
	}

	/// Whether a worker can run in spite of it.
	pub fn passed(&self) -> bool {
		self.outcome != Outcome::Bad
	}
}

impl fmt::Display for Check {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		let mark = match self.outcome {
			Outcome::Good => '✓',
			Outcome::Poor => '!',
			Outcome::Bad => '✗',
		};
		write!(f, "{mark} {:<12} {}", self.name, self.found)?;
		match &self.remedy {
			Some(remedy) => write!(f, "\n               → {remedy}"),
			None => Ok(()),
		}
	}
}

/// Looks at everything, and tells `report` as soon as something is known.
pub async fn run(config: &Config, mut report: impl FnMut(Check)) {
	let signer = check_key(config, &mut report);
	check_dir(&config.state.dir, &mut report);
	check_disk(config, &mut report);
	let rules = config.idle.clone();
	for check in blocking(machine::gpu_checks).await {
		report(check);
	}
	let engines = check_engine(config, &mut report).await;
	let classes = match engines {
		Some(engines) => check_classes(config, engines, &mut report).await,
		None => None,
	};
	for check in blocking(move || machine::idle_checks(&rules)).await {
		report(check);
	}
	report(check_store(config).await);
	check_ports(config, &mut report);
	for url in &config.chain.nodes {
		let Some(client) = check_node(url, &mut report).await else { continue };
		let checked = check_chain(config, &client, signer.as_ref(), classes, &mut report);
		if let Err(error) = checked.await {
			let remedy = "try again; if it stays, look at the node's log";
			report(Check::bad("node", format!("it does not answer: {error}"), remedy));
		}
		// The others are for the time when this one is lost.
		break;
	}
}

fn check_key(config: &Config, report: &mut impl FnMut(Check)) -> Option<AccountId32> {
	const NAME: &str = "key";
	let key = match load_key(&config.key) {
		Ok(key) => key,
		Err(error) => {
			let remedy = "`tercet-worker init` makes a key; or name its file by file in [key]";
			report(Check::bad(NAME, error.to_string(), remedy));
			return None;
		},
	};
	let signer = keys::account_id(&key);
	let file = config.key.file.as_deref().filter(|_| config.key.uri.is_none());
	let mode = file.and_then(|file| fs::metadata(file).ok()).map(|file| file.permissions().mode());
	report(match (file, mode) {
		(Some(file), Some(mode)) if mode & 0o077 != 0 => Check::poor(
			NAME,
			format!("{signer}, and others can read {}", file.display()),
			format!("chmod 600 {}", file.display()),
		),
		_ => Check::good(NAME, signer.to_string()),
	});
	Some(signer)
}

fn check_dir(dir: &Path, report: &mut impl FnMut(Check)) {
	const NAME: &str = "directory";
	let shown = dir.display();
	if dir.as_os_str().is_empty() {
		let remedy = "name one by dir in [state]";
		return report(Check::bad(NAME, "there is no state directory", remedy));
	}
	if !dir.exists() {
		let parent = dir.ancestors().find(|parent| parent.exists()).unwrap_or(Path::new("."));
		return report(match writable(parent) {
			Ok(()) => Check::good(NAME, format!("{shown} will be made")),
			Err(error) => Check::bad(
				NAME,
				format!("{shown} cannot be made: {error}"),
				format!("make it, owned by the worker's user: install -d -m 700 -o USER {shown}"),
			),
		});
	}
	report(match writable(dir) {
		Ok(()) if Status::is_running(dir) => {
			Check::good(NAME, format!("{shown}, in which a worker is running now"))
		},
		Ok(()) => Check::good(NAME, shown.to_string()),
		Err(error) => Check::bad(
			NAME,
			format!("cannot write to {shown}: {error}"),
			format!("run this as the worker's user, or give it the directory: chown USER {shown}"),
		),
	});
}

fn writable(dir: &Path) -> io::Result<()> {
	tempfile::tempfile_in(dir).map(drop)
}

fn check_disk(config: &Config, report: &mut impl FnMut(Check)) {
	const NAME: &str = "disk";
	let dir = std::path::absolute(&config.state.dir).unwrap_or_default();
	let Some(existing) = dir.ancestors().find(|parent| parent.exists()) else { return };
	let Ok(free) = health::free(existing) else { return };
	let found = format!("{} GiB free, {} for models", free >> 30, config.limits.disk);
	let disk = health::Disk::of(&dir);
	let short = free.saturating_add(disk.models) < config.limits.disk.0;
	report(if free < LEAST_DISK.0 {
		Check::bad(NAME, found, "make room, or move the directory: dir in [state]")
	} else if short {
		Check::poor(NAME, found, "less is free than disk in [limits] allows for models: lower it")
	} else {
		Check::good(NAME, found)
	});
}

async fn check_engine(config: &Config, report: &mut impl FnMut(Check)) -> Option<Vec<Engine>> {
	const NAME: &str = "onnxruntime";
	let choice = config.device.device;
	let library = match library::locate(config.device.onnxruntime.as_deref()) {
		Ok(library) => library,
		Err(missing) => {
			let what = format!("no file {}", missing.0.display());
			report(Check::bad(NAME, what, library::REMEDY));
			return None;
		},
	};
	let shown = library.display().to_string();
	let loading = tokio::task::spawn_blocking(move || {
		let cpu = Engine::load_on(&library, DeviceChoice::Cpu)?;
		Ok::<_, crate::engine::EngineError>((cpu, Engine::load_on_all(&library, choice)))
	});
	match loading.await {
		Ok(Ok((cpu, engines))) => {
			report(Check::good(NAME, format!("{}, {shown}", cpu.version())));
			let class = cpu.pinned_class(config.device.threads);
			let class = class.map_or("portable only".into(), |class| class.to_string());
			match engines {
				Ok(engines) => {
					for engine in &engines {
						report(Check::good("device", engine.device().to_string()));
					}
					Some(engines)
				},
				Err(error) => {
					let remedy = format!(
						"mend the driver, or write device = \"auto\" in [device] (this CPU: {class})"
					);
					report(Check::bad("device", error.to_string(), remedy));
					None
				},
			}
		},
		Ok(Err(error)) => {
			let remedy = "install it again: `make setup`";
			report(Check::bad(NAME, format!("{shown}: {error}"), remedy));
			None
		},
		Err(panic) => {
			report(Check::bad(NAME, panic.to_string(), "install it again: `make setup`"));
			None
		},
	}
}

/// Runs the self-test, or recalls it, and says which classes the machine reproduces.
async fn check_classes(
	config: &Config,
	engines: Vec<Engine>,
	report: &mut impl FnMut(Check),
) -> Option<Classes> {
	let (device, dir) = (config.device.clone(), config.state.dir.clone());
	let tested = tokio::task::spawn_blocking(move || machine::classes(&engines, &device, &dir));
	let error = match tested.await {
		Ok(Ok((outcomes, classes))) => {
			outcomes.iter().flat_map(machine::class_checks).for_each(report);
			return Some(classes);
		},
		Ok(Err(error)) => error.to_string(),
		Err(panic) => panic.to_string(),
	};
	let remedy = "no model would run: install ONNX Runtime again, `make setup`";
	report(Check::bad("class", error, remedy));
	None
}

/// What takes a moment; nothing if it panics.
async fn blocking(look: impl FnOnce() -> Vec<Check> + Send + 'static) -> Vec<Check> {
	tokio::task::spawn_blocking(look).await.unwrap_or_default()
}

async fn check_store(config: &Config) -> Check {
	const NAME: &str = "store";
	let urls = config.stores.urls.join(", ");
	let remedy = "start one (`tercet-store`), or name another by urls in [stores]";
	let store = WalrusStore::new(config.stores.urls.clone(), 1, config.stores.epochs);
	let store = match store {
		Ok(store) => store,
		Err(error) => return Check::bad(NAME, format!("{urls}: {error}"), remedy),
	};
	match tokio::time::timeout(PATIENCE, store.reachable()).await {
		Ok(Ok(())) => Check::good(NAME, urls),
		Ok(Err(error)) => Check::bad(NAME, format!("cannot reach {urls}: {error}"), remedy),
		Err(_) => Check::bad(NAME, format!("{urls} does not answer"), remedy),
	}
}

fn check_ports(config: &Config, report: &mut impl FnMut(Check)) {
	if Status::is_running(&config.state.dir) {
		return;
	}
	let admin = config.admin.enabled.then_some(("admin", config.admin.listen));
	let metrics = config.metrics.listen.map(|address| ("metrics", address));
	for (name, address) in admin.into_iter().chain(metrics) {
		report(match std::net::TcpListener::bind(address) {
			Ok(_) if address.port() == 0 => Check::good(name, "any free port of this machine"),
			Ok(_) => Check::good(name, address.to_string()),
			Err(error) => Check::bad(
				name,
				format!("cannot listen at {address}: {error}"),
				format!("name a free address by listen in [{name}]"),
			),
		});
	}
}

async fn check_node(url: &str, report: &mut impl FnMut(Check)) -> Option<ChainClient> {
	const NAME: &str = "node";
	let remedy = "start one (`systemctl start tercet-node`), or name another by nodes in [chain]";
	match tokio::time::timeout(PATIENCE, ChainClient::connect(url)).await {
		Ok(Ok(client)) => {
			let genesis = hex::encode(&client.genesis().0[..8]);
			report(Check::good(NAME, format!("{url}, chain {genesis}…")));
			Some(client)
		},
		Ok(Err(error)) => {
			report(Check::bad(NAME, format!("cannot reach {url}: {error}"), remedy));
			None
		},
		Err(_) => {
			report(Check::bad(NAME, format!("{url} does not answer"), remedy));
			None
		},
	}
}

async fn check_chain(
	config: &Config,
	client: &ChainClient,
	signer: Option<&AccountId32>,
	classes: Option<Classes>,
	report: &mut impl FnMut(Check),
) -> Result<(), tercet_chain_client::Error> {
	let best = client.best().await?;
	let at = client.at(best.hash);
	if client.node_health().await?.is_syncing {
		let remedy = "wait until it has caught up; jobs would be lost";
		let found = format!("block {}, and it still catches up", best.number);
		report(Check::bad("sync", found, remedy));
	} else {
		report(Check::good("sync", format!("block {}", best.number)));
	}
	report(check_clock(at.timestamp().await?));
	let Some(signer) = signer else { return Ok(()) };
	let account = config.key.account.as_ref().unwrap_or(signer);
	let free = at.balance(signer.clone()).await?.free;
	let bond = config.offers.bond.map_or(0, |bond| bond.0);
	let provider = at.provider(account.clone()).await?;
	let bonded = provider.as_ref().map_or(0, |provider| provider.bonded);
	let missing = bond.saturating_sub(bonded);
	// A proxy pays fees alone.
	let need = ENOUGH_FEES.saturating_add(if account == signer { missing } else { 0 });
	report(match free >= need {
		true => Check::good("balance", format!("{} on {signer}", Amount(free))),
		false => Check::bad(
			"balance",
			format!("{} on {signer}", Amount(free)),
			format!("send it {} more, for fees and stake", Amount(need.saturating_sub(free))),
		),
	});
	if account != signer {
		report(match may_act(&at.proxies(account.clone()).await?, signer) {
			true => Check::good("proxy", format!("the key may answer for {account}")),
			false => Check::bad(
				"proxy",
				format!("the key may not act for {account}"),
				format!("with its key: tercet --key COLD provider worker-key {signer}"),
			),
		});
	}
	let least: Balance = at.constant("ProviderStaking", "MinBond").await?;
	let cold = if account == signer { "the worker's key" } else { "its key" };
	report(match (bonded, bonded.max(if account == signer { bond } else { 0 })) {
		(bonded, _) if bonded >= least => {
			Check::good("stake", format!("{} bonded by {account}", Amount(bonded)))
		},
		(_, then) if then >= least => {
			Check::good("stake", format!("{} will be bonded at the start", Amount(missing)))
		},
		(bonded, _) => Check::bad(
			"stake",
			format!("{} bonded; {} is the least to be drawn", Amount(bonded), Amount(least)),
			match account == signer {
				true => format!("write bond = \"{}\" in [offers]", whole(least)),
				false => format!(
					"with {cold}: tercet --key COLD provider bond {}",
					whole(least.saturating_sub(bonded))
				),
			},
		),
	});
	check_offers(config, &at, classes, report).await
}

/// An amount as it is typed.
fn whole(amount: Balance) -> String {
	Amount(amount).to_string().trim_end_matches(" TCT").into()
}

async fn check_offers(
	config: &Config,
	at: &At,
	classes: Option<Classes>,
	report: &mut impl FnMut(Check),
) -> Result<(), tercet_chain_client::Error> {
	const NAME: &str = "offers";
	let offers = &config.offers.offer;
	if offers.is_empty() {
		let remedy = "write offer = [\"all=0.001\"] in [offers]";
		report(Check::bad(NAME, "nothing is offered", remedy));
		return Ok(());
	}
	let mut models = Vec::new();
	for id in (0..at.model_count().await?).map(ModelId) {
		models.extend(at.model(id).await?.map(|model| (id, model)));
	}
	// Without an engine nothing is offered; what would be, is known.
	let classes = classes.unwrap_or(Classes { pinned: None, portable: true });
	let unknown = offers.iter().find_map(|offer| match offer.variants {
		Variants::One(variant) => {
			let model = models.iter().find(|(id, _)| *id == variant.model);
			let known = model.is_some_and(|(_, m)| m.variants.len() > usize::from(variant.index));
			(!known).then_some(variant)
		},
		Variants::All => None,
	});
	if let Some(variant) = unknown {
		let remedy = "it is offered once it is published; `tercet model list` has those that are";
		report(Check::poor(NAME, format!("{variant} is not published"), remedy));
	}
	let largest = config.limits.largest();
	let fits = |(_, model): &&(_, Model<_>)| model.variants.iter().any(|v| largest.fits(v));
	let too_large = models.len() - models.iter().filter(fits).count();
	if too_large > 0 {
		let found = format!("{too_large} models are larger than this worker takes");
		report(Check::poor(NAME, found, "to offer them, raise model and memory in [limits]"));
	}
	let pools = wanted(offers, &models, classes, largest).len();
	let found = format!("{pools} pools of {} models", models.len());
	report(if pools > 0 {
		Check::good(NAME, found)
	} else {
		let remedy = "models that are published later are offered then, if offer says all=PRICE";
		Check::poor(NAME, found, remedy)
	});
	Ok(())
}

fn check_clock(block: u64) -> Check {
	let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
	let age = i128::try_from(now).unwrap_or(i128::MAX) - i128::from(block);
	clock(age)
}

/// What the age of the newest block, in milliseconds, says of this machine's clock.
fn clock(age: i128) -> Check {
	const NAME: &str = "clock";
	let (old, ahead) = SKEW;
	if age < -ahead {
		let found = format!("the newest block is {} s in the future", -age / 1000);
		Check::bad(NAME, found, "this clock is behind: timedatectl set-ntp true")
	} else if age > old {
		let found = format!("the newest block is {} s old", age / 1000);
		let remedy = "this clock is ahead (timedatectl set-ntp true), or the chain stands still";
		Check::bad(NAME, found, remedy)
	} else {
		Check::good(NAME, format!("the newest block is {} s old", (age.max(0) + 500) / 1000))
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn clock_is_bad_when_the_newest_block_is_far_from_now() {
		for (age, outcome) in [
			(-4_001, Outcome::Bad),
			(-4_000, Outcome::Good),
			(2_000, Outcome::Good),
			(30_000, Outcome::Good),
			(30_001, Outcome::Bad),
		] {
			assert_eq!(clock(age).outcome, outcome, "{age}");
		}
	}

	#[test]
	fn checks_say_what_to_do_when_they_are_not_good() {
		let check = Check::bad("node", "cannot reach it", "start it");
		assert!(!check.passed());
		let text = check.to_string();
		assert!(text.starts_with("✗ node") && text.contains("→ start it"), "{text}");
	}
}
