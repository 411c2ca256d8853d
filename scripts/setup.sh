#!/usr/bin/env bash
# Installs what building and running Tercet needs and is not there yet. Safe to run again.
set -euo pipefail

ORT_VERSION=1.31.1
ORT_DIR="${TERCET_ORT_DIR:-$HOME/.local/share/tercet/onnxruntime}"
ORT_LIB="$ORT_DIR/libonnxruntime.so.$ORT_VERSION"

say() { printf '\033[1m==>\033[0m %s\n' "$*"; }
die() { printf 'setup: %s\n' "$*" >&2; exit 1; }

system_packages() {
	local missing=()
	local package
	for package in build-essential pkg-config protobuf-compiler python3 python3-pip perl curl git; do
		dpkg -s "$package" >/dev/null 2>&1 || missing+=("$package")
	done
	# A python3 or node from elsewhere will do.
	command -v pip3 >/dev/null && missing=("${missing[@]/python3-pip/}")
	command -v node >/dev/null || missing+=(nodejs)
	command -v npm >/dev/null || missing+=(npm)
	read -ra missing <<<"${missing[*]}"
	[ ${#missing[@]} -eq 0 ] && return
	command -v apt-get >/dev/null || die "install these and run again: ${missing[*]}"
	local sudo=()
	if [ "$(id -u)" -ne 0 ]; then
		command -v sudo >/dev/null || die "run as root, or install these: ${missing[*]}"
		sudo=(sudo)
	fi
	say "Installing system packages: ${missing[*]}"
	"${sudo[@]}" apt-get update -qq
	"${sudo[@]}" env DEBIAN_FRONTEND=noninteractive \
		apt-get install -y -qq --no-install-recommends "${missing[@]}"
}

rust_target() {
	command -v rustup >/dev/null || die "rustup is missing: install Rust with rustup first"
	# Names in rust-toolchain.toml are not installed by themselves where automatic installs are off.
	rustup show active-toolchain >/dev/null 2>&1 || rustup toolchain install
	if ! rustup target list --installed | grep -qx wasm32v1-none; then
		say "Adding the wasm32v1-none target"
		rustup target add wasm32v1-none
	fi
}

onnx_runtime() {
	[ -f "$ORT_LIB" ] && return
	local platform sha256
	case "$(uname -m)" in
		x86_64)
			platform=manylinux_2_28_x86_64
			sha256=1f3dea47f2f0e5117c2404cea7d21fd253ae7836a3bf167a501cdfbb2600d536 ;;
		aarch64)
			platform=manylinux_2_28_aarch64
			sha256=0b9a492176886992e0e875f06bc0367e333f5fff11711a2d642e18b02f3009cc ;;
		*) die "there is no ONNX Runtime wheel for $(uname -m)" ;;
	esac
	say "Fetching ONNX Runtime $ORT_VERSION into $ORT_DIR"
	local tmp
	tmp="$(mktemp -d)"
	# shellcheck disable=SC2064
	trap "rm -rf '$tmp'" RETURN
	# The library is the same in the wheel of every Python version; this one is pinned by its hash.
	printf 'onnxruntime==%s --hash=sha256:%s\n' "$ORT_VERSION" "$sha256" >"$tmp/requirements.txt"
	pip3 download --quiet --no-deps --require-hashes --only-binary=:all: --dest "$tmp" \
		--python-version 3.12 --implementation cp --abi cp312 --platform "$platform" \
		-r "$tmp/requirements.txt" || die "could not download ONNX Runtime; run again when online"
	mkdir -p "$ORT_DIR"
	python3 - "$tmp" "$ORT_LIB" <<-'PY'
		import glob, os, shutil, sys, zipfile
		folder, library = sys.argv[1:]
		wheel = zipfile.ZipFile(glob.glob(f"{folder}/*.whl")[0])
		member = f"onnxruntime/capi/{os.path.basename(library)}"
		with wheel.open(member) as source, open(f"{library}.part", "wb") as target:
			shutil.copyfileobj(source, target)
		os.replace(f"{library}.part", library)
	PY
}

system_packages
rust_target
onnx_runtime
say "Ready: $ORT_LIB"
