//! `tercet-simulate`: adversaries on the real pallets, held against the formulas.

use std::{fs, path::PathBuf};

use anyhow::{bail, ensure, Context, Result};
use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};
use polkadot_sdk::sp_runtime::Permill;
use tercet_simulation::{figures, report::Report, scenario, settings::Settings, simulate, tables};

/// Runs jobs with adversaries on the real pallets, and holds what happens against the formulas of
/// docs/economics-verification.md. Fails if a frequency is more than three standard deviations off,
/// an honest participant loses money, or an attack pays.
#[derive(Parser)]
#[command(name = "tercet-simulate", version)]
struct Args {
	/// Jobs in each scenario.
	#[arg(long, default_value_t = 3_000, value_parser = clap::value_parser!(u64).range(1..))]
	jobs: u64,

	/// Seed of all randomness; the same seed gives the same tables.
	#[arg(long, default_value_t = 1)]
	seed: u64,

	/// Only scenarios whose names contain this; --list shows them.
	#[arg(long, value_name = "NAME")]
	scenario: Option<String>,

	/// What running a job costs an executor, in percent of its pay.
	#[arg(long, default_value_t = 50, value_name = "PERCENT",
		value_parser = clap::value_parser!(u32).range(0..=100))]
	cost: u32,

	/// Share of the jobs that are audited, in percent; what the chain starts with if not said.
	#[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u32).range(0..=100))]
	audit_rate: Option<u32>,

	/// What an executor has at stake, in multiples of its pay; what the chain starts with if not
	/// said.
	#[arg(long, value_name = "FACTOR")]
	risk_factor: Option<u32>,

	/// Share of the risk that silence costs, in percent; what the chain starts with if not said.
	#[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u32).range(0..=100))]
	silent_share: Option<u32>,

	/// Share of the risk that it costs to commit to an answer and not to show it, in percent, but at
	/// least what silence costs; what the chain starts with if not said.
	#[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u32).range(0..=100))]
	withheld_share: Option<u32>,

	/// Let wrongful slashes stand, as if nobody appealed.
	#[arg(long)]
	no_appeals: bool,

	/// List the scenarios and stop.
	#[arg(long)]
	list: bool,

	/// Print the tables of the docs from the formulas and the default parameters, and stop.
	#[arg(long)]
	figures: bool,

	/// Write these tables into FILE, each after the mark with its name, and stop.
	#[arg(long, value_name = "FILE")]
	update_docs: Option<PathBuf>,
}

fn main() -> Result<()> {
	let args = Args::parse();
	if args.figures {
		println!("{}", figures::all());
		return Ok(());
	}
	if let Some(file) = args.update_docs {
		let docs = fs::read_to_string(&file).with_context(|| file.display().to_string())?;
		fs::write(&file, figures::update(&docs)).with_context(|| file.display().to_string())?;
		return Ok(());
	}
	let wanted = args.scenario.as_deref().unwrap_or_default();
	let scenarios: Vec<_> =
		scenario::all(args.jobs).into_iter().filter(|it| it.name.contains(wanted)).collect();
	ensure!(!scenarios.is_empty(), "no scenario's name contains {wanted:?}; try --list");
	if args.list {
		scenarios.iter().for_each(|scenario| println!("{}", scenario.name));
		return Ok(());
	}

	let settings = Settings {
		cost: f64::from(args.cost) / 100.0,
		audit_rate: args.audit_rate.map(Permill::from_percent),
		risk_factor: args.risk_factor,
		silent_share: args.silent_share.map(Permill::from_percent),
		withheld_share: args.withheld_share.map(Permill::from_percent),
		appeals: !args.no_appeals,
	};
	let bar = ProgressBar::new(scenarios.iter().map(|scenario| scenario.jobs).sum());
	bar.set_style(ProgressStyle::with_template("{wide_bar} {pos}/{len} jobs, {eta} left  {msg}")?);
	let reports: Vec<Report> = scenarios
		.iter()
		.map(|scenario| {
			bar.set_message(scenario.name.clone());
			simulate(scenario, settings, args.seed, &mut || bar.inc(1))
		})
		.collect();
	bar.finish_and_clear();

	println!("{}\n\n{}", tables::frequencies(&reports), tables::profits(&reports));
	println!("\n{}", tables::outcomes(&reports));
	println!("\nMoney is in thousandths of a TCT; a pay is what one executor earns by one job.");
	let checks: usize = reports.iter().map(|report| report.tallies.len()).sum();
	println!(
		"Of {checks} frequencies, one in 370 lies outside three σ by chance: try another --seed."
	);
	let failures: Vec<_> = reports
		.iter()
		.flat_map(|report| report.failures().into_iter().map(move |it| (&report.scenario, it)))
		.collect();
	for (scenario, failure) in &failures {
		eprintln!("{scenario}: {failure}");
	}
	if !failures.is_empty() {
		bail!("{} things are not as they should be", failures.len());
	}
	Ok(())
}
