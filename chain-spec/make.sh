#!/usr/bin/env bash
# Writes the committed chain specs anew, from the presets of the runtime in a `tercet-node` that was
# built with its wasm.   usage: chain-spec/make.sh [FOLDER]
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
out="${1:-$here}"
node="${TERCET_BIN_DIR:-${CARGO_TARGET_DIR:-$here/../target}/release}/tercet-node"

for chain in local testnet; do
	"$node" export-chain-spec --chain "$chain" 2>/dev/null |
		python3 "$here/spec.py" without-code >"$out/$chain.json"
	"$node" export-chain-spec --chain "$out/$chain.json" --raw 2>/dev/null >"$out/$chain-raw.json"
done
