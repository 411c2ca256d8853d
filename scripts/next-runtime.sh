#!/usr/bin/env bash
# Builds the runtime with the next version, for rehearsals of an upgrade, and prints its path.
#
# The workspace must be built with its wasm. Nothing of that build changes: the runtime's build script
# is run once more, with another feature and in a folder of its own, on dependencies that are there.
set -euo pipefail
cd "$(dirname "$0")/.."

RELEASE="${CARGO_TARGET_DIR:-$PWD/target}/release"
NEXT="$RELEASE/next"
WBUILD=wbuild/tercet-runtime

# The newest, if older builds have left theirs.
build_script="$(ls -t "$RELEASE"/build/tercet-runtime-*/build-script-build 2>/dev/null | head -n 1 || true)"
if [ -z "$build_script" ] || [ ! -d "$RELEASE/$WBUILD/target" ]; then
	echo "next-runtime.sh: run \`make build\` first" >&2
	exit 1
fi

# Copied, not shared: in one folder the two runtimes would take each other's place.
mkdir -p "$NEXT/$WBUILD" "$NEXT/build/out"
[ -d "$NEXT/$WBUILD/target" ] || cp -a --reflink=auto "$RELEASE/$WBUILD/target" "$NEXT/$WBUILD/target"

# What cargo would set, as far as the script reads it, in the folder where cargo would run it. What it
# says to cargo is of no use here.
cd runtime
env --unset=SKIP_WASM_BUILD --unset=CARGO_TARGET_DIR \
	CARGO="$(rustup which cargo)" CARGO_MANIFEST_DIR="$PWD" CARGO_PKG_NAME=tercet-runtime \
	CARGO_FEATURE_STD=1 CARGO_FEATURE_NEXT_VERSION=1 OUT_DIR="$NEXT/build/out" \
	WASM_BUILD_TYPE=release WASM_BUILD_WORKSPACE_HINT="$(dirname "$PWD")" \
	"$build_script" | { grep -v '^cargo:' || true; } >&2

echo "$NEXT/$WBUILD/tercet_runtime.compact.compressed.wasm"
