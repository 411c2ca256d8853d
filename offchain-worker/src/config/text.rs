//! Values that are written as text.

use std::{fmt, str::FromStr};

use serde::{de, Deserialize, Deserializer, Serialize, Serializer};

/// A number of bytes: `512 MiB`, `20 GB`, or a bare number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bytes(pub u64);

/// The text is no number of bytes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a size; write it like 512 MiB, 20 GB or 1000000")]
pub struct BadBytes(String);

/// Units, largest first, so that sizes are written in the largest that comes out even.
const UNITS: [(&str, u64); 9] = [
	("TiB", 1 << 40),
	("GiB", 1 << 30),
	("MiB", 1 << 20),
	("KiB", 1 << 10),
	("TB", 1_000_000_000_000),
	("GB", 1_000_000_000),
	("MB", 1_000_000),
	("kB", 1_000),
	("B", 1),
];

impl Bytes {
	/// `count` × 2²⁰.
	pub const fn mib(count: u64) -> Self {
		Self(count << 20)
	}

	/// `count` × 2³⁰.
	pub const fn gib(count: u64) -> Self {
		Self(count << 30)
	}
}

impl FromStr for Bytes {
	type Err = BadBytes;

	fn from_str(text: &str) -> Result<Self, BadBytes> {
		let (number, unit) = UNITS
			.into_iter()
			.find_map(|(name, unit)| Some((text.trim().strip_suffix(name)?, unit)))
			.unwrap_or((text, 1));
		let number: Option<u64> = number.trim().parse().ok();
		let bytes = number.and_then(|number| number.checked_mul(unit));
		bytes.map(Self).ok_or_else(|| BadBytes(text.into()))
	}
}

impl fmt::Display for Bytes {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		let even = |(_, unit): &(&str, u64)| self.0 >= *unit && self.0.is_multiple_of(*unit);
		let (name, unit) = UNITS.into_iter().find(even).unwrap_or(("B", 1));
		write!(f, "{} {name}", self.0 / unit)
	}
}

impl Serialize for Bytes {
	fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
		to.collect_str(self)
	}
}

impl<'de> Deserialize<'de> for Bytes {
	fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
		struct Visitor;
		impl de::Visitor<'_> for Visitor {
			type Value = Bytes;

			fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
				f.write_str("a size like \"512 MiB\" or a number of bytes")
			}

			fn visit_str<E: de::Error>(self, text: &str) -> Result<Bytes, E> {
				text.parse().map_err(E::custom)
			}

			fn visit_u64<E: de::Error>(self, bytes: u64) -> Result<Bytes, E> {
				Ok(Bytes(bytes))
			}

			fn visit_i64<E: de::Error>(self, bytes: i64) -> Result<Bytes, E> {
				u64::try_from(bytes).map(Bytes).map_err(|_| E::custom("a size is not negative"))
			}
		}
		from.deserialize_any(Visitor)
	}
}

/// A secret, which `Debug` does not show.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str("…")
	}
}

fn parsed<T: FromStr<Err: fmt::Display>, E: de::Error>(text: &str) -> Result<T, E> {
	text.parse().map_err(E::custom)
}

/// A value by its text.
pub(super) mod single {
	use super::*;

	pub fn serialize<T: fmt::Display, S: Serializer>(value: &T, to: S) -> Result<S::Ok, S::Error> {
		to.collect_str(value)
	}

	pub fn deserialize<'de, T, D>(from: D) -> Result<T, D::Error>
	where
		T: FromStr<Err: fmt::Display>,
		D: Deserializer<'de>,
	{
		parsed(&String::deserialize(from)?)
	}
}

/// A value by its text, or nothing.
pub(super) mod option {
	use super::*;

	pub fn serialize<T: fmt::Display, S: Serializer>(
		value: &Option<T>,
		to: S,
	) -> Result<S::Ok, S::Error> {
		value.as_ref().map(ToString::to_string).serialize(to)
	}

	pub fn deserialize<'de, T, D>(from: D) -> Result<Option<T>, D::Error>
	where
		T: FromStr<Err: fmt::Display>,
		D: Deserializer<'de>,
	{
		Option::<String>::deserialize(from)?.as_deref().map(parsed).transpose()
	}
}

/// Values by their texts.
pub(super) mod list {
	use super::*;

	pub fn serialize<T: fmt::Display, S: Serializer>(
		values: &[T],
		to: S,
	) -> Result<S::Ok, S::Error> {
		to.collect_seq(values.iter().map(ToString::to_string))
	}

	pub fn deserialize<'de, T, D>(from: D) -> Result<Vec<T>, D::Error>
	where
		T: FromStr<Err: fmt::Display>,
		D: Deserializer<'de>,
	{
		Vec::<String>::deserialize(from)?.iter().map(|text| parsed(text)).collect()
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn bytes_are_read_as_they_are_written() {
		for (text, bytes) in [
			("512 MiB", 512 << 20),
			("1GiB", 1 << 30),
			("20 GB", 20_000_000_000),
			("1000", 1000),
			("0", 0),
			("7 B", 7),
		] {
			assert_eq!(text.parse(), Ok(Bytes(bytes)), "{text}");
			assert_eq!(Bytes(bytes).to_string().parse(), Ok(Bytes(bytes)), "{text}");
		}
		assert_eq!(Bytes(512 << 20).to_string(), "512 MiB");
		for text in ["", "MiB", "1.5 GiB", "-1", "lots", "99999999 TiB"] {
			assert!(text.parse::<Bytes>().is_err(), "{text}");
		}
	}
}
