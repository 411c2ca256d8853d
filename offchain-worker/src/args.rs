//! The command line.

use std::{
	net::SocketAddr,
	path::{Path, PathBuf},
};

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use serde::{Deserialize, Serialize};
use tercet_primitives::AccountId32;

use crate::{
	config::{Bytes, Config, ConfigError},
	engine::DeviceChoice,
	offers::{Amount, Offer},
	runner::RunnerArgs,
	steps::Step,
};

/// Where `init` writes the configuration, and others look for it.
pub(crate) const CONFIG: &str = "worker.toml";

/// Runs AI jobs for the Tercet network and is paid for it.
///
/// The worker watches the chain for jobs that its account was drawn for, runs them on ONNX Runtime,
/// and answers: a commitment first, then the result. It keeps a journal in its state directory, so
/// it may be stopped or killed at any moment and started again without losing a job. A job that it
/// cannot run in time it hands back, which costs nothing but a little reputation.
#[derive(Debug, Parser)]
#[command(
	name = "tercet-worker",
	version,
	max_term_width = 100,
	after_help = "\
First time here:
  tercet-worker init                          asks a few questions, checks this machine, writes worker.toml
  tercet-worker run                           works until Ctrl-C
  tercet-worker status --watch
When something is wrong: tercet-worker doctor
All of them take the configuration from worker.toml of the current folder, unless --config says
another."
)]
pub struct Args {
	/// What to do.
	#[command(subcommand)]
	pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
	/// Set up a worker: ask a little, check everything, write its configuration.
	Init(Box<InitArgs>),
	/// Run jobs until stopped by Ctrl-C or SIGTERM.
	Run(Box<RunArgs>),
	/// Show what the worker is doing.
	Status(StatusArgs),
	/// Leave the pools, so that no new jobs come. Lasts until `resume`, restarts included.
	Pause(PauseArgs),
	/// Enter the pools again.
	Resume(StateArgs),
	/// Leave the pools, finish the jobs in hand, and end the worker.
	Drain(StateArgs),
	/// Check everything that a worker needs, and say how to mend what is wrong.
	Doctor(DoctorArgs),
	/// Open and run models for a worker, in a process of their own.
	#[command(hide = true)]
	Runner(RunnerArgs),
}

/// Options of `tercet-worker run`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  tercet-worker run
  tercet-worker run --config worker.toml --threads 4
  tercet-worker run --key-file worker.key --dir ./worker --bond 1000 --offer all=0.001
  tercet-worker run --key //Alice --dir /tmp/alice --offer 0.1=0.001 --metrics 127.0.0.1:9616

Every option can be written in the configuration, which has more; options given here outweigh it.
Amounts are in TCT (1.5); 20mTCT and 300planck work, too. Prices are per work unit.")]
pub struct RunArgs {
	/// Configuration to run by; `tercet-worker init` makes one. [default: worker.toml, or none if
	/// --dir is given]
	#[arg(long, value_name = "FILE")]
	pub config: Option<PathBuf>,

	/// WebSocket address of a node; repeat it for others to fall back to. [default:
	/// ws://127.0.0.1:9944]
	#[arg(long = "node", value_name = "URL")]
	pub nodes: Vec<String>,

	/// Address of a blob store (Walrus publisher and aggregator); repeat it for others to fall back
	/// to. [default: http://127.0.0.1:31415]
	#[arg(long = "store", value_name = "URL")]
	pub stores: Vec<String>,

	/// Whose work this is.
	#[command(flatten)]
	pub key: KeyArgs,

	/// The provider, if the key is not its own but a proxy of it, which can answer and cannot move
	/// the stake. `tercet --key COLD provider worker-key ADDRESS` makes it one.
	#[arg(long, value_name = "ADDRESS")]
	pub account: Option<AccountId32>,

	/// Directory for journal, models, results and status. One worker per directory; keep it: answers
	/// that were committed can only be revealed with it.
	#[arg(long, value_name = "DIR")]
	pub dir: Option<PathBuf>,

