//! `tercet-bench`: what the network costs and how fast it is, measured on real processes.
//!
//! Speeds are ratios against a control in the same run: this machine may be busy with other things.

mod cost;
mod latency;
mod overhead;
mod throughput;

use std::path::PathBuf;

use anyhow::Result;
use clap::Parser;
use serde::Serialize;
use tercet_cli::devnet::Devnet;
use tercet_e2e::Net;

/// Measures a development network of one node, one store and three workers on this machine.
#[derive(Parser)]
#[command(version)]
struct Args {
	/// Jobs of each size for the latency.
	#[arg(long, default_value_t = 50)]
	jobs: u32,

	/// Transfers for the throughput.
	#[arg(long, default_value_t = 6_000)]
	transfers: u32,

	/// Jobs of 512 items for the throughput.
	#[arg(long, default_value_t = 24)]
	batches: u32,

	/// Repetitions of the worker's overhead.
	#[arg(long, default_value_t = 201)]
	repetitions: u32,

	/// ONNX Runtime's shared library, where `make setup` put it if not said.
	#[arg(long, value_name = "FILE", env = "ORT_DYLIB_PATH")]
	onnxruntime: Option<PathBuf>,

	/// Print JSON instead of tables.
	#[arg(long)]
	json: bool,
}

/// Everything measured.
#[derive(Serialize)]
struct Report {
	overhead: overhead::Overhead,
	latency: Vec<latency::Latency>,
	cost: Vec<cost::Cost>,
	throughput: throughput::Throughput,
}

#[tokio::main]
async fn main() -> Result<()> {
	let args = Args::parse();
	eprintln!("worker overhead: {} repetitions", args.repetitions);
	let overhead = overhead::measure(args.onnxruntime.as_deref(), args.repetitions)?;

	eprintln!("starting a network");
	let net = Net::start(Devnet::builder().workers(3), 3).await?;
	let mut latency = Vec::new();
	let mut cost = Vec::new();
	for items in [1, 512] {
		eprintln!("latency: {} jobs of {items} items", args.jobs);
		let settled = latency::run(&net, items, args.jobs).await?;
		let (_, view) = settled.last().expect("at least one job");
		cost.push(cost::of(&net, view).await?);
		latency.push(latency::Latency::of(items, &settled));
	}
	eprintln!("throughput: {} transfers, {} jobs of 512 items", args.transfers, args.batches);
	let throughput = throughput::measure(&net, args.transfers, args.batches).await?;
	net.devnet.shutdown().await;

	let report = Report { overhead, latency, cost, throughput };
	if args.json {
		println!("{}", serde_json::to_string_pretty(&report)?);
	} else {
		println!("{}\n{}", report.overhead.table(), latency::table(&report.latency));
		println!("{}\n{}", cost::table(&report.cost), report.throughput.table());
	}
	Ok(())
}

/// The value below which `share` of the sorted `values` lie (nearest rank).
fn percentile<T: Copy>(sorted: &[T], share: f64) -> T {
	let rank = (share * sorted.len() as f64).ceil() as usize;
	sorted[rank.clamp(1, sorted.len()) - 1]
}
