//! The configuration: one commented TOML file, which the command line overrides.
//!
//! [`Config`] is what a worker runs by, whether it was written in a file, on the command line, or
//! both. Every key has a default; a file that says nothing is a whole configuration but for the key.

mod error;
mod text;
mod write;

use std::{
	net::SocketAddr,
	path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use tercet_primitives::AccountId32;

pub use error::ConfigError;
pub use text::{Bytes, Secret};
pub use write::{Key, Section, SECTIONS};

use crate::{
	args::{LogFormat, RunArgs, CONFIG},
	engine::DeviceChoice,
	offers::{Amount, Largest, Offer},
};

/// Everything an operator decides.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
	/// Where the worker keeps its state.
	pub state: StateConfig,
	/// Which network.
	pub chain: ChainConfig,
	/// Who the worker is.
	pub key: KeyConfig,
	/// Where blobs are.
	pub stores: StoresConfig,
	/// What is offered and for how much.
	pub offers: OffersConfig,
	/// What runs models.
	pub device: DeviceConfig,
	/// When the machine works for others.
	pub idle: tercet_hardware::Rules,
	/// What jobs may take.
	pub limits: LimitsConfig,
	/// What is done with what was earned.
	pub rewards: RewardsConfig,
	/// Who may pause the worker and look into it.
	pub admin: AdminConfig,
	/// Figures for Prometheus.
	pub metrics: MetricsConfig,
	/// What is logged.
	pub log: LogConfig,
}

/// `[state]`
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StateConfig {
	/// Journal, models, results, status.
	pub dir: PathBuf,
}

/// `[chain]`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ChainConfig {
	/// WebSocket addresses of nodes, in order of preference.
	pub nodes: Vec<String>,
}

impl Default for ChainConfig {
	fn default() -> Self {
		Self { nodes: vec!["ws://127.0.0.1:9944".into()] }
	}
}

/// `[key]`
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct KeyConfig {
	/// File with the secret URI of the worker's key.
	pub file: Option<PathBuf>,
	/// The provider, if the key is its proxy and not its own.
	pub account: Option<AccountId32>,
	/// The secret itself. From the command line or the environment only.
	#[serde(skip)]
	pub uri: Option<Secret>,
}

/// `[stores]`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StoresConfig {
	/// Addresses of Walrus publishers and aggregators, in order of preference.
	pub urls: Vec<String>,
	/// Walrus epochs to store results for.
	pub epochs: u32,
	/// Blobs to read at the same time, and as many to write.
	pub parallel: u16,
}

impl Default for StoresConfig {
	fn default() -> Self {
		Self { urls: vec!["http://127.0.0.1:31415".into()], epochs: 5, parallel: 4 }
	}
}

/// `[offers]`
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OffersConfig {
	/// What to offer, and the least price per work unit.
	#[serde(with = "text::list")]
	pub offer: Vec<Offer>,
	/// Stake to have bonded.
	#[serde(with = "text::option")]
	pub bond: Option<Amount>,
	/// Whether to leave the pools on the way out.
	pub leave: bool,
}

/// `[device]`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DeviceConfig {
	/// Where to run models.
	pub device: DeviceChoice,
	/// Threads inside each operator.
	pub threads: u8,
	/// Jobs to run at the same time.
	pub parallel: u16,
	/// ONNX Runtime's shared library.
	pub onnxruntime: Option<PathBuf>,
	/// Whether to run no models where the system cannot lock them in completely.
	pub require_sandbox: bool,
}

impl Default for DeviceConfig {
	fn default() -> Self {
		Self {
			device: DeviceChoice::default(),
			threads: 1,
			parallel: 1,
			onnxruntime: None,
			require_sandbox: false,
		}
	}
}

/// `[limits]`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LimitsConfig {
	/// Largest model.
	pub model: Bytes,
	/// Largest input.
	pub input: Bytes,
	/// What cached models may take on disk, together.
	pub disk: Bytes,
	/// What open models may take in memory, together.
	pub memory: Bytes,
}

