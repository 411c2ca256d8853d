//! `tercet model`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use tercet_primitives::{AccountId32, Feature, ModelId, Precision};

use tercet_tasks::manifest::Task;

use super::parse::{label, precision_name, variant_file, SimilarChoice};
use crate::amounts::{Bytes, Share};

/// Publish models and look at them.
#[derive(Debug, Subcommand)]
pub enum ModelCommand {
	/// Upload a folder, or ONNX files, and publish them as one model.
	///
	/// A folder is taken as the Hugging Face Hub has it, in the layout of transformers.js or diffusers:
	/// config.json, tokenizer.json, onnx/model.onnx … Every precision of its graphs that there is
	/// becomes a variant, told by the file's name (`model_fp16.onnx`, `model_int8.onnx` or
	/// `model_quantized.onnx`, `model_q4.onnx`, `model_q4f16.onnx`; fp32 otherwise). What the model does
	/// is read from config.json, the front matter of README.md, or tercet.json.
	///
	/// Single ONNX files make a model of the task `tensor`, each of them a variant; their precision is
	/// taken from their names, or said with --variant.
	#[command(after_help = "\
Examples:
  tercet --key me.key model publish ./all-MiniLM-L6-v2 --licence Apache-2.0 --royalty 5% --similar 10
  tercet --key me.key model publish ./my-llm --only int8,q4 --licence MIT --units 100
  tercet --key //Alice model publish onnx/model_int8.onnx --name digits --licence Apache-2.0 --royalty 5%
  tercet --key me.key model publish --variant fp32=a.onnx --variant int8=b.onnx --name my-model --licence MIT
  tercet --key me.key model publish tuned.onnx --similar 12 --parent 0 --name tuned --licence MIT")]
	Publish(PublishArgs),

	/// Make smaller variants of a model in a folder, with ONNX Runtime's own tools.
	///
	/// Writes onnx/model_int8.onnx and its like beside the fp32 graphs, and says how large and how fast
	/// they are and how far their answers lie from fp32's. Static int8 has the same bits on every CPU,
	/// so its answers can be compared exactly. The tools are Python; the first time, they are installed
	/// into an environment of their own.
	#[command(after_help = "\
Examples:
  tercet model quantize ./my-model --to int8,q4
  tercet model quantize ./my-model --to int8 --inputs typical.safetensors
  tercet model quantize ./my-model --to q4 -- --block 64 --threads 4      options of quantize.py itself")]
	Quantize(QuantizeArgs),

	/// List the published models.
	List,

	/// Show one model with its variants.
	Show {
		/// Its number.
		#[arg(value_name = "MODEL")]
		id: ModelId,
	},

	/// Offer a model to another account, which becomes its author when it accepts.
	Transfer {
		/// Its number.
		#[arg(value_name = "MODEL")]
		id: ModelId,

		/// To whom.
		#[arg(value_name = "ACCOUNT", required_unless_present = "cancel")]
		to: Option<AccountId32>,

		/// Take the offer back.
		#[arg(long, conflicts_with = "to")]
		cancel: bool,
	},

	/// Accept a model that was offered to you; its deposit becomes yours to hold.
	Accept {
		/// Its number.
		#[arg(value_name = "MODEL")]
		id: ModelId,
	},

	/// Say who may add variants to a model and deprecate it besides its author; nobody if none is
	/// named.
	Managers {
		/// Its number.
		#[arg(value_name = "MODEL")]
		id: ModelId,

		/// All of them; those from before who are not named are managers no more.
		#[arg(value_name = "ACCOUNT")]
		accounts: Vec<AccountId32>,
	},

	/// Advise against a model. It can still be run: nothing is ever deleted.
	Deprecate {
		/// Its number.
		#[arg(value_name = "MODEL")]
		id: ModelId,

		/// What to use instead.
		#[arg(long, value_name = "MODEL")]
		successor: Option<ModelId>,

		/// Take the advice back.
		#[arg(long, conflicts_with = "successor")]
		undo: bool,
	},
}

