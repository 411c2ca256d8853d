//! The command line.

mod credit;
mod job;
mod model;
mod parse;
mod provider;

use std::path::PathBuf;

use clap::{ArgAction, Args, Parser, Subcommand};

use crate::amounts::Amount;

pub use credit::CreditCommand;
pub use job::{
	InputArgs, JobCommand, OpenCanaryArgs, QuoteArgs, ReceiptArgs, SubmitArgs, VerifyArgs,
	VerifyReceiptArgs,
};
pub use model::{ModelCommand, PublishArgs, QuantizeArgs};
pub use parse::{class, precision_of, CanarySource, Portion, SimilarChoice, VariantChoice};
pub use provider::{OfferArgs, ProviderCommand};

/// Tercet: AI compute that nobody has to trust.
///
/// Publish ONNX models, submit jobs that three independent executors answer, and check every result
/// against the chain. `tercet demo` shows all of it on this machine.
#[derive(Debug, Parser)]
#[command(name = "tercet", version, propagate_version = true, after_help = EXAMPLES)]
pub struct Cli {
	/// What to do.
	#[command(subcommand)]
	pub command: Command,

	/// Settings of all commands.
	#[command(flatten)]
	pub global: Global,
}

const EXAMPLES: &str = "\
Examples:
  tercet demo                                    everything, once, on this machine
  tercet devnet                                  a network to play with
  tercet model list
  tercet --key //Alice job submit --model 0 --variant int8 --input images.safetensors --price 0.001 --wait
  tercet job verify 0 --item 7
  tercet job receipt 0 --out receipt.json        a proof that needs no node to check

Exit codes: 0 done, 1 failed, 2 wrong arguments.
Logs go to standard error, filtered by RUST_LOG.";

/// Settings of all commands.
#[derive(Clone, Debug, Args)]
pub struct Global {
	/// Address of a node.
	#[arg(
		long,
		global = true,
		value_name = "WS_URL",
		env = "TERCET_URL",
		default_value = "ws://127.0.0.1:9944"
	)]
	pub url: String,

	/// Address of a store (Walrus publisher and aggregator in one); may be repeated.
	#[arg(
		long,
		global = true,
		value_name = "HTTP_URL",
		env = "TERCET_STORE",
		default_value = "http://127.0.0.1:31415",
		value_delimiter = ',',
		action = ArgAction::Append
	)]
	pub store: Vec<String>,

	/// Key that signs and pays: a secret URI (//Alice, a mnemonic, 0x and a seed) or a file with one.
	#[arg(
		long,
		global = true,
		value_name = "URI_OR_FILE",
		env = "TERCET_KEY",
		hide_env_values = true
	)]
	pub key: Option<String>,

	/// Write results as JSON to standard output, and everything else to standard error.
	#[arg(long, global = true)]
	pub json: bool,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
	/// Publish models and look at them.
	#[command(subcommand)]
	Model(ModelCommand),

	/// Submit jobs, follow them, fetch and check results, keep receipts.
	#[command(subcommand)]
	Job(JobCommand),

	/// Put money aside once, for the escrow of many jobs.
	#[command(subcommand)]
	Credit(CreditCommand),

	/// Offer compute, delegate stake to those who do.
	#[command(subcommand)]
	Provider(ProviderCommand),

	/// Run a network on this machine: node, store, workers with funded accounts.
	Devnet(DevnetArgs),

	/// Show everything once: three workers answer a real job, which is verified and paid.
	Demo(DemoArgs),
}

/// Run a network on this machine.
#[derive(Debug, Args)]
pub struct DevnetArgs {
	/// Number of workers.
	#[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u8).range(0..=32))]
	pub workers: u8,

	/// Node at this port, its peers at the next one, its metrics and the store after that. The usual
	/// ports (9944, 30333, 9615, 31415) where they are free, if not said.
	#[arg(long, value_name = "PORT", value_parser = clap::value_parser!(u16).range(1024..=65_000))]
	pub base_port: Option<u16>,

