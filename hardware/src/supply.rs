//! Where the power comes from.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::reading::{entries, text, value, Reading};

/// Where the power comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Supply {
	/// Whether the machine runs on its battery, or on that of an uninterruptible supply.
	pub on_battery: bool,
	/// Charge of the batteries, the mean of several, in percent; `None` without a battery.
	pub percent: Option<u8>,
}

/// The supply now. A machine without a battery is on mains.
///
/// # Errors
/// If there is a battery that does not say what it does.
pub fn supply(sys: &Path) -> Reading<Supply> {
	let (mut charges, mut discharging, mut plugged) = (Vec::new(), false, false);
	for device in entries(&sys.join("class/power_supply")) {
		// Batteries of mice and keyboards.
		if text(&device.join("scope")).is_ok_and(|scope| scope == "Device") {
			continue;
		}
		match text(&device.join("type")).unwrap_or_default().as_str() {
			"Battery" | "UPS" => {
				// An empty bay.
				if value::<u8>(&device.join("present")).is_ok_and(|present| present == 0) {
					continue;
				}
				discharging |= text(&device.join("status"))? == "Discharging";
				charges.extend(value::<u32>(&device.join("capacity")).ok());
			},
			"Mains" | "USB" | "Wireless" => {
				plugged |= value::<u8>(&device.join("online")).is_ok_and(|online| online > 0);
			},
			_ => {},
		}
	}
	let number = u32::try_from(charges.len()).unwrap_or(u32::MAX);
	let mean = charges.iter().sum::<u32>().checked_div(number);
	let percent = mean.map(|percent| u8::try_from(percent.min(100)).unwrap_or(100));
	// A weak charger does not stop a busy machine from discharging: that costs cycles, not more.
	Ok(Supply { on_battery: discharging && !plugged, percent })
}
