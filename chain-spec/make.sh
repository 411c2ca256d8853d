#!/usr/bin/env bash
# Writes the committed chain specs anew, from the presets of the runtime in a `tercet-node` that was
# built with its wasm.   usage: chain-spec/make.sh [FOLDER]
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
out="${1:-$here}"
node="${TERCET_BIN_DIR:-${CARGO_TARGET_DIR:-$here/../target}/release}/tercet-node"

make() {
	"$node" export-chain-spec --chain "$1" | python3 "$here/spec.py" without-code >"$out/$1.json"
	"$node" export-chain-spec --chain "$out/$1.json" --raw | python3 "$here/spec.py" sorted >"$out/$1-raw.json"
}

# Most of the time goes into compiling the runtime.
make local &
make testnet
wait $!
