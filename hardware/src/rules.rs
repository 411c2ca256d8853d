//! The owner's rules about when this machine may work for others.

use serde::{Deserialize, Serialize};

use crate::{machine::Readings, price::PriceRule, schedule::Hours, Span};

/// When this machine may work for others: while every rule that is set allows it.
///
/// ```
/// use tercet_hardware::Rules;
///
/// let rules: Rules = toml::from_str(r#"
/// schedule = ["mon-fri 22:00-07:00", "sat,sun"]
/// gpu_utilisation_below = 10
/// user_idle_for = "10m"
/// on_battery = "above 50 %"
/// price = { below = 0.25, hours = { "22:00-06:00" = 0.19, "06:00-22:00" = 0.34 } }
/// on_pause = "hand-back"
/// "#).unwrap();
/// assert_eq!(rules.schedule.len(), 2);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rules {
	/// Hours in local time; empty: at any time.
	pub schedule: Vec<Hours>,
	/// Run while every GPU works less for others, in percent of its time.
	#[serde(skip_serializing_if = "Option::is_none")]
	pub gpu_utilisation_below: Option<u8>,
	/// Run while others use less of the processors, in percent of all of them together.
	#[serde(skip_serializing_if = "Option::is_none")]
	pub cpu_by_others_below: Option<u8>,
	/// Run once nobody has touched keyboard, mouse or a terminal for so long.
	#[serde(skip_serializing_if = "Option::is_none")]
	pub user_idle_for: Option<Span>,
	/// What to do on battery.
	pub on_battery: OnBattery,
	/// Run while the processors are cooler, in °C.
	#[serde(skip_serializing_if = "Option::is_none")]
	pub temperature_below: Option<u8>,
	/// Run while every GPU is cooler, in °C.
	#[serde(skip_serializing_if = "Option::is_none")]
	pub gpu_temperature_below: Option<u8>,
	/// Run while others leave so much memory, in MiB. What the worker holds counts as left.
	#[serde(skip_serializing_if = "Option::is_none")]
	pub free_memory_mib: Option<u64>,
	/// Run while others leave so much memory of every GPU, in MiB.
	#[serde(skip_serializing_if = "Option::is_none")]
	pub free_gpu_memory_mib: Option<u64>,
	/// Run while the disk of the state directory has so much space, in MiB.
	#[serde(skip_serializing_if = "Option::is_none")]
	pub free_disk_mib: Option<u64>,

	/// Pause once the rules have forbidden it for so long.
	pub pause_after: Span,
	/// Run again once the rules have allowed it for so long.
	pub resume_after: Span,
	/// Leave the pools so long before the schedule ends, so that jobs in hand end in time.
	pub notice: Span,
	/// What becomes of jobs in hand.
	pub on_pause: OnPause,
	/// Jobs that are finished have so long; what is not done then is handed back.
	pub finish_within: Span,
	/// What to do while a rule cannot be judged.
	pub unreadable: WhenUnreadable,
	/// Time between looks at the machine.
	pub look_every: Span,
	/// Names of processes that count as ours, with what they start: `comm` of `ps`, at most 15 bytes.
	pub ours: Vec<String>,

	/// Run while a kWh costs less.
	#[serde(skip_serializing_if = "Option::is_none")]
	pub price: Option<PriceRule>,
}

impl Default for Rules {
	fn default() -> Self {
		Self {
			schedule: Vec::new(),
			gpu_utilisation_below: None,
			cpu_by_others_below: None,
			user_idle_for: None,
			on_battery: OnBattery::Run,
			temperature_below: None,
			gpu_temperature_below: None,
			free_memory_mib: None,
			free_gpu_memory_mib: None,
			free_disk_mib: None,
			price: None,
			pause_after: Span::seconds(5),
			resume_after: Span::seconds(60),
			notice: Span::seconds(120),
			on_pause: OnPause::Finish,
			finish_within: Span::seconds(300),
			unreadable: WhenUnreadable::Pause,
			look_every: Span::seconds(3),
			ours: vec!["tercet-node".into(), "tercet-store".into()],
		}
	}
}

impl Rules {
	/// Rules for a machine that somebody uses by day, of those that can be judged on it: what `init`
	/// proposes.
	pub fn proposed(readings: &Readings) -> Self {
		let gpus = readings.gpus.as_ref().map(Vec::as_slice).unwrap_or_default();
		let every = |readable: &dyn Fn(&crate::gpu::Gpu) -> bool| {
			!gpus.is_empty() && gpus.iter().all(readable)
		};
		let battery = readings.supply.as_ref().is_ok_and(|supply| supply.percent.is_some());
		Self {
			gpu_utilisation_below: every(&|gpu| gpu.utilisation_by_others.is_ok()).then_some(10),
			cpu_by_others_below: readings.cpu.is_ok().then_some(30),
			user_idle_for: readings.user_idle.is_ok().then_some(Span::seconds(300)),
			on_battery: if battery { OnBattery::Pause } else { OnBattery::Run },
			temperature_below: readings.temperature.is_ok().then_some(90),
			gpu_temperature_below: every(&|gpu| gpu.temperature.is_ok()).then_some(85),
			free_disk_mib: readings.free_disk.is_ok().then_some(1024),
			..Self::default()
		}
	}