impl LimitsConfig {
	/// The largest variants that are run.
	pub fn largest(&self) -> Largest {
		Largest { model: self.model.0, memory: self.memory.0 }
	}
}

impl Default for LimitsConfig {
	fn default() -> Self {
		Self {
			model: Bytes::mib(512),
			input: Bytes::mib(64),
			disk: Bytes::gib(20),
			memory: Bytes::gib(4),
		}
	}
}

/// `[rewards]`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RewardsConfig {
	/// Whether the worker claims them.
	pub claim: bool,
	/// The least to claim at once; less is left until more has come together.
	#[serde(with = "text::single")]
	pub least: Amount,
}

impl Default for RewardsConfig {
	fn default() -> Self {
		Self { claim: true, least: Amount(tercet_primitives::TCT / 10) }
	}
}

/// `[admin]`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AdminConfig {
	/// Whether there is an admin API.
	pub enabled: bool,
	/// Where it listens, on this machine only; port 0 is any free one.
	pub listen: SocketAddr,
}

impl Default for AdminConfig {
	fn default() -> Self {
		Self { enabled: true, listen: SocketAddr::from(([127, 0, 0, 1], 0)) }
	}
}

/// `[metrics]`
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MetricsConfig {
	/// Where `/metrics` and `/health` are served; nowhere if not said.
	pub listen: Option<SocketAddr>,
}

/// `[log]`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogConfig {
	/// For people or for programs.
	pub format: LogFormat,
	/// What is logged.
	pub filter: String,
}

impl Default for LogConfig {
	fn default() -> Self {
		let filter = "info,ort=warn,subxt=warn,jsonrpsee=warn".into();
		Self { format: LogFormat::default(), filter }
	}
}

impl Config {
	/// Reads and checks the file at `path`. Paths in it count from its folder.
	///
	/// # Errors
	/// [`ConfigError`], which names the line and what to write instead.
	pub fn load(path: &Path) -> Result<Self, ConfigError> {
		let text = std::fs::read_to_string(path)
			.map_err(|error| ConfigError::Read { path: path.into(), error })?;
		let mut config = Self::parse(&text)
			.map_err(|problem| ConfigError::Invalid { path: path.into(), problem })?;
		let folder = std::path::absolute(path).unwrap_or_else(|_| path.into());
		config.settle(folder.parent().unwrap_or(Path::new("")));
		Ok(config)
	}

	/// A configuration from the text of a file. Paths stay as they are.
	///
	/// # Errors
	/// What is wrong, with the line, and what to write instead.
	pub fn parse(text: &str) -> Result<Self, String> {
		let config: Self = toml::from_str(text).map_err(|error| error::explain(text, &error))?;
		config.check()?;
		Ok(config)
	}

	/// What no type can say.
	fn check(&self) -> Result<(), String> {
		let problems = [
			(self.chain.nodes.is_empty(), "nodes in [chain] is empty: name at least one node"),
			(self.stores.urls.is_empty(), "urls in [stores] is empty: name at least one store"),
			(self.stores.epochs == 0, "epochs in [stores] is 0: store results for at least 1"),
			(
				!(1..=64).contains(&self.stores.parallel),
				"parallel in [stores] must be from 1 to 64",
			),
			(self.device.threads == 0, "threads in [device] is 0: write 1 or more"),
			(
				!(1..=256).contains(&self.device.parallel),
				"parallel in [device] must be from 1 to 256",
			),
			(
				!self.admin.listen.ip().is_loopback(),
				"listen in [admin] must be an address of this machine alone, like 127.0.0.1:0: who \
				 reaches it needs only the token",
			),
		];
		let problem = problems.into_iter().find(|(wrong, _)| *wrong);
		problem.map_or(Ok(()), |(_, problem)| Err(problem.into()))
	}

