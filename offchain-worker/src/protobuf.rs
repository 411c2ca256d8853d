//! Just enough of the protobuf wire format to look into a file without copying or trusting it.

/// The bytes are not well-formed protobuf.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("malformed protobuf")]
pub struct Malformed;

/// One field of a message: its number and its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field<'a> {
	/// The field's number in the message definition.
	pub number: u32,
	/// Its value, as the wire has it.
	pub value: Value<'a>,
}

/// A value on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<'a> {
	/// Wire type 0: integers, enums and truth values.
	Varint(u64),
	/// Wire type 1: eight bytes.
	Fixed64,
	/// Wire type 2: strings, bytes, messages and packed lists.
	Bytes(&'a [u8]),
	/// Wire type 5: four bytes.
	Fixed32,
}

impl<'a> Value<'a> {
	/// The bytes of a string, message or list; [`Malformed`] for anything else.
	pub fn bytes(self) -> Result<&'a [u8], Malformed> {
		match self {
			Self::Bytes(bytes) => Ok(bytes),
			_ => Err(Malformed),
		}
	}

	/// A string; [`Malformed`] if it is not UTF-8.
	pub fn text(self) -> Result<&'a str, Malformed> {
		std::str::from_utf8(self.bytes()?).map_err(|_| Malformed)
	}

	/// An integer; [`Malformed`] for anything else.
	pub fn integer(self) -> Result<u64, Malformed> {
		match self {
			Self::Varint(value) => Ok(value),
			_ => Err(Malformed),
		}
	}
}

/// The fields of a message in the order of the wire; ends after the first error.
pub fn fields(message: &[u8]) -> impl Iterator<Item = Result<Field<'_>, Malformed>> {
	let mut rest = message;
	std::iter::from_fn(move || {
		if rest.is_empty() {
			return None;
		}
		let field = next_field(&mut rest);
		if field.is_err() {
			rest = &[];
		}
		Some(field)
	})
}

/// The integers of a field that may be packed or not.
pub fn integers(value: Value<'_>) -> Result<Vec<u64>, Malformed> {
	match value {
		Value::Varint(value) => Ok(vec![value]),
		Value::Bytes(mut rest) => {
			let mut values = Vec::new();
			while !rest.is_empty() {
				values.push(varint(&mut rest)?);
			}
			Ok(values)
		},
		_ => Err(Malformed),
	}
}

fn next_field<'a>(rest: &mut &'a [u8]) -> Result<Field<'a>, Malformed> {
	let tag = varint(rest)?;
	let number = u32::try_from(tag >> 3).map_err(|_| Malformed)?;
	if number == 0 {
		return Err(Malformed);
	}
	let value = match tag & 7 {
		0 => Value::Varint(varint(rest)?),
		1 => take(rest, 8).map(|_| Value::Fixed64)?,
		2 => {
			let length = varint(rest)?;
			Value::Bytes(take(rest, usize::try_from(length).map_err(|_| Malformed)?)?)
		},
		5 => take(rest, 4).map(|_| Value::Fixed32)?,
		// 3 and 4 were groups, which ONNX never had.
		_ => return Err(Malformed),
	};
	Ok(Field { number, value })
}

fn take<'a>(rest: &mut &'a [u8], length: usize) -> Result<&'a [u8], Malformed> {
	let (taken, left) = rest.split_at_checked(length).ok_or(Malformed)?;
	*rest = left;
	Ok(taken)
}

fn varint(rest: &mut &[u8]) -> Result<u64, Malformed> {
	let mut value = 0u64;
	for position in 0..10 {
		let (byte, left) = rest.split_first().ok_or(Malformed)?;
		*rest = left;
		// The tenth byte has room for one bit.
		if position == 9 && *byte > 1 {
			return Err(Malformed);
		}
		value |= u64::from(byte & 0x7f) << (7 * position);
		if byte & 0x80 == 0 {
			return Ok(value);
		}
	}
	Err(Malformed)
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	fn read(bytes: &[u8]) -> Result<Vec<Field<'_>>, Malformed> {
		fields(bytes).collect()
	}

	#[test]
	fn fields_returns_every_wire_type_when_well_formed() {
		let bytes = [8, 0x96, 1, 18, 2, b'h', b'i', 25, 0, 0, 0, 0, 0, 0, 0, 0, 37, 0, 0, 0, 0];
		let numbers = [1, 2, 3, 4];
		let values = [Value::Varint(150), Value::Bytes(b"hi"), Value::Fixed64, Value::Fixed32];
		let expected: Vec<_> = numbers
			.into_iter()
			.zip(values)
			.map(|(number, value)| Field { number, value })
			.collect();
		assert_eq!(read(&bytes), Ok(expected));
	}

	#[test]
	fn fields_fails_when_malformed() {
		let cases: &[&[u8]] = &[
			&[8],
			&[0, 1],
			&[18, 5, 1],
			&[25, 0],
			&[37, 0],
			&[11],
			&[12],
			&[14],
			&[8, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2],
			&[18, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1],
		];
		for bytes in cases {
			assert_eq!(read(bytes), Err(Malformed), "{bytes:?}");
		}
	}

	#[test]
	fn integers_reads_packed_and_single_values_alike() {
		assert_eq!(integers(Value::Bytes(&[1, 0x80, 1])), Ok(vec![1, 128]));
		assert_eq!(integers(Value::Varint(7)), Ok(vec![7]));
		assert_eq!(integers(Value::Bytes(&[0x80])), Err(Malformed));
	}

	proptest! {
		#[test]
		fn fields_ends_when_bytes_are_random(bytes: Vec<u8>) {
			prop_assert!(fields(&bytes).count() <= bytes.len());
		}
	}
}
