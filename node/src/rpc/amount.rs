//! Amounts in JSON: decimal strings of planck, since JSON's readers lose digits of large numbers.

use serde::{de::Error, Deserialize, Deserializer, Serialize, Serializer};
use tercet_primitives::Balance;

/// An amount in planck. Written as a string; read from a string or an integer below 2^64.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Amount(pub Balance);

impl Serialize for Amount {
	fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
		serializer.collect_str(&self.0)
	}
}

impl<'de> Deserialize<'de> for Amount {
	fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
		#[derive(Deserialize)]
		#[serde(untagged)]
		enum Written {
			Integer(u64),
			Text(String),
		}
		match Written::deserialize(deserializer)? {
			Written::Integer(amount) => Ok(Self(amount.into())),
			Written::Text(text) => text.parse().map(Self).map_err(D::Error::custom),
		}
	}
}
