//! Tensors in the file, and what values are declared to be.

use super::{name, ModelError};
use crate::protobuf::{fields, integers, Value};

/// Dimensions of one tensor.
const MAX_DIMENSIONS: usize = 64;

/// Elements that a declared shape may have, those of unknown dimensions not counted.
const MAX_ELEMENTS: u64 = 1 << 40;

/// A tensor in the file.
pub(super) struct Tensor<'a> {
	pub name: &'a str,
	/// Its data in memory, in bytes.
	pub memory: u64,
}

/// Elements in the fields for data of a tensor, by the field that they are in.
#[derive(Default)]
struct Data {
	raw: Option<u64>,
	floats: u64,
	integers: u64,
	longs: u64,
	doubles: u64,
	unsigned: u64,
}

pub(super) fn check_tensor(tensor: &[u8]) -> Result<Tensor<'_>, ModelError> {
	let (mut elements, mut kind, mut external, mut called) = (Some(1u64), 0, false, "");
	let (mut data, mut dimensions) = (Data::default(), 0);
	for field in fields(tensor) {
		let field = field?;
		match field.number {
			1 => {
				for dimension in integers(field.value)? {
					dimensions += 1;
					elements = elements.and_then(|elements| elements.checked_mul(dimension));
				}
			},
			2 => kind = field.value.integer()?,
			3 => return Err(ModelError::Unsupported("segmented tensors")),
			4 => data.floats += fixed(field.value, 4)?,
			5 => data.integers += count(field.value)?,
			6 => return Err(ModelError::Unsupported("string tensors")),
			7 => data.longs += count(field.value)?,
			8 => called = name(field.value)?,
			9 => data.raw = Some(field.value.bytes()?.len() as u64),
			10 => data.doubles += fixed(field.value, 8)?,
			11 => data.unsigned += count(field.value)?,
			13 => external = true,
			14 => external |= field.value.integer()? != 0,
			_ => {},
		}
	}
	if external {
		return Err(ModelError::ExternalData(called.into()));
	}
	if dimensions > MAX_DIMENSIONS {
		return Err(ModelError::TooMany { what: "dimensions", limit: MAX_DIMENSIONS });
	}
	let bits = element_bits(kind)?;
	let oversized = || ModelError::OversizedTensor(called.into());
	let elements = elements.filter(|elements| *elements < MAX_ELEMENTS).ok_or_else(oversized)?;
	let memory = elements.saturating_mul(bits).div_ceil(8);
	let (found, expected) = data.found(kind, elements, memory);
	match found {
		_ if found == expected && data.sum() == found => Ok(Tensor { name: called, memory }),
		_ if found < expected => Err(oversized()),
		_ => Err(ModelError::WrongData(called.into())),
	}
}

impl Data {
	/// How long the data is, and how long it should be, in units of the field where it belongs.
	fn found(&self, kind: u64, elements: u64, memory: u64) -> (u64, u64) {
		if let Some(raw) = self.raw {
			return (raw, memory);
		}
		match kind {
			1 => (self.floats, elements),
			14 => (self.floats, elements.saturating_mul(2)),
			7 => (self.longs, elements),
			11 => (self.doubles, elements),
			15 => (self.doubles, elements.saturating_mul(2)),
			12 | 13 => (self.unsigned, elements),
			// Elements of less than a byte share one.
			21..=23 | 25 | 26 => (self.integers, memory),
			_ => (self.integers, elements),
		}
	}

	/// All there is: one field is for data, the others must be empty.
	fn sum(&self) -> u64 {
		let Self { raw, floats, integers, longs, doubles, unsigned } = self;
		raw.unwrap_or(0) + floats + integers + longs + doubles + unsigned
	}
}

/// Elements of `size` bytes in a field that may be packed or not.
fn fixed(value: Value<'_>, size: u64) -> Result<u64, ModelError> {
	match value {
		Value::Fixed32 | Value::Fixed64 => Ok(1),
		Value::Bytes(bytes) if (bytes.len() as u64).is_multiple_of(size) => {
			Ok(bytes.len() as u64 / size)
		},
		_ => Err(ModelError::NotOnnx("malformed protobuf")),
	}
}