	/// Folder for data and logs, kept for the next time; a temporary one if not said.
	#[arg(long, value_name = "FOLDER")]
	pub dir: Option<PathBuf>,
}

/// Show everything once.
#[derive(Debug, Args)]
pub struct DemoArgs {
	/// Folder of the example: `onnx/model_int8.onnx`, `held-out.safetensors`, `labels.safetensors`.
	#[arg(long, value_name = "FOLDER", default_value = "examples/digits")]
	pub example: PathBuf,

	/// What each executor is paid per work unit, in TCT.
	#[arg(long, value_name = "AMOUNT", default_value = "0.001")]
	pub price: Amount,

	/// Folder for data and logs, kept afterwards; a temporary one if not said.
	#[arg(long, value_name = "FOLDER")]
	pub dir: Option<PathBuf>,
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::amounts::Deadline;
	use clap::CommandFactory;
	use tercet_primitives::{ModelId, Precision, Redundancy};

	#[test]
	fn definition_is_consistent() {
		Cli::command().debug_assert();
	}

	#[test]
	fn submit_has_the_documented_defaults() {
		let cli = Cli::parse_from(
			"tercet job submit --model 3 --variant int8 --input x --price 0.001".split(' '),
		);
		let Command::Job(JobCommand::Submit(args)) = cli.command else { panic!("another command") };
		assert_eq!(args.model, ModelId(3));
		assert_eq!(args.variant, Some(VariantChoice::Precision(Precision::Int8)));
		assert_eq!(args.class, None);
		assert_eq!(args.redundancy, Redundancy::DEFAULT);
		assert_eq!(args.deadline, Deadline::In(60));
		assert!(args.canary.is_none() && !args.from_credit);
		assert!(!args.wait && !cli.global.json);
	}

	#[test]
	fn every_documented_command_line_is_accepted() {
		const ACCOUNT: &str = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
		for line in [
			"job submit --model 0 --input x --price 1 --redundancy 5/4 --canary 7=y --from-credit",
			"job quote --model 0 --items 512 --price 0.001",
			"job quote --model 0 --input x",
			"job submit --model 0 --input x --price 1 --private --wait",
			"job hand-over 3 --job-key x.key",
			"job result 3 --output x --job-key x.key",
			"job top-up 3 --price 0.002",
			"job cancel 3",
			"job prune 3",
			"job challenge 3",
			"job open-canary x.canary.json --job 3",
			"job receipt 3 --out r.json --item 1 --item 7",
			"job receipt 3 --out r.json --all-items",
			"job verify-receipt r.json",
			"job show 3",
			"credit add 10",
			"credit withdraw 10",
			"credit show",
			"provider delegate ACCOUNT 10",
			"provider undelegate ACCOUNT all",
			"provider withdraw --from ACCOUNT",
			"provider commission 5%",
			"provider operator ACCOUNT",
			"provider operator --clear",
			"provider accept ACCOUNT",
			"provider claim ACCOUNT --era 4",
			"provider claim",
			"provider show ACCOUNT",
			"provider status ACCOUNT",
			"model transfer 0 ACCOUNT",
			"model transfer 0 --cancel",
			"model accept 0",
			"model managers 0 ACCOUNT",
			"model managers 0",
			"model deprecate 0 --successor 1",
			"model deprecate 0 --undo",
			"model publish a.onnx --name n --licence MIT --parent 0 --derivative-share 10% --similar 12",
		] {
			let line = line.replace("ACCOUNT", ACCOUNT);
			let words = ["tercet"].into_iter().chain(line.split(' '));
			assert!(Cli::try_parse_from(words).is_ok(), "{line}");
		}
		let hash = format!("0x{}", "ab".repeat(32));
		let args = ["tercet", "job", "verify-receipt", "r.json", "--block-hash", &hash];
		assert!(Cli::try_parse_from(args).is_ok());
	}
}
