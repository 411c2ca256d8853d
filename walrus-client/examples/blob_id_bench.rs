//! How long a blob id takes, beside two controls measured in the same run: BLAKE2b-256 of the same
//! bytes, and the blob id by its definition (every sliver coded and hashed on its own).
//!
//! `cargo run --release -p tercet-walrus-client --example blob_id_bench [-- SHARDS]`

#[path = "../tests/common/naive.rs"]
mod naive;

use std::{hint::black_box, num::NonZeroU16, time::Instant};
use tercet_walrus_client::{digest, BlobId, DEFAULT_SHARDS};

/// The best of some runs, in milliseconds: the others measure what else the machine did.
fn best_of<T>(runs: u32, mut work: impl FnMut() -> T) -> f64 {
	let once = |_| {
		let started = Instant::now();
		black_box(work());
		started.elapsed().as_secs_f64() * 1e3
	};
	(0..runs).map(once).fold(f64::INFINITY, f64::min)
}

fn main() {
	let shards = std::env::args()
		.nth(1)
		.map_or(DEFAULT_SHARDS, |count| count.parse().expect("SHARDS is a number above 0"));
	println!("{shards} shards, best of 5 (definition: 1)");
	println!(
		"{:>10} {:>10} {:>12} {:>12} {:>12} {:>8}",
		"bytes", "id, ms", "blake2b, ms", "id/blake2b", "defn., ms", "defn./id"
	);
	for len in [1 << 10, 64 << 10, 1 << 20, 10 << 20] {
		let data: Vec<u8> =
			(0..len as u64).map(|i| (i.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 33) as u8).collect();
		measure(&data, shards);
	}
}

fn measure(data: &[u8], shards: NonZeroU16) {
	let id = best_of(5, || BlobId::compute(data, shards));
	let blake = best_of(5, || digest(data));
	let definition = best_of(1, || naive::blob_id(data, usize::from(shards.get())));
	println!(
		"{:>10} {id:>10.1} {blake:>12.4} {:>12.1} {definition:>12.1} {:>8.1}",
		data.len(),
		id / blake,
		definition / id
	);
}
