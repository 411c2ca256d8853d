//! What honest machines may choose without saying so: everything that moves the bits of a float.

use std::{collections::BTreeSet, fmt};

use clap::ValueEnum;
use ort::session::builder::GraphOptimizationLevel;
use serde::{Deserialize, Serialize};

/// Where a graph runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Device {
	/// The CPU.
	Cpu,
	/// The first CUDA device.
	Cuda,
}

/// ONNX Runtime's graph optimization level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Level {
	/// None.
	Disable,
	/// Redundant nodes are removed, constants folded.
	Basic,
	/// Nodes are fused.
	Extended,
	/// Memory layouts change as well.
	All,
}

impl From<Level> for GraphOptimizationLevel {
	fn from(level: Level) -> Self {
		match level {
			Level::Disable => Self::Disable,
			Level::Basic => Self::Level1,
			Level::Extended => Self::Level2,
			Level::All => Self::All,
		}
	}
}

/// One way to run a model.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Setting {
	/// Name of the machine.
	pub machine: String,
	/// Where the graph runs.
	pub device: Device,
	/// Graph optimization level.
	pub level: Level,
	/// Threads inside each operator.
	pub threads: u16,
	/// Items per batch; the last batch may be smaller.
	pub batch: u32,
}

impl fmt::Display for Setting {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		let Self { machine, device, level, threads, batch } = self;
		let (device, level) = (name(device), name(level));
		write!(f, "{machine}, {device}, level {level}, {threads} threads, batches of {batch}")
	}
}

/// The choices that are combined.
#[derive(Clone, Debug)]
pub struct Choices {
	/// Name of this machine.
	pub machine: String,
	/// Devices, at least one.
	pub devices: Vec<Device>,
	/// Levels, at least one.
	pub levels: Vec<Level>,
	/// Threads, at least one choice.
	pub threads: Vec<u16>,
	/// Items per batch, at least one choice.
	pub batches: Vec<u32>,
}

impl Choices {
	/// Every combination for inputs of `items` items, once. Batches are never larger than the input,
	/// and threads make no difference on CUDA, so there only the first choice of them is taken.
	pub fn settings(&self, items: u32) -> Vec<Setting> {
		let batches: BTreeSet<u32> = self.batches.iter().map(|batch| (*batch).min(items)).collect();
		let mut settings = BTreeSet::new();
		for device in &self.devices {
			let threads = match device {
				Device::Cpu => &self.threads[..],
				Device::Cuda => self.threads.get(..1).unwrap_or_default(),
			};
			for level in &self.levels {
				for threads in threads {
					settings.extend(batches.iter().map(|batch| Setting {
						machine: self.machine.clone(),
						device: *device,
						level: *level,
						threads: *threads,
						batch: *batch,
					}));
				}
			}
		}
		settings.into_iter().collect()
	}
}

/// What a value is called on the command line.
fn name(value: &impl ValueEnum) -> String {
	value.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
}

/// Name of the instruction set that this machine picks kernels by.
pub fn this_machine() -> String {
	architecture().to_owned()
}

#[cfg(target_arch = "x86_64")]
fn architecture() -> &'static str {
	if std::arch::is_x86_feature_detected!("avx512f") {
		"x86-avx512"
	} else if std::arch::is_x86_feature_detected!("avx2") {
		"x86-avx2"
	} else {
		"x86-sse"
	}
}

#[cfg(not(target_arch = "x86_64"))]
fn architecture() -> &'static str {
	std::env::consts::ARCH
}
