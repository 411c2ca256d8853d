//! Joules of jobs.
//!
//! Counters of GPUs (NVML) and processors (RAPL) are read when a job starts and when it ends, and
//! now and then between. What passed since the last look is shared evenly among the jobs that ran:
//! energy of a GPU among those on that GPU, energy of processors among all. So jobs that run at the
//! same time add up to what the machine used meanwhile, and none is counted twice.
//!
//! It is the energy of the devices while the job ran, not only what they used more because of it: what
//! they draw when idle is in it, and so is what others did with them. Fans, disks, power supplies and,
//! where no counter can be read, processors are not.

use std::{
	collections::BTreeMap,
	fmt,
	path::Path,
	sync::{Arc, Mutex, PoisonError},
	time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};

use crate::{
	gpu::Gpus,
	rapl::{self, Rapl},
	reading::{Reading, Unreadable},
};

/// Something that counts energy.
pub trait Source: Send {
	/// What it counts, for people: `GPU 0`, `package-0`.
	fn name(&self) -> String;

	/// The GPU that it counts for; `None` for the rest of the machine.
	fn gpu(&self) -> Option<u32>;

	/// Joules so far. Never falls.
	///
	/// # Errors
	/// If it cannot be read now.
	fn joules(&mut self) -> Reading<f64>;
}

impl Source for Rapl {
	fn name(&self) -> String {
		self.domain.clone()
	}

	fn gpu(&self) -> Option<u32> {
		None
	}

	fn joules(&mut self) -> Reading<f64> {
		Rapl::joules(self)
	}
}

/// A GPU's own counter, or its power over time where it has none.
struct GpuSource {
	gpus: Arc<Gpus>,
	index: u32,
	last: Option<(Instant, f64)>,
	total: f64,
}

impl Source for GpuSource {
	fn name(&self) -> String {
		format!("GPU {}", self.index)
	}

	fn gpu(&self) -> Option<u32> {
		Some(self.index)
	}

	fn joules(&mut self) -> Reading<f64> {
		if let Ok(joules) = self.gpus.energy(self.index) {
			return Ok(joules);
		}
		let (now, watts) = (Instant::now(), self.gpus.power(self.index)?);
		if let Some((then, before)) = self.last.replace((now, watts)) {
			self.total += (before + watts) / 2.0 * now.duration_since(then).as_secs_f64();
		}
		Ok(self.total)
	}
}

/// What a job used.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Energy {
	/// Joules; `None` if nothing could be read.
	pub joules: Option<f64>,
	/// How long it ran.
	pub time: Duration,
}

impl fmt::Display for Energy {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self.joules {
			Some(joules) => write!(f, "{joules:.1} J in {:.2} s", self.time.as_secs_f64()),
			None => write!(f, "{:.2} s, energy unknown", self.time.as_secs_f64()),
		}
	}
}

/// Measures jobs. Calls take well below a millisecond per source.
#[derive(Default)]
pub struct Meter(Mutex<Ledger>);

impl Meter {
	/// A meter of what this machine can read; the reasons are those of what it cannot.
	pub fn open(sys: &Path, gpus: &Reading<Arc<Gpus>>) -> (Self, Vec<Unreadable>) {
		let (mut sources, mut missing): (Vec<Box<dyn Source>>, Vec<Unreadable>) =
			Default::default();
		match rapl::counters(sys) {
			Ok(counters) => {
				sources.extend(counters.into_iter().map(|one| Box::new(one) as Box<dyn Source>));
			},
			Err(reason) => missing.push(reason),
		}
		match gpus.clone().and_then(|gpus| Ok((gpus.count()?, gpus))) {
			Ok((number, gpus)) => {
				for index in 0..number {
					let gpus = gpus.clone();
					let mut source = GpuSource { gpus, index, last: None, total: 0.0 };
					match source.joules() {
						Ok(_) => sources.push(Box::new(source)),
						Err(reason) => missing.push(reason),
					}
				}
			},
			Err(reason) => missing.push(reason),
		}
		(Self::of(sources), missing)
	}

	/// A meter of these sources.
	pub fn of(sources: Vec<Box<dyn Source>>) -> Self {
		let sources = sources.into_iter().map(|source| Counter { source, last: None }).collect();
		Self(Mutex::new(Ledger { sources, ..Ledger::default() }))
	}

	/// What it reads.
	pub fn sources(&self) -> Vec<String> {
		self.lock().sources.iter().map(|counter| counter.source.name()).collect()
	}

	/// Begins to measure a job that runs on `gpu`, or on processors alone.
	pub fn start(self: &Arc<Self>, gpu: Option<u32>) -> Metering {
		let mut ledger = self.lock();
		ledger.look();
		let id = ledger.next;
		ledger.next += 1;
		ledger.jobs.insert(id, Job { gpu, joules: 0.0, read: false });
		Metering { meter: self.clone(), id, started: Instant::now() }
	}

	/// Looks at the counters. To be called every minute or oftener while jobs run: counters start
	/// over, and power that is not counted has to be sampled.
	pub fn look(&self) {
		self.lock().look();
	}

	/// Joules of all jobs so far, those that run included.
	pub fn total(&self) -> f64 {
		self.lock().total
	}

	fn lock(&self) -> std::sync::MutexGuard<'_, Ledger> {
		// Sums stay sums, whatever panicked.
		self.0.lock().unwrap_or_else(PoisonError::into_inner)
	}
}

/// A job that is being measured. Dropping it forgets the job.
pub struct Metering {
	meter: Arc<Meter>,
	id: u64,
	started: Instant,
}

impl Metering {
	/// Ends it.
	pub fn finish(self) -> Energy {
		let mut ledger = self.meter.lock();
		ledger.look();
		let job = ledger.jobs.remove(&self.id);
		let joules = job.filter(|job| job.read).map(|job| job.joules);
		Energy { joules, time: self.started.elapsed() }
	}
}

impl Drop for Metering {
	fn drop(&mut self) {
		let mut ledger = self.meter.lock();
		if ledger.jobs.contains_key(&self.id) {
			ledger.look();
			ledger.jobs.remove(&self.id);
		}
	}
}

#[derive(Default)]
struct Ledger {
	sources: Vec<Counter>,
	jobs: BTreeMap<u64, Job>,
	next: u64,
	total: f64,
}

struct Counter {
	source: Box<dyn Source>,
	last: Option<f64>,
}

struct Job {
	gpu: Option<u32>,
	joules: f64,
	/// Whether any source that concerns it was read.
	read: bool,
}

impl Ledger {
	fn look(&mut self) {
		for counter in &mut self.sources {
			// What cannot be read now is caught up with at the next look.
			let Ok(now) = counter.source.joules() else { continue };
			let passed = counter.last.replace(now).map_or(0.0, |last| (now - last).max(0.0));
			let gpu = counter.source.gpu();
			let concerned = |job: &Job| gpu.is_none() || job.gpu == gpu;
			let number = self.jobs.values().filter(|job| concerned(job)).count();
			if number == 0 {
				continue;
			}
			self.total += passed;
			for job in self.jobs.values_mut().filter(|job| concerned(job)) {
				job.joules += passed / number as f64;
				job.read = true;
			}
		}
	}
}
