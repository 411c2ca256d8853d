//! `tercet`: the command line of Tercet.

use std::process::ExitCode;

use clap::Parser;
use tercet_cli::{args::Cli, commands};
use tracing_subscriber::EnvFilter;

/// Exit code of a command that failed; wrong arguments end with 2, by clap.
const FAILED: u8 = 1;

#[tokio::main]
async fn main() -> ExitCode {
	let cli = Cli::parse();
	let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
	tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
	match commands::run(cli).await {
		Ok(()) => ExitCode::SUCCESS,
		Err(error) => {
			eprintln!("error: {error:#}");
			ExitCode::from(FAILED)
		},
	}
}