	/// Makes paths count from `folder`.
	fn settle(&mut self, folder: &Path) {
		let paths = [
			Some(&mut self.state.dir).filter(|dir| !dir.as_os_str().is_empty()),
			self.key.file.as_mut(),
			self.device.onnxruntime.as_mut(),
		];
		for path in paths.into_iter().flatten() {
			*path = folder.join(&*path);
		}
	}

	/// What `run` was asked for: the file, with what the command line says instead. That is worker.toml
	/// of the current folder, unless it names another, or a directory, which needs no file.
	///
	/// # Errors
	/// As [`Self::load`], and [`ConfigError::Incomplete`] if neither names a directory or a key.
	pub fn of(args: &RunArgs) -> Result<Self, ConfigError> {
		let file = match (&args.config, &args.dir) {
			(Some(file), _) => Some(file.as_path()),
			(None, None) => Some(Path::new(CONFIG)),
			(None, Some(_)) => None,
		};
		let mut config = file.map(Self::load).transpose()?.unwrap_or_default();
		config.overlay(args);
		config.check().map_err(ConfigError::Incomplete)?;
		if config.state.dir.as_os_str().is_empty() {
			let what = "no state directory: name one by dir in [state] or by --dir";
			return Err(ConfigError::Incomplete(what.into()));
		}
		if config.key.uri.is_none() && config.key.file.is_none() {
			let what = "no key: name its file by file in [key] or by --key-file";
			return Err(ConfigError::Incomplete(what.into()));
		}
		Ok(config)
	}

