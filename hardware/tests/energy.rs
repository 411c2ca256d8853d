//! Joules of jobs that run at the same time.

use std::sync::{
	atomic::{AtomicU64, Ordering},
	Arc,
};

use proptest::prelude::*;
use tercet_hardware::{energy::Source, Meter, Reading, Unreadable};

/// A counter that tests advance, in joules; `u64::MAX` is unreadable.
#[derive(Clone, Default)]
struct Counter(Arc<AtomicU64>, Option<u32>);

impl Source for Counter {
	fn name(&self) -> String {
		"test".into()
	}

	fn gpu(&self) -> Option<u32> {
		self.1
	}

	fn joules(&mut self) -> Reading<f64> {
		match self.0.load(Ordering::Relaxed) {
			u64::MAX => Err(Unreadable::new("gone")),
			joules => Ok(joules as f64),
		}
	}
}

impl Counter {
	fn on(gpu: Option<u32>) -> Self {
		Self(Arc::default(), gpu)
	}

	fn add(&self, joules: u64) {
		self.0.fetch_add(joules, Ordering::Relaxed);
	}
}

fn meter(counters: &[&Counter]) -> Arc<Meter> {
	let sources = counters.iter().map(|one| Box::new((*one).clone()) as Box<dyn Source>).collect();
	Arc::new(Meter::of(sources))
}

#[test]
fn energy_is_what_passed_while_the_job_ran() {
	let counter = Counter::on(None);
	let meter = meter(&[&counter]);
	counter.add(1000);
	let job = meter.start(None);
	counter.add(30);
	meter.look();
	counter.add(12);
	assert_eq!(job.finish().joules, Some(42.0));
	counter.add(1000);
	assert_eq!(meter.total(), 42.0);
}

#[test]
fn energy_is_shared_when_jobs_overlap() {
	let counter = Counter::on(None);
	let meter = meter(&[&counter]);
	let first = meter.start(None);
	counter.add(10);
	let second = meter.start(None);
	counter.add(20);
	assert_eq!(first.finish().joules, Some(20.0));
	counter.add(5);
	assert_eq!(second.finish().joules, Some(15.0));
}

#[test]
fn energy_of_a_gpu_is_that_of_its_own_jobs() {
	let [cpu, gpu0, gpu1] = [None, Some(0), Some(1)].map(Counter::on);
	let meter = meter(&[&cpu, &gpu0, &gpu1]);
	let [first, second] = [Some(0), Some(1)].map(|gpu| meter.start(gpu));
	cpu.add(8);
	gpu0.add(100);
	gpu1.add(1);
	assert_eq!(first.finish().joules, Some(104.0));
	assert_eq!(second.finish().joules, Some(5.0));
}

#[test]
fn energy_is_unknown_when_nothing_can_be_read() {
	let job = meter(&[]).start(None);
	assert_eq!(job.finish().joules, None);
	let counter = Counter::on(Some(0));
	let meter = meter(&[&counter]);
	let on_processors = meter.start(None);
	let broken = meter.start(Some(0));
	counter.0.store(u64::MAX, Ordering::Relaxed);
	assert!(broken.finish().to_string().contains("unknown"));
	assert_eq!(on_processors.finish().joules, None);
}

#[test]
fn energy_is_not_shared_with_a_job_that_was_dropped() {
	let counter = Counter::on(None);
	let meter = meter(&[&counter]);
	let job = meter.start(None);
	drop(meter.start(None));
	counter.add(10);
	assert_eq!(job.finish().joules, Some(10.0));
}

proptest! {
	/// Nothing is lost and nothing counted twice while any job runs.
	#[test]
	fn energy_of_all_jobs_is_what_the_machine_used(
		steps in proptest::collection::vec((0u64..1000, any::<bool>(), 0usize..8), 1..100),
	) {
		let counter = Counter::on(None);
		let meter = meter(&[&counter]);
		let (mut running, mut used, mut jobs) = (Vec::new(), 0, 0.0);
		for (joules, start, which) in steps {
			counter.add(joules);
			if !running.is_empty() {
				used += joules;
			}
			if start {
				running.push(meter.start(None));
			} else if which < running.len() {
				jobs += running.remove(which).finish().joules.unwrap();
			}
		}
		for job in running {
			jobs += job.finish().joules.unwrap();
		}
		prop_assert!((jobs - used as f64).abs() < 1e-6, "{} of {}", jobs, used);
		prop_assert!((meter.total() - used as f64).abs() < 1e-6);
	}
}
