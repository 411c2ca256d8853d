//! `tercet job`.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Subcommand};
use tercet_primitives::{DeterminismClass, JobId, ModelId, Redundancy, H256};

use super::parse::{class, hash, object, redundancy, CanarySource, VariantChoice};
use crate::amounts::{Amount, Deadline};

/// Submit jobs, follow them, fetch and check results, keep receipts.
#[derive(Debug, Subcommand)]
pub enum JobCommand {
	/// Ask executors to run a model on an input.
	///
	/// Models of the task `tensor` take a safetensors file, whose tensors share their first dimension,
	/// the item. All others take requests as Hugging Face's tasks have them, each of which is an item:
	/// {"inputs": …, "parameters": {…}}. A job has 1 to 512 items. Inputs of up to 2048 bytes travel in the transaction, larger ones go
	/// to the store. The worst case is held now; what is not earned returns when the job ends.
	#[command(after_help = "\
Examples:
  tercet --key //Alice job submit --model 0 --variant int8 --input images.safetensors --price 0.001 --wait
  tercet --key //Alice job submit --model 0 --input one.safetensors --price 0.002 --deadline +30
  tercet --key //Alice job submit --model 1 --text 'What a day!' --text 'Oh no.' --price 0.001 --wait
  tercet --key //Alice job submit --model 2 --input requests.jsonl --parameters '{\"max_new_tokens\": 40}' --price 0.001
  tercet --key //Alice job submit --model 3 --file cat.png --price 0.001
  tercet --key //Alice job submit --model 1 --text 'My diary' --price 0.001 --private --wait
  tercet --key //Alice job submit --model 0 --input images.safetensors --price 0.001 --canary 7=known.safetensors")]
	Submit(SubmitArgs),

	/// Say what a job would cost, and how many providers serve at which price.
	#[command(after_help = "\
Examples:
  tercet job quote --model 0 --variant int8 --items 512 --price 0.001
  tercet job quote --model 0 --input images.safetensors --price 0.001 --redundancy 5/4")]
	Quote(QuoteArgs),

	/// Follow a job until it has ended.
	Watch {
		/// Its number.
		#[arg(value_name = "JOB")]
		id: JobId,
	},

	/// Show where a job stands: rounds, stages, answers, payments, faults.
	Show {
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

	/// Fetch what was agreed on, check it against the chain, and write it to a file.
	///
	/// The file's name says its form: .jsonl has one response per line, .png an image per item (with
	/// its number in the name where there are several), anything else is safetensors. Items that were in dispute and run again are put in their places. Items that nobody agreed on
	/// are zeros in the file, or `null`, and named.
	Result {
		/// Its number.
		#[arg(value_name = "JOB")]
		id: JobId,

		/// Where to write the result: .jsonl, .png, or safetensors.
		#[arg(long, short, value_name = "FILE")]
		output: PathBuf,

		/// The key of a private job, if it was submitted elsewhere.
		#[arg(long, value_name = "FILE")]
		job_key: Option<PathBuf>,
	},

	/// Hand the key of a private job of yours to its executors, until it has ended.
	///
	/// `tercet job submit --private --wait` does it by itself. It is to be run again after a challenge,
	/// and goes on where an earlier one was stopped. At the end it takes back what the chain holds for
	/// the envelopes.
	HandOver {
		/// Its number.
		#[arg(value_name = "JOB")]
		id: JobId,

		/// The key, if the job was submitted elsewhere.
		#[arg(long, value_name = "FILE")]
		job_key: Option<PathBuf>,
	},

	/// Prove that an item belongs to what the executors agreed on, here and on chain.
	#[command(after_help = "\
Examples:
  tercet job verify 0 --item 7                        builds the proof from the result
  tercet job verify 0 --item 7 --save proof.json      and keeps it, for somebody else
  tercet job verify 0 --proof proof.json              checks a proof that somebody else made")]
	Verify(VerifyArgs),

	/// Raise the price of a job that still waits for executors.
	TopUp {
		/// Its number.
		#[arg(value_name = "JOB")]
		id: JobId,

		/// The new price per work unit, in TCT.
		#[arg(long, value_name = "AMOUNT")]
		price: Amount,
	},

	/// Take back a job that still waits for executors; all of its escrow returns.
	Cancel {
		/// Its number.
		#[arg(value_name = "JOB")]
		id: JobId,
	},

	/// Remove the record of a job that ended long ago; its deposit returns to the requester.
	Prune {
		/// Its number.
		#[arg(value_name = "JOB")]
		id: JobId,
	},

	/// Have a settled job of yours run again by a larger, disjoint committee, at your expense unless
	/// it agrees on something else.
	Challenge {
		/// Its number.
		#[arg(value_name = "JOB")]
		id: JobId,
	},

	/// Open a canary that was answered wrongly: the job is run again, as with a challenge.
	OpenCanary(OpenCanaryArgs),

	/// Write a receipt that proves, to anybody who knows a finalized block hash, what a job covered.
	#[command(after_help = "\
Examples:
  tercet job receipt 0 --out receipt.json                       the job, its executors, its model
  tercet job receipt 0 --out receipt.json --item 7 --item 8     and that these items belong to it")]
	Receipt(ReceiptArgs),

	/// Check a receipt. Needs no node.
	VerifyReceipt(VerifyReceiptArgs),
}

/// Ask executors to run a model on an input.
#[derive(Debug, Args)]
pub struct SubmitArgs {
	/// Number of the model.
	#[arg(long)]
	pub model: ModelId,

