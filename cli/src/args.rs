//! The command line.

use std::path::PathBuf;

use clap::{ArgAction, Args, Parser, Subcommand};
use tercet_primitives::{
	AccountId32, Architecture, DeterminismClass, ExecutionProvider, JobId, ModelId,
	OnnxRuntimeVersion, Precision,
};

use crate::amounts::{Amount, Bytes, Deadline, Share};

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

	/// Submit jobs, follow them, fetch and check results.
	#[command(subcommand)]
	Job(JobCommand),

	/// Offer compute.
	#[command(subcommand)]
	Provider(ProviderCommand),

	/// Run a network on this machine: node, store, workers with funded accounts.
	Devnet(DevnetArgs),

	/// Show everything once: three workers answer a real job, which is verified and paid.
	Demo(DemoArgs),
}

/// Publish models and look at them.
#[derive(Debug, Subcommand)]
pub enum ModelCommand {
	/// Upload ONNX files and publish them as one model.
	///
	/// Each file becomes a variant. Its precision is taken from its name (`model_int8.onnx`,
	/// `model_fp16.onnx`, `model_q4.onnx`; fp32 otherwise), or said with --variant.
	#[command(after_help = "\
Examples:
  tercet --key //Alice model publish onnx/model_int8.onnx --name digits --licence Apache-2.0 --royalty 5%
  tercet --key me.key model publish --variant fp32=a.onnx --variant int8=b.onnx --name my-model --licence MIT")]
	Publish(PublishArgs),

	/// List the published models.
	List,

	/// Show one model with its variants.
	Show {
		/// Its number.
		#[arg(value_name = "MODEL")]
		id: ModelId,
	},
}

/// Upload ONNX files and publish them as one model.
#[derive(Debug, Args)]
pub struct PublishArgs {
	/// ONNX files, one for each variant.
	#[arg(value_name = "FILE.onnx", required_unless_present = "variants")]
	pub files: Vec<PathBuf>,

	/// A variant with its precision said: fp32, fp16, int8 or q4; may be repeated.
	#[arg(long = "variant", value_name = "PRECISION=FILE", value_parser = variant_file)]
	pub variants: Vec<(Precision, PathBuf)>,

	/// Name for people, at most 64 bytes.
	#[arg(long, value_parser = label)]
	pub name: String,

	/// Licence of the weights, as an SPDX expression.
	#[arg(long, value_parser = label)]
	pub licence: String,

	/// What you earn on top of the executors' pay, as a share of it.
	#[arg(long, default_value = "0%")]
	pub royalty: Share,

	/// Task, in the vocabulary of the Hugging Face Hub; `tensor` for raw safetensors.
	#[arg(long, default_value = "tensor", value_parser = label)]
	pub task: String,

	/// Work units that one item takes; prices are per unit.
	#[arg(long, value_name = "UNITS", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..))]
	pub units: u64,

	/// Memory that a session needs; four times the file, and at least 64M, if not said.
	#[arg(long, value_name = "SIZE")]
	pub memory: Option<Bytes>,
}

/// Submit jobs, follow them, fetch and check results.
#[derive(Debug, Subcommand)]
pub enum JobCommand {
	/// Ask three executors to run a model on an input.
	///
	/// The input is a safetensors file. Its tensors share their first dimension, which counts the
	/// items: 1 to 512 per job. Inputs of up to 2048 bytes travel in the transaction, larger ones go
	/// to the store. The whole price is held now, and returned at the deadline if there is no
	/// agreement.
	#[command(after_help = "\
Examples:
  tercet --key //Alice job submit --model 0 --variant int8 --input images.safetensors --price 0.001 --wait
  tercet --key //Alice job submit --model 0 --input one.safetensors --price 0.002 --deadline +30")]
	Submit(SubmitArgs),

	/// Follow a job until it is settled or refunded.
	Watch {
		/// Its number.
		#[arg(value_name = "JOB")]
		id: JobId,
	},

	/// List jobs, newest first.
	List {
		/// Only those of the account of --key.
		#[arg(long)]
		mine: bool,

		/// At most so many.
		#[arg(long, value_name = "COUNT", default_value_t = 20)]
		limit: u64,
	},

	/// Fetch a settled job's result, check it against the chain, and write it to a file.
	Result {
		/// Its number.
		#[arg(value_name = "JOB")]
		id: JobId,

		/// Where to write the result (safetensors).
		#[arg(long, short, value_name = "FILE")]
		output: PathBuf,
	},

	/// Prove that an item belongs to what the executors agreed on, here and on chain.
	#[command(after_help = "\
Examples:
  tercet job verify 0 --item 7                        builds the proof from the result
  tercet job verify 0 --item 7 --save proof.json      and keeps it, for somebody else
  tercet job verify 0 --proof proof.json              checks a proof that somebody else made")]
	Verify(VerifyArgs),
}

