//! How hot the processors are.

use std::path::Path;

use crate::reading::{entries, name, text, value, Reading, Unreadable};

/// Drivers of sensors inside processors.
const PROCESSORS: [&str; 8] = [
	"coretemp",
	"k10temp",
	"k8temp",
	"zenpower",
	"fam15h_power",
	"cpu_thermal",
	"soc_thermal",
	"scpi_sensors",
];

/// Temperature of the hottest processor, in °C: of its own sensors, or of a thermal zone that is
/// called after it; where there is neither, of the hottest zone.
///
/// # Errors
/// If the machine has no such sensor, as virtual machines have not.
pub fn processors(sys: &Path) -> Reading<f64> {
	let hottest = |found: Vec<f64>| found.into_iter().reduce(f64::max);
	let zones = zones(sys);
	let of = |wanted: &dyn Fn(&str) -> bool| {
		let zones = zones.iter().filter(|(kind, _)| wanted(kind));
		hottest(zones.map(|(_, celsius)| *celsius).collect())
	};
	let is_processor = |kind: &str| kind == "x86_pkg_temp" || kind.contains("cpu");
	hottest(sensors(sys)).or_else(|| of(&is_processor)).or_else(|| of(&|_| true)).ok_or_else(|| {
		Unreadable::new("this machine shows no temperature sensor of its processors")
	})
}

fn sensors(sys: &Path) -> Vec<f64> {
	let mut found = Vec::new();
	for chip in entries(&sys.join("class/hwmon")) {
		let driver = text(&chip.join("name")).unwrap_or_default();
		if !PROCESSORS.contains(&driver.as_str()) {
			continue;
		}
		let inputs = entries(&chip).into_iter().filter(|path| {
			let name = name(path);
			name.starts_with("temp") && name.ends_with("_input")
		});
		found.extend(inputs.filter_map(|path| celsius(&path)));
	}
	found
}

fn zones(sys: &Path) -> Vec<(String, f64)> {
	let zones = entries(&sys.join("class/thermal")).into_iter();
	let zones = zones.filter(|path| name(path).starts_with("thermal_zone"));
	let read = |zone: std::path::PathBuf| {
		Some((text(&zone.join("type")).ok()?.to_lowercase(), celsius(&zone.join("temp"))?))
	};
	zones.filter_map(read).collect()
}

/// Sensors that are switched off show nonsense, or nothing.
fn celsius(path: &Path) -> Option<f64> {
	let millidegrees: i64 = value(path).ok()?;
	let celsius = millidegrees as f64 / 1000.0;
	(0.0..150.0).contains(&celsius).then_some(celsius)
}
