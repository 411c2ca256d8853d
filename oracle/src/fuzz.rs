//! Bytes that a coverage-guided fuzzer makes up, as actions. `scripts/fuzz.sh` builds and runs it.

#![no_main]

use libfuzzer_sys::fuzz_target;
use std::sync::Once;
use tercet_oracle::{panics_are_divergences, Action, Episode, BYTES};

/// Actions that one input may have.
const MOST: usize = 200;

fuzz_target!(|data: &[u8]| {
	static QUIET: Once = Once::new();
	QUIET.call_once(panics_are_divergences);
	let Some((seed, data)) = data.split_first() else { return };
	let actions = data.chunks_exact(BYTES).take(MOST);
	let actions = actions.map(|bytes| Action::from_bytes(bytes.try_into().expect("as long")));
	let actions: Vec<_> = actions.collect();
	if let Err((done, divergence)) = Episode::run(u64::from(*seed), &actions, true) {
		eprintln!("seed {seed}, after {done} of {actions:#?}\n{divergence}");
		std::process::abort();
	}
});
