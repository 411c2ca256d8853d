//! The command line.

use std::{path::PathBuf, str::FromStr};

use clap::{Parser, ValueEnum};
use tercet_primitives::{Feature, MAX_ITEMS};

use crate::settings::Level;

/// Finds the threshold of `Similar` agreement for the variants of a model.
///
/// Runs every variant on the same inputs under every combination of threads, graph optimization
/// levels, batch sizes and devices; fingerprints the results under many seeds; and compares how far
/// apart honest machines are with how far away cheaper variants are. Proposes the largest distance
/// that honest fingerprints of one item may have, or says that the two cannot be told apart.
///
/// Give the variants from the most to the least expensive: each must be told from all after it.
#[derive(Debug, Parser)]
#[command(
	name = "tercet-calibrate",
	version,
	after_help = "Example:\n  tercet-calibrate --input held-out.safetensors --svg distances.svg \
		fp32=onnx/model.onnx int8=onnx/model_int8.onnx\n\n\
		Machines of another kind: run there with --save DIR --measure-only, bring DIR here, and add \
		it by --with DIR. Variants and inputs must be the same files."
)]
pub struct Args {
	/// Variants of one model, the most expensive first.
	#[arg(required = true, value_name = "NAME=ONNX")]
	pub variants: Vec<VariantFile>,

	/// Typical inputs: a safetensors file whose first dimension counts items, at most 512.
	#[arg(long, value_name = "FILE")]
	pub input: PathBuf,

	/// What of the results is fingerprinted.
	#[arg(long, value_enum, default_value = "flat")]
	pub feature: FeatureChoice,

	/// Projection seeds.
	#[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u32).range(1..=4096))]
	pub seeds: u32,

	/// Items of the smallest job that a threshold must protect from cheaper variants.
	#[arg(
		long, default_value_t = 64, value_name = "ITEMS",
		value_parser = clap::value_parser!(u32).range(1..=i64::from(MAX_ITEMS))
	)]
	pub job_items: u32,

	/// Chance, at most, that two honest executors disagree on a job of 512 items.
	#[arg(long, default_value_t = 1e-6, value_name = "CHANCE", value_parser = chance)]
	pub false_reject: f64,

	/// Chance, at most, that a cheaper variant passes a job of --job-items items.
	#[arg(long, default_value_t = 1e-3, value_name = "CHANCE", value_parser = chance)]
	pub false_accept: f64,

	/// Intra-op threads to combine.
	#[arg(
		long, value_delimiter = ',', default_values_t = [1, 2, 4], value_name = "N,…",
		value_parser = clap::value_parser!(u16).range(1..=1024)
	)]
	pub threads: Vec<u16>,

	/// Graph optimization levels to combine.
	#[arg(
		long, value_enum, value_delimiter = ',', value_name = "LEVEL,…",
		default_values_t = [Level::Disable, Level::Basic, Level::Extended, Level::All]
	)]
	pub levels: Vec<Level>,

	/// Items per batch to combine; `all` for one batch.
	#[arg(long, value_delimiter = ',', default_value = "1,8,all", value_name = "ITEMS,…")]
	pub batches: Vec<Batch>,

	/// Where to run; `auto` is the CPU, and CUDA as well if it works.
	#[arg(long, value_enum, default_value = "auto")]
	pub device: DeviceChoice,

	/// Name of this machine, which tells its settings from those of others [default: the
	/// instruction set].
	#[arg(long, value_name = "NAME")]
	pub machine: Option<String>,

	/// Keep the results in a folder, for --with on another machine.
	#[arg(long, value_name = "DIR")]
	pub save: Option<PathBuf>,

	/// Stop after --save.
	#[arg(long, requires = "save")]
	pub measure_only: bool,

	/// Add what another machine saved; may be repeated.
	#[arg(long, value_name = "DIR")]
	pub with: Vec<PathBuf>,

	/// Write everything measured as JSON.
	#[arg(long, value_name = "FILE")]
	pub json: Option<PathBuf>,

	/// Write a plot of the distributions.
	#[arg(long, value_name = "FILE")]
	pub svg: Option<PathBuf>,

	/// ONNX Runtime's shared library, where `make setup` put it if not said.
	#[arg(long, value_name = "FILE", env = "ORT_DYLIB_PATH")]
	pub onnxruntime: Option<PathBuf>,
}

/// A variant's name and file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VariantFile {
	/// Letters, digits, `-` and `_`.
	pub name: String,
	/// The ONNX file.
	pub path: PathBuf,
}

impl FromStr for VariantFile {
	type Err = String;

	fn from_str(text: &str) -> Result<Self, String> {
		let (name, path) = text.split_once('=').ok_or("expected NAME=ONNX")?;
		let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
		if name.is_empty() || !name.chars().all(allowed) {
			return Err(format!("`{name}` is no name: letters, digits, - and _ are"));
		}
		if path.is_empty() {
			return Err(format!("no file for `{name}`"));
		}
		Ok(Self { name: name.into(), path: path.into() })
	}
}

/// Items per batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Batch {
	/// So many.
	Items(u32),
	/// All items of the input.
	All,
}

impl FromStr for Batch {
	type Err = String;

	fn from_str(text: &str) -> Result<Self, String> {
		match text.parse() {
			_ if text == "all" => Ok(Self::All),
			Ok(0) | Err(_) => Err("expected a number of items from 1, or `all`".into()),
			Ok(items) => Ok(Self::Items(items)),
		}
	}
}

/// What of the results is fingerprinted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FeatureChoice {
	/// All values: logits, embeddings.
	Flat,
	/// Planes averaged down to 16 × 16: images.
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

/// Where to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DeviceChoice {
	/// The CPU, and CUDA as well if it works.
	Auto,
	/// The CPU.
	Cpu,
	/// CUDA, or fail.
	Cuda,
}

fn chance(text: &str) -> Result<f64, String> {
	match text.parse::<f64>() {
		Ok(chance) if chance > 0.0 && chance < 1.0 => Ok(chance),
		_ => Err("expected a number between 0 and 1".into()),
	}
}
