//! What `doctor`, `init` and each start find out about the machine: its devices, the determinism
//! classes that it reproduces, and whether its owner's rules about idle time can be judged on it.

use std::path::Path;

use tercet_hardware::{
	gpu::{Gpu, Gpus},
	verdict, Machine, Meter, Readings, Roots, Rules, State, Verdict,
};

use crate::{
	checks::Check,
	config::DeviceConfig,
	engine::{Engine, EngineError},
	offers::Classes,
	selftest::{self, SelfTest, Settings},
};

/// Tests which classes each device reproduces, or recalls what an earlier start found; and the classes
/// that all of them do, with the same bits. Blocks for a second or two per device the first time.
///
/// # Errors
/// [`EngineError`] if nothing runs at all.
pub fn classes(
	engines: &[Engine],
	config: &DeviceConfig,
	dir: &Path,
) -> Result<(Vec<SelfTest>, Classes), EngineError> {
	let settings = Settings { threads: config.threads, parallel: config.parallel };
	let mut outcomes: Vec<SelfTest> = Vec::new();
	for engine in engines {
		let driver = engine.device().gpu().and_then(|_| Gpus::open().ok()?.driver().ok());
		let driver = driver.map(|driver| driver.version);
		outcomes.push(selftest::outcome(engine, settings, driver.as_deref(), dir)?);
	}
	let alike = outcomes.windows(2).all(|two| match two {
		[one, other] => one.digests == other.digests,
		_ => true,
	});
	let hold = alike && outcomes.iter().all(|outcome| outcome.pinned.holds());
	let class = engines.first().and_then(|engine| engine.pinned_class(config.threads));
	let classes = Classes {
		pinned: class.filter(|_| hold),
		portable: outcomes.iter().all(|outcome| outcome.portable.holds()),
	};
	Ok((outcomes, classes))
}

/// One check per class.
pub(crate) fn class_checks(outcome: &SelfTest) -> Vec<Check> {
	let class = outcome.class.as_deref().unwrap_or("of this machine");
	let check = |found: &selftest::Outcome, class: &str, remedy: &str| {
		let text = format!("{class}: {found}");
		match found.holds() {
			true => Check::good("class", text),
			false => Check::poor("class", text, remedy),
		}
	};
	vec![
		check(
			&outcome.pinned,
			class,
			"float variants that are compared bit by bit are not offered; others are",
		),
		check(
			&outcome.portable,
			"portable",
			"int8 variants that are compared bit by bit are not offered: install the ONNX Runtime that \
			 `make setup` installs",
		),
	]
}

/// The GPUs that the driver knows, or why there are none.
pub(crate) fn gpu_checks() -> Vec<Check> {
	let gpus = Gpus::open().and_then(|gpus| Ok((gpus.driver()?, gpus)));
	let (driver, gpus) = match gpus {
		Ok(found) => found,
		// A machine without a GPU lacks nothing.
		Err(reason) => return vec![Check::good("gpu", format!("none to be seen: {reason}"))],
	};
	let ours = [std::process::id()].into();
	match gpus.read(&ours, &Roots::default().proc) {
		Ok(list) => list
			.iter()
			.map(|gpu| {
				let driver = format!("driver {}, CUDA {}", driver.version, driver.cuda);
				Check::good("gpu", format!("{}, {driver}", describe(gpu)))
			})
			.collect(),
		Err(reason) => {
			vec![Check::poor("gpu", reason.to_string(), "`nvidia-smi` should list the GPUs")]
		},
	}
}

fn describe(gpu: &Gpu) -> String {
	let Gpu { index, name, .. } = gpu;
	let mut text = format!("{index}: {name}");
	if let (Ok(total), Ok(others)) = (&gpu.memory_total, &gpu.memory_by_others) {
		text += &format!(", {} MiB, {} free", total >> 20, total.saturating_sub(*others) >> 20);
	}
	if let Ok(busy) = &gpu.utilisation {
		text += &format!(", {busy} % busy");
	}
	if let Ok(watts) = &gpu.power {
		text += &format!(", {watts:.0} W");
	}
	if let Ok(celsius) = &gpu.temperature {
		text += &format!(", {celsius:.0} °C");
	}
	text
}

/// A look at this machine, for rules that `init` proposes. Takes a second: load is that of a while.
pub(crate) fn look(rules: &Rules) -> (Readings, Machine) {
	let mut machine = Machine::open(Roots::default(), ".");
	std::thread::sleep(std::time::Duration::from_secs(1));
	(machine.sample(rules), machine)
}

/// What the rules about idle time say now, and what counts energy.
pub(crate) fn idle_checks(rules: &Rules) -> Vec<Check> {
	let (readings, machine) = look(rules);
	let idle = match verdict(&readings, rules, &machine.clock(), &State::default()).0 {
		_ if !rules.any() => Check::good("idle", "no rules: it works at any time"),
		Verdict::Run => Check::good("idle", "it would work now"),
		pause @ Verdict::Pause(_) => Check::poor(
			"idle",
			format!("it would stand aside now: {pause}"),
			"nothing, if that is meant; the rules are in [idle]",
		),
	};
	let (meter, missing) = Meter::open(&Roots::default().sys, &machine.gpus());
	let sources = meter.sources();
	let reasons: Vec<String> = missing.iter().map(ToString::to_string).collect();
	let energy = match sources.is_empty() {
		false => Check::good("energy", format!("of jobs is measured by {}", sources.join(", "))),
		true => Check::good("energy", format!("of jobs is not measured: {}", reasons.join("; "))),
	};
	vec![idle, energy]
}
