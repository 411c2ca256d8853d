//! The command line.

use std::num::NonZeroU32;

use polkadot_sdk::{sc_cli, sc_storage_monitor::StorageMonitorParams};

/// Requests in one batch: all answers to a batch are kept until the last is there.
const BATCH: u32 = 64;

/// Calls per minute and WebSocket connection, for nodes that answer strangers.
const CALLS_PER_MINUTE: NonZeroU32 = NonZeroU32::new(1_200).expect("not zero; qed");

/// The Tercet node.
#[derive(Debug, clap::Parser)]
pub struct Cli {
	/// What to do instead of running a node.
	#[command(subcommand)]
	pub subcommand: Option<Subcommand>,

	/// How to run a node.
	#[clap(flatten)]
	pub run: sc_cli::RunCmd,

	/// When to stop because the disk is full.
	#[clap(flatten)]
	pub storage_monitor: StorageMonitorParams,
}

impl Cli {
	/// Limits what is asked over RPC where the command line does not say how much may be.
	pub fn with_limits(mut self) -> Self {
		let rpc = &mut self.run.rpc_params;
		if !rpc.rpc_disable_batch_requests {
			rpc.rpc_max_batch_request_len.get_or_insert(BATCH);
		}
		if rpc.rpc_external || rpc.unsafe_rpc_external {
			rpc.rpc_rate_limit.get_or_insert(CALLS_PER_MINUTE);
		}
		self
	}
}

/// Everything but running a node.
#[derive(Debug, clap::Subcommand)]
pub enum Subcommand {
	/// Generate, inspect, insert and sign with keys.
	#[command(subcommand)]
	Key(sc_cli::KeySubcommand),

	/// Build the chain spec of a preset.
	ExportChainSpec(sc_cli::ExportChainSpecCmd),

	/// Validate blocks.
	CheckBlock(sc_cli::CheckBlockCmd),

	/// Export blocks.
	ExportBlocks(sc_cli::ExportBlocksCmd),

	/// Export the state of a given block into a chain spec.
	ExportState(sc_cli::ExportStateCmd),

	/// Import blocks.
	ImportBlocks(sc_cli::ImportBlocksCmd),

	/// Remove the whole chain.
	PurgeChain(sc_cli::PurgeChainCmd),

	/// Revert the chain to a previous state.
	Revert(sc_cli::RevertCmd),

	/// Show columns and sizes of the database.
	ChainInfo(sc_cli::ChainInfoCmd),

	/// Measure the runtime's calls; `scripts/weights.sh` does it.
	#[cfg(feature = "runtime-benchmarks")]
	#[command(subcommand)]
	Benchmark(Benchmark),
}

/// What can be measured.
#[cfg(feature = "runtime-benchmarks")]
#[derive(Debug, clap::Subcommand)]
pub enum Benchmark {
	/// Calls and hooks of pallets.
	Pallet(frame_benchmarking_cli::PalletCmd),
}
