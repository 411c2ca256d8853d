//! Runs the self-test on this machine and prints what it found, digests included: what a new class's
//! entry in `src/selftest/reference.rs` is made of.
//!
//! ```text
//! cargo run --release -p tercet-worker --example selftest -- auto 1
//! ```

use clap::Parser;
use tercet_worker::{
	engine::DeviceChoice,
	library,
	selftest::{run, Settings},
	Engine,
};

/// Runs the self-test on every device.
#[derive(Parser)]
struct Args {
	/// Which devices.
	#[arg(value_enum, default_value_t)]
	device: DeviceChoice,
	/// Threads inside each operator.
	#[arg(default_value_t = 1)]
	threads: u8,
}

fn main() -> anyhow::Result<()> {
	let args = Args::parse();
	for engine in Engine::load_on_all(&library::locate(None)?, args.device)? {
		let outcome = run(&engine, Settings { threads: args.threads, parallel: 2 })?;
		println!("{}: {}", engine.device(), serde_json::to_string_pretty(&outcome)?);
	}
	Ok(())
}
