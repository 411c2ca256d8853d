//! Events, readable and raw.

use codec::Decode;
use serde_json::{Map, Value as Json};
use subxt::{
	config::SubstrateConfig,
	events::Phase,
	ext::scale_value::{Composite, Primitive, Value, ValueDef},
};

use crate::Error;

/// An event of one block.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Event {
	/// Position in the block of the extrinsic that caused it; `None` for hooks.
	pub extrinsic: Option<u32>,
	/// Pallet that deposited it.
	pub pallet: String,
	/// Name within the pallet.
	pub name: String,
	/// Its fields by name (or by position, if they have none). Newtypes are what they wrap, byte
	/// arrays and accounts are `0x…`, variants are `"Name"` or `{"Name": fields}`, integers beyond
	/// 64 bits are strings.
	pub fields: Json,
	/// Its fields as encoded on chain.
	#[serde(skip)]
	pub bytes: Vec<u8>,
}

impl Event {
	pub(crate) fn new(event: &subxt::events::Event<'_, SubstrateConfig>) -> Result<Self, Error> {
		let what = || format!("event {}.{}", event.pallet_name(), event.event_name());
		let fields = event
			.decode_fields_unchecked_as::<Composite<()>>()
			.map_err(|error| Error::decode(what(), error))?;
		Ok(Self {
			extrinsic: match event.phase() {
				Phase::ApplyExtrinsic(index) => Some(index),
				_ => None,
			},
			pallet: event.pallet_name().into(),
			name: event.event_name().into(),
			fields: composite(fields),
			bytes: event.field_bytes().to_vec(),
		})
	}

	/// Whether this is `pallet.name`.
	pub fn is(&self, pallet: &str, name: &str) -> bool {
		self.pallet == pallet && self.name == name
	}

	/// The fields, in order, decoded as `T`, for instance a tuple. Fields after those that `T` takes
	/// are left out.
	///
	/// # Errors
	/// [`Error::Decode`] if they do not decode.
	pub fn decode<T: Decode>(&self) -> Result<T, Error> {
		T::decode(&mut &self.bytes[..])
			.map_err(|error| Error::decode(format!("event {}.{}", self.pallet, self.name), error))
	}
}

fn composite(fields: Composite<()>) -> Json {
	match fields {
		Composite::Named(fields) => {
			let fields = fields.into_iter().map(|(name, field)| (name, value(field)));
			Json::Object(fields.collect::<Map<_, _>>())
		},
		Composite::Unnamed(fields) => Json::Array(fields.into_iter().map(value).collect()),
	}
}

fn value(value: Value<()>) -> Json {
	match value.value {
		ValueDef::Composite(fields) => structure(fields),
		ValueDef::Variant(variant) if variant.values.is_empty() => Json::String(variant.name),
		ValueDef::Variant(variant) => {
			let fields = structure(variant.values);
			Json::Object(Map::from_iter([(variant.name, fields)]))
		},
		ValueDef::BitSequence(bits) => Json::Array(bits.iter().map(Json::Bool).collect()),
		ValueDef::Primitive(primitive) => scalar(primitive),
	}
}

/// As [`composite`], but newtypes are what they wrap and bytes are text.
fn structure(fields: Composite<()>) -> Json {
	let Composite::Unnamed(mut fields) = fields else { return composite(fields) };
	if fields.len() == 1 {
		if let Some(inner) = fields.pop() {
			return value(inner);
		}
	}
	match bytes(&fields) {
		Some(bytes) => Json::String(format!("0x{}", hex::encode(bytes))),
		None => Json::Array(fields.into_iter().map(value).collect()),
	}
}

/// The elements, if they look like bytes: all below 256, and enough of them not to be a short list
/// of small numbers.
fn bytes(fields: &[Value<()>]) -> Option<Vec<u8>> {
	const FEWEST: usize = 4;
	let byte = |field: &Value<()>| field.as_u128().and_then(|number| u8::try_from(number).ok());
	(fields.len() >= FEWEST).then(|| fields.iter().map(byte).collect()).flatten()
}

fn scalar(primitive: Primitive) -> Json {
	match primitive {
		Primitive::Bool(value) => value.into(),
		Primitive::Char(value) => value.to_string().into(),
		Primitive::String(value) => value.into(),
		Primitive::U128(value) => {
			u64::try_from(value).map_or_else(|_| value.to_string().into(), Json::from)
		},
		Primitive::I128(value) => {
			i64::try_from(value).map_or_else(|_| value.to_string().into(), Json::from)
		},
		Primitive::U256(bytes) | Primitive::I256(bytes) => {
			format!("0x{}", hex::encode(bytes)).into()
		},
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use serde_json::json;

	#[test]
	fn value_is_readable_when_nested() {
		let account = Value::unnamed_composite([Value::from_bytes([7u8; 32])]);
		let job = Value::unnamed_composite([Value::u128(3)]);
		let fields = Composite::named([
			("job", job),
			("who", account),
			("price", Value::u128(u128::from(u64::MAX) + 1)),
			("state", Value::unnamed_variant("Done", [])),
			("at", Value::named_variant("In", [("block", Value::u128(9))])),
		]);
		assert_eq!(
			composite(fields),
			json!({
				"job": 3,
				"who": format!("0x{}", "07".repeat(32)),
				"price": "18446744073709551616",
				"state": "Done",
				"at": {"In": {"block": 9}},
			})
		);
	}

	#[test]
	fn value_stays_a_list_when_it_is_short() {
		let list = Value::unnamed_composite([Value::u128(1), Value::u128(2)]);
		assert_eq!(value(list), json!([1, 2]));
	}
}
