#!/usr/bin/env bash
# Fails if the committed chain specs are not what the sources say. The code inside the raw ones is
# compared too with --code: equal sources give equal code in the same folder with the same compiler.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
fresh="$(mktemp -d)"
trap 'rm -rf "$fresh"' EXIT

"$here/make.sh" "$fresh"
for spec in local testnet local-raw testnet-raw; do
	python3 "$here/spec.py" compare "$here/$spec.json" "$fresh/$spec.json" "$@"
done
