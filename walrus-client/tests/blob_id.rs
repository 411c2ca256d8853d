//! The fast blob id against its definition, and the text form.

#[path = "common/naive.rs"]
mod naive;

use proptest::prelude::*;
use std::num::NonZeroU16;
use tercet_walrus_client::{BlobId, ParseBlobIdError, DEFAULT_SHARDS};

fn fast(data: &[u8], n: usize) -> BlobId {
	BlobId::compute(data, NonZeroU16::new(n as u16).unwrap())
}

/// Bytes without a pattern, none of them zero.
fn bytes(len: usize) -> Vec<u8> {
	(0..len as u64).map(|i| (i.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 33) as u8 | 1).collect()
}

#[test]
fn compute_equals_the_definition_at_every_small_shard_count() {
	for n in 1..=70 {
		for len in [0, 1, 2, 3, 100, 4_001] {
			let data = bytes(len);
			assert_eq!(*fast(&data, n).as_bytes(), naive::blob_id(&data, n), "n {n}, length {len}");
		}
	}
}

#[test]
fn compute_equals_the_definition_around_multiples_of_the_matrix() {
	// With 7 shards the matrix has 3 × 5 symbols, with 10 it has 4 × 7.
	for (n, cells) in [(7, 15), (10, 28)] {
		for symbol in [1, 2, 3, 4, 62, 63, 64, 65, 66, 128, 130] {
			for len in [cells * symbol - 1, cells * symbol, cells * symbol + 1] {
				let data = bytes(len);
				assert_eq!(*fast(&data, n).as_bytes(), naive::blob_id(&data, n), "n {n}, {len}");
			}
		}
	}
}

#[test]
fn compute_equals_the_definition_when_leaves_come_from_the_table() {
	for (n, len) in [(256, 1_000), (301, 40_000)] {
		let data = bytes(len);
		assert_eq!(*fast(&data, n).as_bytes(), naive::blob_id(&data, n), "n {n}, length {len}");
	}
}

#[test]
fn compute_equals_the_definition_when_blocks_of_rows_are_small() {
	// Symbols of 20 kB leave room for a few rows per block only.
	let data = bytes(28 * 20_000);
	assert_eq!(*fast(&data, 10).as_bytes(), naive::blob_id(&data, 10));
	let data = bytes(17 * 33 * 9_000);
	assert_eq!(*fast(&data, 49).as_bytes(), naive::blob_id(&data, 49));
}

#[test]
fn compute_distinguishes_padding_from_content() {
	assert_ne!(fast(b"", 7), fast(b"\0", 7));
	assert_ne!(fast(b"\0", 7), fast(b"\0\0", 7));
	assert_ne!(fast(b"a", 7), fast(b"a", 8));
}

#[test]
fn compute_gives_known_ids_at_mainnet_size() {
	let id = BlobId::compute(b"hello walrus", DEFAULT_SHARDS);
	assert_eq!(id.to_string(), "kIrHJ_1VfYJD-OV0O1JicM2lB5swr83ZkfvTD7BWV0I");
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(128))]

	#[test]
	fn compute_equals_the_definition(
		data in prop::collection::vec(any::<u8>(), 0..6_000),
		zeros in 0usize..3_000,
		n in 1usize..40,
	) {
		let mut data = data;
		data.extend(vec![0; zeros]);
		prop_assert_eq!(*fast(&data, n).as_bytes(), naive::blob_id(&data, n));
	}

	#[test]
	fn display_and_parse_are_inverse(bytes in any::<[u8; 32]>()) {
		let text = BlobId(bytes).to_string();
		prop_assert_eq!(text.len(), 43);
		prop_assert_eq!(text.parse(), Ok(BlobId(bytes)));
	}

	#[test]
	fn parse_accepts_only_what_display_writes(text in "[A-Za-z0-9_=+/-]{0,48}") {
		match text.parse::<BlobId>() {
			Ok(id) => prop_assert_eq!(id.to_string(), text),
			Err(error) => prop_assert_eq!(error, ParseBlobIdError),
		}
	}
}