/// Integers in a field that may be packed or not.
fn count(value: Value<'_>) -> Result<u64, ModelError> {
	match value {
		Value::Varint(_) => Ok(1),
		// The last byte of each integer is the one without the continuation mark.
		Value::Bytes(bytes) if bytes.last().is_none_or(|last| last & 0x80 == 0) => {
			Ok(bytes.iter().filter(|byte| *byte & 0x80 == 0).count() as u64)
		},
		_ => Err(ModelError::NotOnnx("malformed protobuf")),
	}
}

/// Bits of one element of TensorProto.DataType `kind`.
fn element_bits(kind: u64) -> Result<u64, ModelError> {
	match kind {
		// uint8, int8, bool, and the 8-bit floats
		2 | 3 | 9 | 17..=20 | 24 => Ok(8),
		// uint16, int16, float16, bfloat16
		4 | 5 | 10 | 16 => Ok(16),
		// float, int32, uint32
		1 | 6 | 12 => Ok(32),
		// int64, double, uint64, complex64
		7 | 11 | 13 | 14 => Ok(64),
		// complex128
		15 => Ok(128),
		// uint4, int4, float4
		21..=23 => Ok(4),
		// uint2, int2
		25 | 26 => Ok(2),
		8 => Err(ModelError::Unsupported("string tensors")),
		_ => Err(ModelError::NotOnnx("an unknown element type")),
	}
}

/// The name of a value whose type and shape are declared.
pub(super) fn check_value(value: &[u8]) -> Result<&str, ModelError> {
	let (mut called, mut kinds) = ("", Vec::new());
	for field in fields(value) {
		let field = field?;
		match field.number {
			1 => called = name(field.value)?,
			2 => kinds.push(field.value.bytes()?),
			_ => {},
		}
	}
	for kind in kinds {
		for field in fields(kind) {
			let field = field?;
			match field.number {
				1 => check_declared(field.value.bytes()?, called)?,
				4 => return Err(ModelError::Unsupported("sequences")),
				5 => return Err(ModelError::Unsupported("maps")),
				7 => return Err(ModelError::Unsupported("opaque types")),
				8 => return Err(ModelError::Unsupported("sparse tensors")),
				9 => return Err(ModelError::Unsupported("optional values")),
				_ => {},
			}
		}
	}
	Ok(called)
}

fn check_declared(kind: &[u8], called: &str) -> Result<(), ModelError> {
	for field in fields(kind) {
		let field = field?;
		match field.number {
			// 0 is unknown.
			1 if field.value.integer()? != 0 => {
				element_bits(field.value.integer()?)?;
			},
			2 => check_shape(field.value.bytes()?, called)?,
			_ => {},
		}
	}
	Ok(())
}

fn check_shape(shape: &[u8], called: &str) -> Result<(), ModelError> {
	let (mut elements, mut dimensions) = (1u64, 0);
	for field in fields(shape) {
		let field = field?;
		if field.number != 1 {
			continue;
		}
		dimensions += 1;
		for part in fields(field.value.bytes()?) {
			let part = part?;
			match part.number {
				// Some exporters write -1 for what they do not know.
				1 => match part.value.integer()?.cast_signed() {
					-1 => {},
					size @ 0.. => elements = elements.saturating_mul(size.cast_unsigned()),
					_ => return Err(ModelError::Shape(called.into())),
				},
				2 => {
					name(part.value)?;
				},
				_ => {},
			}
		}
	}
	if dimensions > MAX_DIMENSIONS {
		return Err(ModelError::TooMany { what: "dimensions", limit: MAX_DIMENSIONS });
	}
	match elements > MAX_ELEMENTS {
		true => Err(ModelError::Shape(called.into())),
		false => Ok(()),
	}
}
