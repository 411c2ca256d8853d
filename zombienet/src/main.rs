//! `tercet-network`: does everything to networks that can happen to them, and reports.

use std::{path::PathBuf, process::ExitCode};

use anyhow::{Context, Result};
use clap::Parser;
use tercet_zombienet::{
	checks,
	faults::Fault,
	load,
	report::{self, Figures, Row, Trouble},
	watch, Network,
};

/// Runs networks of four validators on this machine, does to them what can happen, and writes a
/// report. Partitions and full disks need root, wrong clocks libfaketime; what is missing is skipped.
#[derive(Parser)]
#[command(version)]
struct Args {
	/// Do only this; may be repeated.
	#[arg(long, value_enum, value_name = "FAULT")]
	only: Vec<Fault>,

	/// How often each is done. Without it: what each is worth.
	#[arg(long, value_name = "N")]
	repetitions: Option<usize>,

	/// Leave out the figures: lag, slots filled, transfers.
	#[arg(long)]
	no_figures: bool,

	/// Transfers for the figures.
	#[arg(long, value_name = "N", default_value_t = 6_000)]
	transfers: u64,

	/// Slots for each of the figures that take time.
	#[arg(long, value_name = "N", default_value_t = 60)]
	slots: u64,

	/// Name or file of the chain's spec, one of four validators.
	#[arg(long, value_name = "CHAIN", default_value = "local")]
	chain: String,

	/// A runtime to upgrade to, as `scripts/next-runtime.sh` builds it. Without it there is no upgrade.
	#[arg(long, value_name = "WASM", env = "TERCET_NEXT_RUNTIME")]
	upgrade: Option<PathBuf>,

	/// Write the report into a file, too.
	#[arg(long, value_name = "FILE")]
	report: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> Result<ExitCode> {
	let args = Args::parse();
	let faults = match args.only.as_slice() {
		[] => &Fault::ALL[..],
		only => only,
	};
	let mut rows = Vec::new();
	for fault in faults {
		rows.push(row(*fault, &args).await);
	}
	let figures = match args.no_figures {
		true => None,
		false => Some(figures(&args).await?),
	};
	let text = report::markdown(&machine(), &rows, figures.as_ref());
	println!("{text}");
	if let Some(file) = &args.report {
		std::fs::write(file, &text).with_context(|| file.display().to_string())?;
	}
	let failed = rows.iter().any(|row| matches!(row.trouble, Some(Trouble::Failed(_))));
	Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Starts a network and does one thing to it.
async fn row(fault: Fault, args: &Args) -> Row {
	let mut row = Row { fault, outcomes: Vec::new(), checked: String::new(), trouble: None };
	let missing = match (fault.missing(), fault, &args.upgrade) {
		(None, Fault::Upgrade, None) => Some("no runtime was named"),
		(missing, ..) => missing,
	};
	if let Some(why) = missing {
		eprintln!("{}: skipped, {why}", fault.name());
		row.trouble = Some(Trouble::Skipped(why.into()));
		return row;
	}
	eprintln!("{}: starting a network", fault.name());
	let outcome = match fault.network().chain(&args.chain).start().await {
		Ok(mut net) => {
			let outcome = repeat(fault, &mut net, args, &mut row).await;
			if outcome.is_err() {
				eprintln!("logs are in {}", net.keep_dir().display());
			}
			net.shutdown().await;
			outcome
		},
		Err(error) => Err(error),
	};
	if let Err(error) = outcome {
		eprintln!("{}: {error:?}", fault.name());
		row.trouble = Some(Trouble::Failed(format!("{error:#}")));
	}
	row
}

async fn repeat(fault: Fault, net: &mut Network, args: &Args, row: &mut Row) -> Result<()> {
	for repetition in 0..args.repetitions.unwrap_or_else(|| fault.repetitions()) {
		let outcome = fault.happen(net, repetition, args.upgrade.as_deref()).await?;
		eprintln!("  {}: {:?}; {}", repetition + 1, outcome.healed, outcome.note);
		row.outcomes.push(outcome);
	}
	let checked = checks::all(net).await?;
	row.checked = format!(
		"{} heights, {} jobs settled, {} refunded",
		checked.heights, checked.settled, checked.refunded
	);
	Ok(())
}

async fn figures(args: &Args) -> Result<Figures> {
	/// The share of what the network takes that is put on it.
	const SHARE: f64 = 0.8;
	eprintln!("figures: starting a network");
	let net = Network::builder().validators(4).chain(&args.chain).start().await?;
	let chain = net.chains(&[0]).await?.remove(0);
	let lags = watch::lags(&chain, args.slots).await?;
	let flat_out = load::flood(&net, args.transfers).await?;
	eprintln!("  flat out: {flat_out:?}");
	let paced = load::paced(&net, SHARE * flat_out.per_second, args.slots);
	let (loaded, lags_under_load) = tokio::join!(paced, watch::lags(&chain, args.slots));
	net.shutdown().await;
	let figures = Figures { lags, lags_under_load: lags_under_load?, flat_out, loaded: loaded? };
	eprintln!("  {figures:?}");
	Ok(figures)
}

/// What this runs on.
fn machine() -> String {
	let cores = std::thread::available_parallelism().map_or(0, usize::from);
	let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
	let model = info.lines().find_map(|line| line.strip_prefix("model name"));
	let model = model.map(|line| line.trim_start_matches(['\t', ':', ' ']));
	format!("{cores} cores of {}", model.unwrap_or("an unknown processor"))
}
