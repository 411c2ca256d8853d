#!/bin/sh
# Fuzzes the runtime's calls for FUZZ_SECONDS, with coverage for a guide. What is found is a file
# crash-* in the corpus's folder; `fuzz.sh FILE` runs it again.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
target=${CARGO_TARGET_DIR:-$here/../target}
corpus=${FUZZ_CORPUS:-$target/fuzz}
RUSTC_WORKSPACE_WRAPPER=$here/sancov.sh SKIP_WASM_BUILD=1 \
	cargo build --release --locked -p tercet-oracle --features fuzz --bin tercet-fuzz
if [ $# -gt 0 ]; then
	exec "$target/release/tercet-fuzz" "$@"
fi
mkdir -p "$corpus"
# Whatever the bytes are, they are calls: some to begin with.
if [ -z "$(ls -A "$corpus")" ]; then
	for seed in 1 2 3 4 5 6 7 8; do
		head -c $((seed * 200 + 1)) /dev/urandom >"$corpus/seed-$seed"
	done
fi
# Eight bytes for each of two hundred actions, and one for the seed. A long idle stretch may take a
# while, and the runtime's storage has no leaks to look for.
exec "$target/release/tercet-fuzz" -max_total_time="${FUZZ_SECONDS:-60}" -max_len=1601 -len_control=0 \
	-artifact_prefix="$corpus/" -print_final_stats=1 -detect_leaks=0 "$corpus"
