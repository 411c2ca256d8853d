//! `tercet-worker`: the provider's daemon. Parses the command line and waits for signals; the rest
//! is in the library.

use std::{io::IsTerminal, process::ExitCode, time::Duration};

use clap::Parser;
use tercet_worker::{
	args::{Args, Command, LogFormat, RunArgs, StatusArgs},
	run,
	status::{journal_lines, Status},
};
use tokio::signal::unix::{signal, SignalKind};
use tokio_util::sync::CancellationToken;
use tracing_subscriber::EnvFilter;

/// Time for blocking work (a journal write, a running model) to end on the way out.
const LAST_CALL: Duration = Duration::from_secs(3);

fn main() -> ExitCode {
	let outcome = match Args::parse().command {
		Command::Run(args) => run_worker(*args),
		Command::Status(args) => show_status(&args),
	};
	match outcome {
		Ok(()) => ExitCode::SUCCESS,
		Err(error) => {
			eprintln!("error: {error:#}");
			ExitCode::FAILURE
		},
	}
}

fn run_worker(args: RunArgs) -> anyhow::Result<()> {
	start_log(args.log_format);
	let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
	let outcome = runtime.block_on(async {
		let shutdown = CancellationToken::new();
		let mut terminate = signal(SignalKind::terminate())?;
		let worker = run::run(args, shutdown.clone());
		tokio::pin!(worker);
		tokio::select! {
			outcome = &mut worker => return Ok(outcome?),
			_ = terminate.recv() => tracing::info!("SIGTERM: stopping"),
			_ = tokio::signal::ctrl_c() => tracing::info!("interrupted: stopping"),
		}
		shutdown.cancel();
		tokio::select! {
			outcome = worker => Ok(outcome?),
			_ = terminate.recv() => anyhow::bail!("stopped at once by a second signal"),
			_ = tokio::signal::ctrl_c() => anyhow::bail!("stopped at once by a second signal"),
		}
	});
	runtime.shutdown_timeout(LAST_CALL);
	outcome
}

fn show_status(args: &StatusArgs) -> anyhow::Result<()> {
	let (status, entries) = Status::read(&args.dir)?;
	if args.json {
		println!("{}", serde_json::to_string_pretty(&status)?);
		return Ok(());
	}
	print!("{status}");
	if !status.running && !entries.is_empty() {
		println!("journal   {}", entries.len());
		journal_lines(&entries).for_each(|line| println!("{line}"));
	}
	Ok(())
}

fn start_log(format: LogFormat) {
	let filter = EnvFilter::try_from_default_env()
		.unwrap_or_else(|_| EnvFilter::new("info,ort=warn,subxt=warn,jsonrpsee=warn"));
	let log = tracing_subscriber::fmt()
		.with_env_filter(filter)
		.with_ansi(std::io::stderr().is_terminal())
		.with_writer(std::io::stderr);
	match format {
		LogFormat::Text => log.init(),
		LogFormat::Json => log.json().init(),
	}
}
