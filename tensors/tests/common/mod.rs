//! Files made by hand, so that tests do not check the encoder with the encoder.

#![allow(dead_code, reason = "each test binary uses its own part")]

/// A safetensors file of `header` and `data` as they are.
pub fn file(header: &str, data: &[u8]) -> Vec<u8> {
	let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
	bytes.extend_from_slice(header.as_bytes());
	bytes.extend_from_slice(data);
	bytes
}
