//! `tercet-bench`: what the network costs and how fast it is, measured on real processes.
//!
//! Speeds are ratios against a control in the same run: this machine may be busy with other things.

mod cost;
mod latency;
mod throughput;
mod trouble;

use anyhow::Result;
use clap::Parser;
use serde::Serialize;
use tercet_cli::devnet::{Builder, Devnet, WorkerSpec};
use tercet_e2e::Net;

/// Measures a development network of one node, one store and three workers on this machine.
#[derive(Parser)]
#[command(version)]
struct Args {
	/// Jobs of each size for the latency.
	#[arg(long, default_value_t = 50)]
	jobs: u32,

	/// Transfers in one repetition of the throughput.
	#[arg(long, default_value_t = 6_000)]
	transfers: u32,

	/// Jobs of 512 items in one repetition of the throughput.
	#[arg(long, default_value_t = 16)]
	batches: u32,

	/// Repetitions of the throughput: transfers and jobs in turn.
	#[arg(long, default_value_t = 5)]
	rounds: u32,

	/// Jobs that each worker runs at the same time.
	#[arg(long, value_name = "N", default_value_t = 1)]
	parallel: u16,

	/// Leave out jobs that do not go smoothly: they need five workers.
	#[arg(long)]
	no_trouble: bool,

	/// Print JSON instead of tables.
	#[arg(long)]
	json: bool,
}

/// Everything measured.
#[derive(Serialize)]
struct Report {
	latency: Vec<latency::Latency>,
	cost: Vec<cost::Cost>,
	throughput: throughput::Throughput,
}

#[tokio::main]
async fn main() -> Result<()> {
	let args = Args::parse();
	eprintln!("starting a network");
	let worker = WorkerSpec {
		args: vec!["--parallel".into(), args.parallel.to_string().into()],
		..WorkerSpec::default()
	};
	let builder = (0..3).fold(Devnet::builder(), |builder, _| builder.worker(worker.clone()));
	let builder = throughput::NODE_ARGS.into_iter().fold(builder, Builder::node_arg);
	let net = Net::start(builder, 3).await?;
	let mut latency = Vec::new();
	let mut cost = Vec::new();
	for items in [1, 512] {
		eprintln!("latency: {} jobs of {items} items", args.jobs);
		let settled = latency::run(&net, items, args.jobs).await?;
		let (job, view) = settled.last().expect("at least one job");
		cost.push(cost::of(&net, "all agree", *job, view).await?);
		latency.push(latency::Latency::of(items, &settled));
	}
	eprintln!(
		"throughput: {} times {} transfers and {} jobs of 512 items",
		args.rounds, args.transfers, args.batches
	);
	let throughput = throughput::measure(&net, args.transfers, args.batches, args.rounds).await?;
	net.shutdown().await;

	if !args.no_trouble {
		eprintln!("one silent executor, 1 % of disputed items: five workers");
		cost.extend(trouble::measure(&[1, 512]).await?);
	}

	let report = Report { latency, cost, throughput };
	if args.json {
		println!("{}", serde_json::to_string_pretty(&report)?);
	} else {
		println!("{}\n{}", latency::table(&report.latency), cost::table(&report.cost));
		println!("{}", report.throughput.table());
	}
	Ok(())
}

/// The value below which `share` of the sorted `values` lie (nearest rank).
fn percentile<T: Copy>(sorted: &[T], share: f64) -> T {
	let rank = (share * sorted.len() as f64).ceil() as usize;
	sorted[rank.clamp(1, sorted.len()) - 1]
}
