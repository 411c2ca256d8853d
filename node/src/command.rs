//! Dispatches the command line.

use polkadot_sdk::{
	sc_cli::{self, SubstrateCli},
	sc_service::{self, Configuration, TaskManager},
	sc_storage_monitor::{StorageMonitorParams, StorageMonitorService},
};
use tercet_runtime::OpaqueBlock as Block;

#[cfg(feature = "runtime-benchmarks")]
use crate::cli::Benchmark;
use crate::{
	chain_spec,
	cli::{Cli, Subcommand},
	service,
};

impl SubstrateCli for Cli {
	fn impl_name() -> String {
		"Tercet Node".into()
	}

	fn impl_version() -> String {
		env!("CARGO_PKG_VERSION").into()
	}

	fn description() -> String {
		env!("CARGO_PKG_DESCRIPTION").into()
	}

	fn author() -> String {
		env!("CARGO_PKG_AUTHORS").into()
	}

	fn support_url() -> String {
		"see README.md".into()
	}

	fn copyright_start_year() -> i32 {
		2026
	}

	fn load_spec(&self, id: &str) -> Result<Box<dyn sc_service::ChainSpec>, String> {
		Ok(Box::new(chain_spec::load(id)?))
	}
}

/// Runs what the command line asks for.
pub fn run() -> sc_cli::Result<()> {
	let cli = Cli::from_args().with_limits();

	match &cli.subcommand {
		None => {
			let runner = cli.create_runner(&cli.run)?;
			let monitor = cli.storage_monitor.clone();
			runner.run_node_until_exit(|config| async move {
				let monitor = monitor_disk(monitor, &config)?;
				let mut tasks = service::new_full(config).map_err(sc_cli::Error::Service)?;
				tasks.add_child(monitor);
				Ok::<_, sc_cli::Error>(tasks)
			})
		},
		Some(Subcommand::Key(cmd)) => cmd.run(&cli),
		Some(Subcommand::ExportChainSpec(cmd)) => {
			let spec = cli.load_spec(&cmd.chain)?;
			cmd.run(spec)
		},
		Some(Subcommand::CheckBlock(cmd)) => cli.create_runner(cmd)?.async_run(|config| {
			let parts = service::new_partial(&config)?;
			Ok((cmd.run(parts.client, parts.import_queue), parts.task_manager))
		}),
		Some(Subcommand::ExportBlocks(cmd)) => cli.create_runner(cmd)?.async_run(|config| {
			let parts = service::new_partial(&config)?;
			Ok((cmd.run(parts.client, config.database), parts.task_manager))
		}),
		Some(Subcommand::ExportState(cmd)) => cli.create_runner(cmd)?.async_run(|config| {
			let parts = service::new_partial(&config)?;
			Ok((cmd.run(parts.client, config.chain_spec), parts.task_manager))
		}),
		Some(Subcommand::ImportBlocks(cmd)) => cli.create_runner(cmd)?.async_run(|config| {
			let parts = service::new_partial(&config)?;
			Ok((cmd.run(parts.client, parts.import_queue), parts.task_manager))
		}),
		Some(Subcommand::PurgeChain(cmd)) => {
			cli.create_runner(cmd)?.sync_run(|config| cmd.run(config.database))
		},
		Some(Subcommand::Revert(cmd)) => cli.create_runner(cmd)?.async_run(|config| {
			let parts = service::new_partial(&config)?;
			let revert_consensus = Box::new(
				|client: std::sync::Arc<service::FullClient>,
				 backend: std::sync::Arc<service::FullBackend>,
				 blocks| {
					polkadot_sdk::sc_consensus_babe::revert(client.clone(), backend, blocks)?;
					polkadot_sdk::sc_consensus_grandpa::revert(client, blocks)?;
					Ok(())
				},
			);
			Ok((cmd.run(parts.client, parts.backend, Some(revert_consensus)), parts.task_manager))
		}),
		Some(Subcommand::ChainInfo(cmd)) => {
			cli.create_runner(cmd)?.sync_run(|config| cmd.run::<Block>(&config))
		},
		// Needs no chain: it runs the runtime that it is given.
		#[cfg(feature = "runtime-benchmarks")]
		Some(Subcommand::Benchmark(Benchmark::Pallet(cmd))) => {
			sc_cli::LoggerBuilder::new("warn,frame::benchmark::pallet=info").init()?;
			cmd.run_with_spec::<polkadot_sdk::sp_runtime::traits::BlakeTwo256, ()>(None)
		},
	}
}

/// Refuses to start, and stops the node later, when the disk is nearly full: a database that meets a
/// full one is killed without a word (its files are mapped into memory), or fails in the middle of
/// a block.
fn monitor_disk(
	parameters: StorageMonitorParams,
	config: &Configuration,
) -> sc_cli::Result<TaskManager> {
	let tasks = TaskManager::new(config.tokio_handle.clone(), None)
		.map_err(|error| sc_cli::Error::Application(error.into()))?;
	// The database's folder is made later.
	let path = config.database.path().and_then(|path| path.ancestors().find(|path| path.exists()));
	if let Some(path) = path {
		let spawner = tasks.spawn_essential_handle();
		StorageMonitorService::try_spawn(parameters, path.to_path_buf(), &spawner)
			.map_err(|error| sc_cli::Error::Application(error.into()))?;
	}
	Ok(tasks)
}