	/// Whether there is any: the rest of this says how to follow them.
	pub fn any(&self) -> bool {
		let manners = Self::default();
		let without = Self {
			pause_after: manners.pause_after,
			resume_after: manners.resume_after,
			notice: manners.notice,
			on_pause: manners.on_pause,
			finish_within: manners.finish_within,
			unreadable: manners.unreadable,
			look_every: manners.look_every,
			ours: manners.ours.clone(),
			..self.clone()
		};
		without != manners
	}
}

/// What to do on battery.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum OnBattery {
	/// Run all the same.
	#[default]
	Run,
	/// Pause.
	Pause,
	/// Run while the charge is above so many percent.
	Above(u8),
}

/// The text says nothing about batteries.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("on_battery is `pause`, `run` or like `above 50 %`, not `{0}`")]
pub struct BadOnBattery(String);

impl TryFrom<String> for OnBattery {
	type Error = BadOnBattery;

	fn try_from(text: String) -> Result<Self, BadOnBattery> {
		match text.trim() {
			"pause" => return Ok(Self::Pause),
			"run" => return Ok(Self::Run),
			_ => {},
		}
		let number =
			text.trim().strip_prefix("above").map(|rest| rest.trim().trim_end_matches('%'));
		let percent = number.and_then(|number| number.trim().parse().ok());
		match percent {
			Some(percent) if percent <= 100 => Ok(Self::Above(percent)),
			_ => Err(BadOnBattery(text)),
		}
	}
}

impl From<OnBattery> for String {
	fn from(rule: OnBattery) -> Self {
		match rule {
			OnBattery::Run => "run".into(),
			OnBattery::Pause => "pause".into(),
			OnBattery::Above(percent) => format!("above {percent} %"),
		}
	}
}

/// What becomes of jobs in hand when the machine is wanted back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnPause {
	/// They are run to their end, within [`Rules::finish_within`].
	#[default]
	Finish,
	/// The worker abstains from them at once, which costs a little reputation.
	HandBack,
}

/// What to do while a rule cannot be judged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WhenUnreadable {
	/// Pause: the rule is there for a reason.
	#[default]
	Pause,
	/// Act as if the rule were not there.
	Run,
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn rules_are_the_same_when_written_and_read_again() {
		let text = r#"
			schedule = ["mon-fri 22:00-07:00", "sat,sun"]
			gpu_utilisation_below = 10
			cpu_by_others_below = 25
			user_idle_for = "10m"
			on_battery = "above 50 %"
			temperature_below = 85
			gpu_temperature_below = 80
			free_memory_mib = 4096
			free_gpu_memory_mib = 6000
			free_disk_mib = 500
			price = { below = 0.25, command = ["price", "--now"], every = "15m" }
			pause_after = "2s"
			resume_after = "5m"
			notice = "1m"
			on_pause = "hand-back"
			finish_within = "30s"
			unreadable = "run"
			look_every = "1s"
			ours = ["ollama"]
		"#;
		let rules: Rules = toml::from_str(text).unwrap();
		assert!(rules.any());
		let written = toml::to_string(&rules).unwrap();
		assert_eq!(toml::from_str::<Rules>(&written).unwrap(), rules, "{written}");
	}

	#[test]
	fn rules_are_none_when_only_manners_are_set() {
		let rules: Rules = toml::from_str("look_every = '9s'\non_pause = 'hand-back'").unwrap();
		assert!(!rules.any());
		assert!(!toml::from_str::<Rules>("").unwrap().any());
		assert!(toml::from_str::<Rules>("on_battery = 'pause'").unwrap().any());
	}

	#[test]
	fn rules_are_refused_when_malformed() {
		for text in [
			"gpu_below = 10",
			"on_battery = 'above'",
			"on_battery = 'above 101 %'",
			"on_battery = 'maybe'",
			"user_idle_for = 10",
			"schedule = ['whenever']",
			"on_pause = 'drop'",
			"price = { below = 1 }",
			"price = { below = 1, hours = { nights = 1 } }",
			"gpu_utilisation_below = 1000",
		] {
			assert!(toml::from_str::<Rules>(text).is_err(), "{text}");
		}
	}
}