	/// ONNX Runtime's shared library. Without it: $ORT_DYLIB_PATH, or the one that `make setup`
	/// installed.
	#[arg(long, value_name = "FILE")]
	pub onnxruntime: Option<PathBuf>,

	/// Where to run models. [default: auto]
	#[arg(long, value_enum)]
	pub device: Option<DeviceChoice>,

	/// Threads inside each operator. Part of the determinism class of float variants. [default: 1]
	#[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..))]
	pub threads: Option<u8>,

	/// Run no models where the system cannot lock them in completely. Without it, the log says what
	/// is missing.
	#[arg(long)]
	pub require_sandbox: bool,

	/// Jobs to run at the same time. [default: 1]
	#[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
	pub parallel: Option<u16>,

	/// Stake to have bonded: what is missing is bonded at the start.
	#[arg(long, value_name = "AMOUNT")]
	pub bond: Option<Amount>,

	/// What to offer, and the least price per work unit: `MODEL.VARIANT=PRICE` or `all=PRICE`, which
	/// includes models published later. May be repeated. Variants whose results are compared exactly
	/// are offered in the class of this machine, or, if int8, in the portable class; those that are
	/// compared by similarity in both.
	#[arg(long = "offer", value_name = "OFFER")]
	pub offers: Vec<Offer>,

	/// Leave the pools on the way out, so that no jobs come while the worker is away.
	#[arg(long)]
	pub leave: bool,

	/// Serve Prometheus metrics at /metrics and liveness at /health. Choose a loopback address:
	/// there is no authentication.
	#[arg(long, value_name = "ADDRESS:PORT")]
	pub metrics: Option<SocketAddr>,

	/// Where `status`, `pause` and `resume` reach the worker: an address of this machine; port 0 is
	/// any free one. [default: 127.0.0.1:0]
	#[arg(long, value_name = "ADDRESS:PORT")]
	pub admin: Option<SocketAddr>,

	/// Hand back jobs whose model is larger: bytes, or like 2GiB. [default: 512 MiB]
	#[arg(long, value_name = "SIZE")]
	pub max_model_bytes: Option<Bytes>,

	/// Hand back jobs whose input is larger. [default: 64 MiB]
	#[arg(long, value_name = "SIZE")]
	pub max_input_bytes: Option<Bytes>,

	/// Disk for models that were used before; those unused for longest go first. [default: 20 GiB]
	#[arg(long, value_name = "SIZE")]
	pub max_disk_bytes: Option<Bytes>,

	/// Memory for models that stay open; those unused for longest close first. [default: 4 GiB]
	#[arg(long, value_name = "SIZE")]
	pub max_memory_bytes: Option<Bytes>,

	/// Walrus epochs to store results for. [default: 5]
	#[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
	pub store_epochs: Option<u32>,

	/// Form of the log, on standard error. What is logged follows $RUST_LOG. [default: text]
	#[arg(long, value_enum)]
	pub log_format: Option<LogFormat>,

	/// What only tests want.
	#[command(flatten)]
	pub testing: Testing,
}

/// What only tests want.
#[derive(Clone, Debug, Default, ClapArgs)]
pub struct Testing {
	/// Crash at a step. For tests alone: the worker ends as if the power went, every time.
	#[arg(long, value_enum, hide = true)]
	pub abort_at: Option<Step>,

	/// Run this ONNX file instead of the one on chain.
	#[arg(long, value_name = "FILE", hide = true)]
	pub replace_model: Option<PathBuf>,
}

/// Where the key is.
#[derive(ClapArgs)]
#[group(multiple = false)]
pub struct KeyArgs {
	/// Secret URI of the worker's key, such as //Alice. Others on this machine can see it; prefer
	/// --key-file, or the environment variable.
	#[arg(long, value_name = "URI", env = "TERCET_WORKER_KEY", hide_env_values = true)]
	pub key: Option<String>,