	/// Variant: its precision (int8) or its position (0). Not needed if there is only one.
	#[arg(long)]
	pub variant: Option<VariantChoice>,

	/// Determinism class: `portable`, or everything pinned, like cpu/ort-1.31.1/x86-avx2/t1. If not
	/// said: portable where enough providers are, otherwise where most are.
	#[arg(long, value_parser = class)]
	pub class: Option<DeterminismClass>,

	/// What to run it on.
	#[command(flatten)]
	pub input: InputArgs,

	/// What each executor is paid per work unit, in TCT.
	#[arg(long, value_name = "AMOUNT")]
	pub price: Amount,

	/// How many executors begin, and how many of them must agree. Silence and disagreement add more.
	#[arg(long, value_name = "EXECUTORS/QUORUM", default_value = "3/3", value_parser = redundancy)]
	pub redundancy: Redundancy,

	/// Hide that you know the result of one item: the file has it, as a result of one item. Its
	/// digest and salt are written beside the input, for `tercet job open-canary`.
	#[arg(long, value_name = "ITEM=FILE")]
	pub canary: Option<CanarySource>,

	/// Show the input to the executors alone, and the result to you. You must be here, or run `tercet
	/// job hand-over`, from when they are drawn until they answer.
	#[arg(long)]
	pub private: bool,

	/// Take the escrow from your credit; see `tercet credit`.
	#[arg(long)]
	pub from_credit: bool,

	/// Last block in which the job may settle: +60 for sixty blocks from now, or a block number.
	#[arg(long, value_name = "BLOCK", default_value = "+60", allow_hyphen_values = true)]
	pub deadline: Deadline,

	/// Wait until the job has ended.
	#[arg(long)]
	pub wait: bool,
}

/// What to run the model on.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("source").required(true).multiple(true).args(["input", "texts", "files"]))]
pub struct InputArgs {
	/// The input: safetensors, or requests as JSON (.json: one or an array; .jsonl: one per line).
	#[arg(long, value_name = "FILE", conflicts_with_all = ["texts", "files"])]
	pub input: Option<PathBuf>,

	/// A request with this text; may be repeated.
	#[arg(long = "text", value_name = "TEXT")]
	pub texts: Vec<String>,

	/// A request with this file, an image or a sound; may be repeated.
	#[arg(long = "file", value_name = "FILE")]
	pub files: Vec<PathBuf>,

	/// Parameters of requests that have none, as a JSON object.
	#[arg(long, value_name = "JSON", value_parser = object)]
	pub parameters: Option<serde_json::Map<String, serde_json::Value>>,
}

/// Say what a job would cost.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("size").required(true).args(["items", "input"]))]
pub struct QuoteArgs {
	/// Number of the model.
	#[arg(long)]
	pub model: ModelId,

	/// Variant: its precision (int8) or its position (0). Not needed if there is only one.
	#[arg(long)]
	pub variant: Option<VariantChoice>,

	/// Determinism class: `portable`, or everything pinned, like cpu/ort-1.31.1/x86-avx2/t1. If not
	/// said: portable where enough providers are, otherwise where most are.
	#[arg(long, value_parser = class)]
	pub class: Option<DeterminismClass>,

	/// How many items the job would have.
	#[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=512))]
	pub items: Option<u32>,

	/// The input that it would have (safetensors, .json or .jsonl); only its items are counted.
	#[arg(long, value_name = "FILE")]
	pub input: Option<PathBuf>,

	/// What each executor would be paid per work unit, in TCT; the least at which enough providers
	/// serve, if not said.
	#[arg(long, value_name = "AMOUNT")]
	pub price: Option<Amount>,

	/// How many executors would begin, and how many of them would have to agree.
	#[arg(long, value_name = "EXECUTORS/QUORUM", default_value = "3/3", value_parser = redundancy)]
	pub redundancy: Redundancy,
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

/// Open a canary that was answered wrongly.
#[derive(Debug, Args)]
pub struct OpenCanaryArgs {
	/// What `tercet job submit --canary` wrote beside the input.
	#[arg(value_name = "FILE.canary.json")]
	pub file: PathBuf,

	/// Number of the job; the one that the file names, if not said.
	#[arg(long = "job", value_name = "JOB")]
	pub id: Option<JobId>,
}

/// Write a receipt.
#[derive(Debug, Args)]
pub struct ReceiptArgs {
	/// Number of the job.
	#[arg(value_name = "JOB")]
	pub id: JobId,

	/// Where to write the receipt.
	#[arg(long, value_name = "FILE.json")]
	pub out: PathBuf,

	/// Prove this item, too; may be repeated. The result is fetched for it.
	#[arg(long = "item", value_name = "INDEX")]
	pub items: Vec<u32>,

	/// Prove every item.
	#[arg(long, conflicts_with = "items")]
	pub all_items: bool,
}

/// Check a receipt.
#[derive(Debug, Args)]
pub struct VerifyReceiptArgs {
	/// What `tercet job receipt` wrote.
	#[arg(value_name = "FILE.json")]
	pub file: PathBuf,

	/// Hash of a finalized block, from a source that you trust. Without it you have to compare the
	/// one that is printed yourself.
	#[arg(long, value_name = "HASH", value_parser = hash)]
	pub block_hash: Option<H256>,
}