/// Upload a folder, or ONNX files, and publish them as one model.
#[derive(Debug, Args)]
pub struct PublishArgs {
	/// A folder, or ONNX files, one for each variant.
	#[arg(value_name = "FOLDER|FILE.onnx", required_unless_present = "variants")]
	pub files: Vec<PathBuf>,

	/// A variant with its precision said: fp32, fp16, int8 or q4; may be repeated.
	#[arg(long = "variant", value_name = "PRECISION=FILE", value_parser = variant_file)]
	pub variants: Vec<(Precision, PathBuf)>,

	/// Of a folder, publish only these precisions; all of them if not said.
	#[arg(long, value_name = "PRECISION", value_delimiter = ',', value_parser = precision_name)]
	pub only: Vec<Precision>,

	/// Name for people, at most 64 bytes; the folder's name, if not said.
	#[arg(long, value_parser = label)]
	pub name: Option<String>,

	/// Licence of the weights, as an SPDX expression.
	#[arg(long, value_parser = label)]
	pub licence: String,

	/// What you earn on top of the executors' pay, as a share of it.
	#[arg(long, default_value = "0%")]
	pub royalty: Share,

	/// Task, to be sure that it is the one which was found: `tensor` for ONNX files, otherwise in the
	/// vocabulary of the Hugging Face Hub.
	#[arg(long)]
	pub task: Option<Task>,

	/// Work units that one item takes; prices are per unit.
	#[arg(long, value_name = "UNITS", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..))]
	pub units: u64,

	/// Memory that a session needs; four times the file, and at least 64M, if not said.
	#[arg(long, value_name = "SIZE")]
	pub memory: Option<Bytes>,

	/// The model that this one was made from; its author shares in your royalty.
	#[arg(long, value_name = "MODEL")]
	pub parent: Option<ModelId>,

	/// Share of their own royalty that models made from this one pass on to you.
	#[arg(long, value_name = "SHARE", default_value = "0%")]
	pub derivative_share: Share,

	/// Answers agree when their fingerprints differ in so many of 256 bits at most, instead of when
	/// they are equal: for variants whose bits depend on the machine. `tercet-calibrate` says what
	/// fits a model. May be repeated, with the precision that it is for.
	#[arg(long, value_name = "[PRECISION=]BITS")]
	pub similar: Vec<SimilarChoice>,

	/// What of an answer is fingerprinted.
	#[arg(long, value_enum, default_value_t, requires = "similar")]
	pub feature: FeatureChoice,
}

/// Make smaller variants of a model in a folder.
#[derive(Debug, Args)]
pub struct QuantizeArgs {
	/// A folder in the layout of transformers.js or diffusers, with graphs in fp32.
	#[arg(value_name = "FOLDER")]
	pub folder: PathBuf,

	/// What to make, separated by commas: int8, q4, fp16, q4f16.
	#[arg(long, value_name = "PRECISIONS", default_value = "int8,q4")]
	pub to: String,

	/// Typical inputs of a graph (safetensors): they set the ranges of int8, and distances are measured
	/// on them. Without, inputs are made up. May be repeated, for several graphs.
	#[arg(long, value_name = "FILE")]
	pub inputs: Vec<PathBuf>,

	/// Python to make the environment with.
	#[arg(long, value_name = "PROGRAM", default_value = "python3")]
	pub python: PathBuf,

	/// Where to keep the environment; ~/.local/share/tercet/quantize, if not said.
	#[arg(long, value_name = "DIR")]
	pub environment: Option<PathBuf>,

	/// More options, for the script itself; `-- --help` lists them.
	#[arg(last = true, value_name = "OPTION")]
	pub more: Vec<std::ffi::OsString>,
}

/// What of an answer is fingerprinted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum FeatureChoice {
	/// All values: logits, embeddings.
	#[default]
	Flat,
	/// Values averaged down to 16 × 16: images.
	LowFrequency,
}

impl From<FeatureChoice> for Feature {
	fn from(choice: FeatureChoice) -> Self {
		match choice {
			FeatureChoice::Flat => Self::Flat,
			FeatureChoice::LowFrequency => Self::LowFrequency,
		}
	}
}
