//! Reading safetensors from somebody we do not trust.

use std::{collections::BTreeMap, fmt};

use bytes::Bytes;
use safetensors::tensor::TensorInfo;
use serde::de::{Deserializer, MapAccess, Visitor};

use crate::{
	encoding::{METADATA_KEY, PREFIX_BYTES},
	tensor::byte_length,
	Error, Tensor, TensorMap,
};

/// Longest header that is read, in bytes: enough for [`MAX_TENSORS`] tensors with the longest names,
/// every character of them escaped. The file's own length bounds everything else.
pub const MAX_HEADER_BYTES: usize = 512 * 1024;

/// Tensors that one map may hold.
pub const MAX_TENSORS: usize = 256;

/// Bytes that a tensor's name may have.
pub const MAX_NAME_BYTES: usize = 128;

/// The tensors share `bytes`.
pub(crate) fn decode(bytes: &Bytes) -> Result<TensorMap, Error> {
	let (header, data) = split(bytes)?;
	let mut entries = parse(header)?;
	if entries.len() > MAX_TENSORS {
		return Err(Error::TooManyTensors(entries.len()));
	}
	// A file may list its tensors in any order, but their data must tile it.
	entries.sort_by_key(|(_, info)| info.data_offsets);

	let mut expected_start = 0;
	let mut tensors = Vec::with_capacity(entries.len());
	for (name, info) in entries {
		let (start, end) = info.data_offsets;
		if start != expected_start || end < start {
			return Err(Error::MisplacedData(name));
		}
		expected_start = end;
		let expected = byte_length(info.dtype, &info.shape)?;
		if end - start != expected {
			let found = (end - start) as u64;
			return Err(Error::WrongDataLength { expected: expected as u64, found });
		}
		let Some(data) = data.get(start..end) else {
			let found = data.len() as u64;
			return Err(Error::WrongFileLength { expected: end as u64, found });
		};
		tensors.push((name, Tensor::from_shared(info.dtype, info.shape, bytes.slice_ref(data))?));
	}
	if expected_start != data.len() {
		let (expected, found) = (expected_start as u64, data.len() as u64);
		return Err(Error::WrongFileLength { expected, found });
	}
	TensorMap::new(tensors)
}

/// Header and data of a file.
fn split(bytes: &[u8]) -> Result<(&[u8], &[u8]), Error> {
	let have = bytes.len() as u64;
	let truncated = |need: u64| Error::Truncated { need, have };
	let (prefix, rest) =
		bytes.split_first_chunk::<PREFIX_BYTES>().ok_or(truncated(PREFIX_BYTES as u64))?;
	let length = u64::from_le_bytes(*prefix);
	if length > MAX_HEADER_BYTES as u64 {
		return Err(Error::HeaderTooLarge(length));
	}
	// Fits: the bound above is far below `usize::MAX`.
	rest.split_at_checked(length as usize).ok_or(truncated(PREFIX_BYTES as u64 + length))
}

fn parse(header: &[u8]) -> Result<Vec<(String, TensorInfo)>, Error> {
	let malformed = |reason: &dyn fmt::Display| Error::MalformedHeader(reason.to_string());
	let mut json = serde_json::Deserializer::from_slice(header);
	let entries = json.deserialize_map(HeaderVisitor).map_err(|error| malformed(&error))?;
	json.end().map_err(|error| malformed(&error))?;
	// The visitor keeps repeated names, which JSON objects allow and maps would swallow.
	let mut names: Vec<&str> = entries.iter().map(|(name, _)| name.as_str()).collect();
	names.sort_unstable();
	match names.windows(2).find(|pair| pair[0] == pair[1]) {
		Some(pair) => Err(Error::DuplicateName(pair[0].to_owned())),
		None => Ok(entries),
	}
}

struct HeaderVisitor;

impl<'de> Visitor<'de> for HeaderVisitor {
	type Value = Vec<(String, TensorInfo)>;

	fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str("a map from names to tensors")
	}

	fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
		let mut entries = Vec::new();
		while let Some(name) = map.next_key::<String>()? {
			if name == METADATA_KEY {
				map.next_value::<BTreeMap<String, String>>()?;
			} else {
				entries.push((name, map.next_value()?));
			}
		}
		Ok(entries)
	}
}
