//! Everything about this machine, at once.

use std::{
	fmt,
	path::PathBuf,
	sync::Arc,
	time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};

use crate::{
	cpu::{CpuLoad, CpuTimes},
	gpu::{Gpu, Gpus},
	memory,
	price::Price,
	processes::Ours,
	reading::{Reading, Roots, Unreadable},
	supply::{self, Supply},
	temperature,
	user::User,
	Clock, Rules, Span,
};

/// Time between attempts at a driver that could not be opened.
const DRIVER_AGAIN: Duration = Duration::from_secs(60);

/// What the machine shows at one moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Readings {
	/// NVIDIA GPUs.
	pub gpus: Reading<Vec<Gpu>>,
	/// Load of the processors since the last look.
	pub cpu: Reading<CpuLoad>,
	/// The hottest processor, in °C.
	pub temperature: Reading<f64>,
	/// Where the power comes from.
	pub supply: Reading<Supply>,
	/// Time since somebody was at the keyboard.
	pub user_idle: Reading<Span>,
	/// Memory that others leave, in bytes.
	pub free_memory: Reading<u64>,
	/// Space on the disk of the state directory, in bytes.
	pub free_disk: Reading<u64>,
	/// What a kWh costs.
	pub price: Reading<f64>,
}

impl Default for Readings {
	fn default() -> Self {
		fn none<T>() -> Reading<T> {
			Err(Unreadable::new("nobody has looked yet"))
		}
		Self {
			gpus: none(),
			cpu: none(),
			temperature: none(),
			supply: none(),
			user_idle: none(),
			free_memory: none(),
			free_disk: none(),
			price: none(),
		}
	}
}

/// This machine, and what was seen of it last.
pub struct Machine {
	roots: Roots,
	/// Whose disk space counts.
	dir: PathBuf,
	driver: Driver,
	started: Instant,
	times: Option<CpuTimes>,
	user: User,
	price: Price,
}

/// The GPUs' driver, which may appear later.
enum Driver {
	Open(Arc<Gpus>),
	Missing(Unreadable, Instant),
}

/// One line for people: what could be read.
impl fmt::Display for Readings {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		let mut parts = Vec::new();
		if let Ok(load) = &self.cpu {
			let CpuLoad { by_others, ours } = load;
			parts.push(format!("processors {ours:.0} % ours, {by_others:.0} % others'"));
		}
		if let Ok(celsius) = &self.temperature {
			parts.push(format!("{celsius:.0} °C"));
		}
		for gpu in self.gpus.iter().flatten() {
			let Gpu { index, utilisation, utilisation_by_others, .. } = gpu;
			let mut part = format!("GPU {index}");
			match (utilisation, utilisation_by_others) {
				(Ok(all), Ok(others)) => part += &format!(" {all} % busy, {others} % for others"),
				(Ok(all), Err(_)) => part += &format!(" {all} % busy"),
				(Err(_), _) => {},
			}
			if let Ok(celsius) = &gpu.temperature {
				part += &format!(", {celsius:.0} °C");
			}
			if let Ok(watts) = &gpu.power {
				part += &format!(", {watts:.0} W");
			}
			parts.push(part);
		}
		if let Ok(Supply { on_battery: true, percent }) = &self.supply {
			let left = percent.map(|percent| format!(", {percent} % left")).unwrap_or_default();
			parts.push(format!("on battery{left}"));
		}
		if let Ok(idle) = &self.user_idle {
			parts.push(format!("nobody here for {idle}"));
		}
		if let Ok(price) = &self.price {
			parts.push(format!("{price} per kWh"));
		}
		f.write_str(&parts.join("; "))
	}
}

impl Machine {
	/// The machine that `roots` show, with the disk of `dir`.
	pub fn open(roots: Roots, dir: impl Into<PathBuf>) -> Self {
		let driver = Driver::open(&roots);
		let mut machine = Self {
			roots,
			dir: dir.into(),
			driver,
			started: Instant::now(),
			times: None,
			user: User::default(),
			price: Price::default(),
		};
		// From here on there is something to compare with.
		let ours = machine.ours(&Rules::default());
		machine.times = ours.and_then(|ours| CpuTimes::read(&machine.roots.proc, &ours)).ok();
		machine
	}

	/// The GPUs, if there is a driver.
	///
	/// # Errors
	/// Why there is none.
	pub fn gpus(&self) -> Reading<Arc<Gpus>> {
		match &self.driver {
			Driver::Open(gpus) => Ok(gpus.clone()),
			Driver::Missing(reason, _) => Err(reason.clone()),
		}
	}

	/// What time it is here.
	pub fn clock(&self) -> Clock {
		Clock { monotonic: self.started.elapsed(), local: jiff::Zoned::now().datetime() }
	}

	/// Looks at everything. Takes some milliseconds, and the time of the price command when it is
	/// due; load is that since the last look.
	pub fn sample(&mut self, rules: &Rules) -> Readings {
		let ours = self.ours(rules);
		let cpu = self.load(&ours);
		if matches!(&self.driver, Driver::Missing(_, asked) if asked.elapsed() > DRIVER_AGAIN) {
			self.driver = Driver::open(&self.roots);
		}
		let pids = ours.as_ref().map(|ours| ours.pids.clone()).unwrap_or_default();
		let gpus = self.gpus().and_then(|gpus| gpus.read(&pids, &self.roots.proc));
		let price = match &rules.price {
			Some(rule) => self.price.now(rule, self.clock().local),
			None => Err(Unreadable::new("no rule asks for it")),
		};
		Readings {
			gpus,
			cpu,
			temperature: temperature::processors(&self.roots.sys),
			supply: supply::supply(&self.roots.sys),
			user_idle: self.user.idle_for(&self.roots).map(Span),
			free_memory: ours.and_then(|ours| memory::free_of_others(&self.roots.proc, &ours)),
			free_disk: memory::free_disk(&self.dir),
			price,
		}
	}

	fn ours(&self, rules: &Rules) -> Reading<Ours> {
		Ours::read(&self.roots.proc, std::process::id(), &rules.ours)
	}

	fn load(&mut self, ours: &Reading<Ours>) -> Reading<CpuLoad> {
		let now = CpuTimes::read(&self.roots.proc, ours.as_ref().map_err(Clone::clone)?)?;
		let before = self.times.replace(now);
		now.load_since(&before.unwrap_or(now))
	}
}

impl Driver {
	fn open(roots: &Roots) -> Self {
		let opened = match roots.nvml {
			true => Gpus::open(),
			false => Err(Unreadable::new("the driver was not asked")),
		};
		match opened {
			Ok(gpus) => Self::Open(Arc::new(gpus)),
			Err(reason) => Self::Missing(reason, Instant::now()),
		}
	}
}