	fn overlay(&mut self, args: &RunArgs) {
		fn set<T: Clone>(to: &mut T, given: &Option<T>) {
			if let Some(given) = given {
				*to = given.clone();
			}
		}
		fn set_all<T: Clone>(to: &mut Vec<T>, given: &[T]) {
			if !given.is_empty() {
				*to = given.to_vec();
			}
		}
		fn set_option<T: Clone>(to: &mut Option<T>, given: &Option<T>) {
			if given.is_some() {
				to.clone_from(given);
			}
		}
		set(&mut self.state.dir, &args.dir);
		set_all(&mut self.chain.nodes, &args.nodes);
		if args.key.key_file.is_some() {
			self.key.file.clone_from(&args.key.key_file);
		} else if let Some(uri) = &args.key.key {
			self.key.uri = Some(Secret(uri.clone()));
		}
		set_option(&mut self.key.account, &args.account);
		set_all(&mut self.stores.urls, &args.stores);
		set(&mut self.stores.epochs, &args.store_epochs);
		set_all(&mut self.offers.offer, &args.offers);
		set_option(&mut self.offers.bond, &args.bond);
		self.offers.leave |= args.leave;
		set(&mut self.device.device, &args.device);
		set(&mut self.device.threads, &args.threads);
		set(&mut self.device.parallel, &args.parallel);
		self.device.require_sandbox |= args.require_sandbox;
		set_option(&mut self.device.onnxruntime, &args.onnxruntime);
		set(&mut self.limits.model, &args.max_model_bytes);
		set(&mut self.limits.input, &args.max_input_bytes);
		set(&mut self.limits.disk, &args.max_disk_bytes);
		set(&mut self.limits.memory, &args.max_memory_bytes);
		set(&mut self.admin.listen, &args.admin);
		set_option(&mut self.metrics.listen, &args.metrics);
		set(&mut self.log.format, &args.log_format);
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::args::{Args, Command};
	use clap::Parser;

	fn run(line: &str) -> RunArgs {
		let words = ["tercet-worker", "run"].into_iter().chain(line.split_whitespace());
		let Command::Run(args) = Args::try_parse_from(words).unwrap().command else { panic!() };
		*args
	}

	fn file(text: &str) -> (tempfile::TempDir, PathBuf) {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("worker.toml");
		std::fs::write(&path, text).unwrap();
		(dir, path)
	}

	#[test]
	fn of_takes_the_command_line_over_the_file() {
		let (dir, path) = file(
			"[state]\ndir = 'state'\n[key]\nfile = '/k'\n[device]\nthreads = 4\nparallel = 2\n\
			 [offers]\noffer = ['all=0.5']\n[limits]\nmodel = '1 GiB'\n",
		);
		let line = format!("--config {} --threads 8 --offer 0.1=2 --leave", path.display());
		let config = Config::of(&run(&line)).unwrap();
		assert_eq!(config.state.dir, dir.path().join("state"));
		assert_eq!((config.device.threads, config.device.parallel), (8, 2));
		assert_eq!(config.offers.offer, ["0.1=2".parse().unwrap()]);
		assert!(config.offers.leave);
		assert_eq!(config.limits.model, Bytes::gib(1));
		assert_eq!(config.limits.input, LimitsConfig::default().input);
	}

	#[test]
	fn of_fails_when_neither_names_a_directory_or_a_key() {
		for (text, missing) in
			[("[key]\nfile = 'k'", "--dir"), ("[state]\ndir = 'd'", "--key-file")]
		{
			let (_dir, path) = file(text);
			let error = Config::of(&run(&format!("--config {}", path.display()))).unwrap_err();
			assert!(error.to_string().contains(missing), "{error}");
		}
		let error = Config::of(&run("--dir d")).unwrap_err();
		assert!(error.to_string().contains("--key-file"), "{error}");
	}

	#[test]
	fn of_looks_for_the_usual_file_when_neither_file_nor_directory_is_named() {
		for line in ["", "--key //Alice"] {
			let error = Config::of(&run(line)).unwrap_err().to_string();
			assert!(error.contains(CONFIG) && error.contains("init"), "{error}");
		}
	}

	#[test]
	fn load_names_line_and_nearest_key_when_one_is_unknown() {
		let (_dir, path) = file("[device]\nthreads = 1\nparalel = 3\n");
		let error = Config::load(&path).unwrap_err().to_string();
		for part in ["worker.toml", "line 3", "`paralel`", "[device]", "`parallel`"] {
			assert!(error.contains(part), "{part} in {error}");
		}
		let (_dir, path) = file("[divice]\nthreads = 1\n");
		let error = Config::load(&path).unwrap_err().to_string();
		assert!(error.contains("line 1") && error.contains("`device`"), "{error}");
	}

	#[test]
	fn parse_names_the_line_when_a_value_is_wrong() {
		for (text, parts) in [
			("[device]\nthreads = 'two'\n", ["line 2", "threads"]),
			("[device]\nthreads = 0\n", ["threads", "1 or more"]),
			("[offers]\nbond = 'much'\n", ["line 2", "is not an amount"]),
			("[offers]\noffer = ['all']\n", ["line 2", "is not an offer"]),
			("[limits]\nmodel = 'big'\n", ["line 2", "512 MiB"]),
			("[device]\ndevice = 'gpu'\n", ["line 2", "cuda"]),
			("[admin]\nlisten = '0.0.0.0:1'\n", ["listen in [admin]", "127.0.0.1"]),
			("[key]\nfile = k\n", ["line 2", "file"]),
			("[key]\naccount = 'me'\n", ["line 2", "account"]),
			("[chain]\nnodes = []\n", ["[chain]", "at least one"]),
			("[chain\n", ["line 1", ""]),
		] {
			let error = Config::parse(text).unwrap_err();
			for part in parts {
				assert!(error.contains(part), "{part} in {error}");
			}
		}
	}

	#[test]
	fn debug_hides_the_key() {
		let config = Config::of(&run("--key //SecretSecret --dir d")).unwrap();
		assert!(!format!("{config:?}").contains("SecretSecret"));
		assert!(!config.to_toml().contains("SecretSecret"));
	}
}
