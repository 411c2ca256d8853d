//! How busy the processors are, and with whose work.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::{
	processes::Ours,
	reading::{text, Reading, Unreadable},
};

/// Time that processors have spent since the machine started, in ticks, all of them together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CpuTimes {
	/// All of it.
	pub total: u64,
	/// In work of anybody.
	pub busy: u64,
	/// In ours.
	pub ours: u64,
}

/// Load between two looks, in percent of all processors together.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct CpuLoad {
	/// By others.
	pub by_others: f64,
	/// By this worker, what it started, and its friends.
	pub ours: f64,
}

impl CpuTimes {
	/// The times up to now.
	///
	/// # Errors
	/// If `/proc/stat` cannot be read.
	pub fn read(proc: &Path, ours: &Ours) -> Reading<Self> {
		let path = proc.join("stat");
		let stat = text(&path)?;
		let odd = || Unreadable(format!("{} has another form", path.display()));
		let line = stat.lines().find_map(|line| line.strip_prefix("cpu ")).ok_or_else(odd)?;
		let times: Vec<u64> = line
			.split_whitespace()
			.map(|time| time.parse().map_err(|_| odd()))
			.collect::<Reading<_>>()?;
		// user nice system idle iowait irq softirq steal; guests are in user and nice already.
		let [user, nice, system, idle, iowait, irq, softirq, ..] = times[..] else {
			return Err(odd());
		};
		let busy = user + nice + system + irq + softirq;
		let steal = times.get(7).copied().unwrap_or(0);
		Ok(Self { total: busy + idle + iowait + steal, busy, ours: ours.ticks })
	}

	/// The load from `before` until now.
	///
	/// # Errors
	/// If no time has passed between the two.
	pub fn load_since(&self, before: &Self) -> Reading<CpuLoad> {
		let total = self.total.saturating_sub(before.total);
		if total == 0 {
			return Err(Unreadable::new("there is only one look at /proc/stat so far"));
		}
		let busy = self.busy.saturating_sub(before.busy).min(total);
		// The files are not read at the same moment, and processes come and go between.
		let ours = self.ours.saturating_sub(before.ours).min(busy);
		let percent = |ticks: u64| ticks as f64 * 100.0 / total as f64;
		Ok(CpuLoad { by_others: percent(busy - ours), ours: percent(ours) })
	}
}
