//! The command line.

use std::{net::SocketAddr, path::PathBuf};

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};

use crate::{
	engine::DeviceChoice,
	offers::{Amount, Offer},
	steps::Step,
};

/// Runs AI jobs for the Tercet network and is paid for it.
///
/// The worker watches the chain for jobs that its account was drawn for, runs them on ONNX Runtime,
/// and answers: a commitment first, then the result. It keeps a journal in its state directory, so
/// it may be stopped or killed at any moment and started again without losing a job. A job that it
/// cannot run in time it hands back, which costs nothing but a little reputation.
#[derive(Debug, Parser)]
#[command(name = "tercet-worker", version, max_term_width = 100)]
pub struct Args {
	/// What to do.
	#[command(subcommand)]
	pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
	/// Run jobs until stopped by Ctrl-C or SIGTERM.
	Run(Box<RunArgs>),
	/// Show what the worker of a state directory is doing.
	Status(StatusArgs),
}

/// Options of `tercet-worker run`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  tercet-worker run --key-file worker.key --dir ./worker --bond 1000 --offer all=0.001
  tercet-worker run --key //Alice --dir /tmp/alice --offer 0.1=0.001 --metrics 127.0.0.1:9616

Amounts are in TCT (1.5); 20mTCT and 300planck work, too. Prices are per work unit.")]
pub struct RunArgs {
	/// WebSocket address of a node.
	#[arg(long, value_name = "URL", default_value = "ws://127.0.0.1:9944")]
	pub node: String,

	/// Address of a blob store (Walrus publisher and aggregator); repeat it for others to fall back
	/// to.
	#[arg(long = "store", value_name = "URL", default_value = "http://127.0.0.1:31415")]
	pub stores: Vec<String>,

	/// Whose work this is.
	#[command(flatten)]
	pub key: KeyArgs,

	/// Directory for journal, models, results and status. One worker per directory; keep it: answers
	/// that were committed can only be revealed with it.
	#[arg(long, value_name = "DIR")]
	pub dir: PathBuf,

	/// ONNX Runtime's shared library. Without it: $ORT_DYLIB_PATH, or the one that `make setup`
	/// installed.
	#[arg(long, value_name = "FILE")]
	pub onnxruntime: Option<PathBuf>,

	/// Where to run models.
	#[arg(long, value_enum, default_value_t)]
	pub device: DeviceChoice,

	/// Threads inside each operator. Part of the determinism class of float variants.
	#[arg(long, value_name = "N", default_value_t = 1,
		value_parser = clap::value_parser!(u8).range(1..))]
	pub threads: u8,

	/// Jobs to run at the same time.
	#[arg(long, value_name = "N", default_value_t = 1,
		value_parser = clap::value_parser!(u16).range(1..=256))]
	pub parallel: u16,

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

	/// Abstain from jobs whose model is larger, in bytes.
	#[arg(long, value_name = "BYTES", default_value_t = 512 << 20)]
	pub max_model_bytes: u64,

	/// Abstain from jobs whose input is larger, in bytes.
	#[arg(long, value_name = "BYTES", default_value_t = 64 << 20)]
	pub max_input_bytes: u64,

	/// Walrus epochs to store results for.
	#[arg(long, value_name = "N", default_value_t = 5,
		value_parser = clap::value_parser!(u32).range(1..))]
	pub store_epochs: u32,

	/// Form of the log, on standard error. What is logged follows $RUST_LOG (default: info).
	#[arg(long, value_enum, default_value_t)]
	pub log_format: LogFormat,

	/// Crash at a step.
	#[arg(long, value_enum, hide = true)]
	pub abort_at: Option<Step>,

	/// Run this ONNX file instead of the one on chain.
	#[arg(long, value_name = "FILE", hide = true)]
	pub replace_model: Option<PathBuf>,
}

/// Where the key is.
#[derive(ClapArgs)]
#[group(required = true, multiple = false)]
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

/// Options of `tercet-worker status`.
#[derive(Debug, ClapArgs)]
pub struct StatusArgs {
	/// The worker's state directory.
	#[arg(long, value_name = "DIR")]
	pub dir: PathBuf,

	/// Print JSON.
	#[arg(long)]
	pub json: bool,
}

/// Form of the log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
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
		assert_eq!((run.stores.len(), run.offers.len(), run.threads), (2, 2, 4));
		assert_eq!(run.abort_at, Some(Step::Committed));
	}

	#[test]
	fn run_accepts_every_step_to_crash_at() {
		for step in [
			"fetched",
			"executed",
			"stored",
			"journaled",
			"committed",
			"sealed",
			"revealed",
			"itemized",
		] {
			assert!(
				parse(&format!("run --key //Alice --dir d --abort-at {step}")).is_ok(),
				"{step}"
			);
		}
	}

	#[test]
	fn run_fails_when_arguments_are_malformed() {
		for line in [
			"run --dir d",
			"run --key //Alice",
			"run --key //Alice --key-file f --dir d",
			"run --key //Alice --dir d --bond lots",
			"run --key //Alice --dir d --offer 1=2",
			"run --key //Alice --dir d --offer all=0",
			"run --key //Alice --dir d --threads 0",
			"run --key //Alice --dir d --metrics 9616",
			"run --key //Alice --dir d --abort-at lunch",
			"status",
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
