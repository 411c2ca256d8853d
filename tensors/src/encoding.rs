//! The canonical encoding: one sequence of bytes for one map of tensors.
//!
//! It is a valid safetensors file, with every freedom that the format leaves taken away:
//!
//! 1. 8 bytes: the length of the header, an unsigned little-endian integer.
//! 2. The header: a JSON object without any whitespace, whose members are the tensors in bytewise
//!    order of their UTF-8 names. There is no `__metadata__`. Each member is
//!    `"NAME":{"dtype":"TYPE","shape":[D0,D1,…],"data_offsets":[START,END]}` with the keys in this
//!    order and decimal integers without leading zeros. In names, `"` and `\` are escaped by a
//!    backslash; U+0008, U+0009, U+000A, U+000C and U+000D are written `\b`, `\t`, `\n`, `\f` and
//!    `\r`; other characters below U+0020 are written `\u00XX` in lower-case hexadecimal; all
//!    others stand for themselves.
//! 3. Spaces after the closing brace, as few as make the header's length a multiple of 8. They
//!    count as header.
//! 4. The data of the tensors in the order of the header, without gaps: the first starts at offset
//!    0 and each of the others where the one before it ends.
//!
//! The `safetensors` crate sorts by element type first, and its order is free to change with its
//! version; a hash that money depends on needs a rule of its own.

use safetensors::{tensor::TensorInfo, Dtype};

/// The header's key for metadata, which no tensor can have as its name.
pub(crate) const METADATA_KEY: &str = "__metadata__";

/// Bytes of the header's length.
pub(crate) const PREFIX_BYTES: usize = 8;

/// Length and header for tensors of the given names (in bytewise order), element types, shapes and
/// data lengths.
pub(crate) fn header<'a>(
	layout: impl Iterator<Item = (&'a str, Dtype, Vec<usize>, usize)>,
) -> Vec<u8> {
	let mut bytes = vec![0; PREFIX_BYTES];
	let mut start = 0;
	bytes.push(b'{');
	for (name, dtype, shape, length) in layout {
		if bytes.last() != Some(&b'{') {
			bytes.push(b',');
		}
		let end = start + length;
		write_json(&mut bytes, &name);
		bytes.push(b':');
		write_json(&mut bytes, &TensorInfo { dtype, shape, data_offsets: (start, end) });
		start = end;
	}
	bytes.push(b'}');
	bytes.resize(bytes.len().next_multiple_of(PREFIX_BYTES), b' ');
	let length = (bytes.len() - PREFIX_BYTES) as u64;
	bytes[..PREFIX_BYTES].copy_from_slice(&length.to_le_bytes());
	bytes
}

fn write_json(bytes: &mut Vec<u8>, value: &impl serde::Serialize) {
	serde_json::to_writer(bytes, value)
		.expect("strings and integers have a JSON form and a vector takes all bytes; qed");
}