/// Ask three executors to run a model on an input.
#[derive(Debug, Args)]
pub struct SubmitArgs {
	/// Number of the model.
	#[arg(long)]
	pub model: ModelId,

	/// Variant: its precision (int8) or its position (0). Not needed if there is only one.
	#[arg(long)]
	pub variant: Option<VariantChoice>,

	/// Determinism class: `portable`, or everything pinned, like cpu/ort-1.31.1/x86-avx2/t1.
	#[arg(long, default_value = "portable", value_parser = class)]
	pub class: DeterminismClass,

	/// The input (safetensors).
	#[arg(long, value_name = "FILE")]
	pub input: PathBuf,

	/// What each executor is paid per work unit, in TCT.
	#[arg(long, value_name = "AMOUNT")]
	pub price: Amount,

	/// Last block in which the job may settle: +60 for sixty blocks from now, or a block number.
	#[arg(long, value_name = "BLOCK", default_value = "+60", allow_hyphen_values = true)]
	pub deadline: Deadline,

	/// Wait until the job is settled or refunded.
	#[arg(long)]
	pub wait: bool,
}

/// Prove that an item belongs to what the executors agreed on.
#[derive(Debug, Args)]
pub struct VerifyArgs {
	/// Number of the job.
	#[arg(value_name = "JOB")]
	pub id: JobId,

	/// Which item, counted from 0.
	#[arg(long, value_name = "INDEX", required_unless_present = "proof")]
	pub item: Option<u32>,

	/// Check this proof instead of building one from the result.
	#[arg(long, value_name = "FILE.json", conflicts_with = "save")]
	pub proof: Option<PathBuf>,

	/// Write the proof to a file.
	#[arg(long, value_name = "FILE.json")]
	pub save: Option<PathBuf>,
}

/// Offer compute.
#[derive(Debug, Subcommand)]
pub enum ProviderCommand {
	/// Bond stake, or more of it.
	Bond {
		/// How much, in TCT.
		amount: Amount,
	},

	/// Start to take stake out; it is free when the unbonding period is over.
	Unbond {
		/// How much, in TCT.
		amount: Amount,
	},

	/// Free what has finished unbonding.
	Withdraw,

	/// Offer to run a variant, change an offer's price, or take it back.
	#[command(after_help = "\
Examples:
  tercet --key //Bob provider offer --model 0 --variant int8 --price 0.0005
  tercet --key //Bob provider offer --model 0 --variant int8 --remove")]
	Offer(OfferArgs),

	/// Enter the pools of all offers.
	Available,

	/// Leave all pools; jobs in hand stay.
	Unavailable,

	/// Show a provider: stake, offers, record, jobs in hand.
	Status {
		/// The account; that of --key if not said.
		account: Option<AccountId32>,
	},
}

/// Offer to run a variant, change an offer's price, or take it back.
#[derive(Debug, Args)]
pub struct OfferArgs {
	/// Number of the model.
	#[arg(long)]
	pub model: ModelId,

	/// Variant: its precision (int8) or its position (0). Not needed if there is only one.
	#[arg(long)]
	pub variant: Option<VariantChoice>,

	/// Determinism class: `portable`, or everything pinned, like cpu/ort-1.31.1/x86-avx2/t1.
	#[arg(long, default_value = "portable", value_parser = class)]
	pub class: DeterminismClass,

	/// The least that you accept per work unit, in TCT.
	#[arg(long, value_name = "AMOUNT", required_unless_present = "remove")]
	pub price: Option<Amount>,

	/// Take the offer back.
	#[arg(long, conflicts_with = "price")]
	pub remove: bool,
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

/// Which variant of a model is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VariantChoice {
	/// The one of this precision.
	Precision(Precision),
	/// The one at this position.
	Index(u8),
}

impl std::str::FromStr for VariantChoice {
	type Err = String;

	fn from_str(text: &str) -> Result<Self, String> {
		match text.parse() {
			Ok(index) => Ok(Self::Index(index)),
			Err(_) => precision(text).map(Self::Precision).ok_or_else(|| {
				format!("`{text}` is neither a precision (fp32, fp16, int8, q4) nor a position (0, 1 …)")
			}),
		}
	}
}

fn precision(text: &str) -> Option<Precision> {
	match text.to_ascii_lowercase().as_str() {
		"fp32" => Some(Precision::Fp32),
		"fp16" => Some(Precision::Fp16),
		"int8" => Some(Precision::Int8),
		"q4" => Some(Precision::Q4),
		_ => None,
	}
}

