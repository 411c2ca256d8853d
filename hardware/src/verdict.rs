//! What follows from readings and rules: a pure function.

use std::{fmt, time::Duration};

use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

use crate::{
	gpu::Gpu,
	machine::Readings,
	reading::Reading,
	rules::{OnBattery, Rules, WhenUnreadable},
	schedule::Hours,
	Span,
};

/// How far below a limit a value must have fallen before the machine runs again, in percent of the
/// limit: a value that hovers around it does not make the worker come and go.
const MARGIN: f64 = 10.0;

/// What time it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
	/// Time since some moment that stays the same. Never goes back.
	pub monotonic: Duration,
	/// What the clock on the wall says.
	pub local: DateTime,
}

/// What the machine should do.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
	/// Work for others.
	Run,
	/// Stand aside, for these reasons; at least one.
	Pause(Vec<Cause>),
}

/// What the last verdict was, and how long the rules have spoken against it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
	running: Option<bool>,
	against: Option<Duration>,
}

/// Why the machine should not work for others. Values are those that were read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
	/// It is not the time.
	Schedule,
	/// Somebody else uses a GPU: which one, and percent of its time.
	GpuBusy(u32, u8),
	/// Others use the processors: percent of them.
	CpuBusy(f64),
	/// Somebody was at the keyboard so long ago.
	User(Span),
	/// It runs on battery, with so many percent left.
	Battery(Option<u8>),
	/// The processors are hot: °C.
	Hot(f64),
	/// A GPU is hot: which one, and °C.
	GpuHot(u32, f64),
	/// Others need the memory: MiB that are left.
	Memory(u64),
	/// Others need the memory of a GPU: which one, and MiB that are left.
	GpuMemory(u32, u64),
	/// The disk is full: MiB that are left.
	Disk(u64),
	/// Power is dear: per kWh.
	Price(f64),
	/// A rule cannot be judged: which one, and why.
	Unreadable(String, String),
	/// No rule speaks against it any more, but for so long it has to stay like that.
	Settling(Span),
}

impl fmt::Display for Cause {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::Schedule => f.write_str("it is not the time, by the schedule"),
			Self::GpuBusy(gpu, percent) => {
				write!(f, "GPU {gpu} works for others, {percent} % of the time")
			},
			Self::CpuBusy(percent) => write!(f, "others use {percent:.0} % of the processors"),
			Self::User(ago) => write!(f, "somebody was here {ago} ago"),
			Self::Battery(Some(percent)) => write!(f, "on battery, {percent} % left"),
			Self::Battery(None) => f.write_str("on battery"),
			Self::Hot(celsius) => write!(f, "the processors have {celsius:.0} °C"),
			Self::GpuHot(gpu, celsius) => write!(f, "GPU {gpu} has {celsius:.0} °C"),
			Self::Memory(mib) => write!(f, "only {mib} MiB of memory are left"),
			Self::GpuMemory(gpu, mib) => write!(f, "only {mib} MiB of GPU {gpu}'s memory are left"),
			Self::Disk(mib) => write!(f, "only {mib} MiB of disk are left"),
			Self::Price(price) => write!(f, "power costs {price} per kWh"),
			Self::Unreadable(rule, reason) => {
				write!(f, "the rule `{rule}` cannot be judged: {reason}; remove it, or set unreadable = \"run\"")
			},
			Self::Settling(left) => write!(f, "idle again; waiting {left} more to be sure"),
		}
	}
}

impl fmt::Display for Verdict {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::Run => f.write_str("idle"),
			Self::Pause(causes) => {
				let texts: Vec<String> = causes.iter().map(Cause::to_string).collect();
				f.write_str(&texts.join("; "))
			},
		}
	}
}

/// What follows from `readings` under `rules` at `clock`, given what was said before, and the state to
/// give the next time.
///
/// - The first verdict is what the rules say.
/// - After that it changes to a pause when the rules have forbidden to run for
///   [`Rules::pause_after`] without a break, and back when they have allowed it for
///   [`Rules::resume_after`].
/// - While it pauses, limits are 10 % stricter.
///
/// So a pause lasts for `resume_after` at least, and what comes between two pauses for `pause_after`.
pub fn verdict(
	readings: &Readings,
	rules: &Rules,
	clock: &Clock,
	state: &State,
) -> (Verdict, State) {
	let paused = state.running == Some(false);
	let causes = causes(readings, rules, clock, paused);
	let allowed = causes.is_empty();
	let Some(running) = state.running else {
		return decided(allowed, causes);
	};
	if running == allowed {
		return decided(running, causes);
	}
	let since = state.against.unwrap_or(clock.monotonic);
	let patience = if running { rules.pause_after } else { rules.resume_after };
	let passed = clock.monotonic.saturating_sub(since);
	if passed >= patience.0 {
		return decided(allowed, causes);
	}
	let state = State { running: Some(running), against: Some(since) };
	let left = patience.0.saturating_sub(passed).as_millis().div_ceil(1000);
	let left = Span::seconds(u64::try_from(left).unwrap_or(u64::MAX));
	match running {
		true => (Verdict::Run, state),
		false => (Verdict::Pause(vec![Cause::Settling(left)]), state),
	}
}

fn decided(run: bool, causes: Vec<Cause>) -> (Verdict, State) {
	let verdict = if run { Verdict::Run } else { Verdict::Pause(causes) };
	(verdict, State { running: Some(run), against: None })
}

