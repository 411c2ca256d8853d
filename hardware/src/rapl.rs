//! Energy counters of processors and their memory: RAPL, of Intel and AMD.

use std::path::{Path, PathBuf};

use crate::reading::{entries, name, text, value, Reading, Unreadable};

/// A counter that starts over at its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rapl {
	/// What it counts: `package-0`, `package-0/dram`.
	pub domain: String,
	file: PathBuf,
	/// Where it starts over, in microjoules.
	range: u64,
	/// Last value and everything before it, in microjoules.
	last: Option<u64>,
	total: u64,
}

/// The counters that do not count the same twice: packages, and memory where it is counted apart.
///
/// # Errors
/// If there is none, or if the kernel keeps them to the administrator, as it has done since 2020.
pub fn counters(sys: &Path) -> Reading<Vec<Rapl>> {
	let class = sys.join("class/powercap");
	let mut found = Vec::new();
	let mut refused = None;
	for zone in entries(&class) {
		let Some(domain) = domain(&class, &zone) else { continue };
		let file = zone.join("energy_uj");
		let range = value(&zone.join("max_energy_range_uj")).unwrap_or(u64::MAX);
		match value::<u64>(&file) {
			Ok(_) => found.push(Rapl { domain, file, range, last: None, total: 0 }),
			Err(reason) => refused = Some(reason),
		}
	}
	match (found.is_empty(), refused) {
		(false, _) => Ok(found),
		(true, Some(Unreadable(reason))) => Err(Unreadable(format!(
			"{reason}; `chmod a+r` on the energy_uj files, by a udev rule, lets the worker read them"
		))),
		(true, None) => {
			Err(Unreadable::new("this machine has no energy counters of its processors"))
		},
	}
}

/// Name of a zone that is to be counted: a package, or the memory beside it. `psys` contains the
/// packages, and `core` and `uncore` are parts of one.
fn domain(class: &Path, zone: &Path) -> Option<String> {
	let id = name(zone);
	// intel-rapl-mmio shows the same packages another way.
	let id = id.strip_prefix("intel-rapl:")?;
	let own = text(&zone.join("name")).ok()?;
	match id.split_once(':') {
		None => own.starts_with("package").then_some(own),
		Some((parent, _)) if own == "dram" => {
			let parent = class.join(format!("intel-rapl:{parent}")).join("name");
			Some(format!("{}/dram", text(&parent).ok()?))
		},
		Some(_) => None,
	}
}

impl Rapl {
	/// Joules since the first call. It must be called more often than the counter starts over: at
	/// 200 W that is every twenty minutes.
	///
	/// # Errors
	/// If the counter has become unreadable.
	pub fn joules(&mut self) -> Reading<f64> {
		let now: u64 = value(&self.file)?;
		let last = self.last.replace(now).unwrap_or(now);
		let passed = match now.checked_sub(last) {
			Some(passed) => passed,
			None => self.range.saturating_sub(last).saturating_add(now),
		};
		self.total = self.total.saturating_add(passed);
		Ok(self.total as f64 / 1e6)
	}
}