	/// File that holds the secret URI of the worker's key.
	#[arg(long, value_name = "FILE")]
	pub key_file: Option<PathBuf>,
}

/// Debug output ends up in logs; keys must not.
impl std::fmt::Debug for KeyArgs {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		f.debug_struct("KeyArgs").field("key_file", &self.key_file).finish_non_exhaustive()
	}
}

/// Which worker of this machine.
#[derive(Clone, Debug, ClapArgs)]
#[group(multiple = false)]
pub struct StateArgs {
	/// Its configuration. [default: worker.toml]
	#[arg(long, value_name = "FILE")]
	pub config: Option<PathBuf>,

	/// Its state directory.
	#[arg(long, value_name = "DIR")]
	pub dir: Option<PathBuf>,
}

impl StateArgs {
	/// The state directory.
	///
	/// # Errors
	/// As [`Config::load`], and if the configuration names none.
	pub fn dir(&self) -> Result<PathBuf, ConfigError> {
		if let Some(dir) = &self.dir {
			return Ok(dir.clone());
		}
		let config = Config::load(self.config.as_deref().unwrap_or(Path::new(CONFIG)))?;
		if config.state.dir.as_os_str().is_empty() {
			return Err(ConfigError::Incomplete("dir in [state] names no directory".into()));
		}
		Ok(config.state.dir)
	}
}

/// Options of `tercet-worker status`.
#[derive(Debug, ClapArgs)]
pub struct StatusArgs {
	/// Which worker.
	#[command(flatten)]
	pub state: StateArgs,

	/// Print JSON.
	#[arg(long)]
	pub json: bool,

	/// Keep showing it, until q is pressed.
	#[arg(long, conflicts_with = "json")]
	pub watch: bool,
}

/// Options of `tercet-worker pause`.
#[derive(Debug, ClapArgs)]
pub struct PauseArgs {
	/// Which worker.
	#[command(flatten)]
	pub state: StateArgs,

	/// Why, for whoever looks at its status.
	#[arg(long, value_name = "TEXT", default_value = "by the operator")]
	pub reason: String,

	/// Hand back the jobs in hand instead of finishing them. It costs a little reputation; what was
	/// committed is revealed in any case.
	#[arg(long)]
	pub hand_back: bool,
}

/// Options of `tercet-worker doctor`.
#[derive(Debug, ClapArgs)]
pub struct DoctorArgs {
	/// The configuration to check.
	#[arg(long, value_name = "FILE", default_value = CONFIG)]
	pub config: PathBuf,

	/// File with the worker's key, instead of the one that the configuration names.
	#[arg(long, value_name = "FILE")]
	pub key_file: Option<PathBuf>,

	/// Print JSON.
	#[arg(long)]
	pub json: bool,
}

/// Options of `tercet-worker init`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  tercet-worker init
  tercet-worker init --yes --node ws://127.0.0.1:9944 --account 5GrwvaEF… --offer all=0.001")]
pub struct InitArgs {
	/// File to write.
	#[arg(long, value_name = "FILE", default_value = CONFIG)]
	pub config: PathBuf,

	/// Ask nothing: take the defaults, and what is said here.
	#[arg(long, short)]
	pub yes: bool,

	/// Overwrite the configuration, if there is one. Key files are never overwritten.
	#[arg(long)]
	pub force: bool,

	/// WebSocket address of a node.
	#[arg(long, value_name = "URL")]
	pub node: Option<String>,

	/// Address of a blob store.
	#[arg(long, value_name = "URL")]
	pub store: Option<String>,

	/// File with the worker's key; a new key is made if there is none.
	#[arg(long, value_name = "FILE")]
	pub key_file: Option<PathBuf>,

	/// The provider whose proxy the key is; the key is a provider of its own if not said.
	#[arg(long, value_name = "ADDRESS")]
	pub account: Option<AccountId32>,

