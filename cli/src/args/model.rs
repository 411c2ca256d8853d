//! `tercet model`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use tercet_primitives::{AccountId32, Feature, ModelId, Precision};

use super::parse::{distance, label, variant_file};
use crate::amounts::{Bytes, Share};

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
  tercet --key me.key model publish --variant fp32=a.onnx --variant int8=b.onnx --name my-model --licence MIT
  tercet --key me.key model publish tuned.onnx --similar 12 --parent 0 --name tuned --licence MIT")]
	Publish(PublishArgs),

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

	/// The model that this one was made from; its author shares in your royalty.
	#[arg(long, value_name = "MODEL")]
	pub parent: Option<ModelId>,

	/// Share of their own royalty that models made from this one pass on to you.
	#[arg(long, value_name = "SHARE", default_value = "0%")]
	pub derivative_share: Share,

	/// Answers agree when their fingerprints differ in so many of 256 bits at most, instead of when
	/// they are equal: for variants whose bits depend on the machine. `tercet-calibrate` says what
	/// fits a model.
	#[arg(long, value_name = "BITS", value_parser = distance)]
	pub similar: Option<u16>,

	/// What of an answer is fingerprinted.
	#[arg(long, value_enum, default_value_t, requires = "similar")]
	pub feature: FeatureChoice,
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
