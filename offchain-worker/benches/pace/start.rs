//! The first answer of a model that is on disk, and the memory that an open one takes.

use std::time::Duration;

use anyhow::{anyhow, Result};
use tercet_primitives::ItemSet;
use tercet_worker::{
	cache::Cache,
	compute::{Compute, Opening, Request},
	items::Batch,
	runner::{Runner, Runners},
};
use tokio_util::sync::CancellationToken;

use crate::{
	bare::{self, Values},
	common::{engine, runner_settings},
	median,
	model::Subject,
	seconds,
};

/// Time for the next spare process to start.
const REST: Duration = Duration::from_millis(700);

/// Prints the tables.
pub fn measure(subjects: &[Subject], rounds: usize) -> Result<()> {
	let runners = Runners::new(runner_settings(1))?;
	println!("| model | file | from disk to the first item: ONNX Runtime | a worker | over it |");
	println!("|---|---|---|---|---|");
	for subject in subjects {
		let mut ratios = Vec::new();
		let (mut alone, mut ours) = (Vec::new(), Vec::new());
		for round in 0..=rounds {
			std::thread::sleep(REST);
			let (bare, worker) = round_of(&runners, subject, round)?;
			// The first one warms up.
			if round > 0 {
				ratios.push(worker / bare);
				alone.push(bare * 1e3);
				ours.push(worker * 1e3);
			}
		}
		println!(
			"| {} | {} KB | {:.1} ms | {:.1} ms | {:.2} |",
			subject.name,
			subject.model.len() / 1000,
			median(alone),
			median(ours),
			median(ratios)
		);
	}
	println!(
		"\n| model | file | process without a model | with it, after batches | the file's size |"
	);
	println!("|---|---|---|---|---|");
	for subject in subjects {
		let mut runner = Runner::start(&runner_settings(1))?;
		let empty = runner.resident();
		let opening = opening(subject, 0);
		let cancel = CancellationToken::new();
		runner.open(&opening, &subject.model, &cancel)?;
		let bytes = subject.input.to_canonical_bytes();
		for _ in 0..10 {
			runner.run(&opening, &request(&bytes, subject.input.items()))?;
		}
		let (full, file) = (runner.resident(), subject.model.len() as u64);
		println!(
			"| {} | {} KB | {} MB | {} MB | {:.2} times for the model |",
			subject.name,
			file / 1000,
			empty / 1_000_000,
			full / 1_000_000,
			full.saturating_sub(empty) as f64 / file as f64
		);
	}
	println!();
	Ok(())
}

/// Seconds for ONNX Runtime alone, and for a worker, both with the file on disk.
fn round_of(runners: &Runners, subject: &Subject, round: usize) -> Result<(f64, f64)> {
	let folder = tempfile::tempdir()?;
	let cache = Cache::open(folder.path(), "onnx")?.within(1 << 30);
	cache.save(&subject.model)?;
	let file = folder.path().join("bare.onnx");
	std::fs::write(&file, &subject.model)?;
	let (engine, input, artifact) = (engine(), subject.first(1), subject.artifact());
	let bytes = input.to_canonical_bytes();
	let values = Values::of(&input)?;
	let alone = seconds(|| values.run(&mut bare::session(&engine, &std::fs::read(&file)?)?))?;
	let worker = seconds(|| {
		let model = cache.load(&artifact)?.ok_or_else(|| anyhow!("not in the cache"))?;
		let opening = opening(subject, round as u64);
		let mut model = runners.load(opening, &model, &CancellationToken::new())?;
		Ok(model.run(&request(&bytes, 1))?)
	})?;
	Ok((alone, worker))
}

/// Another record each time, so that nothing is open yet.
fn opening(subject: &Subject, round: u64) -> Opening {
	let declared = Some(4 * subject.model.len() as u64 + round);
	Opening { digest: subject.artifact().digest, declared, confirming: false }
}

fn request(input: &[u8], items: u32) -> Request<'_> {
	Request {
		input,
		items,
		asked: ItemSet::first(items),
		batch: Batch::Asked,
		vectors_only: false,
		key: None,
		cancel: CancellationToken::new(),
	}
}