	/// State directory.
	#[arg(long, value_name = "DIR")]
	pub dir: Option<PathBuf>,

	/// What to offer, as for `run`; may be repeated.
	#[arg(long = "offer", value_name = "OFFER")]
	pub offers: Vec<Offer>,

	/// Stake to have bonded, as for `run`.
	#[arg(long, value_name = "AMOUNT")]
	pub bond: Option<Amount>,

	/// Where to run models.
	#[arg(long, value_enum)]
	pub device: Option<DeviceChoice>,

	/// ONNX Runtime's shared library.
	#[arg(long, value_name = "FILE")]
	pub onnxruntime: Option<PathBuf>,

	/// Where to serve metrics.
	#[arg(long, value_name = "ADDRESS:PORT")]
	pub metrics: Option<SocketAddr>,
}

/// Form of the log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
	/// For people.
	#[default]
	Text,
	/// One JSON object per line.
	Json,
}

#[cfg(test)]
mod tests {
	use super::*;
	use clap::CommandFactory;

	fn parse(line: &str) -> Result<Args, clap::Error> {
		Args::try_parse_from(["tercet-worker"].into_iter().chain(line.split_whitespace()))
	}

	#[test]
	fn args_are_consistent() {
		Args::command().debug_assert();
	}

	#[test]
	fn run_accepts_everything_that_is_documented() {
		let line = "run --node ws://n:1 --store http://a --store http://b --key //Alice --dir d \
			--onnxruntime lib.so --bond 1000 --offer 0.1=0.001 --offer all=2mTCT --metrics \
			127.0.0.1:9616 --threads 4 --max-model-bytes 1000 --log-format json --device cpu \
			--abort-at committed --replace-model m.onnx --leave";
		let Command::Run(run) = parse(line).unwrap().command else { panic!() };
		assert_eq!((run.stores.len(), run.offers.len(), run.threads), (2, 2, Some(4)));
		assert_eq!(run.testing.abort_at, Some(Step::Committed));
		assert!(parse("run --config worker.toml").is_ok());
	}

	#[test]
	fn run_accepts_every_step_to_crash_at() {
		for step in [
			"fetching",
			"fetched",
			"executing",
			"executed",
			"storing",
			"stored",
			"journaled",
			"committing",
			"committed",
			"sealing",
			"sealed",
			"revealing",
			"revealed",
			"itemizing",
			"itemized",
			"claiming",
			"claimed",
		] {
			assert!(
				parse(&format!("run --key //Alice --dir d --abort-at {step}")).is_ok(),
				"{step}"
			);
		}
	}

	#[test]
	fn commands_take_the_usual_configuration_when_none_is_named() {
		for line in ["run", "status", "pause", "resume", "drain", "doctor", "init"] {
			assert!(parse(line).is_ok(), "{line}");
		}
		let state = StateArgs { config: None, dir: None };
		let error = state.dir().unwrap_err().to_string();
		assert!(error.contains(CONFIG) && error.contains("init"), "{error}");
	}

	#[test]
	fn run_fails_when_arguments_are_malformed() {
		for line in [
			"run --key //Alice --key-file f --dir d",
			"run --key //Alice --dir d --bond lots",
			"run --key //Alice --dir d --offer 1=2",
			"run --key //Alice --dir d --offer all=0",
			"run --key //Alice --dir d --threads 0",
			"run --key //Alice --dir d --metrics 9616",
			"run --key //Alice --dir d --abort-at lunch",
			"run --config c --key //Alice --key-file f",
			"status --dir d --config c",
			"status --dir d --watch --json",
			"",
		] {
			assert!(parse(line).is_err(), "{line}");
		}
	}

	#[test]
	fn debug_hides_the_key() {
		let args = parse("run --key //SecretSecret --dir d").unwrap();
		assert!(!format!("{args:?}").contains("SecretSecret"));
	}
}
