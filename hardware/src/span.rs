//! Lengths of time as people write them.

use std::{fmt, str::FromStr, time::Duration};

use jiff::SignedDuration;
use serde::{de::Error as _, Deserialize, Deserializer, Serialize, Serializer};

/// A length of time, written like `30s`, `10m` or `1h 30m`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span(pub Duration);

/// The text is no length of time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a length of time; write it like 30s, 10m or 1h 30m")]
pub struct BadSpan(String);

impl Span {
	/// So many seconds.
	pub const fn seconds(seconds: u64) -> Self {
		Self(Duration::from_secs(seconds))
	}
}

impl FromStr for Span {
	type Err = BadSpan;

	fn from_str(text: &str) -> Result<Self, BadSpan> {
		let bad = || BadSpan(text.into());
		let signed: SignedDuration = text.parse().map_err(|_| bad())?;
		Duration::try_from(signed).map(Self).map_err(|_| bad())
	}
}

impl fmt::Display for Span {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match SignedDuration::try_from(self.0) {
			Ok(span) => write!(f, "{span:#}"),
			Err(_) => write!(f, "{}s", self.0.as_secs()),
		}
	}
}

impl Serialize for Span {
	fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
		serializer.collect_str(self)
	}
}

impl<'de> Deserialize<'de> for Span {
	fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
		String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn span_is_read_and_written_as_people_do() {
		for (text, seconds) in [("30s", 30), ("10m", 600), ("1h 30m", 5400), ("0s", 0)] {
			let span: Span = text.parse().unwrap();
			assert_eq!(span, Span::seconds(seconds), "{text}");
			assert_eq!(span.to_string().parse::<Span>().unwrap(), span, "{span}");
		}
		for text in ["", "10", "ten minutes", "-5m"] {
			assert!(text.parse::<Span>().is_err(), "{text}");
		}
	}
}