/// The precision that a file's name tells, as Hugging Face names its ONNX files.
pub fn precision_of(file: &std::path::Path) -> Precision {
	let stem = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
	stem.rsplit_once('_').and_then(|(_, suffix)| precision(suffix)).unwrap_or(Precision::Fp32)
}

fn variant_file(text: &str) -> Result<(Precision, PathBuf), String> {
	let (name, file) = text
		.split_once('=')
		.filter(|(_, file)| !file.is_empty())
		.ok_or_else(|| format!("`{text}` is not PRECISION=FILE, like int8=model.onnx"))?;
	let precision = precision(name)
		.ok_or_else(|| format!("`{name}` is not a precision: fp32, fp16, int8 or q4"))?;
	Ok((precision, file.into()))
}

fn label(text: &str) -> Result<String, String> {
	const MOST: usize = tercet_primitives::model::MAX_LABEL_BYTES as usize;
	match text.trim() {
		"" => Err("it must not be empty".into()),
		text if text.len() > MOST => {
			Err(format!("{} bytes; at most {MOST} are possible", text.len()))
		},
		text => Ok(text.into()),
	}
}

/// Reads a class as [`DeterminismClass`] displays itself.
pub fn class(text: &str) -> Result<DeterminismClass, String> {
	if text == "portable" {
		return Ok(DeterminismClass::Portable);
	}
	let bad = |part: &str| {
		format!("`{text}` is not a class: {part}; write `portable` or, like, cpu/ort-1.31.1/x86-avx2/t1")
	};
	let [provider, runtime, architecture, threads] =
		<[&str; 4]>::try_from(text.split('/').collect::<Vec<_>>())
			.map_err(|_| bad("it does not have four parts"))?;
	let provider = match provider {
		"cpu" => ExecutionProvider::Cpu,
		"cuda" => ExecutionProvider::Cuda,
		_ => return Err(bad("the first part is cpu or cuda")),
	};
	let numbers = runtime.strip_prefix("ort-").into_iter().flat_map(|version| version.split('.'));
	let numbers = numbers.map(str::parse).collect::<Result<Vec<u8>, _>>();
	let [major, minor, patch] = numbers
		.ok()
		.and_then(|numbers| <[u8; 3]>::try_from(numbers).ok())
		.ok_or_else(|| bad("the second part is ort- and a version of three numbers"))?;
	let architecture = match architecture {
		"x86-sse" => Architecture::X86Sse,
		"x86-avx2" => Architecture::X86Avx2,
		"x86-avx512" => Architecture::X86Avx512,
		"aarch64" => Architecture::Aarch64,
		_ => return Err(bad("the third part is x86-sse, x86-avx2, x86-avx512 or aarch64")),
	};
	let threads = threads
		.strip_prefix('t')
		.and_then(|threads| threads.parse().ok())
		.filter(|threads| *threads > 0)
		.ok_or_else(|| bad("the fourth part is t and a number of threads"))?;
	let runtime = OnnxRuntimeVersion { major, minor, patch };
	Ok(DeterminismClass::Pinned { provider, runtime, architecture, threads })
}

#[cfg(test)]
mod tests {
	use super::*;
	use clap::CommandFactory;

	#[test]
	fn definition_is_consistent() {
		Cli::command().debug_assert();
	}

	#[test]
	fn class_is_read_as_it_displays() {
		for text in ["portable", "cpu/ort-1.31.1/x86-avx2/t1", "cuda/ort-1.31.1/aarch64/t16"] {
			assert_eq!(class(text).unwrap().to_string(), text);
		}
	}

	#[test]
	fn precision_follows_from_the_name_of_a_file() {
		for (file, expected) in [
			("onnx/model.onnx", Precision::Fp32),
			("model_fp16.onnx", Precision::Fp16),
			("model_int8.onnx", Precision::Int8),
			("model_q4.onnx", Precision::Q4),
			("my_model.onnx", Precision::Fp32),
		] {
			assert_eq!(precision_of(file.as_ref()), expected, "{file}");
		}
	}

	#[test]
	fn submit_has_the_documented_defaults() {
		let cli = Cli::parse_from(
			"tercet job submit --model 3 --variant int8 --input x --price 0.001".split(' '),
		);
		let Command::Job(JobCommand::Submit(args)) = cli.command else { panic!("another command") };
		assert_eq!(args.model, ModelId(3));
		assert_eq!(args.variant, Some(VariantChoice::Precision(Precision::Int8)));
		assert_eq!(args.class, DeterminismClass::Portable);
		assert_eq!(args.deadline, Deadline::In(60));
		assert!(!args.wait && !cli.global.json);
	}
}
