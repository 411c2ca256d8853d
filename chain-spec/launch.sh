#!/usr/bin/env bash
# Makes the specs of a network of strangers.   usage: chain-spec/launch.sh LAUNCH.json FOLDER
# README.md says what LAUNCH.json holds.
set -euo pipefail
[ $# -eq 2 ] || { sed -n 2,3p "$0" >&2; exit 2; }
here="$(cd "$(dirname "$0")" && pwd)"
node="${TERCET_BIN_DIR:-${CARGO_TARGET_DIR:-$here/../target}/release}/tercet-node"

mkdir -p "$2"
"$node" export-chain-spec --chain testnet | python3 "$here/spec.py" launch "$1" >"$2/plain.json"
"$node" export-chain-spec --chain "$2/plain.json" --raw >"$2/raw.json"
echo "$2/raw.json"
