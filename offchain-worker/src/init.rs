//! `tercet-worker init`: from nothing to a configuration that works.
//!
//! Asks little: every question has a default, and `--yes` takes them all. Makes a key if there is
//! none, writes the file, then looks at everything as `doctor` does and says what is left to do.

use std::{
	fs,
	io::{self, BufRead, IsTerminal, Write},
	os::unix::fs::{DirBuilderExt, OpenOptionsExt},
	path::{Path, PathBuf},
	str::FromStr,
};

use anyhow::{bail, Context as _};
use rand::RngCore;
use tercet_chain_client::keys;
use tercet_hardware::Rules;
use tercet_primitives::AccountId32;

use crate::{
	args::InitArgs,
	checks::{self, Check, Outcome},
	config::Config,
	machine,
	offers::{Amount, Offer},
};

/// What is offered if nothing else is said: everything, at a price that is more than power costs.
const OFFER: &str = "all=0.001";

/// The least stake with which a provider is drawn.
const BOND: &str = "1000";

/// Asks, checks and writes.
///
/// # Errors
/// If the configuration is there already, something cannot be written, or nobody answers.
pub async fn init(args: &InitArgs) -> anyhow::Result<()> {
	let path = &args.config;
	if path.exists() && !args.force {
		bail!(
			"{} is there already: edit it, or replace it with --force; `tercet-worker doctor --config \
			 {}` checks it",
			path.display(),
			path.display()
		);
	}
	if !args.yes && !io::stdin().is_terminal() {
		bail!("there is no terminal to ask questions at; --yes takes the defaults");
	}
	let config = answers(args)?;
	let key_file = config.key.file.clone().unwrap_or_default();
	if make_key(&key_file)? {
		println!("made a key in {}, which nobody else can read", key_file.display());
	}
	let signer = keys::account_id(&keys::from_file(&key_file)?);
	write_new(path, &config.to_toml(), 0o644, args.force)
		.with_context(|| format!("cannot write {}", path.display()))?;
	println!("wrote {}\n\nChecking this machine:", path.display());
	// As the worker will read it.
	let config = Config::load(path)?;
	let mut checks = Vec::new();
	checks::run(&config, |check| {
		println!("{check}");
		checks.push(check);
	})
	.await;
	println!("{}", next_steps(path, &config, &signer, &checks));
	Ok(())
}

fn answers(args: &InitArgs) -> anyhow::Result<Config> {
	let ask = Ask { quiet: args.yes };
	let mut config = Config::default();
	let first = |list: &[String]| list.first().cloned().unwrap_or_default();

	let node = ask.or(&args.node, "Node", first(&config.chain.nodes))?;
	config.chain.nodes = vec![node];
	let store = ask.or(&args.store, "Store", first(&config.stores.urls))?;
	config.stores.urls = vec![store];
	let dir = ask.or(&args.dir.as_deref().map(text), "State directory", text(&home()))?;
	config.state.dir = absolute(Path::new(&dir));
	let key = absolute(&args.config).with_file_name("worker.key");
	let question = "File with the worker's key (made if there is none)";
	let key = ask.or(&args.key_file.as_deref().map(text), question, text(&key))?;
	config.key.file = Some(absolute(Path::new(&key)));

	let question = "Provider whose proxy that key is (empty: the key is the provider)";
	config.key.account = match &args.account {
		Some(account) => Some(account.clone()),
		None => ask.maybe::<AccountId32>(question)?,
	};
	config.offers.offer = if args.offers.is_empty() {
		vec![ask.or(
			&None,
			"Offer, and least price per work unit in TCT",
			parse::<Offer>(OFFER)?,
		)?]
	} else {
		args.offers.clone()
	};
	config.offers.leave = true;
	config.offers.bond = match (&args.bond, &config.key.account) {
		(Some(bond), _) => Some(*bond),
		// A proxy cannot bond.
		(None, Some(_)) => None,
		(None, None) => {
			let bond: String = ask.or(&None, "Stake to bond, in TCT", BOND.into())?;
			Some(parse::<Amount>(&bond)?)
		},
	};
	config.device.device = args.device.unwrap_or_default();
	config.device.onnxruntime = args.onnxruntime.as_deref().map(absolute);
	config.metrics.listen = args.metrics;
	let question = "Work only while nobody else uses this machine, yes or no";
	if ask.or(&None, question, String::from("no"))?.starts_with('y') {
		println!("Looking at the machine, for rules that can be judged on it.");
		config.idle = Rules::proposed(&machine::look(&Rules::default()).0);
	}
	Ok(config)
}

