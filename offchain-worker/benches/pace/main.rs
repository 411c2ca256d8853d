//! How fast a worker is: against ONNX Runtime alone, and against itself, on this machine, in one run.
//!
//! ```sh
//! cargo bench -p tercet-worker --bench pace [-- ROUNDS]
//! ```
//!
//! Speeds are ratios: what is compared runs in turn, so that both see the same machine, and a figure is
//! the median of the rounds. Prints tables in Markdown.

#[path = "../../tests/common/mod.rs"]
mod common;
mod model;
mod overhead;
mod overlap;
mod start;

use std::time::{Duration, Instant};

use anyhow::Result;

fn main() -> Result<()> {
	let rounds = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(21);
	let subjects = model::subjects()?;
	overhead::measure(&subjects, rounds)?;
	start::measure(&subjects, rounds.min(9))?;
	overlap::measure(rounds.min(5))
}

/// The median; `values` is not empty.
fn median(mut values: Vec<f64>) -> f64 {
	values.sort_unstable_by(f64::total_cmp);
	values[values.len() / 2]
}

/// Seconds that `work` takes.
fn seconds<T>(work: impl FnOnce() -> Result<T>) -> Result<f64> {
	let started = Instant::now();
	std::hint::black_box(work()?);
	Ok(started.elapsed().as_secs_f64())
}

/// Seconds that `work` takes, once in a row of at least `row`: throughput is of busy processors, whose
/// caches hold the model.
fn busy_seconds<T>(row: Duration, mut work: impl FnMut() -> Result<T>) -> Result<f64> {
	let (started, mut times) = (Instant::now(), 0);
	while started.elapsed() < row {
		std::hint::black_box(work()?);
		times += 1;
	}
	Ok(started.elapsed().as_secs_f64() / f64::from(times))
}
