//! The machine that the worker runs on: what it shows, what jobs cost it.

use std::{
	path::{Path, PathBuf},
	sync::{Arc, Mutex, PoisonError},
};

use tercet_hardware::{Clock, Machine, Meter, Readings, Roots, Rules};
use tokio::sync::watch;

use crate::receipts::Receipts;

/// The machine, shared by those who look at it.
pub struct Host {
	machine: Mutex<Machine>,
	/// Measures the energy of jobs.
	pub meter: Arc<Meter>,
	/// What jobs took, on disk.
	pub receipts: Receipts,
	/// What the machine showed last, written by `idle`.
	pub seen: watch::Sender<Readings>,
}

impl Host {
	/// The machine that `roots` show, for the worker in the state directory `dir`.
	pub fn open(roots: Roots, dir: &Path) -> Self {
		let sys: PathBuf = roots.sys.clone();
		let machine = Machine::open(roots, dir);
		let (meter, missing) = Meter::open(&sys, &machine.gpus());
		match meter.sources().join(", ").as_str() {
			"" => tracing::info!("energy of jobs is not measured; `doctor` says why"),
			sources => tracing::info!(sources, "energy of jobs is measured"),
		}
		for reason in missing {
			tracing::debug!(%reason, "energy that is not measured");
		}
		Self {
			machine: Mutex::new(machine),
			meter: Arc::new(meter),
			receipts: Receipts::in_dir(dir),
			seen: watch::Sender::new(Readings::default()),
		}
	}

	/// Looks at the machine. Blocks for some milliseconds, or as long as a price command takes.
	pub fn look(&self, rules: &Rules) -> (Readings, Clock) {
		// Each look stands alone, whatever happened to the one before.
		let mut machine = self.machine.lock().unwrap_or_else(PoisonError::into_inner);
		let readings = machine.sample(rules);
		self.meter.look();
		(readings, machine.clock())
	}
}