/// Where a user's worker keeps its state.
fn home() -> PathBuf {
	let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
	home.join(".local/share/tercet/worker")
}

fn absolute(path: &Path) -> PathBuf {
	std::path::absolute(path).unwrap_or_else(|_| path.into())
}

fn text(path: &Path) -> String {
	path.display().to_string()
}

fn parse<T: FromStr<Err: std::error::Error + Send + Sync + 'static>>(
	text: &str,
) -> anyhow::Result<T> {
	Ok(text.parse()?)
}

/// Questions at a terminal.
struct Ask {
	/// Take the defaults instead.
	quiet: bool,
}

impl Ask {
	/// What was `given` on the command line, or the answer, or `default`.
	fn or<T>(&self, given: &Option<T>, question: &str, default: T) -> anyhow::Result<T>
	where
		T: Clone + FromStr<Err: std::fmt::Display> + std::fmt::Display,
	{
		if let Some(given) = given {
			return Ok(given.clone());
		}
		Ok(self.ask(&format!("{question} [{default}]: "))?.unwrap_or(default))
	}

	/// An answer, or nothing.
	fn maybe<T: FromStr<Err: std::fmt::Display>>(
		&self,
		question: &str,
	) -> anyhow::Result<Option<T>> {
		self.ask(&format!("{question}: "))
	}

	/// Asks until the answer can be read; nothing for an empty one.
	fn ask<T: FromStr<Err: std::fmt::Display>>(&self, prompt: &str) -> anyhow::Result<Option<T>> {
		if self.quiet {
			return Ok(None);
		}
		loop {
			print!("{prompt}");
			io::stdout().flush()?;
			let mut line = String::new();
			if io::stdin().lock().read_line(&mut line)? == 0 {
				bail!("nobody answers; --yes takes the defaults");
			}
			match line.trim() {
				"" => return Ok(None),
				answer => match answer.parse() {
					Ok(answer) => return Ok(Some(answer)),
					Err(error) => println!("  {error}"),
				},
			}
		}
	}
}

/// Makes a key in `path` unless there is one, and says whether it did.
fn make_key(path: &Path) -> anyhow::Result<bool> {
	if path.exists() {
		return Ok(false);
	}
	if let Some(folder) = path.parent() {
		fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
	}
	let mut seed = [0; 32];
	rand::rngs::OsRng.fill_bytes(&mut seed);
	let uri = format!("0x{}\n", hex::encode(seed));
	write_new(path, &uri, 0o600, false)
		.with_context(|| format!("cannot write the key to {}", path.display()))?;
	Ok(true)
}

/// Writes a file, over an old one only if `over`.
fn write_new(path: &Path, content: &str, mode: u32, over: bool) -> io::Result<()> {
	let mut options = fs::OpenOptions::new();
	options.write(true).mode(mode);
	match over {
		true => options.create(true).truncate(true),
		false => options.create_new(true),
	};
	let mut file = options.open(path)?;
	file.write_all(content.as_bytes())?;
	file.sync_all()
}

/// What the user does now.
fn next_steps(path: &Path, config: &Config, signer: &AccountId32, checks: &[Check]) -> String {
	let mut text = format!("\nThe worker's address: {signer}\n");
	if let Some(account) = &config.key.account {
		text += &format!(
			"It is to be a proxy of {account}. With that account's key, once:\n  \
			 tercet --key COLD provider worker-key {signer}\n"
		);
	}
	let bad = checks.iter().filter(|check| check.outcome == Outcome::Bad).count();
	let path = path.display();
	if bad > 0 {
		text += &format!(
			"{bad} of the checks above failed: do what follows the arrows, then\n  \
			 tercet-worker doctor --config {path}\n"
		);
	}
	text + &format!("Start it:\n  tercet-worker run --config {path}")
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::os::unix::fs::PermissionsExt;

	#[test]
	fn make_key_makes_a_key_for_its_owner_alone_and_never_another_one() {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("keys/worker.key");
		assert!(make_key(&path).unwrap());
		assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
		let made = keys::account_id(&keys::from_file(&path).unwrap());
		assert!(!make_key(&path).unwrap());
		assert_eq!(keys::account_id(&keys::from_file(&path).unwrap()), made);
	}
}
