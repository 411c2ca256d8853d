//! Random calls on the real runtime and on its model.

use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};
use rand::{rngs::StdRng, SeedableRng};
use std::time::Duration;
use tercet_oracle::{panics_are_divergences, shrink, Action, Episode, Tally};

/// Holds the runtime against an independent model of it, call by call.
#[derive(Parser)]
struct Args {
	/// Random actions to do; each is one call or several, or some blocks.
	#[arg(long, default_value_t = 1_000_000)]
	actions: u64,
	/// Actions on each chain, before a fresh one begins.
	#[arg(long, default_value_t = 1_000)]
	episode: u64,
	/// What is random follows from this.
	#[arg(long, default_value_t = 0)]
	seed: u64,
	/// Check every invariant after every block.
	#[arg(long)]
	thorough: bool,
}

fn main() -> anyhow::Result<()> {
	let args = Args::parse();
	panics_are_divergences();
	let bar = ProgressBar::new(args.actions).with_style(ProgressStyle::with_template(
		"{bar:40} {human_pos}/{human_len} actions, {per_sec}, {eta} left",
	)?);
	let mut tally = Tally::default();
	let mut seed = args.seed;
	while bar.position() < args.actions {
		let count = args.episode.min(args.actions - bar.position());
		let mut rng = StdRng::seed_from_u64(seed);
		let actions: Vec<_> = (0..count).map(|_| Action::random(&mut rng)).collect();
		match Episode::run(seed, &actions, args.thorough) {
			Ok(more) => tally.add(&more),
			Err((done, divergence)) => {
				bar.abandon();
				println!("seed {seed}, action {done}:\n{divergence}\nlooking for fewer actions …");
				let minute = Duration::from_secs(60);
				anyhow::bail!("{}", shrink(seed, &actions[..done], divergence, minute));
			},
		}
		bar.inc(count);
		seed = seed.wrapping_add(1);
	}
	bar.finish();
	print(&tally);
	Ok(())
}

fn print(tally: &Tally) {
	println!("{:24}{:>12}{:>12}", "call", "accepted", "refused");
	let (mut accepted, mut refused) = (0, 0);
	for (name, (yes, no)) in &tally.calls {
		println!("{name:24}{yes:>12}{no:>12}");
		(accepted, refused) = (accepted + yes, refused + no);
	}
	println!("{:24}{accepted:>12}{refused:>12}", "all");
	println!("\n{:36}{:>12}", "what came of it", "");
	for (event, count) in &tally.events {
		println!("{event:36}{count:>12}");
	}
	println!("\n{} blocks; model and runtime never differed", tally.blocks);
}
