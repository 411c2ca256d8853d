//! How fast a worker is: against ONNX Runtime alone, and against itself, on this machine, in one run.
//!
//! ```sh
//! cargo bench -p tercet-worker --bench pace [-- [ROUNDS] [MODEL]]
//! ```
//!
//! Speeds are ratios: what is compared runs in turn, so that both see the same machine, and a figure is
//! the median of the rounds. With a MODEL, only models whose names contain it are measured. Prints
//! tables in Markdown.

mod bare;
#[path = "../../tests/common/mod.rs"]
mod common;
mod model;
mod overhead;
mod overlap;
mod start;

use std::time::{Duration, Instant};

use anyhow::{ensure, Result};

fn main() -> Result<()> {
	// Cargo puts an option before those.
	let (mut rounds, mut only) = (21, None);
	for argument in std::env::args().skip(1).filter(|argument| !argument.starts_with('-')) {
		match argument.parse() {
			Ok(number) => rounds = number,
			Err(_) => only = Some(argument),
		}
	}
	let mut subjects = model::subjects()?;
	subjects.retain(|subject| subject.name.contains(only.as_deref().unwrap_or_default()));
	ensure!(!subjects.is_empty(), "no model has `{}` in its name", only.unwrap_or_default());
	overhead::measure(&subjects, rounds)?;
	start::measure(&subjects, rounds.min(9))?;
	match only {
		None => overlap::measure(rounds.min(5)),
		Some(_) => Ok(()),
	}
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
