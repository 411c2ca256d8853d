//! Days and hours.

use std::{fmt, str::FromStr};

use jiff::civil::{DateTime, Weekday};
use serde::{de::Error as _, Deserialize, Deserializer, Serialize, Serializer};

/// Minutes of a day.
const DAY: u16 = 24 * 60;

const DAYS: [(&str, Weekday); 7] = [
	("mon", Weekday::Monday),
	("tue", Weekday::Tuesday),
	("wed", Weekday::Wednesday),
	("thu", Weekday::Thursday),
	("fri", Weekday::Friday),
	("sat", Weekday::Saturday),
	("sun", Weekday::Sunday),
];

/// Hours on some days of the week, in local time: `mon-fri 22:00-07:00`, `sat,sun`, `01:00-06:00`.
///
/// Hours past midnight belong to the day on which they begin, so that `fri 22:00-07:00` lasts until
/// Saturday morning. The end is not included.
///
/// ```
/// use jiff::civil::date;
/// use tercet_hardware::schedule::Hours;
///
/// let nights: Hours = "mon-fri 22:00-07:00".parse().unwrap();
/// // A Saturday.
/// assert!(nights.contain(date(2026, 11, 21).at(6, 59, 0, 0)));
/// assert!(!nights.contain(date(2026, 11, 21).at(7, 0, 0, 0)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hours {
	/// One bit per day, Monday first.
	days: u8,
	/// Minutes after midnight; the end is after the start, and past midnight if it is above a day.
	from: u16,
	to: u16,
}

/// The text names no hours.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` names no hours; write them like `mon-fri 22:00-07:00`, `sat,sun` or `01:00-06:00`")]
pub struct BadHours(String);

impl Hours {
	/// Whether a moment is among them.
	pub fn contain(&self, local: DateTime) -> bool {
		let minute = |hour: i8, minute: i8| {
			u16::try_from(hour).unwrap_or(0) * 60 + u16::try_from(minute).unwrap_or(0)
		};
		let minute = minute(local.hour(), local.minute());
		let today = local.weekday().to_monday_zero_offset();
		let on = |day: i8| u8::try_from(day).is_ok_and(|day| self.days >> day & 1 == 1);
		let since_yesterday = minute + DAY;
		(on(today) && (self.from..self.to).contains(&minute))
			|| (on((today + 6) % 7) && (self.from..self.to).contains(&since_yesterday))
	}
}

impl FromStr for Hours {
	type Err = BadHours;

	fn from_str(text: &str) -> Result<Self, BadHours> {
		let lower = text.trim().to_lowercase();
		let parsed = match lower.split_once(char::is_whitespace) {
			Some((days, times)) => days_of(days).zip(times_of(times.trim())),
			None if lower.contains(':') => times_of(&lower).map(|times| (0x7f, times)),
			None => days_of(&lower).map(|days| (days, (0, DAY))),
		};
		let (days, (from, to)) = parsed.ok_or_else(|| BadHours(text.into()))?;
		Ok(Self { days, from, to })
	}
}

fn days_of(text: &str) -> Option<u8> {
	let day = |name: &str| DAYS.iter().position(|(short, _)| *short == name.trim());
	if matches!(text, "daily" | "always") {
		return Some(0x7f);
	}
	let mut days = 0;
	for part in text.split(',') {
		let (first, last) = part.split_once('-').unwrap_or((part, part));
		let (first, last) = (day(first)?, day(last)?);
		// `sat-mon` goes round the end of the week.
		let length = (last + 7 - first) % 7;
		for step in 0..=length {
			days |= 1 << ((first + step) % 7);
		}
	}
	Some(days)
}

fn times_of(text: &str) -> Option<(u16, u16)> {
	let minute = |text: &str| {
		let (hour, minute) = text.trim().split_once(':')?;
		let two = |part: &str| (part.len() == 2).then(|| part.parse::<u16>().ok()).flatten();
		let (hour, minute) = (two(hour)?, two(minute)?);
		(minute < 60 && hour * 60 + minute <= DAY).then_some(hour * 60 + minute)
	};
	let (from, to) = text.split_once('-')?;
	let (from, to) = (minute(from)?, minute(to)?);
	match from {
		DAY => None,
		from if to > from => Some((from, to)),
		from if to == from => None,
		from => Some((from, to + DAY)),
	}
}

impl fmt::Display for Hours {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		let names: Vec<&str> = (0..7)
			.zip(DAYS)
			.filter(|(day, _)| self.days >> day & 1 == 1)
			.map(|(_, (name, _))| name)
			.collect();
		let days = if self.days == 0x7f { "daily".into() } else { names.join(",") };
		let time = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
		let to = if self.to > DAY { self.to - DAY } else { self.to };
		write!(f, "{days} {}-{}", time(self.from), time(to))
	}
}

impl Serialize for Hours {
	fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
		serializer.collect_str(self)
	}
}

impl<'de> Deserialize<'de> for Hours {
	fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
		String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use jiff::civil::date;
	use proptest::prelude::*;

	/// The 16th of November 2026 is a Monday.
	fn at(day: i8, hour: i8, minute: i8) -> DateTime {
		date(2026, 11, 16 + day).at(hour, minute, 0, 0)
	}

	#[test]
	fn contain_includes_the_start_and_not_the_end() {
		let hours: Hours = "01:00-06:00".parse().unwrap();
		assert!(!hours.contain(at(2, 0, 59)));
		assert!(hours.contain(at(2, 1, 0)));
		assert!(hours.contain(at(2, 5, 59)));
		assert!(!hours.contain(at(2, 6, 0)));
	}

	#[test]
	fn contain_counts_hours_past_midnight_to_the_day_on_which_they_began() {
		let hours: Hours = "fri 22:00-07:00".parse().unwrap();
		assert!(!hours.contain(at(4, 6, 0)));
		assert!(hours.contain(at(4, 23, 0)));
		assert!(hours.contain(at(5, 6, 0)));
		assert!(!hours.contain(at(5, 23, 0)));
		let sunday: Hours = "sun 23:00-01:00".parse().unwrap();
		assert!(sunday.contain(at(0, 0, 30)));
	}

	#[test]
	fn hours_name_days_in_every_form() {
		let weekend: Hours = "sat,sun".parse().unwrap();
		let around: Hours = "fri-mon 08:00-24:00".parse().unwrap();
		for day in 0..7 {
			assert_eq!(weekend.contain(at(day, 12, 0)), day >= 5, "{day}");
			assert_eq!(around.contain(at(day, 23, 59)), [0, 4, 5, 6].contains(&day), "{day}");
		}
		assert!("daily 00:00-24:00".parse::<Hours>().unwrap().contain(at(3, 0, 0)));
	}

	#[test]
	fn hours_are_refused_when_malformed() {
		for text in [
			"",
			"never",
			"mon 22-7",
			"mon 22:00",
			"mon 25:00-26:00",
			"mon 10:00-10:00",
			"mon 24:00-02:00",
			"mon-fry",
			"22:60-23:00",
			"mon, 1:00-2:00",
			"mon 10:00-11:00 x",
		] {
			assert!(text.parse::<Hours>().is_err(), "{text}");
		}
	}

	proptest! {
		#[test]
		fn hours_are_the_same_when_written_and_read_again(
			days in 1u8..128, from in 0u16..DAY, length in 1u16..DAY,
		) {
			let to = from + length;
			// Midnight as an end is written as 24:00 of the same day.
			let hours = Hours { days, from, to };
			prop_assert_eq!(hours.to_string().parse::<Hours>().unwrap(), hours);
		}
	}
}
