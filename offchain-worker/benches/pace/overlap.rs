//! A whole worker between a chain in memory and a real store that is slow: what it gains by fetching
//! and storing while it runs.

use std::{
	sync::Arc,
	time::{Duration, Instant},
};

use anyhow::Result;
use tercet_primitives::{BlobRef, ItemSet, JobId, Payload};

use crate::{
	common::{jobs::revealed, slow::SlowStore, world::World},
	median,
	model::{layers, Subject},
};

/// Jobs in a round.
const JOBS: u64 = 24;

/// Time before each request to the store is served.
const DELAY: Duration = Duration::from_millis(150);

/// A way to work.
struct Way {
	name: &'static str,
	delay: Duration,
	transfers: usize,
	/// Whether a job comes only when the one before has been answered.
	one_by_one: bool,
}

const WAYS: [Way; 4] = [
	Way { name: "one job after the other", delay: DELAY, transfers: 1, one_by_one: true },
	Way { name: "one transfer at a time", delay: DELAY, transfers: 1, one_by_one: false },
	Way { name: "four transfers at a time", delay: DELAY, transfers: 4, one_by_one: false },
	Way { name: "a store at once", delay: Duration::ZERO, transfers: 4, one_by_one: false },
];

/// Prints the table.
pub fn measure(rounds: usize) -> Result<()> {
	let subject = layers(1024, 8, 256)?;
	let runtime = tokio::runtime::Runtime::new()?;
	let lines = WAYS.iter().map(|way| runtime.block_on(Line::new(way.delay, &subject)));
	let lines: Vec<_> = lines.collect();
	let mut rates = [const { Vec::new() }; WAYS.len()];
	for _ in 0..rounds.max(1) {
		for ((way, line), rates) in WAYS.iter().zip(&lines).zip(&mut rates) {
			rates.push(runtime.block_on(round(way, line, &subject)));
		}
	}
	println!(
		"| {JOBS} jobs of {} items, {}, {} ms to the store | items per second | over one after the other |",
		subject.input.items(),
		subject.name,
		DELAY.as_millis()
	);
	println!("|---|---|---|");
	let first = rates[0].clone();
	for (way, rates) in WAYS.iter().zip(rates) {
		let ratios = rates.iter().zip(&first).map(|(rate, first)| rate / first).collect();
		println!("| {} | {:.0} | {:.2} |", way.name, median(rates), median(ratios));
	}
	Ok(())
}

/// A store with all that jobs need.
struct Line {
	store: Arc<SlowStore>,
	artifact: BlobRef,
	input: BlobRef,
}

impl Line {
	async fn new(delay: Duration, subject: &Subject) -> Self {
		let store = Arc::new(SlowStore::start(delay).await);
		let artifact = store.put(&subject.model).await;
		let input = store.put(&subject.input.to_canonical_bytes()).await;
		Self { store, artifact, input }
	}

	/// Puts a job into the worker's hands.
	fn job(&self, world: &World, id: u64, subject: &Subject) -> JobId {
		world.job_with(id, &[], &subject.first(1), |assignment| {
			let items = subject.input.items();
			(assignment.items, assignment.asked) = (items, ItemSet::first(items));
			(assignment.items_open, assignment.artifact) = (assignment.asked, self.artifact);
			(assignment.input, assignment.until) = (Payload::Blob(self.input), 1_000_000);
		})
	}
}

/// Items per second.
async fn round(way: &Way, line: &Line, subject: &Subject) -> f64 {
	let mut world = World { real: Some(line.store.clone()), ..World::default() };
	(world.settings.parallel, world.settings.transfers) = (1, way.transfers);
	(world.settings.max_model_bytes, world.settings.max_input_bytes) = (1 << 28, 1 << 26);
	let running = world.start();
	// From now on the model is open.
	revealed(&world, line.job(&world, 0, subject)).await;
	let started = Instant::now();
	let mut jobs = Vec::new();
	for id in 1..=JOBS {
		let job = line.job(&world, id, subject);
		if way.one_by_one {
			revealed(&world, job).await;
		}
		jobs.push(job);
	}
	for job in jobs {
		revealed(&world, job).await;
	}
	let took = started.elapsed().as_secs_f64();
	running.stop().await;
	(JOBS * u64::from(subject.input.items())) as f64 / took
}
