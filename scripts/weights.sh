#!/usr/bin/env bash
# Measures what the calls and hooks of our pallets cost, and writes pallets/*/src/weights/generated.rs.
#
#   scripts/weights.sh                     all of our pallets
#   scripts/weights.sh job-market payouts  these
#   scripts/weights.sh --build             only build the runtime with its benchmarks; print its path
#
# STEPS (50), REPEAT (20) and SECONDS_EACH (10) say how finely, how often and how long at least each
# is measured. TERCET_BIN_DIR has a node that was built with `--features runtime-benchmarks`. Measure
# on a machine like those of the network's validators, with nothing else running on it.
set -euo pipefail
cd "$(dirname "$0")/.."

ROOT="$PWD"
TARGET="${CARGO_TARGET_DIR:-$ROOT/target}"
NODE="${TERCET_BIN_DIR:-$TARGET/release}/tercet-node"
# A project of its own, as for the runtime in the node: nothing of a host build mixes with it, and
# the host builds stay as they are.
PROJECT="$TARGET/weights"
WASM="$PROJECT/target/wasm32v1-none/release/tercet_runtime.wasm"

build() {
	mkdir -p "$PROJECT/src"
	echo '#![no_std] #![allow(unused_imports)] pub use wasm_project::*;' >"$PROJECT/src/lib.rs"
	cat >"$PROJECT/Cargo.toml" <<-TOML
		[package]
		name = "tercet-runtime-benchmarks"
		version = "1.0.0"
		edition = "2021"

		[lib]
		name = "tercet_runtime"
		crate-type = ["cdylib"]

		[dependencies.wasm-project]
		package = "tercet-runtime"
		path = "$ROOT/runtime"
		default-features = false
		features = ["runtime-benchmarks"]

		[profile.release]
		lto = "thin"
		panic = "abort"

		[workspace]
		resolver = "2"
	TOML
	cp Cargo.lock "$PROJECT/Cargo.lock"
	# What substrate-wasm-builder passes.
	CARGO_TARGET_DIR="$PROJECT/target" \
	RUSTFLAGS="-C link-arg=--export-table -C link-arg=--export=__heap_base -C link-arg=--import-memory --cfg substrate_runtime" \
		cargo build --release --target wasm32v1-none --manifest-path "$PROJECT/Cargo.toml" >&2
}

measure() {
	local pallet="$1"
	local output="pallets/$pallet/src/weights/generated.rs"
	mkdir -p "$(dirname "$output")"
	"$NODE" benchmark pallet \
		--runtime "$WASM" --genesis-builder runtime --genesis-builder-preset development \
		--pallet "pallet_${pallet//-/_}" --extrinsic '*' \
		--steps "${STEPS:-50}" --repeat "${REPEAT:-20}" --min-duration "${SECONDS_EACH:-10}" \
		--wasm-execution compiled --heap-pages 4096 \
		--template scripts/weights.hbs --output "$output"
	rustfmt --edition 2021 "$output"
}

build
if [ "${1:-}" = --build ]; then
	echo "$WASM"
	exit
fi
[ $# -gt 0 ] || set -- model-registry provider-staking job-market verification payouts privacy dao
for pallet; do
	measure "$pallet"
done