/// What speaks against running now, whatever was said before. `strict` makes limits 10 % stricter.
pub fn causes(readings: &Readings, rules: &Rules, clock: &Clock, strict: bool) -> Vec<Cause> {
	let mut judge = Judge { unreadable: rules.unreadable, strict, causes: Vec::new() };
	let open = |at: DateTime| rules.schedule.iter().any(|hours: &Hours| hours.contain(at));
	let soon = clock.local.checked_add(rules.notice.0).unwrap_or(clock.local);
	let on_time = rules.schedule.is_empty() || (open(clock.local) && open(soon));
	if !on_time {
		judge.causes.push(Cause::Schedule);
	}
	judge.below(
		"cpu_by_others_below",
		rules.cpu_by_others_below,
		&readings.cpu.as_ref().map(|load| load.by_others),
		Cause::CpuBusy,
	);
	judge.below(
		"temperature_below",
		rules.temperature_below,
		&readings.temperature.as_ref().copied(),
		Cause::Hot,
	);
	judge.gpus(readings, rules);
	if let Some(limit) = rules.user_idle_for {
		judge.read("user_idle_for", &readings.user_idle, |idle| {
			(idle.0 < limit.0).then_some(Cause::User(*idle))
		});
	}
	if rules.on_battery != OnBattery::Run {
		judge.read("on_battery", &readings.supply, |supply| {
			let enough = match rules.on_battery {
				OnBattery::Above(limit) => supply.percent.is_some_and(|percent| percent > limit),
				_ => false,
			};
			(supply.on_battery && !enough).then_some(Cause::Battery(supply.percent))
		});
	}
	judge.left("free_memory_mib", rules.free_memory_mib, &readings.free_memory, Cause::Memory);
	judge.left("free_disk_mib", rules.free_disk_mib, &readings.free_disk, Cause::Disk);
	if let Some(rule) = &rules.price {
		judge.read("price", &readings.price, |price| {
			// A price changes by the hour, and has no noise.
			(*price >= rule.below || price.is_nan()).then_some(Cause::Price(*price))
		});
	}
	judge.causes
}

struct Judge {
	unreadable: WhenUnreadable,
	strict: bool,
	causes: Vec<Cause>,
}

impl Judge {
	/// A rule about something that may not be readable.
	fn read<T>(
		&mut self,
		rule: &str,
		reading: &Reading<T>,
		judge: impl FnOnce(&T) -> Option<Cause>,
	) {
		match reading {
			Ok(value) => self.causes.extend(judge(value)),
			Err(_) if self.unreadable == WhenUnreadable::Run => {},
			Err(reason) => {
				self.causes.push(Cause::Unreadable(rule.into(), reason.to_string()));
			},
		}
	}

	/// A rule about something that must stay below a limit.
	fn below(
		&mut self,
		rule: &str,
		limit: Option<u8>,
		reading: &Result<f64, impl fmt::Display>,
		cause: impl FnOnce(f64) -> Cause,
	) {
		let Some(limit) = limit else { return };
		let limit = self.stricter(f64::from(limit), -MARGIN);
		let reading =
			reading.as_ref().copied().map_err(|reason| crate::Unreadable(reason.to_string()));
		self.read(rule, &reading, |value| {
			(*value >= limit || value.is_nan()).then(|| cause(*value))
		});
	}

	/// A rule about bytes of which there must be some MiB.
	fn left(
		&mut self,
		rule: &str,
		limit: Option<u64>,
		reading: &Reading<u64>,
		cause: impl FnOnce(u64) -> Cause,
	) {
		let Some(limit) = limit else { return };
		let limit = self.stricter(limit as f64, MARGIN);
		self.read(rule, reading, |bytes| {
			let mib = bytes >> 20;
			((mib as f64) < limit).then(|| cause(mib))
		});
	}

	fn stricter(&self, limit: f64, margin: f64) -> f64 {
		match self.strict {
			true => limit * (1.0 + margin / 100.0),
			false => limit,
		}
	}

	fn gpus(&mut self, readings: &Readings, rules: &Rules) {
		let Rules { gpu_utilisation_below, gpu_temperature_below, free_gpu_memory_mib, .. } = rules;
		let none = gpu_utilisation_below.is_none()
			&& gpu_temperature_below.is_none()
			&& free_gpu_memory_mib.is_none();
		if none {
			return;
		}
		let gpus: &[Gpu] = match &readings.gpus {
			Ok(gpus) => gpus,
			Err(reason) => return self.read::<()>("gpu", &Err(reason.clone()), |()| None),
		};
		for gpu in gpus {
			let by_others = gpu.utilisation_by_others.as_ref().map(|percent| f64::from(*percent));
			self.below("gpu_utilisation_below", *gpu_utilisation_below, &by_others, |percent| {
				// It was a whole number before.
				Cause::GpuBusy(gpu.index, percent as u8)
			});
			let celsius = gpu.temperature.as_ref().copied();
			self.below("gpu_temperature_below", *gpu_temperature_below, &celsius, |celsius| {
				Cause::GpuHot(gpu.index, celsius)
			});
			let left = gpu
				.memory_total
				.clone()
				.and_then(|total| Ok(total.saturating_sub(gpu.memory_by_others.clone()?)));
			self.left("free_gpu_memory_mib", *free_gpu_memory_mib, &left, |mib| {
				Cause::GpuMemory(gpu.index, mib)
			});
		}
	}
}
